"""HS: an honest student with a fault reads what it is, and keeps every point that it does not touch."""

from typing import Any

from autograder.sandbox.policy import Policy
from tests.hostile.corpus import (
    ANSWER,
    BESIDE,
    FILE,
    NOTHING,
    Case,
    HandIn,
    cells,
    code_cell,
    file,
    files,
    notebook,
)
from tests.hostile.metadata import ANSWERS, CONFLICT, PLAIN, edited, no_edit


IMPATIENT = Policy(probe_seconds=0.5)
TAKEN_AS_THEY_ARE = (
    "In the values of `cumulative_mean` a list, a tuple or objects stand where arrays are asked for; "
    "their numbers count as they are."
)


def right(id: str, title: str, hand_in: HandIn, *says: str, **more: Any) -> Case:
    """A habit or a fault that costs nothing."""
    return Case(id, title, hand_in, says=says, **more)


def fault(id: str, title: str, hand_in: HandIn, kind: str, *says: str, **more: Any) -> Case:
    """A fault that costs its exercise, and says what it is."""
    return Case(id, title, hand_in, scores=NOTHING, findings={"cumulative_mean": kind}, says=says, **more)


def returning(expression: str) -> HandIn:
    return cells(answer=ANSWER.replace("return means", f"return {expression}"))


def beside(*sources: str) -> HandIn:
    """Right answers after cells exactly as they are written here."""
    return file(notebook(*map(plain_cell, sources), *ANSWERS))


def plain_cell(source: str) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": {}, "source": source}


# --- the function ---------------------------------------------------------------------------------------

FUNCTIONS = (
    fault(
        "HS02",
        "one argument too many",
        cells(answer=ANSWER.replace("(x)", "(x, beta)", 1)),
        "wrong_signature",
        "`cumulative_mean` takes (x, beta) where (x) is asked for",
    ),
    fault(
        "HS02",
        "no argument at all",
        cells(answer="x = np.ones(3)\n\n" + ANSWER.replace("(x)", "()", 1)),
        "wrong_signature",
        "`cumulative_mean` takes () where (x) is asked for",
    ),
    right("HS02", "an argument of another name", cells(answer=ANSWER.replace("x", "values"))),
    right("HS02", "an argument by position only", cells(answer=ANSWER.replace("(x)", "(x, /)", 1))),
    fault(
        "HS04",
        "the answer is printed",
        returning("print(means)"),
        "returned_none",
        "a value that is printed is not returned",
    ),
    Case(
        "HS05",
        "the input is overwritten, and the values are right",
        cells(
            answer="""
            def cumulative_mean(x):
                means = np.cumsum(x, axis=0) / np.arange(1, len(x) + 1).reshape(-1, *[1] * (x.ndim - 1))
                x[...] = 0
                return means
            """
        ),
        findings={"cumulative_mean": "input_modified"},
        says=("changes its input arrays; work on a copy",),
    ),
    right(
        "HS06",
        "single precision",
        returning("means.astype(np.float32)"),
        "In the values of `cumulative_mean` the numbers have fewer digits than float64 has",
    ),
    right("HS07", "nested lists", returning("means.tolist()"), TAKEN_AS_THEY_ARE),
    right("HS07", "a tuple of rows", returning("tuple(means)"), TAKEN_AS_THEY_ARE),
    right(
        "HS07",
        "a list of Python's own numbers beside it",
        file(
            notebook(
                code_cell(ANSWER),
                code_cell(BESIDE.replace("return N, influence, n_eff", "return [N, influence, n_eff]")),
            )
        ),
        TAKEN_AS_THEY_ARE.replace("cumulative_mean", "window"),
    ),
    right(
        "HS10",
        "an object that numpy can convert, as tensors and data frames are",
        cells(
            """
        class Tensor:
            def __init__(self, values):
                self.values = values

            def __array__(self, dtype=None, copy=None):
                return self.values
        """,
            answer=ANSWER.replace("return means", "return Tensor(means)"),
        ),
    ),
    fault(
        "HS10",
        "an object that nobody can convert",
        cells("class Series:\n    pass", answer="def cumulative_mean(x):\n    return Series()"),
        "wrong_type",
        "an object of type Series",
    ),
    fault(
        "HS28",
        "the placeholder is left",
        cells(answer="def cumulative_mean(x):\n    raise NotImplementedError"),
        "not_implemented",
        "is not written yet",
    ),
    fault(
        "HS28",
        "an ellipsis is left",
        cells(answer="def cumulative_mean(x):\n    return x * ..."),
        "raised",
        "An `...` is left where a value belongs.",
    ),
    right(
        "HS38",
        "a state between calls that does no harm",
        cells(
            "calls = []", answer=ANSWER.replace("    return means", "    calls.append(x)\n    return means")
        ),
    ),
    fault(
        "HS40",
        "a generator",
        returning("(mean for mean in means)"),
        "wrong_type",
        "Wrap the generator in `list` or `np.array`",
    ),
    fault("HS40", "a map", returning("map(float, means.ravel())"), "wrong_type", "Wrap the map in"),
    fault(
        "HS42",
        "one exercise of two",
        cells(answer="# I ran out of time."),
        "not_defined",
        "`cumulative_mean` is not defined",
    ),
    fault(
        "HS21",
        "a function that takes too long",
        cells(answer="import time\n\n\ndef cumulative_mean(x):\n    time.sleep(60)\n    return x"),
        "time_limit",
        "did not come back in time",
        policy=IMPATIENT,
    ),
    right(
        "HS21",
        "a function that is slow and right",
        cells(
            answer=ANSWER.replace(
                "    return means", "    import time\n    time.sleep(0.1)\n    return means"
            )
        ),
    ),
    fault(
        "HS32",
        "np is not numpy any more",
        file(notebook(*ANSWERS, plain_cell("np = 5"))),
        "raised",
        "`np` is not numpy any more",
    ),
    fault(
        "HS32",
        "a variable is called sum",
        cells("sum = 0", answer="def cumulative_mean(x):\n    return sum(x) / len(x)"),
        "raised",
        "A variable may have the name of a function that you call",
    ),
    fault(
        "HS37",
        "an alias that numpy has given up",
        cells(answer=ANSWER.replace("np.zeros(x.shape)", "np.zeros(x.shape, dtype=np.float)", 1)),
        "raised",
        "write `float`",
    ),
)

# --- the cells ------------------------------------------------------------------------------------------

CELLS = (
    fault(
        "HS11",
        "a cell that only ran because another one had run before",
        file(
            notebook(
                code_cell(f"start = first_value\n\n{ANSWER}"), code_cell(BESIDE), code_cell("first_value = 0")
            )
        ),
        "not_defined",
        "`first_value` is only defined further down, in cell 3",
    ),
    fault(
        "HS11",
        "a name that only an earlier session knew",
        cells(answer="def cumulative_mean(x):\n    return forgotten(x)"),
        "raised",
        "name 'forgotten' is not defined",
    ),
    right("HS12", "an error in a cell that has nothing to do with it", cells("1 / 0"), "ZeroDivisionError"),
    right(
        "HS14",
        "a package that is not there, and its use beside the answer",
        cells(answer=f"import torch\n\ntorch.manual_seed(0)\n\n\n{ANSWER}"),
        "`torch` is not available while grading",
    ),
    fault(
        "HS14",
        "a package that is not there, imported above",
        cells("import torch", answer="def cumulative_mean(x):\n    return torch.cumsum(x, 0)"),
        "raised",
        "No module named 'torch', in the line `return torch.cumsum(x, 0)`. `torch` is not available",
    ),
    right(
        "HS15",
        "packages are installed",
        beside("%pip install seaborn", "!pip install seaborn", "!wget -q http://a.b/c"),
    ),
    right(
        "HS15",
        "commands of the shell and of the front end in the cell of an answer",
        file(
            notebook(
                plain_cell(f"!wget -q http://a.b/c\n%pip install x\n%matplotlib widget\n{ANSWER}"),
                code_cell(BESIDE),
            )
        ),
        "Commands of the shell do nothing while grading (cell 1).",
        "`%pip` does nothing while grading (cell 1).",
    ),
    fault(
        "HS16",
        "input is asked for",
        cells(answer=f"name = input('Your name: ')\n\n\n{ANSWER}"),
        "not_defined",
        "`input()` has nobody to ask while grading",
    ),
    right(
        "HS19",
        "warnings of every kind",
        cells(
            """
            import sys, warnings

            for kind in (RuntimeWarning, DeprecationWarning, UserWarning, FutureWarning):
                warnings.warn("something to know", kind)
            print("to stderr", file=sys.stderr)
            np.ones(1) / 0
            """,
            answer=ANSWER.replace("    return means", "    np.log(0 * means)\n    return means"),
        ),
    ),
    right("HS20", "numbers drawn without a seed", cells("values = np.random.rand(3)\nnp.random.seed(5)")),
    right(
        "HS22",
        "line ends of Windows, blanks and a tab",
        file(notebook(*(cell | {"source": cell["source"].replace("\n", "  \r\n")} for cell in ANSWERS))),
    ),
    right(
        "HS23",
        "names and comments in other letters",
        cells(
            answer=ANSWER.replace("mean =", "größe_µ =")
            .replace("mean +", "größe_µ +")
            .replace("- mean)", "- größe_µ)")
            .replace("= mean\n", "= größe_µ  # 平均\n")
        ),
    ),
    right("HS23", "an emoji in the name of the file", files({"заадача 🎓.ipynb": PLAIN}), "🎓"),
    fault(
        "HS24",
        "merge conflict in a cell",
        cells(answer=f"<<<<<<< HEAD\n{ANSWER}\n=======\n{ANSWER}\n>>>>>>> theirs"),
        "not_defined",
        "holds the marks of a git merge conflict (line 3)",
    ),
    Case("HS24", "merge conflict in the file", file(CONFLICT + PLAIN), ends="conflict", says=("line 1",)),
    right("HS25", "a byte order mark", file(b"\xef\xbb\xbf" + PLAIN)),
    right(
        "HS26",
        "widgets without their state",
        edited(
            no_edit, metadata={"widgets": {"application/vnd.jupyter.widget-state+json": {"version_major": 2}}}
        ),
    ),
    fault(
        "HS31",
        "a path of Colab",
        cells(answer=f"data = open('/content/drive/MyDrive/x.csv')\n\n\n{ANSWER}"),
        "not_defined",
        "That is a path of your own computer, or of Colab",
    ),
    fault(
        "HS31",
        "a path of Windows",
        cells(answer=f"data = open(r'C:\\Users\\ada\\x.csv')\n\n\n{ANSWER}"),
        "not_defined",
        "That is a path of your own computer, or of Colab",
    ),
    right(
        "HS33",
        "files that are named as modules are",
        files({FILE: PLAIN, "random.py": b"x = 1", "numpy.py": b"x = 1", "test.py": b"raise SystemExit"}),
        flags=("shadow_module",),
    ),
    right(
        "HS34",
        "a training that takes too long",
        cells("import time\ntime.sleep(60)"),
        "did not come to an end",
        cell_seconds=1.0,
    ),
    right(
        "HS43",
        "a loop without end in a cell for trying",
        cells("while True:\n    pass"),
        "did not come to an end",
        cell_seconds=1.0,
    ),
    right(
        "HS35",
        "await, asyncio and processes",
        cells(
            """
            import asyncio
            from multiprocessing import get_context

            await asyncio.sleep(0)

            async def three():
                return 3

            assert await three() == 3
            with get_context("fork").Pool(2) as pool:
                assert pool.map(abs, [-1, 2]) == [1, 2]
            print("all ran")
            """
        ),
        "all ran",
        tier="full",
    ),
    right(
        "HS36",
        "code for a graphics card beside the answer",
        cells(answer=f"import cupy as cp\n\n\n{ANSWER}"),
        "`cupy` is not available while grading",
    ),
    right(
        "HS41",
        "dates and numbers in the way of the country",
        cells("""
        import locale, time

        print(time.tzname, locale.setlocale(locale.LC_ALL, "C.UTF-8"), f"{1234.5:n}")
        locale.setlocale(locale.LC_ALL, "de_DE.UTF-8")
    """),
        "('UTC', 'UTC') C.UTF-8",
    ),
    right(
        "HS45",
        "very many outputs",
        cells("""
        import matplotlib.pyplot as plt
        from IPython.display import display

        for n in range(15):
            plt.figure(figsize=(1, 1))
            plt.plot(np.arange(3))
            plt.show()
        for n in range(2000):
            display(n)
    """),
    ),
    right(
        "HS46",
        "outputs of an older run",
        file(
            notebook(
                code_cell(
                    "print(2)",
                    outputs=[{"output_type": "stream", "name": "stdout", "text": "of an older run"}],
                ),
                *ANSWERS,
            )
        ),
        "The outputs that are saved in your file for cell 1 differ from ours",
        page_lacks=("of an older run",),
    ),
    right(
        "HS47",
        "a question that is answered in words is left empty",
        edited(lambda document: [cell.update(source="") for cell in document if _is_question(cell)]),
    ),
)


def _is_question(cell: dict[str, Any]) -> bool:
    nbgrader = cell["metadata"].get("nbgrader", {})
    return cell["cell_type"] == "markdown" and nbgrader.get("solution", False)


CASES = (*FUNCTIONS, *CELLS)
