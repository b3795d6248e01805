from numpy.typing import NDArray

from advsec import bias_variance
from autograder.catalogue import Wrong, exercise
from autograder.compare import Tolerance
from autograder.exercise import Call, Probe, Right, call
from autograder.exercises.bias_variance.inputs import (
    far_from_zero,
    observations,
    single_precision,
    whole_numbers,
)
from autograder.exercises.bias_variance.sections import SAMPLE_VARIANCE
from autograder.exercises.credit import SLIP
from autograder.exercises.slips import fractions, one_axis


MEAN, DEVIATION, TOTAL = "np.mean(x, axis=0)", "x - mean", "np.sum(deviation**2, axis=0)"
# One of the two variances is right.
ONE_OF_TWO = 0.5

ONE_LESS, ALL = "total / (len(x) - 1)", "total / len(x)"


def unbiased(call: Call) -> bool:
    return bool(call.kwargs.get("unbiased"))


def biased(call: Call) -> bool:
    return not unbiased(call)


def two(call: Call) -> bool:
    """Two observations, whose mean and middle are one."""
    return len(call.args[0]) == 2


def both(x: NDArray) -> tuple[Call, Call]:
    """Both variances of a sample."""
    return call(x), call(x, unbiased=True)


def divisors(name: str, ones: str, message: str) -> Wrong:
    """Another quotient than both, with `{}` in the place of theirs."""
    change = {ONE_LESS: ones.format(ONE_LESS), ALL: ones.format(ALL)}
    return Wrong(name, change, message)


def of_unbiased(
    name: str, quotient: str, message: str, kind: str = "wrong_values", passes: tuple[Right, ...] = ()
) -> Wrong:
    """A mistake in the unbiased variance alone."""
    passes = (biased, *passes)
    return Wrong(name, {ONE_LESS: quotient}, message, passes=passes, credit=ONE_OF_TWO, kind=kind)


def of_biased(name: str, quotient: str, message: str) -> Wrong:
    """A mistake in the other one alone."""
    return Wrong(name, {ALL: quotient}, message, passes=(unbiased,), credit=ONE_OF_TWO)


SAMPLE_VARIANCE_EXERCISE = exercise(
    solution="""
        def sample_variance(x, *, unbiased=False):
            mean = np.mean(x, axis=0)
            deviation = x - mean
            total = np.sum(deviation**2, axis=0)
            if unbiased:
                return total / (len(x) - 1)
            return total / len(x)
    """,
    reference=bias_variance.sample_variance,
    points=3,
    read=SAMPLE_VARIANCE,
    tolerance=Tolerance(columns_as_vectors=True),
    probes=(
        Probe("a sample", lambda rng: call(observations(rng, 6))),
        Probe("a sample, unbiased", lambda rng: call(observations(rng, 6), unbiased=True)),
        Probe("several columns", lambda rng: both(observations(rng, 6, 3))),
        Probe("whole numbers", lambda rng: both(whole_numbers(rng, 7))),
        Probe("two observations", lambda rng: both(observations(rng, 2))),
        Probe("a sample far from zero", lambda rng: both(far_from_zero(rng, 9)), public=False),
        Probe("three axes", lambda rng: both(observations(rng, 5, 2, 4)), public=False),
        Probe("single precision", lambda rng: both(single_precision(rng, 7)), public=False),
    ),
    misconceptions=(
        Wrong(
            "swapped",
            {"if unbiased": "if not unbiased"},
            "the two divisors are swapped, so that `unbiased` asks for the biased variance",
        ),
        of_unbiased(
            "always_all",
            "total / len(x) ",
            "`unbiased` is not used and the divisor is always the number of observations, as `np.var` has it",
        ),
        of_biased(
            "always_one_less",
            "total / (len(x) - 1) ",
            "`unbiased` is not used and the divisor is always one less than the number of observations, as "
            "pandas and PyTorch have it",
        ),
        of_unbiased(
            "unbiased_one_more",
            "total / (len(x) + 1)",
            "the unbiased variance is divided by one more than the number of observations, which is smaller "
            "still: `{}`",
        ),
        of_unbiased(
            "unbiased_two_less",
            "total / (len(x) - 2)",
            "the unbiased variance is divided by two less than the number of observations: `{}`",
            "not_finite",
        ),
        of_unbiased(
            "unbiased_precedence",
            "total / len(x) - 1",
            "brackets are missing, so that 1 is taken from the unbiased variance and not from its divisor: "
            "`{}`",
        ),
        of_unbiased(
            "correction_upside_down",
            "total / len(x) * (len(x) - 1) / len(x)",
            "the factor that removes the bias stands upside down: `variance * (m - 1) / m`",
        ),
        of_unbiased(
            "corrected_twice",
            "total / (len(x) - 1) * len(x) / (len(x) - 1)",
            "the factor that removes the bias is applied twice: `np.var(x, ddof=1) * m / (m - 1)`",
        ),
        of_unbiased(
            "unbiased_divided_twice",
            "total / len(x) / (len(x) - 1)",
            "what is divided by the number of observations is divided once more, by one less: "
            "`np.var(x) / (m - 1)`",
        ),
        of_unbiased(
            "unbiased_sum",
            "total",
            "the unbiased variance is a sum that is not divided by anything: `np.sum(deviation**2)`",
            passes=(two,),
        ),
        of_unbiased(
            "unbiased_root",
            "np.sqrt(total / (len(x) - 1))",
            "the root is taken of the unbiased variance: `np.std(x, ddof=1)`",
        ),
        of_biased(
            "biased_one_more",
            "total / (len(x) + 1)",
            "without `unbiased` the divisor is one more than the number of observations: `{}`",
        ),
        of_biased(
            "biased_root",
            "np.sqrt(total / len(x))",
            "without `unbiased` the root is taken: `np.std(x)`",
        ),
        Wrong(
            "both_one_less",
            {ONE_LESS: "total / (len(x) - 2)", ALL: "total / (len(x) - 1)"},
            "both divisors are one too small",
            kind="not_finite",
        ),
        Wrong(
            "both_one_more",
            {ONE_LESS: "total / len(x)", ALL: "total / (len(x) + 1)"},
            "both divisors are one too large",
        ),
        divisors("root", "np.sqrt({})", "the root is taken in the end, which makes it a standard deviation"),
        divisors("divided_twice", "{} / len(x)", "a variance is divided by the number of observations again"),
        divisors("rounded", "np.round({}, 2)", "the variance is rounded to two decimals: `np.round(..., 2)`"),
        divisors("rounded_to_whole_numbers", "np.round({})", "the variance is rounded to a whole number"),
        divisors("squared", "({}) ** 2", "what is a variance already is squared again"),
        Wrong(
            "sum",
            {ONE_LESS: "total", ALL: "total"},
            "the squares are added up and never divided: `np.sum(deviation**2)`",
        ),
        Wrong(
            "floor_division",
            {ONE_LESS: "total // (len(x) - 1)", ALL: "total // len(x)"},
            "the sum is divided with `//`, which drops the fraction",
        ),
        Wrong(
            "not_centred",
            {DEVIATION: "x"},
            "the observations themselves are squared and their mean is not taken away: `np.mean(x**2)`",
        ),
        Wrong(
            "not_squared",
            {TOTAL: "np.sum(deviation, axis=0)"},
            "the deviations are added up without a square, or before it, so that they cancel: "
            "`np.sum(x - mean)`",
        ),
        Wrong(
            "absolute",
            {TOTAL: "np.sum(np.abs(deviation), axis=0)"},
            "the size of each deviation is taken and not its square: `np.abs(x - mean)`",
        ),
        Wrong(
            "median_centre",
            {MEAN: "np.median(x, axis=0)"},
            "the deviations are taken from the value in the middle and not from the mean: `{}`",
            passes=(two,),
        ),
        Wrong(
            "from_the_first",
            {DEVIATION: "x - x[0]"},
            "the deviations are taken from the first observation and not from the mean: `{}`",
        ),
        Wrong(
            "differences_of_neighbours",
            {DEVIATION: "np.diff(x, axis=0)"},
            "each observation is compared with the one before it and not with the mean: `{}`",
        ),
        Wrong(
            "mean_not_squared",
            {TOTAL: "np.sum(x**2 - mean, axis=0)"},
            "the mean of the squares loses the mean itself and not its square: `np.mean(x**2) - np.mean(x)`",
        ),
        Wrong(
            "square_of_the_sum",
            {TOTAL: "np.sum(x**2, axis=0) - np.sum(x, axis=0) ** 2"},
            "the square of the sum is taken away, and not divided by the number of observations before: `{}`",
        ),
        Wrong(
            "minus",
            {TOTAL: "-np.sum(deviation**2, axis=0)"},
            "the two terms are subtracted in the other order, which makes it negative: "
            "`np.mean(x) ** 2 - np.mean(x**2)`",
        ),
        Wrong(
            "mean_added",
            {DEVIATION: "x + mean"},
            "the mean is added and not taken away: `{}`",
        ),
        Wrong(
            "median_of_squares",
            {TOTAL: "np.median(deviation**2, axis=0) * len(x)"},
            "the value in the middle stands where the mean of the squares belongs: `np.median(deviation**2)`",
            passes=(two,),
        ),
        Wrong(
            "not_summed",
            {TOTAL: "deviation**2"},
            "the square of each deviation is returned, and they are not added up: `{}`",
            kind="wrong_shape",
        ),
        Wrong(
            "mean_of_all_columns",
            {MEAN: "np.mean(x)"},
            "all columns are centred at one common mean: `{}` without an axis",
            passes=(one_axis,),
            credit=SLIP,
        ),
        Wrong(
            "one_variance_for_all",
            {"": "x = x.ravel()"},
            "the columns are taken together as one sample: `np.var(x)` without an axis",
            passes=(one_axis,),
            credit=SLIP,
            kind="wrong_shape",
        ),
        Wrong(
            "summed_over_columns",
            {TOTAL: "np.sum(deviation**2)"},
            "the squares of all columns are added up: `{}` without an axis",
            passes=(one_axis,),
            credit=SLIP,
            kind="wrong_shape",
        ),
        Wrong(
            "divided_by_all_entries",
            {ONE_LESS: "total / (x.size - 1)", ALL: "total / x.size"},
            "the sum of each column is divided by the number of entries in all columns: `x.size`",
            passes=(one_axis,),
            credit=SLIP,
        ),
        Wrong(
            "along_rows",
            {"": "x = np.moveaxis(x, -1, 0)"},
            "the variance is taken along each row and not down each column: `axis=1`",
            passes=(one_axis,),
            credit=SLIP,
            kind="wrong_shape",
        ),
        Wrong(
            "mean_cut_to_whole_numbers",
            {MEAN: "np.mean(x, axis=0).astype(x.dtype)"},
            "the mean of whole numbers is cut to a whole number, because it is stored in an array of the "
            "input's type",
            passes=(fractions,),
            credit=SLIP,
        ),
        Wrong(
            "cut_to_whole_numbers",
            {ONE_LESS: f"({ONE_LESS}).astype(x.dtype)", ALL: f"({ALL}).astype(x.dtype)"},
            "the variance of whole numbers is cut to a whole number, because it is stored in an array of the "
            "input's type",
            passes=(fractions,),
            credit=SLIP,
        ),
        Wrong(
            "both_returned",
            {"if unbiased": "return total / len(x), total / (len(x) - 1)\nif unbiased"},
            "both variances are returned at once, whatever `unbiased` says",
            kind="wrong_shape",
        ),
    ),
    alternatives={
        "numpy's variance": """
            def sample_variance(x, *, unbiased=False):
                return np.var(x, axis=0, ddof=int(unbiased))
        """,
        "the other case first": """
            def sample_variance(x, *, unbiased=False):
                mean = np.mean(x, axis=0)
                deviation = x - mean
                total = np.sum(deviation**2, axis=0)
                if not unbiased:
                    return total / len(x)
                return total / (len(x) - 1)
        """,
        "a factor removes the bias, kept as a row": """
            def sample_variance(x, *, unbiased=False):
                m = x.shape[0]
                variance = np.mean((x - x.mean(axis=0, keepdims=True)) ** 2, axis=0, keepdims=True)
                return variance * m / (m - 1) if unbiased else variance
        """,
        "loop, as a list": """
            def sample_variance(x, unbiased=False):
                m, mean = len(x), 0.0
                for observation in x:
                    mean = mean + observation / m
                total = 0.0
                for observation in x:
                    total = total + (observation - mean) ** 2
                return (total / (m - 1 if unbiased else m)).tolist()
        """,
        "mean of the squares less the square of the mean": """
            def sample_variance(x, *, unbiased=False):
                x = np.asarray(x, dtype=float)
                m = len(x)
                biased = np.mean(x**2, axis=0) - np.mean(x, axis=0) ** 2
                return m / (m - 1) * biased if unbiased else biased
        """,
        "in place on a copy": """
            def sample_variance(x, *, unbiased=False):
                deviation = np.array(x, dtype=float)
                deviation -= deviation.mean(axis=0)
                deviation *= deviation
                return deviation.sum(axis=0) / (len(deviation) - unbiased)
        """,
        "one observation after the other": """
            def sample_variance(x, *, unbiased=False):
                mean, total = 0.0, 0.0
                for n, observation in enumerate(x, start=1):
                    step = observation - mean
                    mean = mean + step / n
                    total = total + step * (observation - mean)
                return np.asarray(total) / (len(x) - 1 if unbiased else len(x))
        """,
        "all pairs": """
            def sample_variance(x, *, unbiased=False):
                x = np.asarray(x, dtype=float)
                pairs = np.sum((x[:, None] - x[None]) ** 2, axis=(0, 1)) / 2
                return pairs / len(x) / (len(x) - unbiased)
        """,
        "single precision": """
            def sample_variance(x, *, unbiased=False):
                x = np.asarray(x, dtype=np.float32)
                return np.var(x, axis=0, ddof=1 if unbiased else 0)
        """,
    },
)
