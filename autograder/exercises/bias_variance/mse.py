import numpy as np

from advsec import bias_variance
from autograder.catalogue import Wrong, exercise
from autograder.compare import Tolerance
from autograder.exercise import Probe, call
from autograder.exercises.bias_variance.inputs import (
    high,
    low,
    observations,
    single_precision,
    whole_numbers,
)
from autograder.exercises.bias_variance.sections import ESTIMATORS
from autograder.exercises.bias_variance.slips import averages, cut_like_the_truth, one_row
from autograder.exercises.credit import SLIP
from autograder.exercises.slips import one_axis


ERROR, RESULT = "estimates - truth", "np.sum(errors**2, axis=0) / len(estimates)"

MSE = exercise(
    solution="""
        def mse(estimates, truth):
            errors = estimates - truth
            return np.sum(errors**2, axis=0) / len(estimates)
    """,
    reference=bias_variance.mse,
    points=2,
    read=ESTIMATORS,
    tolerance=Tolerance(columns_as_vectors=True),
    probes=(
        Probe(
            "estimates of one number",
            lambda rng: (call(observations(rng, 6), high(rng)), call(observations(rng, 7), low(rng))),
        ),
        Probe("estimates of several numbers", lambda rng: call(observations(rng, 6, 3), low(rng, 3))),
        Probe(
            "whole numbers",
            lambda rng: (
                call(observations(rng, 6, 3), rng.integers(-9, -2, 3)),
                call(whole_numbers(rng, 7, 4), rng.integers(-9, -2, 4) + 0.3),
            ),
        ),
        Probe("a single estimate", lambda rng: call(observations(rng, 1), low(rng))),
        Probe(
            "estimates of a table",
            lambda rng: call(observations(rng, 5, 2, 4), low(rng, 2, 4)),
            public=False,
        ),
        Probe(
            "single precision",
            lambda rng: (
                call(single_precision(rng, 9), high(rng, 12).astype(np.float32)),
                call(single_precision(rng, 7), low(rng, 12).astype(np.float32)),
            ),
            public=False,
        ),
    ),
    misconceptions=(
        Wrong(
            "variance",
            {ERROR: "estimates - np.mean(estimates, axis=0)"},
            "the deviations are taken from the mean of the estimates and not from the truth: `{}`",
        ),
        Wrong(
            "bias_squared",
            {RESULT: "np.mean(errors, axis=0) ** 2"},
            "the errors are averaged first and squared afterwards, so that the variance is lost: `{}`",
            passes=(one_row,),
        ),
        Wrong(
            "bias_not_squared",
            {RESULT: "np.mean(errors, axis=0) + np.var(estimates, axis=0)"},
            "the bias is added to the variance without being squared: `bias + variance`",
        ),
        Wrong(
            "standard_deviation_added",
            {RESULT: "np.mean(errors, axis=0) ** 2 + np.std(estimates, axis=0)"},
            "the standard deviation stands where the variance belongs: `bias**2 + np.std(estimates)`",
            passes=(one_row,),
        ),
        Wrong(
            "unbiased_variance_added",
            {
                RESULT: "np.mean(errors, axis=0) ** 2"
                " + np.var(estimates, axis=0) * len(estimates) / np.float64(len(estimates) - 1)"
            },
            "the variance in the sum has the divisor R - 1, with which the two parts add up to too much: "
            "`bias**2 + np.var(estimates, ddof=1)`",
            kind="not_finite",
        ),
        Wrong(
            "variance_twice",
            {RESULT: "np.mean(errors**2, axis=0) + np.var(estimates, axis=0)"},
            "the variance is added to what contains it already: `np.mean(errors**2) + variance`",
            passes=(one_row,),
        ),
        Wrong(
            "variance_taken_away",
            {RESULT: "np.mean(errors, axis=0) ** 2 - np.var(estimates, axis=0)"},
            "the variance is taken away from the squared bias: `bias**2 - variance`",
            passes=(one_row,),
        ),
        Wrong(
            "sum_squared",
            {RESULT: "(np.mean(errors, axis=0) + np.std(estimates, axis=0)) ** 2"},
            "bias and standard deviation are added before they are squared: `(bias + std) ** 2`",
            passes=(one_row,),
        ),
        Wrong(
            "not_squared",
            {RESULT: "np.sum(errors, axis=0) / len(estimates)"},
            "the errors are not squared, so that too large and too small cancel: "
            "`np.mean(estimates - truth)`",
        ),
        Wrong(
            "absolute",
            {RESULT: "np.mean(np.abs(errors), axis=0)"},
            "the size of each error is taken and not its square: `np.mean(np.abs(errors))`",
        ),
        Wrong(
            "root",
            {RESULT: "np.sqrt(np.mean(errors**2, axis=0))"},
            "the root is taken in the end: `np.sqrt(...)` around the mean of the squares",
        ),
        Wrong(
            "sum",
            {RESULT: "np.sum(errors**2, axis=0)"},
            "the squares are added up and never divided by their number: `{}`",
            passes=(one_row,),
        ),
        Wrong(
            "half",
            {RESULT: "np.sum(errors**2, axis=0) / (2 * len(estimates))"},
            "a factor 1/2, as it stands in some cost functions, is applied: `{}`",
        ),
        Wrong(
            "divides_by_one_less",
            {RESULT: "np.sum(errors**2, axis=0) / (len(estimates) - 1)"},
            "the squares are divided by the number of estimates less one, although no mean was estimated: "
            "`{}`",
            kind="not_finite",
        ),
        Wrong(
            "divides_by_one_more",
            {RESULT: "np.sum(errors**2, axis=0) / (len(estimates) + 1)"},
            "the squares are divided by the number of estimates and one: `{}`",
        ),
        Wrong(
            "median_of_squares",
            {RESULT: "np.median(errors**2, axis=0)"},
            "the value in the middle stands where the mean belongs: `{}`",
            passes=(one_row,),
        ),
        Wrong(
            "precedence",
            {ERROR: "estimates - truth**2", RESULT: "np.sum(errors, axis=0) / len(estimates)"},
            "brackets are missing, so that only the truth is squared: `{}`",
        ),
        Wrong(
            "difference_of_squares",
            {RESULT: "np.mean(estimates**2 - np.asarray(truth) ** 2, axis=0)"},
            "estimates and truth are squared before they are subtracted: `np.mean(estimates**2) - truth**2`",
        ),
        Wrong(
            "truth_ignored",
            {ERROR: "estimates"},
            "the estimates themselves are squared, without the truth: `np.mean(estimates**2)`",
        ),
        Wrong(
            "added",
            {ERROR: "estimates + truth"},
            "the truth is added and not taken away: `{}`",
        ),
        Wrong(
            "relative",
            {ERROR: "(estimates - truth) / truth"},
            "each error is divided by the truth: `{}`",
        ),
        Wrong(
            "bias",
            {RESULT: "np.abs(np.mean(errors, axis=0))"},
            "the size of the mean error is taken: `np.abs(np.mean(errors))`",
        ),
        Wrong(
            "norm",
            {RESULT: "np.sqrt(np.sum(errors**2, axis=0))"},
            "the length of the vector of errors is taken: `np.linalg.norm(errors)`",
        ),
        Wrong(
            "norm_over_the_number",
            {RESULT: "np.sqrt(np.sum(errors**2, axis=0)) / len(estimates)"},
            "the length of the vector of errors is divided by their number: `np.linalg.norm(errors) / R`",
        ),
        Wrong(
            "last_estimate",
            {RESULT: "errors[-1] ** 2"},
            "only the last estimate counts: `{}`",
            passes=(one_row,),
        ),
        Wrong(
            "largest",
            {RESULT: "np.max(errors**2, axis=0)"},
            "only the worst estimate counts: `{}`",
            passes=(one_row,),
        ),
        Wrong(
            "not_averaged",
            {RESULT: "errors**2"},
            "the square of each error is returned, and they are not averaged: `{}`",
            passes=(one_row,),
            kind="wrong_shape",
        ),
        Wrong(
            "one_number_for_all",
            {RESULT: "np.mean(errors**2)"},
            "the errors of different numbers are averaged into one: `{}` without an axis",
            passes=(one_axis,),
            credit=SLIP,
            kind="wrong_shape",
        ),
        Wrong(
            "one_number_everywhere",
            {RESULT: "np.zeros(estimates.shape[1:]) + np.mean(errors**2)"},
            "the errors of different numbers are averaged together: `np.mean(errors**2)` without an axis",
            passes=(one_axis,),
            credit=SLIP,
        ),
        Wrong(
            "summed_over_numbers",
            {RESULT: "np.sum(errors**2) / len(estimates)"},
            "the squares of different numbers are added up: `{}` without an axis",
            passes=(one_axis,),
            credit=SLIP,
            kind="wrong_shape",
        ),
        cut_like_the_truth("error", RESULT),
        *averages("error", RESULT, RESULT),
    ),
    alternatives={
        "numpy's mean, kept as a row": """
            def mse(estimates, truth):
                return np.mean((estimates - truth) ** 2, axis=0, keepdims=True)
        """,
        "bias and variance": """
            def mse(estimates, truth):
                return (np.mean(estimates, axis=0) - truth) ** 2 + np.var(estimates, axis=0)
        """,
        "loop, as a list": """
            def mse(estimates, truth):
                total = 0.0
                for estimate in estimates:
                    total = total + np.square(np.subtract(estimate, truth, dtype=float))
                return (total / len(estimates)).tolist()
        """,
        "in place on a copy": """
            def mse(estimates, truth):
                errors = np.array(estimates, dtype=float)
                errors -= truth
                errors *= errors
                return errors.mean(axis=0)
        """,
        "products": """
            def mse(estimates, truth):
                errors = np.asarray(estimates) - truth
                return np.einsum("r...,r...->...", errors, errors) / errors.shape[0]
        """,
        "squares multiplied out": """
            def mse(estimates, truth):
                x = np.asarray(estimates, dtype=float)
                return np.mean(x * x, axis=0) - 2 * truth * np.mean(x, axis=0) + np.asarray(truth) ** 2
        """,
        "single precision": """
            def mse(estimates, truth):
                errors = np.asarray(estimates, dtype=np.float32) - np.float32(truth)
                return np.mean(errors**2, axis=0)
        """,
    },
)
