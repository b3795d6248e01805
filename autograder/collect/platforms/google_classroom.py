"""Google Classroom: the folder of an assignment in Drive, downloaded.

Of a file that "each student gets a copy" of, Classroom makes `Jane Doe - homework.ipynb`: a name, and one
title for everybody. What students upload keeps its own name, which says nothing of a person. Seen in
Classroom's help and in scripts of teachers, 2020 to 2025.
"""

import re
from collections.abc import Iterator, Sequence

from autograder.collect.claims import Claim, Claims, Parts, Platform, Text
from autograder.submission import COPY, notebook_stem


BETWEEN = " - "


def claims(paths: Sequence[Parts], _text: Text, _assignments: Sequence[str]) -> Claims:
    stems = {path: _stem(path[0]) for path in paths if len(path) == 1 and notebook_stem(path[0])}
    if not stems:
        return {}
    shared = [
        title
        for title in _titles(next(iter(stems.values())))
        if all(stem.casefold().endswith(title) for stem in stems.values())
    ]
    if not shared:
        return {}
    end = len(shared[0])
    return {path: (_claim(path[0], stem[:-end], stem[-end:]),) for path, stem in stems.items() if stem[:-end]}


def _stem(file: str) -> str:
    stem = notebook_stem(file) or file
    match = COPY.fullmatch(stem)
    return match["stem"] if match else stem


def _titles(stem: str) -> Iterator[str]:
    """What may be the title, the longest first."""
    for found in re.finditer(BETWEEN, stem):
        yield stem[found.start() :].casefold()


def _claim(file: str, name: str, title: str) -> Claim:
    return Claim(student=name, names=(name,), file=file[len(name) + len(BETWEEN) :])


GOOGLE_CLASSROOM = Platform("Google Classroom", claims, strong=False)
