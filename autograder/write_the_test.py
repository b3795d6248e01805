"""Exercises in which a test is written: inputs on which wrong versions of a function give themselves away."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from autograder.catalogue import Wrong, exercise
from autograder.exercise import AS_GIVEN, Exercise, Probe, call
from autograder.tells_apart import Allowed, TellsApart, Version
from autograder.written import Written


def write_the_test(
    *,
    of: Exercise,
    solution: str,
    points: float,
    read: str,
    allowed: Allowed,
    plain: str,
    misconceptions: Iterable[Wrong],
    alternatives: Mapping[str, str],
    calls: int = 3,
) -> Exercise:
    """The exercise to find arguments for the function of another one that tell its wrong versions apart.

    The `solution`, a function without parameters, returns them in a dictionary by their names, or those of up
    to so many `calls` in a list. `allowed`, a function of a module of `autograder.properties`, gets the
    arguments of one call by their names and says what the text does not allow, or nothing. The rows of
    `misconceptions` are inputs that see little, and say why. Those of the row `plain` are what comes to mind
    first: for what they tell apart there are no points.
    """
    if of.solution is None:
        raise ValueError(f"{of.name} has no solution as text")
    rows = {row.name: row for row in misconceptions}
    right = {"the solution": of.solution, **of.alternatives}
    versions = (Version(name, "", each) for name, each in right.items() if isinstance(each, Written))
    test = TellsApart(
        right=tuple(version for version in versions if _runs_everywhere(version)),
        wrong=tuple(
            Version(entry.name, entry.message, entry.variant)
            for entry in of.misconceptions
            if isinstance(entry.variant, Written) and not entry.convention and entry.name != AS_GIVEN
        ),
        plain=Written(str(rows[plain].change)),
        allowed=allowed,
        tolerance=of.tolerance,
        calls=calls,
        own=of.probes[0].own,
    )
    made = exercise(
        solution=solution,
        reference=Written(solution),
        points=points,
        read=read,
        probes=(Probe(f"wrong versions of {of.name}", lambda rng: call(), holds=test),),
        misconceptions=rows.values(),
        alternatives=alternatives,
    )
    return replace(made, tests=of.name)


def _runs_everywhere(version: Version) -> bool:
    """Whether it needs nothing but numpy: not everybody has the same packages."""
    return "import " not in version.function.text
