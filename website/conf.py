"""The settings of Sphinx, and what it asks of us while it builds."""

import os
import sys
from pathlib import Path
from typing import Any


sys.path.insert(0, str(Path(__file__).parents[1]))

from importlib.metadata import version as version_of

from sphinx.application import Sphinx

from website import actions, formulas, reference


project = "advsec"
author = "The authors of the advsec course"
copyright = "the authors; text and figures CC BY 4.0, code BSD 3-Clause"
version = release = version_of("advsec")
language = "en"

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_copybutton"]
root_doc = "index"
default_role = "literal"
napoleon_use_param = False

# Notebooks are shown as they were committed: nothing is run, and no widget manager comes from elsewhere.
nb_execution_mode = "off"
# Tables and formulas that a cell shows are read as those of the text.
nb_render_markdown_format = "myst"
nb_ipywidgets_js: dict[str, Any] = {}
nb_code_prompt_show = "What comes out"
nb_code_prompt_hide = "What comes out"
nb_merge_streams = True
myst_enable_extensions = ["amsmath", "dollarmath"]
myst_heading_anchors = 4
myst_dmath_allow_labels = False

autodoc_typehints = "none"
napoleon_use_rtype = False
napoleon_custom_sections = ["Slides", "Peers"]

html_theme = "furo"
html_title = "advsec"
html_math_renderer = "mathml"
html_static_path = ["static"]
html_css_files = ["formulas.css", "course.css"]
html_js_files = [("course.js", {"type": "module"})]
html_favicon = "static/favicon.svg"
html_extra_path = [os.environ["SITE_EXTRA"]]
html_copy_source = False
html_show_sourcelink = False
html_permalinks_icon = "#"
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
# For static/course.css: the theme writes each set for who chooses it and for whose system asks for it.
html_theme_options = {
    "top_of_page_buttons": [],
    "light_css_variables": {
        "color-code-background": "#f7f8fa",
        "accent": "#0b6aa2",
        "asked": "#eef5fb",
        "edge": "#c3d5e3",
        "slide": "#a8431c",
        "slide-ground": "#fdf5f0",
        "out": "#f6f7f9",
    },
    "dark_css_variables": {
        "color-code-background": "#1a1e23",
        "accent": "#7cc0ee",
        "asked": "#14212c",
        "edge": "#2f4a5e",
        "slide": "#f0a27c",
        "slide-ground": "#261b16",
        "out": "#191d22",
    },
}
copybutton_exclude = ".linenos, .gp, .go"


def mended(app: Sphinx, page: str, template: str, context: dict[str, Any], tree: Any) -> None:
    """Mend what others give to a page.

    Of a style sheet of 43 kB nearly all is colours that the course does not use; and captions of the menu are
    headings that do not say of which level.
    """
    context["css_files"] = [each for each in context["css_files"] if "mystnb" not in str(each.filename)]
    menu = context["furo_navigation_tree"]
    context["furo_navigation_tree"] = menu.replace('role="heading"', 'role="heading" aria-level="2"')


def setup(app: Sphinx) -> None:
    app.add_html_math_renderer("mathml", (formulas.visit_inline, None), (formulas.visit_block, None))
    app.connect("autodoc-process-docstring", reference.process, priority=400)
    app.connect("autodoc-skip-member", reference.skip)
    app.connect("html-page-context", actions.add)
    app.connect("html-page-context", mended, priority=900)  # after the theme
