import inspect
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, strategies as st

import advsec
from advsec import averages, batchnorm, dropout, optimizers, schedules
from advsec.conventions import (
    CONVENTIONS,
    DEFAULTS,
    ERRATA,
    NoExactTranslation,
    explain,
    shared_by,
    translate,
)
from advsec.libraries import LIBRARIES, NOTES, SOURCES


FUNCTIONS = {
    "ewma": averages.ewma,
    "momentum": optimizers.momentum_step,
    "rmsprop": optimizers.rmsprop_step,
    "adam": optimizers.adam_step,
    "amsgrad": optimizers.amsgrad_step,
    "dropout": dropout.dropout_forward,
    "batchnorm": batchnorm.batchnorm_forward,
    "running": batchnorm.running_update,
}

PRESETS = [(convention, algorithm) for convention in CONVENTIONS for algorithm in CONVENTIONS[convention]]
every_preset = pytest.mark.parametrize(("convention", "algorithm"), PRESETS)


def defaults(algorithm):
    parameters = inspect.signature(FUNCTIONS[algorithm]).parameters.values()
    return {p.name: p.default for p in parameters if p.default is not p.empty}


@every_preset
def test_a_preset_names_every_switch_of_the_function(convention, algorithm):
    switches = CONVENTIONS[convention][algorithm]
    numbers = {"beta", "beta1", "beta2", "eps", "decay", "m", "batch_axis"}
    assert switches.keys() == defaults(algorithm).keys() - numbers


@pytest.mark.parametrize("algorithm", sorted(FUNCTIONS))
def test_the_preset_of_the_slides_is_what_the_functions_do_by_default(algorithm):
    for values in (CONVENTIONS["slides"][algorithm], DEFAULTS["slides"].get(algorithm, {})):
        assert defaults(algorithm).items() >= values.items()


@pytest.mark.parametrize("convention", sorted(DEFAULTS))
def test_defaults_and_switches_make_a_call_together(convention):
    for algorithm, numbers in DEFAULTS[convention].items():
        assert inspect.signature(FUNCTIONS[algorithm]).parameters.keys() >= numbers.keys()
        assert not numbers.keys() & CONVENTIONS[convention][algorithm].keys()


def test_presets_cannot_be_changed_by_accident():
    with pytest.raises(TypeError):
        CONVENTIONS["torch"]["adam"]["eps_inside_sqrt"] = True


@every_preset
def test_explain_has_a_line_for_each_switch_that_differs(convention, algorithm):
    lines = explain(algorithm, convention).splitlines()
    ours, theirs = CONVENTIONS["slides"][algorithm], CONVENTIONS[convention][algorithm]
    differing = [f"- {switch}={theirs[switch]!r}: " for switch in theirs if theirs[switch] != ours[switch]]
    assert lines[0] == f"{algorithm} as in {convention}:"
    if not differing:
        assert lines[1] == "- the switches of this package as they are"
    else:
        told = [line.split(": ")[0] + ": " for line in lines[1 : 1 + len(differing)]]
        assert told == differing


@pytest.mark.parametrize("library", LIBRARIES)
def test_explain_says_what_was_run_its_numbers_and_its_notes(library):
    for algorithm in CONVENTIONS.get(library, {}):
        text = explain(algorithm, library)
        assert LIBRARIES[library].version in text
        assert text.endswith(SOURCES[library][algorithm])
        for name, value in DEFAULTS.get(library, {}).get(algorithm, {}).items():
            assert f"{name}={value:g}" in text
        for note in NOTES:
            assert (note.says in text) == ((note.library, note.algorithm) == (library, algorithm))


def test_who_shares_a_convention():
    assert shared_by("adam", debias_first=False) == ["MLX"]
    assert shared_by("momentum", dampened=True) == ["Autograd"]
    assert shared_by("adam", debias_second="after_eps") == ["Keras", "scikit-learn", "ONNX", "River"]
    assert shared_by("running", unbiased=True) == ["PyTorch", "MLX", "tinygrad"]


# Hyper-parameters of the slides, by algorithm, and the libraries that can take the same steps.
EXACT = {
    "ewma": ({"beta": 0.9, "debias": True}, {"optax", "pandas", "polars", "haiku"}),
    "momentum": (
        {"lr": 0.1, "beta": 0.9},
        {"torch", "optax", "keras", "jax", "mlx", "tinygrad", "sklearn", "river", "autograd"},
    ),
    "rmsprop": ({"lr": 0.1, "beta2": 0.9, "eps": 1e-3}, {"optax", "keras", "jax", "river"}),
    "adam": ({"lr": 0.1, "beta1": 0.8, "beta2": 0.9, "eps": 1e-3}, {"optax"}),
    "batchnorm": (
        {"decay": 0.9, "eps": 1e-3},
        {"torch", "keras", "flax", "haiku", "equinox", "mlx", "tinygrad", "onnx"},
    ),
    "dropout": (
        {"keep_prob": 0.8},
        {"torch", "keras", "flax", "haiku", "equinox", "jax", "mlx", "tinygrad", "onnx"},
    ),
    "cosine_restarts": ({"lr_min": 0.01, "lr_max": 0.1, "T_0": 5, "T_mult": 2}, {"torch", "keras"}),
}
WAYS = [(algorithm, target) for algorithm in EXACT for target in sorted(EXACT[algorithm][1])]


@pytest.mark.parametrize(("algorithm", "target"), WAYS)
def test_a_translation_there_and_back_changes_nothing(algorithm, target):
    hyper = EXACT[algorithm][0]
    there = translate(algorithm, hyper, source="slides", target=target)
    back = translate(algorithm, there, source=target, target="slides")
    assert back == pytest.approx(hyper, rel=1e-12)


@pytest.mark.parametrize(
    ("algorithm", "target"), [("adam", "torch"), ("adam", "keras"), ("adam", "paper"), ("rmsprop", "torch")]
)
def test_there_is_no_translation_where_eps_has_another_place(algorithm, target):
    with pytest.raises(NoExactTranslation, match=f"got '{target}'"):
        translate(algorithm, EXACT[algorithm][0], source="slides", target=target)


def test_an_average_keeps_its_start_in_every_library():
    from_zero = {"beta": 0.9}
    assert translate("ewma", from_zero, source="slides", target="optax") == {"decay": 0.9, "debias": False}
    with pytest.raises(NoExactTranslation, match=r"target must be one of slides, optax, .* got 'pandas'"):
        translate("ewma", from_zero, source="slides", target="pandas")
    with pytest.raises(NoExactTranslation, match=r"target must be one of slides, pandas, .* got 'optax'"):
        translate("ewma", {"beta": 0.9, "init": "first"}, source="slides", target="optax")


@pytest.mark.parametrize(
    ("algorithm", "source", "hyper", "sentence"),
    [
        ("momentum", "torch", {"lr": 0.1, "momentum": 1.0}, "momentum must be such that beta is in [0, 1)"),
        (
            "momentum",
            "torch",
            {"lr": "a", "momentum": 0.5},
            "hyper must be a dict of numbers for lr, momentum",
        ),
        ("momentum", "slides", {"lr": 0.1, "beta": None}, "beta must be in [0, 1), got None"),
        ("ewma", "pandas", {"span": -1, "adjust": True}, "span must be such that beta is in [0, 1), got -1"),
        (
            "adam",
            "torch",
            {"lr": 0.1, "betas": (0.9, 1), "eps": 1},
            "betas must be such that beta2 is in [0, 1)",
        ),
        (
            "adam",
            "torch",
            {"lr": 0.1, "betas": 0.9, "eps": 1},
            "hyper must be a dict of numbers for lr, betas",
        ),
        ("adam", "paper", {"lr": 0.1, "beta1": 0.9, "beta2": 0.9, "eps": 0}, "eps must be > 0, got 0"),
        ("dropout", "torch", {"p": 1.0}, "p must be such that keep_prob is in (0, 1], got 1.0"),
        (
            "cosine_restarts",
            "slides",
            {"lr_min": 0, "lr_max": 0, "T_0": 5, "T_mult": 1},
            "lr_max must be > 0, got 0",
        ),
    ],
)
def test_hyper_parameters_that_make_no_steps_are_refused(algorithm, source, hyper, sentence):
    for target in ("slides", source):
        with pytest.raises(ValueError, match=re.escape(sentence)):
            translate(algorithm, hyper, source=source, target=target if algorithm != "adam" else source)


def test_translations_in_numbers():
    def to(target, algorithm):
        return translate(algorithm, EXACT[algorithm][0], source="slides", target=target)

    assert to("pandas", "ewma") == {"span": pytest.approx(19.0), "adjust": True}
    assert to("optax", "ewma") == {"decay": 0.9, "debias": True}
    assert to("torch", "momentum") == pytest.approx({"lr": 0.01, "momentum": 0.9})
    assert to("torch", "batchnorm") == pytest.approx({"momentum": 0.1, "eps": 1e-3})
    assert to("keras", "batchnorm") == {"momentum": 0.9, "epsilon": 1e-3}
    assert to("torch", "dropout") == pytest.approx({"p": 0.2})
    assert to("keras", "cosine_restarts")["alpha"] == pytest.approx(0.1)
    assert to("optax", "adam") == {"learning_rate": 0.1, "b1": 0.8, "b2": 0.9, "eps_root": 1e-3, "eps": 0.0}
    assert to("optax", "rmsprop")["eps_in_sqrt"] is True


def test_between_libraries_the_slides_are_not_needed():
    hyper = {"learning_rate": 0.1, "b1": 0.8, "b2": 0.9, "eps": 1e-3, "eps_root": 0.0}
    expected = {"lr": 0.1, "betas": (0.8, 0.9), "eps": 1e-3}
    assert translate("adam", hyper, source="optax", target="torch") == expected
    assert translate("adam", expected, source="torch", target="optax") == hyper


@given(st.floats(0, 0.99), st.integers(0, 100))
def test_the_span_of_pandas_is_the_effective_window(beta, seed):
    hyper = translate("ewma", {"beta": beta, "init": "first"}, source="slides", target="pandas")
    assert hyper["adjust"] is False
    assert hyper["span"] == averages.effective_window(beta)


def test_translated_momentum_takes_the_same_steps():
    dws = np.random.default_rng(0).normal(size=(30, 3))
    hyper = translate("momentum", {"lr": 0.1, "beta": 0.9}, source="slides", target="torch")
    switches = CONVENTIONS["torch"]["momentum"]
    ours, theirs = np.zeros(3), np.zeros(3)
    our_state, their_state = optimizers.momentum_init(ours), optimizers.momentum_init(theirs)
    for dw in dws:
        ours, our_state = optimizers.momentum_step(ours, dw, our_state, lr=0.1, beta=0.9)
        theirs, their_state = optimizers.momentum_step(
            theirs, dw, their_state, lr=hyper["lr"], beta=hyper["momentum"], **switches
        )
    np.testing.assert_allclose(ours, theirs, rtol=1e-12)


def test_the_alpha_of_keras_is_the_lowest_rate_over_the_highest():
    hyper = translate("cosine_restarts", EXACT["cosine_restarts"][0], source="slides", target="keras")
    t = np.arange(5)
    decay = (1 + np.cos(np.pi * t / hyper["first_decay_steps"])) / 2
    theirs = hyper["initial_learning_rate"] * ((1 - hyper["alpha"]) * decay + hyper["alpha"])
    np.testing.assert_allclose(
        schedules.cosine_restarts(t, **EXACT["cosine_restarts"][0]), theirs, rtol=1e-12
    )


def test_errata_are_numbered_without_gaps_and_complete():
    assert list(ERRATA) == [f"E{number}" for number in range(1, 57)]
    for key, erratum in ERRATA.items():
        assert erratum.id == key
        assert erratum.severity in (1, 2, 3)
        assert all(erratum)


def test_every_erratum_that_is_cited_exists():
    for path in Path(advsec.__file__).parent.rglob("*.py"):
        assert set(re.findall(r"\bE\d+\b", path.read_text())) <= ERRATA.keys(), path.name


def test_every_erratum_has_a_test_with_its_number():
    tests = "\n".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    tested = {f"E{number}" for number in re.findall(r"^def test_e(\d+)_", tests, re.MULTILINE)}
    assert tested == ERRATA.keys()
