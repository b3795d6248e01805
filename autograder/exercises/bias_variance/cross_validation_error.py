import numpy as np

from advsec import bias_variance
from autograder.catalogue import Wrong, exercise
from autograder.exercise import Call, Named, Probe, call
from autograder.exercises.bias_variance.inputs import observations
from autograder.exercises.bias_variance.sections import CROSS_VALIDATION
from autograder.exercises.credit import HALF_MENDED, SLIP


FIT_TRAIN, FIT_VAL = "fit_predict(X[train], y[train], X[train])", "fit_predict(X[val], y[val], X[train])"
FIT = "fit_predict(X[train], y[train], X[val])"
SUM, COUNT, RETURN = "np.sum(errors**2)", "count + len(val)", "return total / count"
ERRORS = f"errors = y[val] - {FIT}"

SAME_SIZES, ONE_SPLIT, SOME_ROWS = "folds of the same size", "a single split", "folds that leave rows out"
WHOLE_TARGETS = "targets in whole numbers"


def ridge(rng: np.random.Generator) -> Named:
    return Named("ridge_predictions", (round(rng.uniform(0.5, 2), 2),))


def nearest(rng: np.random.Generator) -> Named:
    return Named("nearest_predictions")


def validated(rng: np.random.Generator, method: Named, n: int, *sizes: int, left_out: int = 0) -> Call:
    """Examples in n columns, of which the last is larger, in folds of these sizes.

    The examples that are left out are in no fold; where there is one split alone they train.
    """
    m = sum(sizes) + left_out
    X, y = rng.integers(-300, 300, (m, n)), observations(rng, m)
    X[:, -1] *= 20
    order = rng.permutation(m)
    ends = np.cumsum(sizes)
    used = order if len(sizes) == 1 else order[: ends[-1]]
    vals = [order[end - size : end] for size, end in zip(sizes, ends, strict=True)]
    return call(method, X / 100, y, tuple((used[~np.isin(used, val)], val) for val in vals))


def of_whole_targets(rng: np.random.Generator, *sizes: int) -> Call:
    method, X, y, folds = validated(rng, ridge(rng), 2, *sizes).args
    return call(method, X, np.floor(4 * y).astype(int), folds)


PROBES = (
    Probe("folds of different sizes", lambda rng: validated(rng, ridge(rng), 3, 5, 4, 2)),
    Probe(SAME_SIZES, lambda rng: validated(rng, ridge(rng), 2, 3, 3, 3)),
    Probe("the nearest neighbour", lambda rng: validated(rng, nearest(rng), 2, 4, 4, 3)),
    Probe(WHOLE_TARGETS, lambda rng: (of_whole_targets(rng, 5, 2, 4), of_whole_targets(rng, 4, 3, 5))),
    Probe("folds of very different sizes", lambda rng: validated(rng, ridge(rng), 2, 1, 2, 7), public=False),
    Probe(ONE_SPLIT, lambda rng: validated(rng, ridge(rng), 3, 4, left_out=7), public=False),
    Probe(SOME_ROWS, lambda rng: validated(rng, ridge(rng), 2, 4, 3, 5, left_out=3)),
)

ALL_BUT_WHOLE = tuple(probe.name for probe in PROBES if probe.name != WHOLE_TARGETS)

CROSS_VALIDATION_ERROR = exercise(
    solution="""
        def cross_validation_error(fit_predict, X, y, folds):
            total, count = 0.0, 0
            for train, val in folds:
                errors = y[val] - fit_predict(X[train], y[train], X[val])
                total = total + np.sum(errors**2)
                count = count + len(val)
            return total / count
    """,
    broken={FIT: "fit_predict(X, y, X[val])", SUM: "np.mean(errors**2)", COUNT: "count + 1"},
    reference=bias_variance.cross_validation_error,
    points=3,
    read=CROSS_VALIDATION,
    probes=PROBES,
    misconceptions=(
        Wrong(
            "fits_on_all",
            {FIT: "fit_predict(X, y, X[val])"},
            "every model has seen the examples that it is tried on: `{}`",
            credit=HALF_MENDED,
        ),
        Wrong(
            "mean_of_fold_means",
            {SUM: "np.mean(errors**2)", COUNT: "count + 1"},
            "every fold counts the same, however many examples it holds: a mean of the folds' means",
            passes=(SAME_SIZES, ONE_SPLIT),
            credit=HALF_MENDED,
        ),
        Wrong(
            "mean_of_fold_means_over_all",
            {SUM: "np.mean(errors**2)"},
            "the folds' means are added up and divided by the number of examples: `np.mean(...)` in the loop",
        ),
        Wrong(
            "divided_by_the_folds",
            {COUNT: "count + 1"},
            "the sum over all examples is divided by the number of folds: `total / len(folds)`",
        ),
        Wrong(
            "divided_by_all_examples",
            {RETURN: "return total / len(y)"},
            "the sum is divided by the number of all examples, whether they are held out or not: `{}`",
            passes=tuple(probe.name for probe in PROBES if probe.name not in (ONE_SPLIT, SOME_ROWS)),
            credit=SLIP,
        ),
        Wrong(
            "predictions_cut",
            {f"errors = y[val] - {FIT}": f"errors = y[val] - {FIT}.astype(y.dtype)"},
            "predictions of whole numbers are cut to whole numbers, because they are stored in an array of "
            "the targets' type: `np.zeros_like(y)`",
            passes=ALL_BUT_WHOLE,
            credit=SLIP,
        ),
        Wrong(
            "errors_cut",
            {ERRORS: f"errors = (y[val] - {FIT}).astype(y.dtype)"},
            "the errors of whole numbers are cut to whole numbers, because they are stored in an array of "
            "the targets' type: `np.zeros_like(y)`",
            passes=ALL_BUT_WHOLE,
            credit=SLIP,
        ),
        Wrong(
            "training_error",
            {
                ERRORS: "errors = y[train] - fit_predict(X[train], y[train], X[train])",
                COUNT: "count + len(train)",
            },
            "every model is tried on the examples that it was fitted to: `{}`",
        ),
        Wrong(
            "training_error_over_held_out",
            {ERRORS: f"errors = y[train] - {FIT_TRAIN}"},
            "every model is tried on the examples that it was fitted to, and their sum is divided by the "
            "number of those held out: `{}`",
        ),
        Wrong(
            "swapped",
            {
                ERRORS: "errors = y[train] - fit_predict(X[val], y[val], X[train])",
                COUNT: "count + len(train)",
            },
            "every model is fitted to the held-out examples and tried on all others: `{}`",
        ),
        Wrong(
            "swapped_over_held_out",
            {ERRORS: f"errors = y[train] - {FIT_VAL}"},
            "every model is fitted to the held-out examples and tried on all others, and the sum is divided "
            "by the number of those held out: `{}`",
        ),
        Wrong(
            "tried_on_all",
            {ERRORS: "errors = y - fit_predict(X[train], y[train], X)", COUNT: "count + len(y)"},
            "every model is tried on all examples, also on those that it was fitted to: `{}`",
        ),
        Wrong(
            "fits_on_val",
            {FIT: "fit_predict(X[val], y[val], X[val])"},
            "every model is fitted to the very examples that it is tried on: `{}`",
        ),
        Wrong(
            "last_fold",
            {"total + np.sum(errors**2)": "np.sum(errors**2)", COUNT: "len(val)"},
            "only the last fold counts: each turn of the loop writes over the one before",
            passes=(ONE_SPLIT,),
        ),
        Wrong(
            "last_fold_over_all",
            {"total + np.sum(errors**2)": "np.sum(errors**2)"},
            "the sum of the last fold alone is divided by the number of all: `total` is written over",
            passes=(ONE_SPLIT,),
        ),
        Wrong(
            "first_fold",
            {"return total": "    return total"},
            "only the first fold counts: `return` stands inside the loop",
            passes=(ONE_SPLIT,),
        ),
        Wrong(
            "not_squared",
            {SUM: "np.sum(errors)"},
            "the errors are not squared, so that too large and too small cancel: `{}`",
        ),
        Wrong(
            "absolute",
            {SUM: "np.sum(np.abs(errors))"},
            "the size of each error is taken and not its square: `{}`",
        ),
        Wrong(
            "root",
            {RETURN: "return np.sqrt(total / count)"},
            "the root is taken in the end: `np.sqrt(...)`",
        ),
        Wrong(
            "root_in_every_fold",
            {SUM: "len(val) * np.sqrt(np.mean(errors**2))"},
            "the root is taken in every fold, before the folds are averaged: `np.sqrt(np.mean(errors**2))`",
        ),
        Wrong(
            "roots_of_folds",
            {SUM: "np.sqrt(np.mean(errors**2))", COUNT: "count + 1"},
            "the roots of the folds' means are averaged: `np.sqrt(np.mean(errors**2))`",
        ),
        Wrong(
            "sum",
            {RETURN: "return total"},
            "the squares are added up and never divided by their number: `{}`",
        ),
        Wrong(
            "squared_after_the_sum",
            {SUM: "np.sum(errors) ** 2"},
            "the errors of a fold are added up before they are squared: `{}`",
        ),
        Wrong(
            "half",
            {RETURN: "return total / count / 2"},
            "a factor 1/2, as it stands in some cost functions, is applied: `{}`",
        ),
        Wrong(
            "one_less",
            {RETURN: "return total / (count - 1)"},
            "the sum is divided by the number of held-out examples less one: `{}`",
        ),
        Wrong(
            "variance_of_the_errors",
            {SUM: "len(val) * np.var(errors)"},
            "the mean error of each fold is taken away before squaring: `np.var(errors)`",
        ),
        Wrong(
            "relative_to_the_variance",
            {RETURN: "return total / count / np.var(y)"},
            "the error is divided by the variance of all targets: `{}`",
        ),
        Wrong(
            "score",
            {RETURN: "return 1 - total / count / np.var(y)"},
            "a score is returned that is 1 for perfect predictions, and not an error: `{}`",
        ),
        Wrong(
            "standardised_before",
            {"": "X = (X - X.mean(axis=0)) / X.std(axis=0)"},
            "the columns are standardised with all examples before they are split, so that the held-out ones "
            "leak into the fit: `{}`",
        ),
        Wrong(
            "negative",
            {RETURN: "return -total / count"},
            "the error is returned with a minus, as scikit-learn does where larger has to be better: `{}`",
        ),
        Wrong(
            "one_for_each_fold",
            {
                "total, count = 0.0, 0": "means = []",
                "total = total + np.sum(errors**2)": "means.append(np.mean(errors**2))",
                "count = count + len(val)": "",
                RETURN: "return np.array(means)",
            },
            "the error of each fold is returned, and they are not averaged: `np.array(means)`",
            kind="wrong_shape",
        ),
    ),
    alternatives={
        "all squares in one array": """
            def cross_validation_error(fit_predict, X, y, folds):
                squares = [(fit_predict(X[train], y[train], X[val]) - y[val]) ** 2 for train, val in folds]
                return np.mean(np.concatenate(squares))
        """,
        "means of folds, weighted": """
            def cross_validation_error(fit_predict, X, y, folds):
                means, sizes = [], []
                for train, val in folds:
                    prediction = np.asarray(fit_predict(X[train], y[train], X[val]))
                    means.append(np.mean(np.square(prediction - y[val])))
                    sizes.append(len(val))
                return np.average(means, weights=sizes)
        """,
        "a loop over examples": """
            def cross_validation_error(fit_predict, X, y, folds):
                squares = []
                for train, val in folds:
                    for row, prediction in zip(val, fit_predict(X[train], y[train], X[val])):
                        squares.append(float(y[row] - prediction) ** 2)
                return sum(squares) / len(squares)
        """,
        "predictions of all first": """
            def cross_validation_error(fit_predict, X, y, folds):
                predictions, held_out = np.zeros(len(y)), np.zeros(len(y), dtype=bool)
                for i in range(len(folds)):
                    train, val = folds[i]
                    predictions[val] = fit_predict(X[train, :], y[train], X[val, :])
                    held_out[val] = True
                return np.array(((y - predictions)[held_out] ** 2).mean())
        """,
        "in place on a copy": """
            def cross_validation_error(fit_predict, X, y, folds):
                errors = np.array(y, dtype=float)
                rows = np.concatenate([val for _, val in folds])
                for train, val in folds:
                    errors[val] -= fit_predict(X[train].copy(), y[train].copy(), X[val].copy())
                return errors[rows] @ errors[rows] / len(rows)
        """,
        "single precision": """
            def cross_validation_error(fit_predict, X, y, folds):
                total, count = np.float32(0), 0
                for train, val in folds:
                    errors = np.float32(y[val]) - np.float32(fit_predict(X[train], y[train], X[val]))
                    total, count = total + np.sum(errors**2), count + errors.size
                return total / np.float32(count)
        """,
    },
)
