from typing import Any

import numpy as np

from advsec import bias_variance
from autograder.catalogue import Wrong, exercise
from autograder.exercise import Call, Probe, Right, call
from autograder.exercises.bias_variance.sections import DIAGNOSIS
from autograder.exercises.credit import SLIP


BIAS, GAP = "train_error - human_error", "val_error - train_error"
HIGH_BIAS, HIGH_VARIANCE = "avoidable_bias > threshold", "variance_gap > threshold"
RETURN = "return avoidable_bias, variance_gap, high_bias, high_variance"

DEFAULT, SMALL = "no threshold given", "a small threshold"
NO_HUMAN_ERROR, BORDER = "humans make no errors", "exactly on the threshold, and next to it"
BETTER = "a training error below that of humans, or a validation error below that of training"

# Differences in thresholds. Where both are high, that of validation is the smaller one.
LOW, HIGH, HIGHER, NEGATIVE = (0.6, 0.8), (1.2, 1.6), (1.7, 2.2), (-1.5, -1.2)

Between = tuple[float, float]


def errors(
    rng: np.random.Generator,
    *differences: tuple[Between, Between],
    threshold: float | None = None,
    human: Between = (0.16, 0.2),
) -> tuple[Call, ...]:
    """A call for each pair of differences."""
    made = []
    for bias, gap in differences:
        limit = 0.05 if threshold is None else threshold
        human_error = rng.uniform(*human)
        train_error = human_error + limit * rng.uniform(*bias)
        val_error = train_error + limit * rng.uniform(*gap)
        named = {"human_error": human_error, "train_error": train_error, "val_error": val_error}
        given: dict[str, Any] = {name: round(float(error), 4) for name, error in named.items()}
        made.append(call(**given) if threshold is None else call(**given, threshold=threshold))
    return tuple(made)


# One of the problems, the other, and both.
EVERY_KIND = ((HIGH, LOW), (LOW, HIGHER), (HIGHER, HIGH))

SOME_NEGATIVE = ((LOW, NEGATIVE), (NEGATIVE, LOW), (HIGH, NEGATIVE), (NEGATIVE, HIGH))


def on_the_border(rng: np.random.Generator) -> tuple[Call, ...]:
    """Differences that binary numbers hold exactly, equal to the threshold or next to it."""
    human, limit, step = int(rng.integers(5, 9)) / 64, int(rng.integers(3, 8)) / 64, 1 / 1024
    above = limit + step
    pairs = ((above, above), (above, limit), (limit, above))
    return tuple(
        call(human_error=human, train_error=human + bias, val_error=human + bias + gap, threshold=limit)
        for bias, gap in pairs
    )


def wrong_bias(name: str, bias: str, message: str, passes: tuple[Right, ...] = ()) -> Wrong:
    return Wrong(f"bias_{name}", {BIAS: bias}, f"the avoidable bias is {message}", passes, parts=(1, 3))


def wrong_gap(name: str, gap: str, message: str) -> Wrong:
    return Wrong(f"gap_{name}", {GAP: gap}, f"the variance gap is {message}", parts=(0, 2))


def wrong_verdict(
    name: str, change: dict[str, str], message: str, passes: tuple[Right, ...] = (), credit: float = 0.0
) -> Wrong:
    parts = (0, 1, *((2,) if HIGH_BIAS not in change else ()), *((3,) if HIGH_VARIANCE not in change else ()))
    return Wrong(name, change, message, passes, parts, credit=credit)


def all_but(*names: str) -> tuple[str, ...]:
    return tuple(probe.name for probe in PROBES if probe.name not in names)


PROBES = (
    Probe(DEFAULT, lambda rng: errors(rng, *EVERY_KIND)),
    Probe(NO_HUMAN_ERROR, lambda rng: errors(rng, *EVERY_KIND, threshold=0.1, human=(0.0, 0.0))),
    Probe(BORDER, on_the_border),
    Probe(SMALL, lambda rng: errors(rng, *EVERY_KIND, threshold=0.02), public=False),
    Probe(BETTER, lambda rng: errors(rng, *SOME_NEGATIVE, threshold=0.02)),
)

DIAGNOSE = exercise(
    solution="""
        def diagnose(*, human_error, train_error, val_error, threshold=0.05):
            avoidable_bias = train_error - human_error
            variance_gap = val_error - train_error
            high_bias = avoidable_bias > threshold
            high_variance = variance_gap > threshold
            return avoidable_bias, variance_gap, high_bias, high_variance
    """,
    reference=bias_variance.diagnose,
    points=2,
    read=DIAGNOSIS,
    probes=PROBES,
    misconceptions=(
        wrong_bias(
            "ignores_humans",
            "train_error",
            "the whole training error, whatever humans reach: `{}`",
            (NO_HUMAN_ERROR,),
        ),
        wrong_bias("of_validation", "val_error - human_error", "taken from the validation error: `{}`"),
        wrong_bias("is_the_gap", "val_error - train_error", "taken between training and validation"),
        wrong_bias("sign_turned", "human_error - train_error", "turned round: `{}`"),
        wrong_bias("added", "train_error + human_error", "a sum of two errors: `{}`", (NO_HUMAN_ERROR,)),
        Wrong(
            "bias_as_a_ratio",
            {BIAS: "train_error / np.float64(human_error)"},
            "the avoidable bias is a ratio and not a difference: `train_error / human_error`",
            parts=(1, 3),
            kind="not_finite",
        ),
        Wrong(
            "bias_relative_to_humans",
            {BIAS: "(train_error - human_error) / np.float64(human_error)"},
            "the avoidable bias is a share of the human error: `(train_error - human_error) / human_error`",
            parts=(1, 3),
            kind="not_finite",
        ),
        wrong_bias(
            "relative_to_training",
            "(train_error - human_error) / train_error",
            "a share of the training error: `{}`",
        ),
        wrong_gap("from_humans", "val_error - human_error", "counted from the human error: `{}`"),
        wrong_gap("is_the_validation_error", "val_error", "the whole validation error: `{}`"),
        wrong_gap("sign_turned", "train_error - val_error", "turned round: `{}`"),
        wrong_gap("is_the_bias", "train_error - human_error", "taken between humans and training"),
        wrong_gap("as_a_ratio", "val_error / train_error", "a ratio and not a difference: `{}`"),
        wrong_gap(
            "relative_to_training",
            "(val_error - train_error) / train_error",
            "a share of the training error: `{}`",
        ),
        wrong_gap(
            "relative_to_validation",
            "(val_error - train_error) / val_error",
            "a share of the validation error: `{}`",
        ),
        wrong_gap("added", "val_error + train_error", "a sum of two errors: `{}`"),
        Wrong(
            "both_signs_turned",
            {BIAS: "human_error - train_error", GAP: "train_error - val_error"},
            "both differences are turned round: `{}` and `{}`",
        ),
        Wrong(
            "one_threshold_for_all",
            {"": "threshold = 0.05"},
            "`threshold` is not used and always the same: `{}`",
            passes=(DEFAULT,),
            parts=(0, 1),
        ),
        wrong_verdict(
            "verdict_on_the_training_error",
            {HIGH_BIAS: "train_error > threshold"},
            "the verdict on the bias looks at the training error alone: `{}`",
            (NO_HUMAN_ERROR,),
        ),
        wrong_verdict(
            "verdict_on_the_validation_error",
            {HIGH_VARIANCE: "val_error > threshold"},
            "the verdict on the variance looks at the validation error alone: `{}`",
        ),
        wrong_verdict(
            "verdict_on_the_whole_gap",
            {HIGH_VARIANCE: "val_error - human_error > threshold"},
            "the verdict on the variance counts from the human error: `{}`",
        ),
        wrong_verdict(
            "variance_only_without_bias",
            {HIGH_VARIANCE: "not high_bias and variance_gap > threshold"},
            "variance is called high only where the bias is not, as with `elif`: both may be high at once",
            (BETTER,),
        ),
        wrong_verdict(
            "bias_only_without_variance",
            {HIGH_BIAS: "threshold < avoidable_bias and not variance_gap > threshold"},
            "bias is called high only where the variance is not: both may be high at once",
            (BETTER,),
        ),
        wrong_verdict(
            "gap_against_bias",
            {HIGH_VARIANCE: "variance_gap > avoidable_bias"},
            "the gap is compared with the bias and not with the threshold: `{}`",
        ),
        wrong_verdict(
            "opposite",
            {HIGH_BIAS: "avoidable_bias < threshold", HIGH_VARIANCE: "variance_gap < threshold"},
            "both verdicts are turned into their opposites: `{}` and `{}`",
        ),
        wrong_verdict(
            "exactly_opposite",
            {HIGH_BIAS: "avoidable_bias <= threshold", HIGH_VARIANCE: "variance_gap <= threshold"},
            "both verdicts are turned into their opposites: `{}` and `{}`",
        ),
        wrong_verdict(
            "always_high",
            {HIGH_BIAS: "avoidable_bias > 0", HIGH_VARIANCE: "variance_gap > 0"},
            "every difference above zero is called high: `{}` and `{}`",
        ),
        *(
            Wrong(
                f"{name}_border",
                change,
                f"a difference that is exactly the threshold counts as high: `{{}}`{more}",
                passes=all_but(BORDER),
                parts=parts,
                credit=SLIP,
            )
            for name, change, more, parts in (
                ("bias", {HIGH_BIAS: "avoidable_bias >= threshold"}, "", (0, 1, 3)),
                ("variance", {HIGH_VARIANCE: "variance_gap >= threshold"}, "", (0, 1, 2)),
                (
                    "either",
                    {HIGH_BIAS: "avoidable_bias >= threshold", HIGH_VARIANCE: "variance_gap >= threshold"},
                    " and `{}`",
                    (0, 1),
                ),
            )
        ),
        Wrong(
            "sizes",
            {BIAS: "abs(train_error - human_error)", GAP: "abs(val_error - train_error)"},
            "the signs of the differences are dropped, so that better than humans counts as bias: `abs(...)`",
            passes=all_but(BETTER),
            credit=SLIP,
        ),
        Wrong(
            "never_below_zero",
            {BIAS: "max(train_error - human_error, 0)", GAP: "max(val_error - train_error, 0)"},
            "differences below zero are returned as zero: `max(..., 0)`",
            passes=all_but(BETTER),
            parts=(2, 3),
            credit=SLIP,
        ),
        wrong_verdict(
            "verdicts_on_sizes",
            {HIGH_BIAS: "abs(avoidable_bias) > threshold", HIGH_VARIANCE: "abs(variance_gap) > threshold"},
            "the verdicts drop the signs of the differences, so that better than humans counts as bias: `{}`",
            all_but(BETTER),
            SLIP,
        ),
        Wrong(
            "in_percent",
            {BIAS: "100 * (train_error - human_error)", GAP: "100 * (val_error - train_error)"},
            "the differences are in percent and the threshold is not: `100 * (...)`",
        ),
        Wrong(
            "returned_in_percent",
            {RETURN: "return 100 * avoidable_bias, 100 * variance_gap, high_bias, high_variance"},
            "the differences are returned in percent: `100 * avoidable_bias`",
            parts=(2, 3),
        ),
        Wrong(
            "rounded",
            {RETURN: "return round(avoidable_bias, 2), round(variance_gap, 2), high_bias, high_variance"},
            "the differences are rounded to two decimals: `round(..., 2)`",
            parts=(2, 3),
        ),
        Wrong(
            "variance_first",
            {RETURN: "return variance_gap, avoidable_bias, high_variance, high_bias"},
            "variance and bias are returned in the other order: `{}`",
        ),
        Wrong(
            "verdicts_swapped",
            {RETURN: "return avoidable_bias, variance_gap, high_variance, high_bias"},
            "the two verdicts are returned in the other order: `{}`",
            parts=(0, 1),
        ),
        Wrong(
            "each_with_its_verdict",
            {RETURN: "return avoidable_bias, high_bias, variance_gap, high_variance"},
            "each difference is returned with its verdict after it: `{}`",
            parts=(0, 3),
            kind="wrong_type",
        ),
        Wrong(
            "verdicts_first",
            {RETURN: "return high_bias, high_variance, avoidable_bias, variance_gap"},
            "the verdicts are returned before the differences: `{}`",
            kind="wrong_type",
        ),
        Wrong(
            "only_the_verdicts",
            {RETURN: "return high_bias, high_variance"},
            "the two differences are not returned: `{}`",
            kind="wrong_shape",
        ),
        Wrong(
            "only_the_differences",
            {RETURN: "return avoidable_bias, variance_gap"},
            "the two verdicts are not returned: `{}`",
            kind="wrong_shape",
        ),
    ),
    alternatives={
        "positional, as a list": """
            def diagnose(human_error, train_error, val_error, threshold=0.05):
                bias, gap = train_error - human_error, val_error - train_error
                return [bias, gap, bias > threshold, gap > threshold]
        """,
        "branches": """
            def diagnose(*, human_error, train_error, val_error, threshold=0.05):
                high_bias, high_variance = False, False
                if train_error - human_error > threshold:
                    high_bias = True
                if val_error - train_error > threshold:
                    high_variance = True
                return train_error - human_error, val_error - train_error, high_bias, high_variance
        """,
        "vectorised": """
            def diagnose(*, human_error, train_error, val_error, threshold=0.05):
                steps = np.diff([human_error, train_error, val_error])
                return (*steps, *(steps > threshold))
        """,
        "one array, with 0 and 1": """
            def diagnose(*, human_error, train_error, val_error, threshold=0.05):
                steps = np.array([train_error - human_error, val_error - train_error])
                return np.concatenate([steps, steps > threshold])
        """,
        "a named tuple": """
            from collections import namedtuple

            Diagnosis = namedtuple("Diagnosis", "avoidable_bias variance_gap high_bias high_variance")


            def diagnose(*, human_error, train_error, val_error, threshold=0.05):
                bias, gap = -(human_error - train_error), -(train_error - val_error)
                return Diagnosis(bias, gap, not bias <= threshold, not gap <= threshold)
        """,
        "single precision": """
            def diagnose(*, human_error, train_error, val_error, threshold=0.05):
                human, train, val = np.float32([human_error, train_error, val_error])
                return train - human, val - train, train - human > threshold, val - train > threshold
        """,
    },
)
