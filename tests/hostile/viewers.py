"""VW: whoever looks at a submission sees it, and nothing more happens.

A script that ran would set `window.pwned`, a request that left would go to `BEACON`:
`tests/browser/test_hostile.py` opens what is rendered of these cases in a browser.
"""

import base64
import contextlib
import csv
import io
import json
import re
import struct
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image

from autograder.cli.tables import print_table
from autograder.notebook import autograded_notebook
from autograder.report import class_page, scores_csv
from autograder.report.whole_course import Part, course_page
from autograder.results import Result, summary
from autograder.sandbox.images import png_of
from autograder.sandbox.policy import Policy
from tests.autograder.grades import grade_of, grades_of
from tests.hostile.corpus import (
    ANSWER,
    ASSIGNMENT,
    BESIDE,
    Case,
    HandIn,
    cells,
    code_cell,
    file,
    notebook,
)
from tests.hostile.laboratory import release


BEACON = "http://127.0.0.1:9/beacon"
PWN = "window.pwned=1"
SCRIPT = f"<script>{PWN}</script>"


# --- what is looked at ----------------------------------------------------------------------------------


def formgrader_shows_text_and_images(result: Result) -> None:
    """Nothing of the student's stands in the notebook for formgrader in a form that a browser would run."""
    ours = {judgement.exercise for judgement in result.judgements}
    for cell in autograded_notebook(result, ASSIGNMENT, release())["cells"]:
        tested = cell["metadata"].get("nbgrader", {}).get("grade_id", "").removeprefix("test-")
        for output in cell.get("outputs", ()) if tested not in ours else ():
            assert set(output.get("data", ())) <= {"text/plain", "image/png"}
            if picture := output.get("data", {}).get("image/png"):
                is_ours(base64.b64decode(picture))
        if cell["cell_type"] != "code" and not cell["metadata"]:
            assert not re.search(r"<[a-z/!?]|!\[|\\href", cell["source"])


def is_ours(picture: bytes) -> None:
    """The image is, byte for byte, what the driver writes for its pixels."""
    with Image.open(io.BytesIO(picture), formats=["PNG"]) as image:
        assert png_of(np.asarray(image)) == picture


def terminal_shows_plain_text(result: Result) -> None:
    """No character of the table does anything to a terminal but stand there."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        print_table([result], ASSIGNMENT, grades_of([result], ASSIGNMENT))
    assert printed.getvalue().replace("\n", "").isprintable()


def table_has_one_line_per_student(result: Result) -> None:
    """What a spreadsheet reads is the header and one line, and no cell of it is a formula."""
    header, *lines = csv.reader(
        io.StringIO(scores_csv([result], ASSIGNMENT, grades_of([result], ASSIGNMENT)))
    )
    assert [len(line) for line in lines] == [len(header)]
    assert not any(cell.lstrip(" \t\r\n\xa0")[:1] in "=+@-" for cell in lines[0] if cell)


def report_is_one_line(result: Result) -> None:
    """`autograder grade --json` prints one object on one line."""
    assert "\n" not in json.dumps(
        summary(result, ASSIGNMENT, grade_of(result, ASSIGNMENT)), ensure_ascii=False
    )


def shows_images(count: int) -> Callable[[Result], None]:
    """So many images are shown."""

    def check(result: Result) -> None:
        outputs = [output for record in result.cells if record.result for output in record.result.outputs]
        assert sum(bool(output.png) for output in outputs) == count

    return check


def page_is_small(result: Result) -> None:
    assert sum(len(str(record)) for record in result.cells) < 4 << 20


def everywhere(*checks: Callable[[Result], None]) -> Callable[[Result], None]:
    def check(result: Result) -> None:
        for each in (*checks, formgrader_shows_text_and_images):
            each(result)
        grades = grades_of([result], ASSIGNMENT)
        class_page([result], ASSIGNMENT, grades)
        course_page([Part(ASSIGNMENT, {result.student: result}, grades)])

    return check


# --- what is handed in ----------------------------------------------------------------------------------


def markdown(source: str, **more: Any) -> HandIn:
    """Right answers, and a text cell."""
    text = {"cell_type": "markdown", "metadata": {}, "source": source} | more
    raw = {"cell_type": "raw", "metadata": {"format": "text/html"}, "source": source}
    return file(notebook(text, raw, code_cell(ANSWER), code_cell(BESIDE)))


def with_metadata(notebook_wide: dict[str, Any], cell_wide: dict[str, Any]) -> HandIn:
    answers = (code_cell(ANSWER, metadata=cell_wide), code_cell(BESIDE, metadata=cell_wide))
    return file(notebook(*answers, metadata=notebook_wide))


def harmless(
    id: str,
    title: str,
    hand_in: HandIn,
    *lacks: str,
    tags_lack: tuple[str, ...] = (),
    also: Any = None,
    **more: Any,
) -> Case:
    """A case whose page lacks what must not be live on it."""
    lacks = (SCRIPT, "<img src=x", *lacks)
    checks = also if isinstance(also, tuple) else (also,) if also else ()
    also = everywhere(*checks)
    return Case(id, title, hand_in, page_lacks=lacks, tags_lack=(BEACON, *tags_lack), also=also, **more)


def named(id: str, title: str, student: str, *checks: Callable[[Result], None], lacks: str = "") -> Case:
    """An honest notebook of somebody with a hostile name."""
    return harmless(id, title, cells(), *((lacks,) if lacks else ()), also=checks, student=student)


def showing(*expressions: str) -> HandIn:
    """Right answers, and a cell that displays these."""
    shown = "\n".join(f"display({expression})" for expression in expressions)
    return cells(f"from IPython.display import *\n{shown}")


def png(width: int, height: int) -> bytes:
    """A white image of which the header says how large it is."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress(bytes((width // 8 + 1) * height), 9)
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


PNG_AND_SCRIPT = png(9, 9) + SCRIPT.encode()
FIGURES = """
    import matplotlib.pyplot as plt

    for transparent in (False, True):
        plt.rcParams["savefig.transparent"] = transparent
        plt.plot(np.arange(3))
        plt.show()
    plt.rcParams["savefig.transparent"] = False
    plt.figure(figsize=(10, 8), dpi=300)
    plt.plot(np.arange(3))
    plt.show()
"""
SVG = f"<svg xmlns='http://www.w3.org/2000/svg' onload='{PWN}'>{SCRIPT}</svg>"
LOADS = (
    f"<img src='{BEACON}'><link rel=stylesheet href='{BEACON}'><style>@import url({BEACON});</style>"
    f"<meta http-equiv=refresh content='0;url={BEACON}'><base href='{BEACON}'><iframe src='{BEACON}'>"
    f"</iframe><object data='{BEACON}'></object><video poster='{BEACON}'></video>"
)
SPOOF = "<div style='position:fixed;inset:0;background:white'>Score 6 of 6</div>"
FORM = f"<form action='{BEACON}' id=f><input name=score value=6></form><script>f.submit()</script>"
TAKEN_OVER = """
    import sys

    Output, Picture = (getattr(sys.modules["sandbox.messages"], name) for name in ("Output", "Picture"))
    record = get_ipython().recorder.outputs.append
"""

CASES = (
    harmless("VW01", "a script in an HTML output", showing(f"HTML({SCRIPT!r})")),
    harmless(
        "VW01",
        "a script in an output that the worker, taken over, says is HTML",
        cells(
            f"""{TAKEN_OVER}
    for kind in ("display", "result", "stream", "error", "other"):
        for name in ("text/html", "image/svg+xml", "application/javascript", "text/markdown", {SCRIPT!r}):
            record(Output(kind, name, {SCRIPT + SVG!r}))
"""
        ),
    ),
    harmless("VW02", "handlers of events", showing(f"HTML('<img src=x onerror={PWN}><svg onload={PWN}>')")),
    harmless("VW03", "JavaScript", showing(f"Javascript('{PWN}')", "Javascript(filename='/dev/null')")),
    harmless(
        "VW03",
        "every other kind of output",
        showing(
            *(
                f"{{'{kind}': {SCRIPT!r}}}, raw=True"
                for kind in (
                    "text/html",
                    "text/markdown",
                    "text/latex",
                    "application/javascript",
                    "application/vnd.jupyter.widget-view+json",
                    "image/svg+xml",
                    "video/mp4",
                )
            )
        ),
    ),
    harmless(
        "VW05",
        "HTML in text",
        markdown(f"{SCRIPT}\n\n<img src=x onerror={PWN}>\n\n<details open ontoggle={PWN}>"),
    ),
    harmless(
        "VW05",
        "HTML that closes what is around it",
        markdown(f"</pre></code></textarea></style></title>--><!--]]>{SCRIPT}"),
    ),
    harmless(
        "VW06",
        "links that run",
        markdown(
            f"[a](javascript:{PWN}) <a href='javascript:{PWN}'>b</a> [c](data:text/html,{SCRIPT})\n\n"
            f"[d]: javascript:{PWN}\n\n$\\href{{javascript:{PWN}}}{{x}}$"
        ),
        tags_lack=("javascript:", "data:text"),
    ),
    harmless(
        "VW07",
        "attachments that are no images",
        markdown(
            "![x](attachment:x.svg) ![y](attachment:y.png)",
            attachments={
                "x.svg": {"image/svg+xml": base64.b64encode(SVG.encode()).decode()},
                "y.png": {"image/png": "not base64", "text/html": SCRIPT},
            },
        ),
    ),
    harmless(
        "VW07",
        "images that are none",
        showing(
            "{'image/png': 'AAAA'}, raw=True",
            "{'image/jpeg': 'bm9uZQ=='}, raw=True",
            "{'image/jpeg': ['none']}, raw=True",
            f"Image(data={b'GIF89a' + SVG.encode()!r}, format='png')",
            f"SVG(data={SVG!r})",
        ),
        says=("[An image is not shown: it is neither PNG nor JPEG.]",),
    ),
    harmless(
        "VW07",
        "images that are broken, or more than they seem",
        showing(
            f"Image(data={png(9, 9)[:50]!r})",
            f"Image(data={png(9, 9)!r} + {SCRIPT.encode()!r})",
            f"Image(data=b'\\xff\\xd8\\xff' + {SVG.encode()!r}, format='jpeg')",
        ),
        says=("it is a damaged PNG.]", "it is a damaged JPEG.]"),
        also=shows_images(1),
    ),
    harmless("VW07", "figures as matplotlib draws them", cells(FIGURES), also=shows_images(3)),
    *(
        harmless(
            "VW07",
            f"a worker, taken over, that sends {what}",
            cells(f"{TAKEN_OVER}\n    record(Picture('display', {pixels}))"),
            says=("was stopped",),
            also=shows_images(0),
        )
        for what, pixels in {
            "a file for pixels": f"np.frombuffer({PNG_AND_SCRIPT!r}, np.uint8)",
            "an image of no size": "np.zeros((0, 5, 3), np.uint8)",
            "an image with a side that no page has": "np.zeros((4001, 1, 3), np.uint8)",
            "numbers for pixels": "np.full((5, 5, 4), np.nan)",
        }.items()
    ),
    harmless(
        "VW07",
        "a worker, taken over, that sends as much noise as there is room for",
        cells(
            *[
                f"""{TAKEN_OVER}
    for _ in range(20):
        record(Picture("display", np.random.randint(0, 256, (500, 500, 4), dtype=np.uint8)))
"""
            ]
            * 3
        ),
        says=("[There is no room for more outputs of this notebook.]",),
        also=shows_images(2),
        policy=Policy(notebook_output_bytes=2 << 20),
    ),
    harmless(
        "VW08",
        "the state of widgets",
        with_metadata(
            {"widgets": {"application/vnd.jupyter.widget-state+json": {"x": f"</script>{SCRIPT}"}}}, {}
        ),
    ),
    harmless(
        "VW09",
        "metadata",
        with_metadata(
            {
                "title": f"</title>{SCRIPT}",
                "authors": [{"name": SCRIPT}],
                "language_info": {"name": "python", "pygments_lexer": f"'>{SCRIPT}", "mimetype": SCRIPT},
                "kernelspec": {"name": SCRIPT, "display_name": SCRIPT, "language": "python"},
            },
            {"tags": [SCRIPT, f"'>{SCRIPT}"], "nbgrader": {"grade_id": f"'>{SCRIPT}", "points": SCRIPT}},
        ),
    ),
    named("VW10", "a name with a handler", f"<img src=x onerror={PWN}>", terminal_shows_plain_text),
    named(
        "VW10", "a name that closes an attribute", f"\" onfocus={PWN} autofocus x='", lacks=f'" onfocus={PWN}'
    ),
    named("VW10", "a name that is a template", "{{ 7*7 }}{% raw %}", lacks="<bdi>49"),
    harmless(
        "VW11", "loads from elsewhere", markdown(LOADS + f"\n\n![pixel]({BEACON}) ![p][p]\n\n[p]: {BEACON}")
    ),
    harmless(
        "VW11",
        "loads from elsewhere, in outputs",
        showing(
            f"HTML({LOADS!r})",
            f"Image(url='{BEACON}')",
            f"Markdown('![x]({BEACON})')",
            f"IFrame('{BEACON}', 9, 9)",
        ),
    ),
    harmless("VW12", "a form that is sent by itself", markdown(FORM)),
    harmless("VW12", "a form in an output", showing(f"HTML({FORM!r})")),
    *(
        named(
            "VW13",
            f"a name that is a formula: {start!r}",
            f"{start}HYPERLINK(1)",
            table_has_one_line_per_student,
        )
        for start in ("=", "+", "-", "@", "\t=", "\r=", " =", "\xa0=", "\n=", "＝", "'=")
    ),
    named("VW14", "a name that is several cells", 'a","6","6\n"b', table_has_one_line_per_student),
    named(
        "VW15",
        "a name that talks to the terminal",
        "\x1b]52;c;cHduZWQ=\x07\x1b[2J\x9b31m\rmallory",
        terminal_shows_plain_text,
        lacks="\x1b",
    ),
    harmless(
        "VW15",
        "an output that talks to the terminal",
        cells("print(chr(27) + ']0;title' + chr(7) + chr(27) + '[2J' + chr(155) + '31m' + chr(13) + '6')"),
        "\x1b",
        "\x07",
        "\x9b",
        also=terminal_shows_plain_text,
    ),
    harmless(
        "VW15",
        "an error that talks to the terminal",
        cells(answer="def cumulative_mean(x):\n    raise ValueError('\\x1b]0;t\\x07\\x1b[2J\\r6 of 6')"),
        "\x1b",
        also=terminal_shows_plain_text,
        scores={"cumulative_mean": 0.0},
        findings={"cumulative_mean": "raised"},
    ),
    named(
        "VW16",
        "a name that is a line of the log",
        'mallory\n{"student": "eve", "score": 6}\u2028x',
        report_is_one_line,
        terminal_shows_plain_text,
    ),
    harmless(
        "VW17",
        "text that runs backwards or cannot be seen",
        cells("a = 'points \u202e6 fo 6\u2066 \u200b\u2060'  # \u202e\nprint(a)"),
        "\u202e",
        "\u2066",
        "\u200b",
        also=terminal_shows_plain_text,
        flags=("invisible",),
    ),
    harmless(
        "VW17",
        "names that look alike",
        cells(answer=f"{ANSWER}\n\n\ndef cumulative_me\u0430n(x):\n    return x"),
        flags=("look_alike",),
    ),
    named(
        "VW17",
        "a name that runs backwards",
        "yrollam\u202egnihtyna",
        terminal_shows_plain_text,
        lacks="\u202e",
    ),
    harmless(
        "VW18",
        "a million elements",
        showing("HTML('<b>' * 10**6)", "print('<span></span>' * 10**6)"),
        also=page_is_small,
    ),
    harmless(
        "VW18",
        "images that are larger than any screen",
        showing(f"Image(data={png(20_000, 20_000)!r})", f"Image(data={png(60_000, 1)!r})"),
        says=("it is more than 4000 pixels wide or high.]",),
        also=page_is_small,
    ),
    harmless(
        "VW18",
        "more images, and larger ones, than a page has room for",
        showing(*[f"Image(data={png(1600, 1600)!r})"] * 3),
        says=("the images of this cell are too many, or too large.]",),
        also=shows_images(1),
    ),
    harmless(
        "VW20",
        "text for LaTeX",
        markdown("\\input{/etc/passwd} \\write18{touch x} $\\input{/etc/passwd}$"),
        "root:x:0:0",
    ),
    harmless("VW22", "a score of one's own", markdown(SPOOF), tags_lack=("position:fixed",)),
    harmless(
        "VW22",
        "a score of one's own, in an output",
        showing(f"HTML({SPOOF!r})"),
        tags_lack=("position:fixed",),
    ),
)
