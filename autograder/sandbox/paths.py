"""Where the grading machine keeps packages, and that it is nobody's business: a traceback leaves it out."""

import os
import re
import sys
import sysconfig
from pathlib import Path


# How Python, and how Debian, calls a folder of packages.
PACKAGES = ("site-packages", "dist-packages")


def packages() -> list[str]:
    """The folders of packages that this interpreter imports from, in its order.

    An environment may borrow those of the system, of the user or of another environment. They are told by
    their names: what else is on the path, by a `.pth` file say, may be a checkout or where a course lies.
    """
    folders = (os.path.abspath(path) for path in sys.path if os.path.basename(path) in PACKAGES)
    return [folder for folder in dict.fromkeys(folders) if os.path.isdir(folder)]


def _places() -> list[str]:
    """The folders of Python, of its packages and of this program, the longest first."""
    standard = (sysconfig.get_path(kind) for kind in ("stdlib", "platstdlib"))
    places = {Path(path) for path in (*standard, *packages()) if path}
    places.add(Path(__file__).parents[2])
    names = {name for place in places for name in (str(place), os.path.realpath(place))}
    # Not a folder such as /course, which other paths of somebody may begin with as well.
    return sorted((name for name in names if name.count("/") > 1), key=len, reverse=True)


PLACES = re.compile(rf"(?:{'|'.join(map(re.escape, _places()))})(?=[/\\])")


def without_places(text: str) -> str:
    """The text with the folders of the machine left out: `…/numpy/__init__.py`."""
    return PLACES.sub("…", text)
