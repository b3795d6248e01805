"""Run nbgrader's module with arguments for pytest: `python -m tests.nbgrader_suite -k timeout`."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path


HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
MODULE = "nbgrader.tests.apps.test_nbgrader_autograde"


def main(arguments: list[str]) -> int:
    """The exit code of pytest."""
    binaries = Path(sys.executable).parent
    with tempfile.TemporaryDirectory() as elsewhere:
        # Jupyter writes into its folder of settings.
        settings = f"load_subconfig({str(HERE / 'nbgrader_config.py')!r})"
        (Path(elsewhere) / "nbgrader_config.py").write_text(settings)
        environment = os.environ | {
            "JUPYTER_CONFIG_DIR": elsewhere,
            "JUPYTER_DATA_DIR": elsewhere,
            "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
        }
        # Not our own settings for pytest: the tests are nbgrader's.
        options = ["-c", os.devnull, "--rootdir", elsewhere, "-p", "no:cacheprovider", "-W", "ignore"]
        plugin = ["-p", "tests.nbgrader_suite.deviations"]
        command = [sys.executable, "-m", "pytest", *options, *plugin, "-rxs", "--pyargs", MODULE, *arguments]
        return subprocess.run(command, env=environment, cwd=elsewhere).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
