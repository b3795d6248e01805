"""Derive the golden vectors from the libraries themselves.

    python -m tests.parity.derive            # every vector
    python -m tests.parity.derive P01 P02    # some

Needs the libraries of `peers.txt`; an environment of their own is best:

    pip install --editable ".[test]" --requirement tests/parity/peers.txt
"""

import math
import statistics
import sys
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import product

import numpy as np

from tests.parity import vectors
from tests.parity.as_it_comes import AS_IT_COMES
from tests.parity.cases import (
    Case,
    Parity,
    import_keras,
    import_optax,
    keras_run,
    normal,
    optax_run,
    torch_run,
)


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


def optax_one_cycle(t, lr_max, n_steps, warmup_fraction):
    optax, _ = import_optax()
    told = n_steps - 1
    share = (warmup_fraction * n_steps - 1) / told
    schedule = optax.cosine_onecycle_schedule(told, lr_max, pct_start=share)
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
        }
        # Told 40 steps and 0.3 of them, its top is at step 12 of 0, ..., 40.
        | {
            "optax": Case(
                "optax.cosine_onecycle_schedule",
                optax_one_cycle,
                "one_cycle",
                inputs={"t": np.arange(41), "n_steps": 41, "warmup_fraction": 13 / 41},
            )
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

# Batch normalisation ---------------------------------------------------------------------------------------


def torch_batchnorm(part):
    def compute(z, gamma, beta, dout, eps):
        import torch

        layer = torch.nn.BatchNorm1d(z.shape[1], eps=eps, dtype=torch.float64)
        layer.weight.data, layer.bias.data = torch.tensor(gamma), torch.tensor(beta)
        inputs = torch.tensor(z, requires_grad=True)
        out = layer(inputs)
        out.backward(torch.tensor(dout))
        parts = {"out": out, "dz": inputs.grad, "dgamma": layer.weight.grad, "dbeta": layer.bias.grad}
        return parts[part].detach().numpy()

    return compute


# Keras computes batch normalisation in float32, whatever the type of layer and inputs.
FLOAT32 = {"rtol": 1e-5, "atol": 1e-5}


def keras_batchnorm(z, gamma, beta, dout, eps):
    keras = import_keras()
    layer = keras.layers.BatchNormalization(epsilon=eps, dtype="float64")
    layer.build(z.shape)
    layer.gamma.assign(gamma)
    layer.beta.assign(beta)
    return keras.ops.convert_to_numpy(
        layer(keras.ops.convert_to_tensor(z, dtype="float64"), training=True).detach()
    )


def torch_running(z, decay):
    import torch

    layer = torch.nn.BatchNorm1d(
        z.shape[-1], momentum=None if decay is None else 1 - decay, dtype=torch.float64
    )
    path = []
    for batch in z:
        layer(torch.tensor(batch))
        path.append([layer.running_mean.numpy().copy(), layer.running_var.numpy().copy()])
    return np.array(path)


def keras_running(z, decay):
    keras = import_keras()
    layer, path = keras.layers.BatchNormalization(momentum=decay, dtype="float64"), []
    for batch in z:
        layer(keras.ops.convert_to_tensor(batch, dtype="float64"), training=True)
        path.append([keras.ops.convert_to_numpy(v) for v in (layer.moving_mean, layer.moving_variance)])
    return np.array(path)


COLUMNS = np.array([1e-2, 1e-1, 1e1, 1e2])

BATCHNORM = {
    "P18": Parity(
        "Batch normalisation forward and backward, columns of sizes 0.01 to 100, random upstream gradient",
        {
            "z": normal(8, 4) * COLUMNS,
            "gamma": normal(4, seed=1),
            "beta": normal(4, seed=2),
            "dout": normal(8, 4, seed=3),
            "eps": 1e-3,
        },
        {
            part: Case(
                "torch.nn.BatchNorm1d", torch_batchnorm(part), f"batchnorm {part}", rtol=1e-10, atol=1e-11
            )
            for part in ("out", "dz", "dgamma", "dbeta")
        }
        | {"keras": Case("keras.layers.BatchNormalization", keras_batchnorm, "batchnorm out", **FLOAT32)},
    ),
    "P19": Parity(
        "Running statistics of batch normalisation",
        {"z": normal(6, 5, 4) * COLUMNS + 1},
        {
            "torch": Case(
                "torch.nn.BatchNorm1d", torch_running, "running", convention="torch", inputs={"decay": 0.8}
            ),
            "torch, mean of all batches": Case(
                "torch.nn.BatchNorm1d", torch_running, "running", convention="torch", inputs={"decay": None}
            ),
            "keras": Case(
                "keras.layers.BatchNormalization",
                keras_running,
                "running",
                convention="keras",
                inputs={"decay": 0.8},
                **FLOAT32,
            ),
        },
    ),
}


# Dropout: exact arithmetic of Python's own takes the place of a library -----------------------------------


def fractions_of(array):
    return [Fraction(number) for number in array.tolist()]


def weighted_masks(n, keep_prob):
    """Every mask with its probability, in exact arithmetic."""
    for mask in product((0, 1), repeat=n):
        yield mask, keep_prob ** sum(mask) * (1 - keep_prob) ** (n - sum(mask))


def fraction_dropout(a, mask, keep_prob, inverted):
    scale = Fraction(keep_prob) if inverted else 1
    return np.array(
        [
            [float(Fraction(number) * bit / scale) for number, bit in zip(*rows, strict=True)]
            for rows in zip(a.tolist(), mask.tolist(), strict=True)
        ]
    )


def fraction_linear_error(w, x, y, keep_prob, inverted):
    inputs = [u * v for u, v in zip(fractions_of(w), fractions_of(x), strict=True)]
    y, keep = Fraction(y), Fraction(keep_prob)
    scale = 1 / keep if inverted else 1
    expected = sum(
        prob * (y - scale * sum(u for u, bit in zip(inputs, mask, strict=True) if bit)) ** 2
        for mask, prob in weighted_masks(len(inputs), keep)
    )
    ensemble = (y - scale * keep * sum(inputs)) ** 2
    return np.array([float(part) for part in (expected, ensemble, expected - ensemble)])


def decimal_nwgm(w, x, keep_prob):
    """The product as the slide prints it, with so many digits that saturated units do no harm."""
    with localcontext(prec=120):
        inputs = [Decimal(u) * Decimal(v) for u, v in zip(w.tolist(), x.tolist(), strict=True)]
        G = complement = Decimal(1)
        for mask, prob in weighted_masks(len(inputs), Decimal(keep_prob)):
            z = sum(u for u, bit in zip(inputs, mask, strict=True) if bit)
            G *= (1 / (1 + (-Decimal(z)).exp())) ** prob
            complement *= (1 / (1 + Decimal(z).exp())) ** prob
        return np.array(float(G / (G + complement)))


def statistics_decomposition(predictions, y, noise):
    columns = [fractions_of(column) for column in predictions.T]
    truth = fractions_of(y)
    biases = [(statistics.mean(column) - t) ** 2 for column, t in zip(columns, truth, strict=True)]
    variances = [statistics.pvariance(column) for column in columns]
    errors = [
        statistics.mean((number - t) ** 2 for number in column)
        for column, t in zip(columns, truth, strict=True)
    ]
    parts = [statistics.mean(part) for part in (biases, variances, errors)]
    return np.array([float(parts[0]), float(parts[1]), noise, float(parts[2] + Fraction(noise))])


UNIT = {"w": normal(7), "x": normal(7, seed=1), "keep_prob": 0.7}

EXACT = {
    "P21": Parity(
        "Dropout with a given mask",
        {"a": normal(4, 5), "mask": (normal(4, 5, seed=1) > -0.5).astype(int), "keep_prob": 0.7},
        {
            title: Case(
                "fractions.Fraction", fraction_dropout, "dropout", inputs={"inverted": inverted}, rtol=1e-15
            )
            for title, inverted in (("inverted", True), ("direct", False))
        },
    ),
    "P22": Parity(
        "Normalised weighted geometric mean of a logistic unit",
        {"x": UNIT["x"], "keep_prob": UNIT["keep_prob"]},
        {
            title: Case(
                "decimal.Decimal", decimal_nwgm, "nwgm_logistic", inputs={"w": scale * UNIT["w"]}, rtol=1e-13
            )
            for title, scale in (("moderate", 1.0), ("saturated", 30.0))
        },
    ),
    "P23": Parity(
        "Expected error of a linear unit with dropout: expectation, ensemble, penalty",
        UNIT | {"y": 0.5},
        {
            title: Case(
                "fractions.Fraction",
                fraction_linear_error,
                "linear_dropout_error",
                inputs={"inverted": inverted},
            )
            for title, inverted in (("direct", False), ("inverted", True))
        },
    ),
    "P24": Parity(
        "Bias, variance and noise add up to the expected error",
        {"predictions": normal(9, 4), "y": normal(4, seed=1), "noise": 0.25},
        {"exact": Case("statistics.pvariance", statistics_decomposition, "decompose", rtol=1e-13)},
    ),
}

PARITY = AVERAGES | OPTIMIZERS | SCHEDULES | GRADIENTS | BATCHNORM | EXACT | AS_IT_COMES


def derive(parity: Parity, case: Case) -> np.ndarray:
    return np.asarray(case.compute(**parity.inputs | case.inputs))


def write(name: str) -> None:
    parity = PARITY[name]
    cases = {
        title: {
            "peer": case.peer,
            "version": case.version,
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
