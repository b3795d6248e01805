"""Giving a name to a group of wrong answers, and making an entry of the catalogue of it."""

import ast
import difflib
import warnings
from collections.abc import Iterator, Mapping, Sequence

from autograder.clusters import Cluster, clusters
from autograder.course import CourseError
from autograder.exercise import Assignment, Exercise
from autograder.named import Named
from autograder.prove.words import badly_worded, given_away, right_code
from autograder.results import Result
from autograder.verdict import RECOGNISED


# What is taken for the code of one function; and a message is a sentence.
LONGEST_SOURCE = 20_000
LONGEST_MESSAGE = 400
# So many groups are listed where one is asked for that does not exist.
LISTED = 6


def group_of(results: Sequence[Result], assignment: Assignment, id: str) -> Cluster:
    """The group of unnamed answers of that id, also where others have joined it since; raises CourseError.

    The results are as they were graded: what has a name by now may have another one.
    """
    groups = clusters(results, assignment)
    found = [group for group in groups if id in group.ids]
    if not found:
        there = [f"{each.id} ({each.exercise.name}, of {len(each.members)})" for each in groups if each.shows]
        raise CourseError(
            f"there is no group {id!r} among the wrong answers of {assignment.name}; there "
            + (f"are {', '.join(there[:LISTED])}{' ...' if there[LISTED:] else ''}" if there else "is none")
            + f", and the page that this writes shows them: autograder report {assignment.name}"
        )
    if not found[0].shows:
        raise CourseError(
            f"the answers of group {id!r} are right on every input that all students share, so they may be "
            "wrong in different ways; write to these students by a manual comment"
        )
    return found[0]


def name_of(group: Cluster, name: str, message: str, read: str, lecture: Mapping[str, str]) -> Named:
    """The name of a group, if it is well made; raises CourseError."""
    exercise = group.exercise
    if not (name.isascii() and name.isidentifier()):
        raise CourseError(f"the name {name!r} is no identifier; take one such as divided_twice")
    if name in {entry.name for entry in exercise.misconceptions}:
        raise CourseError(
            f"the catalogue of {exercise.name} has an entry {name!r} already; take another name"
        )
    for problem in _problems(message, exercise):
        raise CourseError(f"the message {message!r} has to complete “{RECOGNISED} …”: {problem}")
    if read and lecture and read not in lecture:
        (*_, near) = ("", *difflib.get_close_matches(read, lecture, 1, 0.4))
        meant = f"; did you mean {near!r}?" if near else f"; it has {', '.join(lecture)}"
        raise CourseError(f"the lecture has no section {read!r}{meant}")
    return Named(exercise.name, name, message, read, group.behaviour)


def _problems(message: str, exercise: Exercise) -> Iterator[str]:
    if not 0 < len(message) <= LONGEST_MESSAGE or not message.isprintable():
        yield f"it is one line of at most {LONGEST_MESSAGE} characters"
        return
    yield from badly_worded(message)
    for code in given_away(message, right_code(exercise)):
        yield f"`{code}` is the right formula, which it gives away"


def added(names: Sequence[Named], new: Named, exercise: Exercise) -> tuple[Named, ...]:
    """The names with a new one, in the place of an older one for the same answers."""
    return (*(each for each in names if not each.fits(exercise, new.behaviour)), new)


def entry_of(group: Cluster, named: Named) -> str:
    """The row of the catalogue: the function of one of them is the variant; raises CourseError.

    Comments and texts that a student wrote are left out. Nothing is run: an author reads it first.
    """
    sources = sorted({each.source for each in group.members}, key=lambda source: (len(source), source))
    code = next((found for source in sources if (found := _function(source, group.exercise.name))), None)
    if code is None:
        raise CourseError(
            f"no answer of the group defines `{group.exercise.name}` in its own cell in plain Python; write "
            "the entry by hand"
        )
    passes = [
        probe.name
        for probe in group.exercise.probes
        if all(dict(each.judgement.passed).get(probe.name) for each in group.members)
    ]
    kinds = {each.judgement.finding.kind for each in group.members if each.judgement.finding}
    message = named.message.replace("{", "{{").replace("}", "}}")
    lines = [f"    {_quoted(named.name)},", *_text(code), f"    {_quoted(message)},"]
    if passes:
        lines.append(f"    passes=({', '.join(map(_quoted, passes))},),")
    if named.read and named.read != group.exercise.read:
        lines.append(f"    read={_quoted(named.read)},")
    if len(kinds) == 1 and (kind := kinds.pop()) != "wrong_values":
        lines.append(f"    kind={_quoted(kind)},")
    warning = "# By a student: read the code before you run it, and say by hand what it passes."
    return "\n".join((warning, "Wrong(", *lines, "),"))


def _text(code: str) -> list[str]:
    """The code as a literal: between three quotation marks where it can be."""
    if "\\" in code or "'''" in code or '"""' in code:
        return [f"    {code!r},"]
    indented = [f"        {line}" if line else "" for line in code.splitlines()]
    return ['    """', *indented, '    """,']


def _quoted(text: str) -> str:
    return repr(text) if '"' in text or "\\" in text or not text.isprintable() else f'"{text}"'


def _function(source: str, name: str) -> str | None:
    """The function, after what it needs of its cell, without comments; None where it is not there."""
    if len(source) > LONGEST_SOURCE:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            body = ast.parse(source).body
        own = [node for node in body if isinstance(node, ast.FunctionDef) and node.name == name]
        others = [
            node
            for node in body
            if isinstance(node, ast.FunctionDef | ast.Import | ast.ImportFrom | ast.Assign)
            and node not in own
        ]
        for node in (*own, *others):
            _bare(node)
        return "\n\n".join(ast.unparse(node) for node in (*others, own[-1])) if own else None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _bare(tree: ast.AST) -> None:
    """Take out what is said and not done: docstrings and other texts that stand by themselves."""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            kept = [each for each in body if not _is_text(each)]
            node.body = kept or [ast.Pass()]  # type: ignore[attr-defined]


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
