"""Where we differ from nbgrader on purpose: a plugin of pytest. A difference that is gone fails, too."""

import pytest


DEVIATIONS = {
    "test_grade_empty_timestamp": "a timestamp.txt that holds no time is noted and does not count; nbgrader "
    "ends the whole run there, and grades nobody who comes later",
    "test_side_effects": "a file that a student's code writes stays in its box, where nbgrader lets it be "
    "written among the autograded notebooks of the machine that grades",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if reason := DEVIATIONS.get(item.name):
            item.add_marker(pytest.mark.xfail(reason=reason, strict=True))
