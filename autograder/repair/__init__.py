"""Diagnosis by repair: where output matching is silent, the place of a mistake in the student's own line.

It never changes a score. Students read where a change is and of what kind, and never the change.
"""

from autograder.repair.diagnosis import by_repair


__all__ = ["by_repair"]
