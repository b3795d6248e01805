"""Figures of one variable against another: curves over steps, rates or scales, and what to read off them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .style import (
    DATA,
    HIGHLIGHT,
    LINES,
    OKABE_ITO,
    TRUTH,
    check_styles,
    figure,
    guides,
    guides_words,
    halo,
    legend_beside,
    look,
    mean_and_error,
    new_axes,
    new_panels,
    plain,
    readable,
    seeds_words,
)


if TYPE_CHECKING:
    from matplotlib.axes import Axes


SMALLEST_ERROR = np.finfo(np.float64).eps / 2


# --- Curves of any kind -------------------------------------------------------------------------------------


def _curves_words(
    x: NDArray,
    lines: Mapping[str, NDArray],
    *,
    xlabel: str,
    ylabel: str,
    xscale: str,
    yscale: str,
    marks: Mapping[str, float] | None,
    levels: Mapping[str, float] | None,
    error_bars: bool,
) -> str:
    scales = "".join(
        f", {axis} logarithmic" for axis, scale in (("x", xscale), ("y", yscale)) if scale == "log"
    )
    courses = "; ".join(
        f"{label}: {_course(np.asarray(x), mean_and_error(line)[0])}" for label, line in lines.items()
    )
    more = seeds_words(lines) + guides_words(marks, levels)
    return plain(f"Curves of {ylabel} against {xlabel}{scales}. {courses}.{more}")


def _course(x: NDArray, y: NDArray) -> str:
    """First, lowest, highest and last value of a curve, each once, in the order of the curve."""
    known = np.flatnonzero(np.isfinite(y))
    if not len(known):
        return "no finite value"
    lowest, highest = known[np.argmin(y[known])], known[np.argmax(y[known])]
    names = {known[0]: "", known[-1]: "", highest: "highest ", lowest: "lowest "}
    words = ", ".join(f"{names[i]}{y[i]:.3g} at {x[i]:.3g}" for i in sorted(names))
    return words if known[-1] == len(y) - 1 else f"{words}, then not finite"


@figure(_curves_words)
def curves(
    x: NDArray,
    lines: Mapping[str, NDArray],
    *,
    xlabel: str,
    ylabel: str,
    xscale: str = "linear",
    yscale: str = "linear",
    marks: Mapping[str, float] | None = None,
    levels: Mapping[str, float] | None = None,
    error_bars: bool = False,
) -> Axes:
    """Curves over one variable, each the mean over seeds with its standard error.

    Parameters
    ----------
    x : array_like of shape (n,)
        Steps, epochs, rates, scales.
    lines : mapping of str to array_like of shape (n,) or (n, S)
        At most 5 curves by their label, of one run or of S seeds. A curve has gaps where it is not finite.
    xlabel, ylabel : str
        What the axes count and measure.
    xscale, yscale : "linear" or "log", default "linear"
        Scales of the axes.
    marks, levels : mapping of str to float, optional
        Places on the x axis and on the y axis to mark by a thin line, by their label.
    error_bars : bool, default False
        Standard errors as bars at each x, for few x, and not as bands.

    Returns
    -------
    axes : Axes

    Raises
    ------
    ValueError
        "labels must be at most 5 in one panel, got ['a', 'b', 'c', 'd', 'e', 'f']".

    Slides
    ------
    All that claim that one curve lies below another, as "Snapshot ensembles III" (erratum E23).

    Examples
    --------
    >>> axes = curves([1, 2], {"two seeds": [[0.9, 1.1], [0.4, 0.6]]}, xlabel="epoch", ylabel="loss")
    >>> axes.get_lines()[0].get_ydata().tolist()
    [1.0, 0.5]
    """
    check_styles(lines)
    axes = new_axes()
    for i, (label, values) in enumerate(lines.items()):
        mean, error = mean_and_error(values)
        color = LINES["color"][i]
        if error_bars:
            axes.errorbar(x, mean, error, fmt="none", color=color, capsize=3, zorder=1.9)
        elif error.any():
            axes.fill_between(x, mean - error, mean + error, color=color, alpha=0.25, linewidth=0, zorder=1.5)
        _draw(axes, i, x, mean, label=label, every=error_bars)
    guides(axes, marks, levels)
    axes.set(xlabel=xlabel, ylabel=ylabel, xscale=xscale, yscale=yscale)
    readable(axes.xaxis)
    readable(axes.yaxis)
    legend_beside(axes)
    return axes


def _draw(axes: Axes, i: int, x: NDArray, y: NDArray, *, label: str, every: bool = False) -> None:
    """Line i of a panel, with a marker at every point or at some."""
    # A line without a finite point has no length of which markers could take shares.
    markers = {"markevery": 1} if every or not np.isfinite(y).any() else {}
    axes.plot(x, y, label=label, path_effects=halo(), **look(i) | markers)


# --- Learning rate ------------------------------------------------------------------------------------------


def _schedules_words(lrs: Mapping[str, NDArray], *, snapshots: Mapping[str, Sequence[int]] | None) -> str:
    panels = []
    for title, lr in lrs.items():
        lr, peaks = np.asarray(lr), _peaks(lr)
        tops = ", ".join(f"{lr[t]:.3g} at step {t}" for t in peaks[:5])
        kept = (snapshots or {}).get(title, ())
        marked = f", squares at steps {', '.join(map(str, kept))}" if len(kept) else ""
        panels.append(
            f"{title}: {len(lr)} steps between {lr.min():.3g} and {lr.max():.3g}, from {lr[0]:.3g} to "
            f"{lr[-1]:.3g}; peaks: {tops or 'none'}{', ...' if len(peaks) > 5 else ''}{marked}"
        )
    return plain(f"Learning rate against step, one panel per schedule. {'; '.join(panels)}.")


def _peaks(lr: NDArray) -> NDArray:
    """Steps from which the learning rate falls, after it rose or at the start."""
    change = np.diff(lr, prepend=-np.inf)
    return np.flatnonzero((change[:-1] > 0) & (change[1:] < 0))


@figure(_schedules_words)
def schedules(lrs: Mapping[str, NDArray], *, snapshots: Mapping[str, Sequence[int]] | None = None) -> NDArray:
    """Learning rate of every step, one panel per schedule.

    Parameters
    ----------
    lrs : mapping of str to array_like of shape (T,)
        Learning rates of steps 0, 1, ..., by the title of the schedule.
    snapshots : mapping of str to sequence of int, optional
        Steps to mark by a square, by the title of the schedule.

    Returns
    -------
    panels : ndarray of Axes of shape (len(lrs),)

    Slides
    ------
    "Cyclical Learning Rates for Neural Networks"; "SGD with Warm Restarts" (errata E21 and E22).

    Examples
    --------
    >>> panels = schedules({"restarts": [0.3, 0.1, 0.3, 0.1]}, snapshots={"restarts": [1, 3]})
    >>> len(panels[0].get_lines())  # the rate and two squares
    3
    """
    panels = new_panels(len(lrs), width=max(6.0, 3.0 * len(lrs)), height=2.8, sharey=True)
    for axes, (title, lr) in zip(panels, lrs.items(), strict=True):
        axes.plot(lr, marker="none" if len(lr) > 1 else "o")
        for t in (snapshots or {}).get(title, ()):
            axes.plot(t, lr[t], **HIGHLIGHT | {"markersize": 6, "clip_on": False})
        axes.set(xlabel="step $t$", title=title, ylim=(0, None))
    panels[0].set_ylabel("learning rate")
    return panels


def _range_test_words(
    lrs: NDArray, losses: NDArray, smoothed: NDArray, suggestions: Mapping[str, float]
) -> str:
    lrs, smoothed = np.asarray(lrs), np.asarray(smoothed)
    read_off = "; ".join(
        f"{label}: {lr:.3g}, where the loss is {_height(lr, lrs, smoothed):.3g}"
        for label, lr in suggestions.items()
    )
    return plain(
        f"Loss against learning rate, logarithmic from {lrs[0]:.2g} to {lrs[-1]:.2g}: {len(lrs)} losses as "
        f"dots, between {np.min(losses):.3g} and {np.max(losses):.3g}, and their average as a line: "
        f"{_course(lrs, smoothed)}. Suggestions: {read_off or 'none'}."
    )


def _height(lr: float, lrs: NDArray, smoothed: NDArray) -> float:
    return float(np.interp(np.log(lr), np.log(lrs), smoothed))


@figure(_range_test_words)
def range_test(lrs: NDArray, losses: NDArray, smoothed: NDArray, suggestions: Mapping[str, float]) -> Axes:
    """Losses of a range test, and the learning rates that rules read off their average.

    Parameters
    ----------
    lrs : array_like of shape (n,)
        Learning rates, rising.
    losses, smoothed : array_like of shape (n,)
        Loss after the step with each, and its average.
    suggestions : mapping of str to float
        At most 4 learning rates by their rule.

    Returns
    -------
    axes : Axes

    Raises
    ------
    ValueError
        "labels must be at most 5 in one panel, got ['average', 'b', 'c', 'd', 'e', 'f']".

    Slides
    ------
    "Estimating the learning rate" (erratum E20).

    Examples
    --------
    >>> axes = range_test([0.1, 1.0, 10.0], [2.0, 1.0, 9.0], [2.0, 1.2, 3.0], {"steepest": 0.5})
    >>> [line.get_label() for line in axes.get_lines()]
    ['loss after each step', 'average', 'steepest: 0.5']
    """
    check_styles({"average": smoothed, **suggestions})
    axes = new_axes()
    axes.semilogx(lrs, losses, label="loss after each step", **DATA)
    axes.plot(lrs, smoothed, label="average", marker="none" if len(np.ravel(lrs)) > 1 else "o")
    bottom = axes.get_ylim()[0]
    for i, (label, lr) in enumerate(suggestions.items(), start=1):
        style = look(i) | {"markevery": [0], "markersize": 9, "markeredgecolor": "white", "linewidth": 1.2}
        axes.plot([lr, lr], [_height(lr, lrs, smoothed), bottom], label=f"{label}: {lr:.3g}", **style)
    axes.set(xlabel="learning rate", ylabel="loss")
    axes.set_ylim(bottom=bottom)
    legend_beside(axes)
    return axes


# --- Gradient check -----------------------------------------------------------------------------------------


def power_of_ten(value: float) -> str:
    """The nearest power of ten: all that is the same on every processor where rounding makes the error."""
    return f"{10.0 ** round(np.log10(max(value, SMALLEST_ERROR))):.0e}"


def _gradient_errors_words(eps: NDArray, errors: Mapping[str, NDArray], orders: Mapping[str, int]) -> str:
    eps = np.asarray(eps)
    courses = "; ".join(f"{label}: {_in_powers(eps, np.asarray(error))}" for label, error in errors.items())
    rising = "; ".join(f"{label} rises with slope {order}" for label, order in orders.items())
    slopes = f" Thin lines show slope -1 left of the lowest point; right of it {rising}." if rising else ""
    return plain(
        f"Relative error of numerical gradients against the step, both axes logarithmic. {courses}.{slopes}"
    )


def _in_powers(eps: NDArray, error: NDArray) -> str:
    """Both ends of a curve and its lowest point, to the nearest power of ten."""
    known = np.flatnonzero(np.isfinite(error))
    smallest = np.min(error[known])
    lowest = np.log10(eps[known[error[known] <= max(10 * SMALLEST_ERROR, 3 * smallest)]])
    # Middle between the ends of the bottom; of two powers of ten that are as near, always the same.
    middle = math.floor((lowest[0] + lowest[-1]) / 2 + 0.4)
    bottom = f"from {10.0 ** lowest[0]:.0e} to {10.0 ** lowest[-1]:.0e}"
    where = bottom if lowest[-1] - lowest[0] > 3 else f"near {10.0**middle:.0e}"
    first, last, least = map(power_of_ten, (error[known[0]], error[known[-1]], smallest))
    return f"{first} at {eps[known[0]]:.0e}, lowest {least} {where}, {last} at {eps[known[-1]]:.0e}"


@figure(_gradient_errors_words)
def gradient_errors(eps: NDArray, errors: Mapping[str, NDArray], orders: Mapping[str, int]) -> Axes:
    """Error of a numerical gradient by the length of its step: rounding on the left, truncation on the right.

    Parameters
    ----------
    eps : array_like of shape (E,)
        Steps.
    errors : mapping of str to array_like of shape (E,)
        Relative errors by the method. Those below the rounding of float64 are drawn at it.
    orders : mapping of str to int
        Order of the truncation error of those methods that get a guide: a thin line with this slope beside
        the errors to the right of the smallest one. The last method also gets one with slope -1 to the left.

    Returns
    -------
    axes : Axes

    Raises
    ------
    ValueError
        "labels must be at most 5 in one panel, got ['a', 'b', 'c', 'd', 'e', 'f']".

    Slides
    ------
    "Gradient checking": the error of the approximation (erratum E26).

    Examples
    --------
    >>> axes = gradient_errors([1e-8, 1e-5, 1e-2], {"central": [1e-8, 1e-11, 1e-5]}, {"central": 2})
    >>> [text.get_text() for text in axes.texts]
    ['slope 2', 'slope -1']
    """
    check_styles(errors)
    axes = new_axes()
    eps = np.asarray(eps, dtype=np.float64)
    axes.set(xscale="log", yscale="log", xlabel=r"step $\epsilon$", ylabel=r"relative error $\xi$")
    for i, (label, error) in enumerate(errors.items()):
        error = np.maximum(np.asarray(error, dtype=np.float64), SMALLEST_ERROR)
        _draw(axes, i, eps, error, label=label)
        if label in orders:
            best = eps[np.nanargmin(error)]
            _slope(axes, eps[eps >= best], error[eps >= best], orders[label])
            if label == list(orders)[-1]:
                _slope(axes, eps[eps <= best], error[eps <= best], -1)
    legend_beside(axes)
    return axes


def _slope(axes: Axes, eps: NDArray, error: NDArray, slope: int) -> None:
    """A line of this slope, ten times off the points so that both can be seen: below what rises steeply."""
    below = slope > 1
    height = (0.1 if below else 10) * np.exp(np.nanmedian(np.log(error) - slope * np.log(eps)))
    share = 0.85 if slope == 1 else 0.5  # a line that rises slowly crosses others in its middle
    place = eps.min() ** (1 - share) * eps.max() ** share
    axes.plot(eps, height * eps**slope, **TRUTH)
    left = slope == 1
    axes.annotate(
        f"slope {slope}", (place, height * place**slope), xytext=(-4 if left else 4, -10 if below else 4),
        textcoords="offset points", ha="right" if left else "left",
    )  # fmt: skip


# --- Bias and variance --------------------------------------------------------------------------------------


def _fits_words(
    x: NDArray,
    fits: Mapping[str, NDArray],
    *,
    truth: NDArray,
    data: tuple[NDArray, NDArray] | None,
) -> str:
    panels = []
    for title, predictions in fits.items():
        predictions = np.asarray(predictions)
        off = np.sqrt(np.mean((predictions.mean(axis=0) - truth) ** 2))
        apart = np.sqrt(np.mean(predictions.var(axis=0)))
        panels.append(
            f"{title}: {len(predictions)} fits, their mean {off:.3g} off the truth, each {apart:.3g} off "
            "their mean (root mean squares)"
        )
    dots = "" if data is None else f" Dots: one training set of {len(data[0])} examples."
    return plain(
        f"Fits to many training sets as thin lines, their mean dashed, and the truth, between "
        f"{np.min(truth):.3g} and {np.max(truth):.3g}, one panel per model. {'; '.join(panels)}.{dots}"
    )


@figure(_fits_words)
def fits(
    x: NDArray,
    fits: Mapping[str, NDArray],
    *,
    truth: NDArray,
    data: tuple[NDArray, NDArray] | None = None,
) -> NDArray:
    """Models fitted to many training sets, their mean and the truth, one panel per model.

    Parameters
    ----------
    x : array_like of shape (n,)
        Inputs, rising.
    fits : mapping of str to array_like of shape (R, n)
        Predictions of R fitted models, by the title of the model. At most 30 of them are drawn.
    truth : array_like of shape (n,)
        What they should predict.
    data : pair of array_like of shape (m,), optional
        Inputs and targets of one of the training sets.

    Returns
    -------
    panels : ndarray of Axes of shape (len(fits),)

    Slides
    ------
    "Bias-Variance Example"; "How to address overfitting" (erratum E29).

    Examples
    --------
    >>> panels = fits([0.0, 1.0], {"line": [[0.1, 0.9], [-0.1, 1.1]]}, truth=[0.0, 1.0])
    >>> [line.get_label() for line in panels[0].get_lines()[-2:]]
    ['truth', 'mean of the fits']
    """
    panels = new_panels(len(fits), width=max(6.0, 2.6 * len(fits)), height=3.0, sharey=True)
    shown = np.ravel(truth) if data is None else np.concatenate([np.ravel(truth), np.ravel(data[1])])
    margin = 0.4 * (np.ptp(shown) or 1.0)
    for axes, (title, predictions) in zip(panels, fits.items(), strict=True):
        predictions = np.asarray(predictions)
        if data is not None:
            dots = DATA | {"zorder": 2.5, "color": "0.35", "markersize": 5}
            axes.plot(*data, label="one training set", **dots)
        thin = {"color": OKABE_ITO["sky blue"], "linestyle": "-", "marker": "none", "linewidth": 0.8}
        axes.plot(x, predictions[:30].T, **thin, alpha=0.6, zorder=2)
        axes.plot([], [], label="fits", **thin)
        axes.plot(x, truth, label="truth", **TRUTH | {"linewidth": 1.8, "zorder": 3})
        dashed = thin | {"color": OKABE_ITO["vermillion"], "linestyle": "--", "linewidth": 1.8}
        axes.plot(
            x, predictions.mean(axis=0), label="mean of the fits", **dashed, path_effects=halo(), zorder=4
        )
        axes.set(xlabel="$x$", title=title, ylim=(np.min(shown) - margin, np.max(shown) + margin))
    panels[0].set_ylabel("$y$")
    legend_beside(panels[-1])
    return panels
