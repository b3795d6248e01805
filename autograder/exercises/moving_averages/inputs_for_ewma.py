from autograder.catalogue import Wrong
from autograder.exercises.moving_averages.ewma import EWMA
from autograder.exercises.moving_averages.sections import EXPONENTIAL, START
from autograder.properties.moving_averages import of_ewma
from autograder.write_the_test import write_the_test


FRACTIONS, WHOLE = "np.array([3.1, 8.2, 7.7, 1.4])", "np.array([3, 8, 7, 1])"
COLUMNS = "np.array([[3.1, 8.2], [7.7, 1.4], [2.5, 6.3]])"
WHOLE_COLUMNS = "np.array([[3, 8], [7, 1], [2, 6], [9, 4]])"


def returning(arguments: str) -> str:
    return f"def inputs_for_ewma():\n    return {{{arguments}}}"


INPUTS_FOR_EWMA = write_the_test(
    of=EWMA,
    solution="""
        def inputs_for_ewma():
            x = np.array([[3, 8], [7, 1], [2, 6], [9, 4]])
            return [{"x": x, "beta": 0.7, "init": 20.0}, {"x": x, "beta": 0.7}]
    """,
    points=3,
    read=EXPONENTIAL,
    allowed=of_ewma,
    plain="no_start_and_the_usual_beta",
    misconceptions=(
        Wrong(
            "no_start",
            returning(f'"x": {FRACTIONS}, "beta": 0.7'),
            "no start is given, so that nothing shows what becomes of it, and there is one column of "
            "fractions",
            read=START,
        ),
        Wrong(
            "no_start_and_columns",
            returning(f'"x": {COLUMNS}, "beta": 0.7'),
            "no start is given, so that nothing shows what becomes of it, and there are fractions alone",
            read=START,
        ),
        Wrong(
            "no_start_and_whole_numbers",
            returning(f'"x": {WHOLE}, "beta": 0.7'),
            "no start is given, so that nothing shows what becomes of it, and there is one column",
            read=START,
        ),
        Wrong(
            "no_start_and_the_usual_beta",
            returning(f'"x": {FRACTIONS}, "beta": 0.9'),
            "no start is given, there is one column of fractions, and beta is what many write for it: `0.9`",
            read=START,
        ),
        Wrong(
            "no_start_and_equal_weights",
            returning(f'"x": {FRACTIONS}, "beta": 0.5'),
            "no start is given, there is one column of fractions, and beta and 1 - beta are the same: `0.5`",
            read=START,
        ),
        Wrong(
            "one_column_of_fractions",
            returning(f'"x": {FRACTIONS}, "beta": 0.7, "init": 20.0'),
            "there is one column of fractions: nothing shows what becomes of several columns, of whole "
            "numbers, and of a start at zero",
        ),
        Wrong(
            "fractions_alone",
            returning(f'"x": {COLUMNS}, "beta": 0.7, "init": 20.0'),
            "there are fractions alone: nothing shows what becomes of whole numbers, and of a start at zero",
        ),
        Wrong(
            "one_column",
            returning(f'"x": {WHOLE}, "beta": 0.7, "init": 20.0'),
            "there is one column: nothing shows what becomes of several, and of a start at zero",
        ),
        Wrong(
            "equal_weights",
            returning(f'"x": {WHOLE_COLUMNS}, "beta": 0.5, "init": 20.0'),
            "beta and 1 - beta are the same, and nothing shows what becomes of a start at zero: `0.5`",
        ),
        Wrong(
            "a_start_alone",
            returning(f'"x": {WHOLE_COLUMNS}, "beta": 0.7, "init": 20.0'),
            "the start is never zero",
            read=START,
        ),
        Wrong(
            "one_observation",
            returning('"x": np.array([[3, 8]]), "beta": 0.7, "init": 20.0'),
            "there is one observation, so that nothing shows what comes after it",
        ),
        Wrong(
            "a_constant_series",
            returning('"x": np.full(4, 2.0), "beta": 0.7, "init": 2.0'),
            "all observations and the start are the same, as is every average of them",
        ),
    ),
    alternatives={
        "one after the other": """
            def inputs_for_ewma():
                tests = []
                for init in (-7.5, 0.0):
                    tests.append({"x": np.arange(8).reshape(4, 2) ** 2, "beta": 0.8, "init": init})
                return tests
        """,
        "lists": """
            def inputs_for_ewma():
                return [
                    dict(x=[[1, 4], [2, 9], [7, 3], [5, 5]], beta=0.85, init=[3.0, 30.0]),
                    dict(x=[5, 2, 8], beta=0.6),
                ]
        """,
        "tuples in the order of the parameters": """
            def inputs_for_ewma():
                return ((np.array([[6, 1], [2, 9], [4, 8]]), 0.65, 12.0), (np.array([4.5, 2.0, 8.1]), 0.65))
        """,
        "drawn": """
            def inputs_for_ewma():
                rng = np.random.default_rng(1)
                x = rng.integers(1, 50, (6, 3))
                return [{"x": x, "beta": 0.75, "init": 10.0}, {"x": x / 7, "beta": 0.75, "init": 0}]
        """,
    },
    calls=2,
)
