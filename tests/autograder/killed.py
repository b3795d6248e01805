"""A program that grades a class again and again, and is killed as often; see `test_kills.py`.

It reads orders, a line of JSON each, and carries each out in a fork of its own, so that what is slow to
import is imported once. Grading itself is a pure function of the bytes here, in the place of a box.
"""

import errno
import json
import os
import select
import signal
import sqlite3
import sys
import threading
import traceback
from contextlib import closing
from pathlib import Path
from typing import Any

from autograder import batch, engine, failpoints, publish
from autograder.batch import Batch
from autograder.course import Course, CourseError
from autograder.exercises import load
from autograder.results import CellRecord, Origin, Result
from autograder.run import grade_course
from autograder.sandbox.policy import Policy
from autograder.sandbox.reader import Cell
from autograder.sandbox.wall import Wall, build_wall
from autograder.submission import find_submissions
from autograder.verdict import Finding, Judgement


ASSIGNMENT = load("01_moving_averages")


class FakeZygote:
    """Without a process."""

    alive = True

    def __init__(self, wall: Wall, process: None) -> None:
        self.tier = wall.label

    def __enter__(self) -> "FakeZygote":
        return self

    def __exit__(self, *_: object) -> None:
        pass


def graded(data: bytes, assignment: Any, *, student: str, key: str, zygote: Any, **_: Any) -> Result:
    """What the file says that it deserves."""
    says = json.loads(data)
    origin = Origin(student, assignment, zygote.tier, key=key)
    if says.get("poison"):
        os.kill(os.getpid(), signal.SIGKILL)
    if "reject" in says:
        return Result.rejected(origin, says["reject"])
    if "human" in says:
        return Result.needs_human(origin, says["human"])
    finding = Finding("raised", "what it does differs")
    judgements = [
        Judgement(
            each.name, each.points * says["share"], each.points, (), finding if says["share"] < 1 else None
        )
        for each in assignment.exercises
    ]
    return Result.graded(origin, judgements, (CellRecord(Cell("markdown", says["words"], "choice-answer")),))


class Watcher:
    """Keeps what is said."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, says: str) -> None:
        self.said.append(says)

    def stopping(self) -> bool:
        return False

    def expect(self, number: int) -> None:
        pass

    def graded(self) -> None:
        pass


class Failing:
    """At the nth passing of a failpoint: a kill, or an error of the disk."""

    def __init__(self, name: str, nth: int, what: str, log: str) -> None:
        self.name, self.left, self.what, self.log = name, nth, what, log
        self.lock = threading.Lock()

    def __call__(self, name: str) -> None:
        with self.lock:
            if self.log:
                with open(self.log, "a") as file:
                    file.write(f"{name}\n")
            self.left -= name == self.name
            if name != self.name or self.left:
                return
        if self.what == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        code = getattr(errno, self.what)
        raise OSError(code, os.strerror(code))


def grade(course: Course, insist: bool) -> dict[str, Any]:
    """Grade all who handed in, as `autograder grade` does, and count."""
    wall = build_wall(Policy(), "none")
    watcher = Watcher()
    submissions = find_submissions(course.submitted, ASSIGNMENT.name)
    pool = engine.LocalPool(wall, 2, {ASSIGNMENT.name: ASSIGNMENT})

    def waits() -> None:
        watcher.say("waiting")
        (course.root / "waits").touch()

    with course.alone(waits), pool:
        (account,) = grade_course(
            course, [(Batch(course, ASSIGNMENT, wall), submissions)], pool, watcher, insist=insist
        )
    outcomes = ("graded", "rejected", "needs_human")
    counted = {outcome: account.count(outcome) for outcome in outcomes}
    return {
        **counted,
        "handed_in": account.handed_in,
        "fresh": account.fresh,
        "unaccounted": account.unaccounted,
        "said": watcher.said,
    }


def carry_out(order: dict[str, Any]) -> dict[str, Any]:
    """One order, in a process of its own."""
    failpoints.hook = Failing(
        order.get("failpoint", ""), order.get("nth", 1), order.get("what", "kill"), order.get("log", "")
    )
    engine.Zygote = FakeZygote  # type: ignore[misc,assignment]
    engine.grade_submission = graded
    if "version" in order:
        batch.grader_version = lambda _: str(order["version"])
    publish.PATIENCE = order.get("patience", publish.PATIENCE)
    course = Course.find(Path(order["course"]))
    try:
        return grade(course, order.get("insist", False))
    except CourseError as error:
        return {"error": str(error), "exit_code": error.exit_code}
    except BaseException:
        return {"broken": traceback.format_exc()}


def table(course: Path) -> dict[str, Any]:
    """All that is left of a run, but for times and for what only one run knows."""
    work = course / ".course"
    found: dict[str, Any] = {}
    with closing(sqlite3.connect(work / "gradebook.db")) as connection:
        found["integrity"] = connection.execute("pragma integrity_check").fetchall()
        for name, columns in {
            "grade": "auto_score, manual_score, extra_credit, needs_manual_grade",
            "comment": "auto_comment, manual_comment",
        }.items():
            query = f"""
                select submitted_assignment.student_id, base_cell.name, {columns} from {name}
                join base_cell on base_cell.id = {name}.cell_id
                join submitted_notebook on submitted_notebook.id = {name}.notebook_id
                join submitted_assignment on submitted_assignment.id = submitted_notebook.assignment_id
                order by 1, 2
            """
            found[name] = [list(row) for row in connection.execute(query)]
        query = "select student_id, flagged, timestamp, late_submission_penalty from submitted_notebook join "
        query += (
            "submitted_assignment on submitted_assignment.id = submitted_notebook.assignment_id order by 1"
        )
        found["submissions"] = [list(row) for row in connection.execute(query)]
    for folder in ("results", "autograded"):
        found[folder] = {
            str(path.relative_to(work)): path.read_text()
            for path in sorted((work / folder).rglob("*"))
            if path.is_file()
        }
    found["left behind"] = [
        str(path) for path in work.rglob(".*") if path.suffix == ".tmp" or ".new-" in path.name
    ]
    return found


def main() -> None:
    for line in sys.stdin:
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            os.close(reading)
            with open(writing, "w") as answer:
                json.dump(carry_out(json.loads(line)), answer)
            os._exit(0)
        os.close(writing)
        kill_after = json.loads(line).get("kill_after")
        if kill_after is not None and not select.select([reading], [], [], kill_after)[0]:
            os.kill(child, signal.SIGKILL)
        with open(reading) as answer:
            text = answer.read()
        _, status = os.waitpid(child, 0)
        print(json.dumps(json.loads(text) if text else {"signal": os.WTERMSIG(status)}), flush=True)


if __name__ == "__main__":
    main()
