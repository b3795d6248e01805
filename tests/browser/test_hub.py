"""The classroom of deploy/, with its files as they are: a hub, an instructor and two students.

They are accounts of this machine, made for the test and removed behind it, since it is the machine that keeps
students out of each other's work. So the test needs root, and it needs JupyterHub's proxy, which
`make test-browser` installs where there is npm.
"""

import contextlib
import grp
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
import nbgrader
import psutil
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.autograder.course import ASSIGNMENT as NAME, ROOT, SUBMISSIONS, make_course, run
from tests.browser import lab, servers, watch
from tests.browser.conftest import new_page


PROXY = "configurable-http-proxy"
PROGRAMS = ("useradd", "userdel", "groupadd", "groupdel", "chpasswd", "node", PROXY)
STUDENTS, INSTRUCTORS = "advsec-students", "advsec-instructors"
NOTEBOOK = f"{NAME}/{NAME}.ipynb"
PACKAGES = Path(nbgrader.__file__).parents[1]
LAST_CELL_IS_THERE = """() => jupyterapp.shell.currentWidget?.content?.widgets?.some(
    ({model}) => model.getMetadata("nbgrader")?.grade_id === "choice-marks")"""
COMMENT = "Which noise do you mean?"


@dataclass(frozen=True)
class Person:
    """An account of this machine."""

    name: str
    password: str

    @property
    def home(self) -> Path:
        return Path(pwd.getpwnam(self.name).pw_dir)

    def runs(self, *command: str) -> subprocess.CompletedProcess[str]:
        about = pwd.getpwnam(self.name)
        groups = os.getgrouplist(self.name, about.pw_gid)
        return subprocess.run(
            command,
            user=about.pw_uid,
            group=about.pw_gid,
            extra_groups=groups,
            cwd="/",
            capture_output=True,
            text=True,
        )


@dataclass(frozen=True)
class Classroom:
    """Where it lies, its address, and who is in it."""

    folder: Path
    address: str
    teacher: Person
    alice: Person
    bob: Person


# --- the machine ----------------------------------------------------------------------------------------


def what_is_missing() -> str:
    if os.geteuid() != 0:
        return "only root can make accounts"
    if missing := [name for name in PROGRAMS if not shutil.which(name)]:
        return f"{', '.join(missing)} cannot be found; make test-browser installs {PROXY} where there is npm"
    return "" if anybody_has("ls", str(PACKAGES)) else f"other accounts may not read {PACKAGES}"


def anybody_has(*command: str) -> bool:
    """Whether a command ends well for an account that owns nothing."""
    with contextlib.suppress(OSError):
        return not subprocess.run(command, user=65534, group=65534, extra_groups=[], cwd="/").returncode
    return False


def python_for_everybody(folder: Path) -> str:
    """This very Python, in `folder` where it lies where others may not go, such as in a home.

    Not another one of the machine: which packages there are depends on the number after 3.11 too.
    """
    if anybody_has(sys.executable, "-c", ""):
        return sys.executable
    program = Path(sys.executable).resolve()
    libraries = sysconfig.get_config_var("LIBDIR")
    shutil.copytree(
        libraries,
        folder / "lib",
        copy_function=linked,
        ignore=shutil.ignore_patterns("site-packages", "test", "__pycache__", "*.a"),
    )
    (folder / "bin").mkdir()
    copy = folder / "bin" / f"python3.{sys.version_info[1]}"
    # Where it was built to look for its library, in as many bytes.
    moved = b"$ORIGIN/../lib".ljust(len(libraries), b"\0")
    copy.write_bytes(program.read_bytes().replace(libraries.encode() + b"\0", moved + b"\0"))
    copy.chmod(0o755)
    return str(copy)


def linked(source: str, target: str) -> None:
    """The same file by another name, where the file system allows it."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


@contextlib.contextmanager
def accounts(*groups: str) -> Iterator[list[Person]]:
    """An account in each of the groups, which are made where there are none."""
    made = [group for group in dict.fromkeys(groups) if not _has_group(group)]
    names = [f"advsec{os.getpid()}-{number}" for number in range(len(groups))]
    people = [Person(name, secrets.token_hex()) for name in names]
    try:
        for group in made:
            _root("groupadd", group)
        for person, group in zip(people, groups, strict=True):
            _root("useradd", "--create-home", "--groups", group, "--shell", "/bin/sh", person.name)
            _root("chpasswd", said=f"{person.name}:{person.password}\n")
        yield people
    finally:
        for person in people:
            with contextlib.suppress(KeyError):
                _end_all_of(pwd.getpwnam(person.name).pw_uid)
                _root("userdel", "--force", "--remove", person.name)
        for group in made:
            _root("groupdel", group)


def _has_group(name: str) -> bool:
    return any(group.gr_name == name for group in grp.getgrall())


def _end_all_of(uid: int) -> None:
    """What an account that the test has made may have left behind."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.NoSuchProcess):
            if process.uids().real == uid:
                process.kill()


def _root(*command: str, said: str | None = None) -> None:
    done = subprocess.run(command, input=said, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}: {done.stderr}"


# --- the classroom --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def classroom() -> Iterator[Classroom]:
    if missing := what_is_missing():
        pytest.skip(missing)
    with contextlib.ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="classroom-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        people = stack.enter_context(accounts(INSTRUCTORS, STUDENTS, STUDENTS))
        set_up(folder, people[0])
        yield Classroom(folder, stack.enter_context(hub(folder)), *people)


def set_up(folder: Path, teacher: Person) -> None:
    """What the README of deploy/ asks for, but that nothing is installed anew."""
    shutil.copytree(ROOT / "deploy", folder, dirs_exist_ok=True)
    folder.chmod(0o755)
    course = folder / "course"
    course.mkdir()
    make_course(course, ())
    python = python_for_everybody(folder / "python")
    if not anybody_has(python, "-c", "import ctypes, sqlite3, ssl"):
        pytest.skip(f"{python} cannot be run by other accounts, nor moved to where it can")
    environment(python, course / ".venv", (PACKAGES, ROOT))
    assert run("autograder", "release", NAME, cwd=course).returncode == 0
    students = environment(python, folder / "students", (PACKAGES,))
    (wheel,) = (course / "handout" / NAME).glob("*.whl")
    zipfile.ZipFile(wheel).extractall(students)
    shutil.rmtree(course / ".course")  # the class begins
    _root("chown", "--recursive", "--no-dereference", f"{teacher.name}:{INSTRUCTORS}", str(course))
    course.chmod(0o750)
    (folder / "exchange").mkdir()
    (folder / "exchange").chmod(0o777)
    (folder / "hub").mkdir(0o700)


def environment(python: str, folder: Path, packages: tuple[Path, ...]) -> Path:
    """An environment that has the packages of folders; the folder of its own ones."""
    _root(python, "-m", "venv", "--without-pip", str(folder))
    own = folder / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    (own / "all.pth").write_text("".join(f"{each}\n" for each in packages))
    for name in ("share", "etc"):
        (folder / name).symlink_to(Path(sys.prefix) / name)
    alembic = folder / "bin" / "alembic"
    alembic.write_text(f"#!{folder}/bin/python\nfrom alembic.config import main\nmain()\n")
    alembic.chmod(0o755)
    return own


@contextlib.contextmanager
def hub(folder: Path) -> Iterator[str]:
    """The hub, on ports that nobody else has; the address of its pages."""
    public, inner, proxy = free_ports(3)
    config = folder / "hub" / "config.py"
    config.write_text(
        f"c = get_config()\nload_subconfig({str(folder / 'jupyterhub_config.py')!r})\n"
        f"c.JupyterHub.bind_url = 'http://127.0.0.1:{public}'\n"
        f"c.JupyterHub.hub_port = {inner}\n"
        f"c.ConfigurableHTTPProxy.api_url = 'http://127.0.0.1:{proxy}'\n"
        "c.Spawner.args = ['--LabApp.expose_app_in_browser=True']\n"
        f"c.Spawner.start_timeout = c.Spawner.http_timeout = {servers.PATIENCE:.0f}\n"
    )
    command = [sys.executable, "-m", "jupyterhub", "-f", str(config)]
    surroundings = servers.at_home(folder / "hub")
    with servers.running(command, folder / "hub" / "log", folder / "hub", surroundings) as server:
        address = f"http://127.0.0.1:{public}"
        servers.wait_for(f"{address}/hub/health", server, folder / "hub" / "log")
        yield address


def free_ports(number: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(number)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


# --- what people do -------------------------------------------------------------------------------------


@contextlib.contextmanager
def logged_in(browser: Browser, classroom: Classroom, person: Person) -> Iterator[Page]:
    """Their first page; nothing may go wrong until they leave."""
    with new_page(browser) as page:
        page.goto(f"{classroom.address}/hub/login")
        errors, off = watch.console_errors(page), watch.requests_off(page, classroom.address)
        page.get_by_label("Username").fill(person.name)
        page.get_by_label("Password").fill(person.password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{classroom.address}/user/{person.name}/**")
        yield page
        assert errors == []
        assert off == []


def confirm(page: Page, row: str, action: str) -> None:
    """Press a button of formgrader in the row of an assignment or a student."""
    page.locator("tbody tr", has_text=row).locator(f".{action} a").click()
    said = page.locator(".modal.in")
    text = said.inner_text()
    assert "Success" in text, text
    said.get_by_role("button", name="OK").click()
    said.wait_for(state="hidden")


def assignments(page: Page) -> None:
    """Open the list of assignments, from the menu."""
    page.get_by_role("menuitem", name="Nbgrader").click()
    page.get_by_role("menuitem", name="Assignment List").click()


def answers(student: str) -> dict[str, str]:
    """What a student of the sample class has written, by the grade_id of the cell."""
    notebook = nbformat.read(SUBMISSIONS / student / NOTEBOOK, as_version=4)
    marked = ((cell.metadata.get("nbgrader", {}), cell.source) for cell in notebook.cells)
    return {about["grade_id"]: source for about, source in marked if about.get("solution")}


def releases(browser: Browser, classroom: Classroom) -> None:
    with logged_in(browser, classroom, classroom.teacher) as page:
        confirm(page, NAME, "assign")
        confirm(page, NAME, "release")


def works(browser: Browser, classroom: Classroom, student: Person, writes: dict[str, str]) -> None:
    """Fetch, write, check, save and hand in."""
    with logged_in(browser, classroom, student) as page:
        page.get_by_role("menuitem", name="Nbgrader").click()
        expect(page.get_by_role("menuitem", name="Assignment List")).to_be_visible()
        expect(page.get_by_role("menuitem", name="Formgrader")).to_have_count(0)
        page.get_by_role("menuitem", name="Assignment List").click()
        page.get_by_role("button", name="Fetch", exact=True).click()
        submit = page.get_by_role("button", name="Submit", exact=True)
        submit.wait_for()
        lab.execute(page, "docmanager:open", path=NOTEBOOK)
        page.wait_for_function(LAST_CELL_IS_THERE)
        page.wait_for_function(f"{lab.KERNEL.removeprefix('() => ')} === 'idle'")
        for grade_id, source in writes.items():
            lab.write(page, grade_id, source)
        lab.run(page, "imports")
        lab.run(page, "cumulative_mean")
        expect(lab.run(page, "test-cumulative_mean").first).to_contain_text("tests pass")
        lab.save(page)
        lab.execute(page, "nbgrader:open-assignment-list")
        submit.click()
        expect(page.get_by_text("There are no submitted assignments")).to_be_hidden()


def grades(browser: Browser, classroom: Classroom) -> dict[str, str]:
    """Collect, grade by formgrader's button, mark an answer, release the feedback; what the list says."""
    with logged_in(browser, classroom, classroom.teacher) as page:
        confirm(page, NAME, "collect")
        page.locator("tbody tr", has_text=NAME).locator(".num-submissions a").click()
        for student in (classroom.alice, classroom.bob):
            confirm(page, student.name, "autograde")
        rows = {
            each.name: page.locator("tbody tr", has_text=each.name).inner_text()
            for each in (classroom.alice, classroom.bob)
        }
        page.locator("tbody tr", has_text=classroom.alice.name).locator(".student-name a").click()
        page.get_by_role("link", name=NAME).last.click()
        page.wait_for_function(lab.MARKING)
        page.locator("#choice-answer").fill("2.5")
        page.locator("#choice-answer-comment").fill(COMMENT)
        with page.expect_response(lambda answer: "/api/comment/" in answer.url and answer.ok):
            page.keyboard.press("Tab")
        page.goto(f"{classroom.address}/user/{classroom.teacher.name}/formgrader/manage_assignments")
        confirm(page, NAME, "generate-feedback")
        confirm(page, NAME, "release-feedback")
    return rows


def reads(browser: Browser, classroom: Classroom, student: Person) -> str:
    """Fetch the feedback; what the page says."""
    with logged_in(browser, classroom, student) as page:
        assignments(page)
        page.get_by_role("button", name="Fetch Feedback").click()
        page.get_by_text("view feedback").click()
        (feedback,) = (student.home / NAME / "feedback").glob("*/*.html")
        path = feedback.relative_to(student.home)
        page.goto(f"{classroom.address}/user/{student.name}/files/{path}")
        return page.locator("body").inner_text()


# --- what has to hold -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def week(browser: Browser, classroom: Classroom) -> tuple[dict[str, str], str]:
    """A week of the class: what formgrader's list says of each student, and what Alice reads in the end."""
    releases(browser, classroom)
    works(browser, classroom, classroom.alice, answers("ada-all-right"))
    works(browser, classroom, classroom.bob, answers("ewma-swapped"))
    return grades(browser, classroom), reads(browser, classroom, classroom.alice)


def test_a_class_hands_in_is_graded_and_reads_its_feedback(
    week: tuple[dict[str, str], str], classroom: Classroom
) -> None:
    rows, feedback = week
    assert "26 / 30" in rows[classroom.alice.name]
    assert "26 / 30" not in rows[classroom.bob.name]
    assert "28.5 of 30 points" in feedback
    assert COMMENT in feedback
    assert classroom.bob.name not in feedback


def test_no_student_sees_what_is_not_theirs(week: object, classroom: Classroom) -> None:
    for student, other in ((classroom.bob, classroom.alice), (classroom.alice, classroom.bob)):
        closed = [
            classroom.folder / "course",
            classroom.folder / "exchange" / "advsec" / "inbound",
            classroom.folder / "exchange" / "advsec" / "feedback",
            classroom.folder / "hub",
            other.home,
        ]
        for folder in closed:
            assert list(folder.iterdir()), folder
            looked = student.runs("ls", str(folder))
            assert not looked.stdout
            assert "Permission denied" in looked.stderr
        seen = student.runs("cat", str(other.home / NOTEBOOK))
        assert not seen.stdout
        assert "Permission denied" in seen.stderr
        assert student.runs("cat", str(student.home / NOTEBOOK)).stdout
