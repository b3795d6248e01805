"""How strong a wall this computer can build, found by building it and attacking it."""

from dataclasses import dataclass
from pathlib import Path

from . import kernel, landlock, processes
from .policy import Policy
from .proof.selftest import Examination, examine


__all__ = ["STRENGTH", "Choice", "choose", "is_enough"]


# From the weakest on. What each one promises is `wall.TIERS`.
STRENGTH = ("none", "reduced", "full")


@dataclass(frozen=True)
class Choice:
    """The strongest wall that could be built here."""

    tier: str
    without: tuple[str, ...]
    """Protections that this kernel lacks."""
    examination: Examination | None
    """What the self-test says about it. If that does not hold, nothing may be graded behind this wall."""
    reasons: tuple[str, ...]
    """Why it is not a stronger one, and what to do about it."""


def choose(policy: Policy) -> Choice:
    """Find the strongest tier whose wall can be built.

    A wall that can be built and does not hold is not replaced by a weaker one: something is wrong here,
    and the examination says what.
    """
    if not kernel.supported():
        machines = " and ".join(kernel.MACHINES)
        return Choice("none", (), None, (f"isolation needs Linux on {machines}; use a virtual machine",))
    available = {"landlock": landlock.version() > 0, "memory": processes.are_shown()}
    without = tuple(name for name, is_here in available.items() if not is_here)
    reasons = []
    for tier in ("full", "reduced"):
        if tier == "reduced" and "landlock" in without:
            reasons.append("this kernel has no Landlock (Linux 5.13 with `landlock` among `lsm=`)")
            continue
        examination = examine(policy, tier, without=without)
        if examination.failure is None:
            return Choice(tier, without, examination, tuple(reasons))
        reasons.append(_explain(tier, examination.failure))
    return Choice("none", (), None, tuple(reasons))


def is_enough(tier: str, minimum: str) -> bool:
    """Whether `tier` is at least as strong as `minimum`."""
    return STRENGTH.index(tier) >= STRENGTH.index(minimum)


def _explain(tier: str, failure: str) -> str:
    reason = f"the {tier} wall cannot be built: {failure}"
    return f"{reason}; {advice}" if tier == "full" and (advice := _advice()) else reason


def _advice() -> str | None:
    """The usual reasons why a system refuses user namespaces, by the setting that says so."""
    for setting, refusing, advice in (
        (
            "kernel/apparmor_restrict_unprivileged_userns",
            "1",
            "AppArmor forbids user namespaces: allow them with an AppArmor profile that has `userns,`, or "
            "with `sysctl kernel.apparmor_restrict_unprivileged_userns=0`",
        ),
        (
            "kernel/unprivileged_userns_clone",
            "0",
            "user namespaces are switched off: `sysctl kernel.unprivileged_userns_clone=1`",
        ),
        (
            "user/max_user_namespaces",
            "0",
            "user namespaces are switched off: `sysctl user.max_user_namespaces=10000`",
        ),
    ):
        if _read(f"/proc/sys/{setting}") == refusing:
            return advice
    if any(Path(path).exists() for path in ("/.dockerenv", "/run/.containerenv")):
        return "this is a container: its seccomp profile has to allow unshare, mount and pivot_root"
    return None


def _read(path: str) -> str | None:
    try:
        return Path(path).read_text().strip()
    except OSError:
        return None
