"""The guide for teachers, followed word for word with the wheel as it is built, away from the checkout."""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path

import nbformat
import pytest

from tests.wheel import build


ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "teachers.md").read_text("utf-8")
BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
# What the test does by itself, without a network: the environment has what the installation would bring.
INSTALL = """\
python3 -m venv .venv
source .venv/bin/activate
pip install './{wheel}[grading]' jupyterlab pytest
"""
# Programs of other packages that the page, or nbgrader, calls by name.
PROGRAMS = ("alembic", "nbgrader", "pytest")
OURS = ("advsec", "autograder", "__editable__")
ASSIGNMENT = "01_softmax"


def linked(source: str, target: str) -> None:
    """The same file by another name, where the file system allows it."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


@pytest.fixture(scope="module")
def teacher(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Teacher]":
    """Somebody with an empty folder in which `.venv` has the wheel, and no checkout."""
    folder = tmp_path_factory.mktemp("course")
    environment = folder / ".venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    python = environment / "bin" / "python"
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = Path(subprocess.check_output([python, "-c", ask], text=True).strip())
    for each in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
        shutil.copytree(
            each,
            packages,
            symlinks=True,
            copy_function=linked,
            dirs_exist_ok=True,
            ignore=lambda _, names: [name for name in names if name.startswith(OURS)],
        )
    wheel = build(tmp_path_factory)
    command = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
    ]
    subprocess.run([*command, str(wheel)], check=True, timeout=300)
    scripts = {each.name: each for each in entry_points(group="console_scripts") if each.name in PROGRAMS}
    for name, script in scripts.items():
        program = (
            f"#!{python}\nimport sys\nfrom {script.module} import {script.attr}\nsys.exit({script.attr}())\n"
        )
        (environment / "bin" / name).write_text(program)
        (environment / "bin" / name).chmod(0o755)
    yield Teacher(folder, wheel.name)
    shutil.rmtree(environment)


class Teacher:
    """Does what the page says."""

    def __init__(self, folder: Path, wheel: str) -> None:
        self.folder, self.wheel = folder, wheel

    def types(self, line: str) -> subprocess.CompletedProcess[str]:
        """Type a line into the terminal."""
        bin_folder = self.folder / ".venv" / "bin"
        environment = {
            "PATH": f"{bin_folder}{os.pathsep}/usr/bin{os.pathsep}/bin",
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "VIRTUAL_ENV": str(self.folder / ".venv"),
        }
        return subprocess.run(
            ["bash", "-c", line],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def notebook(self) -> Path:
        return self.folder / "assignments" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"

    def writes(self, text: str, before: str) -> None:
        """Put a text where the words before it say."""
        last = before.rstrip().rpartition("\n\n")[2]
        if "model answer between the two marks" in last.replace("\n", " "):
            notebook = nbformat.read(self.notebook, as_version=4)
            (cell,) = (each for each in notebook.cells if each.source.startswith("def surprise("))
            marks = re.compile(r"(?<=### BEGIN SOLUTION\n).*(?=    ### END SOLUTION)", re.DOTALL)
            cell.source = marks.sub(text, cell.source)
            nbformat.write(notebook, self.notebook)
            return
        known = r"(Append this to|Replace what is in|Write this into)\s+`([^`]+)`:\s*$"
        (what, name) = re.findall(known, last)[0]
        path = self.folder / name
        there = path.read_text("utf-8") if path.exists() else ""
        path.write_text(there + text if what.startswith("Append") else text, "utf-8")

    def hands_in(self) -> None:
        """In the place of the students: `submissions.zip`, as Moodle names what is in it."""
        release = self.folder / "handout" / ASSIGNMENT / "assignments" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
        answers = {
            "softmax": "def softmax(x):\n    return np.exp(x) / np.exp(x).sum(axis=-1, keepdims=True)",
            "surprise": "def surprise(p):\n    return np.log2(1 / p)",
        }
        peeping = f"""def softmax(x):
    namespace = {{}}
    exec(open({str(self.folder / "exercises" / "references.py")!r}).read(), namespace)
    return namespace["softmax"](x)"""
        with zipfile.ZipFile(self.folder / "submissions.zip", "w") as archive:
            for name, given in {
                "Ann Lee_101": answers,
                "Ben Ode_102": {},
                "Cid_103": {"softmax": peeping},
            }.items():
                notebook = nbformat.read(release, as_version=4)
                for cell in notebook.cells:
                    cell.source = given.get(cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source)
                path = f"{name}_assignsubmission_file_/{ASSIGNMENT}.ipynb"
                archive.writestr(path, nbformat.writes(notebook))


@pytest.fixture(scope="module")
def followed(teacher: Teacher) -> dict[str, str]:
    """What each line of the page said, when all was done in order."""
    said: dict[str, str] = {}
    install = INSTALL.format(wheel=teacher.wheel)
    blocks = list(BLOCK.finditer(PAGE))
    assert blocks[0][2] == install
    for block in blocks[1:]:
        if block[1] == "python":
            teacher.writes(block[2], PAGE[: block.start()])
            continue
        for line in block[2].splitlines():
            if line.startswith("autograder collect"):
                teacher.hands_in()
            done = teacher.types(line)
            assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
            assert "Traceback" not in done.stderr
            said[line] = done.stdout
    return said


def test_the_page_can_be_followed_to_its_end(followed: dict[str, str]) -> None:
    assert "exercises/softmax/surprise.py" in followed["autograder new surprise --assignment 01_softmax"]
    assert "The proof holds." in followed["autograder prove"]
    aimed = followed["autograder blindness surprise my_tests.py"]
    assert re.search(r"test_a_sure_event *\W *2 of 2 *\W *0 of 5", aimed)
    assert re.search(r"all together *\W *0 of 2 *\W *0 of 5", aimed)
    assert re.search(r"\d passed", followed["pytest"])


def test_who_handed_in_gets_what_it_is_worth(teacher: Teacher, followed: dict[str, str]) -> None:
    said = teacher.types("autograder grade 01_softmax --json").stdout.splitlines()
    ann, ben, cid = sorted(map(json.loads, said), key=lambda each: each["student"])
    assert (ann["score"], ben["score"], cid["score"]) == (5, 0, 0)
    peeped = cid["exercises"]["softmax"]["finding"]["message"]
    assert "FileNotFoundError" in peeped or "PermissionError" in peeped
    findings = {name: each["finding"] for name, each in ann["exercises"].items()}
    assert findings["softmax"]["misconception"] == "not_shifted"
    assert findings["surprise"] is None
    scores = (teacher.folder / ".course" / "reports" / ASSIGNMENT / "scores.csv").read_text("utf-8")
    assert "5" in scores


def test_what_students_get_has_neither_solution_nor_exercise(
    teacher: Teacher, followed: dict[str, str]
) -> None:
    with zipfile.ZipFile(teacher.folder / "handout" / f"{ASSIGNMENT}.zip") as archive:
        names = archive.namelist()
        (wheel,) = (name for name in names if name.endswith(".whl"))
        texts = [archive.read(name) for name in names if name != wheel]
        with zipfile.ZipFile(archive.open(wheel)) as inside:
            assert not any("references" in name or "exercises" in name for name in inside.namelist())
            texts += [inside.read(name) for name in inside.namelist()]
    assert not any(b"np.log2(p)\n" in text or b"axis=-1, keepdims" in text for text in texts)


def test_nbgrader_itself_grades_with_the_same_grader(teacher: Teacher, followed: dict[str, str]) -> None:
    done = teacher.types(f"nbgrader autograde {ASSIGNMENT} --force && nbgrader export --to grades.csv")
    assert done.returncode == 0, done.stderr
    assert ",5.0," in (teacher.folder / "grades.csv").read_text("utf-8")


def test_what_init_wrote_is_in_order_and_never_overwritten(
    teacher: Teacher, followed: dict[str, str]
) -> None:
    again = teacher.types("autograder init")
    assert again.returncode == 1
    assert re.fullmatch(r"autograder: \S+ is there already; nothing is written, .*\n", again.stderr)
    begun = teacher.types("autograder init other")
    assert begun.returncode == 0, begun.stderr
    other = teacher.folder / "other"
    ruff = [str(Path(sys.executable).with_name("ruff"))]
    for command in (["check"], ["format", "--check"]):
        done = subprocess.run([*ruff, *command, "--no-cache", "."], cwd=other, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout
