"""What a class misunderstands: which mistakes have a name and how many make them, and which have none yet."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from autograder.case import Case, format_calls, format_value
from autograder.clusters import Cluster, is_unnamed
from autograder.exercise import Assignment, Exercise
from autograder.named import Named
from autograder.report import words
from autograder.results import Result
from autograder.sandbox.perform import Returned
from autograder.trials import CALLED, draw_public
from autograder.verdict import Judgement


# What a page shows of the code of an example.
SOURCE = 4000
# Groups that are shown each by itself; of others, and of what only one has, there is a list.
SHOWN = 12


@dataclass(frozen=True)
class Misunderstood:
    """A mistake with a name: what is said of it, where to read, and who makes it.

    `by_person` says that a teaching assistant has given the name.
    """

    exercise: Exercise
    misconception: str
    says: str
    read: str
    students: tuple[str, ...]
    by_person: bool

    @property
    def names(self) -> tuple[str, ...]:
        """The mistakes in it, where there are several."""
        names = tuple(re.split(r"[|&+]", self.misconception))
        return names if all(name.isidentifier() for name in names) else (self.misconception,)

    @property
    def alone(self) -> bool:
        """Whether only one student makes it."""
        return len(self.students) == 1

    @property
    def label(self) -> str:
        return words.misconception_words(self.misconception)


@dataclass(frozen=True)
class Unnamed:
    """A group of answers without a name, ready to be shown: an example, and what came out of one input."""

    cluster: Cluster
    says: str
    case: Case | None
    source: str
    source_is_cut: bool

    @property
    def students(self) -> tuple[str, ...]:
        return tuple(each.student for each in self.cluster.members)


@dataclass(frozen=True)
class Coverage:
    """How much the most frequent findings explain: of `total` wrong answers the share that the first k do.

    The first `named` of `shares` have a name, the others are groups that would have if they were given one.
    `steps` are what comes on top each time: a label, and how many.
    """

    total: int
    named: int
    steps: tuple[tuple[str, int], ...]
    shares: tuple[float, ...]


def misunderstood(
    results: Sequence[Result], assignment: Assignment, names: Sequence[Named]
) -> tuple[Misunderstood, ...]:
    """The mistakes that have a name, the most frequent first."""
    exercises = {exercise.name: exercise for exercise in assignment.exercises}
    students: dict[tuple[str, str], list[str]] = defaultdict(list)
    reads: dict[tuple[str, str], str] = {}
    for result in results:
        for judgement in wrong_answers(result):
            finding = judgement.finding
            if finding and finding.misconception and judgement.exercise in exercises:
                key = judgement.exercise, finding.misconception
                students[key].append(result.student)
                reads.setdefault(key, finding.read)
    order = [exercise.name for exercise in assignment.exercises]
    given = {(each.exercise, each.name): each.message for each in names}
    ranked = sorted(students, key=lambda key: (-len(students[key]), order.index(key[0]), key[1]))
    return tuple(
        Misunderstood(
            exercises[key[0]],
            key[1],
            sentence(key[1], exercises[key[0]], names),
            reads[key],
            tuple(students[key]),
            key in given,
        )
        for key in ranked
    )


def wrong_answers(result: Result) -> tuple[Judgement, ...]:
    """The answers of a graded submission that do something, and something wrong."""
    if result.outcome != "graded":
        return ()
    return tuple(
        each
        for each in result.judgements
        if each.finding
        and each.score < each.max_score
        and (each.finding.misconception or each.finding.kind in CALLED)
        and each.finding.kind != "as_given"
    )


def sentence(misconception: str, exercise: Exercise, names: Sequence[Named] = ()) -> str:
    """What is said to those who make a mistake."""
    sentences = {entry.name: entry.message for entry in (*exercise.misconceptions, *exercise.near)}
    given = {each.name: each.message for each in names if each.exercise == exercise.name}
    return _said(misconception, {**given, **sentences})


def _said(names: str, sentences: Mapping[str, str]) -> str:
    """The sentences of names, some of which cannot be told apart and some of which are told together."""
    if names in sentences:
        return sentences[names]
    for sign, joint in (("&", "; and "), ("|", "; or "), ("+", "; and ")):
        if sign in names:
            return joint.join(filter(None, (_said(part, sentences) for part in names.split(sign))))
    return ""


def coverage(
    results: Sequence[Result], named: Sequence[Misunderstood], groups: Sequence[Cluster]
) -> Coverage:
    """How much the most frequent findings explain, those with a name first."""
    total = sum(len(wrong_answers(result)) for result in results)
    steps = [(f"{each.label} in {each.exercise.name}", len(each.students)) for each in named]
    shown = [each for each in groups if each.shows and len(each.members) > 1]
    steps += [(f"group {each.id} in {each.exercise.name}", len(each.members)) for each in shown]
    shares = tuple(count / total for count in accumulate(count for _, count in steps)) if total else ()
    return Coverage(total, len(named), tuple(steps), shares)


def unnamed(groups: Sequence[Cluster]) -> tuple[Unnamed, ...]:
    """The groups that several belong to, ready to be shown; the largest ones."""
    return tuple(_shown(each) for each in groups if each.shows and len(each.members) > 1)[:SHOWN]


def _shown(cluster: Cluster) -> Unnamed:
    example = cluster.example
    finding = example.judgement.finding
    says = Counter(words.short_finding(each.judgement.finding) for each in cluster.members).most_common(1)
    source = example.source[:SOURCE]
    case = finding.case if finding and finding.case else _case(cluster)
    return Unnamed(cluster, says[0][0], case, source, len(source) < len(example.source))


def _case(cluster: Cluster) -> Case | None:
    """What came out of an input that everybody sees, where the finding is of another one."""
    failed = next(each for each in cluster.behaviour if each.kind)
    drawn = next((each for each in draw_public(cluster.exercise) if each.probe.name == failed.probe), None)
    if drawn is None:  # a result of another version of the exercise
        return None
    wanted = drawn.expected[-1]
    expected = format_value(wanted.value) if isinstance(wanted, Returned) and not drawn.probe.holds else ""
    numbers = ", ".join(f"{number:.6g}" for number in failed.numbers[:6])
    more = ", ..." if len(failed.numbers) > 6 else ""
    returned = f"{failed.form}: {numbers}{more}" if numbers else failed.form
    return Case("; ".join(format_calls(drawn.calls)), expected, returned)


@dataclass(frozen=True)
class Repaired:
    """A change that makes wrong answers without a name right, and whose: who several have is a candidate for
    the catalogue."""

    exercise: str
    before: str
    after: str
    students: tuple[str, ...]


def repaired(results: Sequence[Result], assignment: Assignment) -> tuple[Repaired, ...]:
    """The changes that the search for repairs has found, the most frequent first."""
    students: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for result in results:
        for judgement in wrong_answers(result):
            found = judgement.finding and judgement.finding.located
            if found:
                students[judgement.exercise, found.before, found.after].append(result.student)
    order = [exercise.name for exercise in assignment.exercises]
    known = [key for key in students if key[0] in order]
    ranked = sorted(known, key=lambda key: (-len(students[key]), order.index(key[0]), key))
    return tuple(Repaired(*key, tuple(students[key])) for key in ranked)


def alone(groups: Sequence[Cluster]) -> tuple[Cluster, ...]:
    """What is not shown by itself: answers that nobody else gave, and groups beyond the largest."""
    shown = {each.cluster.id for each in unnamed(groups)}
    return tuple(each for each in groups if each.shows and each.id not in shown)


def unseen(groups: Sequence[Cluster]) -> tuple[Cluster, ...]:
    """What is right on all inputs that everybody sees: what came back on others cannot be compared."""
    return tuple(each for each in groups if not each.shows)


def unexplained(results: Sequence[Result]) -> int:
    """How many wrong answers have no name and belong to no group: they build on others that are wrong."""
    return sum(
        not (judgement.finding and judgement.finding.misconception) and not is_unnamed(judgement)
        for result in results
        for judgement in wrong_answers(result)
    )
