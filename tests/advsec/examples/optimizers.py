import numpy as np

from advsec.optimizers import AdamState, AMSGradState, MomentumState, RMSpropState
from tests.advsec.examples import Example, normal


OTHER_SHAPE = {"dw must be an array of the shape (3,) of w, got shape (3, 1)": {"dw": np.ones((3, 1))}}
ZERO_EPS = {"eps must be > 0, got 0.0": {"eps": 0.0}}


def step(state, **hyper):
    """A step from a state in the middle of a run."""
    return lambda k=(3,): {"w": normal(*k), "dw": normal(*k, seed=1), "state": state(k), "lr": 0.1} | hyper


def velocity(k):
    return normal(*k, seed=2)


def squares(k, seed=3):
    return np.asarray(normal(*k, seed=seed) ** 2)


def adam_state(k):
    return AdamState(velocity(k), squares(k), 4)


EXAMPLES = {
    "gd_step": Example(
        step(lambda k: None),
        raises=OTHER_SHAPE | {"lr must be a number, got nan": {"lr": float("nan")}},
        analytic=True,
    ),
    "momentum_init": Example(lambda k=(3,): {"w": normal(*k)}, analytic=True),
    "momentum_step": Example(
        step(lambda k: MomentumState(velocity(k), 4)),
        raises=OTHER_SHAPE
        | {
            "beta must be in [0, 1), got 1.0": {"beta": 1.0},
            "debias must be False when dampened is false, got True": {"dampened": False, "debias": True},
        },
        analytic=True,
    ),
    "rmsprop_init": Example(lambda k=(3,): {"w": normal(*k)}, analytic=True),
    "rmsprop_step": Example(
        step(lambda k: RMSpropState(squares(k), 4)),
        raises=OTHER_SHAPE | ZERO_EPS | {"beta2 must be in [0, 1), got 1.0": {"beta2": 1.0}},
        analytic=True,
    ),
    "adam_init": Example(lambda k=(3,): {"w": normal(*k)}, analytic=True),
    "adam_step": Example(
        step(adam_state, eps=1e-3),
        raises=OTHER_SHAPE
        | ZERO_EPS
        | {
            "beta1 must be in [0, 1), got 1.0": {"beta1": 1.0},
            "beta2 must be in [0, 1), got -0.1": {"beta2": -0.1},
            "debias_second must be one of before_eps, after_eps, none, got 'before_max'": {
                "debias_second": "before_max"
            },
        },
        analytic=True,
    ),
    "amsgrad_init": Example(lambda k=(3,): {"w": normal(*k)}, analytic=True),
    "amsgrad_step": Example(
        step(lambda k: AMSGradState(velocity(k), squares(k), squares(k, seed=4), 4), eps=1e-3),
        raises=OTHER_SHAPE
        | ZERO_EPS
        | {
            "beta1 must be in [0, 1), got 1.0": {"beta1": 1.0},
            "debias_second must be one of none, before_max, before_eps, after_eps, got 'later'": {
                "debias_second": "later"
            },
        },
        analytic=True,
    ),
    "minimize": Example(
        lambda k=(3,): {
            "grad": lambda w: 2 * w,
            "w0": normal(*k),
            "optimizer": "adam",
            "lr": 0.1,
            "n_steps": 3,
        },
        raises={
            "optimizer must be one of gd, momentum, rmsprop, adam, amsgrad, got 'sgd'": {"optimizer": "sgd"},
            "n_steps must be an integer >= 0, got -1": {"n_steps": -1},
        },
    ),
    "steps_needed": Example(
        lambda: {
            "f": lambda w: (w**2).sum(axis=-1),
            "grad": lambda w: 2 * w,
            "starts": normal(3, 2),
            "optimizer": "momentum",
            "lrs": np.array([0.01, 0.3, 9.0]),
            "n_steps": 60,
            "beta": 0.5,
        },
        raises={
            "starts.shape must be (S, d), got (2,)": {"starts": np.ones(2)},
            "lrs.shape must be (R,), got ()": {"lrs": 0.1},
            "n_steps must be an integer >= 0, got -1": {"n_steps": -1},
            "reduction must be > 0, got 0.0": {"reduction": 0.0},
        },
    ),
    "adam_drift": Example(
        lambda k=(3,): {"slopes": normal(4, *k), "beta1": 0.5, "beta2": 0.9},
        raises={
            "slopes must be an array of gradients, got shape ()": {"slopes": 1.0},
            "beta1 must be in [0, 1), got 1.0": {"beta1": 1.0},
            "beta2 must be in [0, 1), got -0.1": {"beta2": -0.1},
        },
    ),
}
