"""When a student gets to see the automatic points and message of an exercise; the course's settings say it.

`at_once` is what happens where nothing is said. `after_due` holds them back until nobody has time left, and
`after_feedback` until the feedback is released. What the visible tests give is always shown.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime


WHEN = ("at_once", "after_due", "after_feedback")
# What follows the name of the assignment where it lies in the package of a student, beside the exercises.
SUFFIX = ".when"


@dataclass(frozen=True)
class WhenShown:
    """By exercise when it is shown, where that is not at once; `due` is when nobody has time left, in UTC."""

    when: Mapping[str, str] = field(default_factory=dict)
    due: datetime | None = None

    def held_back(self, now: datetime, *, released: bool = False) -> dict[str, str]:
        """The exercises that are not shown yet, with the words for when they are; `now` has a zone.

        An assignment of which nobody knows when it is due is not over.
        """
        due = self.due and self.due.replace(tzinfo=UTC)
        over = due is not None and now > due
        at = f", {due:%Y-%m-%d %H:%M} UTC" if due else ""
        words = {"after_due": f"after the due date{at}", "after_feedback": "with your feedback"}
        still = {"after_due": not over, "after_feedback": not released}
        return {name: words[when] for name, when in self.when.items() if still[when]}


def asked_for(
    settings: object, assignment: str, exercises: tuple[str, ...], known: frozenset[str]
) -> dict[str, str]:
    """What `c.Autograder.show` says of the exercises of an assignment, by its name or by theirs.

    Raises ValueError for a setting that says nothing; `known` are all names of the course.
    """
    if not isinstance(settings, dict):
        raise ValueError(f"Autograder.show must be a dictionary, got {settings!r}")
    for name, when in settings.items():
        if name not in known:
            raise ValueError(f"Autograder.show names {name!r}, which is no exercise and no assignment here")
        if when not in WHEN:
            raise ValueError(f"Autograder.show[{name!r}] must be one of {', '.join(WHEN)}, got {when!r}")
    found = {name: str(settings.get(name, settings.get(assignment, "at_once"))) for name in exercises}
    return {name: when for name, when in found.items() if when != "at_once"}


def recorded(when: WhenShown) -> str:
    """For the hands of students, as JSON."""
    return json.dumps({"when": dict(when.when), "due": when.due and when.due.isoformat()})


def restored(text: str) -> WhenShown:
    """The inverse of `recorded`."""
    plain = json.loads(text)
    return WhenShown(plain["when"], plain["due"] and datetime.fromisoformat(plain["due"]))
