"""Text of strangers, made harmless for pages, tables, terminals and file names."""

import hashlib
import re
import unicodedata


_PLAIN_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_DEVICE_OF_WINDOWS = re.compile(r"con|prn|aux|nul|com[0-9]|lpt[0-9]", re.IGNORECASE)
_FORMULA = re.compile(r"[\s\"']*[=+\-@＝＋－＠]")


def plain_text(text: str, *, keep: str = "") -> str:
    """The text with every character shown that a terminal or a reader's eye would obey instead of see.

    Control characters become their pictures (␛ for escape), direction marks, zero-width characters and
    lone surrogates their number (⟦U+202E⟧). Characters in `keep`, such as the newline, stay as they are.
    """
    if text.isprintable():
        return text
    return "".join(
        character if character in keep or character.isprintable() else _shown(character) for character in text
    )


def plain_block(text: str) -> str:
    """`plain_text` for text of several lines."""
    return plain_text(text.replace("\r\n", "\n"), keep="\n\t")


def spreadsheet_text(text: str) -> str:
    """Text for a cell of a table file; what a spreadsheet would take for a formula gets a `'` in front."""
    text = plain_text(text)
    return f"'{text}" if _FORMULA.match(text) else text


def page_name(student: str) -> str:
    """Name of the student's page: no two students share one, on any file system.

    Where names that differ in upper and lower case alone are the same file, capitals need more than
    themselves to be told apart; so only small letters, digits, `_` and `-` go without a hash.
    """
    plain = _PLAIN_ID.fullmatch(student) and not _DEVICE_OF_WINDOWS.fullmatch(student)
    if plain and student == student.lower():
        return f"{student}.html"
    digest = hashlib.sha256(student.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return f"{student if plain else 'student'}.{digest}.html"


def _shown(character: str) -> str:
    if unicodedata.category(character) in ("Zs", "Cn", "Co"):
        return character
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"⟦U+{code:04X}⟧"
