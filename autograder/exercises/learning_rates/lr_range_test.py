from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from advsec import lr_search
from autograder.catalogue import Wrong, exercise
from autograder.exercise import Call, Named, Probe, call
from autograder.exercises.credit import SLIP
from autograder.exercises.learning_rates.sections import RANGE_TEST


TAKE_STEP, MEASURE = "w, state = step(w, state, lr)", "loss = val_loss(w)"
COPY, CARRIED, RATES = "w0.copy(), state0.copy()", "step(w, state, lr)", "for lr in lrs"
NUMBER, GROWN = "not np.isfinite(loss)", "loss > 4 * min(losses)"
RETURN = "return np.append(losses, val_loss(w0))"
FALLS, NO_NUMBER = "a loss that only falls", "a loss that is no number any more"
GROWS, IN_PLACE, TWO_AXES = "a loss that grows", "a step that works in place", "weights with two axes"
IN_TURN = "in place, until it grows or is no number"


def lr_range_test(
    step: Callable[[Any, Any, float], tuple[Any, Any]],
    val_loss: Callable[[Any], float],
    w0: NDArray,
    state0: NDArray,
    lrs: NDArray,
) -> NDArray:
    """The losses of the range test without smoothing, and after them that of the weights at the start.

    w, state <- step(w, state, lr);   losses <- val_loss(w)
    """
    losses = lr_search.lr_range_test(step, val_loss, w0, state0, lrs, beta=0.0).losses
    return np.append(losses, val_loss(w0))


def falls(rng: np.random.Generator) -> Call:
    """Rates that are too small for the loss ever to grow."""
    return _test(rng, "momentum_steps", _growing_loss(rng), (3,), first=0.1, n=8, towards=1)


def grows(rng: np.random.Generator, *shape: int, in_place: bool = False) -> Call:
    """Rates at which the loss first falls and then grows, by less than four times at each."""
    return _test(rng, _step(in_place), _growing_loss(rng), shape or (3,), first=2.5, n=15)


def ends_in_no_number(rng: np.random.Generator, *, in_place: bool = False) -> Call:
    """The same with a loss that is not defined far away, and has not grown much before."""
    level, scale, limit = rng.uniform(0.7, 0.9), rng.uniform(0.1, 0.15), rng.uniform(20, 25)
    loss = Named("loss_within_bounds", (round(level, 3), round(scale, 3), round(limit, 2)))
    return _test(rng, _step(in_place), loss, (3,), first=2.5, n=17)


def four_times(rng: np.random.Generator) -> Call:
    """A loss that is once exactly four times another, and later more."""
    w0 = rng.permutation([1.0, 2.0, 4.0]) * rng.choice([-1, 1], 3)
    loss = Named("squares", (float(rng.choice([0.5, 1.0, 2.0])),))
    return call(Named("momentum_steps", (0.0, 1.0)), loss, w0, np.zeros(3), np.array([0.5, 3, 5, 9]))


def starts_low(rng: np.random.Generator) -> Call:
    """A loss that is never again as small as at the start: the first is more than four times as large
    already, and the third is the first that is more than four times another one."""
    curvature, scale = round(rng.uniform(1.5, 3), 2), round(rng.uniform(0.2, 0.3), 3)
    loss = Named("flattened_bowl", (round(scale * rng.uniform(0.02, 0.04), 3), scale))
    w0 = np.round(rng.uniform(0.2, 0.25, 3) * rng.choice([-1, 1], 3), 2)
    lrs = np.round(4.5 / curvature * np.cumprod(rng.uniform(1.05, 1.07, 6)), 4)
    return call(Named("momentum_steps", (0.0, curvature)), loss, w0, np.zeros(3), lrs)


def _step(in_place: bool) -> str:
    return "momentum_steps_in_place" if in_place else "momentum_steps"


def _growing_loss(rng: np.random.Generator) -> Named:
    level = rng.uniform(0.08, 0.1)
    return Named("flattened_bowl", (round(level, 3), round(level * rng.uniform(2.3, 2.7), 3)))


def _test(
    rng: np.random.Generator,
    step: str,
    loss: Named,
    shape: tuple[int, ...],
    *,
    first: float,
    n: int,
    towards: int = 0,
) -> Call:
    """`first` is the first rate times the curvature, from which on rates grow by about 12% each.

    The momentum at the start points `towards` the minimum, or anywhere.
    """
    curvature = round(rng.uniform(1.5, 3), 2)
    w0 = np.round(rng.uniform(1.6, 2.2, shape) * rng.choice([-1, 1], shape) * (3 / np.prod(shape)) ** 0.5, 2)
    state0 = np.round(w0 * rng.uniform(0.1, 0.3, shape) * (towards or rng.choice([-1, 1], shape)), 2)
    lrs = np.round(first / curvature * np.cumprod(rng.uniform(1.11, 1.13, n)), 4)
    return call(Named(step, (round(rng.uniform(0.42, 0.5), 2), curvature)), loss, w0, state0, lrs)


def stops(name: str, instead: str, message: str, passes: tuple[str, ...] = (FALLS, NO_NUMBER)) -> Wrong:
    """Another rule for when the loss has grown too much."""
    return Wrong(name, {GROWN: instead}, message, passes, kind="wrong_shape")


LR_RANGE_TEST = exercise(
    solution="""
        def lr_range_test(step, val_loss, w0, state0, lrs):
            w, state = w0.copy(), state0.copy()
            losses = []
            for lr in lrs:
                w, state = step(w, state, lr)
                loss = val_loss(w)
                if not np.isfinite(loss):
                    break
                losses.append(loss)
                if loss > 4 * min(losses):
                    break
            return np.append(losses, val_loss(w0))
    """,
    reference=lr_range_test,
    points=4,
    read=RANGE_TEST,
    probes=(
        Probe(FALLS, falls),
        Probe(GROWS, lambda rng: (four_times(rng), starts_low(rng), grows(rng))),
        Probe(IN_PLACE, lambda rng: grows(rng, in_place=True)),
        Probe(NO_NUMBER, ends_in_no_number),
        Probe(TWO_AXES, lambda rng: grows(rng, 2, 3, in_place=True), public=False),
        Probe(
            IN_TURN,
            lambda rng: (ends_in_no_number(rng, in_place=True), grows(rng, in_place=True)),
            public=False,
        ),
    ),
    misconceptions=(
        Wrong(
            "weights_not_copied",
            {COPY: "w0, state0.copy()"},
            "the steps go on changing the array `w0` itself, because it is given to them without a copy: "
            "`w = w0`. Training would start from weights that the test has spoilt",
            passes=(FALLS, GROWS, NO_NUMBER),
            credit=SLIP,
        ),
        Wrong(
            "at_four_times",
            {GROWN: "loss >= 4 * min(losses)"},
            "the test ends at a loss of exactly four times the smallest, which is not more: `{}`",
            passes=(FALLS, IN_PLACE, NO_NUMBER, TWO_AXES, IN_TURN),
            credit=SLIP,
            kind="wrong_shape",
        ),
        Wrong(
            "start_counts_as_recorded",
            {GROWN: "loss > 4 * min(*losses, val_loss(w0))"},
            "the loss of `w0` counts as one of those that the smallest is taken from, as it does when the "
            "search for the smallest begins with it: `{}`",
            passes=(FALLS, IN_PLACE, NO_NUMBER, TWO_AXES, IN_TURN),
            credit=SLIP,
            kind="wrong_shape",
        ),
        Wrong(
            "loss_of_the_last_weights",
            {RETURN: "return np.append(losses, val_loss(w))"},
            "the last value is the loss of the weights after the test and not of those before",
            kind="not_finite",
        ),
        Wrong(
            "no_loss_of_the_start",
            {RETURN: "return np.array(losses)"},
            "the loss of the weights at the start is missing at the end: `{}`",
            credit=SLIP,
            kind="wrong_shape",
        ),
        Wrong(
            "loss_of_the_start_first",
            {RETURN: "return np.append(val_loss(w0), losses)"},
            "the loss of the weights at the start stands first and not last",
        ),
        Wrong(
            "measured_before_the_step",
            {TAKE_STEP: MEASURE, MEASURE: TAKE_STEP},
            "the loss is measured before the step and not after it, so that each rate gets the loss of the "
            "one before",
            kind="wrong_shape",
        ),
        Wrong(
            "each_rate_from_the_start",
            {CARRIED: "step(w0.copy(), state0.copy(), lr)"},
            "every rate is tried on the weights of the start, and not on those that the last step made: "
            "`step(w0, state0, lr)`",
            kind="wrong_shape",
        ),
        Wrong(
            "weights_from_the_start",
            {CARRIED: "step(w0.copy(), state, lr)"},
            "every step starts at the weights of the start, though the state goes on: `step(w0, state, lr)`",
            kind="wrong_shape",
        ),
        Wrong(
            "state_from_the_start",
            {CARRIED: "step(w, state0.copy(), lr)"},
            "every step starts with the state of the start, so that the optimiser has no memory: "
            "`step(w, state0, lr)`",
            kind="wrong_shape",
        ),
        Wrong(
            "first_rate_for_all",
            {CARRIED: "step(w, state, lrs[0])"},
            "every step is taken at the first rate: `lrs[0]`",
            kind="wrong_shape",
        ),
        Wrong(
            "last_rate_for_all",
            {CARRIED: "step(w, state, lrs[-1])"},
            "every step is taken at the last rate: `lrs[-1]`",
            kind="wrong_shape",
        ),
        Wrong(
            "last_rate_first",
            {RATES: "for lr in lrs[::-1]"},
            "the rates are tried from the last to the first: `lrs[::-1]`",
            kind="wrong_shape",
        ),
        Wrong(
            "rates_in_equal_steps",
            {RATES: "for lr in np.linspace(lrs[0], lrs[-1], len(lrs))"},
            "the rates between the first and the last are made anew, in equal steps: `np.linspace(...)`",
            kind="wrong_shape",
        ),
        Wrong(
            "two_steps_at_each",
            {TAKE_STEP: "w, state = step(*step(w, state, lr), lr)"},
            "two steps are taken at each rate, for instance one for the weights and one for the state: "
            "`w = step(w, state, lr)[0]` and `state = step(w, state, lr)[1]`",
            kind="wrong_shape",
        ),
        stops(
            "never",
            "False",
            "the test goes on through all rates, however much the loss has grown",
        ),
        stops(
            "against_the_one_before",
            "loss > 4 * losses[-2:][0]",
            "the loss is compared with the one before it, and not with the smallest: `losses[-2]`",
        ),
        stops("at_the_first_rise", "loss > min(losses)", "the test stops at the first rise: `{}`", (FALLS,)),
        stops("against_the_first", "loss > 4 * losses[0]", "the loss is compared with the first one: `{}`"),
        stops(
            "grown_loss_left_out",
            "loss > 4 * min(losses) and losses.pop()",
            "the loss that has grown is left out, and so nobody sees why the test ended",
        ),
        Wrong(
            "goes_on_without_a_number",
            {NUMBER: "False"},
            "the test goes on when the loss is no number any more, and records it: `nan`",
            passes=(FALLS, GROWS, IN_PLACE, TWO_AXES),
            credit=SLIP,
            kind="wrong_shape",
        ),
        Wrong(
            "no_number_recorded",
            {NUMBER: "False", GROWN: "not loss <= 4 * min(losses)"},
            "a loss that is no number any more is recorded before the test ends: `nan`",
            passes=(FALLS, GROWS, IN_PLACE, TWO_AXES),
            credit=SLIP,
            kind="wrong_shape",
        ),
        Wrong(
            "zeros_at_the_end",
            {RETURN: "return np.append(losses + [0.0] * (len(lrs) - len(losses)), val_loss(w0))"},
            "the array is as long as that of the rates, with zeros where the test had ended: "
            "`np.zeros(len(lrs))`",
            passes=(FALLS,),
            kind="wrong_shape",
        ),
        Wrong(
            "nan_at_the_end",
            {RETURN: "return np.append(losses + [np.nan] * (len(lrs) - len(losses)), val_loss(w0))"},
            "the array is as long as that of the rates, with `nan` where the test had ended",
            passes=(FALLS,),
            kind="wrong_shape",
        ),
        Wrong(
            "only_the_smallest",
            {RETURN: "return np.append(min(losses), val_loss(w0))"},
            "the smallest loss alone is returned, and not the loss at each rate: `min(losses)`",
            kind="wrong_shape",
        ),
        Wrong(
            "only_the_last",
            {RETURN: "return np.append(losses[-1], val_loss(w0))"},
            "the last loss alone is returned, and not the loss at each rate",
            kind="wrong_shape",
        ),
    ),
    alternatives={
        "deep copies, as a list": """
            import copy

            def lr_range_test(step, val_loss, w0, state0, lrs):
                w, state = copy.deepcopy((w0, state0))
                losses, best = [], np.inf
                for lr in lrs.tolist():
                    w, state = step(w, state, lr)
                    loss = float(val_loss(w))
                    if np.isnan(loss) or np.isinf(loss):
                        break
                    losses.append(loss)
                    best = min(best, loss)
                    if loss > 4 * best:
                        break
                return [*losses, float(val_loss(w0))]
        """,
        "saved and put back": """
            def lr_range_test(step, val_loss, w0, state0, lrs):
                saved = w0.copy()
                state = np.array(state0)
                losses = []
                w = w0
                for lr in lrs:
                    w, state = step(w, state, lr)
                    losses.append(val_loss(w))
                    if not np.isfinite(losses[-1]):
                        losses.pop()
                        break
                    if losses[-1] / np.min(losses) > 4:
                        break
                w0[...] = saved
                return np.array([*losses, val_loss(w0)])
        """,
        "a copy for every step, in an array": """
            def lr_range_test(step, val_loss, w0, state0, lrs):
                losses, w, state = np.full(len(lrs), np.nan), w0, state0
                for n in range(len(lrs)):
                    w, state = step(np.copy(w), np.copy(state), lrs[n])
                    losses[n] = val_loss(w)
                    if not losses[n] <= 4 * np.nanmin(losses):
                        break
                return np.append(losses[np.isfinite(losses)], val_loss(w0))
        """,
        "measured at the start": """
            def lr_range_test(step, val_loss, w0, state0, lrs):
                at_the_start = val_loss(w0)
                w, state, losses, n = w0 + 0.0, state0 + 0.0, [], 0
                while n < len(lrs) and (n == 0 or losses[-1] <= 4 * min(losses)):
                    w, state = step(w, state, lrs[n])
                    if not np.isfinite(val_loss(w)):
                        break
                    losses.append(val_loss(w))
                    n += 1
                return np.array(losses + [at_the_start])
        """,
        "single precision": """
            def lr_range_test(step, val_loss, w0, state0, lrs):
                w, state, losses = w0.copy(), state0.copy(), []
                for lr in lrs:
                    w, state = step(w, state, lr)
                    if not np.isfinite(val_loss(w)):
                        break
                    losses.append(val_loss(w))
                    if losses[-1] > 4 * min(losses):
                        break
                return np.array([*losses, val_loss(w0)], dtype=np.float32)
        """,
    },
)
