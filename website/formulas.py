"""LaTeX as MathML while the site is built: nobody waits for a script, and screen readers have the formula.

Temml, which lies in `temml/`, knows all that the lectures use and sets it as TeX does. (Feedback pages set
what strangers write, with a smaller converter: see `autograder.report.formulas`.)
"""

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from docutils import nodes
from sphinx.errors import SphinxError


if TYPE_CHECKING:
    from sphinx.writers.html5 import HTML5Translator


TEMML = Path(__file__).parent / "temml" / "temml.min.js"
# A string that was put together from others does not come back from QuickJS: JSON is in one piece.
RENDER = """(latex, block) =>
    JSON.stringify(temml.renderToString(latex, {displayMode: block, throwOnError: true}))"""
# Elements whose first child stands on the line, and whose others are smaller.
SCRIPTED = frozenset({"msub", "msup", "msubsup", "munder", "mover", "munderover"})


class FormulaError(SphinxError):
    """A formula that is none; the message has it, and what is wrong."""

    category = "Formula"


@cache
def formula(latex: str, *, block: bool) -> str:
    """A formula as MathML; raises FormulaError."""
    import quickjs

    try:
        return _close_up(json.loads(_renderer()(latex.strip(), block)))
    except quickjs.JSException as error:
        raise FormulaError(f"{latex!r} is no formula: {str(error).splitlines()[0]}") from None


def _close_up(mathml: str) -> str:
    """No space around operators in indices and exponents, where TeX leaves none and browsers do."""
    root = ElementTree.fromstring(mathml)
    for place in root.iter():
        if place.tag in SCRIPTED:
            for operator in (each for script in list(place)[1:] for each in script.iter("mo")):
                operator.attrib |= {"lspace": "0em", "rspace": "0em"}
    return ElementTree.tostring(root, encoding="unicode", short_empty_elements=False)


@cache
def _renderer() -> Any:
    import quickjs

    context = quickjs.Context()
    context.eval(TEMML.read_text("utf-8"))
    return context.eval(RENDER)


def visit_inline(translator: "HTML5Translator", node: nodes.math) -> None:
    translator.body.append(formula(node.astext(), block=False))
    raise nodes.SkipNode


def visit_block(translator: "HTML5Translator", node: nodes.math_block) -> None:
    # Where it is wider than a telephone, the formula alone moves.
    translator.body.append(f'<div class="formula">{formula(node.astext(), block=True)}</div>\n')
    raise nodes.SkipNode
