import numpy as np
import pytest

from advsec.clinic import FAULTS, crossed_kinks, faulty_gradient
from advsec.gradient_check import numerical_gradient, relative_error
from advsec.network import MLP, init_params, loss, loss_and_gradient


NET = MLP((4, 5, 5, 3), activation="tanh", l2=0.02)
BLOCKS = ["W1", "b1", "W2", "b2", "W3", "b3"]
# The blocks that are wrong; of those where one number tells it all, the relative error for 9 examples.
PATTERNS = {
    "1/m forgotten": (BLOCKS, {"b1": 0.8, "b2": 0.8, "b3": 0.8}),
    "dW2 added twice": (["W2"], {"W2": 1 / 3}),
    "db1 a mean": (["b1"], {"b1": 0.8}),
    "tanh' of a": (BLOCKS[:4], {}),
    "W2 not transposed": (BLOCKS[:2], {}),
    "sign of db3": (["b3"], {"b3": 1.0}),
    "penalty forgotten": (["W1", "W2", "W3"], {}),
    "W3 decayed too early": (BLOCKS[:4], {"b1": 0.1 / 1.9, "b2": 0.1 / 1.9}),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_leaves_its_pattern(fault):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(9, 4)), rng.integers(3, size=9)
    theta = init_params(NET, rng=rng) + 0.3 * rng.normal(size=NET.n_params)
    right = NET.views(loss_and_gradient(NET, theta, X, y).dtheta)
    wrong = NET.views(faulty_gradient(NET, theta, X, y, fault=fault))
    errors = {name: relative_error(wrong[name], right[name]) for name in BLOCKS}
    blocks, numbers = PATTERNS[fault]
    assert [name for name in BLOCKS if errors[name] > 1e-12] == blocks
    assert {name: errors[name] for name in numbers} == pytest.approx(numbers)


def test_every_network_of_a_seed_axis_is_as_ill_as_alone():
    rng = np.random.default_rng(0)
    X, y, theta = rng.normal(size=(9, 4)), rng.integers(3, size=9), rng.normal(size=(2, NET.n_params))
    together = faulty_gradient(NET, theta, X, y, fault="W2 not transposed")
    for alone, parameters in zip(together, theta, strict=True):
        expected = faulty_gradient(NET, parameters, X, y, fault="W2 not transposed")
        np.testing.assert_allclose(alone, expected, rtol=1e-12)


@pytest.mark.parametrize("eps", [1e-2, 1e-4])
def test_without_a_crossed_kink_a_relu_network_is_as_smooth_as_any(eps):
    """Linear between its kinks, its squared error has no truncation error at all."""
    net = MLP((4, 5, 3, 1), loss="squared_error")
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(20, 4)), rng.normal(size=(20, 1))
    found = 0
    for theta in init_params(net, rng=rng, n_seeds=5) + 0.1 * rng.normal(size=(5, net.n_params)):
        crossed = crossed_kinks(net, theta, X, eps=eps)
        approx = numerical_gradient(lambda theta: loss(net, theta, X, y), theta, eps=eps)
        errors = np.abs(approx - loss_and_gradient(net, theta, X, y).dtheta)
        np.testing.assert_array_equal(errors > 1e-9, crossed & (errors > 1e-9))
        found += crossed.sum()
    assert (found > 0) == (eps == 1e-2)
