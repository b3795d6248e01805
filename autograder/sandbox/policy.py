"""What a submission may use: every number that limits student code, in one place."""

from dataclasses import dataclass


MIB = 1 << 20


@dataclass(frozen=True)
class Policy:
    """Seconds are counted by `clock.py`: seconds of CPU that all processes of a box use together, and half of
    those in which all of them sleep. However busy a machine is, an answer is not cut short by that."""

    # Time. The driver holds the clock; what the sandbox itself enforces is only politeness.
    read_seconds: float = 20.0
    cell_seconds: float = 15.0
    notebook_seconds: float = 60.0
    probe_seconds: float = 2.0
    # Everything together, in however many boxes.
    submission_seconds: float = 120.0
    # The same by the clock on the wall, for a machine that is too busy: what is left then is for another run.
    patience_seconds: float = 300.0
    # A function that did not come back this often is not tried on further probes.
    time_strikes: int = 2

    # Memory and files of one process.
    memory_bytes: int = 2048 * MIB
    file_bytes: int = 64 * MIB
    open_files: int = 256
    stack_bytes: int = 32 * MIB

    # All processes of a box together. What a fork still shares with its parent counts for both: so there is
    # room for a worker with all that one process may hold, and for a fork of it that answers a probe; and a
    # worker that holds next to nothing (50 MiB) runs out of processes before it runs out of memory.
    box_memory_bytes: int = 4096 * MIB
    processes: int = 48

    # What is kept for the worker, which has to go on where a function leaks files or processes.
    spare_files: int = 8
    spare_processes: int = 8

    # Output of the cells: what is kept of each one, and when one has printed enough to be stopped.
    output_head_bytes: int = 48 * 1024
    output_tail_bytes: int = 16 * 1024
    output_flood_bytes: int = 64 * MIB
    outputs: int = 1000
    rich_outputs: int = 50
    notices: int = 20
    # Pixels of all images of a cell; and all outputs of a notebook, as they are kept.
    image_bytes: int = 12 * MIB
    notebook_output_bytes: int = 6 * MIB

    # Answers.
    reply_bytes: int = 64 * MIB

    # How often the notebook is started anew without a cell that hung or crashed.
    restarts: int = 5
