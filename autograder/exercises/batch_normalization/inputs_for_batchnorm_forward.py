from autograder.catalogue import Wrong
from autograder.exercises.batch_normalization.batchnorm_forward import BATCHNORM_FORWARD
from autograder.exercises.batch_normalization.sections import EPSILON, FORWARD
from autograder.properties.batch_normalization import of_batchnorm_forward
from autograder.write_the_test import write_the_test


WHOLE = "np.array([[1, 8], [2, 3], [9, 4], [5, 7], [4, 0]])"
FRACTIONS = "np.array([[0.3, -1.2], [1.9, 0.4], [-0.6, 2.2], [0.8, 1.1]])"
SMALL_FRACTIONS = f"{FRACTIONS} / 100"
OTHER = '"gamma": np.array([2.0, -3.0]), "beta": np.array([5.0, 1.0])'
ONE_AND_ZERO = '"gamma": np.ones(2), "beta": np.zeros(2)'


def returning(z: str, rest: str = OTHER, eps: str = "0.5") -> str:
    eps = f', "eps": {eps}' if eps else ""
    return f'def inputs_for_batchnorm_forward():\n    return {{"z": {z}, {rest}{eps}}}'


INPUTS_FOR_BATCHNORM_FORWARD = write_the_test(
    of=BATCHNORM_FORWARD,
    solution="""
        def inputs_for_batchnorm_forward():
            z = np.array([[1, 8], [2, 3], [9, 4], [5, 7], [4, 0]])
            return {"z": z, "gamma": np.array([2.0, -3.0]), "beta": np.array([5.0, 1.0]), "eps": 0.5}
    """,
    points=2,
    read=FORWARD,
    allowed=of_batchnorm_forward,
    calls=1,
    plain="fractions_one_and_zero_and_the_usual_eps",
    misconceptions=(
        Wrong(
            "fractions_one_and_zero_and_the_usual_eps",
            returning(SMALL_FRACTIONS, ONE_AND_ZERO, ""),
            "gamma is 1 and beta is 0, eps is what it is by itself, and there are fractions alone",
        ),
        Wrong(
            "fractions_one_and_zero",
            returning(FRACTIONS, ONE_AND_ZERO),
            "gamma is 1 and beta is 0, and there are fractions alone",
        ),
        Wrong("one_and_zero", returning(WHOLE, ONE_AND_ZERO), "gamma is 1 and beta is 0"),
        Wrong(
            "one_and_zero_and_the_usual_eps",
            returning(WHOLE, ONE_AND_ZERO, ""),
            "gamma is 1 and beta is 0, and eps is what it is by itself",
        ),
        Wrong(
            "fractions_and_the_usual_eps",
            returning(SMALL_FRACTIONS, OTHER, ""),
            "eps is what it is by itself, and there are fractions alone",
            read=EPSILON,
        ),
        Wrong("usual_eps", returning(WHOLE, OTHER, ""), "eps is what it is by itself: `1e-5`", read=EPSILON),
        Wrong(
            "eps_too_small_to_see",
            returning(WHOLE, OTHER, "1e-8"),
            "eps is too small to be seen beside the variances",
            read=EPSILON,
        ),
        Wrong(
            "eps_of_one",
            returning(WHOLE, OTHER, "1.0"),
            "eps is its own square: `1.0`",
            read=EPSILON,
        ),
        Wrong("fractions", returning(FRACTIONS), "there are fractions alone"),
        Wrong(
            "two_features_and_two_examples",
            returning("np.array([[1, 8], [9, 4]])"),
            "there are as many examples as features, and of two numbers the mean lies in the middle",
        ),
        Wrong(
            "square",
            returning(
                "np.array([[1, 8, 3], [2, 3, 9], [9, 5, 7]])",
                '"gamma": np.array([2.0, -3.0, 1.5]), "beta": np.array([5.0, 1.0, 4.0])',
            ),
            "there are as many examples as features",
        ),
        Wrong(
            "one_feature",
            returning(
                "np.array([[1], [2], [9], [5], [4]])", '"gamma": np.array([2.0]), "beta": np.array([5.0])'
            ),
            "there is one feature, so that nothing shows what becomes of several",
        ),
        Wrong(
            "one_example",
            returning("np.array([[1, 8]])"),
            "there is one example, which is its own mean, so that the output is beta",
        ),
        Wrong(
            "constant_features",
            returning("np.array([[1, 8], [1, 8], [1, 8]])"),
            "every feature is constant, so that the output is beta",
        ),
        Wrong(
            "gamma_is_beta",
            returning(WHOLE, '"gamma": np.array([2.0, -3.0]), "beta": np.array([2.0, -3.0])'),
            "gamma and beta are the same",
        ),
        Wrong(
            "steps",
            returning("np.array([[1, 9], [2, 7], [3, 5], [4, 3], [5, 1]])"),
            "each feature goes up in equal steps, so that its mean is the value in the middle",
        ),
    ),
    alternatives={
        "lists": """
            def inputs_for_batchnorm_forward():
                return dict(z=[[1, 4], [2, 9], [7, 3], [5, 6]], gamma=[0.5, 4.0], beta=[7.0, -2.0], eps=0.3)
        """,
        "in the order of the parameters": """
            def inputs_for_batchnorm_forward():
                z = np.array([[3, 0, 9], [1, 7, 2], [8, 5, 4], [2, 1, 1]])
                return [{"z": z, "gamma": np.arange(2.0, 5.0), "beta": -np.arange(1.0, 4.0), "eps": 0.6}]
        """,
        "drawn": """
            def inputs_for_batchnorm_forward():
                rng = np.random.default_rng(2)
                z = rng.integers(0, 30, (4, 3))
                return {"z": z, "gamma": rng.normal(2, 0.3, 3), "beta": rng.normal(7, 1, 3), "eps": 0.9}
        """,
        "whole parameters": """
            def inputs_for_batchnorm_forward():
                z = np.array([[10, 3], [20, 4], [50, 1]])
                return {"z": z, "gamma": np.array([3, -2]), "beta": np.array([1, 10]), "eps": 0.7}
        """,
    },
)
