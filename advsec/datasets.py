"""Real data for the lectures: the sets inside scikit-learn's wheel, which need no network.

    data = load("digits", seed=0, n_train=600, scale="unit")

scikit-learn is imported when the first set is loaded.
"""

import random
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from ._numbers import MEMORY, SHARE, Rule, check, check_choice, check_kind, count, integers, within


__all__ = ["Split", "load", "with_label_noise"]

CLASSIFICATION = ("breast_cancer", "digits", "iris", "wine")
REGRESSION = ("diabetes",)
SCALES = ("standard", "unit", "raw")


class Split(NamedTuple):
    """A data set in three parts, examples in rows."""

    X_train: NDArray
    y_train: NDArray
    X_val: NDArray
    y_val: NDArray
    X_test: NDArray
    y_test: NDArray


def load(
    name: str,
    *,
    seed: int = 0,
    n_train: int | None = None,
    val_share: float = 0.2,
    test_share: float = 0.2,
    scale: str = "standard",
    dtype: DTypeLike = np.float64,
) -> Split:
    """Load a data set, split it at random and scale it by what the training part says.

        standard   (X - mean) / standard deviation of each feature; a constant feature becomes X - mean
        unit       X / largest absolute value of all features, which keeps pixels in 0 .. 1
        raw        X

    The validation and test parts depend on `seed` alone: `n_train` shortens the training part only.

    Parameters
    ----------
    name : "breast_cancer", "diabetes", "digits", "iris" or "wine"
        Name in scikit-learn. All but diabetes are classification problems.
    seed : int >= 0, default 0
        Which random split.
    n_train : int >= 1, optional
        Size of the training part; by default all that is left.
    val_share, test_share : float in [0, 1), default 0.2
        Shares of all examples, rounded down; together less than 1, so that some are left for training.
    scale : "standard", "unit" or "raw", default "standard"
        Statistics come from the training part after it has been shortened.
    dtype : data-type, default float64
        Precision of X, and of y in regression; labels are ints.

    Returns
    -------
    X_train, y_train, X_val, y_val, X_test, y_test : Split

    Raises
    ------
    ValueError
        "name must be one of breast_cancer, digits, iris, wine, diabetes, got 'mnist'";
        "scale must be one of standard, unit, raw, got 'minmax'";
        "val_share must be in [0, 1), got -0.1"; "val_share + test_share must be < 1, got 1.25";
        "n_train must be in 1 .. 90, got 91".

    Slides
    ------
    "Input normalization".

    Peers
    -----
    scikit-learn: `train_test_split` and `StandardScaler`.

    Examples
    --------
    >>> data = load("iris", n_train=50)
    >>> [len(part) for part in data], data.X_train.mean().round(12) == 0
    ([50, 50, 30, 30, 30, 30], np.True_)
    """
    check_choice("name", name, CLASSIFICATION + REGRESSION)
    check_choice("scale", scale, SCALES)
    check("seed", seed, count(0))
    check("val_share", val_share, MEMORY)
    check("test_share", test_share, MEMORY)
    X, y = _bundled(name)
    m = len(X)
    n_test, n_val = int(test_share * m), int(val_share * m)
    available = m - n_test - n_val
    if val_share + test_share >= 1 or available < 1:
        raise ValueError(f"val_share + test_share must be < 1, got {val_share + test_share!r}")
    if n_train is not None:
        check("n_train", n_train, within(1, available))

    order = np.random.default_rng(seed).permutation(m)
    test, val, train = np.split(order, [n_test, n_test + n_val])
    train = train[:n_train]
    shift, divisor = _scaling(X[train], scale)
    X = ((X - shift) / divisor).astype(dtype)
    y = y.astype(dtype if name in REGRESSION else np.int64)
    return Split(X[train], y[train], X[val], y[val], X[test], y[test])


def with_label_noise(
    y: ArrayLike,
    share: float,
    *,
    n_classes: int,
    rng: np.random.Generator,
) -> NDArray:
    """Give some examples a wrong label.

        a random `share` of the labels moves to one of the other classes, all equally likely

    Parameters
    ----------
    y : array_like of ints of shape (m,)
        Labels in 0 .. n_classes - 1. Not modified.
    share : float in [0, 1]
        Share of the labels to change, rounded down to whole examples.
    n_classes : int >= 2
        Number of classes.
    rng : numpy.random.Generator
        Source of the changes.

    Returns
    -------
    y : ndarray of ints of shape (m,)

    Raises
    ------
    ValueError
        "share must be in [0, 1], got 1.5"; "n_classes must be an integer >= 2, got 1";
        "y.shape must be (m,), got ()".

    References
    ----------
    Zhang, Bengio, Hardt, Recht and Vinyals (2017), Understanding deep learning requires rethinking
    generalization.

    Examples
    --------
    >>> with_label_noise([0, 1, 0, 1], 1.0, n_classes=2, rng=np.random.default_rng(0)).tolist()
    [1, 0, 1, 0]
    """
    check("share", share, SHARE)
    check("n_classes", n_classes, count(2))
    check_kind("rng", rng, np.random.Generator)
    last = n_classes - 1
    labels = Rule(f"labels in 0 .. {last}", lambda label: (label >= 0) & (label <= last))
    noisy = integers("y", y, labels).copy()
    if noisy.ndim != 1:
        raise ValueError(f"y.shape must be (m,), got {noisy.shape!r}")
    changed = rng.permutation(len(noisy))[: int(share * len(noisy))]
    others = rng.integers(1, n_classes, size=len(changed))
    noisy[changed] = (noisy[changed] + others) % n_classes
    return noisy


def _bundled(name: str) -> tuple[NDArray, NDArray]:
    generator = random.getstate()
    from sklearn import datasets  # takes longer than everything else here

    random.setstate(generator)  # the first import may draw numbers, where rich is installed
    # Diabetes comes standardised unless one asks for the measurements themselves.
    options = {"scaled": False} if name == "diabetes" else {}
    return getattr(datasets, f"load_{name}")(return_X_y=True, **options)


def _scaling(X: NDArray, scale: str) -> tuple[NDArray | float, NDArray | float]:
    if scale == "raw":
        return 0.0, 1.0
    if scale == "unit":
        return 0.0, np.max(np.abs(X))
    constant = X.min(axis=0) == X.max(axis=0)  # a standard deviation of rounding errors says nothing
    # A pixel that is always 0 in training may not be so in the test set: divided by 1e-8 it would explode.
    return X.mean(axis=0), np.where(constant, 1.0, X.std(axis=0))
