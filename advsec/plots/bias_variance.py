"""Figures of the two errors that a diagnosis starts from, and of what moves them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from .style import TRUTH, check_styles, figure, halo, legend_beside, look, new_panels, plain


# The common start of all paths, around which their lines stay visible.
START = TRUTH | {"linestyle": "none", "marker": "o", "markersize": 9, "fillstyle": "none", "zorder": 6}


def _error_plane_words(panels: Mapping[str, Mapping[str, NDArray]], *, start: str) -> str:
    described = []
    for title, paths in panels.items():
        ends = [np.asarray(path, dtype=np.float64)[[0, -1]] for path in paths.values()]
        moves = [f"{label} to {_place(end[1])}" for label, end in zip(paths, ends, strict=True)]
        described.append(f"{title}: {start} {_place(ends[0][0])}; {', '.join(moves)}")
    return plain(
        "Paths in the plane of the training error and of the gap from it to the validation error, one panel "
        f"each, in per cent rounded to fives. {'. '.join(described)}."
    )


def _place(errors: NDArray) -> str:
    """Training error and gap, so coarse that a network trained on another processor gets the same words."""
    train, val = errors
    error, gap = (5 * round(20 * float(share)) for share in (train, val - train))
    return f"error {error} and gap {gap}"


@figure(_error_plane_words)
def error_plane(panels: Mapping[str, Mapping[str, NDArray]], *, start: str = "as it is") -> NDArray:
    """Where training error and gap are, and where each of some changes moves them.

    Parameters
    ----------
    panels : mapping of str to mapping of str to array_like of shape (n, 2)
        By the title of the panel and the label of the change, which are the same in all panels and at most
        5: training and validation error, as fractions, from the common start on.
    start : str, default "as it is"
        What the first point of all paths is called.

    Returns
    -------
    axes : ndarray of Axes of shape (len(panels),)

    Raises
    ------
    ValueError
        "labels must be at most 5 in one panel, got ['a', 'b', 'c', 'd', 'e', 'f']".

    Slides
    ------
    "Orthogonalization": a knob that turns one thing only moves along one axis.

    Examples
    --------
    >>> (axes,) = error_plane({"patient": {"more data": [[0.0, 0.1], [0.0, 0.02]]}})
    >>> axes.get_lines()[1].get_ydata().round(6).tolist()
    [10.0, 2.0]
    """
    for paths in panels.values():
        check_styles(paths)
    width = 2.3 * len(panels) + 2.2
    axes = new_panels(len(panels), width=max(6.5, width), height=3.2, sharex=True, sharey=True)
    for panel, (title, paths) in zip(axes, panels.items(), strict=True):
        train, val = 100 * np.asarray(next(iter(paths.values())), dtype=np.float64).T
        panel.plot(train[0], (val - train)[0], label=start, **START)
        for i, (label, path) in enumerate(paths.items()):
            train, val = 100 * np.asarray(path, dtype=np.float64).T
            # Markers where a change leads, not where it starts.
            style = look(i) | {"markevery": slice(1, None)}
            panel.plot(train, val - train, label=label, path_effects=halo(), **style)
        panel.axhline(0, color="0.6", linewidth=1, zorder=1)
        panel.set(xlabel="training error in %", title=title)
    axes[0].set_ylabel("validation − training, in %")
    legend_beside(axes[-1])
    return axes
