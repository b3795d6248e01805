"""What the docstrings say of other libraries, besides the numbers of the vectors: `-m live`."""

import importlib.util
import inspect

import numpy as np
import pytest

from advsec.averages import effective_window, ewma
from advsec.batchnorm import batchnorm_forward, running_init
from advsec.bias_variance import decompose, early_stopping_step, sample_variance
from advsec.conventions import DEFAULTS
from advsec.gradient_check import check_gradient, numerical_gradient, pack
from advsec.lr_search import RangeTest, lr_range_test, suggest_lr
from advsec.optimizers import momentum_init, momentum_step
from advsec.schedules import cosine_restarts
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


def test_optax_debiases_by_default():
    optax = pytest.importorskip("optax")
    assert defaults(optax.ema)["debias"] is True


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


# Optimisers ----------------------------------------------------------------------------------------------


def test_the_defaults_of_torch_are_those_listed():
    torch = pytest.importorskip("torch")
    for name, function in (("adam", torch.optim.Adam), ("amsgrad", torch.optim.Adam)):
        theirs = defaults(function)
        ours = {"beta1": theirs["betas"][0], "beta2": theirs["betas"][1], "eps": theirs["eps"]}
        assert ours == dict(DEFAULTS["torch"][name])
    theirs = defaults(torch.optim.RMSprop)
    assert {"beta2": theirs["alpha"], "eps": theirs["eps"]} == dict(DEFAULTS["torch"]["rmsprop"])
    layer = torch.nn.BatchNorm1d(1)
    assert layer.eps == DEFAULTS["torch"]["batchnorm"]["eps"] == defaults(batchnorm_forward)["eps"]
    assert 1 - layer.momentum == DEFAULTS["torch"]["running"]["decay"]


def test_the_defaults_of_optax_are_those_listed():
    optax = pytest.importorskip("optax")
    for name, function in (("adam", optax.adam), ("amsgrad", optax.amsgrad)):
        theirs = defaults(function)
        ours = {"beta1": theirs["b1"], "beta2": theirs["b2"], "eps": theirs["eps"]}
        assert ours == dict(DEFAULTS["optax"][name])
    theirs = defaults(optax.rmsprop)
    assert {"beta2": theirs["decay"], "eps": theirs["eps"]} == dict(DEFAULTS["optax"]["rmsprop"])


def test_the_defaults_of_keras_are_those_listed():
    needs_keras()
    keras = derive.import_keras()
    theirs = defaults(keras.optimizers.Adam)
    for name in ("adam", "amsgrad"):
        ours = {"beta1": theirs["beta_1"], "beta2": theirs["beta_2"], "eps": theirs["epsilon"]}
        assert ours == dict(DEFAULTS["keras"][name])
    theirs = defaults(keras.optimizers.RMSprop)
    assert {"beta2": theirs["rho"], "eps": theirs["epsilon"]} == dict(DEFAULTS["keras"]["rmsprop"])
    theirs = defaults(keras.layers.BatchNormalization)
    assert theirs["epsilon"] == DEFAULTS["keras"]["batchnorm"]["eps"]
    assert theirs["momentum"] == DEFAULTS["keras"]["running"]["decay"]


def test_keras_puts_the_learning_rate_inside_the_velocity():
    """With a rate that changes after each step its momentum is another one."""
    needs_keras()
    keras = derive.import_keras()
    w, optimizer = keras.Variable([1.0], dtype="float64"), keras.optimizers.SGD(0.1, momentum=0.5)
    optimizer.build([w])
    ours, state, velocity, inside = np.array([1.0]), momentum_init([1.0]), 0.0, 1.0
    for rate in (0.1, 0.01, 0.02):
        optimizer.learning_rate = rate
        optimizer.apply([keras.ops.convert_to_tensor([1.0], dtype="float64")])
        ours, state = momentum_step(ours, [1.0], state, lr=rate, beta=0.5, dampened=False)
        velocity = 0.5 * velocity - np.float32(rate)  # Keras holds the rate in single precision
        inside += velocity
    theirs = keras.ops.convert_to_numpy(w)
    assert theirs == pytest.approx(inside, rel=1e-6)
    assert abs(theirs - ours) > 0.01


# Schedules -----------------------------------------------------------------------------------------------


def test_torch_cycles_the_momentum_by_default():
    torch = pytest.importorskip("torch")
    assert defaults(torch.optim.lr_scheduler.CyclicLR)["cycle_momentum"] is True
    assert defaults(torch.optim.lr_scheduler.OneCycleLR)["cycle_momentum"] is True
    assert defaults(torch.optim.lr_scheduler.OneCycleLR)["anneal_strategy"] == "cos"


def test_torch_takes_one_step_more_than_its_cycle_has():
    torch = pytest.importorskip("torch")
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.1, total_steps=5)
    for _ in range(5):  # the rates of steps 1 to 4, and of one that does not exist
        optimizer.step()
        schedule.step()
    with pytest.raises(ValueError, match="total"):
        schedule.step()


@pytest.mark.parametrize(("lr_min", "same"), [(0.0, True), (0.01, False)])
def test_keras_shrinks_the_distance_from_the_lowest_rate(lr_min, same):
    needs_keras()
    schedule = derive.import_keras().optimizers.schedules.CosineDecayRestarts(
        0.1, first_decay_steps=5, t_mul=2.0, m_mul=0.5, alpha=lr_min / 0.1
    )
    t = np.arange(30)
    theirs = [float(schedule(float(step))) for step in t]
    ours = cosine_restarts(t, lr_min=lr_min, lr_max=0.1, T_0=5, T_mult=2, lr_max_decay=0.5)
    assert np.allclose(ours, theirs, rtol=1e-5, atol=1e-9) == same


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


def test_the_rate_of_keras_is_the_share_that_is_dropped():
    needs_keras()
    keras = derive.import_keras()
    layer = keras.layers.Dropout(0.2, seed=0)
    kept = keras.ops.convert_to_numpy(layer(keras.ops.ones(1000), training=True))
    assert 700 < np.count_nonzero(kept) < 900
    assert set(kept.tolist()) == {0.0, 1.25}


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
