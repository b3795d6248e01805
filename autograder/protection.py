"""Which wall grading uses on this machine, and the refusal to grade behind one that is too weak."""

from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from pathlib import Path

from autograder.course import Course, CourseError
from autograder.sandbox.policy import Policy
from autograder.sandbox.tiers import STRENGTH, Choice, choose, is_enough
from autograder.sandbox.wall import Wall, build_wall


@cache
def _examination() -> Future[Choice]:
    return ThreadPoolExecutor(1).submit(choose, Policy())


def examine_ahead() -> None:
    """Begin with what `examined` will be asked for: it takes half a second, of which others can make use."""
    _examination()


def examined() -> Choice:
    """The strongest wall that can be built here, attacked once by the self-test of this process."""
    return _examination().result()


def choose_wall(course: Course, *, unsafe: bool = False) -> Wall:
    """The wall to grade a course behind; see `build_strongest`."""
    # A package of exercises may be installed, where everybody can read, and so may a course lie in /usr.
    hidden = (course.assignments.folder, course.source, course.work)
    return build_strongest(course.minimum_tier, hidden, unsafe=unsafe)


def build_strongest(minimum: str, hidden: tuple[Path, ...], *, unsafe: bool = False) -> Wall:
    """The strongest wall of this machine; raises CourseError where it does not hold or is below `minimum`.

    With `unsafe` any will do, even if it is none. What lies in `hidden` is absent behind it.
    """
    choice = examined()
    if minimum not in STRENGTH:
        raise CourseError(f"Autograder.minimum_tier must be one of {', '.join(STRENGTH)}, got {minimum!r}")
    if choice.examination and not choice.examination.holds and not unsafe:
        wrong = choice.examination.deviations[0]
        raise CourseError(
            f"the wall does not hold here ({wrong.tried}: {wrong.found}); see: autograder doctor"
        )
    if not is_enough(choice.tier, minimum) and not unsafe:
        why = "; ".join(choice.reasons) or "no reason found"
        raise CourseError(
            f"this machine offers the tier {choice.tier!r}, the course asks for {minimum!r}: {why}. "
            "With --unsafe students' code runs here with your rights"
        )
    return build_wall(Policy(), choice.tier, hidden=hidden).without(*choice.without)
