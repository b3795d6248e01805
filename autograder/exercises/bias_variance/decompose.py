from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from advsec import bias_variance
from autograder.catalogue import Wrong, exercise
from autograder.exercise import Call, Probe, Right, call
from autograder.exercises.bias_variance.inputs import high, low, observations, whole_numbers
from autograder.exercises.bias_variance.sections import DECOMPOSITION
from autograder.exercises.bias_variance.slips import truth_of_fractions
from autograder.exercises.credit import SLIP
from autograder.exercises.slips import fractions


BIAS, VARIANCE = "np.mean((mean - y) ** 2)", "np.mean((predictions - mean) ** 2)"
TOTAL, RETURN = "bias_squared + variance + noise", "return bias_squared, variance, noise, mse"
# The error of new observations at its source, whatever the parts are taken to be.
DIRECT = "np.mean((predictions - y) ** 2) + noise"

# Nothing that is worked out with these is whole, or has two decimals.
UNEVEN = (5.137, 7.471, 4.293, 6.719, 5.563, 7.139, 4.877)


def no_noise(call: Call) -> bool:
    return "noise" not in call.kwargs


def noise(rng: np.random.Generator) -> float:
    """A variance whose root and whose square are far from it."""
    return round(rng.uniform(0.3, 0.7), 3)


def made(rng: np.random.Generator, R: int, m: int, **noise: Any) -> Call:
    """Predictions that are too high at some points and too low at others, of a function that rises."""
    y = np.where(np.arange(m) % 2, high(rng, m), low(rng, m))
    return call((steep(observations(rng, R, m)) / 10).round(4), (steep(y) / 10).round(3), **noise)


def steep(values: ArrayLike) -> NDArray:
    """The same with two more from each point to the next."""
    values = np.asarray(values)
    return values + 2 * np.arange(values.shape[-1])


def wrong_bias(name: str, bias: str, message: str, passes: tuple[Right, ...] = ()) -> tuple[Wrong, ...]:
    """A wrong squared bias, with the error worked out on its own or as the sum."""
    message = f"the squared bias is {message}"
    return (
        Wrong(f"bias_{name}", {BIAS: bias}, message, passes, parts=(1, 2)),
        Wrong(f"bias_{name}_alone", {BIAS: bias, TOTAL: DIRECT}, message, passes, parts=(1, 2, 3)),
    )


def wrong_variance(
    name: str, variance: str, message: str, passes: tuple[Right, ...] = ()
) -> tuple[Wrong, ...]:
    """The same of a wrong variance."""
    message = f"the variance is {message}"
    return (
        Wrong(f"variance_{name}", {VARIANCE: variance}, message, passes, parts=(0, 2)),
        Wrong(
            f"variance_{name}_alone", {VARIANCE: variance, TOTAL: DIRECT}, message, passes, parts=(0, 2, 3)
        ),
    )


def wrong_total(name: str, total: str, message: str, passes: tuple[Right, ...] = ()) -> Wrong:
    return Wrong(f"total_{name}", {TOTAL: total}, f"the error {message}", passes, parts=(0, 1, 2))


DECOMPOSE = exercise(
    solution="""
        def decompose(predictions, y, *, noise=0.0):
            mean = np.mean(predictions, axis=0)
            bias_squared = np.mean((mean - y) ** 2)
            variance = np.mean((predictions - mean) ** 2)
            mse = bias_squared + variance + noise
            return bias_squared, variance, noise, mse
    """,
    reference=bias_variance.decompose,
    points=4,
    read=DECOMPOSITION,
    probes=(
        Probe("five models at three points", lambda rng: made(rng, 5, 3, noise=noise(rng))),
        Probe("four models at six points", lambda rng: made(rng, 4, 6, noise=noise(rng))),
        Probe("no noise given", lambda rng: made(rng, 5, 3)),
        Probe(
            "whole numbers",
            lambda rng: (
                call(
                    (steep(observations(rng, 5, 4)) / 10).round(4), np.array([2, 3, 0, 1]), noise=noise(rng)
                ),
                call(steep(whole_numbers(rng, 13, 7)), steep(UNEVEN).round(3), noise=2.003),
            ),
        ),
        Probe("as many models as points", lambda rng: made(rng, 4, 4, noise=noise(rng)), public=False),
        Probe("nine models at five points", lambda rng: made(rng, 9, 5, noise=noise(rng)), public=False),
    ),
    misconceptions=(
        *wrong_bias("not_squared", "np.mean(mean - y)", "not squared: `{}`"),
        *wrong_bias(
            "squared_last",
            "np.mean(mean - y) ** 2",
            "the square of a mean, so that too high at one point and too low at another cancel: `{}`",
        ),
        *wrong_bias("absolute", "np.mean(np.abs(mean - y))", "a mean of sizes and not of squares: `{}`"),
        *wrong_bias(
            "absolute_squared",
            "np.mean(np.abs(mean - y)) ** 2",
            "the square of a mean of sizes, and not a mean of squares: `{}`",
        ),
        *wrong_bias(
            "of_every_model",
            "np.mean((predictions - y) ** 2)",
            "the error of every single model, in which the variance is contained already: "
            "`np.mean((predictions - y) ** 2)`",
        ),
        *wrong_bias("summed", "np.sum((mean - y) ** 2)", "added up over the points and not averaged: `{}`"),
        *wrong_bias(
            "root", "np.sqrt(np.mean((mean - y) ** 2))", "not squared, since a root is taken: `np.sqrt(...)`"
        ),
        *wrong_bias(
            "of_medians",
            "np.mean((np.median(predictions, axis=0) - y) ** 2)",
            "that of the prediction in the middle and not of the mean prediction: "
            "`np.median(predictions, axis=0)`",
        ),
        *wrong_bias(
            "of_one_mean",
            "np.mean((np.mean(predictions) - y) ** 2)",
            "that of one mean over models and points together: `np.mean(predictions)` without an axis",
        ),
        *wrong_bias(
            "without_noise",
            "np.mean((mean - y) ** 2) - noise",
            "less by the noise, which the true function is free of: `bias_squared - noise`",
            (no_noise,),
        ),
        *wrong_bias(
            "with_noise",
            "np.mean((mean - y) ** 2) + noise",
            "more by the noise: `bias_squared + noise`",
            (no_noise,),
        ),
        *wrong_variance(
            "over_points",
            "np.mean(np.var(predictions, axis=1))",
            "that of one model from point to point and not of one point from model to model: "
            "`np.var(predictions, axis=1)`",
        ),
        *wrong_variance(
            "of_all",
            "np.var(predictions)",
            "that of all predictions together, which also grows with the slope of the true function: "
            "`np.var(predictions)` without an axis",
        ),
        *wrong_variance(
            "one_less",
            "np.sum((predictions - mean) ** 2) / (len(predictions) - 1) / len(mean)",
            "the one with the divisor R - 1, with which the parts do not add up to the error: "
            "`np.var(predictions, axis=0, ddof=1)`",
        ),
        *wrong_variance(
            "root_at_each_point",
            "np.mean(np.std(predictions, axis=0))",
            "a mean of standard deviations: `np.std(predictions, axis=0)`",
        ),
        *wrong_variance("root", "np.sqrt(np.mean((predictions - mean) ** 2))", "a root: `np.sqrt(variance)`"),
        *wrong_variance(
            "absolute", "np.mean(np.abs(predictions - mean))", "a mean of sizes and not of squares: `{}`"
        ),
        *wrong_variance(
            "summed_over_points",
            "np.sum(np.var(predictions, axis=0))",
            "added up over the points and not averaged: `np.sum(...)`",
        ),
        *wrong_variance(
            "summed", "np.sum((predictions - mean) ** 2)", "added up over models and points: `{}`"
        ),
        *wrong_variance(
            "around_the_truth",
            "np.mean((predictions - y) ** 2)",
            "taken around the true function and not around the mean prediction: "
            "`np.mean((predictions - y) ** 2)`",
        ),
        *wrong_variance(
            "of_the_mean",
            "np.var(mean)",
            "that of the mean prediction from point to point: `np.var(np.mean(predictions, axis=0))`",
        ),
        *wrong_variance(
            "not_squared",
            "np.mean(predictions - mean)",
            "without a square, so that the deviations cancel: `{}`",
        ),
        *wrong_variance(
            "of_the_average_model",
            "np.mean((predictions - mean) ** 2) / len(predictions)",
            "that of the average of all models, which is smaller: `variance / R`",
        ),
        *wrong_variance(
            "with_noise",
            "np.mean((predictions - mean) ** 2) + noise",
            "more by the noise: `variance + noise`",
            (no_noise,),
        ),
        wrong_total("without_noise", "bias_squared + variance", "lacks the noise: `{}`", (no_noise,)),
        wrong_total(
            "noise_squared",
            "bias_squared + variance + noise**2",
            "contains the square of the noise, as if it were a standard deviation: `{}`",
            (no_noise,),
        ),
        wrong_total(
            "noise_root",
            "bias_squared + variance + np.sqrt(noise)",
            "contains the root of the noise, a standard deviation among variances: `{}`",
            (no_noise,),
        ),
        wrong_total(
            "noise_taken_away",
            "bias_squared + variance - noise",
            "is less by the noise: `{}`",
            (no_noise,),
        ),
        wrong_total(
            "noise_twice",
            "bias_squared + variance + 2 * noise",
            "contains the noise twice: `np.mean(...)` of noisy observations and `+ noise`",
            (no_noise,),
        ),
        wrong_total(
            "bias_squared_again",
            "bias_squared**2 + variance + noise",
            "contains the square of what is squared already: `{}`",
        ),
        wrong_total(
            "bias_not_squared",
            "np.sqrt(bias_squared) + variance + noise",
            "contains the bias without its square: `bias + variance + noise`",
        ),
        wrong_total(
            "signed_bias",
            "np.mean(mean - y) + variance + noise",
            "contains the bias without its square: `bias + variance + noise`",
        ),
        wrong_total(
            "root", "np.sqrt(bias_squared + variance + noise)", "is a root: `np.sqrt(...)` of the sum"
        ),
        wrong_total("without_variance", "bias_squared + noise", "lacks the variance: `{}`"),
        wrong_total("without_bias", "variance + noise", "lacks the bias: `{}`"),
        wrong_total("mean_of_parts", "(bias_squared + variance + noise) / 3", "is the mean of its parts"),
        wrong_total(
            "variance_taken_away",
            "bias_squared - variance + noise",
            "is less by the variance: `{}`",
        ),
        Wrong(
            "noise_root_throughout",
            {"": "noise = np.sqrt(noise)"},
            "the root of the noise is taken, a standard deviation among variances: `{}`",
            passes=(no_noise,),
            parts=(0, 1),
        ),
        Wrong(
            "noise_squared_throughout",
            {"": "noise = noise**2"},
            "the noise is squared, as if it were a standard deviation: `{}`",
            passes=(no_noise,),
            parts=(0, 1),
        ),
        Wrong(
            "noise_ignored",
            {"": "noise = 0.0"},
            "the noise is not used, as if new observations had none: `{}`",
            passes=(no_noise,),
            parts=(0, 1),
        ),
        Wrong(
            "noise_returned_as_zero",
            {RETURN: "return bias_squared, variance, 0.0, mse"},
            "the noise is returned as 0: `{}`",
            passes=(no_noise,),
            parts=(0, 1, 3),
        ),
        Wrong(
            "noise_from_the_rest",
            {RETURN: "return bias_squared, variance, mse - variance, mse"},
            "the noise still contains the squared bias: `mse - variance`",
            parts=(0, 1, 3),
        ),
        Wrong(
            "variance_first",
            {RETURN: "return variance, bias_squared, noise, mse"},
            "the first two values are returned in the other order: `{}`",
            parts=(2, 3),
        ),
        Wrong(
            "error_first",
            {RETURN: "return mse, bias_squared, variance, noise"},
            "the error is returned first and not last: `{}`",
        ),
        Wrong(
            "error_before_noise",
            {RETURN: "return bias_squared, variance, mse, noise"},
            "the last two values are returned in the other order: `{}`",
            parts=(0, 1),
        ),
        Wrong(
            "noise_not_returned",
            {RETURN: "return bias_squared, variance, mse"},
            "the noise is not returned among the parts: `{}`",
            kind="wrong_shape",
        ),
        Wrong(
            "only_the_parts",
            {RETURN: "return bias_squared, variance, noise"},
            "the error itself is not returned: `{}`",
            kind="wrong_shape",
        ),
        Wrong(
            "two_parts",
            {RETURN: "return bias_squared, variance"},
            "only bias and variance are returned: `{}`",
            kind="wrong_shape",
        ),
        Wrong(
            "only_the_error",
            {RETURN: "return mse"},
            "the error is returned without its parts: `{}`",
            kind="wrong_type",
        ),
        Wrong(
            "at_each_point",
            {
                BIAS: "(mean - y) ** 2",
                VARIANCE: "np.mean((predictions - mean) ** 2, axis=0)",
            },
            "bias, variance and error are those of each point, and they are not averaged: `{}` and `{}`",
            parts=(2,),
            kind="wrong_shape",
        ),
        Wrong(
            "rounded",
            {RETURN: "return round(bias_squared, 2), round(variance, 2), noise, round(mse, 2)"},
            "the values are rounded to two decimals: `round(..., 2)`",
            parts=(2,),
        ),
        Wrong(
            "mean_cut_to_whole_numbers",
            {"np.mean(predictions, axis=0)": "np.mean(predictions, axis=0).astype(predictions.dtype)"},
            "the mean of whole numbers is cut to a whole number, because it is stored in an array of the "
            "input's type",
            passes=(fractions,),
            parts=(2,),
            credit=SLIP,
        ),
        Wrong(
            "mean_cut_like_the_truth",
            {"np.mean(predictions, axis=0)": "np.mean(predictions, axis=0).astype(y.dtype)"},
            "the mean is cut to whole numbers where `y` holds such, because it is stored in an array of its "
            "type: `np.zeros_like(y)`",
            passes=(truth_of_fractions,),
            parts=(2,),
            credit=SLIP,
        ),
    ),
    alternatives={
        "numpy's statistics": """
            def decompose(predictions, y, *, noise=0.0):
                bias = predictions.mean(axis=0) - y
                parts = (bias**2).mean(), predictions.var(axis=0).mean(), noise
                return *parts, sum(parts)
        """,
        "kept as a row, as an array": """
            def decompose(predictions, y, *, noise=0.0):
                mean = np.mean(predictions, axis=0, keepdims=True)
                bias_squared = np.mean(np.square(mean - y))
                variance = np.mean(np.square(predictions - mean))
                return np.array([bias_squared, variance, noise, bias_squared + variance + noise])
        """,
        "loop, as a list": """
            def decompose(predictions, y, noise=0.0):
                predictions = np.asarray(predictions, dtype=float)
                R, m = predictions.shape
                bias_squared = variance = error = 0.0
                for i in range(m):
                    mean = sum(predictions[r, i] for r in range(R)) / R
                    bias_squared += (mean - y[i]) ** 2 / m
                    for r in range(R):
                        variance += (predictions[r, i] - mean) ** 2 / R / m
                        error += (predictions[r, i] - y[i]) ** 2 / R / m
                return [bias_squared, variance, noise, error + noise]
        """,
        "the error first": """
            def decompose(predictions, y, *, noise=0.0):
                error = np.mean((np.asarray(predictions, dtype=float) - y) ** 2)
                variance = np.mean(np.var(np.asarray(predictions, dtype=float), axis=0))
                return error - variance, variance, noise, error + noise
        """,
        "in place on a copy": """
            def decompose(predictions, y, *, noise=0.0):
                deviations = np.array(predictions, dtype=float)
                mean = deviations.mean(0)
                deviations -= mean
                deviations *= deviations
                bias_squared, variance = np.dot(mean - y, mean - y) / len(y), deviations.mean()
                return bias_squared, variance, float(noise), bias_squared + variance + noise
        """,
        "single precision": """
            def decompose(predictions, y, *, noise=0.0):
                predictions, y = np.float32(predictions), np.float32(y)
                mean = predictions.mean(axis=0)
                bias_squared, variance = np.mean((mean - y) ** 2), np.mean((predictions - mean) ** 2)
                return bias_squared, variance, np.float32(noise), bias_squared + variance + np.float32(noise)
        """,
    },
)
