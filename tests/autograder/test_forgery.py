"""The verdict cannot be forged: whatever a notebook does, it gets the score that its numbers deserve.

One exercise is graded, the running mean. Every attack is tried with wrong numbers, which deserve nothing,
and where it does no harm to its own answer also with right ones, which deserve everything.
"""

import dataclasses
import json
import textwrap
from typing import Any

import numpy as np
import pytest

from autograder.exercise import Assignment, Exercise, Misconception, public_generator
from autograder.exercises import ASSIGNMENT_NAMES, load
from autograder.exercises.moving_averages import CUMULATIVE_MEAN, EWMA, EWMA_CORRECTED
from autograder.grading import grade_submission
from autograder.sandbox.launcher import Zygote, ZygoteProcess
from autograder.sandbox.policy import Policy
from autograder.sandbox.wall import Wall, build_wall
from autograder.trials import draw_hidden, draw_public, try_here
from autograder.verdict import Judgement, judge
from tests.make_submissions import NOTEBOOKS
from tests.students import RIGHT


KEY = b"a key for the tests"
ROOT = NOTEBOOKS.parents[1]
ASSIGNMENT: Assignment = dataclasses.replace(load("01_moving_averages"), exercises=(CUMULATIVE_MEAN,))
ANSWER = RIGHT["cumulative_mean"]
WRONG = ANSWER.replace("/ n", "/ (n + 2)")


def notebook(*sources: str) -> bytes:
    cells = [{"cell_type": "code", "source": textwrap.dedent(source)} for source in sources]
    return json.dumps({"nbformat": 4, "cells": cells}).encode()


def judge_cells(zygote: Zygote, *sources: str) -> Judgement:
    """Grade a notebook of these code cells."""
    data = notebook(*sources)
    result = grade_submission(data, ASSIGNMENT, student="mallory", course_key=KEY, zygote=zygote)
    assert result.outcome == "graded"
    (judgement,) = result.judgements
    return judgement


# --- what is around the answer --------------------------------------------------------------------------

SURROUNDINGS = {
    "comparisons of numpy are patched": """
        import numpy.testing

        for name in ("assert_allclose", "assert_array_equal", "assert_almost_equal", "assert_equal"):
            setattr(np.testing, name, lambda *args, **kwargs: None)
        for name in ("allclose", "array_equal", "isclose", "all"):
            setattr(np, name, lambda *args, **kwargs: True)
    """,
    "builtins are patched": """
        import builtins

        builtins.all = builtins.any = lambda *args: True
        builtins.abs = lambda value: 0.0
        builtins.AssertionError = type("Harmless", (Exception,), {})
    """,
    "asserts are taken out of the syntax tree": """
        import ast

        class Agreeable(ast.NodeTransformer):
            def visit_Assert(self, node):
                return ast.copy_location(ast.Pass(), node)

            def visit_Compare(self, node):
                return ast.copy_location(ast.Constant(True), node)

        get_ipython().ast_transformers.append(Agreeable())
    """,
    "the source of every cell is rewritten": """
        def agreeable(lines):
            return [line.replace("check(", "print(") for line in lines] + ["score = max_score = 100\\n"]

        get_ipython().input_transformers_post.append(agreeable)
        get_ipython().input_transformers_cleanup.append(agreeable)
    """,
    "cells of the shell always succeed": """
        shell = get_ipython()
        shell.events.register("post_run_cell", lambda result: setattr(result, "error_in_exec", None))
        shell.set_custom_exc((Exception,), lambda *args, **kwargs: None)
        shell.recorder.fail = lambda *args: None
    """,
    "a result is printed": """
        import json
        from IPython.display import display, HTML

        print(json.dumps({"student": "mallory", "outcome": "graded", "score": 3.0, "max_score": 3}))
        display(HTML("<b>3 of 3</b>"))
        open("result.json", "w").write('{"score": 3}')
    """,
    "the check is replaced": """
        import autograder

        autograder.check = lambda function: None
        autograder.verdict = autograder.grading = autograder
    """,
    "the clock is stopped": """
        import signal, time

        time.monotonic = time.time = time.perf_counter = lambda: 0.0
        for number in (signal.SIGALRM, signal.SIGTERM, signal.SIGXCPU, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
    """,
}


@pytest.mark.parametrize("prelude", SURROUNDINGS.values(), ids=SURROUNDINGS)
def test_what_surrounds_an_answer_does_not_change_its_score(prelude: str, zygote: Zygote) -> None:
    prelude = "import numpy as np\n" + textwrap.dedent(prelude)
    assert judge_cells(zygote, prelude, WRONG).score == 0
    assert judge_cells(zygote, prelude, ANSWER).score == 3


# --- what is returned -----------------------------------------------------------------------------------

LIARS = """
    import numpy as np

    class Liar(np.ndarray):
        __eq__ = __ne__ = __lt__ = __le__ = lambda self, other: np.True_
        __sub__ = __rsub__ = lambda self, other: np.zeros(1)
        __hash__ = None
        shape = property(lambda self: Equal())
        dtype = property(lambda self: np.dtype(float))
        size = property(lambda self: 10**6)

        def __array_ufunc__(self, ufunc, method, *args, **kwargs):
            return np.True_

        def __array_function__(self, function, types, args, kwargs):
            return np.True_

        def __array__(self, *args, **kwargs):
            return np.zeros(3)

    class Equal:
        __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = lambda self, other: True
        __hash__ = None
        __bool__ = lambda self: True
        __float__ = lambda self: 0.0
        __sub__ = __rsub__ = __add__ = __getitem__ = __getattr__ = lambda self, other: self
        __call__ = lambda self, *args: self
        __iter__ = lambda self: iter(())
        __len__ = lambda self: 3

    class Sequence(list):
        __eq__ = lambda self, other: True
        __len__ = lambda self: 3
        __iter__ = lambda self: iter([0.0, 0.0, 0.0])
        __hash__ = None

    class Convertible:
        def __init__(self, values):
            self.values = values

        def __array__(self, dtype=None, copy=None):
            return np.array(self.values, dtype=dtype)
"""


def returning(expression: str, answer: str) -> str:
    """The answer, with `means` dressed up before it is returned."""
    return answer.replace("return means", f"return {expression}")


# What each form is worth when the numbers in it are right: a right answer in an odd coat is right.
FORMS = {
    "a subclass that lies about everything": ("means.view(Liar)", 3),
    "a matrix of another memory order": ("np.asfortranarray(means)", 3),
    "big-endian numbers": ("means.astype('>f8')", 3),
    "complex numbers without an imaginary part": ("means + 0j", 3),
    "an object that converts to an array": ("Convertible(means)", 3),
    "a read-only view": ("np.broadcast_to(means, means.shape)", 3),
    "a list of lists": ("means.tolist()", 3),
    "an object that equals everything": ("Equal()", 0),
    "an array of objects that equal everything": ("np.full(x.shape, Equal(), dtype=object)", 0),
    "a list that lies about its items": ("Sequence(means)", 0),
    "a generator": ("(mean for mean in means)", 0),
    "an iterator that never ends": ("iter(int, 1)", 0),
    "a masked array, all of it hidden": ("np.ma.masked_array(means, mask=True)", 0),
    "not a number": ("means * np.nan", 0),
    "infinite numbers": ("means + np.inf", 0),
    "an empty array": ("np.array([])", 0),
    "a number that could be broadcast": ("means[:1].sum()", 0),
    "one axis more": ("means[None]", 0),
    "text": ("str(means)", 0),
    "the truth": ("np.ones(x.shape, dtype=bool)", 0),
    "a claim in the words of the wire": ("('returned', means, '')", 0),
    "a type": ("np.ndarray", 0),
    "a memory that is larger than it looks": ("np.broadcast_to(means[:1], (10**9, *x.shape))", 0),
    "a structured array": ("np.zeros(x.shape, dtype=[('mean', float)])", 0),
}


@pytest.mark.parametrize(("expression", "worth"), FORMS.values(), ids=FORMS)
def test_a_returned_object_is_worth_its_numbers(expression: str, worth: float, zygote: Zygote) -> None:
    assert judge_cells(zygote, LIARS, returning(expression, WRONG)).score == 0
    assert judge_cells(zygote, LIARS, returning(expression, ANSWER)).score == worth


# --- looking for the reference --------------------------------------------------------------------------

SETUP = f"import numpy as np\n\nROOT = {str(ROOT)!r}"
SEARCHES = {
    "imports the reference": """
        from advsec.averages import cumulative_mean
    """,
    "imports the grader": """
        from autograder.exercises.moving_averages import CUMULATIVE_MEAN, EWMA, EWMA_CORRECTED

        cumulative_mean = CUMULATIVE_MEAN.reference
    """,
    "imports past the friendly word": """
        import importlib.util, sys

        sys.meta_path[:] = [finder for finder in sys.meta_path if "Hidden" not in type(finder).__name__]
        sys.modules.pop("autograder", None)
        sys.path += [ROOT]
        from advsec.averages import cumulative_mean
    """,
    "executes the source tree": """
        import re

        namespace = {}
        text = "".join(open(f"{ROOT}/advsec/{name}.py").read() for name in ("_numbers", "averages"))
        exec(re.sub(r"from [.]_\\w+ import ([(][^)]*[)]|.*)", "", text), namespace)
        cumulative_mean = namespace["cumulative_mean"]
    """,
    "starts an interpreter": """
        import subprocess, sys

        def cumulative_mean(x):
            code = f"from advsec.averages import *; print(cumulative_mean({x.tolist()}).tolist())"
            command = [sys.executable, "-c", code]
            done = subprocess.run(command, cwd=ROOT, capture_output=True)
            return np.array(eval(done.stdout))
    """,
    "looks into other processes": """
        import glob, os

        sources = [cwd + "/advsec/averages.py" for cwd in glob.glob("/proc/[0-9]*/cwd")]
        sources += [root + ROOT + "/advsec/averages.py" for root in glob.glob("/proc/[0-9]*/root")]
        namespace = {}
        exec(open(next(filter(os.path.exists, sources))).read(), namespace)
        cumulative_mean = namespace["cumulative_mean"]
    """,
    "searches its own memory": """
        import gc, sys, types

        found = [each for each in gc.get_objects() if isinstance(each, types.FunctionType)]
        cumulative_mean = next(f for f in found if f.__name__ in ("cumulative_mean", "stochastic_average"))
    """,
    "searches its callers for what is expected": """
        import gc, sys

        def cumulative_mean(x):
            frame, found = sys._getframe(1), []
            while frame:
                found += frame.f_locals.values()
                frame = frame.f_back
            arrays = [each for each in found + gc.get_objects() if isinstance(each, np.ndarray)]
            alike = [each for each in arrays if each.shape == x.shape and not np.array_equal(each, x)]
            return alike[-1]
    """,
}


@pytest.mark.parametrize("search", SEARCHES.values(), ids=SEARCHES)
def test_the_reference_is_not_to_be_found(search: str, zygote: Zygote) -> None:
    if zygote.tier == "none":
        pytest.skip("without a wall the source tree can be read, which is what the tier says")
    assert judge_cells(zygote, SETUP, WRONG, search).score == 0


def test_the_searches_find_the_reference_where_no_wall_stands() -> None:
    """Otherwise the test above would prove nothing."""
    found = ("imports past the friendly word", "executes the source tree")
    with Zygote(build_wall(Policy(), "none")) as zygote:
        for search in found:
            assert judge_cells(zygote, SETUP, WRONG, SEARCHES[search]).score == 3


def test_knowing_the_visible_answers_is_worth_nothing(zygote: Zygote) -> None:
    """Every kind of input is tried with hidden numbers too."""
    known = {}
    for probe in CUMULATIVE_MEAN.probes:
        for call in CUMULATIVE_MEAN.draw(probe, public_generator(CUMULATIVE_MEAN, probe)):
            x = np.asarray(call.args[0])
            if x.size:
                known[x.tobytes()] = CUMULATIVE_MEAN.reference(x).tolist()
    learnt = f"""
        import numpy as np
        KNOWN = {known!r}

        def cumulative_mean(x):
            return np.array(KNOWN[x.tobytes()]) if x.tobytes() in KNOWN else np.zeros(x.shape)
    """
    judgement = judge_cells(zygote, learnt)
    assert judgement.score == 0
    assert "The cases that your notebook shows pass" in judgement.finding.message


MARKED = [
    pytest.param(exercise, entry, id=f"{exercise.name}-{entry.name}")
    for name in ASSIGNMENT_NAMES
    for exercise in load(name).exercises
    for entry in exercise.misconceptions
    if entry.credit or entry.convention
]


@pytest.mark.parametrize(("exercise", "entry"), MARKED)
def test_a_slip_on_the_visible_inputs_alone_is_worth_nothing(
    exercise: Exercise, entry: Misconception
) -> None:
    """Whoever has a table of what a slip makes of them has nothing but errors for the rest."""

    def not_in_the_table(*args: Any, **kwargs: Any) -> Any:
        raise KeyError

    learnt = try_here(entry.variant, draw_public(exercise))
    judgement = judge(exercise, (*learnt, *try_here(not_in_the_table, draw_hidden(exercise, KEY))))
    assert judgement.score == 0
    assert judgement.finding is not None
    assert judgement.finding.misconception is None


@pytest.mark.parametrize(("exercise", "entry"), MARKED)
def test_a_slip_that_avoids_one_kind_of_input_is_worth_what_it_has_right(
    exercise: Exercise, entry: Misconception
) -> None:
    """Whichever it avoids: a formula is credited where all of it is seen."""

    def avoided(*args: Any, **kwargs: Any) -> Any:
        raise ValueError

    whole = try_here(entry.variant, draw_hidden(exercise, KEY))
    for trial in whole:
        if trial.returned:
            evading = [*(each for each in whole if each is not trial), *try_here(avoided, (trial.drawn,))]
            right = [each.passed or sum(each.parts) / max(len(each.parts), 1) for each in evading]
            earned = round(sum(right) / len(right) * exercise.points, 2)
            assert judge(exercise, evading).score == earned, trial.probe.name


# --- speaking for the worker ----------------------------------------------------------------------------

FRAMES = """
    import os, socket, struct, sys

    wire, messages, perform = (sys.modules["sandbox." + name] for name in ("wire", "messages", "perform"))

    def frames(call_id=bytes(16)):
        claim = ("returned", np.ones(6), "")
        values = [((claim,),) * 4, ((claim,),) * 8, ("graded", np.asarray(3.0)), ("ok", ()), "3", None]
        for kind in range(10):
            for value in values:
                body = wire.encode(value, wire.Limits())
                yield wire.HEADER.pack(wire.MAGIC, wire.VERSION, kind, call_id, len(body)) + body

    def write_everywhere(descriptors=range(1, 64)):
        for descriptor in descriptors:
            for frame in frames():
                try:
                    os.write(descriptor, frame)
                except OSError:
                    break
"""
SPEECHES = {
    "frames from a cell": "write_everywhere()",
    "frames from a thread": """
        import threading

        threading.Thread(target=lambda: [write_everywhere() for _ in range(100)], daemon=True).start()
    """,
    "frames at exit": """
        import atexit

        atexit.register(write_everywhere)
    """,
    "frames from the function": """
        def cumulative_mean(x):
            write_everywhere()
            return np.zeros(x.shape)
    """,
    "frames from the function, then an exit": """
        def cumulative_mean(x):
            write_everywhere()
            os._exit(0)
    """,
    "answers from the function for probes to come": """
        def cumulative_mean(x):
            body = wire.encode((("returned", np.ones(6), ""),), wire.Limits())
            for descriptor in range(3, 64):
                try:
                    os.write(descriptor, (struct.pack("<Q?", len(body), True) + body) * 20)
                except OSError:
                    pass
            return np.zeros(x.shape)
    """,
    "the worker is taken over": """
        def agreeable(frame, connection, namespace, policy):
            claim = ("returned", np.ones(6), "")
            probes = wire.decode(frame.body, messages.REQUESTS)[0]
            return wire.encode(tuple((claim,) * len(calls) for _, calls, _ in probes), wire.Limits())

        sys.modules["sandbox.worker"].perform_probes = agreeable
    """,
    "a child that answers before the worker": """
        def imposter(descriptor):
            connection = socket.socket(fileno=descriptor)
            connection.recv(wire.HEADER.size, socket.MSG_PEEK)
            for frame in frames():
                connection.sendall(frame)

        if os.fork() == 0:
            try:
                imposter(3)
            finally:
                os._exit(0)
    """,
    "the encoder says what it likes": """
        leaves = sys.modules["sandbox.leaves"]
        claim = ("returned", np.ones(6), "")
        leaves.encode_outcomes = lambda outcomes, limits: wire.encode((claim,) * len(outcomes), limits)
    """,
    "the encoder says nonsense": """
        sys.modules["sandbox.leaves"].encode_outcomes = lambda outcomes, limits: b"T\\xff\\xff\\xff\\xff"
    """,
    "the encoder promises more than there is": """
        leaves = sys.modules["sandbox.leaves"]
        leaves.encode = lambda value, limits: b"A\\x0b\\x02" + struct.pack("<IIQ", 2**31, 2**31, 2**40)
    """,
    "everything that is performed succeeds": """
        sys.modules["sandbox.leaves"].perform = lambda calls, namespace: tuple(
            perform.Returned(np.ones(6)) for call in calls
        )
    """,
}


@pytest.mark.parametrize("speech", SPEECHES.values(), ids=SPEECHES)
def test_nobody_speaks_for_the_numbers(speech: str, zygote: Zygote) -> None:
    assert judge_cells(zygote, "import numpy as np", WRONG, FRAMES, speech).score == 0


def test_a_cell_that_writes_frames_costs_only_itself(zygote: Zygote) -> None:
    write = textwrap.dedent(FRAMES) + "\nwrite_everywhere()"
    assert judge_cells(zygote, "import numpy as np", write, ANSWER).score == 3


# --- not coming back ------------------------------------------------------------------------------------

ENDINGS = {
    "raise SystemExit(0)": "raised",
    "raise KeyboardInterrupt": "stopped",
    "raise GeneratorExit": "raised",
    "raise type('Passed', (BaseException,), {'__str__': lambda self: 1 / 0})": "raised",
    "__import__('os')._exit(0)": "stopped",
    "__import__('os').kill(__import__('os').getpid(), 9)": "stopped",
    "__import__('ctypes').string_at(0)": "stopped",
    "return cumulative_mean(x)": "raised",
    "yield from x": "wrong_type",
    "return np.ones((10**6, 10**6))": "memory_limit",
    "return None": "returned_none",
    "return exec('raise Exception(chr(10) * 10**6)')": "raised",
}


@pytest.mark.parametrize(("statement", "kind"), ENDINGS.items(), ids=ENDINGS)
def test_a_function_that_does_not_come_back_has_no_numbers(statement: str, kind: str, zygote: Zygote) -> None:
    judgement = judge_cells(zygote, "import numpy as np", f"def cumulative_mean(x):\n    {statement}")
    assert judgement.score == 0
    assert judgement.finding.kind == kind


def test_a_function_that_catches_everything_is_still_stopped(wall: Wall) -> None:
    stubborn = """
        import signal

        def cumulative_mean(x):
            for number in range(1, 32):
                try:
                    signal.signal(number, signal.SIG_IGN)
                except (OSError, ValueError):
                    pass
            while True:
                try:
                    while True:
                        pass
                except BaseException:
                    pass
    """
    with Zygote(wall, ZygoteProcess(Policy(probe_seconds=0.3))) as zygote:
        judgement = judge_cells(zygote, stubborn)
    assert judgement.score == 0
    assert judgement.finding.kind == "time_limit"


def test_processes_are_limited_and_end_with_the_box(zygote: Zygote) -> None:
    if zygote.tier == "none":
        pytest.skip("without a wall the number of processes is not limited")
    bomb = """
        import os, time

        children = 0
        try:
            while children < 1000:
                if os.fork() == 0:
                    time.sleep(1000)
                children += 1
        except OSError:
            pass
        assert children < 1000
    """
    assert judge_cells(zygote, "import numpy as np", ANSWER, bomb).score in (0, 3)
    assert judge_cells(zygote, "import numpy as np", ANSWER).score == 3


def test_a_function_that_kills_the_box_costs_its_own_exercise_alone(zygote: Zygote) -> None:
    killer = "def cumulative_mean(x):\n    os.kill(os.getppid(), 9)\n    os._exit(0)"
    data = notebook("import os\nimport numpy as np", killer, RIGHT["ewma"])
    both = dataclasses.replace(ASSIGNMENT, exercises=(CUMULATIVE_MEAN, EWMA))
    result = grade_submission(data, both, student="mallory", course_key=KEY, zygote=zygote)
    assert [judgement.score for judgement in result.judgements] == [0, EWMA.points]
    assert result.judgements[0].finding.kind == "stopped"


def test_an_answer_that_remembers_earlier_calls_is_judged_by_what_it_returns(zygote: Zygote) -> None:
    first_call_wins = f"""
        import numpy as np
        {textwrap.indent(ANSWER, "        ").strip()}

        right, remembered = cumulative_mean, []

        def cumulative_mean(x):
            remembered.append(right(x))
            return remembered[0]
    """
    assert judge_cells(zygote, first_call_wins).score < 3


# --- asking for the reference of another exercise -------------------------------------------------------

QUESTIONS = {
    "for ever, over no entry": ("ewma(np.empty((2**31, 0)), beta)", 0),
    "for the switch that solves the exercise": ("ewma(x, beta, debias=True)", 0),
    "for another function": ("ewma.__closure__[1].cell_contents.send(b'cumulative_mean') or x", 0),
    "in frames of its own": ("write_everywhere() or x", 0),
    "with a generator": ("ewma((each for each in x), beta)", 0),
    "as it is meant": ("corrected(x, beta)", 3),
}


@pytest.mark.parametrize(("question", "worth"), QUESTIONS.values(), ids=QUESTIONS)
def test_follow_through_answers_only_what_the_student_could_have_written(
    question: str, worth: float, zygote: Zygote
) -> None:
    answer = f"""
        def corrected(x, beta):
            t = np.arange(1, len(x) + 1).reshape(-1, *[1] * (x.ndim - 1))
            return ewma(x, beta) / (1 - beta**t)

        def ewma_corrected(x, beta):
            return {question}
    """
    wrong = "def ewma(x, beta, *, init=0.0):\n    return 0.0"
    data = notebook("import numpy as np", wrong, FRAMES, answer)
    both = dataclasses.replace(ASSIGNMENT, exercises=(EWMA, EWMA_CORRECTED))
    result = grade_submission(data, both, student="mallory", course_key=KEY, zygote=zygote)
    assert [judgement.score for judgement in result.judgements] == [0, worth]
