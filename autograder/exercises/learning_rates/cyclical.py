from collections.abc import Iterable
from typing import Any

import numpy as np

from advsec import schedules
from autograder.catalogue import Wrong, exercise
from autograder.exercise import Call, Probe, call
from autograder.exercises.learning_rates.rates import bounds, whole_bounds
from autograder.exercises.learning_rates.sections import CYCLICAL as READ


POSITION = "t % (2 * step_size_up)"
HEIGHT = "1 - abs(position / step_size_up - 1)"
RATE = "lr_min + (lr_max - lr_min) * height"
FIRST = "the first cycle"


def calls(steps: Iterable[Any], step_size_up: int, rates: dict[str, Any]) -> tuple[Call, ...]:
    return tuple(call(int(t), **rates, step_size_up=step_size_up) for t in steps)


def later(rng: np.random.Generator, step_size_up: int, rates: dict[str, Any]) -> tuple[Call, ...]:
    """Steps on both slopes of later cycles, one of an even number and one of an odd, and both turns.

    Half of an odd step size is no step: at half the height curves meet that are bent.
    """
    even, odd = 2 * int(rng.integers(1, 4)), 2 * int(rng.integers(1, 4)) + 1
    up, down = int(rng.integers(1, step_size_up)), int(rng.integers(step_size_up + 1, 2 * step_size_up))
    places = [(even, up), (odd, down), (odd, step_size_up), (even, 0)]
    return calls((2 * step_size_up * cycle + place for cycle, place in places), step_size_up, rates)


def shape(name: str, height: str, message: str, *, first: bool = False) -> Wrong:
    return Wrong(name, {HEIGHT: height}, message, passes=(FIRST,) if first else ())


CYCLICAL = exercise(
    solution="""
        def cyclical(t, *, lr_min, lr_max, step_size_up):
            position = t % (2 * step_size_up)
            height = 1 - abs(position / step_size_up - 1)
            return lr_min + (lr_max - lr_min) * height
    """,
    reference=schedules.cyclical,
    points=3,
    read=READ,
    probes=(
        Probe(FIRST, lambda rng: calls((0, 1, 4, 7), 4, bounds(rng))),
        Probe("later cycles", lambda rng: later(rng, 5, bounds(rng))),
        Probe("a longer way up", lambda rng: later(rng, int(rng.choice([7, 9])), bounds(rng))),
        Probe("rates that are whole numbers", lambda rng: later(rng, 3, whole_bounds(rng)), public=False),
        Probe(
            "a long run",
            lambda rng: calls(60 * rng.integers(101, 115) + np.array([7, 17, 24]), 15, bounds(rng)),
            public=False,
        ),
        Probe(
            "a single step up, and a few",
            lambda rng: (*calls((2, 5), 1, bounds(rng)), *later(rng, 5, bounds(rng))),
            public=False,
        ),
    ),
    misconceptions=(
        Wrong(
            "up_only",
            {POSITION: "t % step_size_up"},
            "the rate goes up for `step_size_up` steps and then jumps back to the bottom: `{}`",
        ),
        Wrong(
            "saw_tooth",
            {HEIGHT: "position / (2 * step_size_up)"},
            "the rate goes up through the whole cycle and then jumps back to the bottom: `{}`",
        ),
        Wrong(
            "way_down_goes_up",
            {HEIGHT: "position / step_size_up"},
            "the rate goes on rising in the second half of the cycle, to twice the height: `{}`",
        ),
        Wrong(
            "cycle_of_half_the_length",
            {HEIGHT: "1 - abs((2 * position / step_size_up) % 2 - 1)"},
            "`step_size_up` is taken for the length of the whole cycle, up and down",
        ),
        Wrong(
            "cycle_of_twice_the_length",
            {POSITION: "t % (4 * step_size_up)", HEIGHT: "1 - abs(position / (2 * step_size_up) - 1)"},
            "the way up takes the steps of a whole cycle, so that everything lasts twice as long: `{}`",
        ),
        shape(
            "starts_at_the_top",
            "abs(position / step_size_up - 1)",
            "the cycle starts at `lr_max` and first goes down: `{}`",
        ),
        shape("not_turned", "position / step_size_up - 1", "the height runs from -1 to 1: `{}`"),
        shape(
            "no_absolute_value", "1 - (position / step_size_up - 1)", "the absolute value is missing: `{}`"
        ),
        shape(
            "minus_one",
            "1 - abs(position / step_size_up)",
            "the turn is at the start of the cycle and not in its middle: `{}`",
        ),
        shape(
            "way_down_from_the_start",
            "position / step_size_up if position <= step_size_up else 1 - position / step_size_up",
            "the way down is counted from the start of the cycle, so that it begins below `lr_min`: "
            "`1 - position / step_size_up`",
        ),
        shape(
            "whole_division",
            "1 - abs(position // step_size_up - 1)",
            "a division drops the fraction, so that there are only two rates: `position // step_size_up`",
        ),
        shape(
            "smooth",
            "(1 - np.cos(np.pi * position / step_size_up)) / 2",
            "the rate goes along a cosine and not in straight lines: `{}`",
        ),
        shape(
            "sine",
            "np.sin(np.pi * position / (2 * step_size_up))",
            "the rate goes along half a sine and not in straight lines: `{}`",
        ),
        shape(
            "squared",
            "(1 - abs(position / step_size_up - 1)) ** 2",
            "the height is squared, so that the way up is bent: `height**2`",
        ),
        shape(
            "halved_each_cycle",
            "(1 - abs(position / step_size_up - 1)) * 0.5 ** (t // (2 * step_size_up))",
            "the height is halved after each cycle, which is the mode that PyTorch calls triangular2: "
            "`0.5**cycle`",
            first=True,
        ),
        shape(
            "divided_by_the_cycle",
            "(1 - abs(position / step_size_up - 1)) / (1 + t // (2 * step_size_up))",
            "the height is divided by the number of the cycle: `height / cycle`",
            first=True,
        ),
        shape("stays_at_the_top", "min(t / step_size_up, 1)", "the rate goes up once and stays there: `{}`"),
        shape("never_turns", "t / step_size_up", "the rate goes up and never turns: `{}`"),
        Wrong(
            "first_cycle_only",
            {POSITION: "min(t, 2 * step_size_up)"},
            "there is one cycle only, and then `lr_min` for ever: `max(0, 1 - abs(t / step_size_up - 1))`",
            passes=(FIRST,),
        ),
        Wrong(
            "never_repeats",
            {POSITION: "t"},
            "there is one cycle only, after which the rate goes on falling below `lr_min`: "
            "`1 - abs(t / step_size_up - 1)`",
            passes=(FIRST,),
        ),
        Wrong(
            "number_of_the_cycle",
            {POSITION: "t // (2 * step_size_up)"},
            "the number of the cycle is taken for the position in it: `{}`",
        ),
        Wrong(
            "cycle_counts_from_zero",
            {RATE: "lr_min + (lr_max - lr_min) * max(0, -(position / step_size_up))"},
            "the rate is `lr_min` at every step. In `abs(t / step_size_up - 2 * cycle + 1)` the first cycle "
            "has the number 1 and not 0",
        ),
        Wrong(
            "cycle_counts_from_zero_unclipped",
            {HEIGHT: "-position / step_size_up"},
            "the rate falls below `lr_min`. In `abs(t / step_size_up - 2 * cycle + 1)` the first cycle has "
            "the number 1 and not 0",
        ),
        Wrong(
            "cycle_number_of_half_cycles",
            {HEIGHT: "max(0, 1 - abs(t / step_size_up - 2 * (1 + t // step_size_up) + 1))"},
            "the number of the cycle counts half cycles: `cycle = 1 + t // step_size_up`",
        ),
        Wrong(
            "always_the_highest",
            {RATE: "lr_max"},
            "the rate is `lr_max` at every step",
        ),
        Wrong(
            "one_step_ahead",
            {POSITION: "(t + 1) % (2 * step_size_up)"},
            "the schedule is one step ahead, as if t counted from 1 on: `t + 1`",
        ),
        Wrong(
            "one_step_behind",
            {POSITION: "(t - 1) % (2 * step_size_up)"},
            "the schedule is one step behind: `t - 1`",
        ),
        Wrong(
            "cycle_of_one_more",
            {POSITION: "t % (2 * step_size_up + 1)"},
            "a cycle has one step too many, because the bottom is counted at both ends: `{}`",
            passes=(FIRST,),
        ),
        Wrong(
            "cycle_of_one_less",
            {POSITION: "t % (2 * step_size_up - 1)"},
            "a cycle has one step too few: `{}`",
        ),
        Wrong(
            "no_lowest_rate",
            {RATE: "(lr_max - lr_min) * height"},
            "the rate starts at zero and not at `lr_min`: `{}`",
        ),
        Wrong(
            "highest_rate_as_range",
            {RATE: "lr_min + lr_max * height"},
            "the top is `lr_min + lr_max`: `{}`",
        ),
        Wrong(
            "from_zero_to_the_highest",
            {RATE: "lr_max * height"},
            "the rate runs from zero to `lr_max`, and `lr_min` is not used: `{}`",
        ),
        Wrong(
            "at_least_the_lowest",
            {RATE: "max(lr_min, lr_max * height)"},
            "the rate runs up from zero and is cut off at `lr_min`: `{}`",
        ),
        Wrong(
            "equal_factors",
            {RATE: "lr_min * (lr_max / lr_min) ** height"},
            "the rate grows by equal factors and not in straight lines: `{}`",
        ),
        Wrong(
            "half_the_range",
            {RATE: "lr_min + (lr_max - lr_min) * height / 2"},
            "the rate only climbs half of the way: `{}`",
        ),
        Wrong(
            "around_the_lowest",
            {RATE: "lr_min + (lr_max - lr_min) * (2 * height - 1)"},
            "the rate swings around `lr_min` and not between the bounds: `{}`",
        ),
        Wrong(
            "only_the_height",
            {RATE: "height"},
            "the height between 0 and 1 is returned, and not the rate: `{}`",
        ),
        Wrong(
            "all_rates",
            {
                "position = t %": "position = np.arange(t + 1) %",
            },
            "the rates of all steps up to t are returned, and not the one of step t",
            kind="wrong_shape",
        ),
    ),
    alternatives={
        "Smith's formula": """
            def cyclical(t, *, lr_min, lr_max, step_size_up):
                cycle = np.floor(1 + t / (2 * step_size_up))
                x = np.abs(t / step_size_up - 2 * cycle + 1)
                return lr_min + (lr_max - lr_min) * np.maximum(0, 1 - x)
        """,
        "two branches": """
            def cyclical(t, lr_min, lr_max, step_size_up):
                position = t % (2 * step_size_up)
                if position < step_size_up:
                    return lr_min + (lr_max - lr_min) / step_size_up * position
                return lr_max - (lr_max - lr_min) / step_size_up * (position - step_size_up)
        """,
        "the nearer bottom": """
            def cyclical(t, *, lr_min, lr_max, step_size_up):
                cycles, position = divmod(t, 2 * step_size_up)
                distance = min(position, 2 * step_size_up - position)
                return lr_max * distance / step_size_up + lr_min * (1 - distance / step_size_up)
        """,
        "step by step": """
            def cyclical(t, *, lr_min, lr_max, step_size_up):
                distance, direction = 0, 1
                for _ in range(t % (4 * step_size_up)):
                    distance = distance + direction
                    if distance in (0, step_size_up):
                        direction = -direction
                return lr_min + distance * (lr_max - lr_min) / step_size_up
        """,
        "interpolation, as an array": """
            def cyclical(t, *, lr_min, lr_max, step_size_up):
                corners = np.array([0, step_size_up, 2 * step_size_up])
                return np.interp(np.asarray(t), corners, [lr_min, lr_max, lr_min], period=2 * step_size_up)
        """,
        "single precision": """
            def cyclical(t, *, lr_min, lr_max, step_size_up):
                distance = abs((t + step_size_up) % (2 * step_size_up) - step_size_up)
                height = np.float32(distance / step_size_up)
                return np.float32(lr_min) + np.float32(lr_max - lr_min) * height
        """,
    },
)
