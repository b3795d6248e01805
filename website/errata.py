"""The catalogue of errata as a page, from `advsec.errata`."""

import re
from collections.abc import Iterator, Mapping
from itertools import groupby

from advsec.errata import ERRATA, Erratum


SEVERITY = {1: "a slip of the pen", 2: "teaches something false", 3: "changes results"}
SPECIAL = re.compile(r"([\\`*_{}\[\]<>#+!|$~^])")


def errata_page(lectures: Mapping[str, str]) -> str:
    """The page in MyST; `lectures` has the text of each lecture by its name."""
    severities = [each.severity for each in ERRATA.values()]
    said = "; ".join(
        f"{severities.count(each)} × {SEVERITY[each]}" for each in sorted(SEVERITY, reverse=True)
    )
    lines = [
        "# What the slides get wrong",
        f"The course is built on a slide deck and notes on batch normalisation. {len(ERRATA)} of their lines "
        f"are wrong, imprecise or silent about something that matters ({said}). The lectures do not repair "
        "them quietly: each is quoted, predicted and judged by an experiment, and every number below is "
        "asserted by a test that carries the id.",
    ]
    for heading, group in groupby(ERRATA.values(), key=lambda each: each.heading):
        lines.append(f"## {plain(heading)}")
        for erratum in group:
            lines += _entry(erratum, lectures)
    return "\n\n".join(lines) + "\n"


def _entry(erratum: Erratum, lectures: Mapping[str, str]) -> Iterator[str]:
    yield f"({erratum.id.lower()})=\n### {erratum.id}: {SEVERITY[erratum.severity]}"
    yield f"**The slides.** {plain(erratum.printed)}"
    yield f"**Right is.** {plain(erratum.correct)}"
    yield f"**Seen in numbers.** {plain(erratum.evidence)}"
    where = [name for name, text in lectures.items() if re.search(rf"\b{erratum.id}\b", text)]
    if where:
        yield "Judged in " + " and ".join(f"[](lectures/{name}.ipynb)" for name in where) + "."


def plain(text: str) -> str:
    """Text in which Markdown finds nothing that is special."""
    return SPECIAL.sub(r"\\\1", text)
