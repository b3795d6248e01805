"""The figures of the lectures, and the one way a lecture displays a figure: with words for who cannot see it.

    show(kernels([0.9]))

Every figure function takes data and returns the Axes; the decorator `figure` gives the figure a description
of the same data, which `show` hands on as alt text. Colours are those of Okabe and Ito, which colour-blind
readers can tell apart; lines also differ by dash pattern and marker, so that a grey print stays readable.
matplotlib is imported when the first figure is drawn.
"""

from __future__ import annotations

import functools
import io
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray


if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


__all__ = [
    "LINES",
    "OKABE_ITO",
    "adam_without_correction",
    "correction",
    "kernels",
    "noise_and_bias",
    "series",
    "settling",
    "show",
    "step_response",
    "tracking_error",
    "variance_floor",
]

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
LINES = {
    "color": [OKABE_ITO[name] for name in ("blue", "vermillion", "bluish green", "black", "reddish purple")],
    "linestyle": ["-", "--", "-.", (0, (1, 1)), (0, (7, 1, 1, 1, 1, 1))],
    "marker": ["o", "s", "^", "D", "v"],
    # First marker and distance of markers, as shares of the axes: markers stay apart where lines meet.
    "markevery": [(start, 0.15) for start in (0.0, 0.03, 0.06, 0.09, 0.12)],
}
# These name every property that LINES varies, so that they take nothing from the cycle.
DATA = {"color": "0.6", "linestyle": "none", "marker": ".", "markevery": 1, "markersize": 3, "zorder": 1}
TRUTH = {
    "color": "black",
    "linestyle": "-",
    "marker": "none",
    "markevery": 1,
    "linewidth": 1,
    "zorder": 2,
}
HIGHLIGHT = {
    "color": OKABE_ITO["vermillion"], "linestyle": "none", "marker": "s", "markevery": 1, "markersize": 8,
    "zorder": 5,
}  # fmt: skip
WINDOW = {"color": "0.92", "linewidth": 0, "zorder": 0}

DPI = 100  # pixels per inch on the page; the image carries twice as many for sharp screens


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

    Examples
    --------
    >>> show(kernels([0.5]), alt="Weights that halve from bar to bar.")
    Figure: Weights that halve from bar to bar.
    """
    from IPython.display import display  # only a notebook needs it

    figure = np.ravel(figure)[0].figure
    words = alt or figure.get_label()
    if not words.strip():
        raise ValueError(f"alt must be a description of the figure, got {alt!r}")
    image = io.BytesIO()
    # No version of matplotlib in the file: the same figure gives the same bytes.
    figure.savefig(image, format="png", dpi=2 * DPI, metadata={"Software": None})
    width, height = (round(inches * DPI) for inches in figure.get_size_inches())
    display(_Picture(image.getvalue(), {"alt": words, "width": width, "height": height}))


class _Picture(NamedTuple):
    png: bytes
    metadata: dict[str, Any]

    def _repr_png_(self) -> tuple[bytes, dict[str, Any]]:
        return tuple(self)

    def __repr__(self) -> str:
        return f"Figure: {self.metadata['alt']}"


def figure(words: Callable[..., str]) -> Callable:
    """Draw in the style of the course, and label the figure with `words` for the same data."""

    def decorate(draw: Callable) -> Callable:
        @functools.wraps(draw)
        def drawn(*args: Any, **kwargs: Any) -> Any:
            import matplotlib

            with matplotlib.rc_context(_style()):
                axes = draw(*args, **kwargs)
            np.ravel(axes)[0].figure.set_label(words(*args, **kwargs))
            return axes

        return drawn

    return decorate


def _style() -> dict[str, Any]:
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


def _axes() -> Axes:
    return _panels(1, width=8.0, height=3.4)[0]


def _panels(count: int, *, width: float, height: float, **kwargs: Any) -> NDArray:
    """A row of axes, as an array of shape (count,)."""
    from matplotlib.figure import Figure

    # Not through pyplot: it would keep the figure and let the notebook display it a second time.
    return Figure(figsize=(width, height)).subplots(1, count, squeeze=False, **kwargs)[0]


def _legend_beside(axes: Axes) -> None:
    """A legend that never covers a line."""
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))


def _halo() -> list[Any]:
    """A white rim that lifts a line off those below it, where a grey print has no colour to do so."""
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=4, foreground="white")]


def _plain(text: str) -> str:
    """The text without the signs of mathematics that labels need."""
    return text.replace("$", "").replace("\\", "")


# --- 1 Moving averages --------------------------------------------------------------------------------------


def _series_words(
    x: ArrayLike,
    averages: Mapping[str, ArrayLike],
    *,
    level: ArrayLike | None = None,
    xlabel: str = "observation $n$",
    ylabel: str = "value",
) -> str:
    x = np.asarray(x)
    truth = {} if level is None else {"true level": np.broadcast_to(level, x.shape)}
    at = [len(x) // 4, len(x) // 2, len(x) - 1]
    values = [
        f"{label}: {', '.join(f'{value:z.2f}' for value in np.asarray(line)[at])}"
        for label, line in (truth | dict(averages)).items()
    ]
    return _plain(
        f"Chart of {ylabel} against {xlabel}: {len(x)} observations between {x.min():.2f} and {x.max():.2f}, "
        f"and lines. The lines at {', '.join(str(i + 1) for i in at)}: {'; '.join(values)}."
    )


@figure(_series_words)
def series(
    x: ArrayLike,
    averages: Mapping[str, ArrayLike],
    *,
    level: ArrayLike | None = None,
    xlabel: str = "observation $n$",
    ylabel: str = "value",
) -> Axes:
    """Observations as dots, averages as lines and, where it is known, the true level.

    Parameters
    ----------
    x : array_like of shape (T,)
        Observations.
    averages : mapping of str to array_like of shape (T,)
        Lines by their label; nan where there is no value yet.
    level : array_like of shape (T,) or scalar, optional
        True level.
    xlabel, ylabel : str
        What the axes count and measure.

    Returns
    -------
    axes : Axes
    """
    axes = _axes()
    n = np.arange(1, len(x) + 1)
    axes.plot(n, x, label="observations", **DATA)
    if level is not None:
        axes.plot(n, np.broadcast_to(level, n.shape), label="true level", **TRUTH)
    for label, average in averages.items():
        axes.plot(n, average, label=label, path_effects=_halo())
    axes.set(xlabel=xlabel, ylabel=ylabel)
    _legend_beside(axes)
    return axes


def _kernels_words(betas: Sequence[float]) -> str:
    panels = []
    for beta in betas:
        N = (1 + beta) / (1 - beta)
        panels.append(
            f"beta {beta:.3g}: the newest weighs {1 - beta:.3g}, the window of {N:.4g} observations holds "
            f"{1 - beta**N:.1%} of the weight, the mean age is {beta / (1 - beta):.3g}"
        )
    return (
        "Bars of weight against age, falling geometrically, with the window of N observations shaded. A "
        "dashed rectangle of height 1/N over the window is the plain mean that varies as much; a triangle in "
        f"the middle of its base marks the mean age of both. {'; '.join(panels)}."
    )


@figure(_kernels_words)
def kernels(betas: Sequence[float]) -> NDArray:
    """Weights of exponential averages by age, and the plain mean of N observations that each amounts to.

    Parameters
    ----------
    betas : sequence of float in [0, 1)
        Memories, one panel each.

    Returns
    -------
    panels : ndarray of Axes of shape (len(betas),)

    Examples
    --------
    >>> [panel.get_title(loc="left") for panel in kernels([0.5])]
    ['$\\\\beta$ = 0.5,  $N$ = 3']
    """
    panels = _panels(len(betas), width=max(6.0, 3.0 * len(betas)), height=3.0)
    for axes, beta in zip(panels, betas, strict=True):
        N = (1 + beta) / (1 - beta)
        ages = np.arange(int(np.ceil(1.7 * N)) + 1)
        weights = (1 - beta) * float(beta) ** ages
        colors = np.where(ages < N - 0.5, OKABE_ITO["blue"], "0.6")
        axes.axvspan(-0.5, N - 0.5, **WINDOW)
        axes.bar(ages, weights, width=0.8, color=colors)
        axes.plot([-0.5, -0.5, N - 0.5, N - 0.5], [0, 1 / N, 1 / N, 0], color="black", ls="--", marker="none")
        axes.plot(beta / (1 - beta), 0, **HIGHLIGHT | {"marker": "^", "markersize": 10, "clip_on": False})
        axes.set(xlabel="age of the observation", title=rf"$\beta$ = {beta:.3g},  $N$ = {N:.4g}")
        share = f"{1 - beta**N:.1%} of the weight\nis in the window"
        axes.annotate(share, (0.97, 0.95), xycoords="axes fraction", ha="right", va="top")
    panels[0].set_ylabel("weight")
    return panels


def _step_response_words(response: ArrayLike, N: int) -> str:
    half, window, last = (f"{response[count - 1]:.2%} after {count}" for count in _milestones(response, N))
    return (
        f"The average climbs from 0 towards 1, ever more slowly: {half} observations, {window}, "
        f"the end of the shaded window, and {last}."
    )


@figure(_step_response_words)
def step_response(response: ArrayLike, N: int) -> Axes:
    """Answer of an average to a level that jumps from 0 to 1.

    Parameters
    ----------
    response : array_like of shape (T,)
        Average after each observation since the jump.
    N : int
        Window of the average, at most T.

    Returns
    -------
    axes : Axes
    """
    axes = _axes()
    axes.axvspan(0, N, **WINDOW)
    axes.axhline(1, **TRUTH)
    axes.plot(range(len(response) + 1), [0, *response], markevery=1, markersize=3)
    for count in _milestones(response, N)[:2]:
        axes.plot(count, response[count - 1], **HIGHLIGHT)
        _note(axes, f"{response[count - 1]:.2%} after {count}", count, response[count - 1], below=True)
    axes.set(xlabel="observations since the jump", ylabel="average", ylim=(0, 1.08))
    return axes


def _milestones(response: ArrayLike, N: int) -> tuple[int, int, int]:
    """Observations until half of the jump, until the end of the window, and in all."""
    return int(np.argmax(np.asarray(response) >= 0.5)) + 1, N, len(response)


def _note(axes: Axes, text: str, x: float, y: float, *, below: bool = False) -> None:
    axes.annotate(text, (x, y), xytext=(10, -14 if below else 4), textcoords="offset points")


def _variance_floor_words(variances: Mapping[str, ArrayLike], floors: Sequence[float]) -> str:
    ends = "; ".join(f"{label}: {variance[-1]:.4f}" for label, variance in variances.items())
    return (
        "Variance against n, both axes logarithmic. Averages with a constant step level off at thin "
        f"lines, at {', '.join(f'{floor:.4f}' for floor in floors)}; the running mean keeps falling. "
        f"Last values: {_plain(ends)}."
    )


@figure(_variance_floor_words)
def variance_floor(variances: Mapping[str, ArrayLike], floors: Sequence[float]) -> Axes:
    """Variance of averages after n observations, and the floors that a constant step cannot get under.

    Parameters
    ----------
    variances : mapping of str to array_like of shape (T,)
        Variance after each observation, by the label of the average.
    floors : sequence of float
        Variances that remain for ever.

    Returns
    -------
    axes : Axes
    """
    axes = _axes()
    for floor in floors:
        axes.axhline(floor, **TRUTH)
    for label, variance in variances.items():
        axes.loglog(np.arange(1, len(variance) + 1), variance, label=label)
    axes.set(xlabel="observations $n$", ylabel="variance of the average")
    _legend_beside(axes)
    return axes


def _tracking_error_words(
    alphas: ArrayLike, errors: Mapping[str, ArrayLike], gains: Mapping[str, float]
) -> str:
    curves = "; ".join(
        f"{label}: lowest ({np.min(error):.3f}) at step {alphas[np.argmin(error)]:.3f}, "
        f"Kalman gain {gains[label]:.3f}"
        for label, error in errors.items()
    )
    return f"U-shaped curves of mean squared error against step size. {_plain(curves)}."


@figure(_tracking_error_words)
def tracking_error(alphas: ArrayLike, errors: Mapping[str, ArrayLike], gains: Mapping[str, float]) -> Axes:
    """Error of averages that follow a wandering level, by step size, and the step that is best in theory.

    Parameters
    ----------
    alphas : array_like of shape (n,)
        Step sizes.
    errors : mapping of str to array_like of shape (n,)
        Mean squared errors, by the label of the process.
    gains : mapping of str to float
        Kalman gain of each process.

    Returns
    -------
    axes : Axes
    """
    axes = _axes()
    for label, error in errors.items():
        (line,) = axes.semilogx(alphas, error, label=label, markevery=2)
        axes.axvline(gains[label], color=line.get_color(), linestyle=line.get_linestyle(), linewidth=1)
        axes.annotate(
            f"Kalman gain\n{gains[label]:.3f}", (gains[label], 0.97), xycoords=("data", "axes fraction"),
            xytext=(4, 0), textcoords="offset points", va="top", color=line.get_color(),
        )  # fmt: skip
    axes.set(xlabel=r"step size $\alpha$", ylabel="mean squared error", ylim=(0, None))
    axes.set_xticks([0.02, 0.05, 0.1, 0.2, 0.5], ["0.02", "0.05", "0.1", "0.2", "0.5"])
    axes.minorticks_off()
    _legend_beside(axes)
    return axes


def _noise_and_bias_words(n: ArrayLike, noise: Mapping[str, ArrayLike], bias: Mapping[str, ArrayLike]) -> str:
    ends = "; ".join(f"{label}: {noise[label][-1]:.4f} and {bias[label][-1]:z.3f}" for label in noise)
    return (
        "Standard deviation (left) and bias (right) of averages against n, one line per exponent. "
        f"After {n[-1]} observations: {_plain(ends)}."
    )


@figure(_noise_and_bias_words)
def noise_and_bias(n: ArrayLike, noise: Mapping[str, ArrayLike], bias: Mapping[str, ArrayLike]) -> NDArray:
    """Standard deviation and bias of averages after n observations, side by side.

    Parameters
    ----------
    n : array_like of shape (k,)
        Observations so far.
    noise, bias : mapping of str to array_like of shape (k,)
        Standard deviation and bias after n observations, by the label of the average.

    Returns
    -------
    panels : ndarray of Axes of shape (2,)
    """
    panels = _panels(2, width=9.0, height=3.6)
    for axes, curves, title in zip(panels, (noise, bias), ("noise: standard deviation", "bias"), strict=True):
        for label, curve in curves.items():
            axes.semilogx(n, curve, label=label)
        axes.set(xlabel="observations $n$", title=title)
    panels[0].set_yscale("log")
    _legend_beside(panels[1])
    return panels


def _settling_words(paths: Mapping[float, ArrayLike], *, target: float) -> str:
    panels = "; ".join(
        f"a = {exponent:g}: they end around {np.mean(means[-1]):.2f} with a spread of {np.std(means[-1]):.3f}"
        for exponent, means in paths.items()
    )
    return f"Runs of averages from one start, n logarithmic; the true mean is {target:g}. {panels}."


@figure(_settling_words)
def settling(paths: Mapping[float, ArrayLike], *, target: float) -> NDArray:
    """Some runs of averages with step sizes (n + 1)**-a, one panel for each exponent a.

    Parameters
    ----------
    paths : mapping of float to array_like of shape (T, R)
        R runs by their exponent.
    target : float
        True mean.

    Returns
    -------
    panels : ndarray of Axes of shape (len(paths),)
    """
    panels = _panels(len(paths), width=max(6.0, 2.3 * len(paths)), height=3.0, sharey=True)
    for axes, (exponent, means) in zip(panels, paths.items(), strict=True):
        n = np.unique(np.geomspace(1, len(means), 100).astype(int))  # evenly spaced to the eye
        axes.semilogx(
            n, np.asarray(means)[n - 1], color=OKABE_ITO["blue"], linestyle="-", marker="none", linewidth=0.8
        )
        axes.axhline(target, **TRUTH | {"zorder": 3})
        axes.set(xlabel="observations $n$", title=f"$a$ = {exponent:g}", ylim=(-0.5, 1.5 * target))
    panels[0].set_ylabel("average")
    return panels


def _correction_words(errors: Mapping[str, tuple[ArrayLike, ArrayLike]], *, mark: int | None = None) -> str:
    n = mark or 1
    panels = []
    for title, (raw, corrected) in errors.items():
        better = "corrected" if corrected[n - 1] < raw[n - 1] else "raw"
        panels.append(f"{title}: raw {raw[n - 1]:.3g}, corrected {corrected[n - 1]:.3g}, {better} is better")
    return f"Mean squared errors that approach a common level. At n = {n}: {_plain('; '.join(panels))}."


@figure(_correction_words)
def correction(errors: Mapping[str, tuple[ArrayLike, ArrayLike]], *, mark: int | None = None) -> NDArray:
    """Mean squared error of an average from zero, raw and corrected, one panel per case.

    Parameters
    ----------
    errors : mapping of str to pair of array_like of shape (T,)
        Raw and corrected error after each observation, by the title of the case.
    mark : int, optional
        Number of observations to point at.

    Returns
    -------
    panels : ndarray of Axes of shape (len(errors),)
    """
    panels = _panels(len(errors), width=max(6.0, 3.0 * len(errors)), height=3.0, sharey=True)
    for axes, (title, (raw, corrected)) in zip(panels, errors.items(), strict=True):
        n = np.arange(1, len(raw) + 1)
        axes.semilogy(n, raw, label="raw")
        axes.semilogy(n, corrected, label="corrected")
        if mark is not None:
            axes.axvline(mark, **TRUTH)
        axes.set(xlabel="observations $n$", title=title)
    panels[0].set_ylabel("mean squared error")
    panels[0].legend()
    return panels


def _adam_without_correction_words(ratio: ArrayLike, marks: Sequence[int]) -> str:
    values = ", ".join(f"{ratio[t - 1]:.2f} at step {t}" for t in marks)
    return f"The ratio rises to {np.max(ratio):.2f} and then falls towards 1: {values}."


@figure(_adam_without_correction_words)
def adam_without_correction(ratio: ArrayLike, marks: Sequence[int]) -> Axes:
    """How many times too long Adam's steps are when it leaves out both corrections.

    Parameters
    ----------
    ratio : array_like of shape (T,)
        Length without correction over length with it, at step 1, 2, ...
    marks : sequence of int
        Steps to write the ratio at.

    Returns
    -------
    axes : Axes
    """
    axes = _axes()
    axes.axhline(1, **TRUTH)
    axes.semilogx(np.arange(1, len(ratio) + 1), ratio, marker="none")
    for t in marks:
        axes.plot(t, ratio[t - 1], **HIGHLIGHT)
        _note(axes, f"{ratio[t - 1]:.2f} at $t$ = {t}", t, ratio[t - 1])
    axes.set(xlabel="step $t$", ylabel="step without / with correction", ylim=(0, 1.15 * np.max(ratio)))
    return axes
