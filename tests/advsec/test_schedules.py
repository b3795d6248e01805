import numpy as np
import pytest
from hypothesis import given, strategies as st

from advsec.optimizers import minimize
from advsec.problems import saddle
from advsec.schedules import (
    cosine_restarts,
    cycle_position,
    cyclical,
    one_cycle,
    range_test_lrs,
    snapshot_steps,
)


lengths = st.integers(1, 20)


def smith(t, lr_min, lr_max, step_size):
    """The formula of the paper, in floating point."""
    cycle = np.floor(1 + t / (2 * step_size))
    x = np.abs(t / step_size - 2 * cycle + 1)
    return lr_min + (lr_max - lr_min) * np.maximum(0, 1 - x)


@given(lengths)
def test_triangular_is_the_formula_of_the_paper(step_size):
    t = np.arange(200)
    np.testing.assert_allclose(
        cyclical(t, lr_min=0.1, lr_max=0.9, step_size_up=step_size), smith(t, 0.1, 0.9, step_size), rtol=1e-13
    )


@given(lengths, lengths, st.integers(0, 10**6))
def test_cyclical_touches_its_bounds_exactly(up, down, cycle):
    schedule = {"lr_min": 0.125, "lr_max": 1.0, "step_size_up": up, "step_size_down": down}
    assert cyclical(cycle * (up + down), **schedule) == 0.125
    assert cyclical(cycle * (up + down) + up, **schedule) == 1.0


def test_triangular2_halves_every_cycle_and_survives_a_million_of_them():
    peaks = cyclical([5, 15, 25], lr_min=0.0, lr_max=1.0, step_size_up=5, mode="triangular2")
    np.testing.assert_array_equal(peaks, [1.0, 0.5, 0.25])
    late = 10**6 * 10 + 5
    assert cyclical(late, lr_min=0.1, lr_max=1.0, step_size_up=5, mode="triangular2") == 0.1


def test_exp_range_decays_with_every_step():
    peak = cyclical(15, lr_min=0.0, lr_max=1.0, step_size_up=5, mode="exp_range", gamma=0.9)
    assert peak == pytest.approx(0.9**15)


@given(lengths, st.integers(1, 4), st.integers(0, 2000))
def test_cycle_position_counts_every_step_once(T_0, T_mult, t):
    cycle, T_cur, T_i = cycle_position(t, T_0, T_mult)
    assert T_i == T_0 * T_mult**cycle
    assert 0 <= T_cur < T_i
    assert sum(T_0 * T_mult**i for i in range(cycle)) + T_cur == t


@given(lengths, st.integers(1, 4))
def test_a_schedule_of_an_array_is_the_schedule_of_each_step(T_0, T_mult):
    schedule = {"lr_min": 0.1, "lr_max": 1.0, "T_0": T_0, "T_mult": T_mult, "lr_max_decay": 0.7}
    together = cosine_restarts(np.arange(50), **schedule)
    assert together.tolist() == [cosine_restarts(t, **schedule) for t in range(50)]


@given(lengths, st.integers(1, 4), st.integers(0, 3))
def test_e21_a_cycle_starts_at_the_top_and_stops_short_of_the_bottom(T_0, T_mult, cycle):
    start = sum(T_0 * T_mult**i for i in range(cycle))
    length = T_0 * T_mult**cycle
    schedule = {"lr_min": 0.1, "lr_max": 0.7, "T_0": T_0, "T_mult": T_mult}
    assert cosine_restarts(start, **schedule) == pytest.approx(0.7, rel=1e-15)
    last = cosine_restarts(start + length - 1, **schedule)
    gap = 0.6 * (1 - np.cos(np.pi / length)) / 2
    assert last - 0.1 == pytest.approx(gap, rel=1e-9)
    assert last > 0.1


def test_a_long_exact_restart_is_exact():
    """Where a logarithm in floating point finds the previous cycle: T_0 = 7, T_mult = 3, step 847."""
    assert cycle_position(847, 7, 3) == (5, 0, 1701)
    assert cosine_restarts(847, lr_min=0.0, lr_max=1.0, T_0=7, T_mult=3) == 1.0


def test_the_bounds_decay_after_each_cycle():
    schedule = {"lr_min": 0.1, "lr_max": 1.0, "T_0": 4, "lr_min_decay": 0.5, "lr_max_decay": 0.8}
    np.testing.assert_allclose(cosine_restarts([0, 4, 8], **schedule), [1.0, 0.8, 0.64])
    middle = cosine_restarts(6, **schedule)
    assert middle == pytest.approx((0.8 + 0.05) / 2)


@given(st.integers(0, 200), lengths, st.integers(1, 3))
def test_e22_snapshots_are_taken_at_the_lowest_rate_of_each_whole_cycle(n_steps, T_0, T_mult):
    steps = snapshot_steps(n_steps, T_0, T_mult)
    rates = cosine_restarts(np.arange(n_steps + 1), lr_min=0.1, lr_max=1.0, T_0=T_0, T_mult=T_mult)
    assert all(step < n_steps and cycle_position(step + 1, T_0, T_mult)[1] == 0 for step in steps)
    if T_0 > 1:
        assert (rates[steps + 1] > rates[steps]).all()
        assert steps.tolist() == [t for t in range(n_steps) if rates[t + 1] > rates[t]]


@given(st.integers(4, 300), st.floats(0.3, 0.9))
def test_one_cycle_rises_once_and_falls_once(n_steps, warmup_fraction):
    rates = one_cycle(np.arange(n_steps), lr_max=2.0, n_steps=n_steps, warmup_fraction=warmup_fraction)
    assert rates[0] == pytest.approx(2.0 / 25)
    assert rates[-1] == pytest.approx(2.0 / 25 / 1e4)
    assert rates.max() <= 2.0
    peak = rates.argmax()
    assert (np.diff(rates[: peak + 1]) > 0).all()
    assert (np.diff(rates[peak:]) < 0).all()
    assert abs(peak - (warmup_fraction * n_steps - 1)) <= 1


def test_e19_cycles_leave_a_saddle_sooner_and_a_minimum_not_at_all():
    def cycles(t):
        return cyclical(t, lr_min=0.05, lr_max=0.5, step_size_up=10)

    def slope(w):  # of w**4 - 2 w**2 + 0.3 w, whose minimum at 0.96 is the higher one
        return 4 * w**3 - 4 * w + 0.3

    path = minimize(slope, [0.9], "gd", lr=cycles, n_steps=200).w
    assert path[-1] == pytest.approx(0.96015, abs=1e-5)

    def steps_to_leave(offset, lr):
        path = minimize(saddle().grad, [1.0, offset], "gd", lr=lr, n_steps=300).w
        left = np.flatnonzero(np.abs(path[:, 1]) > 0.5)
        return int(left[0]) if left.size else None

    assert steps_to_leave(0.0, cycles) is None
    assert (steps_to_leave(1e-6, cycles), steps_to_leave(1e-6, 0.05)) == (55, 272)


def test_e20_the_range_test_of_the_slide_is_geometric_and_of_the_paper_linear():
    slide = range_test_lrs(7, lr_min=1e-5, lr_max=10.0)
    np.testing.assert_allclose(slide[1:] / slide[:-1], 10.0)
    paper = range_test_lrs(7, lr_min=1e-5, lr_max=10.0, spacing="linear")
    np.testing.assert_allclose(np.diff(paper), (10.0 - 1e-5) / 6)


def test_a_single_step_gives_python_numbers():
    assert type(cosine_restarts(3, lr_min=0.0, lr_max=1.0, T_0=2)) is float
    assert type(cyclical(np.int64(3), lr_min=0.0, lr_max=1.0, step_size_up=2)) is float
    assert [type(part) for part in cycle_position(3, 2)] == [int, int, int]


def test_no_steps_have_no_rates():
    assert cyclical([], lr_min=0.0, lr_max=1.0, step_size_up=2).shape == (0,)
    assert cosine_restarts([], lr_min=0.0, lr_max=1.0, T_0=2, T_mult=2).shape == (0,)
    assert snapshot_steps(0, 5).shape == (0,)
