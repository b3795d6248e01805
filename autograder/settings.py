"""What the nbgrader_config.py of every course begins with: `use(c, __file__)`."""

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from autograder import marking


if TYPE_CHECKING:
    from traitlets.config import Config


# What grading writes lies out of sight, in one folder that is never committed.
WORK = ".course"
STEPS = ("release", "submitted", "autograded", "feedback", "solution")


def use(c: "Config", file: str) -> None:
    """Lay the course out in the folder of `file`, and let nbgrader ask our grader.

    Student code is never run by nbgrader. `nbgrader autograde`, formgrader's button and `autograder grade`
    all ask the same grader, which runs it behind a wall and computes the verdict outside of it.
    """
    lay_out(c, file)
    # Functions that students are to mend are handed out broken. Behind the fourth step the solutions are
    # cleared.
    c.GenerateAssignment.preprocessors.insert(4, "autograder.plugins.BreakSolutions")
    # Widgets of an author and other left-overs are not handed out.
    c.GenerateAssignment.preprocessors.append("autograder.plugins.StripMetadata")
    # A submission is graded while it is read, so that even an unreadable file ends as a result. An assignment
    # that is not one of ours goes through nbgrader's own steps; all of its cells run behind the wall.
    c.Autograde.exporter_class = "autograder.plugins.GradingExporter"
    c.Autograde.autograde_preprocessors = [
        "autograder.plugins.ExecuteBehindWall",
        "nbgrader.preprocessors.IgnorePattern",
        "nbconvert.preprocessors.ClearMetadataPreprocessor",
        "nbgrader.preprocessors.LimitOutput",
        "nbgrader.preprocessors.SaveAutoGrades",
        "nbgrader.preprocessors.AssignLatePenalties",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    # A person who marks in formgrader sees an answer beside its mark scheme.
    marking.use(c)
    # Students get one feedback, whoever makes it, and what was not graded is never exported as a zero.
    c.GenerateFeedback.exporter_class = "autograder.plugins.FeedbackExporter"
    c.ExchangeFactory.release_feedback = "autograder.plugins.ReleaseFeedback"
    c.ExportApp.plugin_class = "autograder.plugins.ExportGrades"


def lay_out(c: "Config", file: str) -> None:
    """Where things lie: teachers' notebooks in `assignments`, lectures beside them, all else in WORK."""
    root = Path(file).resolve().parent
    c.CourseDirectory.root = str(root)
    c.CourseDirectory.source_directory = "assignments"
    for step in STEPS:
        c.CourseDirectory[f"{step}_directory"] = f"{WORK}/{step}"
    c.CourseDirectory.db_url = f"sqlite:///{root}/{WORK}/gradebook.db"
    # SQLite makes a file and no folder, and formgrader may be the first to want it.
    with contextlib.suppress(OSError):
        (root / WORK).mkdir(exist_ok=True)
