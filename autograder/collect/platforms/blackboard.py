"""Blackboard: Grade Center, Assignment File Download.

`Homework 1_jdoe_attempt_2026-11-01-10-00-00_homework.ipynb`, and for each attempt a text
`Homework 1_jdoe_attempt_2026-11-01-10-00-00.txt`, whose first line is `Name: Jane Doe (jdoe)`. The word
"attempt" is in the language of who downloads, the time in the zone of the server, which is not said. As
nbgrader's `zip_collect` (0.5 to 0.9) and kwurst/bb-file-cleanup read it.

Both the assignment and the user may have `_` in their names: the text says where one ends, or else what
is common to everybody.
"""

import re
from collections.abc import Iterable, Sequence

from autograder.collect.claims import (
    Claim,
    Claims,
    Parts,
    Platform,
    Text,
    Unclear,
    by_pattern,
    clock,
    in_order,
)


PATTERN = re.compile(
    r"(?P<front>.+?_.+?)_(?P<attempt>[^\W\d_]+_(?P<time>\d{4}(?:-\d\d){5}))(?:_(?P<file>.+)|\.txt)"
)
FIRST_LINE = re.compile(r"[^:\n]{1,40}: ?(?P<name>[^\n]*?) ?\((?P<user>[^()\n]+)\)\s*")


def claims(paths: Sequence[Parts], text: Text, assignments: Sequence[str]) -> Claims:
    matches = {path: match for path, match in by_pattern(PATTERN, paths).items() if len(path) == 1}
    fronts = {match["front"]: "" for match in matches.values()}
    names = {}
    for match in matches.values():
        says = text((f"{match['front']}_{match['attempt']}.txt",)) if not fronts[match["front"]] else None
        # Of the text only the first line is the platform's: below stand a student's words.
        first = FIRST_LINE.fullmatch((says or "").lstrip("\ufeff").split("\n", 1)[0])
        if first and match["front"].endswith(f"_{first['user']}"):
            fronts[match["front"]] = first["user"]
            names[first["user"]] = first["name"]
    users = _users(fronts, assignments)
    found: dict[Parts, tuple[Claim, ...]] = {}
    for path, match in matches.items():
        if match["file"] is None:
            found[path] = ()
            continue
        user, time = users[match["front"]], clock(match["time"])
        found[path] = (
            Claim(
                student=user,
                names=(user,),
                among=(names[user],) if names.get(user) else (),
                file=match["file"],
                identity=user,
                attempt=in_order(time),
                handed_in=time,
            ),
        )
    return found


def _users(fronts: dict[str, str], assignments: Sequence[str]) -> dict[str, str]:
    """The user of each `assignment_user`; raises Unclear."""
    unknown = [front for front, user in fronts.items() if not user]
    if not unknown:
        return fronts
    said = {front.removesuffix(user) for front, user in fronts.items() if user}
    common = said if len(said) == 1 else _common(fronts)
    named = {each for each in common if _plain(each) in map(_plain, assignments)}
    (prefix, *others) = named or common or {""}
    if others or not prefix or not all(front.startswith(prefix) for front in unknown):
        raise Unclear(
            f"{unknown[0]!r} may end in more than one user's name; "
            "leave the text files of Blackboard in the archive, which say it"
        )
    return {front: user or front.removeprefix(prefix) for front, user in fronts.items()}


def _common(fronts: Iterable[str]) -> set[str]:
    """All beginnings up to a `_` that all have in common, with something left."""
    first, *others = fronts
    ends = [place + 1 for place, character in enumerate(first[:-1]) if character == "_"]
    return {
        first[:end] for end in ends if all(each.startswith(first[:end]) and each[end:] for each in others)
    }


def _plain(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))


BLACKBOARD = Platform("Blackboard", claims)
