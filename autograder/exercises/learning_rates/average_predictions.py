import numpy as np
from numpy.typing import NDArray

from advsec import ensembles
from autograder.catalogue import Wrong, exercise
from autograder.exercise import Probe, call
from autograder.exercises.learning_rates.sections import ENSEMBLE


MEAN, LABELS, RETURN = "np.sum(probs, axis=0) / len(probs)", "np.argmax(mean, axis=1)", "return mean, labels"

GEOMETRIC = "np.prod(probs, axis=0) ** (1 / len(probs))"


def average_predictions(probs: NDArray) -> tuple[NDArray, NDArray]:
    """The averaged probabilities, and the class that the ensemble predicts for each example.

    mean = ensembles.average_predictions(probs);   labels = its largest entry in each row
    """
    mean = ensembles.average_predictions(probs)
    return mean, mean.argmax(axis=1)


# How probable the models but one find the class of the mean, so that the one does not win by a mean, and does
# by a mean of squares.
STEADY = {3: 0.6, 4: 0.45, 5: 0.38}


def probabilities(rng: np.random.Generator, M: int, m: int, c: int) -> NDArray:
    """Of m examples, four on which another rule than the mean finds another class than `a`; c is 4 or more.

    On the first two one model is sure, and all others, who are not, prefer `b`: a vote, and a median. On the
    third one model rules `a` out: products. On the last one model is sure of `b`: a maximum, and squares.
    """
    probs = rng.dirichlet(np.full(c, 2.0), (M, m))
    for n, one in enumerate((0, M - 1, int(rng.integers(M)), int(rng.integers(M)))):
        a, b, *rest = rng.permutation(c)
        others = [(0.37, 0.44), (0.37, 0.44), (0.7, 0.25), (STEADY[M], 0.1)][n]
        alone = [(0.97, 0.001), (0.97, 0.001), (0.0007, 0.5), (0.06, 0.93)][n]
        for model in range(M):
            probs[model, n, [a, b]] = alone if model == one else others
            probs[model, n, rest] = (1 - probs[model, n, [a, b]].sum()) / len(rest)
    probs *= rng.uniform(0.98, 1.02, probs.shape)
    probs = probs[:, rng.permutation(m)]
    probs = np.round(probs / probs.sum(axis=2, keepdims=True), 4)  # short to write, and still of sum 1
    probs[..., -1] = np.round(1 - probs[..., :-1].sum(axis=2), 4)
    first_two = np.sort(probs.mean(axis=0))[:, -2:]
    clear = np.diff(first_two).min() > 1e-4  # no example on which two classes are equally probable
    return probs if clear else probabilities(rng, M, m, c)


def mean(name: str, instead: str, message: str, *, same_class: bool = False) -> Wrong:
    """Another mean, whose largest entry is mostly another class as well."""
    return Wrong(name, {MEAN: instead}, message, parts=(1,) if same_class else ())


def chosen(name: str, labels: str, message: str, kind: str = "wrong_values") -> Wrong:
    return Wrong(name, {LABELS: labels}, message, parts=(0,), kind=kind)


AVERAGE_PREDICTIONS = exercise(
    solution="""
        def average_predictions(probs):
            mean = np.sum(probs, axis=0) / len(probs)
            labels = np.argmax(mean, axis=1)
            return mean, labels
    """,
    reference=average_predictions,
    points=2,
    read=ENSEMBLE,
    probes=(
        Probe("three models", lambda rng: call(probabilities(rng, 3, 6, 4))),
        Probe("four models", lambda rng: call(probabilities(rng, 4, 7, 5))),
        Probe("more models than classes", lambda rng: call(probabilities(rng, 5, 8, 4))),
        Probe("six classes", lambda rng: call(probabilities(rng, 5, 7, 6)), public=False),
        Probe("many examples", lambda rng: call(probabilities(rng, 3, 20, 5)), public=False),
        Probe(
            "single precision",
            lambda rng: call(probabilities(rng, 5, 9, 4).astype(np.float32)),
            public=False,
        ),
    ),
    misconceptions=(
        chosen(
            "majority_vote",
            "(np.argmax(probs, axis=2)[..., None] == np.arange(probs.shape[2])).sum(axis=0).argmax(axis=1)",
            "the class is the one that most models vote for, however sure they are: "
            "`np.argmax(probs, axis=2)` and a count",
        ),
        chosen("least_probable", "np.argmin(mean, axis=1)", "the least probable class is chosen: `{}`"),
        chosen("counted_from_one", "np.argmax(mean, axis=1) + 1", "the classes are counted from 1: `{}`"),
        chosen(
            "second_class",
            "np.argsort(mean, axis=1)[:, -2]",
            "the second most probable class is chosen: `{}`",
        ),
        chosen("of_the_last_model", "np.argmax(probs[-1], axis=1)", "the last model chooses alone: `{}`"),
        chosen("of_the_first_model", "np.argmax(probs[0], axis=1)", "the first model chooses alone: `{}`"),
        chosen(
            "of_the_surest_model",
            "np.argmax(np.max(probs, axis=0), axis=1)",
            "the model that is surest chooses alone: `{}`",
        ),
        chosen(
            "its_probability",
            "np.max(mean, axis=1)",
            "the probability of the class is returned and not its number: `{}`",
        ),
        chosen(
            "class_along_the_examples",
            "np.argmax(mean, axis=0)",
            "the best example of each class is returned, and not the best class of each example: `{}`",
            kind="wrong_shape",
        ),
        chosen(
            "class_of_all",
            "np.argmax(mean)",
            "the largest entry of the whole array is looked for: `{}` without an axis",
            kind="wrong_shape",
        ),
        chosen(
            "class_of_every_model",
            "np.argmax(probs, axis=2)",
            "there is a class for each model, and not one for all of them: `{}`",
            kind="wrong_shape",
        ),
        chosen(
            "one_hot",
            "(mean == mean.max(axis=1, keepdims=True)).astype(int)",
            "each class is marked in a row of zeros, and not given by its number",
            kind="wrong_shape",
        ),
        mean(
            "no_division",
            "np.sum(probs, axis=0)",
            "the models are added up, not averaged: `{}`",
            same_class=True,
        ),
        mean(
            "divided_by_classes",
            "np.sum(probs, axis=0) / probs.shape[2]",
            "the sum over the models is divided by the number of classes: `{}`",
            same_class=True,
        ),
        mean(
            "divided_by_examples",
            "np.sum(probs, axis=0) / probs.shape[1]",
            "the sum over the models is divided by the number of examples: `{}`",
            same_class=True,
        ),
        mean(
            "divided_by_one_less",
            "np.sum(probs, axis=0) / (len(probs) - 1)",
            "the sum is divided by one model too few: `{}`",
            same_class=True,
        ),
        Wrong(
            "rounded",
            {RETURN: "return np.round(mean, 2), labels"},
            "the mean is rounded: `np.round(mean, 2)`",
            parts=(1,),
        ),
        mean("last_model", "probs[-1]", "the last model decides alone: `{}`"),
        mean("first_model", "probs[0]", "the first model decides alone: `{}`"),
        mean(
            "geometric_mean",
            "np.prod(probs, axis=0) ** (1 / len(probs))",
            "the mean is a geometric one: `{}`",
        ),
        mean("product", "np.prod(probs, axis=0)", "the probabilities of the models are multiplied: `{}`"),
        mean("logarithms", "np.log(probs).mean(axis=0)", "logarithms are averaged: `{}`"),
        Wrong(
            "normalised_geometric_mean",
            {"labels =": "mean = mean / mean.sum(axis=1, keepdims=True)\nlabels =", MEAN: GEOMETRIC},
            "the mean is a geometric one, scaled to add up to 1: `np.exp(np.log(probs).mean(axis=0))`",
        ),
        mean("harmonic_mean", "len(probs) / np.sum(1 / probs, axis=0)", "the mean is a harmonic one: `{}`"),
        mean("median", "np.median(probs, axis=0)", "the value in the middle is taken: `{}`"),
        mean("maximum", "np.max(probs, axis=0)", "the largest probability of any model is taken: `{}`"),
        mean("minimum", "np.min(probs, axis=0)", "the smallest probability of any model is taken: `{}`"),
        mean(
            "squares",
            "np.sum(probs**2, axis=0) / len(probs)",
            "the probabilities are squared before they are averaged: `{}`",
        ),
        Wrong(
            "votes",
            {
                MEAN: "np.mean(np.argmax(probs, axis=2)[..., None] == np.arange(probs.shape[2]), axis=0)",
            },
            "the share of votes for each class stands for its mean probability",
        ),
        Wrong(
            "over_the_examples",
            {MEAN: "np.sum(probs, axis=1) / probs.shape[1]"},
            "the mean runs over the examples of each model: `{}`",
            kind="wrong_shape",
        ),
        Wrong(
            "over_the_classes",
            {MEAN: "np.sum(probs, axis=2) / probs.shape[2]"},
            "the mean runs over the classes: `{}`",
            kind="wrong_shape",
        ),
        Wrong(
            "one_number",
            {MEAN: "np.mean(probs, keepdims=True)[0]"},
            "all is averaged into one number: `np.mean(probs)` without an axis",
            kind="wrong_shape",
        ),
        Wrong(
            "mean_of_labels",
            {LABELS: "np.mean(np.argmax(probs, axis=2), axis=0)"},
            "the numbers of the classes are averaged, as if they were quantities: `{}`",
            parts=(0,),
        ),
        Wrong(
            "labels_first",
            {RETURN: "return labels, mean"},
            "the two are returned in the other order: `{}`",
            kind="wrong_shape",
        ),
        Wrong(
            "only_the_mean", {RETURN: "return mean"}, "the classes are not returned: `{}`", kind="wrong_type"
        ),
        Wrong(
            "only_the_labels", {RETURN: "return labels"}, "the mean is not returned: `{}`", kind="wrong_type"
        ),
    ),
    alternatives={
        "numpy's mean": """
            def average_predictions(probs):
                mean = np.mean(probs, axis=0)
                return mean, mean.argmax(axis=-1)
        """,
        "a loop over the models, as lists": """
            def average_predictions(probs):
                total = np.zeros(probs.shape[1:])
                for model in probs:
                    total += model
                mean = total / len(probs)
                return [mean.tolist(), [int(np.argmax(row)) for row in mean]]
        """,
        "a running mean": """
            def average_predictions(probs):
                mean = 0.0
                for n, model in enumerate(probs, start=1):
                    mean = mean + (model - mean) / n
                return mean, np.argmax(mean, axis=1)
        """,
        "loops": """
            def average_predictions(probs):
                M, m, c = probs.shape
                mean, labels = np.zeros((m, c)), np.zeros(m, dtype=int)
                for i in range(m):
                    for k in range(c):
                        mean[i, k] = sum(probs[j, i, k] for j in range(M)) / M
                        if mean[i, k] > mean[i, labels[i]]:
                            labels[i] = k
                return mean, labels
        """,
        "weights, and sorted classes": """
            def average_predictions(probs):
                mean = np.einsum("j,jik->ik", np.full(len(probs), 1 / len(probs)), probs)
                return mean, np.argsort(mean, axis=1)[:, -1]
        """,
        "single precision": """
            def average_predictions(probs):
                mean = np.mean(probs, axis=0, dtype=np.float32)
                return mean, np.argmax(mean, axis=1).astype(float)
        """,
    },
)
