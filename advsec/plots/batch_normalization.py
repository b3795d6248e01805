"""The figure of the lecture on batch normalisation that no other lecture needs."""

import numpy as np
from numpy.typing import NDArray

from .style import TRUTH, WINDOW, figure, legend_beside, look, new_panels


__all__ = ["covariate_shift"]


def _covariate_shift_words(
    x: NDArray, truth: NDArray, learned: NDArray, *, seen: NDArray, new: NDArray
) -> str:
    gap = np.abs(np.asarray(learned) - truth)
    known = _is_known(x, seen)
    places = {"where there are training examples": known, "elsewhere": ~known}
    regions = [f"{np.mean(gap[there]):.1f} {name}" for name, there in places.items() if there.any()]
    return (
        f"Left: shares of x; training examples lie around {np.mean(seen):.1f}, new ones around "
        f"{np.mean(new):.1f}. Right: probability of class 1 against x, the true one and the learned one; "
        f"they differ on average by {' and by '.join(regions)}."
    )


def _is_known(x: NDArray, seen: NDArray) -> NDArray:
    low, high = _middle(seen)
    return (np.asarray(x) >= low) & (np.asarray(x) <= high)


def _middle(seen: NDArray) -> NDArray:
    """Between which two places all but the most extreme training examples lie."""
    return np.percentile(seen, [1, 99])


@figure(_covariate_shift_words)
def covariate_shift(x: NDArray, truth: NDArray, learned: NDArray, *, seen: NDArray, new: NDArray) -> NDArray:
    """Where training examples and new ones lie, and what a model learned of the one rule for both.

    Parameters
    ----------
    x : array_like of shape (n,)
        Places on the axis, rising.
    truth, learned : array_like of shape (n,)
        Probability of class 1 at these places, and what the model makes of it.
    seen, new : array_like of shape (m,)
        Training examples, and examples that the model is to be used for.

    Returns
    -------
    panels : ndarray of Axes of shape (2,)

    Slides
    ------
    "Learning on shifting input distribution" (erratum E52).

    Examples
    --------
    >>> x = np.array([0.0, 1.0])
    >>> panels = covariate_shift(x, [0.1, 0.9], [0.1, 0.1], seen=[0.0, 0.1], new=[0.9, 1.0])
    >>> panels[1].get_ylabel()
    'probability of class 1'
    """
    panels = new_panels(2, width=10.5, height=3.2)
    edges = np.linspace(np.min(x), np.max(x), 41)
    for i, (label, examples) in enumerate({"training": seen, "new": new}.items()):
        share = np.histogram(examples, edges)[0] / np.size(examples)
        line = {name: value for name, value in look(i).items() if name in ("color", "linestyle")}
        panels[0].stairs(share, edges, label=f"{label} examples", linewidth=1.8, **line)
    panels[0].set(xlabel="$x$", ylabel="share of examples")
    panels[0].legend(loc="upper center")
    panels[0].set_ylim(0, 1.5 * panels[0].get_ylim()[1])  # room for the legend
    panels[1].axvspan(*_middle(seen), label="training examples", **WINDOW)
    panels[1].plot(x, truth, label="true", **TRUTH)
    panels[1].plot(x, learned, label="learned", **look(1) | {"markevery": 0.1})
    panels[1].set(xlabel="$x$", ylabel="probability of class 1", ylim=(-0.05, 1.05))
    legend_beside(panels[1])
    return panels
