"""A course's settings and its secret: what is wrong with them is one sentence."""

import stat
from pathlib import Path

import pytest

from autograder.course import Course, CourseError

from .ordinary import folder_of_an_ordinary_user, rights_of_an_ordinary_user


@pytest.fixture
def course(tmp_path: Path) -> Course:
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n")
    return Course.find(tmp_path)


def test_a_course_is_found_from_every_folder_in_it(course: Course) -> None:
    below = course.root / "notebooks" / "lectures"
    below.mkdir(parents=True)
    assert Course.find(below) == course
    with pytest.raises(CourseError, match="not inside a course"):
        Course.find(course.root.parent)


def test_the_key_is_made_once_and_for_its_owner_alone(course: Course) -> None:
    key = course.key()
    assert len(key) == 32
    assert course.key() == key
    assert stat.S_IMODE((course.work / "course_key").stat().st_mode) == 0o600
    assert [path.name for path in course.work.iterdir()] == ["course_key"]


@pytest.mark.parametrize("text", ["", "\n", "abcd", "0" * 31, "0" * 33, "x" * 64, "\u0660" * 64])
def test_a_key_that_is_no_secret_is_refused(course: Course, text: str) -> None:
    course.key()
    (course.work / "course_key").write_text(text, encoding="utf-8")
    with pytest.raises(CourseError, match=r"must be at least 32 hexadecimal digits"):
        course.key()


def test_a_key_of_the_least_length_is_taken(course: Course) -> None:
    course.key()
    (course.work / "course_key").write_text("0f" * 16 + "\n")
    assert course.key() == b"\x0f" * 16


def test_a_key_that_is_no_file_is_named(course: Course) -> None:
    (course.work / "course_key").mkdir(parents=True)
    with pytest.raises(CourseError, match="course_key cannot be read or made: Is a directory"):
        course.key()


def test_a_key_that_cannot_be_made_or_read_is_named() -> None:
    with folder_of_an_ordinary_user() as folder:
        (folder / "nbgrader_config.py").touch()
        course = Course.find(folder)
        folder.chmod(0o500)
        with (
            rights_of_an_ordinary_user(),
            pytest.raises(CourseError, match="course_key cannot be read or made"),
        ):
            course.key()
        folder.chmod(0o700)
        with rights_of_an_ordinary_user():
            course.key()
            (course.work / "course_key").chmod(0)
            with pytest.raises(CourseError, match="cannot be read or made: Permission denied"):
                course.key()


@pytest.mark.parametrize(
    "text", ["c = (", "raise RuntimeError('two\\nlines')", "import no_such_module", "\0"]
)
def test_settings_that_do_not_run_are_one_sentence(course: Course, text: str) -> None:
    (course.root / "nbgrader_config.py").write_text(text)
    with pytest.raises(CourseError, match=r"the settings in .*nbgrader_config.py cannot be used") as caught:
        course.minimum_tier  # noqa: B018
    assert "\n" not in str(caught.value)
