"""The page of a whole course: everybody's points over all assignments, and mistakes that come again."""

import statistics
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from autograder.exercise import Assignment
from autograder.grades import Grade
from autograder.named import Named
from autograder.report import charts, pages, words
from autograder.report.misunderstood import Misunderstood, misunderstood
from autograder.results import Result


# Shades of a cell, from no points to all.
SHADES = 5
# Of the mistakes of one student the page names so many.
OF_ONE = 3


@dataclass(frozen=True)
class Part:
    """What is known of one assignment. `students` are the addresses of the pages of students that are there,
    and `page` is that of the class, if it is."""

    assignment: Assignment
    results: Mapping[str, Result]
    grades: Mapping[str, Grade]
    names: Sequence[Named] = ()
    page: str = ""
    students: Mapping[str, str] = field(default_factory=dict)

    @property
    def scores(self) -> list[float]:
        return [grade.score for grade in self.grades.values() if grade.score is not None]

    @property
    def maximum(self) -> float:
        return max((grade.max_score for grade in self.grades.values()), default=self.assignment.max_score)


@dataclass(frozen=True)
class Column:
    """An assignment at the top of the table: how its class does."""

    part: Part
    median: float | None
    picture: Markup
    graded: int


@dataclass(frozen=True)
class Cell:
    """A student's grade in one assignment: a number only where the gradebook has one, and else why not."""

    grade: Grade | None
    shade: int
    says: str
    link: str


@dataclass(frozen=True)
class Line:
    """A student: a cell for each assignment, the points so far, and the mistakes that they make again."""

    student: str
    name: str
    cells: tuple[Cell, ...]
    points: float | None
    maximum: float
    again: tuple[str, ...]
    mistakes: int


@dataclass(frozen=True)
class Family:
    """Mistakes of the same name over the course: how many students make them in each assignment."""

    label: str
    says: str
    counts: tuple[int, ...]
    where: tuple[tuple[str, str, int], ...]
    students: int
    repeat: int


def course_page(parts: Sequence[Part]) -> str:
    """One self-contained HTML page over all assignments of which something is in the gradebook."""
    mistakes = [misunderstood(list(part.results.values()), part.assignment, part.names) for part in parts]
    families = _families(parts, mistakes)
    students = sorted({student for part in parts for student in part.grades}, key=lambda s: (s.casefold(), s))
    lines = [_line(student, parts, mistakes) for student in students]
    return pages.render(
        "course.html",
        columns=[_column(part) for part in parts],
        lines=lines,
        recurrent=[family for family in families if sum(map(bool, family.counts)) > 1],
        frequent=[
            family for family in families if sum(map(bool, family.counts)) == 1 and family.students > 1
        ],
        most=max((count for family in families for count in family.counts), default=1),
        shades=SHADES,
        waiting=any(grade.waiting for part in parts for grade in part.grades.values()),
    )


def _column(part: Part) -> Column:
    scores, name = part.scores, part.assignment.name
    middle = statistics.median(scores) if scores else None
    title = f"{name}: points of each student, from 0 to {words.points(part.maximum)}; the line is the median"
    return Column(part, middle, charts.dots(scores, part.maximum, middle, title), len(scores))


def _line(student: str, parts: Sequence[Part], mistakes: Sequence[Sequence[Misunderstood]]) -> Line:
    grades = [part.grades.get(student) for part in parts]
    counted = [grade for grade in grades if grade and grade.score is not None]
    made: dict[str, set[int]] = defaultdict(set)
    number = 0
    for place, several in enumerate(mistakes):
        for mistake in several:
            if student in mistake.students:
                number += 1
                for name in mistake.names:
                    made[name].add(place)
    again = sorted((name for name in made if len(made[name]) > 1), key=lambda name: (-len(made[name]), name))
    return Line(
        student,
        next((grade.name for grade in grades if grade and grade.name), ""),
        tuple(_cell(student, part, grade) for part, grade in zip(parts, grades, strict=True)),
        sum(grade.score or 0.0 for grade in counted) if counted else None,
        sum(grade.max_score for grade in counted),
        tuple(words.misconception_words(name) for name in again[:OF_ONE]),
        number,
    )


def _cell(student: str, part: Part, grade: Grade | None) -> Cell:
    link = part.students.get(student, "")
    if grade is None or not grade.handed_in:
        return Cell(grade, 0, "missing", "")
    if grade.score is None:
        result = part.results.get(student)
        says = words.outcome_words(result, grade) if result else "not graded"
        return Cell(grade, 0, says, link)
    share = grade.score / grade.max_score if grade.max_score else 0.0
    return Cell(grade, min(max(int(SHADES * share), 0), SHADES - 1) + 1, "", link)


def _families(parts: Sequence[Part], mistakes: Sequence[Sequence[Misunderstood]]) -> list[Family]:
    """The mistakes by their names, which are the same where the mistake is, the most frequent first."""
    by_name: dict[str, list[tuple[int, Misunderstood]]] = defaultdict(list)
    for place, several in enumerate(mistakes):
        for mistake in several:
            for name in mistake.names:
                by_name[name].append((place, mistake))
    found = []
    for name, made in by_name.items():
        who: list[set[str]] = [set() for _ in parts]
        for place, mistake in made:
            who[place].update(mistake.students)
        everybody = set().union(*who)
        found.append(
            Family(
                words.misconception_words(name),
                made[0][1].says,
                tuple(map(len, who)),
                tuple(
                    (
                        mistake.exercise.name,
                        parts[place].page and f"{parts[place].page}#exercise-{mistake.exercise.name}",
                        len(mistake.students),
                    )
                    for place, mistake in made
                ),
                len(everybody),
                sum(sum(student in each for each in who) > 1 for student in everybody),
            )
        )
    return sorted(found, key=lambda each: (-sum(map(bool, each.counts)), -each.students, each.label))
