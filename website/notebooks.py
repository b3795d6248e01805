"""A notebook of the course as a page: nothing is run, what was written with it is shown.

Figures become files, which a browser asks for when they come into sight. What is folded in JupyterLab, the
outputs between a question and its answer, is folded here. Links are those of the site.
"""

import base64
import copy
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from myst_parser.slugs import github_slugify
from nbformat import NotebookNode


WIDGET = "widget"
FIGURE = re.compile(r'<img src="data:image/png;base64,(?P<png>[^"]+)"')
# JupyterLab's name of a heading, in a link to it.
TO_HEADING = re.compile(r"(\]\([^()\s#]*)#([^()\s]+)\)")
NEEDS_PYTHON = "*What this cell shows moves where Python runs, and is not on this page.*"


@dataclass(frozen=True)
class Page:
    """A notebook for myst-nb, and the figures that it shows, by their paths on the site."""

    notebook: NotebookNode
    figures: Mapping[str, bytes]


def page(notebook: NotebookNode, name: str) -> Page:
    """The page of a notebook that is called `name`."""
    shown, figures = copy.deepcopy(notebook), dict[str, bytes]()
    for cell in shown.cells:
        if cell.cell_type == "markdown":
            cell.source = to_headings(cell.source)
        else:
            cell.outputs = list(cell.outputs) or ([_note()] if _is_widget(cell) else [])
            for number, output in enumerate(cell.outputs):
                _take_out(output, f"figures/{name}/{cell.id}{f'-{number}' if number else ''}.png", figures)
        folded = cell.metadata.get("jupyter", {}).get("outputs_hidden")
        cell.metadata = NotebookNode(tags=["hide-output"] if folded else [])
    shown.metadata = NotebookNode(kernelspec=notebook.metadata.kernelspec)
    return Page(shown, figures)


def to_headings(text: str) -> str:
    """The text with links to headings as MyST, like GitHub, names them."""
    return TO_HEADING.sub(
        lambda link: f"{link[1]}#{github_slugify(unquote(link[2]).replace('-', ' '))})", text
    )


def _is_widget(cell: NotebookNode) -> bool:
    return WIDGET in cell.metadata.get("tags", [])


def _note() -> NotebookNode:
    data = NotebookNode({"text/markdown": NEEDS_PYTHON, "text/plain": ""})
    return NotebookNode(output_type="display_data", metadata=NotebookNode(), data=data)


def _take_out(output: NotebookNode, path: str, figures: dict[str, bytes]) -> None:
    """Put the figure of an output into a file, and leave the widget that may go with it to the page."""
    data = output.get("data", {})
    for kind in [kind for kind in data if kind.startswith("application/vnd.jupyter.widget")]:
        del data[kind]

    def file(found: re.Match[str]) -> str:
        figures[path] = base64.b64decode(found["png"])
        return f'<img loading="lazy" decoding="async" src="../{path}"'

    if "text/html" in data:
        data["text/html"] = FIGURE.sub(file, data["text/html"])
