"""What is right passes; what is wrong fails, and is called by its name. Each check yields what is not so."""

import functools
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np

from autograder.bounded import Bounded
from autograder.compare import Tolerance, compare
from autograder.exercise import Misconception
from autograder.prove.bench import Bench
from autograder.prove.distance import differ
from autograder.prove.mutants import Mutant, mutants
from autograder.sandbox.perform import Outcome, Returned
from autograder.sandbox.values import plain
from autograder.trials import Drawn, Trial, floats, try_here, try_out
from autograder.verdict import Judgement, judge


# A wrong formula that is not worth points must not collect them from probes that cannot see it.
LUCK = 1 / 3
# Of all small changes and all pairs of mistakes about so many are tried.
SOME = 12


# --- what is right passes ---------------------------------------------------------------------------------


def every_right_answer_gets_full_marks(bench: Bench) -> Iterator[str]:
    for kind, answer in bench.right.items():
        hidden = [judgement for _, judgement in bench.judgements(answer, bench.few_keys)]
        for judgement in (*hidden, bench.checked(answer)):
            if judgement.score < judgement.max_score or judgement.finding:
                said = judgement.finding.message if judgement.finding else ""
                yield f"{kind} gets {judgement.score:g} of {judgement.max_score:g} points: {said}"
                break


def every_right_answer_lies_well_within_the_tolerance(bench: Bench) -> Iterator[str]:
    """Otherwise another order of the same operations could fail."""
    wide = bench.exercise.tolerance
    tight = replace(wide, rtol=wide.rtol / 10, atol=wide.atol / 10)
    for kind, answer in bench.right.items():
        if any(not _agrees(trial, tight) for trial in bench.tried(answer)):
            yield f"{kind} is nearly as far from the reference as the tolerance allows"


def _agrees(trial: Trial, tolerance: Tolerance) -> bool:
    if trial.probe.holds:
        return trial.passed
    return all(
        compare(getattr(trial.outcomes[index], "value", None), right.value, tolerance) is None
        for index in trial.drawn.compared
        if isinstance(right := trial.expected[index], Returned)
    )


# --- what is wrong fails and is recognised ----------------------------------------------------------------


def heard(bench: Bench, entry: Misconception) -> set[str | None]:
    """What an entry of the catalogue is called, whatever is drawn."""
    return {_called(judgement) for _, judgement in bench.judgements(entry.variant)}


def _called(judgement: Judgement) -> str | None:
    return judgement.finding.misconception if judgement.finding else None


def every_entry_hears_its_own_name(bench: Bench) -> Iterator[str]:
    """Whatever is drawn, or what a student hears would depend on the key of the course."""
    for entry in bench.exercise.misconceptions:
        for key, judgement in bench.judgements(entry.variant):
            if _called(judgement) != entry.name:
                yield f"`{entry.name}` is called {_called(judgement)!r} with {key.decode()}"
                break


def every_entry_is_judged_as_was_worked_out_by_hand(bench: Bench) -> Iterator[str]:
    """The probes that it passes, which of several values are right on the others, and its finding."""
    for entry in bench.exercise.misconceptions:
        for key, judgement in bench.judgements(entry.variant):
            if problem := _otherwise(bench, entry, judgement, key):
                yield f"`{entry.name}` {problem} with {key.decode()}"
                break


def _otherwise(bench: Bench, entry: Misconception, judgement: Judgement, key: bytes) -> str:
    passes = {name for name, passed in judgement.passed if passed}
    right_on = {each.probe.name for each in bench.drawn(key) if entry.is_right_on(each.probe, each.calls)}
    if passes != right_on:
        return f"passes {sorted(passes) or 'nothing'}, not {sorted(right_on) or 'nothing'},"
    for trial in bench.tried(entry.variant, key):
        if (
            not (trial.passed or trial.probe.holds)
            and (parts := tuple(map(int, np.flatnonzero(trial.parts)))) != entry.parts
        ):
            return f"has the values {parts} right on {trial.probe.name!r}, not {entry.parts},"
    if judgement.finding is None:
        return "is found right"
    kind = "convention" if entry.convention else entry.kind
    if (judgement.finding.kind, judgement.finding.read) != (kind, entry.read):
        return f"stands on {judgement.finding.kind!r}, to read {judgement.finding.read!r}, not on {kind!r}"
    # A sentence may begin with it.
    return "" if entry.message[1:] in judgement.finding.message else "does not hear its message"


def every_entry_gets_its_credit_and_hardly_more(bench: Bench) -> Iterator[str]:
    """Of several values that are asked for, those that are right earn their part besides."""
    for entry in bench.exercise.misconceptions:
        share = 1.0 if entry.convention else entry.credit
        judgements = [judgement for _, judgement in bench.judgements(entry.variant)]
        scores = sorted({judgement.score for judgement in judgements})
        if len(scores) > 1:
            yield f"`{entry.name}` gets {scores} points, as the numbers fall"
        if scores[0] < round(share * bench.exercise.points, 2):
            yield f"`{entry.name}` gets {scores[0]:g} points and not its credit"
        passed = [passed for _, passed in judgements[0].passed]
        if not share and sum(passed) > LUCK * len(passed):
            yield f"`{entry.name}` is worth nothing and passes {sum(passed)} of {len(passed)} probes"


def the_visible_inputs_are_enough_to_recognise_every_entry(bench: Bench) -> Iterator[str]:
    for entry in bench.exercise.misconceptions:
        if (called := _called(bench.checked(entry.variant))) != entry.name:
            yield f"`{entry.name}` is called {called!r} by `check`"


def every_entry_is_recognised_in_other_forms(bench: Bench) -> Iterator[str]:
    """In single precision, as lists, and stored in an array of the input's type.

    The last is common, and hides the formula on whole numbers; beside another slip it is not told apart.
    Where whole numbers are all that is ever given, it leaves nothing of any formula.
    """
    given = [value for each in bench.drawn() for call in each.calls for value in call.args]
    fractions = any(map(_is_fractional, given))
    for form, convert in FORMS.items():
        for entry in bench.exercise.misconceptions:
            if form is WHOLE and (entry.credit or not fractions):
                continue
            trials = [try_out(each, _converted(each, entry, convert)) for each in bench.drawn()]
            if (called := _called(judge(bench.exercise, trials))) != entry.name:
                yield f"`{entry.name}` is called {called!r} {form}"


def _is_fractional(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind == "f"


def _converted(drawn: Drawn, entry: Misconception, convert: Callable[[Any, Any], Any]) -> tuple[Outcome, ...]:
    return tuple(
        replace(outcome, value=convert(outcome.value, call)) if isinstance(outcome, Returned) else outcome
        for outcome, call in zip(drawn.made_by(entry.variant), drawn.calls, strict=False)
    )


def _as_single(value: Any, call: Any) -> Any:
    if isinstance(value, dict):
        return {name: _as_single(item, call) for name, item in value.items()}
    if isinstance(value, tuple):
        return tuple(_as_single(item, call) for item in value)
    is_float = isinstance(value, np.ndarray) and value.dtype.kind == "f"
    return value.astype(np.float32) if is_float else value


def _as_lists(value: Any, call: Any) -> Any:
    if isinstance(value, dict):
        return {name: _as_lists(item, call) for name, item in value.items()}
    if isinstance(value, tuple):
        items = [_as_lists(item, call) for item in value]
        return tuple(items) if any(item is ... for item in items) else plain(items)
    return plain(value.tolist()) if isinstance(value, np.ndarray) and value.size else value


def _as_whole(value: Any, call: Any) -> Any:
    """Put into an array of the type of the input; of several values the first."""
    if isinstance(value, tuple) and value:
        return _as_whole(value[0], call), *value[1:]
    x = call.args[0] if call.args else None
    if isinstance(x, np.ndarray) and x.ndim and x.dtype.kind in "iu" and isinstance(value, np.ndarray):
        return np.asarray(np.trunc(value)).astype(x.dtype) if np.isfinite(value).all() else value
    return value


WHOLE = "stored in an array of the input's type"
FORMS: dict[str, Callable[[Any, Any], Any]] = {
    "in single precision": _as_single,
    "as lists": _as_lists,
    WHOLE: _as_whole,
}


def what_nobody_described_is_called_by_a_formula_with_the_same_numbers(bench: Bench) -> Iterator[str]:
    """One small change of the solution, or two mistakes at once; truth values are too few numbers for it."""
    exercise = bench.exercise
    if exercise.tests:  # inputs are no formula
        return
    known = {entry.name: entry for entry in (*exercise.near, *exercise.pairs)}
    for made in (exercise.near, exercise.pairs):
        named = returned = 0
        for entry in made[:: max(1, len(made) // SOME)]:
            finding = bench.judged(entry.variant).finding
            if finding and finding.misconception in known:
                named += 1
                other = known[finding.misconception]
                if differ(bench, entry.variant, other.variant) or other.message not in finding.message:
                    yield f"`{entry.name}` ({entry.message}) is called `{other.name}` ({other.message})"
            if finding and finding.kind == "wrong_values":
                returned += finding.misconception is None or finding.misconception in known
        if returned and (named > 0) != _has_fractions(bench):
            yield f"{named} of {len(made)} formulas such as `{made[0].name}` are recognised"


def _has_fractions(bench: Bench) -> bool:
    """Whether there are numbers to tell formulas by, where results are not judged by their properties."""
    return any(
        True
        for each in bench.drawn()
        for outcome in each.expected
        if isinstance(outcome, Returned) and not each.probe.holds
        for _ in floats(outcome.value)
    )


# --- the probes tell everything apart ---------------------------------------------------------------------


def every_entry_differs_clearly_from_the_right_answer(bench: Bench) -> Iterator[str]:
    for entry in bench.exercise.misconceptions:
        for key in bench.few_keys:
            if not differ(bench, entry.variant, bench.exercise.reference, key):
                yield f"the probes do not tell `{entry.name}` from the right answer with {key.decode()}"
                break


def any_two_entries_differ_clearly_unless_they_say_the_same(bench: Bench) -> Iterator[str]:
    for one, other in combinations(bench.exercise.misconceptions, 2):
        if one.message != other.message:
            for key in bench.few_keys[:4]:
                if not differ(bench, one.variant, other.variant, key):
                    yield f"the probes do not tell `{one.name}` from `{other.name}` with {key.decode()}"
                    break


def every_small_change_of_the_solution_is_noticed(bench: Bench) -> Iterator[str]:
    """But for those that change no result, which the exercise names with the reason."""
    alive, explained = {mutant.line for mutant in survivors(bench)}, set(bench.exercise.equivalent)
    for line in sorted(alive - explained):
        yield f"no probe notices the changed line `{line}`"
    for line in sorted(explained - alive):
        yield f"the changed line `{line}` is called equivalent and is noticed, or is not made"


@functools.lru_cache(maxsize=2)
def all_mutants(bench: Bench) -> tuple[Mutant, ...]:
    """Every small change of the solution; of inputs that test a function many are as good as others."""
    solution = None if bench.exercise.tests else bench.exercise.solution
    return tuple(mutants(solution)) if solution else ()


@functools.lru_cache(maxsize=2)
def survivors(bench: Bench) -> tuple[Mutant, ...]:
    """Those that no probe notices."""
    return tuple(mutant for mutant in all_mutants(bench) if _survives(bench, mutant))


def _survives(bench: Bench, mutant: Mutant) -> bool:
    function = Bounded(mutant.function)  # a change after which a loop never ends is noticed
    return all(trial.passed for each in bench.drawn() for trial in try_here(function, (each,)))
