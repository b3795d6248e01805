"""Write notebooks/README.md, the course at one glance, from the notebooks: part of `make notebooks`.

    python -m tests.glance    write it from the lectures as they are, without running them

What the two documents behind the course have to say is listed in `tests.slides`; where the lectures treat it,
what they run and what came out is read from the lectures. Only seconds are measured, when a lecture is run:
they are kept from the page as it is, and change with the lecture, not with the day.
"""

import ast
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import nbformat
from nbformat import NotebookNode

from advsec.errata import ERRATA
from autograder.exercise import Exercise
from autograder.exercises import ASSIGNMENT_NAMES, load
from tests import notebooks
from tests.advsec.examples import public_functions
from tests.claims import needed
from tests.notebooks import assertions, experiments, is_widget
from tests.slides import BEYOND, EXPERIMENTS, HEADINGS, Heading


FUNCTIONS = {name for name in public_functions() if name.split(".")[0] not in ("plots", "source", "widgets")}
LONGEST = 180  # characters of what an experiment printed
FIRST_LINES = """# The course at one glance

Written by `make notebooks` from the lectures and compared with them by a test; edit those, not this page.

"""


class Section(NamedTuple):
    """A heading of a lecture with what stands below it, up to the next one of its level or above."""

    title: str
    level: int
    cells: tuple[NotebookNode, ...]

    @property
    def number(self) -> str:
        found = re.match(r"\d+\.\d+(?= )", self.title)
        return found[0] if found and self.level == 2 else ""


class Lecture:
    """A lecture, as its text says it."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.notebook = nbformat.reads(text, as_version=4)

    @property
    def number(self) -> int:
        return int(self.path.stem[:2])

    @cached_property
    def title(self) -> str:
        return self.sections[0].title.partition(" ")[2]

    @cached_property
    def sections(self) -> list[Section]:
        """All headings in order; those of one cell share its text, and a heading has those below it."""
        found: list[tuple[str, int, list[NotebookNode]]] = []
        for cell in self.notebook.cells:
            new = (
                re.findall(r"^(#+) (.+?)\s*$", cell.source, re.MULTILINE)
                if cell.cell_type == "markdown"
                else []
            )
            for marks, title in new:
                found.append((title, len(marks), []))
            for place, (_, level, cells) in enumerate(found):
                if all(other > level for _, other, _ in found[place + 1 :]):
                    cells.append(cell)
        return [Section(title.replace("*", ""), level, tuple(cells)) for title, level, cells in found]

    def find(self, section: str) -> Section | None:
        """The section of this number or heading."""
        return next((each for each in self.sections if section in (each.number, each.title)), None)

    def numbered(self) -> list[Section]:
        return [each for each in self.sections if each.number]

    def around(self, cell: NotebookNode) -> Section | None:
        """The numbered section in which a cell stands."""
        return next((each for each in self.numbered() if cell in each.cells), None)

    def prose(self) -> str:
        return "\n\n".join(cell.source for cell in self.notebook.cells if cell.cell_type == "markdown")

    def errata(self) -> list[str]:
        """The ids in the table of what was wrong on the slides."""
        section = self.find("What was wrong on the slides")
        text = "\n".join(cell.source for cell in section.cells) if section else ""
        firsts = re.findall(r"^\| *((?:E\d+[, /]*)+) *\|", text, re.MULTILINE)
        return [one for first in firsts for one in re.findall(r"E\d+", first)]

    @cached_property
    def imported(self) -> dict[str, str]:
        """The functions of `advsec` that are imported by name, as `module.function`."""
        imports = [node for node in _nodes(self.notebook.cells) if isinstance(node, ast.ImportFrom)]
        return {
            alias.asname or alias.name: f"{node.module.removeprefix('advsec.')}.{alias.name}"
            for node in imports
            for alias in node.names
            if node.module
        }

    def link(self, section: Section) -> str:
        anchor = quote(section.title.replace(" ", "-"), safe="?:,;=!'")
        return f"[{_cell(section.title)}](lectures/{self.path.name}#{anchor})"


def lectures(read: Callable[[Path], str] = notebooks.published) -> dict[int, Lecture]:
    """The lectures that exist, by number."""
    found = [Lecture(path, read(path)) for path in notebooks.lectures()]
    return {lecture.number: lecture for lecture in found}


def as_it_is(path: Path) -> str:
    return path.read_text(encoding="utf-8")


# --- what is missing ----------------------------------------------------------------------------------------


def missing(course: Mapping[int, Lecture]) -> list[str]:
    """What the lectures that exist do not cover, as sentences."""
    return [
        *_headings_without_section(course),
        *_sections_without_heading(course),
        *_experiments_missing(course),
        *_errata_missing(course),
    ]


def _headings_without_section(course: Mapping[int, Lecture]) -> Iterator[str]:
    for heading in HEADINGS:
        for section in heading.sections:
            lecture = course.get(_lecture_of(section, heading))
            if lecture and not lecture.find(section):
                yield f"{heading.title!r} of the slides has no section {section} in lecture {lecture.number}"


def _sections_without_heading(course: Mapping[int, Lecture]) -> Iterator[str]:
    claimed = {section for heading in HEADINGS for section in heading.sections} | set(BEYOND)
    for lecture in course.values():
        for section in lecture.numbered():
            if section.number not in claimed and "beyond the slides" not in section.title.lower():
                yield f"section {section.title!r} is claimed by no heading and not named as beyond the slides"


def _experiments_missing(course: Mapping[int, Lecture]) -> Iterator[str]:
    for number, lecture in course.items():
        found = experiments(lecture.notebook)
        for name in EXPERIMENTS:
            if name.startswith(f"X{number}.") and name not in found:
                yield f"no cell of lecture {number} has the tag {name}"
        for name, cells in found.items():
            if not name.startswith(f"X{number}."):
                yield f"cell {cells[0].id!r} of lecture {number} has the tag {name}"
            elif not assertions(cells):
                yield f"{name} has no assertion"


def _errata_missing(course: Mapping[int, Lecture]) -> Iterator[str]:
    tables = {one for lecture in course.values() for one in lecture.errata()}
    for erratum in ERRATA.values():
        numbers = {heading.lecture for heading in HEADINGS if _cites(erratum.heading, heading)}
        if not numbers:
            yield f"{erratum.id} cites {erratum.heading!r}, which is no heading of the slides"
        elif numbers <= set(course) and erratum.id not in tables:
            yield f"{erratum.id} is in no table of lecture {' or '.join(map(str, sorted(numbers)))}"


def _cites(cited: str, heading: Heading) -> bool:
    """Whether an erratum's headings, divided by semicolons, have this one among them."""
    return heading.title in {each.removesuffix(" (literature)") for each in cited.split("; ")}


def _lecture_of(section: str, heading: Heading) -> int:
    return int(section.split(".")[0]) if section[0].isdigit() else heading.lecture


# --- the page -----------------------------------------------------------------------------------------------


def page(course: Mapping[int, Lecture], seconds: Mapping[str, str]) -> str:
    """The whole text; `seconds` are those of lectures and experiments, as `seconds_of` reads them."""
    tables = (
        ("Lectures", LECTURES_SAY, _lecture_table(course, seconds)),
        ("From the slides to the lectures", HEADINGS_SAY, _heading_table(course)),
        ("Experiments", EXPERIMENTS_SAY, _experiment_table(course, seconds)),
    )
    parts = (f"## {title}\n\n{says}\n\n{chr(10).join(lines)}\n" for title, says, lines in tables)
    return FIRST_LINES + "\n".join(parts)


LECTURES_SAY = """Minutes are those of a reader; seconds, here and below, those of a processor for the whole
notebook, and rough. Each lecture has an assignment of the same name."""
HEADINGS_SAY = """Every heading of the two documents behind the course, a slide deck and notes on batch
normalisation, in their order: where it is treated, what students write about it, which functions of `advsec`
the sections use, and which of its lines are [wrong or imprecise](../advsec/errata.py)."""
EXPERIMENTS_SAY = """Every claim is an experiment: the criterion is what its cells assert, and the tests fail
where it does not hold. Measured is the beginning of what those cells print, seconds are those of all cells
that the experiment needs."""


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _header(*names: str) -> list[str]:
    return [_row(*names), _row(*("---" for _ in names))]


def _lecture_table(course: Mapping[int, Lecture], seconds: Mapping[str, str]) -> list[str]:
    lines = _header(
        "lecture",
        "minutes",
        "sections",
        "experiments",
        "errata",
        "figures",
        "widgets",
        "exercises",
        "seconds",
    )
    for number, name in enumerate(ASSIGNMENT_NAMES, 1):
        exercises = str(len(load(name).exercises))
        if number not in course:
            lines.append(_row(f"{number} (to come)", *[""] * 6, exercises, ""))
            continue
        lecture = course[number]
        cells = lecture.notebook.cells
        minutes = re.search(r"\*Time:\* about (\d+) minutes", lecture.prose())
        counts = (
            len(lecture.numbered()),
            len(experiments(lecture.notebook)),
            len(lecture.errata()),
            sum(
                "<img " in output.get("data", {}).get("text/html", "")
                for cell in cells
                for output in _outputs(cell)
            ),
            sum(map(is_widget, cells)),
        )
        title = f"[{number} {lecture.title}](lectures/{lecture.path.name})"
        lines.append(
            _row(
                title,
                minutes[1] if minutes else "",
                *map(str, counts),
                exercises,
                seconds.get(str(number), ""),
            )
        )
    return lines


def _outputs(cell: NotebookNode) -> list[NotebookNode]:
    return cell.get("outputs", [])


def _heading_table(course: Mapping[int, Lecture]) -> list[str]:
    lines = _header("heading", "lecture and section", "exercises", "functions", "errata")
    for heading in HEADINGS:
        places = [(course.get(_lecture_of(section, heading)), section) for section in heading.sections]
        found = [(lecture, lecture.find(section)) for lecture, section in places if lecture]
        sections = [(lecture, section) for lecture, section in found if section]
        wrong = [erratum.id for erratum in ERRATA.values() if _cites(erratum.heading, heading)]
        lines.append(
            _row(
                heading.title,
                "<br>".join(lecture.link(section) for lecture, section in sections)
                or f"lecture {heading.lecture} (to come)",
                _code(name for lecture, section in sections for name in _exercises(lecture, section)),
                _code(name for lecture, section in sections for name in _functions(lecture, section)),
                ", ".join(wrong),
            )
        )
    for lecture in course.values():
        for section in lecture.numbered():
            says = BEYOND.get(section.number) or (
                "" if "beyond the slides" in section.title.lower() else None
            )
            if says is not None:
                beyond = f"*beyond the slides*{': ' if says else ''}{says}"
                lines.append(
                    _row(
                        beyond,
                        lecture.link(section),
                        _code(_exercises(lecture, section)),
                        _code(_functions(lecture, section)),
                        "",
                    )
                )
    return lines


def _code(names: Iterator[str]) -> str:
    return ", ".join(f"`{name}`" for name in dict.fromkeys(names))


def _exercises(lecture: Lecture, section: Section) -> Iterator[str]:
    """Those whose messages lead to this section, or to one within it."""
    for exercise in _assigned(lecture):
        read = lecture.find(exercise.read)
        if read and read.cells and (read.cells[0] in section.cells) and section.number:
            yield exercise.name


def _assigned(lecture: Lecture) -> list[Exercise]:
    name = lecture.path.stem
    return list(load(name).exercises) if name in ASSIGNMENT_NAMES else []


def _functions(lecture: Lecture, section: Section) -> Iterator[str]:
    """Functions of `advsec` that its cells name, in that order."""
    for node in _nodes(section.cells):
        if isinstance(node, ast.Attribute | ast.Name):
            name = ast.unparse(node)
            name = lecture.imported.get(name, name)
            if name in FUNCTIONS:
                yield name


def _nodes(cells: Iterable[NotebookNode]) -> list[ast.AST]:
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    return list(ast.walk(ast.parse(code)))


def _experiment_table(course: Mapping[int, Lecture], seconds: Mapping[str, str]) -> list[str]:
    lines = _header("id", "what", "where", "criterion", "measured", "seconds")
    for number in range(1, len(ASSIGNMENT_NAMES) + 1):
        own = {name: what for name, what in EXPERIMENTS.items() if name.startswith(f"X{number}.")}
        if number not in course:
            lines += [
                _row(name, what, f"lecture {number} (to come)", "", "", "") for name, what in own.items()
            ]
            continue
        lecture = course[number]
        found = experiments(lecture.notebook)
        for name in sorted(own | found, key=lambda name: int(name.split(".")[1])):
            cells = found.get(name, [])
            section = lecture.around(cells[-1]) if cells else None
            lines.append(
                _row(
                    name,
                    own.get(name) or (section.title.partition(" ")[2] if section else ""),
                    f"{lecture.link(section) if section else ''} {_code(cell.id for cell in cells)}".strip(),
                    "<br>".join(f"`{_cell(each)}`" for each in dict.fromkeys(assertions(cells))),
                    _cell(measured(cells)),
                    seconds.get(name, ""),
                )
            )
    return lines


def _cell(text: str) -> str:
    """Text that does not end the cell of a table in which it stands."""
    return text.replace("|", "\\|")


def measured(cells: list[NotebookNode]) -> str:
    """The beginning of what the cells print, those first that assert; else, the words of their figure."""
    cells = sorted(cells, key=lambda cell: not assertions([cell]))
    printed = [output.text for cell in cells for output in _outputs(cell) if output.get("name") == "stdout"]
    words = [
        output.data["text/plain"].removeprefix("Figure: ")
        for cell in cells
        for output in _outputs(cell)
        if output.get("data", {}).get("text/plain", "").startswith("Figure: ")
    ]
    text = "; ".join(
        " ".join(line.split()) for line in "\n".join(printed or words).splitlines() if line.strip()
    )
    return text if len(text) <= LONGEST else text[:LONGEST].rpartition(" ")[0] + " …"


# --- seconds ------------------------------------------------------------------------------------------------


def seconds_of(text: str) -> dict[str, str]:
    """The seconds that stand on a page, by number of the lecture or id of the experiment."""
    return dict(re.findall(r"^\| \[?(\d|X\d+\.\d+)(?=[ \]]).*\| ([^|]*?) \|$", text, re.MULTILINE))


def renewed(old: Mapping[str, str], lecture: Lecture, used: Mapping[str, float]) -> dict[str, str]:
    """The seconds, with those of one lecture, which used so many in each cell and `""` in all, measured anew.

    Those of an experiment are those of all cells that it needs, but for the imports. A number stays that is
    right within a factor of two, so that it does not change with the weather.
    """
    new = {str(lecture.number): used[""]}
    for name, cells in experiments(lecture.notebook).items():
        run = {each.id: each for cell in cells for each in needed(lecture.notebook.cells, cell)}
        new[name] = sum(used.get(cell.id, 0) for cell in run.values() if "import " not in cell.source)
    kept = {name: value for name, value in old.items() if not name.startswith(f"X{lecture.number}.")}
    return kept | {name: _roughly(value, old.get(name, "")) for name, value in new.items()}


def _roughly(seconds: float, old: str) -> str:
    if seconds < 0.1:
        return "< 0.1"
    if re.fullmatch(r"[\d.]+", old) and 0.5 <= seconds / float(old) <= 2:
        return old
    ten = 10 ** math.floor(math.log10(seconds))
    near = min((1, 2, 5, 10), key=lambda each: abs(math.log(seconds / ten / each)))
    return f"{near * ten:g}"


def readme() -> Path:
    return notebooks.NOTEBOOKS / "README.md"


def written() -> str:
    return readme().read_text(encoding="utf-8") if readme().exists() else ""


def current(used: Mapping[Path, Mapping[str, float]]) -> str:
    """The page for the notebooks as they are, with the seconds of lectures that were just run."""
    course, seconds = lectures(as_it_is), seconds_of(written())
    for lecture in course.values():
        if lecture.path in used:
            seconds = renewed(seconds, lecture, used[lecture.path])
    return page(course, seconds)


if __name__ == "__main__":
    readme().write_text(current({}), encoding="utf-8")
