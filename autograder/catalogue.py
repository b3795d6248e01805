"""How an exercise is written down: a model solution as text, and every wrong formula as a change of it.

The change is written once. It is the variant that answers are compared with, the code that the message
quotes, and the cell of a student of the sample class.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from autograder.compare import Tolerance
from autograder.exercise import AS_GIVEN, Exercise, GradientOf, Misconception, Probe, Right
from autograder.written import Change, Written


__all__ = ["Wrong", "exercise"]

STILL_BROKEN = "the function still does what it did when it was given"


@dataclass(frozen=True)
class Wrong:
    """A wrong formula as a change of the model solution, and what to say to somebody who wrote it.

    In `message`, which completes "Your result is what you get when ...", `{}` quotes what the change puts in.
    `read` names a section of the lecture; without it, it is that of the exercise. `passes` are the probes
    that cannot see the mistake, worked out by hand: names, or rules that hold for the calls of a probe; of
    several values that are asked for, `parts` are the places of those that are right on the other probes.
    `kind` is the rung of the ladder that the answer stands on. The rest is that of a `Misconception`.
    """

    name: str
    change: Change
    message: str
    passes: tuple[Right, ...] = ()
    parts: tuple[int, ...] = ()
    read: str = ""
    credit: float = 0.0
    kind: str = "wrong_values"
    convention: bool = False

    def of(self, solution: Written, read: str) -> Misconception:
        """The entry of the catalogue that it makes; raises ValueError naming exercise and row."""
        try:
            variant = solution.changed(self.change)
        except ValueError as problem:
            raise ValueError(f"{solution.__name__}, {self.name}: {problem}") from None
        quoted = () if isinstance(self.change, str) else tuple(self.change.values())
        return Misconception(
            self.name,
            variant,
            self.message.format(*quoted),
            self.read or read,
            self.credit,
            self.convention,
            self.passes,
            self.parts,
            self.kind,
            self.change,
        )


def exercise(
    *,
    solution: str,
    reference: Callable[..., Any],
    points: float,
    probes: tuple[Probe, ...],
    misconceptions: Iterable[Wrong],
    alternatives: Mapping[str, str],
    read: str = "",
    tolerance: Tolerance | None = None,
    beside: Mapping[str, Callable[..., Any]] | None = None,
    gradient_of: GradientOf | None = None,
    broken: Change | None = None,
    broken_passes: tuple[Right, ...] = (),
    equivalent: Mapping[str, str] | None = None,
) -> Exercise:
    """The exercise of a model solution; name and signature are read from its `def` line.

    `alternatives` are other right answers as text, by what is different about them. `beside` are other
    functions of the notebook that the probes call, or answers, with our reference of each. A backward pass is
    the `gradient_of` one of them. `broken` is the change with which students are given the solution, to find
    its fault and mend it; `broken_passes` are the probes that cannot see the fault. `equivalent` are lines of
    the solution with a small change that changes no result, as `autograder prove` prints them, and why.
    """
    written = Written(solution, beside=beside)
    rows = tuple(misconceptions)
    if broken is not None:
        rows = (Wrong(AS_GIVEN, broken, STILL_BROKEN, broken_passes, kind=AS_GIVEN), *rows)
    return Exercise(
        name=written.__name__,
        reference=reference,
        signature=written.signature,
        points=points,
        probes=probes,
        misconceptions=tuple(wrong.of(written, read) for wrong in rows),
        read=read,
        alternatives={kind: Written(text, beside=beside) for kind, text in alternatives.items()},
        tolerance=tolerance or Tolerance(),
        solution=written,
        beside=beside or {},
        gradient_of=gradient_of,
        equivalent=equivalent or {},
    )
