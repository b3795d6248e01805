"""Figures of the fourth lecture."""

import numpy as np
import pytest

from advsec import plots
from tests.advsec.test_plots import rendered, words


EPS = np.array([1e-6, 1e-4, 1e-2])
PARTS = {"truncation": EPS**2 / 6, "round-off": 1e-16 / EPS}


def test_chords_have_the_slopes_of_the_differences():
    (axes,) = plots.chords({"cube": lambda x: x**3}, 1.0, 0.5)
    _, forward, central, points = axes.get_lines()
    for line, slope in ((forward, 4.75), (central, 3.25)):
        (x0, y0), (x1, y1) = line.get_xydata()[[0, -1]]
        assert (y1 - y0) / (x1 - x0) == pytest.approx(slope)
    np.testing.assert_allclose(points.get_xydata(), [[0.5, 0.125], [1, 1], [1.5, 3.375]])
    assert "cube: forward chord with slope 4.75, central chord with slope 3.25." in words([axes])


def test_chords_of_functions_of_any_kind_are_drawn():
    panels = plots.chords({"kink": np.abs, "jump": np.sign}, 0.0, 1e-3)
    assert "kink: forward chord with slope 1, central chord with slope 0" in words(panels)
    assert rendered(panels)


def test_the_parts_of_an_error_add_up():
    axes = plots.error_parts(EPS, PARTS["truncation"], PARTS, mark=1e-4)
    drawn = {line.get_label(): line.get_ydata() for line in axes.get_lines()}
    np.testing.assert_allclose(drawn["sum"], np.add(*PARTS.values()))
    assert "At the marked step 0.0001: truncation 1.7 times 10^-9, round-off 10^-12." in words(axes)


def test_errors_are_described_by_what_every_processor_agrees_on():
    """Rounding is not the same everywhere, by a few per cent at most."""
    error = np.array([2.1e-7, 2e-11, 1.5e-5])
    before = [plots.error_parts(EPS, error, PARTS), plots.gradient_errors(EPS, {"central": error}, {})]
    after = [
        plots.error_parts(EPS, 1.1 * error, PARTS), plots.gradient_errors(EPS, {"central": 1.1 * error}, {})
    ]  # fmt: skip
    assert list(map(words, before)) == list(map(words, after))
    assert "central: 10^-7 at 10^-6, lowest 10^-11 near 0.0001, 10^-5 at 0.01." in words(before[1])


def test_a_bottom_is_described_by_its_middle_or_its_ends():
    steps = 10.0 ** np.arange(-9, -1)
    wide = np.where(steps < 2e-4, 1e-16, steps**2)
    narrow = np.array([1e-7, 1e-8, 1e-9, 1e-10, 1e-11, 2e-12, 1e-12, 1e-3])
    text = words(plots.gradient_errors(steps, {"complex": wide, "central": narrow}, {}))
    assert "complex: 10^-16 at 10^-9, lowest 10^-16 from 10^-9 to 0.0001, 0.0001 at 0.01;" in text
    assert "central: 10^-7 at 10^-9, lowest 10^-12 near 0.0001, 0.001 at 0.01." in text
