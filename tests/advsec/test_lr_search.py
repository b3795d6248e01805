import numpy as np
import pytest

from advsec.averages import ewma, ewma_corrected
from advsec.lr_search import RangeTest, lr_range_test, suggest_bounds, suggest_lr
from advsec.schedules import range_test_lrs


CURVATURES = np.array([1.0, 4.0, 10.0])


def descend(w, state, lr):
    return w - lr * CURVATURES * w, state + 1


def loss(w):
    return (CURVATURES * w**2).sum() / 2


def sweep(**hyper):
    lrs = range_test_lrs(60, lr_min=1e-4, lr_max=100.0)
    return lr_range_test(descend, loss, np.ones(3), 0, lrs, **hyper)


def valley(n=41):
    """A curve that is flat, falls steepest at 0.1, is lowest at 1 and explodes."""
    lrs = np.geomspace(1e-4, 10, n)
    x = np.log10(lrs)
    losses = np.where(x < 0, 2 - 1 / (1 + np.exp(-6 * (x + 1))), 1 + 5 * x)
    return RangeTest(lrs, losses, losses, None)


def test_the_losses_are_those_of_the_run():
    result = sweep(beta=0.0)
    w, state = np.ones(3), 0
    for lr, recorded, smoothed in zip(result.lrs, result.losses, result.smoothed, strict=True):
        w, state = descend(w, state, lr)
        assert recorded == smoothed == loss(w)


def test_it_stops_at_the_first_rate_that_diverges():
    result = sweep(beta=0.0)
    assert result.stopped_at == len(result.losses) - 1
    assert result.losses[-1] > 4 * result.losses.min()
    assert result.losses[-2] <= 4 * result.losses[:-1].min()
    assert result.lrs[-1] > 2 / CURVATURES.max()


def test_a_loss_that_overflows_ends_the_test_without_a_warning():
    def explode(w, state, lr):
        return w * np.float64(1e200) ** state, state + 1

    result = lr_range_test(
        explode, lambda w: (w**2).sum(), np.ones(1), 0, [0.1, 0.2, 0.3], diverge_factor=1e300
    )
    assert result.stopped_at == 1
    assert result.lrs.tolist() == [0.1]
    assert np.isfinite(result.losses).all()


def test_a_run_without_divergence_tries_every_rate():
    result = lr_range_test(descend, loss, np.ones(3), 0, [1e-3, 1e-2])
    assert result.stopped_at is None
    assert len(result.losses) == 2


def test_an_optimiser_that_works_in_place_leaves_no_trace():
    w0, velocity = np.ones(3), np.zeros(3)

    def in_place(w, v, lr):
        v *= 0.9
        v += CURVATURES * w
        w -= lr * v
        return w, v

    lr_range_test(in_place, loss, w0, velocity, [0.01, 0.02])
    np.testing.assert_array_equal(w0, 1.0)
    np.testing.assert_array_equal(velocity, 0.0)


def test_smoothing_is_the_corrected_average():
    result = sweep(beta=0.9)
    np.testing.assert_allclose(result.smoothed, ewma_corrected(result.losses, 0.9), rtol=1e-12)


def test_e10_an_average_without_correction_pretends_that_the_loss_rises_first():
    result = sweep(beta=0.98)
    falling = np.argmin(result.losses)
    rising = np.diff(ewma(result.losses, 0.98))[:falling] > 0
    assert rising[:20].all()
    assert (np.diff(result.smoothed)[:falling] < 0).all()


def test_e20_the_lowest_point_is_several_times_the_steepest():
    result = valley()
    steepest, lowest = suggest_lr(result), 10 * suggest_lr(result, rule="min_over_10")
    assert steepest == pytest.approx(0.1)
    assert lowest == pytest.approx(1.0)


def test_the_slope_is_taken_along_the_logarithm():
    lrs = np.array([0.01, 0.1, 1.0, 10.0, 100.0])
    losses = np.array([10.0, 9.0, 7.0, 1.0, 0.9])
    assert suggest_lr(RangeTest(lrs, losses, losses, None)) == 1.0
    assert lrs[np.argmin(np.gradient(losses, lrs))] != 1.0


def test_bounds_enclose_the_steepest_point():
    low, high = suggest_bounds(valley())
    assert low < suggest_lr(valley()) < high
    assert high == pytest.approx(1.0)


def test_a_run_at_the_suggested_rate_makes_progress():
    lr = suggest_lr(sweep(beta=0.0))
    w = np.ones(3)
    for _ in range(100):
        w, _ = descend(w, 0, lr)
    assert loss(w) < 0.01 * loss(np.ones(3))
