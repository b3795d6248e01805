"""RX: whoever wants everything gets a share of it, and the others get theirs.

No payload could hurt a machine without a wall: at most 400 processes, which end by themselves, 6 GiB of
memory and 100 000 files.
"""

import io
import sys
import zipfile
from typing import Any

from autograder.results import Result
from autograder.sandbox.policy import Policy
from tests.hostile.corpus import (
    ANSWER,
    BESIDE,
    FILE,
    NAME,
    NOTHING,
    Case,
    cells,
    code_cell,
    file,
    files,
    notebook,
    zipped,
)


# Who waits in a case need not wait for long.
SOON: dict[str, Any] = {"cell_seconds": 1.0}
IMPATIENT = Policy(probe_seconds=0.5)
# Memory that is touched takes time; half of it shows the same.
FRUGAL: dict[str, Any] = {"policy": Policy(memory_bytes=1 << 30)}

# Who takes together what no one of them may take alone need not take all of it either.
HUDDLED: dict[str, Any] = {"policy": Policy(box_memory_bytes=512 << 20)}

ENDLESS = "did not come to an end"
FILES = "open('/dev/null') for _ in range(20)"
NO_MEMORY = "this cell asked for more memory than there is"
TOO_MUCH_TOGETHER = "asked for more memory than there is (512 MiB for all processes)"
KEPT = Policy.output_head_bytes + Policy.output_tail_bytes + 1000


def outputs_are_small(result: Result) -> None:
    """What is kept of the outputs of a cell is bounded, whatever it printed."""
    for record in result.cells:
        if record.result:
            assert sum(len(output.text) for output in record.result.outputs) <= KEPT


def no_room_for_processes(result: Result) -> None:
    """The kernel refuses the next one; where it counts others as well, their memory may be too much first."""
    (record, *_) = result.cells
    if record.stopped:
        assert record.stopped.reason == "memory", record
    else:
        assert any(output.name == "BlockingIOError" for output in record.result.outputs), record


def function(body: str) -> str:
    """The source of the asked function with this line as its body."""
    return f"def cumulative_mean(x):\n    {body}"


# --- time and processes ---------------------------------------------------------------------------------

LOOPS = (
    Case("RX01", "a loop after the answers", cells(after=("while True: pass",)), says=(ENDLESS,), **SOON),
    Case("RX01", "a loop before the answers", cells("while True: pass"), says=(ENDLESS,), **SOON),
    Case("RX01", "a loop in C", cells("sum(iter(int, 1))"), says=(ENDLESS,), **SOON),
    Case(
        "RX01",
        "a loop in the answer",
        cells(answer=function("while True: pass")),
        scores=NOTHING,
        findings={"cumulative_mean": "time_limit"},
        policy=IMPATIENT,
    ),
    Case(
        "RX03",
        "a loop that hears no signal",
        cells("""
            import signal

            signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
            while True:
                pass
        """),
        says=(ENDLESS,),
        **SOON,
    ),
    Case(
        "RX03",
        "a loop that stops the clocks of the worker, and raises its limits",
        cells(
            """
            import resource, sys, time

            time.monotonic = time.clock_gettime = lambda *_: 0.0
            sys.modules["sandbox.leaves"].Watch.wait = lambda *_, **__: None
            for name in ("CPU", "NOFILE", "NPROC"):
                limit = getattr(resource, f"RLIMIT_{name}")
                most = resource.getrlimit(limit)[1]
                resource.setrlimit(limit, (most, most))
            """,
            answer=function("while True: pass"),
        ),
        scores=NOTHING,
        findings={"cumulative_mean": "time_limit"},
        policy=Policy(submission_seconds=4.0),
    ),
    Case(
        "RX05",
        "children that compute, each below the limit",
        cells("""
            import os, signal

            for _ in range(40):
                if os.fork() == 0:
                    signal.alarm(20)
                    while True:
                        pass
            while True:
                os.wait()
        """),
        says=(ENDLESS,),
        **SOON,
        tier="reduced",
    ),
    Case(
        "RX06",
        "a bomb of processes",
        cells("""
            import os, signal

            children = []
            try:
                while len(children) < 400:
                    child = os.fork()
                    if child == 0:
                        signal.alarm(20)
                        signal.pause()
                    children.append(child)
            finally:
                for child in children:
                    os.kill(child, signal.SIGKILL)
                    os.waitpid(child, 0)
        """),
        also=no_room_for_processes,
        tier="reduced",
    ),
    Case(
        "RX06",
        "processes that stay, on top of those that have ended",
        cells(
            after=(
                """
                import os, signal

                for number in range(400):
                    if os.fork() == 0:
                        if number % 2:
                            os._exit(0)
                        signal.alarm(20)
                        signal.pause()
                """,
            )
        ),
        tier="full",
    ),
    Case(
        "RX06",
        "a bomb of processes that stay, and take the places of the grader's own",
        cells(
            after=(
                """
                import os, resource, signal

                _, all_there_are = resource.getrlimit(resource.RLIMIT_NPROC)
                resource.setrlimit(resource.RLIMIT_NPROC, (all_there_are, all_there_are))
                for _ in range(400):
                    if os.fork() == 0:
                        signal.alarm(20)
                        signal.pause()
                """,
            )
        ),
        scores={"cumulative_mean": 0.0, "window": 0.0},
        findings={"cumulative_mean": "stopped", "window": "stopped"},
        tier="full",
    ),
    Case(
        "RX07",
        "a bomb of threads",
        cells("""
            import threading

            over = threading.Event()
            try:
                for _ in range(400):
                    threading.Thread(target=over.wait, args=(20,)).start()
            finally:
                over.set()
                for thread in threading.enumerate()[1:]:
                    thread.join()
        """),
        says=("can't start new thread",),
        tier="reduced",
    ),
)


# --- memory and disk ------------------------------------------------------------------------------------

MEMORY = (
    Case("RX08", "one huge allocation", cells("len(bytearray(10**11))"), says=(NO_MEMORY,)),
    Case(
        "RX08",
        "memory that grows",
        cells("""
            def grow():
                held = []
                while len(held) < 96:
                    held.append(b"x" * (64 << 20))

            grow()
        """),
        says=(NO_MEMORY,),
        **FRUGAL,
    ),
    Case(
        "RX08",
        "an answer that grows",
        cells(answer=function("return np.ones(6 << 27)")),
        scores=NOTHING,
        findings={"cumulative_mean": "memory_limit"},
    ),
    Case("RX09", "memory that nobody touches", cells("np.empty(100 << 30, np.uint8)"), says=(NO_MEMORY,)),
    Case("RX09", "zeros that nobody touches", cells("np.zeros((100, 1 << 30), np.uint8)[:, 7] = 1"),
         says=(NO_MEMORY,)),
    Case(
        "RX10",
        "several processes that hold too much together",
        cells("""
            import os, time

            for _ in range(6):
                if os.fork() == 0:
                    held = b"x" * (128 << 20)
                    time.sleep(20)
                    os._exit(0)
            while True:
                os.wait()
        """),
        says=(TOO_MUCH_TOGETHER,),
        tier="reduced",
        **HUDDLED,
    ),
    Case(
        "RX10",
        "processes without a parent that hold too much together",
        cells("""
            import os, time

            for _ in range(6):
                if os.fork() == 0:
                    os.setsid()
                    if os.fork() == 0:
                        held = b"x" * (128 << 20)
                        time.sleep(20)
                    os._exit(0)
            time.sleep(20)
        """),
        says=(TOO_MUCH_TOGETHER,),
        tier="reduced",
        **HUDDLED,
    ),
    Case(
        "RX10",
        "several processes that share what one of them holds",
        cells("""
            import os, time

            held = b"x" * (256 << 20)
            children = []
            for _ in range(4):
                child = os.fork()
                if child == 0:
                    time.sleep(0.5)
                    os._exit(len(held) >> 26)
                children.append(child)
            print("ended:", [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children])
        """),
        says=("ended: [4, 4, 4, 4]",),
    ),
    Case(
        "RX10",
        "memory that belongs to no process",
        cells("""
            import mmap, os, sys

            kernel = sys.modules["sandbox.kernel"]
            size, create = 1 << 20, 0o1600
            made = []
            for name, make in {
                "shared": lambda: mmap.mmap(-1, size),
                "a file without a name": lambda: os.memfd_create("held"),
                "zeros": lambda: mmap.mmap(os.open("/dev/zero", os.O_RDWR), size),
                "a segment": lambda: kernel.call("shmget", 0, size, create),
                "a queue": lambda: kernel.call("msgget", 0, create),
                "semaphores": lambda: kernel.call("semget", 0, 250, create),
            }.items():
                try:
                    make()
                except OSError:
                    continue
                made.append(name)
            print("made:", made)
        """),
        says=("made: []",),
        tier="reduced",
    ),
    Case(
        "RX10",
        "several processes with memory are the first to go, and stay that",
        cells("""
            import os, subprocess

            children = []
            for _ in range(3):
                child = os.fork()
                if child == 0:
                    held = b"x" * (1 << 29)
                    marked = open("/proc/self/oom_score_adj").read().strip() == "1000"
                    refused = subprocess.call("echo 0 > /proc/self/oom_score_adj", shell=True)
                    os._exit(0 if marked and refused else 1)
                children.append(child)
            print("ended:", [os.waitpid(child, 0)[1] for child in children])
        """),
        says=("ended: [0, 0, 0]",),
        tier="full",
    ),
    Case(
        "RX11",
        "every place that can be written to is filled",
        cells("""
            import os

            def fill(place):
                size = 0
                try:
                    while size < 256 << 20:
                        with open(f"{place}/{size}", "wb") as file:
                            file.write(bytes(4 << 20))
                        size += 4 << 20
                except OSError as error:
                    return error.strerror
                finally:
                    for name in os.listdir(place):
                        if name.isdigit():
                            os.unlink(f"{place}/{name}")

            print([fill(place) for place in ("/tmp", "/box", "/dev/shm")])
        """),
        says=(str(["No space left on device"] * 3),),
        tier="full",
    ),
    Case(
        "RX11",
        "what is filled stays full",
        cells(after=(
            """
            for place in ("/tmp", "/box", "/dev/shm"):
                try:
                    for number in range(64):
                        with open(f"{place}/{number}", "wb") as file:
                            file.write(bytes(4 << 20))
                except OSError:
                    pass
            """,
        )),
        tier="full",
    ),
    Case(
        "RX11",
        "one huge file",
        cells("""
            import os

            with open("huge", "wb") as file:
                os.ftruncate(file.fileno(), 1 << 40)
        """),
        says=("File too large",),
        tier="reduced",
    ),
    Case(
        "RX12",
        "a hundred thousand empty files",
        cells("""
            for number in range(100_000):
                open(str(number), "w").close()
        """),
        says=("No space left on device",),
        tier="full",
    ),
    Case("RX28", "an endless device is read", cells("len(open('/dev/full', 'rb').read(6 << 30))"),
         says=(NO_MEMORY,)),
    Case("RX28", "an endless device is read to its end", cells("open('/dev/full', 'rb').read()"),
         says=(NO_MEMORY,), **FRUGAL),
)  # fmt: skip


# --- output and errors ----------------------------------------------------------------------------------

FLOOD = "printed more than there is room for"

OUTPUT = (
    Case("RX14", "a flood of output", cells("for _ in range(2000): print('y' * 65536)"), says=(FLOOD,),
         also=outputs_are_small),
    Case(
        "RX14",
        "a flood that does not let itself be stopped",
        cells("""
            while True:
                try:
                    print("y" * (1 << 20))
                except BaseException:
                    pass
        """),
        says=(ENDLESS,),
        **SOON,
    ),
    Case("RX14", "a flood past Python", cells("import os\nfor _ in range(2000): os.write(1, bytes(65536))"),
         also=outputs_are_small),
    Case("RX15", "one endless line", cells("print('y' * (1 << 29))"), says=(FLOOD,), also=outputs_are_small),
    Case("RX15", "ten million lines", cells("print(chr(10) * 10**7)"), says=("characters are not shown",),
         also=outputs_are_small),
    Case("RX15", "ten thousand displays", cells("for i in range(10_000): display(i)"),
         also=outputs_are_small),
    Case(
        "RX18",
        "a stack that overflows in C",
        cells("""
            import sys

            class Deep:
                def __repr__(self):
                    return repr([self])

            sys.setrecursionlimit(10**9)
            repr(Deep())
        """),
        # Since Python 3.12 its own limit holds for recursion in C as well.
        says=("RecursionError" if sys.version_info >= (3, 12) else "crashed the Python process (signal 11)",),
    ),
    Case("RX18", "recursion without end", cells("def deep(): return deep()\n\ndeep()"),
         says=("RecursionError",)),
    Case(
        "RX19",
        "an error whose text never comes",
        cells("""
            class Slow(Exception):
                def __str__(self):
                    while True:
                        pass

            raise Slow
        """),
        says=(ENDLESS,),
        **SOON,
    ),
    Case(
        "RX19",
        "an error whose text is huge",
        cells("raise ValueError('y' * 10**8)"),
        says=("yyyy",),
        also=outputs_are_small,
    ),
    Case(
        "RX19",
        "an answer whose error never says its text",
        cells(
            "class Slow(Exception):\n    def __str__(self):\n        while True:\n            pass",
            answer=function("raise Slow"),
        ),
        scores=NOTHING,
        findings={"cumulative_mean": "time_limit"},
        policy=IMPATIENT,
    ),
    Case(
        "RX19",
        "an error far down",
        cells("""
            import sys

            def down(steps):
                return down(steps - 1) if steps else 1 / 0

            sys.setrecursionlimit(10**6)
            down(100_000)
        """),
        says=("ZeroDivisionError", "down(100_000)"),
        also=outputs_are_small,
    ),
    Case(
        "RX19",
        "a long chain of errors",
        cells("""
            error = None
            for number in range(100_000):
                following = ValueError(number)
                following.__context__, error = error, following
            raise error
        """),
        also=outputs_are_small,
        **SOON,
    ),
)  # fmt: skip


# --- the kernel's and the grader's own ------------------------------------------------------------------

OTHERS = (
    Case(
        "RX23",
        "memory of the kernel",
        cells("""
            import ctypes, errno, os, select

            def why(wanted):
                held = []
                try:
                    for _ in range(5000):
                        held.append(wanted())
                except OSError as error:
                    return errno.errorcode[error.errno]
                finally:
                    for each in held:
                        for descriptor in each if isinstance(each, tuple) else (each,):
                            os.close(descriptor) if isinstance(descriptor, int) else descriptor.close()

            def inotify():
                libc = ctypes.CDLL(None, use_errno=True)
                descriptor = libc.inotify_init1(0)
                if descriptor < 0:
                    raise OSError(ctypes.get_errno(), "inotify")
                return descriptor

            print("refused:", why(os.pipe), why(select.epoll), why(lambda: os.eventfd(0)), why(inotify))
        """),
        says=("refused: EMFILE EMFILE EMFILE EPERM",),
        tier="reduced",
    ),
    Case(
        "RX23",
        "a function that leaks files, called until there are no more",
        cells(
            "opened = []",
            answer=ANSWER.replace("    return", f"    opened.extend({FILES})\n    return"),
            after=("while True: cumulative_mean(np.arange(3.0))",),
        ),
        scores=NOTHING,
        findings={"cumulative_mean": "raised"},
        says=("Too many open files",),
    ),
    Case(
        "RX24",
        "core files, locked memory and priority",
        cells("""
            import ctypes, os, resource

            through = []
            for name in ("CORE", "MEMLOCK", "MSGQUEUE", "RTPRIO", "NICE"):
                limit = getattr(resource, f"RLIMIT_{name}")
                try:
                    resource.setrlimit(limit, (1 << 20, 1 << 20))
                except (OSError, ValueError):
                    continue
                through.append(name)
            for urgent in (lambda: os.nice(-5), lambda: os.sched_setscheduler(0, 1, os.sched_param(1))):
                try:
                    urgent()
                except OSError:
                    continue
                through.append("priority")
            if ctypes.CDLL(None).mlock(ctypes.create_string_buffer(8192), 8192) == 0:
                through.append("mlock")
            print("through:", through)
        """),
        says=("through: []",),
        tier="reduced",
    ),
    Case("RX24", "a crash that would leave a core file", cells("import os\nos.abort()"),
         says=("crashed the Python process (signal 6)",)),
    Case("RX25", "a hundred thousand open brackets", cells("(" * 100_000), says=("SyntaxError",)),
    Case("RX25", "a hundred thousand minus signs", cells("-" * 100_000 + "1")),
    Case("RX25", "a source of 50 MB", cells("x = '" + "y" * (1 << 20) + "'"), ends="cell_too_long"),
    Case("RX25", "constants that grow when they are folded", cells("x = " + "(" * 60 + "9" + "**9999)" * 60),
         **SOON),
    Case(
        "RX26",
        "a reply that trickles in",
        cells("""
            import sys, time

            wire = sys.modules["sandbox.wire"]

            def trickle(connection, frame, deadline=None):
                header = (wire.MAGIC, wire.VERSION, frame.type, frame.call_id, len(frame.body))
                for byte in wire.HEADER.pack(*header) + frame.body:
                    connection.sendall(bytes([byte]))
                    time.sleep(0.1)

            sys.modules["sandbox.worker"].send = trickle
        """),
        says=("what it says came to a halt",),
    ),
    Case(
        "RX32",
        "large libraries are there before the notebook asks",
        cells("""
            import sys

            print("ready:", {"numpy", "matplotlib.pyplot", "IPython"} <= set(sys.modules))
        """),
        says=("ready: True",),
    ),
    Case(
        "RX33",
        "matrices are multiplied by one thread",
        cells("""
            import threadpoolctl

            matrix = np.ones((500, 500)) @ np.ones((500, 500))
            print("threads:", {pool["num_threads"] for pool in threadpoolctl.threadpool_info()})
        """),
        says=("threads: {1}",),
    ),
)  # fmt: skip


# --- what is handed in ----------------------------------------------------------------------------------


def nested(depth: int) -> bytes:
    """A notebook in an archive in an archive in an archive."""
    data, name = notebook(code_cell(ANSWER), code_cell(BESIDE)), FILE
    for level in range(depth):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, data)
        data, name = packed.getvalue(), f"level-{level}.zip"
    return data


RIGHT = notebook(code_cell(ANSWER), code_cell(BESIDE))

HANDED_IN = (
    Case("RX25", "a file that nests deeper than anybody reads",
         file(RIGHT.replace(b"{}", b'{"a":' * 100_000 + b"1" + b"}" * 100_000, 1))),
    Case("RX30", "an archive beside the notebook", files({FILE: RIGHT, "more.zip": nested(13)})),
    Case("RX30", "an archive instead of a notebook", files({"more.zip": nested(13)}), ends="missing"),
    Case("RX30", "an archive within the archive of the platform",
         zipped({f"mallory/{NAME}.zip": nested(13)}), ends="missing"),
    Case("RX30", "an archive that expands without end",
         zipped({f"mallory/{FILE}": bytes(64 << 20)}), ends="missing"),
    Case("RX31", "hundreds of notebooks of one student",
         files({FILE: RIGHT} | {f"again-{number}.ipynb": RIGHT for number in range(300)})),
)  # fmt: skip

CASES = (*LOOPS, *MEMORY, *OUTPUT, *OTHERS, *HANDED_IN)
