"""What every test in a browser may ask for.

    browser        Debian's chromium, one for all tests of a worker
    page           a tab of its own, of which every request stays on this machine or is reported by the test
    jupyterlab     starts a JupyterLab with the settings of the course: jupyterlab(folder, role="student")
    static_site    serves a folder: static_site(folder)

`tests.browser.watch` tells what went wrong on a page, `tests.browser.lab` opens and runs notebooks.

Playwright keeps an event loop in the thread of the tests: what needs one of its own, such as nbclient, goes
into a process of its own.
"""

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser import servers
from tests.browser.lab import Lab


# Any of these will do; `make test-browser` installs the first.
BROWSERS = ("chromium", "google-chrome")
ARGUMENTS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# For anything to appear: other tests and other people may use the machine.
PATIENCE_MS = 180_000
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@contextlib.contextmanager
def launched() -> Iterator[Browser]:
    """The browser, until it is no longer needed."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.fail(f"none of {', '.join(BROWSERS)} is installed; `make test-browser` sees to it")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=[*ARGUMENTS, *sandbox])
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A tab that shares nothing with others, in a window of 1300 x 1000."""
    with new_page(browser) as page:
        yield page


@contextlib.contextmanager
def new_page(browser: Browser, **context: object) -> Iterator[Page]:
    """A tab of a new context, such as new_page(browser, color_scheme="dark")."""
    opened = browser.new_context(**{"viewport": {"width": 1300, "height": 1000}, **context})
    opened.set_default_timeout(PATIENCE_MS)
    yield opened.new_page()
    opened.close()


@pytest.fixture(scope="module")
def jupyterlab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Lab]]:
    """Starts a JupyterLab on a folder, with a home of its own; it ends with the tests of the module."""
    with contextlib.ExitStack() as running:

        def start(folder: Path, role: str = "student", *arguments: str, **environment: str) -> Lab:
            home = tmp_path_factory.mktemp("home")
            return running.enter_context(servers.jupyterlab(folder, home, role, arguments, environment))

        yield start


@pytest.fixture(scope="module")
def static_site() -> Iterator[Callable[[Path], str]]:
    """Serves a folder on loopback until the tests of the module end; the address ends in a slash."""
    with contextlib.ExitStack() as running:
        yield lambda folder: running.enter_context(servers.static_site(folder))
