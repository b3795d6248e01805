"""Grades as the gradebook would hold them, of results that nobody has published."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from autograder.exercise import Assignment
from autograder.grades import Grade, Mark
from autograder.results import Result


WORDS_POINTS = 4.0


def grade_of(result: Result, assignment: Assignment, **known: Any) -> Grade:
    """What the machine gave, and nothing yet for answers in words."""
    scores = {judgement.exercise: judgement.score for judgement in result.judgements}
    graded = result.outcome == "graded"
    marks = [
        Mark(assignment.test_cell(each), score, each.points, score)
        for each in assignment.exercises
        for score in [scores.get(each.name, 0.0) if graded else None]
    ]
    marks += [Mark(cell, None, WORDS_POINTS, None, in_words=True) for cell in assignment.answers_in_words]
    maximum = sum(mark.max_score for mark in marks)
    return replace(Grade(result.student, maximum, tuple(marks), remark=result.reason), **known)


def grades_of(results: Iterable[Result], assignment: Assignment) -> dict[str, Grade]:
    """The same of several, by student."""
    return {result.student: grade_of(result, assignment) for result in results}
