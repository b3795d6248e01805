"""Gradescope: Review Grades, Export Submissions.

`assignment_99_export/submission_123456/homework.ipynb`, and `submission_metadata.yml` beside the folders says
whose they are, with a number or an address, and when it was, in UTC. The submission of a group is each
member's. Only the submission that counts is packed; its history is in the list alone. As otter-grader's
`GradescopeParser` (2020 to 2024) reads it.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import yaml

from autograder.collect.claims import Claim, Claims, Parts, Platform, Text, Unclear, in_order


LIST = "submission_metadata.yml"
FOLDER = "submission_"


def claims(paths: Sequence[Parts], text: Text, _assignments: Sequence[str]) -> Claims:
    folders = {path[0] for path in paths if len(path) > 1 and path[0].startswith(FOLDER)}
    if not folders:
        return {}
    known = _known(text((LIST,)), all(folder.removeprefix(FOLDER).isdecimal() for folder in folders))
    return {
        path: tuple(_claims(path, known.get(path[0])))
        for path in paths
        if known and path[0] in folders and len(path) > 1
    }


def _known(says: str | None, unmistakable: bool) -> dict[Any, Any]:
    if says is None:
        if unmistakable:
            raise Unclear(
                f"the folders are those of Gradescope, but {LIST}, which says whose they are, is not beside "
                "them, or larger than 32 MB; download the archive anew"
            )
        return {}
    try:
        known = yaml.load(says, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except Exception:  # whatever a parser says about hostile text
        known = None
    if not isinstance(known, dict) or not known:
        raise Unclear(f"{LIST} of Gradescope is damaged; download the archive anew")
    return known


def _claims(path: Parts, about: Any) -> Iterator[Claim]:
    submitters = about.get(":submitters") if isinstance(about, dict) else None
    people = [tuple(_names(each)) for each in submitters] if isinstance(submitters, list) else []
    if not people or not all(people):
        raise Unclear(f"{LIST} of Gradescope does not say whose {path[0]!r} is; download the archive anew")
    time = about.get(":created_at")
    handed_in = time if isinstance(time, datetime) else None
    for names in people:
        yield Claim(
            student=names[0],
            names=names,
            file=path[-1],
            identity=names[0],
            attempt=in_order(handed_in),
            folder=path[1:-1],
            handed_in=handed_in,
        )


def _names(submitter: Any) -> Iterator[str]:
    """A number, an address and a name, as far as they are known."""
    for key in (":sid", ":email", ":name") if isinstance(submitter, dict) else ():
        value = submitter.get(key)
        # Anything else may be written out to any length.
        if isinstance(value, str | int) and (name := str(value).strip()):
            yield name


GRADESCOPE = Platform("Gradescope", claims)
