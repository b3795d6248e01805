"""Whatever ends a run, and wherever: the next one goes on, and in the end all is as if nothing had been.

The commands run in forks of `tests.autograder.killed`, where grading is a pure function of the bytes.
"""

import contextlib
import json
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder import cli
from autograder.course import Course
from autograder.exercises import load
from autograder.gradebook import make_release, shown_results

from .course import ASSIGNMENT, ROOT, make_course
from .killed import table


# Of every outcome somebody.
HANDED_IN: dict[str, dict[str, Any]] = {
    "ada": {"share": 1.0, "words": "0.95, since ..."},
    "ben": {"share": 0.5, "words": ""},
    "eve": {"reject": "The file is empty."},
    "fay": {"human": "This is another notebook."},
    "gus": {"share": 0.0, "words": "none"},
}
RANDOM_KILLS = int(os.environ.get("SOAK_KILLS", "10"))
EVERY_PASSING = "SOAK_KILLS" in os.environ
LONGEST = 2.0

Order = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def order() -> Iterator[Order]:
    """Have a course graded in a process of its own; what it says, or the signal that ended it."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.autograder.killed"],
        cwd=ROOT,
        env=os.environ | {"PYTHONWARNINGS": "ignore"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as program:
        assert program.stdin
        assert program.stdout

        def carried_out(course: Path, **what: Any) -> dict[str, Any]:
            print(json.dumps({"course": str(course), **what}), file=program.stdin, flush=True)
            answer: dict[str, Any] = json.loads(program.stdout.readline())
            assert "broken" not in answer, answer["broken"]
            return answer

        yield carried_out


@pytest.fixture(scope="module")
def unreleased(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course in which the class has handed in, and nothing has been made yet."""
    course = make_course(tmp_path_factory.mktemp("unreleased"), students=())
    hand_in(course, HANDED_IN)
    Course.find(course).key()
    return course


@pytest.fixture(scope="module")
def prepared(unreleased: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with a release, and one student of whom a person has entered something."""
    folder = tmp_path_factory.mktemp("prepared")
    shutil.copytree(unreleased, folder, dirs_exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        make_release(Course.find(folder), load(ASSIGNMENT))
    return folder


@pytest.fixture
def course(prepared: Path, tmp_path: Path) -> Path:
    shutil.copytree(prepared, tmp_path, dirs_exist_ok=True)
    return tmp_path


@pytest.fixture(scope="module")
def undisturbed(prepared: Path, order: Order, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a run leaves that nobody has disturbed."""
    folder = tmp_path_factory.mktemp("undisturbed")
    shutil.copytree(prepared, folder, dirs_exist_ok=True)
    said = order(folder, log=str(folder / "passed"))
    assert said == all_is_well(fresh=len(HANDED_IN))
    return table(folder) | {"passed": (folder / "passed").read_text().splitlines()}


def hand_in(course: Path, what: dict[str, dict[str, Any]]) -> None:
    for student, says in what.items():
        path = course / ".course" / "submitted" / student / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(says))


def all_is_well(fresh: int, **more: Any) -> dict[str, Any]:
    return {
        "graded": 3, "rejected": 1, "needs_human": 1, "handed_in": len(HANDED_IN), "fresh": fresh,
        "unaccounted": [], "said": [], **more,
    }  # fmt: skip


def same(course: Path, undisturbed: dict[str, Any]) -> bool:
    """Whether all is as after the run that nobody disturbed; what is not is printed."""
    held = table(course)
    for name in (changed := [name for name in held if held[name] != undisturbed[name]]):
        print(f"{name} was {undisturbed[name]!r}, is {held[name]!r}")
    return not changed


def copy_of(course: Path, folder: Path) -> Path:
    shutil.copytree(course, folder)
    return folder


# --- kills ----------------------------------------------------------------------------------------------


def test_an_undisturbed_run_is_repeated_without_a_trace(
    course: Path, undisturbed: dict[str, Any], order: Order
) -> None:
    assert order(course) == all_is_well(fresh=len(HANDED_IN))
    assert same(course, undisturbed)
    journal, backups = course / ".course" / "journal", course / ".course" / "backups"
    lines, copies = journal.read_bytes(), sorted(backups.iterdir())
    assert order(course) == all_is_well(fresh=0)
    assert same(course, undisturbed)
    assert journal.read_bytes() == lines
    assert sorted(backups.iterdir()) == copies
    assert len(copies) == 1


def test_a_kill_at_every_failpoint_costs_nothing(
    prepared: Path, undisturbed: dict[str, Any], order: Order, tmp_path: Path
) -> None:
    passed = undisturbed["passed"]
    named = sorted(set(passed))
    assert len(named) > 25, named
    for number, name in enumerate(named):
        often = passed.count(name)
        for nth in range(1, often + 1) if EVERY_PASSING else [min(often, 1 + number % 3)]:
            course = copy_of(prepared, tmp_path / f"{number}-{nth}")
            assert order(course, failpoint=name, nth=nth) == {"signal": 9}, name
            resumed = order(course)
            assert resumed == all_is_well(fresh=resumed["fresh"]), name
            assert same(course, undisturbed), (name, nth)
            shutil.rmtree(course)


@pytest.mark.parametrize(
    "name", ["gradebook: before", "gradebook: written", "gradebook: linked", "release: made"]
)
def test_a_kill_while_the_gradebook_is_made_costs_nothing(
    name: str, unreleased: Path, undisturbed: dict[str, Any], order: Order, tmp_path: Path
) -> None:
    course = copy_of(unreleased, tmp_path / "course")
    assert order(course, failpoint=name) == {"signal": 9}
    resumed = order(course)
    assert resumed == all_is_well(fresh=resumed["fresh"])
    assert same(course, undisturbed)


def test_every_failpoint_of_the_program_is_passed(undisturbed: dict[str, Any]) -> None:
    """Those that stand in the source are those that are passed, so that none is left out above."""
    source = "".join(path.read_text() for path in (ROOT / "autograder").rglob("*.py"))
    written = set(re.findall(r'failpoint\(f?"([^"{]*)', source)) - {"", "release: made"}
    passed = " ".join(undisturbed["passed"])
    elsewhere = {name for name in written if name.startswith(("gradebook: ", "autograded: old"))}
    assert [name for name in written - elsewhere if name not in passed] == []


def test_kills_at_random_moments_cost_nothing(
    prepared: Path, undisturbed: dict[str, Any], order: Order, tmp_path: Path
) -> None:
    """As many as are asked for; a run that was not killed in time begins again from nothing."""
    draw = random.Random(13)
    kills = rounds = 0
    while kills < RANDOM_KILLS:
        rounds += 1
        course = copy_of(prepared, tmp_path / str(rounds))
        longest = 0.05
        while order(course, kill_after=draw.uniform(0, longest)) == {"signal": 9}:
            kills += 1
            longest = min(LONGEST, 1.3 * longest)
        done = order(course)
        assert done == all_is_well(fresh=done["fresh"])
        assert same(course, undisturbed), f"after {kills} kills"
        shutil.rmtree(course)
    print(f"{kills} kills at random in {rounds} rounds: nothing lost, nothing changed")


# --- a run that ends the program each time --------------------------------------------------------------


def test_what_ends_the_program_three_times_is_set_aside(
    course: Path, undisturbed: dict[str, Any], order: Order
) -> None:
    hand_in(course, {"pia": {"poison": True}})
    for _ in range(3):
        assert order(course) == {"signal": 9}
    expected = all_is_well(fresh=1, handed_in=6, needs_human=2)
    assert order(course) == expected, "nobody else waits for it"
    held = table(course)
    assert [row for row in held["grade"] if row[0] != "pia"] == undisturbed["grade"]
    assert {tuple(row[2:]) for row in held["grade"] if row[0] == "pia"} == {(None, None, None, 1)}
    assert any(
        "failed 3 times (the program ended each time" in row[2] for row in held["comment"] if row[0] == "pia"
    )
    assert order(course) == expected, "and it is not tried again by itself"
    assert order(course, insist=True) == {"signal": 9}
    hand_in(course, {"pia": {"share": 1.0, "words": ""}})
    assert order(course) == all_is_well(fresh=1, handed_in=6, graded=4)


def test_whatever_ends_the_program_while_a_result_is_saved_is_no_fault_of_the_submission(
    course: Path, undisturbed: dict[str, Any], order: Order
) -> None:
    """A disk may be slow, and kills come at any time."""
    for _ in range(8):
        assert order(course, failpoint="write: before .json") == {"signal": 9}
    assert order(course) == all_is_well(fresh=len(HANDED_IN))
    assert same(course, undisturbed)


# --- disks and databases --------------------------------------------------------------------------------


FULL = "the disk is full (No space left on device); make room, and the same command goes on"


@pytest.mark.parametrize(
    ("name", "what", "says", "exit_code"),
    [
        ("write: written .json", "ENOSPC", FULL, 75),
        ("write: renamed .json", "EDQUOT", "the disk is full (Disk quota exceeded)", 75),
        ("journal: written result", "ENOSPC", f"journal cannot be written: {FULL}", 75),
        ("journal: before running", "ENOSPC", f"journal cannot be written: {FULL}", 75),
        ("backup: written", "ENOSPC", f"backups cannot be written: {FULL}", 75),
        ("autograded: written", "ENOSPC", FULL, 75),
        ("journal: before published", "EROFS", "journal cannot be written: Read-only file system", 1),
        ("write: before .json", "EROFS", "cannot be written: Read-only file system", 1),
    ],
)
def test_a_disk_that_fails_is_one_sentence_and_costs_nothing(
    name: str, what: str, says: str, exit_code: int, course: Path, undisturbed: dict[str, Any], order: Order
) -> None:
    stopped = order(course, failpoint=name, what=what)
    assert says in stopped["error"]
    assert "\n" not in stopped["error"]
    assert stopped["exit_code"] == exit_code
    resumed = order(course)
    assert resumed == all_is_well(fresh=resumed["fresh"])
    assert same(course, undisturbed)


@contextlib.contextmanager
def locked(course: Path) -> Iterator[None]:
    """Somebody else has the gradebook to themselves."""
    with contextlib.closing(sqlite3.connect(course / ".course" / "gradebook.db")) as connection:
        connection.execute("begin exclusive")
        yield
        connection.rollback()


# Has a database to itself until a second has passed, and says when it has.
HOLD = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1])
connection.execute("begin exclusive")
print("held", flush=True)
time.sleep(3)
connection.rollback()
"""


def test_a_gradebook_that_stays_locked_is_one_sentence_and_costs_nothing(
    course: Path, undisturbed: dict[str, Any], order: Order
) -> None:
    with locked(course):
        stopped = order(course, patience=2)
    assert stopped["exit_code"] == 75
    assert "is being used by another program; close formgrader" in stopped["error"]
    resumed = order(course)
    assert resumed == all_is_well(fresh=resumed["fresh"])
    assert same(course, undisturbed)


def test_a_gradebook_that_is_locked_for_a_moment_is_waited_for(
    course: Path, undisturbed: dict[str, Any], order: Order
) -> None:
    holding = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(course / ".course" / "gradebook.db")], stdout=subprocess.PIPE
    )
    with holding:
        assert holding.stdout
        holding.stdout.readline()
        done = order(course)
    waited = ["another program is using the gradebook; waiting for up to a minute"]
    assert done == all_is_well(fresh=len(HANDED_IN), said=waited)
    assert same(course, undisturbed)


def in_a_namespace(mount: str, course: Path, mend: str, after: str) -> subprocess.CompletedProcess[str]:
    """Grade where something is mounted, once it hinders and once it does not."""
    grade = f"echo '{json.dumps({'course': str(course)})}' | {sys.executable} -m tests.autograder.killed"
    script = f"{{ {mount}; }} || exit 77; {grade}; {mend}; {grade}; {after}"
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script],
        cwd=ROOT, env=os.environ | {"PYTHONWARNINGS": "ignore"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode == 77 or "unshare: " in done.stderr:
        pytest.skip("nothing can be mounted here")
    return done


@pytest.mark.parametrize("option", ["remount,ro,bind", "size=300k"])
def test_a_real_disk_that_is_full_or_read_only_is_one_sentence(
    option: str, prepared: Path, undisturbed: dict[str, Any], tmp_path: Path
) -> None:
    """On a file system of its own, which stops root as well; made where ordinary users may."""
    course = copy_of(prepared, tmp_path / "course")
    work, kept = course / ".course", tmp_path / "kept"
    if option.startswith("size"):
        shutil.copytree(work, kept)
        mount = f"mount -t tmpfs -o {option} none {work} && cp -a {kept}/. {work}"
        mend = f"mount -o remount,size=64m {work}"
    else:
        mount = f"mount --bind {work} {work} && mount -o {option} {work}"
        mend = f"mount -o remount,rw,bind {work}"
    done = in_a_namespace(mount, course, f"{mend}", f"rm -rf {kept}; cp -a {work} {kept}")
    stopped, resumed = map(json.loads, done.stdout.splitlines())
    assert stopped["exit_code"] == (75 if option.startswith("size") else 1), stopped
    assert "\n" not in stopped["error"]
    assert ("disk is full" if option.startswith("size") else "Read-only file system") in stopped["error"]
    assert resumed == all_is_well(fresh=resumed["fresh"])
    shutil.rmtree(work)
    shutil.move(kept, work)
    assert same(course, undisturbed)


def test_a_gradebook_that_may_not_be_written_is_one_sentence(
    prepared: Path, undisturbed: dict[str, Any], tmp_path: Path
) -> None:
    course = copy_of(prepared, tmp_path / "course")
    book = course / ".course" / "gradebook.db"
    mount = f"mount --bind {book} {book} && mount -o remount,ro,bind {book}"
    done = in_a_namespace(mount, course, f"umount {book}", "true")
    stopped, resumed = map(json.loads, done.stdout.splitlines())
    assert stopped["exit_code"] == 1
    assert stopped["error"].endswith("gradebook.db cannot be written; make it and its folder writable")
    assert resumed == all_is_well(fresh=resumed["fresh"])
    assert same(course, undisturbed)


def test_a_damaged_result_is_graded_anew_and_said(
    course: Path, undisturbed: dict[str, Any], order: Order
) -> None:
    order(course)
    paths = sorted((course / ".course" / "results").rglob("*.json"))
    data = bytearray(paths[0].read_bytes())
    data[len(data) // 2] ^= 1
    paths[0].write_bytes(data)
    paths[1].write_bytes(paths[2].read_bytes())  # another result, whole, in the place of this one
    done = order(course)
    assert done == all_is_well(fresh=2, said=done["said"])
    assert [says.endswith("is damaged; it is graded anew") for says in done["said"]] == [True, True]
    assert same(course, undisturbed)


def test_a_damaged_journal_is_said_and_costs_nothing(
    course: Path, undisturbed: dict[str, Any], order: Order
) -> None:
    order(course, failpoint="publish: read back", nth=3)
    path = course / ".course" / "journal"
    data = bytearray(path.read_bytes())
    draw = random.Random(5)
    for _ in range(8):
        data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
    path.write_bytes(data + b"0123abcd {torn")
    done = order(course)
    assert done == all_is_well(fresh=done["fresh"], said=done["said"])
    assert any("lines of" in says and "are damaged" in says for says in done["said"])
    assert same(course, undisturbed)
    path.unlink()
    assert order(course) == all_is_well(fresh=0)
    assert same(course, undisturbed)


# --- what others do -------------------------------------------------------------------------------------


BY_PERSON = (
    "update grade set manual_score = 0.1 + 0.2, extra_credit = 1.0 / 3 where rowid % 2",
    "update comment set manual_comment = 'Bitte \u00e4ndern' || char(10) || rowid where rowid % 3",
)


def test_what_a_person_has_entered_stays_bit_for_bit(course: Path, order: Order) -> None:
    order(course)

    def by_person() -> list[tuple[Any, ...]]:
        with contextlib.closing(sqlite3.connect(course / ".course" / "gradebook.db")) as connection:
            return [
                *connection.execute("select id, hex(manual_score), hex(extra_credit) from grade order by id"),
                *connection.execute("select id, hex(manual_comment) from comment order by id"),
            ]

    with contextlib.closing(sqlite3.connect(course / ".course" / "gradebook.db")) as connection, connection:
        for change in BY_PERSON:
            connection.execute(change)
    before = by_person()
    hand_in(course, {"ada": {"share": 0.0, "words": "new"}, "ben": {"reject": "It is empty."},
                     "eve": {"share": 1.0, "words": ""}})  # fmt: skip
    assert order(course, failpoint="publish: committed", nth=2) == {"signal": 9}
    assert order(course)["unaccounted"] == []
    assert by_person() == before
    assert len(before) > 50


def test_a_row_that_somebody_else_removed_is_entered_again(
    course: Path, undisturbed: dict[str, Any], order: Order
) -> None:
    order(course)
    with contextlib.closing(sqlite3.connect(course / ".course" / "gradebook.db")) as connection, connection:
        connection.execute("update grade set auto_score = 99 where auto_score > 0")
    assert order(course) == all_is_well(fresh=0)
    assert same(course, undisturbed)


def test_the_last_copies_of_the_gradebook_are_kept(course: Path, order: Order) -> None:
    for number in range(7):
        hand_in(course, {"ada": {"share": number / 8, "words": ""}})
        order(course)
    copies = sorted((course / ".course" / "backups").iterdir())
    assert len(copies) == 5
    with contextlib.closing(sqlite3.connect(copies[-1])) as connection:
        total = connection.execute("select sum(auto_score) from grade").fetchone()[0]
    with contextlib.closing(sqlite3.connect(course / ".course" / "gradebook.db")) as connection:
        assert total < connection.execute("select sum(auto_score) from grade").fetchone()[0]


def test_a_newer_file_is_the_only_grade_in_whatever_order_it_comes(
    course: Path, undisturbed: dict[str, Any], order: Order
) -> None:
    for share in (0.25, 0.75, 0.25, 0.75, 0.75):
        hand_in(course, {"ada": {"share": share, "words": ""}})
        assert order(course)["unaccounted"] == []
    scores = [row[2] for row in table(course)["grade"] if row[0] == "ada" and row[1] == "test-ewma"]
    points = next(each.points for each in load(ASSIGNMENT).exercises if each.name == "ewma")
    assert scores == [0.75 * points]


def test_two_at_once_are_one_after_the_other(course: Path, undisturbed: dict[str, Any], order: Order) -> None:
    here = Course.find(course)
    second = subprocess.Popen(
        [sys.executable, "-m", "tests.autograder.killed"],
        cwd=ROOT, env=os.environ | {"PYTHONWARNINGS": "ignore"},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with second:
        assert second.stdin
        assert second.stdout
        with here.alone(lambda: None):
            print(json.dumps({"course": str(course)}), file=second.stdin, flush=True)
            second.stdin.close()
            while not (course / "waits").exists():
                assert second.poll() is None
                time.sleep(0.01)
            assert not (course / ".course" / "results").exists()
        assert json.loads(second.stdout.read()) == all_is_well(fresh=len(HANDED_IN), said=["waiting"])
    assert same(course, undisturbed)


def test_after_an_upgrade_amid_a_run_all_are_of_one_version_and_nothing_is_thrown_away(
    course: Path, undisturbed: dict[str, Any], order: Order
) -> None:
    assert order(course, version="old", failpoint="publish: read back", nth=3) == {"signal": 9}
    before = set((course / ".course" / "results" / ASSIGNMENT).iterdir())
    assert len(before) >= 3
    assert order(course, version="new") == all_is_well(fresh=len(HANDED_IN))
    shown = shown_results(Course.find(course), ASSIGNMENT).values()
    assert {result and result.version for result in shown} == {"new"}
    assert before < set((course / ".course" / "results" / ASSIGNMENT).iterdir())
    assert table(course)["grade"] == undisturbed["grade"]


def test_a_report_of_several_versions_says_so(
    course: Path, order: Order, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Somebody has graded one student alone since the upgrade."""
    order(course, version="old")
    hand_in(course, {"ada": {"share": 0.5, "words": ""}})
    submitted = course / ".course" / "submitted"
    others = [path.rename(course / path.name) for path in submitted.iterdir() if path.name != "ada"]
    assert order(course)["fresh"] == 1
    assert len(others) == len(HANDED_IN) - 1
    monkeypatch.chdir(course)
    monkeypatch.setattr(sys, "argv", ["autograder", "report", ASSIGNMENT])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 3
    says = "results of several versions of the grader stand side by side: 4 of 5 are not of this one"
    assert f"{says} (ben, eve, fay, gus); run: autograder grade {ASSIGNMENT}" in capsys.readouterr().err
    page = (course / ".course" / "reports" / ASSIGNMENT / "index.html").read_text(encoding="utf-8")
    (warned,) = re.findall(r"<p><strong>Results of several versions.*?</p>", page)
    assert re.findall(r"<bdi>(\w+)</bdi>", warned) == ["ada"]
