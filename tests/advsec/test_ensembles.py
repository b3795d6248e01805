import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra.numpy import arrays

from advsec.ensembles import (
    SNAPSHOT_RESULTS,
    average_predictions,
    disagreement,
    majority_vote,
    take_snapshots,
)
from advsec.optimizers import minimize
from advsec.schedules import cosine_restarts, snapshot_steps


labels = arrays(np.int64, st.tuples(st.integers(1, 6), st.integers(1, 8)), elements=st.integers(0, 3))


def test_snapshots_are_the_weights_at_the_end_of_each_cycle():
    trace = minimize(
        lambda w: w - 1.0,
        np.zeros(2),
        "gd",
        lr=lambda t: cosine_restarts(t, lr_min=0.0, lr_max=0.5, T_0=4),
        n_steps=12,
    )
    snapshots = take_snapshots(trace, snapshot_steps(12, 4))
    np.testing.assert_array_equal(snapshots, trace.w[[4, 8, 12]])
    assert not any(np.shares_memory(snapshot, trace.w) for snapshot in snapshots)


@given(labels)
def test_a_vote_has_at_least_as_many_supporters_as_any_other_class(votes):
    winners = majority_vote(votes)
    supporters = (votes == winners).sum(axis=0)
    for rival in range(4):
        rivals = (votes == rival).sum(axis=0)
        assert (supporters >= rivals).all()
        assert (winners <= rival)[rivals == supporters].all()  # a tie goes to the smallest class


@given(labels)
def test_disagreement_is_a_distance_between_models(votes):
    D = disagreement(votes)
    np.testing.assert_array_equal(D, D.T)
    np.testing.assert_array_equal(np.diag(D), 0)
    assert (D[:, None, :] <= D[:, :, None] + D[None, :, :] + 1e-12).all()
    for i, one in enumerate(votes):
        for j, other in enumerate(votes):
            assert D[i, j] == np.mean(one != other)


def test_an_average_of_probabilities_is_one_and_can_overrule_the_majority():
    probs = np.array([[[0.55, 0.45]], [[0.55, 0.45]], [[0.05, 0.95]]])
    mean = average_predictions(probs)
    assert mean.sum() == pytest.approx(1)
    assert mean.argmax(axis=-1).tolist() == [1]
    assert majority_vote(probs.argmax(axis=-1)).tolist() == [0]


def test_e23_the_table_of_the_slide_does_not_say_that_ensembles_always_win():
    cells = [
        (column, rows)
        for rows in SNAPSHOT_RESULTS.values()
        for column in rows["Single model"]
        if rows["Single model"][column] is not None
    ]

    def wins(method):
        return sum(rows[method][column] < rows["Single model"][column] for column, rows in cells)

    assert len(cells) == 14
    assert wins("Snapshot Ensemble (0.1)") == 13
    assert wins("Snapshot Ensemble (0.2)") == 14
    assert wins("NoCycle Snapshot Ensemble") == 10
    assert wins("SingleCycle Ensembles") == 9
    best = [
        min((method for method in rows), key=lambda method: rows[method][column]) for column, rows in cells
    ]
    assert sum(method.startswith("Snapshot") for method in best) == 14
    assert best.count("Snapshot Ensemble (0.2)") == 10


def test_e24_some_of_the_errors_printed_bold_are_not_the_best():
    resnet, wide = SNAPSHOT_RESULTS["ResNet-110"], SNAPSHOT_RESULTS["Wide-ResNet-32"]
    assert resnet["Snapshot Ensemble (0.1)"]["C10"] == 5.73 > resnet["Single model"]["C10"] == 5.52
    assert wide["Snapshot Ensemble (0.2)"]["C10"] == 4.73 > wide["Snapshot Ensemble (0.1)"]["C10"]
    assert wide["Snapshot Ensemble (0.2)"]["C100"] == 21.56 > wide["SingleCycle Ensembles"]["C100"]
