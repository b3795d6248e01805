"""Text and images of strangers, made harmless for pages, tables, terminals and file names."""

import base64
import hashlib
import io
import re
import unicodedata
import warnings


# A figure with more pixels than this on one side was not made to be looked at.
MAX_SIDE = 4000

_PLAIN_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_DEVICE_OF_WINDOWS = re.compile(r"con|prn|aux|nul|com[0-9]|lpt[0-9]", re.IGNORECASE)
_FORMULA = re.compile(r"[\s\"']*[=+\-@＝＋－＠]")
_ENCODING = {"PNG": {"compress_level": 1}, "JPEG": {"quality": 90}}
_IMAGE_MAGIC = {"PNG": b"\x89PNG\r\n\x1a\n", "JPEG": b"\xff\xd8\xff"}


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


def image_address(data: bytes) -> str | None:
    """A PNG or JPEG, decoded and encoded anew, as a data: address; None for anything else."""
    kind = next((kind for kind, magic in _IMAGE_MAGIC.items() if data.startswith(magic)), None)
    if kind is None:
        return None
    from PIL import Image  # takes 50 ms, and many pages have no images

    encoded = io.BytesIO()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of sizes that are refused here anyway
            with Image.open(io.BytesIO(data), formats=[kind]) as image:
                if max(image.size) > MAX_SIDE:
                    return None
                # Only pixels are taken over: no text, no profile, no further frames.
                pixels = image.convert("RGBA" if kind == "PNG" and image.has_transparency_data else "RGB")
                pixels.info.clear()
                pixels.save(encoded, kind, **_ENCODING[kind])
    except Exception:  # whatever a decoder says about hostile bytes
        return None
    return f"data:image/{kind.lower()};base64," + base64.b64encode(encoded.getvalue()).decode()


def _shown(character: str) -> str:
    if unicodedata.category(character) in ("Zs", "Cn", "Co"):
        return character
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"⟦U+{code:04X}⟧"
