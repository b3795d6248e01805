import copy
from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from advsec import plots
from advsec.averages import ewma
from tests.advsec.examples import Example


N = 60
T = np.arange(1.0, N + 1)
LINE = np.linspace(1.0, 2.0, N)
RUNS = np.random.default_rng(0).normal(3, 1, size=(N, 4))  # of 4 seeds
GRID = np.linspace(-1, 1, 9)
MASKS = np.random.default_rng(0).random((6, 5)) < 0.7
SPIRAL = np.stack([np.cos(T) / T, np.sin(T)], axis=1)


def bowl(w):
    return np.sum([1, 9] * np.asarray(w) ** 2, axis=-1)


def cube(x):
    return x**3


def drawn(data: dict[str, Any], raises: Mapping[str, dict[str, Any]] | None = None) -> Example:
    """A figure of this data, each time of a fresh copy; pictures have no precision to keep."""
    return Example(lambda: copy.deepcopy(data), raises=raises or {}, keeps_float32=False)


def too_many(name: str, *taken: str) -> dict[str, dict[str, Any]]:
    """The refusal of more labels than a panel has looks, of which the figure itself may take some."""
    labels = "abcdef"[len(taken) :]
    sentence = f"labels must be at most 5 in one panel, got {[*taken, *labels]!r}"
    return {sentence: {name: dict.fromkeys(labels, np.ones(1))}}


# Every number of the data stands in an array, where tests can change it.
EXAMPLES = {
    "series": drawn({"x": LINE, "averages": {r"$\beta$ = 0.9": LINE + 0.5, "other": LINE}, "level": 1.5}),
    "kernels": drawn({"betas": np.array([0.5, 0.9])}),
    "step_response": drawn({"response": ewma(np.ones(30), 0.9), "N": 19}),
    "variance_floor": drawn({"variances": {r"$\alpha$ = 0.5": LINE}, "floors": [1 / 3]}),
    "tracking_error": drawn({
        "alphas": LINE, "errors": {r"$\rho$ = 1": LINE**2}, "gains": {r"$\rho$ = 1": 0.618}
    }),
    "noise_and_bias": drawn({
        "n": np.arange(1, N + 1), "noise": {"$a$ = 1": LINE}, "bias": {"$a$ = 1": -LINE}
    }),
    "settling": drawn({"paths": {0.5: np.ones((N, 3)), 2.0: np.ones((N, 3))}, "target": 5}),
    "correction": drawn({"errors": {r"$\mu$ = 5": (LINE, LINE / 2)}, "mark": 7}),
    "adam_without_correction": drawn({"ratio": LINE, "marks": [1, 60]}),
    "curves": drawn({
        "x": T, "lines": {r"$w_{1}$": RUNS, "b": LINE, "c": LINE / 2, "d": 2 * LINE, "e": 3 * LINE},
        "xlabel": "step", "ylabel": "loss", "yscale": "log", "marks": {"best": 7.0}, "levels": {"floor": 1.0},
    }, too_many("lines")),
    "schedules": drawn({
        "lrs": {"restarts": np.tile(LINE[::-1], 3), "warm-up": LINE}, "snapshots": {"restarts": [59, 119]}
    }),
    "gains": drawn(
        {
            "names": ["a", "b"],
            "values": {"x": np.array([-1.0, 2.0]), "y": np.array([1.0, 3.0])},
            "xlabel": "gain in %",
        },
        too_many("values"),
    ),
    "rate_reader": drawn(
        {"lrs": LINE, "smoothed": (LINE - 1.4) ** 2 + 1, "training": {1.2: 1 / T, 1.9: LINE}},
        {
            "labels must be at most 5 in one panel, got ['1', '2', '3', '4', '5', '6']": {
                "training": dict.fromkeys(range(1, 7), np.ones(1))
            }
        },
    ),
    "range_test": drawn({
        "lrs": T, "losses": LINE + 0.1, "smoothed": LINE,
        "suggestions": {"steepest": 7.0, "upper": 20.0},
    }, too_many("suggestions", "average")),
    "gradient_errors": drawn({
        "eps": 10.0 ** np.arange(-9, 1),
        "errors": {"central": 1e-3 * (1e-9 / 10.0 ** np.arange(-9, 1) + 10.0 ** np.arange(-18, 2, 2))},
        "orders": {"central": 2},
    }, too_many("errors")),
    "chords": drawn({"functions": {"$x^3$": cube}, "x": np.array(1.0), "eps": np.array(0.5)}),
    "error_parts": drawn({
        "eps": np.geomspace(1e-8, 1e-2, N), "measured": np.geomspace(1e-8, 1e-4, N),
        "parts": {"truncation": np.geomspace(1e-16, 1e-4, N), "round-off": np.geomspace(1e-8, 1e-14, N)},
        "mark": 1e-5,
    }, too_many("parts", "sum")),
    "fits": drawn({
        "x": T, "fits": {"degree 1": RUNS.T, "degree 3": RUNS.T**2}, "truth": LINE, "data": (T, LINE + 0.1)
    }),
    "bars": drawn({
        "names": ["W1", "b1", "W2"], "values": {"right": RUNS[:3] ** 2, "wrong": np.array([1.0, 0.0, 2.0])},
        "xlabel": r"error $\xi$", "levels": {"threshold": 0.5}, "log": True,
    }, too_many("values")),
    "error_plane": drawn({
        "panels": {
            "one": {
                "more data": np.array([[0.5, 0.6], [0.2, 0.35]]),
                "penalty": np.array([[0.5, 0.6], [0.55, 0.55], [0.6, 0.6]]),
            },
            "other": {
                "more data": np.array([[0.0, 0.15], [0.0, 0.05]]),
                "penalty": np.array([[0.0, 0.15], [0.05, 0.15]]),
            },
        }
    }, {
        "labels must be at most 5 in one panel, got ['a', 'b', 'c', 'd', 'e', 'f']": {
            "panels": {"patient": dict.fromkeys("abcdef", np.ones((2, 2)))}
        }
    }),
    "stacked_bars": drawn({
        "names": ["0", "9"], "parts": {"bias": np.array([1.0, 2.0]), "variance": np.array([0.5, 99.0])},
        "xlabel": "degree", "ylabel": "error", "direct": np.array([1.51, 100.0]), "top": 3.0,
    }, too_many("parts")),
    "distributions": drawn({"layers": {"plain": [RUNS, RUNS / 9], "batch norm": [RUNS, RUNS + 1]}}),
    "contours": drawn({
        "f": bowl, "paths": {"momentum": SPIRAL, "Adam": SPIRAL / 2}, "minimum": np.zeros(2)
    }),
    "heat_maps": drawn({
        "maps": {"Adam": np.outer(T[:4], LINE[:3]), "AMSGrad": np.eye(4, 3)}, "rows": [0.1, 0.5, 0.9, 0.999],
        "columns": ["a", "b", "c"], "ylabel": r"$\beta_2$", "xlabel": "$C$", "label": "last $x$",
    }),
    "mask_grid": drawn({"masks": MASKS, "keep_prob": 0.7}),
    "decision_regions": drawn({
        "x1": GRID, "x2": 2 * GRID,
        "regions": {"line": np.add.outer(GRID, GRID) > 0, "constant": np.zeros((9, 9), dtype=bool)},
        "X": RUNS[:20, :2] - 3, "y": np.arange(20) % 2,
    }),
    "momentum_plane": drawn({
        "points": {"A": np.array([0.1, 0.5]), "B": np.array([3.8, 0.9])},
        "paths": {"A": LINE - 1.5, "B": np.cos(T)},
    }, too_many("points")),
    "adam_steps": drawn({
        "gradients": LINE, "steps": {"right": LINE, "line 7": 30 / T, "none": -LINE}
    }, too_many("steps")),
    "covariate_shift": drawn({
        "x": GRID, "truth": GRID**2, "learned": 0.5 * GRID + 0.5, "seen": RUNS[:, 0] / 10 - 0.6,
        "new": RUNS[:, 1] / 10 + 0.2,
    }),
    "thinned_networks": drawn({"networks": {"thinned": [MASKS[0], MASKS[1, :3]], "another": [MASKS[2]]}}),
    "training_and_test": drawn({
        "cases": {"direct": (LINE[:3], 0.7 * LINE[:3]), "forgotten": (LINE[:3], LINE[3:6])}, "keep_prob": 0.7,
    }),
    "outputs_of_masks": drawn({
        "outputs": {"one": LINE / 2, "other": LINE / 3}, "prob": np.full(N, 1 / N),
        "marks": {"one": {"$E$": 0.7}, "other": {}},
    }),
    "three_averages": drawn({
        "averages": {"small": (LINE[:4] / 2, LINE[:4] / 2, LINE[:4] / 3), "large": [LINE[:4] / 4] * 3}
    }),
    "weight_paths": drawn({
        "keep_probs": LINE / 2, "lines": {"$w_1$": LINE, "b": -LINE}, "others": np.stack([LINE, 2 * LINE]),
        "points": {0.7: LINE[:3]}, "ylabel": "weight",
    }, too_many("lines")),
    "show": Example(
        lambda: {"figure": plots.kernels([0.5])},
        raises={"alt must be a description of the figure, got ''": {"figure": Figure()}},
    ),
}  # fmt: skip
