"""Every panel that `check` can show, in notebooks: one for each assignment, with the panels of its catalogue.

    python -m tests.browser.panels FOLDER       write them, to be opened in JupyterLab and looked at

Each wrong formula of the catalogue is judged as `check` judges it. Beside them stand what no formula brings
about, such as a function that is not written, that raises or never ends, and the progress of the notebook.
"""

import itertools
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat

from autograder.exercise import Assignment, Exercise
from autograder.exercises import ASSIGNMENT_NAMES, load
from autograder.panel import Panel
from autograder.sandbox.perform import Stopped
from autograder.standing import OPEN, PASSES, WRONG, Progress, Row, Standing
from autograder.student import check_quietly
from autograder.trials import draw_public, try_out
from autograder.verdict import judge
from tests.notebooks import METADATA


# Of a cell with more than 50 outputs JupyterLab shows the first 50.
OUTPUTS = 40


def notebook(assignment: Assignment) -> nbformat.NotebookNode:
    """One cell for each exercise, or some; its outputs are panels, as a saved notebook has them.

    What no formula brings about looks the same everywhere, and stands in the first.
    """
    cells = []
    for number, exercise in enumerate(assignment.exercises):
        others = (*other_panels(exercise), progress(assignment)) if number == 0 else ()
        shown = [*panels(exercise), *others]
        for start in range(0, len(shown), OUTPUTS):
            data = [
                {"text/html": each._repr_html_(), "text/plain": repr(each)}
                for each in shown[start : start + OUTPUTS]
            ]
            cell = nbformat.v4.new_code_cell(f"check({exercise.name})", id=f"{exercise.name}-{start}")
            cell.outputs = [nbformat.v4.new_output("display_data", each) for each in data]
            cells.append(cell)
    return nbformat.v4.new_notebook(cells=cells, metadata=METADATA)


def panels(exercise: Exercise) -> Iterator[Panel]:
    """One for each entry of the catalogue, and one for the right answer."""
    for function in (exercise.solution, *(entry.variant for entry in exercise.misconceptions)):
        yield Panel(check_quietly(function, exercise), (), _further(exercise))


def other_panels(exercise: Exercise) -> Iterator[Panel]:
    """One for each other way to go wrong."""
    for function in (_unwritten, _empty, _text, _raises, _none):
        yield Panel(check_quietly(function, exercise), (), _further(exercise))
    first, *others = draw_public(exercise)
    endless = judge(exercise, [try_out(first, (Stopped("time"),))])
    yield Panel(endless, tuple(each.probe.name for each in others), _further(exercise))


def _further(exercise: Exercise) -> tuple[str, ...]:
    return tuple(probe.name for probe in exercise.probes if not probe.public)


def _unwritten(*args: Any, **kwargs: Any) -> Any:
    raise NotImplementedError


def _empty() -> None:
    """Takes nothing."""


def _text(*args: Any, **kwargs: Any) -> str:
    return "a word that is <b>longer</b> than any panel is wide, " + "x" * 300


def _raises(*args: Any, **kwargs: Any) -> Any:
    raise ValueError("could not broadcast input array from shape (3,1,4,1,5,9,2,6) into shape (2,7,1,8,2,8)")


def _none(*args: Any, **kwargs: Any) -> None:
    return None


def progress(assignment: Assignment) -> Progress:
    """Half done, beside the whole course."""
    states = ((PASSES, 1.0, ""), (WRONG, 0.5, "2 of 4 tests pass"), (OPEN, 0.0, "still to be written"))
    rows = tuple(
        Row(exercise.name, sign, share * exercise.points, exercise.points, says)
        for exercise, (sign, share, says) in zip(assignment.exercises, itertools.cycle(states))
    )
    here = Standing(assignment.name, rows, 4, "README.md")
    others = (Standing(name, rows[:1], 4, "README.md") for name in ASSIGNMENT_NAMES)
    return Progress(here, tuple(here if each.name == here.name else each for each in others))


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    warnings.simplefilter("ignore")
    for name in ASSIGNMENT_NAMES:
        nbformat.write(notebook(load(name)), folder / f"{name}.ipynb")


if __name__ == "__main__":
    main()
