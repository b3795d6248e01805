"""Every library as it comes: called with nothing but what it asks for, so that its own numbers and its own
convention show, and no others take the same steps."""

import os

import numpy as np

from advsec.libraries import SOURCES
from tests.parity.cases import (
    Case,
    Parity,
    import_keras,
    import_optax,
    keras_run,
    normal,
    optax_run,
    torch_run,
)


# Gradients down to the size of the smallest eps, the first of them large: eps, its place, every correction
# and both memories show.
SIZES = np.array([1e-8, 1e-5, 1e-2, 1.0])
RUN = {
    "w0": np.array([0.3, -0.2, 0.5, 0.1]),
    "gradients": np.vstack([10 * SIZES, SIZES * normal(14, 4, seed=5)]),
    "lr": 0.05,
}
# A library that keeps numbers in single precision.
SINGLE = {"rtol": 1e-5, "atol": 1e-6}


def single_or_double(peer: str) -> dict:
    return (
        SINGLE
        if peer.split(".")[0].split(":")[0] in {"mlx", "tinygrad", "onnx", "haiku"}
        else {"rtol": 1e-11}
    )


def optimizer_case(library, algorithm, compute, convention=None):
    peer = SOURCES[library][algorithm]
    return Case(peer, compute, f"{algorithm} as it comes", convention or library, **single_or_double(peer))


# Optimisers ------------------------------------------------------------------------------------------------


def sklearn_run(make):
    def compute(w0, gradients, lr):
        # What the fit of MLPClassifier steps with.
        from sklearn.neural_network import _stochastic_optimizers

        w, path = [w0.copy()], []
        optimizer = make(_stochastic_optimizers, w, lr)
        for gradient in gradients:
            optimizer.update_params(w, [gradient])
            path.append(w[0].copy())
        return np.array(path)

    return compute


ONNX_TRAINING = "ai.onnx.preview.training"


def onnx_model(operator, inputs, outputs, domain="", opset=1, **attributes):
    """A model of one node whose inputs and outputs are rows of doubles, or what their type and rank say."""
    from onnx import TensorProto, helper
    from onnx.reference import ReferenceEvaluator

    def value(name):
        name, kind, rank = name if isinstance(name, tuple) else (name, "DOUBLE", 1)
        return helper.make_tensor_value_info(name, getattr(TensorProto, kind), [None] * rank)

    names = [name[0] if isinstance(name, tuple) else name for name in inputs]
    results = [name[0] if isinstance(name, tuple) else name for name in outputs]
    node = helper.make_node(operator, names, results, domain=domain, **attributes)
    graph = helper.make_graph(
        [node], "one", [value(name) for name in inputs], [value(name) for name in outputs]
    )
    opsets = [helper.make_opsetid(domain, opset)]
    return ReferenceEvaluator(helper.make_model(graph, opset_imports=opsets))


SCALARS = [("R", "DOUBLE", 0), ("T", "INT64", 0)]


def onnx_adam(w0, gradients, lr, first=1):
    model = onnx_model("Adam", [*SCALARS, "X", "G", "V", "H"], ["X_new", "V_new", "H_new"], ONNX_TRAINING)
    w, v, s, path = w0, np.zeros_like(w0), np.zeros_like(w0), []
    for t, gradient in enumerate(gradients, start=first):
        feed = {"R": np.array(lr), "T": np.array(t), "X": w, "G": gradient, "V": v, "H": s}
        w, v, s = model.run(None, feed)
        path.append(w)
    return np.array(path)


def onnx_momentum(w0, gradients, lr, beta=1.0, first=0):
    attributes = {"alpha": 0.9, "beta": beta, "mode": "standard", "norm_coefficient": 0.0}
    model = onnx_model("Momentum", [*SCALARS, "X", "G", "V"], ["X_new", "V_new"], ONNX_TRAINING, **attributes)
    w, v, path = w0, np.zeros_like(w0), []
    for t, gradient in enumerate(gradients, start=first):
        w, v = model.run(None, {"R": np.array(lr), "T": np.array(t), "X": w, "G": gradient, "V": v})
        path.append(w)
    return np.array(path)


def jax_run(make):
    def compute(w0, gradients, lr):
        import_optax()  # in double precision
        from jax.example_libraries import optimizers

        init, update, weights = make(optimizers, lr)
        state, path = init(w0), []
        for t, gradient in enumerate(gradients):
            state = update(t, gradient, state)
            path.append(np.asarray(weights(state)))
        return np.array(path)

    return compute


def autograd_run(name):
    def compute(w0, gradients, lr):
        from autograd.misc import optimizers

        step = getattr(optimizers, name)
        counts = range(1, len(gradients) + 1)
        return np.array([step(lambda _, t: gradients[t], w0, num_iters=n, step_size=lr) for n in counts])

    return compute


def import_tinygrad():
    os.environ.setdefault("DEV", "PYTHON")  # which needs no compiler
    import tinygrad
    from tinygrad.helpers import Context

    return tinygrad, Context(TRAINING=1)


def tinygrad_run(make):
    def compute(w0, gradients, lr):
        tinygrad, training = import_tinygrad()
        with training:
            w = tinygrad.Tensor(w0.astype(np.float32)).realize()
            w.requires_grad = True
            optimizer, path = make(tinygrad.nn.optim, [w], lr), []
            for gradient in gradients:
                w.grad = tinygrad.Tensor(gradient.astype(np.float32))
                optimizer.step()
                path.append(w.numpy().astype(float))
        return np.array(path)

    return compute


def river_run(make):
    def compute(w0, gradients, lr):
        from river import optim

        optimizer, w, path = make(optim, lr), dict(enumerate(w0.tolist())), []
        for gradient in gradients:
            w = optimizer.step(w, dict(enumerate(gradient.tolist())))
            path.append(list(w.values()))
        return np.array(path)

    return compute


def mlx_run(make):
    def compute(w0, gradients, lr):
        import mlx.core as mx
        import mlx.optimizers

        mx.set_default_device(mx.cpu)
        optimizer, params, path = make(mlx.optimizers, lr), {"w": mx.array(w0, dtype=mx.float64)}, []
        for gradient in gradients:
            params = optimizer.apply_gradients({"w": mx.array(gradient, dtype=mx.float64)}, params)
            path.append(np.array(params["w"]))
        return np.array(path)

    return compute


RUNS = {
    ("torch", "momentum"): torch_run(lambda o, w, lr: o.SGD(w, lr=lr, momentum=0.9)),
    ("torch", "rmsprop"): torch_run(lambda o, w, lr: o.RMSprop(w, lr=lr)),
    ("torch", "adam"): torch_run(lambda o, w, lr: o.Adam(w, lr=lr)),
    ("torch", "amsgrad"): torch_run(lambda o, w, lr: o.Adam(w, lr=lr, amsgrad=True)),
    ("keras", "momentum"): keras_run(lambda o, lr: o.SGD(lr, momentum=0.9)),
    ("keras", "rmsprop"): keras_run(lambda o, lr: o.RMSprop(lr)),
    ("keras", "adam"): keras_run(lambda o, lr: o.Adam(lr)),
    ("keras", "amsgrad"): keras_run(lambda o, lr: o.Adam(lr, amsgrad=True)),
    ("optax", "momentum"): optax_run(lambda o, lr: o.sgd(lr, momentum=0.9)),
    ("optax", "rmsprop"): optax_run(lambda o, lr: o.rmsprop(lr)),
    ("optax", "adam"): optax_run(lambda o, lr: o.adam(lr)),
    ("optax", "amsgrad"): optax_run(lambda o, lr: o.amsgrad(lr)),
    ("jax", "momentum"): jax_run(lambda o, lr: o.momentum(lr, 0.9)),
    ("jax", "rmsprop"): jax_run(lambda o, lr: o.rmsprop(lr)),
    ("jax", "adam"): jax_run(lambda o, lr: o.adam(lr)),
    ("mlx", "momentum"): mlx_run(lambda o, lr: o.SGD(lr, momentum=0.9)),
    ("mlx", "rmsprop"): mlx_run(lambda o, lr: o.RMSprop(lr)),
    ("mlx", "adam"): mlx_run(lambda o, lr: o.Adam(lr)),
    ("tinygrad", "momentum"): tinygrad_run(lambda o, w, lr: o.SGD(w, lr=lr, momentum=0.9)),
    ("tinygrad", "adam"): tinygrad_run(lambda o, w, lr: o.Adam(w, lr=lr)),
    ("sklearn", "momentum"): sklearn_run(lambda o, w, lr: o.SGDOptimizer(w, lr, nesterov=False)),
    ("sklearn", "adam"): sklearn_run(lambda o, w, lr: o.AdamOptimizer(w, lr)),
    ("onnx", "momentum"): onnx_momentum,
    ("onnx", "adam"): onnx_adam,
    ("autograd", "momentum"): autograd_run("sgd"),
    ("autograd", "adam"): autograd_run("adam"),
    ("river", "momentum"): river_run(lambda o, lr: o.Momentum(lr)),
    ("river", "rmsprop"): river_run(lambda o, lr: o.RMSProp(lr)),
    ("river", "adam"): river_run(lambda o, lr: o.Adam(lr)),
    ("river", "amsgrad"): river_run(lambda o, lr: o.AMSGrad(lr)),
}


# Averages: as they come, with a memory of 0.9 --------------------------------------------------------------


def scipy_filter(x, beta):
    from scipy.signal import lfilter

    return lfilter([1 - beta], [1, -beta], x)


def optax_average(x, beta):
    optax, jnp = import_optax()
    transform, means = optax.ema(beta), []
    state = transform.init(jnp.asarray(0.0))
    for observation in x:
        mean, state = transform.update(jnp.asarray(observation), state)
        means.append(float(mean))
    return np.array(means)


def pandas_average(x, beta):
    import pandas

    return pandas.Series(x).ewm(alpha=1 - beta).mean().to_numpy()


def polars_average(x, beta):
    import polars

    return polars.Series(x).ewm_mean(alpha=1 - beta).to_numpy()


def haiku_average(x, beta):
    import_optax()  # in double precision
    import haiku

    average = haiku.transform_with_state(lambda value: haiku.ExponentialMovingAverage(beta)(value))
    params, state = average.init(None, x[0])
    means = []
    for observation in x:
        mean, state = average.apply(params, state, None, observation)
        means.append(float(mean))
    return np.array(means)


def torch_average(x, beta):
    import torch
    from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

    model = torch.nn.Linear(1, 1, bias=False, dtype=torch.float64)
    average, means = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(beta)), []
    for observation in x:
        model.weight.data.fill_(observation)
        average.update_parameters(model)
        means.append(average.module.weight.item())
    return np.array(means)


def river_average(x, beta):
    from river import stats

    average, means = stats.EWMean(1 - beta), []
    for observation in x.tolist():
        average.update(observation)
        means.append(average.get())
    return np.array(means)


MEANS = {
    "scipy": scipy_filter,
    "optax": optax_average,
    "pandas": pandas_average,
    "polars": polars_average,
    "haiku": haiku_average,
    "torch": torch_average,
    "river": river_average,
}


# Batch normalisation: what comes out of the first batch, then both averages after each --------------------


def batches(layer):
    """`layer(z)` gives output, running mean and running variance, batch by batch."""

    def compute(z):
        step, outs, averages = layer(z.shape[-1]), [], []
        for batch in z:
            out, mean, var = (np.array(each, dtype=float) for each in step(batch))
            outs.append(out)
            averages += [mean.ravel(), var.ravel()]
        return np.vstack([outs[0], averages])

    return compute


def torch_layer(n):
    import torch

    layer = torch.nn.BatchNorm1d(n, dtype=torch.float64)
    return lambda z: (
        layer(torch.tensor(z)).detach().numpy(),
        layer.running_mean.numpy(),
        layer.running_var.numpy(),
    )


def keras_layer(n):
    keras = import_keras()
    layer = keras.layers.BatchNormalization(dtype="float64")

    def step(z):
        out = layer(keras.ops.convert_to_tensor(z, dtype="float64"), training=True)
        return [keras.ops.convert_to_numpy(each) for each in (out, layer.moving_mean, layer.moving_variance)]

    return step


def flax_layer(n):
    import_optax()  # in double precision
    from flax import nnx

    layer = nnx.BatchNorm(n, rngs=nnx.Rngs(0))
    return lambda z: (layer(z), layer.mean[...], layer.var[...])


def haiku_layer(n):
    import_optax()  # in double precision
    import haiku

    # It has no usual memory.
    layer = haiku.transform_with_state(lambda z: haiku.BatchNorm(True, True, 0.9)(z, is_training=True))
    kept = {}

    def step(z):
        if not kept:
            kept["params"], kept["state"] = layer.init(None, z)
        out, kept["state"] = layer.apply(kept["params"], kept["state"], None, z)
        averages = {name.split("/")[-1]: values["average"] for name, values in kept["state"].items()}
        return out, averages["mean_ema"], averages["var_ema"]

    return step


def equinox_layer(n):
    _, jnp = import_optax()
    import equinox
    import jax

    layer, state = equinox.nn.make_with_state(equinox.nn.BatchNorm)(
        n, axis_name="batch", mode="batch", dtype=jnp.float64
    )
    kept = {"state": state}

    def step(z):
        run = jax.vmap(layer, axis_name="batch", in_axes=(0, None), out_axes=(0, None))
        out, kept["state"] = run(z, kept["state"])
        return out, *jax.tree_util.tree_leaves(kept["state"].get(layer.batch_state_index))[-2:]

    return step


def mlx_layer(n):
    import mlx.core as mx
    import mlx.nn

    mx.set_default_device(mx.cpu)
    layer = mlx.nn.BatchNorm(n)
    return lambda z: (layer(mx.array(z.astype(np.float32))), layer.running_mean, layer.running_var)


def tinygrad_layer(n):
    tinygrad, training = import_tinygrad()
    layer = tinygrad.nn.BatchNorm(n)

    def step(z):
        with training:
            out = layer(tinygrad.Tensor(z.astype(np.float32))).numpy()
        return out, layer.running_mean.numpy(), layer.running_var.numpy()

    return step


def onnx_layer(n, mean=0.0):
    model = onnx_model(
        "BatchNormalization",
        [("X", "DOUBLE", 2), "scale", "B", "mean", "var"],
        [("Y", "DOUBLE", 2), "running_mean", "running_var"],
        opset=15,
        training_mode=1,
    )
    kept = {"mean": np.full(n, mean), "var": np.ones(n)}  # which the caller chooses

    def step(z):
        out, *averages = model.run(None, {"X": z, "scale": np.ones(n), "B": np.zeros(n), **kept})
        kept["mean"], kept["var"] = averages
        return out, *averages

    return step


LAYERS = {
    "torch": torch_layer,
    "keras": keras_layer,
    "flax": flax_layer,
    "haiku": haiku_layer,
    "equinox": equinox_layer,
    "mlx": mlx_layer,
    "tinygrad": tinygrad_layer,
    "onnx": onnx_layer,
}
# Columns small enough for eps to show in single precision too.
BATCHES = normal(3, 4, 2, seed=6) * [0.02, 0.3] + [0.02, 0.1]


# Dropout told 0.2: which values come out of ones, and which share of them is kept, to one decimal -----------


def values_and_share(dropout):
    def compute(n, told):
        out = np.asarray(dropout(np.ones(n), told), dtype=float)
        return np.append(np.unique(out), round(np.count_nonzero(out) / out.size, 1))

    return compute


def torch_dropout(ones, told):
    import torch

    torch.manual_seed(0)
    return torch.nn.Dropout(told)(torch.tensor(ones)).numpy()


def keras_dropout(ones, told):
    keras = import_keras()
    layer = keras.layers.Dropout(told, seed=0, dtype="float64")
    return keras.ops.convert_to_numpy(layer(keras.ops.convert_to_tensor(ones), training=True))


def flax_dropout(ones, told):
    import_optax()  # in double precision
    from flax import nnx

    return nnx.Dropout(told, rngs=nnx.Rngs(0))(ones)


def random_key():
    import_optax()  # in double precision
    import jax

    return jax.random.key(0)


def haiku_dropout(ones, told):
    key = random_key()
    import haiku

    return haiku.dropout(key, told, ones)


def equinox_dropout(ones, told):
    key = random_key()
    import equinox
    import jax.numpy as jnp

    return equinox.nn.Dropout(told)(jnp.asarray(ones), key=key)


def jax_dropout(ones, told):
    key = random_key()
    from jax.example_libraries import stax

    _, apply = stax.Dropout(told)
    return apply((), ones, rng=key)


def mlx_dropout(ones, told):
    import mlx.core as mx
    import mlx.nn

    mx.set_default_device(mx.cpu)
    mx.random.seed(0)
    return np.array(mlx.nn.Dropout(told)(mx.array(ones.astype(np.float32))))


def tinygrad_dropout(ones, told):
    tinygrad, training = import_tinygrad()
    tinygrad.Tensor.manual_seed(0)
    with training:
        return tinygrad.Tensor(ones.astype(np.float32)).dropout(told).numpy()


def onnx_dropout(ones, told):
    inputs = ["X", ("ratio", "DOUBLE", 0), ("training", "BOOL", 0)]
    model = onnx_model("Dropout", inputs, ["Y"], opset=13, seed=0)
    return model.run(None, {"X": ones, "ratio": np.array(told), "training": np.array(True)})[0]


DROPOUTS = {
    "torch": torch_dropout,
    "keras": keras_dropout,
    "flax": flax_dropout,
    "haiku": haiku_dropout,
    "equinox": equinox_dropout,
    "jax": jax_dropout,
    "mlx": mlx_dropout,
    "tinygrad": tinygrad_dropout,
    "onnx": onnx_dropout,
}


def layer_case(library):
    peer = SOURCES[library]["batchnorm"]
    # Keras and Flax average in single precision, and so do those that know no other.
    tight = {"rtol": 1e-10} if library in {"torch", "equinox"} else {"rtol": 1e-5, "atol": 1e-5}
    return Case(peer, batches(LAYERS[library]), "running as it comes", library, **tight)


AS_IT_COMES = {
    "P25": Parity(
        "Optimisers told a learning rate, and momentum its memory of 0.9 where it has none of its own",
        RUN,
        {f"{library}, {name}": optimizer_case(library, name, run) for (library, name), run in RUNS.items()},
    ),
    "P26": Parity(
        "Exponentially weighted averages told their memory",
        {"x": 2 + normal(12), "beta": 0.9},
        {
            library: Case(
                SOURCES[library]["ewma"],
                run,
                "ewma as it comes",
                library,
                **single_or_double(SOURCES[library]["ewma"]),
            )
            for library, run in MEANS.items()
        },
    ),
    "P27": Parity(
        "Batch normalisation in training: the first output, then mean and variance after each batch",
        {"z": BATCHES},
        {library: layer_case(library) for library in LAYERS},
    ),
    "P28": Parity(
        "Dropout told 0.2: values, and the share that is kept",
        {"n": 1000, "told": 0.2},
        {
            library: Case(
                SOURCES[library]["dropout"], values_and_share(run), "dropout as it comes", library, rtol=1e-6
            )
            for library, run in DROPOUTS.items()
        },
    ),
}
