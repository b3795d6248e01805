import math

import numpy as np
import pytest
from hypothesis import given, strategies as st

from advsec.optimizers import OPTIMIZERS, minimize
from advsec.problems import (
    average_regret,
    chain_terms,
    ill_conditioned,
    least_squares,
    linear_chain,
    quadratic,
    random_rotation,
    reddi_gradient,
    rosenbrock,
    saddle,
    wilson_data,
    wilson_solutions,
)


def rotation(d=10, seed=0):
    return random_rotation(d, rng=np.random.default_rng(seed))


PROBLEMS = {
    "quadratic": (quadratic([[2.0, 1.0], [1.0, 3.0]], [1.0, -1.0]), 2),
    "ill-conditioned": (ill_conditioned(10), 10),
    "rotated": (ill_conditioned(10, rotation=rotation()), 10),
    "saddle": (saddle(), 2),
    "rosenbrock": (rosenbrock(4), 4),
    "least squares": (least_squares(*wilson_data(4, 2)[:2]), 17),
    "linear chain": (linear_chain(1.5, -0.5), 5),
}
every_problem = pytest.mark.parametrize("name", sorted(PROBLEMS))


@every_problem
def test_the_gradient_is_the_complex_step_of_the_function(name):
    problem, d = PROBLEMS[name]
    w = np.random.default_rng(0).normal(size=d)
    steps = w + 1e-20j * np.eye(d)
    np.testing.assert_allclose(problem.grad(w), problem.f(steps).imag / 1e-20, rtol=1e-12, atol=1e-13)


@every_problem
def test_several_starts_run_at_the_same_time(name):
    problem, d = PROBLEMS[name]
    starts = np.random.default_rng(0).normal(size=(3, 2, d))
    assert problem.f(starts).shape == (3, 2)
    for index in np.ndindex(3, 2):
        np.testing.assert_allclose(problem.f(starts)[index], problem.f(starts[index]), rtol=1e-12)
        np.testing.assert_allclose(
            problem.grad(starts)[index], problem.grad(starts[index]), rtol=1e-12, atol=1e-12
        )


@every_problem
def test_the_gradient_neither_modifies_nor_returns_its_argument(name):
    problem, d = PROBLEMS[name]
    w = np.random.default_rng(0).normal(size=d)
    w.flags.writeable = False
    assert not np.shares_memory(problem.grad(w), w)
    problem.f(w)


@every_problem
def test_the_minimum_is_a_minimum(name):
    problem, d = PROBLEMS[name]
    if problem.minimum is None:
        assert name == "linear chain"
        return
    np.testing.assert_allclose(problem.grad(problem.minimum), 0, atol=1e-12)
    around = problem.minimum + 0.01 * np.random.default_rng(0).normal(size=(100, d))
    assert (problem.f(around) >= problem.f(problem.minimum) - 1e-15).all()


def test_a_problem_does_not_change_with_the_arrays_it_was_made_from():
    H = np.eye(2)
    problem = quadratic(H)
    H[0, 0] = 100.0
    assert problem.f(np.array([1.0, 0.0])) == 0.5


def test_single_precision_stays_single():
    w = np.ones(3, dtype=np.float32)
    for problem in (quadratic(np.eye(3, dtype=np.float32)), rosenbrock(3), linear_chain()):
        assert problem.grad(w).dtype == problem.f(w).dtype == np.float32


@given(st.integers(2, 8), st.floats(1, 1e4), st.integers(0, 50))
def test_the_condition_number_is_the_one_asked_for(d, condition, seed):
    problem = ill_conditioned(d, condition=condition, rotation=rotation(d, seed))
    curvatures = np.linalg.eigvalsh(problem.grad(np.eye(d)))
    assert curvatures[-1] / curvatures[0] == pytest.approx(condition, rel=1e-6)


def test_a_rotation_is_orthogonal_and_reproducible():
    Q = rotation()
    np.testing.assert_allclose(Q @ Q.T, np.eye(10), atol=1e-14)
    np.testing.assert_array_equal(Q, rotation())


def test_rotating_the_axes_matters_to_rmsprop_and_not_to_gradient_descent():
    start, Q = np.random.default_rng(1).normal(size=10), rotation()
    axes, turned, round_ = ill_conditioned(10), ill_conditioned(10, rotation=Q), quadratic(np.eye(10))

    def path(problem, name, start, **hyper):
        return minimize(problem.grad, start, name, lr=1e-3, n_steps=300, **hyper).w

    for name in ("gd", "momentum"):
        np.testing.assert_allclose(
            path(turned, name, Q @ start) @ Q, path(axes, name, start), rtol=1e-9, atol=1e-12
        )
    # In the axes RMSprop divides each curvature by itself: a round bowl gives the same path.
    bowl = path(round_, "rmsprop", start, eps=1e-30)
    np.testing.assert_allclose(path(axes, "rmsprop", start, eps=1e-30), bowl, rtol=1e-9)
    rotated = path(turned, "rmsprop", Q @ start, eps=1e-30) @ Q
    assert np.abs(rotated - bowl).max() > 0.1


def test_gradient_descent_started_on_the_ridge_stays_at_the_saddle():
    stuck = minimize(saddle().grad, [1.0, 0.0], "gd", lr=0.1, n_steps=500).w[-1]
    np.testing.assert_allclose(stuck, 0.0, atol=1e-12)
    free = minimize(saddle().grad, [1.0, 1e-6], "gd", lr=0.1, n_steps=500).w[-1]
    np.testing.assert_allclose(free, [0.0, 1.0], atol=1e-6)


def reddi(name, C, T=6000, **hyper):
    """Points chosen on Reddi's problem, one column per hyper-parameter: shape (T, n)."""
    init, step = OPTIMIZERS[name]
    x = np.zeros_like(hyper["beta2"])
    state, path = init(x), []
    slopes = np.array([reddi_gradient(t, C) for t in (1, 2, 3)])
    for t in range(T):
        path.append(x)
        x, state = step(x, np.full_like(x, slopes[t % 3]), state, lr=0.5 / math.sqrt(t + 1), **hyper)
        x = np.clip(x, -1.0, 1.0)
    return np.array(path)


def test_e18_adam_ends_at_the_worst_point_only_where_its_memory_is_short():
    memories = {"beta1": np.array([0.0, 0.9]), "beta2": np.array([0.1, 0.999])}
    np.testing.assert_allclose(reddi("adam", 3.0, **memories)[-1], [1.0, -1.0], atol=0.05)
    np.testing.assert_allclose(reddi("amsgrad", 3.0, **memories)[-1], [-1.0, -1.0], atol=0.05)


@pytest.mark.parametrize(("C", "regret"), [(3.0, 2 / 3), (5.0, 2.0), (10.0, 16 / 3)])
def test_e18_the_regret_of_adam_does_not_vanish(C, regret):
    short = {"beta1": 0.0, "beta2": np.array([1 / (1 + C**2)])}
    slopes = reddi_gradient(np.arange(1, 6001), C)
    adam = reddi("adam", C, **short)[:, 0]
    assert average_regret(adam, slopes) == pytest.approx(regret, rel=0.03)
    amsgrad = reddi("amsgrad", C, **short)[:, 0]
    assert average_regret(amsgrad, slopes) < 0.05 * regret


def test_the_best_fixed_point_has_no_regret():
    slopes = reddi_gradient(np.arange(1, 301))
    assert average_regret(np.full(300, -1.0), slopes) == pytest.approx(0, abs=1e-15)
    assert average_regret(np.full(300, 1.0), slopes) == pytest.approx(2 / 3)


@pytest.mark.parametrize("name", ["gd", "momentum", "rmsprop", "adam", "amsgrad"])
def test_on_wilsons_data_adaptive_methods_fit_and_do_not_generalise(name):
    X, y, X_test, y_test = wilson_data()
    problem = least_squares(X, y)
    lr = {"gd": 0.2, "momentum": 0.2, "rmsprop": 1e-3, "adam": 1e-3, "amsgrad": 1e-3}[name]
    w = minimize(problem.grad, np.zeros(X.shape[1]), name, lr=lr, n_steps=1500).w[-1]
    assert (np.sign(X @ w) == y).all()
    test_error = np.mean(np.sign(X_test @ w) != y_test)
    if name in ("gd", "momentum"):
        assert test_error == 0
    else:
        assert test_error == 0.4  # the share of negatives: everything is called positive
        signs = np.sign(X.T @ y)
        assert w @ signs / np.linalg.norm(w) / np.linalg.norm(signs) == pytest.approx(1, abs=1e-4)


def test_wilsons_solutions_both_fit_and_only_one_generalises():
    X, y, X_test, y_test = wilson_data()
    assert X.shape == (50, 133)
    np.testing.assert_array_equal(X @ np.sign(X.T @ y), 4 * y)
    w_gd, w_ada = wilson_solutions(X, y)
    np.testing.assert_allclose(X @ w_gd, y, atol=1e-12)
    np.testing.assert_allclose(X @ w_ada, y, atol=1e-12)
    assert np.linalg.norm(w_gd) < np.linalg.norm(w_ada)
    assert (np.sign(X_test @ w_gd) == y_test).all()
    assert np.mean(np.sign(X_test @ w_ada) != y_test) == 0.4


@given(st.lists(st.tuples(st.floats(-2, 2), st.floats(-1, 1)), min_size=1, max_size=8))
def test_the_terms_of_the_chain_add_up_to_its_new_output(pairs):
    w, change = np.array(pairs).T
    terms = chain_terms(w, change, x=1.5)
    assert terms.sum() == pytest.approx(np.prod(w + change) * 1.5, rel=1e-9, abs=1e-9)
    assert terms[0] == pytest.approx(np.prod(w) * 1.5, abs=1e-12)


def test_e43_the_orders_of_the_chain_are_binomial_and_outweigh_the_first():
    np.testing.assert_allclose(chain_terms(np.ones(10), np.ones(10)), [math.comb(10, k) for k in range(11)])
    for L, value, lr, before, linear, after in [
        (10, 1.3, 0.01, 13.8, -141, 1.2e-8),
        (3, 1.0, 0.1, 1.0, 0.7, 0.729),
    ]:
        w = np.full(L, value)
        terms = chain_terms(w, -lr * linear_chain().grad(w))
        assert terms[0] == pytest.approx(before, rel=0.01)
        assert terms[0] + terms[1] == pytest.approx(linear, rel=0.01)
        assert terms.sum() == pytest.approx(after, rel=0.05)


@pytest.mark.parametrize("name", sorted(OPTIMIZERS))
def test_every_optimiser_descends_on_every_problem_with_a_minimum(name):
    for title, (problem, d) in PROBLEMS.items():
        start = 0.5 * np.random.default_rng(3).normal(size=d)
        losses = problem.f(minimize(problem.grad, start, name, lr=1e-3, n_steps=200).w)
        assert losses[-1] < losses[0], title
