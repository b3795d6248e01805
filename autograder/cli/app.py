"""The program: what all commands share, and how what a person has to put right is said."""

import io
import sys
from typing import Annotated

import typer

from autograder.cli.says import fail
from autograder.course import CourseError


app = typer.Typer(
    name="autograder",
    help="Grade notebooks of the course: student code runs behind a wall, the verdict is computed outside.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Run the command line; what a person has to put right is one sentence, never a traceback."""
    try:
        _expect_utf8()
        app()
    except CourseError as error:
        fail(str(error), error.exit_code)
    except OSError as error:
        if error.filename is None:
            raise
        fail(f"{error.filename} cannot be used: {error.strerror}")


def _expect_utf8() -> None:
    """Names of students are in any script; what cannot be printed where we print is written as a number."""
    encoding = sys.getfilesystemencoding()
    if encoding.lower().replace("-", "") != "utf8":
        raise CourseError(
            f"here Python reads the names of files as {encoding}; set PYTHONUTF8=1 and start it again"
        )
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"autograder {version('advsec')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    pass
