"""The numbers that `ERRATA` quotes from gradient checking on; the earlier ones stand with their modules."""

import ast
import inspect
from pathlib import Path

import numpy as np
import pytest

import advsec
from advsec.averages import ewma_corrected
from advsec.batchnorm import (
    batchnorm_backward,
    batchnorm_forward,
    batchnorm_infer,
    normalize_inputs,
    running_update,
)
from advsec.bias_variance import bias, decompose, diagnose, mse, sample_variance, variance
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
    sample_mask,
)
from advsec.gradient_check import numerical_gradient, pack, relative_error
from advsec.optimizers import adam_init, adam_step, gd_step
from advsec.problems import chain_terms, linear_chain
from tests.advsec.examples import public_functions


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


def test_e27_the_parameters_are_packed_and_a_derivative_holds_the_others_fixed():
    w, x, y = rng(0).normal(size=4), rng(1).normal(size=4), 2.0

    def loss(w, x):
        return (w @ x - y) ** 2 / 2

    theta, unpack = pack({"w": w})
    gradient = numerical_gradient(lambda theta: loss(unpack(theta)["w"], x), theta)
    assert relative_error(gradient, (w @ x - y) * x) < 1e-9
    printed = numerical_gradient(lambda inputs: loss(w, inputs), x)
    assert relative_error(printed, (w @ x - y) * x) > 0.1

    # With theta_2 tied to theta_1 the total derivative of their product collects both partial ones.
    partial = numerical_gradient(lambda theta: theta[0] * theta[1], np.array([3.0, 3.0]))
    total = numerical_gradient(lambda theta: theta[0] * theta[0], np.array([3.0]))
    np.testing.assert_allclose(partial, [3, 3], rtol=1e-9)
    np.testing.assert_allclose(total, [6], rtol=1e-9)


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


def test_e31_errors_are_proxies_of_bias_and_variance():
    """Least squares with 5 coefficients, which has no bias, on 20 examples with noise of variance 1."""
    X, noise = rng(0).normal(size=(20, 5)), rng(1).normal(size=(2, 10_000, 20))
    truth = X @ np.ones(5)
    y, fresh = truth + noise
    predictions = y @ np.linalg.pinv(X).T @ X.T
    parts = decompose(predictions, truth)
    assert (parts.bias_squared, parts.variance) == pytest.approx((0, 0.25), abs=0.01)
    errors = {
        "train_error": np.mean((predictions - y) ** 2),
        "val_error": np.mean((predictions - fresh) ** 2),
    }
    diagnosis = diagnose(human_error=1.0, **errors)
    assert diagnosis.avoidable_bias == pytest.approx(-0.25, abs=0.01)
    assert diagnosis.variance_gap == pytest.approx(0.5, abs=0.01)


def test_e32_the_mask_is_of_the_units_below_and_does_not_touch_the_offset():
    W, a, b, p = rng(0).normal(size=(2, 4)), rng(1).normal(size=4), rng(2).normal(size=2), 0.7
    masks, prob = enumerated(4, p)
    slide = np.array([W @ np.diag(mask) @ a / p + b for mask in masks])  # D has the size of layer l - 1
    ours = np.array([W @ dropout_forward(a, mask, p)[0] + b for mask in masks])
    np.testing.assert_allclose(ours, slide, rtol=1e-12)
    np.testing.assert_allclose(prob @ ours, W @ a + b, rtol=1e-12)
    scaled = np.array([(W @ np.diag(mask) @ a + b) / p for mask in masks])
    np.testing.assert_allclose(prob @ scaled - (W @ a + b), b * (1 / p - 1), rtol=1e-12)
    with pytest.raises(ValueError, match="mismatch in its core dimension"):
        W @ np.diag([True, False])  # the size of layer l
    first, second = sample_mask((2, 50), p, rng=rng())
    assert not np.array_equal(first, second)


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


def test_e36_the_penalty_has_a_term_for_every_input():
    w, x, p = rng(0).normal(size=8), rng(1).normal(size=8), 0.7
    masks, prob = enumerated(8, p)
    covariance = (masks - p).T @ (prob[:, None] * (masks - p))
    np.testing.assert_allclose(covariance, p * (1 - p) * np.eye(8), atol=1e-14)  # a matrix; one entry counts
    terms = covariance[0, 0] * x**2 * w**2
    exact = linear_dropout_error(w, x, 2.0, p)
    assert exact.expected - exact.ensemble == pytest.approx(terms.sum(), rel=1e-12)
    n_1 = 1  # the units of the layer
    assert terms[:n_1].sum() < 0.5 * terms.sum()


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


def test_e42_the_rate_of_the_chain_is_not_the_stabiliser():
    w = np.full(3, 1.0)
    dw = linear_chain().grad(w)
    updated, _ = gd_step(w, dw, lr=0.1)
    assert updated.prod() == pytest.approx(0.729, rel=1e-12)
    assert chain_terms(w, -0.1 * dw).sum() == pytest.approx(0.729, rel=1e-12)
    stabiliser, _ = gd_step(w, dw, lr=1e-8)
    assert stabiliser.prod() == pytest.approx(1, abs=1e-7)

    def length(lr, eps):
        return (w - adam_step(w, dw, adam_init(w), lr=lr, eps=eps)[0])[0]

    assert length(0.2, 1e-8) == pytest.approx(2 * length(0.1, 1e-8), rel=1e-12)
    assert length(0.1, 2e-8) == pytest.approx(length(0.1, 1e-8), rel=1e-7)
    for name, function in public_functions().items():
        assert not {"epsilon", "learning_rate"} & inspect.signature(function).parameters.keys(), name


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


def test_e46_averages_of_gamma_and_beta_lag_behind_what_was_learned():
    z, steps = rng().normal(size=(10, 1)), np.arange(200.0)[:, None]
    gamma, beta = 1 + 0.1 * steps, 2 - 0.1 * steps  # as learned, step after step
    stats = (np.zeros(1), np.zeros(1), 0)
    for _ in steps:
        stats = running_update(stats, z.mean(axis=0), z.var(axis=0), decay=0.9, debias=True)
    training, _ = batchnorm_forward(z, gamma[-1], beta[-1])
    last = batchnorm_infer(z, gamma[-1], beta[-1], stats)
    np.testing.assert_allclose(last, training, rtol=1e-10)
    old_gamma, old_beta = ewma_corrected(gamma, 0.9)[-1], ewma_corrected(beta, 0.9)[-1]
    assert gamma[-1] - old_gamma == pytest.approx(0.9, abs=1e-6)
    assert np.abs(batchnorm_infer(z, old_gamma, old_beta, stats) - training).max() > 0.5

    # One symbol for two things: a shift is seldom the memory of an average.
    with pytest.raises(ValueError, match=r"decay must be in \[0, 1\) or None, got 2\.0"):
        running_update(stats, [0.0], [1.0], decay=float(beta[0, 0]))


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


def test_e50_gamma_scales_and_every_example_is_a_column():
    Z, gamma, beta = rng(0).normal(size=(3, 5)), np.array([2.0, 0.5, 1.0]), np.array([1.0, 0.0, -1.0])
    out, cache = batchnorm_forward(Z, gamma, beta, batch_axis=1)
    Z_norm = cache.z_norm.T
    np.testing.assert_allclose(out, gamma[:, None] * Z_norm + beta[:, None], rtol=1e-12)
    A = np.maximum(out, 0)  # what the notes call A: the activations
    with pytest.raises(ValueError, match="mismatch in its core dimension"):
        A @ Z_norm
    assert np.abs(A * Z_norm + beta[:, None] - out).max() > 0.1
    for column in Z.T:  # Z of shape (n, 1)
        alone, _ = batchnorm_forward(column[:, None], gamma, beta, batch_axis=1)
        np.testing.assert_array_equal(alone, beta[:, None])


def test_e51_an_offset_before_batch_normalisation_has_no_gradient():
    z, dout = rng(0).normal(size=(6, 3)), rng(1).normal(size=(6, 3))
    _, cache = batchnorm_forward(z, np.ones(3), np.zeros(3))
    dz, _, _ = batchnorm_backward(dout, cache)
    np.testing.assert_allclose(dz.sum(axis=0), 0, atol=1e-14)


def test_e52_under_a_covariate_shift_the_best_rule_stays_the_best():
    p, q = np.array([0.6, 0.3, 0.1]), np.array([0.1, 0.3, 0.6])  # p(x) in training and at test
    positive = np.array([0.1, 0.4, 0.8])  # p(y = 1 | x)
    rules = np.concatenate(list(all_masks(3)))  # every rule: the x that it calls positive

    def errors(density, positive):
        return np.where(rules, 1 - positive, positive) @ density

    best = np.argmin(errors(p, positive))
    assert np.argmin(errors(q, positive)) == best
    assert (p @ positive, q @ positive) == pytest.approx((0.26, 0.61), rel=1e-12)  # p(y) follows p(x)

    # Training examples weighted with q / p foretell every rule's error at test.
    x = rng(0).choice(3, size=100_000, p=p)
    y = rng(1).random(x.size) < positive[x]
    weighted = ((rules[:, x] != y) * (q / p)[x]).mean(axis=1)
    np.testing.assert_allclose(weighted, errors(q, positive), atol=0.02)

    # Where y changes as well, that is p(y | x), neither holds.
    changed = errors(q, positive[::-1])
    assert np.argmin(changed) != best
    assert np.abs(weighted - changed).max() > 0.3


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


def test_e54_commands_that_begin_like_an_escape_lose_their_first_letter():
    commands = ["bullet", "begin", "frac", "beta", "alpha", "tilde", "to"]
    printed = ["ullet", "egin", "rac", "eta", "lpha", "ilde", "o"]
    for whole, rest in zip(commands, printed, strict=True):
        character, *kept = f"\\{whole}".encode().decode("unicode_escape")
        assert not character.isprintable()
        assert "".join(kept) == rest

    for path in Path(advsec.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert node.value.replace("\n", "").isprintable(), (path.name, node.lineno)


def test_e54_the_variance_runs_over_examples_and_not_over_units():
    z = rng().normal(size=(4, 4))
    _, cache = batchnorm_forward(z, np.ones(4), np.zeros(4))
    np.testing.assert_allclose(
        cache.var, [np.mean((z[:, unit] - z[:, unit].mean()) ** 2) for unit in range(4)]
    )
    assert np.abs(cache.var - z.var(axis=1)).max() > 0.1  # z_i: the units of one example


def test_e55_braces_read_as_on_the_next_slide_normalise_every_mini_batch_apart():
    batches = 5.0 * np.arange(3)[:, None, None] + rng().normal(size=(3, 4, 2))
    together, mu, _ = normalize_inputs(batches.reshape(12, 2))
    np.testing.assert_allclose(mu, batches.sum(axis=(0, 1)) / 12, rtol=1e-12)  # m examples, not mini-batches
    together = together.reshape(3, 4, 2)
    apart = [batchnorm_forward(z, [1, 1], [0, 0], eps=1e-8, eps_inside_sqrt=False)[0] for z in batches]
    np.testing.assert_allclose(apart, [normalize_inputs(batch)[0] for batch in batches], rtol=1e-12)
    assert np.abs(np.mean(apart, axis=1)).max() < 1e-12
    assert (np.diff(together.mean(axis=1), axis=0) > 0.5).all()  # here the batches still differ


def test_e56_dropout_changes_the_variance_between_training_and_test():
    a, p = 1.0 + rng().normal(size=10), 0.7
    # One unit over all examples, each kept or not: the law of D a / p for one example drawn at random.
    values = np.concatenate([a / p, np.zeros(10)])
    law = np.concatenate([np.full(10, p / 10), np.full(10, (1 - p) / 10)])
    training = law @ values**2 - (law @ values) ** 2
    assert training == pytest.approx(a.var() + (1 - p) / p * np.mean(a**2), rel=1e-12)
    assert training > 1.5 * a.var()
