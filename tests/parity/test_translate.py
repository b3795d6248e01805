"""What `translate` gives makes the library take our steps: `-m live`, where it is installed."""

import importlib.util

import numpy as np
import pytest

from advsec.averages import ewma
from advsec.conventions import CONVENTIONS, translate
from advsec.optimizers import OPTIMIZERS
from advsec.schedules import cosine_restarts
from tests.parity import as_it_comes, derive


# What a library warns of is its own affair.
pytestmark = [pytest.mark.live, pytest.mark.filterwarnings("default")]

W0, GRADIENTS = derive.RUN["w0"], derive.RUN["gradients"]
HYPER = {
    "momentum": {"lr": 0.05, "beta": 0.9},
    "rmsprop": {"lr": 0.05, "beta2": 0.9, "eps": 1e-2},
    "adam": {"lr": 0.05, "beta1": 0.9, "beta2": 0.99, "eps": 1e-2},
}
RESTARTS = {"lr_min": 0.01, "lr_max": 0.1, "T_0": 5, "T_mult": 2}
RUN = {
    "torch": lambda name, hyper: derive.torch_run(lambda o, w: getattr(o, name)(w, **hyper)),
    "optax": lambda name, hyper: derive.optax_run(lambda o: getattr(o, name)(**hyper)),
    "keras": lambda name, hyper: derive.keras_run(lambda o: getattr(o, name)(**hyper)),
    "jax": lambda name, hyper: told(as_it_comes.jax_run, lambda o, _: getattr(o, name)(**hyper)),
    "mlx": lambda name, hyper: told(as_it_comes.mlx_run, lambda o, _: getattr(o, name)(**hyper)),
    "tinygrad": lambda name, hyper: told(
        as_it_comes.tinygrad_run, lambda o, w, _: getattr(o, name)(w, **hyper)
    ),
    "river": lambda name, hyper: told(as_it_comes.river_run, lambda o, _: getattr(o, name)(**hyper)),
    "sklearn": lambda name, hyper: told(
        as_it_comes.sklearn_run, lambda o, w, _: getattr(o, name)(w, **hyper)
    ),
}
# They hold the learning rate, or all, in single precision.
SINGLE = {"mlx", "tinygrad"}


def told(run, make):
    """A run that is told all in `make`."""
    compute = run(make)
    return lambda w0, gradients: compute(w0, gradients, None)


def installed(library):
    if importlib.util.find_spec(library) is None:
        pytest.skip(f"{library} is not installed")


@pytest.mark.parametrize(
    ("algorithm", "source", "library", "name"),
    [
        ("momentum", "slides", "torch", "SGD"),
        ("momentum", "slides", "optax", "sgd"),
        ("momentum", "slides", "keras", "SGD"),
        ("rmsprop", "slides", "optax", "rmsprop"),
        ("rmsprop", "slides", "keras", "RMSprop"),
        ("rmsprop", "paper", "torch", "RMSprop"),
        ("rmsprop", "paper", "optax", "rmsprop"),
        ("adam", "slides", "optax", "adam"),
        ("adam", "paper", "torch", "Adam"),
        ("adam", "paper", "optax", "adam"),
        ("momentum", "slides", "jax", "momentum"),
        ("momentum", "slides", "mlx", "SGD"),
        ("momentum", "slides", "tinygrad", "SGD"),
        ("momentum", "slides", "river", "Momentum"),
        ("rmsprop", "slides", "jax", "rmsprop"),
        ("rmsprop", "paper", "mlx", "RMSprop"),
        ("rmsprop", "slides", "river", "RMSProp"),
        ("adam", "paper", "jax", "adam"),
        ("adam", "paper", "mlx", "Adam"),
        ("adam", "paper", "tinygrad", "Adam"),
        ("adam", "keras", "sklearn", "AdamOptimizer"),
        ("adam", "keras", "river", "Adam"),
    ],
)
def test_the_library_takes_our_steps(algorithm, source, library, name):
    installed(library)
    ours_by_source = HYPER[algorithm]
    if source == "keras":  # whose steps the slides cannot take
        ours_by_source = dict(
            zip(("learning_rate", "beta_1", "beta_2", "epsilon"), HYPER["adam"].values(), strict=True)
        )
    hyper = translate(algorithm, ours_by_source, source=source, target=library)
    theirs = RUN[library](name, hyper)(W0, GRADIENTS)
    init, step = OPTIMIZERS[algorithm]
    w, state, ours = W0, init(W0), []
    for gradient in GRADIENTS:
        w, state = step(w, gradient, state, **HYPER[algorithm], **CONVENTIONS[source][algorithm])
        ours.append(w)
    np.testing.assert_allclose(
        ours, theirs, rtol=1e-5 if library in SINGLE else 1e-11, atol=1e-6 * (library in SINGLE)
    )


@pytest.mark.parametrize("start", [{"debias": True}, {"init": "first"}])
def test_pandas_averages_with_our_memory(start):
    pandas = pytest.importorskip("pandas")
    x = derive.normal(30)
    hyper = translate("ewma", {"beta": 0.9} | start, source="slides", target="pandas")
    np.testing.assert_allclose(ewma(x, 0.9, **start), pandas.Series(x).ewm(**hyper).mean(), rtol=1e-12)


@pytest.mark.parametrize("start", [{}, {"debias": True}])
def test_optax_averages_with_our_memory(start):
    installed("optax")
    x = derive.normal(30)
    hyper = translate("ewma", {"beta": 0.9} | start, source="slides", target="optax")
    theirs = derive.optax_ema(x, hyper["decay"], hyper["debias"])
    np.testing.assert_allclose(ewma(x, 0.9, **start), theirs, rtol=1e-12)


@pytest.mark.parametrize("start", [{"debias": True}, {"init": "first"}])
def test_polars_averages_with_our_memory(start):
    polars = pytest.importorskip("polars")
    x = derive.normal(30)
    hyper = translate("ewma", {"beta": 0.9} | start, source="slides", target="polars")
    np.testing.assert_allclose(ewma(x, 0.9, **start), polars.Series(x).ewm_mean(**hyper), rtol=1e-12)


def test_keras_restarts_along_our_cosine():
    installed("keras")
    hyper = translate("cosine_restarts", RESTARTS, source="slides", target="keras")
    schedule = derive.import_keras().optimizers.schedules.CosineDecayRestarts(
        **hyper | {"t_mul": float(hyper["t_mul"])}
    )
    t = np.arange(40)
    theirs = [float(schedule(float(step))) for step in t]
    np.testing.assert_allclose(cosine_restarts(t, **RESTARTS), theirs, rtol=1e-11)


def test_torch_keeps_and_drops_what_we_do():
    torch = pytest.importorskip("torch")
    ours = {"keep_prob": 0.8}
    dropped = torch.nn.functional.dropout(
        torch.ones(1000), **translate("dropout", ours, source="slides", target="torch")
    )
    assert set(dropped.tolist()) == {0.0, 1.25}
    assert 700 < torch.count_nonzero(dropped) < 900
