"""Figures of the lecture on the learning rate: a range test beside the training at rates read off it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .style import (
    WINDOW,
    check_styles,
    figure,
    legend_beside,
    look,
    mean_and_error,
    new_panels,
    plain,
    readable,
)


if TYPE_CHECKING:
    from matplotlib.axes import Axes


def _rate_reader_words(lrs: NDArray, smoothed: NDArray, training: Mapping[float, NDArray]) -> str:
    lrs, smoothed = np.asarray(lrs), np.asarray(smoothed)
    picks = "; ".join(
        f"rate {lr:.3g}: {_height(lr, lrs, smoothed):.3g} on the range test, {_ends(np.asarray(losses))}"
        for lr, losses in training.items()
    )
    return plain(
        f"Left: smoothed loss of a range test, rates from {lrs[0]:.2g} to {lrs[-1]:.2g}, lowest "
        f"({np.min(smoothed):.3g}) at {lrs[np.argmin(smoothed)]:.3g}. Right: loss of training at some rates, "
        f"which are marked on the left. {picks}."
    )


def _ends(losses: NDArray) -> str:
    return f"in training from {losses[0]:.3g} to {losses[-1]:.3g} after {len(losses)} epochs"


def _height(lr: float, lrs: NDArray, smoothed: NDArray) -> float:
    return float(np.interp(np.log(lr), np.log(lrs), smoothed))


@figure(_rate_reader_words)
def rate_reader(lrs: NDArray, smoothed: NDArray, training: Mapping[float, NDArray]) -> NDArray:
    """The curve of a range test with some rates marked, beside the training at each of these rates.

    Parameters
    ----------
    lrs, smoothed : array_like of shape (n,)
        Learning rates of the test, rising, and its smoothed loss.
    training : mapping of float to array_like of shape (E,)
        Loss after each epoch of training at a constant rate, by the rate; at most 5.

    Returns
    -------
    panels : ndarray of Axes of shape (2,)

    Raises
    ------
    ValueError
        "labels must be at most 5 in one panel, got ['1', '2', '3', '4', '5', '6']".

    Slides
    ------
    "Tuning the learning rate"; "Estimating the learning rate" (erratum E20).

    Examples
    --------
    >>> panels = rate_reader([0.1, 1.0, 10.0], [2.0, 1.2, 3.0], {0.5: [1.0, 0.6]})
    >>> [line.get_label() for line in panels[1].get_lines()]
    ['rate 0.5']
    """
    check_styles({f"{lr:.3g}": losses for lr, losses in training.items()})
    left, right = panels = new_panels(2, width=9.5, height=3.4)
    left.semilogx(lrs, smoothed, color="0.45", linestyle="-", marker="none")
    bottom = left.get_ylim()[0]
    for i, (lr, losses) in enumerate(training.items()):
        epochs = np.arange(1, len(losses) + 1)
        right.semilogy(epochs, losses, label=f"rate {lr:.3g}", **look(i))
        pin = look(i) | {"markevery": [0], "markersize": 9, "markeredgecolor": "white"}
        left.plot([lr, lr], [_height(lr, np.asarray(lrs), np.asarray(smoothed)), bottom], **pin, zorder=4)
    left.set(xlabel="learning rate", ylabel="loss", title="range test, smoothed")
    left.set_ylim(bottom=bottom)
    right.set(xlabel="epoch", title="training at that rate")
    readable(right.yaxis)
    legend_beside(right)
    return panels


def _gains_words(names: Sequence[str], values: Mapping[str, NDArray], *, xlabel: str) -> str:
    rows = []
    for label, value in values.items():
        value = np.asarray(value)
        low, high = (f"{value[i]:.3g} at {names[i]}" for i in (int(np.argmin(value)), int(np.argmax(value))))
        rows.append(f"{label}: above 0 in {np.sum(value > 0)} of {len(value)}, lowest {low}, highest {high}")
    return plain(f"Dots of {xlabel}, a row for each of {len(names)} cases. {'; '.join(rows)}.")


@figure(_gains_words)
def gains(names: Sequence[str], values: Mapping[str, NDArray], *, xlabel: str) -> Axes:
    """What several methods gain in each of some cases, as dots; losses stand in the shade.

    Parameters
    ----------
    names : sequence of str of length n
        Cases, from top to bottom.
    values : mapping of str to array_like of shape (n,)
        Gains of at most 5 methods by their label.
    xlabel : str
        What the dots measure.

    Returns
    -------
    axes : Axes

    Raises
    ------
    ValueError
        "labels must be at most 5 in one panel, got ['a', 'b', 'c', 'd', 'e', 'f']".

    Slides
    ------
    "Snapshot ensembles III": the table (errata E23 and E24).

    Examples
    --------
    >>> axes = gains(["C10", "C100"], {"snapshots": [-4.0, 9.0]}, xlabel="gain in %")
    >>> [line.get_label() for line in axes.get_lines()]
    ['snapshots']
    """
    check_styles(values)
    (axes,) = new_panels(1, width=8.0, height=1.1 + 0.24 * len(names))
    for i, (label, value) in enumerate(values.items()):
        dot = look(i) | {"linestyle": "none", "markevery": 1, "markersize": 7, "markeredgecolor": "white"}
        axes.plot(value, np.arange(len(names)), label=label, **dot, zorder=3 + i)
    axes.set(xlabel=xlabel)
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    low, high = axes.get_xlim()
    axes.axvspan(min(low, 0), 0, **WINDOW)
    axes.set_xlim(min(low, 0), max(high, 0))
    legend_beside(axes)
    return axes


def outline(
    x: Sequence[Any] | NDArray,
    lines: Mapping[str, NDArray],
    *,
    at: Sequence[Any],
    step: float,
    xlabel: str,
    ylabel: str,
) -> str:
    """Words for a figure whose numbers depend on the processor in their last digits: rounded on purpose.

    Parameters
    ----------
    x : sequence of length n
        Numbers or names.
    lines : mapping of str to array_like of shape (n,) or (n, S)
        Values at each of them by their label, of one run or of S seeds.
    at : sequence
        Those of `x` to speak of.
    step : float > 0
        Values are rounded to multiples of it; it should leave none of them near a tie.
    xlabel, ylabel : str
        What the axes count and measure.

    Returns
    -------
    words : str

    Examples
    --------
    >>> errors = {"cycle": [[19.0, 21.0], [9.0, 12.0]]}
    >>> outline([1, 2], errors, at=[1, 2], step=5, xlabel="epoch", ylabel="error")
    'Chart of error against epoch, in round numbers. cycle: 20 at 1, 10 at 2.'
    """
    places = list(x)
    courses = []
    for label, values in lines.items():
        mean = mean_and_error(values)[0]
        rounded = [f"{step * round(mean[places.index(place)] / step):g} at {_name(place)}" for place in at]
        courses.append(f"{label}: {', '.join(rounded)}")
    return plain(f"Chart of {ylabel} against {xlabel}, in round numbers. {'; '.join(courses)}.")


def _name(place: Any) -> str:
    return place if isinstance(place, str) else f"{place:.3g}"
