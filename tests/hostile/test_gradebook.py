"""The result of a hostile submission changes the rows of its own student in the gradebook, and no others."""

from dataclasses import replace

import pytest

from autograder.course import Course
from autograder.publish import publish
from tests.autograder.course import make_course
from tests.autograder.test_gradebook import scores
from tests.hostile.corpus import ASSIGNMENT
from tests.hostile.families import FAMILIES
from tests.hostile.laboratory import HONEST, Laboratory


@pytest.fixture(scope="module")
def course(laboratory: Laboratory, tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course in which an honest student is in the gradebook."""
    course = Course.find(make_course(tmp_path_factory.mktemp("course"), students=("ada-all-right",)))
    publish([laboratory.run(HONEST).result], ASSIGNMENT, course)
    return course


@pytest.mark.filterwarnings("ignore")  # of nbgrader and what it imports
@pytest.mark.parametrize("family", FAMILIES)
def test_nobody_elses_rows_change(family: str, course: Course, laboratory: Laboratory) -> None:
    # The last one of a family is as good as any other, and of another kind than the first.
    case = next(case for case in reversed(FAMILIES[family]) if laboratory.can_run(case))
    student = f"mallory-{family}"
    before = scores(course.root)
    publish([replace(laboratory.run(case).result, student=student)], ASSIGNMENT, course)
    after = scores(course.root)
    assert before["ada"]
    assert after.pop(student)
    assert after == {name: rows for name, rows in before.items() if name != student}
