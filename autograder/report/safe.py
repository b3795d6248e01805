"""Text of strangers, made harmless for pages, tables, terminals and file names."""

import hashlib
import hmac
import re
import unicodedata


_NOT_PLAIN = re.compile(r"[^a-z0-9_]+")
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


def page_name(student: str, key: bytes) -> str:
    """Name of the student's page: no two students share one, and without the key nobody can guess it.

    It begins with the student's name as far as every file system takes it: small letters without accents.
    """
    digest = hmac.new(key, student.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:32]
    bare = unicodedata.normalize("NFKD", student.casefold()).encode("ascii", "ignore").decode()
    readable = _NOT_PLAIN.sub("-", bare).strip("-")[:40]
    plain = readable and not _DEVICE_OF_WINDOWS.fullmatch(readable)
    return f"{readable if plain else 'student'}.{digest}.html"


def _shown(character: str) -> str:
    if unicodedata.category(character) in ("Zs", "Cn", "Co"):
        return character
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"⟦U+{code:04X}⟧"
