import math

import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra.numpy import arrays

from advsec.gradient_check import (
    best_eps,
    check_blocks,
    check_gradient,
    directional_derivative,
    error_curve,
    numerical_gradient,
    pack,
    relative_error,
)
from advsec.network import MLP, init_params, loss, loss_and_gradient, sample_masks


SHAPES = st.dictionaries(
    st.sampled_from(["W1", "b1", "W2", "gamma"]), st.lists(st.integers(1, 3), max_size=3), min_size=1
)
vectors = arrays(np.float64, 4, elements=st.floats(-1e3, 1e3))
U = np.finfo(np.float64).eps


def cubes(theta):
    return (theta**3).sum()


def cubes_gradient(theta):
    return 3 * theta**2


@given(SHAPES)
def test_unpack_reverses_pack(shapes):
    rng = np.random.default_rng(0)
    params = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    theta, unpack = pack(params)
    assert list(unpack(theta)) == list(params)
    for name, array in unpack(theta).items():
        np.testing.assert_array_equal(array, params[name], strict=True)


def test_the_order_of_the_vector_is_the_order_of_the_names_row_by_row():
    theta, _ = pack({"W": [[1, 2], [3, 4]], "b": [0]})
    assert theta.tolist() == [1, 2, 3, 4, 0]


def test_unpack_hands_out_arrays_of_its_own_and_refuses_other_lengths():
    theta, unpack = pack({"W": np.ones((2, 2))})
    unpack(theta)["W"][...] = 5
    assert theta.tolist() == [1, 1, 1, 1]
    with pytest.raises(ValueError, match=r"theta.shape must be \(4,\), got \(3,\)"):
        unpack(theta[:3])


def test_unpack_keeps_complex_numbers():
    _, unpack = pack({"W": np.ones((2, 2))})
    assert unpack(np.full(4, 1j))["W"].dtype == np.complex128


@given(vectors)
def test_central_differences_are_exact_for_quadratics_up_to_round_off(theta):
    gradient = numerical_gradient(lambda theta: (theta**2).sum(), theta, eps=0.5)
    np.testing.assert_allclose(gradient, 2 * theta, rtol=1e-12, atol=1e-9)


@given(vectors)
def test_the_complex_step_is_exact(theta):
    gradient = numerical_gradient(cubes, theta, method="complex")
    np.testing.assert_allclose(gradient, 3 * theta**2, rtol=1e-14, atol=1e-30)


def test_the_slides_formula_is_evaluated_at_exactly_two_points_per_component():
    seen = []
    numerical_gradient(lambda theta: seen.append(theta.copy()) or 0.0, [1.0, 2.0], eps=0.25)
    np.testing.assert_array_equal(seen, [[1.25, 2], [0.75, 2], [1, 2.25], [1, 1.75]])


def test_components_are_restored_bit_by_bit():
    seen = []
    theta = np.array([0.1, 0.2])
    numerical_gradient(lambda theta: seen.append(theta.copy()) or 0.0, theta, eps=0.3)
    np.testing.assert_array_equal([point[0] for point in seen[2:]], theta[0])


def test_integers_become_floats_before_they_move():
    assert numerical_gradient(lambda theta: (theta**2).sum(), [1, 2, 3]).round(6).tolist() == [2, 4, 6]


def test_default_steps_differentiate_exp_as_well_as_the_method_can():
    errors = {
        method: abs(numerical_gradient(lambda x: np.exp(x[0]), [1.0], method=method)[0] / math.e - 1)
        for method in ("forward", "central", "complex")
    }
    assert errors["forward"] < 1e-7
    assert errors["central"] < 1e-9
    assert errors["complex"] < 1e-15


def test_default_step_of_float32_is_larger():
    theta = np.array([1.0], dtype=np.float32)
    gradient = numerical_gradient(lambda x: np.exp(x[0]), theta)
    assert gradient.dtype == np.float32
    assert abs(gradient[0] - math.e) < 1e-3


def sums_of_cubes(points):
    return (points**3).reshape(len(points), -1).sum(axis=1)


@given(vectors, st.sampled_from(["central", "forward", "complex"]), st.integers(1, 9))
def test_many_components_at_once_give_the_same_gradient(theta, method, at_once):
    one_by_one = numerical_gradient(lambda point: sums_of_cubes(point[None])[0], theta, method=method)
    together = numerical_gradient(sums_of_cubes, theta, method=method, at_once=at_once)
    np.testing.assert_array_equal(together, one_by_one)


def test_components_moved_at_once_are_those_of_the_slides_and_come_back_bit_by_bit():
    seen = []
    numerical_gradient(
        lambda points: seen.append(points.copy()) or np.zeros(len(points)),
        [0.1, 0.2, 0.3],
        eps=0.25,
        at_once=2,
    )
    np.testing.assert_array_equal(
        seen,
        [
            [[0.35, 0.2, 0.3], [0.1, 0.45, 0.3], [0.1 - 0.25, 0.2, 0.3], [0.1, 0.2 - 0.25, 0.3]],
            [[0.1, 0.2, 0.55], [0.1, 0.2, 0.3], [0.1, 0.2, 0.3 - 0.25], [0.1, 0.2, 0.3]],
        ],
    )


@pytest.mark.parametrize("shape", [(), (0,), (2, 3)])
def test_many_at_once_keep_shape_and_precision(shape):
    theta = np.full(shape, 2, dtype=np.float32)
    gradient = numerical_gradient(sums_of_cubes, theta, at_once=4)
    assert (gradient.shape, gradient.dtype) == (shape, np.float32)
    np.testing.assert_allclose(gradient, 12, rtol=1e-3)


def test_complex_step_at_once_refuses_a_function_that_drops_the_imaginary_part():
    with pytest.raises(ValueError, match="f must be analytic"):
        numerical_gradient(lambda points: abs(points[:, 0]), [1.0, 2.0], method="complex", at_once=2)


def test_complex_step_refuses_a_function_that_drops_the_imaginary_part():
    with pytest.raises(ValueError, match="f must be analytic"):
        numerical_gradient(lambda theta: np.linalg.norm(theta), [1.0, 2.0], method="complex")


def test_central_differences_of_a_kink_give_the_symmetric_derivative():
    """Erratum E25: |x| has no derivative at 0, the symmetric one is 0."""
    assert numerical_gradient(lambda x: abs(x[0]), [0.0]).tolist() == [0.0]


@given(vectors, vectors)
def test_relative_error_is_a_bounded_symmetric_distance(a, b):
    xi = relative_error(a, b)
    assert 0 <= xi <= 1 + 4 * U
    assert xi == relative_error(b, a)
    assert relative_error(a, a) == 0


@given(vectors.filter(np.any), st.integers(-900, 900))
def test_relative_error_of_a_flipped_sign_is_one_at_every_scale(a, exponent):
    """Powers of two scale without rounding; squares of such numbers leave the range of floats."""
    scaled = np.ldexp(a / np.abs(a).max(), exponent)
    assert relative_error(scaled, -scaled) == pytest.approx(1, rel=1e-12)


def test_relative_error_of_two_zeros_is_zero_and_of_nan_is_nan():
    """Erratum E28."""
    assert relative_error([0.0, 0.0], [0.0, 0.0]) == 0
    assert math.isnan(relative_error([math.nan], [1.0]))
    assert math.isnan(relative_error([math.inf], [1.0]))


def test_a_right_gradient_passes_and_a_doubled_component_is_found():
    theta = np.array([1.0, 1e-3, 2.0])

    def doubled(theta):
        return cubes_gradient(theta) * [1, 2, 1]

    assert check_gradient(cubes, cubes_gradient, theta).passed
    wrong = check_gradient(cubes, doubled, theta)
    assert wrong.worst_index == (1,)
    assert wrong.worst_error == pytest.approx(1 / 3, rel=1e-4)
    assert wrong.xi < 1e-6  # the joint number hardly sees the smallest component


def test_nan_gradients_never_pass():
    assert not check_gradient(cubes, lambda theta: theta * math.nan, [1.0]).passed


def test_a_small_block_with_the_wrong_sign_is_named():
    """Erratum E28: a joint xi hides it."""

    def f(params):
        return (params["W"] ** 2).sum() + 1e-6 * params["b"].sum()

    def wrong(params):
        return {"W": 2 * params["W"], "b": np.full(1, -1e-6)}

    params = {"W": np.array([10.0, 10.0]), "b": np.zeros(1)}
    checks = check_blocks(f, wrong, params, method="complex")
    assert [checks["W"].passed, checks["b"].passed] == [True, False]
    assert checks["b"].xi == pytest.approx(1)
    theta, unpack = pack(params)
    joint = check_gradient(
        lambda theta: f(unpack(theta)),
        lambda theta: pack(wrong(unpack(theta)))[0],
        theta,
        method="complex",
    )
    assert joint.passed


@pytest.mark.parametrize(
    ("method", "slope", "bottom"), [("central", 2, U ** (1 / 3)), ("forward", 1, U**0.5)]
)
def test_the_error_curve_is_a_v_with_the_slopes_of_theory(method, slope, bottom):
    """Erratum E26: truncation falls with eps**slope, round-off rises with 1 / eps."""
    eps = np.logspace(-14, -1, 131)
    curve = error_curve(lambda x: np.exp(x[0]), np.exp, [1.0], eps, method=method)

    def fitted(low, high):
        part = (eps >= low) & (eps <= high) & (curve > 0)
        return np.polyfit(np.log(eps[part]), np.log(curve[part]), 1)[0]

    assert fitted(100 * bottom, 0.1) == pytest.approx(slope, abs=0.1)
    assert fitted(1e-13, bottom / 30) == pytest.approx(-1, abs=0.25)
    assert bottom / 30 < best_eps(lambda x: np.exp(x[0]), np.exp, [1.0], eps, method=method) < 30 * bottom


def test_best_eps_is_the_bottom_of_the_curve():
    eps = [1e-1, 1e-5, 1e-12]
    assert best_eps(lambda x: np.exp(x[0]), np.exp, [1.0], eps) == 1e-5


def network_problem(net, m=7, seed=0):
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(m, net.sizes[0])), rng.integers(net.sizes[-1], size=m)
    theta = init_params(net, rng=rng) + 0.1 * rng.normal(size=net.n_params)
    masks = sample_masks(net, m, rng=rng)

    def f(theta):
        return loss(net, theta, X, y, masks=masks)

    def grad(theta):
        return loss_and_gradient(net, theta, X, y, masks=masks).dtheta

    return f, grad, theta


@pytest.mark.parametrize("batchnorm", [False, True])
@pytest.mark.parametrize("keep_prob", [1.0, 0.7])
@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "identity"])
def test_a_network_passes_with_the_complex_step(activation, keep_prob, batchnorm):
    net = MLP((3, 5, 4, 3), activation=activation, batchnorm=batchnorm, keep_prob=keep_prob, l2=0.1)
    check = check_gradient(*network_problem(net), method="complex", tol=1e-13)
    assert check.passed, check.xi


def test_a_relu_network_passes_away_from_kinks():
    net = MLP((3, 5, 4, 3), batchnorm=True)
    assert check_gradient(*network_problem(net)).passed
    assert check_gradient(*network_problem(net), method="complex", tol=1e-13).passed
    assert check_gradient(*network_problem(net), at_once=5).passed
    assert check_gradient(*network_problem(net), method="complex", tol=1e-13, at_once=5).passed


def test_dropout_cannot_be_checked_unless_the_mask_is_frozen():
    net = MLP((3, 50, 3), activation="tanh", keep_prob=0.5)
    f, grad, theta = network_problem(net)
    rng = np.random.default_rng(1)
    X, y = rng.normal(size=(7, 3)), rng.integers(3, size=7)
    loose = check_gradient(
        lambda theta: loss(net, theta, X, y, masks=sample_masks(net, 7, rng=rng)), grad, theta
    )
    assert loose.xi > 0.9
    assert check_gradient(f, grad, theta).passed


@pytest.mark.parametrize("size", [1e-3, 1.0, 1e3, 1e6, 1e12, 1e100])
@pytest.mark.parametrize("method", ["central", "forward", "complex"])
def test_a_right_gradient_passes_at_every_size_of_theta(method, size):
    """The step grows with theta: one of fixed size would not move a float that is large."""

    def f(theta):
        return ((theta / size) ** 2).sum()

    theta = size * np.array([1.0, -2.0, 0.5])
    check = check_gradient(f, lambda theta: 2 * theta / size**2, theta, method=method, tol=1e-5)
    assert check.passed, check.xi


def test_a_given_step_is_the_step_at_every_theta():
    seen = []
    numerical_gradient(lambda theta: seen.append(theta.copy()) or 0.0, [1e6, 0.0], eps=0.5)
    np.testing.assert_array_equal(seen, [[1e6 + 0.5, 0], [1e6 - 0.5, 0], [1e6, 0.5], [1e6, -0.5]])


@pytest.mark.parametrize("wrong", [math.nan, math.inf])
def test_a_component_that_is_not_finite_is_the_worst(wrong):
    check = check_gradient(cubes, lambda theta: 3 * theta**2 + [0, wrong, 0], [1.0, 2.0, 3.0])
    assert not check.passed
    assert check.worst_index == (1,)
    assert math.isnan(check.worst_error)


@given(vectors, vectors)
def test_along_a_direction_the_complex_step_is_the_inner_product(theta, direction):
    along = directional_derivative(cubes, theta, direction, method="complex")
    parts = 3 * theta**2 * direction
    np.testing.assert_allclose(along, parts.sum(), rtol=1e-13, atol=1e-30 + 1e-13 * np.abs(parts).sum())


def test_along_a_direction_the_function_is_evaluated_twice():
    seen = []
    directional_derivative(lambda theta: seen.append(theta) or 0.0, [1.0, 2.0], [4.0, -2.0], eps=0.25)
    np.testing.assert_array_equal(seen, [[2, 1.5], [0, 2.5]])


def test_one_direction_sees_one_wrong_component_among_many():
    theta = np.linspace(1, 2, 10_000)
    direction = np.random.default_rng(0).normal(size=theta.size)
    right, wrong = cubes_gradient(theta), cubes_gradient(theta)
    wrong[1234] *= -1
    along = directional_derivative(cubes, theta, direction)
    assert relative_error(along, right @ direction) < 1e-7
    assert relative_error(along, wrong @ direction) > 1e-4
