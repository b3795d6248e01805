"""Figures: what they show, in which colours, and the words for who cannot see them."""

import inspect
import struct
import subprocess
import sys

import matplotlib
import numpy as np
import pytest

from advsec import plots
from advsec.averages import ewma


N = 60
LINE = np.linspace(1.0, 2.0, N)
FIGURES = {
    "series": lambda: plots.series(LINE, {r"$\beta$ = 0.9": LINE + 0.5, "other": LINE}, level=1.5),
    "kernels": lambda: plots.kernels([0.5, 0.9]),
    "step_response": lambda: plots.step_response(ewma(np.ones(30), 0.9), N=19),
    "variance_floor": lambda: plots.variance_floor({r"$\alpha$ = 0.5": LINE}, [1 / 3]),
    "tracking_error": lambda: plots.tracking_error(LINE, {r"$\rho$ = 1": LINE**2}, {r"$\rho$ = 1": 0.618}),
    "noise_and_bias": lambda: plots.noise_and_bias(
        np.arange(1, N + 1), {"$a$ = 1": LINE}, {"$a$ = 1": -LINE}
    ),
    "settling": lambda: plots.settling({0.5: np.ones((N, 3)), 2.0: np.ones((N, 3))}, target=5),
    "correction": lambda: plots.correction({r"$\mu$ = 5": (LINE, LINE / 2)}, mark=7),
    "adam_without_correction": lambda: plots.adam_without_correction(LINE, [1, 60]),
}
every_figure = pytest.mark.parametrize("name", FIGURES)


def test_every_figure_of_the_module_is_tested_here():
    drawn = {name for name in plots.__all__ if inspect.isfunction(getattr(plots, name))} - {"show"}
    assert set(FIGURES) == drawn


def panels(name: str) -> list:
    return list(np.ravel(FIGURES[name]()))


@every_figure
def test_every_panel_says_what_its_axes_measure(name):
    axes = panels(name)
    assert all(panel.get_xlabel() for panel in axes)
    assert axes[0].get_ylabel() or all(panel.get_title(loc="left") for panel in axes)


@every_figure
def test_words_describe_the_figure_without_the_signs_of_mathematics(name):
    words = panels(name)[0].figure.get_label()
    assert len(words.split()) >= 15
    assert not set(words) & set("$\\{}")
    assert words.endswith(".")


@every_figure
def test_lines_of_one_panel_differ_by_more_than_colour(name):
    for panel in panels(name):
        labelled = [line for line in panel.get_lines() if not line.get_label().startswith("_")]
        looks = [(line.get_linestyle(), line._dash_pattern[1], line.get_marker()) for line in labelled]
        assert len({str(look) for look in looks}) == len(looks)


@every_figure
def test_style_of_the_reader_is_neither_used_nor_changed(name):
    with matplotlib.rc_context({"figure.facecolor": "red", "axes.grid": False}):
        before = dict(matplotlib.rcParams)
        figure = panels(name)[0].figure
        assert dict(matplotlib.rcParams) == before
    assert figure.get_facecolor() == (1, 1, 1, 1)


@every_figure
def test_figures_are_not_kept_by_pyplot(name):
    panels(name)
    assert "matplotlib.pyplot" not in sys.modules or not sys.modules["matplotlib.pyplot"].get_fignums()


def test_words_follow_the_data():
    words = plots.kernels([0.9])[0].figure.get_label()
    assert "beta 0.9: the newest weighs 0.1, the window of 19 observations holds 86.5% of the weight" in words
    words = plots.step_response(ewma(np.ones(30), 0.9), N=19).figure.get_label()
    assert "52.17% after 7 observations, 86.49% after 19" in words


def test_words_name_the_better_average_at_the_mark():
    worse, better = np.full(9, 2.0), np.ones(9)
    assert "corrected is better" in plots.correction({"case": (worse, better)}).item().figure.get_label()
    assert "raw is better" in plots.correction({"case": (better, worse)}, mark=3).item().figure.get_label()


def test_kernels_draw_the_weights_and_the_plain_mean_of_equal_area():
    (axes,) = plots.kernels([0.9])
    heights = [bar.get_height() for bar in axes.patches if bar.get_width() == pytest.approx(0.8)]
    np.testing.assert_allclose(heights, 0.1 * 0.9 ** np.arange(len(heights)))
    rectangle, age = axes.get_lines()
    assert np.trapezoid(rectangle.get_ydata(), rectangle.get_xdata()) == pytest.approx(1)
    assert age.get_xdata() == pytest.approx([9])


def test_data_and_truth_leave_the_first_colour_to_the_first_average():
    axes = plots.series(LINE, {"average": LINE}, level=1.5)
    assert [line.get_color() for line in axes.get_lines()] == ["0.6", "black", plots.OKABE_ITO["blue"]]
    assert axes.get_lines()[0].get_markevery() == 1


def luminance(color: str) -> float:
    channels = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize("color", plots.LINES["color"])
def test_lines_stand_out_on_white(color):
    assert 1.05 / (luminance(color) + 0.05) >= 3


def test_palette_is_that_of_okabe_and_ito():
    assert [color.lower() for color in plots.OKABE_ITO.values()] == [
        "#000000", "#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7",
    ]  # fmt: skip
    assert set(plots.LINES["color"]) <= set(plots.OKABE_ITO.values())


@pytest.fixture
def shown(monkeypatch):
    objects = []
    monkeypatch.setattr("IPython.display.display", objects.append)
    return objects


def test_show_gives_image_alt_text_and_plain_text(shown):
    plots.show(plots.kernels([0.5]), alt="Weights that halve.")
    png, metadata = shown[0]._repr_png_()
    assert repr(shown[0]) == "Figure: Weights that halve."
    assert metadata == {"alt": "Weights that halve.", "width": 600, "height": 300}
    assert struct.unpack(">II", png[16:24]) == (1200, 600)


def test_show_uses_the_words_of_the_figure(shown):
    axes = plots.kernels([0.5])
    for figure in (axes, axes[0], axes[0].figure):
        plots.show(figure)
    assert {repr(picture) for picture in shown} == {f"Figure: {axes[0].figure.get_label()}"}


def test_show_refuses_a_figure_without_words(shown):
    from matplotlib.figure import Figure

    with pytest.raises(ValueError, match="alt must be a description of the figure, got ''"):
        plots.show(Figure())
    assert shown == []


def test_the_same_figure_gives_the_same_bytes(shown):
    plots.show(plots.kernels([0.5]))
    plots.show(plots.kernels([0.5]))
    assert shown[0] == shown[1]
    assert b"matplotlib" not in shown[0].png


def test_a_notebook_gets_the_alt_text_as_metadata_of_the_image():
    code = (
        "from IPython.core.interactiveshell import InteractiveShell; from advsec.plots.style import _Picture;"
        "formatter = InteractiveShell.instance().display_formatter;"
        "data, metadata = formatter.format(_Picture(b'x', {'alt': 'A line.'}));"
        "print(sorted(data), data['text/plain'], metadata)"
    )
    result = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert (
        result.stdout.strip()
        == "['image/png', 'text/plain'] Figure: A line. {'image/png': {'alt': 'A line.'}}"
    )
