from autograder.catalogue import Wrong
from autograder.exercises.learning_rates.cosine_restarts import COSINE_RESTARTS
from autograder.exercises.learning_rates.sections import RESTARTS
from autograder.properties.learning_rates import of_cosine_restarts
from autograder.write_the_test import write_the_test


USUAL, FROM_ZERO, UNIT = (
    '"lr_min": 0.1, "lr_max": 0.7',
    '"lr_min": 0.0, "lr_max": 0.7',
    '"lr_min": 0.0, "lr_max": 1.0',
)
ZERO = "the lowest rate is zero, so that nothing shows what becomes of it"


def blind(name: str, arguments: str, message: str) -> Wrong:
    return Wrong(name, f"def inputs_for_cosine_restarts():\n    return {{{arguments}}}", message)


INPUTS_FOR_COSINE_RESTARTS = write_the_test(
    of=COSINE_RESTARTS,
    solution="""
        def inputs_for_cosine_restarts():
            last = {"t": 59, "lr_min": 0.1, "lr_max": 0.7, "T_0": 4, "T_mult": 2}
            return [last, {**last, "t": 60}]
    """,
    points=3,
    read=RESTARTS,
    allowed=of_cosine_restarts,
    plain="first_cycle",
    misconceptions=(
        blind("first_step", f'"t": 0, {USUAL}, "T_0": 10, "T_mult": 2', "the first step of all is tried"),
        blind(
            "first_cycle",
            f'"t": 3, {USUAL}, "T_0": 10, "T_mult": 2',
            "the step lies in the first cycle, so that nothing shows what becomes of restarts",
        ),
        blind(
            "first_cycle_of_equal_ones",
            f'"t": 3, {USUAL}, "T_0": 10',
            "the step lies in the first cycle: nothing shows what becomes of restarts and of `T_mult`",
        ),
        blind(
            "first_cycle_from_zero",
            f'"t": 3, {FROM_ZERO}, "T_0": 10',
            f"the step lies in the first cycle, and {ZERO}",
        ),
        blind(
            "first_cycle_from_zero_to_one",
            f'"t": 3, {UNIT}, "T_0": 10',
            "the step lies in the first cycle, and the rates are 0 and 1, so that a share looks like a rate",
        ),
        blind(
            "end_of_the_first_cycle",
            f'"t": 3, {USUAL}, "T_0": 4, "T_mult": 2',
            "the step is the last of the first cycle, so that nothing shows what becomes of a restart",
        ),
        blind(
            "cycles_of_equal_length",
            f'"t": 13, {USUAL}, "T_0": 10',
            "all cycles are of equal length, so that nothing shows what becomes of `T_mult`",
        ),
        blind(
            "cycles_of_equal_length_from_zero",
            f'"t": 13, {FROM_ZERO}, "T_0": 10',
            f"all cycles are of equal length, and {ZERO}",
        ),
        blind(
            "cycles_of_equal_length_from_zero_to_one",
            f'"t": 13, {UNIT}, "T_0": 10',
            "all cycles are of equal length, and the rates are 0 and 1, so that a share looks like a rate",
        ),
        blind(
            "second_cycle",
            f'"t": 13, {USUAL}, "T_0": 10, "T_mult": 2',
            "the step lies in the second cycle, where cycles have got longer only once",
        ),
        blind(
            "third_cycle",
            f'"t": 15, {USUAL}, "T_0": 4, "T_mult": 2',
            "the step lies in the third cycle, and is neither its first one nor its last",
        ),
        blind(
            "halfway",
            f'"t": 20, {USUAL}, "T_0": 4, "T_mult": 2',
            "the step lies halfway through a cycle, where a straight line and a cosine meet",
        ),
        blind(
            "inside_a_late_cycle",
            f'"t": 35, {USUAL}, "T_0": 4, "T_mult": 2',
            "no step is the first or the last of a cycle, where a restart may come one step early or late",
        ),
        blind(
            "at_a_restart",
            f'"t": 12, {USUAL}, "T_0": 4, "T_mult": 2',
            "the rate is at the top, right after a restart, so that nothing shows how it falls",
        ),
        blind(
            "no_restart",
            f'"t": 59, {USUAL}, "T_0": 4, "T_mult": 2',
            "the step before a restart is tried, and not the restart itself",
        ),
        blind("from_zero", f'"t": 59, {FROM_ZERO}, "T_0": 4, "T_mult": 2', ZERO),
        blind(
            "from_zero_to_one",
            f'"t": 59, {UNIT}, "T_0": 4, "T_mult": 2',
            "the rates are 0 and 1, so that a share looks like a rate",
        ),
    ),
    alternatives={
        "three times as long": """
            def inputs_for_cosine_restarts():
                tests = []
                for t in (38, 39):
                    tests.append(dict(t=t, lr_min=0.2, lr_max=0.9, T_0=3, T_mult=3))
                return tests
        """,
        "tuples": """
            def inputs_for_cosine_restarts():
                return (
                    {"t": np.int64(74), "lr_min": 1, "lr_max": 6, "T_0": 5, "T_mult": 2},
                    {"t": 35, "lr_min": 0.01, "lr_max": 0.5, "T_0": 5, "T_mult": 2},
                )
        """,
        "in the order of the parameters": """
            def inputs_for_cosine_restarts():
                return (89, 0.05, 0.8, 6, 2), (18, 0.05, 0.8, 6, 2)
        """,
        "single precision": """
            def inputs_for_cosine_restarts():
                low, high = np.float32(0.125), np.float32(0.75)
                given = {"lr_min": low, "lr_max": high, "T_0": 4, "T_mult": 3}
                return [{"t": 51, **given}, {"t": 16, **given}]
        """,
    },
    calls=2,
)
