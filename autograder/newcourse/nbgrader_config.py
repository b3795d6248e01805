"""The settings of this course, for nbgrader and autograder alike."""

from autograder.settings import use

c = get_config()  # noqa: F821 (nbgrader provides it)
use(c, __file__)

# What a late submission loses: "none", or "zero" for all of it. A due date is given
# with its offset:
#     nbgrader db assignment add 01_softmax --duedate=2026-11-01T23:59:00+01:00
c.LateSubmissionPlugin.penalty_method = "none"
# Late days instead, of which everybody has some, and a price for each further one:
# c.AssignLatePenalties.plugin_class = "autograder.penalties.LateDaysPlugin"
# c.LateDaysPlugin.bank = 4
# c.LateDaysPlugin.per_day = 0.1  # of the points

# Grading refuses to run behind a weaker wall: "full", "reduced" (no user namespaces)
# or "none". `autograder doctor` says what this machine offers.
c.Autograder.minimum_tier = "reduced"
