"""The grade of a submission as nbgrader's gradebook holds it: what every page, table and export shows.

`gradebook.read_grades` is the one place that makes them. Nothing here adds up points of its own: a number
is the machine's points unless a person has given others, plus extra credit, less the penalty for lateness.
"""

from dataclasses import dataclass

from autograder.lateness import LateDays


@dataclass(frozen=True)
class Mark:
    """The points of one cell; `score` is None until somebody has given points.

    `automatic` are the machine's, `manual` those that a person gave in their place, and `extra` are added.
    `in_words` says that a person reads this cell, whoever else may not.
    """

    cell: str
    score: float | None
    max_score: float
    automatic: float | None = None
    in_words: bool = False
    manual: float | None = None
    extra: float = 0.0

    @property
    def by_person(self) -> bool:
        """Whether a person has decided about these points."""
        return self.score != self.automatic


@dataclass(frozen=True)
class Grade:
    """What the gradebook holds of one student and one assignment; without `marks` nothing was handed in.

    `comments` are a person's, by the grade_id of the cell. `remark` is why the machine gave no points.
    `late_days` are known where the course has a bank of them.
    """

    student: str
    max_score: float
    marks: tuple[Mark, ...] = ()
    comments: tuple[tuple[str, str], ...] = ()
    remark: str = ""
    penalty: float = 0.0
    seconds_late: float = 0.0
    late_days: LateDays | None = None
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_user_id: str = ""

    @property
    def handed_in(self) -> bool:
        return bool(self.marks)

    @property
    def raw_score(self) -> float | None:
        """The points before the penalty; None where this is no grade, which is no zero.

        Points that a person has yet to give for answers in words are `waiting`; what the machine should
        have given and did not leaves no grade at all, until a person gives it.
        """
        if not self.marks or any(mark.score is None for mark in self.marks if not mark.in_words):
            return None
        return round(sum(mark.score or 0.0 for mark in self.marks), 6)

    @property
    def score(self) -> float | None:
        """The points that count."""
        raw = self.raw_score
        return None if raw is None else max(0.0, round(raw - self.penalty, 6))

    @property
    def outcome(self) -> str:
        """graded, not graded or nothing handed in."""
        if not self.handed_in:
            return "nothing handed in"
        return "not graded" if self.score is None else "graded"

    @property
    def waiting(self) -> float:
        """How many points at most a person has yet to give for answers in words, where this is a grade."""
        if self.raw_score is None:
            return 0.0
        return sum(mark.max_score for mark in self.marks if mark.in_words and mark.score is None)

    @property
    def name(self) -> str:
        """First and last name, as far as they are known."""
        return f"{self.first_name} {self.last_name}".strip()

    def mark(self, cell: str) -> Mark | None:
        """The mark of that cell, if it has one."""
        return next((mark for mark in self.marks if mark.cell == cell), None)

    def points(self, cell: str) -> float | None:
        """The points of that cell; None where nobody has given any."""
        mark = self.mark(cell)
        return mark.score if mark else None

    def comment(self, cell: str) -> str:
        """What a person wrote about that cell."""
        return dict(self.comments).get(cell, "")
