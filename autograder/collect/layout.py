"""Whose the files of an archive are, decided for the archive as a whole.

Exactly one platform has to fit all notebooks, at the same number of folders around them: as few as possible,
since a folder deeper inside is a student's own. Where nothing of a platform is there, it is folders or files
with the names of students; what then has two meanings is refused, unless a roster knows the names of one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from autograder.collect.claims import Claim, Claims, Parts, Platform, Text, Unclear
from autograder.collect.plain import plain_claims
from autograder.collect.platforms import PLATFORMS


MAX_WRAPPING = 8
SHOWN = 60


@dataclass(frozen=True)
class Layout:
    """The claims by the whole paths, and how the names are made: `as Canvas makes them`, or `of students`."""

    names: str
    claims: Mapping[Parts, tuple[Claim, ...]]


def layout_of(
    notebooks: Sequence[Parts],
    others: Sequence[Parts],
    text: Text,
    assignments: Sequence[str],
    knows: Callable[[str], bool] | None,
) -> Layout:
    """The layout of an archive with these notebooks and other files; raises Unclear.

    `knows` says whether somebody is on the roster.
    """
    for depth in range(MAX_WRAPPING):
        around = notebooks[0][:depth]
        if any(len(path) <= depth or path[:depth] != around for path in notebooks):
            break
        inside = [
            path[depth:] for path in (*notebooks, *others) if len(path) > depth and path[:depth] == around
        ]
        wanted = [path[depth:] for path in notebooks]

        def look(path: Parts, around: Parts = around) -> str | None:
            return text(around + path)

        if found := _fitting(inside, wanted, look, assignments, wrapped=depth > 0):
            platform, claims = found
            return Layout(
                f"as {platform.name} makes them",
                {
                    around + path: tuple(_outside(each, around) for each in each_of)
                    for path, each_of in claims.items()
                },
            )
    return Layout("of students", plain_claims(notebooks, others, assignments, knows))


def _fitting(
    inside: Sequence[Parts], wanted: Sequence[Parts], text: Text, assignments: Sequence[str], *, wrapped: bool
) -> tuple[Platform, Claims] | None:
    """The one platform that fits, with its claims; none where none is there. Raises Unclear."""
    fits = []
    for platform in PLATFORMS:
        claims = platform.claims(inside, text, assignments)
        strange = [path for path in wanted if path not in claims]
        people = {each.student for path in wanted for each in claims.get(path, ())}
        alone = len(people) < 2
        if not strange and people and (platform.strong or not alone):
            if alone and wrapped and any(len(path) == 1 for path in wanted):
                # A student may call a file as they like.
                raise Unclear(
                    f"{_shown(wanted[0])} is named as {platform.name} does it, and the folder around it may "
                    "be a student's; pack it without the folder"
                )
            fits.append((platform, claims))
        elif platform.strong and strange and len(strange) < len(wanted):
            fitting = next(path for path in wanted if path in claims)
            raise Unclear(
                f"{_shown(fitting)} is named as {platform.name} does it and {_shown(strange[0])} is not; "
                "pack what comes from the platform and what does not in archives of their own"
            )
    strong = [each for each in fits if each[0].strong] or fits
    if len(strong) > 1:
        names = " and by ".join(platform.name for platform, _ in strong)
        raise Unclear(
            f"the names may be made by {names}; pack a folder with the name of the student for each"
        )
    return strong[0] if strong else None


def _outside(claim: Claim, around: Parts) -> Claim:
    return replace(claim, stamp=around + claim.stamp) if claim.stamp else claim


def _shown(path: Parts) -> str:
    name = "/".join(path)
    return repr(name if len(name) <= SHOWN else f"{name[:SHOWN]}...")
