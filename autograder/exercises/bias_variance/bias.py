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


SUM, RESULT = "np.sum(estimates, axis=0)", "mean - truth"
MEAN = f"{SUM} / len(estimates)"

BIAS = exercise(
    solution="""
        def bias(estimates, truth):
            mean = np.sum(estimates, axis=0) / len(estimates)
            return mean - truth
    """,
    reference=bias_variance.bias,
    points=2,
    read=ESTIMATORS,
    tolerance=Tolerance(columns_as_vectors=True),
    probes=(
        Probe(
            "estimates of one number",
            lambda rng: (call(observations(rng, 7), low(rng)), call(observations(rng, 6), high(rng))),
        ),
        Probe(
            "estimates of several numbers",
            lambda rng: (
                call(observations(rng, 6, 3), low(rng, 3)),
                call(observations(rng, 5, 3), high(rng, 3)),
            ),
        ),
        Probe(
            "whole numbers",
            lambda rng: (
                call(whole_numbers(rng, 6), int(rng.integers(-9, -2))),
                call(observations(rng, 6, 3), rng.integers(-9, -2, 3)),
                call(whole_numbers(rng, 7), int(rng.integers(60, 90))),
            ),
        ),
        Probe(
            "a single estimate",
            lambda rng: (call(observations(rng, 1), low(rng)), call(observations(rng, 1), high(rng))),
        ),
        Probe(
            "estimates of a table",
            lambda rng: (
                call(observations(rng, 5, 2, 4), low(rng, 2, 4)),
                call(observations(rng, 5, 2, 4), high(rng, 2, 4)),
            ),
            public=False,
        ),
        Probe(
            "single precision",
            lambda rng: (
                call(single_precision(rng, 7), low(rng, 12).astype(np.float32)),
                call(single_precision(rng, 9), high(rng, 12).astype(np.float32)),
            ),
            public=False,
        ),
    ),
    misconceptions=(
        Wrong(
            "sign_turned",
            {RESULT: "truth - mean"},
            "the difference is turned round, so that a bias above zero means too small: `{}`",
        ),
        Wrong(
            "size_only",
            {RESULT: "np.abs(mean - truth)"},
            "the sign is dropped, which says whether the estimates are too small or too large: "
            "`np.abs(...)` around the difference",
        ),
        Wrong(
            "mean_of_sizes",
            {RESULT: "np.mean(np.abs(estimates - truth), axis=0)"},
            "every error loses its sign before they are averaged: `np.mean(np.abs(estimates - truth))`",
        ),
        Wrong(
            "squared",
            {RESULT: "(mean - truth) ** 2"},
            "the bias is squared, as it stands in a mean squared error: `{}`",
        ),
        Wrong(
            "mean_squared_error",
            {RESULT: "np.mean((estimates - truth) ** 2, axis=0)"},
            "every error is squared before they are averaged: `np.mean((estimates - truth) ** 2)`",
        ),
        Wrong(
            "root_mean_squared_error",
            {RESULT: "np.sqrt(np.mean((estimates - truth) ** 2, axis=0))"},
            "the root of the mean squared error is taken for the bias: "
            "`np.sqrt(np.mean((estimates - truth) ** 2))`",
        ),
        Wrong(
            "variance",
            {RESULT: "np.var(estimates, axis=0)"},
            "the variance of the estimates is returned, in which the truth does not occur: "
            "`np.var(estimates)`",
        ),
        Wrong(
            "standard_deviation",
            {RESULT: "np.std(estimates, axis=0)"},
            "the standard deviation of the estimates is returned, in which the truth does not occur: "
            "`np.std(estimates)`",
        ),
        Wrong(
            "median",
            {RESULT: "np.median(estimates, axis=0) - truth"},
            "the value in the middle stands where the mean belongs: `{}`",
            passes=(one_row,),
        ),
        Wrong(
            "truth_ignored", {RESULT: "mean"}, "only the mean of the estimates is returned, without the truth"
        ),
        Wrong(
            "relative",
            {RESULT: "(mean - truth) / truth"},
            "the bias is given as a share of the truth: `{}`",
        ),
        Wrong(
            "relative_in_percent",
            {RESULT: "100 * (mean - truth) / truth"},
            "the bias is given in percent of the truth: `{}`",
        ),
        Wrong("ratio", {RESULT: "mean / truth"}, "mean and truth are divided, not subtracted: `{}`"),
        Wrong("added", {RESULT: "mean + truth"}, "the truth is added and not taken away: `{}`"),
        Wrong(
            "sum_of_estimates",
            {MEAN: SUM},
            "the estimates are added up and never divided by their number: `np.sum(estimates) - truth`",
            passes=(one_row,),
        ),
        Wrong(
            "sum_of_errors",
            {RESULT: "np.sum(estimates - truth, axis=0)"},
            "the errors are added up and never divided by their number: `np.sum(estimates - truth)`",
            passes=(one_row,),
        ),
        Wrong(
            "divided_twice",
            {RESULT: "(mean - truth) / len(estimates)"},
            "the bias is divided by the number of estimates, although the mean has been already: `{}`",
            passes=(one_row,),
        ),
        Wrong(
            "divides_by_one_less",
            {MEAN: f"{SUM} / (len(estimates) - 1)"},
            "the sum of the estimates is divided by their number less one: `{}`",
            kind="not_finite",
        ),
        Wrong(
            "errors_divided_by_one_less",
            {RESULT: "np.sum(estimates - truth, axis=0) / (len(estimates) - 1)"},
            "the sum of the errors is divided by their number less one, which belongs to a sample variance: "
            "`np.sum(estimates - truth) / (R - 1)`",
            kind="not_finite",
        ),
        Wrong(
            "standardised",
            {RESULT: "(mean - truth) / np.std(estimates, axis=0)"},
            "the bias is divided by the standard deviation of the estimates: "
            "`(mean - truth) / np.std(estimates)`",
            kind="not_finite",
        ),
        Wrong(
            "middle_of_the_range",
            {RESULT: "(np.max(estimates, axis=0) + np.min(estimates, axis=0)) / 2 - truth"},
            "only the smallest and the largest estimate count: `(max + min) / 2`",
            passes=(one_row,),
        ),
        Wrong(
            "last_estimate",
            {RESULT: "estimates[-1] - truth"},
            "only the last estimate counts: `{}`",
            passes=(one_row,),
        ),
        Wrong(
            "first_estimate",
            {RESULT: "estimates[0] - truth"},
            "only the first estimate counts: `{}`",
            passes=(one_row,),
        ),
        Wrong(
            "not_averaged",
            {RESULT: "estimates - truth"},
            "the error of each estimate is returned, and they are not averaged: `{}`",
            passes=(one_row,),
            kind="wrong_shape",
        ),
        Wrong(
            "all_numbers_together",
            {MEAN: "np.zeros(estimates.shape[1:]) + np.mean(estimates)"},
            "the estimates of different numbers are averaged together: `np.mean(estimates)` without an axis",
            passes=(one_axis,),
            credit=SLIP,
        ),
        Wrong(
            "one_bias_for_all",
            {RESULT: "np.mean(mean - truth)"},
            "the biases of different numbers are averaged into one: `np.mean(...)` without an axis",
            passes=(one_axis,),
            credit=SLIP,
            kind="wrong_shape",
        ),
        cut_like_the_truth("bias", RESULT),
        *averages("bias", RESULT, MEAN),
    ),
    alternatives={
        "mean of the errors": """
            def bias(estimates, truth):
                return np.mean(estimates - truth, axis=0)
        """,
        "numpy's mean, kept as a row": """
            def bias(estimates, truth):
                return np.mean(estimates, axis=0, keepdims=True) - truth
        """,
        "loop, as a list": """
            def bias(estimates, truth):
                total = 0.0
                for estimate in estimates:
                    total = total + (np.asarray(estimate, dtype=float) - truth)
                return (total / len(estimates)).tolist()
        """,
        "in place on a copy": """
            def bias(estimates, truth):
                errors = np.array(estimates, dtype=float)
                errors -= truth
                return errors.mean(0)
        """,
        "weights": """
            def bias(estimates, truth):
                weights = np.full(len(estimates), 1 / len(estimates))
                return np.tensordot(weights, estimates, axes=1) - np.asarray(truth)
        """,
        "single precision": """
            def bias(estimates, truth):
                return np.mean(np.asarray(estimates, dtype=np.float32), axis=0) - np.float32(truth)
        """,
    },
)
