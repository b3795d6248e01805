import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, strategies as st

from advsec.datasets import load, with_label_noise


@pytest.mark.parametrize(
    ("name", "m", "n"),
    [
        ("breast_cancer", 569, 30),
        ("diabetes", 442, 10),
        ("digits", 1797, 64),
        ("iris", 150, 4),
        ("wine", 178, 13),
    ],
)
def test_the_parts_of_every_set_have_the_documented_sizes(name, m, n):
    data = load(name, scale="raw")
    sizes = [len(data.X_train), len(data.X_val), len(data.X_test)]
    assert sizes == [m - 2 * int(0.2 * m), int(0.2 * m), int(0.2 * m)]
    assert {part.shape[1] for part in data[::2]} == {n}
    assert [len(part) for part in data[1::2]] == sizes


def test_the_first_call_of_a_process_draws_no_number_from_the_global_generator():
    """scikit-learn is imported then, and rich with it, which draws some."""
    code = """if True:
        import random, sys
        from advsec.datasets import load
        state = random.getstate()
        assert "sklearn" not in sys.modules
        load("iris")
        assert random.getstate() == state
    """
    subprocess.run([sys.executable, "-c", code], check=True)


def test_no_example_is_in_two_parts():
    data = load("diabetes", scale="raw")
    rows = np.concatenate(data[::2])
    assert len(np.unique(rows, axis=0)) == len(rows) == 442


def test_examples_keep_their_targets():
    from sklearn.datasets import load_digits

    X, y = load_digits(return_X_y=True)
    labels = {row.tobytes(): label for row, label in zip(X, y, strict=True)}
    data = load("digits", scale="raw")
    for rows, targets in zip(data[::2], data[1::2], strict=True):
        assert [labels[row.tobytes()] for row in rows] == targets.tolist()


def test_the_seed_decides_the_split_and_n_train_only_shortens_the_training_part():
    full, again, other = load("iris"), load("iris"), load("iris", seed=1)
    for ours, same in zip(full, again, strict=True):
        np.testing.assert_array_equal(ours, same)
    assert not np.array_equal(full.y_test, other.y_test)
    short = load("iris", n_train=20, scale="raw")
    long = load("iris", scale="raw")
    np.testing.assert_array_equal(short.X_train, long.X_train[:20])
    np.testing.assert_array_equal(short.X_test, long.X_test)


@pytest.mark.parametrize("name", ["breast_cancer", "digits"])
def test_standard_scaling_uses_the_training_part_and_leaves_constant_features_finite(name):
    data, raw = load(name, n_train=100), load(name, n_train=100, scale="raw")
    varies = raw.X_train.std(axis=0) > 0
    np.testing.assert_allclose(data.X_train.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(data.X_train.std(axis=0)[varies], 1, rtol=1e-10)
    assert not np.any(data.X_train[:, ~varies])
    shift, divisor = raw.X_train.mean(axis=0), np.where(varies, raw.X_train.std(axis=0), 1)
    np.testing.assert_allclose(data.X_test, (raw.X_test - shift) / divisor, rtol=1e-12, atol=1e-12)


def test_unit_scaling_keeps_pixels_between_0_and_1():
    data = load("digits", scale="unit")
    assert data.X_train.min() == 0
    assert data.X_train.max() == 1
    np.testing.assert_array_equal(data.X_train * 16, load("digits", scale="raw").X_train)


def test_precision_applies_to_features_and_to_the_targets_of_regression():
    assert load("diabetes", dtype=np.float32).y_test.dtype == np.float32
    assert load("iris", dtype=np.float32).X_test.dtype == np.float32
    assert load("iris", dtype=np.float32).y_test.dtype == np.int64


@given(st.integers(0, 60), st.floats(0, 1), st.integers(2, 10), st.integers(0, 100))
def test_label_noise_changes_exactly_the_share_and_every_change_is_one(m, share, n_classes, seed):
    y = np.random.default_rng(seed).integers(n_classes, size=m)
    noisy = with_label_noise(y, share, n_classes=n_classes, rng=np.random.default_rng(seed))
    assert np.sum(noisy != y) == int(share * m)
    assert np.all((noisy >= 0) & (noisy < n_classes))


def test_label_noise_reaches_every_other_class():
    noisy = with_label_noise(np.full(1000, 3), 1.0, n_classes=5, rng=np.random.default_rng(0))
    assert set(noisy.tolist()) == {0, 1, 2, 4}


@pytest.mark.parametrize(("val", "test"), [(0.5, 0.5), (0.9, 0.2), (1 - 2**-53, 0.0), (0.0, 0.999)])
def test_shares_leave_examples_for_training_or_are_refused(val, test):
    if val + test < 1:
        assert len(load("iris", val_share=val, test_share=test).X_train) >= 1
        return
    with pytest.raises(ValueError, match=r"val_share \+ test_share must be < 1"):
        load("iris", val_share=val, test_share=test)


def test_a_feature_that_is_constant_in_training_is_not_divided(monkeypatch):
    """Its standard deviation is not 0 but what rounding leaves of it."""
    X = np.column_stack([np.full(600, 0.1), np.arange(600.0)])
    assert X.std(axis=0)[0] > 0
    monkeypatch.setattr("advsec.datasets._bundled", lambda name: (X, np.arange(600)))
    data = load("digits", test_share=0.5)
    assert np.abs(data.X_test[:, 0]).max() < 1e-12
