"""nbval runs every notebook: a lecture must give its committed outputs again, an assignment must only run."""

import pytest
from nbval.plugin import IPyNbFile


# The notebooks of the sample class are broken on purpose.
collect_ignore = ["tests/submissions"]


def pytest_collectstart(collector: pytest.Collector) -> None:
    if isinstance(collector, IPyNbFile):
        collector.compare_outputs = collector.path.parent.name == "lectures"
