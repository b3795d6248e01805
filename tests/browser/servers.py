"""Servers on loopback that end with the test, and whatever they started with them."""

import contextlib
import functools
import json
import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil

from tests.browser.lab import Lab


COURSE = Path(__file__).parents[2]
# The settings of each role, the more special first, as `make lab` names them to Jupyter.
SETTINGS = {
    "student": (COURSE / ".jupyter",),
    "teacher": (COURSE / ".jupyter" / "teacher", COURSE / ".jupyter"),
    # Without the settings of the course, as somebody starts it who has installed a handout.
    "plain": (),
}
TOKEN = "token-of-the-tests"
PATIENCE = 180.0


@contextlib.contextmanager
def jupyterlab(
    folder: Path,
    home: Path,
    role: str = "student",
    arguments: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    python: str = sys.executable,
) -> Iterator[Lab]:
    """A JupyterLab that serves a folder, started in it, by somebody with an empty home.

    `role` says whose settings it has. nbgrader's are those in the folder and those in the home.
    """
    root = ("--allow-root",) if os.geteuid() == 0 else ()
    command = [
        *(python, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", "--port=0", *root),
        *(f"--ServerApp.root_dir={folder}", f"--IdentityProvider.token={TOKEN}"),
        *("--LabApp.expose_app_in_browser=True", *arguments),
    ]
    settings = os.pathsep.join(map(str, SETTINGS[role]))
    surroundings = {**at_home(home, python), "JUPYTER_CONFIG_PATH": settings, **(environment or {})}
    with running(command, home / "lab.log", folder, surroundings) as server:
        address = _address(home / "runtime", server, home / "lab.log")
        lab = Lab(address, TOKEN, folder, home)
        wait_for(lab.url("api/status"), server, home / "lab.log")
        yield lab


def at_home(home: Path, python: str = sys.executable) -> dict[str, str]:
    """The environment of somebody who has never used Jupyter, with the programs beside this Python first."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("JUPYTER", "IPYTHON", "XDG_", "NBGRADER", "COV_", "PYTEST"))
    }
    programs = os.pathsep.join([str(Path(python).parent), os.environ["PATH"]])
    return kept | {
        "PATH": programs,
        "HOME": str(home),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "IPYTHONDIR": str(home / "ipython"),
    }


@contextlib.contextmanager
def running(
    command: Sequence[str], log: Path, folder: Path, environment: Mapping[str, str]
) -> Iterator[subprocess.Popen]:
    """A process that ends with this, and with it all that it started."""
    with log.open("w", encoding="utf-8") as written:
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=written, stderr=written)
    try:
        yield server
    finally:
        _end(server)


def _end(server: subprocess.Popen) -> None:
    """Ask it to end, and make whatever is still there. Kernels lead groups of their own."""
    started: list[psutil.Process] = []
    with contextlib.suppress(psutil.NoSuchProcess):
        started = psutil.Process(server.pid).children(recursive=True)
    server.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        server.wait(30)
    server.kill()
    server.wait()
    for process in psutil.wait_procs(started, timeout=10)[1]:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()


def wait_for(address: str, server: subprocess.Popen, log: Path) -> None:
    """Until a server answers that all is well; raises AssertionError with its log where it does not."""
    deadline = time.monotonic() + PATIENCE
    while server.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
            urllib.request.urlopen(address, timeout=10).close()
            return
        time.sleep(0.3)
    raise AssertionError(f"{address} did not answer:\n{log.read_text(encoding='utf-8')}")


def _address(runtime: Path, server: subprocess.Popen, log: Path) -> str:
    """Where a Jupyter server says that it listens, in the file that it leaves for others."""
    deadline = time.monotonic() + PATIENCE
    while server.poll() is None and time.monotonic() < deadline:
        for path in runtime.glob(f"jpserver-{server.pid}.json"):
            with contextlib.suppress(ValueError):  # half written
                return str(json.loads(path.read_text(encoding="utf-8"))["url"])
        time.sleep(0.3)
    raise AssertionError(f"the server did not start:\n{log.read_text(encoding='utf-8')}")


# --- pages ----------------------------------------------------------------------------------------------


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


@contextlib.contextmanager
def static_site(folder: Path) -> Iterator[str]:
    """The address under which a folder is served, with a slash at its end."""
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=folder)) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()
