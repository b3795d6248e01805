"""Diagnosis by repair: the place of a mistake that has no name, and never the change."""

import ast
import dataclasses
import gc
import textwrap
from pathlib import Path

import nbformat
import pytest

from autograder.exercise import Exercise, Misconception
from autograder.exercises import find_exercise, load
from autograder.grading import grade_submission
from autograder.prove.located import print_located
from autograder.prove.repairs import locate, says_nothing, true_places, wrong_answers
from autograder.repair import search
from autograder.repair.differences import differences, with_differences
from autograder.repair.own_source import OwnSource, own_source
from autograder.repair.places import Repair
from autograder.repair.source import Edit, Source, parsed
from autograder.repair.unread import read, unread_characters
from autograder.repair.words import located
from autograder.report.misunderstood import repaired
from autograder.report.student import student_page
from autograder.results import Result, ResultStore
from autograder.sandbox import attempts
from autograder.sandbox.launcher import Zygote
from autograder.sandbox.messages import Instead
from autograder.sandbox.perform import Returned
from autograder.sandbox.reader import Cell
from autograder.sandbox.values import Call
from autograder.trials import draw_public, try_out
from autograder.verdict import Judgement
from autograder.written import Written
from tests.autograder.grades import grade_of


RMSPROP = """
import numpy as np

def rmsprop_step(w, dw, state, *, lr, beta2=0.9, eps=1e-08):
    # mine
    s, t = state
    s = beta2 * s + (1 - beta2) * {squared}
    w = w - lr * dw / {divisor}
    return w, (s, t + 1)
"""
RIGHT = {"squared": "dw**2", "divisor": "np.sqrt(s + eps)"}
WRONG_TWICE = {"squared": "np.abs(dw) ** 1.5", "divisor": "np.sqrt(s) * eps"}


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is found must not depend on how slow the machine is at the moment."""
    for name in ("LIKELIER_SECONDS", "FURTHER_SECONDS", "SECOND_SECONDS", "OTHER_SECONDS"):
        monkeypatch.setattr(search, name, 10 * getattr(search, name))
    monkeypatch.setattr(attempts, "SECONDS", 10 * attempts.SECONDS)  # of what is tried in this process


def graded(zygote: Zygote, source: str) -> Result:
    assignment = load("02_optimizers")
    momentum = assignment.exercise("momentum_step").solution
    assert momentum
    cells = [nbformat.v4.new_code_cell(text) for text in ("1 + 1", source, momentum.text)]
    data = nbformat.writes(nbformat.v4.new_notebook(cells=cells)).encode()
    return grade_submission(data, assignment, student="ada", course_key=b"key", zygote=zygote)


def rmsprop(result: Result) -> Judgement:
    return next(each for each in result.judgements if each.exercise == "rmsprop_step")


def test_a_mistake_that_has_no_name_is_located(zygote: Zygote) -> None:
    judgement = rmsprop(graded(zygote, RMSPROP.format(**RIGHT | {"squared": "np.abs(dw) ** 1.5"})))
    finding = judgement.finding
    assert finding
    assert finding.located
    assert finding.misconception is None
    assert (
        "One change in line 7 of cell 2, at `1.5`, would make all tests of `rmsprop_step` pass: look at the "
        "number." in finding.message
    )
    found = finding.located
    assert (found.cell, found.line, found.before, found.after) == (2, 7, "1.5", "2")
    assert [found.code[start:end] for start, end in found.marks] == ["1.5"]


def test_a_repair_changes_no_score(zygote: Zygote, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = RMSPROP.format(**RIGHT | {"squared": "np.abs(dw) ** 1.5"})
    with_repair = graded(zygote, wrong)
    monkeypatch.setattr("autograder.grading.by_repair", lambda *_: {})
    without = graded(zygote, wrong)
    assert rmsprop(with_repair).finding != rmsprop(without).finding
    assert [each.score for each in with_repair.judgements] == [each.score for each in without.judgements]


def test_nothing_is_searched_where_the_answer_is_right_or_its_mistake_has_a_name(
    zygote: Zygote, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("an edit is tried")

    monkeypatch.setattr("autograder.session.Session.attempt", refuse)
    assert rmsprop(graded(zygote, RMSPROP.format(**RIGHT))).finding is None
    named = rmsprop(graded(zygote, RMSPROP.format(**RIGHT | {"divisor": "(s + eps)"})))
    assert named.finding
    assert named.finding.misconception == "no_root"
    assert not named.finding.located


def test_students_see_the_place_underlined_and_teachers_the_change(zygote: Zygote) -> None:
    result = graded(zygote, RMSPROP.format(**RIGHT | {"squared": "np.abs(dw) ** 1.5"}))
    assignment = load("02_optimizers")
    page = student_page(result, assignment, grade_of(result, assignment))
    assert "np.abs(dw) ** <u>1.5</u>" in page
    hers = repaired([result], assignment)
    assert [(each.exercise, each.before, each.after) for each in hers] == [("rmsprop_step", "1.5", "2")]
    secret = replace_after(result, "SECRET")
    assert "SECRET" not in student_page(secret, assignment, grade_of(secret, assignment))


def replace_after(result: Result, text: str) -> Result:
    """The result with another change in the place of the one that was found."""
    judgements = []
    for each in result.judgements:
        if each.finding and each.finding.located:
            found = dataclasses.replace(each.finding.located, after=text)
            each = dataclasses.replace(each, finding=dataclasses.replace(each.finding, located=found))
        judgements.append(each)
    assert result.judgements != tuple(judgements)
    return dataclasses.replace(result, judgements=tuple(judgements))


def test_what_was_found_is_kept_with_the_result(zygote: Zygote, tmp_path: Path) -> None:
    result = dataclasses.replace(
        graded(zygote, RMSPROP.format(**RIGHT | {"squared": "np.abs(dw) ** 1.5"})), key="k"
    )
    store = ResultStore(tmp_path)
    store.save(result)
    assert store.load("k") == result


LOOPS = """
import os
import numpy as np

def rmsprop_step(w, dw, state, *, lr, beta2=0.9, eps=1e-08):
    s, t = state
    n = 0
    while n < 1:
        n = n + 1
    {otherwise}
    s = beta2 * s + (1 - beta2) * np.abs(dw) ** 1.5
    w = w - lr * dw / np.sqrt(s + eps)
    return w, (s, t + n)
"""


@pytest.mark.parametrize(("otherwise", "before"), [("pass", "1.5"), ("n == 1 or os._exit(3)", "")])
def test_edits_that_never_end_or_end_the_process_harm_nobody(
    zygote: Zygote, otherwise: str, before: str
) -> None:
    result = graded(zygote, LOOPS.format(otherwise=otherwise))
    finding = rmsprop(result).finding
    assert finding
    assert (finding.located.before if finding.located else "") == before
    momentum = next(each for each in result.judgements if each.exercise == "momentum_step")
    assert momentum.score == momentum.max_score


# --- the catalogue, of which each entry is hidden in turn; all of it: autograder prove --repair -------

HIDDEN = (
    ("ewma_corrected", "counts_from_zero"),
    ("window", "influence_one_more"),
    ("rmsprop_step", "eps_as_a_factor"),
    ("momentum_step", "v_minus"),
    ("bias", "mean_of_sizes"),
    ("robbins_monro_conditions", "one_answer"),
    ("dropout_backward", "not_scaled"),
    ("batchnorm_infer", "no_gamma_and_no_beta"),
    ("normalize_inputs", "divides_by_one_less"),
)


def entry_of(exercise: Exercise, name: str) -> Misconception:
    return next(each for each in exercise.misconceptions if each.name == name)


@pytest.mark.parametrize(("exercise", "name"), HIDDEN)
def test_a_hidden_entry_of_the_catalogue_is_located(exercise: str, name: str) -> None:
    asked = find_exercise(exercise)
    assert locate(asked, entry_of(asked, name)).verdict == "found"


def test_the_table_counts_what_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    assert print_located([find_exercise("bias")], every=16)
    row = next(line for line in capsys.readouterr().out.splitlines() if "bias" in line)
    assert [cell.strip() for cell in row.split("│")][2:4] == ["2", "2"]


@pytest.mark.parametrize(
    ("exercise", "name"), [("adam_step", "no_eps"), ("check_blocks", "gradients_by_place")]
)
def test_what_two_places_explain_is_not_located(exercise: str, name: str) -> None:
    asked = find_exercise(exercise)
    assert locate(asked, entry_of(asked, name)).verdict == "silent"


def test_a_switch_is_no_quantity() -> None:
    """`m - unbiased` would be right where the correction is always made, and is not what is wrong."""
    asked = find_exercise("running_update")
    assert locate(asked, entry_of(asked, "always_unbiased")).verdict == "found"


def test_where_several_parts_of_a_line_would_do_what_holds_them_all_is_named() -> None:
    """`v - dw` in the place of `v`, or something before `dw`: nobody can say which one is meant."""
    asked = find_exercise("momentum_step")
    found = locate(asked, entry_of(asked, "heavy_ball"))
    assert found.verdict == "found"
    assert found.repair
    assert [found.text[start:end] for start, end in found.repair.places] == ["beta * v + dw"]
    assert found.repair.kind == "expression"


def test_a_right_answer_in_the_place_of_all_that_was_written_is_no_diagnosis() -> None:
    """Of a root mean square nothing would stay but `return`."""
    text = """
    def cumulative_mean(x):
        n = np.arange(1, len(x) + 1).reshape(-1, *[1] * (x.ndim - 1))
        return np.sqrt(np.cumsum(np.square(np.asarray(x, dtype=float)), axis=0) / n)
    """
    assert says_nothing(find_exercise("cumulative_mean"), Written(text))


@pytest.mark.parametrize("exercise", ["ewma", "rmsprop_step", "dropout_forward", "batchnorm_forward"])
def test_right_answers_are_left_alone(exercise: str) -> None:
    asked = find_exercise(exercise)
    assert all(says_nothing(asked, each) for each in asked.written_answers)


def test_true_places_are_the_smallest_parts_that_differ() -> None:
    right = "def f(x):\n    y = x + 1\n    return np.sqrt(y)\n"
    wrong = "def f(x):\n    y = x + 2\n    return y\n"
    assert [wrong[start:end] for start, end in true_places(right, wrong)] == ["2", "y"]
    missing = "def f(x):\n    return np.sqrt(y)\n"
    assert true_places(right, missing) == ((missing.index("return"), missing.index("return")),)


# --- what differs from a right answer -------------------------------------------------------------------

MODEL = """
def f(x, y):
    total = np.sum(x, axis=0)
    if y:
        total = total / 2
    return total + 1
"""


def differs(own: str, right: str = MODEL) -> list[tuple[str, str]]:
    """What stands in a function, and what in the right answer."""
    ours, theirs = parsed(own.lstrip()), parsed(right.lstrip())
    assert ours
    assert theirs
    source = Source(own.lstrip(), ours)
    return [
        (source.source[each.start : each.end], each.text.strip())
        for each in differences(source, theirs, steps=False)
    ]


@pytest.mark.parametrize(
    ("there", "instead", "found"),
    [
        ("total + 1", "total + 2", [("2", "1")]),
        ("axis=0", "axis=1", [("np.sum(x, axis=1)", "np.sum(x, axis=0)")]),
        ("total = total / 2", "pass", [("pass", "total = total / 2")]),
        (
            "    return total + 1",
            "    total = 3 * total\n    return total + 1",
            [("total = 3 * total", "pass")],
        ),
        ("    total = np.sum(x, axis=0)\n", "", [("", "total = np.sum(x, axis=0)")]),
        ("    return total + 1\n", "", [("", "return total + 1")]),
        ("    return total + 1\n", "    y = 3\n", [("", "return total + 1"), ("y = 3", "pass")]),
        ("total", "sum_of_all", []),
        ("    return total + 1", "    last = total + 1\n    return last", []),
        ("    return total + 1", "    last = total + 2\n    return last", [("2", "1")]),
        (
            "    return total + 1",
            "    one = 2\n    total = total * 3\n    return total + one",
            [("2", "1"), ("total = total * 3", "pass")],
        ),
        ("def f(x, y):", 'def f(x: int, y=1) -> int:\n    """Mine."""', []),
    ],
)
def test_the_smallest_parts_differ(there: str, instead: str, found: list[tuple[str, str]]) -> None:
    assert sorted(differs(MODEL.replace(there, instead))) == sorted(found)


@pytest.mark.parametrize("name", ["ewma", "adam_step", "batchnorm_forward", "k_fold_indices"])
def test_all_differences_together_make_a_right_answer(name: str) -> None:
    exercise = find_exercise(name)
    assert exercise.solution
    theirs = parsed(exercise.solution.text)
    assert theirs
    for entry in wrong_answers(exercise):
        text = own_text(exercise, entry)
        ours = parsed(text)
        assert ours
        for each in reversed(differences(Source(text, ours), theirs)):
            text = text[: each.start] + each.text + text[each.end :]
        made = exercise.solution.rewritten(text)
        assert all(try_out(drawn, drawn.made_by(made)).passed for drawn in draw_public(exercise)), entry.name


def own_text(exercise: Exercise, entry: Misconception) -> str:
    assert isinstance(entry.variant, Written)
    own = own_source((Cell("code", entry.variant.text + "\n", "", None),), exercise.name)
    assert own
    return own.text


def test_a_function_of_very_many_lines_is_not_compared() -> None:
    text = "def f(x, y):\n" + "    x\n" * 900
    ours, theirs = parsed(text), parsed(MODEL.lstrip())
    assert ours
    assert theirs
    assert with_differences(Source(text, ours), [theirs]) == ()


@pytest.mark.parametrize(
    ("exercise", "pair"),
    [
        ("momentum_step", "corrected_and_fed_back+weights_unchanged"),
        ("average_predictions", "counted_from_one+geometric_mean"),
        ("dropout_forward", "multiplied_by_the_rest+only_the_activations"),
    ],
)
def test_two_mistakes_are_located_in_two_places(exercise: str, pair: str) -> None:
    asked = find_exercise(exercise)
    found = locate(asked, next(each for each in asked.pairs if each.name == pair))
    assert found.verdict == "found"
    assert found.repair
    assert len(found.repair.places) == 2


def test_a_student_reads_both_places_of_two_mistakes(zygote: Zygote) -> None:
    wrong = RMSPROP.format(**WRONG_TWICE)
    finding = rmsprop(graded(zygote, wrong)).finding
    assert finding
    assert (
        "Two changes in lines 7 and 8 of cell 2, at `1.5` and `lr * dw / np.sqrt(s) * eps`, would make all "
        "tests of `rmsprop_step` pass: something else than this has to be worked out in each of them."
        in finding.message
    )
    assert finding.located
    marked = [finding.located.code[start:end] for start, end in finding.located.marks]
    assert marked == ["1.5", "lr * dw / np.sqrt(s) * eps"]
    mine, right = (
        RMSPROP.format(**each).splitlines()[6:8]
        for each in (WRONG_TWICE, RIGHT | {"squared": "np.abs(dw) ** 2"})
    )
    assert finding.located.before.splitlines() == [line.strip() for line in mine]
    after = ast.dump(ast.parse(finding.located.after))
    assert after == ast.dump(ast.parse(textwrap.dedent("\n".join(right))))


def test_steps_that_a_right_answer_does_not_have_are_no_mistakes(zygote: Zygote) -> None:
    wrong = """
import numpy as np

def rmsprop_step(w, dw, state, *, lr, beta2=0.9, eps=1e-08):
    squares, step = state
    squared = dw * w
    squares = beta2 * squares + (1 - beta2) * squared
    update = dw / np.sqrt(squares + eps)
    after = w - lr * update * 0.5
    return after, (squares, step + 1)
"""
    finding = rmsprop(graded(zygote, wrong)).finding
    assert finding
    assert finding.located
    marked = [finding.located.code[start:end] for start, end in finding.located.marks]
    assert marked == ["dw * w", "lr * update * 0.5"]


@pytest.mark.parametrize(
    ("exercise", "name"),
    [("adam_path", "each_step_from_the_start"), ("ewma_at_times", "own_rate_at_each_step")],
)
def test_what_is_written_anew_is_no_diagnosis(exercise: str, name: str) -> None:
    """A right answer stores its numbers elsewhere, or has most of its lines otherwise."""
    asked = find_exercise(exercise)
    assert locate(asked, entry_of(asked, name)).verdict == "silent"


def test_what_makes_all_that_was_written_useless_is_no_diagnosis() -> None:
    """The mean of all errors could be worked out anew in the last line; the fault is not there alone."""
    text = """
    def cross_validation_error(fit_predict, X, y, folds):
        scores = []
        for train, val in folds:
            both = np.concatenate([train, val])
            p = fit_predict(X[both], y[both], X[val])
            scores.append(np.mean((y[val] - p) ** 2))
        return sum(scores) / len(scores)
    """
    assert says_nothing(find_exercise("cross_validation_error"), Written(text))


def test_lines_that_only_serve_what_nobody_reads_are_written_for_nothing() -> None:
    function = parsed(
        "def f(x):\n    a = np.zeros(3)\n    b = []\n    for i in range(3):\n        p = x[i]\n"
        "        a[i] = p\n        b.append(p)\n    c = 1\n    c += 2\n    return x\n"
    )
    assert function
    assert read(function) == {"range", "x"}
    for_nothing = ("a = np.zeros(3)", "b = []", "p = x[i]", "a[i] = p", "b.append(p)", "c = 1", "c += 2")
    assert unread_characters(function) == sum(map(len, for_nothing))


@pytest.mark.parametrize(
    ("first", "says"),
    [
        ("at `x + 1`", "in lines 12 and 13 of cell 4, at `x + 1` and after line 13,"),
        ("before", "in lines 12 and 13 of cell 4, before line 12 and after line 13,"),
    ],
)
def test_a_place_between_two_lines_is_named_in_words(first: str, says: str) -> None:
    text = "def f(x):\n    y = x + 1\n    z = y\n    return z\n"
    start, end = text.index("z = y") + 5, text.index("\n    return z")
    one = text.index("x + 1"), text.index("x + 1") + 5
    places = (one if first != "before" else (text.index("y ="), text.index("y =")), (start, end))
    edit = Edit(places[0][0], end, "...", "several", 3.0, lines=True, places=places)
    _, sentence = located("f", OwnSource(4, 11, text), Repair(edit, places))
    assert says in sentence


# --- a stranger's text ----------------------------------------------------------------------------------


def test_the_last_definition_counts_and_ends_where_the_margin_is_left() -> None:
    first = Cell("code", "def f(x):\n    return 1\n", "", None)
    last = Cell("code", "x = 1\ndef f(\n    x,\n):\n    return 2\n\n# done\nprint(f(1))\n", "", None)
    text = Cell("markdown", "def f(x):\n    return 3\n", "", None)
    own = own_source((first, last, text), "f")
    assert own
    assert (own.cell, own.line, own.text) == (2, 2, "def f(\n    x,\n):\n    return 2\n")
    assert own_source((first,), "g") is None


@pytest.mark.parametrize(
    "body",
    [
        "(" * 100 + "1" + ")" * 100,
        "-" * 5000 + "1",
        "not " * 1000 + "1",
        "1 +" * 5000 + " 1",
        "lambda: " * 500 + "1",
        "x" + " + 1" * 1400,
        "x" + ".a" * 2000,
        "x" + "[0]" * 1900,
        "x" + "(1)" * 1900,
        "x\0",
        "(",
    ],
)
def test_a_text_that_could_harm_the_parser_is_not_parsed(body: str) -> None:
    assert parsed(f"def f(x):\n    return {body}\n") is None


def test_a_sum_of_hundreds_of_terms_is_graded(zygote: Zygote) -> None:
    wrong = RMSPROP.format(**RIGHT | {"squared": f"dw**2 * (1{' + 0' * 600}) * 2"})
    finding = rmsprop(graded(zygote, wrong)).finding
    assert finding
    assert finding.located is None


def test_places_are_characters_whatever_letters_there_are() -> None:
    text = 'def f(x):\n    """Grüße."""; ä = "ö" ; return x + ä\n'
    function = parsed(text)
    assert function
    source = Source(text, function)
    assert {source.text(node) for node, _ in source.places} == {'"ö"', "x + ä", "x", "ä"}


@pytest.mark.parametrize(("often", "works"), [(1, True), (1000, False)])
def test_an_edit_that_one_moment_of_the_machine_held_up_is_tried_again(
    often: int, works: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "SECONDS", 0.02)
    left = [often]

    def held_up() -> None:
        left[0] -= 1
        while left[0] >= 0:
            pass

    source = "def f(x):\n    held_up()\n    return x + 1\n"
    edit = Instead(source.index("1"), source.index("1") + 1, "2", True)
    (outcomes,) = attempts.attempt(source, [edit], [Call("f", (1,))], {"held_up": held_up})
    assert [each.value for each in outcomes or () if isinstance(each, Returned)] == [3][: int(works)]


def test_nobodys_garbage_is_collected_in_the_time_of_an_edit() -> None:
    """It may take long in a large process, and finalizers would swallow what ends the edit."""
    seen: list[bool] = []
    source = "def f(x):\n    looks()\n    return x + 1\n"
    edit = Instead(source.index("1"), source.index("1") + 1, "2", True)
    (outcomes,) = attempts.attempt(
        source, [edit], [Call("f", (1,))], {"looks": lambda: seen.append(gc.isenabled())}
    )
    assert outcomes
    assert seen == [False]
    assert gc.isenabled()
