"""What the commands say to a person: one line on stderr, and paths as one would type them."""

import sys
from pathlib import Path
from typing import NoReturn


def fail(says: str, exit_code: int = 1) -> NoReturn:
    complain(says)
    sys.exit(exit_code)


def complain(says: str) -> None:
    """One line on stderr; of a stranger's text in it a terminal obeys nothing."""
    shown = "".join(each if each.isprintable() else ascii(each)[1:-1] for each in says)
    print(f"autograder: {shown}", file=sys.stderr)


def short(path: Path) -> str:
    """The path as one would type it from here."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
