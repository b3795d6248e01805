"""The notebooks in JupyterLite: Python runs in the reader's browser, and nothing has to be installed.

The site serves JupyterLab, the notebooks and every pure package that they use. Pyodide, with numpy and what
else is compiled, comes from its own server; the page that opens says so.

    lite/files/    lectures and assignments as students get them, with a first cell that installs
    lite/pypi/     a wheel for each assignment and its lecture, as students get it, and the pure packages
                   for controls and figures that move
"""

import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from importlib.metadata import distribution
from io import BytesIO
from pathlib import Path

import nbformat

from autograder.bundle import packed


# JupyterLab's own extensions that a browser needs: Python, controls, and figures that move.
EXTENSIONS = ("@jupyterlite/pyodide-kernel-extension", "@jupyter-widgets/jupyterlab-manager", "anywidget")
# What the notebooks use, and Pyodide does not have. Of psygnal, what is compiled is there as Python as well.
PURE = ("anywidget", "comm", "ipywidgets", "jupyterlab-widgets", "psygnal")
# What students need on their own machine, and who reads this has already.
NOT_IN_A_BROWSER = ("jupyterlab",)
COMPILED = (".so", ".pyd", ".dylib")
INSTALL = "%pip install -q {}"
FIRST = """\
> **You run this in your browser.** Run the next cell first: numpy, matplotlib and Python itself come from the
> server of Pyodide, which takes a while the first time, and all else comes from this site. What you write is
> kept in this browser alone: download it if it matters to you."""


def build(bundles: Mapping[str, Path], work: Path, output: Path) -> None:
    """Write JupyterLite with the notebooks of the students' bundles, by the names of the assignments."""
    shutil.rmtree(work, ignore_errors=True)
    shutil.rmtree(output, ignore_errors=True)
    (work / "pypi").mkdir(parents=True)
    for name, bundle in bundles.items():
        _unpack(name, bundle, work)
    for package in PURE:
        filename, wheel = pure_wheel(package)
        (work / "pypi" / filename).write_bytes(wheel)
    for extension in EXTENSIONS:
        source = Path(sys.prefix) / "share" / "jupyter" / "labextensions" / extension
        shutil.copytree(source, work / "extensions" / extension, ignore=shutil.ignore_patterns("*.map"))
    (work / "jupyter_lite_config.json").write_text(json.dumps(_settings(work, output)), encoding="utf-8")
    command = [sys.executable, "-m", "jupyterlite_core", "build"]
    made = subprocess.run(command, cwd=work, capture_output=True, text=True, timeout=600)
    if made.returncode:
        raise RuntimeError(f"JupyterLite could not be built:\n{made.stdout}\n{made.stderr}")


def _settings(work: Path, output: Path) -> Mapping[str, Mapping[str, object]]:
    return {
        "LiteBuildConfig": {
            "lite_dir": str(work),
            "output_dir": str(output),
            "contents": [str(work / "contents")],
            "apps": ["lab"],
            "ignore_sys_prefix": ["federated_extensions", "settings_overrides"],
            "no_sourcemaps": True,
            "no_unused_shared_packages": True,
            "no_libarchive": True,
        },
        "FederatedExtensionAddon": {"extra_labextensions_path": [str(work / "extensions")]},
    }


def _unpack(name: str, bundle: Path, work: Path) -> None:
    """The notebooks and the wheel of a bundle, for a browser."""
    with zipfile.ZipFile(bundle) as archive:
        files = {path.partition("/")[2]: archive.read(path) for path in archive.namelist()}
    (wheel,) = (content for path, content in files.items() if path.endswith(".whl"))
    filename, wheel = for_a_browser(wheel)
    (work / "pypi" / filename).write_bytes(wheel)
    version = filename.split("-")[1]
    for path, content in files.items():
        if path.endswith(".ipynb"):
            folder = path.partition("/")[0]  # lectures or assignments
            target = work / "contents" / folder / f"{name}.ipynb"
            target.parent.mkdir(parents=True, exist_ok=True)
            notebook = nbformat.reads(content.decode(), as_version=4)
            adapted = with_first_cell(notebook, version, name)
            # JupyterLite reads the file itself, and takes a text that stands as a list of lines for none.
            target.write_text(nbformat.writes(adapted, split_lines=False), encoding="utf-8")


def with_first_cell(notebook: nbformat.NotebookNode, version: str, name: str) -> nbformat.NotebookNode:
    """The notebook with a cell below its title that installs what it uses; its links lead within the site."""
    install = nbformat.v4.new_code_cell(INSTALL.format(f"advsec=={version}"), id="install")
    words = nbformat.v4.new_markdown_cell(FIRST, id="in-a-browser")
    title, *others = notebook.cells
    for cell in (title, *others):
        if cell.cell_type == "markdown":
            cell.source = cell.source.replace(
                f"../assignments/{name}/{name}.ipynb", f"../assignments/{name}.ipynb"
            )
    notebook.cells = [title, words, install, *others]
    notebook.metadata = nbformat.from_dict(
        {"kernelspec": {"display_name": "Python (Pyodide)", "language": "python", "name": "python"}}
    )
    return notebook


# --- wheels ---------------------------------------------------------------------------------------------


def for_a_browser(wheel: bytes) -> tuple[str, bytes]:
    """The wheel of a students' bundle, which asks for nothing that a browser cannot have."""
    with zipfile.ZipFile(BytesIO(wheel)) as archive:
        inside = {path: archive.read(path) for path in archive.namelist()}
    (about,) = (content.decode() for path, content in inside.items() if path.endswith(".dist-info/METADATA"))
    asked = re.findall(r"^Requires-Dist: (.+)$", about, re.MULTILINE)
    files = {
        path: content for path, content in inside.items() if not re.match(r"[^/]+\.(dist-info|data)/", path)
    }
    return packed(files, [each for each in asked if re.split(r"[^\w-]", each)[0] not in NOT_IN_A_BROWSER])


def pure_wheel(package: str) -> tuple[str, bytes]:
    """An installed package as a wheel again, without what is compiled; its name and its bytes."""
    installed = distribution(package)
    info = f"{package.replace('-', '_')}-{installed.version}.dist-info"
    files = dict(_python_files(package))
    files[f"{info}/METADATA"] = (installed.read_text("METADATA") or "").encode()
    files[f"{info}/WHEEL"] = (
        b"Wheel-Version: 1.0\nGenerator: advsec\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    )
    record = [f"{path},sha256={_digest(content)},{len(content)}" for path, content in files.items()]
    files[f"{info}/RECORD"] = "\n".join([*record, f"{info}/RECORD,,", ""]).encode()
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(zipfile.ZipInfo(path), content, zipfile.ZIP_DEFLATED)
    return f"{package.replace('-', '_')}-{installed.version}-py3-none-any.whl", buffer.getvalue()


def _python_files(package: str) -> Iterator[tuple[str, bytes]]:
    for path in sorted(distribution(package).files or ()):
        outside = path.parts[0] == ".." or path.parts[0].endswith(".dist-info")
        if not outside and "__pycache__" not in path.parts and path.suffix not in COMPILED:
            yield path.as_posix(), Path(str(path.locate())).read_bytes()


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
