"""A zygote for the tests that run student code, behind the strongest wall that can be built here."""

import signal
from collections.abc import Iterator

import pytest

from autograder.sandbox.launcher import Zygote
from autograder.sandbox.policy import Policy
from autograder.sandbox.tiers import choose
from autograder.sandbox.wall import Wall, build_wall


@pytest.fixture(scope="session")
def wall() -> Wall:
    choice = choose(Policy())
    return build_wall(Policy(), choice.tier).without(*choice.without)


@pytest.fixture(scope="module")
def zygote(wall: Wall) -> Iterator[Zygote]:
    with Zygote(wall) as zygote:
        yield zygote


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Ctrl-C is heard here and by programs started here, though tests in the background ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
