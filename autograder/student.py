"""`check(function)`: what a student calls in the notebook.

It tries the function on the inputs that everybody sees, in the student's own kernel, with the engine and
the words of the grading. Grading repeats it elsewhere, on inputs that nobody has seen.
"""

from collections.abc import Callable
from typing import Any

from autograder.exercise import Exercise
from autograder.exercises import find_exercise
from autograder.panel import Panel
from autograder.trials import draw_public, try_here
from autograder.verdict import Judgement, judge


class CheckFailed(Exception):  # noqa: N818 (a check that fails is no error of the program)
    """The function does not do yet what was asked; the message says what to look at."""

    def _render_traceback_(self) -> list[str]:
        """IPython shows this instead of a traceback through the grader, which would help nobody."""
        return [f"CheckFailed: {self}"]


def check(function: Callable[..., Any]) -> None:
    """Try `function` on the visible inputs of the exercise that carries its name.

    Shows a panel with what was tried and, when something differs, the first thing to look at. Raises
    `CheckFailed` then, so that nbgrader's Validate button reports it.
    """
    name = getattr(function, "__name__", None)
    try:
        exercise = find_exercise(str(name))
    except KeyError:
        raise CheckFailed(
            f"no exercise asks for a function named {name!r}; call check(your_function)"
        ) from None
    judgement = check_quietly(function, exercise)
    _display(Panel(judgement))
    if judgement.score < judgement.max_score and judgement.finding:
        raise CheckFailed(judgement.finding.message)


def check_quietly(function: Callable[..., Any], exercise: Exercise) -> Judgement:
    """Judge a function on the visible inputs of an exercise, in this process."""
    return judge(exercise, try_here(function, draw_public(exercise)))


def _display(panel: Panel) -> None:
    try:
        from IPython import get_ipython
        from IPython.display import display
    except ImportError:
        print(panel)
        return
    if get_ipython() is None:
        print(panel)
    else:
        display(panel)
