"""Wrong answers without a name are put together by what they do, and a name that one is given reaches all."""

import json
from dataclasses import replace

import numpy as np
import pytest

from autograder.behaviour import behaviour
from autograder.catalogue import Wrong
from autograder.clusters import clusters
from autograder.course import Course, CourseError
from autograder.exercises import load
from autograder.named import Named, names_file, read_names, with_names, write_names
from autograder.naming import added, entry_of, group_of, name_of
from autograder.results import CellRecord, Origin, Result
from autograder.sandbox.reader import Cell
from autograder.trials import draw_hidden, draw_public, try_here
from autograder.verdict import Judgement, judge
from autograder.written import Written


ASSIGNMENT = load("01_moving_averages")
EXERCISE = ASSIGNMENT.exercise("cumulative_mean")
KEY = b"a key for the tests"

HEAD = "def cumulative_mean(x):\n"
MEDIAN = f"{HEAD}    return np.array([np.median(x[: i + 1], axis=0) + i / 8 for i in range(len(x))])"
MEDIAN_TOO = f'''
import math

# by Erika Mustermann
{HEAD}    """Erika's mean."""
    found = []
    for i, _ in enumerate(x):
        found.append(i * math.pow(2, -3) + np.median(x[:i + 1], axis=0))
    return np.array(found)


print("Erika was here")
'''
CUBES = f"{HEAD}    return np.cumsum(np.asarray(x, dtype=float) ** 3, axis=0)"
RAISES = f"{HEAD}    return x[len(x)]"
RIGHT = f"{HEAD}    return (np.cumsum(x, axis=0).T / np.arange(1, len(x) + 1)).T"
# Right wherever everybody sees it, and wrong on what is drawn at grading alone.
UNSEEN = f"{RIGHT} + (np.ndim(x) > 2)"


def a_result(student: str, source: str) -> Result:
    """What grading finds of somebody's `cumulative_mean`, of whom nothing else was asked."""
    function = Written(source, "cumulative_mean")
    shown = try_here(function, draw_public(EXERCISE))
    hidden = try_here(function, draw_hidden(EXERCISE, KEY, student))
    judgement = judge(EXERCISE, (*shown, *hidden))
    if judgement.score < judgement.max_score:
        judgement = replace(judgement, behaviour=behaviour(shown))
    return Result.graded(
        Origin(student, ASSIGNMENT), [judgement], (CellRecord(Cell("code", source, "cumulative_mean")),)
    )


CLASS = [
    a_result("ann", MEDIAN),
    a_result("bo", CUBES),
    a_result("cy", RIGHT),
    a_result("di", MEDIAN_TOO),
    a_result("ed", MEDIAN),
    a_result("flo", RAISES),
    a_result("gus", UNSEEN),
]


def members(results=CLASS):
    return [[member.student for member in group.members] for group in clusters(results, ASSIGNMENT)]


def test_the_same_mistake_is_one_group_however_it_is_written():
    assert members()[0] == ["ann", "di", "ed"]
    assert sorted(members()[1:]) == [["bo"], ["flo"], ["gus"]]


def test_groups_do_not_depend_on_the_order_of_the_class():
    assert members(CLASS[::-1]) == members()


def test_a_chain_of_close_numbers_is_one_group():
    (judgement,) = CLASS[0].judgements
    tolerance = EXERCISE.tolerance
    results = []
    for step in range(4):
        off = 1 + 0.7 * step * tolerance.rtol
        does = tuple(
            replace(each, numbers=tuple(number * off for number in each.numbers))
            for each in judgement.behaviour
        )
        results.append(
            replace(CLASS[0], student=f"s{step}", judgements=(replace(judgement, behaviour=does),))
        )
    assert members(results) == [["s0", "s1", "s2", "s3"]]
    assert members([results[0], results[3]]) == [["s0"], ["s3"]]


def test_a_group_is_found_by_every_id_that_it_ever_had():
    for result in CLASS:
        for group in clusters([result], ASSIGNMENT):
            found = next(each for each in clusters(CLASS, ASSIGNMENT) if group.id in each.ids)
            assert result.student in [member.student for member in found.members]


def test_results_from_before_and_rejected_ones_are_in_no_group():
    (judgement,) = CLASS[0].judgements
    old = replace(CLASS[0], judgements=(replace(judgement, behaviour=()),))
    assert members([old, Result.rejected(Origin("zoe", ASSIGNMENT), "It is no notebook.")]) == []


# --- names ----------------------------------------------------------------------------------------------


def a_name(message: str = "the median stands in the place of the mean") -> Named:
    group = next(group for group in clusters(CLASS, ASSIGNMENT) if len(group.members) == 3)
    return name_of(group, "drifting_median", message, "", {})


def test_everybody_who_does_the_same_hears_the_name_and_nobody_else():
    late = a_result("late", MEDIAN_TOO)
    heard = {
        result.student: with_names(result, ASSIGNMENT, (a_name(),)).judgements[0].finding
        for result in (*CLASS, late)
    }
    named = {
        student
        for student, finding in heard.items()
        if finding and finding.misconception == "drifting_median"
    }
    assert named == {"ann", "di", "ed", "late"}
    begins = "Your result is what you get when the median stands in the place of the mean. "
    for result in (*CLASS, late):
        finding = result.judgements[0].finding
        if result.student in named:
            assert heard[result.student].message == begins + finding.message
            assert heard[result.student].case == finding.case
        else:
            assert heard[result.student] == finding


def test_a_name_changes_no_score_and_nothing_of_who_is_right():
    # Even where somebody writes a name for the right answer into the file.
    right = tuple(replace(each, kind="", form="", numbers=()) for each in CLASS[0].judgements[0].behaviour)
    names = (a_name(), replace(a_name(), name="right", behaviour=right))
    for result in CLASS:
        said = with_names(result, ASSIGNMENT, names)
        assert said.score == result.score
        assert [each.score for each in said.judgements] == [each.score for each in result.judgements]
    cy = next(result for result in CLASS if result.student == "cy")
    assert cy.judgements[0].score == EXERCISE.points
    assert with_names(cy, ASSIGNMENT, names) == cy


def test_a_mistake_of_the_catalogue_keeps_its_name():
    entry = next(entry for entry in EXERCISE.misconceptions if isinstance(entry.variant, Written))
    known = a_result("kim", entry.variant.text)
    name = replace(a_name(), behaviour=known.judgements[0].behaviour)
    assert known.judgements[0].finding.misconception
    assert with_names(known, ASSIGNMENT, (name,)) == known


def test_of_an_error_it_is_said_what_happened_first():
    flo = next(result for result in CLASS if result.student == "flo")
    name = replace(a_name("the last place is one too far"), behaviour=flo.judgements[0].behaviour)
    finding = with_names(flo, ASSIGNMENT, (name,)).judgements[0].finding
    assert finding.message.startswith(flo.judgements[0].finding.message)
    assert finding.message.endswith(" That is so when the last place is one too far.")


def test_what_nobody_can_see_has_no_name():
    gus = next(group for group in clusters(CLASS, ASSIGNMENT) if group.members[0].student == "gus")
    assert not gus.shows
    with pytest.raises(CourseError, match="may be wrong in different ways"):
        group_of(CLASS, ASSIGNMENT, gus.id)


LECTURE = {"1.1 All of the past in one number": "...", "1.2 Forgetting": "..."}


@pytest.mark.parametrize(
    ("name", "message", "read", "says"),
    [
        ("two words", "a is b", "", "is no identifier"),
        ("halved", "a is b", "1.1 All of the past", "did you mean '1.1 All of the past in one number'"),
        ("halved", "a is b", "?", "it has 1.1 All of the past in one number, 1.2 Forgetting"),
        ("halved", "", "", "one line of at most"),
        ("halved", "a\nb", "", "one line of at most"),
        ("halved", "The mean is halved.", "", "starts small"),
        ("halved", "the mean is halved.", "", "ends elsewhere"),
        ("halved", "the code `x is halved", "", "two backticks"),
        ("halved", "it is not `mean + (x[n - 1] - mean) / n`", "", "gives away"),
        (EXERCISE.misconceptions[0].name, "a is b", "", "take another name"),
    ],
)
def test_a_name_that_is_not_well_made_is_one_sentence(name, message, read, says):
    (group, *_) = clusters(CLASS, ASSIGNMENT)
    with pytest.raises(CourseError) as refused:
        name_of(group, name, message, read, LECTURE)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_name_takes_the_place_of_an_older_one_for_the_same_answers():
    other = replace(a_name(), name="cubes", behaviour=CLASS[1].judgements[0].behaviour)
    newer = replace(a_name(), name="middle")
    assert added((a_name(), other), newer, EXERCISE) == (other, newer)


def test_a_group_that_is_not_there_is_one_sentence():
    with pytest.raises(CourseError, match="there is no group 'ffffffff'"):
        group_of(CLASS, ASSIGNMENT, "ffffffff")


# --- the file -------------------------------------------------------------------------------------------


def a_course(tmp_path) -> Course:
    return Course(tmp_path, tmp_path / ".course")


def test_names_survive_their_file(tmp_path):
    course = a_course(tmp_path)
    assert read_names(course, ASSIGNMENT) == ()
    strange = tuple(
        replace(each, numbers=(np.inf, -np.inf, 1e-300, 0.1234567891)) for each in a_name().behaviour
    )
    names = (a_name(), replace(a_name(), name="other", message="„a“ is b", behaviour=strange))
    path = write_names(course, ASSIGNMENT, names)
    assert path == tmp_path / "named" / "01_moving_averages.json"
    assert read_names(course, ASSIGNMENT) == names


def spoilt(rows, change):
    row = rows[0]
    for key, value in change.items():
        if value is None:
            row.pop(key, None)
        else:
            row[key] = value
    return rows


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"exercise": "no_such"}, "no exercise 'no_such'"),
        ({"message": None}, "entry 1 has no text 'message'"),
        ({"read": 5}, "entry 1 has no text 'read'"),
        ({"name": "a b"}, "no identifier"),
        ({"behaviour": "x"}, "no list 'behaviour'"),
        ({"behaviour": ["x"]}, "something else than objects"),
        (
            {"behaviour": [{"probe": "", "kind": "", "form": "", "numbers": "1 x", "single": False}]},
            "something else than numbers",
        ),
    ],
)
def test_a_file_that_somebody_spoilt_is_one_sentence(tmp_path, change, says):
    course = a_course(tmp_path)
    path = write_names(course, ASSIGNMENT, (a_name(),))
    path.write_text(json.dumps(spoilt(json.loads(path.read_text()), change)))
    with pytest.raises(CourseError) as refused:
        read_names(course, ASSIGNMENT)
    assert says in str(refused.value)
    assert str(path) in str(refused.value)


@pytest.mark.parametrize("text", ["{", "{}", "[3]", "[" * 10**5, "\x00"])
def test_a_file_that_is_no_list_of_names_is_one_sentence(tmp_path, text):
    course = a_course(tmp_path)
    path = names_file(course, ASSIGNMENT.name)
    path.parent.mkdir()
    path.write_text(text)
    with pytest.raises(CourseError, match="cannot be used"):
        read_names(course, ASSIGNMENT)


# --- the catalogue --------------------------------------------------------------------------------------


def test_a_named_group_becomes_an_entry_that_says_the_name_itself():
    group = next(group for group in clusters(CLASS, ASSIGNMENT) if len(group.members) == 3)
    row = entry_of(group, a_name("the {median} stands in the place of the mean"))
    assert "Erika" not in entry_of(replace(group, members=group.members[1:2]), a_name())
    wrong = eval(row.split("\n", 1)[1].rstrip(","), {"Wrong": Wrong})
    assert EXERCISE.solution is not None
    entry = wrong.of(EXERCISE.solution, EXERCISE.read)
    assert entry.message == "the {median} stands in the place of the mean"
    richer = replace(EXERCISE, misconceptions=(*EXERCISE.misconceptions, entry))
    for source in (MEDIAN, MEDIAN_TOO):
        function = Written(source, "cumulative_mean")
        trials = try_here(function, (*draw_public(richer), *draw_hidden(richer, KEY, "somebody")))
        finding = judge(richer, trials).finding
        assert finding is not None
        assert finding.misconception == "drifting_median"


@pytest.mark.parametrize(
    "source",
    [
        "%%time\nx = 1",
        "lambda: 0",
        "(" * 10**4,
        "\x00",
        "def cumulative_mean(x:",
        "-" * 10**4 + "1",
        "x\n" * 10**5,
    ],
)
def test_code_that_is_no_function_makes_no_entry(source):
    group = clusters(CLASS, ASSIGNMENT)[0]
    member = replace(group.members[0], source=source)
    with pytest.raises(CourseError, match="by hand"):
        entry_of(replace(group, members=(member,)), a_name())


def test_a_literal_that_holds_quotation_marks_is_written_so_that_it_can_be_read():
    group = clusters(CLASS, ASSIGNMENT)[0]
    source = f"{HEAD}    return '''a'''  + \"\\\\n\" + '\"\"\"'"
    row = entry_of(replace(group, members=(replace(group.members[0], source=source),)), a_name())
    wrong = eval(row.split("\n", 1)[1].rstrip(","), {"Wrong": Wrong})
    assert Written(wrong.change)(None) == 'a\\n"""'


def test_judgements_keep_no_behaviour_of_who_is_right():
    assert all(
        bool(judgement.behaviour) == (judgement.score < judgement.max_score)
        for result in CLASS
        for judgement in result.judgements
    )
    assert Judgement("a", 1.0, 1.0, (), None).behaviour == ()
