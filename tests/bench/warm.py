"""The same cells in a plain IPython shell that has run them before: no wall, no hidden inputs, no gradebook.

Prints how many seconds of CPU all cells take, and without those that check answers.
"""

import contextlib
import io
import json
import statistics
import sys
import time
from pathlib import Path

from IPython.core.interactiveshell import InteractiveShell


class Shell(InteractiveShell):
    """Draws figures as JupyterLab does; there is no window to serve events for."""

    def enable_gui(self, gui: str | None = None) -> None:
        pass


def main(notebook: Path, runs: int) -> None:
    shell = Shell.instance()
    shell.enable_matplotlib("inline")
    cells = [cell for cell in json.loads(notebook.read_text())["cells"] if cell["cell_type"] == "code"]
    _run(shell, cells)
    times = [_run(shell, cells) for _ in range(runs)]
    print(*(statistics.median(each) for each in zip(*times, strict=True)))


def _run(shell: Shell, cells: list[dict]) -> tuple[float, float]:
    """Seconds of all cells, and of those that do not check answers."""
    seconds = {True: 0.0, False: 0.0}
    for cell in cells:
        is_check = bool(cell["metadata"].get("nbgrader", {}).get("grade"))
        started = time.process_time()
        with contextlib.redirect_stdout(io.StringIO()):
            result = shell.run_cell("".join(cell["source"]), store_history=True)
        seconds[is_check] += time.process_time() - started
        result.raise_error()
    return sum(seconds.values()), seconds[False]


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
