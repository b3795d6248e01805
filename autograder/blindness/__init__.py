"""How blind a check is: known wrong formulas that pass it, and right answers that it turns away.

`aim` points the catalogue of an exercise at any check, `sources` reads checks from files of tests, test cells
of notebooks and doctests, and `table` prints what came out.
"""

from autograder.blindness.aim import Blindness, Check, Part, aim, own_check


__all__ = ["Blindness", "Check", "Part", "aim", "own_check"]
