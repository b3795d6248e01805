"""Texts that are like others: what is found, and above all what is left alone."""

import inspect
import io
import keyword
import tokenize
from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from advsec import averages, optimizers
from autograder import similarity
from autograder.exercise import Assignment, Exercise
from autograder.exercises import load
from autograder.flags import Flag, flags
from autograder.results import CellRecord, Result
from autograder.sandbox.reader import Cell


AVERAGES = load("01_moving_averages")
# The functions of the first assignment are too short to be compared, so the copies are of a longer one.
ADAM = Assignment(
    "02", "Optimizers", (Exercise("adam_step", optimizers.adam_step, "(w, dw, state)", 1, (), (), ""),)
)
REFERENCE = inspect.getsource(optimizers.adam_step)

# Two students on their own: the same task, hints and length.
KMEANS = """
def kmeans(x, k, *, steps=20, rng=None):
    rng = rng or np.random.default_rng(0)
    centres = x[rng.choice(len(x), k, replace=False)]
    for _ in range(steps):
        distances = ((x[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2)
        labels = distances.argmin(axis=1)
        for j in range(k):
            if np.any(labels == j):
                centres[j] = x[labels == j].mean(axis=0)
    return centres, labels
"""
KMEANS_WITHOUT_NUMPY = """
def kmeans(x, k, *, steps=20, rng=None):
    if rng is None:
        rng = np.random.default_rng(0)
    start = rng.permutation(len(x))[:k]
    means = [x[i].copy() for i in start]
    label = [0] * len(x)
    for step in range(steps):
        sums = [np.zeros(x.shape[1]) for _ in means]
        counts = [0 for _ in means]
        for n, point in enumerate(x):
            gaps = [np.dot(point - mean, point - mean) for mean in means]
            label[n] = int(np.argmin(gaps))
            sums[label[n]] += point
            counts[label[n]] += 1
        means = [s / c if c else m for s, c, m in zip(sums, counts, means)]
    return np.array(means), np.array(label)
"""


def handed_in(student: str, *sources: str) -> Result:
    cells = tuple(CellRecord(Cell("code", source, "")) for source in sources)
    return Result(student, AVERAGES.name, "graded", "", 20.0, 20.0, cells=cells)


def found(*results: Result, template: Iterable[str] = ()) -> dict[str, tuple[Flag, ...]]:
    return flags(results, ADAM, {str(number): source for number, source in enumerate(template)})


def renamed(source: str) -> str:
    """The source with every name changed that is not a keyword, an attribute or numpy; comments added."""
    tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    names: dict[str, str] = {}
    changed = []
    for before, token in zip([tokens[0], *tokens], tokens, strict=False):
        text = token.string
        is_name = token.type == tokenize.NAME and not keyword.iskeyword(text) and text != "np"
        if is_name and before.string != ".":
            text = names.setdefault(text, f"my_{len(names)}")
        changed.append((token.type, text))
    return "# all my own work\n" + tokenize.untokenize(changed)


# --- copies ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", [str, renamed])
def test_a_copy_of_the_reference_is_found(change: object) -> None:
    ((student, (flag,)),) = found(handed_in("a", "x = 1", change(REFERENCE)), handed_in("b", KMEANS)).items()
    assert (student, flag.kind) == ("a", "similar")
    assert "(cell 2)" in flag.message
    assert "is like `adam_step` of the reference in structure (100%)" in flag.message


@pytest.mark.parametrize("change", [str, renamed])
def test_students_with_one_text_are_found_and_shown_to_each_other(change: object) -> None:
    result = found(
        handed_in("a", KMEANS), handed_in("b", change(KMEANS)), handed_in("c", KMEANS_WITHOUT_NUMPY)
    )
    assert {student: [flag.kind for flag in own] for student, own in result.items()} == {
        "a": ["similar"], "b": ["similar"],
    }  # fmt: skip
    assert "of b (cell 1)" in result["a"][0].message
    assert "of a (cell 1)" in result["b"][0].message


def test_one_file_of_several_takes_nobody_elses_place_in_the_list() -> None:
    """That is short: a group that hands in together would fill it."""
    group = [replace(handed_in(student, KMEANS), sha256="f" * 64) for student in "abc"]
    others = [handed_in("d", KMEANS_WITHOUT_NUMPY), handed_in("e", renamed(KMEANS_WITHOUT_NUMPY))]
    result = found(*group, *others)
    assert {student: [flag.kind for flag in own] for student, own in result.items()} == {
        "a": ["same_file"], "b": ["same_file"], "c": ["same_file"], "d": ["similar"], "e": ["similar"],
    }  # fmt: skip


def test_comments_docstrings_and_layout_do_not_hide_a_copy() -> None:
    spaced = KMEANS.replace("rng=None):\n", 'rng=None):\n    """Mine."""\n\n    # mine\n').replace(
        " = ", "  =  "
    )
    assert found(handed_in("a", KMEANS), handed_in("b", spaced)).keys() == {"a", "b"}


def test_a_copy_is_found_between_text_that_is_no_python() -> None:
    broken = "def broken(:\n  '''\n" + "'''\n%%magic (\n)\n" + KMEANS + "\n  what?\n((("
    assert found(handed_in("a", KMEANS), handed_in("b", broken)).keys() == {"a", "b"}


def test_one_student_may_repeat_themselves() -> None:
    assert found(handed_in("a", KMEANS, KMEANS)) == {}


# --- what is left alone ---------------------------------------------------------------------------------


def test_independent_solutions_are_left_alone() -> None:
    assert found(handed_in("a", KMEANS), handed_in("b", KMEANS_WITHOUT_NUMPY)) == {}


def stub(exercise: Exercise) -> str:
    return f"def {exercise.name}{exercise.signature}:\n    raise NotImplementedError\n"


def test_right_alternatives_are_left_alone_whatever_their_length(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(similarity, "MIN_TOKENS", 30)
    monkeypatch.setattr(similarity, "MIN_FINGERPRINTS", 5)
    monkeypatch.setattr(similarity, "LISTED", 1.0)
    results = [
        handed_in(f"{exercise.name}, {name}", written.text)
        for exercise in AVERAGES.exercises
        for name, written in exercise.alternatives.items()
    ]
    template = [stub(exercise) for exercise in AVERAGES.exercises]
    assert len(results) > 20
    assert found(*results, template=template) == {}
    copy = handed_in("copy", renamed(results[0].cells[0].cell.source))
    assert "copy" in found(*results, copy, template=template)


def test_short_functions_are_ignored() -> None:
    short = inspect.getsource(averages.effective_window) + inspect.getsource(averages.mean_update)
    assert found(handed_in("a", short), handed_in("b", short)) == {}


def test_many_short_functions_do_not_make_a_long_one() -> None:
    short = "".join(f"def f{number}(x):\n    return x + {number}\n\n\n" for number in range(50))
    assert found(handed_in("a", short), handed_in("b", short)) == {}


def test_what_the_template_gave_is_nobodys() -> None:
    longer = KMEANS.replace("    return", "    centres = centres[::-1]\n    return")
    assert found(handed_in("a", longer), handed_in("b", longer), template=[KMEANS]) == {}
    assert found(handed_in("a", longer), handed_in("b", longer)).keys() == {"a", "b"}


def test_a_text_that_repeats_itself_says_nothing() -> None:
    table = "def table():\n    return [" + "0.5, " * 30 + "]\n"
    table = table.replace("0.5, 0.5, ", "0.5,\n 0.5,\n ")
    assert len(table) > 120
    assert found(handed_in("a", table), handed_in("b", table)) == {}


def test_the_same_structure_with_other_names_and_another_flow_is_one_signal_only() -> None:
    other = KMEANS.translate(str.maketrans({"x": "q"}))
    tokens = [token.string for token in tokenize.generate_tokens(io.StringIO(KMEANS).readline)]
    names = sorted({token for token in tokens if token.isidentifier() and not keyword.iskeyword(token)})
    unlike = tokenize.untokenize(
        (token.type, f"{names[place * 7 % len(names)]}{place}" if token.string in names else token.string)
        for place, token in enumerate(tokenize.generate_tokens(io.StringIO(other).readline))
    )
    assert found(handed_in("a", KMEANS), handed_in("b", unlike)) == {}


# --- the list -------------------------------------------------------------------------------------------


def test_the_list_ends_after_its_share_of_the_class() -> None:
    copies = [handed_in(f"copy{number:03}", REFERENCE) for number in range(20)]
    others = [handed_in(f"other{number:03}", "x = 1") for number in range(180)]
    assert found(*copies, *others).keys() == {"copy000", "copy001", "copy002", "copy003"}
    assert len(found(*copies)) == 2


def test_the_strongest_come_first() -> None:
    edited = handed_in("a", renamed(REFERENCE))
    assert found(edited).keys() == {"a"}
    assert found(edited, handed_in("b", REFERENCE), handed_in("c", REFERENCE)).keys() == {"b", "c"}


def test_every_function_of_an_assignment_is_compared_with_its_own_module() -> None:
    copy = handed_in("a", renamed(REFERENCE))
    assert flags([copy], ADAM, {}).keys() == {"a"}
    assert flags([copy], AVERAGES, {}) == {}


# --- anything ------------------------------------------------------------------------------------------


@given(
    st.lists(
        st.text(st.sampled_from("def f(x):\n\t '\"\\#=%advsec\0\r\f{}é\u202e\ud800"), max_size=80), max_size=3
    )
)
def test_any_text_is_survived(sources: list[str]) -> None:
    found(handed_in("a", *sources), handed_in("b", *sources), template=sources[:1])


@pytest.mark.parametrize(
    "source",
    [
        "'''\n" * 9000,
        "(" * 30_000,
        "(\n" * 15_000,
        "\\\n" * 15_000,
        "def f(\n" * 5000,
        "if x:\n " * 5000,
        "\0" * 30_000,
    ],
)
def test_monsters_are_survived(source: str) -> None:
    found(handed_in("a", source), handed_in("b", KMEANS))
