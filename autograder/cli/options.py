"""Arguments and options that several commands take."""

import os
from pathlib import Path
from typing import Annotated

import typer


AssignmentName = Annotated[str, typer.Argument(metavar="ASSIGNMENT", help="Such as 01_moving_averages.")]
Submitted = Annotated[
    Path | None,
    typer.Option(
        "--submitted",
        metavar="DIR",
        help="Folder of STUDENT/ASSIGNMENT/ASSIGNMENT.ipynb.",
        show_default=".course/submitted",
    ),
]
Student = Annotated[str | None, typer.Option("--student", metavar="ID", help="Only this student.")]
Jobs = Annotated[
    int, typer.Option("-j", "--jobs", min=1, metavar="N", help="Submissions at a time.", show_default="cores")
]
Unsafe = Annotated[
    bool,
    typer.Option("--unsafe", help="Grade although no wall here is strong enough: only code you trust."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object per submission.")]

DEFAULT_JOBS = os.cpu_count() or 1
