from autograder.catalogue import Wrong
from autograder.exercises.gradient_checking.relative_error import RELATIVE_ERROR
from autograder.exercises.gradient_checking.sections import HOW_CLOSE, PITFALLS
from autograder.properties.gradient_checking import of_relative_error
from autograder.write_the_test import write_the_test


VECTORS = '{"approx": np.array([1.2, -0.7, 1.9, -0.4]), "exact": np.array([2.8, -2.1, 3.4, 2.6])}'
MATRICES = '{"approx": np.array([[1.2, -0.7], [1.9, -0.4]]), "exact": np.array([[2.8, -2.1], [3.4, 2.6]])}'
ZEROS = '{"approx": np.zeros(2), "exact": np.zeros(2)}'
SMALL = '{"approx": 3e-10 * np.array([1.2, -0.4]), "exact": 3e-10 * np.array([2.8, 2.6])}'
SMALLER = '{"approx": 1e-14 * np.array([1.2, -0.4]), "exact": 1e-14 * np.array([2.8, 2.6])}'


def returning(*calls: str) -> str:
    return f"def inputs_for_relative_error():\n    return [{', '.join(calls)}]"


INPUTS_FOR_RELATIVE_ERROR = write_the_test(
    of=RELATIVE_ERROR,
    solution="""
        def inputs_for_relative_error():
            g = np.array([[2.8, -2.1, 0.9], [3.4, 2.6, -1.7]])
            h = np.array([[1.2, -0.7, 0.5], [1.9, -0.4, -0.3]])
            zeros = {"approx": np.zeros(2), "exact": np.zeros(2)}
            small = {"approx": 3e-10 * h, "exact": 3e-10 * g}
            smaller = {"approx": 1e-14 * h, "exact": 1e-14 * g}
            one = {"approx": np.zeros(2), "exact": np.ones(2)}
            return [{"approx": h, "exact": g}, zeros, one, small, smaller]
    """,
    points=3,
    read=HOW_CLOSE,
    allowed=of_relative_error,
    plain="vectors",
    misconceptions=(
        Wrong(
            "one_component",
            returning('{"approx": np.array([1.2]), "exact": np.array([2.8])}'),
            "there is one component, of which every norm is the same",
        ),
        Wrong(
            "the_same_gradient",
            returning('{"approx": np.array([1.2, -0.7]), "exact": np.array([1.2, -0.7])}'),
            "the two gradients are the same, and their distance is 0 whatever it is divided by",
        ),
        Wrong(
            "opposite_gradients",
            returning('{"approx": np.array([-1.2, 0.7]), "exact": np.array([1.2, -0.7])}'),
            "the two gradients are opposite, and equally long",
        ),
        Wrong(
            "one_is_zero",
            returning('{"approx": np.zeros(2), "exact": np.array([1.2, -0.7])}'),
            "one of the gradients is zero, so that its distance from the other is the other's length",
        ),
        Wrong(
            "both_are_zero",
            returning(ZEROS),
            "both gradients are zero, which shows one special case and nothing else",
            read=PITFALLS,
        ),
        Wrong(
            "vectors",
            returning(VECTORS),
            "there are two vectors: nothing shows what becomes of matrices, of zeros and of small gradients",
        ),
        Wrong(
            "matrices",
            returning(MATRICES),
            "there are two matrices: nothing shows what becomes of zeros and of small gradients",
            read=PITFALLS,
        ),
        Wrong(
            "vectors_and_zeros",
            returning(VECTORS, ZEROS),
            "nothing shows what becomes of matrices and of small gradients",
        ),
        Wrong(
            "matrices_and_zeros",
            returning(MATRICES, ZEROS),
            "no gradient is small",
            read=PITFALLS,
        ),
        Wrong(
            "no_zero_alone",
            returning(MATRICES, ZEROS, SMALL, SMALLER),
            "never is one of the gradients zero and the other is not",
            read=PITFALLS,
        ),
        Wrong(
            "not_small_enough",
            returning(MATRICES, ZEROS, SMALL),
            "no gradient is as small as numbers that are added against a division by zero can be",
            read=PITFALLS,
        ),
    ),
    alternatives={
        "loop": """
            def inputs_for_relative_error():
                tests = [{"approx": np.arange(3) * n, "exact": np.zeros(3)} for n in range(2)]
                for scale in (1.0, 2e-10, 1e-14):
                    exact = scale * np.array([[3.0, -1.0], [2.0, 5.0], [-4.0, 0.7]])
                    approx = scale * np.array([[1.1, -0.3], [0.8, 2.9], [1.5, 0.1]])
                    tests.append(dict(approx=approx, exact=exact))
                return tests
        """,
        "tuples in the order of the parameters": """
            def inputs_for_relative_error():
                g, h = np.array([[3.0, -1.0], [2.0, 5.0]]), np.array([[1.1, 0.3], [0.8, 2.2]])
                zeros = np.zeros(3), np.zeros(3)
                return [(h, g), zeros, (g, 0 * g), (4e-10 * h, 4e-10 * g), (1e-14 * h, 1e-14 * g)]
        """,
        "lists": """
            def inputs_for_relative_error():
                small = {"approx": [[4e-10, 2e-10]], "exact": [[-9e-10, 5e-10]]}
                tiny = {"approx": [4e-15, 2e-15, 3e-15], "exact": [-9e-15, 5e-15, 8e-15]}
                return [
                    {"approx": [[1.5, 2.5], [0.5, 3.0]], "exact": [[-4.0, 6.0], [2.0, 7.0]]},
                    {"approx": [0, 0], "exact": [0, 0]},
                    {"approx": [0, 0], "exact": [1, 5]},
                    small,
                    tiny,
                ]
        """,
        "drawn": """
            def inputs_for_relative_error():
                rng = np.random.default_rng(3)
                g = rng.normal(size=(4, 3))
                h = g / 2 + 0.3 * rng.normal(size=(4, 3))
                return [
                    {"approx": h, "exact": g},
                    {"approx": 0 * h[0], "exact": 0 * g[0]},
                    {"approx": 0 * h[0], "exact": g[0]},
                    {"approx": h * 1e-10, "exact": g * 1e-10},
                    {"approx": h * 1e-14, "exact": g * 1e-14},
                ]
        """,
    },
    calls=5,
)
