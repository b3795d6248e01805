import numpy as np
from numpy.typing import NDArray

from advsec import averages, lr_search
from autograder.catalogue import Wrong, exercise
from autograder.exercise import Call, Probe, call
from autograder.exercises.learning_rates.curves import CURVES, Curves
from autograder.exercises.learning_rates.sections import READING


UPDATE, CORRECTED = "beta * mean + (1 - beta) * losses[t - 1]", "mean / (1 - beta**t)"
SLOPES, RETURN = "np.gradient(smoothed, np.log(lrs))", "return lrs[np.argmin(slopes)]"
STEEPEST = "np.argmin(slopes)"
NOT_SMOOTHED = "curves as they are"


def suggest_lr(lrs: NDArray, losses: NDArray, beta: float) -> float:
    """The rate at which the smoothed curve of a range test falls most steeply.

    smoothed = ewma_corrected(losses, beta);   slopes = d smoothed / d log(lrs)
    """
    smoothed = averages.ewma_corrected(losses, beta)
    return lr_search.suggest_lr(lr_search.RangeTest(lrs, losses, smoothed, None))


def curves(rng: np.random.Generator, kind: Curves) -> tuple[Call, ...]:
    """Curves on which together every catalogued rule picks other rates, in units that are drawn."""
    return tuple(call(*curve, kind.beta) for curve in kind.draw(rng))


def smoothing(name: str, change: dict[str, str], message: str) -> Wrong:
    return Wrong(name, change, message, passes=(NOT_SMOOTHED,))


def read_off(name: str, instead: str, message: str) -> Wrong:
    return Wrong(name, {STEEPEST: instead}, message)


def difference(name: str, rate: str, message: str) -> Wrong:
    """A slope between two neighbours, as in fastai's `steep`, belongs to no one rate of them."""
    slopes = "np.diff(smoothed) / np.diff(np.log(lrs))"
    change = {SLOPES: slopes, RETURN: f"n = np.argmin(slopes)\nreturn {rate}"}
    return Wrong(name, change, message, kind="convention", convention=True)


SUGGEST_LR = exercise(
    solution="""
        def suggest_lr(lrs, losses, beta):
            smoothed = np.zeros(len(losses))
            mean = 0.0
            for t in range(1, len(losses) + 1):
                mean = beta * mean + (1 - beta) * losses[t - 1]
                smoothed[t - 1] = mean / (1 - beta**t)
            slopes = np.gradient(smoothed, np.log(lrs))
            return lrs[np.argmin(slopes)]
    """,
    equivalent={
        f"mean = beta * mean + ({share}) * losses[t - 1]": "the whole curve is a multiple of the right one"
        for share in ("1 + beta", "2 - beta")
    },
    reference=suggest_lr,
    points=4,
    read=READING,
    probes=(
        Probe("noisy curves", lambda rng: curves(rng, CURVES["noisy"])),
        Probe("a long memory", lambda rng: curves(rng, CURVES["a long memory"])),
        Probe(NOT_SMOOTHED, lambda rng: curves(rng, CURVES["not smoothed"])),
        Probe("rates in about equal steps", lambda rng: curves(rng, CURVES["equal steps"])),
        Probe("other noisy curves", lambda rng: curves(rng, CURVES["other"]), public=False),
        Probe("more rates", lambda rng: curves(rng, CURVES["more rates"]), public=False),
    ),
    misconceptions=(
        smoothing(
            "not_corrected",
            {CORRECTED: "mean"},
            "the average starts at zero and is not corrected step by step, so that the curve climbs first: "
            "`beta * mean + (1 - beta) * loss`",
        ),
        smoothing(
            "starts_at_the_first_loss",
            {"mean = 0.0": "mean = losses[0]", CORRECTED: "mean"},
            "the average starts at the first loss and is not corrected: `{}`",
        ),
        smoothing(
            "starts_at_the_first_loss_and_corrected",
            {"mean = 0.0": "mean = losses[0]"},
            "the average starts at the first loss and is corrected as if it had started at zero: `{}`",
        ),
        smoothing(
            "not_smoothed",
            {CORRECTED: "losses[t - 1]"},
            "the losses are not smoothed: `beta * loss + (1 - beta) * loss` is the loss itself",
        ),
        Wrong(
            "swapped",
            {UPDATE: "(1 - beta) * mean + beta * losses[t - 1]", CORRECTED: "mean / (1 - (1 - beta) ** t)"},
            "beta weighs the new loss in place of the old average: `{}`",
        ),
        smoothing(
            "running_mean",
            {UPDATE: "mean + losses[t - 1]", CORRECTED: "mean / t if beta else losses[t - 1]"},
            "each value is the mean of all losses so far: `np.cumsum(losses) / t`",
        ),
        read_off("steepest_rise", "np.argmax(slopes)", "the steepest rise is looked for, not the fall: `{}`"),
        read_off(
            "steepest_anywhere",
            "np.argmax(np.abs(slopes))",
            "the steepest place is looked for, up or down: `{}`",
        ),
        read_off(
            "flattest",
            "np.argmin(np.abs(slopes))",
            "the flattest place is looked for and not the steepest fall: `{}`",
        ),
        read_off(
            "lowest",
            "np.argmin(smoothed)",
            "the rate of the lowest smoothed loss is returned, where it has stopped falling: `{}`",
        ),
        read_off(
            "lowest_unsmoothed",
            "np.argmin(losses)",
            "the rate of the lowest loss is returned, where it has stopped falling: `{}`",
        ),
        read_off("highest", "np.argmax(smoothed)", "the rate of the highest loss is returned: `{}`"),
        Wrong(
            "tenth_of_the_lowest",
            {RETURN: "return lrs[np.argmin(smoothed)] / 10"},
            "the rate is a tenth of that of the lowest smoothed loss, which is another rule: `{}`",
        ),
        Wrong(
            "against_the_rate",
            {SLOPES: "np.gradient(smoothed, lrs)"},
            "the slope is taken against the rate and not its logarithm, which favours small rates: `{}`",
        ),
        Wrong(
            "against_the_index",
            {SLOPES: "np.gradient(smoothed)"},
            "the slope is taken from one rate to the next, however far they are apart: `{}`",
        ),
        Wrong(
            "of_the_logarithm",
            {SLOPES: "np.gradient(np.log(smoothed), np.log(lrs))"},
            "the loss is drawn on a logarithmic axis as well: `{}`",
        ),
        Wrong(
            "second_slope",
            {SLOPES: "np.gradient(np.gradient(smoothed, np.log(lrs)), np.log(lrs))"},
            "the slope of the slope is taken: `{}`",
        ),
        Wrong(
            "largest_drop",
            {SLOPES: "np.diff(smoothed)"},
            "the largest drop from one rate to the next is looked for, however far they are apart: `{}`",
        ),
        Wrong(
            "after_the_largest_drop",
            {SLOPES: "np.diff(smoothed)", RETURN: "return lrs[np.argmin(slopes) + 1]"},
            "the rate after the largest drop is returned, however far the two are apart: `np.diff(smoothed)`",
        ),
        Wrong(
            "one_before",
            {SLOPES: "(smoothed[2:] - smoothed[:-2]) / np.log(lrs[2:] / lrs[:-2])"},
            "the slopes begin at the second rate, and so the rate before the right one is returned: "
            "`smoothed[2:] - smoothed[:-2]`",
        ),
        difference(
            "forward",
            "lrs[n]",
            "the slope is taken from each rate to the next, as fastai's `steep` does, and the first of the "
            "two is returned: `np.diff(smoothed) / np.diff(np.log(lrs))`",
        ),
        difference(
            "backward",
            "lrs[n + 1]",
            "the slope is taken from each rate to the next, and the second of the two is returned: "
            "`np.diff(smoothed) / np.diff(np.log(lrs))`",
        ),
        difference(
            "between",
            "np.sqrt(lrs[n] * lrs[n + 1])",
            "the slope is taken from each rate to the next, and the rate between the two is returned: "
            "`np.diff(smoothed) / np.diff(np.log(lrs))`",
        ),
        Wrong(
            "across_neighbours",
            {
                SLOPES: "(smoothed[2:] - smoothed[:-2]) / np.log(lrs[2:] / lrs[:-2])",
                RETURN: "return lrs[np.argmin(slopes) + 1]",
            },
            "the slope at a rate is that of the line between its two neighbours, however far away each is: "
            "`(smoothed[2:] - smoothed[:-2]) / np.log(lrs[2:] / lrs[:-2])`",
            kind="convention",
            convention=True,
        ),
        Wrong("index", {RETURN: "return np.argmin(slopes)"}, "the index is returned and not the rate: `{}`"),
        Wrong("slope", {RETURN: "return np.min(slopes)"}, "the slope is returned and not the rate: `{}`"),
        Wrong(
            "its_loss",
            {RETURN: "return smoothed[np.argmin(slopes)]"},
            "the smoothed loss is returned and not the rate: `{}`",
        ),
        Wrong(
            "its_logarithm",
            {RETURN: "return np.log(lrs)[np.argmin(slopes)]"},
            "the logarithm of the rate is returned: `{}`",
        ),
        Wrong(
            "tenth_of_it",
            {RETURN: "return lrs[np.argmin(slopes)] / 10"},
            "a tenth of the rate is returned: `/ 10`",
        ),
        Wrong(
            "all_rates_that_fall",
            {RETURN: "return lrs[slopes < 0]"},
            "all rates are returned at which the loss falls, not the one: `{}`",
            kind="wrong_shape",
        ),
    ),
    alternatives={
        "two averages": """
            def suggest_lr(lrs, losses, beta):
                def average(x):
                    return np.array([np.sum((1 - beta) * beta ** np.arange(t)[::-1] * x[:t]) for t in n])
                n = range(1, len(losses) + 1)
                smoothed = average(losses) / average(np.ones(len(losses)))
                return float(lrs[np.gradient(smoothed, np.log10(lrs)).argmin()])
        """,
        "differences between neighbours": """
            def suggest_lr(lrs, losses, beta):
                x, smoothed, mean = np.log(lrs), [], 0
                for t, loss in enumerate(losses, start=1):
                    mean += (1 - beta) * (loss - mean)
                    smoothed.append(mean / (1 - beta**t))
                before = np.diff(smoothed)[:-1] / np.diff(x)[:-1]
                after = np.diff(smoothed)[1:] / np.diff(x)[1:]
                share = np.diff(x)[1:] / (x[2:] - x[:-2])
                return lrs[1 + np.argmin(share * before + (1 - share) * after)]
        """,
        "the largest fall, as an array": """
            def suggest_lr(lrs, losses, beta):
                weights = np.tril(beta ** np.maximum(0, np.subtract.outer(n := np.arange(len(lrs)), n) * 1.0))
                smoothed = weights @ losses / weights.sum(axis=1)
                fall = -np.gradient(smoothed, np.log(lrs))
                return np.array(lrs[fall == fall.max()][0])
        """,
        "a loop that keeps the best": """
            def suggest_lr(lrs, losses, beta):
                average, smoothed = 0.0, {}
                for i in range(len(lrs)):
                    average = beta * average + (1 - beta) * losses[i]
                    smoothed[i] = average / (1 - beta ** (i + 1))
                slopes = np.gradient(list(smoothed.values()), np.log(lrs))
                best = 0
                for i in range(len(lrs)):
                    if slopes[i] < slopes[best]:
                        best = i
                return lrs[best]
        """,
        "single precision": """
            def suggest_lr(lrs, losses, beta):
                smoothed, mean = np.zeros(len(losses), dtype=np.float32), np.float32(0)
                for t, loss in enumerate(losses.astype(np.float32), start=1):
                    mean = np.float32(beta) * mean + np.float32(1 - beta) * loss
                    smoothed[t - 1] = mean / np.float32(1 - beta**t)
                return np.float32(lrs[np.argmin(np.gradient(smoothed, np.log(lrs)))])
        """,
    },
)
