"""The zygote's home is private, stays or is removed, and what a killed run leaves is swept by the next."""

import ast
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

import autograder
from autograder.sandbox import folders
from autograder.sandbox.folders import PREFIX, Home


@pytest.fixture
def caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this user's caches lie, and a folder for temporary files."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    return tmp_path / "caches"


@pytest.fixture
def temporary(caches: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files, where nothing else can be written to."""
    caches.write_text("no folder")
    return Path(tempfile.gettempdir())


def left_behind(place: Path) -> list[Path]:
    return sorted(place.iterdir())


def test_caches_stay_in_the_folder_of_the_user(caches: Path) -> None:
    for _ in range(2):
        with Home() as home:
            assert home == caches / "autograder"
            assert home.stat().st_mode & 0o777 == 0o700
            (home / "fonts").touch()
    assert left_behind(Path(tempfile.gettempdir())) == []


def test_without_such_a_folder_a_temporary_one_is_made_and_removed(temporary: Path) -> None:
    with Home() as home:
        assert home.parent == temporary
        assert home.stat().st_mode & 0o777 == 0o700
        (home / "fonts").touch()
    assert left_behind(temporary) == []


def open_to_all(folder: Path) -> None:
    folder.mkdir(parents=True)
    folder.chmod(0o777)


def a_link(folder: Path) -> None:
    folder.parent.mkdir()
    folder.symlink_to(folder.parent.parent)


def a_file(folder: Path) -> None:
    folder.parent.mkdir()
    folder.touch()


@pytest.mark.parametrize("make", [open_to_all, a_link, a_file])
def test_a_folder_that_others_could_have_made_or_filled_is_not_used(
    make: Callable[[Path], None], caches: Path
) -> None:
    make(caches / "autograder")
    with Home() as home:
        assert home.parent == Path(tempfile.gettempdir())


def test_what_a_killed_process_has_left_is_swept_by_the_next_one(temporary: Path) -> None:
    code = f"""
import os, signal, tempfile
tempfile.tempdir = {str(temporary)!r}
from autograder.sandbox.folders import Home
(Home().path / "fonts").touch()
os.kill(os.getpid(), signal.SIGKILL)
"""
    killed = subprocess.run([sys.executable, "-c", code], env=os.environ, check=False)
    assert killed.returncode == -signal.SIGKILL
    (dead,) = left_behind(temporary)
    with Home() as home:
        assert left_behind(temporary) == [home] != [dead]


def test_what_is_in_use_or_somebody_elses_is_not_swept(temporary: Path) -> None:
    precious = temporary / "precious"
    precious.mkdir()
    (precious / "file").touch()
    link, open_for_all, file = (temporary / f"{PREFIX}{name}" for name in ("link", "open", "file"))
    link.symlink_to(precious)
    open_for_all.mkdir()
    open_for_all.chmod(0o777)
    file.touch()
    with Home() as first, Home() as second:
        assert first != second
        assert {first, second, link, open_for_all, file, precious} == set(left_behind(temporary))
    assert left_behind(precious) == [precious / "file"]


def test_a_folder_that_is_swept_before_it_is_locked_is_replaced(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, seen = folders._locked, []

    def late(path: Path) -> int:
        seen.append(path)
        if len(seen) == 1:
            path.rmdir()
        return lock(path)

    monkeypatch.setattr(folders, "_locked", late)
    with Home() as home:
        assert home == seen[1] != seen[0]


# A name below a folder that everybody may write to: others can take it first.
SHARED = re.compile(r"^(/tmp|/var/tmp|/dev/shm|/run/lock)/.")


def test_no_path_in_a_folder_that_all_share_is_known_beforehand() -> None:
    for path in Path(autograder.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not SHARED.match(node.value), f"{path.name}:{node.lineno}: {node.value!r}"
