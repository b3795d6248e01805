"""Curves of a range test on which the rules that read a rate off differ."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Curves:
    """Curves of `n` rates that are to be smoothed with `beta`.

    On the curves of each group of `seeds` the steepest fall is clearly the steepest, is at neither end, and
    every other rule picks another rate on one of them at least.
    """

    beta: float
    n: int
    seeds: tuple[tuple[int, ...], ...]
    equal_steps: bool = False

    def draw(self, rng: np.random.Generator) -> Iterator[tuple[NDArray, NDArray]]:
        """Rates and losses of one group, in other units: no rule depends on these."""
        for seed in self.seeds[rng.integers(len(self.seeds))]:
            lrs, losses = self.curve(seed)
            of_lrs, of_losses = (round(rng.uniform(0.5, 2), 2) for _ in range(2))
            yield _short(lrs * of_lrs), np.round(losses * of_losses, 5)

    def curve(self, seed: int) -> tuple[NDArray, NDArray]:
        """Two falls, noise, and in the end a rise, at rates that are not evenly spaced."""
        rng = np.random.default_rng(seed)
        if self.equal_steps:
            lrs: NDArray = 0.05 * np.cumsum(rng.uniform(0.8, 1.2, self.n))
        else:
            lrs = 1e-3 * np.cumprod(rng.uniform(1.25, 2.4, self.n))
        way = np.log(lrs / lrs[0]) / np.log(lrs[-1] / lrs[0])
        falls = sum(
            rng.uniform(0.3, 1.2) / (1 + np.exp(-(way - rng.uniform(0.1, 0.6)) * rng.uniform(12, 30)))
            for _ in range(2)
        )
        rise = rng.uniform(0.15, 1.2) * np.exp((way - rng.uniform(0.8, 0.95)) * rng.uniform(10, 20))
        losses = 2.7 - falls + rise + rng.normal(0, 0.1, self.n)
        return np.round(lrs, 4), np.round(losses, 3)


def _short(values: NDArray) -> NDArray:
    """With six digits at most, however large it is."""
    return np.array([float(f"{round(value, 6):.6g}") for value in values])


# With a long memory the fall is sometimes steeper than the rise.
CURVES = {
    "noisy": Curves(0.65, 15, ((66, 55), (467, 306), (648, 520), (711, 516))),
    "a long memory": Curves(0.9, 24, ((143, 1421), (1101, 1985), (235, 301), (780, 1054))),
    "not smoothed": Curves(0.0, 12, ((128, 125), (263, 353), (387, 473), (475, 579))),
    "equal steps": Curves(0.7, 16, ((210, 934), (600, 686), (802, 750), (1189, 852)), equal_steps=True),
    "other": Curves(0.75, 18, ((6, 853), (548, 1115), (15, 623), (308, 140))),
    "more rates": Curves(0.85, 30, ((142, 619), (326, 630), (514, 1114), (595, 1178))),
}
