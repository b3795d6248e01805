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

# Functions that students are to mend are handed out broken. Behind the fourth step the solutions are cleared.
c.GenerateAssignment.preprocessors.insert(4, "autograder.plugins.BreakSolutions")
# Widgets of an author and other left-overs are not handed out.
c.GenerateAssignment.preprocessors.append("autograder.plugins.StripMetadata")

# A submission is graded while it is read, so that even an unreadable file ends as a result.
c.Autograde.exporter_class = "autograder.plugins.GradingExporter"
c.Autograde.sanitize_preprocessors = []
c.Autograde.autograde_preprocessors = [
    "autograder.plugins.RecordResult",
    "nbgrader.preprocessors.AssignLatePenalties",
]
# Students get one feedback, whoever makes it, and what was not graded is never exported as a zero.
c.GenerateFeedback.exporter_class = "autograder.plugins.FeedbackExporter"
c.ExportApp.plugin_class = "autograder.plugins.ExportGrades"

# What a late submission loses: "none" or "zero", or c.AssignLatePenalties.plugin_class. Give the due date
# with its offset: nbgrader db assignment add NAME --duedate=2026-11-01T23:59:00+01:00
c.LateSubmissionPlugin.penalty_method = "none"

# Grading refuses to run behind a weaker wall: "full", "reduced" (no user namespaces) or "none".
c.Autograder.minimum_tier = "reduced"
