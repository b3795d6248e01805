"""The wheel, built as somebody builds it who has the checkout."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


ROOT = Path(__file__).parents[1]


def build(folders: pytest.TempPathFactory) -> Path:
    """Build it from links to what it is made of, so that nothing is written into the checkout."""
    built, source = folders.mktemp("built"), folders.mktemp("source")
    for name in ("pyproject.toml", "README.md", "LICENSE", "advsec", "autograder"):
        os.symlink(ROOT / name, source / name)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    command += ["--no-index", "--wheel-dir", str(built), "."]
    subprocess.run(command, cwd=source, check=True, timeout=300)
    (path,) = built.glob("advsec-*.whl")
    return path
