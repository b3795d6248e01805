"""Which wall a computer gets, and what it is told when it gets a weaker one."""

import json
import subprocess

import pytest

from autograder.sandbox import tiers
from autograder.sandbox.policy import Policy
from autograder.sandbox.proof.selftest import Examination

from .behind import PACKAGE, needs_full, needs_reduced, public_python


# As in a container whose seccomp profile has no unshare.
CHOOSE_WITHOUT_NAMESPACES = """
import sys, json
sys.path.insert(0, sys.argv[1])
from sandbox import kernel, limits, seccomp, tiers
limits.forbid_new_privileges()
seccomp.install(seccomp.assemble({"EPERM": "unshare"}, (), kernel.platform.machine()))
choice = tiers.choose(tiers.Policy())
print(json.dumps([choice.tier, choice.examination.holds, choice.reasons]))
"""


@needs_full
def test_a_computer_with_namespaces_gets_the_full_wall():
    choice = tiers.choose(Policy())
    assert (choice.tier, choice.reasons) == ("full", ())
    assert choice.examination.holds, choice.examination.deviations


@needs_reduced
@pytest.mark.usefixtures("alone")
def test_without_namespaces_the_reduced_wall_is_built_and_the_reason_given():
    command = [public_python(), "-I", "-c", CHOOSE_WITHOUT_NAMESPACES, str(PACKAGE.parent)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    tier, holds, (reason,) = json.loads(answer)
    assert (tier, holds) == ("reduced", True)
    assert "unshare: Operation not permitted" in reason


def test_other_systems_get_none_and_are_told_what_to_do(monkeypatch):
    monkeypatch.setattr("autograder.sandbox.kernel.supported", lambda: False)
    choice = tiers.choose(Policy())
    assert (choice.tier, choice.examination) == ("none", None)
    assert "virtual machine" in choice.reasons[0]


def test_without_landlock_there_is_no_reduced_wall(monkeypatch):
    asked = []

    def examine(policy, tier, *, without):
        asked.append((tier, without))
        return Examination(tier, frozenset(), (), failure="unshare: Operation not permitted")

    monkeypatch.setattr(tiers, "examine", examine)
    monkeypatch.setattr("autograder.sandbox.landlock.version", lambda: 0)
    monkeypatch.setattr("autograder.sandbox.kernel.supported", lambda: True)
    choice = tiers.choose(Policy())
    assert choice.tier == "none"
    assert asked == [("full", ("landlock",))]
    assert "Landlock" in choice.reasons[1]


def test_a_wall_that_does_not_hold_is_not_replaced_by_a_weaker_one(monkeypatch):
    broken = Examination("full", frozenset(), ())
    monkeypatch.setattr(tiers, "examine", lambda *args, **kwargs: broken)
    monkeypatch.setattr("autograder.sandbox.landlock.version", lambda: 7)
    monkeypatch.setattr("autograder.sandbox.kernel.supported", lambda: True)
    choice = tiers.choose(Policy())
    assert choice.examination is broken
    assert not choice.examination.holds


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"kernel/apparmor_restrict_unprivileged_userns": "1"}, "AppArmor"),
        ({"kernel/unprivileged_userns_clone": "0"}, "sysctl kernel.unprivileged_userns_clone=1"),
        ({"user/max_user_namespaces": "0"}, "sysctl user.max_user_namespaces"),
    ],
)
def test_the_setting_that_refuses_is_named(settings, says, monkeypatch):
    monkeypatch.setattr(tiers, "_read", lambda path: settings.get(path.removeprefix("/proc/sys/")))
    assert says in tiers._explain("full", "unshare: Operation not permitted")


def test_tiers_are_ordered():
    assert tiers.is_enough("full", "reduced")
    assert tiers.is_enough("reduced", "reduced")
    assert not tiers.is_enough("none", "reduced")
