from dataclasses import replace

import numpy as np
import pytest

from advsec.batchnorm import batchnorm_backward, batchnorm_forward, batchnorm_infer
from advsec.dropout import all_masks, dropout_forward, dropout_ridge, dropout_test, mask_probabilities
from advsec.gradient_check import numerical_gradient, relative_error
from advsec.network import (
    MLP,
    activations,
    batch_statistics,
    cross_entropy,
    error_rate,
    init_params,
    loss,
    loss_and_gradient,
    predict,
    sample_masks,
)


PLAIN = MLP((4, 6, 5, 3))
FULL = MLP((4, 6, 5, 3), activation="tanh", batchnorm=True, keep_prob=0.7, l2=0.01)
every_net = pytest.mark.parametrize("net", [PLAIN, FULL], ids=["plain", "full"])


def problem(net, m=9, n_seeds=None, seed=0):
    """A network in a general position, and a batch."""
    rng = np.random.default_rng(seed)
    theta = init_params(net, rng=rng, n_seeds=n_seeds)
    theta += 0.3 * rng.normal(size=theta.shape)
    return theta, rng.normal(size=(m, net.sizes[0])), rng.integers(net.sizes[-1], size=m)


def easy(m=200, seed=0):
    """Four blobs, one per quadrant, labelled by quadrant."""
    rng = np.random.default_rng(seed)
    y = rng.integers(4, size=m)
    centres = np.array([[2.0, 2.0], [-2.0, 2.0], [-2.0, -2.0], [2.0, -2.0]])
    return centres[y] + 0.5 * rng.normal(size=(m, 2)), y


def test_parameters_are_one_vector_in_a_documented_order():
    assert list(MLP((2, 3, 4)).shapes.items()) == [("W1", (2, 3)), ("b1", (3,)), ("W2", (3, 4)), ("b2", (4,))]
    names = ["W1", "gamma1", "beta1", "W2", "b2"]
    assert list(MLP((2, 3, 4), batchnorm=True).shapes) == names
    assert MLP((2, 3, 4)).n_params == 2 * 3 + 3 + 3 * 4 + 4


def test_the_lecture_network_has_the_expected_number_of_parameters():
    assert MLP((64, 128, 128, 10), batchnorm=True).n_params == 64 * 128 + 128 * 128 + 4 * 128 + 1290


@pytest.mark.parametrize("leading", [(), (5,), (2, 3)])
def test_views_share_the_memory_of_the_vector_and_cover_it(leading):
    theta = np.zeros((*leading, FULL.n_params))
    for number, view in enumerate(FULL.views(theta).values(), start=1):
        view[...] = number
    assert np.all(theta > 0)
    assert np.all(np.diff(theta, axis=-1) >= 0)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"sizes": (3,)}, r"sizes must be a tuple of at least two integers >= 1, got \(3,\)"),
        ({"activation": "gelu"}, "activation must be one of relu, tanh, sigmoid, identity, got 'gelu'"),
        ({"loss": "hinge"}, "loss must be one of cross_entropy, squared_error, got 'hinge'"),
        ({"keep_prob": 0}, r"keep_prob must be in \(0, 1\], got 0"),
        ({"keep_prob": (0,)}, r"keep_prob must be in \(0, 1\], got \(0,\)"),
        ({"keep_prob": (0.8, 0.5)}, r"keep_prob must be one number or a tuple of 1, got \(0\.8, 0\.5\)"),
        ({"l2": -1}, "l2 must be >= 0, got -1"),
        ({"eps": 0}, "eps must be > 0, got 0"),
    ],
)
def test_a_network_that_makes_no_sense_is_refused(wrong, sentence):
    with pytest.raises(ValueError, match=sentence):
        MLP(**{"sizes": (2, 3)} | wrong)


def test_initial_weights_have_the_variance_that_keeps_signals_alive():
    net = MLP((400, 300, 10), batchnorm=True)
    params = net.views(init_params(net, rng=np.random.default_rng(0)))
    assert params["W1"].var() == pytest.approx(2 / 400, rel=0.02)
    assert params["W2"].var() == pytest.approx(2 / 300, rel=0.1)
    assert np.all(params["gamma1"] == 1)
    assert not np.any(params["beta1"])
    assert not np.any(params["b2"])
    scaled = init_params(net, rng=np.random.default_rng(0), scale=3.0)
    np.testing.assert_allclose(net.views(scaled)["W1"], 3 * params["W1"], rtol=1e-13)
    tanh = replace(net, activation="tanh")
    assert tanh.views(init_params(tanh, rng=np.random.default_rng(0)))["W1"].var() == pytest.approx(
        1 / 400, rel=0.02
    )


def test_the_first_networks_are_the_same_however_many_are_drawn():
    few, many = (init_params(FULL, rng=np.random.default_rng(0), n_seeds=n) for n in (2, 7))
    np.testing.assert_array_equal(many[:2], few)


def test_the_outputs_are_those_of_the_formulas_of_the_lectures():
    theta, X, _ = problem(FULL)
    params, masks = FULL.views(theta), sample_masks(FULL, 9, rng=np.random.default_rng(1))
    a = X
    for number in (1, 2):
        z, _ = batchnorm_forward(a @ params[f"W{number}"], params[f"gamma{number}"], params[f"beta{number}"])
        a, _ = dropout_forward(np.tanh(z), masks[number - 1], FULL.keep_prob)
    scores = np.exp(a @ params["W3"] + params["b3"])
    expected = scores / scores.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(predict(FULL, theta, X, masks=masks), expected, rtol=1e-12)
    np.testing.assert_allclose(activations(FULL, theta, X, masks=masks)[1], a, rtol=1e-12)


@pytest.mark.parametrize("dtype", [np.float64, np.complex128])
@pytest.mark.parametrize("n_seeds", [None, 3])
def test_hidden_layers_are_normalised_as_batchnorm_does_it(n_seeds, dtype):
    net = MLP((4, 5, 2), activation="identity", batchnorm=True, loss="squared_error")
    theta, X, _ = problem(net, n_seeds=n_seeds)
    theta, targets = theta.astype(dtype), np.random.default_rng(1).normal(size=(len(X), 2))
    params = net.views(theta)
    params["W1"][..., 0] = 0  # a constant feature
    out, cache = batchnorm_forward(X @ params["W1"], params["gamma1"], params["beta1"], eps=net.eps)
    (hidden,) = activations(net, theta, X)
    assert np.allclose(hidden, out, rtol=1e-12, atol=1e-13)
    assert np.array_equal(hidden[..., 0], np.broadcast_to(out[..., 0], hidden.shape[:-1]))
    (found,) = batch_statistics(net, theta, X)
    assert np.allclose(found.mu, cache.mu, rtol=1e-12)
    assert np.allclose(found.var, cache.var, rtol=1e-12)

    errors = out @ params["W2"] + params["b2"][..., None, :] - targets
    dz, dgamma, dbeta = batchnorm_backward(2 * errors / len(X) @ params["W2"].mT, cache)
    grads = net.views(loss_and_gradient(net, theta, X, targets).dtheta)
    for name, expected in (("W1", X.T @ dz), ("gamma1", dgamma), ("beta1", dbeta)):
        assert np.allclose(grads[name], expected, rtol=1e-11, atol=1e-12)


def test_prediction_uses_the_statistics_that_it_is_given():
    theta, X, _ = problem(FULL)
    stats = batch_statistics(FULL, theta, X)
    np.testing.assert_allclose(
        predict(FULL, theta, X, stats=stats), predict(FULL, theta, X), rtol=1e-10, atol=1e-14
    )
    params = FULL.views(theta)
    z = batchnorm_infer(X[:1] @ params["W1"], params["gamma1"], params["beta1"], stats[0])
    one = activations(FULL, theta, X[:1], stats=stats)[0]
    np.testing.assert_allclose(one, np.tanh(z), rtol=1e-13)


def test_direct_dropout_scales_at_test_time():
    net = MLP((4, 6, 3), keep_prob=0.6, inverted=False)
    theta, X, _ = problem(net)
    full = activations(replace(net, keep_prob=1.0), theta, X)[0]
    np.testing.assert_array_equal(activations(net, theta, X)[0], dropout_test(full, 0.6, inverted=False))


@pytest.mark.parametrize("inverted", [False, True])
def test_inputs_are_dropped_where_keep_prob_names_them(inverted):
    net = MLP((4, 6, 3), keep_prob=(0.8, 0.6), inverted=inverted)
    theta, X, _ = problem(net)
    of_inputs, of_hidden = sample_masks(net, 9, rng=np.random.default_rng(1))
    hidden_only = replace(net, keep_prob=0.6)
    dropped, _ = dropout_forward(X, of_inputs, 0.8, inverted=inverted)
    np.testing.assert_array_equal(
        predict(net, theta, X, masks=[of_inputs, of_hidden]),
        predict(hidden_only, theta, dropped, masks=[of_hidden]),
    )
    at_test = dropout_test(X, 0.8, inverted=inverted)
    np.testing.assert_array_equal(predict(net, theta, X), predict(hidden_only, theta, at_test))
    with pytest.raises(ValueError, match="masks must be 2 arrays, got 1"):
        predict(net, theta, X, masks=[of_hidden])


def test_dropout_on_the_inputs_of_a_linear_unit_is_ridge():
    """The expected gradient vanishes at the closed form: every mask has a place on the seed axis."""
    n, rng = 6, np.random.default_rng(0)
    X, y = rng.normal(size=(20, n)), rng.normal(size=20)
    net = MLP((n, 1), loss="squared_error", keep_prob=(0.7,))
    masks = np.concatenate(list(all_masks(n)))

    def expected_gradient(w):
        theta = np.tile([*w, 0.0], (len(masks), 1))
        _, dtheta, _ = loss_and_gradient(net, theta, X, y[:, None], masks=[masks[:, None]])
        return mask_probabilities(masks, 0.7) @ net.views(dtheta)["W1"][..., 0]

    np.testing.assert_allclose(expected_gradient(dropout_ridge(X, y, 0.7)), 0, atol=1e-14)
    least_squares = np.linalg.lstsq(X, y, rcond=None)[0]
    assert np.abs(expected_gradient(least_squares)).max() > 0.01


def test_softmax_does_not_overflow():
    net = MLP((1, 2))
    theta = np.array([1e4, -1e4, 0.0, 0.0])
    assert predict(net, theta, [[1.0]]).tolist() == [[1.0, 0.0]]
    assert float(loss(net, theta, [[1.0]], [1])) == 2e4


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid", "identity"])
@pytest.mark.parametrize("batchnorm", [False, True])
@pytest.mark.parametrize("keep_prob", [1.0, 0.7, (0.9, 0.6, 0.7)])
@pytest.mark.parametrize("inverted", [False, True])
@pytest.mark.parametrize("masked", [False, True])
def test_the_gradient_is_that_of_the_loss(activation, batchnorm, keep_prob, inverted, masked):
    net = MLP((3, 4, 4, 3), activation, batchnorm, keep_prob, inverted, l2=0.1)
    theta, X, y = problem(net)
    masks = sample_masks(net, len(X), rng=np.random.default_rng(1)) if masked else None
    result = loss_and_gradient(net, theta, X, y, masks=masks)
    numerical = numerical_gradient(lambda theta: loss(net, theta, X, y, masks=masks), theta, method="complex")
    assert relative_error(numerical, result.dtheta) < 1e-13
    assert result.loss == loss(net, theta, X, y, masks=masks)


@pytest.mark.parametrize("sizes", [(3, 2), (3, 5, 2)])
def test_the_gradient_of_squared_errors(sizes):
    net = MLP(sizes, activation="tanh", loss="squared_error")
    theta, X, _ = problem(net)
    y = np.random.default_rng(1).normal(size=(len(X), 2))
    value, dtheta, _ = loss_and_gradient(net, theta, X, y)
    assert value == pytest.approx(np.mean(np.sum((predict(net, theta, X) - y) ** 2, axis=1)), rel=1e-13)
    numerical = numerical_gradient(lambda theta: loss(net, theta, X, y), theta, method="complex")
    assert relative_error(numerical, dtheta) < 1e-13
    with pytest.raises(ValueError, match=r"y\.shape must be \(\.\.\., 9, 2\), got \(9,\)"):
        loss(net, theta, X, y[:, 0])


@every_net
def test_networks_on_the_seed_axis_do_not_notice_each_other(net):
    theta, X, y = problem(net, n_seeds=4)
    masks = sample_masks(net, (4, 9), rng=np.random.default_rng(1))
    together = loss_and_gradient(net, theta, X, y, masks=masks)
    predictions = predict(net, theta, X)
    for s in range(4):
        alone = loss_and_gradient(net, theta[s], X, y, masks=[mask[s] for mask in masks])
        np.testing.assert_allclose(together.loss[s], alone.loss, rtol=1e-12)
        np.testing.assert_allclose(together.dtheta[s], alone.dtheta, rtol=1e-10, atol=1e-14)
        np.testing.assert_allclose(predictions[s], predict(net, theta[s], X), rtol=1e-10, atol=1e-14)


@every_net
def test_networks_may_have_examples_of_their_own(net):
    theta, _, _ = problem(net, n_seeds=2)
    rng = np.random.default_rng(1)
    X, y = rng.normal(size=(2, 9, 4)), rng.integers(3, size=(2, 9))
    together = loss_and_gradient(net, theta, X, y)
    for s in range(2):
        alone = loss_and_gradient(net, theta[s], X[s], y[s])
        np.testing.assert_allclose(together.dtheta[s], alone.dtheta, rtol=1e-10, atol=1e-14)


def test_a_batch_that_is_repeated_has_the_same_loss_and_gradient():
    theta, X, y = problem(FULL)
    once, twice = (loss_and_gradient(FULL, theta, np.tile(X, (r, 1)), np.tile(y, r)) for r in (1, 2))
    np.testing.assert_allclose(twice.loss, once.loss, rtol=1e-13)
    np.testing.assert_allclose(twice.dtheta, once.dtheta, rtol=1e-9, atol=1e-14)


def test_losses_of_predictions_by_hand():
    probabilities = np.array([[0.5, 0.5], [0.9, 0.1], [0.2, 0.8]])
    assert cross_entropy(probabilities, [0, 0, 0]) == pytest.approx(-np.log(0.5 * 0.9 * 0.2) / 3)
    assert error_rate(probabilities, [0, 1, 1]) == pytest.approx(1 / 3)
    assert np.isfinite(cross_entropy([[1.0, 0.0]], [1]))
    theta, X, y = problem(PLAIN)
    assert cross_entropy(predict(PLAIN, theta, X), y) == pytest.approx(float(loss(PLAIN, theta, X, y)))


@pytest.mark.parametrize("y", [[0, 3], [-1, 0], [0.0, 1.0]])
def test_labels_out_of_range_are_refused(y):
    with pytest.raises(ValueError, match=r"y must be labels in 0 \.\. 2, got"):
        loss(PLAIN, np.zeros(PLAIN.n_params), np.ones((2, 4)), y)


@pytest.mark.parametrize("measure", [cross_entropy, error_rate])
def test_probabilities_of_one_example_need_an_axis_of_examples(measure):
    with pytest.raises(ValueError, match=r"probabilities.shape must be \(..., m, c\), got \(2,\)"):
        measure([0.5, 0.5], 0)
