"""`check(function)`: what a student calls in the notebook.

It tries the function on the inputs that everybody sees, in the student's own kernel, with the engine and
the words of the grading. Grading repeats it elsewhere, on inputs that nobody has seen.
"""

import functools
import os
import re
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib import resources
from importlib.resources.abc import Traversable
from types import CodeType, ModuleType
from typing import Any

from autograder import handout, when_shown
from autograder.exercise import Exercise
from autograder.hints import meant
from autograder.own_gradient import by_differences, counted
from autograder.panel import Panel
from autograder.patience import limited
from autograder.sandbox.perform import Interrupted, Outcome, Stopped
from autograder.trials import Drawn, Trial, draw_public, perform_here, try_out
from autograder.verdict import UNTOUCHED, Finding, Judgement, judge, look_first
from autograder.when_shown import WhenShown


# For all calls of one kind of input; a computer at home may be slow.
SECONDS = 10.0
# nbgrader's pages cut longer lines off.
VALIDATE_WIDTH = 80
MISSING = re.compile(r"NameError: name '(\w+)' is not defined")
# What the lectures import: a right answer to most exercises.
COURSE_PACKAGE = "advsec"


class CheckFailed(Exception):  # noqa: N818 (a check that fails is no error of the program)
    """The function does not do yet what was asked; the message says what to look at.

    `shown` says that a panel has told so already.
    """

    def __init__(self, message: str, *, shown: bool = False) -> None:
        super().__init__(message)
        self.shown = shown

    def _render_traceback_(self) -> list[str]:
        """IPython shows this instead of a traceback through the grader, which would help nobody."""
        if self.shown and not validating():
            return ["CheckFailed: see above."]
        text = f"CheckFailed: {self}"
        return textwrap.wrap(text, VALIDATE_WIDTH, break_long_words=False, break_on_hyphens=False)


def check(function: Callable[..., Any]) -> None:
    """Try `function` on the visible inputs of the exercise that carries its name.

    Shows a panel with what was tried and, when something differs, the first thing to look at. Raises
    `CheckFailed` then, so that nbgrader's Validate button reports it; of a function that is not written yet
    only that button hears.
    """
    panel = checked(function, sys._getframe(1).f_globals)
    _display(panel)
    judgement, finding = panel.judgement, panel.judgement.finding
    if finding and judgement.score < judgement.max_score:
        if finding.kind in UNTOUCHED and not validating():
            return
        raise CheckFailed(finding.message, shown=True)


def checked(function: Callable[..., Any], notebook: Mapping[str, Any]) -> Panel:
    """What there is to say of a function of a notebook; raises CheckFailed where nothing can be tried."""
    drawn = _asked_for(function, notebook)
    exercise = drawn[0].exercise
    if theirs := _borrowed(function):
        verb = "is" if theirs is function else "uses"
        raise CheckFailed(
            f"`{exercise.name}` {verb} the course's own {_title(theirs)}, which is not there when your work "
            "is graded: write a function of your own."
        )
    trials = _try(function, drawn)
    judgement = _as_own_gradient(function, judge(exercise, trials), trials)
    explained = judgement.finding is None or judgement.finding.kind == "follow_through"
    if not explained and (helpers := _failing_helpers(function, exercise)):
        judgement = look_first(judgement, helpers)
    judgement = _with_cell_to_run(judgement, notebook)
    judgement = _without_what_is_held_back(judgement)
    untried = tuple(each.probe.name for each in drawn[len(trials) :])
    further = tuple(probe.name for probe in exercise.probes if not probe.public)
    return Panel(judgement, untried, further)


def check_quietly(function: Callable[..., Any], exercise: Exercise) -> Judgement:
    """Judge a function on the visible inputs of an exercise, in this process."""
    return judge(exercise, _try(function, draw_public(exercise)))


def _as_own_gradient(
    function: Callable[..., Any], judgement: Judgement, trials: Sequence[Trial]
) -> Judgement:
    """A backward pass may be the gradient of a forward pass of the notebook that is not right."""
    spec = trials[0].drawn.exercise.gradient_of
    pass_ = getattr(function, "__globals__", {}).get(spec.forward) if spec else None
    if not (pass_ and spec and spec.forward in _catalogue() and judgement.score < judgement.max_score):
        return judgement
    drawn = _catalogue()[spec.forward]
    forward = judge(drawn[0].exercise, _try(pass_, drawn))
    if forward.finding is None:
        return judgement
    return counted(judgement, forward, drawn[0].exercise, _try(function, by_differences(trials)))


def _with_cell_to_run(judgement: Judgement, notebook: Mapping[str, Any]) -> Judgement:
    """What is missing is the answer to another exercise, whose cell was not run since the kernel started."""
    missing = MISSING.search(judgement.finding.message) if judgement.finding else None
    if (
        judgement.finding is None
        or missing is None
        or missing[1] in notebook
        or missing[1] not in _catalogue()
    ):
        return judgement
    message = (
        f"{judgement.finding.message} Run the cell in which you write `{missing[1]}`, then this one again."
    )
    return replace(judgement, finding=replace(judgement.finding, message=message))


def _without_what_is_held_back(judgement: Judgement) -> Judgement:
    """Which tests pass is told at once; the course may say what there is to say only later."""
    when = _when_shown(judgement.exercise).held_back(datetime.now(UTC)).get(judgement.exercise)
    if when is None or judgement.finding is None or judgement.finding.kind in UNTOUCHED:
        return judgement
    says = f"Not every test passes yet. Your course shows {when} what differs; until then, try small inputs."
    wrong = judgement.score < judgement.max_score
    return replace(judgement, finding=Finding("held_back", says) if wrong else None)


@functools.cache
def _when_shown(exercise: str) -> WhenShown:
    """What the students' bundle says of it; in the repository nothing is held back."""
    for name, asked in assignments().items():
        recorded = _handouts() / f"{name}{when_shown.SUFFIX}"
        if exercise in asked and recorded.is_file():
            return when_shown.restored(recorded.read_text("utf-8"))
    return WhenShown()


def _try(function: Callable[..., Any], drawn: Sequence[Drawn]) -> tuple[Trial, ...]:
    """Try one kind of input after the other; when somebody had to wait too long, the others are left out."""
    trials = []
    for each in drawn:
        trials.append(try_out(each, _perform(function, each)))
        if isinstance(trials[-1].outcomes[-1], Stopped):
            break
    return tuple(trials)


def _perform(function: Callable[..., Any], drawn: Drawn) -> tuple[Outcome, ...]:
    streams = sys.stdout, sys.stderr
    try:
        with limited(SECONDS):
            return perform_here(function, drawn)
    except Interrupted as stop:  # on its way into the calls or out of them
        return (Stopped(stop.reason, stop.detail),)
    finally:
        sys.stdout, sys.stderr = streams


# --- which exercise, and whose function -----------------------------------------------------------------


@functools.cache
def assignments() -> Mapping[str, Mapping[str, tuple[Drawn, ...]]]:
    """By assignment and name what is asked for: as the students' bundle holds it, or as the course does in
    which we are."""
    recorded = {each.name: each for each in _handouts().iterdir()} if _handouts().is_dir() else {}
    if names := sorted(name for name in recorded if name.endswith(handout.SUFFIX)):
        texts = {name.removesuffix(handout.SUFFIX): recorded[name].read_text("utf-8") for name in names}
        return {name: handout.restored(text) for name, text in texts.items()}
    from autograder.course import Course, CourseError

    try:
        known = Course.find().assignments
        loaded = [known.load(name) for name in known.names]
    except CourseError as error:
        raise CheckFailed(f"check does not know what your course asks for: {error}.") from None
    return {each.name: {one.name: draw_public(one) for one in each.exercises} for each in loaded}


def _handouts() -> Traversable:
    return resources.files("autograder") / handout.FOLDER


@functools.cache
def _catalogue() -> Mapping[str, tuple[Drawn, ...]]:
    return {name: drawn for asked in assignments().values() for name, drawn in asked.items()}


def _asked_for(function: Callable[..., Any], notebook: Mapping[str, Any]) -> tuple[Drawn, ...]:
    """The exercise that asks for it, under the name by which grading will look for it."""
    catalogue = _catalogue()
    bound = (name for name in catalogue if name in notebook and notebook[name] is function)
    name = str(next(bound, getattr(function, "__name__", "")))
    if name in catalogue:
        return catalogue[name]
    if not callable(function):
        raise CheckFailed("check wants the function itself: its name alone, without brackets behind it.")
    instead = meant(name, catalogue)
    advice = (
        f"If you mean `{instead}`, give it that name." if instead else "Its name has to be that of the task."
    )
    raise CheckFailed(f"No exercise asks for a function named `{name}`. {advice}")


def _borrowed(function: Callable[..., Any]) -> Any:
    """What it is or uses of the course's package."""
    for each in _reached(function):
        home = each.__name__ if isinstance(each, ModuleType) else getattr(each, "__module__", None)
        if str(home).partition(".")[0] == COURSE_PACKAGE:
            return each
    return None


def _failing_helpers(function: Callable[..., Any], exercise: Exercise) -> tuple[str, ...]:
    """The functions of other tasks that it uses, or is tried with, and that do not pass their own check."""
    names = {str(getattr(each, "__name__", "")): each for each in _reached(function) if each is not function}
    notebook = getattr(function, "__globals__", {})
    names |= {name: notebook[name] for name in exercise.beside if name in notebook}
    return tuple(
        name
        for name, each in names.items()
        if name in _catalogue() and any(not trial.passed for trial in _try(each, _catalogue()[name]))
    )


def _reached(function: Callable[..., Any]) -> Iterator[Any]:
    """It, and what it uses, itself or through other functions of the notebook."""
    waiting: list[Any] = [function]
    seen: set[int] = set()
    while waiting:
        each = waiting.pop()
        if id(each) not in seen:
            seen.add(id(each))
            yield each
            waiting += _used_by(each)


def _used_by(function: Any) -> Iterator[Any]:
    """The functions and modules that its code names, also those that it imports itself."""
    code, names = getattr(function, "__code__", None), getattr(function, "__globals__", {})
    if isinstance(code, CodeType):
        known = ((names.get(name), sys.modules.get(name)) for name in _names(code))
        yield from (value for pair in known for value in pair if value is not None)


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _title(theirs: Any) -> str:
    if isinstance(theirs, ModuleType):
        return f"`{theirs.__name__}`"
    return f"`{theirs.__name__}` from `{theirs.__module__}`"


# --- showing --------------------------------------------------------------------------------------------


def validating() -> bool:
    """Whether nbgrader's Validate runs the notebook: nobody sees the panels then."""
    return os.environ.get("NBGRADER_EXECUTION") == "validate"


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
        display(panel, metadata=panel.record)
