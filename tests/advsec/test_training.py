from dataclasses import replace

import numpy as np
import pytest

from advsec.bias_variance import early_stopping_step
from advsec.network import (
    MLP,
    batch_statistics,
    cross_entropy,
    error_rate,
    init_params,
    loss_and_gradient,
    predict,
    sample_masks,
)
from advsec.optimizers import OPTIMIZERS, Optimizer, adam_init, adam_step
from advsec.training import adam_step_in_place, train
from tests.advsec.test_network import FULL, PLAIN, easy, every_net, problem
from tests.advsec.test_optimizers import POSITIONS


def test_training_drops_inputs():
    X, y = easy()
    net = MLP((2, 4), keep_prob=(0.5,))
    theta = np.zeros((2, net.n_params))
    options = {"lr": 0.1, "n_epochs": 1, "batch_size": len(X)}
    run = train(net, theta, X, y, optimizer="gd", rng=np.random.default_rng(0), **options)
    first, second = (net.views(run.theta)["W1"][seed] for seed in range(2))
    assert np.abs(first - second).max() > 1e-3  # the same examples in another order, but other masks


@every_net
def test_everything_stays_in_float32(net):
    theta, X, y = (
        part.astype(np.float32) if part.dtype == float else part for part in problem(net, n_seeds=2)
    )
    masks = sample_masks(net, (2, 9), rng=np.random.default_rng(1))
    value, dtheta, moments = loss_and_gradient(net, theta, X.astype(np.float64), y, masks=masks)
    run = train(net, theta, X, y, lr=lambda t: np.float64(0.01), n_epochs=2, batch_size=4,
                rng=np.random.default_rng(0), watch={"val": (X, y)}, snapshot_steps=[0])  # fmt: skip
    arrays = [value, dtheta, *sum(moments, ()), predict(net, theta, X), run.theta, run.snapshots[0].theta]
    arrays += [array for layer in run.stats for array in (layer.mu, layer.var)]
    arrays += [run.history.loss, run.history.losses["val"]]
    assert {array.dtype for array in arrays} == {np.dtype(np.float32)}


@pytest.mark.parametrize("optimizer", sorted(OPTIMIZERS))
def test_every_optimizer_learns_an_easy_problem(optimizer):
    X, y = easy()
    net = MLP((2, 16, 4))
    theta = init_params(net, rng=np.random.default_rng(0), n_seeds=3)
    lr = 0.5 if optimizer in ("gd", "momentum") else 0.02
    run = train(net, theta, X, y, optimizer=optimizer, lr=lr, n_epochs=15, batch_size=20,
                rng=np.random.default_rng(1), watch={"train": (X, y)})  # fmt: skip
    assert run.history.errors["train"][-1].max() < 0.02
    np.testing.assert_array_equal(run.history.errors["train"][-1], error_rate(predict(net, run.theta, X), y))


def test_a_deep_network_with_everything_learns_and_predicts_one_example_at_a_time():
    X, y = easy()
    net = MLP((2, 16, 16, 4), batchnorm=True, keep_prob=0.8, l2=1e-4)
    theta = init_params(net, rng=np.random.default_rng(0), n_seeds=3)
    run = train(net, theta, X, y, lr=0.02, n_epochs=20, batch_size=20, rng=np.random.default_rng(1))
    together = predict(net, run.theta, X, stats=run.stats)
    assert error_rate(together, y).max() < 0.02
    one_by_one = np.concatenate([predict(net, run.theta, x[None], stats=run.stats) for x in X[:5]], axis=1)
    np.testing.assert_allclose(one_by_one, together[:, :5], rtol=1e-9, atol=1e-12)


def test_training_is_the_loop_that_it_says():
    """With batches of all examples, whose order cannot matter, by hand."""
    X, y = easy(m=12)
    net = MLP((2, 5, 4), activation="tanh", batchnorm=True)
    theta = init_params(net, rng=np.random.default_rng(0))
    run = train(net, theta, X, y, lr=lambda t: 0.1 / (t + 1), n_epochs=3, batch_size=12,
                rng=np.random.default_rng(1), beta1=0.5)  # fmt: skip
    state, moments = OPTIMIZERS["adam"].init(theta), []
    for t in range(3):
        _, dtheta, (moment,) = loss_and_gradient(net, theta, X, y)
        moments.append(moment)
        theta, state = adam_step(theta, dtheta, state, lr=0.1 / (t + 1), beta1=0.5)
    np.testing.assert_allclose(run.theta, theta, rtol=1e-9)
    np.testing.assert_allclose(run.history.lr, [0.1, 0.05, 0.1 / 3])
    weights = np.array([0.81, 0.9, 1.0]) / 2.71
    np.testing.assert_allclose(run.stats[0].mu, weights @ [mu for mu, _ in moments], rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(run.stats[0].var, weights @ [var for _, var in moments] * 12 / 11, rtol=1e-8)


@pytest.mark.parametrize("optimizer", sorted(OPTIMIZERS))
def test_networks_that_are_trained_together_are_those_trained_alone(optimizer):
    """With batches of all examples, whose order cannot matter."""
    net = replace(FULL, keep_prob=1.0)
    theta, X, y = problem(net, n_seeds=3)
    options = {"optimizer": optimizer, "lr": 0.02, "n_epochs": 4, "batch_size": 9}
    together = train(net, theta, X, y, rng=np.random.default_rng(0), **options)
    for s in range(3):
        alone = train(net, theta[s], X, y, rng=np.random.default_rng(1), **options)
        np.testing.assert_allclose(together.theta[s], alone.theta, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(together.history.loss[:, s], alone.history.loss, rtol=1e-10)
        for both, own in zip(together.stats, alone.stats, strict=True):
            np.testing.assert_allclose(both.var[s], own.var, rtol=1e-9)


def test_each_epoch_visits_every_example_once_in_a_new_order_per_network():
    seen = []

    def spy(w, dw, state, *, lr):
        seen.append(dw.copy())
        return w, state

    m, batch_size, n_epochs = 12, 4, 2
    X, y = np.eye(m), np.zeros((m, 1))
    net = MLP((m, 1), loss="squared_error")
    theta = np.ones((2, net.n_params))
    net.views(theta)["b1"][...] = 0
    train(net, theta, X, y, lr=1.0, n_epochs=n_epochs, batch_size=batch_size,
          rng=np.random.default_rng(0), optimizer=Optimizer(lambda w: None, spy))  # fmt: skip
    visited = np.array(seen)[..., :m] > 0  # which examples each batch has seen: (steps, networks, m)
    assert visited.shape == (6, 2, m)
    assert np.all(visited.sum(axis=-1) == batch_size)
    per_epoch = visited.reshape(n_epochs, 3, 2, m).sum(axis=1)
    assert np.all(per_epoch == 1)
    assert not np.array_equal(visited[:, 0], visited[:, 1])
    assert not np.array_equal(visited[:3], visited[3:])


def test_the_remainder_of_an_epoch_sits_it_out():
    theta, X, y = problem(PLAIN, m=11)
    run = train(PLAIN, theta, X, y, lr=0.01, n_epochs=2, batch_size=4, rng=np.random.default_rng(0))
    assert run.history.loss.shape == (4,)


@pytest.mark.parametrize("optimizer", ["gd", "adam"])
def test_learning_rates_may_differ_between_networks(optimizer):
    theta, X, y = problem(PLAIN)
    pair = np.stack([theta, theta])
    options = {"optimizer": optimizer, "n_epochs": 3, "batch_size": 9}
    together = train(PLAIN, pair, X, y, lr=np.array([[0.1], [0.0]]), rng=np.random.default_rng(0), **options)
    alone = train(PLAIN, theta, X, y, lr=0.1, rng=np.random.default_rng(0), **options)
    np.testing.assert_allclose(together.theta[0], alone.theta, rtol=1e-9)
    np.testing.assert_array_equal(together.theta[1], theta)


def test_snapshots_are_the_networks_after_their_steps():
    theta, X, y = problem(FULL)
    options = {"lr": 0.05, "batch_size": 3}
    run = train(
        FULL, theta, X, y, n_epochs=4, rng=np.random.default_rng(0), snapshot_steps=[2, 11], **options
    )
    shorter = train(FULL, theta, X, y, n_epochs=1, rng=np.random.default_rng(0), **options)
    assert [snapshot.step for snapshot in run.snapshots] == [2, 11]
    np.testing.assert_array_equal(run.snapshots[0].theta, shorter.theta)
    np.testing.assert_array_equal(run.snapshots[0].stats[0].mu, shorter.stats[0].mu)
    np.testing.assert_array_equal(run.snapshots[1].theta, run.theta)


def test_early_stopping_returns_each_network_as_it_was_at_its_own_best():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(40, 4)), rng.integers(3, size=40)  # nothing to learn, much to overfit
    X_val, y_val = rng.normal(size=(200, 4)), rng.integers(3, size=200)
    net = MLP((4, 30, 3), batchnorm=True)
    theta, patience = init_params(net, rng=rng, n_seeds=6), 3
    run = train(net, theta, X, y, lr=0.02, n_epochs=60, batch_size=10, rng=rng, patience=patience,
                watch={"val": (X_val, y_val)})  # fmt: skip
    losses = run.history.losses["val"]
    expected = [early_stopping_step(losses[:, s], patience=patience) for s in range(6)]
    assert run.best_epoch.tolist() == expected
    assert len(set(expected)) > 1
    assert len(losses) == max(expected) + patience + 1 < 60
    again = cross_entropy(predict(net, run.theta, X_val, stats=run.stats), y_val)
    np.testing.assert_allclose(again, losses[run.best_epoch, np.arange(6)], rtol=1e-10)


def test_a_network_that_has_stopped_early_stays_stopped_while_others_go_on():
    X, y = easy()
    net = MLP((2, 4))
    theta = np.zeros((2, net.n_params))
    rates = np.array(
        [[0.5, -0.1, -0.1, 2.0, 2.0], [0.1, 0.1, 0.1, 0.1, 0.1]]
    )  # the first gets worse, then better
    run = train(
        net,
        theta,
        X,
        y,
        lr=lambda t: rates[:, [t]],
        n_epochs=5,
        batch_size=len(X),
        rng=np.random.default_rng(0),
        optimizer="gd",
        patience=2,
        watch={"val": (X, y)},
    )
    losses = run.history.losses["val"]
    assert losses[4, 0] < losses[0, 0] < losses[2, 0]
    assert run.best_epoch.tolist() == [0, 4]
    assert cross_entropy(predict(net, run.theta[0], X), y) == pytest.approx(losses[0, 0], rel=1e-12)


def test_training_for_no_epoch_returns_the_start():
    theta, X, y = problem(FULL, n_seeds=2)
    run = train(FULL, theta, X, y, lr=0.1, n_epochs=0, batch_size=3, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(run.theta, theta)
    assert not np.shares_memory(run.theta, theta)
    assert run.history.loss.shape == (0, 2)


def test_batch_normalisation_needs_two_examples_per_batch():
    theta, X, y = problem(FULL)
    with pytest.raises(ValueError, match=r"batch_size must be in 2 \.\. 9, got 1"):
        train(FULL, theta, X, y, lr=0.1, n_epochs=1, batch_size=1, rng=np.random.default_rng(0))


def test_recomputed_statistics_undo_a_shift_of_the_inputs():
    """Exactly, since the first layer's normalisation removes every scale and offset; frozen ones do not."""
    X, y = easy()
    net = MLP((2, 8, 4), batchnorm=True, eps=1e-12)
    theta = init_params(net, rng=np.random.default_rng(0))
    run = train(net, theta, X, y, lr=0.05, n_epochs=10, batch_size=20, rng=np.random.default_rng(1))
    shifted = 0.5 * X + 3.0
    own = predict(net, run.theta, X, stats=batch_statistics(net, run.theta, X))
    recomputed = predict(net, run.theta, shifted, stats=batch_statistics(net, run.theta, shifted))
    np.testing.assert_allclose(recomputed, own, rtol=1e-6, atol=1e-9)
    assert error_rate(predict(net, run.theta, shifted, stats=run.stats), y) > 0.3


@pytest.mark.parametrize("position", POSITIONS)
@pytest.mark.parametrize("inside", [True, False])
@pytest.mark.parametrize("debias_first", [True, False])
@pytest.mark.parametrize("n", [7, 40_000])
def test_adam_in_place_gives_the_numbers_of_the_formula(position, inside, debias_first, n):
    rng = np.random.default_rng(n)
    w = rng.normal(size=n)
    fast, slow = w.copy(), w
    fast_state, slow_state = adam_init(w), adam_init(w)
    hyper = {
        "lr": 0.01,
        "eps": 0.01,
        "eps_inside_sqrt": inside,
        "debias_first": debias_first,
        "debias_second": position,
    }
    for _ in range(5):
        dw = rng.normal(size=n) * rng.choice([1e-3, 1.0, 1e3], size=n)
        fast_state = adam_step_in_place(fast, dw, fast_state, **hyper)
        slow, slow_state = adam_step(slow, dw, slow_state, **hyper)
    np.testing.assert_allclose(fast, slow, rtol=1e-13, atol=1e-15)
    np.testing.assert_allclose(fast_state.v, slow_state.v, rtol=1e-13, atol=1e-13)
    np.testing.assert_allclose(fast_state.s, slow_state.s, rtol=1e-13)
    assert fast_state.t == slow_state.t == 5


def test_adam_in_place_really_works_in_place():
    w = np.ones((3, 2))
    state = adam_init(w)
    after = adam_step_in_place(w, np.ones((3, 2)), state, lr=0.1)
    assert after.v is state.v
    assert after.s is state.s
    np.testing.assert_allclose(w, 0.9)


def test_adam_in_place_takes_numbers_and_leaves_them_alone():
    lr, eps = np.array(0.1), np.array(1e-3)
    w, v = np.ones(2), np.ones(2)
    state, expected = adam_init(w), adam_init(v)
    for _ in range(3):
        state = adam_step_in_place(w, np.ones(2), state, lr=lr, eps=eps)
        expected = adam_step_in_place(v, np.ones(2), expected, lr=0.1, eps=1e-3)
    np.testing.assert_array_equal(w, v)
    assert (lr.item(), eps.item()) == (0.1, 1e-3)
    with pytest.raises(ValueError, match=r"lr must be a number, got array\(\[0.1, 0.2\]\)"):
        adam_step_in_place(w, np.ones(2), state, lr=np.array([0.1, 0.2]))


@pytest.mark.parametrize("rate", [0.05, np.array([[0.1], [0.01], [0.0]])], ids=["one rate", "a rate each"])
@pytest.mark.parametrize("hyper", [
    {},
    {"beta1": 0.0, "eps": 1e-3},
    {"eps": 1e-3, "eps_inside_sqrt": False, "debias_second": "after_eps"},
    {"debias_first": False, "debias_second": "none"},
    {"beta2": np.array([[0.9], [0.99], [0.999]])},
])  # fmt: skip
def test_training_by_adam_is_training_by_its_formula(hyper, rate):
    theta, X, y = problem(FULL, n_seeds=3)
    options = {"lr": lambda t: rate / (t + 1), "n_epochs": 5, "batch_size": 4, **hyper}
    by_formula = Optimizer(adam_init, lambda *step, **numbers: adam_step(*step, **numbers))
    fast, slow = (
        train(FULL, theta, X, y, optimizer=optimizer, rng=np.random.default_rng(0), **options)
        for optimizer in ("adam", by_formula)
    )
    np.testing.assert_allclose(fast.theta, slow.theta, rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(fast.history.loss, slow.history.loss, rtol=1e-10)


def test_an_optimizer_may_keep_the_gradients_and_overwrite_the_weights():
    theta, X, y = problem(PLAIN)
    kept = []

    def step(w, dw, state, *, lr):
        kept.append(dw)
        w -= lr * dw
        return w, state

    options = {"lr": 0.1, "n_epochs": 3, "batch_size": 9}
    run = train(PLAIN, theta, X, y, optimizer=Optimizer(lambda w: None, step), rng=np.random.default_rng(0),
                **options)  # fmt: skip
    plain = train(PLAIN, theta, X, y, optimizer="gd", rng=np.random.default_rng(0), **options)
    np.testing.assert_allclose(run.theta, plain.theta, rtol=1e-12)
    np.testing.assert_allclose(theta - 0.1 * sum(kept), run.theta, rtol=1e-12)
