"""The reference of `advsec` as pages: one for each module, from its docstrings."""

import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

import advsec


# A line of a list of fields, as docstrings of named tuples have it.
FIELD = re.compile(r"(\w+(?:, \w+)*) : ")
UNDERLINE = re.compile(r"-{3,}\s*$")
# What reStructuredText would take for a mark of its own; docstrings of the course know `code` alone.
MARK = re.compile(r"`[^`]*`|[*|\\]|_(?!\w)")


def modules() -> Iterator[ModuleType]:
    """The public modules, in the order of their names."""
    for found in sorted(pkgutil.iter_modules(advsec.__path__), key=lambda each: each.name):
        if not found.name.startswith("_"):
            yield importlib.import_module(f"advsec.{found.name}")


def reference_pages() -> Mapping[str, str]:
    """reStructuredText by the names of the files."""
    pages = {f"{module.__name__.rpartition('.')[2]}.rst": _page(module) for module in modules()}
    rows = [
        f"   * - :doc:`{page.removesuffix('.rst')}`\n     - {marked(_first_line(module))}"
        for page, module in zip(pages, modules(), strict=True)
    ]
    names = [f"   {name.removesuffix('.rst')}" for name in pages]
    pages["index.rst"] = "\n".join(
        [
            _title("Reference"),
            "The algorithms of the course in numpy, one module per topic. Every function is pure: it never",
            "modifies its arguments and keeps no state. What is not as described it refuses with a sentence",
            "that says why.",
            "",
            ".. list-table::",
            "",
            *rows,
            "",
            ".. toctree::",
            "   :hidden:",
            "",
            *names,
            "",
        ]
    )
    return pages


def _page(module: ModuleType) -> str:
    directive = f".. automodule:: {module.__name__}\n   :members:\n   :member-order: bysource\n"
    return f"{_title(module.__name__)}\n{directive}"


def _title(text: str) -> str:
    return f"{text}\n{'=' * len(text)}\n"


def _first_line(module: ModuleType) -> str:
    return (module.__doc__ or "").split("\n\n")[0].replace("\n", " ")


def process(app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Turn a docstring into reStructuredText, in place, as autodoc asks."""
    lines[:] = [*_processed(lines)]


def skip(app: Any, what: str, name: str, obj: Any, skipped: bool, options: Any) -> bool | None:
    """Leave out the fields of a named tuple, which its own docstring describes; None is for others to say."""
    return True if type(obj).__name__ == "_tuplegetter" else None


def _processed(lines: list[str]) -> Iterator[str]:
    """Of the part before the sections, formulas and lists of fields as such; of the others, plain words."""
    kind, in_sections = "words", False
    for number, line in enumerate(lines):
        following = lines[number + 1] if number + 1 < len(lines) else ""
        in_sections = in_sections or bool(UNDERLINE.match(following))
        kind = _kind(line, kind, in_sections)
        if kind == "formula":
            if number and not lines[number - 1].strip():
                yield from (".. code-block:: text", "   :class: display", "")
            yield line[1:]
        elif kind == "field":
            yield from ("",) if FIELD.match(line) else ()
            found = FIELD.match(line)
            yield f"- ``{found[1]}``: {marked(line[found.end() :])}" if found else f"  {marked(line.strip())}"
        else:
            yield line if kind == "code" else marked(line)


def _kind(line: str, before: str, in_sections: bool) -> str:
    if not line.strip():
        return before if before == "formula" else "words"
    if line.lstrip().startswith(">>>") or before == "code":
        return "code"
    if in_sections:
        return "words"
    if FIELD.match(line) or (before == "field" and line.startswith("    ")):
        return "field"
    return "formula" if line.startswith("    ") else "words"


def marked(text: str) -> str:
    """The text with nothing in it that is special, but for code between backticks."""
    return MARK.sub(
        lambda found: found[0].replace("`", "``") if found[0][0] == "`" else f"\\{found[0]}", text
    )
