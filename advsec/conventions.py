"""How published variants of one algorithm differ, and how to translate.

    w, state = adam_step(w, dw, state, lr=0.01, **CONVENTIONS["torch"]["adam"])

`CONVENTIONS` holds only the switches that change a formula; `DEFAULTS` holds the numbers that a library
takes when it is not told otherwise. Both were found out by running the versions in `libraries`. Where the
slides are wrong, `errata.ERRATA` says so.
"""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from ._numbers import KEPT_SHARE, MEMORY, NOT_NEGATIVE, NUMBER, POSITIVE, check_choice, count, satisfies
from .errata import ERRATA, Erratum
from .libraries import LIBRARIES, NOTES, SOURCES


__all__ = [
    "CONVENTIONS",
    "DEFAULTS",
    "ERRATA",
    "Erratum",
    "NoExactTranslation",
    "explain",
    "shared_by",
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
        "slides" (the names of this package), "paper", or a library by the name that is imported, such as
        "torch".

    Returns
    -------
    hyper : dict
        Hyper-parameters by the names that `target` gives them.

    Raises
    ------
    ValueError
        "algorithm must be one of ewma, momentum, rmsprop, adam, batchnorm, dropout, cosine_restarts, got
        'sgd'";
        "source must be one of slides, torch, keras, optax, jax, mlx, tinygrad, sklearn, river, autograd, got
        'caffe'";
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
        the numbers that the library takes when it is told none
        what no switch can say
        the version that was run, and its function

    Parameters
    ----------
    algorithm : str
        A key of the convention: "ewma", "momentum", "rmsprop", "adam", "amsgrad", "dropout", "batchnorm" or
        "running".
    convention : str
        A key of `CONVENTIONS`.

    Returns
    -------
    text : str

    Raises
    ------
    ValueError
        "convention must be one of slides, slides-literal, paper, torch, keras, optax, flax, haiku, equinox,
        jax, mlx, tinygrad, sklearn, onnx, autograd, river, pandas, polars, scipy, got 'caffe'";
        "algorithm must be one of ewma, momentum, rmsprop, adam, amsgrad, got 'dropout'".

    Slides
    ------
    "Optimization algorithms" to "Batch normalization"; errata E15, E16, E17 and E47.

    Examples
    --------
    >>> print(explain("rmsprop", "mlx"))
    rmsprop as in mlx:
    - eps_inside_sqrt=False: eps is added to the root, sqrt(s) + eps
    - beta2=0.99, eps=1e-08 unless told otherwise
    - seen in MLX 0.32.4: mlx.optimizers.RMSprop
    """
    check_choice("convention", convention, CONVENTIONS)
    presets = CONVENTIONS[convention]
    check_choice("algorithm", algorithm, presets)
    usual = CONVENTIONS["slides"][algorithm]
    lines = [
        f"{switch}={value!r}: {_MEANINGS[switch, value]}"
        for switch, value in presets[algorithm].items()
        if value != usual[switch]
    ] or ["the switches of this package as they are"]
    if convention in LIBRARIES:
        lines += _of_library(algorithm, convention)
    return "\n".join([f"{algorithm} as in {convention}:", *(f"- {line}" for line in lines)])


def _of_library(algorithm: str, library: str) -> list[str]:
    numbers = DEFAULTS.get(library, {}).get(algorithm, {})
    told = ", ".join(f"{name}={value:g}" for name, value in numbers.items())
    name, _, version = LIBRARIES[library]
    return [
        *([f"{told} unless told otherwise"] if told else []),
        *(note.says for note in NOTES if (note.library, note.algorithm) == (library, algorithm)),
        f"seen in {name} {version}: {SOURCES[library][algorithm]}",
    ]


def shared_by(algorithm: str, **switches: Any) -> list[str]:
    """Names of the libraries in which an algorithm has these switches, the best known first.

    Parameters
    ----------
    algorithm : str
        A key of `CONVENTIONS["slides"]`.
    **switches : bool, str or float
        Some or all of the switches of the algorithm, by name.

    Returns
    -------
    names : list of str

    Raises
    ------
    ValueError
        "algorithm must be one of ewma, momentum, rmsprop, adam, amsgrad, dropout, batchnorm, running, got
        'sgd'".

    Slides
    ------
    "Optimization algorithms" to "Batch normalization"; errata E15, E16, E17 and E47.

    Examples
    --------
    >>> shared_by("amsgrad", debias_second="before_max")
    ['optax']
    """
    check_choice("algorithm", algorithm, CONVENTIONS["slides"])
    return [
        LIBRARIES[library].name
        for library, presets in CONVENTIONS.items()
        if library in LIBRARIES and algorithm in presets and presets[algorithm].items() >= switches.items()
    ]


def _frozen(presets: dict[str, dict[str, dict[str, Any]]]) -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    return MappingProxyType(
        {
            convention: MappingProxyType(
                {algorithm: MappingProxyType(switches) for algorithm, switches in algorithms.items()}
            )
            for convention, algorithms in presets.items()
        }
    )


_SUM = {"dampened": False, "debias": False}
_EPS_UNDER_ROOT = {"eps_inside_sqrt": True, "debias": False}
_EPS_BESIDE_ROOT = {"eps_inside_sqrt": False, "debias": False}
_ADAM_OF_PAPER = {"eps_inside_sqrt": False, "debias_first": True, "debias_second": "before_eps"}
_ADAM_EPS_HAT = {"eps_inside_sqrt": False, "debias_first": True, "debias_second": "after_eps"}
_FROM_ZERO_ON = {"init": 0.0, "debias": False}
_CORRECTED = {"init": 0.0, "debias": True}
_FROM_FIRST_ON = {"init": "first", "debias": False}
_BIASED = {"unbiased": False, "track": "var", "debias": False}
_UNBIASED = {"unbiased": True, "track": "var", "debias": False}
_LAYER = {"batchnorm": {"eps_inside_sqrt": True}, "dropout": {"inverted": True}}

# "slides" are the slides with their errata corrected, "slides-literal" is what they print, "paper" the
# publication that introduced the algorithm; the others are libraries, run to find out (`libraries.SOURCES`).
# Every preset names every switch, so that it can be read alone.
CONVENTIONS = _frozen(
    {
        "slides": {
            "ewma": _FROM_ZERO_ON,
            "momentum": {"dampened": True, "debias": False},
            "rmsprop": _EPS_UNDER_ROOT,
            "adam": {"eps_inside_sqrt": True, "debias_first": True, "debias_second": "before_eps"},
            "amsgrad": {"eps_inside_sqrt": True, "debias_first": True, "debias_second": "none"},
            "dropout": {"inverted": True},
            "batchnorm": {"eps_inside_sqrt": True},
            "running": _BIASED,
        },
        "slides-literal": {
            "ewma": _FROM_ZERO_ON,
            "momentum": {"dampened": True, "debias": False},
            "rmsprop": _EPS_UNDER_ROOT,
            "adam": {"eps_inside_sqrt": True, "debias_first": True, "debias_second": "none"},
            "amsgrad": {"eps_inside_sqrt": True, "debias_first": True, "debias_second": "none"},
            "dropout": {"inverted": True},
            "batchnorm": {"eps_inside_sqrt": False},
            "running": {"unbiased": False, "track": "std", "debias": False},
        },
        "paper": {
            "momentum": _SUM,
            "rmsprop": _EPS_BESIDE_ROOT,
            "adam": _ADAM_OF_PAPER,
            "amsgrad": {"eps_inside_sqrt": False, "debias_first": False, "debias_second": "none"},
            "dropout": {"inverted": False},
            "batchnorm": {"eps_inside_sqrt": True},
            "running": _UNBIASED,
        },
        "torch": {
            "ewma": _FROM_FIRST_ON,
            "momentum": _SUM,
            "rmsprop": _EPS_BESIDE_ROOT,
            "adam": _ADAM_OF_PAPER,
            "amsgrad": _ADAM_OF_PAPER,
            **_LAYER,
            "running": _UNBIASED,
        },
        "keras": {
            "momentum": _SUM,
            "rmsprop": _EPS_UNDER_ROOT,
            "adam": _ADAM_EPS_HAT,
            "amsgrad": _ADAM_EPS_HAT,
            **_LAYER,
            "running": _BIASED,
        },
        "optax": {
            "ewma": _CORRECTED,
            "momentum": _SUM,
            "rmsprop": _EPS_UNDER_ROOT,
            "adam": _ADAM_OF_PAPER,
            "amsgrad": {"eps_inside_sqrt": False, "debias_first": True, "debias_second": "before_max"},
        },
        "flax": {**_LAYER, "running": _BIASED},
        "haiku": {
            "ewma": _CORRECTED,
            **_LAYER,
            "running": {"unbiased": False, "track": "var", "debias": True},
        },
        "equinox": {**_LAYER, "running": _BIASED},
        "jax": {
            "momentum": _SUM,
            "rmsprop": _EPS_UNDER_ROOT,
            "adam": _ADAM_OF_PAPER,
            "dropout": {"inverted": True},
        },
        "mlx": {
            "momentum": _SUM,
            "rmsprop": _EPS_BESIDE_ROOT,
            "adam": {"eps_inside_sqrt": False, "debias_first": False, "debias_second": "none"},
            **_LAYER,
            "running": _UNBIASED,
        },
        "tinygrad": {"momentum": _SUM, "adam": _ADAM_OF_PAPER, **_LAYER, "running": _UNBIASED},
        "sklearn": {"momentum": _SUM, "adam": _ADAM_EPS_HAT},
        "onnx": {"momentum": _SUM, "adam": _ADAM_EPS_HAT, **_LAYER, "running": _BIASED},
        "autograd": {"momentum": {"dampened": True, "debias": False}, "adam": _ADAM_OF_PAPER},
        "river": {
            "ewma": _FROM_FIRST_ON,
            "momentum": _SUM,
            "rmsprop": _EPS_UNDER_ROOT,
            "adam": _ADAM_EPS_HAT,
            "amsgrad": _ADAM_EPS_HAT,
        },
        "pandas": {"ewma": _CORRECTED},
        "polars": {"ewma": _CORRECTED},
        "scipy": {"ewma": _FROM_ZERO_ON},
    }
)

_BETAS = {"beta1": 0.9, "beta2": 0.999}
_SMALL = {**_BETAS, "eps": 1e-8}
_TEN_BATCHES = {"batchnorm": {"eps": 1e-5}, "running": {"decay": 0.9}}
_HUNDRED_BATCHES = {"batchnorm": {"eps": 1e-5}, "running": {"decay": 0.99}}

# Numbers by the names of this package; batch normalisation of the libraries: decay, not its complement.
DEFAULTS = _frozen(
    {
        "slides": {
            "momentum": {"beta": 0.9},
            "rmsprop": {"beta2": 0.9, "eps": 1e-8},
            "adam": _SMALL,
            "amsgrad": _SMALL,
        },
        "torch": {"rmsprop": {"beta2": 0.99, "eps": 1e-8}, "adam": _SMALL, "amsgrad": _SMALL, **_TEN_BATCHES},
        "keras": {
            "rmsprop": {"beta2": 0.9, "eps": 1e-7},
            "adam": {**_BETAS, "eps": 1e-7},
            "amsgrad": {**_BETAS, "eps": 1e-7},
            "batchnorm": {"eps": 1e-3},
            "running": {"decay": 0.99},
        },
        "optax": {"rmsprop": {"beta2": 0.9, "eps": 1e-8}, "adam": _SMALL, "amsgrad": _SMALL},
        "flax": _HUNDRED_BATCHES,
        "haiku": {"batchnorm": {"eps": 1e-5}},
        "equinox": _HUNDRED_BATCHES,
        "jax": {"rmsprop": {"beta2": 0.9, "eps": 1e-8}, "adam": _SMALL},
        "mlx": {"rmsprop": {"beta2": 0.99, "eps": 1e-8}, "adam": _SMALL, **_TEN_BATCHES},
        "tinygrad": {"adam": _SMALL, **_TEN_BATCHES},
        "sklearn": {"momentum": {"beta": 0.9}, "adam": _SMALL},
        "onnx": {"adam": {**_BETAS, "eps": 1e-6}, **_TEN_BATCHES},
        "autograd": {"momentum": {"beta": 0.9}, "adam": _SMALL},
        "river": {
            "momentum": {"beta": 0.9},
            "rmsprop": {"beta2": 0.9, "eps": 1e-8},
            "adam": _SMALL,
            "amsgrad": _SMALL,
        },
    }
)


_MEANINGS = {
    ("init", 0.0): "the average starts at 0",
    ("init", "first"): "the average starts at the first observation",
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


def _complements(name: str, names: dict[str, str], steps: str = "") -> _Dialect:
    """A library that gives the complement of our `name`."""

    def convert(hyper: dict[str, Any]) -> dict[str, Any]:
        return hyper | {name: 1 - hyper[name]}

    return _Dialect(names, steps, to_ours=convert, from_ours=convert)


def _same(*names: str, steps: str = "") -> tuple[_Dialect, ...]:
    return (_Dialect({name: name for name in names}, steps),)


def _undampened(names: dict[str, str], **fixed: Any) -> tuple[_Dialect, ...]:
    """A library whose velocity is a sum: 1 / (1 - beta) times as long as ours."""
    return (
        _Dialect(
            names,
            to_ours=lambda hyper: hyper | {"lr": _ratio(hyper["lr"], 1 - hyper["beta"])},
            from_ours=lambda hyper: hyper | {"lr": hyper["lr"] * (1 - hyper["beta"])},
            fixed=fixed,
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


def _betas(names: dict[str, str], **fixed: Any) -> _Dialect:
    """A library whose Adam is that of the paper, and takes both memories as a pair."""
    return _Dialect(names, _OUTSIDE, to_ours=_two_betas, from_ours=_pair_of_betas, fixed=fixed)


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
        "polars": (_span(_DEBIASED, adjust=True), _span(_FROM_FIRST, adjust=False)),
        "haiku": (
            _Dialect({"beta": "decay"}, _FROM_ZERO, fixed={"zero_debias": False}),
            _Dialect({"beta": "decay"}, _DEBIASED, fixed={"zero_debias": True}),
        ),
        "torch": (_Dialect({"beta": "decay"}, _FROM_FIRST),),
        "river": (_complements("beta", {"beta": "fading_factor"}, _FROM_FIRST),),
    },
    "momentum": {
        "slides": _same("lr", "beta"),
        "torch": _undampened({"lr": "lr", "beta": "momentum"}),
        "keras": _undampened({"lr": "learning_rate", "beta": "momentum"}),
        "optax": _undampened({"lr": "learning_rate", "beta": "momentum"}),
        "jax": _undampened({"lr": "step_size", "beta": "mass"}),
        "mlx": _undampened({"lr": "learning_rate", "beta": "momentum"}),
        "tinygrad": _undampened({"lr": "lr", "beta": "momentum"}),
        "sklearn": _undampened({"lr": "learning_rate_init", "beta": "momentum"}, nesterovs_momentum=False),
        "river": _undampened({"lr": "lr", "beta": "rho"}),
        "autograd": (_Dialect({"lr": "step_size", "beta": "mass"}),),
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
        "jax": (_Dialect({"lr": "step_size", "beta2": "gamma", "eps": "eps"}, _INSIDE),),
        "mlx": (_Dialect({"lr": "learning_rate", "beta2": "alpha", "eps": "eps"}, _OUTSIDE),),
        "river": (_Dialect({"lr": "lr", "beta2": "rho", "eps": "eps"}, _INSIDE),),
    },
    "adam": {
        "slides": _same("lr", "beta1", "beta2", "eps", steps=_INSIDE),
        "paper": _same("lr", "beta1", "beta2", "eps", steps=_OUTSIDE),
        "torch": (_betas({"lr": "lr", "betas": "betas", "eps": "eps"}),),
        "optax": (
            _Dialect(_OPTAX_ADAM | {"eps": "eps_root"}, _INSIDE, fixed={"eps": 0.0}),
            _Dialect(_OPTAX_ADAM | {"eps": "eps"}, _OUTSIDE, fixed={"eps_root": 0.0}),
        ),
        "keras": (_Dialect(_KERAS_ADAM, _AFTER),),
        "jax": (_Dialect(_OPTAX_ADAM | {"lr": "step_size", "eps": "eps"}, _OUTSIDE),),
        "mlx": (_betas({"lr": "learning_rate", "betas": "betas", "eps": "eps"}, bias_correction=True),),
        "tinygrad": (_Dialect(_OPTAX_ADAM | {"lr": "lr", "eps": "eps"}, _OUTSIDE),),
        "sklearn": (_Dialect(_KERAS_ADAM | {"lr": "learning_rate_init"}, _AFTER),),
        "river": (_Dialect(_KERAS_ADAM | {"lr": "lr", "eps": "eps"}, _AFTER),),
        "autograd": (_Dialect(_OPTAX_ADAM | {"lr": "step_size", "eps": "eps"}, _OUTSIDE),),
    },
    "batchnorm": {
        "slides": _same("decay", "eps"),
        "torch": (_complements("decay", {"decay": "momentum", "eps": "eps"}),),
        "keras": (_Dialect({"decay": "momentum", "eps": "epsilon"}),),
        "flax": (_Dialect({"decay": "momentum", "eps": "epsilon"}),),
        "haiku": (_Dialect({"decay": "decay_rate", "eps": "eps"}),),
        "equinox": (_Dialect({"decay": "momentum", "eps": "eps"}),),
        "mlx": (_complements("decay", {"decay": "momentum", "eps": "eps"}),),
        "tinygrad": (_complements("decay", {"decay": "momentum", "eps": "eps"}),),
        "onnx": (_Dialect({"decay": "momentum", "eps": "epsilon"}),),
    },
    "dropout": {
        "slides": _same("keep_prob"),
        "torch": (_complements("keep_prob", {"keep_prob": "p"}),),
        "keras": (_complements("keep_prob", {"keep_prob": "rate"}),),
        "flax": (_complements("keep_prob", {"keep_prob": "rate"}),),
        "haiku": (_complements("keep_prob", {"keep_prob": "rate"}),),
        "equinox": (_complements("keep_prob", {"keep_prob": "p"}),),
        "jax": (_Dialect({"keep_prob": "rate"}),),
        "mlx": (_complements("keep_prob", {"keep_prob": "p"}),),
        "tinygrad": (_complements("keep_prob", {"keep_prob": "p"}),),
        "onnx": (_complements("keep_prob", {"keep_prob": "ratio"}),),
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
