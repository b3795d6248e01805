"""The settings of this course, for nbgrader and autograder alike; `autograder/settings.py` has the others."""

from autograder.settings import use


c = get_config()  # noqa: F821 (nbgrader provides it)
use(c, __file__)

c.CourseDirectory.source_directory = "notebooks/assignments"
# The package that has the exercises, or a folder of this course.
c.Autograder.exercises = "autograder.exercises"

# What a late submission loses: "none" or "zero", or c.AssignLatePenalties.plugin_class. Give the due date
# with its offset: nbgrader db assignment add NAME --duedate=2026-11-01T23:59:00+01:00
c.LateSubmissionPlugin.penalty_method = "none"
# Late days instead, of which everybody has some for the whole course, and a price for each further one:
# c.AssignLatePenalties.plugin_class = "autograder.penalties.LateDaysPlugin"
# c.LateDaysPlugin.bank = 4
# c.LateDaysPlugin.grace_minutes = 15
# c.LateDaysPlugin.per_day = 0.1  # of the points

# Grading refuses to run behind a weaker wall: "full", "reduced" (no user namespaces) or "none".
c.Autograder.minimum_tier = "reduced"

# When students see points and messages of an exercise, or of all of an assignment: "at_once", "after_due" or
# "after_feedback".
# c.Autograder.show = {"ewma": "after_due", "02_optimizers": "after_feedback"}
