"""VF: whatever a notebook does, its score is what its numbers deserve."""

import base64
import re
from collections.abc import Mapping
from typing import Any

from advsec import averages
from autograder.exercise import public_generator
from autograder.exercises.moving_averages import CUMULATIVE_MEAN
from autograder.results import Result
from autograder.sandbox.policy import Policy
from tests.hostile.corpus import (
    ANSWER,
    BESIDE,
    FILE,
    MARK,
    NOTHING,
    WRONG,
    Case,
    HandIn,
    attack,
    cells,
    code,
    code_cell,
    files,
    notebook,
)


# A probe that hangs is given up sooner than a class would want.
IMPATIENT = Policy(probe_seconds=0.5)
# Drawing takes time on a busy machine.
PATIENT = Policy(probe_seconds=20.0)


def wrong(id: str, title: str, hand_in: HandIn, kind: str = "wrong_values", *says: str, **more: Any) -> Case:
    """A case that is worth nothing for the attacked exercise, with one finding."""
    return Case(id, title, hand_in, scores=NOTHING, findings={"cumulative_mean": kind}, says=says, **more)


def returning(expression: str, *before: str, answer: str = ANSWER) -> HandIn:
    """The answer, with its `means` dressed up before it is returned."""
    return cells(*before, answer=answer.replace("return means", f"return {expression}"))


def takeover(id: str, title: str, hand_in: HandIn, kind: str = "stopped", **more: Any) -> Case:
    """The worker itself is taken over: nothing that it says is worth anything, for no exercise."""
    both = ("cumulative_mean", "window")
    return Case(
        id, title, hand_in, scores=dict.fromkeys(both, 0.0), findings=dict.fromkeys(both, kind), **more
    )


def function(body: str) -> str:
    """The source of the attacked function with this body."""
    lines = "\n".join(f"    {line}" for line in code(body).split("\n"))
    return f"def cumulative_mean(x):\n{lines}"


def no_cell_failed(result: Result) -> None:
    assert all(record.result.status == "ok" for record in result.cells if record.result)


def finds_only_stubs(result: Result) -> None:
    """The masked packages may stand there as one file that says that they are absent."""
    (shown,) = (each.text for record in result.cells if record.result for each in record.result.outputs)
    assert "cumulative" not in shown


# --- around the answer ----------------------------------------------------------------------------------

AROUND = (
    wrong(
        "VF01",
        "asserts are taken out of the syntax tree",
        attack("""
            import ast

            class Agreeable(ast.NodeTransformer):
                def visit_Assert(self, node):
                    return ast.copy_location(ast.Pass(), node)

            get_ipython().ast_transformers.append(Agreeable())
        """),
    ),
    wrong(
        "VF01",
        "every line is rewritten before it runs",
        attack("""
            get_ipython().input_transformers_post.append(lambda lines: ["score = 100\\n", *lines])
            get_ipython().input_transformers_cleanup.append(lambda lines: [*lines, "assert True\\n"])
        """),
    ),
    wrong(
        "VF04",
        "errors are not shown",
        attack("""
            from IPython.core.interactiveshell import InteractiveShell

            InteractiveShell.showtraceback = InteractiveShell._showtraceback = None
        """),
    ),
    wrong(
        "VF05",
        "a numpy.py beside the notebook",
        files(
            {
                FILE: notebook(code_cell(WRONG), code_cell(BESIDE)),
                "numpy.py": b"allclose = lambda *args, **kwargs: True\n",
            }
        ),
        flags=("shadow_module",),
    ),
    wrong(
        "VF05",
        "a numpy.py written by a cell",
        attack("""
            import sys
            from pathlib import Path

            Path("numpy.py").write_text("allclose = lambda *args, **kwargs: True")
            sys.path.insert(0, "")
        """),
    ),
    wrong(
        "VF06",
        "comparisons of numpy always agree",
        attack("""
            for name in ("allclose", "isclose", "array_equal", "all"):
                setattr(np, name, lambda *args, **kwargs: True)
            for name in ("assert_allclose", "assert_array_equal", "assert_equal"):
                setattr(np.testing, name, lambda *args, **kwargs: None)
        """),
    ),
    wrong(
        "VF28",
        "a result is printed, displayed and written",
        attack("""
            from pathlib import Path
            from IPython.display import HTML, display

            print('{"score": 3, "max_score": 3}', "### END GRADE", sep=chr(10))
            display(HTML("<b>3 of 3</b>"))
            Path("results.json").write_text('{"score": 3}')
        """),
    ),
    wrong(
        "VF36",
        "right only where it seems to be no grading",
        attack(
            after=(
                """
                import os, sys

                graded = "NBGRADER_EXECUTION" in os.environ or os.path.exists("/box") or os.getpid() < 10
                right = None if graded else (lambda x: np.cumsum(x, axis=0) / np.arange(1, len(x) + 1))
                cumulative_mean = right or cumulative_mean
                """,
            )
        ),
        tier="full",
    ),
    Case(
        "VF36",
        "no variable tells of grading",
        cells("""
            import os

            assert not [name for name in os.environ if "NBGRADER" in name or "AUTOGRADER" in name.upper()]
            assert "LMS_TOKEN" not in os.environ
        """),
        also=no_cell_failed,
    ),
    wrong(
        "VF44",
        "a skipped test is no failure elsewhere",
        cells(answer=function("import unittest\nraise unittest.SkipTest('not today')")),
        "raised",
        "SkipTest",
    ),
    wrong(
        "VF47",
        "a number as the last expression",
        attack(after=("100.0", "True", "float('nan')", "-1")),
    ),
    wrong(
        "VF48",
        "the solution of somebody else is run",
        attack("%run ../../neighbour/01_moving_averages/solution.py", "%run /course/source/solution.ipynb"),
    ),
    wrong(
        "VF49",
        "cells are run again by a magic",
        attack(
            """
            %config InteractiveShell.ast_node_interactivity = "all"
            get_ipython().run_line_magic("rerun", "")
            get_ipython().run_cell("cumulative_mean = len")
            """,
            after=("get_ipython().run_cell('cumulative_mean.score = 3')",),
        ),
    ),
    wrong(
        "VF50",
        "the generator of random numbers is replaced",
        attack("""
            class Constant:
                uniform = integers = normal = random = lambda self, *args, **kwargs: 1.0

            np.random.seed = lambda *args: None
            np.random.default_rng = lambda *args: Constant()
        """),
    ),
)


# --- what is returned -----------------------------------------------------------------------------------

LIAR = """
    class Equal:
        __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = lambda self, other: True
        __hash__ = None
        __sub__ = __rsub__ = lambda self, other: 0.0

        def __array__(self, dtype=None, copy=None):
            return np.zeros(3)


    class Liar(np.ndarray):
        __eq__ = __ne__ = lambda self, other: np.True_
        __hash__ = None

        def __array_ufunc__(self, ufunc, method, *args, **kwargs):
            return np.True_

        def __array_function__(self, function, types, args, kwargs):
            return np.True_


    class Shapeless(Liar):
        shape = property(lambda self: Equal())
        dtype = property(lambda self: np.dtype(float))
"""

RETURNED = (
    wrong("VF07", "an object that equals everything", returning("Equal()", LIAR), "wrong_shape"),
    wrong(
        "VF07",
        "an array of objects that equal everything",
        returning("np.frompyfunc(lambda mean: Equal(), 1, 1)(means)", LIAR),
        "wrong_type",
    ),
    wrong("VF08", "an array that answers for numpy", returning("means.view(Liar)", LIAR, answer=WRONG)),
    wrong(
        "VF09",
        "an array that lies about its shape",
        returning("(means + 1)[:1].view(Shapeless)", LIAR),
        "wrong_shape",
    ),
    wrong("VF13", "not a number", returning("means * np.nan"), "not_finite"),
    wrong(
        "VF13",
        "one that is not a number among right ones",
        returning("np.where(np.arange(means.size).reshape(means.shape) == means.size - 1, np.nan, means)"),
        "not_finite",
    ),
    wrong("VF14", "infinities, against a tolerance that grows", returning("means + np.inf"), "not_finite"),
    wrong("VF14", "the largest finite number", returning("np.full(x.shape, np.finfo(float).max)")),
    wrong("VF15", "whole numbers that wrap", returning("means.astype(np.int8)", answer=WRONG)),
    wrong("VF15", "whole zeros, which no mistake contradicts", returning("np.zeros(x.shape, dtype=int)")),
    wrong(
        "VF15",
        "whole numbers of 64 bits without a sign",
        returning("means.astype(np.int64).astype(np.uint64)", answer=WRONG),
    ),
    wrong("VF16", "an imaginary part that a cast would drop", returning("means + 5j"), "wrong_type"),
    wrong("VF17", "booleans", returning("means != 0"), "wrong_type"),
    wrong("VF17", "text", returning("means.astype(str)"), "wrong_type"),
    Case(
        "VF17",
        "objects that are the right numbers",
        returning("means.astype(object)"),
        says=("objects stand where arrays are asked for; their numbers count as they are",),
    ),
    wrong("VF17", "objects that are no numbers", returning("np.full(x.shape, object())"), "wrong_type"),
    wrong("VF17", "dates", returning("means.astype('datetime64[s]')"), "wrong_type"),
    wrong("VF17", "raw memory", returning("means.view('V8')"), "wrong_type"),
    wrong(
        "VF17", "a structured array", returning("np.zeros(x.shape, dtype=[('mean', float)])"), "wrong_type"
    ),
    wrong(
        "VF17",
        "a masked array",
        returning("np.ma.masked_array(means, mask=True)"),
        "wrong_type",
        "masked array",
    ),
    wrong("VF18", "a generator", returning("(mean for mean in means)"), "wrong_type", "generator"),
    wrong("VF18", "a coroutine", cells(answer="async " + function("return x")), "wrong_type", "coroutine"),
    Case(
        "VF19",
        "a thread rewrites what is being returned",
        cells(
            answer=function("""
                import threading, time

                means = np.zeros(x.shape)

                def rewrite():
                    while True:
                        means[...] = np.random.default_rng().random()

                threading.Thread(target=rewrite, daemon=True).start()
                return means
            """)
        ),
        scores=NOTHING,
        findings={"cumulative_mean": "wrong_values"},
    ),
)


# --- not coming back ------------------------------------------------------------------------------------

ENDINGS = (
    wrong("VF20", "an exit", cells(answer=function("raise SystemExit(0)")), "raised", "SystemExit"),
    wrong("VF20", "a keyboard interrupt", cells(answer=function("raise KeyboardInterrupt")), "stopped"),
    wrong("VF20", "the exit of a generator", cells(answer=function("raise GeneratorExit")), "raised"),
    Case(
        "VF21",
        "the process ends in the cell that defines it",
        cells(answer=f"{ANSWER}\n\nimport os\nos._exit(0)"),
        scores=NOTHING,
        findings={"cumulative_mean": "not_defined"},
        says=("cell 1, which defines it, ended the whole Python process",),
    ),
    Case(
        "VF21",
        "the process ends in another cell",
        cells("import os\nos._exit(0)"),
    ),
)


# --- speaking for the worker ----------------------------------------------------------------------------

FRAMES = """
    import os, struct, sys, time

    wire, messages = sys.modules["sandbox.wire"], sys.modules["sandbox.messages"]
    claim = ("returned", np.ones(6), "")

    def frames(call_id=bytes(16)):
        for value in (((claim,),) * 8, ("graded", np.asarray(3.0)), ("ok", ()), "3 of 3"):
            body = wire.encode(value, wire.Limits())
            for kind in range(10):
                yield wire.HEADER.pack(wire.MAGIC, wire.VERSION, kind, call_id, len(body)) + body

    def write_everywhere(pieces=None):
        for descriptor in range(1, 64):
            for piece in pieces or frames():
                try:
                    os.write(descriptor, piece)
                except OSError:
                    break
"""


def reply(body: str, *before: str) -> HandIn:
    """The worker encodes nothing any more: these bytes stand for every outcome."""
    return attack(
        FRAMES,
        *before,
        f"""
        leaves = sys.modules["sandbox.leaves"]
        assert leaves.encode_outcomes is messages.encode_outcomes
        leaves.encode_outcomes = lambda outcomes, limits: {body}
        """,
    )


SPEECHES = (
    wrong(
        "VF22",
        "bytes on every open file when the process ends",
        attack(FRAMES, "import atexit\natexit.register(write_everywhere)"),
    ),
    wrong(
        "VF22",
        "bytes on every open file when a function is forgotten",
        cells(
            FRAMES,
            """
            class Last:
                def __del__(self):
                    write_everywhere([b"100%"])
            """,
            answer=function("Last()\nreturn np.zeros(x.shape)"),
        ),
        "stopped",
    ),
    wrong(
        "VF23",
        "a thread that outlives its cell puts right what is asked in public",
        attack(
            after=(
                """
                import threading, time

                def replace():
                    while True:
                        globals()["cumulative_mean"] = lambda x: np.zeros(x.shape)

                threading.Thread(target=replace, daemon=True).start()
                """,
            )
        ),
    ),
    wrong(
        "VF24",
        "answers to requests that were never made",
        attack(FRAMES, after=("write_everywhere()",)),
    ),
    takeover(
        "VF25",
        "every frame twice",
        attack(
            FRAMES,
            """
            worker = sys.modules["sandbox.worker"]
            once = worker.send

            def twice(*args):
                once(*args)
                once(*args)

            worker.send = twice
            """,
        ),
    ),
    wrong(
        "VF25",
        "half a frame, and then silence",
        attack(
            FRAMES,
            after=(
                """
                def half(connection, frame, deadline=None):
                    body = wire.HEADER.pack(wire.MAGIC, wire.VERSION, frame.type, frame.call_id, 1000)
                    connection.sendall(body)
                    time.sleep(1000)

                worker = sys.modules["sandbox.worker"]
                perform = worker.perform_probes

                def perform_half(frame, *args):
                    if b"cumulative_mean" in frame.body:
                        worker.send = half
                    return perform(frame, *args)

                worker.perform_probes = perform_half
                """,
            ),
        ),
        "time_limit",
        policy=IMPATIENT,
    ),
    takeover(
        "VF25",
        "bytes after the value",
        reply("wire.encode((claim,), limits) + b'more'"),
    ),
    takeover("VF26", "a length of 2**63", reply("b'A' + struct.pack('<BBIQ', 11, 1, 2**32 - 1, 2**63)")),
    takeover("VF26", "255 axes", reply("b'A' + struct.pack('<BB', 11, 255) + bytes(2000)")),
    takeover(
        "VF26",
        "dimensions whose product overflows",
        reply("b'A' + struct.pack('<BB4IQ', 11, 4, *[2**16] * 4, 0)"),
    ),
    takeover("VF26", "more items than there are bytes", reply("b'T' + struct.pack('<I', 2**32 - 1)")),
    takeover(
        "VF27",
        "a pickle for an answer",
        reply(
            "pickle.dumps(Bomb())",
            """
            import os, pickle

            class Bomb:
                def __reduce__(self):
                    return (os.system, ("touch /tmp/hostile-corpus-pickle",))
            """,
        ),
    ),
    takeover(
        "VF42",
        "the encoder says what it likes",
        reply("wire.encode((('returned', 'right', ''),) * len(outcomes), limits)"),
        "wrong_type",
    ),
)


def _pattern_of_the_reference() -> bytes:
    """Finds the first line of the reference in memory, and not itself."""
    first, *rest = (averages.__doc__ or "").splitlines()[0]
    return f"[{first}]{re.escape(''.join(rest))}".encode()


# --- looking for what is expected -----------------------------------------------------------------------

SEARCHES = (
    wrong(
        "VF29",
        "callers and the garbage collector are searched for what is expected",
        cells(
            answer=function("""
                import gc, inspect, sys

                found = gc.get_objects()
                for frame in inspect.stack(context=0):
                    found += frame.frame.f_locals.values()
                arrays = [each for each in found if isinstance(each, np.ndarray) and each.shape == x.shape]
                return next((each for each in arrays if not np.array_equal(each, x)), np.zeros(x.shape))
            """)
        ),
    ),
    Case(
        "VF30",
        "the memory of the process is searched for the reference",
        cells(f"""
            import ctypes, os, re, sys

            libc = ctypes.CDLL(None)
            reading = os.open("page", os.O_RDWR | os.O_CREAT)

            def memory_near(anchor, reach=64 << 20, size=1 << 12):
                # The kernel says where there is nothing, instead of ending the process. It says so of a
                # whole read that starts in a gap: only by pages is the edge of what is there seen.
                last = b""
                for start in range(max(anchor // size * size - reach, size), anchor + reach, size):
                    count = libc.pwrite(reading, ctypes.c_void_p(start), size, 0)
                    page = os.pread(reading, count, 0) if count > 0 else b""
                    yield last + page
                    last = page

            needles = re.compile({_pattern_of_the_reference()!r}), re.compile(rb"[m]y own text")
            found = [0, 0]
            own = b"".join([b"my own ", b"text"])
            for anchor in (id(own), id(sys), id(np.zeros), id(sys.modules)):
                for content in memory_near(anchor):
                    found = [n + bool(needle.search(content)) for n, needle in zip(found, needles)]
            print("of the reference:", found[0], "of my own:", found[1] > 0)
        """),
        says=("of the reference: 0 of my own: True",),
    ),
    Case(
        "VF32",
        "inputs are kept for the next one: files",
        cells(
            answer=f"{ANSWER}\n\nright = cumulative_mean\n\n"
            + function(f"""
                from pathlib import Path

                for place in ("/tmp", "/dev/shm", "/var/tmp", "/box", "."):
                    try:
                        Path(place, "{MARK}").write_bytes(x.tobytes())
                    except OSError:
                        pass
                return right(x)
            """),
        ),
        tier="reduced",
    ),
    Case(
        "VF32",
        "the next one finds no files",
        cells(f"""
            from pathlib import Path

            places = ("/tmp", "/dev/shm", "/var/tmp", "/box", ".", "/")
            print("kept:", [place for place in places if Path(place, "{MARK}").exists()])
        """),
        says=("kept: []",),
        tier="reduced",
    ),
    wrong(
        "VF37",
        "the reference is imported",
        cells(answer="from advsec.averages import cumulative_mean"),
        "raised",
        "the reference package is not available while your work is graded",
        flags=("reference",),
    ),
    wrong(
        "VF37",
        "the reference is imported past the friendly word",
        cells(
            answer="""
            import importlib.util, site, sys, zipimport
            from pathlib import Path

            sys.meta_path[:] = [finder for finder in sys.meta_path if "Hidden" not in type(finder).__name__]
            for name in ("advsec", "autograder"):
                sys.modules.pop(name, None)
            sys.path += [str(Path(path).parent) for path in sys.path]
            from advsec.averages import cumulative_mean
            """
        ),
        "raised",
        tier="reduced",
    ),
    Case(
        "VF37",
        "every folder of packages is searched for the reference",
        cells(
            """
            import os, sys

            found = []
            top = {"/" + name for name in os.listdir("/")} - {"/proc", "/sys", "/dev", "/usr"}
            roots = {*sys.path, sys.prefix, *top}
            for folder, folders, names in (entry for root in roots for entry in os.walk(root)):
                folders[:] = [name for name in folders if folder.count("/") < 7 and name != "proc"]
                entries = [name for name in (*folders, *names) if "advsec" in name or "autograder" in name]
                for name in entries:
                    path = os.path.join(folder, name)
                    try:
                        is_folder = os.path.isdir(path)
                        found += os.listdir(path) if is_folder else [open(path, errors="replace").read()]
                    except OSError:
                        pass
            print("found:", [text for text in found if "def " in text or text.endswith(".py")])
            """,
        ),
        says=("found: [",),
        also=finds_only_stubs,
        tier="full",
    ),
    wrong(
        "VF37",
        "what the installer wrote about the reference is read",
        attack("""
            import contextlib, sys
            from importlib import metadata
            from pathlib import Path

            names = ("advsec", "autograder")
            found = []
            entries = [e for place in sys.path for name in names for e in Path(place).glob(f"*{name}*")]
            for path in (path for entry in entries for path in (entry, *entry.rglob("*"))):
                with contextlib.suppress(OSError):
                    found += [path] * any(name in path.read_text() for name in names)
            for name in names:
                with contextlib.suppress(Exception):
                    found += metadata.files(name) or ()
            print("found:", found)
        """),
        "wrong_values",
        "found: []",
        tier="reduced",
    ),
    Case(
        "VF38",
        "a solution is brought along as encoded text, and is judged like any other",
        cells(answer=f"import base64\nexec(base64.b64decode({base64.b64encode(ANSWER.encode())!r}))"),
        flags=("hidden_code",),
    ),
    wrong(
        "VF38",
        "a solution beside the notebook is not there",
        files(
            {
                FILE: notebook(code_cell("from solution import cumulative_mean"), code_cell(BESIDE)),
                "solution.py": f"import numpy as np\n{ANSWER}".encode(),
            }
        ),
        "raised",
    ),
    wrong(
        "VF39",
        "somebody else is asked over the network",
        cells(
            answer=function("""
                import urllib.request

                reply = urllib.request.urlopen("http://127.0.0.1:8000/", data=x.tobytes(), timeout=1)
                return np.frombuffer(reply.read())
            """)
        ),
        "raised",
        "URLError",
    ),
    wrong(
        "VF39",
        "another interpreter is asked",
        cells(
            answer=function("""
                import glob, subprocess

                for python in (*glob.glob("/usr/bin/python3*"), *glob.glob("/usr/local/bin/python3*")):
                    program = f"from advsec.averages import *; print(cumulative_mean({x.tolist()}).tolist())"
                    done = subprocess.run([python, "-c", program], capture_output=True, text=True)
                    if done.returncode == 0:
                        return np.array(eval(done.stdout))
                return np.zeros(x.shape)
            """)
        ),
        tier="reduced",
    ),
)


# --- knowing the inputs ---------------------------------------------------------------------------------


def public_inputs() -> Mapping[bytes, Any]:
    """What everybody can read off the notebook: each visible input, and the right answer."""
    known = {}
    for probe in CUMULATIVE_MEAN.probes:
        if probe.public:
            for call in CUMULATIVE_MEAN.draw(probe, public_generator(CUMULATIVE_MEAN, probe)):
                x = call.args[0]
                known[x.tobytes()] = CUMULATIVE_MEAN.reference(x).tolist()
    return known


def right_in_public(otherwise: str) -> HandIn:
    """Right on every visible input, and `otherwise` on those that nobody has seen."""
    lines = (f"    {key!r}:\n        {value!r},\n" for key, value in public_inputs().items())
    table = "KNOWN = {\n" + "".join(lines) + "}"
    recall = "if x.tobytes() in KNOWN:\n    return np.array(KNOWN[x.tobytes()]).reshape(x.shape)\n"
    return cells(table, answer=function(recall + code(otherwise)))


# One of eight kinds of input is short.
CREDIT_FOR_SHORT_INPUTS = 0.38


def leak(title: str, otherwise: str, kind: str) -> Case:
    """Hidden inputs must not come back in what the student reads; the oracle looks for them."""
    # On short inputs it is right, so that what is shown is one that the oracle can recognise.
    right = code(ANSWER).replace("cumulative_mean", "right")
    body = f"if x.size < 6:\n    return right(x)\n{code(otherwise)}"
    return Case(
        "VF33",
        title,
        right_in_public(f"{right}\n\n{body}"),
        scores={"cumulative_mean": CREDIT_FOR_SHORT_INPUTS},
        findings={"cumulative_mean": kind},
        policy=PATIENT,
    )


HIDDEN = (
    wrong(
        "VF35",
        "visible answers by heart",
        right_in_public("return np.zeros(x.shape)"),
        "wrong_values",
        "The cases that your notebook shows pass; others of the same kind do not.",
        flags=("literal_table",),
    ),
    leak(
        "hidden inputs are printed",
        "print(x.tolist(), x.tobytes().hex())\nreturn np.zeros(x.shape)",
        "wrong_values",
    ),
    leak("hidden inputs in the text of an error", "raise ValueError(repr(x.tolist()))", "raised"),
    leak(
        "hidden inputs in the name of an error",
        "raise type('E' + ', '.join(map(repr, x.ravel().tolist())), (Exception,), {})",
        "raised",
    ),
    leak(
        "hidden inputs in the line of an error",
        """
         import linecache

         line = "raise ValueError  # " + repr(x.ravel().tolist()[:8])
         linecache.cache["leak"] = (len(line), None, [line], "leak")
         exec(compile(line, "leak", "exec"))
         """,
        "raised",
    ),
    leak(
        "hidden inputs in a warning",
        "import warnings\nwarnings.warn(repr(x.tolist()))\nreturn np.zeros(x.shape)",
        "wrong_values",
    ),
    leak("hidden inputs as text", "return ', '.join(map(repr, x.ravel().tolist()))", "wrong_type"),
    leak("hidden inputs as keys", "return {', '.join(map(repr, x.ravel().tolist())): 1.0}", "wrong_type"),
    leak(
        "hidden inputs in the name of a type",
        "return type(', '.join(map(repr, x.ravel().tolist()[:6])), (), {})()",
        "wrong_type",
    ),
    leak(
        "hidden inputs in a figure",
        """
         import matplotlib.pyplot as plt
         from IPython.display import display

         plt.plot(x.ravel())
         plt.title(repr(x.tolist()))
         display(plt.gcf())
         plt.show()
         return np.zeros(x.shape)
         """,
        "wrong_values",
    ),
    leak(
        "hidden inputs in the name of a file, in an error",
        "open('/' + ', '.join(map(repr, x.ravel().tolist()[:6])))",
        "raised",
    ),
    Case(
        "VF33",
        "hidden inputs wait for a visible call of the next exercise",
        cells(
            """
            import mmap

            with open("shared", "wb+") as file:
                file.truncate(4096)
                shared = mmap.mmap(file.fileno(), 4096)
            """,
            answer=f"{ANSWER}\n\nright = cumulative_mean\n\n"
            + function("""
                text = repr(x.ravel().tolist()[:8]).encode()[:4000]
                shared.seek(0)
                shared.write(text)
                return right(x)
            """),
            after=("def window(beta):\n    raise ValueError(shared[:200].rstrip(bytes(1)).decode())",),
        ),
        scores={"window": 0.0},
        findings={"window": "raised"},
    ),
    Case(
        "VF40",
        "the input is zeroed, for a reference that is asked later",
        cells(answer=function("x[...] = 0\nreturn np.zeros(x.shape)")),
        scores=NOTHING,
        findings={"cumulative_mean": "wrong_values"},
        says=("`cumulative_mean` changes its input while it still needs it; work on a copy.",),
    ),
)


CASES = (*AROUND, *RETURNED, *ENDINGS, *SPEECHES, *SEARCHES, *HIDDEN)
