"""Figures that move without a kernel, one per lecture: the same ES module in JupyterLab and on a web page.

    from advsec.widgets import widget

    widget("memory")                   # in a notebook
    source("memory")                   # a self-contained module, for a page of one's own

On a page, `import(...)` the module and call its default export's `render({ model, el })`, where `el` is an
element to fill and `model` may be any object: where `model.get` knows no value, the figure has its own.
Where neither a kernel nor the module runs, a still figure stands in; its `<figure>` names the widget in
`data-widget`.

A module `NAME.js` holds its mathematics as named, pure functions, which the tests compare with `advsec`, and
draws with what it imports from `common.js`. anywidget is imported when the first widget is made.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from importlib import resources
from typing import TYPE_CHECKING, Any, NamedTuple

from ..plots.style import picture
from . import stills


if TYPE_CHECKING:
    from anywidget import AnyWidget
    from matplotlib.axes import Axes
    from numpy.typing import NDArray


__all__ = ["NAMES", "source", "widget"]

IMPORT = re.compile(r'^import \{[^}]*\} from "\./common\.js";\n', re.MULTILINE)


class _Figure(NamedTuple):
    """Where the controls of a widget start, and the figure that stands in for it where nothing moves."""

    start: Mapping[str, float | str]
    still: Callable[[], Axes | NDArray]


_FIGURES: dict[str, _Figure] = {
    "memory": _Figure({"beta": 0.9, "n": 10}, stills.memory),
    "momentum": _Figure({"alpha": 0.01, "beta": 0.9, "w1": 10, "w2": 3}, stills.momentum),
    "range_test": _Figure({"rate": 0.02, "n": 50}, stills.range_test),
    "difference_step": _Figure(
        {"exponent": -2.0, "method": "central", "precision": "double"}, stills.difference_step
    ),
    "double_descent": _Figure({"degree": 3.0, "m": 20.0, "penalty": "none"}, stills.double_descent),
    "thinned_networks": _Figure({"size": 0.5, "p": 0.5, "mask": 255.0}, stills.thinned_networks),
    "batch_neighbours": _Figure({"z": 0.5, "m": 8.0}, stills.batch_neighbours),
}
NAMES = tuple(_FIGURES)


def source(name: str) -> str:
    """The widget as one ES module that imports nothing.

    Parameters
    ----------
    name : str
        One of `NAMES`.

    Returns
    -------
    source : str
        Exports `default`, an object with the function `render({ model, el })`, and the mathematics by name.

    Raises
    ------
    ValueError
        "name must be one of advsec.widgets.NAMES, got 'mind'".

    References
    ----------
    anywidget (2024), https://anywidget.dev/en/afm/: the form of the module.

    Examples
    --------
    >>> "import " in source("memory"), "export default" in source("memory")
    (False, True)
    """
    _known(name)
    folder = resources.files(__name__)
    common, own = ((folder / f"{each}.js").read_text(encoding="utf-8") for each in ("common", name))
    return re.sub(r"^export ", "", common, flags=re.MULTILINE) + "\n" + IMPORT.sub("", own)


def widget(name: str, **start: float | str) -> AnyWidget:
    """The widget as a notebook shows it, with the words and the still figure for where it cannot move.

    Parameters
    ----------
    name : str
        One of `NAMES`.
    **start : float or str
        Where its controls start; the widget keeps them as attributes of the same names. What lies outside a
        control's bounds is moved to the next bound when the widget is displayed.

    Returns
    -------
    widget : AnyWidget

    Raises
    ------
    ValueError
        "name must be one of advsec.widgets.NAMES, got 'mind'";
        "start must be of beta, n, got 'gamma'".

    References
    ----------
    anywidget (2024), https://anywidget.dev: the class, which ipywidgets displays.

    Examples
    --------
    >>> widget("memory", beta=0.5).beta
    0.5
    """
    known = _known(name).start
    for control in start:
        if control not in known:
            raise ValueError(f"start must be of {', '.join(known)}, got {control!r}")
    return _class(name)(**start)


def _known(name: str) -> _Figure:
    if name not in NAMES:
        raise ValueError(f"name must be one of advsec.widgets.NAMES, got {name!r}")
    return _FIGURES[name]


@functools.cache
def _class(name: str) -> Any:
    from anywidget import AnyWidget

    class Moving(AnyWidget):
        _esm = source(name)

        def _repr_mimebundle_(self, **kwargs: Any) -> Any:
            data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
            still = picture(_FIGURES[name].still())
            data["text/html"] = still.as_html(f'data-widget="{name}"')
            data["text/plain"] = repr(still)
            return data, metadata

    return type(
        "Moving", (Moving,), {control: _trait(value) for control, value in _FIGURES[name].start.items()}
    )


def _trait(value: float | str) -> Any:
    import traitlets

    trait: Any = traitlets.Unicode(value) if isinstance(value, str) else traitlets.Float(value)
    return trait.tag(sync=True, control=True)
