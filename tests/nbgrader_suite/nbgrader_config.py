"""Our settings for nbgrader's own tests, which bring folders and a database of their own."""

from pathlib import Path


c = get_config()  # noqa: F821 (nbgrader provides it)

load_subconfig(str(Path(__file__).resolve().parents[2] / "nbgrader_config.py"))  # noqa: F821 (so does it this)
del c.CourseDirectory
