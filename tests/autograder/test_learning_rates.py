"""Learning rates: what peers publish is right, and the curves of a range test leave no doubt."""

import numpy as np
import pytest

from autograder.exercises import find_exercise
from autograder.exercises.learning_rates.curves import CURVES
from autograder.exercises.learning_rates.suggest_lr import suggest_lr
from autograder.prove import Bench
from autograder.written import Written


RIGHT = {
    "PyTorch's CyclicLR": """
        def cyclical(t, *, lr_min, lr_max, step_size_up):
            total_size = float(step_size_up + step_size_up)
            step_ratio = float(step_size_up) / total_size
            cycle = np.floor(1 + t / total_size)
            x = 1.0 + t / total_size - cycle
            scale_factor = x / step_ratio if x <= step_ratio else (x - 1) / (step_ratio - 1)
            return lr_min + (lr_max - lr_min) * scale_factor
    """,
    "PyTorch's CosineAnnealingWarmRestarts": """
        def cosine_restarts(t, *, lr_min, lr_max, T_0, T_mult=1):
            T_cur, T_i = 0, T_0
            for _ in range(t):
                T_cur = T_cur + 1
                if T_cur >= T_i:
                    T_cur = T_cur - T_i
                    T_i = T_i * T_mult
            return lr_min + (lr_max - lr_min) * (1 + np.cos(np.pi * T_cur / T_i)) / 2
    """,
    "snapshots where the rate goes up": """
        def snapshot_steps(n_steps, T_0, T_mult=1):
            starts, length = [], T_0
            start = T_0
            while start <= n_steps:
                starts.append(start)
                length = length * T_mult
                start = start + length
            return np.array(starts) - 1
    """,
    "a loss that is looked at before it is stored": """
        def lr_range_test(step, val_loss, w0, state0, lrs):
            w, state, losses, lowest = np.copy(w0), np.copy(state0), np.array([]), None
            for lr in lrs:
                w, state = step(w, state, lr)
                loss = val_loss(w)
                if np.isnan(loss) or abs(loss) == np.inf:
                    break
                diverged = lowest is not None and loss > 4 * lowest
                losses = np.append(losses, loss)
                lowest = loss if lowest is None else min(lowest, loss)
                if diverged:
                    break
            return np.concatenate([losses, [val_loss(w0)]])
    """,
    "classes that are counted": """
        def disagreement(labels):
            classes = range(np.max(labels) + 1)
            same = sum(np.outer(0 * labels[:, 0], 0 * labels[:, 0]) for _ in classes)
            for k in classes:
                same = same + (labels == k).astype(int) @ (labels == k).astype(int).T
            return (labels.shape[1] - same) / labels.shape[1]
    """,
}


@pytest.mark.parametrize("text", RIGHT.values(), ids=RIGHT)
def test_what_peers_write_is_right(text):
    answer = Written(text)
    judgement = Bench(find_exercise(answer.__name__)).judged(answer)
    assert judgement.finding is None
    assert judgement.score == judgement.max_score


@pytest.mark.parametrize("kind", CURVES)
def test_the_steepest_fall_of_every_curve_is_clearly_the_steepest_and_at_neither_end(kind):
    curves = CURVES[kind]
    for lrs, losses in (curves.curve(seed) for group in curves.seeds for seed in group):
        weights = curves.beta ** np.abs(np.subtract.outer(np.arange(len(lrs)), np.arange(len(lrs))))
        smoothed = np.tril(weights) @ losses / np.tril(weights).sum(axis=1)
        slopes = np.gradient(smoothed, np.log(lrs))
        lowest, second = np.sort(slopes)[:2]
        assert second > 0.95 * lowest
        assert 0 < np.argmin(slopes) < len(lrs) - 1
        assert suggest_lr(lrs, losses, curves.beta) == lrs[np.argmin(slopes)]
        assert losses.min() > 0
