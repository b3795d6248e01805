"""Ours against other libraries: always against the golden vectors, with `-m live` against the libraries."""

import importlib.util
from itertools import product
from pathlib import Path

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
from advsec.conventions import CONVENTIONS, DEFAULTS, translate
from advsec.libraries import LIBRARIES, SOURCES
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


def presets(algorithm, convention):
    """Switches and numbers of a library, as `convention` names it, or as they are given themselves."""
    if not isinstance(convention, str):
        return convention
    return {**CONVENTIONS[convention][algorithm], **DEFAULTS.get(convention, {}).get(algorithm, {})}


def optimizer_as_it_comes(name):
    def run(w0, gradients, lr, convention):
        init, step = optimizers.OPTIMIZERS[name]
        w, state, path = w0, init(w0), []
        for gradient in gradients:
            w, state = step(w, gradient, state, lr=lr, **presets(name, convention))
            path.append(w)
        return np.array(path)

    return run


def ewma_as_it_comes(x, beta, convention):
    return averages.ewma(x, beta, **presets("ewma", convention))


def layer_as_it_comes(z, convention):
    m, n = z[0].shape
    layer = {} if not isinstance(convention, str) else presets("batchnorm", convention)
    out, _ = batchnorm.batchnorm_forward(z[0], np.ones(n), np.zeros(n), **layer)
    stats, path = batchnorm.running_init(n), []
    for batch in z:
        mu, var = batch.mean(axis=0), batch.var(axis=0)
        stats = batchnorm.running_update(stats, mu, var, m=m, **presets("running", convention))
        path += [stats.mu, stats.var]
    return np.vstack([out, path])


def dropout_as_it_comes(n, told, convention):
    (name,) = translate("dropout", {"keep_prob": 0.5}, source="slides", target=convention)
    keep_prob = translate("dropout", {name: told}, source=convention, target="slides")["keep_prob"]
    out, _ = dropout.dropout_forward(
        np.ones(2), [False, True], keep_prob, **CONVENTIONS[convention]["dropout"]
    )
    return np.append(out, keep_prob)


OURS = {
    "ewma as it comes": ewma_as_it_comes,
    "momentum as it comes": optimizer_as_it_comes("momentum"),
    "rmsprop as it comes": optimizer_as_it_comes("rmsprop"),
    "adam as it comes": optimizer_as_it_comes("adam"),
    "amsgrad as it comes": optimizer_as_it_comes("amsgrad"),
    "running as it comes": layer_as_it_comes,
    "dropout as it comes": dropout_as_it_comes,
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
    if peer.library and importlib.util.find_spec(peer.library) is None:
        pytest.skip(f"{peer.library} is not installed")
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


def cases_with(condition):
    return pytest.mark.parametrize(
        ("name", "title"),
        [
            (name, title)
            for name, vector in VECTORS.items()
            for title, case in vector["cases"].items()
            if case["convention"] and condition(case["ours"])
        ],
    )


AS_IT_COMES = " as it comes"


@cases_with(lambda ours: not ours.endswith(AS_IT_COMES))
def test_the_vector_tells_the_conventions_apart(name, title):
    case = VECTORS[name]["cases"][title]
    algorithm = case["ours"]
    switches = CONVENTIONS[case["convention"]][algorithm]
    for other in CONVENTIONS:
        if CONVENTIONS[other].get(algorithm, switches) != switches:
            path = OURS[algorithm](**arguments(name, title), convention=other)
            assert np.abs(path / case["expected"] - 1).max() > 1e-4, other


@cases_with(lambda ours: ours.endswith(AS_IT_COMES) and not ours.startswith("dropout"))
def test_no_other_switches_and_numbers_than_the_preset_agree_with_the_vector(name, title):
    """Of all that any library has, in every combination: so the vector decides what the preset is."""
    case = VECTORS[name]["cases"][title]
    algorithm = case["ours"].removesuffix(AS_IT_COMES)
    own = presets(algorithm, case["convention"])
    known = [presets(algorithm, each) for each in CONVENTIONS if algorithm in CONVENTIONS[each]]
    values = {key: {each[key] for each in known if key in each} for key in own}
    others = 0
    for combination in product(*values.values()):
        preset = dict(zip(values, combination, strict=True))
        if preset == own or (preset.get("init") == "first" and preset["debias"]):  # which we refuse
            continue
        path = OURS[case["ours"]](**arguments(name, title), convention=preset)
        assert np.abs(path / case["expected"] - 1).max() > 1e-4, preset
        others += 1
    assert others


def test_every_preset_of_a_library_has_the_vector_that_its_source_computed():
    derived = {
        (case["convention"], case["ours"].removesuffix(AS_IT_COMES)): case["peer"]
        for vector in VECTORS.values()
        for case in vector["cases"].values()
        if case["ours"].endswith(AS_IT_COMES)
    }
    layers = {(library, "batchnorm"): peer for (library, ours), peer in derived.items() if ours == "running"}
    sources = {(library, ours): peer for library, each in SOURCES.items() for ours, peer in each.items()}
    assert derived | layers == sources
    stated = {(library, ours) for library in LIBRARIES for ours in CONVENTIONS.get(library, {})}
    assert stated == sources.keys()


def test_the_versions_that_are_stated_are_those_that_were_run():
    for vector in VECTORS.values():
        for case in vector["cases"].values():
            library = case["peer"].split(".")[0]
            if library in LIBRARIES:
                assert case["version"] == LIBRARIES[library].version, case["peer"]


def test_the_peers_that_are_installed_anew_are_all_of_them():
    lines = (Path(__file__).parent / "peers.txt").read_text().splitlines()
    listed = {line.partition("[")[0] for line in lines if not line.startswith("#")}
    imported = {
        case["peer"].split(".")[0] for vector in VECTORS.values() for case in vector["cases"].values()
    }
    assert listed >= {library.distribution for library in LIBRARIES.values()}
    assert imported - {*LIBRARIES} <= {"math", "fractions", "decimal", "statistics"}


def arguments(name: str, title: str) -> dict:
    vector = VECTORS[name]
    return vector["inputs"] | vector["cases"][title]["inputs"]


def assert_close(actual: np.ndarray, expected: np.ndarray, case: dict) -> None:
    np.testing.assert_allclose(actual, expected, rtol=case["rtol"], atol=case["atol"], strict=True)
