"""Sections of a lecture on a page itself: a page is mailed and read where nothing else of the course lies."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from autograder.report.prose import prose


@dataclass(frozen=True)
class Section:
    """A section of the lecture that somebody is asked to read again; `id` is where it stands on the page."""

    title: str
    id: str
    prose: Markup


def sections(reads: Iterable[str], lecture: Mapping[str, str]) -> dict[str, Section]:
    """What is to be read and the lecture has, by its heading."""
    titles = dict.fromkeys(read for read in reads if read in lecture)
    return {
        title: Section(title, f"read-{number}", text)
        for number, title in enumerate(titles, start=1)
        if (text := prose(lecture[title])) is not None
    }
