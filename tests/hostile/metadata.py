"""GT: what the file says about itself changes nothing, and what cannot be read is said."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from autograder.exercises import load
from autograder.results import Result
from tests.autograder.course import ROOT
from tests.hostile.corpus import (
    ANSWER,
    BESIDE,
    FILE,
    NOTHING,
    WRONG,
    Case,
    HandIn,
    cells,
    code_cell,
    file,
    files,
    notebook,
    zipped,
)
from tests.make_submissions import ASSIGNMENT, NOTEBOOKS, hand_in, release
from tests.students import Student


Cell = dict[str, Any]

ANSWERS = (code_cell(ANSWER), code_cell(BESIDE))
PLAIN = notebook(*ANSWERS)


@cache
def released() -> bytes:
    """The notebook of the assignment with right answers in it, as nbgrader released it."""
    return hand_in(Student("ada"), release(load(ASSIGNMENT)))


def edited(edit: Callable[[list[Cell]], object], **around: Any) -> HandIn:
    """The released notebook after an edit of its cells; `around` replaces what stands around them."""

    def write(folder: Path) -> None:
        document = json.loads(released())
        edit(document["cells"])
        (folder / FILE).write_text(json.dumps(document | around))

    return write


def with_grade_id(document: list[Cell], grade_id: str) -> Cell:
    return next(cell for cell in document if cell["metadata"].get("nbgrader", {}).get("grade_id") == grade_id)


def nbgrader(**values: Any) -> HandIn:
    """These values in the metadata of every cell that nbgrader knows."""

    def edit(document: list[Cell]) -> None:
        for cell in document:
            if "nbgrader" in cell["metadata"]:
                cell["metadata"]["nbgrader"] |= values

    return edited(edit)


def no_edit(document: list[Cell]) -> None:
    pass


def spoil_test(document: list[Cell], **values: Any) -> None:
    """The test cell becomes one that would replace the function, if anybody ran it."""
    test = with_grade_id(document, "test-cumulative_mean")
    test["source"] = "cumulative_mean = None"
    test["metadata"]["nbgrader"] |= values


def insert_after_answer(document: list[Cell], source: str) -> None:
    place = document.index(with_grade_id(document, "cumulative_mean"))
    document.insert(place + 1, code_cell(source))


def to_markdown(document: list[Cell]) -> None:
    cell = with_grade_id(document, "cumulative_mean")
    cell["cell_type"] = "markdown"


def nbformat_3() -> bytes:
    sources = [cell["source"] for cell in json.loads(PLAIN)["cells"]]
    old = [{"cell_type": "code", "input": source, "language": "python", "outputs": []} for source in sources]
    return json.dumps({"nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": old}]}).encode()


def spliced(into: str, text: bytes) -> HandIn:
    """A notebook with bytes that no JSON writer would make: `text` after the first `into`."""
    return file(PLAIN.replace(into.encode(), into.encode() + text, 1))


def rejected(id: str, title: str, made: HandIn | bytes, code: str, *says: str) -> Case:
    return Case(id, title, file(made) if isinstance(made, bytes) else made, ends=code, says=says)


def belongs_to_mallory(result: Result) -> None:
    assert result.student == "mallory"


CONFLICT = b"<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> other\n"

# --- about cells ----------------------------------------------------------------------------------------

CELLS = (
    Case("GT01", "grade_ids are renamed", nbgrader(grade_id="other")),
    Case("GT02", "five hundred points", nbgrader(points=500)),
    Case("GT02", "negative points", nbgrader(points=-1)),
    Case("GT02", "points that are no number", nbgrader(points=float("nan"))),
    Case("GT02", "points as text", nbgrader(points="5")),
    Case("GT02", "a schema of the future", nbgrader(schema_version=99)),
    Case("GT03", "a test cell says that it is a solution", edited(lambda c: spoil_test(c, solution=True))),
    Case(
        "GT05",
        "a test cell is deleted",
        edited(lambda c: c.remove(with_grade_id(c, "test-cumulative_mean"))),
    ),
    Case("GT08", "the cells stand in reverse order", edited(lambda c: c.reverse())),
    Case(
        "GT09",
        "the function is defined again between solution and test",
        edited(lambda c: insert_after_answer(c, WRONG)),
        scores=NOTHING,
        findings={"cumulative_mean": "wrong_values"},
    ),
    Case(
        "GT09",
        "the last of three definitions counts",
        cells(WRONG, "cumulative_mean = None"),
        says=("`cumulative_mean` is defined in the cells 1, 2 and 3; the last one counts.",),
    ),
    Case(
        "GT11",
        "the answer is saved as text",
        edited(to_markdown),
        scores=NOTHING,
        findings={"cumulative_mean": "not_defined"},
        says=("which is not a code cell",),
    ),
    Case(
        "GT11",
        "a function is looked for among a quarter of a million empty lines",
        file(notebook({"cell_type": "markdown", "source": "\n" * 250_000}, code_cell(BESIDE))),
        scores=NOTHING,
        findings={"cumulative_mean": "not_defined"},
    ),
    Case(
        "GT22",
        "identifiers that are missing, equal and of no allowed form",
        file(notebook(code_cell(ANSWER, id="a"), code_cell(BESIDE, id="a"), code_cell("0", id={"b": 1}))),
    ),
    rejected(
        "GT22",
        "a hundred thousand cells",
        lambda folder: (folder / FILE).write_bytes(notebook(*[code_cell("")] * 100_000)),
        "too_many_cells",
        "100000 cells",
    ),
    *(
        Case("GT23", f"a cell whose {what}", file(notebook(cell, *ANSWERS)))
        for what, cell in {
            "source is null": code_cell("") | {"source": None},
            "source is a number": code_cell("") | {"source": 5},
            "source is a list of anything": code_cell("") | {"source": ["x = 1\n", None, 5, ["y"]]},
            "metadata is a list": code_cell("x = 1") | {"metadata": []},
            "nbgrader metadata is text": code_cell("x = 1") | {"metadata": {"nbgrader": "all points"}},
            "outputs are missing": {"cell_type": "code", "source": "x = 1"},
            "type is unknown": code_cell("x = 1") | {"cell_type": ["code"]},
        }.items()
    ),
    Case(
        "GT23",
        "cells that are no cells",
        file(notebook(None, 5, "x", [], *ANSWERS)),
    ),
    Case(
        "GT24",
        "outputs that were written by hand",
        file(
            notebook(
                code_cell(
                    WRONG,
                    outputs=[{"output_type": "stream", "name": "stdout", "text": "All tests passed ✔"}],
                ),
                code_cell(BESIDE),
            )
        ),
        scores=NOTHING,
        findings={"cumulative_mean": "wrong_values"},
        page_lacks=("All tests passed",),
    ),
    Case(
        "GT25",
        "magics that write, load, run and call the shell",
        file(
            notebook(
                *(
                    {"cell_type": "code", "metadata": {}, "source": source}
                    for source in (
                        "%%bash\nrm -rf /box/* /tmp/* /usr/bin; echo done",
                        "!rm -rf ~ /tmp/*",
                        "%%writefile numpy.py\nallclose = None",
                        "%load_ext autoreload\n%autoreload 2",
                        "%run ./numpy.py",
                        "%%javascript\nalert(1)",
                        "%cd /\n%reset -f",
                        "%no_such_magic",
                    )
                ),
                code_cell(ANSWER),
                code_cell(BESIDE),
            )
        ),
        tier="full",
    ),
)

# --- about the file -------------------------------------------------------------------------------------

FILES = (
    Case(
        "GT10",
        "a kernel of the student's own",
        edited(
            no_edit,
            metadata={
                "kernelspec": {"name": "../../evil", "argv": ["/tmp/evil"], "env": {"LD_PRELOAD": "evil.so"}},
                "language_info": {"name": "python"},
            },
        ),
    ),
    rejected(
        "GT10",
        "a notebook of R",
        notebook(code_cell("1"), metadata={"kernelspec": {"name": "ir", "language": "R"}}),
        "language",
        "(R)",
    ),
    rejected(
        "GT10",
        "a notebook that only its language calls Julia",
        notebook(code_cell("1"), metadata={"language_info": {"name": "julia"}}),
        "language",
        "(julia)",
    ),
    Case("GT12", "notebook format 3", file(nbformat_3())),
    Case("GT12", "a minor version of the future", file(notebook(*ANSWERS, nbformat_minor=99))),
    rejected("GT12", "notebook format 2", notebook(nbformat=2), "nbformat", "(2)"),
    rejected("GT12", "notebook format 5", notebook(nbformat=5), "nbformat", "(5)"),
    rejected("GT12", "no format at all", b'{"cells": []}', "nbformat", "none given"),
    rejected("GT13", "a file that ends in the middle", PLAIN[: len(PLAIN) // 2], "json", "line 1, column"),
    rejected("GT13", "a file that breaks on line 3", b'{"nbformat": 4,\n"cells":\n[}]}', "json", "line 3"),
    rejected("GT13", "text that is no notebook", b"\xc2\xa0Dear grader, my dog ate it.", "json"),
    rejected("GT13", "a list instead of a notebook", b"[1, 2]", "not_a_notebook", "JSON list"),
    rejected("GT14", "an empty file", b"", "empty"),
    rejected("GT14", "a file of blanks", b" \n\t\n", "empty"),
    Case("GT15", "a byte order mark", file(b"\xef\xbb\xbf" + PLAIN)),
    Case("GT16", "UTF-16 that says so", file(PLAIN.decode().encode("utf-16"))),
    rejected(
        "GT16",
        "Latin-1",
        notebook(code_cell("# caf@")).replace(b"@", "é".encode("latin-1")),
        "encoding",
        "byte",
    ),
    Case(
        "GT18",
        "metadata a hundred thousand levels deep",
        spliced('"metadata": {', b'"deep": ' + b"[" * 100_000 + b"]" * 100_000 + b', "x": 0}, "y": {'),
    ),
    rejected(
        "GT19",
        "two sources in one cell",
        spliced('"cell_type": "code",', b'"source": "1",'),
        "duplicate_key",
        "source",
    ),
    rejected("GT19", "two lists of cells", spliced("{", b'"cells": [],'), "duplicate_key", "cells"),
    Case("GT19", "the same entry of the metadata twice", spliced('"metadata": {', b'"a": 1, "a": 2')),
    Case("GT20", "numbers that are none", spliced('"metadata": {', b'"a": NaN, "b": -Infinity, "c": 1e999')),
    Case("GT20", "a number of very many digits", spliced('"metadata": {', b'"a": ' + 100_000 * b"9")),
    Case("GT21", "half of a character", spliced("import numpy as np", b"  # \\ud800")),
    rejected("GT13", "a merge conflict in the file", CONFLICT + PLAIN, "conflict", "line 1"),
    Case(
        "GT26",
        "a time stamp in the archive",
        zipped({f"mallory/{FILE}": PLAIN, "mallory/timestamp.txt": b"2000-01-01 00:00:00 UTC"}),
        flags=("timestamp",),
    ),
    Case(
        "GT26",
        "a time stamp beside the notebook",
        files({FILE: PLAIN, "timestamp.txt": b"2000-01-01 00:00:00 UTC"}),
        flags=("timestamp",),
    ),
    Case(
        "GT27",
        "the gradebook is written to",
        cells("""
            import glob, sqlite3

            places = ["/box/../..", "/tmp/*", "/tmp/*/.course", "/home/*/*", "/root/*", "..", "../../.."]
            found = [path for place in places for path in glob.glob(place + "/gradebook.db")]
            for path in found:
                sqlite3.connect(path).execute("update grade set auto_score = 100")
            print("found:", found)
        """),
        says=("found: []",),
        tier="reduced",
    ),
    Case(
        "GT28",
        "the notebook with the solutions is read",
        cells(f"""
            import glob, os

            places = ["../../../source", "/source", {str(NOTEBOOKS)!r}, {str(ROOT)!r}, "/course/source"]
            print("found:", [path for place in places for path in glob.glob(place + "/**", recursive=True)
                             if os.path.isfile(path)])
        """),
        says=("found: []",),
        tier="reduced",
    ),
)

# --- about who and which --------------------------------------------------------------------------------

NAMES = (
    Case(
        "GT30",
        "a notebook that says it is somebody else's",
        files({"ada.ipynb": notebook(*ANSWERS, metadata={"authors": [{"name": "ada"}]})}),
        says=("The file is named ada.ipynb",),
        also=belongs_to_mallory,
    ),
    Case(
        "GT31",
        "a copy that the browser has renamed",
        files({f"{ASSIGNMENT} (1).ipynb": PLAIN}),
        says=(f"The file is named {ASSIGNMENT} (1).ipynb",),
    ),
    Case(
        "GT31",
        "a checkpoint beside the notebook",
        files({FILE: PLAIN, f".ipynb_checkpoints/{ASSIGNMENT}-checkpoint.ipynb": b"{}"}),
    ),
    Case("GT31", "a copy beside the notebook", files({FILE: PLAIN, f"{ASSIGNMENT} (1).ipynb": b"{}"})),
    rejected(
        "GT31",
        "two notebooks of which none has the name",
        files({"homework.ipynb": PLAIN, "homework-final.ipynb": PLAIN}),
        "ambiguous",
        "homework-final.ipynb, homework.ipynb",
    ),
    *(
        Case("GT34", f"the student is called {name[:20]!r}", file(PLAIN), student=name)
        for name in ("Smith [late]", "*", "{student_id}", "-rf", "trailing ", "%s%n", "x" * 200, "josé\u0301")
    ),
    rejected("GT35", "another file instead of the notebook", files({"essay.docx": b"PK"}), "missing"),
    rejected("GT35", "an empty folder", files({}), "missing"),
)

CASES = (*CELLS, *FILES, *NAMES)
