"""Grades as the learning platforms import them: a table file of their kind, or their own file filled in.

The gradebook alone says what a grade is. What is no grade is left blank, never 0. Where the platform lets
its gradebook or grading worksheet be downloaded, `filled` is the safer way: the ids in it are the platform's.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from autograder.collect import student_name
from autograder.course import CourseError
from autograder.exercise import Assignment
from autograder.grades import Grade
from autograder.report import spreadsheet_text
from autograder.roster import Roster, Table, heading_of


Row = Sequence[str]

# Of how many points a column is, in the headings of Blackboard and Brightspace.
OUT_OF = re.compile(r"(?:Total Pts: ?|MaxPoints: ?)(?P<points>\d+(?:[.,]\d+)?)", re.IGNORECASE)
# What Canvas, Blackboard and Brightspace write behind the name of a column.
ADDED = re.compile(r"\s*(?:\(\d+\)|\[.*|(?:Points|Text|Numerator) Grade\b.*)\s*\Z", re.IGNORECASE)
# A student whom Canvas' archive names where no roster does: the number is Canvas' own.
OF_CANVAS = re.compile(r".*_(?P<number>\d+)")


@dataclass(frozen=True)
class Filled:
    """The platform's table with the grades in it, under which heading, and who is not in the table."""

    table: Table
    heading: str
    missing: tuple[str, ...]


@dataclass(frozen=True)
class _Column:
    heading: str
    max_score: float
    of: Callable[[Grade], float | None]


def composed(
    platform: str, assignment: Assignment, grades: Mapping[str, Grade], *, by_exercise: bool = False
) -> str:
    """A table of all grades as `platform`, one of PLATFORMS, imports them; names are safe in a spreadsheet.

    With `by_exercise` the points of each exercise and of each answer in words follow the whole.
    """
    columns = list(_columns(assignment, grades, by_exercise))
    rows = PLATFORMS[platform](columns, [grades[student] for student in sorted(grades)])
    return _written(rows, ",", quoted=platform in ("blackboard", "sakai"))


def filled(
    table: Table, assignment: Assignment, grades: Mapping[str, Grade], column: str | None = None
) -> Filled:
    """The platform's table with the grades in the column of the assignment, or the one that is named.

    Nothing else in it changes: its names and ids are needed to import it. Who handed in nothing keeps what
    the column says. Raises CourseError where a column or a row is not clear, or is out of other points.
    """
    place = _place(table, assignment, column)
    rows = [list(row) for row in table.rows]
    _compare_maximum(table, place, next((grade.max_score for grade in grades.values()), None))
    of_row: dict[int, Grade] = {}
    missing = []
    for student, row in _rows(table, grades):
        if row is None:
            missing.append(student)
        elif row in of_row:
            raise CourseError(f"{of_row[row].student} and {student} have the same line in {table.path}")
        else:
            of_row[row] = grades[student]
    for row, grade in of_row.items():
        if grade.handed_in:
            rows[row] += [""] * (place + 1 - len(rows[row]))
            rows[row][place] = _number(grade.score)
    return Filled(replace(table, rows=tuple(map(tuple, rows))), table.headings[place].strip(), tuple(missing))


def in_bytes(table: Table) -> bytes:
    """The table file in the encoding, with the delimiters, quotes and line ends that it had."""
    rows = (*table.above, table.headings, *table.rows)
    return _written(rows, table.delimiter, quoted=table.quoted, newline=table.newline).encode(table.encoding)


# --- tables that are made here --------------------------------------------------------------------------


def _columns(assignment: Assignment, grades: Mapping[str, Grade], by_exercise: bool) -> Iterator[_Column]:
    maximum = next((grade.max_score for grade in grades.values()), 0.0)
    yield _Column(assignment.name, maximum, lambda grade: grade.score)
    cells = {each.name: assignment.test_cell(each) for each in assignment.exercises}
    cells |= {cell: cell for cell in assignment.answers_in_words}
    for name, cell in cells.items() if by_exercise else ():
        marks = (mark for grade in grades.values() if (mark := grade.mark(cell)))
        most = next((mark.max_score for mark in marks), 0.0)
        yield _Column(f"{assignment.name} {name}", most, _points_of(cell))


def _points_of(cell: str) -> Callable[[Grade], float | None]:
    return lambda grade: None if grade.score is None else grade.points(cell)


def _points(columns: Iterable[_Column], grade: Grade) -> list[str]:
    return [_number(column.of(grade)) for column in columns]


def _canvas(columns: Sequence[_Column], grades: Sequence[Grade]) -> Iterator[Row]:
    """Canvas matches by ID, SIS User ID or SIS Login ID; other columns become assignments."""
    yield ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *(each.heading for each in columns)]
    yield ["    Points Possible", "", "", "", "", *(_number(each.max_score) for each in columns)]
    for grade in grades:
        match = None if grade.lms_user_id else OF_CANVAS.fullmatch(grade.student)
        number, login = (match["number"], "") if match else (grade.lms_user_id, _id(grade))
        name = f"{grade.last_name}, {grade.first_name}" if grade.name else _id(grade)
        yield [*map(spreadsheet_text, (name, number, "", login, "")), *_points(columns, grade)]


def _moodle(columns: Sequence[_Column], grades: Sequence[Grade]) -> Iterator[Row]:
    """Moodle asks which column says who somebody is, and where each other column goes."""
    yield ["Username", "Email address", "First name", "Last name", *(each.heading for each in columns)]
    for grade in grades:
        about = (_id(grade), grade.email, grade.first_name, grade.last_name)
        yield [*map(spreadsheet_text, about), *_points(columns, grade)]


def _blackboard(columns: Sequence[_Column], grades: Sequence[Grade]) -> Iterator[Row]:
    """Blackboard matches by Username; a heading without its number in brackets makes a new column."""
    yield ["Last Name", "First Name", "Username", *(each.heading for each in columns)]
    for grade in grades:
        about = (grade.last_name, grade.first_name, _id(grade))
        yield [*map(spreadsheet_text, about), *_points(columns, grade)]


def _brightspace(columns: Sequence[_Column], grades: Sequence[Grade]) -> Iterator[Row]:
    """Brightspace matches by Username, and needs its word for points and a mark at the end of each line."""
    headings = [
        f"{each.heading} Points Grade <Numeric MaxPoints:{_number(each.max_score)}>" for each in columns
    ]
    yield ["Username", *headings, "End-of-Line Indicator"]
    for grade in grades:
        yield [spreadsheet_text(_id(grade)), *_points(columns, grade), "#"]


def _gradescope(columns: Sequence[_Column], grades: Sequence[Grade]) -> Iterator[Row]:
    """The columns of Gradescope's own export, for what reads that; Gradescope imports no grades."""
    whole, *others = columns
    yield [
        "First Name",
        "Last Name",
        "SID",
        "Email",
        "Total Score",
        "Max Points",
        *(each.heading for each in others),
    ]
    for grade in grades:
        about = (grade.first_name, grade.last_name, _id(grade), grade.email)
        points = [*_points([whole], grade), _number(whole.max_score), *_points(others, grade)]
        yield [*map(spreadsheet_text, about), *points]


def _sakai(columns: Sequence[_Column], grades: Sequence[Grade]) -> Iterator[Row]:
    """`grades.csv` of an assignment, which Sakai takes back with Upload All."""
    whole, *others = columns
    yield [whole.heading, "Points"]
    yield [""]
    yield ["Display ID", "ID", "Last Name", "First Name", "grade", *(each.heading for each in others)]
    for grade in grades:
        about = (grade.lms_user_id or _id(grade), _id(grade), grade.last_name, grade.first_name)
        yield [*map(spreadsheet_text, about), *_points(columns, grade)]


PLATFORMS: dict[str, Callable[[Sequence[_Column], Sequence[Grade]], Iterator[Row]]] = {
    "canvas": _canvas,
    "moodle": _moodle,
    "blackboard": _blackboard,
    "brightspace": _brightspace,
    "gradescope": _gradescope,
    "sakai": _sakai,
}


def _id(grade: Grade) -> str:
    """What the platform calls the student: of nbgrader, the name of the folder."""
    try:
        return student_name(grade.student)
    except UnicodeDecodeError:  # a folder that somebody has made by hand
        return grade.student


# --- tables that a platform has made --------------------------------------------------------------------


def _rows(table: Table, grades: Mapping[str, Grade]) -> Iterator[tuple[str, int | None]]:
    """For each student the place of their row; who handed in nothing is left out where there is none."""
    roster, column = Roster.of(table), table.id_column()
    places = {cells.get(column, ""): place for place, cells in table.people()}
    for student in sorted(grades):
        grade = grades[student]
        names = (_id(grade), grade.student, grade.lms_user_id, grade.email, grade.name)
        found = roster.find(filter(None, names), filter(None, (grade.name, grade.email)))
        if found is not None or grade.handed_in:
            yield student, None if found is None else places[found]


def _place(table: Table, assignment: Assignment, column: str | None) -> int:
    """Where the column of the assignment is; raises CourseError."""
    headings = [heading_of(each) for each in table.headings]
    if column is not None:
        wanted, says = {heading_of(column)}, f"named {column!r}"
    else:
        wanted = {"grade", _plain(assignment.name), _plain(assignment.title)}
        says = f"named grade or {assignment.name}; name it with --column"
    bare = [heading_of(ADDED.sub("", each)) for each in table.headings]
    places = [place for place, each in enumerate(bare) if wanted & {headings[place], each, _plain(each)}]
    if len(places) != 1:
        how_many = "no column" if not places else f"{len(places)} columns"
        raise CourseError(f"{table.path} has {how_many} {says}")
    return places[0]


def _compare_maximum(table: Table, place: int, maximum: float | None) -> None:
    """Raises CourseError where the platform counts out of other points than the gradebook."""
    says = None
    if match := OUT_OF.search(table.headings[place]):
        says = match["points"]
    for row in table.rows:
        cells = dict(zip(map(heading_of, table.headings), row, strict=False))
        if row and row[0].strip().casefold() == "points possible" and place < len(row):
            says = row[place]
        says = says or cells.get("maximum grade")
    try:
        points = float((says or "").replace(",", "."))
    except ValueError:  # not said, or in words
        return
    if maximum is not None and points and abs(points - maximum) > 1e-6:
        raise CourseError(
            f"{table.path} counts {table.headings[place].strip()!r} out of {_number(points)} points and the "
            f"gradebook out of {_number(maximum)}; set what the platform counts to {_number(maximum)}, and "
            "download the table anew"
        )


def _written(rows: Iterable[Row], delimiter: str, *, quoted: bool, newline: str = "\r\n") -> str:
    file = io.StringIO()
    if quoted:
        writer = csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator=newline)
    else:
        writer = csv.writer(file, delimiter=delimiter, lineterminator=newline)
    writer.writerows(rows)
    return file.getvalue()


def _plain(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _number(value: float | None) -> str:
    return "" if value is None else f"{round(value, 6):.12g}"
