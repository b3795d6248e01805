"""Functions whose bodies are folded: they run, and nobody reads them by accident.

A lecture calls functions that its assignment asks for. In the hands of students their bodies are `...`, with
the docstring above, and the code is put back from a packed text when the module is imported; inspection
(`ewma??`, `advsec.show`) finds what stands in the file. This is no secret. Whoever unpacks it could as well
look into the repository, and is answered at grading: the class report says which functions are like those of
the course under other names, where they are long enough to tell, and questions in words ask for the reasons.
"""

import ast
import base64
import json
import zlib
from collections.abc import Container, Iterator


UNFOLD = """

import base64 as _base64  # noqa: E402
import json as _json  # noqa: E402
import zlib as _zlib  # noqa: E402


# What stands for `...` above.
_FOLDED = (
{packed}
)

for _line, _text in _json.loads(_zlib.decompress(_base64.b85decode(_FOLDED))):
    exec(compile("\\n" * (_line - 1) + _text, __file__, "exec"))
"""


def folded(source: str, names: Container[str], remark: str) -> str:
    """The source of a module in which the bodies of these functions are folded; `remark` stands there."""
    lines = source.splitlines()
    definitions = [
        node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef) and node.name in names
    ]
    if not definitions:
        return source
    kept: list[str] = []
    bodies: list[tuple[int, str]] = []
    position = 0
    for node in definitions:
        start, head, end = _extent(node)
        kept += lines[position:start]
        bodies.append((len(kept) + 1, "\n".join(lines[start:end])))
        kept += [*lines[start:head], f"    ...  # {remark}"]
        position = end
    kept += lines[position:]
    packed = base64.b85encode(zlib.compress(json.dumps(bodies).encode(), 9)).decode()
    return "\n".join(kept) + UNFOLD.format(packed="\n".join(_quoted(packed)))


def _extent(node: ast.FunctionDef) -> tuple[int, int, int]:
    """Lines of a function: where it begins, where its docstring ends, and where the function does."""
    start = min([node.lineno, *(each.lineno for each in node.decorator_list)]) - 1
    first = node.body[0]
    documented = ast.get_docstring(node) is not None
    head = first.end_lineno if documented else first.lineno - 1
    if head is None or node.end_lineno is None:
        raise ValueError(f"{node.name} has no place in its file")
    return start, head, node.end_lineno


def _quoted(text: str, width: int = 96) -> Iterator[str]:
    for start in range(0, len(text), width):
        yield f'    "{text[start : start + width]}"'
