"""`autograder init`."""

from pathlib import Path
from typing import Annotated

import typer

from autograder.cli.app import app
from autograder.cli.says import short


@app.command()
def init(
    folder: Annotated[
        Path, typer.Argument(metavar="[FOLDER]", help="Where; it is made if need be.", show_default=True)
    ] = Path("."),
) -> None:
    """Begin a course of your own: settings, an assignment with one exercise, and its proof.

    For teachers. No file that is there already is changed.
    """
    from autograder.begin import begin

    for path in begin(folder):
        print(f"wrote {short(path)}")
    print("This is a course. See it graded: autograder demo")
