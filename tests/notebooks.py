"""Write every notebook of the course in one canonical form, and the page about them: `make notebooks`.

    python -m tests.notebooks              run the lectures and write them with outputs; strip the assignments
    python -m tests.notebooks 02 03_lea    only the notebooks whose names begin so
    python -m tests.notebooks --check      run nothing, name each notebook that is not in canonical form

Running it twice gives the same bytes, so a diff of a notebook shows what its author changed and nothing else.
"""

import argparse
import ast
import html
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
import psutil
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode
from traitlets.config import Config


NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
# The cell holds a live widget, whose state is random: kept is the still figure that stands in for it, if any.
WIDGET = "widget"
LIVE = "application/vnd.jupyter.widget-view+json"
# What JupyterLab would write, so that it need not: a notebook that it changes as it opens is marked unsaved.
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
        "version": "3.11.7",
    },
}
CELL_METADATA = {"deletable", "editable", "nbgrader", "tags"}
# A question that is to be answered before the cells below it are run, and what came out of them.
PREDICT = "<fieldset><legend><b>Predict</b></legend>"
VERDICT = "<details><summary><b>Verdict</b></summary>"
# What JupyterLab writes about outputs that are folded; it unfolds them when their cell is run.
FOLDED = {"collapsed": True, "jupyter": {"outputs_hidden": True}}
# Small products of matrices are slower on two threads, by far where other processes keep one waiting.
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}
WORDS_PER_LINE_OF_CODE = 12
LINES_PER_CELL = 8
CHARACTERS_PER_LINE = 107  # fit beside JupyterLab's side panel in a window of 1300 pixels
# As committed, in thousands of bytes: small enough to clone, to diff and to open on a slow connection.
KB_PER_FIGURE = 100
KB_PER_LECTURE = 1000
SECONDS_PER_LECTURE = 60  # of a processor; more is said, and never tested
# The cells of an experiment carry its id as a tag: X, the number of the lecture, a point, its own number.
EXPERIMENT = re.compile(r"X(\d+)\.(\d+)")
# What every lecture has beside its sections, and how it is recognised. The map names the seven topics.
TOPICS = ["moving averages", "optimis", "learning rate", "gradient check", "bias", "dropout", "batch norm"]
FURNITURE = {
    "no learning objectives": r"\*\*After this lecture you can\*\*\s+1\. ",
    "no time it takes, 60 to 90 minutes": r"\*Time:\* about (60|65|70|75|80|85|90) minutes",
    "nothing about what is needed before": r"\*Needed before:\* \w",
    "no map of the course": r"\n## a map of the course\s" + "".join(rf"(?=.*{topic})" for topic in TOPICS),
    "no table of what was wrong on the slides": r"\n## What was wrong on the slides\s+\|",
    "no Rosetta table of conventions": r"\n##+ [^\n]*Rosetta[^\n]*\n(?:(?!\n#).)*?\n\|",
    "no summary": r"\n##+ What to keep\s",
    "no three questions to check oneself": r"Check yourself(?:.*?<details>){3}",
    "no way into the assignment": r"[Tt]he assignment \*\d\d_[a-z_]+\*",
    "no three references with links": r"\n## References\s(?:.*?\]\(https?://){3}",
}


def lectures() -> list[Path]:
    return _notebooks("lectures", "")


def assignments() -> list[Path]:
    return [path for path in _notebooks("assignments", "*/") if path.stem == path.parent.name]


def _notebooks(folder: str, within: str) -> list[Path]:
    """The course's own; copies that somebody works on have other names."""
    paths = (NOTEBOOKS / folder).glob(f"{within}*.ipynb")
    return sorted(path for path in paths if re.fullmatch(r"\d\d_\w+", path.stem))


def read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


def published(path: Path) -> str:
    """The text of a notebook as it is to be published: the committed one where nobody has written since.

    A reader may run and save a lecture; what that leaves in the file is no change to the course.
    """
    text = path.read_text(encoding="utf-8")
    command = ["git", "show", f"HEAD:./{path.name}"]
    committed = subprocess.run(command, cwd=path.parent, capture_output=True, encoding="utf-8")
    same = committed.returncode == 0 and _written(committed.stdout) == _written(text)
    return committed.stdout if same else text


def _written(text: str) -> list[tuple[str, str, str]]:
    """What a person writes in a notebook."""
    cells = nbformat.reads(text, as_version=4).cells
    return [(cell.get("id", ""), cell.cell_type, cell.source) for cell in cells]


def execute(notebook: NotebookNode, folder: Path) -> dict[str, float]:
    """Run all cells in a fresh kernel, in place; an error in a cell is raised.

    Returns the seconds that each cell took of the processor, by its id, and by `""` those of all.
    """
    used: dict[str, float] = {"": 0.0}

    def note(cell: NotebookNode, **_: object) -> None:
        spent = psutil.Process(client.km.provisioner.pid).cpu_times()
        total = spent.user + spent.system
        used[cell.id], used[""] = total - used[""], total

    client = NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=120,
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(folder)}},
        on_cell_executed=note,
        config=Config(KernelManager={"transport_encryption": "auto"}),
    )
    client.execute(env=os.environ | ONE_THREAD)
    return used


def fill(notebook: NotebookNode) -> None:
    """Write the tables that are measured and stand in the text, in place: by the ids of their cells."""
    from autograder.exercises.published.pages import lecture_table

    tables = {"published-verdict": lecture_table}
    for cell in notebook.cells:
        if cell.id in tables:
            cell.source = re.sub(
                r"^(\|.*\n)+", f"{tables[cell.id]()}\n", cell.source, count=1, flags=re.MULTILINE
            )


def canonical(notebook: NotebookNode, *, keep_outputs: bool) -> str:
    """The one text of a notebook: nothing random, nothing of the machine that ran it."""
    notebook = NotebookNode(
        nbformat=4,
        nbformat_minor=5,
        metadata=nbformat.from_dict(METADATA),
        cells=[_canonical_cell(cell, keep_outputs=keep_outputs) for cell in notebook.cells],
    )
    for cell in _before_the_verdict(notebook.cells):
        if cell.get("outputs"):
            cell.metadata = nbformat.from_dict(FOLDED | cell.metadata)
    return nbformat.writes(notebook) + "\n"


def _canonical_cell(cell: NotebookNode, *, keep_outputs: bool) -> NotebookNode:
    kept = NotebookNode(cell_type=cell.cell_type, id=cell.id, source=cell.source.strip("\n"))
    kept.metadata = NotebookNode({key: cell.metadata[key] for key in cell.metadata if key in CELL_METADATA})
    if "attachments" in cell:
        kept.attachments = cell.attachments
    if cell.cell_type == "code":
        kept.execution_count = cell.execution_count if keep_outputs else None
        outputs = cell.outputs if keep_outputs else []
        kept.outputs = _still(outputs) if is_widget(cell) else outputs
    return kept


def _still(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """What is left of the outputs of a widget where nothing moves: those that bring a figure with them."""
    still = []
    for output in outputs:
        data = {kind: content for kind, content in output.get("data", {}).items() if kind != LIVE}
        if "text/html" in data:
            still.append(NotebookNode(output | {"data": data}))
    return still


def _before_the_verdict(cells: list[NotebookNode]) -> Iterator[NotebookNode]:
    """The cells between a question and its answer."""
    asked = False
    for cell in cells:
        if cell.cell_type != "markdown":
            if asked:
                yield cell
            continue
        last_question, last_answer = cell.source.rfind(PREDICT), cell.source.rfind(VERDICT)
        if last_question != last_answer:
            asked = last_question > last_answer


def is_widget(cell: NotebookNode) -> bool:
    return WIDGET in cell.metadata.get("tags", [])


def defects(notebook: NotebookNode) -> list[str]:
    """What keeps a lecture from being published, as sentences that name the cell."""
    in_cells = [f"cell {cell.id!r} {defect}" for cell in notebook.cells for defect in _cell_defects(cell)]
    in_order = [f"cell {name!r} {defect}" for name, defect in _order_defects(notebook.cells)]
    return in_cells + in_order + [f"the notebook {defect}" for defect in _balance_defects(notebook)]


def _order_defects(cells: list[NotebookNode]) -> Iterator[tuple[str, str]]:
    """Questions without an answer, answers in sight."""
    open_question = ""
    for cell in cells:
        if cell.cell_type != "markdown":
            continue
        if "**Verdict.**" in cell.source or "**Predict.**" in cell.source:
            yield cell.id, "shows a question or a verdict that is neither framed nor folded"
        for mark in re.findall(f"{re.escape(PREDICT)}|{re.escape(VERDICT)}", cell.source):
            if mark == PREDICT and open_question:
                yield open_question, "asks what no verdict answers"
            open_question = cell.id if mark == PREDICT else ""
    if open_question:
        yield open_question, "asks what no verdict answers"


def _cell_defects(cell: NotebookNode) -> Iterator[str]:
    if len(cell.id) == 8 and all(character in "0123456789abcdef" for character in cell.id):
        yield "has a random id"
    if cell.cell_type != "code":
        for formula in re.findall(r"\$\$(.+?)\$\$", cell.source, re.DOTALL):
            if re.search(r"^[-+*] ", formula, re.MULTILINE):
                yield "has a line of a formula that Markdown takes for one of a list"
        return
    lines = _code_lines(cell)
    if len(lines) > LINES_PER_CELL:
        yield f"has {len(lines)} lines of code"
    if (longest := max(map(len, lines), default=0)) > CHARACTERS_PER_LINE:
        yield f"has a line of {longest} characters, more than the page is wide"
    if lines and lines[-1].rstrip().endswith(";"):
        yield "ends in a semicolon, which nbval does not honour"
    if cell.execution_count is None:
        yield "was not run"
    if is_widget(cell):
        if "nbval-ignore-output" not in cell.metadata.tags:
            yield "holds a widget and is not tagged nbval-ignore-output"
        if _has_slider(cell.source):
            yield "has a slider, whose handle has no name for a screen reader: take a number box or a list"
    for output in cell.outputs:
        yield from _output_defects(output)
    if not is_widget(cell):
        yield from _assert_defects(cell)


def _has_slider(code: str) -> bool:
    """Whether ipywidgets makes a slider of it: by its name, or of a number or a tuple for `interact`."""
    values = [
        keyword.value
        for call in ast.walk(ast.parse(code))
        if isinstance(call, ast.Call) and ast.unparse(call.func).startswith("interact")
        for keyword in call.keywords
    ]
    numbers = [value.value for value in values if isinstance(value, ast.Constant)]
    return (
        "Slider" in code
        or any(isinstance(value, ast.Tuple) for value in values)
        or any(isinstance(number, int | float) and not isinstance(number, bool) for number in numbers)
    )


def _assert_defects(cell: NotebookNode) -> Iterator[str]:
    """Assertions that nothing can make fail; lines for IPython are left out."""
    code = re.sub(r"^[ \t]*[%!@].*$", "", cell.source, flags=re.MULTILINE)
    try:
        nodes = _asserts(ast.parse(code))
    except SyntaxError:
        return
    for node in nodes:
        names = any(isinstance(each, ast.Name) for each in ast.walk(node.test))
        if isinstance(node.test, ast.Tuple) or not names:
            yield f"asserts what cannot fail: {ast.unparse(node)}"


def experiments(notebook: NotebookNode) -> dict[str, list[NotebookNode]]:
    """The cells of each experiment, by its id, in the order of the notebook."""
    found: dict[str, list[NotebookNode]] = {}
    for cell in notebook.cells:
        for tag in cell.metadata.get("tags", []):
            if EXPERIMENT.fullmatch(tag):
                found.setdefault(tag, []).append(cell)
    return found


def assertions(cells: list[NotebookNode]) -> list[str]:
    """The conditions that code cells assert, as code."""
    trees = (ast.parse(cell.source) for cell in cells if cell.cell_type == "code")
    nodes = [sorted(_asserts(tree), key=lambda node: node.lineno) for tree in trees]
    return [ast.unparse(node.test) for each in nodes for node in each]


def _asserts(tree: ast.AST) -> list[ast.Assert]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Assert)]


def _output_defects(output: NotebookNode) -> Iterator[str]:
    if output.output_type == "error":
        yield f"raised {output.ename}"
    if output.get("name") == "stderr":
        yield "writes to stderr"
    data = output.get("data", {})
    if any(kind.startswith("application/vnd.jupyter.widget") for kind in data):
        yield "displays a widget and is not tagged widget"
    # No screen reader hears of the words beside an image; those in a tag it reads, in JupyterLab and in HTML.
    if any(kind.startswith("image/") for kind in data):
        yield "displays a figure without alt text"
    for tag in re.findall(r"<img\b[^>]*>", data.get("text/html", "")):
        if len(tag) > 1000 * KB_PER_FIGURE:
            yield f"displays a figure of {len(tag) // 1000} kB"
        alt = re.search(r'\balt="([^"]*)"', tag)
        if alt is None or not alt[1].strip():
            yield "displays a figure without alt text"
        elif number := re.search(r"\b\d[\d.]*e[+-]?\d+", alt[1]):
            yield f"displays a figure whose words say {number[0]}, which nobody reads aloud"
        elif data.get("text/plain") != f"Figure: {html.unescape(alt[1])}":
            yield "displays a figure whose plain text is not its alt text"


def _balance_defects(notebook: NotebookNode) -> Iterator[str]:
    cells = notebook.cells
    if not any(cell.get("outputs") for cell in cells):
        yield "has no outputs"
    words = sum(len(cell.source.split()) for cell in cells if cell.cell_type == "markdown")
    lines = sum(len(_code_lines(cell)) for cell in cells if cell.cell_type == "code")
    if words < WORDS_PER_LINE_OF_CODE * lines:
        yield f"has {words} words of prose to {lines} lines of code"
    for name, own in experiments(notebook).items():
        if not assertions(own):
            yield f"asserts nothing in {name}"
    yield from _furniture_defects("\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown"))
    if len({cell.id for cell in cells}) < len(cells):
        yield "uses a cell id twice"
    size = len(json.dumps(notebook, indent=1, ensure_ascii=False).encode())
    if size > 1000 * KB_PER_LECTURE:
        yield f"has {size // 1000} kB"


def _furniture_defects(prose: str) -> Iterator[str]:
    for missing, pattern in FURNITURE.items():
        # A map is for who begins to read: it stands above the first section.
        text = re.split(r"\n## \d+\.\d+ ", prose)[0].lower() if "map" in missing else prose
        if not re.search(pattern, text, re.DOTALL):
            yield f"has {missing}"


def _code_lines(cell: NotebookNode) -> list[str]:
    return [line for line in cell.source.splitlines() if line.strip()]


def main(arguments: list[str] | None = None) -> int:
    from tests import glance  # reads notebooks by means of this module

    parser = argparse.ArgumentParser(prog="python -m tests.notebooks", description=__doc__.splitlines()[0])
    parser.add_argument(
        "names", nargs="*", help="beginnings of the names of notebooks; all, if there is none"
    )
    parser.add_argument("--check", action="store_true", help="write nothing, name what is not canonical")
    chosen = parser.parse_args(arguments)
    check, changed = chosen.check, 0
    paths = [path for path in lectures() + assignments() if path.stem.startswith(tuple(chosen.names or [""]))]
    if not paths:
        sys.exit(f"no notebook has a name that begins with {' or '.join(chosen.names)}")
    used: dict[Path, dict[str, float]] = {}
    for path in paths:
        is_lecture = path.parent.name == "lectures"
        started = time.perf_counter()
        notebook = read(path)
        fill(notebook)
        if is_lecture and not check:
            try:
                used[path] = execute(notebook, path.parent)
            except CellExecutionError as error:
                sys.exit(f"{path.relative_to(NOTEBOOKS)}: not written\n{error}")
        if (seconds := used.get(path, {}).get("", 0)) > SECONDS_PER_LECTURE:
            print(
                f"{path.name} takes {seconds:.0f} s of a processor, more than {SECONDS_PER_LECTURE}",
                flush=True,
            )
        changed += _write(path, canonical(notebook, keep_outputs=is_lecture), started, check=check)
    changed += _write(glance.readme(), glance.current(used), time.perf_counter(), check=check)
    return int(check and changed > 0)


def _write(path: Path, text: str, started: float, *, check: bool) -> bool:
    """Whether the file holds another text; unless told to `check` alone, then it is written."""
    same = path.exists() and text == path.read_text(encoding="utf-8")
    if not same and not check:
        path.write_text(text, encoding="utf-8")
    verdict = "as it was" if same else "not canonical; run `make notebooks`" if check else "written"
    print(f"{path.relative_to(NOTEBOOKS)}: {verdict} ({time.perf_counter() - started:.1f} s)", flush=True)
    return not same


if __name__ == "__main__":
    sys.exit(main())
