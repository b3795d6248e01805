"""Figures of the sixth lecture: which units are kept, and what all thinned networks compute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise, product
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .style import (
    OKABE_ITO,
    check_styles,
    figure,
    guides,
    guides_words,
    halo,
    legend_beside,
    look,
    new_axes,
    new_panels,
    plain,
)


if TYPE_CHECKING:
    from matplotlib.axes import Axes


# --- Thinned networks ---------------------------------------------------------------------------------------


def _thinned_networks_words(networks: Mapping[str, Sequence[NDArray]]) -> str:
    panels = []
    for title, layers in networks.items():
        kept = [int(np.sum(layer)) for layer in layers]
        lines = sum(below * above for below, above in pairwise(kept))
        shares = ", ".join(f"{k} of {len(layer)}" for k, layer in zip(kept, layers, strict=True))
        panels.append(f"{title}: units kept, layer by layer from the inputs: {shares}; connections: {lines}")
    return plain(
        "Networks drawn as circles in columns, joined by lines; a unit that is dropped is crossed out and "
        f"has no lines. One panel each. {'; '.join(panels)}."
    )


@figure(_thinned_networks_words)
def thinned_networks(networks: Mapping[str, Sequence[NDArray]]) -> NDArray:
    """A network as circles and lines, without the lines of the units that are dropped.

    Parameters
    ----------
    networks : mapping of str to sequence of array_like of bool of shape (n_l,)
        Which units of every layer are kept, from the inputs to the outputs, by the title of the panel.

    Returns
    -------
    panels : ndarray of Axes of shape (len(networks),)

    Slides
    ------
    "Dropout": a standard network, and the same after applying dropout.

    Examples
    --------
    >>> panels = thinned_networks({"thinned": [[True, False], [True]]})
    >>> [len(line.get_xdata()) for line in panels[0].get_lines()]  # one connection; kept; dropped, twice
    [3, 2, 1, 1]
    """
    panels = new_panels(len(networks), width=2.6 * len(networks), height=2.7)
    for axes, (title, layers) in zip(panels, networks.items(), strict=True):
        places = [_column(i, np.asarray(layer, dtype=bool)) for i, layer in enumerate(layers)]
        lines = [
            line
            for below, above in pairwise(places)
            for start, end in product(below[below[:, 2] == 1], above[above[:, 2] == 1])
            for line in (start[:2], end[:2], (np.nan, np.nan))  # a gap behind each
        ]
        thin: dict[str, Any] = {"color": "0.75", "linestyle": "-", "marker": "none", "linewidth": 0.6}
        axes.plot(*np.reshape(lines, (-1, 2)).T, **thin, zorder=1)
        units = np.concatenate(places)
        circle: dict[str, Any] = {"linestyle": "none", "markeredgecolor": "black", "markevery": 1}
        for kept, fill in ((1, OKABE_ITO["sky blue"]), (0, "white")):
            x, y = units[units[:, 2] == kept, :2].T
            axes.plot(x, y, marker="o", markersize=11, color=fill, **circle, zorder=2)
            if not kept:
                axes.plot(x, y, marker="x", markersize=8, **circle, color="black", zorder=3)
        axes.set(title=title, xticks=[], yticks=[], ylim=(-0.1, 1.1), xlabel="inputs on the left")
        axes.margins(x=0.12)
        axes.grid(visible=False)
        axes.spines[:].set_visible(False)
    return panels


def _column(layer: int, kept: NDArray) -> NDArray:
    """Place of every unit of a layer, and whether it is kept: shape (n, 3)."""
    n = len(kept)
    return np.stack([np.full(n, float(layer)), (np.arange(n) + 0.5) / n, kept], axis=1)


# --- Training against test ----------------------------------------------------------------------------------


def _training_and_test_words(cases: Mapping[str, tuple[NDArray, NDArray]], keep_prob: float) -> str:
    panels = []
    for title, (kept, test) in cases.items():
        kept, test = np.asarray(kept), np.asarray(test)
        off = np.max(np.abs(test - keep_prob * kept))
        verdict = "on the mean of training" if off < 1e-12 else f"off the mean of training by up to {off:.3g}"
        panels.append(
            f"{title}: if kept {', '.join(f'{v:z.3g}' for v in kept)}; at test time "
            f"{', '.join(f'{v:z.3g}' for v in test)}, {verdict}"
        )
    return plain(
        f"What {len(kept)} inputs contribute to a sum, one panel per convention. In training each is 0 or "
        f"its value, which has probability {keep_prob:.3g}: circles, larger where more probable, with their "
        f"mean as a dash; at test time a diamond. {'; '.join(panels)}."
    )


@figure(_training_and_test_words)
def training_and_test(cases: Mapping[str, tuple[NDArray, NDArray]], keep_prob: float) -> NDArray:
    """What inputs contribute to a unit in training, dropped or kept, and at test time.

    Parameters
    ----------
    cases : mapping of str to pair of array_like of shape (n,)
        Contribution of each input in training if it is kept, and at test time, by the title of the panel.
    keep_prob : float in (0, 1]
        Probability of keeping an input.

    Returns
    -------
    panels : ndarray of Axes of shape (len(cases),)

    Slides
    ------
    "Motivation and direct implementation"; "Inverted dropout" (erratum E33).

    Examples
    --------
    >>> panels = training_and_test({"direct": ([2.0], [1.0])}, keep_prob=0.5)
    >>> [line.get_label() for line in panels[0].get_lines()]
    ['training: dropped', 'training: kept', 'mean of training', 'at test time']
    """
    panels = new_panels(len(cases), width=3.0 * len(cases) + 1.6, height=3.0, sharey=True)
    one = {"linestyle": "none", "markevery": 1}
    for axes, (title, (kept, test)) in zip(panels, cases.items(), strict=True):
        kept, test = np.asarray(kept, dtype=np.float64), np.asarray(test, dtype=np.float64)
        i = np.arange(1, len(kept) + 1)
        axes.vlines(i, 0, kept, color="0.75", linewidth=1, zorder=1)
        circles: dict[str, Any] = one | {"marker": "o", "markeredgecolor": "black", "zorder": 2}
        small, large = (2 + 11 * np.sqrt(share) for share in (1 - keep_prob, keep_prob))
        empty = {"fillstyle": "none", "color": "black"}
        axes.plot(i, 0 * kept, label="training: dropped", **empty, markersize=small, **circles)
        sky = OKABE_ITO["sky blue"]
        axes.plot(i, kept, label="training: kept", color=sky, markersize=large, **circles)
        dash = one | {"marker": "_", "markersize": 22, "markeredgewidth": 2, "color": "black", "zorder": 3}
        axes.plot(i, keep_prob * kept, label="mean of training", **dash)
        diamond = one | {"marker": "D", "markersize": 7, "markeredgecolor": "white", "zorder": 4}
        axes.plot(i, test, label="at test time", color=OKABE_ITO["vermillion"], **diamond)
        axes.set(title=title, xlabel="input", xticks=i)
        axes.margins(x=0.25, y=0.12)
    panels[0].set_ylabel("contribution to the sum $z$")
    legend_beside(panels[-1])
    return panels


# --- All masks ----------------------------------------------------------------------------------------------


def _outputs_of_masks_words(
    outputs: Mapping[str, NDArray], prob: NDArray, marks: Mapping[str, Mapping[str, float]]
) -> str:
    panels = []
    for title, values in outputs.items():
        values = np.asarray(values)
        order = np.argsort(values)
        reached = np.cumsum(np.asarray(prob)[order])
        at = np.minimum(np.searchsorted(reached, [0.05, 0.5, 0.95]), len(order) - 1)
        spread = ", ".join(f"{quantile:.2f}" for quantile in values[order][at])
        panels.append(f"{title}: 5% point, median and 95% point {spread}.{guides_words(marks[title])}")
    return plain(
        f"Histograms of the outputs of {len(prob)} thinned networks, weighted by their probability, one "
        f"panel each. {' '.join(panels)}"
    )


@figure(_outputs_of_masks_words)
def outputs_of_masks(
    outputs: Mapping[str, NDArray], prob: NDArray, marks: Mapping[str, Mapping[str, float]]
) -> NDArray:
    """How the outputs of all thinned networks spread between 0 and 1.

    Parameters
    ----------
    outputs : mapping of str to array_like of shape (M,)
        Output of each thinned network, by the title of the panel.
    prob : array_like of shape (M,)
        Probability of each.
    marks : mapping of str to mapping of str to float
        Outputs to mark by a line by their label, for each title.

    Returns
    -------
    panels : ndarray of Axes of shape (len(outputs),)

    Slides
    ------
    "Dropout in logistic regression": the outcomes of all network configurations (erratum E38).

    Examples
    --------
    >>> panels = outputs_of_masks({"unit": [0.1, 0.9]}, [0.5, 0.5], {"unit": {"mean": 0.5}})
    >>> panels[0].get_lines()[0].get_label()
    'mean: 0.5'
    """
    panels = new_panels(len(outputs), width=max(6.0, 3.4 * len(outputs)), height=3.2)
    for axes, (title, values) in zip(panels, outputs.items(), strict=True):
        # Rounded, so that an output on the edge of two bins falls into the same one on every processor.
        values = np.round(np.asarray(values, dtype=np.float64), 9)
        color = OKABE_ITO["sky blue"]
        axes.hist(values, bins=40, range=(0, 1), weights=prob, color=color, edgecolor="white", linewidth=0.3)
        guides(axes, marks[title])
        axes.set(title=title, xlabel="output", xlim=(0, 1))
        if marks[title]:
            axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2))
    panels[0].set_ylabel("probability of the networks")
    return panels


def _three_averages_words(averages: Mapping[str, Sequence[NDArray]]) -> str:
    panels = []
    for title, (expected, nwgm, forward) in averages.items():
        units = "; ".join(
            f"unit {i}: {mean:z.2f}, {geometric:z.2f}, {one:z.2f}"
            for i, (mean, geometric, one) in enumerate(zip(expected, nwgm, forward, strict=True), start=1)
        )
        panels.append(f"{title}: {units}.")
    return plain(
        "Three numbers for each output unit, between 0 and 1, one panel each: the mean over all networks, "
        f"their normalised geometric mean, one pass. {' '.join(panels)}"
    )


@figure(_three_averages_words)
def three_averages(averages: Mapping[str, Sequence[NDArray]]) -> NDArray:
    """The mean of all thinned networks, their geometric mean and the one pass, unit by unit.

    Parameters
    ----------
    averages : mapping of str to sequence of three array_like of shape (n,)
        What `advsec.dropout.deep_average` returns, by the title of the panel.

    Returns
    -------
    panels : ndarray of Axes of shape (len(averages),)

    Slides
    ------
    "Dropout in Deep Neural Networks" (erratum E40).

    Examples
    --------
    >>> panels = three_averages({"scale 1": ([0.6], [0.7], [0.8])})
    >>> [float(line.get_xdata()[0]) for line in panels[0].get_lines()[:3]]
    [0.6, 0.7, 0.8]
    """
    labels = ("mean of all networks", "normalised geometric mean", "one pass")
    panels = new_panels(len(averages), width=2.9 * len(averages) + 2.0, height=3.0, sharey=True)
    for axes, (title, points) in zip(panels, averages.items(), strict=True):
        y = np.arange(1, len(points[0]) + 1)
        for i, (label, x) in enumerate(zip(labels, points, strict=True)):
            style: dict[str, Any] = {"linestyle": "none", "markevery": 1, "markersize": 7, "zorder": 4}
            axes.plot(x, y + 0.2 * (i - 1), label=label, **look(i) | style)
        axes.axvline(0.5, color="black", linestyle=":", linewidth=1, marker="none", zorder=0)
        axes.set(title=title, xlabel="output", xlim=(-0.03, 1.03), yticks=y)
        axes.grid(visible=False, axis="y")
        axes.hlines(y[:-1] + 0.5, 0, 1, color="0.9", linewidth=0.8, zorder=1)
        axes.set_ylim(len(y) + 0.5, 0.5)
    panels[0].set_ylabel("output unit")
    legend_beside(panels[-1])
    return panels


# --- What dropout looks for ---------------------------------------------------------------------------------


def _weight_paths_words(
    keep_probs: NDArray,
    lines: Mapping[str, NDArray],
    others: NDArray,
    points: Mapping[float, NDArray],
    ylabel: str,
) -> str:
    keep_probs, others = np.asarray(keep_probs), np.atleast_2d(others)
    first, last = np.argmax(keep_probs), np.argmin(keep_probs)
    ends = f"from {keep_probs[first]:.3g} to {keep_probs[last]:.3g}"
    courses = "; ".join(
        f"{label}: from {values[first]:z.3g} to {values[last]:z.3g}"
        for label, values in ((label, np.asarray(line)) for label, line in lines.items())
    )
    grey = np.max(np.abs(others), initial=0.0)
    dots = f" Dots found by descent at {', '.join(f'{p:.3g}' for p in points)}." if points else ""
    return plain(
        f"Lines of {ylabel} against the probability of keeping an input, {ends}. {courses}. Grey lines: "
        f"{len(others)} others, at most {grey:.3g} in size.{dots}"
    )


@figure(_weight_paths_words)
def weight_paths(
    keep_probs: NDArray,
    lines: Mapping[str, NDArray],
    others: NDArray,
    points: Mapping[float, NDArray],
    ylabel: str,
) -> Axes:
    """Weights by the probability of keeping an input, and weights that a descent has found.

    Parameters
    ----------
    keep_probs : array_like of shape (n,)
        Probabilities, on the x axis.
    lines : mapping of str to array_like of shape (n,)
        At most 5 weights to name.
    others : array_like of shape (k, n)
        The rest, in grey.
    points : mapping of float to array_like of shape (d,)
        Weights found in another way, by their probability.
    ylabel : str
        What the weights measure.

    Returns
    -------
    axes : Axes

    Raises
    ------
    ValueError
        "labels must be at most 5 in one panel, got ['a', 'b', 'c', 'd', 'e', 'f']".

    Slides
    ------
    "Dynamics of a single linear unit": "a regularized cost function" (erratum E37).

    Examples
    --------
    >>> axes = weight_paths([0.5, 1.0], {"s1": [0.0, -2.0]}, [[0.5, 1.0]], {0.5: [0.1, 0.4]}, "weight")
    >>> [line.get_label() for line in axes.get_lines()[-2:]]
    ['s1', 'found by descent']
    """
    check_styles(lines)
    axes = new_axes()
    for line in np.atleast_2d(others):
        axes.plot(keep_probs, line, color="0.75", linestyle="-", marker="none", linewidth=1, zorder=1)
    for i, (label, line) in enumerate(lines.items()):
        axes.plot(keep_probs, line, label=label, path_effects=halo(), **look(i))
    for i, (p, weights) in enumerate(points.items()):
        ring: dict[str, Any] = {"linestyle": "none", "marker": "o", "markevery": 1, "fillstyle": "none"}
        label = "found by descent" if i == 0 else None
        axes.plot(
            np.full(len(weights), p), weights, **ring, markersize=8, color="black", label=label, zorder=4
        )
    axes.set(xlabel="probability of keeping an input $p$", ylabel=ylabel)
    legend_beside(axes)
    return axes
