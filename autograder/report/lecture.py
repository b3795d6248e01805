"""The sections of a lecture, for who is asked to read one again."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

from autograder.course import CourseError
from autograder.files import read_ours


HEADING = re.compile(r"^(?P<level>#{1,6}) +(?P<title>.+?)\s*$", re.MULTILINE)
MARKS = str.maketrans("", "", "*`$")


def lecture_sections(path: Path) -> Mapping[str, str]:
    """The text of each section by its heading, with those below it; without code and what it shows.

    Nothing where there is no such lecture.
    """
    try:
        cells = json.loads(read_ours(path))["cells"]
        text = "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    except (CourseError, ValueError, KeyError, TypeError):
        return {}
    found = {}
    headings = list(HEADING.finditer(text))
    for place, heading in enumerate(headings):
        level = len(heading["level"])
        after = (each.start() for each in headings[place + 1 :] if len(each["level"]) <= level)
        found[heading["title"].translate(MARKS)] = text[heading.end() : next(after, len(text))].strip()
    return found
