"""What lateness costs: late days of which everybody has a few for the whole course, and what comes after.

Days are of 24 hours, whatever clocks do in between, and are counted from when a student's work is due:
the due date of the assignment and the extension of that student. No clock is read here.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


DAY = timedelta(days=1)
# Whatever the rules say, nobody is later than that.
MOST_DAYS = 100_000


@dataclass(frozen=True)
class Rules:
    """`bank` late days are free over the course; each further one costs `per_day`, a share of the points.

    Who is late by no more than the `grace` is in time, and each day ends that much later.
    """

    bank: int = 0
    grace: timedelta = timedelta()
    per_day: float = 0.0


@dataclass(frozen=True)
class Work:
    """What one student handed in for one assignment, and when it was due; times without a zone are UTC."""

    assignment: str
    due: datetime
    handed_in: datetime


@dataclass(frozen=True)
class LateDays:
    """Late days of one student at one assignment; `used` are those of the bank up to it, of `bank`."""

    days: int
    from_bank: int
    used: int
    bank: int

    @property
    def charged(self) -> int:
        """Days for which there was none left in the bank."""
        return self.days - self.from_bank

    def penalty(self, score: float, rules: Rules) -> float:
        """What the days cost of these points, at most all."""
        return max(score, 0.0) * min(self.charged * rules.per_day, 1.0)


def days_late(work: Work, grace: timedelta = timedelta()) -> int:
    """Days that have begun since the work was due."""
    late = _in_utc(work.handed_in) - _in_utc(work.due) - grace
    return 0 if late <= timedelta() else min(math.ceil(late / DAY), MOST_DAYS)


def share_out(works: Iterable[Work], rules: Rules) -> dict[str, LateDays]:
    """The late days of one student by assignment: what is due first takes from the bank first."""
    found: dict[str, LateDays] = {}
    used = 0
    for work in sorted(works, key=lambda work: (_in_utc(work.due), work.assignment)):
        days = days_late(work, rules.grace)
        from_bank = min(days, rules.bank - used)
        used += from_bank
        found[work.assignment] = LateDays(days, from_bank, used, rules.bank)
    return found


def _in_utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
