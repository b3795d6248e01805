"""The command `autograder`, which is `python -m autograder` too."""

import sys


# What is missing from these is a fault of ours.
OWN = ("advsec", "autograder")


def main() -> None:
    """Run the command line; where what it needs is not installed, one sentence says how to get it."""
    try:
        from autograder.cli import main as command

        command()
    except ModuleNotFoundError as missing:
        name = str(missing.name).partition(".")[0]
        if name in OWN:
            raise
        sys.exit(f"autograder needs {name}, which is not installed: pip install 'advsec[grading]'")


if __name__ == "__main__":
    main()
