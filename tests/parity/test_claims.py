"""What the docstrings say of other libraries, besides the numbers of the vectors: `-m live`."""

import importlib.util
import inspect

import numpy as np
import pytest

from advsec.averages import effective_window, ewma
from advsec.batchnorm import running_init
from advsec.bias_variance import decompose, early_stopping_step, sample_variance
from advsec.gradient_check import check_gradient, numerical_gradient, pack
from advsec.lr_search import RangeTest, lr_range_test, suggest_lr
from tests.parity import derive


# What a library warns of is its own affair.
pytestmark = [pytest.mark.live, pytest.mark.filterwarnings("default")]


def needs_keras():
    """Not by importing it: that would choose a backend."""
    if importlib.util.find_spec("keras") is None:
        pytest.skip("keras is not installed")


def defaults(function):
    parameters = inspect.signature(function).parameters.values()
    return {parameter.name: parameter.default for parameter in parameters}


# Averages ------------------------------------------------------------------------------------------------


def test_pandas_adjusts_by_default_and_its_span_is_our_window():
    pandas = pytest.importorskip("pandas")
    x = derive.normal(30)
    theirs = pandas.Series(x).ewm(span=effective_window(0.9)).mean()
    np.testing.assert_allclose(ewma(x, 0.9, debias=True), theirs, rtol=1e-12)


@pytest.mark.parametrize("gap", [np.nan, np.inf])
@pytest.mark.parametrize("adjust", [True, False])
def test_pandas_skips_gaps_that_spread_here(gap, adjust):
    pandas = pytest.importorskip("pandas")
    x = np.array([1.0, 2.0, gap, 4.0])
    theirs = pandas.Series(x).ewm(alpha=0.5, adjust=adjust).mean()
    with np.errstate(invalid="ignore"):
        ours = ewma(x, 0.5, **({"debias": True} if adjust else {"init": "first"}))
    assert np.isfinite(theirs.iloc[-1])
    assert not np.isfinite(ours[-1])


# Schedules -----------------------------------------------------------------------------------------------


def test_torch_cycles_the_momentum_by_default():
    torch = pytest.importorskip("torch")
    assert defaults(torch.optim.lr_scheduler.CyclicLR)["cycle_momentum"] is True
    assert defaults(torch.optim.lr_scheduler.OneCycleLR)["cycle_momentum"] is True
    assert defaults(torch.optim.lr_scheduler.OneCycleLR)["anneal_strategy"] == "cos"


def test_fastai_has_our_defaults_and_one_of_our_rules():
    schedule = pytest.importorskip("fastai.callback.schedule")
    torch = pytest.importorskip("torch")
    from fastai.learner import Recorder

    ours = defaults(lr_range_test)
    assert defaults(Recorder)["beta"] == ours["beta"]
    assert f"self.smooth_loss > {ours['diverge_factor']:g}*self.best_loss" in inspect.getsource(
        schedule.LRFinder
    )

    rng, lrs = np.random.default_rng(0), np.geomspace(1e-4, 10, 60)
    curve = 2 - 1 / (1 + np.exp(-3 * (np.log10(lrs) + 1))) + np.where(lrs > 1, lrs, 0)
    others = 0
    for _ in range(100):
        losses = curve + 0.05 * rng.normal(size=lrs.size)
        test, arguments = (
            RangeTest(lrs, losses, losses, None),
            (torch.tensor(lrs), torch.tensor(losses), lrs.size),
        )
        assert suggest_lr(test, rule="min_over_10") == pytest.approx(schedule.minimum(*arguments)[0])
        others += suggest_lr(test) != pytest.approx(schedule.steep(*arguments)[0])
    assert others > 50


# Gradients -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1e-3, 1.0, 1e4, 1e9])
def test_scipy_steps_as_we_do(size):
    """The same two points for every component, up to rounding."""
    numdiff = pytest.importorskip("scipy.optimize._numdiff")
    theta = size * np.array([1.0, 0.3])

    def points(differentiate):
        seen = []
        differentiate(lambda theta: seen.append(np.array(theta)) or float(np.sum(theta)))
        return sorted(point.tolist() for point in seen if not np.array_equal(point, theta))

    for ours, theirs in (("central", "3-point"), ("forward", "2-point")):
        here = points(lambda f, ours=ours: numerical_gradient(f, theta, method=ours))
        there = points(lambda f, theirs=theirs: numdiff.approx_derivative(f, theta, method=theirs))
        np.testing.assert_allclose(here, there, rtol=1e-12)


def test_scipy_returns_the_absolute_distance_to_a_forward_difference():
    optimize = pytest.importorskip("scipy.optimize")

    def wrong(theta):
        return 2 * theta + [0, 0.5]

    error = optimize.check_grad(lambda theta: (theta**2).sum(), wrong, np.array([1.0, 2.0]))
    assert error == pytest.approx(0.5, abs=1e-6)


def test_torch_compares_gradients_by_component():
    torch = pytest.importorskip("torch")
    theirs = defaults(torch.autograd.gradcheck)
    assert (theirs["atol"], theirs["rtol"]) == (1e-5, 1e-3)


def test_jax_passes_a_small_gradient_whose_sign_is_wrong():
    pytest.importorskip("jax")
    derive.import_optax()  # in double precision
    import jax
    from jax.test_util import check_grads

    @jax.custom_jvp
    def f(x):
        return 1e-7 * (x**2).sum()

    f.defjvp(lambda primals, tangents: (f(*primals), -2e-7 * (primals[0] * tangents[0]).sum()))
    x = np.array([1.0, 2.0])
    check_grads(f, (x,), order=1, modes=["fwd"])
    assert not check_gradient(lambda x: 1e-7 * (x**2).sum(), lambda x: -2e-7 * x, x).passed
    with pytest.raises(AssertionError):
        check_grads(lambda x: 1e7 * f(x), (x,), order=1, modes=["fwd"])


def test_torch_keeps_the_order_of_parameters_and_jax_sorts_their_names():
    torch, jax_flatten = pytest.importorskip("torch"), pytest.importorskip("jax.flatten_util")
    params = {"W": np.array([[1.0, 2.0]]), "A": np.array([3.0])}
    theta, _ = pack(params)
    theirs = torch.nn.utils.parameters_to_vector(torch.tensor(array) for array in params.values())
    assert theta.tolist() == theirs.tolist() == [1, 2, 3]
    assert np.asarray(jax_flatten.ravel_pytree(params)[0]).tolist() == [3, 1, 2]


# Bias and variance ---------------------------------------------------------------------------------------


def test_pandas_and_torch_divide_by_one_less():
    pandas, torch = pytest.importorskip("pandas"), pytest.importorskip("torch")
    x = derive.normal(7)
    unbiased = pytest.approx(float(sample_variance(x, unbiased=True)), rel=1e-12)
    assert pandas.Series(x).var() == unbiased
    assert torch.tensor(x).var().item() == unbiased
    assert np.var(x) == pytest.approx(float(sample_variance(x)), rel=1e-12)


def test_the_bias_of_mlxtend_is_squared():
    evaluate = pytest.importorskip("mlxtend.evaluate")
    X, y = derive.normal(30, 1), derive.normal(30, seed=1)

    class Mean:
        """Predicts the mean of its training set, and remembers what it said."""

        said: list = []  # noqa: RUF012

        def fit(self, X, y):
            self.mean = y.mean()
            return self

        def predict(self, X):
            self.said.append(np.full(len(X), self.mean))
            return self.said[-1]

    _, bias, variance = evaluate.bias_variance_decomp(
        Mean(), X[:20], y[:20], X[20:], y[20:], loss="mse", num_rounds=9, random_seed=0
    )
    ours = decompose(np.array(Mean.said), y[20:])
    assert bias == pytest.approx(ours.bias_squared, rel=1e-10)
    assert variance == pytest.approx(ours.variance, rel=1e-10)


def keras_stop(losses, patience, min_delta):
    """The epoch whose weights Keras goes back to, or None while it goes on."""
    keras = derive.import_keras()
    callback = keras.callbacks.EarlyStopping(
        "val_loss", patience=patience, min_delta=min_delta, mode="min", restore_best_weights=True
    )

    class Model:
        stop_training, epoch, restored = False, 0, None

        def get_weights(self):
            return self.epoch

        def set_weights(self, weights):
            self.restored = weights

    model = Model()
    callback.set_model(model)
    callback.on_train_begin()
    for model.epoch, loss in enumerate(losses):
        callback.on_epoch_end(model.epoch, {"val_loss": loss})
        if model.stop_training:
            callback.on_train_end()
            return model.restored
    return None


def test_keras_stops_where_we_do():
    needs_keras()
    rng, stopped = np.random.default_rng(0), 0
    for _ in range(300):
        losses = rng.integers(0, 9, size=6) / 4  # differences without rounding, and ties
        losses[1:][rng.random(5) < 0.1] = np.nan
        patience, min_delta = int(rng.integers(1, 5)), rng.integers(0, 3) / 4
        ours = early_stopping_step(losses, patience=patience, min_delta=min_delta)
        assert keras_stop(losses.tolist(), patience, min_delta) == ours
        stopped += ours is not None
    assert 50 < stopped < 300


def test_keras_keeps_a_nan_of_the_first_epoch_for_the_best():
    needs_keras()
    losses = [np.nan, 3.0, 2.0, 1.0]
    assert keras_stop(losses, patience=2, min_delta=0.0) == 0
    assert early_stopping_step(losses, patience=2) is None


# Dropout and batch normalisation ---------------------------------------------------------------------------


def test_torch_and_keras_start_their_statistics_where_we_do():
    torch = pytest.importorskip("torch")
    needs_keras()
    ours, layer = running_init(2), torch.nn.BatchNorm1d(2)
    assert layer.running_mean.tolist() == ours.mu.tolist()
    assert layer.running_var.tolist() == ours.var.tolist()
    keras = derive.import_keras()
    layer = keras.layers.BatchNormalization()
    layer.build((4, 2))
    assert keras.ops.convert_to_numpy(layer.moving_mean).tolist() == ours.mu.tolist()
    assert keras.ops.convert_to_numpy(layer.moving_variance).tolist() == ours.var.tolist()
