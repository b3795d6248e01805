"""The bug clinic: a backward pass with two faults, the second of which is seen when the first is mended."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from advsec import network
from autograder.catalogue import Wrong, exercise
from autograder.exercise import Call, Probe, call
from autograder.exercises.credit import HALF_MENDED, SLIP
from autograder.exercises.gradient_checking.inputs import gradient
from autograder.exercises.gradient_checking.sections import CLINIC


def network_gradient(params: Mapping[str, ArrayLike], X: ArrayLike, y: ArrayLike) -> dict[str, NDArray]:
    """The gradient of the mean squared error of a network with one hidden layer of tanh units."""
    blocks = {name: np.asarray(params[name], dtype=float) for name in ("W1", "b1", "W2", "b2")}
    net = network.MLP((*blocks["W1"].shape, blocks["b2"].size), activation="tanh", loss="squared_error")
    theta = np.concatenate([block.ravel() for block in blocks.values()])
    return net.views(network.loss_and_gradient(net, theta, X, y).dtheta)


def examples(rng: np.random.Generator, m: int, n_in: int, n_hidden: int, n_out: int) -> Call:
    shapes = {"W1": (n_in, n_hidden), "b1": (n_hidden,), "W2": (n_hidden, n_out), "b2": (n_out,)}
    params = {name: (gradient(rng, *shape) / 2).round(3) for name, shape in shapes.items()}
    return call(params, gradient(rng, m, n_in), gradient(rng, m, n_out))


def whole_numbers(rng: np.random.Generator) -> Call:
    params, X, y = examples(rng, 4, 2, 3, 2).args
    return call(params, rng.integers(-2, 3, X.shape), rng.integers(-3, 4, y.shape))


def whole_weights(rng: np.random.Generator) -> Call:
    """Parameters in whole numbers, and inputs so small that no unit saturates."""
    params, X, y = examples(rng, 4, 2, 3, 2).args
    params = {name: rng.choice([-2, -1, 1, 2], block.shape) for name, block in params.items()}
    params["b1"] = np.sign(params["b1"])
    return call(params, (X / 8).round(3), y)


def one_example(call: Call) -> bool:
    return len(call.args[1]) == 1


def fractions_in_params(call: Call) -> bool:
    return bool(call.args[0]["W1"].dtype.kind == "f")


RETURN = 'return {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}'
ERROR, SLOPE = "2 * (out - y) / len(X)", "1 - a1**2"
GIVEN = {ERROR: "(out - y) / len(X)", SLOPE: "1 - z1**2"}

NETWORK_GRADIENT = exercise(
    solution="""
        def network_gradient(params, X, y):
            z1 = X @ params["W1"] + params["b1"]
            a1 = np.tanh(z1)
            out = a1 @ params["W2"] + params["b2"]
            dout = 2 * (out - y) / len(X)
            dW2 = a1.T @ dout
            db2 = dout.sum(axis=0)
            da1 = dout @ params["W2"].T
            dz1 = da1 * (1 - a1**2)
            dW1 = X.T @ dz1
            db1 = dz1.sum(axis=0)
            return {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}
    """,
    broken=GIVEN,
    reference=network_gradient,
    points=3,
    read=CLINIC,
    probes=(
        Probe("a small network", lambda rng: examples(rng, 5, 2, 3, 2)),
        Probe("more units than examples", lambda rng: examples(rng, 3, 2, 6, 4)),
        Probe("whole numbers", lambda rng: (whole_weights(rng), whole_numbers(rng))),
        Probe("as many units as inputs and outputs", lambda rng: examples(rng, 4, 3, 3, 3), public=False),
        Probe("many examples", lambda rng: examples(rng, 20, 4, 2, 3), public=False),
    ),
    misconceptions=(
        Wrong(
            "cut_to_whole_numbers",
            {
                RETURN: f"blocks = {RETURN[7:]}\n"
                "return {name: block.astype(params[name].dtype) for name, block in blocks.items()}"
            },
            "the gradient of whole numbers is cut to whole numbers, because it is stored in an array of "
            "their type: `np.zeros_like(params['W1'])`",
            passes=(fractions_in_params,),
            credit=SLIP,
        ),
        Wrong(
            "second_fault_left",
            {SLOPE: GIVEN[SLOPE]},
            "one fault is mended and one is left, in the first layer: the blocks `W2` and `b2` are right "
            "now, and something between them and `W1` is not",
            parts=(2, 3),
            credit=HALF_MENDED,
        ),
        Wrong(
            "first_fault_left",
            {ERROR: GIVEN[ERROR]},
            "one fault is mended and one is left, in the last layer: every block is half of what it should "
            "be",
            credit=HALF_MENDED,
        ),
        Wrong(
            "divided_by_all_entries",
            {ERROR: "2 * (out - y) / y.size"},
            "the error is divided by all entries of `y`, and the loss is a mean over the examples alone: "
            "`y.size`",
        ),
        Wrong(
            "not_divided",
            {ERROR: "2 * (out - y)"},
            "the errors of the examples are added up, and the loss is their mean: `{}`",
        ),
        Wrong(
            "sign_turned",
            {ERROR: "2 * (y - out) / len(X)"},
            "the error has the other sign: `{}`",
        ),
        Wrong(
            "four_times",
            {ERROR: "4 * (out - y) / len(X)"},
            "the error is twice as large as it should be: `{}`",
        ),
        Wrong(
            "error_squared",
            {ERROR: "(out - y) ** 2 / len(X)"},
            "the error is squared, as in the loss, and not its derivative: `{}`",
        ),
        Wrong(
            "without_slope",
            {SLOPE: "1"},
            "the slope of tanh is left out, as if it were 1 everywhere: `dz1 = da1`",
            parts=(2, 3),
        ),
        Wrong(
            "slope_not_squared",
            {SLOPE: "1 - a1"},
            "the square is missing in the slope of tanh: `{}`",
            parts=(2, 3),
        ),
        Wrong(
            "slope_squared_outside",
            {SLOPE: "(1 - a1) ** 2"},
            "the square stands outside of the bracket in the slope of tanh: `{}`",
            parts=(2, 3),
        ),
        Wrong(
            "slope_of_a_sigmoid",
            {SLOPE: "a1 * (1 - a1)"},
            "the slope is that of a sigmoid, and the units are tanh: `{}`",
            parts=(2, 3),
        ),
        Wrong(
            "slope_of_the_slope",
            {SLOPE: "1 - np.tanh(a1) ** 2"},
            "the slope is taken at `a1`, to which tanh has been applied already: `{}`",
            parts=(2, 3),
        ),
        Wrong(
            "slope_of_a_rectifier",
            {SLOPE: "z1 > 0"},
            "the slope is that of a rectifier, and the units are tanh: `{}`",
            parts=(2, 3),
        ),
        Wrong(
            "slope_plus",
            {SLOPE: "1 + a1**2"},
            "the slope of tanh has the wrong sign within: `{}`",
            parts=(2, 3),
        ),
        Wrong(
            "mean_of_b2",
            {"dout.sum(axis=0)": "dout.mean(axis=0)"},
            "`db2` is a mean of errors that are divided by the number of examples already: `{}`",
            parts=(0, 1, 2),
        ),
        Wrong(
            "mean_of_b1",
            {"dz1.sum(axis=0)": "dz1.mean(axis=0)"},
            "`db1` is a mean of errors that are divided by the number of examples already: `{}`",
            parts=(0, 2, 3),
        ),
        Wrong(
            "means_of_both",
            {"dout.sum(axis=0)": "dout.mean(axis=0)", "dz1.sum(axis=0)": "dz1.mean(axis=0)"},
            "`db1` and `db2` are means of errors that are divided by the number of examples already: "
            "`mean(axis=0)`",
            parts=(0, 2),
        ),
        Wrong(
            "first_layer_without_error",
            {'dout @ params["W2"].T': '(out - y) @ params["W2"].T'},
            "the error that goes back into the first layer is `out - y`, and not what was mended: `dout`",
            parts=(2, 3),
        ),
        Wrong(
            "factor_put_into_the_last_layer_alone",
            {
                "a1.T @ dout": "2 * a1.T @ dout",
                "dout.sum(axis=0)": "2 * dout.sum(axis=0)",
                ERROR: GIVEN[ERROR],
            },
            "the factor is put into `dW2` and `db2`, and the first layer goes on with an error without it",
            parts=(2, 3),
        ),
        Wrong(
            "factor_put_into_the_weights_alone",
            {"a1.T @ dout": "2 * a1.T @ dout", "X.T @ dz1": "2 * X.T @ dz1", ERROR: GIVEN[ERROR]},
            "the factor is put into `dW1` and `dW2`, and the offsets are left as they were",
            parts=(0, 2),
        ),
        Wrong(
            "keeps_the_axis",
            {
                "dout.sum(axis=0)": "dout.sum(axis=0, keepdims=True)",
                "dz1.sum(axis=0)": "dz1.sum(axis=0, keepdims=True)",
            },
            "`db1` and `db2` keep an axis of length 1, which `b1` and `b2` do not have: `keepdims=True`",
            parts=(0, 2),
            kind="wrong_shape",
            credit=SLIP,
        ),
        Wrong(
            "one_number_for_each_offset",
            {"dout.sum(axis=0)": "dout.sum()", "dz1.sum(axis=0)": "dz1.sum()"},
            "the offsets of all units get one number: `dout.sum()`",
            parts=(0, 2),
            kind="wrong_shape",
        ),
    ),
    alternatives={
        "the other form of the slope": """
            def network_gradient(params, X, y):
                hidden = np.tanh(X @ params["W1"] + params["b1"])
                error = hidden @ params["W2"] + params["b2"] - y
                delta2 = 2 / X.shape[0] * error
                delta1 = delta2.dot(params["W2"].T) / np.cosh(X @ params["W1"] + params["b1"]) ** 2
                grads = {"W2": hidden.T.dot(delta2), "b2": np.sum(delta2, axis=0)}
                grads["W1"], grads["b1"] = X.T.dot(delta1), np.sum(delta1, axis=0)
                return grads
        """,
        "loop": """
            def network_gradient(params, X, y):
                grads = {name: np.zeros(block.shape) for name, block in params.items()}
                for x, target in zip(X, y):
                    a = np.tanh(x @ params["W1"] + params["b1"])
                    d = 2 * (a @ params["W2"] + params["b2"] - target)
                    dz = (params["W2"] @ d) * (1 - a * a)
                    grads["W2"] += np.outer(a, d) / len(X)
                    grads["b2"] += d / len(X)
                    grads["W1"] += np.outer(x, dz) / len(X)
                    grads["b1"] += dz / len(X)
                return grads
        """,
        "the mean at the end": """
            def network_gradient(params, X, y):
                W1, b1, W2, b2 = (params[name] for name in ("W1", "b1", "W2", "b2"))
                a1 = np.tanh(X @ W1 + b1)
                d2 = a1 @ W2 + b2 - y
                d1 = d2 @ W2.T * (1 - a1**2)
                m = len(y)
                weights = {"W1": 2 * X.T @ d1 / m, "W2": 2 * a1.T @ d2 / m}
                return weights | {"b1": 2 * d1.mean(axis=0), "b2": 2 * d2.mean(axis=0)}
        """,
        "einsum, as lists": """
            def network_gradient(params, X, y):
                a1 = np.tanh(np.einsum("mi,ij->mj", X, params["W1"]) + params["b1"])
                out = np.einsum("mj,jk->mk", a1, params["W2"]) + params["b2"]
                d2 = 2 * (out - y) / len(X)
                d1 = np.einsum("mk,jk->mj", d2, params["W2"]) * (1 - a1**2)
                return {
                    "b2": d2.sum(0).tolist(),
                    "W2": np.einsum("mj,mk->jk", a1, d2).tolist(),
                    "b1": d1.sum(0).tolist(),
                    "W1": np.einsum("mi,mj->ij", X, d1).tolist(),
                }
        """,
        "single precision": """
            def network_gradient(params, X, y):
                p = {name: np.asarray(block, np.float32) for name, block in params.items()}
                X, y = np.float32(X), np.float32(y)
                a1 = np.tanh(X @ p["W1"] + p["b1"])
                d2 = 2 * (a1 @ p["W2"] + p["b2"] - y) / np.float32(len(X))
                d1 = (d2 @ p["W2"].T) * (1 - a1 * a1)
                return {"W1": X.T @ d1, "b1": d1.sum(axis=0), "W2": a1.T @ d2, "b2": d2.sum(axis=0)}
        """,
    },
)
