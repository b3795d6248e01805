"""What holds for every test, and nbval, which runs every notebook.

A lecture must give its committed outputs again, an assignment must only run.
"""

import pytest
from hypothesis import settings
from nbval.plugin import IPyNbFile


# No test depends on how fast a machine is. Where CI is set, hypothesis repeats the same examples.
settings.register_profile("course", settings.default, deadline=None)
settings.load_profile("course")

# The notebooks of the sample class are broken on purpose.
collect_ignore = ["tests/submissions"]


def pytest_collectstart(collector: pytest.Collector) -> None:
    if isinstance(collector, IPyNbFile):
        collector.compare_outputs = collector.path.parent.name == "lectures"
