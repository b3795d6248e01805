import numpy as np
import pytest

from advsec.linear_models import ridge
from advsec.problems import least_squares


def problem(m, n, *leading):
    rng = np.random.default_rng(0)
    return rng.normal(size=(*leading, m, n)), rng.normal(size=(*leading, m))


@pytest.mark.parametrize(("m", "n"), [(8, 3), (3, 8), (4, 4)])
@pytest.mark.parametrize("l2", [1e-3, 1.0, 100.0])
def test_ridge_solves_its_normal_equations(m, n, l2):
    X, y = problem(m, n)
    expected = np.linalg.solve(X.T @ X + l2 * np.eye(n), X.T @ y)
    np.testing.assert_allclose(ridge(X, y, l2=l2), expected, rtol=1e-9)


@pytest.mark.parametrize(("m", "n"), [(8, 3), (3, 8)])
def test_without_a_penalty_it_is_least_squares_of_least_norm(m, n):
    X, y = problem(m, n)
    np.testing.assert_allclose(ridge(X, y), np.linalg.lstsq(X, y)[0], rtol=1e-10)
    np.testing.assert_allclose(ridge(X, y), least_squares(X, y).minimum, rtol=1e-10)


def test_the_limit_of_a_vanishing_penalty_is_least_squares():
    X, y = problem(3, 8)
    np.testing.assert_allclose(ridge(X, y, l2=1e-10), ridge(X, y), rtol=1e-8)


def test_columns_that_say_the_same_share_their_weight():
    X, y = problem(6, 1)
    np.testing.assert_allclose(ridge(np.hstack([X, X]), y), np.repeat(ridge(X, y) / 2, 2), rtol=1e-12)


@pytest.mark.parametrize("l2", [0.0, 0.3])
def test_many_problems_at_once_are_each_solved_by_themselves(l2):
    X, y = problem(5, 3, 2, 4)
    together = ridge(X, y, l2=l2)
    assert together.shape == (2, 4, 3)
    np.testing.assert_allclose(together[1, 2], ridge(X[1, 2], y[1, 2], l2=l2), rtol=1e-10)


def test_a_larger_penalty_gives_shorter_weights_that_tend_to_zero():
    X, y = problem(6, 4)
    lengths = [np.linalg.norm(ridge(X, y, l2=l2)) for l2 in (0.0, 0.1, 10.0, 1e9)]
    assert lengths == sorted(lengths, reverse=True)
    assert lengths[-1] < 1e-7


@pytest.mark.parametrize("l2", [0.0, 1.0])
def test_features_that_are_all_zero_get_no_weight(l2):
    assert ridge(np.zeros((3, 2)), np.ones(3), l2=l2).tolist() == [0.0, 0.0]
