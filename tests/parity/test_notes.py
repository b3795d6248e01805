"""What `libraries.NOTES` say, each shown by running the library: `-m live`, where it is installed."""

import importlib.util
import inspect

import numpy as np
import pytest

from advsec.averages import ewma
from advsec.batchnorm import running_init, running_update
from advsec.libraries import NOTES
from advsec.optimizers import adam_step, momentum_init, momentum_step, rmsprop_step
from advsec.schedules import cosine_restarts, one_cycle
from tests.parity import as_it_comes
from tests.parity.cases import import_keras, import_optax, normal


X = 2 + normal(12)
W0, GRADIENTS, LR = (as_it_comes.RUN[key] for key in ("w0", "gradients", "lr"))
PROOFS = {}


def proves(library, algorithm):
    """The test of one note; the library is not imported for it, which would choose a backend."""

    def register(test):
        PROOFS[library, algorithm] = test
        return test

    return register


@pytest.mark.parametrize(("library", "algorithm"), [(note.library, note.algorithm) for note in NOTES])
def test_every_note_has_its_proof(library, algorithm):
    assert (library, algorithm) in PROOFS


def test_every_proof_has_its_note_and_no_note_stands_twice():
    noted = [(note.library, note.algorithm) for note in NOTES]
    assert sorted(PROOFS) == sorted(noted)


@pytest.mark.live
@pytest.mark.filterwarnings("default")  # what a library warns of is its own affair
@pytest.mark.parametrize("note", NOTES, ids=[f"{note.library}, {note.algorithm}" for note in NOTES])
def test_the_library_does_what_its_note_says(note):
    if importlib.util.find_spec(note.library) is None:
        pytest.skip(f"{note.library} is not installed")
    PROOFS[note.library, note.algorithm]()


# Averages ------------------------------------------------------------------------------------------------

BETA = 0.5
GAP = [4.0, None, 8.0]
# After a gap of one, the old value has a weight of beta**2 beside a whole new one; forgotten, of beta.
SKIPPED, FORGOTTEN = ((4 * weight + 8) / (weight + 1) for weight in (BETA**2, BETA))


@proves("pandas", "ewma")
def pandas_skips_what_is_missing():
    import pandas

    values = pandas.Series(GAP)
    assert values.ewm(alpha=1 - BETA).mean().iloc[-1] == pytest.approx(SKIPPED)
    assert values.ewm(alpha=1 - BETA, ignore_na=True).mean().iloc[-1] == pytest.approx(FORGOTTEN)


@proves("polars", "ewma")
def polars_tells_null_from_nan():
    import polars

    assert polars.Series(GAP).ewm_mean(alpha=1 - BETA)[-1] == pytest.approx(SKIPPED)
    assert np.isnan(polars.Series([4.0, np.nan, 8.0]).ewm_mean(alpha=1 - BETA)[-1])


@proves("statsmodels", "ewma")
def statsmodels_forecasts():
    from statsmodels.tsa.holtwinters import SimpleExpSmoothing

    model = SimpleExpSmoothing(X, initialization_method="known", initial_level=0.0)
    fitted = model.fit(smoothing_level=1 - BETA, optimized=False).fittedvalues
    np.testing.assert_allclose(fitted, [0.0, *ewma(X, BETA)[:-1]], rtol=1e-12)


@proves("talib", "ewma")
def talib_starts_at_a_plain_mean():
    import talib

    N = 5
    average = talib.EMA(X, N)
    assert np.isnan(average[: N - 1]).all()
    start = X[:N].mean()
    rest = ewma(X[N:], (N - 1) / (N + 1), init=start)
    np.testing.assert_allclose(average[N - 1 :], [start, *rest], rtol=1e-12)


@proves("river", "ewma")
def river_fades_by_half():
    from river import stats

    average, means = stats.EWMean(), []
    for value in X.tolist():
        average.update(value)
        means.append(average.get())
    np.testing.assert_allclose(means, ewma(X, 0.5, init="first"), rtol=1e-12)


# Optimisers ----------------------------------------------------------------------------------------------


@proves("torch", "momentum")
def torch_dampens_all_gradients_but_the_first():
    import torch

    w = torch.nn.Parameter(torch.tensor(W0))
    optimizer = torch.optim.SGD([w], lr=LR, momentum=0.9, dampening=0.9)
    ours, state = W0, (GRADIENTS[0], 0)
    for t, gradient in enumerate(GRADIENTS):
        w.grad = torch.tensor(gradient)
        optimizer.step()
        # An average of twice the first gradient is that gradient whole.
        ours, state = momentum_step(ours, gradient, state, lr=LR, beta=0.9)
        np.testing.assert_allclose(w.detach().numpy(), ours, rtol=1e-12)
        if t == 0:
            np.testing.assert_allclose(ours, W0 - LR * gradient, rtol=1e-12)


@proves("keras", "momentum")
def keras_puts_the_learning_rate_inside_the_velocity():
    keras = import_keras()
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


@proves("sklearn", "momentum")
def sklearn_looks_ahead():
    from sklearn.neural_network import MLPClassifier

    assert MLPClassifier().nesterovs_momentum is True
    ahead = as_it_comes.sklearn_run(lambda o, w, lr: o.SGDOptimizer(w, lr))(W0, GRADIENTS, LR)
    w, v = W0, np.zeros_like(W0)
    for gradient, theirs in zip(GRADIENTS, ahead, strict=True):
        v = 0.9 * v + gradient
        w = w - LR * (gradient + 0.9 * v)
        np.testing.assert_allclose(theirs, w, rtol=1e-12)


@proves("onnx", "momentum")
def onnx_weighs_no_gradient_at_the_first_update():
    path = as_it_comes.onnx_momentum(W0, GRADIENTS, LR, beta=0.5, first=0)
    v, w = GRADIENTS[0], W0 - LR * GRADIENTS[0]
    np.testing.assert_allclose(path[0], w, rtol=1e-6)
    for gradient, theirs in zip(GRADIENTS[1:], path[1:], strict=True):
        v = 0.9 * v + 0.5 * gradient
        w = w - LR * v
        np.testing.assert_allclose(theirs, w, rtol=1e-6)


@proves("autograd", "rmsprop")
def autograd_starts_its_squares_at_one():
    path = as_it_comes.autograd_run("rmsprop")(W0, GRADIENTS, LR)
    w, state = W0, (np.ones_like(W0), 0)
    for gradient, theirs in zip(GRADIENTS, path, strict=True):
        w, state = rmsprop_step(w, gradient, state, lr=LR, beta2=0.9, eps=1e-8, eps_inside_sqrt=False)
        np.testing.assert_allclose(theirs, w, rtol=1e-12)


@proves("onnx", "adam")
def onnx_counts_from_one():
    path = as_it_comes.onnx_adam(W0, GRADIENTS, LR, first=0)
    w, v, s = W0, np.zeros_like(W0), np.zeros_like(W0)
    for t, (gradient, theirs) in enumerate(zip(GRADIENTS, path, strict=True)):
        v, s = 0.9 * v + 0.1 * gradient, 0.999 * s + 0.001 * gradient**2
        rate = LR * np.sqrt(1 - 0.999**t) / (1 - 0.9**t) if t else LR
        w = w - rate * v / (np.sqrt(s) + 1e-6)
        np.testing.assert_allclose(theirs, w, rtol=1e-4)
    assert np.abs(path / as_it_comes.onnx_adam(W0, GRADIENTS, LR) - 1).max() > 0.1


@proves("mlx", "adam")
def mlx_corrects_when_it_is_told_to():
    run = as_it_comes.mlx_run(lambda o, lr: o.Adam(lr, bias_correction=True))
    w, state = W0, (np.zeros_like(W0), np.zeros_like(W0), 0)
    for gradient, theirs in zip(GRADIENTS, run(W0, GRADIENTS, LR), strict=True):
        w, state = adam_step(w, gradient, state, lr=LR, eps=1e-8, eps_inside_sqrt=False)
        # Its 1 - 0.999**t, in single precision, has four digits.
        np.testing.assert_allclose(theirs, w, rtol=1e-4)


# Schedules -----------------------------------------------------------------------------------------------


@proves("torch", "cyclical")
def torch_cycles_the_momentum():
    import torch

    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1, momentum=0.9)
    schedule = torch.optim.lr_scheduler.CyclicLR(optimizer, base_lr=0.01, max_lr=0.1, step_size_up=4)
    seen = []
    for _ in range(5):
        seen.append((optimizer.param_groups[0]["lr"], optimizer.param_groups[0]["momentum"]))
        optimizer.step()
        schedule.step()
    rates, momenta = zip(*seen, strict=True)
    assert (np.diff(rates) > 0).all()
    assert (np.diff(momenta) < 0).all()


@proves("torch", "one_cycle")
def torch_takes_one_step_more():
    import torch

    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.1, total_steps=5)
    for _ in range(5):  # the rates of steps 1 to 4, and of one that does not exist
        optimizer.step()
        schedule.step()
    with pytest.raises(ValueError, match="total"):
        schedule.step()


@proves("optax", "one_cycle")
def optax_takes_one_step_more_to_the_top_and_to_the_end():
    optax, _ = import_optax()
    schedule = optax.cosine_onecycle_schedule(40, 0.1)
    theirs = np.array([float(schedule(step)) for step in range(42)])
    ours = one_cycle(np.arange(40), lr_max=0.1, n_steps=40, warmup_fraction=0.3)
    assert (theirs.argmax(), ours.argmax()) == (12, 11)
    assert theirs[40] == pytest.approx(ours[39])
    assert theirs[39] > 10 * theirs[40]


@proves("keras", "cosine_restarts")
def keras_shrinks_the_distance_from_the_lowest_rate():
    restarts = import_keras().optimizers.schedules.CosineDecayRestarts
    assert inspect.signature(restarts).parameters["t_mul"].default == 2.0
    t = np.arange(30)
    for lr_min, same in ((0.0, True), (0.01, False)):
        schedule = restarts(0.1, first_decay_steps=5, m_mul=0.5, alpha=lr_min / 0.1)
        theirs = [float(schedule(float(step))) for step in t]
        ours = cosine_restarts(t, lr_min=lr_min, lr_max=0.1, T_0=5, T_mult=2, lr_max_decay=0.5)
        assert np.allclose(ours, theirs, rtol=1e-5, atol=1e-9) == same


# Dropout and batch normalisation ---------------------------------------------------------------------------


@proves("jax", "dropout")
def stax_keeps_what_its_neighbours_drop():
    ones = np.ones(1000)
    shares = [
        np.count_nonzero(dropout(ones, 0.1)) / ones.size
        for dropout in (as_it_comes.jax_dropout, as_it_comes.haiku_dropout, as_it_comes.flax_dropout)
    ]
    np.testing.assert_allclose(shares, [0.1, 0.9, 0.9], atol=0.05)


@proves("torch", "running")
def torch_averages_all_batches():
    import torch

    layer = torch.nn.BatchNorm1d(2, momentum=None, dtype=torch.float64)
    for batch in as_it_comes.BATCHES:
        layer(torch.tensor(batch))
    np.testing.assert_allclose(
        layer.running_var.numpy(), as_it_comes.BATCHES.var(axis=1, ddof=1).mean(axis=0), rtol=1e-12
    )


@proves("equinox", "running")
def equinox_starts_at_the_first_batch():
    import_optax()  # in double precision
    import equinox
    import jax

    layer, state = equinox.nn.make_with_state(equinox.nn.BatchNorm)(
        2, axis_name="batch", mode="ema", momentum=0.9, dtype=np.float64
    )
    run = jax.vmap(layer, axis_name="batch", in_axes=(0, None), out_axes=(0, None))
    stats = None
    for batch in as_it_comes.BATCHES:
        _, state = run(batch, state)
        mu, var = batch.mean(axis=0), batch.var(axis=0)
        stats = (mu, var, 1) if stats is None else running_update(stats, mu, var, decay=0.9)
        theirs = jax.tree_util.tree_leaves(state.get(layer.ema_state_index))[-2:]
        np.testing.assert_allclose(theirs, stats[:2], rtol=1e-10)


@proves("haiku", "running")
def haiku_forgets_its_start():
    layer, stats = as_it_comes.haiku_layer(2), running_init(2, var=0.0)
    for batch in as_it_comes.BATCHES:
        _, *theirs = layer(batch)
        stats = running_update(stats, batch.mean(axis=0), batch.var(axis=0), decay=0.9, debias=True)
        np.testing.assert_allclose(np.array(theirs).reshape(2, 2), stats[:2], rtol=1e-5)
    _, *first = as_it_comes.haiku_layer(2)(as_it_comes.BATCHES[0])
    np.testing.assert_allclose(np.ravel(first[1]), as_it_comes.BATCHES[0].var(axis=0), rtol=1e-5)


@proves("onnx", "running")
def onnx_keeps_nothing():
    z = as_it_comes.BATCHES[0]
    results = [as_it_comes.onnx_layer(2, mean=mean)(z)[1] for mean in (0.0, 0.0, 1.0)]
    np.testing.assert_allclose(results, [0.1 * z.mean(axis=0) + start for start in (0, 0, 0.9)], rtol=1e-5)
