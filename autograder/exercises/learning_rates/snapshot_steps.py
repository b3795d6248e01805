import numpy as np

from advsec import schedules
from autograder.catalogue import Wrong, exercise
from autograder.exercise import Call, Probe, call
from autograder.exercises.credit import SLIP
from autograder.exercises.learning_rates.sections import SNAPSHOTS


WHOLE, STORE = "end <= n_steps", "steps.append(end - 1)"
LONGER, RETURN = "T_i * T_mult", "return np.array(steps, dtype=int)"
EQUAL = "cycles of equal length"
TOO_SHORT = "a run shorter than a cycle"


def run(rng: np.random.Generator, T_0: int, T_mult: int, cycles: int, further: int = 0) -> Call:
    """A run of so many whole cycles, and as many steps of one that is cut short."""
    n_steps = T_0 * sum(T_mult**i for i in range(cycles)) + further
    return call(n_steps, T_0) if T_mult == 1 else call(n_steps, T_0, T_mult)


def cut_short(rng: np.random.Generator, T_0: int, T_mult: int, cycles: int) -> Call:
    return run(rng, T_0, T_mult, cycles, further=int(rng.integers(2, T_0)))


def equal(call: Call) -> bool:
    """All cycles have one length."""
    return len(call.args) == 2


def ends_with_a_cycle(call: Call) -> bool:
    """The last cycle is not cut short."""
    n_steps, T_0, T_mult = (*call.args, 1)[:3]
    end, T_i = 0, T_0
    while end < n_steps:
        end, T_i = end + T_i, T_i * T_mult
    return bool(end == n_steps)


def is_cut_short(call: Call) -> bool:
    return not ends_with_a_cycle(call)


def stored(name: str, instead: str, message: str) -> Wrong:
    return Wrong(name, {STORE: instead}, message, passes=(TOO_SHORT,))


def returned(name: str, instead: str, message: str) -> Wrong:
    return Wrong(name, {RETURN: instead}, message, passes=(TOO_SHORT,), kind="wrong_shape")


SNAPSHOT_STEPS = exercise(
    solution="""
        def snapshot_steps(n_steps, T_0, T_mult=1):
            steps = []
            end, T_i = T_0, T_0
            for _ in range(n_steps):
                if end <= n_steps:
                    steps.append(end - 1)
                    T_i = T_i * T_mult
                    end = end + T_i
            return np.array(steps, dtype=int)
    """,
    equivalent={"return np.array(steps)": "only an array without numbers is one of floats then"},
    reference=schedules.snapshot_steps,
    points=2,
    read=SNAPSHOTS,
    probes=(
        Probe(EQUAL, lambda rng: cut_short(rng, int(rng.integers(5, 9)), 1, 4)),
        Probe("cycles that get longer", lambda rng: run(rng, int(rng.integers(3, 6)), 2, 4)),
        Probe(
            "a last cycle that is cut short",
            lambda rng: (
                cut_short(rng, int(rng.integers(4, 7)), 3, 3),
                cut_short(rng, int(rng.integers(5, 8)), 2, 4),
            ),
        ),
        Probe(TOO_SHORT, lambda rng: run(rng, 7, 2, 0, further=int(rng.integers(2, 7)))),
        Probe(
            "cycles that are three times as long",
            lambda rng: cut_short(rng, int(rng.integers(4, 7)), 3, 3),
            public=False,
        ),
        Probe(
            "more cycles that get longer",
            lambda rng: (
                run(rng, int(rng.integers(2, 4)), 3, 4),
                cut_short(rng, int(rng.integers(6, 9)), 2, 5),
            ),
            public=False,
        ),
    ),
    misconceptions=(
        Wrong(
            "first_steps",
            {WHOLE: "end - T_i < n_steps", STORE: "steps.append(end - T_i)"},
            "the first step of each cycle is returned, where the rate is highest: `0, T_0, ...`",
            kind="wrong_shape",
        ),
        stored(
            "counted_from_one",
            "steps.append(end)",
            "the steps are counted from 1, so that each is the first one after the restart: `T_0, ...`",
        ),
        Wrong(
            "starts_of_the_next",
            {STORE: "steps.extend([end] if end < n_steps else [])"},
            "the first step of every cycle but the first is returned: `np.arange(T_0, n_steps, T_0)`",
            passes=(TOO_SHORT,),
            kind="wrong_shape",
        ),
        stored(
            "first_steps_of_whole_cycles",
            "steps.append(end - T_i)",
            "the first step of each whole cycle is returned, where the rate is highest: `{}`",
        ),
        stored("two_before", "steps.append(end - 2)", "each step is one too early: `{}`"),
        stored("lengths", "steps.append(T_i)", "the lengths of the cycles are returned: `{}`"),
        stored(
            "not_added_up",
            "steps.append(T_i - 1)",
            "the lengths of the earlier cycles are not added: `T_0 * T_mult**i - 1`",
        ),
        stored("numbers_of_cycles", "steps.append(len(steps))", "the cycles are numbered: `0, 1, 2, ...`"),
        Wrong(
            "last_step_of_the_run",
            {RETURN: "return np.array(steps + [n_steps - 1] * (end - T_i < n_steps), dtype=int)"},
            "the last step of the run is returned as well, though its cycle is cut short: `n_steps - 1`",
            passes=(ends_with_a_cycle,),
            kind="wrong_shape",
        ),
        Wrong(
            "not_at_the_very_end",
            {WHOLE: "end < n_steps"},
            "a cycle that ends together with the run is left out: `{}`",
            passes=(is_cut_short,),
            credit=SLIP,
            kind="wrong_shape",
        ),
        Wrong(
            "all_cycles_alike",
            {LONGER: "T_i"},
            "`T_mult` is not used, so that all cycles have the length of the first: "
            "`np.arange(T_0 - 1, n_steps, T_0)`",
            passes=(equal, TOO_SHORT),
            kind="wrong_shape",
        ),
        Wrong(
            "longer_once",
            {LONGER: "T_0 * T_mult"},
            "the cycles get longer once and then stay as they are: `T_0 * T_mult`",
            passes=(equal, TOO_SHORT),
            kind="wrong_shape",
        ),
        Wrong(
            "longer_by_the_first",
            {LONGER: "T_i + T_0 * (T_mult - 1)"},
            "every cycle gets longer by as much as the second one did: "
            "`T_i = T_0 * (1 + cycle * (T_mult - 1))`",
            passes=(equal, TOO_SHORT),
            kind="wrong_shape",
        ),
        Wrong(
            "longer_by_steps",
            {LONGER: "T_i + T_mult"},
            "`T_mult` is added to the length of a cycle: `{}`",
            passes=(TOO_SHORT,),
            kind="wrong_shape",
        ),
        Wrong(
            "longer_from_the_first",
            {"T_0, T_0": "T_0 * T_mult, T_0 * T_mult"},
            "the first cycle is longer already: `T_0 * T_mult`",
            passes=(equal, TOO_SHORT),
            kind="wrong_shape",
        ),
        Wrong(
            "longer_one_late",
            {"T_i = T_i * T_mult": "end = end + T_i", "end = end + T_i": "T_i = T_i * T_mult"},
            "the second cycle has the length of the first, because a cycle is added before it gets longer",
            passes=(equal, TOO_SHORT),
        ),
        Wrong(
            "ends_multiplied",
            {"end = end + T_i": "end = end * T_mult if T_mult > 1 else end + T_0"},
            "it is the end that is multiplied, and not the length of the cycle: `end * T_mult`",
            passes=(equal, TOO_SHORT),
        ),
        returned(
            "last_is_missing", "return np.array(steps[:-1], dtype=int)", "the last one is missing: `{}`"
        ),
        returned(
            "first_is_missing", "return np.array(steps[1:], dtype=int)", "the first one is missing: `{}`"
        ),
        Wrong(
            "step_zero_as_well",
            {"steps = []": "steps = [0]"},
            "step 0 is returned as well, where nothing is learnt yet: `{}`",
            kind="wrong_shape",
        ),
        Wrong(
            "last_first",
            {RETURN: "return np.array(steps[::-1], dtype=int)"},
            "the steps stand in reverse order, the last one first: `steps[::-1]`",
            passes=(TOO_SHORT,),
        ),
        Wrong(
            "truth_values",
            {RETURN: "return np.isin(np.arange(n_steps), steps)"},
            "there is a truth value for each step of the run, and not the numbers of those asked for",
            kind="wrong_shape",
        ),
        Wrong(
            "how_many",
            {RETURN: "return len(steps)"},
            "the number of cycles is returned, and not their last steps: `{}`",
            kind="wrong_shape",
        ),
        Wrong(
            "end_of_the_run",
            {RETURN: "return np.array([n_steps - 1])"},
            "the last step of the run alone is returned: `n_steps - 1`",
            kind="wrong_shape",
        ),
    ),
    alternatives={
        "a while loop, as a list": """
            def snapshot_steps(n_steps, T_0, T_mult=1):
                steps, length, end = [], T_0, T_0 - 1
                while end < n_steps:
                    steps.append(end)
                    length *= T_mult
                    end += length
                return steps
        """,
        "sums of lengths": """
            def snapshot_steps(n_steps, T_0, T_mult=1):
                ends = np.cumsum(T_0 * float(T_mult) ** np.arange(n_steps // T_0))
                return (ends[ends <= n_steps] - 1).astype(int)
        """,
        "step by step": """
            def snapshot_steps(n_steps, T_0, T_mult=1):
                steps, T_cur, T_i = [], 0, T_0
                for t in range(n_steps):
                    T_cur += 1
                    if T_cur == T_i:
                        steps.append(t)
                        T_cur, T_i = 0, T_i * T_mult
                return tuple(steps)
        """,
        "recursion": """
            def snapshot_steps(n_steps, T_0, T_mult=1):
                if n_steps < T_0:
                    return np.array([], dtype=int)
                later = T_0 + np.asarray(snapshot_steps(n_steps - T_0, T_0 * T_mult, T_mult))
                return np.concatenate([[T_0 - 1], later])
        """,
        "a geometric series, as floats": """
            def snapshot_steps(n_steps, T_0, T_mult=1):
                if T_mult == 1:
                    return np.arange(T_0 - 1, n_steps, T_0)
                ends = [T_0 * (T_mult**i - 1) / (T_mult - 1) for i in range(1, n_steps + 1)]
                return np.array([end - 1 for end in ends if end <= n_steps])
        """,
    },
)
