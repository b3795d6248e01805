from tests.advsec.examples import Example, normal


EXAMPLES = {
    "ridge": Example(
        lambda: {"X": normal(5, 3), "y": normal(5, seed=1), "l2": 0.5},
        raises={
            "X.shape must be (..., m, n), got (2,)": {"X": normal(2), "y": normal(2)},
            "y.shape must be (2,), one target per row of X, got (3,)": {"X": normal(2, 1), "y": normal(3)},
            "l2 must be >= 0, got -1": {"l2": -1},
        },
    ),
}
