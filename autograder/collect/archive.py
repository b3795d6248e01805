"""A zip file of a stranger: its directory is read under caps, and what an entry expands to is counted."""

import io
import os
import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from pathlib import Path

from autograder.course import CourseError
from autograder.submission import MAX_BYTES


MIB = 1 << 20
MAX_ENTRIES = 20_000
MAX_DIRECTORY = 8 * MIB
MAX_EXPANDED = 4 << 30
MAX_TEXT = 32 * MIB
MAX_NAME = 200
CHUNK = 64 << 10

UTF8 = 0x800
UNICODE_PATH = 0x7075
# Those that turn the direction of writing.
TURNS = frozenset(("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"))
ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar")


class Refused(Exception):  # noqa: N818 (an outcome, not an error of the program)
    """A code of `REFUSED`."""


class Archive:
    """The entries of a zip file, by their place. Names are in NFC; no size in a header is believed."""

    def __init__(self, path: Path) -> None:
        """Read the directory; raises CourseError with what is wrong with it."""
        self._file = _opened(path)
        try:
            self._zip = _directory(self._file, path)
        except BaseException:
            self._file.close()
            raise
        self._infos = self._zip.infolist()
        self._names = [_name(info) for info in self._infos]
        self.names = [name for name, _ in self._names]
        self._expanded = 0

    def __enter__(self) -> "Archive":
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()
        self._file.close()

    def name_problem(self, place: int) -> str:
        """Why the name of an entry is not looked into any further; a code of `REFUSED` or nothing."""
        name, known = self._names[place]
        if "\\" in name or any(map(_is_control, name)):
            return "name"
        if not known:
            return "encoding"
        if len(name.encode()) > MAX_NAME:
            return "long_name"
        parts = name.removesuffix("/").split("/")
        if any(part.strip() in ("", ".", "..") for part in parts) or re.match(r"[A-Za-z]:", name):
            return "path"
        return ""

    def problem(self, place: int) -> str:
        """What the header says against reading an entry; a code of `REFUSED` or nothing."""
        info = self._infos[place]
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

    def expand(self, place: int, limit: int = MAX_BYTES) -> bytes:
        """The bytes of an entry; raises Refused."""
        if problem := self.problem(place):
            raise Refused(problem)
        data = bytearray()
        try:
            with self._zip.open(self._infos[place]) as stream:
                while chunk := stream.read(CHUNK):
                    data += chunk
                    self._expanded += len(chunk)
                    if self._expanded > MAX_EXPANDED:
                        raise Refused("expanded")
                    if len(data) > limit:
                        raise Refused("too_large")
        except Refused:
            raise
        except Exception:  # whatever a decoder says about hostile bytes
            raise Refused("damaged") from None
        return bytes(data)


class _Capped(io.FileIO):
    """The directory is the only thing that is read in one piece of any size."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > MAX_DIRECTORY:
            raise _TooManyEntriesError
        return super().read(-1 if size is None else size) or b""


class _TooManyEntriesError(Exception):
    pass


def _opened(path: Path) -> _Capped:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError as error:
        raise CourseError(f"the archive {path} cannot be read: {error.strerror}") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise CourseError(f"the archive {path} cannot be read: it is not an ordinary file")
    return _Capped(descriptor)


def _directory(file: _Capped, path: Path) -> zipfile.ZipFile:
    too_many = f"the archive {path} has more than {MAX_ENTRIES} entries; split it into smaller ones"
    try:
        opened = zipfile.ZipFile(file)
    except _TooManyEntriesError:
        raise CourseError(too_many) from None
    except Exception:  # whatever a decoder says about hostile bytes
        raise CourseError(f"{path} is not a zip archive, or is damaged; download it anew") from None
    if len(opened.infolist()) > MAX_ENTRIES:
        raise CourseError(too_many)
    return opened


def _name(info: zipfile.ZipInfo) -> tuple[str, bool]:
    """The name of an entry, and whether it is known in which encoding it is written.

    Without a mark it should be that of DOS; macOS writes UTF-8 all the same, some programs add the name in
    UTF-8, and others use whatever their computer has.
    """
    name, known = info.orig_filename, True
    if not info.flag_bits & UTF8 and not name.isascii():
        raw = name.encode("cp437")
        try:
            name = _beside(info.extra, raw) or raw.decode("utf-8")
        except UnicodeDecodeError:
            known = False
    return unicodedata.normalize("NFC", name), known


def _beside(extra: bytes, raw: bytes) -> str:
    """The name as Info-ZIP adds it, if it is that of this entry."""
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<HH", extra)
        field, extra = extra[4 : 4 + size], extra[4 + size :]
        if kind == UNICODE_PATH and len(field) > 5 and struct.unpack_from("<xL", field)[0] == zlib.crc32(raw):
            return field[5:].decode("utf-8")
    return ""


def _is_control(character: str) -> bool:
    """Also for what turns the direction of writing, ends a line, or is half a character."""
    direction = unicodedata.bidirectional(character)
    return unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") or direction in TURNS
