import numpy as np

from advsec.batchnorm import BatchNormCache, RunningStats
from tests.advsec.examples import Example, normal


def layer():
    return {"z": normal(4, 3), "gamma": normal(3, seed=1), "beta": normal(3, seed=2), "eps": 0.1}


def stats():
    return RunningStats(normal(3, seed=3), normal(3, seed=4) ** 2, 5)


def cache():
    std = 1 + normal(3, seed=4) ** 2
    return BatchNormCache(normal(4, 3), std, std, normal(3, seed=5), normal(3), std**2, 0)


ZERO_EPS = {"eps must be > 0, got 0": {"eps": 0}}
MU_OF_TWO = (np.ones(2), np.ones(3), 1)

EXAMPLES = {
    "normalize_inputs": Example(
        lambda: {"x": normal(4, 2), "eps": 0.1},
        raises=ZERO_EPS
        | {
            "x.shape must be (m, n) with m >= 1, got (0, 3)": {"x": np.ones((0, 3))},
            "mu.shape must be (2,), one number per feature of x, got (3,)": {
                "stats": (np.ones(3), np.ones(3))
            },
        },
        analytic=True,
    ),
    "batchnorm_forward": Example(
        layer,
        raises=ZERO_EPS
        | {
            "z.shape must be (m, n) with m >= 1, got (0, 3)": {"z": np.ones((0, 3))},
            "gamma.shape must be (3,), one number per feature of z, got (2,)": {"gamma": np.ones(2)},
        },
        analytic=True,
    ),
    "batchnorm_backward": Example(
        lambda: {"dout": normal(4, 3, seed=6), "cache": cache()},
        raises={"dout.shape must be (4, 3), the shape of the output, got (3, 4)": {"dout": np.ones((3, 4))}},
        analytic=True,
    ),
    "backward_paths": Example(
        lambda: {"dout": normal(4, 3, seed=6), "cache": cache()},
        raises={"dout.shape must be (4, 3), the shape of the output, got (3, 4)": {"dout": np.ones((3, 4))}},
        analytic=True,
    ),
    "running_init": Example(
        lambda: {"n": 2, "dtype": np.float32}, raises={"var must be >= 0, got -1": {"var": -1}}
    ),
    "running_update": Example(
        lambda: {"stats": stats(), "mu": normal(3), "var": normal(3, seed=1) ** 2},
        raises={
            "decay must be in [0, 1) or None, got 1.0": {"decay": 1.0},
            "track must be one of var, std, got 'sigma'": {"track": "sigma"},
            "m must be an integer >= 2 when unbiased is true, got 1": {"unbiased": True, "m": 1},
        },
    ),
    "batchnorm_infer": Example(
        lambda: layer() | {"stats": stats()},
        raises=ZERO_EPS
        | {"mu.shape must be (3,), one number per feature of z, got (2,)": {"stats": MU_OF_TWO}},
        analytic=True,
    ),
    "fold_batchnorm": Example(
        lambda: {
            "W": normal(2, 3),
            "b": normal(3, seed=1),
            "gamma": normal(3, seed=2),
            "beta": normal(3, seed=3),
            "stats": stats(),
            "eps": 0.1,
        },
        raises=ZERO_EPS | {"b.shape must be (3,), one number per feature of W, got (2,)": {"b": np.ones(2)}},
        analytic=True,
    ),
}
