import numpy as np
import pytest
from hypothesis import assume, given, strategies as st

from advsec.batchnorm import (
    RunningStats,
    backward_paths,
    batchnorm_backward,
    batchnorm_forward,
    batchnorm_infer,
    fold_batchnorm,
    normalize_inputs,
    running_init,
    running_update,
)
from advsec.gradient_check import numerical_gradient, relative_error


TINY = 1e-300  # an eps that adds nothing
seeds = st.integers(0, 1000)
eps_inside = pytest.mark.parametrize("eps_inside_sqrt", [True, False])


def layer(seed=0, m=6, n=3):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(m, n)) * [0.1, 1, 10][:n], rng.normal(size=n), rng.normal(size=n)


def test_forward_by_hand():
    z = np.array([[1.0], [3.0]])
    inside, cache = batchnorm_forward(z, [2.0], [5.0], eps=3.0)
    outside, _ = batchnorm_forward(z, [2.0], [5.0], eps=3.0, eps_inside_sqrt=False)
    np.testing.assert_allclose(inside, [[4.0], [6.0]], rtol=1e-15)  # 5 -+ 2 / sqrt(1 + 3)
    np.testing.assert_allclose(outside, [[4.5], [5.5]], rtol=1e-15)  # 5 -+ 2 / (sqrt(1) + 3)
    assert (cache.mu, cache.var) == (2, 1)


@given(seeds)
def test_the_output_has_the_mean_and_the_spread_that_beta_and_gamma_say(seed):
    z, gamma, beta = layer(seed)
    out, cache = batchnorm_forward(z, gamma, beta, eps=0.1)
    np.testing.assert_allclose(out.mean(axis=0), beta, rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(out.var(axis=0), gamma**2 * cache.var / (cache.var + 0.1), rtol=1e-11)


@given(seeds, st.floats(1e-3, 1e3), st.floats(-10, 10))
def test_scale_and_shift_of_the_inputs_do_not_matter(seed, scale, shift):
    z, gamma, beta = layer(seed)
    plain, _ = batchnorm_forward(z, gamma, beta, eps=TINY)
    moved, _ = batchnorm_forward(scale * z + shift, gamma, beta, eps=TINY)
    np.testing.assert_allclose(moved, plain, rtol=1e-7, atol=1e-7)


@given(seeds, st.floats(0.1, 10))
def test_weights_scaled_by_c_have_the_same_output_and_gradients_divided_by_c(seed, c):
    rng = np.random.default_rng(seed)
    x, W, dout = rng.normal(size=(8, 4)), rng.normal(size=(4, 3)), rng.normal(size=(8, 3))

    def output_and_gradient(W):
        out, cache = batchnorm_forward(x @ W, np.ones(3), np.zeros(3), eps=TINY)
        return out, x.T @ batchnorm_backward(dout, cache)[0]

    out, dW = output_and_gradient(W)
    scaled_out, scaled_dW = output_and_gradient(c * W)
    np.testing.assert_allclose(scaled_out, out, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(scaled_dW, dW / c, rtol=1e-8, atol=1e-10 * np.abs(dW).max() / c)
    assert np.max(np.abs(np.sum(W * dW, axis=0))) < 1e-10 * np.abs(dW).max()


@eps_inside
@given(seeds, st.integers(2, 9))
def test_the_paths_add_up_to_the_gradient_and_the_one_through_the_mean_of_the_variance_is_empty(
    eps_inside_sqrt, seed, m
):
    z, gamma, beta = layer(seed, m)
    dout = np.random.default_rng(seed + 1).normal(size=z.shape)
    _, cache = batchnorm_forward(z, gamma, beta, eps=0.1, eps_inside_sqrt=eps_inside_sqrt)
    paths, (dz, _, _) = backward_paths(dout, cache), batchnorm_backward(dout, cache)
    scale = np.abs(dz).max()
    np.testing.assert_allclose(sum(paths), dz, rtol=1e-10, atol=1e-13 * scale)
    np.testing.assert_allclose(paths.through_mu_in_var, 0, atol=1e-13 * scale)
    # With statistics that are numbers and not functions of z, the direct path is all there is.
    np.testing.assert_allclose(paths.direct, gamma * dout / cache.std, rtol=1e-13)
    np.testing.assert_allclose(np.sum(paths.through_mu, axis=0), -np.sum(paths.direct, axis=0), atol=1e-12)


def test_paths_of_columns_are_the_transposes_of_those_of_rows():
    z, gamma, beta = layer()
    dout = np.random.default_rng(1).normal(size=z.shape)
    _, rows = batchnorm_forward(z, gamma, beta)
    _, columns = batchnorm_forward(z.T, gamma, beta, batch_axis=1)
    for path, transposed in zip(backward_paths(dout, rows), backward_paths(dout.T, columns), strict=True):
        np.testing.assert_array_equal(path, transposed.T)


def test_no_path_leads_through_the_root_of_the_variance_of_a_constant_feature():
    z = np.full((4, 1), 3.0)
    _, cache = batchnorm_forward(z, [2.0], [0.0], eps=1e-8, eps_inside_sqrt=False)
    paths = backward_paths(np.arange(4.0)[:, None], cache)
    assert np.all(paths.through_var == 0)
    assert np.all(np.isfinite(sum(paths)))


@eps_inside
def test_gamma_std_and_beta_mu_give_the_identity(eps_inside_sqrt):
    """Erratum E45: gamma must be what z - mu was divided by, with its eps."""
    z, gamma, beta = layer()
    _, cache = batchnorm_forward(z, gamma, beta, eps=0.5, eps_inside_sqrt=eps_inside_sqrt)
    out, _ = batchnorm_forward(z, cache.std, cache.mu, eps=0.5, eps_inside_sqrt=eps_inside_sqrt)
    np.testing.assert_allclose(out, z, rtol=1e-12, atol=1e-12)


@eps_inside
@given(seed=seeds, m=st.integers(2, 9))
def test_backward_is_the_gradient_of_forward(eps_inside_sqrt, seed, m):
    """Parity P20. With a random upstream gradient: with one of ones dz would be zero."""
    z, gamma, beta = layer(seed, m)
    dout = np.random.default_rng(seed + 1).normal(size=z.shape)
    options = {"eps": 0.1, "eps_inside_sqrt": eps_inside_sqrt}
    _, cache = batchnorm_forward(z, gamma, beta, **options)
    analytic = batchnorm_backward(dout, cache)
    losses = [
        lambda z: np.sum(dout * batchnorm_forward(z, gamma, beta, **options)[0]),
        lambda gamma: np.sum(dout * batchnorm_forward(z, gamma, beta, **options)[0]),
        lambda beta: np.sum(dout * batchnorm_forward(z, gamma, beta, **options)[0]),
    ]
    for loss, at, gradient in zip(losses, (z, gamma, beta), analytic, strict=True):
        assert relative_error(numerical_gradient(loss, at, method="complex"), gradient) < 1e-12


@given(seeds)
def test_the_gradient_of_the_inputs_is_orthogonal_to_constants_and_to_the_inputs(seed):
    z, gamma, beta = layer(seed)
    dout = np.random.default_rng(seed + 1).normal(size=z.shape)
    _, cache = batchnorm_forward(z, gamma, beta, eps=TINY)
    dz, _, _ = batchnorm_backward(dout, cache)
    scale = np.abs(dz).max()
    np.testing.assert_allclose(dz.sum(axis=0) / scale, 0, atol=1e-11)
    np.testing.assert_allclose(np.sum(dz * z, axis=0) / scale, 0, atol=1e-9)


@eps_inside
def test_a_constant_feature_gives_beta_and_finite_gradients(eps_inside_sqrt):
    z = np.full((4, 2), 7.0)
    out, cache = batchnorm_forward(z, [2.0, 3.0], [1.0, -1.0], eps_inside_sqrt=eps_inside_sqrt)
    np.testing.assert_array_equal(out, [[1.0, -1.0]] * 4)
    assert all(np.isfinite(part).all() for part in batchnorm_backward(np.eye(4, 2), cache))


def test_a_single_example_gives_beta_and_no_gradient():
    out, cache = batchnorm_forward([[3.0, 4.0]], [2.0, 3.0], [1.0, -1.0])
    assert out.tolist() == [[1.0, -1.0]]
    np.testing.assert_array_equal(batchnorm_backward([[5.0, 6.0]], cache)[0], 0)


def test_columns_are_the_transpose_of_rows():
    z, gamma, beta = layer()
    dout = np.random.default_rng(1).normal(size=z.shape)
    rows, cache = batchnorm_forward(z, gamma, beta)
    columns, cache_of_columns = batchnorm_forward(z.T, gamma, beta, batch_axis=1)
    np.testing.assert_array_equal(columns, rows.T)
    for ours, transposed in zip(
        batchnorm_backward(dout, cache), batchnorm_backward(dout.T, cache_of_columns), strict=True
    ):
        np.testing.assert_array_equal(transposed, ours.T)
    stats = running_update(running_init(3), cache.mu, cache.var)
    np.testing.assert_array_equal(
        batchnorm_infer(z.T, gamma, beta, stats, batch_axis=1), batchnorm_infer(z, gamma, beta, stats).T
    )


def test_axes_in_front_are_independent_networks():
    layers = [layer(seed) for seed in range(4)]
    z, gamma, beta = (np.array(parts) for parts in zip(*layers, strict=True))
    dout = np.random.default_rng(1).normal(size=z.shape)
    together, cache = batchnorm_forward(z, gamma, beta)
    gradients = batchnorm_backward(dout, cache)
    for s in range(4):
        alone, cache_alone = batchnorm_forward(*layers[s])
        np.testing.assert_allclose(together[s], alone, rtol=1e-13)
        for joint, single in zip(gradients, batchnorm_backward(dout[s], cache_alone), strict=True):
            np.testing.assert_allclose(joint[s], single, rtol=1e-12, atol=1e-14)


def test_eps_stops_mattering_where_the_conventions_meet():
    """Erratum E44: for a standard deviation of 1e-6, eps = 1e-5 inside shrinks by 3e-4, outside by 0.09."""
    z = 1e-6 * np.array([[1.0], [-1.0]])
    stds = [
        batchnorm_forward(z, [1.0], [0.0], eps_inside_sqrt=inside)[0].std().item() for inside in (True, False)
    ]
    assert stds == pytest.approx([1e-6 / np.sqrt(1e-12 + 1e-5), 1e-6 / (1e-6 + 1e-5)], rel=1e-9)


@given(seeds, st.floats(-10, 10))
def test_an_offset_before_batch_normalisation_is_dead(seed, b):
    z, gamma, beta = layer(seed)
    shifted, cache = batchnorm_forward(z + b, gamma, beta)
    np.testing.assert_allclose(shifted, batchnorm_forward(z, gamma, beta)[0], rtol=1e-9, atol=1e-10)
    dz, _, _ = batchnorm_backward(np.random.default_rng(seed + 1).normal(size=z.shape), cache)
    assert np.abs(dz.sum(axis=0)).max() < 1e-12 * (1 + np.abs(dz).max())


@given(seeds)
def test_normalised_inputs_have_mean_zero_and_standard_deviation_one(seed):
    x, _, _ = layer(seed)
    x_norm, mu, var = normalize_inputs(x)
    np.testing.assert_allclose(x_norm.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(x_norm.std(axis=0), 1, rtol=1e-6)
    again, _, _ = normalize_inputs(x, stats=(mu, var))
    np.testing.assert_array_equal(again, x_norm)


def test_the_test_set_is_normalised_with_the_statistics_of_the_training_set():
    train, test = np.array([[0.0], [2.0]]), np.array([[5.0]])
    _, mu, var = normalize_inputs(train)
    x_norm, used_mu, used_var = normalize_inputs(test, stats=(mu, var))
    assert x_norm.round(6).tolist() == [[4.0]]
    assert (used_mu, used_var) == (mu, var)


def batches(T=7, n=3):
    rng = np.random.default_rng(0)
    return rng.normal(size=(T, n)), rng.chisquare(3, size=(T, n))


def run(mus, variances, **options):
    stats = running_init(mus.shape[1], var=options.pop("start", 1.0))
    for mu, var in zip(mus, variances, strict=True):
        stats = running_update(stats, mu, var, **options)
    return stats


@given(st.floats(0, 0.999), st.integers(1, 20), st.floats(0, 100))
def test_debiased_statistics_of_a_constant_are_the_constant_from_any_start(decay, T, start):
    stats = run(np.full((T, 2), -3.0), np.full((T, 2), 4.0), decay=decay, debias=True, start=start)
    np.testing.assert_allclose(stats.mu, -3, rtol=1e-12)
    np.testing.assert_allclose(stats.var, 4, rtol=1e-12)
    assert stats.t == T


@given(st.floats(0, 0.99))
def test_debiasing_divides_the_average_from_zero_by_its_weight(decay):
    mus, variances = batches()
    raw = run(mus, variances, decay=decay, start=0.0)
    debiased = run(mus, variances, decay=decay, debias=True)
    np.testing.assert_allclose(debiased.mu, raw.mu / (1 - decay ** len(mus)), rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(debiased.var, raw.var / (1 - decay ** len(mus)), rtol=1e-10)


def test_no_decay_is_the_mean_of_all_batches():
    mus, variances = batches()
    stats = run(mus, variances, decay=None)
    np.testing.assert_allclose(stats.mu, mus.mean(axis=0), rtol=1e-13)
    np.testing.assert_allclose(stats.var, variances.mean(axis=0), rtol=1e-13)


def test_unbiased_statistics_average_the_variance_of_the_population():
    mus, variances = batches()
    biased = run(mus, variances, decay=None)
    unbiased = run(mus, variances, decay=None, m=5, unbiased=True)
    np.testing.assert_allclose(unbiased.var, biased.var * 5 / 4, rtol=1e-13)
    np.testing.assert_array_equal(unbiased.mu, biased.mu)


def test_averaged_standard_deviations_are_too_small():
    """Erratum E47: Jensen's inequality, on the exact mean of both over the same batches."""
    mus, variances = batches(T=2000)
    by_std = run(mus, variances, decay=None, track="std")
    by_var = run(mus, variances, decay=None)
    np.testing.assert_allclose(np.sqrt(by_std.var), np.sqrt(variances).mean(axis=0), rtol=1e-12)
    assert np.all(by_std.var < 0.9 * by_var.var)


def test_statistics_from_zero_blow_up_the_first_outputs():
    """Erratum E48: by 1 / sqrt(1 - decay**t), 3.16 after one batch and 1.24 after ten."""
    for t, factor in ((1, 3.16), (10, 1.24)):
        stats = run(np.zeros((t, 1)), np.ones((t, 1)), decay=0.9, start=0.0)
        out = batchnorm_infer([[1.0]], [1.0], [0.0], stats, eps=TINY)
        assert out.item() == pytest.approx(factor, abs=0.005)


def test_plain_tuples_are_accepted_as_statistics():
    stats = running_update(([0.0], [1.0], 0), [1.0], [2.0])
    assert isinstance(stats, RunningStats)
    np.testing.assert_allclose([stats.mu.item(), stats.var.item()], [0.1, 1.1], rtol=1e-14)


@eps_inside
@given(seed=seeds)
def test_inference_with_the_statistics_of_the_batch_is_the_forward_pass(eps_inside_sqrt, seed):
    z, gamma, beta = layer(seed)
    options = {"eps": 0.1, "eps_inside_sqrt": eps_inside_sqrt}
    out, cache = batchnorm_forward(z, gamma, beta, **options)
    inferred = batchnorm_infer(z, gamma, beta, (cache.mu, cache.var, 1), **options)
    np.testing.assert_allclose(inferred, out, rtol=1e-11, atol=1e-12)


@eps_inside
@given(seed=seeds)
def test_a_folded_layer_is_the_layer_with_batch_normalisation(eps_inside_sqrt, seed):
    rng = np.random.default_rng(seed)
    x, W = rng.normal(size=(5, 4)), rng.normal(size=(4, 3))
    b, gamma, beta, mu = rng.normal(size=(4, 3))
    stats, options = (mu, rng.chisquare(3, size=3), 7), {"eps": 0.1, "eps_inside_sqrt": eps_inside_sqrt}
    folded_W, folded_b = fold_batchnorm(W, b, gamma, beta, stats, **options)
    expected = batchnorm_infer(x @ W + b, gamma, beta, stats, **options)
    np.testing.assert_allclose(x @ folded_W + folded_b, expected, rtol=1e-11, atol=1e-12)


@given(seeds, st.floats(0.1, 10), st.floats(-5, 5))
def test_covariate_shift_vanishes_when_statistics_are_recomputed(seed, scale, shift):
    assume(scale != 1)
    z, gamma, beta = layer(seed)
    _, cache = batchnorm_forward(z, gamma, beta, eps=TINY)
    moved = scale * z + shift
    recomputed, _ = batchnorm_forward(moved, gamma, beta, eps=TINY)
    frozen = batchnorm_infer(moved, gamma, beta, (cache.mu, cache.var, 1), eps=TINY)
    original = batchnorm_infer(z, gamma, beta, (cache.mu, cache.var, 1), eps=TINY)
    np.testing.assert_allclose(recomputed, original, rtol=1e-7, atol=1e-8)
    assert np.abs(frozen - original).max() > 0


def test_batch_axis_is_0_or_1():
    with pytest.raises(ValueError, match="batch_axis must be 0 or 1, got 2"):
        batchnorm_forward(np.ones((2, 2)), np.ones(2), np.ones(2), batch_axis=2)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("m", [1, 3, 7, 100, 600])
@pytest.mark.parametrize("value", [0.1, 1e9 + 0.1, -3e-8, 1e20])
def test_a_constant_feature_becomes_zero_or_beta_exactly(value, m, dtype):
    x = np.full((m, 2), value, dtype=dtype)
    x[:, 1] = np.arange(m)
    x_norm, mu, var = normalize_inputs(x)
    assert not np.any(x_norm[:, 0])
    assert mu[0] == dtype(value)
    assert var[0] == 0
    for inside in (True, False):
        out, _ = batchnorm_forward(
            x, np.ones(2, dtype), np.full(2, 7, dtype), eps=1e-30, eps_inside_sqrt=inside
        )
        assert np.all(out[:, 0] == 7)


def test_scikit_learn_makes_the_same_of_constant_and_other_features():
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    x = np.column_stack([np.full(600, 0.1), 5 + 2 * np.random.default_rng(0).normal(size=600)])
    theirs = preprocessing.StandardScaler().fit_transform(x)
    np.testing.assert_allclose(normalize_inputs(x, eps=1e-300)[0], theirs, rtol=1e-9, atol=1e-12)


@given(st.integers(0, 100))
def test_statistics_far_from_zero_keep_their_digits(seed):
    x = np.random.default_rng(seed).integers(-8, 8, size=(12, 3)) / 4
    _, mu, var = normalize_inputs(1e9 + x)
    np.testing.assert_allclose(mu - 1e9, x.mean(axis=0), atol=1e-6)
    np.testing.assert_allclose(var, x.var(axis=0), rtol=1e-5, atol=1e-12)


@pytest.mark.parametrize("t", [1, 5])
def test_a_debiased_running_average_keeps_its_digits_where_decay_is_nearly_one(t):
    """All batches count the same then: the average is their mean."""
    stats = running_init(1)
    for batch in range(1, t + 1):
        stats = running_update(stats, [float(batch)], [1.0], decay=1 - 1e-9, debias=True)
    assert stats.mu[0] == pytest.approx((t + 1) / 2, rel=1e-8)
    assert stats.var[0] == pytest.approx(1, rel=1e-13)
