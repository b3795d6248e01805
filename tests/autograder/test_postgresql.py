"""A gradebook in PostgreSQL, as nbgrader advises where several people grade: the same results, no file."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.course import Course
from autograder.gradebook import grades, has_gradebook

from .course import ASSIGNMENT, make_course, run


pytest.importorskip("psycopg2", reason="no psycopg2 is installed: the extra `postgres`")
pytestmark = pytest.mark.filterwarnings("ignore")  # of nbgrader and what it imports

STUDENTS = ("ada-all-right", "truncated-file")
SETTINGS = """
c.CourseDirectory.db_url = {url!r}
c.CourseDirectory.course_id = "ml"
"""


def _program(name: str) -> str:
    """A program of PostgreSQL's, which Debian keeps out of the PATH."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = shutil.which(name, path=os.pathsep.join([*map(str, places), os.environ["PATH"]]))
    if found is None:
        pytest.skip(f"PostgreSQL is not installed: there is no {name}")
    return found


@pytest.fixture
def url() -> Iterator[str]:
    """A database of a server on loopback, which ends with the test. PostgreSQL does not run as root."""
    initdb, control, createdb = map(_program, ("initdb", "pg_ctl", "createdb"))
    is_root = os.geteuid() == 0
    folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
    somebody: dict[str, object] = {"cwd": folder}
    if is_root:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        somebody |= {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def call(*command: str) -> None:
        done = subprocess.run(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **somebody
        )  # type: ignore[call-overload]
        assert done.returncode == 0, done.stderr

    try:
        call(initdb, "-D", f"{folder}/data", "-A", "trust", "-U", "grader", "--no-sync")
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        call(
            control, "-D", f"{folder}/data", "-l", f"{folder}/log", "-t", "300", "-w", "-o", options, "start"
        )
        try:
            call(createdb, "-h", "127.0.0.1", "-p", str(port), "-U", "grader", "gradebook")
            yield f"postgresql+psycopg2://grader@127.0.0.1:{port}/gradebook"
        finally:
            call(control, "-D", f"{folder}/data", "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder)


def test_a_class_is_graded_into_postgresql(url: str, tmp_path: Path) -> None:
    course = Course.find(make_course(tmp_path, STUDENTS))
    with (tmp_path / "nbgrader_config.py").open("a") as file:
        file.write(SETTINGS.format(url=url))
    for command in (
        ("autograder", "grade", ASSIGNMENT),
        ("nbgrader", "db", "assignment", "add", ASSIGNMENT, "--duedate=2026-11-01T23:59:00+01:00"),
        ("autograder", "extend", ASSIGNMENT, "ada-all-right", "--days", "2"),
        ("autograder", "regrade", ASSIGNMENT, "--diff"),
        ("autograder", "report", ASSIGNMENT),
        ("nbgrader", "autograde", ASSIGNMENT, "--force"),
        ("nbgrader", "generate_feedback", ASSIGNMENT),
    ):
        done = run(*command, cwd=tmp_path)
        assert done.returncode == 0, (command, done.stderr[-2000:])
    assert has_gradebook(course)
    assert not course.gradebook.exists()
    found = grades(course, ASSIGNMENT)
    assert {student: found[student].score for student in STUDENTS} == {STUDENTS[0]: 26, STUDENTS[1]: None}
