import os
from pathlib import Path

import pytest


@pytest.fixture
def alone():
    """Without namespaces the processes of a user are counted together: one fork bomb at a time."""
    import fcntl

    folder = os.open(Path.home(), os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)
