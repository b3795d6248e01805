"""What a person is asked to look at, and above all what not."""

import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from autograder import flags as flags_module
from autograder.exercises import load
from autograder.flags import MANY_NUMBERS, flags
from autograder.results import CellRecord, Result
from autograder.sandbox.reader import Cell, Unreadable, read_cells
from autograder.submission import find_submissions
from autograder.tokens import CodeCell, code_cells
from autograder.trials import draw_public
from tests.autograder.course import make_course, run
from tests.make_submissions import ASSIGNMENT, SUBMISSIONS, release
from tests.students import RIGHT


AVERAGES = load(ASSIGNMENT)


def handed_in(student: str, *sources: str, beside: Iterable[str] = ()) -> Result:
    cells = tuple(CellRecord(Cell("code", source, "")) for source in sources)
    return Result(student, ASSIGNMENT, "graded", "", 20.0, 20.0, cells=cells, beside=tuple(beside))


def found(*results: Result, template: Iterable[str] = ()) -> dict[str, list[str]]:
    """The kinds of flags of each student."""
    given = {str(number): source for number, source in enumerate(template)}
    return {student: [flag.kind for flag in own] for student, own in flags(results, AVERAGES, given).items()}


def kinds(source: str, *template: str) -> list[str]:
    return found(handed_in("a", source), template=template).get("a", [])


def test_nobody_of_the_sample_class_is_flagged() -> None:
    results = []
    for each in find_submissions(SUBMISSIONS, ASSIGNMENT):
        try:
            cells = tuple(map(CellRecord, read_cells(each.read())))
        except Unreadable:
            continue
        results.append(Result(each.student, "", "graded", "", 1.0, 1.0, cells=cells, beside=each.beside))
    assert len(results) > 30
    given = {str(number): cell.source for number, cell in enumerate(release(AVERAGES).cells)}
    assert flags(results, AVERAGES, given) == {}


def alike(students: str, source: str, sha256: str = "f" * 64) -> list[Result]:
    return [replace(handed_in(student, source), sha256=sha256) for student in students]


def test_who_hands_in_the_same_file_is_named_and_who_was_given_it_is_not() -> None:
    same = flags([*alike("abc", "x = 1"), *alike("d", "x = 1", "e" * 64)], AVERAGES, {"given": "y = 2"})
    assert {student: [flag.message for flag in own] for student, own in same.items()} == {
        "a": ["This is the file that b, c handed in as well, byte for byte"],
        "b": ["This is the file that a, c handed in as well, byte for byte"],
        "c": ["This is the file that a, b handed in as well, byte for byte"],
    }
    assert found(*alike("abc", "x = 1"), template=["x = 1"]) == {}
    assert found(*alike("abc", "x = 1", "")) == {}


@pytest.mark.parametrize(
    ("group", "flagged"), [("ab", ""), ("abz", ""), ("abc", "ab"), ("a", "ab"), ("ax", "ab")]
)
def test_what_is_a_groups_is_no_copy(group: str, flagged: str) -> None:
    """`z` has handed in nothing; `c` has something else, so it is no group that hands in together."""
    results = [*alike("ab", "x = 1"), *alike("c", "x = 2", "e" * 64)]
    assert set(flags(results, AVERAGES, {}, [frozenset(group)])) == set(flagged)


def test_the_roster_says_who_is_a_group(tmp_path: Path) -> None:
    """From the archive of the platform to the page of the class."""
    course = make_course(tmp_path, students=())
    notebook = SUBMISSIONS / "cumulative-mean-flattened" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    with zipfile.ZipFile(tmp_path / "handed-in.zip", "w") as archive:
        for name in ("red_11_71", "roemax_13_72"):
            archive.write(notebook, f"{name}_{ASSIGNMENT}.ipynb")
    people = tmp_path / "people.csv"
    people.write_text(
        "name,canvas_user_id,user_id,login_id,sections,group_name,canvas_group_id,group_id\n"
        '"Doe, Jane",11,,jd,,Red,7,\n"Lee, Ann",12,,al,,Red,7,\n"Roe, Max",13,,mr,,Blue,8,\n'
    )
    for command in (("collect", "handed-in.zip", "--roster", str(people)), ("grade",), ("report",)):
        named = ("--assignment",) if command[0] == "collect" else ()
        done = run("autograder", *command, *named, ASSIGNMENT, cwd=course)
        assert done.returncode == 0, done.stderr
    page = (course / ".course" / "reports" / ASSIGNMENT / "index.html").read_text()
    assert "This is the file that al, mr handed in as well" in page
    people.write_text(people.read_text().replace("Blue", "Red"))
    run("autograder", "collect", "handed-in.zip", "--roster", str(people), cwd=course)
    assert run("autograder", "report", ASSIGNMENT, cwd=course).returncode == 0
    page = (course / ".course" / "reports" / ASSIGNMENT / "index.html").read_text()
    assert "byte for byte" not in page


# --- attempts -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("import advsec", "reference"),
        ("from advsec.averages import ewma", "reference"),
        ("x = sys.modules.advsec", "reference"),
        ("importlib.import_module('advsec')", "reference"),
        ("%run advsec/averages.py", "reference"),
        ("exec(text)", "hidden_code"),
        ("__import__('os')", "hidden_code"),
        ("f = compile(text, '', 'exec')", "hidden_code"),
        ("from base64 import b64decode", "hidden_code"),
        ("inspect.getsource(check)", "hidden_code"),
        ("x = 'def ewma(x, beta): return x'", "embedded"),
        ("x = '''\n\ndef ewma(x, beta):\n    return x\n'''", "embedded"),
        (f"x = '{'QUJD' * 600}'", "embedded"),
        (f"exec('{'QUJD' * 100}')", "hidden_code"),
        (f"x = {'1 + ' * 100}advsec.averages.N", "reference"),
        ("x = (\n" + f"  '{'QUJD' * 15}'\n" * 40 + ")", "embedded"),
        ("x = 1\n" * 20_000, "long"),
    ],
)
def test_an_attempt_is_shown_once_and_never_where_the_template_makes_it(source: str, kind: str) -> None:
    assert kinds(source) == [kind]
    assert kinds(source, source) == (["long"] if kind == "long" else [])


@pytest.mark.parametrize(
    "source",
    [
        "# import advsec",
        'def ewma(x):\n    """As in advsec: def ewma(x)."""\n    return x',
        "pattern = re.compile('x')",
        "model.eval()",
        "x = 'definitely (not) code'",
        "# " + "-" * 100 + "\n",
        "x = [" + "0.123456789, " * 300 + "]",
        "",
    ],
)
def test_what_looks_like_an_attempt_and_is_none(source: str) -> None:
    assert kinds(source) == []


def test_only_code_is_looked_at() -> None:
    text = Result("a", "", "graded", "", 1.0, 1.0, cells=(CellRecord(Cell("markdown", "import advsec", "")),))
    assert found(text, Result("b", "", "rejected", "empty", None, 1.0)) == {}


# --- numbers --------------------------------------------------------------------------------------------

NUMBERS = [f"{number}.5" for number in range(MANY_NUMBERS)]
TABLE = "[\n    " + ",\n    ".join(NUMBERS) + ",\n]"
LOOKED_UP = "def ewma(x, beta, *, init=0.0):\n    return ANSWERS[len(x)]\n"


@pytest.mark.parametrize(
    "source",
    [
        f"def ewma(x, beta, *, init=0.0):\n    return {TABLE}[len(x)]\n",
        f"def anything(x):\n    return {TABLE}\n",
        f"ANSWERS = {TABLE}\n\n\n{LOOKED_UP}",
        f"{LOOKED_UP}\nANSWERS = {TABLE}\n",
    ],
)
def test_a_table_of_numbers_is_shown_where_a_function_takes_from_it(source: str) -> None:
    assert kinds(source) == ["literal_table"]
    assert kinds(source, source) == []


@pytest.mark.parametrize(
    "source",
    [
        f"data = {TABLE}\n",
        f"data = {TABLE}\n\n\ndef plot(x):\n    return data\n",
        f"data = {TABLE}\n\n\n{RIGHT['ewma']}\nprint(ewma(data, 0.9))\n",
        "def zeros(x):\n    return [" + "0.0, " * 30 + "]\n",
        f"data = {TABLE}\n".replace(".5", ".5 +") + "0\n",
    ],
)
def test_data_is_no_table_of_answers(source: str) -> None:
    assert kinds(source) == []


def visible_numbers(function: str) -> list[float]:
    """Numbers that a student can read off the tests in the notebook."""
    exercise = AVERAGES.exercise(function)
    values = (call.args[0] for drawn in draw_public(exercise) for call in drawn.calls)
    return [float(value) for each in values for value in np.ravel(each) if round(float(value), 1) != value]


@pytest.mark.parametrize("function", ["ewma", "window", "cumulative_mean"])
def test_a_table_of_the_visible_inputs_is_shown_however_short_it_is(function: str) -> None:
    first, second = visible_numbers(function)[:2]
    signature = AVERAGES.exercise(function).signature
    inside = f"def {function}{signature}:\n    return {{{first}: 1, {second}: 2}}[0]\n"
    outside = f"SEEN = {{{first}: 1, {second}: 2}}\n\n\ndef {function}{signature}:\n    return SEEN[0]\n"
    for source in (inside, outside, inside.replace(function, "helper")):
        (flag,) = flags([handed_in("a", source)], AVERAGES, {})["a"]
        assert flag.kind == "literal_table"
        assert "stand in the visible tests" in flag.message


def test_a_call_that_was_copied_to_try_it_is_no_table() -> None:
    x = f"x = np.array({visible_numbers('ewma')[:5]})"
    assert kinds(f"{x}\nbeta = 0.72\n\n\n{RIGHT['ewma']}\n\nprint(ewma(x, beta))\n") == []
    assert kinds(f"{RIGHT['ewma']}\n\nprint(ewma({visible_numbers('ewma')[:5]}, 0.72))\n") == []


# --- characters -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "character", "\u202a\u202b\u202d\u202e\u202c\u2066\u2067\u2068\u2069\u200b\u2060\ufeff"
)
def test_characters_that_cannot_be_seen_are_shown_by_number(character: str) -> None:
    source = f"x = 1  # {character}\n"
    (flag,) = flags([handed_in("a", source)], AVERAGES, {})["a"]
    assert flag.kind == "invisible"
    assert f"U+{ord(character):04X}" in flag.message
    assert character not in flag.message
    assert kinds(source, source) == []


@pytest.mark.parametrize(
    "source",
    [
        "größe_µ = 1  # 平均 שלום مرحبا \u200f",
        "# 👩\u200d💻 naïve co\u00adoperation, می\u200cخواهم",
        "\u00a0",
        "Δx, σ_w, θ1, βt, ν, v, α, a = range(8)",
        "сумма_x = 1\nxср = 2",
    ],
)
def test_every_language_is_written_as_it_is(source: str) -> None:
    assert kinds(source) == []


@pytest.mark.parametrize(
    "source",
    [
        "mean = 1\nme\u0430n = 2",
        "def ewm\u0430(x):\n    return x",
        "\u0391 = A = 1",
        "f = f\u043e\u043e = foo = 1",
    ],
)
def test_names_that_look_alike_are_shown_once(source: str) -> None:
    assert kinds(source) == ["look_alike"]
    assert kinds(source, source) == []


def test_a_name_in_another_normal_form_is_the_same_name() -> None:
    assert kinds("\u00b5 = 1\nprint(\u03bc)\nﬁ = fi = 1") == []


# --- what stands by itself ---------------------------------------------------------------------------------


def test_a_text_that_breaks_a_look_costs_its_student_nothing_and_nobody_else_anything(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def breaks_on_b(result: Result) -> Iterator[CodeCell]:
        if result.student == "b":
            raise UnicodeDecodeError("utf-8", b"\xff", 0, 1, "as in the tokenizer of Python 3.12")
        return code_cells(result)

    monkeypatch.setattr(flags_module, "code_cells", breaks_on_b)
    assert found(handed_in("a", "me\u0430n = mean"), handed_in("b", "mean = 1")) == {
        "a": ["look_alike"],
        "b": ["unread"],
    }


# --- files beside the notebook --------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["numpy.py", "random.py", "numpy", "IPython", "os.pyc"])
def test_a_file_that_is_named_like_a_module_is_shown(name: str) -> None:
    assert found(handed_in("a", beside=[name])) == {"a": ["shadow_module"]}


@pytest.mark.parametrize(
    "name", ["utils.py", "data.csv", "code", "numpy.txt", ".DS_Store", "numpy.py.bak", ""]
)
def test_other_files_are_left_alone(name: str) -> None:
    assert found(handed_in("a", beside=[name])) == {}


def test_a_time_stamp_is_shown_only_where_most_have_none() -> None:
    dated = [handed_in(student, beside=["timestamp.txt"]) for student in "abc"]
    others = [handed_in(student) for student in "defg"]
    assert found(*dated) == {}
    assert found(*dated[:1], *others) == {"a": ["timestamp"]}
    assert found(*dated, *others) == {student: ["timestamp"] for student in "abc"}
    assert found(*dated, *others[:3]) == {}
