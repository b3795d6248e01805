"""One laboratory for all cases that a worker of the test run gets."""

from collections.abc import Iterator

import pytest

from tests.hostile.laboratory import Laboratory, laboratory as open_laboratory


@pytest.fixture(scope="session")
def laboratory() -> Iterator[Laboratory]:
    with open_laboratory() as laboratory:
        yield laboratory
