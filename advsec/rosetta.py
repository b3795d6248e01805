"""Tables of who does what, printed from what was found out by running the libraries.

    rosetta.table("dropout")

A lecture shows a table as the result of a cell. Nothing in it is written by hand but the words for a switch.
"""

from collections.abc import Callable, Iterator
from typing import Any

from ._numbers import check_choice
from .conventions import CONVENTIONS, DEFAULTS, NoExactTranslation, translate
from .libraries import LIBRARIES, NOTES, SOURCES


__all__ = ["table"]


def table(topic: str) -> str:
    """Who does what in a topic: slides, papers, and each library with the version that was run.

    Parameters
    ----------
    topic : str
        "averages", "optimizers", "schedules", "dropout" or "batchnorm".

    Returns
    -------
    text : str
        Markdown, which a notebook shows as a table, with notes below it.

    Raises
    ------
    ValueError
        "topic must be one of averages, optimizers, schedules, dropout, batchnorm, got 'losses'".

    Slides
    ------
    "Optimization algorithms" to "Batch normalization"; errata E15, E16, E17 and E47.

    Examples
    --------
    >>> print(table("dropout").splitlines()[0])
    | who | its name | it is the share that is | what is kept is scaled | `keep_prob=0.8` is written |
    """
    check_choice("topic", topic, _TOPICS)
    algorithms, heads, row = _TOPICS[topic]
    lines = [("who", *heads), ("---",) * (len(heads) + 1)]
    for convention, name in _who():
        if cells := row(convention):
            lines.append((name, *cells))
    rows = [f"| {' | '.join(line)} |" for line in lines]
    return _Table("\n".join([*rows, "", *_notes(algorithms)]))


class _Table(str):
    """Markdown that a notebook shows as such."""

    __slots__ = ()

    def _repr_markdown_(self) -> str:
        return str(self)

    def __repr__(self) -> str:
        return str(self)


def _who() -> Iterator[tuple[str, str]]:
    yield "slides", "the slides, this package"
    yield "slides-literal", "the slides as printed"
    yield "paper", "the papers"
    for library, (name, _, version) in LIBRARIES.items():
        yield library, f"{name} {version}"


def _notes(algorithms: tuple[str, ...]) -> list[str]:
    return [
        f"* {LIBRARIES[note.library].name}: {note.says}." for note in NOTES if note.algorithm in algorithms
    ]


def _written(algorithm: str, ours: dict[str, Any], convention: str) -> str:
    """Hyper-parameters as the library has them."""
    try:
        theirs = translate(algorithm, ours, source="slides", target=convention)
    except NoExactTranslation:
        return "cannot be"
    except ValueError:  # it has no such hyper-parameters
        return ""
    return f"`{', '.join(f'{name}={_number(value)}' for name, value in theirs.items())}`"


def _number(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else repr(value)


def _power(value: float) -> str:
    digits, exponent = f"{value:.0e}".split("e")
    return f"10^{{{int(exponent)}}}" if digits == "1" else f"{digits} \\cdot 10^{{{int(exponent)}}}"


# Averages ------------------------------------------------------------------------------------------------

_STARTS: dict[tuple[Any, bool], tuple[str, dict[str, Any]]] = {
    (0.0, False): ("at 0", {}),
    (0.0, True): ("at 0, corrected", {"debias": True}),
    ("first", False): ("at the first observation", {"init": "first"}),
}


def _average(convention: str) -> tuple[str, ...]:
    switches = CONVENTIONS.get(convention, {}).get("ewma")
    if switches is None or convention == "slides-literal":
        return ()
    start, ours = _STARTS[switches["init"], switches["debias"]]
    written = _written("ewma", {"beta": 0.9} | ours, convention)
    return written or f"`{SOURCES[convention]['ewma']}`", start


# Optimisers ----------------------------------------------------------------------------------------------


def _momentum(switches: Any) -> str:
    return r"\beta v + (1 - \beta)\, dW" if switches["dampened"] else r"\beta v + dW"


def _rmsprop(switches: Any) -> str:
    return _root("s", switches["eps_inside_sqrt"])


def _adam(switches: Any) -> str:
    first, position = "v^c" if switches["debias_first"] else "v", switches["debias_second"]
    return f"{first} / {_divisor('s', 's^c', position, switches['eps_inside_sqrt'])}"


def _amsgrad(switches: Any) -> str:
    first, position = "v^c" if switches["debias_first"] else "v", switches["debias_second"]
    inside = switches["eps_inside_sqrt"]
    if position == "before_max":
        divisor = _divisor(r"\max s^c", "", "none", inside)
    else:
        divisor = _divisor(r"\max s", r"(\max s)^c", position, inside)
    return f"{first} / {divisor}"


def _divisor(s: str, corrected: str, position: str, inside: bool) -> str:
    root = _root(corrected if position == "before_eps" else s, inside)
    if position == "after_eps":
        return f"({root})^c"
    return root if inside else f"({root})"


def _root(s: str, inside: bool) -> str:
    return rf"\sqrt{{{s} + \epsilon}}" if inside else rf"\sqrt{{{s}}} + \epsilon"


_FORMULAS: dict[str, Callable[[Any], str]] = {
    "momentum": _momentum,
    "rmsprop": _rmsprop,
    "adam": _adam,
    "amsgrad": _amsgrad,
}


def _optimizers(convention: str) -> tuple[str, ...]:
    presets = CONVENTIONS.get(convention, {})
    if not presets.keys() & _FORMULAS.keys():
        return ()
    return tuple(
        f"${formula(presets[name])}${_numbers(name, convention)}" if name in presets else ""
        for name, formula in _FORMULAS.items()
    )


_LETTERS = {"beta": r"\beta", "beta1": r"\beta_1", "beta2": r"\beta_2"}


def _numbers(algorithm: str, convention: str) -> str:
    """Default numbers where they are not those of the slides."""
    usual = DEFAULTS["slides"][algorithm]
    theirs = DEFAULTS.get(convention, {}).get(algorithm, {})
    return "".join(
        rf", $\epsilon = {_power(value)}$" if name == "eps" else f", ${_LETTERS[name]} = {value:g}$"
        for name, value in theirs.items()
        if value != usual[name]
    )


# Schedules -----------------------------------------------------------------------------------------------


def _schedules(convention: str) -> tuple[str, ...]:
    cosine = {"lr_min": 0.01, "lr_max": 0.1, "T_0": 5, "T_mult": 2}
    cells = (
        _written("momentum", {"lr": 0.5, "beta": 0.9}, convention),
        _written("cosine_restarts", cosine, convention),
    )
    return cells if any(cells) else ()


# Dropout and batch normalisation -------------------------------------------------------------------------


def _dropout(convention: str) -> tuple[str, ...]:
    switches = CONVENTIONS.get(convention, {}).get("dropout")
    if switches is None:
        return ()
    scaled = "in training" if switches["inverted"] else "at test time"
    if convention not in LIBRARIES:
        return ("`keep_prob`" if convention == "slides" else "$p$"), "kept", scaled, "0.8"
    ((name, value),) = translate("dropout", {"keep_prob": 0.8}, source="slides", target=convention).items()
    return f"`{name}`", "kept" if value == 0.8 else "**dropped**", scaled, f"{value:.6g}"


def _batchnorm(convention: str) -> tuple[str, ...]:
    presets, told = CONVENTIONS.get(convention, {}), DEFAULTS.get(convention, {})
    if "running" not in presets:
        return ()
    root, average = _root(r"\sigma^2", presets["batchnorm"]["eps_inside_sqrt"]), presets["running"]
    eps = rf", $\epsilon = {_power(told['batchnorm']['eps'])}$" if "batchnorm" in told else ""
    memory = f"{told['running']['decay']:g}" if "running" in told else ""
    written = (
        _written("batchnorm", {"decay": 0.9, "eps": 1e-5}, convention) if convention in LIBRARIES else ""
    )
    kept = {"std": r"$\sigma$", "var": r"$\sigma^2$"}[average["track"]]
    divisor = "$m - 1$" if average["unbiased"] else "$m$"
    start = "0, corrected" if average["debias"] else "0 and 1"
    if convention not in LIBRARIES or convention == "onnx":  # where it is the caller's
        start = ""
    return (
        f"${root}${eps}",
        written.replace(", eps=1e-05", "").replace(", epsilon=1e-05", ""),
        memory,
        kept,
        divisor,
        start,
    )


_Row = Callable[[str], tuple[str, ...]]
_TOPICS: dict[str, tuple[tuple[str, ...], tuple[str, ...], _Row]] = {
    "averages": (("ewma",), (r"$\beta = 0.9$ is written", "it starts"), _average),
    "optimizers": (
        tuple(_FORMULAS),
        ("momentum: $v$", "RMSprop: divisor", "Adam: step", "AMSGrad: step"),
        _optimizers,
    ),
    "schedules": (
        ("cyclical", "cosine_restarts", "one_cycle"),
        (
            "`lr=0.5, beta=0.9` is written",
            "`lr_min=0.01, lr_max=0.1, T_0=5, T_mult=2` is written",
        ),
        _schedules,
    ),
    "dropout": (
        ("dropout",),
        ("its name", "it is the share that is", "what is kept is scaled", "`keep_prob=0.8` is written"),
        _dropout,
    ),
    "batchnorm": (
        ("batchnorm", "running"),
        (
            "divisor",
            "a memory of 0.9 is written",
            "memory unless told",
            "averages",
            "divisor of the variance",
            "start",
        ),
        _batchnorm,
    ),
}
