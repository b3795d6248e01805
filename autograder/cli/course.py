"""`autograder course`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.cli.app import app
from autograder.cli.says import complain, short
from autograder.course import Course, CourseError


if TYPE_CHECKING:
    from autograder.report.whole_course import Part


@app.command()
def course(
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", metavar="FILE", help="Where to write.", show_default=".course/reports/index.html"
        ),
    ] = None,
) -> None:
    """Write a page over all assignments: everybody's points, and the mistakes that come again."""
    here = Course.find()
    from autograder.files import write_ours
    from autograder.report.whole_course import course_page

    path = output or here.reports / "index.html"
    parts = [part for name in here.assignments.names if (part := _part(here, name, path.parent))]
    if not parts:
        raise CourseError("nothing of this course is graded yet; run: autograder grade ASSIGNMENT")
    write_ours(path, course_page(parts).encode())
    some = "one assignment" if len(parts) == 1 else f"{len(parts)} assignments"
    print(f"The course report, over {some}: {short(path)}")


def _part(course: Course, name: str, folder: Path) -> "Part | None":
    """What is known of an assignment; None where nothing of it is graded. Pages are linked from `folder`."""
    from autograder.gradebook import grades, has_gradebook, shown_results

    if not has_gradebook(course):
        return None
    from autograder.named import read_names, with_names
    from autograder.report import page_name
    from autograder.report.whole_course import Part

    assignment = course.assignment(name)
    results = shown_results(course, name)
    if not results:
        return None
    if lost := [student for student, result in results.items() if result is None]:
        complain(
            f"the mistakes in {name} of {', '.join(lost)} are not in the report, since the results are no "
            f"longer there; run: autograder grade {name}"
        )
    names = read_names(course, assignment)
    known = {student: with_names(result, assignment, names) for student, result in results.items() if result}
    key, pages = course.key(), course.reports / name
    linked = pages.is_relative_to(folder)
    students = {student: pages / "students" / page_name(student, key) for student in known}
    return Part(
        assignment,
        known,
        grades(course, name),
        names,
        _address(pages / "index.html", folder) if linked and (pages / "index.html").exists() else "",
        {student: _address(page, folder) for student, page in students.items() if linked and page.exists()},
    )


def _address(page: Path, folder: Path) -> str:
    return page.relative_to(folder).as_posix()
