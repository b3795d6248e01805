"""Bias and variance: of estimators, of predictions, and as two numbers that say what to do next.

Two meanings share the words. The statistical ones are expectations over data sets (`bias`, `variance`,
`decompose`); the diagnosis from a training and a validation error (`diagnose`) uses them as names for
what those errors suggest.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._numbers import NOT_NEGATIVE, check, check_function, check_kind, count, floating, numbers, real, within


__all__ = [
    "BiasVariance",
    "Diagnosis",
    "bias",
    "bootstrap_predictions",
    "cross_validation_error",
    "decompose",
    "diagnose",
    "early_stopping_step",
    "k_fold_indices",
    "mse",
    "sample_variance",
    "variance",
]

FitPredict = Callable[[NDArray, NDArray, NDArray], ArrayLike]


def sample_variance(x: ArrayLike, *, unbiased: bool = False) -> NDArray:
    """Variance of a sample around its own mean.

        sum (x - mean)**2 / m          expectation (m - 1) / m sigma**2
        sum (x - mean)**2 / (m - 1)    with `unbiased`: expectation sigma**2

    Unbiased is not best: for normal data the divisor m + 1 has the smallest mean squared error.

    Parameters
    ----------
    x : array_like of shape (m, *k)
        Observations, one per row. Not modified.
    unbiased : bool, default False
        Divide by m - 1.

    Returns
    -------
    variance : ndarray of shape (*k,)

    Raises
    ------
    ValueError
        "x.shape must be (m, ...) with m >= 2, got (1,)".

    Slides
    ------
    "How to address overfitting", the two sample variances (erratum E30).

    Peers
    -----
    numpy: `np.var(x, axis=0, ddof=int(unbiased))` for real numbers; for complex ones it squares their sizes,
    this function the numbers themselves. pandas and PyTorch default to the unbiased one.

    Examples
    --------
    >>> float(sample_variance([1.0, 2.0, 3.0, 6.0])), float(sample_variance([1.0, 3.0], unbiased=True))
    (3.5, 2.0)
    """
    x = _rows(x, "x", at_least=1 + int(unbiased))
    deviation = x - np.mean(x, axis=0)
    return np.asarray(np.sum(deviation**2, axis=0) / (len(x) - int(unbiased)))


def bias(estimates: ArrayLike, truth: ArrayLike) -> NDArray:
    """Bias of an estimator: how far its mean lies from the truth.

        mean over replications of estimates - truth

    Parameters
    ----------
    estimates : array_like of shape (R, *k)
        Estimates from R independent data sets. Not modified.
    truth : array_like of shape (*k,)
        What is being estimated. Not modified.

    Returns
    -------
    bias : ndarray of shape (*k,)
        Negative where the estimator is too small on average.

    Raises
    ------
    ValueError
        "truth.shape must be (), the shape of one estimate, got (2,)".

    Slides
    ------
    "How to address overfitting": "expected deviation from the true value".

    Examples
    --------
    >>> float(bias([1.0, 2.0, 3.0], 2.5))
    -0.5
    """
    estimates, truth = _replications(estimates, truth)
    return np.asarray(np.mean(estimates, axis=0) - truth)


def variance(estimates: ArrayLike) -> NDArray:
    """Variance of an estimator: its mean squared deviation from its own mean.

        mean over replications of (estimates - mean of estimates)**2

    The divisor is R, so that mse = bias**2 + variance holds exactly.

    Parameters
    ----------
    estimates : array_like of shape (R, *k)
        Estimates from R independent data sets. Not modified.

    Returns
    -------
    variance : ndarray of shape (*k,)

    Raises
    ------
    ValueError
        "estimates.shape must be (m, ...) with m >= 1, got (0,)".

    Slides
    ------
    "How to address overfitting"; the deviation is squared (erratum E29).

    Examples
    --------
    >>> float(variance([1.0, 3.0]))
    1.0
    """
    return sample_variance(_rows(estimates, "estimates"))


def mse(estimates: ArrayLike, truth: ArrayLike) -> NDArray:
    """Mean squared error of an estimator.

        mean over replications of (estimates - truth)**2  =  bias**2 + variance

    Parameters
    ----------
    estimates : array_like of shape (R, *k)
        Estimates from R independent data sets. Not modified.
    truth : array_like of shape (*k,)
        What is being estimated. Not modified.

    Returns
    -------
    mse : ndarray of shape (*k,)

    Raises
    ------
    ValueError
        "truth.shape must be (), the shape of one estimate, got (2,)".

    Slides
    ------
    "How to address overfitting": how to choose between estimators (erratum E29).

    Examples
    --------
    >>> float(mse([1.0, 3.0], 1.0))
    2.0
    """
    estimates, truth = _replications(estimates, truth)
    return np.asarray(np.mean((estimates - truth) ** 2, axis=0))


class BiasVariance(NamedTuple):
    """The parts of an expected squared error; made by `decompose`."""

    bias_squared: float
    variance: float
    noise: float
    mse: float


def decompose(predictions: ArrayLike, y: ArrayLike, *, noise: float = 0.0) -> BiasVariance:
    """Split the expected squared error of a learning method into its parts.

        mse = bias_squared + variance + noise,     all averaged over the m points

    Parameters
    ----------
    predictions : array_like of shape (R, m)
        Predictions at m points of the models fitted to R independent training sets. Not modified.
    y : array_like of shape (m,)
        The true function at these points, free of noise. Not modified.
    noise : float >= 0, default 0.0
        Variance of the noise in new observations, which no model can predict.

    Returns
    -------
    bias_squared, variance, noise, mse : BiasVariance

    Raises
    ------
    ValueError
        "y.shape must be (2,), the shape of one row of predictions, got (3,)";
        "noise must be >= 0, got -1".

    Slides
    ------
    "Bias-Variance Example", in numbers.

    Peers
    -----
    mlxtend `bias_variance_decomp`: its "average bias" is this squared bias.

    References
    ----------
    Geman, Bienenstock and Doursat (1992), Neural networks and the bias/variance dilemma.

    Examples
    --------
    >>> decompose([[1.0, 2.0], [3.0, 2.0]], [1.0, 2.0], noise=0.5)
    BiasVariance(bias_squared=0.5, variance=0.5, noise=0.5, mse=1.5)
    """
    check("noise", noise, NOT_NEGATIVE)
    predictions, y = _rows(real("predictions", predictions), "predictions"), real("y", y)
    if y.shape != predictions.shape[1:]:
        rule = f"{predictions.shape[1:]}, the shape of one row of predictions"
        raise ValueError(f"y.shape must be {rule}, got {y.shape!r}")
    bias_squared = float(np.mean(bias(predictions, y) ** 2))
    spread = float(np.mean(variance(predictions)))
    return BiasVariance(bias_squared, spread, float(noise), bias_squared + spread + float(noise))


def bootstrap_predictions(
    fit_predict: FitPredict,
    X: ArrayLike,
    y: ArrayLike,
    X_test: ArrayLike,
    *,
    n_rounds: int,
    rng: np.random.Generator,
) -> NDArray:
    """Predict with models fitted to resampled training sets, a stand-in for fresh ones.

        each round: draw m rows of (X, y) with replacement, fit, predict X_test

    Parameters
    ----------
    fit_predict : callable
        Maps (X, y, X_test) to predictions of shape (m_test,).
    X : array_like of shape (m, n)
        Training examples, one per row. Not modified.
    y : array_like of shape (m,)
        Their targets. Not modified.
    X_test : array_like of shape (m_test, n)
        Where to predict. Not modified.
    n_rounds : int >= 1
        Number R of resampled sets.
    rng : numpy.random.Generator
        Source of the resampling.

    Returns
    -------
    predictions : ndarray of shape (R, m_test)
        Ready for `decompose`. The bootstrap shows variance well and bias badly: all rounds share the data.

    Raises
    ------
    ValueError
        "n_rounds must be an integer >= 1, got 0"; "y.shape must be (5, ...), one row per row of X, got (4,)".

    Slides
    ------
    "How to address overfitting": data are random, hence so is what is fitted to them.

    References
    ----------
    Efron (1979), Bootstrap methods: another look at the jackknife.

    Examples
    --------
    >>> def mean_model(X, y, X_test):
    ...     return np.full(len(X_test), y.mean())
    >>> X, y, rng = np.zeros((4, 1)), np.array([1.0, 2.0, 3.0, 4.0]), np.random.default_rng(0)
    >>> bootstrap_predictions(mean_model, X, y, X[:2], n_rounds=3, rng=rng).shape
    (3, 2)
    """
    check_function("fit_predict", fit_predict)
    check("n_rounds", n_rounds, count(1))
    check_kind("rng", rng, np.random.Generator)
    X, y, X_test = _examples(X, y, X_test)
    rounds = (rng.integers(len(X), size=len(X)) for _ in range(n_rounds))
    return np.stack([np.asarray(fit_predict(X[rows], y[rows], X_test)) for rows in rounds])


def k_fold_indices(
    m: int,
    k: int,
    *,
    rng: np.random.Generator,
) -> list[tuple[NDArray, NDArray]]:
    """Split m examples into k folds and let each fold validate once.

        folds = a random permutation of 0 .. m-1, cut into k parts whose sizes differ by at most 1

    Parameters
    ----------
    m : int >= 2
        Number of examples.
    k : int in 2 .. m
        Number of folds.
    rng : numpy.random.Generator
        Source of the permutation.

    Returns
    -------
    folds : list of k pairs (train, val)
        Row numbers, ints of shape (m - m_fold,) and (m_fold,).

    Raises
    ------
    ValueError
        "m must be an integer >= 2, got 1"; "k must be in 2 .. 5, got 6".

    Slides
    ------
    "How to address overfitting": "Cross-validation: empirical".

    Peers
    -----
    scikit-learn: `KFold(k, shuffle=True)`.

    Examples
    --------
    >>> folds = k_fold_indices(5, 2, rng=np.random.default_rng(0))
    >>> [len(val) for train, val in folds], sorted(np.concatenate([val for train, val in folds]).tolist())
    ([3, 2], [0, 1, 2, 3, 4])
    """
    check("m", m, count(2))
    check("k", k, within(2, m))
    check_kind("rng", rng, np.random.Generator)
    folds = np.array_split(rng.permutation(m), k)
    return [(np.concatenate(folds[:i] + folds[i + 1 :]), fold.copy()) for i, fold in enumerate(folds)]


def cross_validation_error(
    fit_predict: FitPredict,
    X: ArrayLike,
    y: ArrayLike,
    folds: Sequence[tuple[ArrayLike, ArrayLike]],
) -> float:
    """Mean squared error of predictions by models that have not seen the examples.

        mean over all held-out examples of (y - prediction)**2

    Whatever is estimated from data, a normalisation for example, belongs inside `fit_predict`: outside of
    it, the held-out examples leak into the fit.

    Parameters
    ----------
    fit_predict : callable
        Maps (X, y, X_test) to predictions of shape (m_test,).
    X : array_like of shape (m, n)
        Examples, one per row. Not modified.
    y : array_like of shape (m,)
        Their targets. Not modified.
    folds : sequence of pairs (train, val) of shapes (m_train,) and (m_val,)
        Row numbers, as from `k_fold_indices`.

    Returns
    -------
    error : float
        Every example counts the same, also when the folds differ in size.

    Raises
    ------
    ValueError
        "folds must be pairs (train, val) of row numbers, at least one, got []";
        "y.shape must be (5, ...), one row per row of X, got (4,)".

    Slides
    ------
    "How to address overfitting": "Cross-validation: empirical".

    Examples
    --------
    >>> def mean_model(X, y, X_test):
    ...     return np.full(len(X_test), y.mean())
    >>> X, y = np.zeros((4, 1)), np.array([1.0, 1.0, 3.0, 3.0])
    >>> cross_validation_error(mean_model, X, y, [([0, 1], [2, 3]), ([2, 3], [0, 1])])
    4.0
    """
    check_function("fit_predict", fit_predict)
    X, y, _ = _examples(X, y, X)
    pairs = _folds(folds, len(X))
    squares = [(y[val] - np.asarray(fit_predict(X[train], y[train], X[val]))) ** 2 for train, val in pairs]
    return float(np.mean(np.concatenate(squares)))


class Diagnosis(NamedTuple):
    """What three error rates suggest; made by `diagnose`."""

    avoidable_bias: float
    variance_gap: float
    high_bias: bool
    high_variance: bool


def diagnose(
    *, human_error: float, train_error: float, val_error: float, threshold: float = 0.05
) -> Diagnosis:
    """Name the problem from the errors of humans, of training and of validation.

        avoidable_bias = train_error - human_error     high when > threshold: a larger or better fit
        variance_gap   = val_error - train_error       high when > threshold: more data, regularisation

    These are rules of thumb, not the statistical bias and variance (erratum E31): a training that has not
    converged counts as bias too.

    Parameters
    ----------
    human_error, train_error, val_error : float
        Error rates, as fractions.
    threshold : float >= 0, default 0.05
        Difference above which it matters. Every threshold from 2% to 8% reproduces the slide's table.

    Returns
    -------
    avoidable_bias, variance_gap, high_bias, high_variance : Diagnosis

    Raises
    ------
    ValueError
        "threshold must be >= 0, got -1".

    Slides
    ------
    "Diagnose bias-variance" (erratum E31).

    Examples
    --------
    >>> diagnosis = diagnose(human_error=0.0, train_error=0.15, val_error=0.16)
    >>> diagnosis.high_bias, diagnosis.high_variance
    (True, False)
    """
    for name, error in (("human_error", human_error), ("train_error", train_error), ("val_error", val_error)):
        check(name, error)
    check("threshold", threshold, NOT_NEGATIVE)
    avoidable_bias = train_error - human_error
    variance_gap = val_error - train_error
    return Diagnosis(
        avoidable_bias, variance_gap, bool(avoidable_bias > threshold), bool(variance_gap > threshold)
    )


def early_stopping_step(
    val_losses: ArrayLike,
    *,
    patience: int,
    min_delta: float = 0.0,
) -> int | None:
    """Step to go back to, once validation has not improved for too long.

        best <- t   whenever   val_losses[t] < val_losses[best] - min_delta
        stop as soon as   t - best = patience,   and return best

    Parameters
    ----------
    val_losses : array_like of shape (T,)
        Validation losses so far; nan never improves. Not modified.
    patience : int >= 1
        Steps without improvement after which training stops.
    min_delta : float >= 0, default 0.0
        Smallest decrease that counts as an improvement.

    Returns
    -------
    best : int or None
        0-based step of the best loss before the stop, which happens at best + patience; None while
        training should go on.

    Raises
    ------
    ValueError
        "patience must be an integer >= 1, got 0"; "min_delta must be >= 0, got -1";
        "val_losses.shape must be (T,), got ()".

    Slides
    ------
    "Orthogonalization": early stopping, which couples bias and variance.

    Peers
    -----
    Keras: `EarlyStopping(patience=patience, min_delta=min_delta, restore_best_weights=True)`, but for a nan
    in the first epoch, which Keras takes for the best loss that nothing ever improves on.

    References
    ----------
    Prechelt (1998), Early stopping - but when?

    Examples
    --------
    >>> early_stopping_step([3.0, 2.0, 2.5, 2.4, 1.0], patience=2)
    1
    >>> early_stopping_step([3.0, 2.0, 2.5], patience=2) is None
    True
    """
    check("patience", patience, count(1))
    check("min_delta", min_delta, NOT_NEGATIVE)
    losses = real("val_losses", val_losses)
    if losses.ndim != 1:
        raise ValueError(f"val_losses.shape must be (T,), got {losses.shape!r}")
    best, best_loss = 0, np.inf
    for t, loss in enumerate(losses.tolist()):
        if loss < best_loss - min_delta:
            best, best_loss = t, loss
        if t - best >= patience:
            return best
    return None


def _replications(estimates: ArrayLike, truth: ArrayLike) -> tuple[NDArray, NDArray]:
    estimates = _rows(estimates, "estimates")
    truth = floating("truth", truth, like=estimates)
    if truth.shape != estimates.shape[1:]:
        rule = f"{estimates.shape[1:]}, the shape of one estimate"
        raise ValueError(f"truth.shape must be {rule}, got {truth.shape!r}")
    return estimates, truth


def _examples(X: ArrayLike, y: ArrayLike, X_test: ArrayLike) -> tuple[NDArray, NDArray, NDArray]:
    X, X_test = _rows(X, "X"), floating("X_test", X_test)
    y = numbers("y", y)
    if y.shape[:1] != X.shape[:1]:
        raise ValueError(f"y.shape must be ({len(X)}, ...), one row per row of X, got {y.shape!r}")
    return X, y, X_test


def _folds(folds: Sequence[tuple[ArrayLike, ArrayLike]], m: int) -> list[tuple[NDArray, NDArray]]:
    """The folds as pairs of arrays of row numbers."""
    try:
        pairs = [(np.asarray(train), np.asarray(val)) for train, val in folds]
    except (TypeError, ValueError):
        pairs = []
    rows = [part for pair in pairs for part in pair]
    if not pairs or any(part.dtype.kind not in "iub" for part in rows if part.size):
        raise ValueError(f"folds must be pairs (train, val) of row numbers, at least one, got {folds!r}")
    if max(int(part.max(initial=0)) for part in rows) >= m:
        raise ValueError(f"folds must be pairs (train, val) of row numbers below {m}, got {folds!r}")
    return pairs


def _rows(x: ArrayLike, name: str, at_least: int = 1) -> NDArray:
    array = floating(name, x)
    if array.ndim == 0 or len(array) < at_least:
        raise ValueError(f"{name}.shape must be (m, ...) with m >= {at_least}, got {array.shape!r}")
    return array
