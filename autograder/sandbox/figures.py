"""A student's figure as pixels: drawn once, at the size that is looked at.

Jupyter draws a figure twice, the first time only to see what reaches past its edges, and packs it as a PNG.
Here it is drawn with a margin around it, which is cut off again, and stays pixels: so they travel anyway.
"""

import contextlib
import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .images import MAX_SIDE, SHOWN_SIDE


if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.transforms import Bbox, BboxBase


POINTS = 72
# Inches around a figure, in which titles, labels and legends may stand.
MARGIN = 1.0
# What stays of them around what is drawn, as in Jupyter.
PADDING = 0.1


@dataclass(frozen=True)
class Drawn:
    """Pixels of shape (height, width, 3), or (height, width, 4) where something can be seen through."""

    pixels: np.ndarray


def drawn(figure: "Figure") -> Drawn | None:
    """A figure and whatever stands beside it; None where there is nothing on it.

    Raises whatever matplotlib does, such as of a formula that has no end.
    """
    if not figure.axes and not figure.lines:
        return None
    side = max(figure.get_size_inches())
    # What is larger than a page would be made smaller there.
    dpi = min(figure.dpi, SHOWN_SIDE / side, MAX_SIDE / (side + 2 * MARGIN))
    pixels = None
    if _is_together(figure):
        pixels = _cut_out(_pixels(figure, dpi, _with_margin(figure)), round(PADDING * dpi))
    if pixels is None:  # Jupyter's way finds whatever stands further away
        pixels = _pixels(figure, dpi, "tight")
    opaque = (pixels[..., 3] == 255).all()
    return Drawn(np.ascontiguousarray(pixels[..., :3] if opaque else pixels))


def close_fonts() -> None:
    """Let go of the fonts that are open: before a fork, since matplotlib has every fork do that again."""
    if fonts := sys.modules.get("matplotlib.font_manager"):
        with contextlib.suppress(AttributeError):  # it is an inner name of matplotlib
            fonts._get_font.cache_clear()


class _Buffer(io.RawIOBase):
    """Takes what matplotlib would write into a file, with its shape."""

    pixels: np.ndarray

    def write(self, drawn: memoryview) -> int:  # type: ignore[override]
        self.pixels = np.asarray(drawn)
        return drawn.nbytes


def _pixels(figure: "Figure", dpi: float, box: Any) -> np.ndarray:
    buffer: Any = _Buffer()
    figure.canvas.print_figure(
        buffer,
        format="rgba",
        dpi=dpi,
        bbox_inches=box,
        facecolor=figure.get_facecolor(),
        edgecolor=figure.get_edgecolor(),
    )
    pixels: np.ndarray = buffer.pixels
    return pixels


def _with_margin(figure: "Figure") -> "Bbox":
    """In inches."""
    from matplotlib.transforms import Bbox

    width, height = figure.get_size_inches()
    return Bbox([[-MARGIN, -MARGIN], [width + MARGIN, height + MARGIN]])


def _is_together(figure: "Figure") -> bool:
    """Whether everything begins within the margin; what also reaches out of it is seen by its pixels."""
    margin = _with_margin(figure)
    left, bottom, right, top = (figure.dpi * side for side in margin.extents)
    axes = [(each.xaxis, each.yaxis) for each in figure.axes]
    return all(
        box.x0 < right and box.x1 > left and box.y0 < top and box.y1 > bottom for box in _places(figure)
    ) and all(POINTS * MARGIN > 2 * axis.labelpad for pair in axes for axis in pair)


def _places(figure: "Figure") -> Iterator["BboxBase"]:
    """Where that is which can stand far away: not the lines and numbers of axes, nor what ends at them."""
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.legend import Legend
    from matplotlib.spines import Spine

    yield from (axes.bbox for axes in figure.axes)
    labels = (label for axes in figure.axes for label in (axes.xaxis.label, axes.yaxis.label))
    children = (child for axes in figure.axes for child in axes.get_children())
    for thing in (*figure.get_children(), *labels, *children):
        is_cut = thing.get_clip_on() and (thing.get_clip_box() or thing.get_clip_path())
        if isinstance(thing, Legend):  # where it stands beside that place takes long to find out
            yield thing.get_bbox_to_anchor()
        elif thing.get_visible() and not (is_cut or isinstance(thing, Axis | Spine | Axes)):
            yield thing.get_window_extent()


def _cut_out(pixels: np.ndarray, padding: int) -> np.ndarray | None:
    """What differs from the background, and so many pixels around it; None where the margin ends earlier."""
    colours = pixels.view(np.uint32)[..., 0]
    differs = colours != colours[0, 0]
    parts = []
    for axis, size in enumerate(differs.shape):
        lines = np.flatnonzero(differs.any(axis=1 - axis))
        if not lines.size:
            return pixels
        first, last = lines[0] - padding, lines[-1] + 1 + padding
        if first < 0 or last > size:
            return None
        parts.append(slice(first, last))
    return pixels[tuple(parts)]
