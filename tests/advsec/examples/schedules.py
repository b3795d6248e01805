import numpy as np

from tests.advsec.examples import Example


def steps():
    return np.arange(8)


BOUNDS = {"lr_min": 0.1, "lr_max": 1.0}
NEGATIVE_STEP = {"t must be an integer >= 0 or an array of them, got -1": {"t": -1}}
EMPTY_CYCLE = {"T_0 must be an integer >= 1, got 0": {"T_0": 0}}

# A rate is a function of integers and Python numbers: there is no precision to keep.
EXAMPLES = {
    "cyclical": Example(
        lambda: {"t": steps(), "step_size_up": 2, "step_size_down": 3, "mode": "triangular2"} | BOUNDS,
        raises={
            "t must be an integer >= 0 or an array of them, got 1.5": {"t": 1.5},
            "step_size_up must be an integer >= 1, got 0": {"step_size_up": 0},
            "mode must be one of triangular, triangular2, exp_range, got 'sine'": {"mode": "sine"},
        },
        keeps_float32=False,
    ),
    "cosine_restarts": Example(
        lambda: {"t": steps(), "T_0": 2, "T_mult": 2, "lr_max_decay": 0.5} | BOUNDS,
        raises=NEGATIVE_STEP | EMPTY_CYCLE | {"T_mult must be an integer >= 1, got 1.5": {"T_mult": 1.5}},
        keeps_float32=False,
    ),
    "one_cycle": Example(
        lambda: {"t": steps(), "lr_max": 1.0, "n_steps": 10},
        raises=NEGATIVE_STEP
        | {
            "t must be < n_steps = 10, got 10": {"t": 10},
            "warmup_fraction must be more than 1 / n_steps and less than 1, got 1.0": {
                "warmup_fraction": 1.0
            },
        },
        keeps_float32=False,
    ),
    "cycle_position": Example(
        lambda: {"t": steps(), "T_0": 2, "T_mult": 2}, raises=NEGATIVE_STEP | EMPTY_CYCLE
    ),
    "snapshot_steps": Example(lambda: {"n_steps": 14, "T_0": 2, "T_mult": 2}, raises=EMPTY_CYCLE),
    "range_test_lrs": Example(
        lambda: {"n": 5} | BOUNDS,
        raises={
            "n must be an integer >= 2, got 1": {"n": 1},
            "lr_min must be > 0 and < lr_max = 1.0, got 0.0": {"lr_min": 0.0},
            "spacing must be one of geometric, linear, got 'log'": {"spacing": "log"},
        },
        keeps_float32=False,
    ),
}
