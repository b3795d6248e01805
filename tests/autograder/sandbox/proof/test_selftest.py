"""The self-test sees what is there, and says so when something is missing."""

import json
import os
from collections.abc import Callable
from dataclasses import asdict, replace
from subprocess import CompletedProcess

import pytest

from autograder.sandbox.policy import Policy
from autograder.sandbox.proof.selftest import Examination, Finding, examine
from autograder.sandbox.wall import PROTECTIONS, TIERS

from ..behind import needs_full, needs_reduced, public_python


STOPPED = Finding("try", ("net", "seccomp"), must_fail=True, failed=True, found="EPERM")


@needs_full
def test_the_full_wall_holds():
    examination = examine(Policy(), "full")
    assert examination.holds, (examination.failure, examination.deviations)
    assert {row.protection for row in examination.table() if row.active} == TIERS["full"]


@needs_reduced
@pytest.mark.usefixtures("alone")
def test_the_reduced_wall_holds_what_it_promises():
    examination = examine(Policy(), "reduced", python=public_python())
    assert examination.holds, (examination.failure, examination.deviations)
    assert {row.protection for row in examination.table() if row.active} == TIERS["reduced"]
    open_to = {finding.tried for finding in examination.findings if finding.stops and not finding.must_fail}
    assert {"fill the disk", "learn the name of the computer"} <= open_to


NO_PROCESS = f"BlockingIOError: [Errno 11] {os.strerror(11)}"
REFUSED = replace(STOPPED, stops=(), must_fail=False, found="EAGAIN")
THROUGH = replace(STOPPED, failed=False, found="it went through")


def answer(*findings: Finding, failure: str | None = None) -> CompletedProcess[str]:
    said = {"findings": list(map(asdict, findings)), "failure": failure, "protections": ["net"]}
    return CompletedProcess([], 0, json.dumps(said), "")


@pytest.fixture
def examined(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Examination, int]]:
    """The examination that comes of these answers of self-tests, and how many were run."""

    def run(*answers: CompletedProcess[str]) -> tuple[Examination, int]:
        ahead = list(answers)
        monkeypatch.setattr("autograder.sandbox.proof.selftest.subprocess.run", lambda *_, **__: ahead.pop(0))
        monkeypatch.setattr("autograder.sandbox.proof.selftest.CROWDED_PAUSES", (0.0, 0.0))
        return examine(Policy(), "reduced"), len(answers) - len(ahead)

    return run


def test_where_other_processes_take_its_room_the_self_test_is_run_again(examined):
    crowded, good = (answer(failure=NO_PROCESS), answer(STOPPED, REFUSED)), answer(STOPPED)
    examination, runs = examined(*crowded, good)
    assert examination.holds
    assert runs == 3


def test_a_computer_without_room_for_the_self_test_has_no_wall(examined):
    examination, runs = examined(*[answer(failure=NO_PROCESS)] * 5)
    assert examination.failure == NO_PROCESS
    assert runs == 3


@pytest.mark.parametrize(
    "found", [answer(THROUGH), answer(THROUGH, REFUSED), answer(failure="PermissionError: no"), answer()]
)
def test_what_else_is_wrong_is_not_tried_again_until_it_is_right(found, examined):
    examination, runs = examined(found, answer(STOPPED))
    assert not examination.holds
    assert runs == 1


@needs_full
@pytest.mark.parametrize(
    ("sabotage", "tried"),
    [
        ("mount = namespaces._mount_tmpfs\n"
         "namespaces._mount_tmpfs = lambda path, flags, options: mount(path, flags, 'mode=755')",
         "fill the disk"),
        ("isolation.seccomp.install = lambda program: None", "make a user namespace"),
        ("limits.set_rlimits = lambda limits: None", "fork without end"),
        ("limits.drop_capabilities = lambda: None", "have a privilege over its own namespaces"),
        ("limits.close_files = lambda keep: None", "use a file that the driver had open"),
        ("limits.forbid_dumps = lambda: None", "read its own memory through /proc"),
        ("isolation.memory.held = lambda process, proc: 0", "hold more memory together than is allowed"),
        ("limits.be_first_to_go = lambda: None", "survive others when memory runs out"),
    ],
)  # fmt: skip
def test_a_protection_that_silently_does_nothing_is_found(sabotage, tried, monkeypatch):
    prelude = f"from sandbox import isolation, limits, namespaces\n{sabotage}\n"
    bootstrap = "import sys\nsys.path.insert(0, sys.argv[1])\n" + prelude
    original = __import__("autograder.sandbox.proof.selftest", fromlist=["BOOTSTRAP"]).BOOTSTRAP
    monkeypatch.setattr("autograder.sandbox.proof.selftest.BOOTSTRAP", bootstrap + original)
    examination = examine(Policy(), "full", python=public_python())
    assert not examination.holds
    assert tried in {finding.tried for finding in examination.deviations}


@needs_full
def test_a_wall_that_is_too_tight_for_honest_work_is_found():
    examination = examine(replace(Policy(), file_bytes=1024), "full")
    assert "write files in the working directory and the temporary one" in {
        finding.tried for finding in examination.deviations
    }


def test_a_wall_that_cannot_be_built_says_why(monkeypatch):
    monkeypatch.setattr("autograder.sandbox.proof.selftest.BOOTSTRAP", "raise SystemExit('no zygote today')")
    examination = examine(Policy(), "full")
    assert examination.failure == "no zygote today"
    assert not examination.holds


@pytest.mark.parametrize(
    ("finding", "ok"),
    [
        (STOPPED, True),
        (replace(STOPPED, failed=False), False),
        (replace(STOPPED, must_fail=False, failed=False), True),
        (replace(STOPPED, must_fail=False), True),
        (Finding("use", (), must_fail=False, failed=False, found="it ran"), True),
        (Finding("use", (), must_fail=False, failed=True, found="EPERM"), False),
    ],
)
def test_what_counts_as_a_deviation(finding, ok):
    assert finding.ok is ok
    assert Examination("full", TIERS["full"], (finding,)).holds is ok


def test_nothing_tried_is_nothing_proved():
    assert not Examination("full", TIERS["full"], ()).holds
    assert not any(row.active for row in Examination("full", TIERS["full"], ()).table())


def test_a_protection_is_broken_when_one_of_its_attacks_gets_through():
    got_through = replace(STOPPED, tried="other", stops=("net",), failed=False)
    rows = {row.protection: row for row in Examination("full", TIERS["full"], (STOPPED, got_through)).table()}
    assert set(rows) == set(PROTECTIONS)
    assert rows["seccomp"].active
    assert not rows["net"].active
    assert rows["net"].tested_by == ("try", "other")
