import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra.numpy import arrays

from advsec.dropout import (
    all_masks,
    deep_average,
    dropout_backward,
    dropout_forward,
    dropout_penalty,
    dropout_ridge,
    dropout_test,
    linear_dropout_error,
    logistic_dropout_gradient,
    mask_probabilities,
    nwgm,
    nwgm_logistic,
    sample_mask,
    softmax_average,
)


keep_probs = st.floats(0.05, 1)
numbers = st.floats(-3, 3).map(lambda x: round(x, 6))
units = st.integers(1, 7).flatmap(lambda n: st.tuples(*[arrays(np.float64, n, elements=numbers)] * 2))
# Their activations stay so far from 1 that 1 - a keeps its digits.
unsaturated_units = units.map(lambda unit: (unit[0] / len(unit[0]), unit[1]))


def sigma(z):
    return 1 / (1 + np.exp(-z))


def enumerated(n, keep_prob):
    masks = np.concatenate(list(all_masks(n)))
    return masks, mask_probabilities(masks, keep_prob)


@pytest.mark.parametrize("keep_prob", [0.2, 0.8])
def test_a_mask_keeps_the_share_asked_for_and_treats_examples_independently(keep_prob):
    m = 100_000
    mask = sample_mask((m, 2), keep_prob, rng=np.random.default_rng(0))
    variance = keep_prob * (1 - keep_prob)
    z_scores = (mask.mean(axis=0) - keep_prob) / np.sqrt(variance / m)
    assert mask.dtype == bool
    assert np.abs(z_scores).max() < 4.5
    assert abs(np.corrcoef(mask.T)[0, 1]) < 4.5 / np.sqrt(m)


def test_keeping_everything_changes_nothing():
    mask = sample_mask((50, 50), 1.0, rng=np.random.default_rng(0))
    a = np.random.default_rng(1).normal(size=(50, 50))
    assert mask.all()
    np.testing.assert_array_equal(dropout_forward(a, mask, 1.0)[0], a)


@given(units, keep_probs, st.booleans())
def test_the_expectation_of_training_is_the_test_pass(unit, keep_prob, inverted):
    a, _ = unit
    masks, prob = enumerated(len(a), keep_prob)
    outputs = np.array([dropout_forward(a, mask, keep_prob, inverted=inverted)[0] for mask in masks])
    np.testing.assert_allclose(
        prob @ outputs, dropout_test(a, keep_prob, inverted=inverted), rtol=1e-12, atol=1e-13
    )


@given(units, keep_probs, st.booleans(), st.randoms(use_true_random=False))
def test_backward_is_the_adjoint_of_forward(unit, keep_prob, inverted, random):
    a, da = unit
    mask = [random.random() < 0.5 for _ in a]
    out, cache = dropout_forward(a, mask, keep_prob, inverted=inverted)
    assert da @ out == pytest.approx(dropout_backward(da, cache) @ a, rel=1e-12, abs=1e-12)


def test_forward_by_example():
    a, mask = np.array([[1.0, 2.0], [3.0, 4.0]]), [[True, False], [True, True]]
    np.testing.assert_array_equal(dropout_forward(a, mask, 0.8)[0], [[1 / 0.8, 0], [3 / 0.8, 4 / 0.8]])
    np.testing.assert_array_equal(dropout_forward(a, mask, 0.8, inverted=False)[0], [[1, 0], [3, 4]])


def test_a_mask_that_would_enlarge_the_activations_is_refused():
    with pytest.raises(ValueError, match=r"mask\.shape must be broadcastable"):
        dropout_forward(np.ones(3), np.ones((2, 3), dtype=bool), 0.5)


@pytest.mark.parametrize("n", [0, 1, 3, 15])
def test_all_masks_are_all_and_different(n):
    blocks = list(all_masks(n))
    masks = np.concatenate(blocks)
    assert masks.dtype == bool
    assert max(len(block) for block in blocks) <= 2**14
    np.testing.assert_array_equal(masks @ (2 ** np.arange(n)), np.arange(2**n))


@given(st.integers(0, 10), keep_probs)
def test_probabilities_of_all_masks_sum_to_one_and_keep_each_unit_with_its_probability(n, keep_prob):
    masks, prob = enumerated(n, keep_prob)
    assert prob.sum() == pytest.approx(1, rel=1e-12)
    np.testing.assert_allclose(prob @ masks, keep_prob, rtol=1e-12)


def test_mask_probabilities_by_example():
    prob = mask_probabilities([[True, True, False], [False, False, False]], 0.8)
    np.testing.assert_allclose(prob, [0.8**2 * 0.2, 0.2**3], rtol=1e-14)


@given(units, keep_probs, numbers)
def test_nwgm_of_a_logistic_unit_is_the_unit_with_averaged_inputs(unit, keep_prob, b):
    """Erratum E38: the offset is not dropped."""
    w, x = unit
    assert nwgm_logistic(w, x, keep_prob, b=b) == pytest.approx(sigma(keep_prob * (w @ x) + b), rel=1e-12)


@given(unsaturated_units, keep_probs)
def test_nwgm_of_activations_agrees_with_that_of_the_unit(unit, keep_prob):
    w, x = unit
    masks, prob = enumerated(len(w), keep_prob)
    assert nwgm(sigma(masks @ (w * x)), prob) == pytest.approx(nwgm_logistic(w, x, keep_prob), rel=1e-9)


@given(unsaturated_units, st.integers(0, 1000))
def test_nwgm_is_the_sigmoid_of_the_mean_input_for_every_law_of_masks(unit, seed):
    w, x = unit
    masks, _ = enumerated(len(w), 0.5)
    prob = np.random.default_rng(seed).dirichlet(np.ones(len(masks)))
    z = masks @ (w * x)
    assert nwgm(sigma(z), prob) == pytest.approx(sigma(prob @ z), rel=1e-9)


def test_nwgm_survives_saturated_units():
    """The product of activations that have been rounded to 1 would give 1 here."""
    w, x = np.array([40.0, -60.0]), np.ones(2)
    assert nwgm_logistic(w, x, 0.5) == pytest.approx(sigma(-10.0), rel=1e-13)
    masks, _ = enumerated(2, 0.5)
    with pytest.raises(ValueError, match="a must be strictly between 0 and 1"):
        nwgm(sigma(masks @ w), np.full(4, 0.25))


@given(units, numbers, keep_probs, st.booleans())
def test_linear_dropout_is_ridge_regression_in_expectation(unit, y, keep_prob, inverted):
    """Erratum E35: without the factor 1/2 that the slide prints."""
    w, x = unit
    parts = linear_dropout_error(w, x, y, keep_prob, inverted=inverted)
    assert parts.expected == pytest.approx(parts.ensemble + parts.penalty, rel=1e-11, abs=1e-12)
    penalty = np.sum((x * w) ** 2) * (1 - keep_prob) * (1 / keep_prob if inverted else keep_prob)
    assert parts.penalty == pytest.approx(penalty, rel=1e-12, abs=1e-300)


def test_half_the_penalty_of_the_slide_misses_the_expectation():
    rng = np.random.default_rng(0)
    w, x = rng.normal(size=(2, 8))
    parts = linear_dropout_error(w, x, 1.0, 0.7)
    assert (parts.expected - parts.ensemble) / (parts.penalty / 2) == pytest.approx(2, rel=1e-12)


@given(st.integers(1, 5), keep_probs, st.integers(0, 1000))
@settings(max_examples=30)
def test_dropout_ridge_minimises_the_expected_error(n, keep_prob, seed):
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(8, n)), rng.normal(size=8)
    w = dropout_ridge(X, y, keep_prob)

    def expected_error(w):
        return sum(
            linear_dropout_error(w, x, target, keep_prob, inverted=True).expected
            for x, target in zip(X, y, strict=True)
        )

    here = expected_error(w)
    residual = np.sum((y - X @ w) ** 2) + dropout_penalty(w, X, keep_prob, inverted=True)
    assert here == pytest.approx(residual, rel=1e-10)
    for direction in np.eye(n):
        assert expected_error(w + 1e-3 * direction) >= here
        assert expected_error(w - 1e-3 * direction) >= here


def test_dropout_ridge_does_not_depend_on_the_units_of_a_feature():
    rng = np.random.default_rng(0)
    X, y, units = rng.normal(size=(20, 3)), rng.normal(size=20), np.array([1.0, 100.0, 0.01])
    np.testing.assert_allclose(dropout_ridge(X * units, y, 0.7) * units, dropout_ridge(X, y, 0.7), rtol=1e-10)


def test_dropout_ridge_without_dropout_is_least_squares():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(20, 3)), rng.normal(size=20)
    np.testing.assert_allclose(dropout_ridge(X, y, 1.0), np.linalg.lstsq(X, y)[0], rtol=1e-12)


def test_the_expansion_of_the_logistic_gradient_errs_by_the_square_of_the_weights():
    """Erratum E39: lambda is 1, and the approximation is one for small weights."""
    rng, keep_prob = np.random.default_rng(0), 0.7
    w, x = rng.normal(size=(2, 10))
    errors = []
    for scale in (0.1, 0.01):
        exact, approx = logistic_dropout_gradient(scale * w, x, 1.0, keep_prob)
        ensemble = keep_prob * x * (sigma(keep_prob * scale * w @ x) - 1.0)
        errors.append(np.linalg.norm(approx - exact) / np.linalg.norm(approx - ensemble))
    assert errors[0] < 0.1  # the ridge term is most of what the ensemble gradient lacks
    assert errors[0] / errors[1] == pytest.approx(100, rel=0.05)


def test_the_exact_logistic_gradient_is_that_of_the_expected_cross_entropy():
    rng = np.random.default_rng(0)
    w, x = rng.normal(size=(2, 6))
    masks, prob = enumerated(6, 0.7)

    def expected_cross_entropy(w, y=0.3):
        a = sigma(masks @ (w * x))
        return -prob @ (y * np.log(a) + (1 - y) * np.log(1 - a))

    numerical = [
        (expected_cross_entropy(w + e) - expected_cross_entropy(w - e)) / 2e-5 for e in 1e-5 * np.eye(6)
    ]
    np.testing.assert_allclose(logistic_dropout_gradient(w, x, 0.3, 0.7)[0], numerical, rtol=1e-7)


@given(st.integers(1, 4), st.integers(1, 4), keep_probs, st.integers(0, 1000))
def test_deep_nwgm_is_exact_while_the_mean_is_not(n, hidden, keep_prob, seed):
    """Erratum E40: NWGM(a) = sigma(E{S}), and E{S} = keep_prob E{a of the layer below} W."""
    rng = np.random.default_rng(seed)
    W1, W2, x = rng.normal(size=(n, hidden)), rng.normal(size=(hidden, 1)), rng.normal(size=n)
    average = deep_average([W1, W2], x, keep_prob)
    below = deep_average([W1], x, keep_prob)
    np.testing.assert_allclose(average.nwgm, sigma(keep_prob * below.expected @ W2), rtol=1e-12)
    np.testing.assert_allclose(average.forward, sigma(keep_prob * sigma(keep_prob * x @ W1) @ W2), rtol=1e-13)


def test_deep_averages_by_brute_force():
    rng = np.random.default_rng(0)
    W1, W2, x, keep_prob = rng.normal(size=(3, 2)), rng.normal(size=(2, 1)), rng.normal(size=3), 0.7
    expected = 0.0
    for first, prob_first in zip(*enumerated(3, keep_prob), strict=True):
        for second, prob_second in zip(*enumerated(2, keep_prob), strict=True):
            expected += prob_first * prob_second * sigma(sigma((x * first) @ W1) * second @ W2)
    np.testing.assert_allclose(deep_average([W1, W2], x, keep_prob).expected, expected, rtol=1e-13)


def test_the_mean_of_a_deep_network_differs_more_with_larger_weights():
    rng = np.random.default_rng(0)
    W1, W2, x = rng.normal(size=(8, 8)), rng.normal(size=(8, 1)), rng.normal(size=8)
    gaps = []
    for scale in (0.5, 1, 2, 4):
        average = deep_average([scale * W1, scale * W2], x, 0.5)
        gaps.append(abs(average.expected - average.nwgm).item())
    assert gaps == sorted(gaps)
    assert gaps[-1] > 10 * gaps[0] > 0


@pytest.mark.parametrize("keep_prob", [1.0, 0.5])
def test_ridge_of_features_that_repeat_or_are_missing_is_the_shortest_minimum(keep_prob):
    rng = np.random.default_rng(0)
    column, y = rng.normal(size=6), rng.normal(size=6)
    X = np.column_stack([column, column, np.zeros(6)])
    w = dropout_ridge(X, y, keep_prob)
    assert w[0] == pytest.approx(w[1], rel=1e-12)
    assert w[2] == pytest.approx(0, abs=1e-12)
    alone = column @ y / (column @ column)
    # Dropped independently, two copies of a feature share a smaller penalty than one.
    ratio = (1 - keep_prob) / keep_prob
    assert w[0] == pytest.approx(alone / (2 + ratio), rel=1e-12)


def test_ridge_with_fewer_examples_than_features_solves_them():
    X, y = np.random.default_rng(1).normal(size=(2, 5)), np.array([1.0, -1.0])
    w = dropout_ridge(X, y, 1.0)
    np.testing.assert_allclose(X @ w, y, rtol=1e-12)
    np.testing.assert_allclose(w, np.linalg.pinv(X) @ y, rtol=1e-11)


def test_a_unit_that_is_never_kept_is_refused_before_it_divides():
    with pytest.raises(ValueError, match=r"keep_prob must be in \(0, 1\], got 0"):
        linear_dropout_error([1.0], [1.0], 1.0, 0, inverted=True)


@pytest.mark.parametrize("keep_prob", [0.3, 1.0])
def test_average_of_a_classifier_by_brute_force(keep_prob):
    rng = np.random.default_rng(0)
    a, W, b = 3 * rng.normal(size=(5, 4)), rng.normal(size=(4, 3)), rng.normal(size=3)
    average = softmax_average(a, W, b, keep_prob)
    masks, prob = enumerated(4, keep_prob)
    z = np.stack([(a * mask / keep_prob) @ W + b for mask in masks])
    outputs = np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)
    G = np.prod(outputs ** prob[:, None, None], axis=0)
    np.testing.assert_allclose(average.expected, np.tensordot(prob, outputs, axes=1), rtol=1e-12)
    np.testing.assert_allclose(average.nwgm, G / G.sum(axis=-1, keepdims=True), rtol=1e-12)


@given(units, keep_probs)
def test_the_pass_of_a_classifier_is_the_geometric_mean_of_all_its_networks(unit, keep_prob):
    w, a = unit
    W = np.stack([w, np.zeros_like(w)], axis=1)
    average = softmax_average([a], W, [0.0, 0.3], keep_prob)
    np.testing.assert_allclose(average.nwgm, average.forward, rtol=1e-9)
    np.testing.assert_allclose(average.expected.sum(), 1, rtol=1e-12)


def test_many_examples_are_averaged_in_parts_as_one_is():
    rng = np.random.default_rng(1)
    a, W, b = rng.normal(size=(300, 10)), rng.normal(size=(10, 8)), np.zeros(8)
    many = softmax_average(a, W, b, 0.5)
    one = softmax_average(a[-1:], W, b, 0.5)
    np.testing.assert_allclose(many.expected[-1:], one.expected, rtol=1e-12)
    np.testing.assert_allclose(many.nwgm[-1:], one.nwgm, rtol=1e-12)
