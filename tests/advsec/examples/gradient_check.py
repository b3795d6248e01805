import numpy as np

from tests.advsec.examples import Example, normal


def cubes(theta):
    return (theta**3).sum()


def slope(theta):
    return 3 * theta**2


def loss(params):
    return (params["W"] ** 2).sum() + 3 * params["b"].sum()


def gradients(params):
    return {"W": 2 * params["W"], "b": 3 + 0 * params["b"]}


METHOD = {"method must be one of central, forward, complex, got 'backward'": {"method": "backward"}}
NEGATIVE_TOL = {"tol must be >= 0, got -1": {"tol": -1}}

EXAMPLES = {
    "pack": Example(
        lambda: {"params": {"W": normal(2, 3), "b": normal(3, seed=1)}},
        raises={"params must be a mapping with at least one array, got {}": {"params": {}}},
        analytic=True,
    ),
    "numerical_gradient": Example(
        lambda k=(3,): {"f": cubes, "theta": normal(*k)},
        raises=METHOD
        | {
            "eps must be > 0, got 0.0": {"eps": 0.0},
            "at_once must be an integer >= 1, got 0": {"at_once": 0},
            "f must be analytic and return complex numbers for complex theta, got 1.0": {
                "f": lambda theta: 1.0,
                "method": "complex",
            },
            "f must be a function that returns one number for each of 4 points, got shape ()": {"at_once": 2},
        },
    ),
    "directional_derivative": Example(
        lambda k=(3,): {"f": cubes, "theta": normal(*k), "direction": normal(*k, seed=1)},
        raises=METHOD
        | {
            "eps must be > 0, got 0.0": {"eps": 0.0},
            "direction.shape must be (3,), the shape of theta, got (2,)": {"direction": np.ones(2)},
            "f must be analytic and return complex numbers for complex theta, got 1.0": {
                "f": lambda theta: 1.0,
                "method": "complex",
            },
        },
    ),
    "relative_error": Example(
        lambda k=(3,): {"approx": normal(*k), "exact": normal(*k, seed=1)},
        raises={"approx.shape must be (3,), the shape of exact, got (2,)": {"approx": np.ones(2)}},
    ),
    "check_gradient": Example(
        lambda k=(3,): {"f": cubes, "grad": slope, "theta": normal(*k)},
        raises=NEGATIVE_TOL
        | {
            "theta must be at least one number, got []": {"theta": []},
            "grad must be a function that returns an array of shape (2,), got shape (1,)": {
                "grad": lambda theta: theta[:1],
                "theta": np.ones(2),
            },
        },
    ),
    "check_blocks": Example(
        lambda: {"f": loss, "grad": gradients, "params": {"W": normal(2, 3), "b": normal(3, seed=1)}},
        raises=NEGATIVE_TOL
        | {
            "grad must be a function that returns the names ['W', 'b'] of params, got ['W']": {
                "grad": lambda params: {"W": 2 * params["W"]}
            },
            "params must be arrays of at least one number, got {'W': []}": {"params": {"W": []}},
        },
    ),
    "error_curve": Example(
        lambda k=(3,): {"f": cubes, "grad": slope, "theta": normal(*k), "eps": [1e-2, 1e-3, 1e-4]},
        raises={"eps must be > 0, got 0.0": {"eps": [0.0]}},
        keeps_float32=False,
    ),
    "best_eps": Example(
        lambda k=(3,): {"f": cubes, "grad": slope, "theta": normal(*k), "eps": [1e-2, 1e-3, 1e-4]},
        raises={"eps must be steps of which at least one has a finite error, got []": {"eps": []}},
    ),
}
