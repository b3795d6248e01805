"""What has no effect while grading, in words: a cell that meets it goes on and says so.

A box writes these sentences into a stream of their own. It can be made to say anything, so the driver repeats
only what is one of them, word for word.
"""

import re


STREAM = "notice"

SHELL = "Commands of the shell do nothing while grading."
EXIT = "`exit` and `quit` do nothing while grading."
FIGURES = "Figures are shown as pictures while grading, whatever backend is asked for."
PROCESSES = "What other processes print is not shown while grading."

_UNAVAILABLE = "`{}` is not available while grading; lines that need it are passed over."
_MAGIC = "`%{}` does nothing while grading."
_CELL_MAGIC = "`%%{}` does nothing while grading, and the code below it is not run."
_IMAGE = "An image in the format {} is not shown: only PNG and JPEG are kept while grading."

# What stands in the place of `{}`: names, and never more of them than fit in a line.
_NAME = r"[\w.+-]{1,60}"
_SENTENCE = re.compile(
    "|".join(
        (
            *map(re.escape, (SHELL, EXIT, FIGURES, PROCESSES)),
            *(
                re.escape(sentence).replace(re.escape("{}"), _NAME)
                for sentence in (_UNAVAILABLE, _MAGIC, _CELL_MAGIC, _IMAGE)
            ),
        )
    ),
    re.ASCII,
)


def unavailable(name: str) -> str:
    """Of a package, or a name of one, that cannot be imported."""
    return _UNAVAILABLE.format(_name(name))


def magic(name: str) -> str:
    return _MAGIC.format(_name(name))


def cell_magic(name: str) -> str:
    return _CELL_MAGIC.format(_name(name))


def image(kind: str) -> str:
    """Of an image whose format, such as svg, is not looked into."""
    return _IMAGE.format(_name(kind))


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of this module that stand in a text, one in a line; all else is left out."""
    return tuple(line for line in text.splitlines() if _SENTENCE.fullmatch(line))


def _name(name: str) -> str:
    return re.sub(r"[^\w.+-]", "_", name, flags=re.ASCII)[:60] or "_"
