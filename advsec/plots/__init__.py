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
from .bars import bars, distributions, stacked_bars
from .batch_normalization import covariate_shift
from .bias_variance import error_plane
from .dropout import outputs_of_masks, thinned_networks, three_averages, training_and_test, weight_paths
from .gradient_check import chords, error_parts
from .learning_rate import gains, rate_reader
from .lines import curves, fits, gradient_errors, range_test, schedules
from .optimizers import adam_steps, momentum_plane
from .planes import contours, decision_regions, heat_maps, mask_grid
from .style import LINES, OKABE_ITO, show


__all__ = [
    "LINES",
    "OKABE_ITO",
    "adam_steps",
    "adam_without_correction",
    "bars",
    "chords",
    "contours",
    "correction",
    "covariate_shift",
    "curves",
    "decision_regions",
    "distributions",
    "error_parts",
    "error_plane",
    "fits",
    "gains",
    "gradient_errors",
    "heat_maps",
    "kernels",
    "mask_grid",
    "momentum_plane",
    "noise_and_bias",
    "outputs_of_masks",
    "range_test",
    "rate_reader",
    "schedules",
    "series",
    "settling",
    "show",
    "stacked_bars",
    "step_response",
    "thinned_networks",
    "three_averages",
    "tracking_error",
    "training_and_test",
    "variance_floor",
    "weight_paths",
]
