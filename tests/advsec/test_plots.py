"""Figures: what they show, in which colours, and the words for who cannot see them."""

import ast
import base64
import copy
import functools
import io
import re
import struct
import subprocess
import sys

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_hex

from advsec import plots
from advsec.averages import ewma
from advsec.plots import style
from tests.advsec.examples.plots import EXAMPLES, GRID, LINE, RUNS, SPIRAL, N, T, bowl


# The least that each figure can be asked for: one run, one step, one name, one cell.
SMALLEST = {
    "curves": {"x": [1.0], "lines": {"a": [[2.0]]}, "xlabel": "x", "ylabel": "y", "error_bars": True},
    "schedules": {"lrs": {"constant": [0.1]}},
    "range_test": {"lrs": [0.1], "losses": [1.0], "smoothed": [1.0], "suggestions": {}},
    "gradient_errors": {"eps": [1e-5], "errors": {"central": [0.0]}, "orders": {"central": 2}},
    "fits": {"x": [1.0], "fits": {"mean": [[2.0]]}, "truth": [2.0]},
    "bars": {"names": ["W"], "values": {"xi": [0.0]}, "xlabel": "error", "log": True},
    "stacked_bars": {"names": ["0"], "parts": {"bias": [1.0]}, "xlabel": "degree", "ylabel": "error"},
    "distributions": {"layers": {"plain": [[1.0]]}},
    "contours": {"f": bowl, "paths": {"no step": [[1.0, 1.0]]}},
    "heat_maps": {
        "maps": {"one": [[2.0]]}, "rows": [1], "columns": [2], "ylabel": "r", "xlabel": "c", "label": "v"
    },
    "mask_grid": {"masks": [[True]], "keep_prob": 1.0},
    "decision_regions": {
        "x1": [0.0, 1.0], "x2": [0.0, 1.0], "regions": {"all": [[1, 1], [1, 1]]}, "X": [[0.0, 1.0]], "y": [1]
    },
}  # fmt: skip
every_figure = pytest.mark.parametrize("name", sorted(EXAMPLES.keys() - {"show"}))


def draw(name: str) -> list:
    return list(np.ravel(getattr(plots, name)(**EXAMPLES[name].arguments())))


@functools.cache
def panels(name: str) -> list:
    """The axes of a figure, for tests that only look at them."""
    return draw(name)


def words(axes) -> str:
    return np.ravel(axes)[0].figure.get_label()


def rendered(axes, *, arranged: bool = True) -> bytes:
    """The picture; half as long to draw when the panels are not arranged."""
    file, figure = io.BytesIO(), np.ravel(axes)[0].figure
    if not arranged:
        figure.set_layout_engine("none")
    figure.savefig(file, format="png", dpi=50)
    return file.getvalue()


def arrays(value: object) -> list[np.ndarray]:
    if isinstance(value, dict | list | tuple):
        values = value.values() if isinstance(value, dict) else value
        return [array for item in values for array in arrays(item)]
    return [value] if isinstance(value, np.ndarray) else []


def named(axis) -> bool:
    """Whether an axis says what it shows, by its label or by words at its ticks."""
    return bool(axis.get_label_text()) or any(tick.get_text().isalnum() for tick in axis.get_ticklabels())


@every_figure
def test_every_panel_says_what_its_axes_measure(name):
    axes = panels(name)
    assert all(named(panel.xaxis) for panel in axes)
    assert named(axes[0].yaxis) or all(panel.get_title(loc="left") for panel in axes)


@every_figure
def test_words_describe_the_figure_without_the_signs_of_mathematics(name):
    text = words(panels(name))
    assert len(text.split()) >= 15
    assert not set(text) & set("$\\{}")
    assert not re.search(r"\de[+-]?\d", text)
    assert text.endswith(".")


def test_words_have_their_numbers_as_people_write_them():
    line = {"loss": [1.02e3, 1e4, 2.5e6, 1e-3, -6.52e-9, 1e-8]}
    axes = plots.curves(np.array([1, 2, 3, 4, 5, 6e3]), line, xlabel="step", ylabel="loss, 1e-5 of it")
    assert (
        "loss: 1,020 at 1, highest 2,500,000 at 3, lowest -6.52 times 10^-9 at 5, 10^-8 at 6,000."
        in words(axes)
    )
    assert "loss, 10^-5 of it" in words(axes)
    assert style.spelt("x1e3, 0x1e5, 1e3") == "x1e3, 0x1e5, 1,000"


@every_figure
def test_words_and_picture_change_with_the_data(name):
    arguments = EXAMPLES[name].arguments()
    before = getattr(plots, name)(**arguments)
    changed = copy.deepcopy(arguments)
    for array in arrays(changed):
        array[...] = ~array if array.dtype == bool else 0.9 * array if array.dtype == float else array
    after = getattr(plots, name)(**changed)
    assert words(before) != words(after)
    assert rendered(before, arranged=False) != rendered(after, arranged=False)


@every_figure
def test_the_picture_stays_what_it_is_when_its_data_changes_afterwards(name):
    arguments = EXAMPLES[name].arguments()
    axes = getattr(plots, name)(**arguments)
    for array in arrays(arguments):
        array[...] = 0
    assert rendered(axes, arranged=False) == rendered(draw(name), arranged=False)


@pytest.mark.parametrize("name", SMALLEST)
def test_one_run_and_one_point_are_enough(name):
    axes = getattr(plots, name)(**SMALLEST[name])
    assert rendered(axes)
    assert "nan" not in words(axes)


@every_figure
def test_lines_of_one_panel_differ_by_more_than_colour(name):
    for panel in panels(name):
        labelled = [line for line in panel.get_lines() if not line.get_label().startswith("_")]
        looks = [
            (line._dash_pattern, line.get_linewidth(), line.get_marker(), line.get_fillstyle())
            for line in labelled
        ]
        assert len({str(look) for look in looks}) == len(looks)


@every_figure
def test_bars_of_one_panel_differ_by_more_than_colour(name):
    for panel in panels(name):
        labelled = [bars for bars in panel.containers if not str(bars.get_label()).startswith("_")]
        assert len({bars[0].get_hatch() for bars in labelled}) == len(labelled)


@every_figure
def test_colours_are_those_of_the_palette_and_greys(name):
    palette = {color.upper() for color in plots.OKABE_ITO.values()}
    for panel in panels(name):
        colors = {to_hex(line.get_color()).upper() for line in panel.get_lines()}
        colors |= {to_hex(patch.get_facecolor()).upper() for patch in panel.patches}
        assert all(color in palette or len({color[1:3], color[3:5], color[5:]}) == 1 for color in colors)


@every_figure
def test_style_of_the_reader_is_neither_used_nor_changed(name):
    with matplotlib.rc_context({"figure.facecolor": "red", "axes.grid": False}):
        before = dict(matplotlib.rcParams)
        figure = draw(name)[0].figure
        assert dict(matplotlib.rcParams) == before
    assert figure.get_facecolor() == (1, 1, 1, 1)


@every_figure
def test_figures_are_not_kept_by_pyplot(name):
    draw(name)
    assert "matplotlib.pyplot" not in sys.modules or not sys.modules["matplotlib.pyplot"].get_fignums()


def test_words_follow_the_data():
    text = words(plots.kernels([0.9]))
    assert "beta 0.9: the newest weighs 0.1, the window of 19 observations holds 86.5% of the weight" in text
    text = words(plots.step_response(ewma(np.ones(30), 0.9), N=19))
    assert "52.17% after 7 observations, 86.49% after 19" in text


def test_words_name_the_better_average_at_the_mark():
    worse, better = np.full(9, 2.0), np.ones(9)
    assert "corrected is better" in words(plots.correction({"case": (worse, better)}))
    assert "raw is better" in words(plots.correction({"case": (better, worse)}, mark=3))


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


def test_series_name_what_was_observed():
    axes = plots.series(LINE, {}, dots="batch means")
    assert axes.get_lines()[0].get_label() == "batch means"
    assert f"{N} batch means between 1.00 and 2.00" in words(axes)


def test_curves_draw_the_mean_over_seeds_and_its_standard_error():
    axes = plots.curves(T, {"runs": RUNS}, xlabel="step", ylabel="loss")
    mean, error = RUNS.mean(axis=1), RUNS.std(axis=1, ddof=1) / 2
    np.testing.assert_allclose(axes.get_lines()[0].get_ydata(), mean)
    (band,) = axes.collections
    corners = band.get_paths()[0].vertices
    for x, low, high in zip(T, mean - error, mean + error, strict=True):
        at_x = corners[corners[:, 0] == x, 1]
        assert (at_x.min(), at_x.max()) == pytest.approx((low, high))
    assert words(axes).endswith("Means and standard errors over 4 seeds.")


def test_curves_describe_their_course():
    axes = plots.curves([1, 2, 3, 4], {"a": [3, 1, 5, 4]}, xlabel="epoch", ylabel="loss")
    assert "a: 3 at 1, lowest 1 at 2, highest 5 at 3, 4 at 4." in words(axes)


def test_curves_end_where_a_run_diverges():
    lines = {"some": [[1, 1], [2, 2], [3, np.inf]], "all": [np.nan, np.nan, np.inf]}
    axes = plots.curves([1, 2, 3], lines, xlabel="step", ylabel="loss")
    np.testing.assert_array_equal(axes.get_lines()[0].get_ydata(), [1, 2, np.nan])
    assert "some: lowest 1 at 1, highest 2 at 2, then not finite; all: no finite value." in words(axes)
    assert rendered(axes)


def test_schedules_name_their_peaks():
    halving = [0.1, 1.0, 0.1, 0.5, 0.1]
    assert "from 0.1 to 0.1; peaks: 1 at step 1, 0.5 at step 3." in words(plots.schedules({"a": halving}))
    restarts = [1.0, 0.5, 0.0, 1.0, 0.5]
    assert "peaks: 1 at step 0, 1 at step 3." in words(plots.schedules({"a": restarts}))
    assert "peaks: none." in words(plots.schedules({"a": [0.1, 0.1, 0.1]}))


def test_suggestions_sit_on_the_average():
    axes = plots.range_test([1, 10, 100], [9, 9, 9], [3, 2, 1], {"steepest": 10**0.5})
    assert axes.get_lines()[2].get_xydata()[0] == pytest.approx([10**0.5, 2.5])
    assert "steepest: 3.16, where the loss is 2.5." in words(axes)


def test_guides_of_the_gradient_errors_have_their_slopes():
    axes = plots.gradient_errors(**EXAMPLES["gradient_errors"].arguments())
    _, right, left = axes.get_lines()
    slopes = [
        np.diff(np.log(guide.get_ydata())) / np.diff(np.log(guide.get_xdata())) for guide in (right, left)
    ]
    np.testing.assert_allclose(np.concatenate(slopes), [2] * len(slopes[0]) + [-1] * len(slopes[1]))
    assert "lowest 10^-9 near 0.001" in words(axes)


def test_fits_tell_bias_from_variance():
    axes = plots.fits([0, 1], {"off": [[3, 3], [1, 1]]}, truth=[0, 0])
    assert "2 fits, their mean 2 off the truth, each 1 off their mean" in words(axes)


def test_bars_write_their_numbers_also_where_there_is_no_bar():
    axes = plots.bars(["a", "b"], {"xi": [0.25, 0.0]}, xlabel="error", log=True)
    assert [text.get_text() for text in axes.texts] == ["0.25", "0"]
    assert "xi: a 0.25, b 0." in words(axes)


def test_bars_set_thousands_apart_and_leave_powers_to_what_is_huge():
    numbers = {"999": 999.4, "1,000": 999.6, "1,428": 1428.0, "-24,680": -24680.4, "1e+09": 1e9}
    axes = plots.bars(list("abcde"), {"steps": list(numbers.values())}, xlabel="steps")
    assert [text.get_text() for text in axes.texts] == list(numbers)
    assert "steps: a 999, b 1,000, c 1,428, d -24,680, e 10^9." in words(axes)
    axes = plots.stacked_bars("a", {"bias": [1000.0], "variance": [234.0]}, xlabel="degree", ylabel="error")
    assert axes.texts[0].get_text() == "1,234"
    assert "a: bias 1,000 + variance 234 = 1,234." in words(axes)


def test_every_level_is_drawn_in_a_dash_of_its_own():
    levels = dict(zip("abcde", np.arange(1.0, 6.0), strict=True))
    axes = plots.bars(["W"], {"xi": [3.0]}, xlabel="error", levels=levels)
    assert [line.get_xdata()[0] for line in axes.get_lines()] == [1, 2, 3, 4, 5]
    assert len({str(line._dash_pattern) for line in axes.get_lines()}) == 5
    assert "Thin lines: a at 1, b at 2, c at 3, d at 4, e at 5." in words(axes)


def test_stacked_bars_add_up_and_say_where_they_are_cut():
    axes = plots.stacked_bars(**EXAMPLES["stacked_bars"].arguments())
    bias, variance = axes.containers
    assert [bar.get_y() for bar in variance] == [bar.get_height() for bar in bias]
    assert [text.get_text() for text in axes.texts] == ["1.5", "101 ↑"]
    assert "9: bias 2 + variance 99 = 101, measured directly 100. Bars are cut at 3." in words(axes)


def test_distributions_are_boxes_from_quarter_to_quarter():
    (axes,) = plots.distributions({"plain": [np.arange(101)]})
    assert (axes.patches[0].get_y(), axes.patches[0].get_height()) == (25, 50)
    assert "layer 1: 5, 50, 95." in words(axes)


def test_contours_draw_every_step_over_a_landscape_of_their_own():
    path = [[1.0, 1.0], [0.5, -1.0], [0.25, 1.0]]
    landscapes = {"steep": bowl, "flat": lambda w: bowl(w) / 100}
    axes = plots.contours(landscapes, {"steep": path, "flat": path})
    np.testing.assert_array_equal(axes[0].get_lines()[0].get_xydata(), path)
    assert "steep: from 10 at (1, 1) to 9.06 at (0.25, 1), steps: 2, changes of direction: 1" in words(axes)
    assert "flat: from 0.1 at (1, 1) to" in words(axes)


def test_contours_show_a_path_that_diverges():
    axes = plots.contours(
        bowl, {"lr too large": [[1, 1], [9, 99], [np.inf, -np.inf]]}, window=[[-2, -2], [2, 2]]
    )
    assert axes[0].get_xlim() == (-2, 2)
    assert rendered(axes)


def test_figures_of_many_panels_fit_on_a_page():
    axes = plots.contours(bowl, {str(i): SPIRAL for i in range(6)})
    assert axes[0].figure.get_figwidth() == style.WIDEST
    axes = plots.fits([0, 1], {str(i): [[1, 2]] for i in range(6)}, truth=[0, 0])
    assert axes[0].figure.get_figwidth() == style.WIDEST


def test_heat_maps_of_many_cells_write_no_numbers():
    names = np.linspace(0, 1, 60)
    axes = plots.heat_maps({"a": np.eye(60)}, rows=names, columns=names, ylabel="y", xlabel="x", label="v")
    assert len(axes[0].texts) == 0
    assert len(axes[0].get_xticks()) == 8


def test_heat_maps_leave_cells_empty_that_are_not_finite():
    axes = plots.heat_maps(
        {"a": [[1.0, np.nan], [3.0, 2.0]]},
        rows=["r", "s"],
        columns=[0.5, 7],
        ylabel="y",
        xlabel="x",
        label="v",
    )
    assert [text.get_text() for text in axes[0].texts] == ["1", "3", "2"]
    assert "a: lowest 1 at r and 0.5, highest 3 at s and 0.5, median 2, 1 of 3 cells above 2." in words(axes)
    assert rendered(axes)


def test_values_are_darker_when_larger_also_without_colour():
    greys = [luminance(to_hex(color)) for color in style.values_to_colors()(np.linspace(0, 1, 50))]
    assert (np.diff(greys) < 0).all()


def test_masks_are_counted_by_unit():
    axes = plots.mask_grid([[True, False], [True, True]], 0.9)
    assert [bar.get_height() for bar in axes[1].patches] == [1, 0.5]
    assert "from 0.5 to 1, 0.75 in all; a line at 0.9." in words(axes)


def test_examples_on_the_wrong_side_are_counted_and_ringed():
    X = [[-1.0, 0.0], [1.0, 0.0], [0.9, 0.1], [-0.9, 0.2]]
    right = np.tile(GRID > 0, (9, 1))
    (axes,) = plots.decision_regions(GRID, GRID, {"line": right}, X, [0, 1, 0, 0])
    rings = axes.get_lines()[-1]
    np.testing.assert_array_equal(rings.get_xydata(), [[0.9, 0.1]])
    assert "3 circles of class 0 and 1 triangles of class 1" in words(axes)
    assert "line: 25.0% of the examples on the wrong side" in words(axes)


def test_many_regions_stand_in_two_rows():
    everywhere = np.zeros((9, 9))
    panels = plots.decision_regions(GRID, GRID, dict.fromkeys("abcde", everywhere), [[0.0, 0.0]], [0])
    assert [axes.get_title(loc="left") for axes in panels] == list("abcde")
    assert [axes.get_subplotspec().rowspan.start for axes in panels] == [0, 0, 0, 1, 1]
    assert len(panels[0].figure.axes) == 5


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
    png, pixels = shown[0].png, base64.b64encode(shown[0].png).decode()
    assert repr(shown[0]) == "Figure: Weights that halve."
    assert shown[0]._repr_html_() == (
        f'<figure>\n<img src="data:image/png;base64,{pixels}" width="600" height="300"'
        ' alt="Weights that halve.">\n</figure>'
    )
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


def test_a_figure_is_small_and_no_pixel_of_it_changes_visibly():
    """The hardest for a palette: steady shades of one colour, thin lines of five others, and one red dot."""
    axes = plots.series(LINE, {f"line {i}": LINE * i for i in range(5)}, level=LINE)
    axes.imshow(np.linspace(0, 1, 500)[None], cmap=style.values_to_colors(), extent=(0, 60, -1, 0))
    axes.plot(30, 2, ".", color="red", markersize=3)
    before = style.drawing(axes.figure)
    after = style.in_few_shades(before)
    change = np.abs(np.asarray(before, dtype=int) - np.asarray(after.convert("RGB"), dtype=int))
    assert change.max() < 32
    assert np.mean(change.max(axis=-1) > 16) < 0.002
    assert after.convert("RGB").getpixel((0, 0)) == (255, 255, 255)
    assert len(after.getcolors()) <= 128


def test_a_notebook_gets_the_alt_text_in_an_image_tag():
    code = (
        "from IPython.core.interactiveshell import InteractiveShell; from advsec.plots.style import Picture;"
        "formatter = InteractiveShell.instance().display_formatter;"
        "print(formatter.format(Picture(b'x', 'A <line> & \\x22dots\\x22.', 2, 1)))"
    )
    result = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    data, metadata = ast.literal_eval(result.stdout)
    image = 'src="data:image/png;base64,eA==" width="2" height="1"'
    alt = 'alt="A &lt;line&gt; &amp; &quot;dots&quot;."'
    assert data == {
        "text/html": f"<figure>\n<img {image} {alt}>\n</figure>",
        "text/plain": 'Figure: A <line> & "dots".',
    }
    assert metadata == {}


def test_averages_apart_have_a_panel_each_in_which_the_level_is_on_top():
    lines = {r"$\beta$ = 0.5": LINE, r"$\beta$ = 0.9": LINE / 2}
    panels = plots.series(LINE, lines, level=2 * LINE, apart=True)
    assert [panel.get_title(loc="left") for panel in panels] == list(lines)
    assert len({panel.get_ylim() for panel in panels}) == 1
    for panel, average in zip(panels, lines.values(), strict=True):
        drawn = {line.get_label(): line for line in panel.get_lines()}
        np.testing.assert_array_equal(drawn["average"].get_ydata(), average)
        assert drawn["true level"].get_zorder() > drawn["average"].get_zorder()
    assert panels[0].figure.get_label().startswith("Charts, one for each average")
