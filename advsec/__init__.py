"""The algorithms of the course as plain numpy functions, one module per topic.

    from advsec.averages import ewma

Every function is pure: it never modifies its arguments and carries no hidden state. What is not as its
docstring says it refuses with a ValueError of one sentence: "beta must be in [0, 1), got 1.0".
`advsec.show(ewma)` displays the source of any of them in a notebook.
"""

from advsec.source import show


__all__ = ["show"]
