from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from advsec import bias_variance
from autograder.catalogue import Wrong, exercise
from autograder.exercise import Call, Probe, call
from autograder.exercises.bias_variance.sections import EARLY_STOPPING
from autograder.exercises.credit import SLIP


IMPROVES, STOPS = "val_losses[t] < val_losses[best]", "t - best >= patience"
UPDATE = f"if {IMPROVES}:\n            best = t"
FOUND, GO_ON = "return best", "return None"
STOP = f"if {STOPS}:\n            {FOUND}"
AT_ONCE = "best = int(np.argmin(val_losses))"
FLAT, SHORT = "losses that stay the same", "a patience of 1, and a single loss"

# Losses by their ranks, the lowest the best, and the patience. The right answers stand beside them.
Curve = tuple[tuple[int, ...], int]
BETTER_AFTER_THE_STOP: Curve = ((4, 2, 3, 5, 1, 6, 7, 0), 2)  # 1
JUST_IN_TIME: Curve = ((6, 3, 5, 4, 2, 7, 8, 9), 3)  # 4
UP_AND_DOWN: Curve = ((4, 2, 6, 3, 5), 3)  # 1
SAWTOOTH: Curve = ((6, 3, 5, 2, 4, 1, 7, 8), 2)  # 5
NOT_YET: Curve = ((5, 3, 1, 4, 2), 3)  # None


def curves(*further: Curve, whole: bool = False) -> Callable[[np.random.Generator], tuple[Call, ...]]:
    """Calls for these curves, and before them for those on which almost every mistake shows."""
    every = (NOT_YET, JUST_IN_TIME, SAWTOOTH, UP_AND_DOWN, BETTER_AFTER_THE_STOP, *further)

    def draw(rng: np.random.Generator) -> tuple[Call, ...]:
        return tuple(call(_losses(rng, ranks, whole), patience=patience) for ranks, patience in every)

    return draw


def _losses(rng: np.random.Generator, ranks: tuple[int, ...], whole: bool) -> NDArray:
    """Losses of these ranks, after none, one or two that are a little larger than the first and fall."""
    losses = np.cumsum(rng.integers(3, 30, 1 + max(ranks)))[list(ranks)]
    falling = losses[0] + np.arange(rng.integers(3) if len(ranks) > 1 else 0, 0, -1)
    losses = np.concatenate([falling, losses])
    return losses if whole else losses / 100


PROBES = (
    Probe("a curve that turns", curves(((4, 3, 1, 2, 5, 6), 3))),
    Probe("a curve that still falls", curves(((4, 3, 2, 1), 2))),
    Probe(SHORT, curves(((1,), 1), ((3, 2, 4, 1), 1))),
    Probe(FLAT, curves(((3, 2, 2, 2, 2), 2))),
    Probe(
        "a long curve",
        curves(((9, 8, 6, 7, 5, 8, 7, 6, 4, 5, 9, 8, 6, 5, 9, 3), 5)),
        public=False,
    ),
    Probe("whole numbers", curves(((5, 2, 3, 1, 4, 3, 2), 3), whole=True), public=False),
)

EARLY_STOPPING_STEP = exercise(
    solution="""
        def early_stopping_step(val_losses, *, patience):
            best = 0
            for t in range(len(val_losses)):
                if val_losses[t] < val_losses[best]:
                    best = t
                if t - best >= patience:
                    return best
            return None
    """,
    reference=bias_variance.early_stopping_step,
    points=3,
    read=EARLY_STOPPING,
    probes=PROBES,
    misconceptions=(
        Wrong(
            "where_it_stops",
            {FOUND: "return t"},
            "the step at which training stops is returned, and not the one to go back to: `{}`",
        ),
        Wrong(
            "step_before_the_stop",
            {FOUND: "return t - 1"},
            "the step before the stop is returned, and not the one to go back to: `{}`",
        ),
        Wrong(
            "best_of_all",
            {FOUND: "return int(np.argmin(val_losses))"},
            "losses count that training never reaches because it has stopped before: `np.argmin(val_losses)`",
        ),
        Wrong(
            "best_of_all_at_once",
            {"": "return int(np.argmin(val_losses))"},
            "the smallest of all losses is looked for, without any stop: `np.argmin(val_losses)`",
            kind="wrong_type",
        ),
        Wrong(
            "judged_at_the_end",
            {"": f"{AT_ONCE}\nreturn best if len(val_losses) - 1 - best >= patience else None"},
            "patience is looked at once, after the last loss, although it may have run out before: "
            "`len(val_losses) - 1 - np.argmin(val_losses)`",
            kind="returned_none",
        ),
        Wrong(
            "best_so_far_while_going_on",
            {GO_ON: "return best "},
            "the best step so far is returned where training should go on",
            kind="wrong_type",
        ),
        Wrong(
            "last_step_while_going_on",
            {GO_ON: "return len(val_losses) - 1"},
            "a step is returned where training should go on: `{}`",
            kind="wrong_type",
        ),
        Wrong(
            "minus_one_while_going_on",
            {GO_ON: "return -1"},
            "a number is returned where training should go on: `{}`",
            kind="wrong_type",
        ),
        Wrong(
            "one_more",
            {STOPS: "t - best > patience"},
            "training goes on for one step more than its patience: `{}`",
            kind="returned_none",
        ),
        Wrong(
            "one_less",
            {STOPS: "t - best >= patience - 1"},
            "training stops one step before its patience has run out: `{}`",
        ),
        Wrong(
            "patience_ignored",
            {"": "patience = 1"},
            "training stops at the first loss that is no improvement, whatever the patience is",
        ),
        Wrong(
            "from_the_start",
            {STOPS: "t >= patience"},
            "patience counts from the first step and not from the best one: `{}`",
            kind="wrong_type",
        ),
        *(
            Wrong(
                name,
                f"""
                    def early_stopping_step(val_losses, *, patience):
                        best, waited = 0, 0
                        for t in range(1, len(val_losses)):
                            {improves}
                                waited = waited + 1
                            if val_losses[t] < val_losses[best]:
                                best = t
                            if waited >= patience:
                                return best
                        return None
                """,
                message,
                kind=kind,
            )
            for name, improves, message, kind in (
                (
                    "never_reset",
                    "if val_losses[t] >= val_losses[best]:",
                    "the counter of steps without improvement is never set back to 0",
                    "wrong_values",
                ),
                (
                    "rises_in_a_row",
                    "waited = 0 if val_losses[t] <= val_losses[t - 1] else waited\n"
                    "                            if val_losses[t] > val_losses[t - 1]:",
                    "only rises in a row are counted, from each loss to the next, and a fall that is no "
                    "improvement starts the count again: `val_losses[t] > val_losses[t - 1]`",
                    "returned_none",
                ),
                (
                    "rises_in_all",
                    "if val_losses[t] > val_losses[t - 1]:",
                    "rises are counted, from each loss to the next, and never set back to 0: "
                    "`val_losses[t] > val_losses[t - 1]`",
                    "returned_none",
                ),
            )
        ),
        Wrong(
            "first_rise",
            """
                def early_stopping_step(val_losses, *, patience):
                    for t in range(1, len(val_losses)):
                        if val_losses[t] > val_losses[t - 1]:
                            return t - 1
                    return None
            """,
            "training stops where the losses rise for the first time, whatever the patience is: "
            "`val_losses[t] > val_losses[t - 1]`",
            kind="returned_none",
        ),
        Wrong(
            "as_many_steps_ago",
            """
                def early_stopping_step(val_losses, *, patience):
                    for t in range(patience, len(val_losses)):
                        if val_losses[t] >= val_losses[t - patience]:
                            return t - patience
                    return None
            """,
            "each loss is compared with one other alone, that of as many steps ago: "
            "`val_losses[t - patience]`",
        ),
        Wrong(
            "first_step_waits",
            """
                def early_stopping_step(val_losses, *, patience):
                    best, waited = 0, 0
                    for t in range(len(val_losses)):
                        if val_losses[t] < val_losses[best]:
                            best, waited = t, 0
                        else:
                            waited = waited + 1
                        if waited >= patience:
                            return best
                    return None
            """,
            "the first step is compared with itself and counts as one without improvement: "
            "`val_losses[0] < val_losses[0]`",
            passes=tuple(probe.name for probe in PROBES if probe.name != SHORT),
            credit=SLIP,
        ),
        Wrong(
            "better_than_the_last",
            {IMPROVES: "val_losses[t] < val_losses[t - 1]"},
            "each loss is compared with the one before it and not with the best: `{}`",
            kind="returned_none",
        ),
        Wrong(
            "better_than_the_first",
            {IMPROVES: "val_losses[t] < val_losses[0]"},
            "each loss is compared with the first one and not with the best: `{}`",
            kind="returned_none",
        ),
        Wrong(
            "best_loss_starts_at_zero",
            {IMPROVES: "val_losses[t] < 0"},
            "no loss is ever an improvement, because the best loss starts at 0: `best_loss = 0`",
            kind="wrong_type",
        ),
        Wrong(
            "larger_is_better",
            {IMPROVES: "val_losses[t] > val_losses[best]"},
            "a loss counts as better when it is larger, as an accuracy would: `{}`",
            kind="wrong_type",
        ),
        Wrong(
            "equal_is_better",
            {IMPROVES: "val_losses[t] <= val_losses[best]"},
            "a loss that equals the best counts as an improvement: `{}`",
            passes=tuple(probe.name for probe in PROBES if probe.name != FLAT),
            credit=SLIP,
            kind="returned_none",
        ),
        Wrong(
            "looks_before_it_updates",
            {
                UPDATE: f"if {STOPS}:\n    {FOUND}",
                STOP: f"if {IMPROVES}:\n    best = t",
            },
            "patience is looked at before the new loss is, so that an improvement in the last moment comes "
            "too late",
        ),
        Wrong(
            "stops_again_and_again",
            {"best = 0": "best, found = 0, None", FOUND: "found = best", GO_ON: "return found"},
            "losses after the stop still count, and the last stop is returned",
        ),
        Wrong(
            "counted_from_one",
            {FOUND: "return best + 1"},
            "steps are counted from 1 and not from 0: `{}`",
        ),
        Wrong(
            "one_before_the_best",
            {FOUND: "return best - 1"},
            "the step before the best one is returned: `{}`",
        ),
        Wrong(
            "the_loss",
            {FOUND: "return val_losses[best]"},
            "the best loss is returned and not its step: `{}`",
        ),
        Wrong(
            "whether_to_stop",
            {FOUND: "return True", GO_ON: "return False"},
            "the answer says whether to stop, and not which step to go back to: `{}`",
            kind="wrong_type",
        ),
        Wrong(
            "both_steps",
            {FOUND: "return best, t"},
            "the step of the stop is returned as well: `{}`",
            kind="wrong_shape",
        ),
        Wrong(
            "best_losses_so_far",
            {FOUND: "return np.minimum.accumulate(val_losses)"},
            "the best loss after each step is returned: `np.minimum.accumulate(val_losses)`",
            kind="wrong_shape",
        ),
    ),
    alternatives={
        "a counter": """
            def early_stopping_step(val_losses, *, patience):
                best, best_loss, waited = 0, float("inf"), 0
                for t, loss in enumerate(val_losses):
                    if loss < best_loss:
                        best, best_loss, waited = t, loss, 0
                    else:
                        waited += 1
                        if waited == patience:
                            return best
        """,
        "smallest so far": """
            def early_stopping_step(val_losses, patience):
                for t in range(patience, len(val_losses)):
                    if min(val_losses[t - patience + 1 : t + 1]) >= min(val_losses[: t - patience + 1]):
                        return t - patience
                return None
        """,
        "vectorised": """
            def early_stopping_step(val_losses, *, patience):
                losses = np.asarray(val_losses, dtype=np.float64)
                steps = np.arange(len(losses))
                best = np.array([np.argmin(losses[: t + 1]) for t in steps])
                stops = np.flatnonzero(steps - best >= patience)
                return best[stops[0]] if len(stops) else None
        """,
        "a while loop, as a float": """
            def early_stopping_step(val_losses, *, patience):
                t, best = 1, 0
                while t < len(val_losses) and t - best <= patience:
                    if t - best == patience and val_losses[t] >= val_losses[best]:
                        return float(best)
                    best = t if val_losses[t] < val_losses[best] else best
                    t += 1
                return None
        """,
        "from improvement to improvement": """
            def early_stopping_step(val_losses, *, patience):
                losses, best = list(val_losses), 0
                while best + patience < len(losses):
                    better = [t for t in range(best + 1, best + patience + 1) if losses[t] < losses[best]]
                    if not better:
                        return np.array(best)
                    best = better[0]
                return None
        """,
        "single precision": """
            def early_stopping_step(val_losses, *, patience):
                losses = np.asarray(val_losses, dtype=np.float32)
                for t in range(len(losses)):
                    best = int(losses[: t + 1].argmin())
                    if t >= best + patience:
                        return np.int32(best)
        """,
    },
)
