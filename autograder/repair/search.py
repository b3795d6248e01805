"""Which small change of a student's own function makes every test pass?

The edits are tried behind the wall, and what they return is compared here, like every answer. A cheap input
on which the function fails rules most of them out; what is left has to pass all tests, hidden ones too. Where
a change in one place would do it and another one elsewhere as well, nobody can say which is meant, and
nothing is said. Two mistakes are a change in two places, which have to be made together.
"""

import ast
import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from autograder.diagnose import clearly_other
from autograder.exercise import Exercise
from autograder.repair.differences import with_differences
from autograder.repair.edits import edits
from autograder.repair.pieces import Piece, pieces, with_pieces
from autograder.repair.source import Edit, Source, Span, parsed
from autograder.repair.unread import read, unread_characters
from autograder.sandbox.messages import AttemptRequest, Instead
from autograder.sandbox.perform import Outcome, Returned
from autograder.trials import Drawn, Trial, try_out
from autograder.written import Written


# Seconds of CPU that edits may take on one input: first the likelier ones, then those that could be meant as
# well; and what passes, on a second input and on each other one. Who needs more learns nothing.
LIKELIER_SECONDS, FURTHER_SECONDS = 0.6, 1.1
SECOND_SECONDS, OTHER_SECONDS = 0.2, 0.1
LIKELIER_COST = 1.3
# Edits that are tried on the second input and on the others, and characters of all together.
SECOND_KEPT, OTHER_KEPT = 400, 50
CHARACTERS = 900_000
# An edit in another place that costs so much more is no rival; an expression of a right answer is none if it
# costs this much more, and one in another part of the same line that much.
CLEARLY = 0.5
CLEARLY_ANOTHER = 1.6
CLEARLY_IN_LINE = 1.25
# Edits by which a piece of a right answer takes the place of what a student wrote.
WHOLE_PIECES = ("expression", "line", "missing_line", "several")
# A variable that an edit leaves unread makes it as much less likely.
UNREAD = 1.5
# Pieces of right answers that take the place of such a share of the function, or are as long, tell a student
# nothing of where to look.
MOST_OF_ONE, MOST_OF_SEVERAL, MOST_PUT_IN = 0.5, 0.75, 0.75
NOTHING = Edit(0, 0, "", "nothing", 0.0, lines=True)

Attempt = Callable[[AttemptRequest], tuple[tuple[Outcome, ...] | None, ...]]


@dataclass(frozen=True)
class Repair:
    """A change of a function that makes every test pass, and all places in which it is, as characters.

    Where others in the same line would do as well, the place is the expression that holds them all.
    """

    edit: Edit
    places: tuple[Span, ...]

    @property
    def kind(self) -> str:
        return self.edit.kind if self.places == self.edit.spans else "expression"


@dataclass(frozen=True)
class _Search:
    exercise: Exercise
    source: str
    attempt: Attempt

    def passing(self, tried: Sequence[Edit], trials: Sequence[Trial], seconds: float) -> list[Edit] | None:
        """Those of some edits with which the function passes all trials; None where time is short."""
        first, *others = trials
        alive = self._right(tried, first.drawn, seconds)
        if alive and NOTHING in alive:  # what passes unchanged is not what was graded
            return None
        kept, seconds = SECOND_KEPT, SECOND_SECONDS
        for trial in others:
            if not alive:
                break
            alive = self._right(sorted(alive, key=_likelier)[:kept], trial.drawn, seconds)
            kept, seconds = OTHER_KEPT, OTHER_SECONDS
        return alive

    def _right(self, tried: Sequence[Edit], drawn: Drawn, seconds: float) -> list[Edit] | None:
        """Those with which it is right on these inputs."""
        order = sorted(tried, key=lambda edit: (edit.start, edit.end, edit.lines, edit.cost, edit.text))
        sent = tuple(Instead(edit.start, edit.end, edit.text, not edit.lines) for edit in order)
        name = self.exercise.name
        request = AttemptRequest(name, self.source, sent, drawn.calls, drawn.reply_bytes, seconds)
        outcomes = self.attempt(request)
        if len(outcomes) < len(order):
            return None
        right: dict[int, bool] = {}
        for each in outcomes:
            if id(each) not in right:
                right[id(each)] = each is not None and _passes(drawn, each)
        return [edit for edit, each in zip(order, outcomes, strict=True) if right[id(each)]]


def _passes(drawn: Drawn, outcomes: tuple[Outcome, ...]) -> bool:
    """Whether all that came back is right; the first number mostly says that it is not."""
    for index in drawn.compared[:1]:
        theirs, ours = outcomes[index], drawn.expected[index]
        if (
            isinstance(theirs, Returned)
            and isinstance(ours, Returned)
            and clearly_other(theirs.value, ours.value)
        ):
            return False
    return try_out(drawn, outcomes).passed


def search(exercise: Exercise, source: str, trials: Sequence[Trial], attempt: Attempt) -> Repair | None:
    """The change that makes all trials pass, if only one does; `source` is the student's function."""
    function, failing = parsed(source), sorted((trial for trial in trials if not trial.passed), key=_size)
    if function is None or not failing:
        return None
    text, this = Source(source, function), _Search(exercise, source, attempt)
    # What fails tells most edits apart.
    order = (*failing, *sorted((trial for trial in trials if trial.passed), key=_size))
    from_right = with_differences(text, _right(exercise))
    small = _once((*from_right, *edits(text), *with_pieces(text, _pieces(exercise))))
    likelier = {edit for edit in small if edit.cost <= LIKELIER_COST} | {*from_right}.intersection(small)
    found = this.passing([NOTHING, *likelier], order, LIKELIER_SECONDS)
    if found is None:
        return None
    best = _likeliest(text, found)
    others = [edit for edit in small if edit not in likelier and (not best or _is_rival(best, edit))]
    further = this.passing(others, order, FURTHER_SECONDS) if others else []
    return None if further is None else _the_only_place(exercise, text, [*found, *further])


def _likelier(edit: Edit) -> tuple[float, int, int, str]:
    return edit.cost, edit.end - edit.start, edit.start, edit.text


def _once(several: Iterable[Edit]) -> list[Edit]:
    """Each edit once, by what explains it most cheaply, as long as there is room for it."""
    found: dict[tuple[int, int, str], Edit] = {}
    left = CHARACTERS
    for edit in several:
        key = edit.start, edit.end, edit.text
        if key in found:
            found[key] = min(found[key], edit, key=_likelier)
        elif (left := left - len(edit.text)) >= 0:
            found[key] = edit
    return list(found.values())


@functools.cache
def _right(exercise: Exercise) -> tuple[ast.FunctionDef, ...]:
    """Its right answers."""
    written = [exercise.solution, *exercise.alternatives.values()]
    trees = [ast.parse(each.text).body for each in written if isinstance(each, Written)]
    return tuple(each for tree in trees for each in tree[-1:] if isinstance(each, ast.FunctionDef))


@functools.cache
def _pieces(exercise: Exercise) -> tuple[Piece, ...]:
    """The pieces of its right answers."""
    written = [exercise.solution, *exercise.alternatives.values()]
    return pieces([each.text for each in written if isinstance(each, Written)])


def _size(trial: Trial) -> float:
    """How long it takes to try it, about."""
    return sum(50 + sum(map(_entries, (*call.args, *call.kwargs.values()))) for call in trial.calls)


def _entries(value: object) -> int:
    if isinstance(value, tuple):
        return sum(map(_entries, value))
    return int(np.size(value)) if isinstance(value, np.ndarray) else 1


# --- places ---------------------------------------------------------------------------------------------


def _the_only_place(exercise: Exercise, source: Source, passing: Sequence[Edit]) -> Repair | None:
    """The likeliest edit, unless another place explains as well what is wrong.

    What leads to the model solution itself explains it well, however large it is.
    """
    likeliest = _likeliest(source, passing)
    if likeliest is None:
        return None
    others = [edit for edit in _weighed(source, passing) if edit != likeliest]
    best = _outermost(likeliest, others)
    # What a variable holds may be put right where it is read, and is rather wrong where it is worked out.
    if (best.start, best.end) in source.handed_on and best.kind not in ("name", "expression"):
        return None
    is_variable = source.source[best.start : best.end] in source.variables
    for other in others:
        is_rival = _is_rival(best, other) or (is_variable and not other.lines)
        needless = _in_one_place(source, best, other) or _holds_more(other, best)
        if not needless and (is_rival or _is_model(exercise, source, other)):
            return None
    return Repair(best, _widened(source, best, others))


def _likeliest(source: Source, passing: Sequence[Edit]) -> Edit | None:
    """The edit that explains best what is wrong, if one does."""
    weighed = _weighed(source, passing)
    for number, edit in enumerate(weighed):
        if not _replaces_most(source, edit):
            return None if any(_holds_more(edit, likelier) for likelier in weighed[:number]) else edit
    return None


def _weighed(source: Source, passing: Sequence[Edit]) -> list[Edit]:
    """The likelier first: they cost more if they leave variables behind that were worked out for nothing."""
    weighed = [replace(edit, cost=edit.cost + UNREAD * _left_unread(source, edit)) for edit in passing]
    return sorted(weighed, key=_likelier)


def _is_rival(best: Edit, other: Edit) -> bool:
    """Whether another edit could be what is meant, by what it costs."""
    clearly = CLEARLY_ANOTHER if other.kind == "expression" and not other.lines else CLEARLY
    return other.cost < best.cost + clearly


def _left_unread(source: Source, edit: Edit) -> int:
    """How many variables nobody reads any more after an edit."""
    function = _edited(source, edit)
    return len(source.variables & read(source.function) - read(function)) if function else 0


def _for_nothing(source: Source, edit: Edit) -> int:
    """How many characters of a function are written for nothing after an edit, and were not before."""
    function = _edited(source, edit)
    return max(0, unread_characters(function) - unread_characters(source.function)) if function else 0


def _edited(source: Source, edit: Edit) -> ast.FunctionDef | None:
    return parsed(f"{source.source[: edit.start]}{edit.text}{source.source[edit.end :]}")


def _outermost(edit: Edit, others: Sequence[Edit]) -> Edit:
    """The same text in the place of most: what is around a smaller place only happens to change nothing."""
    around = [each for each in others if each.text == edit.text and each.kind == edit.kind and not each.lines]
    holding = [each for each in around if each.start <= edit.start and edit.end <= each.end]
    return max(holding, key=lambda each: each.end - each.start, default=edit)


def _widened(source: Source, best: Edit, others: Sequence[Edit]) -> tuple[Span, ...]:
    """The places of an edit, or the expression in which others, in other parts of the line, do as well."""
    near = [each for each in others if each.cost < best.cost + CLEARLY_IN_LINE and len(each.spans) == 1]
    spans = {(each.start, each.end) for each in near if not each.lines}
    apart = [span for span in spans if not _touch(span, (best.start, best.end))]
    if best.lines or len(best.spans) > 1 or not apart:
        return best.spans
    first, last = min(best.start, *(start for start, _ in apart)), max(best.end, *(end for _, end in apart))
    around = [source.span(node) for node, _ in source.places]
    holding = [(start, end) for start, end in around if start <= first and last <= end]
    return (min(holding, key=lambda span: span[1] - span[0]),) if holding else best.spans


def _replaces_most(source: Source, edit: Edit) -> bool:
    """Whether pieces of a right answer take the place of most of the function, or are as long."""
    if edit.kind not in WHOLE_PIECES:
        return False
    body = source.function.body[ast.get_docstring(source.function) is not None :]
    written = sum(end - start for start, end in map(source.span, body))
    taken_out = sum(end - start for start, end in edit.spans) + _for_nothing(source, edit)
    inside = sum(max(0, min(end, edit.end) - max(start, edit.start)) for start, end in edit.spans)
    put_in = len(edit.text) - (edit.end - edit.start - inside)
    one_place = len(edit.spans) == 1
    return (
        taken_out > (MOST_OF_ONE if one_place else MOST_OF_SEVERAL) * written
        or put_in > MOST_PUT_IN * written
    )


def _is_model(exercise: Exercise, source: Source, edit: Edit) -> bool:
    edited = _edited(source, edit)
    model = parsed(exercise.solution.text) if exercise.solution else None
    return edited is not None and model is not None and _bare(edited) == _bare(model)


def _bare(function: ast.FunctionDef) -> str:
    """A function without docstring, comments and blanks."""
    function.body = function.body[ast.get_docstring(function) is not None :]
    return ast.unparse(function)


def _in_one_place(source: Source, one: Edit, other: Edit) -> bool:
    """Whether all that an edit changes another one touches, or both are in the same line of code."""
    if _touches_all(one, other):
        return True
    both = (*one.spans, *other.spans)
    return any(all(start <= a and b <= end for a, b in both) for start, end in source.heads)


def _holds_more(more: Edit, edit: Edit) -> bool:
    """Whether an edit changes all places that another one changes, and further ones."""
    return _touches_all(more, edit) and not _touches_all(edit, more)


def _touches_all(one: Edit, other: Edit) -> bool:
    return all(any(_touch(a, b) for a in one.spans) for b in other.spans)


def _touch(one: Span, other: Span) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]
