"""Figures as pixels: what Jupyter shows of them is all there, though they are drawn only once."""

import io
from collections.abc import Callable, Iterator
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from autograder.sandbox.figures import MARGIN, drawn
from autograder.sandbox.images import SHOWN_SIDE


@pytest.fixture(autouse=True)
def default_style() -> Iterator[None]:
    with mpl.rc_context(mpl.rcParamsDefault):
        yield


def line(**options: Any) -> Figure:
    figure = Figure(**options)
    figure.subplots().plot([1, 2], label="a line")
    return figure


def with_title_above() -> Figure:
    figure = line()
    figure.suptitle("above", y=1.05)
    return figure


def with_legend_beside() -> Figure:
    figure = line()
    figure.axes[0].legend(loc="upper left", bbox_to_anchor=(1.05, 1))
    return figure


def with_legend_across_the_margin() -> Figure:
    figure = line()
    figure.axes[0].legend(
        ["a line of which there is much to be told"], loc="upper left", bbox_to_anchor=(1, 1)
    )
    return figure


def with_legend_far_away() -> Figure:
    figure = line()
    figure.axes[0].legend(loc="upper left", bbox_to_anchor=(2 + MARGIN, 1))
    return figure


def with_words_far_away() -> Figure:
    figure = line()
    figure.axes[0].annotate("here", (0, 1), (-2, 1), arrowprops={})
    return figure


def with_label_far_away() -> Figure:
    figure = line()
    figure.axes[0].set_ylabel("y", labelpad=72 * (MARGIN + 1))
    return figure


def with_bars_of_colour() -> Figure:
    figure = Figure(layout="constrained")
    axes = figure.subplots()
    figure.colorbar(axes.imshow(np.eye(3)), ax=axes)
    return figure


def ink(pixels: np.ndarray) -> np.ndarray:
    """What stands on the background, without what is around it."""
    there = (pixels != pixels[0, 0]).any(axis=2)
    rows, columns = there.any(axis=1).nonzero()[0], there.any(axis=0).nonzero()[0]
    return pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def as_in_jupyter(figure: Figure) -> np.ndarray:
    file = io.BytesIO()
    colours = {"facecolor": figure.get_facecolor(), "edgecolor": figure.get_edgecolor()}
    figure.canvas.print_figure(file, format="png", dpi=figure.dpi, bbox_inches="tight", **colours)
    return np.asarray(Image.open(file))


@pytest.mark.parametrize(
    "make",
    [
        line,
        with_title_above,
        with_legend_beside,
        with_legend_across_the_margin,
        with_legend_far_away,
        with_words_far_away,
        with_label_far_away,
        with_bars_of_colour,
        lambda: line(facecolor="lightblue"),
        lambda: line(facecolor="none"),
        lambda: line(dpi=60),
    ],
)
def test_everything_is_there_that_jupyter_shows(make: Callable[[], Figure]) -> None:
    shown = drawn(make())
    assert shown is not None
    ours, theirs = ink(shown.pixels), ink(as_in_jupyter(make()))
    # Lines fall on other parts of pixels.
    assert np.abs(np.subtract(ours.shape[:2], theirs.shape[:2])).max() <= 2
    darkness = [(255.0 - pixels[..., :3]).sum() / 255 for pixels in (ours, theirs)]
    assert darkness[0] == pytest.approx(darkness[1], rel=0.05)


def test_pixels_can_be_seen_through_only_where_that_is_asked_for() -> None:
    opaque, clear = drawn(line()), drawn(line(facecolor="none"))
    assert opaque
    assert opaque.pixels.shape[2] == 3
    assert clear
    assert clear.pixels.shape[2] == 4
    assert clear.pixels[0, 0, 3] == 0


def test_a_large_figure_is_drawn_at_the_size_that_is_looked_at() -> None:
    shown = drawn(line(figsize=(60, 30)))
    assert shown
    assert max(shown.pixels.shape) <= SHOWN_SIDE


def test_a_figure_is_drawn_once() -> None:
    figure = line()
    draws = []
    draw = figure.draw
    figure.draw = lambda renderer: draws.append(renderer) or draw(renderer)  # type: ignore[method-assign]
    assert drawn(figure)
    assert len(draws) == 1


def test_nothing_is_shown_of_an_empty_figure() -> None:
    assert drawn(Figure()) is None
