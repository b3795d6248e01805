"""How hard an exercise or a probe is, and how well it tells who knows the matter from who does not."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


# Of fewer students a correlation says nothing.
FEWEST = 10
WEAK = 0.1


@dataclass(frozen=True)
class Item:
    """Of an exercise or a probe the share of its points that the class has, from 0 to 1, and its
    discrimination: the correlation, from -1 to 1, with how these students do on everything else.

    Both are None where they have no meaning; `students` have tried it.
    """

    students: int
    difficulty: float | None
    discrimination: float | None

    @property
    def says(self) -> str:
        """What its discrimination means, in a few words; or why it has none."""
        if self.discrimination is None:
            if self.students < FEWEST:
                return f"no discrimination: fewer than {FEWEST} students"
            return "no discrimination: everybody has the same here, or on everything else"
        if self.discrimination <= -WEAK:
            return "who does well elsewhere fails here: look whether it asks for what was taught"
        return "it hardly tells who knows the matter" if self.discrimination < WEAK else ""


def items(shares: Sequence[Mapping[str, float]], groups: Sequence[Sequence[str]]) -> dict[str, Item]:
    """The items of a class, of which each student has shares (0 to 1) of what they tried, by its name.

    The discrimination is the corrected item-total correlation: an item is held against the mean of the
    others, since with itself it agrees anyway. Items of one group stand and fall together, so they are held
    against other groups, where there are some.
    """
    return {
        name: _item(name, group if len(groups) > 1 else [name], shares) for group in groups for name in group
    }


def _item(name: str, together: Sequence[str], shares: Sequence[Mapping[str, float]]) -> Item:
    own = [each[name] for each in shares if name in each]
    pairs = []
    for each in shares:
        others = len(each) - sum(other in each for other in together)
        if name in each and others:
            rest = sum(each.values()) - sum(each.get(other, 0.0) for other in together)
            pairs.append((each[name], rest / others))
    return Item(len(own), statistics.fmean(own) if own else None, _correlation(pairs))


def _correlation(pairs: Sequence[tuple[float, float]]) -> float | None:
    if len(pairs) < FEWEST:
        return None
    # Sums in another order are no spread.
    one, other = ([round(value, 9) for value in values] for values in zip(*pairs, strict=True))
    if len(set(one)) == 1 or len(set(other)) == 1:
        return None
    return statistics.correlation(one, other)
