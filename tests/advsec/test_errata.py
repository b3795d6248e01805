"""The numbers that `ERRATA` quotes from gradient checking on; the earlier ones stand with their modules."""

import numpy as np
import pytest

from advsec.batchnorm import (
    batchnorm_backward,
    batchnorm_forward,
    batchnorm_infer,
    normalize_inputs,
    running_update,
)
from advsec.bias_variance import bias, mse, sample_variance, variance
from advsec.dropout import (
    all_masks,
    deep_average,
    dropout_forward,
    dropout_ridge,
    dropout_test,
    linear_dropout_error,
    logistic_dropout_gradient,
    mask_probabilities,
    nwgm,
)
from advsec.gradient_check import numerical_gradient, relative_error


def rng(seed=0):
    return np.random.default_rng(seed)


def sigma(z):
    return 1 / (1 + np.exp(-z))


def enumerated(n, keep_prob):
    masks = np.concatenate(list(all_masks(n)))
    return masks, mask_probabilities(masks, keep_prob)


def test_e25_the_symmetric_derivative_exists_at_a_kink():
    assert numerical_gradient(lambda theta: np.abs(theta[0]), np.zeros(1)).item() == 0


def test_e26_the_best_step_is_not_the_smallest():
    def error(eps):
        return abs(numerical_gradient(lambda x: np.exp(x[0]), np.ones(1), eps=eps).item() - np.e)

    assert error(1e-5) < 1e-3 * error(1e-3)
    assert error(1e-5) < 0.1 * error(1e-8)
    assert (3 * np.finfo(float).eps / 2) ** (1 / 3) == pytest.approx(7e-6, rel=0.01)


def test_e28_one_number_for_all_hides_an_error_in_a_small_block():
    exact = np.array([1.0, 1e-7])
    approx = np.array([1.0, -1e-7])
    assert relative_error(approx, exact) == pytest.approx(1e-7, rel=1e-6)
    assert relative_error(approx[1:], exact[1:]) == 1
    assert relative_error(np.zeros(2), np.zeros(2)) == 0


def test_e29_the_error_is_squared_bias_plus_variance():
    estimates, truth = rng().normal(size=(50, 3)), np.ones(3)
    np.testing.assert_allclose(mse(estimates, truth), bias(estimates, truth) ** 2 + variance(estimates))


def test_e30_the_unbiased_estimator_is_not_the_best():
    unbiased = sample_variance(rng().normal(size=(5, 400_000)), unbiased=True)
    for divisor, expected in [(4, 0.500), (5, 0.360), (6, 0.333)]:
        assert mse(unbiased * 4 / divisor, 1.0) == pytest.approx(expected, rel=0.02)


def test_e33_both_kinds_of_dropout_agree_with_their_test_time_on_average():
    a = rng().normal(size=6)
    masks, prob = enumerated(6, 0.7)
    for inverted in (True, False):
        training = [dropout_forward(a, mask, 0.7, inverted=inverted)[0] for mask in masks]
        np.testing.assert_allclose(prob @ training, dropout_test(a, 0.7, inverted=inverted), rtol=1e-12)


def test_e34_the_expectation_passes_through_all_linear_layers():
    W1, W2, x, p = rng(0).normal(size=(3, 4)), rng(1).normal(size=4), rng(2).normal(size=3), 0.7
    first, first_prob = enumerated(3, p)
    second, second_prob = enumerated(4, p)
    expected = second_prob @ (second * (first_prob @ ((first * x) @ W1))) @ W2
    assert expected == pytest.approx(p * p * (x @ W1) @ W2, rel=1e-12)


def test_e35_the_printed_penalty_is_half_of_the_true_one():
    w, x, p = rng(0).normal(size=8), rng(1).normal(size=8), 0.7
    masks, prob = enumerated(8, p)
    expected = prob @ (2.0 - (masks * x) @ w) ** 2
    exact = linear_dropout_error(w, x, 2.0, p)
    printed = 0.5 * p * (1 - p) * np.sum(x**2 * w**2)
    assert exact.expected == pytest.approx(expected, rel=1e-12)
    assert expected - exact.ensemble == pytest.approx(2 * printed, rel=1e-12)


def test_e37_dropout_does_not_mind_the_scale_of_a_feature():
    X, y, scale = rng(0).normal(size=(20, 3)), rng(1).normal(size=20), np.array([1.0, 10.0, 0.1])
    np.testing.assert_allclose(dropout_ridge(X * scale, y, 0.8) * scale, dropout_ridge(X, y, 0.8), rtol=1e-9)

    def ridge(X):
        return np.linalg.solve(X.T @ X + np.eye(3), X.T @ y)

    assert np.abs(ridge(X * scale) * scale - ridge(X)).max() > 0.01


def test_e38_the_geometric_mean_is_exact_for_every_law_of_the_masks():
    w, x = rng(0).normal(size=8), rng(1).normal(size=8)
    masks, prob = enumerated(8, 0.7)
    z = (masks * x) @ w
    assert nwgm(sigma(z), prob) == pytest.approx(sigma(0.7 * (w @ x)), rel=1e-12)
    law = rng(2).dirichlet(np.ones(len(masks)))
    assert nwgm(sigma(z), law) == pytest.approx(sigma(law @ z), rel=1e-12)


def test_e39_the_expansion_becomes_exact_for_small_weights():
    w, x = rng(0).normal(size=8), rng(1).normal(size=8)
    errors = []
    for scale in (1.0, 0.1, 0.01):
        exact, approx = logistic_dropout_gradient(scale * w, x, 1.0, 0.7)
        errors.append(np.abs(approx - exact).max())
    assert errors[0] > 5 * errors[1] > 25 * errors[2]


def test_e40_the_mean_of_a_deep_network_is_not_a_forward_pass():
    W1, W2, x = rng(0).normal(size=(4, 3)), rng(1).normal(size=(3, 2)), rng(2).normal(size=4)
    average = deep_average([W1, W2], x, 0.7)
    below = deep_average([W1], x, 0.7)
    np.testing.assert_allclose(average.nwgm, sigma(0.7 * below.expected @ W2), rtol=1e-12)
    assert np.abs(average.expected - average.nwgm).max() > 1e-3


def test_e41_the_quoted_difference_is_off_by_more_than_a_factor_of_two():
    quoted, ours = [], []
    masks, prob = enumerated(8, 0.5)
    for seed in range(200):
        z = (masks * rng(seed).normal(size=8)) @ (0.1 * rng(seed + 1000).normal(size=8)) + rng(seed).normal()
        a = sigma(z)
        E = prob @ a
        V = prob @ (a - E) ** 2
        difference = E - sigma(prob @ z)
        quoted.append(difference / (V * (1 - 2 * E) / (1 - 2 * V)))
        ours.append(difference / (V * (1 - 2 * E) / (2 * E * (1 - E) - V)))
    assert np.median(quoted) > 2
    assert np.median(ours) == pytest.approx(1, abs=0.05)


def test_e44_the_two_places_of_eps_part_for_a_small_deviation():
    x = 1e-6 * np.array([[1.0], [-1.0]])
    outside, inside = (normalize_inputs(x, eps=1e-8, eps_inside_sqrt=place)[0] for place in (False, True))
    assert outside.std() == pytest.approx(0.990, abs=1e-3)
    assert inside.std() == pytest.approx(0.010, abs=1e-3)


def test_e45_the_printed_gamma_loses_half_of_a_small_signal():
    z = 1e-8 * np.array([[1.0], [-1.0]])
    printed, _ = batchnorm_forward(z, [1e-8], [0.0], eps=1e-8, eps_inside_sqrt=False)
    np.testing.assert_allclose(printed, z / 2, rtol=1e-12)
    right, _ = batchnorm_forward(z, [2e-8], [0.0], eps=1e-8, eps_inside_sqrt=False)
    np.testing.assert_allclose(right, z, rtol=1e-12)


@pytest.mark.parametrize(
    ("switches", "expected"),
    [({"track": "std"}, 1.13), ({}, np.sqrt(2)), ({"unbiased": True}, 2.00)],
)
def test_e47_a_mean_of_roots_is_too_small(switches, expected):
    batches = 2 * rng().normal(size=(20_000, 2))
    stats = (0.0, 0.0, 0)
    for batch in batches:
        mu, var = batch.mean(keepdims=True), batch.var(keepdims=True)
        stats = running_update(stats, mu, var, decay=None, m=2, **switches)
    deviation = np.asarray(stats.var).item() ** 0.5
    assert deviation == pytest.approx(expected, rel=0.02)


def test_e48_statistics_that_start_at_zero_scale_the_outputs():
    for t, factor in [(1, 3.16), (10, 1.24)]:
        stats = (np.zeros(1), np.zeros(1), 0)
        for _ in range(t):
            stats = running_update(stats, np.zeros(1), np.ones(1), decay=0.9)
        out = batchnorm_infer(np.ones((1, 1)), [1.0], [0.0], stats, eps=1e-12)
        assert out.item() == pytest.approx(factor, abs=5e-3)


def test_e49_correlations_depend_on_the_weights_all_the_same():
    X = rng(0).normal(size=(500, 4))
    outs = [
        batchnorm_forward(X @ rng(seed).normal(size=(4, 3)), np.ones(3), np.zeros(3))[0] for seed in (1, 2)
    ]
    for out in outs:
        np.testing.assert_allclose(out.mean(axis=0), 0, atol=1e-12)
        np.testing.assert_allclose(out.var(axis=0), 1, rtol=1e-3)
    first, second = (np.corrcoef(out.T) for out in outs)
    assert np.abs(first - second).max() > 0.1


def test_e51_an_offset_before_batch_normalisation_has_no_gradient():
    z, dout = rng(0).normal(size=(6, 3)), rng(1).normal(size=(6, 3))
    _, cache = batchnorm_forward(z, np.ones(3), np.zeros(3))
    dz, _, _ = batchnorm_backward(dout, cache)
    np.testing.assert_allclose(dz.sum(axis=0), 0, atol=1e-14)


def test_e53_gamma_and_beta_govern_the_values_before_the_activation():
    z, gamma, beta, eps = (
        rng().normal(size=(50, 2)) * [1.0, 3.0],
        np.array([2.0, 0.5]),
        np.array([1.0, -1.0]),
        0.1,
    )
    out, _ = batchnorm_forward(z, gamma, beta, eps=eps)
    np.testing.assert_allclose(out.mean(axis=0), beta, rtol=1e-12)
    np.testing.assert_allclose(out.var(axis=0), gamma**2 * z.var(axis=0) / (z.var(axis=0) + eps), rtol=1e-12)
    assert np.abs(np.maximum(out, 0).mean(axis=0) - beta).min() > 0.01


def test_e56_dropout_changes_the_variance_between_training_and_test():
    a, p = 1.0 + rng().normal(size=10), 0.7
    # One unit over all examples, each kept or not: the law of D a / p for one example drawn at random.
    values = np.concatenate([a / p, np.zeros(10)])
    law = np.concatenate([np.full(10, p / 10), np.full(10, (1 - p) / 10)])
    training = law @ values**2 - (law @ values) ** 2
    assert training == pytest.approx(a.var() + (1 - p) / p * np.mean(a**2), rel=1e-12)
    assert training > 1.5 * a.var()
