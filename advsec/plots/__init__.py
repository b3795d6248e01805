"""The figures of the lectures, each with words for who cannot see it.

    from advsec import plots

    plots.show(plots.kernels([0.9]))

Every figure function takes data and returns the Axes; the decorator `figure` gives the figure a description
of the same data, which `show` hands on as alt text. matplotlib is imported when the first figure is drawn.
"""

from .averages import (
    adam_without_correction,
    correction,
    kernels,
    noise_and_bias,
    series,
    settling,
    step_response,
    tracking_error,
    variance_floor,
)
from .style import LINES, OKABE_ITO, show


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
