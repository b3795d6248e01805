"""Derive the golden vectors from the libraries themselves.

    python -m tests.parity.derive            # every vector
    python -m tests.parity.derive P01 P02    # some

Needs numpy, scipy, pandas, torch, optax and keras; an environment of its own is best.
"""

import math
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

import numpy as np

from tests.parity import vectors


@dataclass(frozen=True)
class Case:
    """One library's answer, and what of ours must agree with it."""

    peer: str
    compute: Callable[..., np.ndarray]
    ours: str
    convention: str | None = None
    inputs: dict[str, Any] = field(default_factory=dict)
    rtol: float = 1e-12
    atol: float = 0.0

    @property
    def distribution(self) -> str | None:
        """The library to install, None for Python's own."""
        top = self.peer.split(".")[0]
        return None if top in sys.stdlib_module_names else top


@dataclass(frozen=True)
class Parity:
    """One parity test: inputs that all its cases share, and the cases by name."""

    about: str
    inputs: dict[str, Any]
    cases: dict[str, Case]


def normal(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape)


# Averages ------------------------------------------------------------------------------------------------


def lfilter(x, beta):
    from scipy.signal import lfilter

    return lfilter([1 - beta], [1, -beta], x, axis=0)


def lfilter_from(x, beta, init):
    from scipy.signal import lfilter

    return lfilter([1 - beta], [1, -beta], x, axis=0, zi=beta * init[None])[0]


def pandas_ewm(adjust):
    def compute(x, beta, **_):
        import pandas

        return pandas.DataFrame(x).ewm(alpha=1 - beta, adjust=adjust).mean().to_numpy()

    return compute


def optax_ema(x, beta, debias):
    optax, jnp = import_optax()
    transform = optax.ema(beta, debias=debias)
    state, means = transform.init(jnp.asarray(x[0])), []
    for observation in x:
        mean, state = transform.update(jnp.asarray(observation), state)
        means.append(np.asarray(mean))
    return np.array(means)


def pandas_expanding(x):
    import pandas

    return pandas.DataFrame(x).expanding().mean().to_numpy()


def fsum_means(x):
    return np.array([[math.fsum(column[:n]) / n for column in x.T] for n in range(1, len(x) + 1)])


AVERAGES = {
    "P01": Parity(
        "Exponentially weighted average, from zero and from a given start",
        {"x": normal(40, 2), "beta": 0.9},
        {
            "from zero": Case("scipy.signal.lfilter", lfilter, "ewma", rtol=1e-14),
            "from a start": Case(
                "scipy.signal.lfilter",
                lfilter_from,
                "ewma",
                inputs={"init": normal(2, seed=1)},
                rtol=1e-14,
                atol=1e-15,
            ),
        },
    ),
    "P02": Parity(
        "Exponentially weighted average that starts at the first observation, or is debiased",
        {"x": normal(40, 2), "beta": 0.9},
        {
            "first": Case(
                "pandas.DataFrame.ewm", pandas_ewm(False), "ewma", inputs={"init": "first"}, rtol=1e-13
            ),
            "debiased": Case(
                "pandas.DataFrame.ewm", pandas_ewm(True), "ewma", inputs={"debias": True}, rtol=1e-13
            ),
            "debiased, optax": Case("optax.ema", optax_ema, "ewma", inputs={"debias": True}, rtol=1e-13),
        },
    ),
    "P03": Parity(
        "Running mean, also far from zero",
        {},
        {
            "expanding": Case(
                "pandas.DataFrame.expanding",
                pandas_expanding,
                "cumulative_mean",
                inputs={"x": normal(40, 2)},
                rtol=1e-13,
            ),
            "offset 1e12": Case(
                "math.fsum", fsum_means, "cumulative_mean", inputs={"x": 1e12 + normal(300, 1)}, rtol=1e-13
            ),
        },
    ),
}

PARITY = AVERAGES


def import_optax():
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    import jax

    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp
    import optax

    return optax, jnp


def derive(parity: Parity, case: Case) -> np.ndarray:
    return np.asarray(case.compute(**parity.inputs | case.inputs))


def write(name: str) -> None:
    parity = PARITY[name]
    cases = {
        title: {
            "peer": case.peer,
            "version": version(case.distribution) if case.distribution else sys.version.split()[0],
            "ours": case.ours,
            "convention": case.convention,
            "inputs": case.inputs,
            "rtol": case.rtol,
            "atol": case.atol,
            "expected": derive(parity, case),
        }
        for title, case in parity.cases.items()
    }
    vectors.save(name, {"about": parity.about, "inputs": parity.inputs, "cases": cases})


if __name__ == "__main__":
    for name in sys.argv[1:] or PARITY:
        print(name, PARITY[name].about)
        write(name)
