from autograder.catalogue import Wrong
from autograder.exercises.bias_variance.early_stopping_step import EARLY_STOPPING_STEP
from autograder.exercises.bias_variance.sections import EARLY_STOPPING
from autograder.properties.early_stopping import of_early_stopping_step
from autograder.write_the_test import write_the_test


def blind(name: str, message: str, *curves: tuple[list[float], int]) -> Wrong:
    """Inputs that see little."""
    calls = ", ".join(
        f'{{"val_losses": np.array({losses}), "patience": {patience}}}' for losses, patience in curves
    )
    return Wrong(name, f"def inputs_for_early_stopping():\n    return [{calls}]", message)


GOES_ON = [5.0, 3.0, 1.0, 4.0, 2.0], 3
UP_AND_DOWN = [4.0, 2.0, 6.0, 3.0, 5.0], 3
BETTER_AND_BETTER = [6.0, 3.0, 5.0, 2.0, 4.0, 1.0, 7.0, 8.0], 2
BETTER_AFTER_THE_STOP = [4.0, 2.0, 3.0, 5.0, 1.0, 6.0, 7.0, 0.0], 2
VALLEY = [3.0, 1.0, 2.0, 3.0, 4.0], 3
MANY_THINGS = [6.0, 3.0, 5.0, 4.0, 2.0, 7.0, 6.0, 2.0, 0.0, 9.0, 9.0, 9.0], 3

INPUTS_FOR_EARLY_STOPPING = write_the_test(
    of=EARLY_STOPPING_STEP,
    solution="""
        def inputs_for_early_stopping():
            waits, rises = [6, 3, 5, 4, 2, 7, 6, 2, 0, 9, 9, 9], [6, 3, 5, 2, 4, 1, 7, 8]
            curves = [(waits, 3), (rises, 2), ([3, 4, 2, 5], 2)]
            return [{"val_losses": np.array(losses), "patience": patience} for losses, patience in curves]
    """,
    points=3,
    read=EARLY_STOPPING,
    allowed=of_early_stopping_step,
    calls=3,
    plain="the_example",
    misconceptions=(
        blind(
            "training_never_stops",
            "the losses fall all the time, so that nothing shows what happens when they do not",
            ([3.0, 2.0, 1.0], 2),
        ),
        blind(
            "training_goes_on",
            "training still goes on after the last loss, so that nothing shows where it stops and where it "
            "goes back to",
            ([3.0, 2.0, 2.5], 2),
        ),
        blind(
            "losses_rise",
            "the losses rise from the first one on, so that nothing shows what an improvement does",
            ([1.0, 2.0, 3.0, 4.0], 2),
        ),
        blind(
            "losses_stay_the_same",
            "all losses are the same, so that nothing shows what an improvement does",
            ([2.0, 2.0, 2.0, 2.0, 2.0], 2),
        ),
        blind("one_loss", "there is one loss, and nothing comes after it", ([2.0], 1)),
        blind(
            "one_valley",
            "the losses fall once and then rise: nothing shows what becomes of several ups and downs, of "
            "losses after the stop, and of a training that goes on",
            VALLEY,
        ),
        blind(
            "one_valley_and_a_fall",
            "no curve goes up and down several times, and none improves after the stop",
            VALLEY,
            ([3.0, 2.0, 1.0], 2),
        ),
        blind(
            "a_patience_of_one",
            "the patience is 1, so that nothing shows how waiting is counted",
            ([3.0, 2.0, 4.0, 1.0], 1),
        ),
        blind(
            "the_example",
            "the example of exercise 8 is tried alone, in which training stops and improves only once",
            ([3.0, 2.0, 2.5, 2.4, 1.0], 2),
        ),
        blind(
            "one_improvement",
            "the best loss comes once and early: nothing shows what a second improvement does, and what is "
            "returned while training goes on",
            UP_AND_DOWN,
        ),
        blind(
            "better_after_the_stop",
            "the one curve improves once before it stops: nothing shows what a second improvement does, and "
            "what is returned while training goes on",
            BETTER_AFTER_THE_STOP,
        ),
        blind(
            "a_plateau",
            "the losses fall and then stay the same: nothing shows what becomes of rises, and of losses "
            "after the stop",
            ([3.0, 2.0, 2.0, 2.0, 2.0], 2),
        ),
        blind(
            "better_and_better",
            "every second loss is an improvement: nothing shows what becomes of two in a row that are none, "
            "of losses after the stop, and of a training that goes on",
            BETTER_AND_BETTER,
        ),
        blind(
            "better_and_better_and_going_on",
            "no loss after the stop is better than those before, and no two losses are the same",
            BETTER_AND_BETTER,
            GOES_ON,
        ),
        blind(
            "always_stops",
            "every curve stops: nothing shows what is returned while training goes on",
            MANY_THINGS,
            BETTER_AND_BETTER,
        ),
        blind(
            "stops_and_waits",
            "no curve has improvements between which it waits, so that nothing shows whether waiting starts "
            "again",
            MANY_THINGS,
        ),
        blind(
            "no_improvement_in_the_last_moment",
            "no improvement comes in the very last moment, no two losses are the same, and waiting never "
            "starts again",
            UP_AND_DOWN,
            BETTER_AFTER_THE_STOP,
            GOES_ON,
        ),
    ),
    alternatives={
        "lists": """
            def inputs_for_early_stopping():
                return [
                    dict(val_losses=[9, 5, 7, 6, 4, 4, 8, 6, 5, 3, 7, 8, 9], patience=3),
                    dict(val_losses=[5, 4, 6, 3, 5, 2, 6, 6.5, 1], patience=2),
                    dict(val_losses=[3, 4, 1, 2], patience=2),
                ]
        """,
        "tuples in the order of the parameters": """
            def inputs_for_early_stopping():
                return (
                    (np.array([9.0, 5.0, 7.0, 6.0, 4.0, 8.0, 6.0, 4.0, 3.0, 7.0, 8.0, 9.0]), 3),
                    (np.array([5.0, 4.0, 6.0, 3.0, 5.0, 2.0, 6.0, 6.5, 1.0]), 2),
                    (np.array([3.0, 4.0, 1.0, 2.0]), 2),
                )
        """,
        "one curve, scaled and cut short": """
            def inputs_for_early_stopping():
                curve = np.array([6, 3, 5, 4, 2, 7, 6, 2, 0, 9, 9, 9]) / 10
                zigzag = np.array([6, 3, 5, 2, 4, 1, 7, 8]) / 10
                return [
                    {"val_losses": curve, "patience": 3},
                    {"val_losses": zigzag, "patience": 2},
                    {"val_losses": np.append(0.4, zigzag[2:4]), "patience": 2},
                ]
        """,
        "single precision": """
            def inputs_for_early_stopping():
                losses = np.array([6, 3, 5, 4, 2, 7, 6, 2, 0, 9, 9, 9], dtype=np.float32)
                saw = np.array([6, 3, 5, 2, 4, 1, 7, 8], dtype=np.float32) + np.float32(0.5)
                return [
                    {"val_losses": losses, "patience": 3},
                    {"val_losses": saw, "patience": 2},
                    {"val_losses": np.append(np.float32(4), saw[2:4]), "patience": 2},
                ]
        """,
    },
)
