"""Wrong answers that no name explains, put together by what they do.

Nothing is run for it: what came back on the inputs that everybody sees lies in the results.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from autograder.behaviour import Behaviour, close, digest, form_of, numbers_of, tolerance_of
from autograder.compare import Tolerance
from autograder.exercise import Assignment, Exercise
from autograder.results import Result
from autograder.trials import CALLED
from autograder.verdict import Judgement


@dataclass(frozen=True)
class Member:
    """Somebody's answer to an exercise; `source` is the cell in which it stands."""

    student: str
    judgement: Judgement
    source: str


@dataclass(frozen=True)
class Cluster:
    """Wrong answers to one exercise that do the same, and have no name."""

    exercise: Exercise
    members: tuple[Member, ...]

    @cached_property
    def behaviour(self) -> Behaviour:
        """What most of them do to the last digit."""
        counts = Counter(each.judgement.behaviour for each in self.members)
        return min(counts, key=lambda does: (-counts[does], digest(does)))

    @property
    def id(self) -> str:
        """What it is called while it has no name; what it was called before others came is known, too."""
        return digest(self.behaviour)

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(digest(each.judgement.behaviour) for each in self.members)

    @property
    def shows(self) -> bool:
        """Whether an input that everybody sees shows what is wrong: else they may be several mistakes."""
        return any(each.kind for each in self.behaviour)

    @property
    def example(self) -> Member:
        """One of them that tells most: with a case to show, and short."""
        return min(self.members, key=lambda each: (not _case_of(each), len(each.source), each.student))


def _case_of(member: Member) -> bool:
    return member.judgement.finding is not None and member.judgement.finding.case is not None


def is_unnamed(judgement: Judgement) -> bool:
    """Whether this is a wrong answer of which nobody knows the mistake yet."""
    finding = judgement.finding
    return (
        finding is not None
        and judgement.score < judgement.max_score
        and bool(judgement.behaviour)
        and not finding.misconception
        and finding.kind in CALLED
    )


def clusters(results: Iterable[Result], assignment: Assignment) -> tuple[Cluster, ...]:
    """The unnamed wrong answers of a class, the largest group first."""
    known = {exercise.name: exercise for exercise in assignment.exercises}
    members: dict[str, list[Member]] = defaultdict(list)
    for result in results:
        sources = {record.cell.grade_id: record.cell.source for record in result.cells}
        for judgement in result.judgements if result.outcome == "graded" else ():
            if judgement.exercise in known and is_unnamed(judgement):
                source = sources.get(judgement.exercise, "")
                members[judgement.exercise].append(Member(result.student, judgement, source))
    found = [
        Cluster(known[name], tuple(sorted(group, key=lambda each: each.student)))
        for name, several in members.items()
        for group in _groups(several, known[name].tolerance)
    ]
    order = [exercise.name for exercise in assignment.exercises]
    return tuple(
        sorted(found, key=lambda each: (-len(each.members), order.index(each.exercise.name), each.id))
    )


def _groups(members: Iterable[Member], tolerance: Tolerance) -> Iterator[list[Member]]:
    same_form: dict[Hashable, list[Member]] = defaultdict(list)
    for each in members:
        same_form[_form(each.judgement)].append(each)
    for several in same_form.values():
        yield from _linked(several, tolerance)


def _form(judgement: Judgement) -> Hashable:
    """What members have in common; of what nobody can see the kinds of input on which it is wrong."""
    form = form_of(judgement.behaviour)
    unseen = not any(each.kind for each in judgement.behaviour)
    return form, tuple(name for name, passed in judgement.passed if not passed) if unseen else ()


def _linked(members: Sequence[Member], tolerance: Tolerance) -> Iterator[list[Member]]:
    """The members in groups: who is close to one of a group belongs to it, in whatever order they come."""
    equal: dict[Behaviour, list[Member]] = defaultdict(list)
    for each in members:
        equal[each.judgement.behaviour].append(each)
    room = tolerance_of(list(equal), tolerance)
    rows, of_row = np.array([numbers_of(does) for does in equal]), list(equal.values())
    waiting = set(range(len(rows)))
    while waiting:
        group, front = list[Member](), [waiting.pop()]
        while front:
            row = front.pop()
            group += of_row[row]
            near = waiting.intersection(np.flatnonzero(close(rows[row], rows, room)).tolist())
            waiting -= near
            front += near
        yield group
