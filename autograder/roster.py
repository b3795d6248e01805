"""Who takes the course, and who somebody is whom a learning platform calls by one name or another."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.course import CourseError


# The columns that nbgrader keeps of a student.
ABOUT = ("first_name", "last_name", "email", "lms_user_id")
MAX_BYTES = 20 << 20
# How many lines may stand above the headings, as in Sakai's list.
MAX_ABOVE = 5
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


@dataclass(frozen=True)
class Form:
    """The list of people or grades that one platform exports, by its English headings in small letters.

    `needs` are headings that tell it from others. Of `ids` the first that everybody has becomes the id here;
    all of them are names by which somebody is found. `whole_name` is a column with the whole name.
    """

    platform: str
    needs: tuple[str, ...]
    ids: tuple[str, ...]
    first_name: str = "first name"
    last_name: str = "last name"
    whole_name: str = ""
    email: str = ""
    lms_user_id: str = ""


# The first that fits. From exports of 2023 to 2026 in documentation and scripts of teachers.
FORMS = (
    Form("nbgrader", ("id",), ("id",), "first_name", "last_name", "", "email", "lms_user_id"),
    Form(
        "Canvas",
        ("student", "id", "section"),
        ("sis login id", "sis user id", "id"),
        whole_name="student",
        lms_user_id="id",
    ),
    # The members of a group set.
    Form(
        "Canvas",
        ("canvas_user_id", "group_name"),
        ("login_id", "user_id", "canvas_user_id"),
        whole_name="name",
        lms_user_id="canvas_user_id",
    ),
    Form(
        "Brightspace",
        ("end-of-line indicator",),
        ("username", "orgdefinedid", "email"),
        email="email",
        lms_user_id="orgdefinedid",
    ),
    Form(
        "Moodle",
        ("identifier",),
        ("username", "id number", "email address", "identifier"),
        whole_name="full name",
        email="email address",
    ),
    Form(
        "Moodle",
        ("surname", "email address"),
        ("username", "id number", "email address"),
        last_name="surname",
        email="email address",
    ),
    Form("Sakai", ("display id", "id"), ("id", "display id"), lms_user_id="display id"),
    Form("Sakai", ("student id", "student name"), ("student id",), whole_name="student name"),
    Form("Blackboard", ("username", "availability"), ("username", "student id"), lms_user_id="student id"),
    Form(
        "Gradescope", ("sid", "email"), ("sid", "email"), whole_name="name", email="email", lms_user_id="sid"
    ),
    # Moodle and Google Classroom.
    Form(
        "Moodle or Google Classroom",
        ("last name", "email address"),
        ("username", "id number", "email address"),
        email="email address",
    ),
    Form("Blackboard", ("username",), ("username", "student id"), email="email"),
    Form(
        "ILIAS",
        ("login",),
        ("login", "matriculation number", "e-mail"),
        "first name",
        "last name",
        email="e-mail",
    ),
)
# What stands in the place of a name below the headings, where no id follows; and Canvas' pretended student.
NOBODY = frozenset(("", "points possible", "manual posting", "date", "points"))
TEST_STUDENT = frozenset(("test student", "student, test"))
PARTICIPANT = re.compile(r"\D+(?P<number>\d+)")


@dataclass(frozen=True)
class Table:
    """A table file as a platform writes it: what stands `above` the headings, the headings and the rows.

    `encoding`, `delimiter`, `quoted` and `newline` are as they were, so that it can be written the same way.
    """

    path: Path
    form: Form
    above: tuple[tuple[str, ...], ...]
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    encoding: str = "utf-8"
    delimiter: str = ","
    quoted: bool = False
    newline: str = "\r\n"

    @classmethod
    def read(cls, path: Path, called: str = "roster") -> "Table":
        """Commas, semicolons or tabs; UTF-8, or UTF-16 with its mark. Raises CourseError."""
        text, encoding = _text(path, called)
        for delimiter in ",;\t":
            try:
                rows = tuple(map(tuple, csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)))
            except csv.Error as error:
                raise CourseError(f"the {called} {path} cannot be read: {error}") from None
            for place, row in enumerate(rows[: MAX_ABOVE + 1]):
                if form := _form(row):
                    above, below, quoted = rows[:place], rows[place + 1 :], text.startswith('"')
                    newline = "\r\n" if "\r\n" in text else "\n"
                    return cls(path, form, above, row, below, encoding, delimiter, quoted, newline)
        platforms = ", ".join(dict.fromkeys(form.platform for form in FORMS[1:]))
        raise CourseError(
            f"the {called} {path} has no column named id, nor the headings of {platforms} in English; export "
            "it in English, or name the columns id, first_name, last_name, email and lms_user_id"
        )

    def people(self) -> Iterator[tuple[int, dict[str, str]]]:
        """The places of rows with a person in them, and what they say, by heading in small letters."""
        headings = [heading_of(each) for each in self.headings]
        for place, row in enumerate(self.rows):
            cells: dict[str, str] = {}
            for heading, cell in zip(headings, row, strict=False):
                # Of Brightspace's list all ids begin with #, so that a spreadsheet keeps their zeros.
                marked = self.form.platform == "Brightspace"
                cells.setdefault(heading, cell.strip().removeprefix("#") if marked else cell.strip())
            if _is_person(self.form, cells):
                yield place, cells

    def id_column(self) -> str:
        """The heading, in small letters, of the column that says who everybody is; raises CourseError."""
        if self.form.platform == "nbgrader":  # who has no id is left out, as by nbgrader
            return "id"
        people = [cells for _, cells in self.people()]
        for column in self.form.ids:
            values = [cells.get(column, "") for cells in people]
            if all(values) and len({folded(value) for value in values}) == len(values):
                return column
        raise CourseError(
            f"in {self.path} no column says who everybody is: in each of "
            f"{', '.join(self.form.ids)} somebody has nothing, or the same as somebody else"
        )


def _is_person(form: Form, cells: Mapping[str, str]) -> bool:
    whole = cells.get(form.whole_name, "").casefold()
    if form.platform == "Canvas" and whole in TEST_STUDENT:
        return False
    first = next(iter(cells.values()), "").casefold()
    return any(cells.get(column) for column in form.ids) or first not in NOBODY


class Roster:
    """Who takes the course, by `id`, and by which other names the platforms know them.

    A student of the archive is somebody on the roster by any of these names, or by the first and the last
    name, whatever their order, capitals and punctuation. `people` are what nbgrader keeps of them, by id.
    """

    def __init__(self, rows: Iterable[Mapping[str, str | None]]) -> None:
        """From rows with the columns of `nbgrader db student import`, of which only `id` is needed."""
        self.students: list[str] = []
        self.people: dict[str, dict[str, str]] = {}
        self._ids: dict[str, set[str]] = {}
        self._groups: dict[str, list[str]] = {}
        for row in rows:
            self._add({name: (row.get(name) or "").strip() for name in ("id", *ABOUT)}, ())

    @classmethod
    def read(cls, path: Path) -> "Roster":
        """The roster in a file; raises CourseError."""
        return cls.of(Table.read(path))

    @classmethod
    def of(cls, table: Table) -> "Roster":
        """The roster in a table; raises CourseError."""
        roster = cls(())
        column = table.id_column()
        there: dict[str, tuple[str, str]] = {}
        for _, cells in table.people():
            person, names = _person(table.form, cells, column)
            known = there.setdefault(folded(person["id"]), (person["id"], _whole_name(person)))
            if person["id"] and known != (person["id"], _whole_name(person)):
                first, second = (
                    f"{identity} ({name or 'without a name'})"
                    for identity, name in (known, (person["id"], _whole_name(person)))
                )
                raise CourseError(
                    f"{table.path} has two people of one id, {first} and {second}; give each an id of "
                    "their own"
                )
            roster._add(person, names)
            # Canvas' name of it; and Moodle's list of people names all groups of somebody in one cell.
            of = (cells.get("group", ""), cells.get("group_name", ""), *cells.get("groups", "").split(","))
            for group in of:
                if person["id"] and (key := _letters(group)):
                    roster._groups.setdefault(key, []).append(person["id"])
        return roster

    def _add(self, person: Mapping[str, str], names: Iterable[str]) -> None:
        identity = person["id"]
        if not identity:
            return
        if identity not in self.people:
            self.students.append(identity)
        self.people[identity] = {name: person[name] for name in ABOUT if person[name]}
        first, last = person["first_name"], person["last_name"]
        names = (person["lms_user_id"], person["email"], f"{first} {last}", f"{last} {first}", *names)
        for name in (identity, *names):
            if key := _letters(name):
                self._ids.setdefault(key, set()).add(identity)

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

    @property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        """The members of each group."""
        return tuple(map(tuple, self._groups.values()))

    def members(self, names: Iterable[str]) -> tuple[str, ...]:
        """Who is in the group of the first of these names that a group has."""
        return next((tuple(found) for name in names if (found := self._groups.get(_letters(name)))), ())

    def goes_by(self, student: str, name: str) -> bool:
        """Whether this is one of the student's names, however many others have it."""
        return student in self._ids.get(_letters(name), ())


def folded(name: str) -> str:
    """The same for names that differ in capitals or in how accents are stored, as on some file systems."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _person(form: Form, cells: Mapping[str, str], column: str) -> tuple[dict[str, str], list[str]]:
    """What nbgrader keeps of a person, and by which other names a platform knows them."""
    first, last = cells.get(form.first_name, ""), cells.get(form.last_name, "")
    whole = cells.get(form.whole_name, "")
    if not (first or last) and "," in whole:
        last, first = (part.strip() for part in whole.split(",", 1))
    elif not (first or last):
        first, _, last = whole.rpartition(" ")
    person = {
        "id": cells.get(column, ""),
        "first_name": first,
        "last_name": last,
        "email": cells.get(form.email, ""),
        "lms_user_id": cells.get(form.lms_user_id, ""),
    }
    names = [cells.get(each, "") for each in form.ids if each != "identifier"]
    if match := PARTICIPANT.fullmatch(cells.get("identifier", "")):
        # Whatever the word for it is where the list was made.
        names.append(f"participant {match['number']}")
    return person, [*names, whole]


def _whole_name(person: Mapping[str, str]) -> str:
    return f"{person['first_name']} {person['last_name']}".strip()


def _form(row: Sequence[str]) -> Form | None:
    """The form of a list with these headings; nbgrader's `id` is written in small letters."""
    headings = {heading_of(each) for each in row}
    nbgraders = "id" in row
    for form in FORMS:
        if headings.issuperset(form.needs) and (form.platform != "nbgrader" or nbgraders):
            return form
    return None


def heading_of(text: str) -> str:
    return text.strip().strip('"\ufeff').casefold()


def _text(path: Path, called: str) -> tuple[str, str]:
    """What is written in the file, and its encoding; raises CourseError."""
    try:
        with open(path, "rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise CourseError(f"the {called} {path} cannot be read: {error.strerror}") from None
    if len(data) > MAX_BYTES:
        raise CourseError(f"the {called} {path} is larger than 20 MB, which no list of people is")
    if data.startswith(WORKBOOKS):
        raise CourseError(f"the {called} {path} is a workbook of a spreadsheet program; save it as CSV")
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise CourseError(
            f"the {called} {path} cannot be read: it is not text in UTF-8 or UTF-16; save it as CSV in UTF-8"
        ) from None
    if "\0" in text:
        raise CourseError(
            f"the {called} {path} cannot be read: it is not text in UTF-8 or UTF-16 with its mark"
        )
    marked = data.startswith(b"\xef\xbb\xbf") or encoding == "utf-16"
    return re.sub(r"\Asep=.\r?\n", "", text), encoding if marked else "utf-8"


def _letters(name: str) -> str:
    """Letters, digits and what belongs to them: many scripts write their vowels as marks."""
    return "".join(c for c in folded(name) if c.isalnum() or unicodedata.category(c)[0] == "M")
