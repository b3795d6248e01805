"""What a person sees who marks in formgrader: each answer beside its mark scheme, and formulas that are set.

nbgrader's page asks a server elsewhere for MathJax. Where that cannot be reached, formulas stay LaTeX, and
since the page waits for it, no key does what formgrader says it does. Ours asks nobody.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from traitlets.config import Config


def use(c: "Config") -> None:
    """Let formgrader use the template `marking`, which changes only what it has to of nbgrader's own."""
    here = Path(__file__).parent / "templates"
    nbgraders = _templates_of_nbgrader()
    c.HTMLExporter.template_name = "marking"
    c.HTMLExporter.extra_template_basedirs = [str(here), str(nbgraders)]
    c.HTMLExporter.extra_template_paths = [str(nbgraders)]
    c.HTMLExporter.filters = {"markdown2html": "autograder.marking.texts.markdown2html"}
    # The feedback of nbgrader's own assignments keeps its page.
    c.FeedbackExporter.template_name = "feedback"


def _templates_of_nbgrader() -> Path:
    """Without an import of nbgrader, which is slow."""
    found = find_spec("nbgrader")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("nbgrader is not installed; run: pip install 'advsec[grading]'")
    return Path(found.origin).parent / "server_extensions" / "formgrader" / "templates"
