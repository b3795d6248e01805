"""A limit on the time of calls in this process, such as the kernel of a student.

Where there are signals for it (in the main thread, not on Windows) an alarm wakes up whatever waits.
Elsewhere a watcher asks Python to raise in the thread: that comes between two steps of Python, so that a
`time.sleep` or one long step of numpy ends first. Code that catches everything is asked again and again.
Nothing here ends the process: what cannot be stopped is left for the user to restart. So is everything in a
browser, where there are neither threads nor an alarm that rings while Python computes.
"""

import contextlib
import ctypes
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from types import FrameType

from autograder.sandbox.perform import Interrupted


AGAIN = 1.0  # seconds until somebody who caught it is asked once more


@contextlib.contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise `Interrupted` in this thread after so many seconds, and where Ctrl-C would raise.

    It may arrive anywhere until the block is left, so the caller has to expect it from the block as a whole.
    """

    class OutOfTime(Interrupted):
        reason = "time"
        detail = f"{seconds:g} s"

    in_main = threading.current_thread() is threading.main_thread()
    alarm = in_main and hasattr(signal, "setitimer")
    with (
        _ctrl_c() if in_main else contextlib.nullcontext(),
        contextlib.nullcontext()
        if sys.platform == "emscripten"
        else _alarm(seconds, OutOfTime)
        if alarm
        else _watcher(seconds, OutOfTime),
    ):
        yield


@contextlib.contextmanager
def _ctrl_c() -> Iterator[None]:
    """The interrupt of the user as one of ours."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise Interrupted

    with _handler(signal.SIGINT, stop):
        yield


@contextlib.contextmanager
def _alarm(seconds: float, error: type[Interrupted]) -> Iterator[None]:
    armed = True

    def ring(number: int, frame: FrameType | None) -> None:
        if armed:
            raise error

    def disarm() -> None:
        nonlocal armed
        armed = False
        signal.setitimer(signal.ITIMER_REAL, 0)

    with _handler(signal.SIGALRM, ring), _surely(disarm):
        signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
        yield


@contextlib.contextmanager
def _handler(number: int, handler: object) -> Iterator[None]:
    before = signal.getsignal(number)
    if before is None:  # not set by Python, so Python could not set it again
        yield
        return
    signal.signal(number, handler)  # type: ignore[arg-type]
    try:
        yield
    finally:
        signal.signal(number, before)


@contextlib.contextmanager
def _watcher(seconds: float, error: type[Interrupted]) -> Iterator[None]:
    thread = threading.current_thread()
    number = ctypes.c_ulong(threading.get_ident())
    done, asking = threading.Event(), threading.Lock()

    def raise_in_thread(exception: type[Interrupted] | None) -> None:
        pending = ctypes.py_object(exception) if exception else None
        ctypes.pythonapi.PyThreadState_SetAsyncExc(number, pending)

    def watch() -> None:
        wait = seconds
        while not done.wait(wait):
            with asking:
                # The number of a thread that has ended may be another's by now.
                if not done.is_set() and thread.is_alive():
                    raise_in_thread(error)
            wait = AGAIN

    def dismiss() -> None:
        done.set()
        with asking:
            raise_in_thread(None)  # asked for too late

    with _surely(dismiss):
        threading.Thread(target=watch, daemon=True).start()
        yield


@contextlib.contextmanager
def _surely(end: Callable[[], None]) -> Iterator[None]:
    """Call `end` at the end, also when an interrupt arrives on the way in or out: another would follow."""
    try:
        yield
    finally:
        try:
            end()
        except Interrupted:
            end()
            raise
