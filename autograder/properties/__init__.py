"""Properties by which results are judged that no reference can be compared with, such as random ones.

A property is a function of the calls of a probe and of what came back of each, as plain values. It returns
None where all is right, or else what is wrong: in words, or as `Broken`, with a name. A wrong formula is
recognised when it breaks the same property by name; so a name says one thing, which is sure, and what may
have several reasons has words alone.

Beside them stands what the text of an exercise allows as arguments, where a test is written: functions of the
arguments of one call by their names, which return what is not allowed, in words, or None. Right and wrong
versions are run on what passes, so everything that a loop goes through is bounded there.

The modules of this package are in the hands of students, beside the inputs that everybody sees. So they show
nothing of a solution, and import nothing of the course.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from autograder.sandbox.values import Call


@dataclass(frozen=True)
class Broken:
    """A property that results do not have: its name, what is wrong in words, and what counts all the same."""

    name: str
    says: str
    share: float = 0.0


Property = Callable[[tuple[Call, ...], tuple[Any, ...]], str | Broken | None]


def deviation(count: int, *, spread: float = 1.0, chance: float = 1e-10) -> float:
    """How far the mean of `count` independent values may lie from what is expected.

    All of them lie within an interval of length `spread`. It lies further away with less than this chance,
    whatever they are (Hoeffding, 1963): a test of ten means fails one right answer in a thousand million.
    """
    return spread * math.sqrt(math.log(2 / chance) / (2 * count))
