"""How every figure looks, and the one way a lecture displays a figure: with words for who cannot see it.

Colours are those of Okabe and Ito, which colour-blind readers can tell apart; lines also differ by dash
pattern and marker, bars by hatch, so that a grey print stays readable.
"""

from __future__ import annotations

import base64
import functools
import html
import inspect
import io
import itertools
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure
    from PIL.Image import Image


__all__ = ["LINES", "OKABE_ITO", "figure", "show"]

OKABE_ITO = {
    "black": "#000000",
    "orange": "#E69F00",
    "sky blue": "#56B4E9",
    "bluish green": "#009E73",
    "yellow": "#F0E442",
    "blue": "#0072B2",
    "vermillion": "#D55E00",
    "reddish purple": "#CC79A7",
}
# The colours that stand out on white, each with a dash pattern and a marker of its own.
LINES: dict[str, list[Any]] = {
    "color": [OKABE_ITO[name] for name in ("blue", "vermillion", "bluish green", "black", "reddish purple")],
    "linestyle": ["-", "--", "-.", (0, (1, 1)), (0, (7, 1, 1, 1, 1, 1))],
    "marker": ["o", "s", "^", "D", "v"],
    # First marker and distance of markers, as shares of the axes: markers stay apart where lines meet.
    "markevery": [(start, 0.15) for start in (0.0, 0.03, 0.06, 0.09, 0.12)],
}
POWER_OF_TEN = re.compile(r"(?<![\w.])(?P<digits>-?\d(?:\.\d+)?)e(?P<power>[+-]?\d+)\b")
HATCHES = ["", "///", "...", "xxx", "\\\\\\"]  # bars, in the order of the colours
# These name every property that LINES varies, so that they take nothing from the cycle.
DATA: dict[str, Any] = {
    "color": "0.6",
    "linestyle": "none",
    "marker": ".",
    "markevery": 1,
    "markersize": 3,
    "zorder": 1,
}
TRUTH: dict[str, Any] = {
    "color": "black",
    "linestyle": "-",
    "marker": "none",
    "markevery": 1,
    "linewidth": 1,
    "zorder": 2,
}
HIGHLIGHT: dict[str, Any] = {
    "color": OKABE_ITO["vermillion"], "linestyle": "none", "marker": "s", "markevery": 1, "markersize": 8,
    "zorder": 5,
}  # fmt: skip
WINDOW: dict[str, Any] = {"color": "0.92", "linewidth": 0, "zorder": 0}

GUIDE_DASHES: list[Any] = [(0, (6, 2)), (0, (2, 2)), (0, (6, 2, 2, 2)), (0, (1, 3)), (0, (10, 3))]

WIDEST = 11.0  # inches that fit on a page
DPI = 100  # pixels per inch on the page; the image carries twice as many for sharp screens
SHADES = 128  # more than anyone tells apart in a drawing of lines, at a third of the bytes


# --- Display ------------------------------------------------------------------------------------------------


def show(figure: Figure | Axes | NDArray, *, alt: str = "") -> None:
    """Display a figure together with the words that replace it for a reader who cannot see it.

    Parameters
    ----------
    figure : Figure, Axes or ndarray of Axes of shape (n,)
        What to display.
    alt : str, optional
        What the figure shows. The figures of this module bring their own words; any other needs some here.

    Raises
    ------
    ValueError
        "alt must be a description of the figure, got ''".

    References
    ----------
    W3C (2023), Web content accessibility guidelines 2.2, criterion 1.1.1: text for what is not text.

    Examples
    --------
    >>> from advsec.plots import kernels
    >>> show(kernels([0.5]), alt="Weights that halve from bar to bar.")
    Figure: Weights that halve from bar to bar.
    """
    from IPython.display import display  # only a notebook needs it

    display(picture(figure, alt=alt))


def picture(figure: Figure | Axes | NDArray, *, alt: str = "") -> Picture:
    """What `show` displays."""
    axes: Any = figure
    figure = np.ravel(axes)[0].figure
    words = spelt(alt or figure.get_label())
    if not words.strip():
        raise ValueError(f"alt must be a description of the figure, got {alt!r}")
    png = io.BytesIO()
    # Pillow names no version of itself in the file: the same figure gives the same bytes.
    in_few_shades(drawing(figure)).save(png, format="png", optimize=True)
    width, height = (round(inches * DPI) for inches in figure.get_size_inches())
    return Picture(png.getvalue(), words, width, height)


def drawing(figure: Figure) -> Image:
    """The figure in colours, with two pixels for each of the page."""
    from PIL import Image

    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=2 * DPI, pil_kwargs={"compress_level": 0})
    return Image.open(file).convert("RGB")


def in_few_shades(image: Image) -> Image:
    """The image with a palette. Shades are chosen to cover all that occur, so that a rare one is kept too."""
    from PIL.Image import Dither, Quantize

    return image.quantize(SHADES, method=Quantize.MAXCOVERAGE, dither=Dither.NONE)


class Picture(NamedTuple):
    """A picture as HTML: of an image, JupyterLab and nbconvert pass no alt text on to screen readers."""

    png: bytes
    alt: str
    width: int
    height: int

    def _repr_html_(self) -> str:
        return self.as_html()

    def as_html(self, *attributes: str) -> str:
        """The picture in a `<figure>` that has these attributes."""
        address = f"data:image/png;base64,{base64.b64encode(self.png).decode()}"
        image = (
            f'<img src="{address}" width="{self.width}" height="{self.height}" alt="{html.escape(self.alt)}">'
        )
        opening = " ".join(["<figure", *attributes])
        # Of an output that is folded, JupyterLab shows the first line.
        return f"{opening}>\n{image}\n</figure>"

    def __repr__(self) -> str:
        return f"Figure: {self.alt}"


def figure(words: Callable[..., str]) -> Callable:
    """Draw in the style of the course, and label the figure with `words` for the same data.

    `words` takes the parameters of the figure; their defaults are those of the figure.
    """

    def decorate(draw: Callable) -> Callable:
        signature = inspect.signature(draw)

        @functools.wraps(draw)
        def drawn(*args: Any, **kwargs: Any) -> Any:
            import matplotlib

            data = signature.bind(*args, **kwargs)
            data.apply_defaults()
            with matplotlib.rc_context(_style()):
                axes = draw(*data.args, **data.kwargs)
            np.ravel(axes)[0].figure.set_label(spelt(words(*data.args, **data.kwargs)))
            return axes

        return drawn

    return decorate


def _style() -> Any:
    from cycler import cycler

    return {
        "axes.prop_cycle": cycler(**LINES),
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "axes.grid": True,
        "axes.titlesize": 11,
        "axes.titlelocation": "left",
        "figure.constrained_layout.use": True,
        "figure.dpi": DPI,
        "figure.facecolor": "white",  # never transparent: black letters on a dark page
        "font.size": 10,
        "grid.color": "0.9",
        "legend.frameon": False,
        "legend.handlelength": 3.2,
        "lines.linewidth": 1.8,
        "lines.markersize": 5,
    }


def new_axes() -> Axes:
    return new_panels(1, width=8.0, height=3.4)[0]


def new_panels(count: int, *, width: float, height: float, rows: int = 1, **kwargs: Any) -> NDArray:
    """Rows of axes no wider than a page, as an array of shape (count,)."""
    from matplotlib.figure import Figure

    # Not through pyplot: it would keep the figure and let the notebook display it a second time.
    figure = Figure(figsize=(min(width, WIDEST), height))
    panels = figure.subplots(rows, -(-count // rows), squeeze=False, **kwargs).ravel()
    for spare in panels[count:]:
        spare.remove()
    return panels[:count]


def legend_beside(axes: Axes) -> None:
    """A legend that never covers a line."""
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))


def guides(axes: Axes, x: Mapping[str, float] | None = None, y: Mapping[str, float] | None = None) -> None:
    """Thin lines across the panel at places on its axes, each with its label and number in the legend."""
    dashes = itertools.cycle(GUIDE_DASHES)
    for draw, places in ((axes.axvline, x or {}), (axes.axhline, y or {})):
        for label, place in places.items():
            look = TRUTH | {"linestyle": next(dashes), "zorder": 3}
            draw(place, label=f"{label}: {place:.3g}", **look)


def guides_words(x: Mapping[str, float] | None = None, y: Mapping[str, float] | None = None) -> str:
    """What `guides` draws."""
    places = [f"{label} at {place:.3g}" for label, place in (x or {}).items()]
    places += [f"{label} at height {place:.3g}" for label, place in (y or {}).items()]
    return f" Thin lines: {', '.join(places)}." if places else ""


def halo() -> list[Any]:
    """A white rim that lifts a line off those below it, where a grey print has no colour to do so."""
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=4, foreground="white")]


def look(i: int) -> dict[str, Any]:
    """What LINES gives to line i of a panel."""
    return {name: values[i] for name, values in LINES.items()}


def readable(axis: Axis) -> None:
    """Plain numbers on a logarithmic axis of few decades, where powers of ten are too rare to read it by."""
    from matplotlib.ticker import AutoLocator, LogLocator, NullFormatter

    low, high = axis.get_view_interval()
    if axis.get_scale() == "log" and high / low < 300:
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)) if high / low > 5 else AutoLocator())
        axis.set_major_formatter("{x:g}")
        axis.set_minor_formatter(NullFormatter())


def values_to_colors() -> Colormap:
    """From white to dark blue: the order of the values is that of their greys."""
    from matplotlib.colors import LinearSegmentedColormap

    stops = ["#FFFFFF", OKABE_ITO["sky blue"], OKABE_ITO["blue"], "#002B45"]
    return LinearSegmentedColormap.from_list("values", stops)


def mean_and_error(values: NDArray) -> tuple[NDArray, NDArray]:
    """Mean of shape (n,) over the seeds of values of shape (n,) or (n, S), and its standard error."""
    values = np.asarray(values, dtype=np.float64)
    values = np.where(np.isfinite(values), values, np.nan)  # no mean once a run has diverged
    values = values.reshape(len(values), -1)
    n, S = values.shape
    error = values.std(axis=1, ddof=1) / np.sqrt(S) if S > 1 else np.zeros(n)
    return values.mean(axis=1), error


def seeds_words(values: Mapping[str, NDArray]) -> str:
    """Where the data has seeds, what the mean and its error are taken over."""
    counts = {np.shape(value)[1] for value in values.values() if np.ndim(value) == 2} - {1}
    return f" Means and standard errors over {max(counts)} seeds." if counts else ""


def check_styles(values: Mapping[str, Any]) -> None:
    """Refuse what a reader could not tell apart."""
    if len(values) > len(HATCHES):
        raise ValueError(f"labels must be at most {len(HATCHES)} in one panel, got {list(values)!r}")


def plain(text: str) -> str:
    """The text without the signs of mathematics that labels need."""
    return text.replace("\\sqrt", "root of ").translate(str.maketrans("", "", "$\\{}"))


def spelt(text: str) -> str:
    """The text with its numbers as people write them: 1,020 and 10^-9, not 1.02e+03 and 1e-09."""
    return POWER_OF_TEN.sub(_spelt_number, text)


def _spelt_number(found: re.Match[str]) -> str:
    digits, power = found["digits"], int(found["power"])
    if -5 < power < 9:
        return f"{Decimal(found[0]):,f}"
    return f"10^{power}" if digits == "1" else f"{digits} times 10^{power}"


def note(axes: Axes, text: str, x: float, y: float, *, below: bool = False) -> None:
    axes.annotate(text, (x, y), xytext=(10, -14 if below else 4), textcoords="offset points")
