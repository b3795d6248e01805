"""How published variants of one algorithm differ, and how to translate.

    w, state = adam_step(w, dw, state, lr=0.01, **CONVENTIONS["torch"]["adam"])

`CONVENTIONS` holds only the switches that change a formula; `DEFAULTS` holds the numbers that a library
takes when it is not told otherwise. Where the slides are wrong, `errata.ERRATA` says so.
"""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from ._numbers import KEPT_SHARE, MEMORY, NOT_NEGATIVE, NUMBER, POSITIVE, check_choice, count, satisfies
from .errata import ERRATA, Erratum


__all__ = [
    "CONVENTIONS",
    "DEFAULTS",
    "ERRATA",
    "Erratum",
    "NoExactTranslation",
    "explain",
    "translate",
]


class NoExactTranslation(ValueError):  # noqa: N818 -- the name says what there is not
    """No hyper-parameters of the target make it take the same steps as the source."""


def translate(
    algorithm: str,
    hyper: Mapping[str, Any],
    *,
    source: str,
    target: str,
) -> dict[str, Any]:
    """Spell hyper-parameters of one library as another needs them for the same steps.

        momentum:         lr of the slides = lr of PyTorch / (1 - beta)
        ewma:             span of pandas = (1 + beta) / (1 - beta); optax starts at zero with debias=False
        batchnorm:        momentum of PyTorch = 1 - decay
        dropout:          drop probability = 1 - keep_prob
        cosine_restarts:  alpha of Keras = lr_min / lr_max

    Parameters
    ----------
    algorithm : str
        "ewma", "momentum", "rmsprop", "adam", "batchnorm", "dropout" or "cosine_restarts".
    hyper : dict
        Hyper-parameters by the names that `source` gives them, all of them. Switches that decide about the
        steps count as such: "ewma" of the slides is beta alone, beta and debias=True, or beta and
        init="first".
    source, target : str
        "slides" (the names of this package), "paper", "torch", "optax", "keras" or "pandas".

    Returns
    -------
    hyper : dict
        Hyper-parameters by the names that `target` gives them.

    Raises
    ------
    ValueError
        "algorithm must be one of ewma, momentum, rmsprop, adam, batchnorm, dropout, cosine_restarts, got
        'sgd'";
        "source must be one of slides, torch, optax, keras, got 'caffe'";
        "hyper must be a dict of lr, beta, got {'lr': 0.1}";
        "momentum must be such that beta is in [0, 1), got 1.0";
        "t_mul must be such that T_mult is an integer >= 1, got 1.5".
    NoExactTranslation
        "target must be one of slides, optax, which can take the same steps as slides, got 'torch'".

    Slides
    ------
    "Gradient descent with momentum" and the other algorithms; erratum E14.

    Peers
    -----
    Names are those of torch.optim.SGD, RMSprop and Adam, optax.sgd, rmsprop and adam, keras.optimizers.SGD,
    RMSprop and Adam, DataFrame.ewm, nn.BatchNorm1d, nn.Dropout and their like. A momentum of Keras is
    exact while the learning rate is constant. PyTorch stores an unbiased running variance, which no
    hyper-parameter changes; only the memory of the average is translated. pandas averages as said for a
    series without nan or infinity, which it skips.

    Examples
    --------
    >>> hyper = translate("momentum", {"lr": 0.5, "beta": 0.75}, source="slides", target="torch")
    >>> hyper
    {'lr': 0.125, 'momentum': 0.75}
    """
    check_choice("algorithm", algorithm, _DIALECTS)
    dialects = _DIALECTS[algorithm]
    check_choice("source", source, dialects)
    check_choice("target", target, dialects)
    read = next((d for d in dialects[source] if isinstance(hyper, Mapping) and d.spells(hyper)), None)
    if read is None:
        known = " or ".join(d.spelling() for d in dialects[source])
        raise ValueError(f"hyper must be a dict of {known}, got {hyper!r}")
    write = next((d for d in dialects[target] if d.steps == read.steps), None)
    if write is None:
        able = [library for library, forms in dialects.items() if any(d.steps == read.steps for d in forms)]
        rule = f"one of {', '.join(able)}, which can take the same steps as {source}"
        raise NoExactTranslation(f"target must be {rule}, got {target!r}")
    ours = _in_our_words(read, hyper)
    return {write.names[own]: value for own, value in write.from_ours(ours).items()} | dict(write.fixed)


def explain(algorithm: str, convention: str) -> str:
    """Say in words how a convention differs from the defaults of this package.

        one line per switch whose value differs

    Parameters
    ----------
    algorithm : str
        A key of the convention: "momentum", "rmsprop", "adam", "amsgrad", "dropout", "batchnorm", "running".
    convention : str
        A key of `CONVENTIONS`.

    Returns
    -------
    text : str

    Raises
    ------
    ValueError
        "convention must be one of slides, slides-literal, paper, torch, optax, keras, got 'caffe'";
        "algorithm must be one of momentum, rmsprop, adam, amsgrad, got 'dropout'".

    Slides
    ------
    "Optimization algorithms" to "Batch normalization"; errata E15, E16, E17 and E47.

    Examples
    --------
    >>> print(explain("rmsprop", "torch"))
    rmsprop as in torch:
    - eps_inside_sqrt=False: eps is added to the root, sqrt(s) + eps
    """
    check_choice("convention", convention, CONVENTIONS)
    presets = CONVENTIONS[convention]
    check_choice("algorithm", algorithm, presets)
    usual = CONVENTIONS["slides"][algorithm]
    lines = [
        f"- {switch}={value!r}: {_MEANINGS[switch, value]}"
        for switch, value in presets[algorithm].items()
        if value != usual[switch]
    ]
    return "\n".join([f"{algorithm} as in {convention}:", *(lines or ["- the defaults of this package"])])


def _frozen(presets: dict[str, dict[str, dict[str, Any]]]) -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    return MappingProxyType(
        {
            convention: MappingProxyType(
                {algorithm: MappingProxyType(switches) for algorithm, switches in algorithms.items()}
            )
            for convention, algorithms in presets.items()
        }
    )


# "slides" are the slides with their errata corrected, "slides-literal" is what they print, "paper" the
# publication that introduced the algorithm. Every preset names every switch, so that it can be read alone.
CONVENTIONS = _frozen(
    {
        "slides": {
            "momentum": {"dampened": True, "debias": False},
            "rmsprop": {"eps_inside_sqrt": True, "debias": False},
            "adam": {"eps_inside_sqrt": True, "debias_first": True, "debias_second": "before_eps"},
            "amsgrad": {"eps_inside_sqrt": True, "debias_first": True, "debias_second": "none"},
            "dropout": {"inverted": True},
            "batchnorm": {"eps_inside_sqrt": True},
            "running": {"unbiased": False, "track": "var", "debias": False},
        },
        "slides-literal": {
            "momentum": {"dampened": True, "debias": False},
            "rmsprop": {"eps_inside_sqrt": True, "debias": False},
            "adam": {"eps_inside_sqrt": True, "debias_first": True, "debias_second": "none"},
            "amsgrad": {"eps_inside_sqrt": True, "debias_first": True, "debias_second": "none"},
            "dropout": {"inverted": True},
            "batchnorm": {"eps_inside_sqrt": False},
            "running": {"unbiased": False, "track": "std", "debias": False},
        },
        "paper": {
            "momentum": {"dampened": False, "debias": False},
            "rmsprop": {"eps_inside_sqrt": False, "debias": False},
            "adam": {"eps_inside_sqrt": False, "debias_first": True, "debias_second": "before_eps"},
            "amsgrad": {"eps_inside_sqrt": False, "debias_first": False, "debias_second": "none"},
            "dropout": {"inverted": False},
            "batchnorm": {"eps_inside_sqrt": True},
            "running": {"unbiased": True, "track": "var", "debias": False},
        },
        "torch": {
            "momentum": {"dampened": False, "debias": False},
            "rmsprop": {"eps_inside_sqrt": False, "debias": False},
            "adam": {"eps_inside_sqrt": False, "debias_first": True, "debias_second": "before_eps"},
            "amsgrad": {"eps_inside_sqrt": False, "debias_first": True, "debias_second": "before_eps"},
            "dropout": {"inverted": True},
            "batchnorm": {"eps_inside_sqrt": True},
            "running": {"unbiased": True, "track": "var", "debias": False},
        },
        "optax": {
            "momentum": {"dampened": False, "debias": False},
            "rmsprop": {"eps_inside_sqrt": True, "debias": False},
            "adam": {"eps_inside_sqrt": False, "debias_first": True, "debias_second": "before_eps"},
            "amsgrad": {"eps_inside_sqrt": False, "debias_first": True, "debias_second": "before_max"},
        },
        "keras": {
            "momentum": {"dampened": False, "debias": False},
            "rmsprop": {"eps_inside_sqrt": True, "debias": False},
            "adam": {"eps_inside_sqrt": False, "debias_first": True, "debias_second": "after_eps"},
            "amsgrad": {"eps_inside_sqrt": False, "debias_first": True, "debias_second": "after_eps"},
            "dropout": {"inverted": True},
            "batchnorm": {"eps_inside_sqrt": True},
            "running": {"unbiased": False, "track": "var", "debias": False},
        },
    }
)

# Numbers by the names of this package; batch normalisation of the libraries: decay, not its complement.
DEFAULTS = _frozen(
    {
        "slides": {
            "momentum": {"beta": 0.9},
            "rmsprop": {"beta2": 0.9, "eps": 1e-8},
            "adam": {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8},
            "amsgrad": {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8},
        },
        "torch": {
            "rmsprop": {"beta2": 0.99, "eps": 1e-8},
            "adam": {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8},
            "amsgrad": {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8},
            "batchnorm": {"eps": 1e-5},
            "running": {"decay": 0.9},
        },
        "optax": {
            "rmsprop": {"beta2": 0.9, "eps": 1e-8},
            "adam": {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8},
            "amsgrad": {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8},
        },
        "keras": {
            "rmsprop": {"beta2": 0.9, "eps": 1e-7},
            "adam": {"beta1": 0.9, "beta2": 0.999, "eps": 1e-7},
            "amsgrad": {"beta1": 0.9, "beta2": 0.999, "eps": 1e-7},
            "batchnorm": {"eps": 1e-3},
            "running": {"decay": 0.99},
        },
    }
)


_MEANINGS = {
    ("dampened", True): "the gradient is weighed with 1 - beta, so the velocity is an average",
    ("dampened", False): "the gradient is added whole, so the velocity is 1 / (1 - beta) times as long",
    ("debias", True): "the average is divided by 1 - beta**t",
    ("debias", False): "the average is not corrected for its start",
    ("eps_inside_sqrt", True): "eps is added under the root, sqrt(s + eps)",
    ("eps_inside_sqrt", False): "eps is added to the root, sqrt(s) + eps",
    ("debias_first", True): "v is divided by 1 - beta1**t",
    ("debias_first", False): "v is not corrected for its start",
    ("debias_second", "none"): "s is not corrected for its start",
    ("debias_second", "before_max"): "s is divided by 1 - beta2**t before the maximum is taken",
    ("debias_second", "before_eps"): "s is divided by 1 - beta2**t before eps is added",
    ("debias_second", "after_eps"): "s is divided by 1 - beta2**t after eps was added",
    ("inverted", True): "activations are divided by keep_prob while training",
    ("inverted", False): "activations are multiplied by keep_prob at test time",
    ("unbiased", True): "the batch variance enters the average times m / (m - 1)",
    ("unbiased", False): "the batch variance enters the average as it is",
    ("track", "var"): "the variance is averaged",
    ("track", "std"): "the standard deviation is averaged",
}


def _unchanged(hyper: dict[str, Any]) -> dict[str, Any]:
    return hyper


class _Dialect(NamedTuple):
    """How one library spells the hyper-parameters of an algorithm."""

    names: Mapping[str, str]  # theirs by ours
    steps: str = ""  # dialects whose steps are the same text take the same steps
    to_ours: Callable[[dict[str, Any]], dict[str, Any]] = _unchanged
    from_ours: Callable[[dict[str, Any]], dict[str, Any]] = _unchanged
    fixed: Mapping[str, Any] = MappingProxyType({})  # what must be set besides

    def spells(self, hyper: Mapping[str, Any]) -> bool:
        named = hyper.keys() == {*self.names.values(), *self.fixed}
        return named and all(hyper[name] == value for name, value in self.fixed.items())

    def spelling(self) -> str:
        return ", ".join([*self.names.values(), *(f"{name}={value}" for name, value in self.fixed.items())])


# What a hyper-parameter of ours has to be for an algorithm to make steps.
_RULES = {
    "beta": MEMORY,
    "beta1": MEMORY,
    "beta2": MEMORY,
    "decay": MEMORY,
    "keep_prob": KEPT_SHARE,
    "eps": POSITIVE,
    "lr": NUMBER,
    "lr_max": POSITIVE,
    "lr_min": NOT_NEGATIVE,
    "T_0": count(1),
    "T_mult": count(1),
}


def _in_our_words(dialect: _Dialect, hyper: Mapping[str, Any]) -> dict[str, Any]:
    """Hyper-parameters of a library by our names, each checked by what it means here."""
    try:
        ours = dialect.to_ours({own: hyper[theirs] for own, theirs in dialect.names.items()})
    except (TypeError, ValueError, IndexError, KeyError):
        raise ValueError(f"hyper must be a dict of numbers for {dialect.spelling()}, got {hyper!r}") from None
    for own, rule in _RULES.items():
        if own in ours and not satisfies(ours[own], rule):
            theirs = dialect.names.get(own, "betas")
            words = rule.words if theirs == own else f"such that {own} is {rule.words}"
            raise ValueError(f"{theirs} must be {words}, got {hyper[theirs]!r}")
    return ours


def _complements(name: str, names: dict[str, str]) -> _Dialect:
    """A library that gives the complement of our `name`."""

    def convert(hyper: dict[str, Any]) -> dict[str, Any]:
        return hyper | {name: 1 - hyper[name]}

    return _Dialect(names, to_ours=convert, from_ours=convert)


def _same(*names: str, steps: str = "") -> tuple[_Dialect, ...]:
    return (_Dialect({name: name for name in names}, steps),)


def _undampened(names: dict[str, str]) -> tuple[_Dialect, ...]:
    """A library whose velocity is a sum: 1 / (1 - beta) times as long as ours."""
    return (
        _Dialect(
            names,
            to_ours=lambda hyper: hyper | {"lr": _ratio(hyper["lr"], 1 - hyper["beta"])},
            from_ours=lambda hyper: hyper | {"lr": hyper["lr"] * (1 - hyper["beta"])},
        ),
    )


def _span(steps: str, adjust: bool) -> _Dialect:
    return _Dialect(
        {"beta": "span"},
        steps,
        to_ours=lambda hyper: {"beta": _ratio(hyper["beta"] - 1, hyper["beta"] + 1)},
        from_ours=lambda hyper: {"beta": (1 + hyper["beta"]) / (1 - hyper["beta"])},
        fixed={"adjust": adjust},
    )


def _ratio(over: float, under: float) -> float:
    """nan where there is none, which no rule lets pass."""
    return over / under if under != 0 else math.nan


def _pair_of_betas(hyper: dict[str, Any]) -> dict[str, Any]:
    return {"lr": hyper["lr"], "betas": (hyper["beta1"], hyper["beta2"]), "eps": hyper["eps"]}


def _two_betas(hyper: dict[str, Any]) -> dict[str, Any]:
    beta1, beta2 = hyper["betas"]
    return {"lr": hyper["lr"], "beta1": beta1, "beta2": beta2, "eps": hyper["eps"]}


_OPTAX_RMSPROP = {"lr": "learning_rate", "beta2": "decay", "eps": "eps"}
_OPTAX_ADAM = {"lr": "learning_rate", "beta1": "b1", "beta2": "b2"}
_KERAS_ADAM = {"lr": "learning_rate", "beta1": "beta_1", "beta2": "beta_2", "eps": "epsilon"}
_KERAS_RESTARTS = {
    "lr_min": "alpha",
    "lr_max": "initial_learning_rate",
    "T_0": "first_decay_steps",
    "T_mult": "t_mul",
}
_INSIDE, _OUTSIDE, _AFTER = "eps inside the root", "eps outside the root", "eps before the correction"
_FROM_ZERO, _DEBIASED, _FROM_FIRST = "from zero", "debiased", "from the first observation"

_DIALECTS: dict[str, dict[str, tuple[_Dialect, ...]]] = {
    "ewma": {
        "slides": (
            _Dialect({"beta": "beta"}, _FROM_ZERO),
            _Dialect({"beta": "beta"}, _DEBIASED, fixed={"debias": True}),
            _Dialect({"beta": "beta"}, _FROM_FIRST, fixed={"init": "first"}),
        ),
        "optax": (
            _Dialect({"beta": "decay"}, _FROM_ZERO, fixed={"debias": False}),
            _Dialect({"beta": "decay"}, _DEBIASED, fixed={"debias": True}),
        ),
        "pandas": (_span(_DEBIASED, adjust=True), _span(_FROM_FIRST, adjust=False)),
    },
    "momentum": {
        "slides": _same("lr", "beta"),
        "torch": _undampened({"lr": "lr", "beta": "momentum"}),
        "optax": _undampened({"lr": "learning_rate", "beta": "momentum"}),
        "keras": _undampened({"lr": "learning_rate", "beta": "momentum"}),
    },
    "rmsprop": {
        "slides": _same("lr", "beta2", "eps", steps=_INSIDE),
        "paper": _same("lr", "beta2", "eps", steps=_OUTSIDE),
        "torch": (_Dialect({"lr": "lr", "beta2": "alpha", "eps": "eps"}, _OUTSIDE),),
        "optax": (
            _Dialect(_OPTAX_RMSPROP, _INSIDE, fixed={"eps_in_sqrt": True}),
            _Dialect(_OPTAX_RMSPROP, _OUTSIDE, fixed={"eps_in_sqrt": False}),
        ),
        "keras": (_Dialect({"lr": "learning_rate", "beta2": "rho", "eps": "epsilon"}, _INSIDE),),
    },
    "adam": {
        "slides": _same("lr", "beta1", "beta2", "eps", steps=_INSIDE),
        "paper": _same("lr", "beta1", "beta2", "eps", steps=_OUTSIDE),
        "torch": (
            _Dialect(
                {"lr": "lr", "betas": "betas", "eps": "eps"},
                _OUTSIDE,
                to_ours=_two_betas,
                from_ours=_pair_of_betas,
            ),
        ),
        "optax": (
            _Dialect(_OPTAX_ADAM | {"eps": "eps_root"}, _INSIDE, fixed={"eps": 0.0}),
            _Dialect(_OPTAX_ADAM | {"eps": "eps"}, _OUTSIDE, fixed={"eps_root": 0.0}),
        ),
        "keras": (_Dialect(_KERAS_ADAM, _AFTER),),
    },
    "batchnorm": {
        "slides": _same("decay", "eps"),
        "torch": (_complements("decay", {"decay": "momentum", "eps": "eps"}),),
        "keras": (_Dialect({"decay": "momentum", "eps": "epsilon"}),),
    },
    "dropout": {
        "slides": _same("keep_prob"),
        "torch": (_complements("keep_prob", {"keep_prob": "p"}),),
        "keras": (_complements("keep_prob", {"keep_prob": "rate"}),),
    },
    "cosine_restarts": {
        "slides": _same("lr_min", "lr_max", "T_0", "T_mult"),
        "torch": (_Dialect({"lr_min": "eta_min", "lr_max": "lr", "T_0": "T_0", "T_mult": "T_mult"}),),
        "keras": (
            _Dialect(
                _KERAS_RESTARTS,
                to_ours=lambda hyper: hyper | {"lr_min": hyper["lr_min"] * hyper["lr_max"]},
                from_ours=lambda hyper: hyper | {"lr_min": hyper["lr_min"] / hyper["lr_max"]},
            ),
        ),
    },
}
