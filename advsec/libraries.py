"""The libraries whose conventions were found out by running them: versions, sources, and what surprises.

`conventions.CONVENTIONS` and `DEFAULTS` hold the switches and numbers that make this package take a library's
steps; here is by which call of which version that was seen, and what no switch can say.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


__all__ = ["LIBRARIES", "NOTES", "SOURCES", "Library", "Note"]


class Library(NamedTuple):
    """A library by its name, what to install, and the version that was run last."""

    name: str
    distribution: str
    version: str


# By the name that is imported, which is also that of the convention.
LIBRARIES: Mapping[str, Library] = MappingProxyType(
    {
        "torch": Library("PyTorch", "torch", "2.15.0"),
        "keras": Library("Keras", "keras", "3.15.1"),
        "optax": Library("optax", "optax", "0.2.8"),
        "flax": Library("Flax", "flax", "0.12.12"),
        "haiku": Library("Haiku", "dm-haiku", "0.0.17"),
        "equinox": Library("Equinox", "equinox", "0.13.8"),
        "jax": Library("JAX", "jax", "0.12.0.1"),
        "mlx": Library("MLX", "mlx", "0.32.4"),
        "tinygrad": Library("tinygrad", "tinygrad", "0.14.0"),
        "sklearn": Library("scikit-learn", "scikit-learn", "1.9.1"),
        "onnx": Library("ONNX", "onnx", "1.23.2"),
        "autograd": Library("Autograd", "autograd", "1.9.1"),
        "river": Library("River", "river", "0.26.1"),
        "pandas": Library("pandas", "pandas", "3.1.1"),
        "polars": Library("Polars", "polars", "2.1.0"),
        "scipy": Library("SciPy", "scipy", "1.18.1"),
        "statsmodels": Library("statsmodels", "statsmodels", "0.15.0"),
        "talib": Library("TA-Lib", "TA-Lib", "0.8.2"),
    }
)

_ONNX_TRAINING = "onnx.reference, ai.onnx.preview.training"

# What was run to find out the presets of `conventions.CONVENTIONS`.
SOURCES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "torch": {
            "ewma": "torch.optim.swa_utils.get_ema_multi_avg_fn",
            "momentum": "torch.optim.SGD",
            "rmsprop": "torch.optim.RMSprop",
            "adam": "torch.optim.Adam",
            "amsgrad": "torch.optim.Adam(amsgrad=True)",
            "dropout": "torch.nn.Dropout",
            "batchnorm": "torch.nn.BatchNorm1d",
            "running": "torch.nn.BatchNorm1d",
        },
        "keras": {
            "momentum": "keras.optimizers.SGD",
            "rmsprop": "keras.optimizers.RMSprop",
            "adam": "keras.optimizers.Adam",
            "amsgrad": "keras.optimizers.Adam(amsgrad=True)",
            "dropout": "keras.layers.Dropout",
            "batchnorm": "keras.layers.BatchNormalization",
            "running": "keras.layers.BatchNormalization",
        },
        "optax": {
            "ewma": "optax.ema",
            "momentum": "optax.sgd",
            "rmsprop": "optax.rmsprop",
            "adam": "optax.adam",
            "amsgrad": "optax.amsgrad",
        },
        "flax": {
            "dropout": "flax.nnx.Dropout",
            "batchnorm": "flax.nnx.BatchNorm",
            "running": "flax.nnx.BatchNorm",
        },
        "haiku": {
            "ewma": "haiku.ExponentialMovingAverage",
            "dropout": "haiku.dropout",
            "batchnorm": "haiku.BatchNorm",
            "running": "haiku.BatchNorm",
        },
        "equinox": {
            "dropout": "equinox.nn.Dropout",
            "batchnorm": "equinox.nn.BatchNorm(mode='batch')",
            "running": "equinox.nn.BatchNorm(mode='batch')",
        },
        "jax": {
            "momentum": "jax.example_libraries.optimizers.momentum",
            "rmsprop": "jax.example_libraries.optimizers.rmsprop",
            "adam": "jax.example_libraries.optimizers.adam",
            "dropout": "jax.example_libraries.stax.Dropout",
        },
        "mlx": {
            "momentum": "mlx.optimizers.SGD",
            "rmsprop": "mlx.optimizers.RMSprop",
            "adam": "mlx.optimizers.Adam",
            "dropout": "mlx.nn.Dropout",
            "batchnorm": "mlx.nn.BatchNorm",
            "running": "mlx.nn.BatchNorm",
        },
        "tinygrad": {
            "momentum": "tinygrad.nn.optim.SGD",
            "adam": "tinygrad.nn.optim.Adam",
            "dropout": "tinygrad.Tensor.dropout",
            "batchnorm": "tinygrad.nn.BatchNorm",
            "running": "tinygrad.nn.BatchNorm",
        },
        "sklearn": {
            "momentum": "sklearn.neural_network.MLPClassifier(nesterovs_momentum=False)",
            "adam": "sklearn.neural_network.MLPClassifier",
        },
        "onnx": {
            "momentum": f"{_ONNX_TRAINING}: Momentum",
            "adam": f"{_ONNX_TRAINING}: Adam",
            "dropout": "onnx.reference: Dropout",
            "batchnorm": "onnx.reference: BatchNormalization",
            "running": "onnx.reference: BatchNormalization",
        },
        "autograd": {
            "momentum": "autograd.misc.optimizers.sgd",
            "adam": "autograd.misc.optimizers.adam",
        },
        "river": {
            "ewma": "river.stats.EWMean",
            "momentum": "river.optim.Momentum",
            "rmsprop": "river.optim.RMSProp",
            "adam": "river.optim.Adam",
            "amsgrad": "river.optim.AMSGrad",
        },
        "pandas": {"ewma": "pandas.Series.ewm"},
        "polars": {"ewma": "polars.Series.ewm_mean"},
        "scipy": {"ewma": "scipy.signal.lfilter"},
    }
)


class Note(NamedTuple):
    """What a library does in an algorithm that no switch and no number of ours can say."""

    library: str
    algorithm: str
    says: str


# Each is proved by a test of `tests/parity/test_notes.py` that runs the library.
NOTES: tuple[Note, ...] = (
    Note(
        "pandas",
        "ewma",
        "skips a missing value, whose successor then weighs more; `ignore_na=True` forgets it",
    ),
    Note("polars", "ewma", "skips a null as pandas does, but nan spreads"),
    Note("statsmodels", "ewma", "`SimpleExpSmoothing` fits forecasts: `fittedvalues` are one step behind"),
    Note("talib", "ewma", "`EMA` starts at the plain mean of the first N values, and gives nan before it"),
    Note("river", "ewma", "`fading_factor` is the weight of the new value, 0.5 unless told otherwise"),
    Note(
        "torch",
        "momentum",
        "`dampening` makes the velocity an average, but the first gradient enters it whole",
    ),
    Note(
        "keras",
        "momentum",
        "the learning rate stands inside the velocity: another path as soon as it changes",
    ),
    Note("sklearn", "momentum", "takes Nesterov's step unless `nesterovs_momentum=False`"),
    Note(
        "onnx", "momentum", "`beta` weighs the gradient, but not at the update `T=0`, where it enters whole"
    ),
    Note("autograd", "rmsprop", "the average of squares starts at 1 and not at 0"),
    Note("onnx", "adam", "`T` counts from 1 on; counted from 0 on, every step is corrected for one too few"),
    Note("mlx", "adam", "corrects nothing for the start unless `bias_correction=True`"),
    Note("torch", "cyclical", "cycles the momentum as well, the other way, unless `cycle_momentum=False`"),
    Note("torch", "one_cycle", "takes one step more than `total_steps` before it refuses"),
    Note("optax", "one_cycle", "reaches its top and its end one step later than PyTorch"),
    Note(
        "keras",
        "cosine_restarts",
        "`m_mul` shrinks the distance from the lowest rate; `t_mul` is 2 by default",
    ),
    Note(
        "jax",
        "dropout",
        "`stax.Dropout(rate)` takes the share that is kept; Flax and Haiku that which is dropped",
    ),
    Note("torch", "running", "`momentum=None` takes the plain mean of all batches"),
    Note("equinox", "running", "with `mode='ema'`, its other mode, the first batch is the start"),
    Note("onnx", "running", "keeps no averages: the caller hands them in, and so chooses where they start"),
    Note("haiku", "running", "starts at 0 and corrects for it, so that the first batch replaces the start"),
)
