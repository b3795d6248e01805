"""Every protection stops its attacks on its own, and without it they succeed.

An attack that several protections stop is tried with each of them alone, and with none.
"""

from collections import defaultdict

import pytest

from autograder.sandbox.namespaces import CLONE_FLAGS
from autograder.sandbox.policy import Policy
from autograder.sandbox.proof.attacks import ATTACKS, NO_SOCKETS, USES
from autograder.sandbox.proof.selftest import TRIALS, examine
from autograder.sandbox.wall import PROTECTIONS, TIERS

from ..behind import needs_full, needs_reduced, needs_root, public_python


EVERYTHING = [*ATTACKS, *TRIALS]
ONLY_ROOT = {"be root outside"}
NOTHING_TO_GET = {"nothing to see"}


def protection(stop):
    return stop.split(":")[0]


def left_out(attack, tier, *, but=None):
    """What to leave out so that of the protections that stop `attack` only `but` is there."""
    out = {protection(stop) for stop in attack.stops}
    if but is not None:
        out.discard(protection(but))
    if "user" in out and protection(but or "") not in CLONE_FLAGS:
        out |= set(CLONE_FLAGS)
    elif but is not None:
        out.discard("user")  # the other namespaces need it
    if but == NO_SOCKETS:
        out.add("net")
    return frozenset(out & TIERS[tier])


def grouped(tier, attacks, *, alone):
    """Attacks that are tried behind the same wall: {protections left out: names of attacks}."""
    groups = defaultdict(set)
    for attack in attacks:
        stops = [stop for stop in attack.stops if protection(stop) in TIERS[tier]]
        for but in stops if alone else [None]:
            groups[left_out(attack, tier, but=but)].add(attack.name)
    return [
        pytest.param(out, names, id="without " + "+".join(sorted(out)) if out else "whole")
        for out, names in sorted(groups.items(), key=lambda group: sorted(group[0]))
    ]


def try_without(tier, out, names):
    examination = examine(Policy(), tier, without=out, only=names, python=public_python())
    assert examination.failure is None
    assert {finding.tried for finding in examination.findings} == names
    return examination.findings


@needs_full
@pytest.mark.parametrize(("out", "names"), grouped("full", EVERYTHING, alone=True))
def test_one_protection_is_enough(out, names):
    for finding in try_without("full", out, names):
        assert finding.must_fail, finding
        assert finding.failed, finding


@needs_full
@pytest.mark.parametrize(
    ("out", "names"),
    grouped("full", [attack for attack in EVERYTHING if attack.name not in ONLY_ROOT], alone=False),
)
def test_without_its_protections_an_attack_succeeds(out, names):
    for finding in try_without("full", out, names):
        if finding.found not in NOTHING_TO_GET:
            assert not finding.must_fail, finding
            assert not finding.failed, finding


@needs_full
@needs_root
def test_root_stays_root_unless_it_is_dropped():
    (finding,) = try_without("full", {"drop_root"}, ONLY_ROOT)
    assert finding.found == "user 0"


# What the reduced tier does by itself; the rest of it is part of the full one.
IN_REDUCED = {
    "outlive the submission as a daemon",
    "outlive its guard",
    "outlive the zygote",
    "connect to a socket in the file system",
    "connect to an abstract socket",
    "read the reference package",
    "read a file of somebody else",
    "fork without end",
}


@needs_reduced
@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize(
    ("out", "names"),
    grouped("reduced", [attack for attack in EVERYTHING if attack.name in IN_REDUCED], alone=False),
)
def test_the_reduced_wall_needs_each_of_its_protections(out, names):
    for finding in try_without("reduced", (), names):
        assert finding.must_fail, finding
        assert finding.failed, finding
    for finding in try_without("reduced", out, names):
        assert not finding.failed, finding


def test_every_protection_has_an_attack():
    stopping = {protection(stop) for attack in EVERYTHING for stop in attack.stops}
    assert stopping == set(PROTECTIONS)


def test_names_are_unique():
    names = [attack.name for attack in (*EVERYTHING, *USES)]
    assert len(names) == len(set(names))
