import numpy as np

from advsec import dropout
from autograder.catalogue import Wrong, exercise
from autograder.exercise import Call, Probe, Right, call
from autograder.exercises.credit import SLIP
from autograder.exercises.dropout.inputs import keep_prob, low_keep_prob, numbers
from autograder.exercises.dropout.sections import INVERTED, PENALTY, RIDGE


STRENGTH, DIAGONAL = "(1 - keep_prob) / keep_prob", "np.diag(np.diag(A))"
MOMENTS, RETURN = "X.T @ y", f"return np.linalg.solve(A + strength * {DIAGONAL}, X.T @ y)"


def in_other_units(rng: np.random.Generator, X: np.ndarray) -> np.ndarray:
    """The same with features of very different sizes."""
    return X * rng.permutation([0.25, 1.0, 8.0])[: X.shape[1]]


def one_input(call: Call) -> bool:
    """X'X is then its own diagonal."""
    return bool(call.args[0].shape[1] == 1)


def problem(rng: np.random.Generator, m: int, n: int) -> Call:
    return call(in_other_units(rng, numbers(rng, m, n)), numbers(rng, m), keep_prob(rng))


def in_whole_numbers(rng: np.random.Generator) -> Call:
    """Small ones, so that a cut is seen, in columns that are far from alike."""
    while True:
        X = rng.integers(-3, 5, (6, 3))
        if np.linalg.cond(X) < 3:
            return call(X, numbers(rng, 6), keep_prob(rng))


def wrong_strength(name: str, formula: str, message: str, read: str = "") -> Wrong:
    return Wrong(name, {STRENGTH: formula}, f"{message}: `{{}}`", read=read)


def wrong_diagonal(name: str, formula: str, message: str, passes: tuple[Right, ...] = ()) -> Wrong:
    return Wrong(name, {DIAGONAL: formula}, f"{message}: `{{}}`", passes=passes)


WHOLE = "whole numbers"
ALL_BUT_WHOLE = (
    "three inputs",
    "few inputs are kept",
    "one input",
    "many examples",
    "two inputs",
    "little is dropped",
)

DROPOUT_RIDGE = exercise(
    solution="""
        def dropout_ridge(X, y, keep_prob):
            A = X.T @ X
            strength = (1 - keep_prob) / keep_prob
            return np.linalg.solve(A + strength * np.diag(np.diag(A)), X.T @ y)
    """,
    reference=dropout.dropout_ridge,
    points=4,
    read=RIDGE,
    probes=(
        Probe("three inputs", lambda rng: problem(rng, 7, 3)),
        Probe(
            "few inputs are kept",
            lambda rng: call(in_other_units(rng, numbers(rng, 6, 3)), numbers(rng, 6), low_keep_prob(rng)),
        ),
        Probe("one input", lambda rng: problem(rng, 5, 1)),
        Probe("many examples", lambda rng: problem(rng, 25, 2)),
        Probe(WHOLE, in_whole_numbers),
        Probe("two inputs", lambda rng: problem(rng, 9, 2), public=False),
        Probe(
            "little is dropped",
            lambda rng: call(in_other_units(rng, numbers(rng, 6, 3)), numbers(rng, 6), 0.97),
            public=False,
        ),
    ),
    misconceptions=(
        Wrong(
            "diagonal_cut",
            {f"A + strength * {DIAGONAL}": f"(A + strength * {DIAGONAL}).astype(A.dtype)"},
            "the penalised matrix of whole numbers is cut to whole numbers, because the penalty is written "
            "into an array of their type: `np.fill_diagonal(A, ...)`",
            passes=ALL_BUT_WHOLE,
            credit=SLIP,
        ),
        wrong_strength(
            "half", "(1 - keep_prob) / keep_prob / 2", "the penalty has the factor 1/2 of the slide", PENALTY
        ),
        wrong_strength("doubled", "2 * (1 - keep_prob) / keep_prob", "the penalty counts twice"),
        wrong_strength(
            "direct",
            "keep_prob * (1 - keep_prob)",
            "the strength is the variance of a mask that was not scaled",
            INVERTED,
        ),
        wrong_strength(
            "odds", "keep_prob / (1 - keep_prob)", "keeping and dropping are swapped in the strength"
        ),
        wrong_strength("drop_prob", "1 - keep_prob", "the strength is the probability of dropping"),
        wrong_strength("keep_prob_alone", "keep_prob", "the strength is the probability of keeping"),
        wrong_strength(
            "divided_twice", "(1 - keep_prob) / keep_prob**2", "the strength is divided by keep_prob twice"
        ),
        wrong_strength(
            "standard_deviation",
            "np.sqrt((1 - keep_prob) / keep_prob)",
            "the strength is a standard deviation and not a variance",
        ),
        wrong_strength("squared", "((1 - keep_prob) / keep_prob) ** 2", "the strength is squared"),
        wrong_strength("negative", "(keep_prob - 1) / keep_prob", "the penalty is taken away and not added"),
        wrong_strength("no_factor", "1.0", "the strength does not depend on keep_prob"),
        wrong_strength(
            "mean_over_examples",
            "(1 - keep_prob) / keep_prob / len(X)",
            "the penalty is a mean over the examples, and the squared errors are a sum",
        ),
        Wrong(
            "least_squares",
            {STRENGTH: "0.0"},
            "dropout plays no part, as in least squares: `np.linalg.lstsq(X, y)`",
        ),
        Wrong(
            "shrunk_least_squares",
            {DIAGONAL: "A"},
            "all of X'X is made larger and not its diagonal alone, which gives least squares times keep_prob",
            passes=(one_input,),
        ),
        Wrong(
            "twice_in_the_diagonal",
            {f"A + strength * {DIAGONAL}": "A + np.diag(np.diag(A)) / keep_prob"},
            "the diagonal of X'X is counted twice: the strength is that of the mean square of a scaled mask, "
            "`1 / keep_prob`",
        ),
        Wrong(
            "only_the_diagonal",
            {f"A + strength * {DIAGONAL}": "np.diag(np.diag(A)) / keep_prob"},
            "only the diagonal of X'X is left, as if the inputs had nothing to do with each other",
            passes=(one_input,),
        ),
        wrong_diagonal(
            "identity", "np.eye(len(A))", "all weights get the same penalty, as in the usual ridge"
        ),
        wrong_diagonal(
            "identity_times_examples",
            "len(X) * np.eye(len(A))",
            "all weights get the same penalty, as in a ridge on inputs of size 1",
        ),
        wrong_diagonal(
            "diagonal_in_every_row",
            "np.diag(A)",
            "the diagonal is a vector, which numpy adds to every row",
            (one_input,),
        ),
        wrong_diagonal(
            "mean_diagonal",
            "np.mean(np.diag(A)) * np.eye(len(A))",
            "all weights get the mean penalty, whatever the size of their input",
            (one_input,),
        ),
        wrong_diagonal(
            "absolute_values",
            "np.diag(np.abs(X).sum(axis=0))",
            "absolute values of the inputs stand for squares",
        ),
        wrong_diagonal(
            "root_of_the_diagonal",
            "np.diag(np.sqrt(np.diag(A)))",
            "the penalty is the length of each column of X",
        ),
        wrong_diagonal(
            "squares_of_sums",
            "np.diag(X.sum(axis=0) ** 2)",
            "each input is added up over the examples before it is squared",
        ),
        wrong_diagonal(
            "variances",
            "np.diag(np.var(X, axis=0)) * len(X)",
            "the mean of each input is taken away before it is squared",
        ),
        Wrong(
            "centred",
            {"": "X = X - X.mean(axis=0)"},
            "the mean of each input is taken away first, although the unit has no offset: `{}`",
        ),
        Wrong(
            "error_is_a_mean",
            {
                f"A + strength * {DIAGONAL}": f"A / len(X) + strength * {DIAGONAL}",
                MOMENTS: "X.T @ y / len(X)",
            },
            "the squared errors are a mean over the examples, and the penalty is a sum: `X.T @ X / m`",
        ),
        Wrong(
            "weights_of_direct_dropout",
            {MOMENTS: "X.T @ y / keep_prob"},
            "the weights are those of direct dropout, which are larger because nothing scales its masks",
            read=INVERTED,
        ),
        Wrong(
            "scaled_for_the_test",
            {MOMENTS: "keep_prob * X.T @ y"},
            "the weights are multiplied by keep_prob at the end, which inverted dropout does not need",
            read=INVERTED,
        ),
        Wrong(
            "direct_in_both",
            {
                f"A + strength * {DIAGONAL}": f"keep_prob**2 * A + strength * {DIAGONAL}",
                STRENGTH: "keep_prob * (1 - keep_prob)",
            },
            "the right-hand side misses a factor keep_prob: `keep_prob**2 * X.T @ X` stands beside `X.T @ y`",
        ),
        Wrong(
            "in_a_column",
            {MOMENTS: "X.T @ y[:, None]"},
            "the weights stand in a column of shape (n, 1)",
            kind="wrong_shape",
        ),
        Wrong(
            "predictions",
            {RETURN: RETURN.replace("return ", "return X @ ")},
            "the predictions are returned in place of the weights: `X @ w`",
            kind="wrong_shape",
        ),
    ),
    alternatives={
        "inverse": """
            def dropout_ridge(X, y, keep_prob):
                R = np.diag((X**2).sum(axis=0)) * (1 / keep_prob - 1)
                return np.linalg.inv(X.T @ X + R) @ (X.T @ y)
        """,
        "least squares with more examples": """
            def dropout_ridge(X, y, keep_prob):
                lengths = np.sqrt((1 - keep_prob) / keep_prob * np.sum(X**2, axis=0))
                rows = np.vstack([X, np.diag(lengths)])
                targets = np.concatenate([y, np.zeros(len(lengths))])
                return np.linalg.lstsq(rows, targets, rcond=None)[0]
        """,
        "scaled columns": """
            def dropout_ridge(X, y, keep_prob):
                size = np.sqrt(np.sum(X**2, axis=0))
                Z = X / size
                ridge = Z.T @ Z + (1 - keep_prob) / keep_prob * np.eye(Z.shape[1])
                return np.linalg.solve(ridge, Z.T @ y) / size
        """,
        "second moments of the masks": """
            def dropout_ridge(X, y, keep_prob):
                A = np.array(X.T @ X, dtype=float)
                A[np.diag_indices(len(A))] /= keep_prob
                return np.linalg.pinv(A).dot(X.T.dot(y)).tolist()
        """,
        "loops": """
            def dropout_ridge(X, y, keep_prob):
                m, n = X.shape
                A, b = np.zeros((n, n)), np.zeros(n)
                for i in range(m):
                    for j in range(n):
                        b[j] += X[i, j] * y[i]
                        for k in range(n):
                            A[j, k] += X[i, j] * X[i, k] / (keep_prob if j == k else 1)
                return np.linalg.solve(A, b)
        """,
        "single precision at the end": """
            def dropout_ridge(X, y, keep_prob):
                A = X.T @ X
                A = A + (1 - keep_prob) / keep_prob * A * np.eye(len(A))
                return np.linalg.solve(A, X.T @ y).astype(np.float32)
        """,
    },
)
