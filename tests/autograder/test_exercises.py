"""The proof of the grader: what is right passes, what is wrong fails and is called by its name.

Everything here runs over all assignments, on the inputs that everybody sees and on those drawn from many
keys, through the judge that gives the points.
"""

import ast
import dataclasses
import functools
import inspect
import math
import re
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest

from autograder.compare import Tolerance, compare
from autograder.diagnose import RECOGNITION
from autograder.exercise import Exercise, Misconception
from autograder.exercises import ASSIGNMENT_NAMES, find_exercise, load
from autograder.sandbox.perform import Returned
from autograder.student import check_quietly
from autograder.trials import Drawn, Trial, draw_hidden, try_here, try_out
from autograder.verdict import Judgement, judge
from tests.autograder.mutants import mutants


NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
ASSIGNMENTS = [load(name) for name in ASSIGNMENT_NAMES]
EXERCISES = [exercise for assignment in ASSIGNMENTS for exercise in assignment.exercises]
KEYS = [f"key {number}".encode() for number in range(40)]
# Enough where no name and no point hangs on it.
FEW_KEYS = KEYS[:8]

# Two values are told apart when they differ by this many tolerances.
CLEARLY = 10
# A wrong formula that is not worth points must not collect them from probes that cannot see it.
LUCK = 1 / 3


def _ids(value: Any) -> str | None:
    return getattr(value, "name", None)


every_assignment = pytest.mark.parametrize("assignment", ASSIGNMENTS, ids=_ids)
every_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=_ids)


@functools.cache
def drawn(name: str, key: bytes) -> tuple[Drawn, ...]:
    """The hidden inputs of one key, for every probe of an exercise."""
    return draw_hidden(find_exercise(name), key)


@functools.cache
def tried(name: str, function: Callable[..., Any], key: bytes) -> tuple[Trial, ...]:
    """What `function` makes of everything that is drawn; it is ours, and worked out once."""
    return tuple(try_out(each, each.made_by(function)) for each in drawn(name, key))


@functools.cache
def judged(name: str, function: Callable[..., Any], key: bytes) -> Judgement:
    """What grading makes of `function` on hidden inputs."""
    return judge(find_exercise(name), tried(name, function, key))


# --- what is right passes ---------------------------------------------------------------------------------


@every_exercise
def test_reference_solution_and_every_other_right_answer_get_full_marks(exercise):
    right = {"the reference": exercise.reference, "the solution": exercise.solution, **exercise.alternatives}
    judgements = {
        (name, key): judged(exercise.name, answer, key) for name, answer in right.items() for key in FEW_KEYS
    } | {(name, "public"): check_quietly(answer, exercise) for name, answer in right.items()}
    lost = {
        place: (judgement.passed, judgement.finding)
        for place, judgement in judgements.items()
        if judgement.score < exercise.points or judgement.finding
    }
    assert not lost


@every_exercise
def test_a_right_answer_in_double_precision_lies_well_within_the_tolerance(exercise):
    """Otherwise another order of the same operations could fail."""
    asked = exercise.tolerance
    tight = dataclasses.replace(asked, rtol=asked.rtol / 10, atol=asked.atol / 10)
    for answer in exercise.alternatives.values():
        for trial in tried(exercise.name, answer, KEYS[0]):
            for index in trial.drawn.compared:
                assert compare(trial.outcomes[index].value, trial.expected[index].value, tight) is None


@every_exercise
def test_there_are_right_answers_of_several_kinds(exercise):
    assert len(exercise.alternatives) >= 3


# --- what is wrong fails and is recognised ----------------------------------------------------------------


@every_exercise
def test_a_wrong_answer_hears_its_own_name_and_passes_what_was_worked_out_by_hand(exercise):
    """Whatever is drawn, or the points of a wrong formula would depend on the key of the course."""
    wrong = {}
    for entry in exercise.misconceptions:
        for key in KEYS:
            judgement = judged(exercise.name, entry.variant, key)
            right_on = {each.probe.name for each in drawn(exercise.name, key) if _is_right_on(entry, each)}
            found = (judgement.finding.misconception, judgement.finding.kind, judgement.finding.read)
            passes = {name for name, passed in judgement.passed if passed}
            parts = {trial.parts for trial in tried(exercise.name, entry.variant, key) if not trial.passed}
            if (*found, passes) != (entry.name, entry.kind, entry.read, right_on):
                wrong[entry.name] = (*found, passes, right_on, key)
            if any(tuple(np.flatnonzero(right)) != entry.parts for right in parts):
                wrong[entry.name] = (parts, entry.parts, key)
            assert entry.message in judgement.finding.message
    assert not wrong


def _is_right_on(entry: Misconception, each: Drawn) -> bool:
    return entry.is_right_on(each.probe, each.calls)


@every_exercise
def test_the_visible_inputs_are_enough_to_recognise_it(exercise):
    assert not _other_names(exercise, lambda entry: check_quietly(entry.variant, exercise))


@every_exercise
@pytest.mark.parametrize("form", ["single", "list", "whole"])
def test_a_wrong_answer_is_recognised_in_another_form(exercise, form):
    """In single precision, as lists, and stored in an array of the input's type.

    The last is common, and hides the formula on whole numbers; beside another slip it is not told apart.
    """
    convert = {"single": _as_single, "list": _as_lists, "whole": _as_whole}[form]

    def judge_form(entry: Misconception) -> Judgement:
        return judged(exercise.name, _returning(entry.variant, convert), KEYS[0])

    assert not _other_names(exercise, judge_form, leave_out=lambda entry: form == "whole" and entry.credit)


def _other_names(
    exercise: Exercise,
    judge_entry: Callable[[Misconception], Judgement],
    leave_out: Callable[[Misconception], Any] = lambda entry: False,
) -> dict[str, str | None]:
    """The entries that are not called by their names."""
    found = {
        entry.name: judge_entry(entry).finding.misconception
        for entry in exercise.misconceptions
        if not leave_out(entry)
    }
    return {name: other for name, other in found.items() if name != other}


@every_exercise
@pytest.mark.parametrize("kind", ["near", "pairs"])
def test_what_nobody_described_is_called_by_a_formula_with_the_same_numbers(exercise, kind):
    """One small change of the solution, or two mistakes at once; truth values are too few numbers for it."""
    made = getattr(exercise, kind)
    called = {entry.name: entry for entry in (*exercise.near, *exercise.pairs)}
    named = 0
    for entry in made[:: max(1, len(made) // 12)]:
        finding = judged(exercise.name, entry.variant, KEYS[0]).finding
        if finding and finding.misconception in called:
            other = called[finding.misconception]
            assert not _differ(exercise, entry.variant, other.variant, KEYS[0])
            assert other.message in finding.message
            named += 1
    assert (named > 0) == any(value.dtype.kind == "f" for value in _expected_arrays(exercise))


@pytest.mark.parametrize("name", ["cumulative_mean", "ewma", "ewma_corrected", "stochastic_average"])
def test_results_that_were_never_filled_are_called_by_no_formula(name):
    finding = judged(name, lambda x, *_, **__: np.zeros(np.shape(x)), KEYS[0]).finding
    assert (finding.kind, finding.misconception) == ("wrong_values", None)


def _expected_arrays(exercise: Exercise) -> Iterator[np.ndarray]:
    for each in drawn(exercise.name, KEYS[0]):
        for outcome in each.expected:
            values = outcome.value if isinstance(outcome.value, tuple) else (outcome.value,)
            yield from (value for value in values if isinstance(value, np.ndarray))


@every_exercise
def test_a_wrong_answer_gets_its_credit_and_hardly_more(exercise):
    """Of several values that are asked for, those that are right earn their part besides."""
    for entry in exercise.misconceptions:
        share = 1.0 if entry.convention else entry.credit
        judgements = [judged(exercise.name, entry.variant, key) for key in KEYS]
        assert len({judgement.score for judgement in judgements}) == 1
        assert judgements[0].score >= round(share * exercise.points, 2)
        passed = [passed for _, passed in judgements[0].passed]
        assert share or sum(passed) <= LUCK * len(passed)


@every_exercise
def test_a_wrong_answer_differs_clearly_from_the_right_one(exercise):
    assert all(
        _differ(exercise, entry.variant, exercise.reference, key)
        for entry in exercise.misconceptions
        for key in FEW_KEYS
    )


@every_exercise
def test_any_two_entries_differ_clearly_unless_they_say_the_same(exercise):
    close = {
        (one.name, other.name)
        for key in FEW_KEYS[:4]
        for one, other in combinations(exercise.misconceptions, 2)
        if one.message != other.message and not _differ(exercise, one.variant, other.variant, key)
    }
    assert not close


def _differ(exercise: Exercise, one: Any, other: Any, key: bytes) -> bool:
    return any(distance > CLEARLY for distance in _distances(exercise, one, other, key))


def _distances(exercise: Exercise, one: Any, other: Any, key: bytes) -> Iterator[float]:
    """How many tolerances the results of two functions differ by, call by call."""
    for pair in zip(tried(exercise.name, one, key), tried(exercise.name, other, key), strict=True):
        if pair[0].probe.holds and pair[0].broken != pair[1].broken:
            yield math.inf
        if all(len(trial.outcomes) == len(trial.calls) for trial in pair):
            for index in pair[0].drawn.compared:
                first, second = (trial.outcomes[index] for trial in pair)
                if isinstance(first, Returned) and isinstance(second, Returned):
                    yield _distance(first.value, second.value, exercise.tolerance)


def _distance(one: Any, other: Any, tolerance: Tolerance) -> float:
    if compare(one, other, RECOGNITION) is None:
        return 0.0
    if isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other):
        return max(_distance(a, b, tolerance) for a, b in zip(one, other, strict=True))
    if not (isinstance(one, np.ndarray) and isinstance(other, np.ndarray) and one.shape == other.shape):
        return math.inf
    one, other = one.astype(complex), other.astype(complex)
    if not (np.isfinite(one).all() and np.isfinite(other).all()):
        return math.inf
    rtol, atol = tolerance.rtol, tolerance.atol
    return float(np.max(np.abs(one - other) / (atol + rtol * np.abs(other))))


def _returning(function: Callable[..., Any], convert: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def converted(*args: Any, **kwargs: Any) -> Any:
        return convert(function(*args, **kwargs), args[0])

    return converted


def _as_whole(value: Any, x: Any) -> Any:
    """Put into an array of the type of the input; of several values the first."""
    if isinstance(value, tuple):
        return _as_whole(value[0], x), *value[1:]
    whole = isinstance(x, np.ndarray) and x.dtype.kind in "iu"
    return np.trunc(value).astype(x.dtype) if whole else value


def _as_single(value: Any, x: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_as_single(item, x) for item in value)
    array = np.asarray(value)
    return array.astype(np.float32) if array.dtype.kind == "f" else array


def _as_lists(value: Any, x: Any) -> Any:
    if isinstance(value, tuple):
        return [_as_lists(item, x) for item in value]
    array = np.asarray(value)
    return array.tolist() if array.size else array


# --- the probes see every part of the formula -------------------------------------------------------------

# Changed lines that change no result.
EQUIVALENT = {
    "mean = np.zeros(x.shape[2:])": "a start of fewer axes broadcasts",
    "mean = np.zeros(x.shape[2:]) + init": "a start of fewer axes broadcasts",
}


@every_exercise
def test_every_small_change_of_the_solution_is_noticed(exercise):
    made = list(mutants(exercise.solution))
    alive = [mutant.line for mutant in made if _survives(exercise, mutant.function)]
    assert set(alive) <= set(EQUIVALENT)
    assert len(made) - len(alive) >= 5


def _survives(exercise: Exercise, mutant: Callable[..., Any]) -> bool:
    return all(trial.passed for each in drawn(exercise.name, KEYS[0]) for trial in try_here(mutant, (each,)))


# --- names, words and points ------------------------------------------------------------------------------


@every_assignment
def test_names_are_those_of_functions_and_unique(assignment):
    names = [exercise.name for exercise in assignment.exercises]
    assert len(set(names)) == len(names)
    for exercise in assignment.exercises:
        assert exercise.name == exercise.reference.__name__
        for family in (exercise.probes, exercise.misconceptions):
            names = [each.name for each in family]
            assert len(set(names)) == len(names)
        assert all(entry.name.isidentifier() for entry in exercise.misconceptions)


def test_no_two_assignments_ask_for_the_same_function():
    names = [exercise.name for exercise in EXERCISES]
    assert len(set(names)) == len(names)


@every_assignment
def test_points_and_credits_make_sense(assignment):
    assert assignment.max_score == sum(exercise.points for exercise in assignment.exercises) > 0
    for exercise in assignment.exercises:
        assert exercise.points > 0
        assert all(0 <= entry.credit < 1 for entry in exercise.misconceptions)


@every_exercise
def test_some_probes_are_shown_and_some_are_kept(exercise):
    assert 2 <= sum(probe.public for probe in exercise.probes) < len(exercise.probes)


@pytest.mark.parametrize("exercise", [each for each in EXERCISES if "beta" in each.signature], ids=_ids)
def test_no_memory_at_all_is_tried_wherever_the_text_allows_it(exercise):
    """Of several observations: there an answer fails that divides by powers of beta."""
    trials = drawn(exercise.name, KEYS[0])
    bound = [exercise.bind(each.args, each.kwargs).arguments for trial in trials for each in trial.calls]
    without = [{**arguments} for arguments in bound if arguments["beta"] == 0]
    lengths = [each.get("T", np.size(each.get("x", (0, 0)))) for each in without]
    assert max(lengths, default=0) > 1


def test_an_answer_that_divides_by_powers_of_beta_is_not_right():
    def ewma_corrected(x, beta):
        powers = (float(beta) ** np.arange(len(x))).reshape(-1, *[1] * (x.ndim - 1))
        return np.cumsum(x / powers, axis=0) / np.cumsum(1 / powers, axis=0)

    judgement = judged("ewma_corrected", ewma_corrected, KEYS[0])
    assert [name for name, passed in judgement.passed if not passed] == ["no memory at all, and a long one"]
    assert judgement.finding.kind == "not_finite"


@pytest.mark.parametrize("key", FEW_KEYS)
def test_means_are_cut_to_the_same_whole_numbers_in_whichever_order_they_are_worked_out(key):
    def cumulative_mean(x):
        means = np.zeros_like(x)
        for n in range(1, len(x) + 1):
            means[n - 1] = x[:n].mean(axis=0)
        return means

    finding = judged("cumulative_mean", cumulative_mean, key).finding
    assert finding.misconception == "cut_to_whole_numbers"


@pytest.mark.parametrize("key", FEW_KEYS)
def test_a_small_number_added_to_a_denominator_is_noticed_whatever_is_drawn(key):
    def ewma_corrected(x, beta):
        means, mean = np.zeros(x.shape), 0.0
        for t in range(1, len(x) + 1):
            mean = beta * mean + (1 - beta) * x[t - 1]
            means[t - 1] = mean / (1 - beta**t + 1e-8)
        return means

    passed = dict(judged("ewma_corrected", ewma_corrected, key).passed)
    assert not passed["no memory at all, and a long one"]


@every_exercise
def test_the_signature_is_that_of_the_reference_without_its_further_switches(exercise):
    asked = inspect.signature(eval(f"lambda {_parameters(exercise)}: None")).parameters
    offered = inspect.signature(exercise.reference).parameters
    for name, parameter in asked.items():
        assert (parameter.kind, parameter.default) == (offered[name].kind, offered[name].default)
    assert all(offered[name].default is not inspect.Parameter.empty for name in offered.keys() - asked.keys())


def _parameters(exercise: Exercise) -> str:
    return exercise.signature.removeprefix("(").removesuffix(")")


@every_exercise
def test_the_message_completes_its_sentence(exercise):
    for entry in exercise.misconceptions:
        assert re.match(r"[a-z`]|[A-Z] ", entry.message), "starts small, or with a variable such as N"
        assert not entry.message.endswith((".", "!", " ")), "the sentence ends elsewhere"
        assert entry.message.count("`") % 2 == 0, "code stands between two backticks"
        assert "you " not in f"{entry.message} ", "speaks of the formula, not of the person"


@every_exercise
def test_the_message_does_not_give_the_formula_away(exercise):
    right = {*_right_formulas(exercise), *_right_parts(exercise)}
    for entry in exercise.misconceptions:
        assert not {_bare(code) for code in re.findall("`(.+?)`", entry.message)} & right


def _right_parts(exercise: Exercise) -> Iterator[str]:
    """What the solution assigns or returns, apart from plain names."""
    for node in ast.walk(ast.parse(exercise.solution.text)):
        if isinstance(node, ast.Assign | ast.Return) and not isinstance(node.value, ast.Name):
            yield _bare(ast.unparse(node.value))


def _right_formulas(exercise: Exercise) -> Iterator[str]:
    """The right-hand sides of the displayed formulas of the reference's docstring."""
    for line in inspect.getdoc(exercise.reference).split("Parameters\n")[0].splitlines():
        if line.startswith("    "):
            for formula in re.split(r";\s|,\s{2,}", line):
                yield _bare(re.split(r"<-|=", formula, maxsplit=1)[-1])


def _bare(code: str) -> str:
    """Code without what different hands write differently."""
    return re.sub(r"\s|(?<!\*)\*(?!\*)|np\.|\[.*?\]", "", code)


# --- lecture and assignment say the same ------------------------------------------------------------------


def _cells(path: Path) -> list[Any]:
    return nbformat.read(path, as_version=4).cells


@every_assignment
def test_every_section_to_read_is_a_heading_of_the_lecture(assignment):
    cells = _cells(NOTEBOOKS / "lectures" / f"{assignment.name}.ipynb")
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    headings = {heading.replace("*", "") for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}
    asked = {exercise.read for exercise in assignment.exercises}
    asked |= {entry.read for exercise in assignment.exercises for entry in exercise.misconceptions}
    assert asked <= headings


@every_assignment
def test_the_notebook_asks_for_the_exercises_in_order_and_for_their_points(assignment):
    path = NOTEBOOKS / "assignments" / assignment.name / f"{assignment.name}.ipynb"
    marked = {cell.metadata.nbgrader.grade_id: cell for cell in _cells(path) if "nbgrader" in cell.metadata}
    expected = [name for each in assignment.exercises for name in (each.name, assignment.test_cell(each))]
    assert [name for name in marked if name in expected] == expected
    for exercise in assignment.exercises:
        solution, test = marked[exercise.name], marked[assignment.test_cell(exercise)]
        assert (solution.metadata.nbgrader.solution, solution.metadata.nbgrader.grade) == (True, False)
        assert (test.metadata.nbgrader.grade, test.metadata.nbgrader.locked) == (True, True)
        assert test.metadata.nbgrader.points == exercise.points
        assert test.source == f"check({exercise.name})"
        assert f"def {exercise.name}{exercise.signature}:" in solution.source
    graded = {name for name, cell in marked.items() if cell.metadata.nbgrader.grade}
    by_machine = {assignment.test_cell(exercise) for exercise in assignment.exercises}
    assert all(marked[name].metadata.nbgrader.solution for name in graded - by_machine), "graded by hand"


@every_assignment
def test_the_solutions_of_the_notebook_are_those_of_the_catalogue(assignment):
    path = NOTEBOOKS / "assignments" / assignment.name / f"{assignment.name}.ipynb"
    solutions = {
        cell.metadata.nbgrader.grade_id: cell.source
        for cell in _cells(path)
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("solution")
    }
    for exercise in assignment.exercises:
        assert _without_docstring(solutions[exercise.name]) == ast.unparse(ast.parse(exercise.solution.text))


def _without_docstring(source: str) -> str:
    tree = ast.parse(source)
    function = tree.body[-1]
    assert isinstance(function, ast.FunctionDef)
    del function.body[0]
    return ast.unparse(tree)
