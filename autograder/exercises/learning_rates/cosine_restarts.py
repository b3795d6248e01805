from collections.abc import Iterable
from typing import Any

import numpy as np

from advsec import schedules
from autograder.catalogue import Wrong, exercise
from autograder.exercise import Call, Probe, call
from autograder.exercises.learning_rates.rates import bounds, whole_bounds
from autograder.exercises.learning_rates.sections import RESTARTS


RESTART, LONGER = "T_cur >= T_i", "T_i * T_mult"
COSINE = "np.cos(np.pi * T_cur / T_i)"
SHARE = f"(1 + {COSINE}) / 2"
RATE = f"lr_min + (lr_max - lr_min) * {SHARE}"
FIRST = "the first cycle"
EQUAL = "cycles of equal length"


def calls(steps: Iterable[Any], T_0: int, T_mult: int | None, rates: dict[str, Any]) -> tuple[Call, ...]:
    """With the default of `T_mult` where it is None."""
    longer: dict[str, Any] = {} if T_mult is None else {"T_mult": T_mult}
    return tuple(call(int(t), **rates, T_0=T_0, **longer) for t in steps)


def growing(
    rng: np.random.Generator, T_0: int, T_mult: int, rates: dict[str, float] | None = None
) -> tuple[Call, ...]:
    """The first and the last step of the second cycle, one between, the first of the third, and two more."""
    second, third, fourth = (T_0 * sum(T_mult**i for i in range(cycle)) for cycle in (1, 2, 3))
    inside = [start + int(rng.integers(2, T_0)) for start in (second, third, fourth)]
    chosen = [second, third - 1, third, *inside]
    return calls(chosen, T_0, T_mult, rates or bounds(rng))


def equal_cycles(rng: np.random.Generator, T_0: int) -> tuple[Call, ...]:
    start = T_0 * int(rng.integers(2, 6))
    places = (0, 1, int(rng.integers(2, T_0 - 1)), T_0 - 1, T_0)
    return calls([start + place for place in places], T_0, None, bounds(rng))


def bend(name: str, share: str, message: str) -> Wrong:
    return Wrong(name, {SHARE: share}, message)


COSINE_RESTARTS = exercise(
    solution="""
        def cosine_restarts(t, *, lr_min, lr_max, T_0, T_mult=1):
            T_cur, T_i = float(t), T_0
            for _ in range(t):  # at most so many restarts
                if T_cur >= T_i:
                    T_cur = T_cur - T_i
                    T_i = T_i * T_mult
            return lr_min + (lr_max - lr_min) * (1 + np.cos(np.pi * T_cur / T_i)) / 2
    """,
    reference=schedules.cosine_restarts,
    points=4,
    read=RESTARTS,
    probes=(
        Probe(FIRST, lambda rng: calls((0, 1, 2, 5), 6, int(rng.integers(2, 4)), bounds(rng))),
        Probe(EQUAL, lambda rng: equal_cycles(rng, int(rng.integers(5, 9)))),
        Probe("cycles that get longer", lambda rng: growing(rng, 4, 2)),
        Probe("cycles that are three times as long", lambda rng: growing(rng, 3, 3)),
        Probe(
            "rates that are whole numbers",
            lambda rng: growing(rng, int(rng.integers(5, 8)), 2, whole_bounds(rng)),
            public=False,
        ),
        Probe(
            "a long run",
            lambda rng: calls(
                7 * (2 ** rng.integers(4, 6)) - 7 + np.array([-1, 0, 13, 29, 50]), 7, 2, bounds(rng)
            ),
            public=False,
        ),
    ),
    misconceptions=(
        Wrong(
            "never_restarts",
            {RESTART: "False"},
            "there is no restart, so that the cosine swings up again by itself: `np.cos(np.pi * t / T_0)`",
            passes=(FIRST,),
        ),
        Wrong(
            "stays_at_the_bottom",
            {COSINE: "np.cos(np.pi * min(t / T_0, 1))"},
            "there is no restart, and the rate stays at `lr_min` after the first cycle: `min(t / T_0, 1)`",
            passes=(FIRST,),
        ),
        Wrong(
            "restarts_once",
            {"range(t)": "range(1)"},
            "there is one restart only, after which the cosine swings up again by itself: `if t >= T_0`",
            passes=(FIRST,),
        ),
        Wrong(
            "counts_from_the_very_start",
            {COSINE: "np.cos(np.pi * t / T_i)"},
            "the steps are counted from the start of the run and not from that of the cycle: `{}`",
            passes=(FIRST,),
        ),
        Wrong(
            "bent_over_the_first_cycle",
            {COSINE: "np.cos(np.pi * T_cur / T_0)"},
            "every cycle has the cosine of the first, however long it is: `{}`",
            passes=(FIRST, EQUAL),
        ),
        Wrong(
            "all_cycles_alike",
            {LONGER: "T_i"},
            "`T_mult` is not used, so that all cycles have the length of the first: `t % T_0`",
            passes=(FIRST, EQUAL),
        ),
        Wrong(
            "longer_once",
            {LONGER: "T_0 * T_mult"},
            "the cycles get longer once and then stay as they are: `T_i = T_0 * T_mult`",
            passes=(FIRST, EQUAL),
        ),
        Wrong(
            "longer_by_the_first",
            {LONGER: "T_i + T_0 * (T_mult - 1)"},
            "every cycle gets longer by as much as the second one did: "
            "`T_i = T_0 * (1 + cycle * (T_mult - 1))`",
            passes=(FIRST, EQUAL),
        ),
        Wrong(
            "a_multiple_of_the_first",
            {
                "float(t), T_0": "float(t), T_0\ncycle = 0",
                LONGER: "T_0 * T_mult * cycle",
                "T_cur - T_i": "T_cur - T_i\ncycle += 1",
            },
            "the length of a cycle is a multiple of the first and no power: `T_i = T_0 * T_mult * cycle`",
            passes=(FIRST,),
        ),
        Wrong(
            "longer_by_steps",
            {LONGER: "T_i + T_mult"},
            "`T_mult` is added to the length of a cycle: `{}`",
            passes=(FIRST,),
        ),
        Wrong(
            "longer_from_the_first",
            {"float(t), T_0": "float(t), T_0 * T_mult"},
            "the first cycle is longer already: `{}`",
            passes=(EQUAL,),
        ),
        Wrong(
            "number_of_equal_cycles",
            {COSINE: "np.cos(np.pi * (t % (T_0 * T_mult ** (t // T_0))) / (T_0 * T_mult ** (t // T_0)))"},
            "the number of the cycle is worked out as if all were alike: `T_i = T_0 * T_mult ** (t // T_0)`",
            passes=(FIRST, EQUAL),
        ),
        Wrong(
            "place_in_equal_cycles",
            {COSINE: "np.cos(np.pi * (t % T_0) / T_i)"},
            "the place in the cycle is worked out as if all were alike: `T_cur = t % T_0`",
            passes=(FIRST, EQUAL),
        ),
        Wrong(
            "place_in_the_length",
            {COSINE: "np.cos(np.pi * (t % T_i) / T_i)"},
            "the place in the cycle is the rest of t by its length, though other lengths came before: "
            "`T_cur = t % T_i`",
            passes=(FIRST, EQUAL),
        ),
        Wrong(
            "restart_one_late",
            {RESTART: "T_cur > T_i"},
            "the restart comes one step late, after a step at `lr_min`: `{}`",
            passes=(FIRST,),
        ),
        Wrong(
            "restart_one_early",
            {RESTART: "T_cur >= T_i - 1"},
            "the restart comes one step early: `{}`",
        ),
        Wrong(
            "cycle_of_one_more",
            {RESTART: "T_cur > T_i", "T_cur - T_i": "T_cur - T_i - 1"},
            "a cycle has one step more than its length: `T_i + 1`",
            passes=(FIRST,),
        ),
        Wrong(
            "reaches_the_lowest",
            {COSINE: "np.cos(np.pi * T_cur / (T_i - 1))"},
            "the last step of a cycle is taken at `lr_min` itself: `{}`",
            kind="convention",
            convention=True,
        ),
        Wrong(
            "one_step_ahead",
            {"float(t)": "float(t + 1)", "range(t)": "range(t + 1)"},
            "the schedule is one step ahead, as if t counted from 1 on: `t + 1`",
        ),
        Wrong(
            "one_step_ahead_in_the_cycle",
            {COSINE: "np.cos(np.pi * (T_cur + 1) / T_i)"},
            "the steps of a cycle are counted from 1 on, so that it never stands at `lr_max`: `{}`",
        ),
        Wrong(
            "one_step_behind",
            {"float(t)": "float(t - 1)"},
            "the schedule is one step behind: `t - 1`",
        ),
        bend("no_pi", "(1 + np.cos(T_cur / T_i)) / 2", "the cosine lacks its pi: `{}`"),
        bend(
            "a_whole_cosine",
            "(1 + np.cos(2 * np.pi * T_cur / T_i)) / 2",
            "the rate goes down and up again along a whole cosine: `{}`",
        ),
        bend(
            "a_quarter_of_a_cosine",
            "np.cos(np.pi / 2 * T_cur / T_i)",
            "the rate goes down along a quarter of a cosine: `{}`",
        ),
        bend("not_halved", "(1 + np.cos(np.pi * T_cur / T_i))", "the half is missing: `{}`"),
        bend("bare_cosine", "np.cos(np.pi * T_cur / T_i)", "the cosine is not moved into 0 to 1: `{}`"),
        bend("halved_cosine", "np.cos(np.pi * T_cur / T_i) / 2", "no 1 is added to the cosine: `{}`"),
        bend(
            "brackets",
            "1 + np.cos(np.pi * T_cur / T_i) / 2",
            "a bracket is missing, so that only the cosine is halved: `{}`",
        ),
        bend("goes_up", "(1 - np.cos(np.pi * T_cur / T_i)) / 2", "the rate goes up in a cycle: `{}`"),
        bend("sine", "(1 + np.sin(np.pi * T_cur / T_i)) / 2", "a sine stands for the cosine: `{}`"),
        bend("straight", "(1 - T_cur / T_i)", "the rate falls in a straight line: `{}`"),
        bend(
            "in_degrees",
            "(1 + np.cos(180 * T_cur / T_i)) / 2",
            "the angle is in degrees, and `np.cos` takes radians: `{}`",
        ),
        bend(
            "turned_fraction",
            "(1 + np.cos(np.pi * T_i / np.maximum(T_cur, 1e-300))) / 2",
            "the length of the cycle is divided by the step: `T_i / T_cur`",
        ),
        bend(
            "whole_division",
            "(1 + np.cos(np.pi * (T_cur // T_i))) / 2",
            "a division drops the fraction, so that the rate never falls: `T_cur // T_i`",
        ),
        Wrong("no_lowest_rate", {RATE: f"(lr_max - lr_min) * {SHARE}"}, "`lr_min` is not added in the end"),
        Wrong(
            "highest_rate_as_range",
            {RATE: f"lr_min + lr_max * {SHARE}"},
            "the top is `lr_min + lr_max`: `lr_min + lr_max * (1 + cos) / 2`",
        ),
        Wrong(
            "from_the_highest_to_zero",
            {RATE: f"lr_max * {SHARE}"},
            "the rate falls to zero, and `lr_min` is not used: `lr_max * (1 + cos) / 2`",
        ),
        Wrong(
            "at_least_the_lowest",
            {RATE: f"max(lr_min, lr_max * {SHARE})"},
            "the rate falls towards zero and is cut off at `lr_min`: `max(lr_min, ...)`",
        ),
        Wrong(
            "down_from_the_highest",
            {RATE: f"lr_max - (lr_max + lr_min) * {SHARE}"},
            "`lr_max + lr_min` stands where the distance between the bounds belongs",
        ),
        Wrong(
            "mean_and_range",
            {RATE: f"lr_min + (lr_max + lr_min) * {SHARE}"},
            "`lr_max + lr_min` is taken for the range: `lr_min + (lr_max + lr_min) * (1 + cos) / 2`",
        ),
        Wrong(
            "equal_factors",
            {RATE: f"lr_min * (lr_max / lr_min) ** ({SHARE})"},
            "the rate shrinks by factors: `lr_min * (lr_max / lr_min) ** share`",
        ),
        Wrong(
            "lower_after_each_restart",
            {LONGER: "T_i * T_mult\nlr_max = lr_max / 2"},
            "the highest rate is halved at each restart: `lr_max / 2`",
            passes=(FIRST,),
        ),
        Wrong("only_the_share", {RATE: SHARE}, "a share between 0 and 1 is returned, and not the rate"),
    ),
    alternatives={
        "a while loop": """
            def cosine_restarts(t, *, lr_min, lr_max, T_0, T_mult=1):
                start, length = 0, T_0
                while t >= start + length:
                    start += length
                    length *= T_mult
                return lr_min + 0.5 * (lr_max - lr_min) * (1 + np.cos((t - start) / length * np.pi))
        """,
        "a closed formula": """
            def cosine_restarts(t, *, lr_min, lr_max, T_0, T_mult=1):
                if T_mult == 1:
                    length, place = T_0, t % T_0
                else:
                    cycle = int(np.log(t / T_0 * (T_mult - 1) + 1 + 1e-9) / np.log(T_mult))
                    length = T_0 * T_mult**cycle
                    place = t - T_0 * (T_mult**cycle - 1) / (T_mult - 1)
                return lr_min + (lr_max - lr_min) * np.cos(np.pi / 2 * place / length) ** 2
        """,
        "recursion": """
            def cosine_restarts(t, lr_min, lr_max, T_0, T_mult=1):
                if t >= T_0:
                    return cosine_restarts(t - T_0, lr_min, lr_max, T_0 * T_mult, T_mult)
                middle, half = (lr_max + lr_min) / 2, (lr_max - lr_min) / 2
                return middle + half * np.cos(np.pi * t / T_0)
        """,
        "a table of starts, as an array": """
            def cosine_restarts(t, *, lr_min, lr_max, T_0, T_mult=1):
                lengths = [T_0]
                while sum(lengths) <= t:
                    lengths.append(lengths[-1] * T_mult)
                starts = np.append(0, np.cumsum(lengths)[:-1])
                share = (1 + np.cos(np.pi * (t - starts[-1:]) / lengths[-1])) / 2
                return (share * lr_max + (1 - share) * lr_min)[0]
        """,
        "step by step": """
            def cosine_restarts(t, *, lr_min, lr_max, T_0, T_mult=1):
                T_cur, T_i = 0, T_0
                for _ in range(t):
                    T_cur += 1
                    if T_cur == T_i:
                        T_cur, T_i = 0, T_i * T_mult
                return lr_max - (lr_max - lr_min) * (1 - np.cos(np.pi * T_cur / T_i)) / 2
        """,
        "single precision": """
            def cosine_restarts(t, *, lr_min, lr_max, T_0, T_mult=1):
                T_cur, T_i = t, T_0
                while T_cur >= T_i:
                    T_cur, T_i = T_cur - T_i, T_i * T_mult
                share = np.float32((1 + np.cos(np.pi * T_cur / T_i)) / 2)
                return np.float32(lr_min) + np.float32(lr_max - lr_min) * share
        """,
    },
)
