"""Figures of the first lecture: what an average weighs, how fast it follows, how much it varies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .style import (
    DATA,
    HIGHLIGHT,
    OKABE_ITO,
    TRUTH,
    WINDOW,
    figure,
    halo,
    legend_beside,
    new_axes,
    new_panels,
    note,
    plain,
)


if TYPE_CHECKING:
    from matplotlib.axes import Axes


def _series_words(
    x: NDArray,
    averages: Mapping[str, NDArray],
    *,
    level: NDArray | None,
    dots: str,
    xlabel: str,
    ylabel: str,
    apart: bool,
) -> str:
    x = np.asarray(x)
    truth = {} if level is None else {"true level": np.broadcast_to(level, x.shape)}
    at = [len(x) // 4, len(x) // 2, len(x) - 1]
    values = [
        f"{label}: {', '.join(f'{value:z.2f}' for value in np.asarray(line)[at])}"
        for label, line in (truth | dict(averages)).items()
    ]
    chart = f"Charts, one for each average, of {ylabel}" if apart else f"Chart of {ylabel}"
    return plain(
        f"{chart} against {xlabel}: {len(x)} {dots} between {x.min():.2f} and {x.max():.2f}, "
        f"and lines. The lines at {', '.join(str(i + 1) for i in at)}: {'; '.join(values)}."
    )


@figure(_series_words)
def series(
    x: NDArray,
    averages: Mapping[str, NDArray],
    *,
    level: NDArray | None = None,
    dots: str = "observations",
    xlabel: str = "observation $n$",
    ylabel: str = "value",
    apart: bool = False,
) -> Axes | NDArray:
    """Observations as dots, averages as lines and, where it is known, the true level.

    Parameters
    ----------
    x : array_like of shape (T,)
        Observations.
    averages : mapping of str to array_like of shape (T,)
        Lines by their label; nan where there is no value yet.
    level : array_like of shape (T,) or scalar, optional
        True level.
    dots : str
        What was observed, in the plural.
    xlabel, ylabel : str
        What the axes count and measure.
    apart : bool, default False
        A panel for each average, where lines in one panel would cover each other.

    Returns
    -------
    axes : Axes, or ndarray of Axes of shape (len(averages),)

    Slides
    ------
    "Moving averages"; "Weighted moving averages"; "Exponentially weighted moving average".

    Examples
    --------
    >>> axes = series([1.0, 3.0], {"running mean": [1.0, 2.0]})
    >>> [line.get_label() for line in axes.get_lines()]
    ['observations', 'running mean']
    """
    x = np.asarray(x)
    n = np.arange(1, len(x) + 1)
    truth = None if level is None else np.broadcast_to(level, n.shape)
    if not apart:
        axes = new_axes()
        axes.plot(n, x, label=dots, **DATA)
        if truth is not None:
            axes.plot(n, truth, label="true level", **TRUTH)
        for label, average in averages.items():
            axes.plot(n, average, label=label, path_effects=halo())
        axes.set(xlabel=xlabel, ylabel=ylabel)
        legend_beside(axes)
        return axes
    panels = new_panels(len(averages), width=3.6 * len(averages), height=3.2, sharey=True)
    for panel, (label, average) in zip(panels, averages.items(), strict=True):
        panel.plot(n, x, label=dots, **DATA)
        panel.plot(n, average, label="average", marker="none")
        if truth is not None:
            panel.plot(n, truth, label="true level", path_effects=halo(), **TRUTH | {"zorder": 5})
        panel.set(xlabel=xlabel, title=label)
    panels[0].set_ylabel(ylabel)
    legend_beside(panels[-1])
    return panels


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

    Slides
    ------
    "Exponentially weighted moving average": the rule of thumb (erratum E7).

    Examples
    --------
    >>> [panel.get_title(loc="left") for panel in kernels([0.5])]
    ['$\\\\beta$ = 0.5,  $N$ = 3']
    """
    panels = new_panels(len(betas), width=max(6.0, 3.0 * len(betas)), height=3.0)
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


def _step_response_words(response: NDArray, N: int) -> str:
    half, window, last = (f"{response[count - 1]:.2%} after {count}" for count in _milestones(response, N))
    return (
        f"The average climbs from 0 towards 1, ever more slowly: {half} observations, {window}, "
        f"the end of the shaded window, and {last}."
    )


@figure(_step_response_words)
def step_response(response: NDArray, N: int) -> Axes:
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

    Slides
    ------
    "Exponentially weighted moving average": the rule of thumb (erratum E7).

    Examples
    --------
    >>> axes = step_response([0.5, 0.75, 0.875], N=3)
    >>> [text.get_text() for text in axes.texts]
    ['50.00% after 1', '87.50% after 3']
    """
    axes = new_axes()
    axes.axvspan(0, N, **WINDOW)
    axes.axhline(1, **TRUTH)
    axes.plot(range(len(response) + 1), [0, *response], markevery=1, markersize=3)
    for count in _milestones(response, N)[:2]:
        axes.plot(count, response[count - 1], **HIGHLIGHT)
        note(axes, f"{response[count - 1]:.2%} after {count}", count, response[count - 1], below=True)
    axes.set(xlabel="observations since the jump", ylabel="average", ylim=(0, 1.08))
    return axes


def _milestones(response: NDArray, N: int) -> tuple[int, int, int]:
    """Observations until half of the jump, until the end of the window, and in all."""
    return int(np.argmax(np.asarray(response) >= 0.5)) + 1, N, len(response)


def _variance_floor_words(variances: Mapping[str, NDArray], floors: Sequence[float]) -> str:
    ends = "; ".join(f"{label}: {variance[-1]:.4f}" for label, variance in variances.items())
    return (
        "Variance against n, both axes logarithmic. Averages with a constant step level off at thin "
        f"lines, at {', '.join(f'{floor:.4f}' for floor in floors)}; the running mean keeps falling. "
        f"Last values: {plain(ends)}."
    )


@figure(_variance_floor_words)
def variance_floor(variances: Mapping[str, NDArray], floors: Sequence[float]) -> Axes:
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

    Slides
    ------
    "Weighted moving averages": a constant step (erratum E4).

    Examples
    --------
    >>> axes = variance_floor({"step 0.5": [0.25, 0.31, 0.33]}, floors=[1 / 3])
    >>> axes.get_xscale(), axes.get_yscale()
    ('log', 'log')
    """
    axes = new_axes()
    for floor in floors:
        axes.axhline(floor, **TRUTH)
    for label, variance in variances.items():
        axes.loglog(np.arange(1, len(variance) + 1), variance, label=label)
    axes.set(xlabel="observations $n$", ylabel="variance of the average")
    legend_beside(axes)
    return axes


def _tracking_error_words(alphas: NDArray, errors: Mapping[str, NDArray], gains: Mapping[str, float]) -> str:
    curves = "; ".join(
        f"{label}: lowest ({np.min(error):.3f}) at step {alphas[np.argmin(error)]:.3f}, "
        f"Kalman gain {gains[label]:.3f}"
        for label, error in errors.items()
    )
    return f"U-shaped curves of mean squared error against step size. {plain(curves)}."


@figure(_tracking_error_words)
def tracking_error(alphas: NDArray, errors: Mapping[str, NDArray], gains: Mapping[str, float]) -> Axes:
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

    Slides
    ------
    "Weighted moving averages": processes that are not stationary (erratum E4).

    Examples
    --------
    >>> axes = tracking_error([0.1, 0.2, 0.4], {"slow": [0.3, 0.2, 0.5]}, gains={"slow": 0.25})
    >>> axes.texts[0].get_text().splitlines()
    ['Kalman gain', '0.250']
    """
    axes = new_axes()
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
    legend_beside(axes)
    return axes


def _noise_and_bias_words(n: NDArray, noise: Mapping[str, NDArray], bias: Mapping[str, NDArray]) -> str:
    ends = "; ".join(f"{label}: {noise[label][-1]:.4f} and {bias[label][-1]:z.3f}" for label in noise)
    return (
        "Standard deviation (left) and bias (right) of averages against n, one line per exponent. "
        f"After {n[-1]} observations: {plain(ends)}."
    )


@figure(_noise_and_bias_words)
def noise_and_bias(n: NDArray, noise: Mapping[str, NDArray], bias: Mapping[str, NDArray]) -> NDArray:
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

    Slides
    ------
    "Weighted moving averages": what each of the two conditions is good for (erratum E3).

    Examples
    --------
    >>> panels = noise_and_bias([1, 10], {"a = 1": [1.0, 0.3]}, {"a = 1": [0.0, 0.0]})
    >>> [panel.get_title(loc="left") for panel in panels]
    ['noise: standard deviation', 'bias']
    """
    panels = new_panels(2, width=9.0, height=3.6)
    for axes, curves, title in zip(panels, (noise, bias), ("noise: standard deviation", "bias"), strict=True):
        for label, curve in curves.items():
            axes.semilogx(n, curve, label=label)
        axes.set(xlabel="observations $n$", title=title)
    panels[0].set_yscale("log")
    legend_beside(panels[1])
    return panels


def _settling_words(paths: Mapping[float, NDArray], *, target: float) -> str:
    panels = "; ".join(
        f"a = {exponent:g}: they end around {np.mean(means[-1]):.2f} with a spread of {np.std(means[-1]):.3f}"
        for exponent, means in paths.items()
    )
    return f"Runs of averages from one start, n logarithmic; the true mean is {target:g}. {panels}."


@figure(_settling_words)
def settling(paths: Mapping[float, NDArray], *, target: float) -> NDArray:
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

    Slides
    ------
    "Weighted moving averages": what each of the two conditions is good for (erratum E3).

    Examples
    --------
    >>> panels = settling({0.5: [[1.0, 2.0], [4.0, 5.0]]}, target=5)
    >>> len(panels[0].get_lines())  # two runs and the true mean
    3
    """
    panels = new_panels(len(paths), width=max(6.0, 2.3 * len(paths)), height=3.0, sharey=True)
    for axes, (exponent, means) in zip(panels, paths.items(), strict=True):
        n = np.unique(np.geomspace(1, len(means), 100).astype(int))  # evenly spaced to the eye
        axes.semilogx(
            n, np.asarray(means)[n - 1], color=OKABE_ITO["blue"], linestyle="-", marker="none", linewidth=0.8
        )
        axes.axhline(target, **TRUTH | {"zorder": 3})
        axes.set(xlabel="observations $n$", title=f"$a$ = {exponent:g}", ylim=(-0.5, 1.5 * target))
    panels[0].set_ylabel("average")
    return panels


def _correction_words(errors: Mapping[str, tuple[NDArray, NDArray]], *, mark: int | None) -> str:
    n = mark or 1
    panels = []
    for title, (raw, corrected) in errors.items():
        better = "corrected" if corrected[n - 1] < raw[n - 1] else "raw"
        panels.append(f"{title}: raw {raw[n - 1]:.3g}, corrected {corrected[n - 1]:.3g}, {better} is better")
    return f"Mean squared errors that approach a common level. At n = {n}: {plain('; '.join(panels))}."


@figure(_correction_words)
def correction(errors: Mapping[str, tuple[NDArray, NDArray]], *, mark: int | None = None) -> NDArray:
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

    Slides
    ------
    "Bias correction" (erratum E8).

    Examples
    --------
    >>> panels = correction({"mean 5": ([20.0, 16.0], [1.0, 0.5])}, mark=2)
    >>> [line.get_label() for line in panels[0].get_lines()[:2]]
    ['raw', 'corrected']
    """
    panels = new_panels(len(errors), width=max(6.0, 3.0 * len(errors)), height=3.0, sharey=True)
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


def _adam_without_correction_words(ratio: NDArray, marks: Sequence[int]) -> str:
    values = ", ".join(f"{ratio[t - 1]:.2f} at step {t}" for t in marks)
    return f"The ratio rises to {np.max(ratio):.2f} and then falls towards 1: {values}."


@figure(_adam_without_correction_words)
def adam_without_correction(ratio: NDArray, marks: Sequence[int]) -> Axes:
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

    Slides
    ------
    "Bias correction II" (erratum E10).

    Examples
    --------
    >>> axes = adam_without_correction([3.2, 4.1, 1.5], marks=[2])
    >>> axes.texts[0].get_text()
    '4.10 at $t$ = 2'
    """
    axes = new_axes()
    axes.axhline(1, **TRUTH)
    axes.semilogx(np.arange(1, len(ratio) + 1), ratio, marker="none")
    for t in marks:
        axes.plot(t, ratio[t - 1], **HIGHLIGHT)
        note(axes, f"{ratio[t - 1]:.2f} at $t$ = {t}", t, ratio[t - 1])
    axes.set(xlabel="step $t$", ylabel="step without / with correction", ylim=(0, 1.15 * np.max(ratio)))
    return axes
