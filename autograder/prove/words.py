"""How an exercise is written down: names, points, probes, the signature, and what a student reads."""

import ast
import inspect
import re
from collections.abc import Container, Iterator

from autograder.exercise import Exercise
from autograder.handout import left_at_home
from autograder.prove.bench import Bench


ALTERNATIVES = 4


def there_are_right_answers_of_several_kinds(bench: Bench) -> Iterator[str]:
    if (count := len(bench.exercise.alternatives)) < ALTERNATIVES:
        yield f"has {count} alternatives, and {ALTERNATIVES} are asked for"


def some_probes_are_shown_and_some_are_kept(bench: Bench) -> Iterator[str]:
    if bench.exercise.tests:
        return  # nothing is drawn
    shown, count = sum(probe.public for probe in bench.exercise.probes), len(bench.exercise.probes)
    if not 2 <= shown < count:
        yield f"shows {shown} of its {count} probes; two are to be shown and one kept, or more"


def what_is_shown_can_be_handed_out(bench: Bench) -> Iterator[str]:
    yield from left_at_home(bench.exercise)


def names_are_unique(bench: Bench) -> Iterator[str]:
    exercise = bench.exercise
    if exercise.name != exercise.reference.__name__:
        yield f"asks for `{exercise.name}` and has the reference `{exercise.reference.__name__}`"
    for family in (exercise.probes, exercise.misconceptions):
        names = [each.name for each in family]
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield f"has {name!r} {names.count(name)} times"
    for entry in exercise.misconceptions:
        if not entry.name.isidentifier():
            yield f"{entry.name!r} is no identifier"
        unknown = {right for right in entry.passes if isinstance(right, str)}
        for name in sorted(unknown - {probe.name for probe in exercise.probes}):
            yield f"`{entry.name}` passes {name!r}, which is no probe"


def points_and_credits_make_sense(bench: Bench) -> Iterator[str]:
    if bench.exercise.points <= 0:
        yield "is worth nothing"
    for entry in bench.exercise.misconceptions:
        if not 0 <= entry.credit < 1:
            yield f"`{entry.name}` has the credit {entry.credit}"


def the_signature_is_that_of_the_reference(bench: Bench) -> Iterator[str]:
    """Without its further switches."""
    asked = inspect.signature(eval(f"lambda {bench.exercise.signature[1:-1]}: None")).parameters
    offered = inspect.signature(bench.exercise.reference).parameters
    for name, parameter in asked.items():
        theirs = offered.get(name)
        if theirs is None or (parameter.kind, parameter.default) != (theirs.kind, theirs.default):
            yield f"asks for the parameter `{parameter}`, where the reference has `{theirs}`"
    for name in offered.keys() - asked.keys():
        if offered[name].default is inspect.Parameter.empty:
            yield f"does not ask for `{name}`, which the reference cannot do without"


def every_message_completes_its_sentence(bench: Bench) -> Iterator[str]:
    for entry in bench.exercise.misconceptions:
        for problem in badly_worded(entry.message):
            yield f"`{entry.name}`: {problem}"


def badly_worded(message: str) -> Iterator[str]:
    """What keeps a message from completing "Your result is what you get when ..."."""
    if not re.match(r"[a-z`]|[A-Z] ", message):
        yield "starts small, or with a variable such as N"
    if message.endswith((".", "!", " ")):
        yield "the sentence ends elsewhere"
    if message.count("`") % 2:
        yield "code stands between two backticks"
    if "you " in f"{message} ":
        yield "speaks of the formula, not of the person"


def no_message_gives_the_formula_away(bench: Bench) -> Iterator[str]:
    right = right_code(bench.exercise)
    for entry in bench.exercise.misconceptions:
        for code in given_away(entry.message, right):
            yield f"`{entry.name}` gives away `{code}`"


def right_code(exercise: Exercise) -> frozenset[str]:
    """What no message may quote."""
    return frozenset((*_right_formulas(exercise), *_right_parts(exercise)))


def given_away(message: str, right: Container[str]) -> Iterator[str]:
    """The pieces of right code that a message quotes."""
    return (code for code in re.findall("`(.+?)`", message) if _bare(code) in right)


def _right_parts(exercise: Exercise) -> Iterator[str]:
    """What the solution assigns or returns, apart from plain names."""
    text = exercise.solution.text if exercise.solution else ""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Assign | ast.Return) and node.value and not isinstance(node.value, ast.Name):
            yield _bare(ast.unparse(node.value))


def _right_formulas(exercise: Exercise) -> Iterator[str]:
    """The right-hand sides of the displayed formulas of the reference's docstring."""
    text = inspect.getdoc(exercise.reference) or ""
    for line in text.split("Parameters\n")[0].splitlines():
        if line.startswith("    "):
            for formula in re.split(r";\s|,\s{2,}", line):
                yield _bare(re.split(r"<-|=", formula, maxsplit=1)[-1])


def _bare(code: str) -> str:
    """Code without what different hands write differently."""
    return re.sub(r"\s|(?<!\*)\*(?!\*)|np\.|\[.*?\]", "", code)
