"""Figures of the fourth lecture: what a difference quotient is, and what its error is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .lines import power_of_ten
from .style import (
    DATA,
    HIGHLIGHT,
    TRUTH,
    check_styles,
    figure,
    guides,
    legend_beside,
    look,
    new_axes,
    new_panels,
    plain,
)


if TYPE_CHECKING:
    from matplotlib.axes import Axes


# --- Differences --------------------------------------------------------------------------------------------


def _chords_words(functions: Mapping[str, Callable[[NDArray], NDArray]], x: float, eps: float) -> str:
    panels = []
    for title, f in functions.items():
        forward, central = _slopes(f, x, eps)
        panels.append(
            f"{title}: forward chord with slope {forward:.3g}, central chord with slope {central:.3g}"
        )
    return plain(
        f"Functions near {x:.3g} with two chords, one panel each: the forward one joins their values at "
        f"{x:.3g} and {x + eps:.3g}, the central one those at {x - eps:.3g} and {x + eps:.3g}. "
        f"{'; '.join(panels)}."
    )


def _slopes(f: Callable[[NDArray], NDArray], x: float, eps: float) -> tuple[float, float]:
    left, middle, right = (float(f(np.asarray(place))) for place in (x - eps, x, x + eps))
    return (right - middle) / eps, (right - left) / (2 * eps)


@figure(_chords_words)
def chords(functions: Mapping[str, Callable[[NDArray], NDArray]], x: float, eps: float) -> NDArray:
    """Functions of one variable with the chords whose slopes are the forward and the central difference.

    Parameters
    ----------
    functions : mapping of str to callable
        Functions by their title; each maps an array to the array of its values.
    x : float
        Where the derivative is wanted.
    eps : float > 0
        Step of the differences.

    Returns
    -------
    panels : ndarray of Axes of shape (len(functions),)

    Slides
    ------
    "Gradient checking": its limit is that of the central chord (erratum E25).

    Examples
    --------
    >>> panels = chords({"square": lambda x: x**2}, 1.0, 0.5)
    >>> [line.get_label() for line in panels[0].get_lines()[1:3]]
    ['forward: 2.5', 'central: 2']
    """
    panels = new_panels(len(functions), width=max(5.0, 4.6 * len(functions)), height=3.2)
    places = np.linspace(x - 2 * eps, x + 2 * eps, 401)
    for axes, (title, f) in zip(panels, functions.items(), strict=True):
        left, middle, right = (float(f(np.asarray(place))) for place in (x - eps, x, x + eps))
        forward, central = _slopes(f, x, eps)
        axes.plot(places, f(places), label="$f$", **TRUTH | {"linewidth": 1.8})
        lines = {
            "forward": (forward, middle),
            "central": (central, (left + right) / 2),
        }
        for i, (label, (slope, height)) in enumerate(lines.items(), start=1):
            style = look(i) | {"marker": "none", "markevery": 1}
            axes.plot(places, height + slope * (places - x), label=f"{label}: {slope:.3g}", **style)
        axes.plot(
            [x - eps, x, x + eps], [left, middle, right], **HIGHLIGHT | {"markersize": 6, "color": "black"}
        )
        axes.set(title=title, xlabel="$x$", xticks=[x - eps, x, x + eps])
        axes.set_xticklabels([r"$x - \epsilon$", "$x$", r"$x + \epsilon$"])
        axes.legend(loc="best")
    panels[0].set_ylabel("$f(x)$")
    return panels


# --- Errors -------------------------------------------------------------------------------------------------


def _error_parts_words(
    eps: NDArray, measured: NDArray, parts: Mapping[str, NDArray], mark: float | None
) -> str:
    eps = np.asarray(eps, dtype=np.float64)
    lines = "; ".join(f"{label}: {_ends(eps, part)}" for label, part in parts.items())
    total = np.sum(list(parts.values()), axis=0)
    at_mark = ""
    if mark is not None:
        heights = ", ".join(f"{label} {_height(mark, eps, part):.2g}" for label, part in parts.items())
        at_mark = f" At the marked step {mark:.2g}: {heights}."
    return plain(
        "Relative error against the step, both axes logarithmic. Lines for its parts in theory, "
        f"{lines}; their sum is lowest at {eps[np.argmin(total)]:.1e}. "
        f"Dots: {np.size(measured)} measured errors, {_ends(eps, measured)}.{at_mark}"
    )


def _ends(eps: NDArray, error: NDArray) -> str:
    return f"about {power_of_ten(error[0])} at {eps[0]:.0e} and {power_of_ten(error[-1])} at {eps[-1]:.0e}"


def _height(mark: float, eps: NDArray, part: NDArray) -> float:
    return float(np.exp(np.interp(np.log(mark), np.log(eps), np.log(part))))


@figure(_error_parts_words)
def error_parts(
    eps: NDArray, measured: NDArray, parts: Mapping[str, NDArray], *, mark: float | None = None
) -> Axes:
    """Measured errors of a numerical derivative, and the parts that theory says they are made of.

    Parameters
    ----------
    eps : array_like of shape (E,)
        Steps, rising.
    measured : array_like of shape (E,)
        Error at each step.
    parts : mapping of str to array_like of shape (E,)
        At most 4 parts by their label, all > 0; their sum is drawn too.
    mark : float, optional
        A step at which the parts are compared.

    Returns
    -------
    axes : Axes

    Raises
    ------
    ValueError
        "labels must be at most 5 in one panel, got ['sum', 'b', 'c', 'd', 'e', 'f']".

    Slides
    ------
    "Gradient checking": truncation is one part of the error (erratum E26).

    Examples
    --------
    >>> axes = error_parts([0.01, 0.1], [2e-4, 2e-2], {"truncation": [1e-4, 1e-2]}, mark=0.1)
    >>> [line.get_label() for line in axes.get_lines()[1:3]]
    ['truncation', 'sum']
    """
    check_styles({"sum": None, **parts})
    axes = new_axes()
    eps = np.asarray(eps, dtype=np.float64)
    axes.loglog(eps, measured, label="measured", **DATA | {"markersize": 6})
    for i, (label, part) in enumerate(parts.items(), start=1):
        axes.plot(eps, part, label=label, **look(i) | {"marker": "none", "markevery": 1})
    total = np.sum(list(parts.values()), axis=0)
    axes.plot(eps, total, label="sum", **TRUTH | {"color": "0.8", "linewidth": 6, "zorder": 1.5})
    if mark is not None:
        guides(axes, {"step": mark})
        for i, part in enumerate(parts.values(), start=1):
            at = look(i) | {"linestyle": "none", "markevery": 1, "markersize": 9}
            axes.plot([mark], [_height(mark, eps, np.asarray(part))], **at, zorder=6)
    axes.set(xlabel=r"step $\epsilon$", ylabel="relative error")
    axes.set_ylim(float(np.min(total)) / 1000, float(np.max(total)) * 3)
    legend_beside(axes)
    return axes
