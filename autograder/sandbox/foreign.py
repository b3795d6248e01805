"""What a file is that was handed in as a notebook and is none: said by how it begins, as `file` does."""

import re
from typing import Any


BEGINNINGS = {
    b"PK\x03\x04": "archive",
    b"PK\x05\x06": "archive",
    b"\x1f\x8b": "archive",
    b"7z\xbc\xaf\x27\x1c": "archive",
    b"Rar!\x1a\x07": "archive",
    b"BZh": "archive",
    b"\xfd7zXZ\x00": "archive",
    b"%PDF-": "document",
    b"{\\rtf": "document",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "document",
    b"\x89PNG\r\n\x1a\n": "picture",
    b"\xff\xd8\xff": "picture",
    b"GIF8": "picture",
    b"version https://git-lfs.github.com/spec/": "lfs_pointer",
}
WEB_PAGE = re.compile(rb"\s*(<\?xml[^>]*>\s*)?<(!doctype\s+html|html|head|body)\b", re.IGNORECASE)
SCRIPT = re.compile(
    r"^(import \w|from [\w.]+ import\b|(async )?def \w+\s*\(|class \w+\s*[(:]|library\(|#!.*python|# In\[)",
    re.MULTILINE,
)
# How much of a file is looked at.
LOOKED_AT = 4096


def kind_of(data: bytes) -> str | None:
    """What a file is by its first bytes: a code of `submission.REASONS`; None where that says nothing."""
    start = data[:LOOKED_AT].removeprefix(b"\xef\xbb\xbf")
    for beginning, kind in BEGINNINGS.items():
        if start.startswith(beginning):
            return kind
    return "web_page" if WEB_PAGE.match(start) else None


def kind_of_text(text: str) -> str | None:
    """The same of a text that is no JSON."""
    is_script = not text.lstrip().startswith(("{", "[")) and SCRIPT.search(text[: 16 * LOOKED_AT])
    return "script" if is_script else None


def kind_of_object(document: dict[str, Any]) -> str | None:
    """The same of an object of JSON without cells: what drives of the cloud leave in the place of a file."""
    return "shortcut" if "cells" not in document and {"url", "doc_id"} & document.keys() else None
