"""The page of a class and of a course: what is misunderstood, what has no name, and what comes again."""

import re
from dataclasses import replace
from html import unescape

from autograder.exercises import load
from autograder.grades import Grade, Mark
from autograder.named import with_names
from autograder.report import class_page
from autograder.report.whole_course import Part, course_page
from autograder.verdict import Finding, Judgement

from .grades import grade_of, grades_of
from .test_clusters import ASSIGNMENT, CLASS, MEDIAN_TOO, a_name
from .test_report import a_result


OTHER = load("05_bias_variance")


def text_of(page: str) -> str:
    """What can be read on a page."""
    body = page[page.index("<main>") :]
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", body)))


def page_of(results, **known) -> str:
    """The page of a class of which only `cumulative_mean` was asked."""
    return class_page(results, ASSIGNMENT, grades_of(results, ASSIGNMENT), **known)


def test_a_group_shows_who_an_example_and_what_came_out():
    page = page_of(CLASS)
    shown = page[page.index('<article class="group"') :]
    shown = shown[: shown.index("</article>")]
    text = text_of(f"<main>{shown}")
    assert "3 students, cumulative_ mean , wrong values" in text
    assert "Expected" in text
    assert "Returned" in text
    assert "return np.array([np.median(x[: i + 1], axis=0) + i / 8 for i in range(len(x))])" in text
    assert [name for name in ("ann", "di", "ed", "bo", "cy") if f"<bdi>{name}</bdi>" in shown] == [
        "ann",
        "di",
        "ed",
    ]
    assert "1 answers run" not in page


def test_the_example_of_a_stranger_is_text():
    attack = MEDIAN_TOO.replace("Erika was here", "</pre><script>window.pwned=1</script>")
    results = [
        replace(
            each,
            cells=tuple(replace(record, cell=replace(record.cell, source=attack)) for record in each.cells),
        )
        for each in CLASS
    ]
    page = page_of(results)
    assert "<script" not in page
    assert "&lt;script&gt;window.pwned=1" in page


def test_once_named_a_group_is_a_mistake_like_others():
    names = (a_name(),)
    page = page_of([with_names(result, ASSIGNMENT, names) for result in CLASS], given=names)
    assert '<article class="group"' not in page
    text = text_of(page)
    assert "drifting median in cumulative_ mean (named by a person)" in text
    assert "the median stands in the place of the mean" in text


def test_what_nobody_can_compare_is_said_to_be_so():
    assert "Right on every input that the notebook shows" in text_of(page_of(CLASS))


def test_the_curve_says_how_many_names_explain_how_much():
    # Six are wrong, one of them where nobody can see it; three do the same.
    assert "No name explains any of 6 wrong answers; with the one group that has none it would be 50%" in (
        text_of(page_of(CLASS))
    )
    names = (a_name(),)
    said = [with_names(result, ASSIGNMENT, names) for result in CLASS]
    assert "One name explains 50% of 6 wrong answers" in text_of(page_of(said, given=names))


def test_a_mistake_is_answered_by_the_lecture_on_the_page():
    result = a_result()
    (finding,) = [each.finding for each in result.judgements if each.finding]
    page = page_of([result], lecture={finding.read: "It **starts** here."})
    assert f'<a href="#read-1">{finding.read}</a>' in page
    assert '<h3 id="read-1">' in page
    assert "<strong>starts</strong>" in page


def test_numbers_are_those_of_the_gradebook():
    """A person who gives points changes difficulty and distribution."""
    results = [a_result(f"s{number}") for number in range(4)]
    grades = grades_of(results, ASSIGNMENT)
    assert "difficulty 0.00" in text_of(class_page(results, ASSIGNMENT, grades))
    for student, grade in grades.items():
        marks = tuple(
            replace(mark, score=mark.max_score) if mark.cell == "test-ewma" else mark for mark in grade.marks
        )
        grades[student] = replace(grade, marks=marks)
    text = text_of(class_page(results, ASSIGNMENT, grades))
    assert "difficulty 0.00" not in text
    assert "4 of 4 have it right" in text


def test_what_the_gradebook_does_not_hold_yet_is_no_score_and_stops_no_page():
    results = [a_result("zed"), *CLASS]
    grades = {result.student: Grade(result.student, 20.0) for result in results}
    text = text_of(class_page(results, ASSIGNMENT, grades))
    assert f"{len(results)} handed in = 0 graded" in text
    assert "Slowest: zed (1.2 s)" in text


# --- the course -----------------------------------------------------------------------------------------


def wrong(student: str, assignment, exercise: str, misconception: str, score: float = 1.0):
    """Somebody of whom only this was asked."""
    points = assignment.exercise(exercise).points
    judgement = Judgement(exercise, score, points, (), Finding("wrong_values", "No.", misconception, "1"))
    return replace(a_result(student), assignment=assignment.name, judgements=(judgement,))


def a_part(assignment, results, **more) -> Part:
    grades = {result.student: grade_of(result, assignment) for result in results}
    return Part(assignment, {result.student: result for result in results}, {**grades, **more})


def row_of(page: str, name: str) -> str:
    (row,) = [row for row in re.findall(r"<tr>.*?</tr>", page, re.DOTALL) if f"<bdi>{name}</bdi>" in row]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", row)).strip()


def test_a_mistake_that_comes_again_is_found_over_assignments():
    first = a_part(
        ASSIGNMENT,
        [
            wrong("ann", ASSIGNMENT, "ewma", "sign_turned|swapped"),
            wrong("bo", ASSIGNMENT, "ewma", "sign_turned"),
            wrong("cy", ASSIGNMENT, "ewma", "swapped"),
        ],
    )
    second = a_part(OTHER, [wrong("ann", OTHER, "bias", "sign_turned"), wrong("cy", OTHER, "bias", "root")])
    page = course_page([first, second])
    again = text_of(page)[text_of(page).index("Mistakes that come again") : text_of(page).index("Everybody")]
    assert "sign turned" in again
    assert "ewma 1, ewma 1, bias 1 2 1 2 1" in again
    assert row_of(page, "ann").endswith("2 sign turned")
    assert row_of(page, "cy").endswith("2")


def test_what_has_no_grade_has_no_number():
    rejected = replace(a_result("bo"), outcome="rejected", score=None, judgements=(), reason="No notebook.")
    waiting = replace(a_result("di"), outcome="needs_human", score=None, judgements=(), reason="Look.")
    absent = Grade("cy", 20.0, first_name="Cy")
    page = course_page([a_part(ASSIGNMENT, [a_result("ann"), rejected, waiting], cy=absent)])
    assert row_of(page, "bo").startswith("bo rejected –")
    assert row_of(page, "cy").startswith("cy Cy missing –")
    assert row_of(page, "di").startswith("di needs a person –")
    assert not re.search(r"\b0\b", row_of(page, "cy").removesuffix(" 0"))


def test_points_so_far_are_those_of_what_is_graded():
    ann = a_result("ann")
    one, other = (
        grade_of(ann, ASSIGNMENT),
        Grade("ann", 10.0, (Mark("test-bias", 4.0, 10.0, 4.0),), penalty=1.0),
    )
    page = course_page(
        [
            Part(ASSIGNMENT, {"ann": ann}, {"ann": one}),
            Part(OTHER, {}, {"ann": other, "bo": Grade("bo", 10.0)}),
        ]
    )
    assert f"{one.score + 3:g} of {one.max_score + 10:g}" in row_of(page, "ann")
    assert row_of(page, "bo").startswith("bo missing missing –")


def test_a_part_that_has_a_page_is_linked():
    part = replace(
        a_part(ASSIGNMENT, [a_result("ann")]), page="01/index.html", students={"ann": "01/students/ann.html"}
    )
    page = course_page([part])
    assert '<a href="01/index.html">' in page
    assert '<a href="01/students/ann.html">' in page
