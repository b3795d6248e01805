"""The mathematics of the widgets, called in node as the browser would: `results("memory", calls)`."""

import json
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from advsec.widgets import source


WIDGETS = Path(__file__).parents[1] / "advsec" / "widgets"
NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="node, which runs JavaScript, is not installed")
# Numbers that JSON has no word for travel as their names, which float() reads.
CALL = """
const [text, calls] = JSON.parse(require("fs").readFileSync(0, "utf8"));
const named = (_, value) => typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
import("data:text/javascript," + encodeURIComponent(text)).then((module) => {
  const done = calls.map(([name, given]) => name === null ? Object.keys(module) : module[name](...given));
  console.log(JSON.stringify(done, named));
});
"""


def results(widget: str, calls: Iterable[tuple[str | None, list[Any]]]) -> list[Any]:
    """What the functions of a widget return: calls are pairs of a name and arguments; of None, all names."""
    given = json.dumps([source(widget), list(calls)])
    done = subprocess.run(
        [NODE, "--eval", CALL], input=given, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout, parse_constant=float)
