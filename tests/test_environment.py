"""One environment, said three times: pyproject.toml, environment.yml for conda, requirements.lock for pip."""

import ast
import json
import os
import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions, requires
from pathlib import Path
from sys import stdlib_module_names

import jsonschema
import pytest
import yaml
from jupyter_server.serverapp import DEFAULT_JUPYTER_SERVER_PORT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from traitlets.config import PyFileConfigLoader

from advsec.libraries import LIBRARIES


ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
EXTRAS = PROJECT["optional-dependencies"]
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
WORKFLOW = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text(encoding="utf-8"))

PYTHONS = WORKFLOW["jobs"]["test"]["strategy"]["matrix"]["python"]
# conda-forge's `matplotlib` adds a Qt that the course never opens; its `psycopg2` needs no compiler.
PYPI_NAMES = {"matplotlib-base": "matplotlib", "psycopg2": "psycopg2-binary"}
# What the tests are compared with where it happens to be installed; they skip where it is not.
PEERS = {*LIBRARIES, "fastai", "tensorflow"}

# What conda does not install: browsers, a hub and the site are made with make, from the lock file.
NOT_IN_CONDA = {"browser", "hub", "site"}

PIN = re.compile(r"(?P<pin>[a-z0-9-]+==[0-9][^\s;]*(?: ; .+?)?)(?: --hash=sha256:[0-9a-f]{64})+")


def asked(*extras: str) -> list[Requirement]:
    """What pyproject.toml asks for: the dependencies and those of the `extras`."""
    return [Requirement(line) for line in sum((EXTRAS[extra] for extra in extras), PROJECT["dependencies"])]


def conda_packages() -> dict[str, str]:
    """Ranges that environment.yml asks for, by the name that PyPI uses."""
    packages = {}
    for line in CONDA["dependencies"]:
        if isinstance(line, str):
            name, bounds = re.fullmatch(r"([a-z0-9-]+)(.*)", line).groups()
            packages[PYPI_NAMES.get(name, name)] = bounds
    return packages


def lock_lines() -> list[str]:
    """Logical lines of the lock file, without its comments."""
    lines = re.sub(r"^\s*#.*\n?", "", LOCK, flags=re.MULTILINE)
    return [" ".join(line.split()) for line in lines.replace("\\\n", " ").splitlines() if line.strip()]


def pins() -> list[Requirement]:
    return [Requirement(PIN.fullmatch(line)["pin"]) for line in lock_lines()]


def test_kernels_of_jupyterlab_use_one_thread_unless_told_otherwise(monkeypatch):
    settings = PyFileConfigLoader("jupyter_server_config.py", str(ROOT / ".jupyter"))
    for before, after in (("", "1"), ("4", "4")):
        monkeypatch.setenv("OPENBLAS_NUM_THREADS", before)
        if not before:
            monkeypatch.delenv("OPENBLAS_NUM_THREADS")
        settings.load_config()
        assert os.environ["OPENBLAS_NUM_THREADS"] == after


def test_conda_and_pip_ask_for_the_same():
    conda = conda_packages()
    assert (conda.pop("python"), conda.pop("pip")) == ("=3.12", "")
    assert {name: Requirement(name + bounds).specifier for name, bounds in conda.items()} == {
        requirement.name: requirement.specifier for requirement in asked(*EXTRAS.keys() - NOT_IN_CONDA)
    }


def test_conda_installs_the_two_packages_last_and_from_conda_forge_alone():
    # A requirements file, which conda makes of this list, takes `-e .` but not `--no-deps`.
    assert CONDA["dependencies"][-1] == {"pip": ["-e ."]}
    assert CONDA["channels"] == ["conda-forge", "nodefaults"]


def test_every_python_in_use_is_supported_and_tested():
    supported = Requirement(f"python{PROJECT['requires-python']}").specifier
    assert all(supported.contains(version) for version in PYTHONS)
    assert conda_packages()["python"].removeprefix("=") in PYTHONS


def test_what_ci_looks_for_is_what_is_supported():
    looked_for = re.search(r"for version in ([\d. ]+); do", (ROOT / ".ci/run").read_text(encoding="utf-8"))
    assert looked_for[1].split() == PYTHONS


def test_the_newest_entry_of_the_changelog_is_this_version():
    entries = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert entries[0] == PROJECT["version"]
    assert len(set(entries)) == len(entries)


def test_citation_names_the_version_and_the_authors():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["cff-version"] == "1.2.0"
    assert citation["version"] == PROJECT["version"]
    assert citation["authors"] == PROJECT["authors"]
    assert " AND ".join(citation["license"]) == PROJECT["license"]


def test_lock_is_pins_with_hashes_and_nothing_else():
    assert [line for line in lock_lines() if not PIN.fullmatch(line)] == []


def test_lock_names_no_place():
    place = re.compile(r"//|\s[/~.]|=[/~.]|index-url|find-links")
    assert [line for line in LOCK.splitlines() if place.search(line)] == []


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
@pytest.mark.parametrize("python", PYTHONS)
def test_lock_pins_every_requirement_within_its_range(python, platform):
    environment = {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": platform}
    locked = {}
    for pin in pins():
        if pin.marker is None or pin.marker.evaluate(environment):
            assert locked.setdefault(canonicalize_name(pin.name), pin) is pin, "pinned twice"
    for requirement in asked(*EXTRAS) + [Requirement(line) for line in PYPROJECT["build-system"]["requires"]]:
        (version,) = locked[canonicalize_name(requirement.name)].specifier
        assert requirement.specifier.contains(version.version)


@pytest.mark.parametrize(
    ("folder", "own", "extras"),
    [
        ("advsec", {"advsec"}, ["course"]),
        # The test that a new course gets, which is no part of the program, asks for pytest.
        ("autograder", {"advsec", "autograder", "pytest"}, ["course", "grading", "cluster"]),
        ("notebooks", {"advsec", "autograder"}, ["course"]),
        ("tests", {"advsec", "autograder", "tests"} | PEERS, list(EXTRAS)),
    ],
)
def test_every_import_is_declared(folder, own, extras):
    declared = provided(extras)
    distributions = packages_distributions()
    undeclared = {
        (str(path.relative_to(ROOT)), module)
        for path, module in imports(ROOT / folder)
        if module not in stdlib_module_names | own
        and not declared.intersection(map(canonicalize_name, distributions.get(module, [])))
    }
    assert undeclared == set()


def provided(extras: list[str]) -> set[str]:
    """Distributions asked for, and what these ask for in turn: nbgrader, say, brings nbformat."""
    names = {canonicalize_name(requirement.name) for requirement in asked(*extras)}
    brought = (Requirement(line) for name in names for line in requires(name) or [])
    return names | {
        canonicalize_name(requirement.name)
        for requirement in brought
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""})
    }


def imports(folder: Path) -> Iterator[tuple[Path, str]]:
    """Each top-level module that the Python files and notebooks of a folder import."""
    for path, source in sources(folder):
        for node in ast.walk(ast.parse(source, str(path))):
            if isinstance(node, ast.Import):
                yield from ((path, alias.name.partition(".")[0]) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                yield path, node.module.partition(".")[0]


def sources(folder: Path) -> Iterator[tuple[Path, str]]:
    for path in folder.rglob("*.py"):
        yield path, path.read_text(encoding="utf-8")
    if folder.name == "notebooks":
        for path in folder.rglob("*.ipynb"):
            for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
                if cell["cell_type"] == "code":
                    yield path, re.sub(r"^\s*[%!].*", "", "".join(cell["source"]), flags=re.MULTILINE)


# --- where somebody else makes the environment --------------------------------------------------------------

# What containers.dev says of the fields in use: one of another name would be ignored without a word.
DEVCONTAINER = {
    "type": "object",
    "required": ["image", "postCreateCommand"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string"},
        "image": {"type": "string"},
        "postCreateCommand": {"type": "string"},
        "forwardPorts": {"type": "array", "items": {"type": "integer", "maximum": 65535, "minimum": 0}},
        "portsAttributes": {
            "type": "object",
            "patternProperties": {
                r"^\d+(-\d+)?$": {
                    "type": "object",
                    "properties": {"label": {"type": "string"}},
                    "additionalProperties": False,
                }
            },
            "additionalProperties": False,
        },
        "customizations": {
            "type": "object",
            "properties": {
                "vscode": {
                    "type": "object",
                    "properties": {
                        "extensions": {
                            "type": "array",
                            "items": {"type": "string", "pattern": r"^[\w-]+\.[\w-]+$"},
                        },
                        "settings": {"type": "object"},
                    },
                    "additionalProperties": False,
                }
            },
        },
    },
}
# With one of these Binder would build something else than environment.yml.
BEFORE_ENVIRONMENT = ("binder", ".binder", "Dockerfile", "Project.toml", "Pipfile")


def test_a_devcontainer_is_made_as_the_makefile_makes_it_with_the_python_of_conda():
    devcontainer = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text(encoding="utf-8"))
    jsonschema.validate(devcontainer, DEVCONTAINER)
    python = re.search(r"python:(\d+\.\d+)-", devcontainer["image"])[1]
    assert python == conda_packages()["python"].removeprefix("=")
    target = devcontainer["postCreateCommand"].removeprefix("make ")
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    interpreter = devcontainer["customizations"]["vscode"]["settings"]["python.defaultInterpreterPath"]
    assert interpreter.removeprefix("${containerWorkspaceFolder}/") == ".venv/bin/python"
    assert devcontainer["forwardPorts"] == [DEFAULT_JUPYTER_SERVER_PORT]


def test_binder_builds_what_conda_makes():
    assert [name for name in BEFORE_ENVIRONMENT if (ROOT / name).exists()] == []


def test_the_classroom_runs_the_settings_that_ship_with_it():
    """Every file of deploy/ is read by something, and every folder that is named there is there."""
    deploy = ROOT / "deploy"
    for path in deploy.rglob("*.json"):
        assert json.loads(path.read_text(encoding="utf-8"))
    config = (deploy / "jupyterhub_config.py").read_text(encoding="utf-8")
    named = set(re.findall(r'"settings" / "(\w+)"', config))
    assert named == {path.name for path in (deploy / "settings").iterdir()}
    assert not re.search(r"(?<![\w.])/(home|root|srv|opt|Users)/", config)


def test_the_proxy_of_the_classroom_is_the_one_that_is_tested():
    pinned = {
        name: set(re.findall(r"configurable-http-proxy@([\d.]+)", (ROOT / name).read_text(encoding="utf-8")))
        for name in ("Makefile", "deploy/README.md")
    }
    assert pinned["Makefile"] == pinned["deploy/README.md"]
    assert len(pinned["Makefile"]) == 1
