"""The proof notices what is wrong with an exercise and with the grader, and says so in a table."""

import ast
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer

from autograder import cli, compare, diagnose, trials, verdict
from autograder.catalogue import Wrong, exercise
from autograder.compare import Tolerance
from autograder.course import Course
from autograder.exercise import Exercise, Probe, call
from autograder.exercises import ASSIGNMENT_NAMES, find_exercise, load
from autograder.prove import CHECKS, Bench, Proof, prove, table
from autograder.prove.bench import KEYS
from autograder.prove.mutants import mutants
from autograder.written import Written


EXERCISES = [exercise for name in ASSIGNMENT_NAMES for exercise in load(name).exercises]

SQUARES = Wrong("squares", {"x * factor": "x**2 * factor"}, "x is squared: `{}`", passes=("ones",))
IGNORES = Wrong("ignores", {"x * factor": "x * 1.0"}, "`factor` is not used")
DIVIDES = Wrong("divides", {"x * factor": "x / factor"}, "x is divided: `{}`")


def scaled(x: Any, factor: float) -> Any:
    return np.asarray(x) * factor


def scaling(*misconceptions: Wrong, alternatives: Mapping[str, str] | None = None, **about: Any) -> Exercise:
    """Multiply: the probes tell all of the rows above apart."""
    return exercise(
        solution="""
            def scaled(x, factor):
                return x * factor
        """,
        reference=scaled,
        points=3,
        read="Section",
        probes=about.pop(
            "probes",
            (
                Probe("numbers", lambda rng: call(rng.uniform(2, 9, 3), rng.uniform(2, 9))),
                Probe("ones", lambda rng: call(np.ones(3), rng.uniform(2, 9))),
                Probe("columns", lambda rng: call(rng.uniform(2, 9, (3, 2)), 2.5), public=False),
            ),
        ),
        misconceptions=misconceptions or (SQUARES, IGNORES, DIVIDES),
        alternatives=alternatives
        or {
            "the other way round": "def scaled(x, factor):\n    return factor * x",
            "as a list": "def scaled(x, factor):\n    return (factor * x).tolist()",
            "loop": "def scaled(x, factor):\n    return np.array([factor * each for each in x])",
            "division": "def scaled(x, factor):\n    return x / (1 / factor)",
        },
        **about,
    )


def test_an_exercise_whose_parts_all_agree_is_proved() -> None:
    assert prove(scaling()) == Proof(
        exercise="scaled",
        entries=3,
        named=3,
        ambiguous=0,
        misnamed=0,
        mutants=1,
        equivalent=0,
        killed=1,
        alternatives=4,
        at_full_marks=4,
        problems=(),
    )


TWICE = replace(DIVIDES, name="multiplies_by_the_inverse", message="the inverse of `factor` is taken")
FAULTS: dict[str, tuple[Callable[[], Exercise], str]] = {
    "two that are alike": (
        lambda: scaling(SQUARES, DIVIDES, TWICE),
        "the probes do not tell `divides` from `multiplies_by_the_inverse`",
    ),
    "one that is right": (
        lambda: scaling(replace(DIVIDES, change={"x * factor": "factor * x"})),
        "the probes do not tell `divides` from the right answer",
    ),
    "other probes are passed": (
        lambda: scaling(replace(SQUARES, passes=())),
        "`squares` passes ['ones'], not nothing, with key 0",
    ),
    "a probe that there is not": (
        lambda: scaling(replace(SQUARES, passes=("ones", "twos"))),
        "`squares` passes 'twos', which is no probe",
    ),
    "another rung": (
        lambda: scaling(replace(DIVIDES, kind="wrong_shape")),
        "`divides` stands on 'wrong_values', to read 'Section', not on 'wrong_shape'",
    ),
    "other values are right": (
        lambda: scaling(replace(DIVIDES, parts=(1,))),
        "`divides` has the values () right on 'numbers', not (1,)",
    ),
    "an alternative that is wrong": (
        lambda: scaling(alternatives={"wrong": "def scaled(x, factor):\n    return x"}),
        "wrong gets 0 of 3 points: Your result is what you get when `factor` is not used.",
    ),
    "few alternatives": (
        lambda: scaling(alternatives={"same": "def scaled(x, factor):\n    return x * factor"}),
        "has 1 alternatives, and 4 are asked for",
    ),
    "a coarse alternative": (
        lambda: scaling(alternatives={"coarse": "def scaled(x, factor):\n    return x * factor * 1.0000005"}),
        "coarse is nearly as far from the reference as the tolerance allows",
    ),
    "a change that no probe notices": (
        lambda: scaling(IGNORES, probes=(Probe("all ones", lambda rng: call(np.ones(3), 1.0)),) * 3),
        "no probe notices the changed line `return x / factor`",
    ),
    "a change that is no equivalent one": (
        lambda: scaling(equivalent={"return x / factor": "so I think"}),
        "the changed line `return x / factor` is called equivalent and is noticed, or is not made",
    ),
    "a message that gives it away": (
        lambda: scaling(replace(DIVIDES, message="it is not `x * factor`")),
        "`divides` gives away `x * factor`",
    ),
    "points for a lucky draw": (
        lambda: scaling(
            Wrong("whole", {"x * factor": "np.round(x * factor)"}, "it is rounded: `{}`"),
            probes=(
                Probe("numbers", lambda rng: call(np.array([rng.integers(1, 3) / 2]), 1.0)),
                Probe("more", lambda rng: call(np.array([0.5, rng.integers(1, 3) / 2]), 1.0)),
                Probe("kept", lambda rng: call(np.array([rng.integers(1, 3) / 2]), 1.0), public=False),
            ),
        ),
        "points, as the numbers fall",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_wrong_with_an_exercise_is_said(fault: str) -> None:
    make, says = FAULTS[fault]
    problems = prove(make()).problems
    assert [problem for problem in problems if says in problem], problems


# --- a grader that is worse ------------------------------------------------------------------------------


def noticed(exercise: Exercise) -> str | None:
    """The first thing that the proof has against it, with one key."""
    bench = Bench(exercise, KEYS[:1])
    return next((problem for check in CHECKS for problem in check(bench)), None)


@pytest.mark.parametrize(
    "exercise", [each for each in EXERCISES if len(each.probes) > 1], ids=lambda exercise: exercise.name
)
def test_probes_that_are_dropped_are_missed(exercise: Exercise) -> None:
    """All on which some wrong formula fails that passes others; and all but one, where none does."""
    drawn = Bench(exercise).drawn()
    failed = {
        entry.name: {each.probe for each in drawn if not entry.is_right_on(each.probe, each.calls)}
        for entry in exercise.misconceptions
    }
    left = max((set(exercise.probes) - probes for probes in failed.values()), key=len) or {exercise.probes[0]}
    kept = tuple(probe for probe in exercise.probes if probe in left)
    assert noticed(replace(exercise, probes=kept))


@pytest.mark.parametrize(
    "exercise",
    [each for each in EXERCISES if not all(probe.holds for probe in each.probes)],
    ids=lambda exercise: exercise.name,
)
def test_a_looser_tolerance_is_noticed(exercise: Exercise) -> None:
    loose = Tolerance(rtol=10, atol=10, rtol_single=10, atol_single=10)
    assert noticed(replace(exercise, tolerance=loose))


WORSE: dict[str, tuple[Any, str, Any]] = {
    "all formulas look alike": (diagnose, "RECOGNITION", Tolerance(rtol=0.5, atol=0.5)),
    "one number is evidence enough": (diagnose, "_evidence", lambda trials: list(trials)[:1]),
    "nothing is recognised": (verdict, "recognise", lambda exercise, trials: ()),
    "credit is not given": (verdict, "fits", lambda entry, trials: False),
    "a shape is as good as another": (compare, "_wrong_shape", lambda returned, expected, path: None),
    "what is not finite is right": (compare, "_not_finite", lambda where, path: None),
    "only the first number counts": (
        compare,
        "_wrong_values",
        lambda where, error, path: compare.Mismatch("wrong_values", "", path) if where.flat[0] else None,
    ),
    "only the last call counts": (trials.Drawn, "compared", property(lambda drawn: (len(drawn.calls) - 1,))),
}


@pytest.mark.parametrize("worse", WORSE)
def test_a_worse_grader_is_noticed(worse: str, monkeypatch: pytest.MonkeyPatch) -> None:
    where, name, instead = WORSE[worse]
    monkeypatch.setattr(where, name, instead)
    trials.draw_public.cache_clear()
    assert noticed(find_exercise("ewma")) or noticed(find_exercise("ewma_corrected"))
    trials.draw_public.cache_clear()


@pytest.mark.parametrize("name", ["ewma", "ewma_corrected"])
def test_the_grader_as_it_is_passes(name: str) -> None:
    assert noticed(find_exercise(name)) is None


# --- small changes of the solution -----------------------------------------------------------------------


def test_small_changes_are_made_one_at_a_time() -> None:
    solution = Written("""
        def f(x, n):
            total = 0.5
            for each in x[1:]:
                total += np.sum(each, axis=0)
                if n > 3 and not n:
                    total = -total
            return total
    """)
    lines = [mutant.line for mutant in mutants(solution)]
    assert sorted(lines) == sorted(
        [
            *("total = 1.5", "total = -0.5"),
            *("for each in x[:]:", "for each in x[2:]:", "for each in x[0:]:"),
            "total += np.sum(each, axis=0)  # left out",
            "if n > 3 and (not n):  # left out",
            *("total -= np.sum(each, axis=0)", "total += np.sum(each)", "total += np.mean(each, axis=0)"),
            *("total += np.sum(each, axis=1)", "total += np.sum(each, axis=-1)"),
            *("if n > 3 or not n:", "if n >= 3 and (not n):", "if n <= 3 and (not n):", "if n > 3 and n:"),
            *("if n > 4 and (not n):", "if n > 2 and (not n):", "total = total"),
        ]
    )
    assert all(ast.parse(mutant.function.text) for mutant in mutants(solution))


# --- the command -----------------------------------------------------------------------------------------


def test_the_table_holds_the_sums_and_says_what_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    good = prove(scaling())
    table.print_proofs(
        "Scaling", [good, replace(good, exercise="other", killed=0, problems=("it is [not] so",))]
    )
    lines = capsys.readouterr().out.splitlines()
    rows = [line.strip("│ ").replace("│", " ").split() for line in lines]
    assert ["scaled", "3", "3", "0", "0", "1", "0", "1", "0", "4", "of", "4"] in rows
    assert ["all", "6", "6", "0", "0", "2", "0", "1", "1", "8", "of", "8"] in rows
    assert lines[-1] == "other: it is [not] so"


@pytest.mark.parametrize(("problems", "code"), [((), None), (("something",), 1)])
def test_the_exit_code_says_whether_the_proof_holds(
    problems: tuple[str, ...], code: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def proofs(course: Course, assignment: str, names: list[str], jobs: int) -> list[Proof]:
        asked.extend([assignment, *names])
        return [replace(GOOD, exercise=name, problems=problems) for name in names]

    monkeypatch.setattr(table, "proofs", proofs)
    ended = None
    try:
        cli.authors.prove("01_moving_averages", exercise="ewma")
    except typer.Exit as exit:
        ended = exit.exit_code
    assert (asked, ended) == (["01_moving_averages", "ewma"], code)


GOOD = Proof("scaled", 3, 3, 0, 0, 1, 1, 0, 4, 4, ())


def test_processes_of_their_own_prove_exercises_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "prove", lambda exercise: replace(GOOD, exercise=exercise.name))
    course, names = Course.find(Path(__file__).parent), ["ewma", "window"]
    made = table.proofs(course, "01_moving_averages", names, jobs=2)
    assert [proof.exercise for proof in made] == names
