"""Ours against other libraries: always against the golden vectors, with `-m live` against the libraries."""

import importlib.util

import numpy as np
import pytest

from advsec import (
    averages,
    batchnorm,
    bias_variance,
    dropout,
    gradient_check,
    optimizers,
    problems,
    schedules,
)
from advsec.conventions import CONVENTIONS
from tests.parity import derive, vectors


def trajectory(name):
    """Weights after each of a given sequence of gradients."""

    def run(w0, gradients, v0=None, convention=None, **hyper):
        init, step = optimizers.OPTIMIZERS[name]
        w, state, path = w0, init(w0) if v0 is None else (v0, 0), []
        for gradient in gradients:
            w, state = step(w, gradient, state, **hyper, **CONVENTIONS[convention][name])
            path.append(w)
        return np.array(path)

    return run


def rosenbrock_gradient(method):
    return lambda theta: gradient_check.numerical_gradient(problems.rosenbrock().f, theta, method=method)


def batchnorm_part(part):
    def run(z, gamma, beta, dout, eps):
        out, cache = batchnorm.batchnorm_forward(z, gamma, beta, eps=eps)
        dz, dgamma, dbeta = batchnorm.batchnorm_backward(dout, cache)
        return {"out": out, "dz": dz, "dgamma": dgamma, "dbeta": dbeta}[part]

    return run


def running_statistics(z, decay, convention):
    """Averages after each batch."""
    stats, path = batchnorm.running_init(z.shape[-1]), []
    for batch in z:
        mu, var = batch.mean(axis=0), batch.var(axis=0)
        switches = CONVENTIONS[convention]["running"]
        stats = batchnorm.running_update(stats, mu, var, decay=decay, m=len(batch), **switches)
        path.append([stats.mu, stats.var])
    return np.array(path)


OURS = {
    "ewma": averages.ewma,
    "cumulative_mean": averages.cumulative_mean,
    "momentum": trajectory("momentum"),
    "rmsprop": trajectory("rmsprop"),
    "adam": trajectory("adam"),
    "amsgrad": trajectory("amsgrad"),
    "cyclical": schedules.cyclical,
    "cosine_restarts": schedules.cosine_restarts,
    "one_cycle": schedules.one_cycle,
    "numerical_gradient of rosen, central": rosenbrock_gradient("central"),
    "numerical_gradient of rosen, complex": rosenbrock_gradient("complex"),
    "batchnorm out": batchnorm_part("out"),
    "batchnorm dz": batchnorm_part("dz"),
    "batchnorm dgamma": batchnorm_part("dgamma"),
    "batchnorm dbeta": batchnorm_part("dbeta"),
    "running": running_statistics,
    "dropout": lambda **unit: dropout.dropout_forward(**unit)[0],
    "nwgm_logistic": dropout.nwgm_logistic,
    "linear_dropout_error": lambda **unit: np.array(dropout.linear_dropout_error(**unit)),
    "decompose": lambda **data: np.array(bias_variance.decompose(**data)),
}

VECTORS = {name: vectors.load(name) for name in vectors.names()}
every_case = pytest.mark.parametrize(
    ("name", "title"), [(name, title) for name, vector in VECTORS.items() for title in vector["cases"]]
)


@every_case
def test_ours_agrees_with_the_vector(name, title):
    case = VECTORS[name]["cases"][title]
    convention = {"convention": case["convention"]} if case["convention"] else {}
    actual = OURS[case["ours"]](**arguments(name, title), **convention)
    assert_close(actual, case["expected"], case)


@pytest.mark.parametrize(("name", "bound"), [("P16", 1e-9), ("P17", 1e-14)])
@pytest.mark.parametrize("title", ["scipy", "exact"])
def test_the_whole_gradient_agrees_with_the_vector(name, bound, title):
    case = VECTORS[name]["cases"][title]
    gradient = OURS[case["ours"]](**arguments(name, title))
    assert gradient_check.relative_error(gradient, case["expected"]) < bound


@pytest.mark.live
@pytest.mark.filterwarnings("default")  # what a library warns of is its own affair
@every_case
def test_the_library_still_gives_the_vector(name, title):
    peer = derive.PARITY[name].cases[title]
    if peer.distribution and importlib.util.find_spec(peer.distribution) is None:
        pytest.skip(f"{peer.distribution} is not installed")
    case = VECTORS[name]["cases"][title]
    assert_close(derive.derive(derive.PARITY[name], peer), case["expected"], case)


def test_every_vector_is_derived_by_the_script():
    stored = {name: sorted(vector["cases"]) for name, vector in VECTORS.items()}
    assert stored == {name: sorted(parity.cases) for name, parity in derive.PARITY.items()}


@every_case
def test_the_script_feeds_what_the_vector_holds(name, title):
    parity = derive.PARITY[name]
    ours = arguments(name, title)
    for key, value in (parity.inputs | parity.cases[title].inputs).items():
        np.testing.assert_array_equal(ours[key], value, strict=True)


@pytest.mark.parametrize(
    ("name", "title"),
    [
        (name, title)
        for name, vector in VECTORS.items()
        for title, case in vector["cases"].items()
        if case["convention"]
    ],
)
def test_the_vector_tells_the_conventions_apart(name, title):
    case = VECTORS[name]["cases"][title]
    algorithm = case["ours"]
    switches = CONVENTIONS[case["convention"]][algorithm]
    for other in CONVENTIONS:
        if CONVENTIONS[other].get(algorithm, switches) != switches:
            path = OURS[algorithm](**arguments(name, title), convention=other)
            assert np.abs(path / case["expected"] - 1).max() > 1e-4, other


def arguments(name: str, title: str) -> dict:
    vector = VECTORS[name]
    return vector["inputs"] | vector["cases"][title]["inputs"]


def assert_close(actual: np.ndarray, expected: np.ndarray, case: dict) -> None:
    np.testing.assert_allclose(actual, expected, rtol=case["rtol"], atol=case["atol"], strict=True)
