"""How a cell or a call ended that never came back, in words: one table for both."""

from dataclasses import dataclass

from autograder.sandbox.perform import Stopped


@dataclass(frozen=True)
class Ending:
    """`rung` is the one of the ladder of findings. `says` continues "This cell ..." and "`ewma` ...", where
    `says_of_a_call` does not take its place."""

    rung: str
    says: str
    says_of_a_call: str = ""


# By the reason of a `Stopped`.
ENDINGS = {
    "time": Ending("time_limit", "did not come to an end", "did not come back in time"),
    "memory": Ending("memory_limit", "asked for more memory than there is"),
    "exit": Ending("stopped", "ended the whole Python process"),
    "signal": Ending("stopped", "crashed the Python process"),
    "output": Ending("stopped", "printed more than there is room for"),
    "interrupt": Ending("stopped", "was interrupted before it came back"),
    "not_run": Ending(
        "stopped", "was not run, because too many cells before it were stopped or took too long"
    ),
}
OTHERWISE = Ending("stopped", "was stopped", "gave no readable answer")


def ending_of(stopped: Stopped) -> Ending:
    """The line of the table for it."""
    return ENDINGS.get(stopped.reason, OTHERWISE)


def ending(stopped: Stopped) -> str:
    """What a cell that was stopped did."""
    return with_detail(ending_of(stopped).says, stopped)


def with_detail(says: str, stopped: Stopped) -> str:
    """The words, and in brackets the number that is known of it."""
    return f"{says} ({stopped.detail})" if stopped.detail else says
