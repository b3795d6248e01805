"""The sample class of an assignment: who hands in what, and what it deserves.

It is made from the catalogue. Everybody has all functions right but for what their line says. Right and wrong
answers deserve what is worked out there by hand; the grader is not asked.
"""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.catalogue import STILL_BROKEN
from autograder.exercise import AS_GIVEN, Assignment, Exercise, Misconception
from autograder.trials import draw_hidden
from autograder.written import Written


@dataclass(frozen=True)
class Deserved:
    """What one answer deserves: the probes it passes ("all", or their names), and the finding.

    `credit` is the share of the points that recognising the mistake is worth, `part` that of a probe which is
    not passed, `says` a part of the message.
    """

    passes: tuple[str, ...] | str = ()
    kind: str | None = None
    misconception: str | None = None
    credit: float = 0.0
    part: float = 0.0
    says: str = ""


ALL_RIGHT = Deserved("all")


@dataclass(frozen=True)
class Student:
    """A student, the cells that differ from the right ones, and what was done to the notebook or its file."""

    name: str
    answers: Mapping[str, str] = field(default_factory=dict)
    deserved: Mapping[str, Deserved] = field(default_factory=dict)
    edit: str = ""
    rejected: str = ""


# --- everybody ------------------------------------------------------------------------------------------


def sample_class(assignment: Assignment, *, hazards: bool = False) -> Iterator[Student]:
    """All right, right but different, not begun, and one student for each kind of finding; with `hazards`
    also those whose code takes all the time or memory that there is."""
    yield Student("ada-all-right")
    yield Student("ben-right-but-different", _different(assignment))
    yield from recognised(assignment)
    yield from _told(_alone(assignment), hazards)
    yield unfilled(assignment)
    yield Student("truncated-file", edit="truncated", rejected="json")


def _different(assignment: Assignment) -> dict[str, str]:
    """An alternative for each exercise, another kind each time, where none has to fit another's layout."""
    beside = {name for exercise in assignment.exercises for name in exercise.beside}
    found = {}
    for number, exercise in enumerate(assignment.exercises):
        if exercise.beside or exercise.name in beside:
            continue
        texts = [each.text for each in exercise.alternatives.values() if isinstance(each, Written)]
        found[exercise.name] = texts[number % len(texts)]
    return found


def recognised(assignment: Assignment) -> Iterator[Student]:
    """One for each kind of wrong formula in the catalogue: its rung of the ladder, and what it is worth."""
    seen = set()
    for number in range(max(len(exercise.misconceptions) for exercise in assignment.exercises)):
        for exercise in (each for each in assignment.exercises if not each.tests):
            for entry in exercise.misconceptions[number : number + 1]:
                kind = (entry.kind, bool(entry.credit), bool(entry.parts), entry.convention)
                if kind not in seen and entry.name != AS_GIVEN:
                    seen.add(kind)
                    yield with_mistake(exercise, entry)


def with_mistake(exercise: Exercise, entry: Misconception) -> Student:
    """Somebody with one misconception."""
    name = f"{exercise.name}-{entry.name}".replace("_", "-")
    return Student(name, {exercise.name: text_of(entry)}, {exercise.name: deserves(exercise, entry)})


def text_of(entry: Misconception) -> str:
    if not isinstance(entry.variant, Written):
        raise ValueError(f"{entry.name} is not given as text")
    return entry.variant.text


def deserves(exercise: Exercise, entry: Misconception) -> Deserved:
    """What the catalogue says by hand."""
    drawn = draw_hidden(exercise, b"what is passed does not depend on the draw")
    passes = tuple(each.probe.name for each in drawn if entry.is_right_on(each.probe, each.calls))
    values = getattr(drawn[0].expected[-1], "value", None)
    values = tuple(values.values()) if isinstance(values, dict) else values
    asked = [each for each in values if each is not ...] if isinstance(values, tuple) else []
    part = len(entry.parts) / len(asked) if asked else 0.0
    kind = "convention" if entry.convention else entry.kind
    return Deserved(passes, kind, entry.name, 1.0 if entry.convention else entry.credit, part, entry.message)


def unfilled(assignment: Assignment) -> Student:
    """Somebody who has not begun."""
    stub = Deserved((), "not_implemented", says="not written yet")
    deserved = {
        each.name: replace(deserves(each, each.as_given), says=STILL_BROKEN) if each.as_given else stub
        for each in assignment.exercises
    }
    return Student("unfilled", edit="unfilled", deserved=deserved)


def _alone(assignment: Assignment) -> Exercise:
    """The first exercise on which no other one builds, whose solution returns in one place."""
    for exercise in assignment.exercises:
        others = (each for each in assignment.exercises if each is not exercise)
        used = any(exercise.name in solution_of(each) or exercise.name in each.beside for each in others)
        if not used and not exercise.as_given and solution_of(exercise).count("return ") == 1:
            return exercise
    raise ValueError(f"{assignment.name} has no exercise that stands alone")


def _told(exercise: Exercise, hazards: bool) -> Iterator[Student]:
    """What is no formula at all, with one exercise."""
    name, right = exercise.name, solution_of(exercise)
    head, last = f"def {name}{exercise.signature}", right.rindex("return ")
    returned = right[last:].removeprefix("return ").rstrip()

    def told(student: str, answer: str, kind: str, says: str) -> Student:
        return Student(student, {name: answer}, {name: Deserved((), kind, says=says)})

    yield told(
        "prints-instead",
        f"{right[:last]}print({returned})",
        "returned_none",
        "a value that is printed is not returned",
    )
    yield told(
        "misspelt-name", f"{right[:last]}return reslut", "raised", f"`{name}` raised NameError: name 'reslut'"
    )
    yield told("no-arguments", right.replace(head, f"def {name}()"), "wrong_signature", f"`{name}` takes ()")
    yield told("syntax-error", right.replace(f"{head}:", head), "not_defined", "SyntaxError: expected ':'")
    yield told(
        "exits-the-process",
        f"{right}\n\n\nimport os\nos._exit(0)",
        "not_defined",
        "ended the whole Python process",
    )
    if hazards:
        endless = f"{right}\n\n\nn = 1\nwhile n > 0:\n    n += 1"
        yield told("loop-forever", endless, "not_defined", "did not come to an end")
        greedy = f"{right}\n\n\nhistory = []\nwhile True:\n    history.append(np.zeros(10**7))"
        yield told("memory-bomb", greedy, "not_defined", "more memory than there is")


def solution_of(exercise: Exercise) -> str:
    if exercise.solution is None:
        raise ValueError(f"{exercise.name} has no model answer")
    return exercise.solution.text


# --- notebooks ------------------------------------------------------------------------------------------


def write(assignment: Assignment, template: NotebookNode, folder: Path, *, hazards: bool = False) -> None:
    """Let everybody hand in, where `autograder grade` looks for it."""
    for student in sample_class(assignment, hazards=hazards):
        path = folder / student.name / assignment.name / f"{assignment.name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(hand_in(student, assignment, template))


def hand_in(student: Student, assignment: Assignment, template: NotebookNode) -> bytes:
    """The bytes of the file that a student hands in, of the released notebook."""
    data = (nbformat.writes(filled(student, assignment, template)) + "\n").encode()
    return data[: len(data) // 2] if student.edit == "truncated" else data


def filled(student: Student, assignment: Assignment, template: NotebookNode) -> NotebookNode:
    """The released notebook with the student's answers in it."""
    notebook = copy.deepcopy(template)
    if student.edit != "unfilled":
        answers = {exercise.name: solution_of(exercise) for exercise in assignment.exercises}
        for name, answer in (answers | dict(student.answers)).items():
            cell_of(notebook, name).source = answer
    return notebook


def cell_of(notebook: NotebookNode, grade_id: str) -> NotebookNode:
    return next(
        cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id
    )


# --- what they deserve ----------------------------------------------------------------------------------


def expected(student: Student, assignment: Assignment) -> dict[str, Any]:
    """What grading has to find, in the words of `autograder grade --json`."""
    if student.rejected:
        return {"outcome": "rejected", "reason": student.rejected, "score": None, "exercises": {}}
    exercises = {
        exercise.name: _expected_of(student.deserved.get(exercise.name, ALL_RIGHT), exercise)
        for exercise in assignment.exercises
    }
    score = round(sum(each["score"] for each in exercises.values()), 2)
    return {"outcome": "graded", "reason": "", "score": score, "exercises": exercises}


def _expected_of(deserved: Deserved, exercise: Exercise) -> dict[str, Any]:
    probes = [probe.name for probe in exercise.probes]
    passes = list(probes if deserved.passes == "all" else deserved.passes)
    if unknown := set(passes) - set(probes):
        raise ValueError(f"no probe is named {unknown.pop()!r}; the probes are {probes}")
    failed = len(probes) - len(passes)
    share = max((len(passes) + failed * deserved.part) / len(probes), deserved.credit)
    finding = {"kind": deserved.kind, "misconception": deserved.misconception, "says": deserved.says}
    return {
        "score": 0.0 if deserved.kind == AS_GIVEN else round(share * exercise.points, 2),
        "passes": passes,
        "finding": finding if deserved.kind else None,
    }
