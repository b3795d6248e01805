"""Every small edit of a function, as text in the place of a part of it.

What an edit puts in is made of the function's own names and parts, and of what numerics mixes up: axes,
degrees of freedom, roots and squares, sums and means.
"""

from itertools import chain

from autograder.repair.expressions import of_expressions
from autograder.repair.lines import of_lines
from autograder.repair.source import Edit, Source, likeliest


MOST = 3800


def edits(source: Source) -> tuple[Edit, ...]:
    """The small edits of a function, the likelier first."""
    return likeliest(source, chain(of_expressions(source), of_lines(source)), MOST)
