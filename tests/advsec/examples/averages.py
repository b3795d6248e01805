from tests.advsec.examples import Example, normal


NO_AXIS = {"x must be an array with at least one axis, got 3.0": {"x": 3.0}}
BETA_IS_ONE = {"beta must be in [0, 1), got 1.0": {"beta": 1.0}}

EXAMPLES = {
    "mean_update": Example(
        lambda k=(3,): {"mean": normal(*k), "x": normal(*k, seed=1), "step_size": 0.3},
        raises={"step_size must be a number, got nan": {"step_size": float("nan")}},
        analytic=True,
    ),
    "cumulative_mean": Example(lambda k=(3,): {"x": normal(5, *k)}, raises=NO_AXIS, analytic=True),
    "stochastic_average": Example(
        lambda k=(3,): {"x": normal(5, *k), "step_size": lambda n: n**-0.5, "init": normal(*k, seed=1)},
        raises=NO_AXIS
        | {
            "step_size must be a function, got 0.5": {"step_size": 0.5},
            "init.shape must be broadcastable to (2,), the shape of one observation, got (3,)": {
                "x": normal(5, 2),
                "init": normal(3),
            },
        },
        analytic=True,
    ),
    "ewma": Example(
        lambda k=(3,): {"x": normal(5, *k), "beta": 0.9, "init": normal(*k, seed=1)},
        raises=BETA_IS_ONE
        | {"init must be 0 when debias is true, got 'first'": {"init": "first", "debias": True}}
        | {"init must be an array, a number or 'first', got 'last'": {"init": "last"}},
        analytic=True,
    ),
    "ewma_corrected": Example(
        lambda k=(3,): {"x": normal(5, *k), "beta": 0.9}, raises=BETA_IS_ONE, analytic=True
    ),
    "debias": Example(
        lambda k=(3,): {"value": normal(*k), "beta": 0.9, "t": 2},
        raises=BETA_IS_ONE | {"t must be an integer >= 1, got 0": {"t": 0}},
        analytic=True,
    ),
    "ewma_weights": Example(
        lambda: {"T": 4, "beta": 0.9},
        raises=BETA_IS_ONE
        | {
            "T must be an integer >= 0, got -1": {"T": -1},
            "T must be an integer >= 1 when debias is true, got 0": {"T": 0, "debias": True},
        },
        keeps_float32=False,
    ),
    "effective_window": Example(lambda: {"beta": 0.9}, raises=BETA_IS_ONE),
    "beta_for_window": Example(lambda: {"N": 19}, raises={"N must be >= 1, got 0": {"N": 0}}),
    "window_influence": Example(
        lambda: {"beta": 0.9, "N": 19}, raises=BETA_IS_ONE | {"N must be >= 0, got -1": {"N": -1}}
    ),
    "effective_sample_size": Example(
        lambda: {"weights": normal(4) ** 2},
        raises={
            "weights must be finite and not all zero, got [0.0]": {"weights": [0.0]},
        },
    ),
    "window": Example(lambda: {"beta": 0.9}, raises=BETA_IS_ONE),
    "robbins_monro_conditions": Example(
        lambda: {"exponent": 0.7},
        raises={"exponent must be a number, got nan": {"exponent": float("nan")}},
    ),
}
