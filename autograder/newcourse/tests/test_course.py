"""Every exercise is proved, as `autograder prove` does it, and fits its notebook."""

from pathlib import Path

import pytest
from autograder.course import Course
from autograder.prove import prove
from autograder.prove.cells import problems

COURSE = Course.find(Path(__file__).parent)
ASSIGNMENTS = [COURSE.assignment(name) for name in COURSE.assignments.names]
EXERCISES = {
    f"{assignment.name}.{exercise.name}": exercise
    for assignment in ASSIGNMENTS
    for exercise in assignment.exercises
}


@pytest.mark.parametrize("name", EXERCISES)
def test_what_is_right_passes_and_what_is_wrong_is_called_by_its_name(name):
    assert prove(EXERCISES[name]).problems == ()


@pytest.mark.parametrize("assignment", ASSIGNMENTS, ids=lambda each: each.name)
def test_the_notebook_asks_for_the_exercises(assignment):
    assert list(problems(COURSE, assignment)) == []
