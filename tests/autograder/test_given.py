"""Locked code runs as it was given, whatever was done to its cell."""

from autograder.exercises import load
from autograder.given import Given, Step
from autograder.sandbox.reader import Cell
from tests.make_submissions import ASSIGNMENT, release


IMPORTS = "import numpy as np"
GIVEN = Given(
    ("title", "imports", "f", "test-f", "data", "g", "test-g"),
    {"imports": IMPORTS, "data": "data = 1"},
    {"test-f": "check(f)", "test-g": "check(g)"},
)
RESTORE = Step("if 'np' not in globals():\n    import numpy as np")


def code(grade_id: str, source: str) -> Cell:
    return Cell("code", source, grade_id)


TITLE = Cell("markdown", "# Title", "title")
F, G = code("f", "def f(): ..."), code("g", "def g(): ...")
TEST_F, DATA = code("test-f", "check(f)"), code("data", "data = 1")


def steps(*cells: Cell, given: Given = GIVEN) -> list[Step]:
    return list(given.steps(cells))


def test_what_is_as_it_was_given_runs_once_in_its_place() -> None:
    cells = (TITLE, code("imports", IMPORTS + "  \n"), F, TEST_F, DATA, G)
    expected = [Step(IMPORTS + "  \n", 1), Step(F.source, 2), Step("data = 1", 4), Step(G.source, 5), RESTORE]
    assert steps(*cells) == expected
    assert list(GIVEN.notes(cells)) == []


def test_what_was_changed_runs_as_it_was_given_and_then_as_it_is() -> None:
    cells = (TITLE, code("imports", "import torch"), F, DATA, G)
    assert steps(*cells)[:3] == [Step(IMPORTS), Step("import torch", 1), Step(F.source, 2)]
    (note,) = GIVEN.notes(cells)
    assert note == "Cell 2 is locked, and was changed: it ran as it was given, then as it is now."


def test_what_was_removed_runs_before_what_stands_below_it() -> None:
    cells = (TITLE, F, G)
    expected = [Step(IMPORTS), Step(F.source, 1), Step("data = 1"), Step(G.source, 2), RESTORE]
    assert steps(*cells) == expected
    assert list(GIVEN.notes(cells)) == [
        f"The locked cell `{name}` is missing: it ran as it was given." for name in ("imports", "data")
    ]


def test_what_was_moved_down_runs_before_what_stands_below_it() -> None:
    assert steps(F, G, code("imports", IMPORTS))[:2] == [Step(IMPORTS), Step(F.source, 0)]


def test_what_was_turned_to_text_runs() -> None:
    assert steps(Cell("markdown", IMPORTS, "imports"), F)[0] == Step(IMPORTS)


def test_in_a_notebook_of_ones_own_it_runs_first() -> None:
    cells = (code("", "x = 1"), code("", "y = 2"))
    assert steps(*cells) == [Step(IMPORTS), Step("data = 1"), Step("x = 1", 0), Step("y = 2", 1), RESTORE]
    assert list(GIVEN.notes(cells)) == []


def test_below_everything_it_runs_last() -> None:
    given = Given(("f", "end"), {"end": "z = 3"})
    assert steps(F, code("", "x = 1"), given=given) == [Step(F.source, 0), Step("z = 3"), Step("x = 1", 1)]


def test_a_test_cell_runs_only_with_a_definition_of_ones_own() -> None:
    for source in ("assert True", "f = None", "f = g", "check(f)\ncheck(f)"):
        assert steps(code("test-f", source), given=Given(tests=GIVEN.tests)) == []
    for source in ("f = lambda x: x", "async def f(): ...", "class A: ...", "if True:\n    def f(): ..."):
        assert len(steps(code("test-f", source), given=Given(tests=GIVEN.tests))) == 1
    mine = code("test-f", "def f(): ...\n\ncheck(f)")
    assert Step(mine.source, 0) in steps(mine)
    assert [step for step in steps(TEST_F, Cell("markdown", "def", "test-f")) if step.index is not None] == []
    (note, *_) = GIVEN.notes((mine, DATA, code("imports", IMPORTS)))
    assert note == "Cell 1 is a test cell: your code in it was run. Write answers above it."


def test_magics_among_what_was_given_are_no_obstacle() -> None:
    given = Given(("a",), {"a": "%matplotlib inline\nimport os.path, math as m\nfrom a import b as c"})
    (*_, restoring) = steps(given=given)
    assert restoring.source.count("if ") == 3
    assert "'os'" in restoring.source
    assert "'m'" in restoring.source
    assert "'c'" in restoring.source


def test_a_released_notebook_says_what_was_given() -> None:
    assignment = load(ASSIGNMENT)
    given = Given.of(release(assignment))
    assert "imports" in given.locked
    assert given.tests == Given.nothing(assignment).tests
    assert {exercise.name for exercise in assignment.exercises} < set(given.order)
