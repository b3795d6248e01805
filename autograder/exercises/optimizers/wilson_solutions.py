import numpy as np
from numpy.typing import NDArray

from advsec import problems
from autograder.catalogue import Wrong, exercise
from autograder.exercise import Call, Probe, Right, call
from autograder.exercises.optimizers.sections import WILSON


LEAST, SIGNS = "X.T @ np.linalg.solve(X @ X.T, y)", "np.sign(X.T @ y)"
MARGIN, SCALED = "(y * (X @ signs))[0]", "signs / margin"
RETURN = "return w_gd, w_ada"
ONE = "a single example"


def separable(rng: np.random.Generator, n_large: int, n_small: int) -> tuple[NDArray, NDArray]:
    """Data in whole numbers like those of Wilson et al., with rows, columns and their signs shuffled.

    One feature holds the label, another is the same for all, and each example has features of its own: in
    the larger class one that is large, in the smaller class five, so that all margins are the same. The
    weight of the shared feature has another sign in the solution of least norm.
    """
    a, b = rng.integers(1, 4), rng.integers(1, 3)
    labels = np.repeat([1, -1], [n_large, n_small])
    owner = np.repeat(np.arange(len(labels)), np.where(labels > 0, 1, 5))
    own = (owner == np.arange(len(labels))[:, None]) * np.where(labels > 0, 3 * b, b)[:, None]
    X = np.column_stack([a * labels, np.full(len(labels), b), own])
    rows, columns = rng.permutation(len(labels)), rng.permutation(X.shape[1])
    # The first label is -1, or a margin without its label would be right by luck.
    return (X * rng.choice([-1, 1], X.shape[1]))[rows][:, columns], -labels[rows] * labels[rows[0]]


def scaled(rng: np.random.Generator, n_large: int, n_small: int) -> Call:
    """By an odd number of thousandths, so that no margin is a whole number."""
    X, y = separable(rng, n_large, n_small)
    return call(X * (2 * rng.integers(150, 350) + 1) / 1000, y.astype(float))


def one_example(rng: np.random.Generator) -> Call:
    x = rng.uniform(1.5, 4, (1, 5)).round(2) * rng.choice([-1, 1], (1, 5))
    return call(x, np.array([-1.0]))


def wrong_least(name: str, w_gd: str, message: str, passes: tuple[Right, ...] = ()) -> Wrong:
    """A wrong solution of gradient descent, beside the right one of adaptive methods."""
    change = {LEAST: w_gd}
    return Wrong(f"w_gd_{name}", change, f"the solution of least norm is {message}", passes, parts=(1,))


def wrong_adaptive(
    name: str, right: str, instead: str, message: str, passes: tuple[Right, ...] = ()
) -> Wrong:
    return Wrong(f"w_ada_{name}", {right: instead}, message, passes, parts=(0,))


WILSON_SOLUTIONS = exercise(
    solution="""
        def wilson_solutions(X, y):
            w_gd = X.T @ np.linalg.solve(X @ X.T, y)
            signs = np.sign(X.T @ y)
            margin = (y * (X @ signs))[0]
            w_ada = signs / margin
            return w_gd, w_ada
    """,
    reference=problems.wilson_solutions,
    points=4,
    read=WILSON,
    probes=(
        Probe("five examples", lambda rng: scaled(rng, 3, 2)),
        Probe("seven examples", lambda rng: scaled(rng, 4, 3)),
        Probe("whole numbers", lambda rng: call(*separable(rng, 5, 3))),
        Probe(ONE, one_example, public=False),
        Probe("more examples of each class", lambda rng: scaled(rng, 6, 4), public=False),
    ),
    misconceptions=(
        wrong_least(
            "after_one_step", "X.T @ y", "what a single step of gradient descent makes of zero: `{}`"
        ),
        wrong_least(
            "after_one_mean_step",
            "X.T @ y / len(y)",
            "what a single step of gradient descent on the mean makes of zero: `{}`",
        ),
        wrong_least(
            "after_the_best_step",
            "X.T @ y * np.sum((X.T @ y) ** 2) / np.sum((X @ (X.T @ y)) ** 2)",
            "what a single step of gradient descent with the best length makes of zero",
            passes=(ONE,),
        ),
        wrong_least(
            "with_a_penalty",
            "X.T @ np.linalg.solve(X @ X.T + np.eye(len(y)), y)",
            "that of ridge regression, which does not meet the labels: `{}`",
        ),
        wrong_least(
            "with_a_tenth_as_penalty",
            "np.linalg.solve(X.T @ X + 0.1 * np.eye(X.shape[1]), X.T @ y)",
            "that of ridge regression, whose penalty of 0.1 is too large to meet the labels: `{}`",
        ),
        wrong_least(
            "with_a_hundredth_as_penalty",
            "np.linalg.solve(X.T @ X + 0.01 * np.eye(X.shape[1]), X.T @ y)",
            "that of ridge regression, whose penalty of 0.01 is too large to meet the labels: `{}`",
        ),
        wrong_least(
            "of_lone_examples",
            "X.T @ (y / np.sum(X**2, axis=1))",
            "worked out for each example by itself, as if they shared no feature: `{}`",
            passes=(ONE,),
        ),
        wrong_least(
            "of_lone_features",
            "X.T @ y / np.sum(X**2, axis=0)",
            "worked out for each feature by itself: `{}`",
        ),
        wrong_least(
            "of_length_one",
            f"{LEAST} / np.linalg.norm({LEAST})",
            "scaled to the length 1, which no longer meets the labels: `w / np.linalg.norm(w)`",
        ),
        wrong_least("turned_around", f"-{LEAST}", "turned around: it meets the other labels"),
        Wrong(
            "w_gd_of_the_examples",
            {LEAST: "np.linalg.solve(X @ X.T, y)"},
            "the weights of the examples are returned and not those of the features: `{}`",
            kind="wrong_shape",
            parts=(1,),
        ),
        wrong_adaptive(
            "without_a_scale",
            SCALED,
            "signs",
            "the signs are returned without their scale c, so that they do not meet the labels: `w_ada = {}`",
        ),
        wrong_adaptive(
            "of_length_one",
            SCALED,
            "signs / np.linalg.norm(signs)",
            "the signs are scaled to the length 1 and not to the labels: `{}`",
        ),
        wrong_adaptive(
            "of_the_paper",
            SCALED,
            "signs / 4",
            "c is 1/4, which holds for the data of the paper and not for all: `{}`",
        ),
        wrong_adaptive(
            "over_the_examples",
            SCALED,
            "signs / len(y)",
            "the signs are divided by the number of examples: `{}`",
        ),
        wrong_adaptive(
            "over_the_features",
            SCALED,
            "signs / len(signs)",
            "the signs are divided by the number of features: `{}`",
        ),
        wrong_adaptive(
            "upside_down",
            SCALED,
            "signs * margin",
            "the signs are multiplied by their margin and not divided: `{}`",
        ),
        wrong_adaptive(
            "of_mean_size",
            SCALED,
            "signs * np.mean(np.abs(w_gd))",
            "the signs have the mean size of the other solution, and not the one that meets the labels: `{}`",
        ),
        wrong_adaptive(
            "of_equal_length",
            SCALED,
            "signs * np.linalg.norm(w_gd) / np.linalg.norm(signs)",
            "the signs have the length of the other solution, and not the one that meets the labels: `{}`",
        ),
        wrong_adaptive(
            "of_the_other_sign",
            SCALED,
            "-signs / margin",
            "the second solution has the other sign, as when a label is missing in the margin: "
            "`(X @ signs)[0]`",
        ),
        wrong_adaptive(
            "over_all_margins",
            MARGIN,
            "np.sum(y * (X @ signs))",
            "the signs are divided by the sum of all margins, and not by one of them: `{}`",
            passes=(ONE,),
        ),
        wrong_adaptive(
            "signs_of_the_other",
            SIGNS,
            "np.sign(w_gd)",
            "the signs are those of the solution of least norm: `{}`",
            passes=(ONE,),
        ),
        Wrong(
            "w_ada_signs_of_the_other_and_mean_margin",
            {SIGNS: "np.sign(w_gd)", MARGIN: "np.mean(y * (X @ signs))"},
            "the signs are those of the solution of least norm, and they are divided by the mean of the "
            "margins: "
            "`{}`, `{}`",
            passes=(ONE,),
            parts=(0,),
        ),
        Wrong(
            "w_ada_signs_of_the_other_fitted",
            {SIGNS: "np.sign(w_gd)", SCALED: "signs * ((X @ signs) @ y / np.sum((X @ signs) ** 2))"},
            "the signs are those of the solution of least norm, and they are scaled to fit the labels as "
            "well as "
            "they can: `{}`",
            passes=(ONE,),
            parts=(0,),
        ),
        wrong_adaptive(
            "sums_of_signs",
            SIGNS,
            "np.sign(X).T @ y",
            "the signs are taken before the sum over the examples, and not after it: `{}`",
            passes=(ONE,),
        ),
        wrong_adaptive(
            "signs_without_labels",
            SIGNS,
            "np.sign(X.sum(axis=0))",
            "the signs are those of the features alone, without the labels: `{}`",
            passes=(ONE,),
        ),
        wrong_adaptive(
            "no_signs",
            SIGNS,
            "X.T @ y",
            "the signs are not taken, so that features weigh as much as they agree with the labels: `{}`",
        ),
        wrong_adaptive(
            "of_sign_features",
            SCALED,
            "np.linalg.pinv(np.sign(X)) @ y",
            "the signs of the features are fitted, and not signs of weights: `{}`",
        ),
        wrong_adaptive(
            "the_same_again", SCALED, "w_gd", "both solutions are the one of least norm: `w_ada = {}`"
        ),
        Wrong(
            "returned_in_another_order",
            {RETURN: "return w_ada, w_gd"},
            "the solutions are returned in the other order: `{}`",
        ),
        Wrong(
            "only_the_second",
            {RETURN: "return w_ada"},
            "only the solution of the adaptive methods is returned: `{}`",
            kind="wrong_type",
        ),
        Wrong(
            "only_the_first",
            {RETURN: "return w_gd"},
            "only the solution of least norm is returned: `{}`",
            kind="wrong_type",
        ),
    ),
    alternatives={
        "pseudo-inverse": """
            def wilson_solutions(X, y):
                signs = np.sign(X.T @ y)
                return np.linalg.pinv(X) @ y, signs / np.mean(y * (X @ signs))
        """,
        "least squares, as a list": """
            def wilson_solutions(X, y):
                w_gd = np.linalg.lstsq(X, y, rcond=None)[0]
                signs = np.where(y @ X > 0, 1.0, -1.0)
                c = np.linalg.lstsq((X @ signs)[:, None], y, rcond=None)[0][0]
                return [w_gd.tolist(), (c * signs).tolist()]
        """,
        "normal equations": """
            def wilson_solutions(X, y):
                w_gd = np.linalg.pinv(X.T @ X) @ X.T @ y
                g = y @ X
                signs = g / np.abs(g)
                return np.array([w_gd, signs * y[-1] / (X[-1] @ signs)])
        """,
        "orthogonal rows": """
            def wilson_solutions(X, y):
                Q, R = np.linalg.qr(X.T)
                w_gd = Q @ np.linalg.solve(R.T, y)
                signs = np.array([1 if column @ y > 0 else -1 for column in X.T])
                return w_gd, signs / np.abs(X @ signs).max()
        """,
        "loop": """
            def wilson_solutions(X, y):
                alpha = np.linalg.inv(X @ X.T) @ y
                w_gd = sum(a * x for a, x in zip(alpha, X))
                signs = np.sign(sum(label * x for label, x in zip(y, X)))
                return w_gd, signs / abs(sum(s * value for s, value in zip(signs, X[0])))
        """,
        "single precision": """
            def wilson_solutions(X, y):
                X, y = np.float32(X), np.float32(y)
                signs = np.sign(X.T @ y)
                return X.T @ np.linalg.solve(X @ X.T, y), signs / (y * (X @ signs))[0]
        """,
    },
    equivalent={"margin = (y * (X @ signs))[-1]": "all margins are the same"},
)
