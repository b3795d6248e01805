"""Linear models: least squares, with a penalty or without, in closed form.

    weights = ridge(features, y, l2=0.1)
    predictions = new_features @ weights

Linear means linear in the weights: with powers or random units as features the predictions bend.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._numbers import NOT_NEGATIVE, check, real


__all__ = ["ridge"]


def ridge(X: ArrayLike, y: ArrayLike, *, l2: float = 0.0) -> NDArray:
    """Fit the weights of a linear model by least squares, with a penalty on their size.

        w minimises |X w - y|**2 + l2 |w|**2;   with l2 = 0, of all w that minimise it the shortest

    In the directions of the singular vectors of X, with X = U diag(s) V':  w = V diag(s / (s**2 + l2)) U' y.
    A constant is a column of ones; it is penalised like any other.

    Parameters
    ----------
    X : array_like of shape (*S, m, n)
        Features of m examples, of one problem or of several at once. Not modified.
    y : array_like of shape (*S, m)
        Targets. Not modified.
    l2 : float >= 0, default 0.0
        Strength of the penalty, beside a sum, not a mean, of squared errors.

    Returns
    -------
    w : ndarray of shape (*S, n)

    Raises
    ------
    ValueError
        "X.shape must be (..., m, n), got (2,)"; "y.shape must be (2,), one target per row of X, got (3,)";
        "l2 must be >= 0, got -1".

    Slides
    ------
    "Orthogonalization": a knob that early stopping is compared with; "How to address overfitting".

    Peers
    -----
    scikit-learn: `Ridge(alpha=l2, fit_intercept=False)`; numpy: `lstsq`, and `pinv(X) @ y`, for l2 = 0.

    References
    ----------
    Hoerl and Kennard (1970), Ridge regression: biased estimation for nonorthogonal problems.

    Examples
    --------
    >>> ridge([[1.0, 0.0], [0.0, 2.0]], [1.0, 2.0], l2=1.0).round(12).tolist()
    [0.5, 0.8]
    >>> ridge([[1.0, 1.0]], [2.0]).round(12).tolist()  # of all w with w_1 + w_2 = 2 the shortest
    [1.0, 1.0]
    """
    check("l2", l2, NOT_NEGATIVE)
    X, y = real("X", X), real("y", y)
    if X.ndim < 2:
        raise ValueError(f"X.shape must be (..., m, n), got {X.shape!r}")
    if y.shape != X.shape[:-1]:
        raise ValueError(
            f"y.shape must be {X.shape[:-1]}, one target per row of X, got {y.shape!r}",
        )
    U, s, Vt = np.linalg.svd(X, full_matrices=False)
    kept = s > np.finfo(X.dtype).eps * max(X.shape[-2:]) * s[..., :1]  # others: rounding
    gains = np.where(kept, s, 0) / np.where(kept, s**2 + np.asarray(l2, dtype=X.dtype), 1)
    along = gains * (np.swapaxes(U, -1, -2) @ y[..., None])[..., 0]
    return (np.swapaxes(Vt, -1, -2) @ along[..., None])[..., 0]
