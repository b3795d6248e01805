from autograder.catalogue import Wrong
from autograder.exercises.dropout.dropout_penalty import DROPOUT_PENALTY
from autograder.exercises.dropout.sections import PENALTY
from autograder.properties.dropout import of_dropout_penalty
from autograder.write_the_test import write_the_test


WEIGHTS, EXAMPLES = "np.array([0.5, -2.0, 3.0])", "np.array([[1.0, 2.0, -0.5], [4.0, -1.0, 2.5]])"


def blind(name: str, message: str, w: str = WEIGHTS, X: str = EXAMPLES, keep_prob: str = "0.8") -> Wrong:
    """Inputs that see little."""
    arguments = f'"w": {w}, "X": {X}, "keep_prob": {keep_prob}'
    return Wrong(name, f"def inputs_for_dropout_penalty():\n    return {{{arguments}}}", message)


INPUTS_FOR_DROPOUT_PENALTY = write_the_test(
    of=DROPOUT_PENALTY,
    solution="""
        def inputs_for_dropout_penalty():
            X = np.array([[1.0, 2.0, -0.5], [4.0, -1.0, 2.5]])
            return {"w": np.array([0.5, -2.0, 3.0]), "X": X, "keep_prob": 0.8}
    """,
    points=2,
    read=PENALTY,
    allowed=of_dropout_penalty,
    plain="one_example_and_a_half",
    misconceptions=(
        blind(
            "keep_prob_of_a_half",
            "keeping and dropping are equally probable, so that it makes no difference which is meant: `0.5`",
            keep_prob="0.5",
        ),
        blind(
            "weights_of_one",
            "all weights are 1, so that nothing shows whether they are squared, or used at all",
            w="np.ones(3)",
        ),
        blind(
            "inputs_of_one",
            "all inputs are 1, so that nothing shows whether they are squared, or used at all",
            X="np.ones((2, 3))",
        ),
        blind(
            "ones_everywhere",
            "all weights and all inputs are 1, so that nothing shows what is squared, and what is used",
            w="np.ones(3)",
            X="np.ones((2, 3))",
        ),
        blind(
            "ones_and_a_half",
            "weights and inputs are 1, and keeping and dropping are equally probable",
            w="np.ones(3)",
            X="np.ones((2, 3))",
            keep_prob="0.5",
        ),
        blind(
            "one_example",
            "there is one example, so that a sum over the examples is the same as their mean, or the first",
            X="np.array([[1.0, 2.0, -0.5]])",
        ),
        blind(
            "one_input",
            "there is one input, so that the square of a sum is the sum of one square",
            w="np.array([-2.0])",
            X="np.array([[1.5], [4.0], [-3.0]])",
        ),
        blind(
            "one_of_each",
            "there is one example with one input: no sum is one of several",
            w="np.array([3.0])",
            X="np.array([[2.0]])",
        ),
        blind(
            "one_example_and_a_half",
            "there is one example, and keeping and dropping are equally probable",
            X="np.array([[1.0, 2.0, -0.5]])",
            keep_prob="0.5",
        ),
        blind(
            "all_weights_zero",
            "the weights are zero, and the penalty of nearly every version is zero too",
            w="np.zeros(3)",
        ),
    ),
    alternatives={
        "a list of two": """
            def inputs_for_dropout_penalty():
                w, X = [1.5, -2.0], [[1.0, 3.0], [2.0, -4.0], [0.5, 1.0]]
                return [{"w": w, "X": X, "keep_prob": 0.7}, {"w": [2.0], "X": [[3.0]], "keep_prob": 0.2}]
        """,
        "drawn": """
            def inputs_for_dropout_penalty():
                rng = np.random.default_rng(1)
                return dict(w=rng.normal(size=4), X=rng.normal(size=(5, 4)), keep_prob=0.9)
        """,
        "whole numbers": """
            def inputs_for_dropout_penalty():
                return {"w": np.array([2, 3, -5]), "X": np.array([[1, 4, 2], [7, -3, 5]]), "keep_prob": 0.3}
        """,
        "in the order of the parameters": """
            def inputs_for_dropout_penalty():
                return np.array([2.0, -0.5]), np.array([[3.0, 1.0], [-1.0, 4.0], [2.0, 2.0]]), 0.65
        """,
    },
)
