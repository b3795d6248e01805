"""LaTeX as MathML, which browsers set and screen readers read without a script or a font of ours."""

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from markupsafe import Markup, escape

from autograder.report.safe import plain_block


# A person writes shorter ones; what is longer is shown as it was written.
MAX_FORMULA = 2000
# What the converter makes of formulas, without what links, loads or paints: \\href, \\style, \\color.
ELEMENTS = frozenset(
    "mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow mspace msqrt mstyle msub "  # noqa: SIM905
    "msubsup msup mtable mtd mtext mtr munder munderover none".split()
)
ATTRIBUTES = frozenset(
    "accent accentunder columnalign displaystyle fence form largeop linethickness lspace mathvariant maxsize "  # noqa: SIM905
    "minsize movablelimits rowspacing rspace scriptlevel separator stretchy width".split()
)
# What it does not know by its name, it knows by another one.
INSIDE = re.compile(r"\\(begin|end)\{(?:aligned|alignedat|split|gathered)\}")
VALUE = re.compile(r"[a-z-]{1,20}|\d{1,2}(\.\d{1,4})?(em|ex|pt|px)?")


def formula(latex: str, *, block: bool) -> Markup:
    """A formula as MathML; as LaTeX where it is none, or too long for one."""
    try:
        root = ElementTree.fromstring(_converted(latex, "block" if block else "inline"))
    except Exception:  # whatever a converter says about what strangers write
        return Markup("<code>{}</code>").format(plain_block(latex))
    inner = Markup("").join(_written(child) for child in root)
    return Markup('<math display="{}">{}</math>').format("block" if block else "inline", inner)


def _converted(latex: str, display: str) -> str:
    from latex2mathml.converter import convert  # slow to import, and most pages of a class share formulas

    if len(latex) > MAX_FORMULA:
        raise ValueError(f"a formula may have {MAX_FORMULA} characters, got {len(latex)}")
    return convert(INSIDE.sub(r"\\\1{align*}", plain_block(latex)), xmlns="", display=display)


def _written(element: ElementTree.Element) -> Markup:
    """The element with what is allowed in it; of another one what it holds."""
    text = Markup(escape(plain_block(element.text or "")))
    inner = text + Markup("").join(_written(child) for child in element)
    if element.tag not in ELEMENTS:
        return Markup("<mrow>{}</mrow>").format(inner)
    return Markup("<{0}{1}>{2}</{0}>").format(element.tag, Markup("").join(_attributes(element)), inner)


def _attributes(element: ElementTree.Element) -> Iterator[Markup]:
    for name, value in sorted(element.attrib.items()):
        if name in ATTRIBUTES and VALUE.fullmatch(value):
            yield Markup(' {}="{}"').format(name, plain_block(value))
