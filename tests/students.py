"""The class that the tests grade: who hands in what, and what it deserves.

Everybody has all functions right but for what their line says. Right and wrong answers are those of the
catalogue (see `autograder.sample`); what happens to a notebook, and what is no formula at all, stands here.
"""

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from autograder.exercise import Exercise, Misconception
from autograder.exercises import load
from autograder.sample import Deserved, Student, recognised, text_of, unfilled, with_mistake


ASSIGNMENT = load("01_moving_averages")
EWMA = ASSIGNMENT.exercise("ewma")


def code(text: str) -> str:
    return textwrap.dedent(text).strip("\n")


# --- right and wrong answers, from the catalogue --------------------------------------------------------

RIGHT = {exercise.name: exercise.solution.text for exercise in ASSIGNMENT.exercises}


def written_as(kind: str) -> dict[str, str]:
    """The right answers of one kind, for every exercise that has one."""
    return {
        exercise.name: exercise.alternatives[kind].text
        for exercise in ASSIGNMENT.exercises
        if kind in exercise.alternatives
    }


def wrong(exercise: Exercise, name: str) -> str:
    """The answer of somebody with one misconception."""
    return text_of(next(entry for entry in exercise.misconceptions if entry.name == name))


# What comes to mind first, for which there are no points.
PLAIN = {"x": np.array([3.2, 1.5, 4.1]), "beta": 0.9}


def share_caught(exercise: Exercise, entry: Misconception) -> float:
    """Of the wrong versions of a function that plain inputs let slip, how many those of an entry catch."""
    tested = ASSIGNMENT.exercise(exercise.tests)
    plainly, caught = (count_caught(tested, arguments) for arguments in (PLAIN, entry.variant()))
    return max(caught - plainly, 0) / (len(tested.misconceptions) - plainly)


def count_caught(tested: Exercise, arguments: Mapping[str, Any]) -> int:
    """How many wrong versions of a function return something else than the right one."""
    right = tested.reference(**arguments)
    made = [np.asarray(wrong.variant(**arguments)) for wrong in tested.misconceptions]
    return sum(each.shape != right.shape or not np.allclose(each, right, 1e-6, 1e-9) for each in made)


def tests_written_badly(exercise: Exercise) -> Iterator[Student]:
    """One student for each rung on which inputs that see too little stand."""
    for entry in {entry.kind: entry for entry in reversed(exercise.misconceptions)}.values():
        student = with_mistake(exercise, entry)
        worth = replace(student.deserved[exercise.name], credit=share_caught(exercise, entry))
        yield replace(student, deserved={exercise.name: worth})


# --- everybody ------------------------------------------------------------------------------------------

STUDENTS = [
    Student("ada-all-right"),
    Student("ben-vectorised", written_as("vectorised")),
    Student("clara-scipy-filter", written_as("slices") | written_as("scipy filter")),
    Student("dev-single-precision", written_as("single precision")),
    Student("emil-lists-and-tuples", written_as("lists and tuples")),
    *recognised(ASSIGNMENT),
    *tests_written_badly(ASSIGNMENT.exercise("inputs_for_ewma")),
    with_mistake(EWMA, next(entry for entry in EWMA.misconceptions if entry.name == "swapped")),
    Student(
        "follow-through",
        {
            "ewma": wrong(EWMA, "swapped"),
            "ewma_corrected": code("""
                def ewma_corrected(x, beta):
                    t = np.arange(1, len(x) + 1).reshape(-1, *[1] * (x.ndim - 1))
                    return ewma(x, beta) / (1 - beta**t)
            """),
        },
        {
            "ewma": Deserved((), "wrong_values", "swapped"),
            "ewma_corrected": Deserved("all", "follow_through", says="`ewma` as the text asks for it"),
        },
    ),
    Student(
        "changes-its-input",
        {
            "cumulative_mean": code("""
                def cumulative_mean(x):
                    means = np.asarray(x, dtype=float)
                    for n in range(1, len(means)):
                        means[n] = (n * means[n - 1] + means[n]) / (n + 1)
                    return means
            """)
        },
        {"cumulative_mean": Deserved("all", "input_modified", says="changes its input")},
    ),
    Student(
        "prints-instead",
        {"cumulative_mean": RIGHT["cumulative_mean"].replace("return means", "print(means)")},
        {"cumulative_mean": Deserved((), "returned_none", says="a value that is printed is not returned")},
    ),
    Student(
        "index-error",
        {"cumulative_mean": RIGHT["cumulative_mean"].replace("x[n - 1]", "x[n]")},
        {"cumulative_mean": Deserved((), "raised", says="in the line `mean = mean + (x[n] - mean) / n`")},
    ),
    Student(
        "wrong-signature",
        {"window": RIGHT["window"].replace("window(beta)", "window(beta, N)")},
        {
            "window": Deserved(
                (), "wrong_signature", says="`window` takes (beta, N) where (beta) is asked for"
            )
        },
    ),
    unfilled(ASSIGNMENT),
    Student(
        "syntax-error",
        {"cumulative_mean": RIGHT["cumulative_mean"].replace("(x):", "(x)", 1)},
        {"cumulative_mean": Deserved((), "not_defined", says="SyntaxError: expected ':'")},
    ),
    Student(
        "loop-forever",
        {
            "window": RIGHT["window"]
            + "\n\n\nw, total = 0.1, 0.0\nwhile total < 1:\n    w = 0.9 * w\n    total = max(total, w)"
        },
        {"window": Deserved((), "not_defined", says="did not come to an end")},
    ),
    Student(
        "exits-the-process",
        {
            "stochastic_average": "import os\n\n\n" + RIGHT["stochastic_average"] + "\n\n\nos._exit(0)",
        },
        {"stochastic_average": Deserved((), "not_defined", says="ended the whole Python process")},
    ),
    Student(
        "sys-exit",
        {"ewma_weights": "import sys\n\n\n" + RIGHT["ewma_weights"] + "\n\n\nsys.exit()"},
    ),
    Student(
        "memory-bomb",
        {
            "window": "history = []\nwhile True:\n    history.append(np.zeros(10**7))\n\n\n"
            + RIGHT["window"],
        },
        {"window": Deserved((), "not_defined", says="more memory than there is")},
    ),
    Student(
        "memory-in-a-function",
        {
            "window": code("""
                def window(beta):
                    w = (1 - beta) * beta ** np.arange(10**12)
                    N = (1 + beta) / (1 - beta)
                    return N, 1 - beta**N, 1 / np.sum(w**2)
            """)
        },
        {"window": Deserved((), "memory_limit", says="more memory than there is")},
    ),
    Student(
        "output-flood",
        {
            "cumulative_mean": "n = 1\nwhile n > 0:\n    print(n, 'observations so far' * 1000)\n\n\n"
            + RIGHT["cumulative_mean"]
        },
        {"cumulative_mean": Deserved((), "not_defined", says="printed more than there is room for")},
    ),
    Student(
        "warns-on-stderr",
        {
            "ewma": "import sys\nimport warnings\n\n\n"
            + RIGHT["ewma"].replace(
                "    means = np.zeros(x.shape)\n",
                "    warnings.warn('beta is close to 1')\n    means = np.zeros(x.shape)\n",
            )
            + "\n\n\nprint(ewma(np.ones(3), 0.9), file=sys.stderr)",
        },
    ),
    Student("test-cell-twice", edit="test_cell_twice"),
    Student("test-cell-deleted", edit="test_cell_deleted"),
    Student("test-cell-edited", edit="test_cell_edited"),
    Student("helper-cell-and-reordered", edit="helper_and_reordered"),
    Student(
        "cell-turned-to-text",
        edit="turned_to_text",
        deserved={"ewma_weights": Deserved((), "not_defined", says="not a code cell")},
    ),
    Student("truncated-file", edit="truncated", rejected="json"),
    Student("empty-file", edit="empty", rejected="empty"),
]
