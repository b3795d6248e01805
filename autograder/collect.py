"""An archive from a learning platform to submissions: `autograder collect`.

Every byte of the archive is a stranger's. Its directory is read under caps, what an entry expands to is
counted while it expands, and no path of the archive is ever used as a path: an entry only says whose
notebook it is. Three layouts are recognised, each by what the platform puts in front of a student's words:

- Canvas: `doejane_LATE_1234_5678_homework-2.ipynb` is the student `doejane_1234`,
- Moodle: `Jane Doe_123_assignsubmission_file_/homework.ipynb`, with or without the folder, is `Jane Doe`,
- anything else: one folder (`jane/...`) or one file (`jane.ipynb`) per student.

When something was handed in is written down where the archive knows it: Canvas marks what is late, and a
folder may hold nbgrader's `timestamp.txt`. The dates of entries are those of packing, in no time zone.
"""

import io
import os
import re
import stat
import tempfile
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from autograder.course import CourseError
from autograder.files import read_strangers
from autograder.roster import Roster, folded
from autograder.sandbox.reader import Unreadable
from autograder.submission import COPY, MAX_BYTES, notebook_stem
from autograder.timestamps import TIMESTAMP, NoTime, parsed, written


MIB = 1 << 20
MAX_ARCHIVE = 50 * MIB
MAX_ENTRIES = 500
MAX_DIRECTORY = MIB
MAX_EXPANDED = 200 * MIB
MAX_RATIO = 100
MAX_NAME = 200
CHUNK = 64 << 10

CANVAS = re.compile(r"(?P<name>[^_]+)_(?P<late>LATE_)?(?P<id>\d+)_(?P<upload>\d+)_(?P<file>.+)")
MOODLE = re.compile(r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_[a-z]+_?(?P<file>.*)")
# What platforms and browsers append to the name of a file that is handed in once more.
AGAIN = re.compile(r"(?P<stem>.+?)(?: ?\((?P<copy>\d{1,4})\)|-(?P<attempt>\d{1,4}))")
ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar")

# The words for what is not collected, addressed to the teaching assistant.
SKIPPED = {
    "folder": "a folder",
    "hidden": "a file that computers make, not people",
    "not_a_notebook": "not a notebook",
    "earlier": "an earlier attempt",
    "other_assignment": "not {assignment}",
}
REFUSED = {
    "name": "its name holds control characters or a backslash",
    "long_name": "its name is longer than 200 bytes",
    "path": "its name is a path that leads out of the archive",
    "duplicate": "the archive has another entry of this name",
    "link": "it is a link",
    "device": "it is not an ordinary file",
    "encrypted": "it is encrypted; ask for it without a password",
    "method": "it is compressed in a way that is not read here; pack the archive anew",
    "archive": "an archive within the archive is never opened; ask for the notebook itself",
    "no_notebook": "it is no notebook, and there is no other file of this student",
    "nobody": "its name does not say whose it is",
    "ambiguous": "there are several notebooks and none is named {assignment}.ipynb",
    "namesakes": "several people have this name; tell them apart with --roster or by hand",
    "case": "another student's name differs from this one in upper and lower case only",
    "not_on_roster": "nobody on the roster, or more than one, has this name",
    "too_large": "the notebook is larger than 20 MB",
    "ratio": "it expands to more than 100 times its size",
    "expanded": "the archive expands to more than 200 MB; split it into smaller ones",
    "damaged": "it is damaged",
    "no_time": "it is not clear which time it means; write it as 2026-11-29T13:05:00+01:00",
    "folder_in_the_way": "its folder cannot be written: a file or a link is in the way",
}
LATE = "handed in late, at a time that the archive does not say: taken as one second after the due date"
LATE_UNKNOWN = "handed in late; for a penalty set the due date and collect again"
SAME = "the same as before"
DATED = "handed in at {time}"
THE_TIME = "when the notebook was handed in"
RENAMED = "handed in as {file}"
FOLDER = "in the folder {folder}"

TURNS = frozenset(("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"))
SAFE = frozenset("-_.@ ")
DEVICES_OF_WINDOWS = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


@dataclass(frozen=True)
class Entry:
    """What became of one entry of the archive: collected, skipped or refused, and why.

    Of a collected one `why` says whether it is new, the same as before or replaces a different file.
    """

    name: str
    outcome: str
    why: str
    student: str = ""


@dataclass(frozen=True)
class Collection:
    """All entries in the order of the archive, and who is on the roster but not in the archive."""

    assignment: str
    entries: tuple[Entry, ...]
    missing: tuple[str, ...] = ()


def collect(
    archive: Path,
    assignments: Sequence[str],
    submitted: Path,
    *,
    assignment: str | None = None,
    roster: Roster | None = None,
    due: Callable[[str], datetime | None] = lambda _: None,
) -> Collection:
    """Write the notebooks of one assignment to `submitted/<student>/<assignment>/<assignment>.ipynb`.

    Without `assignment` it is the one of `assignments` that notebooks in the archive are named after. `due`
    says when an assignment is due, in UTC.
    Raises CourseError where the archive as a whole cannot be used; nothing is written then.
    """
    with _open(archive) as file:
        collector = _Collector(file, assignments, assignment, submitted, roster, due)
        return collector.collect()


def folder_name(student: str) -> str:
    """The name of a student as the name of a folder, on any file system; `student_name` is its inverse.

    Letters and digits of all scripts, `-`, `_`, `.`, `@` and spaces stay. Everything else
    becomes `=` and two digits per byte of UTF-8, and so does what would make the name hidden, an option
    or a device at its beginning, or disappear at its end: `O'Hara` is `O=27Hara`.
    """
    student = unicodedata.normalize("NFC", student)
    last = len(student) - 1
    written: list[str] = []
    plain = not DEVICES_OF_WINDOWS.fullmatch(student)
    for place, character in enumerate(student):
        if place == 0:
            plain = plain and (character.isalnum() or character == "_")
        elif unicodedata.category(character).startswith("M"):
            pass  # an accent is written like its letter, or it would sit on the last digit
        else:
            plain = character.isalnum() or (character in SAFE and not (place == last and character in " ."))
        written.append(character if plain else _bytes_in_digits(character))
    return "".join(written)


def student_name(folder: str) -> str:
    """The student that a folder is named after."""
    return re.sub(r"(?:=[0-9A-F]{2})+", lambda run: bytes.fromhex(run[0].replace("=", "")).decode(), folder)


# --- whose notebook it is -------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Notebook:
    """A notebook of the archive, what its name says, and what its header says against it."""

    place: int
    student: str
    names: tuple[str, ...]  # of the student, for the roster, the surest first
    identity: str  # tells namesakes apart where the platform does
    file: str
    stem: str
    order: tuple[int, int, int]
    late: bool
    problem: str
    stamp: int = -1  # the place of the entry that says when it was handed in


class _Collector:
    """One run over one archive; `entries` fills up until every entry is accounted for."""

    def __init__(
        self,
        file: zipfile.ZipFile,
        assignments: Sequence[str],
        assignment: str | None,
        submitted: Path,
        roster: Roster | None,
        due: Callable[[str], datetime | None],
    ) -> None:
        self.file = file
        self.infos = file.infolist()
        self.names = [unicodedata.normalize("NFC", info.orig_filename) for info in self.infos]
        self.entries: dict[int, Entry] = {}
        self.submitted = submitted
        self.roster = roster
        self.due = due
        self.stamps: dict[tuple[str, ...], int] = {}  # by folder
        self.no_notebooks: dict[int, tuple[str, ...]] = {}
        self.inside = 0  # how many folders lie around those of the students
        self.others = assignments
        self.assignment = assignment or self._guess(assignments)
        self.expanded = 0

    def collect(self) -> Collection:
        students: dict[str, list[_Notebook]] = {}
        for notebook in self._notebooks():
            students.setdefault(notebook.student, []).append(notebook)
        self._name_who_has_none({each.identity for notebooks in students.values() for each in notebooks})
        for notebooks in self._without_doubles(students):
            self._take(notebooks)
        entries = tuple(self.entries[place] for place in range(len(self.infos)))
        found = {entry.student for entry in entries if entry.outcome != "skipped"}
        missing = [name for name in self.roster.students if name not in found] if self.roster else ()
        return Collection(self.assignment, entries, tuple(missing))

    def _name_who_has_none(self, identities: set[str]) -> None:
        """Whom a platform names, and who handed in other files only, has not handed in nothing."""
        for place, parts in self.no_notebooks.items():
            other = self._notebook(place, parts[self.inside :])
            if other and other.identity and other.identity not in identities:
                self._refuse(place, "no_notebook", other.student)

    def _guess(self, assignments: Sequence[str]) -> str:
        if len(assignments) == 1:
            return assignments[0]
        notebooks = [name.casefold() for name in self.names if notebook_stem(name) is not None]
        named = [each for each in assignments if any(each.casefold() in name for name in notebooks)]
        if len(named) != 1:
            raise CourseError(
                "the names in the archive do not say which assignment it is of; use --assignment NAME"
            )
        return named[0]

    def _notebooks(self) -> Iterator[_Notebook]:
        """What may be collected; everything else is accounted for at once."""
        count = Counter(self.names)
        paths: dict[int, tuple[str, ...]] = {}
        for place, (info, name) in enumerate(zip(self.infos, self.names, strict=True)):
            parts = tuple(name.removesuffix("/").split("/"))
            if problem := _name_problem(name, parts):
                self._refuse(place, problem)
            elif count[name] > 1:
                self._refuse(place, "duplicate")
            elif name.endswith("/"):
                self._skip(place, "folder")
            elif any(part.startswith(".") or part == "__MACOSX" for part in parts):
                self._skip(place, "hidden")
            elif parts[-1] == TIMESTAMP and not _problem(info):
                self.stamps[parts[:-1]] = place
                self._skip(place, "not_a_notebook")
            elif notebook_stem(parts[-1]) is None:
                if problem := _problem(info) or ("archive" if name.casefold().endswith(ARCHIVES) else ""):
                    self._refuse(place, problem)
                else:
                    self._skip(place, "not_a_notebook")
                    self.no_notebooks[place] = parts
            else:
                paths[place] = parts
        self.inside = 1 if self._is_wrapped(tuple(paths.values())) else 0
        for place, parts in paths.items():
            if notebook := self._notebook(place, parts[self.inside :]):
                # In a folder of a platform it would be a file that the student handed in.
                stamp = -1 if notebook.identity else self.stamps.get(parts[:-1], -1)
                yield replace(notebook, stamp=stamp)
            else:
                self._refuse(place, "nobody")

    def _is_wrapped(self, paths: tuple[tuple[str, ...], ...]) -> bool:
        """Whether one folder, as made by packing a folder, lies around what belongs to several students."""
        outer = {path[0] for path in paths}
        if len(outer) != 1 or any(map(MOODLE.fullmatch, outer)) or any(len(path) < 2 for path in paths):
            return False
        students = {path[1] for path in paths}
        platform = all(CANVAS.fullmatch(name) or MOODLE.fullmatch(name) for name in students)
        folders = all(len(path) > 2 for path in paths) and students.isdisjoint(self.others)
        return len(students) > 1 and (platform or folders)

    def _notebook(self, place: int, parts: tuple[str, ...]) -> _Notebook | None:
        """What the name says; None when it says nothing of a student."""
        top, file = parts[0], parts[-1]
        identity, upload, late = "", 0, False
        names: tuple[str, ...]
        if len(parts) == 1 and (match := CANVAS.fullmatch(top)):
            identity, upload, file = match["id"], int(match["upload"][:18]), match["file"]
            student, names = f"{match['name']}_{identity}", (identity, match["name"])
            late = bool(match["late"])
        elif match := MOODLE.fullmatch(top):
            student, names, identity = match["name"], (match["name"],), match["id"]
            file = file if len(parts) > 1 else match["file"]
        elif len(parts) > 1:
            student, names = top, (top,)
        else:
            return self._file_per_student(place, top)
        stem, again = _split(file, AGAIN, self.assignment)
        order = (upload, again, place)
        return _Notebook(
            place, student, names, identity, file, stem, order, late, _problem(self.infos[place])
        )

    def _file_per_student(self, place: int, file: str) -> _Notebook | None:
        stem, again = _split(file, COPY, "")
        student = re.sub(rf"[-_ ]*{re.escape(self.assignment)}[-_ ]*", "", stem, flags=re.IGNORECASE)
        if not student:
            return None
        stem, problem = self.assignment, _problem(self.infos[place])
        order = (0, again, place)
        return _Notebook(place, student, (student,), "", f"{stem}.ipynb", stem, order, False, problem)

    def _without_doubles(self, students: dict[str, list[_Notebook]]) -> Iterator[list[_Notebook]]:
        """The notebooks of each student that is one person with a name of their own."""
        people: dict[str, list[_Notebook]] = {}
        for student, notebooks in students.items():
            name = self.roster.find(notebooks[0].names) if self.roster else student
            if name is None:
                self._refuse_all(notebooks, "not_on_roster")
            else:
                people.setdefault(name, []).extend(notebooks)
        for name, notebooks in tuple(people.items()):
            people[name] = [replace(notebook, student=name) for notebook in notebooks]
            if len({(notebook.student, notebook.identity) for notebook in notebooks}) > 1:
                self._refuse_all(people.pop(name), "namesakes")
        here = Counter(folded(folder_name(student)) for student in people)
        there = {folded(folder): folder for folder in _folders(self.submitted)}
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
            wanted -= set(self.others)
        mine = sorted((each for each in notebooks if each.stem in wanted), key=lambda each: each.order)
        for notebook in notebooks:
            if notebook.stem not in wanted:
                self._skip(notebook.place, "other_assignment", notebook.student)
        if len({stem.casefold() for stem in wanted}) > 1:
            self._refuse_all(mine, "ambiguous")
            return
        for notebook in mine[:-1]:
            self._skip(notebook.place, "earlier", notebook.student)
        for notebook in mine[-1:]:
            self._write(notebook)

    def _write(self, notebook: _Notebook) -> None:
        data = notebook.problem or self._expand(self.infos[notebook.place])
        if isinstance(data, str):
            self._refuse(notebook.place, data, notebook.student)
            return
        name = folder_name(notebook.student)
        folder = self.submitted / name / self.assignment
        try:
            words = [_store(folder, f"{self.assignment}.ipynb", data)]
            words += self._date(folder, notebook, words[0] == SAME)
        except (FileExistsError, NotADirectoryError, IsADirectoryError):
            self._refuse(notebook.place, "folder_in_the_way", notebook.student)
            return
        except OSError as error:
            raise CourseError(f"{folder} cannot be written: {error.strerror}") from None
        if notebook.stem != self.assignment or not notebook.file.endswith(".ipynb"):
            words.append(RENAMED.format(file=notebook.file))
        if name != notebook.student:
            words.append(FOLDER.format(folder=name))
        entry = Entry(self.names[notebook.place], "collected", "; ".join(words), notebook.student)
        self.entries[notebook.place] = entry

    def _date(self, folder: Path, notebook: _Notebook, same: bool) -> list[str]:
        """Write down when it was handed in, as far as that is known; what was known of another file goes."""
        time, words = self._time(notebook)
        if time:
            _store(folder, TIMESTAMP, written(time).encode())
        elif not same or (notebook.identity and not notebook.late):
            (folder / TIMESTAMP).unlink(missing_ok=True)
        return words

    def _time(self, notebook: _Notebook) -> tuple[datetime | None, list[str]]:
        if notebook.late:
            due = self.due(self.assignment)
            return (due + timedelta(seconds=1), [LATE]) if due else (None, [LATE_UNKNOWN])
        if notebook.stamp < 0:
            return None, []
        data = self._expand(self.infos[notebook.stamp])
        try:
            time = parsed(data.decode("ascii", "replace").strip() if isinstance(data, bytes) else "")
        except NoTime:
            self._refuse(notebook.stamp, "no_time", notebook.student)
            return None, []
        name = self.names[notebook.stamp]
        self.entries[notebook.stamp] = Entry(name, "collected", THE_TIME, notebook.student)
        return time, [DATED.format(time=written(time))]

    def _expand(self, info: zipfile.ZipInfo) -> bytes | str:
        """The bytes of an entry, or a code of `REFUSED`; what headers say of sizes is not believed."""
        data = bytearray()
        try:
            with self.file.open(info) as stream:
                while chunk := stream.read(CHUNK):
                    data += chunk
                    self.expanded += len(chunk)
                    if self.expanded > MAX_EXPANDED:
                        return "expanded"
                    if len(data) > MAX_BYTES:
                        return "too_large"
                    if len(data) > MAX_RATIO * info.compress_size:
                        return "ratio"
        except Exception:  # whatever a decoder says about hostile bytes
            return "damaged"
        return bytes(data)

    # --- accounting -------------------------------------------------------------------------------------

    def _skip(self, place: int, code: str, student: str = "") -> None:
        why = SKIPPED[code].format(assignment=self.assignment)
        self.entries[place] = Entry(self.names[place], "skipped", why, student)

    def _refuse(self, place: int, code: str, student: str = "") -> None:
        why = REFUSED[code].format(assignment=self.assignment)
        self.entries[place] = Entry(self.names[place], "refused", why, student)

    def _refuse_all(self, notebooks: list[_Notebook], code: str) -> None:
        for notebook in notebooks:
            self._refuse(notebook.place, code, notebook.student)


# --- reading and writing --------------------------------------------------------------------------------


class _Bytes(io.BytesIO):
    """The archive in memory. Its directory is the only thing that is read in one piece of any size."""

    def read(self, size: int | None = -1) -> bytes:
        if size is not None and size > MAX_DIRECTORY:
            raise _TooManyEntriesError
        return super().read(size)


class _TooManyEntriesError(Exception):
    pass


def _open(archive: Path) -> zipfile.ZipFile:
    """The archive with its directory read; raises CourseError with what is wrong with it."""
    try:
        with open(archive, "rb") as file:
            data = file.read(MAX_ARCHIVE + 1) if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else b""
    except OSError as error:
        raise CourseError(f"the archive {archive} cannot be read: {error.strerror}") from None
    if len(data) > MAX_ARCHIVE:
        raise CourseError(f"the archive {archive} is larger than 50 MB; split it into smaller ones")
    too_many = f"the archive {archive} has more than {MAX_ENTRIES} entries; split it into smaller ones"
    try:
        opened = zipfile.ZipFile(_Bytes(data))
    except _TooManyEntriesError:
        raise CourseError(too_many) from None
    except Exception:  # whatever a decoder says about hostile bytes
        raise CourseError(f"{archive} is not a zip archive, or is damaged; download it anew") from None
    if len(opened.infolist()) > MAX_ENTRIES:
        raise CourseError(too_many)
    return opened


def _name_problem(name: str, parts: tuple[str, ...]) -> str:
    """Why the name of an entry is not looked into any further; a code of `REFUSED` or nothing."""
    if "\\" in name or any(map(_is_control, name)):
        return "name"
    if len(name.encode()) > MAX_NAME:
        return "long_name"
    if any(part.strip() in ("", ".", "..") for part in parts) or re.match(r"[A-Za-z]:", name):
        return "path"
    return ""


def _is_control(character: str) -> bool:
    """Also for what turns the direction of writing, ends a line, or is half a character."""
    direction = unicodedata.bidirectional(character)
    return unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") or direction in TURNS


def _problem(info: zipfile.ZipInfo) -> str:
    """What the header says against reading an entry; a code of `REFUSED` or nothing."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        return "link"
    if kind not in (0, stat.S_IFREG):
        return "device"
    if info.flag_bits & 0x2041:  # a password, strong encryption, a hidden directory
        return "encrypted"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "method"
    return ""


def _split(file: str, pattern: re.Pattern[str], assignment: str) -> tuple[str, int]:
    """The name of a notebook without its ending, and which attempt it says to be."""
    stem = notebook_stem(file) or file
    match = pattern.fullmatch(stem) if stem.casefold() != assignment.casefold() else None
    if match is None:
        return stem, 0
    return match["stem"], int(next(filter(None, match.groups()[1:])))


def _store(folder: Path, name: str, data: bytes) -> str:
    """Write a submission whole or not at all, readable by its owner only; say what that changed."""
    for each in (folder.parent, folder):
        if each.is_symlink():
            raise FileExistsError(each)
        each.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / name
    there = os.path.lexists(path)
    if there and _holds(path, data):
        return SAME
    descriptor, temporary = tempfile.mkstemp(dir=folder, prefix=".", suffix=".tmp")
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
    return "replaces a different file" if there else "new"


def _holds(path: Path, data: bytes) -> bool:
    try:
        return read_strangers(path, MAX_BYTES) == data
    except Unreadable:
        return False


def _folders(directory: Path) -> list[str]:
    return os.listdir(directory) if directory.is_dir() else []


def _bytes_in_digits(character: str) -> str:
    return "".join(f"={byte:02X}" for byte in character.encode())
