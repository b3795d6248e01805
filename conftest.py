"""What holds for every test, and nbval, which runs every notebook.

A lecture must give its committed outputs again, an assignment must only run.
"""

import os

import pytest
from hypothesis import settings
from nbval.plugin import IPyNbFile

from autograder.sandbox import limits, seccomp


# No test depends on how fast a machine is. Where CI is set, hypothesis repeats the same examples.
settings.register_profile("course", settings.default, deadline=None)
settings.load_profile("course")

# The notebooks of the sample class are broken on purpose.
collect_ignore = ["tests/submissions"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--without-namespaces", action="store_true", help="test behind the reduced wall, as in a container"
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--without-namespaces"):
        limits.forbid_new_privileges()
        seccomp.install(seccomp.assemble({"EPERM": "unshare"}, (), os.uname().machine))


def pytest_collectstart(collector: pytest.Collector) -> None:
    if isinstance(collector, IPyNbFile):
        collector.compare_outputs = collector.path.parent.name == "lectures"
