"""How blind published checks are: those of other courses, described anew, and our catalogue aimed at them.

No assignment: the exercise that is declared here is Adam as other courses ask for it.
"""

from autograder.exercises.published.checks import CHECKS, Published, Row, measured


__all__ = ["CHECKS", "Published", "Row", "measured"]
