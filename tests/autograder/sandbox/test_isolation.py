"""`enter`: what the worker finds inside, how its end is told, and what is left behind."""

import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.sandbox.folders import Home
from autograder.sandbox.isolation import TOO_MUCH_MEMORY
from autograder.sandbox.policy import MIB, Policy
from autograder.sandbox.wall import build_wall, environment

from .behind import PACKAGE, behind, needs_full, needs_reduced, public_python


# Run a test behind both walls, each with an interpreter that can be read there.
both_walls = pytest.mark.parametrize(
    ("tier", "python"),
    [
        pytest.param("full", sys.executable, marks=needs_full, id="full"),
        pytest.param("reduced", public_python(), marks=needs_reduced, id="reduced"),
    ],
)


@both_walls
@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("pass", 0),
        ("import os; os._exit(7)", 7 << 8),
        ("import os; os._exit(137)", 137 << 8),
        ("import os; os.kill(os.getpid(), 9)", signal.SIGKILL),
        ("import os; os.abort()", signal.SIGABRT),
        ("import os; os.kill(os.getpid(), 15)", signal.SIGTERM),
        ("import ctypes; ctypes.string_at(0)", signal.SIGSEGV),
    ],
)
def test_the_child_ends_the_way_the_worker_ended(tier, python, code, status):
    assert behind(code, tier=tier, python=python).status == status


@both_walls
def test_a_loop_ends_by_the_limit_of_cpu_seconds(tier, python):
    ended = behind(
        "while True: pass", tier=tier, python=python, policy=replace(Policy(), submission_seconds=1)
    )
    assert ended.status == signal.SIGXCPU


@needs_full
def test_a_loop_that_ignores_the_signal_is_killed():
    code = "import signal; signal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True: pass"
    ended = behind(code, policy=replace(Policy(), submission_seconds=1))
    assert ended.status == signal.SIGKILL


@both_walls
def test_only_the_files_to_keep_are_open(tier, python):
    code = """
import os
def is_open(fd):
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True
print([fd for fd in range(1100) if is_open(fd)], os.fstat(0).st_rdev == os.stat("/dev/null").st_rdev)
"""
    prelude = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (2000, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
os.dup2(0, 1000)
"""
    ended = behind(code, prelude=prelude, tier=tier, python=python)
    assert ended.out == "[0, 1, 2] True\n"


@both_walls
def test_the_worker_stands_in_an_empty_directory_and_knows_where_to_write(tier, python):
    code = """
import os, tempfile
print(os.listdir(), os.getcwd() == os.environ["HOME"], tempfile.gettempdir() == os.environ["TMPDIR"])
open("file", "w").close()
print(oct(os.stat("file").st_mode & 0o777))
"""
    ended = behind(code, prelude="import tempfile; tempfile.gettempdir()", tier=tier, python=python)
    assert ended.out == "[] True True\n0o600\n"


@needs_full
def test_what_the_full_wall_shows():
    code = """
import os
print(os.getcwd(), os.getuid(), os.getgid(), os.getpid(), os.uname().nodename)
print(sorted(set(os.listdir("/")) - {"bin", "lib", "lib32", "lib64", "libx32", "sbin", "usr"}))
print(sorted(os.listdir("/dev")))
print(sorted(name for name in os.listdir("/proc") if not name.isdigit()))
print(sorted(name for name in os.listdir("/proc") if name.isdigit()))
"""
    # /proc may stay empty in a container whose own /proc is covered.
    first, root, devices, *processes = behind(code).out.splitlines()
    assert first == "/box 1000 1000 2 sandbox"
    environment_roots = {Path(prefix).parts[1] for prefix in (sys.prefix, sys.base_prefix)} - {"usr"}
    assert set(eval(root)) == {"box", "dev", "etc", "proc", "tmp"} | environment_roots
    assert set(eval(devices)) == {
        *("fd", "full", "null", "random", "shm", "stderr", "stdin", "stdout", "urandom")
    }
    assert processes in (["['self', 'thread-self']", "['2']"], ["[]", "[]"])


@needs_reduced
def test_of_all_processes_the_reduced_wall_shows_which_libraries_the_worker_has():
    code = """
import os
print("libc" in open("/proc/self/maps").read())
for path in (f"/proc/{os.getppid()}/maps", "/proc/1/cmdline", "/proc/self/cmdline", "/proc/self/net/tcp"):
    try:
        print(path, open(path).read())
    except PermissionError:
        pass
"""
    assert behind(code, tier="reduced", python=public_python()).out == "True\n"


@needs_full
def test_of_a_private_directory_only_the_environment_appears():
    ended = behind("import os; print(os.listdir(os.path.dirname(os.sys.base_prefix)))")
    assert ended.out == f"[{os.path.basename(sys.base_prefix)!r}]\n" or sys.base_prefix == "/usr"


@needs_full
def test_the_reference_is_nowhere():
    code = f"""
import os
for name in ("advsec", "autograder"):
    try:
        __import__(name)
    except ModuleNotFoundError:
        print("absent")
print(os.path.exists({str(PACKAGE)!r}))
"""
    assert behind(code, prelude="sys.path.remove(package)").out == "absent\nabsent\nFalse\n"


INSTALLED = """
import os
for directory in {places!r}:
    sys.path.insert(0, directory)
    print(os.path.isdir(directory), end=" ")
    for name in ("advsec", "autograder"):
        try:
            __import__(name)
        except (ModuleNotFoundError, PermissionError) as error:
            print(type(error).__name__, end=" ")
    sys.path.remove(directory)
import numpy_like
print(numpy_like.answer)
"""


@both_walls
def test_an_installed_reference_is_covered_by_every_name_of_its_directory(tier, python, tmp_path):
    site = Path("/tmp", f"site-{os.getpid()}-{tier}")
    link = site.with_name(site.name + "-link")
    try:
        (site / "advsec").mkdir(parents=True)
        (site / "advsec/__init__.py").write_text("answer = 42")
        (site / "autograder.py").write_text("answer = 42")
        (site / "numpy_like.py").write_text("answer = 'from the environment'")
        link.symlink_to(site)
        places = [str(site), str(link)]
        code = "import sys" + INSTALLED.format(places=places)
        prelude = f"sys.path.append({str(site)!r})"
        code = code.replace("import numpy_like", f"sys.path.insert(0, {str(site)!r}); import numpy_like")
        ended = behind(code, tier=tier, python=python, extra=places, prelude=prelude)
    finally:
        for path in (link, site / "advsec/__init__.py", site / "autograder.py", site / "numpy_like.py"):
            path.unlink()
        (site / "advsec").rmdir()
        site.rmdir()
    error = "ModuleNotFoundError" if tier == "full" else "PermissionError"
    absent = f"True {error} {error} "
    assert (ended.out, ended.err) == (f"{absent * 2}from the environment\n", "")


@both_walls
def test_nothing_is_left_behind_however_deep_and_locked_it_is(tier, python):
    code = """
import os
print(os.path.dirname(os.getcwd()))
here = os.getcwd()
for _ in range(1500):
    os.mkdir("d")
    os.chdir("d")
os.chdir(here)
os.mkdir("locked")
open("locked/file", "w").close()
os.chmod("locked", 0)
"""
    place = behind(code, tier=tier, python=python).out.strip()
    assert place == "/" if tier == "full" else not os.path.exists(place)


@needs_reduced
def test_who_shares_a_user_leaves_room_for_others():
    code = "import resource; print(*resource.getrlimit(resource.RLIMIT_NPROC))"
    limit, with_spare = map(int, behind(code, tier="reduced", python=public_python()).out.split())
    assert with_spare == limit + Policy().spare_processes
    if os.geteuid() == 0:  # every box has a user to itself
        assert limit == Policy().processes
    else:
        assert limit > Policy().processes + build_wall(Policy(), "reduced").room_for_others


@both_walls
def test_no_memory_beyond_the_limit(tier, python):
    code = """
try:
    bytearray(1 << 30)
except MemoryError:
    print("refused")
"""
    policy = replace(Policy(), memory_bytes=512 * MIB)
    assert behind(code, tier=tier, python=python, policy=policy).out == "refused\n"


HUDDLE = """
import os, time
for _ in range(6):
    if os.fork() == 0:
        {leave}
        held = b"x" * (64 << 20)
        time.sleep(20)
        os._exit(0)
{then}
"""


@both_walls
@pytest.mark.parametrize(
    ("leave", "then"),
    [
        ("pass", "while True: os.wait()"),
        ("if os.setsid() and os.fork(): os._exit(0)", "time.sleep(20)"),
    ],
    ids=["children", "orphans"],
)
def test_processes_that_hold_too_much_together_all_end(tier, python, leave, then):
    policy = replace(Policy(), box_memory_bytes=256 * MIB)
    ended = behind(HUDDLE.format(leave=leave, then=then), tier=tier, python=python, policy=policy)
    assert ended.status == TOO_MUCH_MEMORY << 8


@both_walls
def test_processes_that_hold_less_are_let_be(tier, python):
    code = HUDDLE.replace("sleep(20)", "sleep(0.5)").format(leave="pass", then="print(os.wait()[1])")
    policy = replace(Policy(), box_memory_bytes=1024 * MIB)
    assert behind(code, tier=tier, python=python, policy=policy).out == "0\n"


@needs_full
@pytest.mark.parametrize("step", ["unshare", "mount", "sethostname"])
def test_a_wall_that_cannot_be_built_lets_nothing_run(step):
    prelude = f"""
from sandbox import kernel
original = kernel.call
def call(function, *arguments):
    if function == {step!r}:
        raise OSError(1, function + ": refused")
    return original(function, *arguments)
kernel.call = call
"""
    ended = behind("print('ran')", prelude=prelude)
    assert (ended.status, ended.out) == (78 << 8, "")
    assert f"{step}: refused" in ended.err


def test_without_a_wall_limits_and_files_are_all_there_is():
    code = """
import resource
print(resource.getrlimit(resource.RLIMIT_CORE))
"""
    assert behind(code, tier="none").out == "(0, 0)\n"


# --- what an honest student needs ------------------------------------------------------------------

WARM = """
import numpy as np, matplotlib.pyplot as plt, IPython.core.interactiveshell
figure = plt.figure()
plt.plot([1])
figure.savefig("/dev/null", format="png")
plt.close(figure)
"""
HONEST = {
    "numpy": "import numpy as np; print(np.linalg.solve(np.eye(3), np.ones(3)).sum())",
    "a module of numpy that was not imported": "import numpy.polynomial.hermite; print(3.0)",
    "a figure": """
import io, matplotlib.pyplot as plt
plt.plot([1, 2]); plt.title("$x^2$ äß"); plt.savefig(buffer := io.BytesIO())
print(3.0 if buffer.getvalue()[1:4] == b"PNG" else "?")
""",
    "the fonts": """
from matplotlib import font_manager
print(3.0 if "DejaVu" in font_manager.findfont("DejaVu Sans", fallback_to_default=False) else "?")
""",
    "threads": """
from concurrent.futures import ThreadPoolExecutor
print(sum(ThreadPoolExecutor(2).map(float, [1, 2])))
""",
    "a pool of processes": """
import multiprocessing
with multiprocessing.get_context("fork").Pool(2) as pool: print(sum(pool.map(float, [1, 2])))
""",
    "an event loop": "import asyncio; print(asyncio.run(asyncio.sleep(0, 3.0)))",
    "a program": "import subprocess; subprocess.run(['/bin/true'], check=True); print(3.0)",
    "the interpreter as a program": """
import subprocess, sys
subprocess.run([sys.executable, "-c", "import numpy; print(3.0)"], check=True)
""",
    "a cell": """
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config
quiet = Config(); quiet.HistoryManager.enabled = False
InteractiveShell.instance(config=quiet).run_cell("print(1.0 + 2)")
""",
    "a data base": "import sqlite3; print(sqlite3.connect('x.db').execute('select 1.0 + 2').fetchone()[0])",
    "a data base that two have open": """
import sqlite3
one, other = sqlite3.connect("x.db"), sqlite3.connect("x.db", timeout=0)
one.execute("create table x (y)")
one.commit()
one.execute("insert into x values (3.0)")
try:
    other.execute("insert into x values (4.0)")
except sqlite3.OperationalError as locked:
    assert "locked" in str(locked), locked
one.commit()
print(other.execute("select y from x").fetchone()[0])
""",
    "a lock of one's own, and patience with oneself": """
import fcntl, os
with open("x", "w") as file:
    fcntl.lockf(file, fcntl.LOCK_EX)
print(float(os.nice(3)))
""",
}


@needs_full
@pytest.mark.parametrize("what", HONEST)
def test_honest_work_goes_on(what):
    with Home() as home:
        ended = behind(HONEST[what], prelude=WARM, env=environment() | {"HOME": str(home)})
    assert (ended.out, ended.status) == ("3.0\n", 0), ended.err
