"""Figures of one number, or of a sum or a spread of numbers, for each of some names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .style import (
    HATCHES,
    HIGHLIGHT,
    LINES,
    OKABE_ITO,
    check_styles,
    figure,
    guides,
    guides_words,
    legend_beside,
    mean_and_error,
    new_panels,
    plain,
    readable,
    seeds_words,
)


if TYPE_CHECKING:
    from matplotlib.axes import Axes


def _number(value: float) -> str:
    """Three digits that count, or all before the point, with thousands apart: 1,428 and not 1.43e+03."""
    short = f"{value:.3g}"
    return f"{value:,.0f}" if 1000 <= abs(float(short)) < 1e9 else short


def _bars_words(
    names: Sequence[str],
    values: Mapping[str, NDArray],
    *,
    xlabel: str,
    levels: Mapping[str, float] | None,
    log: bool,
) -> str:
    groups = "; ".join(
        f"{label}: " + ", ".join(f"{name} {_number(mean)}" for name, mean in zip(names, means, strict=True))
        for label, means in ((label, mean_and_error(value)[0]) for label, value in values.items())
    )
    scale = ", logarithmic" if log else ""
    return plain(f"Horizontal bars of {xlabel}{scale}. {groups}.{seeds_words(values)}{guides_words(levels)}")


@figure(_bars_words)
def bars(
    names: Sequence[str],
    values: Mapping[str, NDArray],
    *,
    xlabel: str,
    levels: Mapping[str, float] | None = None,
    log: bool = False,
) -> Axes:
    """A bar with its number for each name, or one for each name and label, with standard errors over seeds.

    Parameters
    ----------
    names : sequence of str of length n
        What the bars belong to, from top to bottom.
    values : mapping of str to array_like of shape (n,) or (n, S)
        At most 5 bars per name by their label, of one run or of S seeds.
    xlabel : str
        What the bars measure.
    levels : mapping of str to float, optional
        Values to mark by a thin line, by their label.
    log : bool, default False
        Measure on a logarithmic scale; a value that is not positive is written without a bar.

    Returns
    -------
    axes : Axes

    Raises
    ------
    ValueError
        "labels must be at most 5 in one panel, got ['a', 'b', 'c', 'd', 'e', 'f']".

    Slides
    ------
    "Algorithm for gradient checking": a bar for every block of parameters (erratum E28).

    Examples
    --------
    >>> axes = bars(["W1", "b1"], {"error": [1e-9, 0.5]}, xlabel="relative error", log=True)
    >>> [text.get_text() for text in axes.texts]
    ['1e-09', '0.5']
    """
    check_styles(values)
    thickness = 0.8 / len(values)
    (axes,) = new_panels(1, width=8.0, height=1.2 + 0.28 * len(names) * max(len(values), 1.2))
    for i, (label, value) in enumerate(values.items()):
        mean, error = mean_and_error(value)
        y = np.arange(len(names)) + (i - (len(values) - 1) / 2) * thickness
        drawn = np.where(mean > 0, mean, np.nan) if log else mean
        axes.barh(y, drawn, height=0.9 * thickness, label=label, **_look(i))
        if error.any():
            axes.errorbar(drawn, y, xerr=error, fmt="none", color="black", capsize=3)
        _write(axes, mean, drawn + error, y)
    if log:
        axes.set_xscale("log")
    guides(axes, levels)
    axes.set(xlabel=xlabel)
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")
    axes.margins(x=0.18)  # for the numbers
    readable(axes.xaxis)
    if len(values) > 1 or levels:
        legend_beside(axes)
    return axes


def _look(i: int) -> dict[str, str]:
    """Colour and hatch of the bars of label i."""
    return {"color": LINES["color"][i], "hatch": HATCHES[i], "edgecolor": "white", "linewidth": 0}


def _write(axes: Axes, mean: NDArray, ends: NDArray, y: NDArray) -> None:
    """The numbers, right of their bars; at the axis for a bar that is not drawn."""
    for number, end, height in zip(mean, ends, y, strict=True):
        if np.isfinite(end):
            place, transform = (max(end, 0.0), height), "data"
        else:
            place, transform = (0, height), axes.get_yaxis_transform()
        axes.annotate(
            _number(number), place, xycoords=transform, xytext=(5, 0), textcoords="offset points",
            va="center", fontsize=9, zorder=5, bbox={"color": "white", "pad": 0.5, "linewidth": 0},
        )  # fmt: skip


def _stacked_bars_words(
    names: Sequence[str],
    parts: Mapping[str, NDArray],
    *,
    xlabel: str,
    ylabel: str,
    direct: NDArray | None,
    top: float | None,
) -> str:
    bars = []
    for i, name in enumerate(names):
        terms = " + ".join(f"{label} {_number(part[i])}" for label, part in parts.items())
        measured = "" if direct is None else f", measured directly {_number(direct[i])}"
        bars.append(f"{name}: {terms} = {_number(sum(part[i] for part in parts.values()))}{measured}")
    cut = "" if top is None else f" Bars are cut at {_number(top)}."
    return plain(f"Stacked bars of {ylabel} by {xlabel}. {'; '.join(bars)}.{cut}")


@figure(_stacked_bars_words)
def stacked_bars(
    names: Sequence[str],
    parts: Mapping[str, NDArray],
    *,
    xlabel: str,
    ylabel: str,
    direct: NDArray | None = None,
    top: float | None = None,
) -> Axes:
    """Sums of parts that are not negative, and beside each the same quantity measured directly.

    Parameters
    ----------
    names : sequence of str of length n
        What the bars belong to, from left to right.
    parts : mapping of str to array_like of shape (n,)
        At most 5 parts of each bar by their label, from the bottom up.
    xlabel, ylabel : str
        What the names are, and what the bars measure.
    direct : array_like of shape (n,), optional
        Direct measurement of each sum.
    top : float, optional
        Height at which bars are cut, so that a huge one leaves room for the others.

    Returns
    -------
    axes : Axes

    Raises
    ------
    ValueError
        "labels must be at most 5 in one panel, got ['a', 'b', 'c', 'd', 'e', 'f']".

    Slides
    ------
    "How to address overfitting": squared bias and variance add up (erratum E29).

    Examples
    --------
    >>> axes = stacked_bars(["1"], {"bias": [0.2], "variance": [0.1]}, xlabel="degree", ylabel="error")
    >>> axes.texts[0].get_text()
    '0.3'
    """
    check_styles(parts)
    (axes,) = new_panels(1, width=8.0, height=3.4)
    x = np.arange(len(names))
    sums = np.zeros(len(names))
    for i, (label, part) in enumerate(parts.items()):
        axes.bar(x, part, width=0.6, bottom=sums, label=label, **_look(i))
        sums = sums + np.asarray(part)
    if direct is not None:
        axes.plot(x, direct, label="measured directly", **HIGHLIGHT | {"color": "black", "marker": "D"})
    top = 1.15 * max(np.max(sums), np.max(direct) if direct is not None else 0) if top is None else top
    for place, total in zip(x, sums, strict=True):
        cut = " ↑" if total > top else ""
        axes.annotate(
            f"{_number(total)}{cut}", (place, min(total, top)), xytext=(0, -4 if cut else 8), ha="center",
            textcoords="offset points", va="top" if cut else "bottom", fontsize=9,
            bbox={"color": "white", "pad": 1, "linewidth": 0} if cut else None,
        )  # fmt: skip
    axes.set(xlabel=xlabel, ylabel=ylabel, ylim=(0, top))
    axes.set_xticks(x, names)
    axes.grid(visible=False, axis="x")
    legend_beside(axes)
    return axes


def _distributions_words(layers: Mapping[str, Sequence[NDArray]], *, ylabel: str) -> str:
    panels = []
    for title, values in layers.items():
        rows = [
            f"layer {i}: {', '.join(map(_number, np.percentile(value, [5, 50, 95])))}"
            for i, value in enumerate(values, start=1)
        ]
        panels.append(f"{title}: {', '.join(rows)}")
    return plain(
        f"Boxes of {ylabel} by layer, one panel each, with whiskers from 5% to 95%. The 5% point, the median "
        f"and the 95% point. {'; '.join(panels)}."
    )


@figure(_distributions_words)
def distributions(layers: Mapping[str, Sequence[NDArray]], *, ylabel: str = "activation") -> NDArray:
    """How the values of every layer spread, one panel per network.

    Parameters
    ----------
    layers : mapping of str to sequence of array_like of any shape
        Values of layer 1, 2, ..., by the title of the network.
    ylabel : str
        What the values are.

    Returns
    -------
    panels : ndarray of Axes of shape (len(layers),)

    Slides
    ------
    "Problems of deep networks"; "Batch normalization".

    Examples
    --------
    >>> panels = distributions({"plain": [[0.0, 1.0], [0.0, 0.1]]})
    >>> [round(float(box.get_height()), 6) for box in panels[0].patches]
    [0.5, 0.05]
    """
    panels = new_panels(len(layers), width=max(6.0, 4.0 * len(layers)), height=3.0, sharey=True)
    for axes, (title, values) in zip(panels, layers.items(), strict=True):
        for layer, value in enumerate(values, start=1):
            low, start, median, end, high = np.percentile(value, [5, 25, 50, 75, 95])
            axes.vlines(layer, low, high, color="black", linewidth=1.2)
            box = {"color": OKABE_ITO["sky blue"], "edgecolor": "black"}
            axes.bar(layer, end - start, bottom=start, width=0.5, **box)
            axes.hlines(median, layer - 0.25, layer + 0.25, color="black", linewidth=2.5)
        axes.set(xlabel="layer", title=title)
        axes.set_xticks(range(1, len(values) + 1))
    panels[0].set_ylabel(ylabel)
    return panels
