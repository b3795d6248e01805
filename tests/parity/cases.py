"""A library's answer, and how each library is run: float64, on a processor."""

import os
import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

import numpy as np

from advsec.libraries import LIBRARIES


def import_optax():
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    import jax

    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp
    import optax

    return optax, jnp


def import_keras():
    # With jax as its backend Keras computes parts of its float64 results in float32.
    os.environ["KERAS_BACKEND"] = "torch"
    import keras

    keras.config.set_floatx("float64")
    return keras


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
    def library(self) -> str | None:
        """The library to import, None for Python's own."""
        top = self.peer.split(".")[0]
        return None if top in sys.stdlib_module_names else top

    @property
    def version(self) -> str:
        """Which one is installed, without what tells builds of one release apart, such as +cpu."""
        if self.library is None:
            return platform.python_version()
        return version(LIBRARIES[self.library].distribution).split("+")[0]


@dataclass(frozen=True)
class Parity:
    """One parity test: inputs that all its cases share, and the cases by name."""

    about: str
    inputs: dict[str, Any]
    cases: dict[str, Case]


def normal(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape)


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
