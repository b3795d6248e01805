"""Archives that people have packed: nbgrader's folders, one folder for each student, or one file.

- `jane/01_moving_averages/homework.ipynb`, whatever lies around, since one folder is the assignment's,
- `jane/homework.ipynb` or `jane/hw/homework.ipynb`, with folders around all students,
- `jane.ipynb`, `01_moving_averages_jane.ipynb` or `01_moving_averages - jane (1).ipynb`.

A folder may hold nbgrader's `timestamp.txt` beside the notebook.
"""

import re
from collections.abc import Callable, Iterator, Sequence

from autograder.collect.claims import Claim, Claims, Parts, Unclear
from autograder.submission import COPY, notebook_stem
from autograder.timestamps import TIMESTAMP


# Of nbgrader's own; nobody has such a name.
NBGRADER = frozenset(("source", "release", "submitted", "autograded", "feedback"))
PACK_ANEW = "pack a folder with the name of the student for each, or say who takes the course with --roster"


def plain_claims(
    notebooks: Sequence[Parts],
    others: Sequence[Parts],
    assignments: Sequence[str],
    knows: Callable[[str], bool] | None,
) -> Claims:
    """Whose the notebooks and other files are; what says nothing of a student is left out. Raises Unclear."""
    nested = [path for path in notebooks if len(path) > 1]
    if not nested:
        return dict(_files(notebooks, assignments))
    level = _level(nested, {each.casefold() for each in assignments}, knows)
    students = {path[level] for path in nested}
    if wrong := sorted(each for each in students if each in assignments):
        raise Unclear(f"{wrong[0]!r} is the name of an assignment and not of a student; {PACK_ANEW}")
    if wrong := sorted(students & NBGRADER):
        raise Unclear(
            f"{wrong[0]!r} is a folder of nbgrader and not a student; pack its folder submitted alone"
        )
    around = {path[:level] for path in nested}
    beside = [path for path in others if len(path) > level + 1 and path[:level] in around]
    return {path: (_claim(path, level),) for path in (*nested, *beside)}


def _claim(path: Parts, level: int) -> Claim:
    return Claim(
        path[level], (path[level],), path[-1], folder=path[level + 1 : -1], stamp=(*path[:-1], TIMESTAMP)
    )


def _level(paths: Sequence[Parts], assignments: set[str], knows: Callable[[str], bool] | None) -> int:
    """Which of the folders has the name of the student, the outermost being 0. Raises Unclear."""
    deepest = min(len(path) for path in paths) - 2
    names = [{path[level] for path in paths} for level in range(deepest + 1)]
    if knows:
        known = [level for level, each in enumerate(names) if all(map(knows, each))]
        if len(known) == 1:
            return known[0]
    for level, each in enumerate(names[1:]):
        if {name.casefold() for name in each} <= assignments:
            if any(len(around) > 1 for around in names[:level]):
                raise Unclear(f"students lie in several folders, {_listed(names[level - 1])}; {PACK_ANEW}")
            return level
    differing = [level for level, each in enumerate(names) if len(each) > 1]
    # Where folders inside have other names too, it may as well be they that say who somebody is.
    if differing == [0] or not deepest:
        return 0
    if len(differing) != 1:
        levels = differing or range(len(names))
        ways = ", or like ".join(_listed(names[level]) for level in levels)
        raise Unclear(f"students may be named like {ways}; {PACK_ANEW}")
    return differing[0]


def _listed(names: set[str]) -> str:
    return " and ".join(map(repr, sorted(names)[:2]))


def _files(paths: Sequence[Parts], assignments: Sequence[str]) -> Iterator[tuple[Parts, tuple[Claim, ...]]]:
    for path in paths:
        stem = notebook_stem(path[0]) or path[0]
        copy = COPY.fullmatch(stem)
        student = copy["stem"] if copy else stem
        of = next((each for each in assignments if each.casefold() in student.casefold()), "")
        if of:
            student = re.sub(rf"[-_ ]*{re.escape(of)}[-_ ]*", "", student, flags=re.IGNORECASE)
        if student:
            file, attempt = f"{of}.ipynb" if of else "", int(copy["copy"]) if copy else 0
            yield path, (Claim(student, (student,), file, attempt=(attempt,)),)
