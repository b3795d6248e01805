"""The proof of one exercise: all checks, and the counts that sum it up."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from autograder.exercise import Exercise
from autograder.prove import answers, words
from autograder.prove.bench import Bench


Check = Callable[[Bench], Iterator[str]]

CHECKS: tuple[Check, ...] = (
    words.names_are_unique,
    words.points_and_credits_make_sense,
    words.some_probes_are_shown_and_some_are_kept,
    words.what_is_shown_can_be_handed_out,
    words.there_are_right_answers_of_several_kinds,
    words.the_signature_is_that_of_the_reference,
    words.every_message_completes_its_sentence,
    words.no_message_gives_the_formula_away,
    answers.every_right_answer_gets_full_marks,
    answers.every_right_answer_lies_well_within_the_tolerance,
    answers.every_entry_differs_clearly_from_the_right_answer,
    answers.any_two_entries_differ_clearly_unless_they_say_the_same,
    answers.every_entry_hears_its_own_name,
    answers.every_entry_is_judged_as_was_worked_out_by_hand,
    answers.every_entry_gets_its_credit_and_hardly_more,
    answers.the_visible_inputs_are_enough_to_recognise_every_entry,
    answers.every_entry_is_recognised_in_other_forms,
    answers.what_nobody_described_is_called_by_a_formula_with_the_same_numbers,
    answers.every_small_change_of_the_solution_is_noticed,
)


@dataclass(frozen=True)
class Proof:
    """What was tried of an exercise, and what is not so, in sentences.

    An entry is `named` when all that its variant is ever called is its own name, `ambiguous` when that comes
    with others, and `misnamed` when it is called by another name. Of the small changes of the solution some
    are `equivalent`: they leave it right, for a reason that the exercise states. All others have to be
    `killed`.
    """

    exercise: str
    entries: int
    named: int
    ambiguous: int
    misnamed: int
    mutants: int
    equivalent: int
    killed: int
    alternatives: int
    at_full_marks: int
    problems: tuple[str, ...]

    @property
    def to_kill(self) -> int:
        """The small changes after which the solution is not right any more."""
        return self.mutants - self.equivalent

    @property
    def holds(self) -> bool:
        return not self.problems


def prove(exercise: Exercise) -> Proof:
    """Make every check of an exercise."""
    bench = Bench(exercise)
    called = [_called(entry.name, answers.heard(bench, entry)) for entry in exercise.misconceptions]
    mutants, alive = answers.all_mutants(bench), answers.survivors(bench)
    return Proof(
        exercise=exercise.name,
        entries=len(called),
        named=called.count("named"),
        ambiguous=called.count("ambiguous"),
        misnamed=called.count("misnamed"),
        mutants=len(mutants),
        equivalent=sum(mutant.line in exercise.equivalent for mutant in alive),
        killed=len(mutants) - len(alive),
        alternatives=len(exercise.alternatives),
        at_full_marks=sum(_has_full_marks(bench, kind) for kind in exercise.alternatives),
        problems=tuple(problem for check in CHECKS for problem in check(bench)),
    )


def _called(name: str, heard: set[str | None]) -> str:
    if heard == {name}:
        return "named"
    if any(other is not None and name not in _names(other) for other in heard):
        return "misnamed"
    return "unnamed" if None in heard else "ambiguous"


def _names(heard: str) -> list[str]:
    return heard.replace("&", "|").split("|")


def _has_full_marks(bench: Bench, kind: str) -> bool:
    answer = bench.exercise.alternatives[kind]
    judgements = bench.judgements(answer, bench.few_keys)
    return all(judgement.score == judgement.max_score for _, judgement in judgements)
