import numpy as np

from advsec import dropout
from autograder.catalogue import Wrong, exercise
from autograder.exercise import Call, Probe, Right, call
from autograder.exercises.credit import SLIP
from autograder.exercises.dropout.inputs import (
    keep_prob,
    low_keep_prob,
    numbers,
    single_precision,
    whole_numbers,
)
from autograder.exercises.dropout.sections import INVERTED, PENALTY


VARIANCE, SUM = "keep_prob * (1 - keep_prob)", "np.sum(X**2 * w**2)"
RETURN = f"return variance * {SUM}"


def one_example(call: Call) -> bool:
    return len(call.args[1]) == 1


def one_input(call: Call) -> bool:
    """A square of a sum is then the sum of one square."""
    return len(call.args[0]) == 1


def of_shape(rng: np.random.Generator, m: int, n: int) -> Call:
    return call(numbers(rng, n), numbers(rng, m, n), keep_prob(rng))


def wrong_variance(name: str, formula: str, message: str, read: str = "") -> Wrong:
    return Wrong(name, {VARIANCE: formula}, f"{message}: `{{}}`", read=read)


def wrong_sum(
    name: str, formula: str, message: str, passes: tuple[Right, ...] = (), credit: float = 0.0
) -> Wrong:
    return Wrong(name, {SUM: formula}, f"{message}: `{{}}`", passes=passes, credit=credit)


DROPOUT_PENALTY = exercise(
    solution="""
        def dropout_penalty(w, X, keep_prob):
            variance = keep_prob * (1 - keep_prob)
            return variance * np.sum(X**2 * w**2)
    """,
    reference=dropout.dropout_penalty,
    points=3,
    read=PENALTY,
    probes=(
        Probe("some examples", lambda rng: of_shape(rng, 5, 3)),
        Probe(
            "few inputs are kept", lambda rng: call(numbers(rng, 3), numbers(rng, 4, 3), low_keep_prob(rng))
        ),
        Probe("one example", lambda rng: of_shape(rng, 1, 4)),
        Probe(
            "whole numbers",
            lambda rng: call(whole_numbers(rng, 2), whole_numbers(rng, 4, 2), keep_prob(rng)),
        ),
        Probe("one input", lambda rng: of_shape(rng, 4, 1)),
        Probe("more inputs than examples", lambda rng: of_shape(rng, 2, 6), public=False),
        Probe(
            "single precision",
            lambda rng: call(single_precision(rng, 3), single_precision(rng, 4, 3), keep_prob(rng)),
            public=False,
        ),
    ),
    misconceptions=(
        Wrong(
            "half",
            {"return variance": "return variance / 2"},
            "the factor 1/2 of the slide stands before it, which belongs to errors that have one too",
        ),
        Wrong(
            "doubled",
            {"return variance": "return 2 * variance"},
            "a factor 2 stands before it, as in the derivative of a square: `{}`",
        ),
        wrong_variance(
            "inverted",
            "(1 - keep_prob) / keep_prob",
            "the factor is that of inverted dropout, where the exercise asks for direct dropout",
            read=INVERTED,
        ),
        wrong_variance("odds", "keep_prob / (1 - keep_prob)", "the factor is the odds of being kept"),
        wrong_variance("keep_prob_alone", "keep_prob", "the factor is the probability of keeping"),
        wrong_variance("drop_prob_alone", "(1 - keep_prob)", "the factor is the probability of dropping"),
        wrong_variance("keep_prob_squared", "keep_prob**2", "the factor is the square of the mean of a mask"),
        wrong_variance(
            "drop_prob_squared",
            "(1 - keep_prob) ** 2",
            "the factor is the square of the probability of dropping",
        ),
        wrong_variance(
            "standard_deviation",
            "np.sqrt(keep_prob * (1 - keep_prob))",
            "the factor is a standard deviation and not a variance",
        ),
        wrong_variance(
            "variance_squared",
            "(keep_prob * (1 - keep_prob)) ** 2",
            "the variance of a mask is squared once more",
        ),
        wrong_variance("no_factor", "1.0", "keep_prob plays no part"),
        wrong_variance("second_moment", "(1 - keep_prob**2)", "a square is taken away from 1"),
        wrong_variance(
            "at_a_half", "0.25", "the factor is the one of `keep_prob = 0.5`, whatever keep_prob is"
        ),
        wrong_sum("inputs_not_squared", "np.sum(X * w**2)", "the inputs are not squared"),
        wrong_sum("weights_not_squared", "np.sum(X**2 * w)", "the weights are not squared"),
        wrong_sum("nothing_squared", "np.sum(X * w)", "nothing is squared"),
        wrong_sum("absolute_values", "np.sum(np.abs(X * w))", "absolute values stand for squares"),
        wrong_sum("no_inputs", "np.sum(w**2)", "the inputs are left out, as in the usual weight decay"),
        wrong_sum(
            "no_inputs_but_their_number",
            "len(X) * np.sum(w**2)",
            "each example adds the squares of the weights, whatever its inputs are",
        ),
        wrong_sum("no_weights", "np.sum(X**2)", "the weights are left out"),
        wrong_sum(
            "squares_of_outputs",
            "np.sum((X @ w) ** 2)",
            "the output of each example is squared, as if all its inputs were dropped together",
            passes=(one_input,),
        ),
        wrong_sum(
            "square_of_the_sum", "np.sum(X @ w) ** 2", "one square is taken of the sum over everything"
        ),
        wrong_sum(
            "squares_of_sums_over_examples",
            "np.sum((X.sum(axis=0) * w) ** 2)",
            "each input is added up over the examples before it is squared",
            passes=(one_example,),
        ),
        wrong_sum(
            "sums_multiplied",
            "np.sum(X**2) * np.sum(w**2)",
            "inputs and weights are added up by themselves, so that every weight meets every input",
            passes=(one_input,),
        ),
        wrong_sum(
            "mean_over_examples",
            "np.sum(X**2 * w**2) / len(X)",
            "the mean over the examples is taken in place of the sum",
            passes=(one_example,),
            credit=SLIP,
        ),
        wrong_sum(
            "mean_over_everything",
            "np.mean(X**2 * w**2)",
            "the mean over examples and inputs is taken in place of the sum",
        ),
        wrong_sum(
            "only_the_first_example",
            "np.sum(X[0] ** 2 * w**2)",
            "only the first example counts",
            passes=(one_example,),
        ),
        Wrong(
            "precedence",
            {RETURN: f"return keep_prob * 1 - keep_prob * {SUM}"},
            "a bracket is missing: `keep_prob * 1 - keep_prob * ...`",
        ),
        Wrong(
            "root",
            {RETURN: f"return np.sqrt(variance * {SUM})"},
            "the square root of everything is returned",
        ),
        Wrong(
            "negative",
            {RETURN: f"return -variance * {SUM}"},
            "the sign is turned: what is lost by leaving dropout out is returned, and not what it adds",
        ),
        Wrong(
            "error_of_a_target_of_zero",
            {RETURN: f"return variance * {SUM} + keep_prob**2 * np.sum((X @ w) ** 2)"},
            "the expected square of the output is returned, in which the square of its mean is left",
        ),
        Wrong(
            "expectation_of_squares",
            {VARIANCE: "keep_prob", RETURN: "return variance * np.sum((X @ w) ** 2)"},
            "all inputs of an example are kept or dropped together: `keep_prob * (X @ w)**2`",
        ),
        Wrong(
            "one_for_each_example",
            {RETURN: "return variance * (X**2 @ w**2)"},
            "one number is returned for each example, and they are not added up: `{}`",
            kind="wrong_shape",
        ),
        Wrong(
            "one_for_each_input",
            {RETURN: "return variance * np.sum(X**2, axis=0) * w**2"},
            "one number is returned for each input, and they are not added up: `{}`",
            kind="wrong_shape",
        ),
    ),
    alternatives={
        "loops": """
            def dropout_penalty(w, X, keep_prob):
                total = 0.0
                for example in X:
                    for weight, value in zip(w, example):
                        total += keep_prob * (1 - keep_prob) * float(weight) ** 2 * float(value) ** 2
                return total
        """,
        "every mask": """
            from itertools import product


            def dropout_penalty(w, X, keep_prob):
                excess = 0.0
                for x in X:
                    mean = keep_prob * (w @ x)
                    for mask in product([0, 1], repeat=len(w)):
                        p = np.prod([keep_prob if kept else 1 - keep_prob for kept in mask])
                        excess += p * (np.sum(w * x * mask) - mean) ** 2
                return excess
        """,
        "a quadratic form": """
            def dropout_penalty(w, X, keep_prob):
                R = np.diag(np.diag(X.T @ X)) * (keep_prob - keep_prob**2)
                return w.T @ R @ w
        """,
        "norms, in place on a copy": """
            def dropout_penalty(w, X, keep_prob):
                scaled = X.astype(float)
                scaled *= w
                return np.linalg.norm(scaled) ** 2 * (0.25 - (keep_prob - 0.5) ** 2)
        """,
        "a list of one product": """
            def dropout_penalty(w, X, keep_prob):
                return np.asarray(np.einsum("ij,ij,j,j->", X, X, w, w) * keep_prob * (1 - keep_prob)).tolist()
        """,
        "single precision": """
            def dropout_penalty(w, X, keep_prob):
                p, products = np.float32(keep_prob), (X * w).astype(np.float32)
                return p * (1 - p) * np.sum(products**2)
        """,
    },
)
