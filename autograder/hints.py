"""What usually helps: errors that students meet every term, and one thing to try for each.

A hint completes a message that already says what happened and where; the first one that fits is given.
"""

import difflib
import re
import sys
from collections.abc import Iterable


# A pattern of the message, and the sentence that follows it; `{0}` is what the pattern has captured.
HINTS = (
    (
        r"No module named '([\w.]+)'",
        "`{0}` is not available while grading: use numpy and what the course has installed.",
    ),
    (
        r"module 'numpy' has no attribute '(float|int|bool|object|complex|str)'",
        "numpy has given up the name `np.{0}`: write `{0}`.",
    ),
    (
        # The attribute of an object is looked for in the line where it is numpy's.
        r"'\w+' object has no attribute '(\w+)', in the line `.*\bnp\.\1\b",
        "`np` is not numpy any more: give the variable that is called `np` another name.",
    ),
    (
        r"TypeError: '(int|float|list|str|ndarray|numpy\.float64)' object is not callable",
        "A variable may have the name of a function that you call: give it another name.",
    ),
    (r"'ellipsis'", "An `...` is left where a value belongs."),
    (
        r"EOF when reading a line",
        "`input()` has nobody to ask while grading: write the value into the code.",
    ),
    (
        r"No such file or directory: '(/content|/kaggle|/home|/Users|/mnt|[A-Za-z]:)",
        "That is a path of your own computer, or of Colab; only your notebook is there while grading.",
    ),
    (
        r"URLError|gaierror|ConnectionError|Address family not supported|Network is unreachable",
        "There is no network while grading.",
    ),
    (
        r"an object of type (generator|map|zip|filter)\b",
        "Wrap the {0} in `list` or `np.array`: its values are only computed when somebody asks for them.",
    ),
    (
        r"array of dtype object",
        "Not everything in it is a number: make the array with `np.zeros`, and fill every place of it.",
    ),
    (r"an object of type coroutine\b", "Write `def`, not `async def`."),
)


# How much two names have in common when one may be meant for the other; ewma and ewma_weights have less.
ALIKE = 0.7


def meant(name: str, known: Iterable[str]) -> str | None:
    """The known name for which this one may be a slip of the pen, or none."""
    lower = {each.lower(): each for each in known}
    found = difflib.get_close_matches(name.lower(), lower, n=1, cutoff=ALIKE)
    return lower[found[0]] if found else None


# Names that numpy has given up without saying in the error what to write.
GONE_FROM_NUMPY = {
    "alen": "len",
    "asscalar": "x.item()",
    "chararray": "np.array(x, dtype=str)",
    "cumproduct": "np.cumprod",
    "disp": "print",
    "in1d": "np.isin",
    "msort": "np.sort(x, axis=0)",
    "product": "np.prod",
    "rank": "np.ndim",
    "row_stack": "np.vstack",
    "trapz": "np.trapezoid",
}
NUMPY_NAME = re.compile(r"module 'numpy' has no attribute '(\w+)'|cannot import name '(\w+)' from 'numpy'")

# With which Python a way to write came, how to see it in the error or in the source, and its name.
F_STRING = re.compile(r"\ASyntaxError: f-string")
NEWER_SYNTAX = (
    ((3, 14), re.compile(r"\b[tT][rR]?[\"']"), "template strings"),
    ((3, 14), re.compile(r"^[ \t]*except[ \t]+[\w.]+[ \t]*,", re.MULTILINE), "`except` without parentheses"),
    ((3, 12), re.compile(r"^[ \t]*type[ \t]+\w+[ \t]*[=\[]", re.MULTILINE), "the statement `type`"),
    ((3, 12), re.compile(r"^[ \t]*(?:async[ \t]+)?(?:def|class)[ \t]+\w+\[", re.MULTILINE), "`def f[T]`"),
)


def newer_syntax(error: str, source: str, grading: tuple[int, ...] = sys.version_info[:2]) -> str:
    """What to do where `source` holds syntax that the Python which grades does not know; or nothing."""
    if not error.startswith("SyntaxError"):
        return ""
    says = f"Python {grading[0]}.{grading[1]} grades"
    if grading < (3, 12) and F_STRING.match(error):
        rest = "there quotes within the braces of an f-string differ from those around it, without backslash"
        return f"{says}: {rest}"
    for since, pattern, name in NEWER_SYNTAX:
        if grading < since and pattern.search(source):
            return f"{says}, and {name} came with Python {since[0]}.{since[1]}: write it the older way"
    return ""


def hint(message: str) -> str:
    """One sentence on what to try, or none."""
    if found := NUMPY_NAME.search(message):
        gone = found[1] or found[2]
        if instead := GONE_FROM_NUMPY.get(gone):
            return f"numpy has given up the name `np.{gone}`: write `{instead}`."
    for pattern, sentence in HINTS:
        if found := re.search(pattern, message):
            return sentence.format(*found.groups())
    return ""
