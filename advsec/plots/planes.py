"""Figures of two variables at once: landscapes with the paths of optimisers, grids of numbers, regions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .style import (
    LINES,
    OKABE_ITO,
    WIDEST,
    figure,
    guides,
    legend_beside,
    new_panels,
    plain,
    values_to_colors,
)


if TYPE_CHECKING:
    from matplotlib.axes import Axes


Landscape = Callable[[NDArray], NDArray]
END: dict[str, Any] = {"linestyle": "none", "markersize": 8, "markeredgecolor": "black", "markevery": 1}
PANELS_IN_A_ROW = 4  # of regions; more of them would be too narrow to read
CELLS_WITH_NUMBERS = 12  # rows and columns up to which a number fits into a cell


# --- Landscapes ---------------------------------------------------------------------------------------------


def _contours_words(
    f: Landscape | Mapping[str, Landscape],
    paths: Mapping[str, NDArray],
    *,
    minimum: NDArray | None,
    window: NDArray | None,
) -> str:
    panels = []
    for title, path in paths.items():
        path = np.asarray(path)
        with np.errstate(all="ignore"):  # a path may diverge
            first, last = (float(_landscape(f, title)(path[end])) for end in (0, -1))
            turns = np.sum(np.diff(np.sign(np.diff(path, axis=0)), axis=0).any(axis=1))
        panels.append(
            f"{title}: from {first:.3g} at {_point(path[0])} to {last:.3g} at {_point(path[-1])}, steps: "
            f"{len(path) - 1}, changes of direction: {turns}"
        )
    star = "" if minimum is None else f" A star marks the minimum at {_point(minimum)}."
    return plain(f"Contours with the path of an optimiser, one panel each. {'; '.join(panels)}.{star}")


def _landscape(f: Landscape | Mapping[str, Landscape], title: str) -> Landscape:
    return f[title] if isinstance(f, Mapping) else f


def _point(w: NDArray) -> str:
    return f"({w[0]:.3g}, {w[1]:.3g})"


@figure(_contours_words)
def contours(
    f: Landscape | Mapping[str, Landscape],
    paths: Mapping[str, NDArray],
    *,
    minimum: NDArray | None = None,
    window: NDArray | None = None,
) -> NDArray:
    """Paths of optimisers over the contours of what they minimise, one panel each, all of one scale.

    Parameters
    ----------
    f : callable, or mapping of str to callable
        Values of shape (...,) of points of shape (..., 2); one for each path where they differ.
    paths : mapping of str to array_like of shape (T + 1, 2)
        Points from the start to the last one, by the title of the panel.
    minimum : array_like of shape (2,), optional
        Point to mark by a star.
    window : array_like of shape (2, 2), optional
        Lower left and upper right corner of the panels, for a path that leaves; by default all points fit.

    Returns
    -------
    panels : ndarray of Axes of shape (len(paths),)

    Slides
    ------
    "Gradient descent": oscillation on an ill-conditioned problem (erratum E12).

    Examples
    --------
    >>> panels = contours(lambda w: np.sum(w**2, axis=-1), {"gd": [[1.0, 1.0], [0.1, 0.1]]})
    >>> [line.get_label() for line in panels[0].get_lines()]
    ['steps', 'start', 'end']
    """
    low, high = _window(paths, minimum) if window is None else np.asarray(window, dtype=np.float64)
    legend = 1.8
    width = min(2.8, (WIDEST - legend) / len(paths))
    size = {"width": width * len(paths) + legend, "height": 0.9 + width * (high - low)[1] / (high - low)[0]}
    panels = new_panels(len(paths), **size, sharex=True, sharey=True)
    x, y = np.linspace(low, high, 200).T
    points = np.stack(np.meshgrid(x, y), axis=-1)
    for axes, (title, path) in zip(panels, paths.items(), strict=True):
        values = np.asarray(_landscape(f, title)(points))
        # Rings that share the area evenly show a flat valley and steep walls alike.
        rings = np.unique(np.quantile(values, np.linspace(0, 1, 14)[1:-1]))
        axes.contour(x, y, values, levels=rings, colors="0.7", linewidths=0.8, zorder=1)
        _draw_path(axes, np.asarray(path))
        if minimum is not None:
            star = END | {"color": "black", "marker": "*", "markersize": 13, "markeredgecolor": "white"}
            axes.plot(*minimum, label="minimum", **star, zorder=4)
        axes.set(xlabel="$w_1$", title=title, xlim=(low[0], high[0]), ylim=(low[1], high[1]), aspect="equal")
        axes.grid(visible=False)
    panels[0].set_ylabel("$w_2$")
    legend_beside(panels[-1])
    return panels


def _window(paths: Mapping[str, NDArray], minimum: NDArray | None) -> tuple[NDArray, NDArray]:
    """Corners of what to show: all points with a margin, half to once as high as wide."""
    points = [np.reshape(path, (-1, 2)) for path in paths.values()]
    points = np.concatenate([*points, [minimum]] if minimum is not None else points)
    points = points[np.isfinite(points).all(axis=1)]
    low, high = points.min(axis=0), points.max(axis=0)
    width, height = 1.2 * (high - low)
    width = max(width, height) or 1.0
    half = np.array([width, max(height, width / 2)]) / 2
    return (low + high) / 2 - half, (low + high) / 2 + half


def _draw_path(axes: Axes, path: NDArray) -> None:
    dots: dict[str, Any] = {"marker": "." if len(path) <= 100 else "none", "markersize": 4, "markevery": 1}
    axes.plot(*path.T, color=OKABE_ITO["blue"], linestyle="-", linewidth=1, **dots, label="steps", zorder=2)
    axes.plot(*path[0], label="start", **END | {"marker": "o", "color": "white"}, zorder=3)
    axes.plot(*path[-1], label="end", **END | {"marker": "s", "color": OKABE_ITO["vermillion"]}, zorder=3)


# --- Grids --------------------------------------------------------------------------------------------------


def _heat_maps_words(
    maps: Mapping[str, NDArray],
    *,
    rows: Sequence[Any],
    columns: Sequence[Any],
    ylabel: str,
    xlabel: str,
    label: str,
    limits: tuple[float, float] | None,
) -> str:
    panels = []
    for title, values in maps.items():
        values = np.asarray(values, dtype=np.float64)
        known = values[np.isfinite(values)]
        if not known.size:
            panels.append(f"{title}: no finite value")
            continue
        extremes = []
        for name, at in (("lowest", np.nanargmin(values)), ("highest", np.nanargmax(values))):
            i, j = np.unravel_index(at, values.shape)
            extremes.append(
                f"{name} {values[i, j]:.3g} at {_name(rows[int(i)])} and {_name(columns[int(j)])}"
            )
        middle = np.mean(_limits(maps, limits))
        panels.append(
            f"{title}: {', '.join(extremes)}, median {np.median(known):.3g}, {np.sum(known > middle)} of "
            f"{known.size} cells above {middle:.3g}"
        )
    return plain(
        f"Grids of {label}, darker for larger, with {len(rows)} rows ({ylabel} from {_name(rows[0])} to "
        f"{_name(rows[-1])}) and {len(columns)} columns ({xlabel} from {_name(columns[0])} to "
        f"{_name(columns[-1])}). {'; '.join(panels)}."
    )


def _name(value: Any) -> str:
    return value if isinstance(value, str) else f"{value:.3g}"


def _limits(maps: Mapping[str, NDArray], limits: tuple[float, float] | None) -> tuple[float, float]:
    """Smallest and largest value of all maps, unless limits are given."""
    values = np.concatenate([np.ravel(values) for values in maps.values()])
    values = values[np.isfinite(values)]
    return limits or ((float(values.min()), float(values.max())) if values.size else (0.0, 1.0))


@figure(_heat_maps_words)
def heat_maps(
    maps: Mapping[str, NDArray],
    *,
    rows: Sequence[Any],
    columns: Sequence[Any],
    ylabel: str,
    xlabel: str,
    label: str,
    limits: tuple[float, float] | None = None,
) -> NDArray:
    """Numbers in a grid, darker for larger, with one scale for all panels.

    Parameters
    ----------
    maps : mapping of str to array_like of shape (r, c)
        Numbers by the title of the panel, row 0 on top; a cell that is not finite stays empty.
    rows, columns : sequence of str or float of length r and of length c
        What the rows and the columns stand for.
    ylabel, xlabel : str
        What `rows` and `columns` are.
    label : str
        What the numbers measure.
    limits : pair of float, optional
        Light and dark end of the scale, by default the smallest and the largest number.

    Returns
    -------
    panels : ndarray of Axes of shape (len(maps),)

    Slides
    ------
    "AMSGrad": where Adam fails, by its memory and by how rare the large gradient is (erratum E18).

    Examples
    --------
    >>> maps = {"Adam": [[1.0, -1.0]]}
    >>> panels = heat_maps(maps, rows=[0.9], columns=[3, 5], ylabel="beta2", xlabel="C", label="end")
    >>> [text.get_text() for text in panels[0].texts]
    ['1', '-1']
    """
    low, high = _limits(maps, limits)
    per_panel = max(3.2, 0.45 * min(len(columns), CELLS_WITH_NUMBERS) + 1)
    height = 1.4 + max(1.6, 0.32 * min(len(rows), CELLS_WITH_NUMBERS))
    panels = new_panels(len(maps), width=max(6.0, per_panel * len(maps) + 0.8), height=height, sharey=True)
    for axes, (title, values) in zip(panels, maps.items(), strict=True):
        values = np.asarray(values, dtype=np.float64)
        shown = np.ma.masked_invalid(values)
        colors = {"cmap": values_to_colors(), "vmin": low, "vmax": high}
        image = axes.pcolormesh(shown, **colors)
        if max(values.shape) <= CELLS_WITH_NUMBERS:
            image.set(edgecolor="0.85", linewidth=0.5)
            _write_cells(axes, values, low, high)
        _ticks(axes.set_xticks, columns)
        _ticks(axes.set_yticks, rows)
        axes.set(xlabel=xlabel, title=title)
        axes.tick_params(length=0)
        axes.grid(visible=False)
    panels[0].set_ylabel(ylabel)
    panels[0].invert_yaxis()
    panels[0].figure.colorbar(image, ax=panels, label=label)
    return panels


def _write_cells(axes: Axes, values: NDArray, low: float, high: float) -> None:
    for (i, j), value in np.ndenumerate(values):
        if np.isfinite(value):
            share = (value - low) / ((high - low) or 1.0)
            color = "white" if share > 0.5 else "black"
            axes.text(j + 0.5, i + 0.5, f"{value:z.2g}", ha="center", va="center", color=color, fontsize=8)


def _ticks(set_ticks: Callable, names: Sequence[Any]) -> None:
    """Names in the middle of their cells, as many as fit."""
    every = 1 if len(names) <= CELLS_WITH_NUMBERS else -(-len(names) // 8)
    set_ticks(np.arange(0, len(names), every) + 0.5, [_name(name) for name in names[::every]])


def _mask_grid_words(masks: NDArray, keep_prob: float) -> str:
    masks = np.asarray(masks)
    kept = masks.mean(axis=0)
    return (
        f"Left, a grid of {masks.shape[0]} examples by {masks.shape[1]} units: dark where a unit is kept, "
        "crossed out where it is dropped. Right, the share of examples that keep each unit, from "
        f"{kept.min():.3g} to {kept.max():.3g}, {masks.mean():.3g} in all; a line at {keep_prob:.3g}."
    )


@figure(_mask_grid_words)
def mask_grid(masks: NDArray, keep_prob: float) -> NDArray:
    """Which units dropout keeps for each example, and the share of examples that keep each unit.

    Parameters
    ----------
    masks : array_like of bool of shape (m, n)
        True = kept.
    keep_prob : float in (0, 1]
        Probability of keeping a unit.

    Returns
    -------
    panels : ndarray of Axes of shape (2,)

    Slides
    ------
    "Inverted dropout": D, drawn anew for each example (erratum E32).

    Examples
    --------
    >>> panels = mask_grid([[True, False], [True, True]], keep_prob=0.7)
    >>> [float(bar.get_height()) for bar in panels[1].patches]
    [1.0, 0.5]
    """
    masks = np.asarray(masks, dtype=bool)
    m, n = masks.shape
    grid, shares = panels = new_panels(2, width=9.0, height=3.4)
    edges = np.arange(n + 1) - 0.5, np.arange(m + 1) - 0.5
    blue = {"cmap": values_to_colors(), "vmin": 0, "vmax": 1.5}
    grid.pcolormesh(*edges, masks.astype(float), **blue, edgecolors="0.8", linewidth=0.5)
    example, unit = np.nonzero(~masks)
    grid.plot(unit, example, color="0.4", linestyle="none", marker="x", markevery=1)
    grid.set(xlabel="unit", ylabel="example", title="kept (dark) or dropped (×)")
    grid.invert_yaxis()
    shares.bar(np.arange(n), masks.mean(axis=0), width=0.8, color=OKABE_ITO["blue"])
    guides(shares, y={"keep_prob": keep_prob})
    shares.set(xlabel="unit", title="share of examples that keep it", ylim=(0, 1.02))
    for axes in panels:
        axes.grid(visible=False)
    legend_beside(shares)
    return panels


# --- Regions ------------------------------------------------------------------------------------------------


def _decision_regions_words(
    x1: NDArray, x2: NDArray, regions: Mapping[str, NDArray], X: NDArray, y: NDArray
) -> str:
    wrong = "; ".join(
        f"{title}: {np.mean(_label_at(x1, x2, region, X) != y):.1%} of the examples on the wrong side, "
        f"class 1 has {np.mean(np.equal(region, 1)):.0%} of the area"
        for title, region in regions.items()
    )
    return plain(
        f"{np.sum(np.equal(y, 0))} circles of class 0 and {np.sum(np.equal(y, 1))} triangles of class 1 in a "
        f"plane, which each model divides into a light region and a shaded one. {wrong}."
    )


def _label_at(x1: NDArray, x2: NDArray, region: NDArray, X: NDArray) -> NDArray:
    """Class of the grid point nearest to each example."""
    columns = np.argmin(np.abs(np.subtract.outer(np.asarray(X)[:, 0], x1)), axis=1)
    rows = np.argmin(np.abs(np.subtract.outer(np.asarray(X)[:, 1], x2)), axis=1)
    return np.asarray(region)[rows, columns]


@figure(_decision_regions_words)
def decision_regions(
    x1: NDArray, x2: NDArray, regions: Mapping[str, NDArray], X: NDArray, y: NDArray
) -> NDArray:
    """Regions that models give to two classes, and the examples, those on the wrong side ringed.

    Parameters
    ----------
    x1, x2 : array_like of shape (w,) and of shape (h,)
        Grid of inputs, rising.
    regions : mapping of str to array_like of shape (h, w)
        Class of every grid point, 0 or 1, by the title of the panel.
    X : array_like of shape (m, 2)
        Examples.
    y : array_like of shape (m,)
        Their classes, 0 or 1.

    Returns
    -------
    panels : ndarray of Axes of shape (len(regions),)

    Slides
    ------
    "Bias-Variance Example".

    Examples
    --------
    >>> X, y, everywhere = [[0.0, 0.0], [1.0, 1.0]], [0, 1], [[0, 0], [0, 0]]
    >>> panels = decision_regions([0.0, 1.0], [0.0, 1.0], {"class 0 everywhere": everywhere}, X, y)
    >>> len(panels[0].get_lines()[-1].get_xdata())  # on the wrong side
    1
    """
    X, y = np.asarray(X), np.asarray(y)
    rows = 1 if len(regions) <= PANELS_IN_A_ROW else 2
    columns = -(-len(regions) // rows)
    size = {"width": max(6.0, 2.2 * columns + 1.6), "height": 0.2 + 2.6 * rows}
    panels = new_panels(len(regions), rows=rows, **size, sharex=True, sharey=True)
    for axes, (title, region) in zip(panels, regions.items(), strict=True):
        region = np.asarray(region, dtype=np.float64)
        axes.pcolormesh(x1, x2, region, cmap="Greys", vmin=0, vmax=6, zorder=0)
        if np.ptp(region):
            axes.contour(x1, x2, region, levels=[0.5], colors="black", linewidths=1.2, zorder=1)
        for label in (0, 1):
            points = {"marker": "o^"[label], "color": LINES["color"][label], "markeredgecolor": "white"}
            axes.plot(*X[y == label].T, **END | points | {"markersize": 6}, label=f"class {label}")
        wrong = X[_label_at(x1, x2, region, X) != y]
        ring = {"marker": "o", "fillstyle": "none", "markersize": 10}
        axes.plot(*wrong.T, **END | ring, label="on the wrong side")
        axes.set(xlabel="$x_1$", title=title)
        axes.grid(visible=False)
    for axes in panels[::columns]:
        axes.set_ylabel("$x_2$")
    legend_beside(panels[columns - 1])
    return panels
