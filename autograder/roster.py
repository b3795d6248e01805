"""Who takes the course, and who somebody is whom a learning platform calls by one name or another."""

import csv
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path

from autograder.course import CourseError


# The columns that nbgrader keeps of a student.
ABOUT = ("first_name", "last_name", "email", "lms_user_id")


class Roster:
    """Who takes the course, from a CSV file with the columns of `nbgrader db student import`.

    A student of the archive is somebody on the roster by `id`, `lms_user_id`, `email` or the two names,
    whatever their order, capitals and punctuation. Only the column `id` is needed; `people` are what the
    others say, by id.
    """

    def __init__(self, rows: Iterable[Mapping[str, str | None]]) -> None:
        self.students: list[str] = []
        self.people: dict[str, dict[str, str]] = {}
        self._ids: dict[str, set[str]] = {}
        for row in rows:
            identity = (row.get("id") or "").strip()
            if not identity:
                continue
            self.students.append(identity)
            known = {name: (row.get(name) or "").strip() for name in ABOUT}
            self.people[identity] = {name: value for name, value in known.items() if value}
            first, last = row.get("first_name") or "", row.get("last_name") or ""
            names = (row.get("lms_user_id"), row.get("email"), f"{first} {last}", f"{last} {first}")
            for name in (identity, *names):
                if key := _letters(name or ""):
                    self._ids.setdefault(key, set()).add(identity)

    @classmethod
    def read(cls, path: Path) -> "Roster":
        """The roster in a file; raises CourseError."""
        try:
            with open(path, newline="", encoding="utf-8-sig") as file:
                rows = csv.DictReader(file)
                if "id" not in (rows.fieldnames or ()):
                    raise CourseError(f"the roster {path} has no column named id")
                return cls(rows)
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise CourseError(f"the roster {path} cannot be read: {error}") from None

    def find(self, names: Iterable[str], among: Iterable[str] = ()) -> str | None:
        """The one student that goes by the first of these names which anybody goes by.

        Where anybody goes by one of the names in `among`, it has to be one of them.
        """
        for name in names:
            if found := self._ids.get(_letters(name)):
                others = {each for other in among for each in self._ids.get(_letters(other), ())}
                found = found & others if others else found
                return next(iter(found)) if len(found) == 1 else None
        return None


def folded(name: str) -> str:
    """The same for names that differ in capitals or in how accents are stored, as on some file systems."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, folded(name)))
