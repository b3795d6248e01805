"""What becomes of every entry of an archive: collected, skipped or refused, and why."""

import contextlib
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from autograder.collect.archive import ARCHIVES, MAX_NAME, MAX_TEXT, Archive, Refused
from autograder.collect.claims import Claim, Parts, Unclear
from autograder.collect.layout import Layout, layout_of
from autograder.collect.writing import SAME, folder_name, folders, store
from autograder.course import CourseError
from autograder.files import cannot_be_written
from autograder.roster import Roster, folded
from autograder.submission import notebook_stem
from autograder.timestamps import TIMESTAMP, NoTime, handed_in, parsed, written


# What platforms and browsers append to the name of a file that is handed in once more.
AGAIN = re.compile(r"(?P<stem>.+?)(?: ?\((?P<copy>\d{1,4})\)|-(?P<attempt>\d{1,4}))")

# What macOS packs beside files, and what Jupyter keeps of them.
BY_COMPUTERS = frozenset(("__MACOSX", ".ipynb_checkpoints"))

# The words for what is not collected, addressed to the teaching assistant.
SKIPPED = {
    "folder": "a folder",
    "hidden": "a file that computers make, not people",
    "not_a_notebook": "not a notebook",
    "not_handed_in": "nothing that somebody has handed in",
    "earlier": "an earlier attempt",
    "later_there": "an earlier attempt than the one that is there",
    "other_assignment": "not {assignment}",
}
REFUSED = {
    "name": "its name holds control characters or a backslash",
    "encoding": "its name is in an encoding that the archive does not say; pack it anew, or rename it",
    "long_name": "its name is longer than 200 bytes",
    "path": "its name is a path that leads out of the archive",
    "duplicate": "the archive has another entry of this name",
    "link": "it is a link",
    "device": "it is not an ordinary file",
    "encrypted": "it is encrypted; ask for it without a password",
    "method": "it is compressed in a way that is not read here; pack the archive anew",
    "hidden": "it is hidden, or in a hidden folder; if somebody has handed it in, rename it",
    "archive": "an archive within the archive is never opened; ask for the notebook itself",
    "no_notebook": "it is no notebook, and there is no other file of this student",
    "nobody": "its name does not say whose it is",
    "ambiguous": "there are several notebooks and none is named {assignment}.ipynb",
    "several": "there are several, and nothing says which one counts; remove the others",
    "namesakes": "several people have this name; tell them apart with --roster or by hand",
    "case": "another student's name differs from this one in upper and lower case only",
    "not_on_roster": "nobody on the roster has this name, or several have; take the list of the platform, "
    "and where groups hand in, give it a column group",
    "two_ways": "its numbers can be read in two ways, and two people on the roster fit; rename it",
    "too_large": "the notebook is larger than 20 MB",
    "expanded": "the notebooks of the archive are larger than 4 GB together; split it into smaller ones",
    "damaged": "it is damaged",
    "no_time": "it is not clear which time it means; write it as 2026-11-29T13:05:00+01:00",
    "folder_in_the_way": "its folder cannot be written: a file or a link is in the way",
}
LATE = "handed in late, at a time that the archive does not say: taken as one second after the due date"
LATE_UNKNOWN = "handed in late; for a penalty set the due date and collect again"
DATED = "handed in at {time}"
NO_ZONE = "handed in at {time} in a zone that the archive does not say; where lateness counts, give --zone"
THE_TIME = "when the notebook was handed in"
RENAMED = "handed in as {file}"
FOLDER = "in the folder {folder}"
STANDS_FOR = (
    "named {name}, which is not the name of {student}; if it is that of a group, take the list of its "
    "members as --roster"
)


@dataclass(frozen=True)
class Entry:
    """What became of one entry of the archive: collected, skipped or refused, and why.

    Of a collected one `why` says whether it is new, the same as before or replaces a different file. What a
    group has handed in is an entry for each member.
    """

    name: str
    outcome: str
    why: str
    student: str = ""


@dataclass(frozen=True)
class Collection:
    """All entries in the order of the archive, and who is on the roster but not in the archive.

    `names` says how the names in the archive are made, where that has been found out.
    """

    assignment: str
    entries: tuple[Entry, ...]
    missing: tuple[str, ...] = ()
    names: str = ""


def collect(
    archive: Path,
    assignments: Sequence[str],
    submitted: Path,
    *,
    assignment: str | None = None,
    roster: Roster | None = None,
    zone: ZoneInfo | None = None,
    due: Callable[[str], datetime | None] = lambda _: None,
) -> Collection:
    """Write the notebooks of one assignment to `submitted/<student>/<assignment>/<assignment>.ipynb`.

    Without `assignment` it is the one of `assignments` that notebooks in the archive are named after. `zone`
    is that of times for which the platform says none; `due` says when an assignment is due, in UTC.
    Raises CourseError where the archive as a whole cannot be used; nothing is written then.
    """
    with Archive(archive) as opened:
        name = assignment or _guess(opened.names, assignments)
        collector = _Collector(archive, opened, assignments, name, submitted, roster, zone, due)
        try:
            return collector.collect()
        except Unclear as why:
            raise CourseError(f"whose the files in {archive} are is not clear: {why}") from None


def _guess(names: Sequence[str], assignments: Sequence[str]) -> str:
    if len(assignments) == 1:
        return assignments[0]
    notebooks = [name.casefold() for name in names if notebook_stem(name) is not None]
    named = [each for each in assignments if any(each.casefold() in name for name in notebooks)]
    if len(named) != 1:
        raise CourseError(
            "the names in the archive do not say which assignment it is of; use --assignment NAME"
        )
    return named[0]


@dataclass(frozen=True)
class _Notebook:
    """A notebook of the archive that somebody has handed in."""

    place: int
    claim: Claim
    student: str
    stem: str
    order: tuple[tuple[int, ...], int, int]


class _Collector:
    """One run over one archive; `entries` fills up until every entry is accounted for."""

    def __init__(
        self,
        path: Path,
        archive: Archive,
        assignments: Sequence[str],
        assignment: str,
        submitted: Path,
        roster: Roster | None,
        zone: ZoneInfo | None,
        due: Callable[[str], datetime | None],
    ) -> None:
        self.path = path
        self.archive = archive
        self.assignments = assignments
        self.assignment = assignment
        self.submitted = submitted
        self.roster = roster
        self.zone = zone
        self.due = due
        self.entries: dict[int, list[Entry]] = {}
        self.places: dict[Parts, int] = {}  # of everything that may be read

    def collect(self) -> Collection:
        notebooks, others = self._sorted()
        layout = self._layout(notebooks, others)
        people: dict[str, list[_Notebook]] = {}
        for notebook in self._handed_in(notebooks, layout):
            people.setdefault(notebook.student, []).append(notebook)
        self._name_who_has_none(others, layout, people)
        for each in self._without_doubles(people):
            self._take(each)
        entries = tuple(each for place in range(len(self.archive.names)) for each in self.entries[place])
        found = {entry.student for entry in entries if entry.outcome != "skipped"}
        missing = [name for name in self.roster.students if name not in found] if self.roster else ()
        return Collection(self.assignment, entries, tuple(missing), layout.names)

    # --- whose notebooks they are -----------------------------------------------------------------------

    def _sorted(self) -> tuple[list[Parts], list[Parts]]:
        """The paths of notebooks, and of other files; everything that is neither is accounted for at once."""
        count = Counter(self.archive.names)
        notebooks, others = [], []
        for place, name in enumerate(self.archive.names):
            parts = tuple(name.removesuffix("/").split("/"))
            if problem := self.archive.name_problem(place):
                self._refuse(place, problem)
            elif count[name] > 1:
                self._refuse(place, "duplicate")
            elif name.endswith("/"):
                self._skip(place, "folder")
            elif any(part.startswith("._") or part in BY_COMPUTERS for part in parts):
                self._skip(place, "hidden")
            elif any(part.startswith(".") for part in parts):
                if notebook_stem(parts[-1]) is None:
                    self._skip(place, "hidden")
                else:
                    self._refuse(place, "hidden")
            elif notebook_stem(parts[-1]) is not None:
                self.places[parts] = place
                notebooks.append(parts)
            elif problem := self.archive.problem(place) or self._packed(name):
                self._refuse(place, problem)
            else:
                self._skip(place, "not_a_notebook")
                self.places[parts] = place
                others.append(parts)
        return notebooks, others

    def _packed(self, name: str) -> str:
        return "archive" if name.casefold().endswith(ARCHIVES) else ""

    def _layout(self, notebooks: Sequence[Parts], others: Sequence[Parts]) -> Layout:
        """Raises Unclear, and CourseError where there is nothing to collect."""
        if notebooks:
            return layout_of(notebooks, others, self._text, self.assignments, self._knows)
        if not any(entry.outcome == "refused" for each in self.entries.values() for entry in each):
            raise CourseError(f"there is no notebook in the archive {self.path}")
        return Layout("", {})

    def _text(self, path: Parts) -> str | None:
        try:
            return self.archive.expand(self.places[path], MAX_TEXT).decode("utf-8", "replace")
        except (KeyError, Refused):
            return None

    @cached_property
    def _knows(self) -> Callable[[str], bool] | None:
        roster = self.roster
        return (lambda name: roster.find((name,)) is not None) if roster else None

    def _handed_in(self, notebooks: Sequence[Parts], layout: Layout) -> Iterator[_Notebook]:
        for path in notebooks:
            place, claims = self.places[path], layout.claims.get(path)
            if claims is None:
                self._refuse(place, "nobody")
            elif not claims:
                self._skip(place, "not_handed_in")
            for said in claims or ():
                if (claim := self._as_meant(said)) is None:
                    self._refuse(place, "two_ways", said.student)
                    continue
                students = self._students(claim)
                stem, again = _split(claim.file, self.assignment) if claim.file else (self.assignment, 0)
                if not students:
                    self._refuse(place, "not_on_roster", claim.student)
                for student in students:
                    yield _Notebook(place, claim, student, stem, (claim.attempt, again, place))

    def _students(self, claim: Claim) -> tuple[str, ...]:
        """The person, or everybody of a group that the roster knows by this name."""
        student = self._student(claim)
        if student is None or self._is_of_group(claim, student):
            return self._members(claim)
        return (student,)

    def _members(self, claim: Claim) -> tuple[str, ...]:
        names = (claim.stands_for,) if claim.stands_for else claim.names
        return self.roster.members(names) if self.roster else ()

    def _is_of_group(self, claim: Claim, student: str) -> bool:
        """Whether the file has the name of the student's group, and not of the student."""
        return not self._has_own_name(claim, student) and student in self._members(claim)

    def _has_own_name(self, claim: Claim, student: str) -> bool:
        return not claim.stands_for or (
            self.roster is not None and self.roster.goes_by(student, claim.stands_for)
        )

    def _as_meant(self, claim: Claim) -> Claim | None:
        """The way to read a name in which the roster knows it; None where it may be either."""
        if self.roster is None or claim.otherwise is None or not self._students(claim.otherwise):
            return claim
        if not self._students(claim):
            return claim.otherwise
        confirmed = [each for each in (claim, claim.otherwise) if self._is_confirmed(each)]
        return confirmed[0] if len(confirmed) == 1 else None

    def _is_confirmed(self, claim: Claim) -> bool:
        student = self._student(claim)
        return student is None or self._has_own_name(claim, student) or self._is_of_group(claim, student)

    def _student(self, claim: Claim) -> str | None:
        """What the person is called here; None for nobody on the roster."""
        return self.roster.find(claim.names, claim.among) if self.roster else claim.student

    def _name_who_has_none(
        self, others: Sequence[Parts], layout: Layout, people: dict[str, list[_Notebook]]
    ) -> None:
        """Who handed in other files only has not handed in nothing."""
        identities = {
            (each.claim.student, each.claim.identity) for known in people.values() for each in known
        }
        for path in others:
            for claim in layout.claims.get(path, ()):
                if (claim.student, claim.identity) not in identities:
                    self.entries.pop(self.places[path], None)
                    self._refuse(self.places[path], "no_notebook", self._student(claim) or claim.student)

    def _without_doubles(self, people: dict[str, list[_Notebook]]) -> Iterator[list[_Notebook]]:
        """The notebooks of each student that is one person with a name of their own."""
        for name, notebooks in tuple(people.items()):
            if len({(each.claim.student, each.claim.identity) for each in notebooks}) > 1:
                self._refuse_all(people.pop(name), "namesakes")
        here = Counter(folded(folder_name(student)) for student in people)
        there = {folded(folder): folder for folder in folders(self.submitted)}
        for student, notebooks in people.items():
            folder = folder_name(student)
            if len(folder.encode()) > MAX_NAME:
                self._refuse_all(notebooks, "long_name")
            elif here[folded(folder)] > 1 or there.get(folded(folder), folder) != folder:
                self._refuse_all(notebooks, "case")
            else:
                yield notebooks

    # --- what is collected ------------------------------------------------------------------------------

    def _take(self, notebooks: list[_Notebook]) -> None:
        """Collect the latest notebook of one student that is named like the assignment, or the only one."""
        wanted = {notebook.stem for notebook in notebooks}
        if any(stem.casefold() == self.assignment.casefold() for stem in wanted):
            wanted = {stem for stem in wanted if stem.casefold() == self.assignment.casefold()}
        else:
            wanted -= set(self.assignments)
        mine = sorted((each for each in notebooks if each.stem in wanted), key=lambda each: each.order)
        for notebook in notebooks:
            if notebook.stem not in wanted:
                self._skip(notebook.place, "other_assignment", notebook.student)
        latest = [each for each in mine if each.claim.attempt == mine[-1].claim.attempt]
        alike = [each for each in latest if each.order[:2] == mine[-1].order[:2]]
        if len({stem.casefold() for stem in wanted}) > 1:
            self._refuse_all(mine, "ambiguous")
        elif len(alike) > 1 or len({each.claim.folder for each in latest}) > 1:
            self._refuse_all(mine, "several")
        else:
            for notebook in mine[:-1]:
                self._skip(notebook.place, "earlier", notebook.student)
            for notebook in mine[-1:]:
                self._write(notebook)

    def _write(self, notebook: _Notebook) -> None:
        try:
            data = self.archive.expand(notebook.place)
        except Refused as why:
            self._refuse(notebook.place, str(why), notebook.student)
            return
        name = folder_name(notebook.student)
        folder = self.submitted / name / self.assignment
        time, said = self._time(notebook)
        if time and not notebook.claim.late and _collected_at(folder, f"{self.assignment}.ipynb") > time:
            self._skip(notebook.place, "later_there", notebook.student)
            return
        with cannot_be_written(folder):
            try:
                words = [store(folder, f"{self.assignment}.ipynb", data)]
                self._date(folder, notebook, time, words[0] == SAME)
                words += said
            except (FileExistsError, NotADirectoryError, IsADirectoryError):
                self._refuse(notebook.place, "folder_in_the_way", notebook.student)
                return
        file = notebook.claim.file
        if file and (notebook.stem != self.assignment or not file.endswith(".ipynb")):
            words.append(RENAMED.format(file=file))
        if self._may_stand_for_others(notebook):
            words.append(STANDS_FOR.format(name=notebook.claim.stands_for, student=notebook.student))
        if name != notebook.student:
            words.append(FOLDER.format(folder=name))
        self._account(notebook.place, "collected", "; ".join(words), notebook.student)

    def _may_stand_for_others(self, notebook: _Notebook) -> bool:
        """Whether a student of a known name is found by a number alone, and the name is somebody else's."""
        about = self.roster.people.get(notebook.student, {}) if self.roster else {}
        claim, student = notebook.claim, notebook.student
        known = "first_name" in about or "last_name" in about
        return known and not self._has_own_name(claim, student) and not self._is_of_group(claim, student)

    def _date(self, folder: Path, notebook: _Notebook, time: datetime | None, same: bool) -> None:
        """Write down when it was handed in, as far as that is known; what was known of another file goes."""
        claim = notebook.claim
        if time:
            store(folder, TIMESTAMP, written(time).encode())
        elif not same or (claim.identity and not claim.late and not claim.handed_in):
            (folder / TIMESTAMP).unlink(missing_ok=True)

    def _time(self, notebook: _Notebook) -> tuple[datetime | None, list[str]]:
        """When it was handed in, in UTC and without its zone, and what to say of it."""
        claim = notebook.claim
        if claim.late:
            due = self.due(self.assignment)
            return (due + timedelta(seconds=1), [LATE]) if due else (None, [LATE_UNKNOWN])
        if claim.handed_in:
            moment = claim.handed_in
            if moment.tzinfo is None and self.zone is None:
                return None, [NO_ZONE.format(time=f"{moment:%Y-%m-%d %H:%M}")]
            zoned = moment if moment.tzinfo else moment.replace(tzinfo=self.zone)
            time = zoned.astimezone(UTC).replace(tzinfo=None)
            return time, [DATED.format(time=written(time))]
        stamp = self.places.get(claim.stamp) if claim.stamp else None
        return self._stamped(stamp, notebook.student) if stamp is not None else (None, [])

    def _stamped(self, stamp: int, student: str) -> tuple[datetime | None, list[str]]:
        """The time in a file beside the notebook."""
        self.entries[stamp] = [each for each in self.entries[stamp] if each.outcome != "skipped"]
        try:
            time = parsed(self.archive.expand(stamp).decode("ascii", "replace").strip())
        except (NoTime, Refused):
            self._refuse(stamp, "no_time", student)
            return None, []
        self._account(stamp, "collected", THE_TIME, student)
        return time, [DATED.format(time=written(time))]

    # --- accounting -------------------------------------------------------------------------------------

    def _account(self, place: int, outcome: str, why: str, student: str = "") -> None:
        self.entries.setdefault(place, []).append(Entry(self.archive.names[place], outcome, why, student))

    def _skip(self, place: int, code: str, student: str = "") -> None:
        self._account(place, "skipped", SKIPPED[code].format(assignment=self.assignment), student)

    def _refuse(self, place: int, code: str, student: str = "") -> None:
        self._account(place, "refused", REFUSED[code].format(assignment=self.assignment), student)

    def _refuse_all(self, notebooks: list[_Notebook], code: str) -> None:
        for notebook in notebooks:
            self._refuse(notebook.place, code, notebook.student)


def _split(file: str, assignment: str) -> tuple[str, int]:
    """The name of a notebook without its ending, and which attempt it says to be."""
    stem = notebook_stem(file) or file
    match = AGAIN.fullmatch(stem) if stem.casefold() != assignment.casefold() else None
    if match is None:
        return stem, 0
    return match["stem"], int(match["copy"] or match["attempt"])


def _collected_at(folder: Path, name: str) -> datetime:
    """When the file that is there was handed in; long ago where there is none, or nobody knows."""
    if os.path.lexists(folder / name):
        with contextlib.suppress(NoTime):
            return handed_in(folder) or datetime.min
    return datetime.min
