import os
import tempfile
from pathlib import Path

import pytest


@pytest.fixture
def alone():
    """Without namespaces the processes of a user are counted together: one fork bomb at a time."""
    import fcntl

    with Path(tempfile.gettempdir(), f"one-box-at-a-time-{os.getuid()}").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
