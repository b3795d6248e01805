"""The data of the wall: what it shows, what it hides, and that it can be read anywhere."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.sandbox import wall as walls
from autograder.sandbox.kernel import MACHINES, NUMBERS, number
from autograder.sandbox.paths import packages
from autograder.sandbox.policy import Policy
from autograder.sandbox.wall import PROTECTIONS, REFUSED, REFUSED_ARGUMENTS, TIERS, build_wall, environment

from .behind import PACKAGE


CHECKOUT = PACKAGE.parents[1]

WITHOUT_UNIX = """
import os, signal, sys
for name in ("SIGKILL", "SIGCHLD", "SIGTERM", "pthread_sigmask", "sigwait", "alarm"):
    delattr(signal, name)
for name in ("fork", "setsid", "geteuid", "uname", "sysconf"):
    delattr(os, name)
for module in ("resource", "fcntl", "pwd", "grp", "termios"):
    sys.modules[module] = None
sys.path.insert(0, sys.argv[1])
from importlib import import_module
for module in sys.argv[2:]:
    import_module(f"sandbox.{module}")
"""
MODULES = [
    "proof.attacks",
    "isolation",
    "kernel",
    "landlock",
    "limits",
    "memory",
    "namespaces",
    "seccomp",
    "proof.selftest",
    "tiers",
    "wall",
]


@pytest.mark.parametrize("tier", ["full", "reduced"])
def test_what_is_readable_neither_holds_nor_is_the_reference(tier):
    wall = build_wall(Policy(), tier)
    assert str(CHECKOUT / "advsec") in wall.masked
    assert str(CHECKOUT / "autograder") in wall.masked
    for path in wall.readable:
        assert not Path(path).is_relative_to(CHECKOUT / "advsec")
        assert not (CHECKOUT / "advsec").is_relative_to(path)
    for path in (*wall.masked, CHECKOUT / "advsec"):
        assert not any(Path(path).is_relative_to(granted) for granted in wall.granted)


def test_nothing_of_a_home_directory_is_readable_but_the_environment():
    environment = {sys.prefix, sys.base_prefix, *packages()}
    allowed = environment | set(map(os.path.realpath, environment))
    for path in build_wall(Policy()).readable:
        system = path.startswith(("/usr", "/lib", "/bin", "/sbin", "/etc/"))
        assert system or any(Path(path).is_relative_to(prefix) for prefix in allowed), path


def test_every_protection_belongs_to_a_tier():
    assert set().union(*TIERS.values()) == set(PROTECTIONS)


def test_every_refused_call_has_a_number_on_some_machine():
    names = " ".join(REFUSED.values()).split() + [rule.call for rule in REFUSED_ARGUMENTS]
    assert set(names) <= set(NUMBERS)
    for machine in MACHINES:
        known = [number(name, machine) for name in NUMBERS if number(name, machine) is not None]
        assert len(known) == len(set(known))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: build_wall(Policy(), "strong"), "tier must be one of full, reduced, none, got 'strong'"),
        (lambda: build_wall(Policy()).without("lanldock"), r"got \['lanldock'\]"),
        (lambda: build_wall(Policy()).for_slot(500), r"slot must be in \[0, 500\), got 500"),
    ],
)
def test_mistakes_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_slots_have_different_users():
    wall = build_wall(Policy())
    assert wall.for_slot(3).slot_id == wall.slot_id + 3
    assert replace(wall.for_slot(3), slot_id=wall.slot_id) == wall


def test_paths_inside_others_are_left_out_and_links_bring_what_they_lead_to(tmp_path):
    for name in ("real/lib/deep", "other"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "link").symlink_to("real")
    paths = [tmp_path / "real/lib", tmp_path / "real/lib/deep", tmp_path / "link/lib", tmp_path / "other"]
    found = [str(Path(path).relative_to(tmp_path)) for path in walls._outermost(map(str, paths))]
    assert found == ["link/lib", "other", "real/lib"]


def test_a_masked_package_is_masked_by_every_name_it_has(tmp_path):
    (tmp_path / "real/lib/package").mkdir(parents=True)
    (tmp_path / "link").symlink_to("real")
    package = str(tmp_path / "real/lib/package")
    aliases = walls._aliases({package}, [str(tmp_path / "real"), str(tmp_path / "link/lib")])
    assert aliases == {package, str(tmp_path / "link/lib/package")}


def test_grants_are_cut_around_a_masked_package(tmp_path):
    for name in ("lib/site/package", "lib/site/numpy", "lib/os"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "lib/site/link").symlink_to("package")
    pieces = walls._without_masked(str(tmp_path / "lib"), {str(tmp_path / "lib/site/package")})
    cut = {(str(Path(path).relative_to(tmp_path)), whole) for path, whole in pieces}
    assert cut == {("lib", False), ("lib/os", True), ("lib/site", False), ("lib/site/numpy", True)}


def test_the_package_can_be_imported_where_there_is_no_unix():
    subprocess.run([sys.executable, "-I", "-c", WITHOUT_UNIX, str(PACKAGE.parent), *MODULES], check=True)


def test_the_package_alone_brings_neither_the_grader_nor_the_reference():
    code = WITHOUT_UNIX + "assert not {'advsec', 'autograder'} & set(sys.modules)"
    subprocess.run([sys.executable, "-I", "-c", code, str(PACKAGE.parent), *MODULES], check=True)


def test_the_environment_holds_nothing_of_the_drivers(monkeypatch):
    monkeypatch.setenv("CANVAS_TOKEN", "secret")
    assert "CANVAS_TOKEN" not in environment()
    assert "secret" not in environment().values()
