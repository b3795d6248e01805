"""Which wall grading uses on this machine, and the refusal to grade behind one that is too weak."""

from functools import cache

from autograder.course import Course, CourseError
from autograder.sandbox.policy import Policy
from autograder.sandbox.tiers import STRENGTH, Choice, choose, is_enough
from autograder.sandbox.wall import Wall, build_wall


@cache
def examined() -> Choice:
    """The strongest wall that can be built here, attacked once by the self-test of this process."""
    return choose(Policy())


def choose_wall(course: Course, *, unsafe: bool = False) -> Wall:
    """The wall to grade behind; raises CourseError where it does not hold or is not strong enough.

    With `unsafe` the strongest one that there is will do, even if it is none.
    """
    choice = examined()
    minimum = course.minimum_tier
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
    # A package of exercises may be installed, where everybody can read, and so may a course lie in /usr.
    hidden = (course.assignments.folder, course.source, course.work)
    return build_wall(Policy(), choice.tier, hidden=hidden).without(*choice.without)
