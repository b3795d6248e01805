import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra.numpy import arrays

from advsec.bias_variance import (
    bias,
    bootstrap_predictions,
    cross_validation_error,
    decompose,
    diagnose,
    early_stopping_step,
    k_fold_indices,
    mse,
    sample_variance,
    variance,
)


estimates = arrays(np.float64, st.tuples(st.integers(1, 8), st.just(3)), elements=st.floats(-1e3, 1e3))
truths = arrays(np.float64, 3, elements=st.floats(-1e3, 1e3))


@given(estimates, truths)
def test_mean_squared_error_is_squared_bias_plus_variance(estimates, truth):
    parts = bias(estimates, truth) ** 2 + variance(estimates)
    np.testing.assert_allclose(parts, mse(estimates, truth), rtol=1e-12, atol=1e-12)


@given(estimates, truths, st.floats(0, 10))
def test_the_parts_of_a_decomposition_add_up_to_the_expected_error(predictions, y, noise):
    parts = decompose(predictions, y, noise=noise)
    assert parts.mse == pytest.approx(parts.bias_squared + parts.variance + noise)
    assert parts.mse == pytest.approx(np.mean((predictions - y) ** 2) + noise, rel=1e-12, abs=1e-12)


@given(estimates)
def test_a_shift_moves_the_bias_and_leaves_the_variance(estimates):
    truth = np.zeros(3)
    np.testing.assert_allclose(bias(estimates + 5, truth), bias(estimates, truth) + 5, rtol=0, atol=1e-11)
    np.testing.assert_allclose(variance(estimates + 5), variance(estimates), rtol=1e-9, atol=1e-9)


def test_the_sign_of_the_bias_says_too_small_or_too_large():
    assert bias([1.0, 2.0], 2.0) == -0.5


@pytest.mark.parametrize("unbiased", [False, True])
@given(x=arrays(np.float64, st.tuples(st.integers(2, 9), st.just(2)), elements=st.floats(-1e3, 1e3)))
def test_sample_variance_agrees_with_numpy(x, unbiased):
    np.testing.assert_allclose(sample_variance(x, unbiased=unbiased), np.var(x, axis=0, ddof=int(unbiased)))


def all_samples(values, m):
    """Every sample of size m, with replacement: the expectation over them is exact."""
    return np.array(np.meshgrid(*[values] * m)).reshape(m, -1)


@pytest.mark.parametrize("m", [2, 3, 5])
def test_the_expected_sample_variance_is_that_of_the_slide(m):
    """E[var_m] = (m - 1) / m sigma**2, and dividing by m - 1 removes the factor."""
    values = np.array([0.0, 1.0, 4.0])
    samples, sigma_squared = all_samples(values, m), values.var()
    assert sample_variance(samples).mean() == pytest.approx((m - 1) / m * sigma_squared, rel=1e-13)
    assert sample_variance(samples, unbiased=True).mean() == pytest.approx(sigma_squared, rel=1e-13)


@pytest.mark.parametrize("m", [3, 5, 10])
def test_the_unbiased_variance_is_not_the_best_one(m):
    """Erratum E30: for normal data the divisor m + 1 has the smallest mean squared error."""
    samples = np.random.default_rng(0).normal(size=(m, 200_000))
    unbiased = sample_variance(samples, unbiased=True)
    errors = {divisor: mse(unbiased * (m - 1) / divisor, 1.0) for divisor in (m - 1, m, m + 1)}
    theory = {m - 1: 2 / (m - 1), m: (2 * m - 1) / m**2, m + 1: 2 / (m + 1)}
    assert min(errors, key=errors.get) == m + 1
    for divisor, error in errors.items():
        assert error == pytest.approx(theory[divisor], rel=0.02)


def mean_model(X, y, X_test):
    return np.full(len(X_test), y.mean())


def test_bootstrap_predictions_of_the_mean_spread_like_the_mean():
    rng = np.random.default_rng(0)
    y = rng.normal(size=50)
    predictions = bootstrap_predictions(mean_model, y[:, None], y, y[:2, None], n_rounds=4000, rng=rng)
    assert predictions.shape == (4000, 2)
    assert predictions[:, 0].var() == pytest.approx(y.var() / 50, rel=0.1)


def test_bootstrap_draws_rows_with_replacement_and_keeps_pairs_together():
    drawn = []

    def record(X, y, X_test):
        drawn.append((X[:, 0].copy(), y.copy()))
        return np.zeros(len(X_test))

    X = np.arange(30.0)[:, None]
    bootstrap_predictions(record, X, 2 * X[:, 0], X[:1], n_rounds=2, rng=np.random.default_rng(0))
    for x, y in drawn:
        np.testing.assert_array_equal(y, 2 * x)
        assert len(x) == 30
        assert len(np.unique(x)) < 30
    assert not np.array_equal(drawn[0][0], drawn[1][0])


@given(st.integers(2, 40), st.data())
def test_folds_are_disjoint_cover_everything_and_are_equally_large(m, data):
    k = data.draw(st.integers(2, m))
    folds = k_fold_indices(m, k, rng=np.random.default_rng(0))
    sizes = [len(val) for _, val in folds]
    assert len(folds) == k
    assert max(sizes) - min(sizes) <= 1
    assert sorted(np.concatenate([val for _, val in folds])) == list(range(m))
    for train, val in folds:
        assert sorted(np.concatenate([train, val])) == list(range(m))


def test_folds_are_shuffled():
    first, second = (k_fold_indices(40, 2, rng=np.random.default_rng(seed)) for seed in (0, 1))
    assert not np.array_equal(np.sort(first[0][1]), np.arange(20))
    assert not np.array_equal(first[0][1], second[0][1])


def test_cross_validation_weighs_every_example_once_however_large_its_fold():
    y = np.array([0.0, 0.0, 0.0, 4.0])
    error = cross_validation_error(mean_model, y[:, None], y, [([3], [0, 1, 2]), ([0, 1, 2], [3])])
    assert error == 16.0  # 3 examples missed by 4, one by 4
    error = cross_validation_error(mean_model, y[:, None], y, [([0], [1, 2, 3]), ([1, 2, 3], [0])])
    assert error == pytest.approx((0 + 0 + 16 + 16 / 9) / 4)


@pytest.mark.parametrize("threshold", [0.02, 0.05, 0.08])
def test_diagnosis_reproduces_the_table_of_the_slide(threshold):
    columns = [(0.005, 0.01), (0.15, 0.16), (0.01, 0.11), (0.12, 0.20)]
    diagnoses = [
        diagnose(human_error=0.0, train_error=train, val_error=val, threshold=threshold)
        for train, val in columns
    ]
    assert [(d.high_bias, d.high_variance) for d in diagnoses] == [
        (False, False),
        (True, False),
        (False, True),
        (True, True),
    ]


def test_bias_is_measured_from_the_human_error():
    diagnosis = diagnose(human_error=0.14, train_error=0.15, val_error=0.16)
    assert not diagnosis.high_bias
    assert diagnosis.avoidable_bias == pytest.approx(0.01)


@given(st.lists(st.floats(0, 1) | st.just(float("nan")), max_size=20), st.integers(1, 5))
def test_early_stopping_waits_exactly_patience_steps_after_the_best(losses, patience):
    best = early_stopping_step(losses, patience=patience)
    if best is None:
        assert all(early_stopping_step(losses[:t], patience=patience) is None for t in range(len(losses)))
    else:
        assert early_stopping_step(losses[: best + patience], patience=patience) is None
        assert early_stopping_step(losses[: best + patience + 1], patience=patience) == best
        window = np.array(losses[best : best + patience + 1])
        assert not np.any(window[1:] < window[0])


@pytest.mark.parametrize(
    ("losses", "patience", "min_delta", "expected"),
    [
        ([3, 2, 2.5, 2.4, 1], 2, 0.0, 1),  # the better loss comes too late
        ([3, 2, 2.5, 1.9, 1.8], 2, 0.0, None),
        ([3, 2, 1.95, 1.9], 2, 0.2, 1),  # improvements too small to count
        ([1, 1, 1], 2, 0.0, 0),  # a tie is no improvement
        ([], 1, 0.0, None),
    ],
)
def test_early_stopping_by_example(losses, patience, min_delta, expected):
    assert early_stopping_step(losses, patience=patience, min_delta=min_delta) == expected


def test_the_variance_of_complex_numbers_squares_the_numbers_and_not_their_sizes():
    z = np.array([1 + 1j, 3 - 1j, 0.5j])
    assert sample_variance(z) == pytest.approx(np.mean((z - z.mean()) ** 2))
    assert abs(sample_variance(z) - np.var(z)) > 0.5
    assert sample_variance(z.real) == pytest.approx(np.var(z.real))
