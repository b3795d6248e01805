"""nbgrader's settings for this course: where things lie, and who decides about points.

Student code is never run by nbgrader. `nbgrader autograde`, formgrader's button and `autograder grade` all
ask the same grader, which runs it behind a wall and computes the verdict outside of it.
"""

from pathlib import Path


c = get_config()  # noqa: F821 (nbgrader provides it)

root = Path(__file__).resolve().parent
c.CourseDirectory.root = str(root)
c.CourseDirectory.source_directory = "notebooks/assignments"
c.CourseDirectory.release_directory = ".course/release"
c.CourseDirectory.submitted_directory = ".course/submitted"
c.CourseDirectory.autograded_directory = ".course/autograded"
c.CourseDirectory.feedback_directory = ".course/feedback"
c.CourseDirectory.solution_directory = ".course/solution"
c.CourseDirectory.db_url = f"sqlite:///{root}/.course/gradebook.db"

# A submission is graded while it is read, so that even an unreadable file ends as a result.
c.Autograde.exporter_class = "autograder.gradebook.GradingExporter"
c.Autograde.sanitize_preprocessors = []
c.Autograde.autograde_preprocessors = [
    "autograder.gradebook.RecordResult",
    "nbgrader.preprocessors.AssignLatePenalties",
]

# Grading refuses to run behind a weaker wall: "full", "reduced" (no user namespaces) or "none".
c.Autograder.minimum_tier = "reduced"
