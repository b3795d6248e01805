"""Run a snippet behind a wall that is built in a clean interpreter, as the zygote builds it."""

import functools
import json
import os
import platform
import stat
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

import autograder.sandbox
from autograder.sandbox.policy import Policy
from autograder.sandbox.proof.selftest import examine
from autograder.sandbox.wall import environment


PACKAGE = Path(autograder.sandbox.__file__).parent
FORK = """
import sys, json, os
package, wanted, prelude, code = sys.argv[1:]
sys.path.insert(0, package)
from dataclasses import replace
from sandbox import isolation
from sandbox.policy import Policy
from sandbox.wall import build_wall
wanted = json.loads(wanted)
exec(prelude)
wall = build_wall(Policy(**wanted["policy"]), wanted["tier"], extra=wanted["extra"])
wall = wall.without(*wanted["without"])
prepared = isolation.prepare(wall)
child = os.fork()
if not child:
    try:
        isolation.enter(wall, prepared, (1, 2))
        exec(code, {"__name__": "__main__"})
        sys.stdout.flush()
    except OSError as error:
        print(type(error).__name__, error, file=sys.stderr, flush=True)
        os._exit(78)
    os._exit(0)
print("status", os.waitpid(child, 0)[1], file=sys.stderr, flush=True)
"""


@dataclass(frozen=True)
class Ended:
    """How the process that was forked ended, and what was written behind the wall."""

    status: int
    out: str
    err: str


def behind(
    code: str,
    *,
    tier: str = "full",
    without: Iterable[str] = (),
    policy: Policy | None = None,
    extra: Iterable[str] = (),
    prelude: str = "",
    python: str = sys.executable,
    env: dict[str, str] | None = None,
) -> Ended:
    """Run `prelude` in the zygote and `code` behind the wall."""
    wanted = {
        "policy": asdict(policy or Policy()),
        "tier": tier,
        "without": list(without),
        "extra": list(extra),
    }
    arguments = [str(PACKAGE.parent), json.dumps(wanted), prelude, code]
    finished = subprocess.run(
        [python, "-I", "-c", FORK, *arguments],
        env=environment() if env is None else env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    err, _, status = finished.stderr.rpartition("status ")
    assert status.strip().isdigit(), finished.stderr
    return Ended(int(status), finished.stdout, err)


@functools.cache
def public_python() -> str | None:
    """An interpreter that every user may run: without an own root, nobody else can use one in /root."""
    for candidate in (sys.executable, "/usr/bin/python3"):
        if os.path.exists(candidate) and _is_public(os.path.realpath(candidate)):
            version = subprocess.run(
                [candidate, "-c", "import sys; print(sys.version_info >= (3, 11))"],
                capture_output=True,
                text=True,
                check=False,
            )
            if version.stdout.strip() == "True":
                return candidate
    return None


def _is_public(path: str) -> bool:
    return os.geteuid() != 0 or all(
        os.stat(parent).st_mode & stat.S_IXOTH for parent in (path, *Path(path).parents)
    )


@functools.cache
def _obstacle(tier: str) -> str | None:
    """Why a wall of this tier cannot be built here."""
    if platform.system() != "Linux":
        return f"the {tier} wall needs Linux, this is {platform.system()}"
    if tier == "reduced" and public_python() is None:
        return "the reduced wall needs a Python that the grading user may read"
    python = sys.executable if tier == "full" else public_python()
    failure = examine(Policy(), tier, only=(), python=python).failure
    return failure and f"the {tier} wall cannot be built here: {failure}"


needs_full = pytest.mark.skipif(_obstacle("full") is not None, reason=str(_obstacle("full")))
needs_reduced = pytest.mark.skipif(_obstacle("reduced") is not None, reason=str(_obstacle("reduced")))
needs_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can fail to give up being root"
)
