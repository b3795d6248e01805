"""Snapshot ensembles: keep the weights at the end of every cycle, and let the models decide together."""

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._numbers import check, real, within


__all__ = [
    "SNAPSHOT_RESULTS",
    "average_predictions",
    "disagreement",
    "majority_vote",
    "take_snapshots",
]


def take_snapshots(trace: Any, steps: Sequence[int]) -> list[NDArray]:
    """Copy the weights that a recorded run had after some of its steps.

        snapshots = [w after step t for t in steps]

    Parameters
    ----------
    trace : Trace or tuple whose first item is an array of shape (T + 1, *k)
        Recorded weights: item 0 is the start, item t + 1 what step t made.
    steps : sequence of ints
        Steps counted from 0, as `snapshot_steps` gives them.

    Returns
    -------
    snapshots : list of ndarray of shape (*k,)

    Raises
    ------
    ValueError
        "steps must be in 0 .. 2, got 3".

    Slides
    ------
    "Snapshot ensembles: Train 1, get M for free"; prediction costs M times as much (erratum E24).

    References
    ----------
    Huang et al. (2017), Snapshot ensembles: train 1, get M for free.

    Examples
    --------
    >>> w = np.array([[0.0], [1.0], [2.0], [3.0]])
    >>> [snapshot.tolist() for snapshot in take_snapshots((w, None, None), [0, 2])]
    [[1.0], [3.0]]
    """
    if not (isinstance(trace, tuple | list) and trace and isinstance(trace[0], np.ndarray) and trace[0].ndim):
        raise ValueError(f"trace must be a tuple whose first item is an array of weights, got {trace!r}")
    w = trace[0]
    for step in _steps(steps):
        check("steps", step, within(0, len(w) - 2))
    return [w[step + 1].copy() for step in steps]


def average_predictions(probs: ArrayLike) -> NDArray:
    """Average the class probabilities that the models of an ensemble predict.

        (1 / M) sum over models of probs

    Parameters
    ----------
    probs : array_like of shape (M, m, c)
        Probability of each of c classes for m examples by M models.

    Returns
    -------
    mean : ndarray of shape (m, c)
        Its largest entry is the prediction of the ensemble.

    Raises
    ------
    ValueError
        "probs must be an array of shape (M, m, c) with M >= 1, got shape (3,)".

    Slides
    ------
    "Snapshot ensembles II": "averaging of the prediction outputs".

    References
    ----------
    Huang et al. (2017), Snapshot ensembles: train 1, get M for free, section 3.

    Examples
    --------
    >>> average_predictions([[[1.0, 0.0]], [[0.5, 0.5]]]).tolist()
    [[0.75, 0.25]]
    """
    array = real("probs", probs)
    if array.ndim != 3 or not len(array):
        raise ValueError(f"probs must be an array of shape (M, m, c) with M >= 1, got shape {array.shape}")
    return array.mean(axis=0)


def majority_vote(labels: ArrayLike) -> NDArray:
    """Take for each example the class that most models of an ensemble predict.

        argmax over classes of the number of votes; a tie goes to the smallest class

    Parameters
    ----------
    labels : array_like of ints >= 0 of shape (M, m)
        Predicted class of m examples by M models.

    Returns
    -------
    labels : ndarray of ints of shape (m,)

    Raises
    ------
    ValueError
        "labels must be an array of integers >= 0 of shape (M, m) with M >= 1, got [1, 2]".

    Slides
    ------
    "Snapshot ensembles II": "optimize through majority vote".

    Examples
    --------
    >>> majority_vote([[0, 1], [2, 1], [2, 0]]).tolist()
    [2, 1]
    """
    votes = _labels(labels)
    classes = np.arange(votes.max(initial=0) + 1)
    return (votes[..., None] == classes).sum(axis=0).argmax(axis=-1)


def disagreement(labels: ArrayLike) -> NDArray:
    """Share of examples on which each pair of models differs.

        D[i, j] = mean over examples of (labels[i] != labels[j])

    Parameters
    ----------
    labels : array_like of ints >= 0 of shape (M, m)
        Predicted class of m examples by M models.

    Returns
    -------
    D : ndarray of shape (M, M)
        Symmetric, with zeros on its diagonal.

    Raises
    ------
    ValueError
        "labels must be an array of integers >= 0 of shape (M, m) with M >= 1, got [1, 2]".

    Slides
    ------
    "Snapshot ensembles II": local minima that "may not make the same mistakes".

    Examples
    --------
    >>> disagreement([[0, 1], [2, 1]]).tolist()
    [[0.0, 0.5], [0.5, 0.0]]
    """
    votes = _labels(labels)
    return (votes[:, None] != votes[None]).mean(axis=-1)


def _steps(steps: Sequence[int]) -> Sequence[int]:
    if not isinstance(steps, list | tuple | np.ndarray):
        raise ValueError(f"steps must be a sequence of integers, got {steps!r}")
    return steps


def _labels(labels: ArrayLike) -> NDArray:
    votes = _array(labels)
    if votes.ndim != 2 or not len(votes) or votes.dtype.kind not in "iu" or votes.min(initial=0) < 0:
        raise ValueError(
            f"labels must be an array of integers >= 0 of shape (M, m) with M >= 1, got {labels!r}"
        )
    return votes


def _array(labels: ArrayLike) -> NDArray:
    try:
        return np.asarray(labels)
    except ValueError:  # rows of different lengths
        return np.empty(0)


def _methods(*rows: tuple[str, list[float | None]]) -> MappingProxyType:
    columns = ("C10", "C100", "SVHN", "Tiny ImageNet")
    return MappingProxyType({method: dict(zip(columns, errors, strict=True)) for method, errors in rows})


# Test errors in percent, by network, method and data set (Huang et al. 2017, table 1). The slide prints some
# of them bold that are not the best of their column (errata E23 and E24).
SNAPSHOT_RESULTS = MappingProxyType(
    {
        "ResNet-110": _methods(
            ("Single model", [5.52, 28.02, 1.96, 46.50]),
            ("NoCycle Snapshot Ensemble", [5.49, 26.97, 1.78, 43.69]),
            ("SingleCycle Ensembles", [6.66, 24.54, 1.74, 42.60]),
            ("Snapshot Ensemble (0.1)", [5.73, 25.55, 1.63, 40.54]),
            ("Snapshot Ensemble (0.2)", [5.32, 24.19, 1.66, 39.40]),
        ),
        "Wide-ResNet-32": _methods(
            ("Single model", [5.43, 23.55, 1.90, 39.63]),
            ("Dropout", [4.68, 22.82, 1.81, 36.58]),
            ("NoCycle Snapshot Ensemble", [5.18, 22.81, 1.81, 38.64]),
            ("SingleCycle Ensembles", [5.95, 21.38, 1.65, 35.53]),
            ("Snapshot Ensemble (0.1)", [4.41, 21.26, 1.64, 35.45]),
            ("Snapshot Ensemble (0.2)", [4.73, 21.56, 1.51, 32.90]),
        ),
        "DenseNet-40": _methods(
            ("Single model", [5.24, 24.42, 1.77, 39.09]),
            ("Dropout", [6.08, 25.79, 1.79, 39.68]),
            ("NoCycle Snapshot Ensemble", [5.20, 24.63, 1.80, 38.51]),
            ("SingleCycle Ensembles", [5.43, 22.51, 1.87, 38.00]),
            ("Snapshot Ensemble (0.1)", [4.99, 23.34, 1.64, 37.25]),
            ("Snapshot Ensemble (0.2)", [4.84, 21.93, 1.73, 36.61]),
        ),
        "DenseNet-100": _methods(
            ("Single model", [3.74, 19.25, None, None]),
            ("Dropout", [3.65, 18.77, None, None]),
            ("NoCycle Snapshot Ensemble", [3.80, 19.30, None, None]),
            ("SingleCycle Ensembles", [4.52, 18.38, None, None]),
            ("Snapshot Ensemble (0.1)", [3.57, 18.12, None, None]),
            ("Snapshot Ensemble (0.2)", [3.44, 17.41, None, None]),
        ),
    }
)
