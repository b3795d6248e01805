from typing import Any

import numpy as np
from numpy.typing import NDArray

from advsec import problems
from autograder.catalogue import Wrong, exercise
from autograder.exercise import Call, Probe, call
from autograder.exercises.credit import SLIP
from autograder.exercises.optimizers.sections import REGRET


LOSS, BEST, RETURN = (
    "np.sum(dx * x)",
    "min(low * np.sum(dx), high * np.sum(dx))",
    "return (loss - best) / len(x)",
)
USUAL, GOOD = "the usual interval", "points that do better than any fixed one"
ONE = "a single step"
BESIDE_ZERO = "an interval beside zero"
ALL_BUT_GOOD = ("six steps", USUAL, BESIDE_ZERO, "a longer run", ONE)


def interval(rng: np.random.Generator) -> dict[str, Any]:
    """On both sides of zero, and not as far on one as on the other."""
    return {"low": round(-rng.uniform(0.4, 0.8), 2), "high": round(rng.uniform(1.5, 2.5), 2)}


def slopes(rng: np.random.Generator, T: int, sign: int) -> NDArray:
    """Slopes of both signs, no two steps alike, whose sum has the given sign and is no small one."""
    sizes = rng.uniform(1, 2, T).round(2) * np.where(np.arange(T) % 3 == 1, -0.5, 1.0)
    return rng.permuted(sign * sizes).round(3)


def points(rng: np.random.Generator, dx: NDArray, low: float = -1.0, high: float = 1.0) -> NDArray:
    """Inside of the interval, and all but the first on the wrong side, so that the regret is above zero."""
    wrong_side = (dx > 0) != (np.arange(len(dx)) == 0)
    shares = np.append(0.3, rng.uniform(0.2, 0.85, len(dx) - 1))
    return (shares * np.where(wrong_side, high, low)).round(2)


def both_signs(rng: np.random.Generator, T: int) -> tuple[Call, Call]:
    """Losses of which one end of the interval is the best point, and others of which the other end is."""
    ends = interval(rng)
    one, other = slopes(rng, T, 1), slopes(rng, T, -1)
    return call(points(rng, one, **ends), one, **ends), call(points(rng, other, **ends), other, **ends)


def beside_zero(rng: np.random.Generator) -> tuple[Call, Call]:
    """The same in an interval of numbers above zero: the least that a fixed point can lose may be a loss."""
    low, high = round(rng.uniform(0.5, 0.8), 2), round(rng.uniform(1.6, 2.4), 2)
    dxs = slopes(rng, 6, 1), slopes(rng, 6, -1)
    shares = rng.uniform(0.2, 0.3, (2, 6))
    xs = [
        (low + (high - low) * np.where(dx > 0, 1 - share, share)).round(2)
        for share, dx in zip(shares, dxs, strict=True)
    ]
    one, other = (call(x, dx, low=low, high=high) for x, dx in zip(xs, dxs, strict=True))
    return one, other


def usual(rng: np.random.Generator) -> tuple[Call, Call]:
    one, other = slopes(rng, 7, 1), slopes(rng, 7, -1)
    return call(points(rng, one), one), call(points(rng, other), other)


def good_points(rng: np.random.Generator) -> tuple[Call, ...]:
    """Points that follow the slopes, so that the regret is below zero."""
    low, high = interval(rng).values()
    dxs = slopes(rng, 6, 1), slopes(rng, 6, -1)
    shares = rng.uniform(0.88, 0.92, (2, 6))
    xs = [(share * np.where(dx > 0, low, high)).round(3) for share, dx in zip(shares, dxs, strict=True)]
    return tuple(call(x, dx, low=low, high=high) for x, dx in zip(xs, dxs, strict=True))


AVERAGE_REGRET = exercise(
    solution="""
        def average_regret(x, dx, *, low=-1.0, high=1.0):
            loss = np.sum(dx * x)
            best = min(low * np.sum(dx), high * np.sum(dx))
            return (loss - best) / len(x)
    """,
    reference=problems.average_regret,
    points=2,
    read=REGRET,
    probes=(
        Probe("six steps", lambda rng: both_signs(rng, 6)),
        Probe(USUAL, usual),
        Probe(GOOD, good_points),
        Probe(BESIDE_ZERO, beside_zero),
        Probe("a longer run", lambda rng: both_signs(rng, 30), public=False),
        Probe(ONE, lambda rng: both_signs(rng, 1), public=False),
    ),
    misconceptions=(
        Wrong(
            "not_averaged",
            {RETURN: "return loss - best"},
            "the regret is not divided by the number of steps: `{}`",
            passes=(ONE,),
        ),
        Wrong(
            "divides_by_one_less",
            {RETURN: "return (loss - best) / (len(x) - 1)"},
            "the regret is divided by one step too few: `{}`",
            kind="not_finite",
        ),
        Wrong(
            "loss_alone",
            {BEST: "0.0"},
            "nothing is taken away from the loss, as if the best fixed point were zero: "
            "`sum(dx * x) / len(x)`",
        ),
        Wrong(
            "best_is_no_loss",
            {BEST: "min(0.0, low * np.sum(dx), high * np.sum(dx))"},
            "zero counts as a fixed point, though it may lie outside of the interval, as it does when the "
            "search for the best begins with a loss of 0: `best = 0`",
            passes=("six steps", USUAL, GOOD, "a longer run", ONE),
            credit=SLIP,
        ),
        Wrong(
            "best_of_each_step",
            {BEST: "np.sum(np.minimum(low * dx, high * dx))"},
            "the loss is compared with the best point of each step, and not with one that stays the same: "
            "`{}`",
            passes=(ONE,),
        ),
        Wrong(
            "sizes_of_the_slopes",
            {BEST: "-np.sum(np.abs(dx))"},
            "the loss is compared with the best of each step in the interval from -1 to 1: `{}`",
        ),
        Wrong(
            "worst_point",
            {BEST: "max(low * np.sum(dx), high * np.sum(dx))"},
            "the loss is compared with the worst fixed point: `{}`",
        ),
        Wrong(
            "low_always",
            {BEST: "low * np.sum(dx)"},
            "the lower end of the interval is taken for the best point, whatever the slopes are: `{}`",
        ),
        Wrong(
            "high_always",
            {BEST: "high * np.sum(dx)"},
            "the upper end of the interval is taken for the best point, whatever the slopes are: `{}`",
        ),
        Wrong(
            "usual_interval_always",
            {"": "low, high = -1.0, 1.0"},
            "the interval reaches from -1 to 1 always, whatever the call says",
            passes=(USUAL,),
        ),
        Wrong(
            "best_of_the_chosen",
            {BEST: "np.min(x * np.sum(dx))"},
            "the best of the points that were chosen is taken for the best of the interval: `{}`",
        ),
        Wrong(
            "mean_point",
            {BEST: "np.mean(x) * np.sum(dx)"},
            "the mean of the points takes the place of the best one: `{}`",
        ),
        Wrong(
            "last_point",
            {BEST: "x[-1] * np.sum(dx)"},
            "the last point takes the place of the best one: `{}`",
        ),
        Wrong(
            "best_of_the_last_step",
            {BEST: "min(low * dx[-1], high * dx[-1])"},
            "the best point has to bear the last slope alone, and not all of them: `{}`",
            passes=(ONE,),
        ),
        Wrong(
            "best_averaged_twice",
            {BEST: "min(low * np.mean(dx), high * np.mean(dx))"},
            "the loss of the best point is averaged twice: `{}`",
            passes=(ONE,),
        ),
        Wrong(
            "loss_averaged_twice",
            {LOSS: "np.mean(dx * x)"},
            "the loss of the points is averaged twice: `{}`",
            passes=(ONE,),
        ),
        Wrong(
            "point_after_the_step",
            {LOSS: "np.sum(dx[:-1] * x[1:])"},
            "each slope meets the point that came after it: `dx[:-1] * x[1:]`",
        ),
        Wrong(
            "slope_after_the_point",
            {LOSS: "np.sum(dx[1:] * x[:-1])"},
            "each slope meets the point before its own: `dx[1:] * x[:-1]`",
        ),
        Wrong(
            "sizes_of_the_losses",
            {LOSS: "np.sum(np.abs(dx * x))"},
            "the signs of the losses are dropped: `{}`",
        ),
        Wrong(
            "points_alone",
            {LOSS: "np.sum(x)"},
            "the points are added up without their slopes: `{}`",
        ),
        Wrong(
            "added",
            {RETURN: "return (loss + best) / len(x)"},
            "the loss of the best point is added and not taken away: `{}`",
        ),
        Wrong(
            "sign_turned",
            {RETURN: "return (best - loss) / len(x)"},
            "the difference is taken the other way round: `{}`",
        ),
        Wrong(
            "size_of_the_regret",
            {RETURN: "return abs(loss - best) / len(x)"},
            "the sign of the regret is dropped: `{}`",
            passes=ALL_BUT_GOOD,
            credit=SLIP,
        ),
        Wrong(
            "never_below_zero",
            {RETURN: "return max(loss - best, 0.0) / len(x)"},
            "a regret below zero is cut to zero: `{}`",
            passes=ALL_BUT_GOOD,
            credit=SLIP,
        ),
        Wrong(
            "regret_so_far",
            {RETURN: "return (np.cumsum(dx * x) - best) / len(x)"},
            "the loss is added up step by step and one number for each step is returned: `np.cumsum(dx * x)`",
            kind="wrong_shape",
        ),
        Wrong(
            "each_step",
            {RETURN: "return dx * x - best / len(x)"},
            "one number for each step is returned, and not their mean: `dx * x - ...`",
            kind="wrong_shape",
        ),
        Wrong(
            "only_the_sign",
            {RETURN: "return np.sign(loss - best)"},
            "only the sign of the regret is returned: `{}`",
        ),
    ),
    alternatives={
        "loop": """
            def average_regret(x, dx, *, low=-1.0, high=1.0):
                loss, slope = 0.0, 0.0
                for point, g in zip(x, dx):
                    loss += g * point
                    slope += g
                return (loss - (low * slope if slope > 0 else high * slope)) / len(dx)
        """,
        "mean of the losses": """
            def average_regret(x, dx, *, low=-1.0, high=1.0):
                return np.mean(x * dx) - np.minimum(low * np.mean(dx), high * np.mean(dx))
        """,
        "the best point first": """
            def average_regret(x, dx, *, low=-1.0, high=1.0):
                best = low if np.sum(dx) > 0 else high
                return float(np.dot(dx, x - best)) / x.size
        """,
        "centre and half width": """
            def average_regret(x, dx, *, low=-1.0, high=1.0):
                total = dx.sum()
                best = (low + high) / 2 * total - (high - low) / 2 * abs(total)
                return np.asarray((dx @ x - best) / x.shape[0])
        """,
        "single precision": """
            def average_regret(x, dx, *, low=-1.0, high=1.0):
                x, dx = np.float32(x), np.float32(dx)
                loss, total = np.sum(x * dx), np.sum(dx)
                return (loss - min(np.float32(low) * total, np.float32(high) * total)) / np.float32(len(x))
        """,
    },
)
