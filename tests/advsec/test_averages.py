import math
from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra.numpy import arrays

from advsec.averages import (
    beta_for_window,
    cumulative_mean,
    debias,
    effective_sample_size,
    effective_window,
    ewma,
    ewma_corrected,
    ewma_weights,
    mean_update,
    robbins_monro_conditions,
    stochastic_average,
    window,
    window_influence,
)


betas = st.floats(0, 0.999)
series = arrays(np.float64, st.tuples(st.integers(1, 30), st.integers(1, 3)), elements=st.floats(-1e3, 1e3))


@given(betas, st.integers(1, 200))
def test_weights_and_the_weight_of_the_start_sum_to_one(beta, T):
    weights, init_weight = ewma_weights(T, beta)
    assert weights.sum() + init_weight == pytest.approx(1, rel=1e-12)
    corrected, no_weight = ewma_weights(T, beta, debias=True)
    assert corrected.sum() == pytest.approx(1, rel=1e-12)
    assert no_weight == 0


@given(series, betas, st.floats(-10, 10))
def test_ewma_is_the_weighted_sum_of_its_observations(x, beta, init):
    weights, init_weight = ewma_weights(len(x), beta)
    np.testing.assert_allclose(
        ewma(x, beta, init=init)[-1], weights @ x + init_weight * init, rtol=1e-10, atol=1e-9
    )


@given(st.floats(-1e6, 1e6), betas, st.integers(1, 60))
def test_the_corrected_average_of_a_constant_is_the_constant(constant, beta, T):
    np.testing.assert_allclose(ewma_corrected(np.full(T, constant), beta), constant, rtol=1e-11, atol=1e-300)


@given(series, betas)
def test_the_corrected_average_starts_at_the_first_observation(x, beta):
    # Numbers below 1e-300 have fewer digits left than the tolerance asks for.
    np.testing.assert_allclose(ewma_corrected(x, beta)[0], x[0], rtol=1e-12, atol=1e-300)


@given(series, betas)
def test_ewma_can_stop_and_go_on(x, beta):
    half = len(x) // 2
    start = ewma(x[:half], beta)[-1] if half else 0.0
    np.testing.assert_array_equal(ewma(x, beta)[half:], ewma(x[half:], beta, init=start))


@given(series, betas)
def test_debias_is_the_correction_of_one_step(x, beta):
    last = debias(ewma(x, beta)[-1], beta, t=len(x))
    np.testing.assert_array_equal(last, ewma_corrected(x, beta)[-1])


def test_ewma_of_no_observations_is_empty():
    assert ewma(np.empty((0, 2)), 0.9, init="first").shape == (0, 2)


@given(series)
def test_ewma_without_memory_is_the_series(x):
    np.testing.assert_allclose(ewma(x, 0.0), x, rtol=1e-13, atol=1e-13 * np.abs(x).max())


@given(series)
def test_the_running_mean_is_a_stochastic_average_with_steps_one_over_n(x):
    np.testing.assert_allclose(
        cumulative_mean(x), np.cumsum(x, axis=0) / np.arange(1, len(x) + 1)[:, None], atol=1e-9
    )


@given(st.integers(0, 12), st.integers(0, 100))
def test_the_running_mean_keeps_its_digits_far_from_zero(exponent, seed):
    offset = 10.0**exponent
    x = offset + np.random.default_rng(seed).normal(size=300)
    exact = [math.fsum(x[:n]) / n for n in range(1, len(x) + 1)]
    np.testing.assert_allclose(cumulative_mean(x), exact, rtol=0, atol=1e-13 * (offset + 1))


@given(st.floats(0, 1), st.floats(-10, 10), st.floats(-10, 10))
def test_an_update_stays_between_the_average_and_the_observation(step_size, mean, x):
    low, high = sorted([mean, x])
    assert low - 1e-12 <= mean_update(mean, x, step_size) <= high + 1e-12


@given(betas)
def test_beta_for_window_inverts_effective_window(beta):
    assert beta_for_window(effective_window(beta)) == pytest.approx(beta, abs=1e-12)


def test_e1_the_running_mean_has_no_window():
    x = np.repeat([0.0, 1.0], 50)  # a level that jumps halfway
    window_means = np.lib.stride_tricks.sliding_window_view(x, 19).mean(axis=1)
    assert cumulative_mean(x)[-1] == pytest.approx(0.5, rel=1e-12)
    assert window_means[-1] == 1
    weights = cumulative_mean(np.eye(100))[-1]  # of every observation in the last mean
    np.testing.assert_allclose(weights, 1 / 100, rtol=1e-12)


def test_e2_the_start_of_the_running_mean_does_not_matter():
    x = [3.0, 5.0, 10.0]
    for start in (-1e3, 0.0, 7.0):
        np.testing.assert_allclose(stochastic_average(x, lambda n: 1 / n, init=start), cumulative_mean(x))


def test_e3_the_conditions_are_sufficient_and_not_necessary():
    assert [robbins_monro_conditions(a) for a in (0.25, 0.5, 0.75, 1.0, 2.0)] == [
        (True, False),
        (True, False),
        (True, True),
        (True, True),
        (False, True),
    ]

    def final(exponent):
        x = 5.0 + np.random.default_rng(0).normal(size=(5_000, 500))
        return stochastic_average(x, lambda n: (n + 1.0) ** -exponent)[[499, 4_999]]

    early, late = final(0.5).std(axis=1)
    assert late < 0.65 * early  # violates the second condition and settles down all the same
    assert final(2.0)[-1].mean() - 5 == pytest.approx(-2.5, abs=0.03)  # never forgets its start


@pytest.mark.parametrize(("step_size", "variance"), [(0.5, 1 / 3), (0.1, 0.0526), (0.02, 0.0101)])
def test_e4_a_constant_step_leaves_a_floor_of_variance(step_size, variance):
    x = np.random.default_rng(0).normal(size=(600, 4_000))
    assert ewma(x, 1 - step_size)[-1].var() == pytest.approx(variance, rel=0.08)
    assert step_size / (2 - step_size) == pytest.approx(variance, rel=5e-3)


def test_e5_the_average_has_no_limit_and_includes_the_last_observation():
    x, beta = np.tile([1.0, -1.0], 200), 0.9
    averages = ewma(x, beta)
    assert averages[-2:] == pytest.approx([1 / 19, -1 / 19], rel=1e-12)  # for ever

    # The right side of the slide; its left side is printed with the index of the average before x_n.
    weights = beta ** np.arange(len(x))[::-1]
    right = np.cumsum(weights * x) / np.cumsum(weights)
    n = np.arange(1, len(x) + 1)
    np.testing.assert_allclose(averages, (1 - beta**n) * right, rtol=1e-10)
    assert abs(averages[-2] - right[-1]) > 0.1


def test_e6_the_printed_index_forgets_everything_but_the_last_observation():
    x = np.array([2.0, -1.0, 4.0])
    assert ewma(x, 0.5)[-1] == 0.5 * ewma(x, 0.5)[-2] + 0.5 * x[-1]


@pytest.mark.parametrize("beta", [0.1, 0.5, 0.9, 0.98, 0.999])
def test_e7_the_rule_of_thumb_is_the_effective_sample_size(beta):
    described = window(beta)
    weights, _ = ewma_weights(round(60 / (1 - beta)), beta)
    assert described.n_eff == pytest.approx(described.N, rel=1e-12)
    assert effective_sample_size(weights) == pytest.approx(described.N, rel=1e-9)
    age = np.arange(len(weights))[::-1] @ weights
    assert age == pytest.approx((described.N - 1) / 2, rel=1e-9)
    assert described.influence > 1 - math.exp(-2)


def test_e7_numbers_of_the_slide():
    assert [effective_window(beta) for beta in (0.9, 0.98, 0.5)] == pytest.approx([19, 99, 3])
    assert window_influence(0.9, 19) == pytest.approx(0.8649, abs=5e-5)
    assert window_influence(0.98, 99) == pytest.approx(0.8647, abs=5e-5)
    assert window_influence(0.5, 3) == 0.875
    assert window_influence(0.9, 10) == pytest.approx(0.6513, abs=5e-5)


@pytest.mark.parametrize(("mu", "raw", "corrected"), [(5.0, 20.3, 1.0), (0.0, 0.01, 1.0)])
def test_e8_the_correction_trades_bias_for_variance(mu, raw, corrected):
    x = mu + np.random.default_rng(0).normal(size=(1, 100_000))
    first, first_corrected = ewma(x, 0.9)[0], ewma_corrected(x, 0.9)[0]
    assert ((first - mu) ** 2).mean() == pytest.approx(raw, rel=0.02)
    assert ((first_corrected - mu) ** 2).mean() == pytest.approx(corrected, rel=0.02)
    assert first_corrected.std() / first.std() == pytest.approx(10)
    assert first.mean() == pytest.approx(0.1 * mu, abs=0.01)


def test_e9_the_exponent_counts_the_observations():
    x = np.array([3.0, 8.0])
    np.testing.assert_allclose(ewma_corrected(x, 0.9), ewma(x, 0.9) / (1 - 0.9 ** np.array([1, 2])))
    assert ewma_corrected(x, 0.9)[0] == pytest.approx(x[0], rel=1e-15)


def test_e11_the_residual_of_a_drift_is_what_the_corrected_average_lags():
    x = np.arange(1.0, 401.0)
    lag = ewma_corrected(x, 0.9)[-1] - x[-1]
    assert lag == pytest.approx(-9, abs=1e-12)
    weights, _ = ewma_weights(len(x), 0.9)
    assert weights @ (x - x[-1]) / (1 - 0.9**400) == pytest.approx(lag, rel=1e-12)


@given(arrays(np.float64, st.integers(1, 20), elements=st.floats(0.1, 10)), st.integers(-1000, 1000))
def test_the_effective_sample_size_has_no_scale(weights, exponent):
    """Powers of two scale without rounding; squares of such numbers leave the range of floats."""
    scaled = effective_sample_size(np.ldexp(weights, exponent))
    assert scaled == pytest.approx(effective_sample_size(weights), rel=1e-12)


@pytest.mark.parametrize(
    ("weights", "size"),
    [([1e200, 2e200], 1.8), ([1e-170, 2e-170], 1.8), ([5e-324, 0], 1.0), ([1, -1], 0.0)],
)
def test_effective_sample_sizes_by_hand(weights, size):
    assert effective_sample_size(weights) == pytest.approx(size, rel=1e-14)


@pytest.mark.parametrize("weights", [[], [0.0], [math.inf, 1.0], [math.nan, 1.0], [1j]])
def test_weights_without_a_size_are_refused(weights):
    with pytest.raises(ValueError, match="weights must be"):
        effective_sample_size(weights)


@pytest.mark.parametrize("gap", [1e-1, 1e-3, 1e-6, 1e-9, 1e-12, 2**-52])
@pytest.mark.parametrize("t", [1, 2, 5, 1000, 10**6])
def test_the_correction_keeps_its_digits_where_beta_is_nearly_one(gap, t):
    beta = 1 - gap
    with localcontext(prec=60):
        exact = 1 - Decimal(beta) ** t
        expected = float(1 / exact)
    assert debias(1.0, beta, t) == pytest.approx(expected, rel=1e-14)
    assert window_influence(beta, t) == pytest.approx(1 / expected, rel=1e-14)
    if t <= 1000:
        assert ewma_weights(t, beta, debias=True)[0][-1] == pytest.approx((1 - beta) * expected, rel=1e-13)
        assert ewma_corrected(np.ones(t), beta)[-1] == pytest.approx(1, rel=1e-11)


def test_an_average_without_a_start_is_refused():
    with pytest.raises(ValueError, match="init must be a number or an array of numbers, got None"):
        ewma([1.0, 2.0], 0.5, init=None)
