"""Of all changes that make every test pass: which one explains what is wrong, and where is it?

The smallest change does, unless one elsewhere is hardly larger: then nobody can say which is meant.
"""

import ast
from collections.abc import Sequence
from dataclasses import dataclass, replace

from autograder.exercise import Exercise
from autograder.repair.source import Edit, Source, Span, parsed
from autograder.repair.unread import read, unread_characters


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


def the_only_place(exercise: Exercise, source: Source, passing: Sequence[Edit]) -> Repair | None:
    """The likeliest edit, unless another place explains as well what is wrong.

    What leads to the model solution itself explains it well, however large it is.
    """
    weighed = _weighed(source, passing)
    best = _explaining(source, weighed)
    if best is None:
        return None
    others = [edit for edit in weighed if edit != best]
    best = _outermost(best, others)
    # What a variable holds may be put right where it is read, and is rather wrong where it is worked out.
    if (best.start, best.end) in source.handed_on and best.kind not in ("name", "expression"):
        return None
    for other in others:
        needless = _in_one_place(source, best, other) or _holds_more(other, best)
        if not needless and (is_rival(source, best, other) or _is_model(exercise, source, other)):
            return None
    return Repair(best, _widened(source, best, others))


def likelihood(edit: Edit) -> tuple[float, int, int, str]:
    """The smaller it is, the likelier is the edit."""
    return edit.cost, edit.end - edit.start, edit.start, edit.text


def likeliest(source: Source, passing: Sequence[Edit]) -> Edit | None:
    """The edit that explains best what is wrong, if one does."""
    return _explaining(source, _weighed(source, passing))


def _explaining(source: Source, weighed: Sequence[Edit]) -> Edit | None:
    for number, edit in enumerate(weighed):
        if not _replaces_most(source, edit):
            return None if any(_holds_more(edit, likelier) for likelier in weighed[:number]) else edit
    return None


def _weighed(source: Source, passing: Sequence[Edit]) -> list[Edit]:
    """The likelier first: they cost more if they leave variables behind that were worked out for nothing."""
    weighed = [replace(edit, cost=edit.cost + UNREAD * _left_unread(source, edit)) for edit in passing]
    return sorted(weighed, key=likelihood)


def is_rival(source: Source, best: Edit, other: Edit) -> bool:
    """Whether another edit could be what is meant, by what it costs; in the place of a variable any could."""
    clearly = CLEARLY_ANOTHER if other.kind == "expression" and not other.lines else CLEARLY
    is_variable = source.source[best.start : best.end] in source.variables
    return other.cost < best.cost + clearly or (is_variable and not other.lines)


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
