import numpy as np
from numpy.typing import NDArray

from advsec import ensembles
from autograder.catalogue import Wrong, exercise
from autograder.exercise import Probe, call
from autograder.exercises.credit import SLIP
from autograder.exercises.learning_rates.sections import DIVERSITY


DIFFER, RETURN = "labels[i] != labels[j]", "return D"
SHARE = f"np.sum({DIFFER}) / m"
ALONE, BINARY = "a single model", "two classes"


def labels(rng: np.random.Generator, M: int, m: int, classes: int = 4) -> NDArray[np.int64]:
    """Classes of m examples by M models, no two of which agree on all or on none.

    Every model differs from the first one on another number of examples, the last one on most. Of more than
    two classes the labels are even, so that no difference between two of them counts like one example.
    """
    first = rng.integers(1, classes, m)
    rows = [first]
    for model in range(1, M):
        row = first.copy()
        row[: model + 1] = (first[: model + 1] + rng.integers(1, classes, model + 1)) % classes
        rows.append(row)
    return np.array(rows)[:, rng.permutation(m)] * (1 if classes == 2 else 2)


def entry(name: str, instead: str, message: str, *, alone: bool = False, binary: bool = False) -> Wrong:
    """What stands at every place of the matrix; `alone` if it is right where a model is compared with itself,
    `binary` if it is right where all labels are 0 or 1."""
    passes = (ALONE,) * alone + (BINARY,) * binary
    return Wrong(name, {SHARE: instead}, message, passes)


def returned(name: str, instead: str, message: str, kind: str = "wrong_shape") -> Wrong:
    return Wrong(name, {RETURN: f"return {instead}"}, message, kind=kind)


DISAGREEMENT = exercise(
    solution="""
        def disagreement(labels):
            M, m = labels.shape
            D = np.zeros((M, M))
            for i in range(M):
                for j in range(M):
                    D[i, j] = np.sum(labels[i] != labels[j]) / m
            return D
    """,
    reference=ensembles.disagreement,
    points=3,
    read=DIVERSITY,
    probes=(
        Probe("three models", lambda rng: call(labels(rng, 3, 5))),
        Probe("more models than examples", lambda rng: call(labels(rng, 4, 5, 5)[:, :3])),
        Probe(ALONE, lambda rng: call(labels(rng, 1, 4))),
        Probe("many classes", lambda rng: call(labels(rng, 4, 9, 10))),
        Probe(BINARY, lambda rng: call(labels(rng, 4, 11, 2)), public=False),
        Probe("five models", lambda rng: call(labels(rng, 5, 13)), public=False),
    ),
    misconceptions=(
        entry("agreement", "np.sum(labels[i] == labels[j]) / m", "the share of agreement is returned: `{}`"),
        entry(
            "count", "np.sum(labels[i] != labels[j])", "examples are counted, not divided: `{}`", alone=True
        ),
        entry(
            "divided_by_models",
            "np.sum(labels[i] != labels[j]) / M",
            "the count is divided by the number of models: `{}`",
            alone=True,
        ),
        entry(
            "divided_by_pairs",
            "np.sum(labels[i] != labels[j]) / max(1, M * (M - 1) / 2)",
            "the count is divided by the number of pairs of models: `/ (M * (M - 1) / 2)`",
            alone=True,
        ),
        entry(
            "divided_by_one_less",
            "np.sum(labels[i] != labels[j]) / (m - 1)",
            "the count is divided by one example too few: `{}`",
            alone=True,
        ),
        entry(
            "divided_by_all",
            "np.sum(labels[i] != labels[j]) / (M * m)",
            "the count is divided by all labels of all models: `labels.size`",
            alone=True,
        ),
        entry(
            "whole_division",
            "np.sum(labels[i] != labels[j]) // m",
            "the share is cut to a whole number, by `// m` or by an array of whole numbers such as "
            "`np.zeros_like(labels)`",
            alone=True,
        ),
        entry(
            "in_percent",
            "100 * np.sum(labels[i] != labels[j]) / m",
            "a percentage is returned, not a share: `100 * ...`",
            alone=True,
        ),
        entry(
            "distance_of_classes",
            "np.sum(np.abs(labels[i] - labels[j])) / m",
            "labels are subtracted, as if class 3 were nearer to class 2 than to class 0: `{}`",
            alone=True,
            binary=True,
        ),
        entry(
            "squared_distance_of_classes",
            "np.sum((labels[i] - labels[j]) ** 2) / m",
            "differences of labels are squared, as if classes were quantities: `{}`",
            alone=True,
            binary=True,
        ),
        entry(
            "signed_distance_of_classes",
            "np.sum(labels[i] - labels[j]) / m",
            "labels are subtracted, so that differences cancel: `{}`",
            alone=True,
        ),
        entry(
            "exclusive_or",
            "np.sum(labels[i] ^ labels[j]) / m",
            "the bits of the labels are combined, which gives more than 1 per example: `{}`",
            alone=True,
            binary=True,
        ),
        entry(
            "product",
            "np.sum(labels[i] * labels[j]) / m",
            "labels are multiplied, as in a covariance: `labels @ labels.T / m`",
        ),
        entry(
            "any_differs",
            "float(np.any(labels[i] != labels[j]))",
            "it is 1 for two models that differ anywhere: `np.any(...)`",
            alone=True,
        ),
        entry(
            "larger",
            "np.sum(labels[i] > labels[j]) / m",
            "only examples count on which the first label is the larger one: `labels[i] > labels[j]`",
            alone=True,
        ),
        entry(
            "with_the_next_model",
            "np.sum(labels[i] != labels[j - 1]) / m",
            "a model is compared with the neighbour of the one that is meant: `labels[j - 1]`",
            alone=True,
        ),
        entry(
            "with_the_first_model",
            "np.sum(labels[j] != labels[0]) / m",
            "every model is compared with the first one: `labels[j] != labels[0]`",
            alone=True,
        ),
        Wrong(
            "ones_on_the_diagonal",
            {RETURN: "np.fill_diagonal(D, 1)\nreturn D"},
            "a model is said to differ from itself everywhere: the diagonal is 1",
        ),
        Wrong(
            "upper_half",
            {"for j in range(M)": "for j in range(i, M)"},
            "only one half of the matrix is filled: `{}`",
            passes=(ALONE,),
            credit=SLIP,
        ),
        Wrong(
            "lower_half",
            {"for j in range(M)": "for j in range(i)"},
            "only one half of the matrix is filled: `{}`",
            passes=(ALONE,),
            credit=SLIP,
        ),
        Wrong(
            "summed_over_all",
            {RETURN: "return np.cumsum(D.ravel()).reshape(M, M)"},
            "the count is not set to zero for the next pair, so that it grows from entry to entry",
            passes=(ALONE,),
        ),
        Wrong(
            "examples_for_models",
            {"": "labels = labels.T"},
            "pairs of examples are compared, and not pairs of models: `labels.T`",
            kind="wrong_shape",
        ),
        returned(
            "one_number", "np.sum(D) / max(1, M * (M - 1))", "the mean over pairs is returned: `D.mean()`"
        ),
        returned(
            "mean_of_all", "np.mean(D)", "the mean of the matrix is returned: `D.mean()`, diagonal and all"
        ),
        returned("only_pairs", "D[np.triu_indices(M, 1)]", "each pair is returned once, and no matrix"),
        returned("only_the_first_row", "D[0]", "the models are compared with the first one only: `D[0]`"),
        returned("mean_per_model", "D.mean(axis=1)", "there is one number per model, and no matrix"),
        returned(
            "not_summed",
            "labels[:, None] != labels[None]",
            "the examples are not averaged: `labels[:, None] != labels[None]`",
        ),
    ),
    alternatives={
        "vectorised": """
            def disagreement(labels):
                labels = np.asarray(labels)
                return np.mean(labels[:, None, :] != labels[None, :, :], axis=2)
        """,
        "one minus agreement": """
            def disagreement(labels):
                votes = labels[..., None] == np.unique(labels)
                return 1 - np.einsum("imc,jmc->ij", votes * 1.0, votes * 1.0) / labels.shape[1]
        """,
        "half of it, mirrored": """
            def disagreement(labels):
                D = np.zeros((len(labels), len(labels)))
                for i in range(len(labels)):
                    for j in range(i):
                        D[i, j] = D[j, i] = (labels[i] != labels[j]).mean()
                return D
        """,
        "plain Python, as lists": """
            def disagreement(labels):
                return [[sum(a != b for a, b in zip(x, y)) / len(x) for y in labels] for x in labels]
        """,
        "example by example": """
            def disagreement(labels):
                D = 0.0
                for column in labels.T:
                    D = D + np.not_equal.outer(column, column)
                return D / labels.shape[1]
        """,
        "single precision": """
            def disagreement(labels):
                return np.array([(labels != row).mean(axis=1, dtype=np.float32) for row in labels])
        """,
    },
)
