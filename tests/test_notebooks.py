"""Every notebook is canonical and fit to be published; each rule is shown to catch what it forbids."""

import ast
import copy
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from advsec.source import source
from autograder.exercises import ASSIGNMENT_NAMES, load
from autograder.written import Written
from tests import notebooks
from tests.advsec.examples import public_functions
from tests.notebooks import assignments, canonical, defects, lectures, published, read


def name(path: Path) -> str:
    return path.stem


every_lecture = pytest.mark.parametrize("path", lectures(), ids=name)
every_assignment = pytest.mark.parametrize("path", assignments(), ids=name)


def as_published(path: Path) -> nbformat.NotebookNode:
    return nbformat.reads(published(path), as_version=4)


@every_lecture
def test_a_lecture_is_fit_to_be_published(path):
    assert defects(as_published(path)) == []


@every_lecture
def test_a_lecture_is_written_canonically(path):
    assert published(path) == canonical(as_published(path), keep_outputs=True)


@every_assignment
def test_an_assignment_is_written_canonically(path):
    assert published(path) == canonical(as_published(path), keep_outputs=False)


@every_lecture
def test_a_lecture_says_nothing_of_the_machine_that_ran_it(path):
    text = re.sub(r"base64,[\w+/=]+", "", published(path))  # a picture's letters spell anything by chance
    assert not re.search(r"/(home|root|tmp|work|Users)/|0x[0-9a-f]{6,}|model_id", text)


@every_lecture
def test_every_link_inside_a_lecture_leads_to_a_heading(path):
    assert set(re.findall(r"\]\(#([^)]+)\)", prose(path))) <= headings(prose(path))


def prose(path: Path) -> str:
    return "\n".join(cell.source for cell in as_published(path).cells if cell.cell_type == "markdown")


def headings(text: str) -> set[str]:
    """As links name them."""
    return {line.lstrip("# ").replace(" ", "-") for line in text.splitlines() if line.startswith("#")}


@every_lecture
def test_every_link_to_another_lecture_leads_to_a_heading_there(path):
    for name, anchor in re.findall(r"\]\((\d\d_\w+)\.ipynb(?:#([^)]+))?\)", prose(path)):
        assert not anchor or anchor in headings(prose(path.with_name(f"{name}.ipynb"))), (name, anchor)


@every_lecture
def test_a_lecture_shows_the_source_of_every_algorithm_it_calls(path):
    cells = [cell.source for cell in as_published(path).cells if cell.cell_type == "code"]
    nodes = list(ast.walk(ast.parse("\n".join(cells))))
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    own = {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
    shown = {last_name(call.args[0]) for call in calls if ast.unparse(call.func) == "advsec.show"}
    called = {last_name(call.func) for call in calls}
    assert shown
    assert (called & ALGORITHMS) - own <= shown


@every_lecture
def test_a_lecture_prints_nothing_that_an_assignment_asks_for(path):
    """Neither under its name nor under another one, with other variables."""
    printed = [definition for code in printed_code(as_published(path)) for definition in definitions(code)]
    assert printed
    asked = {
        exercise.name: [exercise.reference, *exercise.alternatives.values()]
        for assignment in ASSIGNMENT_NAMES
        for exercise in load(assignment).exercises
    }
    written = (answer for answers in asked.values() for answer in answers)
    answers = [answer.text if isinstance(answer, Written) else source(answer) for answer in written]
    answers += [
        cell.source for path in assignments() for cell in as_published(path).cells if is_solution(cell)
    ]
    forbidden = {nameless(definition) for answer in answers for definition in definitions(answer)}
    assert len(forbidden) > len(asked)
    for definition in printed:
        if not is_left_out(definition):
            assert definition.name not in asked
            assert nameless(definition) not in forbidden, definition.name


def printed_code(notebook: nbformat.NotebookNode) -> Iterator[str]:
    """What a reader sees as code: the cells, and what `advsec.show` displays."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            yield cell.source
            shown = (output.get("data", {}).get("text/markdown", "") for output in cell.outputs)
            yield from (code for text in shown for code in re.findall("```python\n(.+?)```", text, re.DOTALL))


def definitions(code: str) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.FunctionDef)]


def is_solution(cell: nbformat.NotebookNode) -> bool:
    return cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("solution", False)


def is_left_out(definition: ast.FunctionDef) -> bool:
    return ast.unparse(definition.body[-1]) == "..."


def nameless(definition: ast.FunctionDef) -> str:
    """A function without docstring, annotations and the names that its author chose."""
    names: dict[str, str] = {}
    body = definition.body[ast.get_docstring(definition) is not None :]
    nodes = [node for statement in body for node in ast.walk(statement)]
    own = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    own |= {argument.arg for argument in ast.walk(definition.args) if isinstance(argument, ast.arg)}
    for node in nodes:
        if isinstance(node, ast.Name) and node.id in own:
            node.id = names.setdefault(node.id, f"name{len(names)}")
    return "\n".join(map(ast.unparse, body))


def test_a_renamed_function_is_known_again():
    (one,) = definitions("def f(x, n):\n    'Twice.'\n    y = 2 * x\n    return np.sum(y) / n")
    (other,) = definitions("def g(a, b: int = 3):\n    c = 2 * a\n    return np.sum(c) / b")
    (third,) = definitions("def g(a, b):\n    c = 2 * b\n    return np.sum(c) / a")
    assert nameless(copy.deepcopy(one)) == nameless(other)
    assert nameless(one) == nameless(third)  # the order of arguments is a name too
    assert nameless(definitions("def f(x, n):\n    return x / n")[0]) != nameless(one)


# What draws, prints and tells is no algorithm.
NO_ALGORITHMS = ("plots", "rosetta", "source", "widgets")
MODULES = (name.split(".") for name in public_functions())
ALGORITHMS = {function for module, function in MODULES if module not in NO_ALGORITHMS} - {"explain"}


def last_name(node: ast.expr) -> str:
    return ast.unparse(node).split(".")[-1]


INTRO = """# 3 Sums

**After this lecture you can**

1. add.

*Time:* about 60 minutes. *Needed before:* numbers.

## A map of the course

| lecture | topic |
|---|---|
| 1 | Moving averages |
| 2 | Optimisers |
| 3 | Learning rates |
| 4 | Gradient checking |
| 5 | Bias and variance |
| 6 | Dropout |
| 7 | Batch normalisation |

## 3.1 Adding

word word
"""
END = """## What was wrong on the slides

| | the slide says | it should say |
|---|---|---|
| E1 | 3 | 4 |

## A Rosetta table of conventions

word

| who | what |
|---|---|
| the slides | + |

## What to keep

word

**Check yourself.**

<details><summary>1 + 1?</summary> 2 </details>
<details><summary>1 + 2?</summary> 3 </details>
<details><summary>1 + 3?</summary> 4 </details>

**Now you:** the assignment *03_sums* asks for more.

## References

* [One](https://example.org/1), [two](https://example.org/2), [three](https://example.org/3)
"""


def good() -> nbformat.NotebookNode:
    """A lecture without a defect: prose, an experiment, a figure, a widget, and what every lecture has."""
    figure = new_output(
        "display_data",
        data={"text/html": '<img src="data:," alt="A &lt; line.">', "text/plain": "Figure: A < line."},
    )
    return new_notebook(
        cells=[
            new_markdown_cell(INTRO, id="intro"),
            new_code_cell(
                "print(x)\nassert x == 1",
                id="run",
                execution_count=1,
                outputs=[new_output("stream", text="1\n")],
                metadata={"tags": ["X3.1"]},
            ),
            new_code_cell("draw()", id="figure", execution_count=2, outputs=[figure]),
            new_code_cell(
                "interact()",
                id="slider",
                execution_count=3,
                metadata={"tags": ["widget", "nbval-ignore-output"]},
            ),
            new_markdown_cell(END, id="end"),
        ]
    )


def test_a_good_lecture_has_no_defect():
    assert defects(good()) == []


def broken(cell: int, **changes: object) -> nbformat.NotebookNode:
    notebook = good()
    notebook.cells[cell].update(copy.deepcopy(changes))
    return nbformat.from_dict(notebook)


ERROR = new_output("error", ename="AssertionError", evalue="", traceback=[])
STDERR = new_output("stream", name="stderr", text="warning")
PICTURE = new_output(
    "display_data",
    data={"image/png": "AAAA", "text/plain": "Figure: A line."},
    metadata={"image/png": {"alt": "A line."}},
)
NO_ALT = new_output("display_data", data={"text/html": '<img src="data:,">'})
EMPTY_ALT = new_output("display_data", data={"text/html": '<img src="data:," alt=" ">'})
MUTE = new_output("display_data", data={"text/html": '<img alt="A line.">', "text/plain": "Figure"})
HEAVY = new_output(
    "display_data",
    data={"text/html": f'<img src="data:,{"A" * 100_000}" alt="A line.">', "text/plain": "Figure: A line."},
)
SPELT = new_output(
    "display_data",
    data={"text/html": '<img alt="A step of 1e-05.">', "text/plain": "Figure: A step of 1e-05."},
)
NO_NAME = (
    "cell 'slider' has a slider, whose handle has no name for a screen reader: take a number box or a list"
)
VIEW = new_output("display_data", data={notebooks.LIVE: {}})


@pytest.mark.parametrize(
    ("notebook", "defect"),
    [
        (broken(1, outputs=[ERROR]), "cell 'run' raised AssertionError"),
        (broken(1, outputs=[STDERR]), "cell 'run' writes to stderr"),
        (broken(2, outputs=[PICTURE]), "cell 'figure' displays a figure without alt text"),
        (broken(2, outputs=[NO_ALT]), "cell 'figure' displays a figure without alt text"),
        (broken(2, outputs=[EMPTY_ALT]), "cell 'figure' displays a figure without alt text"),
        (broken(2, outputs=[MUTE]), "cell 'figure' displays a figure whose plain text is not its alt text"),
        (broken(2, outputs=[HEAVY]), "cell 'figure' displays a figure of 100 kB"),
        (broken(1, outputs=[VIEW]), "cell 'run' displays a widget and is not tagged widget"),
        (broken(1, execution_count=None), "cell 'run' was not run"),
        (
            broken(0, source=f"{INTRO}\n\n$$\na = b\n+ c\n$$"),
            "cell 'intro' has a line of a formula that Markdown takes for one of a list",
        ),
        (broken(1, source="plot();"), "cell 'run' ends in a semicolon, which nbval does not honour"),
        (broken(1, source="x = 1\n" * 9), "cell 'run' has 9 lines of code"),
        (
            broken(1, source=f"x = '{'a' * 102}'"),
            "cell 'run' has a line of 108 characters, more than the page is wide",
        ),
        (
            broken(2, outputs=[SPELT]),
            "cell 'figure' displays a figure whose words say 1e-05, which nobody reads aloud",
        ),
        (broken(3, source="@interact(x=(0, 9))\ndef f(x):\n    pass"), NO_NAME),
        (broken(3, source="interact(f, x=0.5)"), NO_NAME),
        (broken(3, source="interact(f, x=ipywidgets.IntSlider())"), NO_NAME),
        (broken(1, source="print(x)"), "the notebook asserts nothing in X3.1"),
        (
            broken(1, source="assert (x == 1, 'one')"),
            "cell 'run' asserts what cannot fail: assert (x == 1, 'one')",
        ),
        (broken(1, source="assert 1 == 1"), "cell 'run' asserts what cannot fail: assert 1 == 1"),
        (broken(1, id="0a1b2c3d"), "cell '0a1b2c3d' has a random id"),
        (broken(1, id="intro"), "the notebook uses a cell id twice"),
        (
            broken(0, source=f"{INTRO}\n\n**Predict.** What?"),
            "cell 'intro' shows a question or a verdict that is neither framed nor folded",
        ),
        (
            broken(0, source=f"{INTRO}\n\n{notebooks.PREDICT}\n\nWhat?\n\n</fieldset>"),
            "cell 'intro' asks what no verdict answers",
        ),
        (
            broken(3, metadata={"tags": ["widget"]}),
            "cell 'slider' holds a widget and is not tagged nbval-ignore-output",
        ),
    ],
)
def test_each_defect_is_found(notebook, defect):
    assert defect in defects(notebook)


@pytest.mark.parametrize("control", ["True", "[0, 1]", "BoundedIntText(value=1)", "Dropdown(options=[1, 2])"])
def test_a_control_with_a_name_is_no_defect(control):
    assert defects(broken(3, source=f"interact(f, x={control})")) == []


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("**After this lecture you can**", "no learning objectives"),
        ("about 60 minutes", "no time it takes, 60 to 90 minutes"),
        ("*Needed before:* numbers", "nothing about what is needed before"),
        ("| 6 | Dropout |", "no map of the course"),
        ("## A map of the course", "no map of the course"),
        ("## What was wrong on the slides", "no table of what was wrong on the slides"),
        ("## A Rosetta table of conventions", "no Rosetta table of conventions"),
        ("| who | what |\n|---|---|\n| the slides | + |", "no Rosetta table of conventions"),
        ("## What to keep", "no summary"),
        ("<details><summary>1 + 2?</summary> 3 </details>", "no three questions to check oneself"),
        ("the assignment *03_sums*", "no way into the assignment"),
        ("](https://example.org/2)", "no three references with links"),
    ],
)
def test_what_every_lecture_has_is_missed_where_it_is_not(text, missing):
    notebook = good()
    sources = [cell.source for cell in notebook.cells]
    assert sum(text in source for source in sources) == 1
    for cell in notebook.cells:
        cell.source = cell.source.replace(text, "word")
    assert defects(notebook) == [f"the notebook has {missing}"]


def test_every_rule_about_what_a_lecture_has_is_tried():
    (mark,) = test_what_every_lecture_has_is_missed_where_it_is_not.pytestmark
    assert {missing for _, missing in mark.args[1]} == set(notebooks.FURNITURE)


def test_a_map_below_the_first_section_is_none():
    notebook = good()
    notebook.cells[0].source = INTRO.replace("## 3.1 Adding\n", "").replace(
        "## A map", "## 3.1 Adding\n\n## A map"
    )
    assert defects(notebook) == ["the notebook has no map of the course"]


def test_a_lecture_without_outputs_is_found():
    notebook = good()
    for cell in notebook.cells[1:-1]:
        cell.outputs = []
    assert defects(notebook) == ["the notebook has no outputs"]


def test_a_lecture_of_little_prose_is_found():
    notebook = good()
    notebook.cells += [new_code_cell("draw()", id=f"draw-{i}", execution_count=i) for i in range(4, 24)]
    (defect,) = defects(notebook)
    assert re.fullmatch(r"the notebook has 1\d\d words of prose to 24 lines of code", defect)


def test_a_lecture_that_is_too_heavy_is_found():
    notebook = good()
    notebook.cells[0].source += "word " * 200_000
    (defect,) = defects(notebook)
    assert re.fullmatch(r"the notebook has 100\d kB", defect)


def test_the_canonical_form_keeps_what_the_author_wrote_and_drops_what_a_run_left():
    notebook = good()
    notebook.metadata.widgets = {"state": {"7f": {}}}
    notebook.metadata.language_info = {"name": "python", "version": "3.11.7"}
    notebook.cells[1].metadata.execution = {"iopub.execute_input": "2026-01-01T00:00:00Z"}
    notebook.cells[3].outputs = [VIEW]
    assert canonical(notebook, keep_outputs=True) == canonical(good(), keep_outputs=True)
    assert [cell["id"] for cell in json.loads(canonical(notebook, keep_outputs=True))["cells"]] == [
        "intro", "run", "figure", "slider", "end",
    ]  # fmt: skip


def test_outputs_between_a_question_and_its_verdict_are_folded():
    question, verdict = (
        new_markdown_cell(f"{mark}\n\nwords", id=name)
        for mark, name in ((notebooks.PREDICT, "ask"), (notebooks.VERDICT, "tell"))
    )
    notebook = good()
    before, run, *behind = notebook.cells
    notebook.cells = [before, question, run, verdict, *behind]
    assert defects(notebook) == []
    cells = json.loads(canonical(notebook, keep_outputs=True))["cells"]
    folded = [cell["id"] for cell in cells if cell["metadata"].get("jupyter") == {"outputs_hidden": True}]
    assert folded == ["run"]


@every_lecture
def test_no_image_of_an_exported_lecture_lacks_words(path):
    """nbconvert puts words of its own into an image that has none."""
    html, _ = HTMLExporter().from_filename(str(path))
    alts = re.findall(r'<img [^>]*?alt="([^"]*)"', html, re.IGNORECASE)
    assert len(alts) == len(re.findall("<img ", html)) > 0
    assert not any("No description" in alt or not alt.strip() for alt in alts)


def test_a_lecture_folds_what_it_asks_for():
    lecture = read(lectures()[0])
    assert sum(notebooks.PREDICT in cell.source for cell in lecture.cells) >= 10
    assert sum(bool(cell.metadata.get("collapsed")) for cell in lecture.cells) >= 10


def test_the_canonical_form_is_a_fixed_point():
    once = canonical(good(), keep_outputs=True)
    assert canonical(nbformat.reads(once, as_version=4), keep_outputs=True) == once


def test_assignments_lose_outputs_and_keep_the_marks_of_nbgrader():
    notebook = good()
    notebook.cells[1].metadata.nbgrader = {"grade": True, "grade_id": "run"}
    cells = json.loads(canonical(notebook, keep_outputs=False))["cells"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in cells[1:-1])
    assert cells[1]["metadata"]["nbgrader"] == {"grade": True, "grade_id": "run"}


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course of one lecture that was never run."""
    monkeypatch.setattr(notebooks, "NOTEBOOKS", tmp_path)
    path = tmp_path / "lectures" / "01_sums.ipynb"
    path.parent.mkdir()
    cell = new_code_cell("import sys\nprint('a', end='')\nprint('b')", id="sum")
    cells = [new_markdown_cell(INTRO, id="intro"), cell, new_markdown_cell(END, id="end")]
    nbformat.write(new_notebook(cells=cells), path)
    return path


def test_check_names_what_is_not_canonical_and_writes_nothing(course, capsys):
    before = course.read_bytes()
    assert notebooks.main(["--check"]) == 1
    assert "lectures/01_sums.ipynb: not canonical" in capsys.readouterr().out
    assert course.read_bytes() == before


def test_writing_twice_gives_the_same_bytes(course):
    assert notebooks.main([]) == 0
    once = course.read_bytes()
    assert read(course).cells[1].outputs[0].text == "ab\n"
    assert defects(read(course)) == []
    assert notebooks.main([]) == 0
    assert course.read_bytes() == once
    assert notebooks.main(["--check"]) == 0


def test_single_notebooks_are_chosen_by_the_beginnings_of_their_names(course, capsys):
    other = course.with_name("02_products.ipynb")
    other.write_bytes(course.read_bytes())
    assert notebooks.main(["02"]) == 0
    assert "02_products.ipynb: written" in capsys.readouterr().out
    assert other.read_bytes() != course.read_bytes()
    assert notebooks.main(["--check", "02", "01_s"]) == 1
    assert "01_sums.ipynb: not canonical" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="no notebook has a name that begins with 03 or 04"):
        notebooks.main(["03", "04"])


def test_a_lecture_that_takes_long_is_named(course, capsys, monkeypatch):
    monkeypatch.setattr(notebooks, "SECONDS_PER_LECTURE", 0)
    assert notebooks.main([]) == 0
    assert re.search(r"01_sums.ipynb takes \d+ s of a processor, more than 0\n", capsys.readouterr().out)


def test_a_lecture_that_fails_is_named_and_not_written(course):
    course.write_text(course.read_text().replace("import sys", "1 / 0"))
    before = course.read_bytes()
    with pytest.raises(SystemExit, match=r"lectures/01_sums.ipynb: not written(.|\n)*ZeroDivisionError"):
        notebooks.main([])
    assert course.read_bytes() == before


def test_a_lecture_that_a_reader_ran_and_saved_is_published_as_it_was(course):
    git = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "A lecture"]):
        subprocess.run([*git, *arguments], cwd=course.parent, check=True)
    before = course.read_text()
    notebook = read(course)
    notebook.metadata.language_info = {"name": "python", "version": "3.11.7"}
    notebook.cells[1].update(execution_count=7, outputs=[new_output("stream", text="ab\n")])
    nbformat.write(notebook, course)
    assert published(course) == before != course.read_text()
    notebook.cells[0].source += " written by an author"
    nbformat.write(notebook, course)
    assert published(course) == course.read_text()


def test_nbval_runs_the_notebooks_of_the_course_and_no_copy(tmp_path):
    names = (
        "lectures/01_a",
        "lectures/01_a-Copy1",
        "assignments/01_a/01_a",
        "assignments/01_a/mine",
        "work/01_a",
    )
    for name in names:
        write_notebook(tmp_path / f"{name}.ipynb", new_code_cell("1 / 0"))
    assert nbval(tmp_path) == {"lectures": ["FAILED"], "assignments": ["FAILED"]}


def test_nbval_is_strict_with_lectures_and_lax_with_assignments(tmp_path):
    cell = new_code_cell("print(1)", execution_count=1, outputs=[new_output("stream", text="2\n")])
    for name in ("lectures/01_a", "assignments/01_a/01_a"):
        write_notebook(tmp_path / f"{name}.ipynb", cell)
    assert nbval(tmp_path) == {"lectures": ["FAILED"], "assignments": ["PASSED"]}


def test_nbval_fails_the_cell_that_raised_or_took_too_long_and_no_other(tmp_path):
    sources = [
        "%no_such_magic",
        "raise ExceptionGroup('two', [ValueError(), KeyError()])",
        "1 / 0",
        "print(1)",
    ]
    sources += ["import time\ntry:\n    time.sleep(60)\nexcept KeyboardInterrupt:\n    pass", "print(2)"]
    write_notebook(tmp_path / "assignments/01_a/01_a.ipynb", *map(new_code_cell, sources))
    outcomes = ["FAILED", "FAILED", "FAILED", "PASSED", "FAILED", "SKIPPED"]
    assert nbval(tmp_path, "--nbval-cell-timeout=5") == {"assignments": outcomes}


def write_notebook(path: Path, *cells: nbformat.NotebookNode) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(new_notebook(cells=list(cells)), path)


def nbval(folder: Path, *options: str) -> dict[str, list[str]]:
    """How the cells of the notebook in each folder come out under the course's conftest.py."""
    (folder / "conftest.py").write_text((notebooks.NOTEBOOKS.parent / "conftest.py").read_text())
    command = [sys.executable, "-m", "pytest", "-v", "--nbval", "--nbval-current-env", *options]
    command += ["-p", "no:cacheprovider"]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    outcomes: dict[str, list[str]] = {}
    for name, outcome in re.findall(r"^(\w+)/\S+::Cell \d+ (\w+)", result.stdout, re.MULTILINE):
        outcomes.setdefault(name, []).append(outcome)
    return outcomes


def test_of_a_widget_the_still_figure_is_kept_and_nothing_else():
    (figure,) = good().cells[2].outputs
    moving = copy.deepcopy(figure)
    moving.data[notebooks.LIVE] = {"model_id": "7f"}
    without = copy.deepcopy(VIEW)
    without.data["text/plain"] = "interactive(children=())"
    notebook = broken(3, outputs=[without, moving])
    kept = nbformat.reads(canonical(notebook, keep_outputs=True), as_version=4)
    assert kept.cells[3].outputs == [figure]
    assert defects(kept) == []
