"""The command `autograder`, which is `python -m autograder` too."""

import atexit
import gc
import sys


# What is missing from these is a fault of ours.
OWN = ("advsec", "autograder")
# Of so many things that are made it is looked which are for the bin. Most of them are imported, and stay: to
# look through them again and again, as Python does by itself, takes a tenth of the start.
MADE = 200_000
# Which extra brings what; all else belongs to `grading`.
EXTRAS = {"distributed": "cluster"}


def main() -> None:
    """Run the command line; where what it needs is not installed, one sentence says how to get it."""
    gc.set_threshold(MADE)
    # What is left ends with the program; to look through it for rings would take a fifth of a second.
    atexit.register(gc.freeze)
    try:
        from autograder.cli import main as command

        command()
    except ModuleNotFoundError as missing:
        name = str(missing.name).partition(".")[0]
        if name in OWN:
            raise
        extra = EXTRAS.get(name, "grading")
        sys.exit(f"autograder needs {name}, which is not installed: pip install 'advsec[{extra}]'")


if __name__ == "__main__":
    main()
