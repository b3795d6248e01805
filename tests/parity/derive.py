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


# Optimisers: weights after each of a given sequence of gradients -------------------------------------------

# A spike, then gradients of mixed magnitude: the memories of all variants part ways. With an eps this large
# its place shows as well.
SCALE = np.geomspace(1e-2, 1e1, 4)
RUN = {
    "w0": normal(4, seed=1),
    "gradients": np.vstack([10 * SCALE, SCALE * normal(39, 4, seed=2)]),
    "lr": 0.05,
}
MOMENTUM = RUN | {"beta": 0.9}
RMSPROP = RUN | {"beta2": 0.9, "eps": 1e-2}
ADAM = RUN | {"beta1": 0.9, "beta2": 0.99, "eps": 1e-2}


def torch_run(make):
    def compute(w0, gradients, **hyper):
        import torch

        w = torch.nn.Parameter(torch.tensor(w0))
        optimizer, path = make(torch.optim, [w], **hyper), []
        for gradient in gradients:
            w.grad = torch.tensor(gradient)
            optimizer.step()
            path.append(w.detach().numpy().copy())
        return np.array(path)

    return compute


def optax_run(make):
    def compute(w0, gradients, **hyper):
        optax, jnp = import_optax()
        transform = make(optax, **hyper)
        w, path = jnp.asarray(w0), []
        state = transform.init(w)
        for gradient in gradients:
            updates, state = transform.update(jnp.asarray(gradient), state, w)
            w = optax.apply_updates(w, updates)
            path.append(np.asarray(w))
        return np.array(path)

    return compute


def keras_run(make):
    def compute(w0, gradients, **hyper):
        keras = import_keras()
        w = keras.Variable(w0, dtype="float64")
        optimizer, path = make(keras.optimizers, **hyper), []
        optimizer.build([w])
        for gradient in gradients:
            optimizer.apply([keras.ops.convert_to_tensor(gradient, dtype="float64")])
            path.append(keras.ops.convert_to_numpy(w))
        return np.array(path)

    return compute


def optax_literal_adam(w0, gradients, lr, beta1, beta2, eps):
    """The printed line 7: a corrected first moment over the root of an uncorrected second one."""
    optax, jnp = import_optax()
    first = optax.ema(beta1, debias=True)
    second = optax.scale_by_rms(decay=beta2, eps=eps, eps_in_sqrt=True)
    w, path = w0, []
    first_state, second_state = first.init(jnp.asarray(w0)), second.init(jnp.asarray(w0))
    for gradient in gradients:
        direction, first_state = first.update(jnp.asarray(gradient), first_state)
        scaled, second_state = second.update(jnp.asarray(gradient), second_state)
        w = w - lr * np.asarray(direction) * np.asarray(scaled) / gradient
        path.append(w)
    return np.array(path)


TORCH_ADAM = torch_run(
    lambda o, w, lr, beta1, beta2, eps: o.Adam(w, lr=lr, betas=(beta1, beta2), eps=eps, foreach=False)
)
KERAS_ADAM = keras_run(lambda o, lr, beta1, beta2, eps: o.Adam(lr, beta_1=beta1, beta_2=beta2, epsilon=eps))

OPTIMIZERS = {
    "P04": Parity(
        "Momentum whose velocity is an average",
        MOMENTUM,
        {
            "torch, lr (1 - beta)": Case(
                "torch.optim.SGD",
                torch_run(lambda o, w, lr, beta: o.SGD(w, lr=lr * (1 - beta), momentum=beta)),
                "momentum",
                convention="slides",
                rtol=1e-11,
            ),
            "optax": Case(
                "optax.ema",
                optax_run(lambda o, lr, beta: o.chain(o.ema(beta, debias=False), o.scale(-lr))),
                "momentum",
                convention="slides",
                rtol=1e-11,
            ),
            "torch, dampening, from v = first gradient": Case(
                "torch.optim.SGD",
                torch_run(lambda o, w, lr, beta, v0: o.SGD(w, lr=lr, momentum=beta, dampening=beta)),
                "momentum",
                convention="slides",
                inputs={"v0": RUN["gradients"][0]},
            ),
        },
    ),
    "P05": Parity(
        "Momentum whose velocity is a sum",
        MOMENTUM,
        {
            "torch": Case(
                "torch.optim.SGD",
                torch_run(lambda o, w, lr, beta: o.SGD(w, lr=lr, momentum=beta)),
                "momentum",
                convention="torch",
                rtol=1e-11,
            ),
            "optax": Case(
                "optax.sgd",
                optax_run(lambda o, lr, beta: o.sgd(lr, momentum=beta)),
                "momentum",
                convention="optax",
                rtol=1e-11,
            ),
            "keras": Case(
                "keras.optimizers.SGD",
                keras_run(lambda o, lr, beta: o.SGD(lr, momentum=beta)),
                "momentum",
                convention="keras",
                rtol=1e-11,
            ),
        },
    ),
    "P06": Parity(
        "RMSprop with eps inside the root",
        RMSPROP,
        {
            "optax": Case(
                "optax.rmsprop",
                optax_run(lambda o, lr, beta2, eps: o.rmsprop(lr, decay=beta2, eps=eps)),
                "rmsprop",
                convention="optax",
                rtol=1e-11,
            ),
            "keras": Case(
                "keras.optimizers.RMSprop",
                keras_run(lambda o, lr, beta2, eps: o.RMSprop(lr, rho=beta2, epsilon=eps)),
                "rmsprop",
                convention="slides",
                rtol=1e-11,
            ),
        },
    ),
    "P07": Parity(
        "RMSprop with eps outside the root",
        RMSPROP,
        {
            "torch": Case(
                "torch.optim.RMSprop",
                torch_run(lambda o, w, lr, beta2, eps: o.RMSprop(w, lr=lr, alpha=beta2, eps=eps)),
                "rmsprop",
                convention="torch",
                rtol=1e-11,
            ),
            "optax": Case(
                "optax.rmsprop",
                optax_run(lambda o, lr, beta2, eps: o.rmsprop(lr, decay=beta2, eps=eps, eps_in_sqrt=False)),
                "rmsprop",
                convention="paper",
                rtol=1e-11,
            ),
        },
    ),
    "P08": Parity(
        "Adam of the slides, corrected",
        ADAM,
        {
            "optax": Case(
                "optax.adam",
                optax_run(
                    lambda o, lr, beta1, beta2, eps: o.adam(lr, b1=beta1, b2=beta2, eps=0.0, eps_root=eps)
                ),
                "adam",
                convention="slides",
            ),
        },
    ),
    "P09": Parity(
        "Adam of the paper",
        ADAM,
        {
            "torch": Case("torch.optim.Adam", TORCH_ADAM, "adam", convention="torch"),
            "optax": Case(
                "optax.adam",
                optax_run(lambda o, lr, beta1, beta2, eps: o.adam(lr, b1=beta1, b2=beta2, eps=eps)),
                "adam",
                convention="optax",
            ),
        },
    ),
    "P10": Parity(
        "Adam as the slide prints it",
        ADAM,
        {
            "optax": Case(
                "optax.ema and scale_by_rms",
                optax_literal_adam,
                "adam",
                convention="slides-literal",
                rtol=1e-11,
            )
        },
    ),
    "P11": Parity(
        "Adam of Keras",
        ADAM,
        {"keras": Case("keras.optimizers.Adam", KERAS_ADAM, "adam", convention="keras")},
    ),
    "P12": Parity(
        "AMSGrad in five conventions",
        ADAM,
        {
            "slides": Case(
                "optax.amsgrad",
                optax_run(
                    lambda o, lr, beta1, beta2, eps: o.amsgrad(
                        lr, b1=beta1, b2=beta2, eps=0.0, eps_root=eps, bias_correction_nu=False
                    )
                ),
                "amsgrad",
                convention="slides",
                rtol=1e-11,
            ),
            "paper": Case(
                "optax.amsgrad",
                optax_run(
                    lambda o, lr, beta1, beta2, eps: o.amsgrad(
                        lr,
                        b1=beta1,
                        b2=beta2,
                        eps=eps,
                        bias_correction_mu=False,
                        bias_correction_nu=False,
                    )
                ),
                "amsgrad",
                convention="paper",
                rtol=1e-11,
            ),
            "optax": Case(
                "optax.amsgrad",
                optax_run(lambda o, lr, beta1, beta2, eps: o.amsgrad(lr, b1=beta1, b2=beta2, eps=eps)),
                "amsgrad",
                convention="optax",
                rtol=1e-11,
            ),
            "torch": Case(
                "torch.optim.Adam",
                torch_run(
                    lambda o, w, lr, beta1, beta2, eps: o.Adam(
                        w, lr=lr, betas=(beta1, beta2), eps=eps, amsgrad=True, foreach=False
                    )
                ),
                "amsgrad",
                convention="torch",
                rtol=1e-11,
            ),
            "keras": Case(
                "keras.optimizers.Adam",
                keras_run(
                    lambda o, lr, beta1, beta2, eps: o.Adam(
                        lr, beta_1=beta1, beta_2=beta2, epsilon=eps, amsgrad=True
                    )
                ),
                "amsgrad",
                convention="keras",
                rtol=1e-11,
            ),
        },
    ),
}


# Schedules -------------------------------------------------------------------------------------------------


def torch_schedule(make, base_lr):
    """Rates that the optimiser uses at steps 0, ..., T - 1, by calling `.step()` without an argument."""

    def compute(t, **hyper):
        import torch

        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=base_lr(hyper))
        schedule, rates = make(torch.optim.lr_scheduler, optimizer, **hyper), []
        for step in range(t[-1] + 1):
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            if step < t[-1]:
                schedule.step()
        return np.array(rates)[t]

    return compute


def torch_cyclic(s, o, lr_min, lr_max, step_size_up, step_size_down, mode, gamma):
    return s.CyclicLR(
        o,
        base_lr=lr_min,
        max_lr=lr_max,
        step_size_up=step_size_up,
        step_size_down=step_size_down,
        mode=mode,
        gamma=gamma,
        cycle_momentum=False,
    )


def torch_restarts(s, o, lr_min, lr_max, T_0, T_mult):
    return s.CosineAnnealingWarmRestarts(o, T_0=T_0, T_mult=T_mult, eta_min=lr_min)


def torch_one_cycle(s, o, lr_max, n_steps, warmup_fraction):
    return s.OneCycleLR(
        o, max_lr=lr_max, total_steps=n_steps, pct_start=warmup_fraction, cycle_momentum=False
    )


def optax_restarts(t, lr_min, lr_max, T_0, T_mult):
    optax, _ = import_optax()
    cycles, length = [], T_0
    while sum(cycle["decay_steps"] for cycle in cycles) <= t[-1]:
        cycles.append(
            {
                "init_value": lr_max,
                "peak_value": lr_max,
                "warmup_steps": 0,
                "decay_steps": length,
                "end_value": lr_min,
            }
        )
        length *= T_mult
    schedule = optax.sgdr_schedule(cycles)
    return np.array([float(schedule(step)) for step in t])


def keras_restarts(t, lr_min, lr_max, T_0, T_mult):
    keras = import_keras()
    schedule = keras.optimizers.schedules.CosineDecayRestarts(
        lr_max, first_decay_steps=T_0, t_mul=float(T_mult), alpha=lr_min / lr_max
    )
    return np.array([float(schedule(float(step))) for step in t])


def torch_cosine_cases():
    return {
        f"torch, T_0={T_0}, T_mult={T_mult}": Case(
            "torch.optim.lr_scheduler.CosineAnnealingWarmRestarts",
            torch_schedule(torch_restarts, lambda hyper: hyper["lr_max"]),
            "cosine_restarts",
            inputs={"T_0": T_0, "T_mult": T_mult},
        )
        for T_0, T_mult in [(10, 1), (10, 2), (7, 3), (1, 2), (100, 5)]
    }


SCHEDULES = {
    "P13": Parity(
        "Triangular cycles in three modes, the way down longer than the way up",
        {"t": np.arange(150), "lr_min": 0.001, "lr_max": 0.1, "step_size_up": 7, "step_size_down": 12},
        {
            mode: Case(
                "torch.optim.lr_scheduler.CyclicLR",
                torch_schedule(torch_cyclic, lambda hyper: hyper["lr_min"]),
                "cyclical",
                inputs={"mode": mode, "gamma": gamma},
                rtol=1e-11,
            )
            for mode, gamma in [("triangular", 1.0), ("triangular2", 1.0), ("exp_range", 0.99)]
        },
    ),
    "P14": Parity(
        "Cosine with warm restarts",
        {"t": np.arange(200), "lr_min": 0.001, "lr_max": 0.1},
        torch_cosine_cases()
        | {
            "optax": Case(
                "optax.sgdr_schedule",
                optax_restarts,
                "cosine_restarts",
                inputs={"T_0": 10, "T_mult": 2},
            ),
            "keras": Case(
                "keras.optimizers.schedules.CosineDecayRestarts",
                keras_restarts,
                "cosine_restarts",
                inputs={"T_0": 10, "T_mult": 2},
            ),
        },
    ),
    "P15": Parity(
        "One cycle",
        {"lr_max": 0.1},
        {
            f"n_steps={n_steps}, warmup_fraction={fraction}": Case(
                "torch.optim.lr_scheduler.OneCycleLR",
                torch_schedule(torch_one_cycle, lambda hyper: hyper["lr_max"]),
                "one_cycle",
                inputs={"t": np.arange(n_steps), "n_steps": n_steps, "warmup_fraction": fraction},
            )
            for n_steps, fraction in [(100, 0.3), (37, 0.45)]
        },
    ),
}


# Gradients of Rosenbrock's function ------------------------------------------------------------------------


def scipy_differences(method, **steps):
    def compute(theta):
        from scipy.optimize import rosen
        from scipy.optimize._numdiff import approx_derivative

        return approx_derivative(rosen, theta, method=method, **steps)

    return compute


def scipy_rosen_der(theta):
    from scipy.optimize import rosen_der

    return rosen_der(theta)


ROSENBROCK = {"theta": np.array([-1.2, 1.0, 0.7, 1.3, -0.4])}

GRADIENTS = {
    "P16": Parity(
        "Central differences",
        ROSENBROCK,
        {
            "scipy": Case(
                "scipy.optimize._numdiff.approx_derivative",
                scipy_differences("3-point", abs_step=1e-6),
                "numerical_gradient of rosen, central",
                rtol=1e-8,
            ),
            "exact": Case(
                "scipy.optimize.rosen_der",
                scipy_rosen_der,
                "numerical_gradient of rosen, central",
                rtol=1e-8,
            ),
        },
    ),
    "P17": Parity(
        "Complex step",
        ROSENBROCK,
        {
            "scipy": Case(
                "scipy.optimize._numdiff.approx_derivative",
                scipy_differences("cs"),
                "numerical_gradient of rosen, complex",
            ),
            "exact": Case(
                "scipy.optimize.rosen_der", scipy_rosen_der, "numerical_gradient of rosen, complex"
            ),
        },
    ),
}

PARITY = AVERAGES | OPTIMIZERS | SCHEDULES | GRADIENTS


def import_optax():
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    import jax

    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp
    import optax

    return optax, jnp


def import_keras():
    os.environ.setdefault("KERAS_BACKEND", "torch")
    import keras

    keras.config.set_floatx("float64")
    return keras


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
