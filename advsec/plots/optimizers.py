"""Figures of the second lecture: where momentum is stable and how quick, and what each step of Adam does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .style import (
    DATA,
    LINES,
    OKABE_ITO,
    TRUTH,
    check_styles,
    figure,
    halo,
    legend_beside,
    look,
    new_panels,
    plain,
    values_to_colors,
)


if TYPE_CHECKING:
    from matplotlib.axes import Axes


# --- Momentum -----------------------------------------------------------------------------------------------


def _radius(x: NDArray, beta: NDArray) -> NDArray:
    """Modulus of the larger root of r**2 - (1 + beta - x) r + beta."""
    half = np.asarray((1 + beta - x) / 2, dtype=np.complex128)
    root = np.sqrt(half**2 - beta)
    return np.maximum(np.abs(half + root), np.abs(half - root))


def _momentum_plane_words(points: Mapping[str, NDArray], paths: Mapping[str, NDArray]) -> str:
    places = []
    for label, (x, beta) in points.items():
        radius = float(_radius(np.asarray(x), np.asarray(beta)))
        kind = "unstable" if radius > 1 else "oscillates" if x > (1 - np.sqrt(beta)) ** 2 else "creeps"
        course = f", {np.abs(paths[label][-1]):.1g} from the minimum at the end" if label in paths else ""
        places.append(f"{label}: step {x:.3g} at beta {beta:.3g} has factor {radius:.3f} and {kind}{course}")
    return plain(
        "Left, the plane of (1 - beta) lr curvature, 0 to 4, and beta, 0 to 1: darker where an error shrinks "
        "more slowly, white where it grows, right of a straight line from (2, 0) to (4, 1). A dashed curve "
        "from (1, 0) to (0, 1) parts creeping, below it, from oscillation. Right, the weight over the "
        f"steps at the marked points. {'; '.join(places)}."
    )


@figure(_momentum_plane_words)
def momentum_plane(points: Mapping[str, NDArray], paths: Mapping[str, NDArray]) -> NDArray:
    """How quickly momentum shrinks an error, for every step and every memory, and the weight at some of them.

    Parameters
    ----------
    points : mapping of str to array_like of shape (2,)
        At most 5 points by their label: (1 - beta) lr times the curvature, and beta.
    paths : mapping of str to array_like of shape (T + 1,)
        Weight before, between and after the steps at these points, the minimum being 0.

    Returns
    -------
    panels : ndarray of Axes of shape (2,)

    Raises
    ------
    ValueError
        "labels must be at most 5 in one panel, got ['a', 'b', 'c', 'd', 'e', 'f']".

    Slides
    ------
    "Gradient descent with momentum" (erratum E14).

    Examples
    --------
    >>> plane, way = momentum_plane({"A": [0.1, 0.5]}, {"A": [1.0, 0.9, 0.7]})
    >>> way.get_lines()[0].get_ydata().tolist()
    [1.0, 0.9, 0.7]
    """
    check_styles(points)
    plane, way = panels = new_panels(2, width=10.0, height=3.6)
    x, beta = np.meshgrid(np.linspace(0.005, 4, 240), np.linspace(0, 0.995, 160))
    radius = _radius(x, beta)
    stable = np.ma.masked_where(radius > 1, radius)
    bands = values_to_colors().resampled(10)  # which the palette of a small image can hold
    image = plane.pcolormesh(x, beta, stable, cmap=bands, vmin=0, vmax=1)
    plane.figure.colorbar(image, ax=plane, label="factor per step")
    rows = np.linspace(0, 0.995, 200)
    thin = TRUTH | {"path_effects": halo(), "zorder": 3}
    plane.plot((1 - np.sqrt(rows)) ** 2, rows, **thin | {"linestyle": "--"})
    plane.plot(2 * (1 + rows), rows, **thin)
    spot: dict[str, Any] = {"linestyle": "none", "markersize": 9, "markeredgecolor": "white", "markevery": 1}
    for i, (label, point) in enumerate(points.items()):
        mark = {"marker": LINES["marker"][i], "color": LINES["color"][i]}
        plane.plot(*point, **spot | mark, zorder=5)
        side = {"xytext": (7, 5)} if point[0] < 3.5 else {"xytext": (-7, 5), "ha": "right"}
        plane.annotate(label, tuple(point), textcoords="offset points", path_effects=halo(), zorder=6, **side)
    plane.set(xlabel=r"$(1-\beta)\,\alpha\lambda$", ylabel=r"$\beta$", xlim=(0, 4), ylim=(0, 1))
    plane.grid(visible=False)
    for i, (label, path) in enumerate(paths.items()):
        way.plot(np.clip(path, -9, 9), label=label, path_effects=halo(), **look(i))
    way.set(xlabel="step $t$", ylabel="$w$", ylim=(-1.6, 1.6))
    if paths:
        legend_beside(way)
    return panels


# --- Adam ---------------------------------------------------------------------------------------------------


def _adam_steps_words(gradients: NDArray, steps: Mapping[str, NDArray]) -> str:
    gradients = np.asarray(gradients)
    courses = "; ".join(
        f"{label}: first {line[0]:.3g}, largest {line[np.argmax(np.abs(line))]:.3g} at step "
        f"{np.argmax(np.abs(line)) + 1}, last {line[-1]:z.2g}"
        for label, line in ((label, np.asarray(line)) for label, line in steps.items())
    )
    return plain(
        f"Left, {len(gradients)} gradients between {gradients.min():.3g} and {gradients.max():.3g}, the "
        f"first {gradients[0]:.3g}. Right, steps in units of the learning rate, logarithmic beyond 1. "
        f"{courses}."
    )


@figure(_adam_steps_words)
def adam_steps(gradients: NDArray, steps: Mapping[str, NDArray]) -> NDArray:
    """Gradients, and the step that each version of an optimiser takes on each of them.

    Parameters
    ----------
    gradients : array_like of shape (T,)
        Gradients of one weight.
    steps : mapping of str to array_like of shape (T,)
        Steps against the gradient, in units of the learning rate, by at most 5 versions.

    Returns
    -------
    panels : ndarray of Axes of shape (2,)

    Raises
    ------
    ValueError
        "labels must be at most 5 in one panel, got ['a', 'b', 'c', 'd', 'e', 'f']".

    Slides
    ------
    "Adaptive moment estimation (Adam)" (erratum E15).

    Examples
    --------
    >>> panels = adam_steps([1.0, 1.0], {"right": [1.0, 1.0], "slide": [31.6, 22.4]})
    >>> [line.get_label() for line in panels[1].get_lines()]
    ['right', 'slide']
    """
    check_styles(steps)
    left, right = panels = new_panels(2, width=10.0, height=3.2, width_ratios=[1, 1.6])
    t = np.arange(1, len(np.ravel(gradients)) + 1)
    left.plot(t, gradients, **DATA | {"color": OKABE_ITO["black"], "markersize": 5})
    left.set(xlabel="step $t$", ylabel="gradient")
    left.margins(y=0.2)
    for i, (label, line) in enumerate(steps.items()):
        _draw(right, i, t, np.asarray(line), label)
    right.set_yscale("symlog", linthresh=1.0)
    right.set(xlabel="step $t$", ylabel="step / learning rate")
    right.yaxis.set_major_formatter("{x:g}")
    legend_beside(right)
    return panels


def _draw(axes: Axes, i: int, t: NDArray, line: NDArray, label: str) -> None:
    markers = {"markevery": 1} if len(line) < 15 else {}
    axes.plot(t, line, label=label, path_effects=halo(), **look(i) | markers)
