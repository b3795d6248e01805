"""What nbgrader has to know in everybody's server."""

from pathlib import Path
from typing import Any


c: Any = get_config()  # noqa: F821  (nbgrader provides it)

c.CourseDirectory.course_id = "advsec"
# Here releases, hand-ins and feedback change hands.
c.Exchange.root = str(Path(__file__).resolve().parents[2] / "exchange")
