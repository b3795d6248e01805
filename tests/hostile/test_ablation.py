"""A protection that nobody would miss is none: without each of them, some case ends differently.

What holds with all protections in place is shown by `test_corpus.py`, and that each protection of the wall
is enough on its own by `tests/autograder/sandbox/proof/test_attacks.py`.
"""

import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import advsec
from autograder import compare, files, notebook, report, submission, trials
from autograder.exercise import public_generator
from autograder.report import pages, safe
from autograder.sandbox import launcher, messages, reader, wall, wire
from autograder.sandbox.proof.attacks import ATTACKS
from autograder.sandbox.proof.selftest import TRIALS
from autograder.sandbox.wall import PROTECTIONS, TIERS, Wall
from tests.hostile import laboratory as laboratories
from tests.hostile.corpus import ASSIGNMENT, FILE, Case, cells
from tests.hostile.families import CASES
from tests.hostile.forging import FRAMES, reply, takeover
from tests.hostile.laboratory import HONEST, Laboratory
from tests.hostile.test_corpus import check


def case(title: str) -> Case:
    """The one case of this title."""
    (found,) = (each for each in CASES if each.title == title)
    return found


def assert_missed(case: Case, laboratory: Laboratory) -> None:
    """The case ends differently now, and not because nothing can be graded any more."""
    assert laboratory.run(HONEST).result.outcome == "graded"
    with pytest.raises(AssertionError) as difference:
        check(case, laboratory)
    assert "needs_human" not in str(difference.value)


# --- the wall -------------------------------------------------------------------------------------------

# What is left out together, and the case that misses it. Where there is more than one, each stops the
# attack on its own.
LEFT_OUT = {
    ("seccomp",): "namespaces within namespaces",
    ("not_dumpable",): "other processes",
    ("close_fds",): "files that the driver had open",
    ("no_new_privs",): "programs that change their user",
    ("rlimits",): "core files, locked memory and priority",
    ("memory",): "several processes that hold too much together",
    ("oom",): "several processes with memory are the first to go, and stay that",
    ("net", "landlock", "seccomp"): "kernels and servers of this computer",
    ("capabilities", "landlock", "seccomp"): "mounts, roots and devices",
    ("pid",): "children that compute, each below the limit",
    ("die_with_parent",): "a loop after the answers",
}

# No row of the catalogue is about these, or the wall cannot be built without them here: their attacks are
# tried with and without them in test_attacks.py.
ATTACKED_THERE = {
    "drop_root": "only root can stay root",
    "user": "the other namespaces need it",
    "root": "without it an interpreter in a private folder cannot be read; see the scratch below",
    "ipc": "no row is about it",
    "uts": "no row is about it",
    "cgroup": "no row is about it",
    "sweep": "it belongs to the reduced wall",
}


@pytest.fixture
def full(laboratory: Laboratory) -> Laboratory:
    if laboratory.choice.tier != "full" or laboratory.choice.without:
        pytest.skip("only a whole wall can be taken apart")
    return laboratory


@contextlib.contextmanager
def behind(laboratory: Laboratory, change: Callable[[Wall], Wall]) -> Iterator[Laboratory]:
    """The same laboratory behind another wall; what that one lets survive ends here."""
    before = laboratories._descendants()

    class Changed(Laboratory):
        def wall(self, policy: Any) -> Wall:
            return change(super().wall(policy))

    with contextlib.ExitStack() as stack:
        yield Changed(laboratory.course, laboratory.choice, stack)
    while survivors := laboratories._descendants() - before:
        for process in survivors:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)


@pytest.mark.parametrize(("protections", "title"), LEFT_OUT.items(), ids=map("+".join, LEFT_OUT))
def test_without_a_protection_of_the_wall_a_case_ends_differently(
    protections: tuple[str, ...], title: str, full: Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(laboratories, "SETTLE_SECONDS", 1.0)
    with behind(full, lambda wall: wall.without(*protections)) as weaker:
        assert_missed(case(title), weaker)


def test_every_protection_of_the_wall_is_missed_by_something() -> None:
    missed = {protection for protections in LEFT_OUT for protection in protections}
    assert missed | set(ATTACKED_THERE) == set(PROTECTIONS)
    assert not missed & set(ATTACKED_THERE)
    attacked = {stop for attack in (*ATTACKS, *TRIALS) for stop in attack.stops}
    assert set(ATTACKED_THERE) <= attacked
    assert set(PROTECTIONS) == set().union(*TIERS.values())


def test_places_to_write_to_are_small(full: Laboratory) -> None:
    def roomy(wall: Wall) -> Wall:
        return replace(wall, scratch=tuple(replace(each, files=1 << 20) for each in wall.scratch))

    with behind(full, roomy) as larger:
        assert_missed(case("a hundred thousand empty files"), larger)


def test_a_reference_that_is_not_masked_is_found(full: Laboratory) -> None:
    folder = str(Path(advsec.__file__).parent)
    listed = Case(
        "VF37",
        "the reference lies where everybody may read",
        cells(f"import os\nprint('found:', os.listdir({folder!r}))"),
        says=("found: ['__init__.py']",),
    )

    def show_it(wall: Wall) -> Wall:
        return wall.showing(folder)

    with behind(full, show_it) as shown:
        check(listed, shown)
    with behind(full, lambda wall: replace(show_it(wall), masked=())) as unmasked:
        assert_missed(listed, unmasked)


# --- the trusted side -----------------------------------------------------------------------------------


def nothing_wrong(*_: Any) -> None:
    """In the place of a check: whatever it is, it is equal."""


def as_it_is(text: str, **_: Any) -> str:
    return text


def all_of_it(room: int, outputs: Iterator[Any]) -> Iterator[Any]:
    return outputs


def allocate_first(reader: Any, count: int) -> int:
    """`_Reader.skip` the way one writes it first: make room, then look what there is."""
    start = reader.position
    piece = bytearray(b"\xff") * count
    given = reader.body[start : start + count]
    piece[: len(given)] = given
    if len(given) < count:
        reader.body = reader.body[:start] + bytes(piece)
    reader.position += count
    return start


def known_to_all(key: bytes, *names: str) -> Any:
    """In the place of inputs that nobody has seen: those of the notebook."""
    *_, exercise, probe = names
    found = ASSIGNMENT.exercise(exercise)
    return public_generator(found, next(each for each in found.probes if each.name == probe))


def without_escaping() -> Any:
    return ESCAPING().overlay(autoescape=False)


def everything_exported() -> dict[str, str]:
    return {**os.environ, **EXPORTED()}


ESCAPING, EXPORTED = pages._environment, launcher.environment
BOAST = takeover(
    "VF26",
    "a length that its shape has and its bytes do not",
    reply("b'A' + struct.pack('<BBIQ', 11, 1, 2**24, 2**27)"),
)
FORGED = Case(
    "VF24",
    "an answer to a request of which the id is guessed",
    cells(
        FRAMES,
        after=(
            """
            body = wire.encode(("ok", ()), wire.Limits())
            os.write(3, wire.HEADER.pack(wire.MAGIC, wire.VERSION, 4, bytes(16), len(body)) + body)
            """,
        ),
    ),
    says=("was stopped",),
)

# The protection: what is patched, by what, and the title of the case that misses it.
PATCHES: dict[str, tuple[Any, str, Any, str]] = {
    "shapes before values": (compare, "_wrong_shape", nothing_wrong, "an object that equals everything"),
    "finite masks": (compare, "_not_finite", nothing_wrong, "not a number"),
    "kinds of numbers": (compare, "_wrong_type", nothing_wrong, "booleans"),
    "an environment of its own": (
        launcher, "environment", everything_exported, "tokens in the environment",
    ),
    "what the installer wrote": (
        wall, "INSTALLED", (), "what the installer wrote about the reference is read",
    ),
    "hidden inputs": (trials, "hidden_generator", known_to_all, "visible answers by heart"),
    "links are not followed": (submission.os, "O_NOFOLLOW", 0, "a link to a file of somebody else"),
    "files with one name": (
        files, "_check", nothing_wrong, "a hard link between two of one's own names",
    ),
    "escaping": (pages, "_environment", without_escaping, "HTML in text"),
    "characters that are obeyed, on pages": (
        safe, "plain_block", as_it_is, "text that runs backwards or cannot be seen",
    ),
    "characters that are obeyed, in terminals": (
        report, "plain_text", as_it_is, "a name that talks to the terminal",
    ),
    "formulas": (report.files, "spreadsheet_text", as_it_is, "a name that is a formula: '='"),
    "tags in text for nbgrader": (
        notebook, "LIVE_IN_TEXT", notebook.re.compile("(?!)"), "HTML in text",
    ),
    "nothing but pixels": (
        messages, "png_of", np.ndarray.tobytes, "a worker, taken over, that sends a file for pixels",
    ),
    "room for outputs": (
        messages, "_within", all_of_it,
        "a worker, taken over, that sends as much noise as there is room for",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("where", "name", "instead", "title"), PATCHES.values(), ids=PATCHES)
def test_without_a_protection_of_the_trusted_side_a_case_ends_differently(
    where: Any, name: str, instead: Any, title: str, laboratory: Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(where, name, instead)
    with behind(laboratory, lambda wall: wall) as careless:
        assert_missed(case(title), careless)


def test_an_answer_is_believed_only_where_it_names_its_request(
    laboratory: Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    check(FORGED, laboratory)
    monkeypatch.setattr(launcher.secrets, "token_bytes", bytes)
    assert_missed(FORGED, laboratory)


def test_memory_is_taken_for_what_is_there_and_not_for_what_is_claimed(
    laboratory: Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    check(BOAST, laboratory)
    monkeypatch.setattr(wire._Reader, "skip", allocate_first)
    monkeypatch.setattr(wire, "_check_axes", nothing_wrong)
    with pytest.raises(AssertionError, match="the driver grew"):
        check(BOAST, laboratory)


CAPS = {"MAX_SOURCE": "cell_too_long", "MAX_CELLS": "too_many_cells"}


@pytest.mark.parametrize(("cap", "code"), CAPS.items())
def test_without_a_cap_a_file_that_is_refused_is_read(
    cap: str, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    too_large = next(each for each in CASES if each.ends == code)
    too_large.hand_in(tmp_path)
    (path,) = tmp_path.glob("*.ipynb")
    with pytest.raises(reader.Unreadable, match=code):
        reader.read_cells(path.read_bytes())
    monkeypatch.setattr(reader, cap, 1 << 30)
    assert reader.read_cells(path.read_bytes())


def test_without_a_cap_a_huge_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / FILE
    with path.open("wb") as file:
        file.truncate(submission.MAX_BYTES + 1)
    huge = submission.Submission("mallory", tmp_path, path)
    with pytest.raises(reader.Unreadable, match="too_large"):
        huge.read()
    monkeypatch.setattr(submission, "MAX_BYTES", path.stat().st_size)
    assert len(huge.read()) == submission.MAX_BYTES
