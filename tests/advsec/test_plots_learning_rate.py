"""Figures of the lecture on the learning rate."""

import numpy as np
import pytest

from advsec import plots
from advsec.plots.learning_rate import outline


LRS = np.geomspace(0.01, 10, 31)
SMOOTHED = (np.log10(LRS) + 0.5) ** 2 + 1
TRAINING = {0.1: np.array([2.0, 1.5, 1.2]), 1.0: np.array([1.8, 0.9, 0.4])}


def test_each_rate_is_pinned_to_the_curve_in_the_look_of_its_training():
    left, right = plots.rate_reader(LRS, SMOOTHED, TRAINING)
    for pin, course, (lr, losses) in zip(
        left.get_lines()[1:], right.get_lines(), TRAINING.items(), strict=True
    ):
        assert list(pin.get_xdata()) == [lr, lr]
        assert pin.get_ydata()[0] == pytest.approx((np.log10(lr) + 0.5) ** 2 + 1, abs=0.01)
        np.testing.assert_array_equal(course.get_ydata(), losses)
        assert (pin.get_color(), pin.get_marker()) == (course.get_color(), course.get_marker())


def test_the_words_tell_what_each_rate_came_to():
    words = plots.rate_reader(LRS, SMOOTHED, TRAINING)[0].figure.get_label()
    assert "rate 0.1: 1.25 on the range test, in training from 2 to 1.2 after 3 epochs" in words
    assert "rate 1: 1.25 on the range test, in training from 1.8 to 0.4 after 3 epochs" in words
    assert "lowest (1) at 0.316" in words


def test_one_epoch_and_one_rate_are_enough():
    panels = plots.rate_reader([0.1], [1.0], {0.1: [2.0]})
    panels[0].figure.canvas.draw()
    assert "nan" not in panels[0].figure.get_label()


def test_an_outline_is_the_same_where_the_numbers_are_nearly_the_same():
    said = {"xlabel": "epoch", "ylabel": "error in %", "at": [1, 24], "step": 5}
    epochs = [1, 12, 24]
    words = outline(epochs, {r"$\alpha$": np.array([[39.0, 42.0], [1.0, 1.0], [16.0, 18.0]])}, **said)
    assert words == "Chart of error in % against epoch, in round numbers. alpha: 40 at 1, 15 at 24."
    assert words == outline(epochs, {"alpha": [41.0, 1.0, 16.9]}, **said)
    assert words != outline(epochs, {"alpha": [41.0, 1.0, 21.0]}, **said)


def test_an_outline_speaks_of_names_as_of_numbers():
    words = outline(["a", "b"], {"error": [17.0, 76.0]}, at=["b"], step=15, xlabel="rule", ylabel="error")
    assert words.endswith("error: 75 at b.")


def test_gains_and_losses_stand_on_two_sides_of_zero():
    values = {"cycles": [-4.0, 9.0, 3.0], "none": [1.0, -2.0, -3.0]}
    axes = plots.gains(["C10", "C100", "SVHN"], values, xlabel="gain in %")
    shade = axes.patches[0].get_extents().transformed(axes.transData.inverted())
    assert shade.x1 == pytest.approx(0)
    assert shade.x0 == pytest.approx(axes.get_xlim()[0])
    words = axes.figure.get_label()
    assert "cycles: above 0 in 2 of 3, lowest -4 at C10, highest 9 at C100" in words
    assert "none: above 0 in 1 of 3" in words


def test_methods_that_never_lose_have_no_shade_to_stand_in():
    axes = plots.gains(["C10"], {"cycles": [2.0]}, xlabel="gain in %")
    assert axes.get_xlim()[0] == 0
