"""Where the grading machine keeps its files is nobody's business: a traceback names them by what follows."""

import os
import re
import sysconfig
from pathlib import Path


def _places() -> list[str]:
    """The folders of Python, of its packages and of this program, the longest first."""
    kinds = ("purelib", "platlib", "stdlib", "platstdlib")
    places = {Path(path) for kind in kinds if (path := sysconfig.get_path(kind))}
    places.add(Path(__file__).parents[2])
    names = {name for place in places for name in (str(place), os.path.realpath(place))}
    # Not a folder such as /course, which other paths of somebody may begin with as well.
    return sorted((name for name in names if name.count("/") > 1), key=len, reverse=True)


PLACES = re.compile(rf"(?:{'|'.join(map(re.escape, _places()))})(?=[/\\])")


def without_places(text: str) -> str:
    """The text with the folders of the machine left out: `…/numpy/__init__.py`."""
    return PLACES.sub("…", text)
