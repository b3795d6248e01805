"""Training of the networks: mini-batches, many seeds at once, and Adam without a copy.

    run = train(net, theta, X, y, optimizer="adam", lr=0.01, n_epochs=5, batch_size=32, rng=rng)

`adam_step_in_place` computes the same numbers as `adam_step`, faster, by overwriting its arguments.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._numbers import (
    MEMORY,
    POSITIVE,
    check,
    check_choice,
    check_each,
    check_kind,
    count,
    floating,
    integers,
    numbers,
    one_minus_power,
    real,
    unpacked,
    within,
)
from .batchnorm import RunningStats, averaging_step, running_init
from .network import LOSSES, MLP, Stats, backpropagate, error_rate, forward, sample_masks
from .optimizers import AdamState, Optimizer, adam_step, functions_of


__all__ = ["History", "Snapshot", "Training", "adam_step_in_place", "train"]


class History(NamedTuple):
    """What happened during training, T steps in E epochs.

    lr : ndarray of shape (T, ...), the learning rate of each step
    loss : ndarray of shape (T, *S), the loss of each batch before its step
    losses, errors : dicts of ndarrays of shape (E, *S), for each watched set after each epoch; the loss
        without the l2 term, and the error rate if the loss is cross-entropy
    """

    lr: NDArray
    loss: NDArray
    losses: dict[str, NDArray]
    errors: dict[str, NDArray]


class Snapshot(NamedTuple):
    """Networks after step `step` (0-based) of their training."""

    step: int
    theta: NDArray
    stats: Stats


class Training(NamedTuple):
    """Trained networks: final `theta` and `stats`, or those of `best_epoch` (*S,) after early stopping."""

    theta: NDArray
    stats: Stats
    history: History
    snapshots: list[Snapshot]
    best_epoch: NDArray | None


def train(
    net: MLP,
    theta: ArrayLike,
    X: ArrayLike,
    y: ArrayLike,
    *,
    lr: float | ArrayLike | Callable[[int], float | ArrayLike],
    n_epochs: int,
    batch_size: int,
    rng: np.random.Generator,
    optimizer: str | Optimizer = "adam",
    decay: float | None = 0.9,
    watch: Mapping[str, tuple[ArrayLike, ArrayLike]] | None = None,
    patience: int | None = None,
    snapshot_steps: Sequence[int] | NDArray = (),
    **hyper: Any,
) -> Training:
    """Train networks by mini-batches, all at once, each in its own order of examples.

        each epoch: shuffle the examples and cut them into batches; for each batch, step t = 0, 1, ...
            theta <- step(theta, gradient of the batch, lr(t))
            stats <- running_update(stats, mean and variance of the batch)

    Every batch has `batch_size` examples; what remains of an epoch sits it out.

    Parameters
    ----------
    net : MLP
        The network.
    theta : array_like of shape (*S, P)
        Start, from `init_params`. Not modified.
    X : array_like of shape (m, n_in)
        Training examples. Not modified.
    y : array_like of shape (m,) or (m, n_out)
        Labels or targets, see `MLP`. Not modified.
    lr : float, array_like of shape (*S, 1), or callable
        Learning rate, also one for each network; or a schedule, the rate of step t = 0, 1, ...
    n_epochs : int >= 0
        Number of times that all examples are visited.
    batch_size : int
        Examples per batch, from 1 (2 with batch normalisation) to m.
    rng : numpy.random.Generator
        Source of the shuffling and of the dropout masks.
    optimizer : str or Optimizer, default "adam"
        A key of `OPTIMIZERS`, or any pair of functions (init, step).
    decay : float in [0, 1) or None, default 0.9
        Memory of the running statistics, as in `running_update`; they average unbiased variances and
        forget their start.
    watch : mapping of names to pairs (X, y) of shapes as above, optional
        Sets on which loss and error are recorded after every epoch, as at test time.
    patience : int >= 1, optional
        Stop a network early, by `early_stopping_step` on the loss of the watched set "val", and return
        it as it was after its best epoch. Training ends when all networks have stopped.
    snapshot_steps : sequence of ints or array of shape (M,), default ()
        Steps after which the networks are recorded, as from `schedules.snapshot_steps`.
    **hyper : any
        Further keyword arguments of the optimiser's step.

    Returns
    -------
    theta, stats, history, snapshots, best_epoch : Training

    Raises
    ------
    ValueError
        "batch_size must be in 1 .. 5, got 6"; "patience must be an integer >= 1, got 0";
        "watch must be a mapping with the set val when patience is given, got None";
        "optimizer must be one of gd, momentum, rmsprop, adam, amsgrad, got 'sgd'".

    Slides
    ------
    "Batch norm working with mini-batches"; "Implement batch norm".

    Examples
    --------
    >>> from .network import init_params, predict
    >>> rng, net = np.random.default_rng(0), MLP((1, 8, 2))
    >>> X = np.linspace(-1, 1, 20)[:, None]
    >>> y = (X[:, 0] > 0.3).astype(int)
    >>> theta = init_params(net, rng=rng, n_seeds=3)
    >>> run = train(net, theta, X, y, lr=0.1, n_epochs=20, batch_size=5, rng=rng)
    >>> run.history.loss.shape, error_rate(predict(net, run.theta, X), y).tolist()
    ((80, 3), [0.0, 0.0, 0.0])
    """
    init, step = functions_of(optimizer)
    theta, X, y = floating("theta", theta).copy(), floating("X", X), numbers("y", y)
    _check_train(net, len(X), n_epochs, batch_size, patience, watch, decay, rng)
    seeds, watch = theta.shape[:-1], watch or {}
    step = _step_of_training(step, hyper)
    state, running = init(theta), _Running.start(net, theta)
    stats = running.by_layer(net, batch_size)
    best = _Best(np.full(seeds, np.inf), np.zeros(seeds, dtype=int), theta.copy(), stats)
    recorder, snapshots = _Recorder(), list[Snapshot]()
    wanted = set(integers("snapshot_steps", snapshot_steps, count(0)).tolist())

    drops = min(net.keep_probs, default=1) < 1
    params, dtheta = net.views(theta), np.empty_like(theta)
    grads = net.views(dtheta)

    _keep_freed_memory()
    t = 0
    for epoch in range(n_epochs):
        for rows in _batches(len(X), batch_size, seeds, rng):
            masks = sample_masks(net, rows.shape, rng=rng) if drops else None
            batch = X.take(rows, axis=0), y.take(rows, axis=0)
            value, moments = backpropagate(net, params, *batch, masks, grads)
            rate = _rate(lr, t, theta.dtype)
            before, (theta, state) = theta, step(theta, dtheta, state, lr=rate)
            if theta is not before:
                params = net.views(theta)
            running = running.updated(moments, decay)
            recorder.step(rate, value)
            if t in wanted:
                snapshots.append(Snapshot(t, theta.copy(), running.by_layer(net, batch_size)))
            t += 1
        stats = running.by_layer(net, batch_size)
        recorder.epoch(net, theta, stats, watch)
        if patience is not None:
            best = best.update(epoch, recorder.losses["val"][-1], theta, stats, patience)
            if np.all(epoch - best.epoch >= patience):
                break
    history = recorder.history(theta)
    if patience is None:
        return Training(theta, stats, history, snapshots, None)
    return Training(best.theta, best.stats, history, snapshots, best.epoch)


class _Recorder:
    """Collects what becomes the History of a training."""

    def __init__(self) -> None:
        self.lr: list[float | NDArray] = []
        self.loss: list[NDArray] = []
        self.losses: dict[str, list[NDArray]] = {}
        self.errors: dict[str, list[NDArray]] = {}

    def step(self, rate: float | NDArray, value: NDArray) -> None:
        self.lr.append(rate)
        self.loss.append(value)

    def epoch(self, net: MLP, theta: NDArray, stats: Stats, watch: Mapping[str, tuple]) -> None:
        for name, (X, y) in watch.items():
            outputs, _ = forward(net, theta, X, None, stats)
            self.losses.setdefault(name, []).append(LOSSES[net.loss](outputs, y)[0])
            if net.loss == "cross_entropy":
                self.errors.setdefault(name, []).append(error_rate(outputs, y))

    def history(self, theta: NDArray) -> History:
        losses, errors = (
            {name: np.array(values) for name, values in sets.items()} for sets in (self.losses, self.errors)
        )
        loss = np.array(self.loss, dtype=theta.dtype).reshape(-1, *theta.shape[:-1])
        return History(np.array(self.lr, dtype=theta.dtype), loss, losses, errors)


class _Best(NamedTuple):
    """The best epoch of each network so far, and the network as it was then."""

    loss: NDArray
    epoch: NDArray
    theta: NDArray
    stats: Stats

    def update(self, epoch: int, loss: NDArray, theta: NDArray, stats: Stats, patience: int) -> "_Best":
        improved = (loss < self.loss) & (epoch - self.epoch <= patience)  # who has stopped stays stopped
        per_network = improved[..., None]
        kept = [
            RunningStats(
                np.where(per_network, new.mu, old.mu), np.where(per_network, new.var, old.var), new.t
            )
            for new, old in zip(stats, self.stats, strict=True)
        ]
        return _Best(
            np.where(improved, loss, self.loss),
            np.where(improved, epoch, self.epoch),
            np.where(per_network, theta, self.theta),
            kept,
        )


def adam_step_in_place(
    w: NDArray,
    dw: NDArray,
    state: AdamState,
    *,
    lr: float,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
    eps_inside_sqrt: bool = True,
    debias_first: bool = True,
    debias_second: str = "before_eps",
) -> AdamState:
    """Take one step of Adam by overwriting the weights and both averages.

        w <- w - rate v / sqrt(s + floor),   rate = lr sqrt(1 - beta2**t) / (1 - beta1**t)

    The numbers are those of `adam_step`: the corrections are scalars, so they are moved out of the arrays
    into the scalars `rate` and `floor` (eps times what s was divided by). Blocks that fit into the cache
    are finished one after the other, so long arrays are read from memory once instead of once per operation.

    Parameters
    ----------
    w : ndarray of shape (*k,)
        Weights, C-contiguous and floating. Overwritten, like nothing else but `state`.
    dw : ndarray of shape (*k,)
        Gradient at `w`. Not modified.
    state : AdamState or tuple (v, s, t)
        Both averages, C-contiguous, and the number of steps taken. `v` and `s` are overwritten.
    lr, beta1, beta2, eps : float
        As in `adam_step`, numbers only.
    eps_inside_sqrt, debias_first, debias_second : bool, bool, str
        As in `adam_step`.

    Returns
    -------
    state : AdamState
        Holds the overwritten arrays.

    Raises
    ------
    ValueError
        "dw must be an array of the shape (3,) of w, got shape (3, 1)";
        "v must be a C-contiguous array, got 0.0";
        "lr must be a number, got array([0.1, 0.2])";
        "beta1 must be in [0, 1), got 1.0".

    Slides
    ------
    "Adaptive moment estimation (Adam)", lines 3-7; erratum E15.

    References
    ----------
    Kingma and Ba (2015), Adam: a method for stochastic optimization, end of section 2.

    Examples
    --------
    >>> from .optimizers import adam_init
    >>> w = np.array([1.0])
    >>> state = adam_step_in_place(w, np.array([2.0]), adam_init(w), lr=0.1)
    >>> w.round(6).tolist(), state.t
    ([0.9], 1)
    """
    check("lr", lr)
    hyper = _Adam(beta1, beta2, eps, eps_inside_sqrt, debias_first, debias_second).checked()
    v, s, t = unpacked("state", state, AdamState._fields)
    check("t", t, count(0))
    for name, array in (("w", w), ("v", v), ("s", s)):
        if not (isinstance(array, np.ndarray) and array.flags.c_contiguous):
            raise ValueError(f"{name} must be a C-contiguous array, got {array!r}")
    dw = floating("dw", dw)
    if dw.shape != w.shape:
        raise ValueError(f"dw must be an array of the shape {w.shape} of w, got shape {dw.shape}")
    return _overwritten(w, dw, AdamState(v, s, t), float(lr), hyper)


class _Adam(NamedTuple):
    """Hyper-parameters of Adam but for the learning rate, as in `adam_step`."""

    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8
    eps_inside_sqrt: bool = True
    debias_first: bool = True
    debias_second: str = "before_eps"

    def checked(self) -> "_Adam":
        """With plain numbers: an array of one number would be overwritten, and rounded to its precision."""
        check("beta1", self.beta1, MEMORY)
        check("beta2", self.beta2, MEMORY)
        check("eps", self.eps, POSITIVE)
        check_choice("debias_second", self.debias_second, ("before_eps", "after_eps", "none"))
        return _Adam(float(self.beta1), float(self.beta2), float(self.eps), *self[3:])


def _overwritten(
    w: NDArray, dw: NDArray, state: AdamState, lr: float | NDArray, hyper: _Adam, *, sums: bool = False
) -> AdamState:
    """`adam_step_in_place` once everything is checked; a training has rates that broadcast with `w`, too.

    With `sums` the state holds v / (1 - beta1) and s / (1 - beta2), which saves two passes over it.
    """
    (v, s, t), (beta1, beta2, floor, eps_inside_sqrt, debias_first, debias_second) = state, hyper
    t, factor, new_v, new_s = t + 1, 1.0, 1 - beta1, 1 - beta2
    if debias_first:
        factor /= one_minus_power(beta1, t)
    if debias_second != "none":
        correction = one_minus_power(beta2, t)
        factor *= correction**0.5
        if debias_second == "before_eps":
            floor *= correction if eps_inside_sqrt else correction**0.5
    if sums:
        factor *= new_v / new_s**0.5
        floor /= new_s if eps_inside_sqrt else new_s**0.5
        new_v = new_s = 1.0
    rate, scratch = lr * factor, None

    whole = (w, dw, v, s)
    for w_block, dw_block, v_block, s_block in _blocks(*whole) if isinstance(lr, float) else [whole]:
        if scratch is None or scratch.shape != w_block.shape:
            scratch = np.empty_like(w_block)

        v_block *= beta1 / new_v
        v_block += dw_block
        np.square(dw_block, out=scratch)
        s_block *= beta2 / new_s
        s_block += scratch
        if not sums:
            v_block *= new_v
            s_block *= new_s

        if eps_inside_sqrt:
            np.add(s_block, floor, out=scratch)
            np.sqrt(scratch, out=scratch)
        else:
            np.sqrt(s_block, out=scratch)
            scratch += floor
        np.divide(v_block, scratch, out=scratch)
        scratch *= rate
        w_block -= scratch
    return AdamState(v, s, t)


def _blocks(*arrays: NDArray) -> Iterable[Sequence[NDArray]]:
    """The same parts of arrays of one shape, small enough for the cache: four of them and one of scratch."""
    size = (1 << 20) // arrays[0].itemsize
    if arrays[0].size <= size:
        return [arrays]
    flat = [array.reshape(-1) for array in arrays]
    starts = range(0, arrays[0].size, size)
    return ([array[start : start + size] for array in flat] for start in starts)


class _Running(NamedTuple):
    """Running statistics of all layers in one vector, which one update serves: mu1, var1, mu2, ...

    The variances are those of batches with the divisor m; the layers get unbiased ones.
    """

    values: NDArray
    t: int

    @staticmethod
    def start(net: MLP, theta: NDArray) -> "_Running":
        sizes = net.sizes[1:-1] if net.batchnorm else ()
        layers = [running_init((*theta.shape[:-1], n), dtype=theta.dtype)[:2] for n in sizes]
        return _Running(_side_by_side(layers) if layers else theta[..., :0], 0)

    def updated(self, moments: list[tuple], decay: float | None) -> "_Running":
        """`running_update` of every layer with `debias`; decay is checked already."""
        if not moments:
            return self
        step = _side_by_side(moments)
        step -= self.values
        step *= averaging_step(decay, self.t + 1, debias=True)
        return _Running(self.values + step, self.t + 1)

    def by_layer(self, net: MLP, batch_size: int) -> Stats:
        if not net.batchnorm:
            return []
        unbiased = batch_size / (batch_size - 1) if self.t else 1.0
        ends = np.cumsum(np.repeat(net.sizes[1:-1], 2))
        parts = np.split(self.values, ends, axis=-1)
        return [
            RunningStats(mu, var * unbiased, self.t)
            for mu, var in zip(parts[:-1:2], parts[1::2], strict=True)
        ]


def _side_by_side(layers: Iterable[Sequence[NDArray]]) -> NDArray:
    return np.concatenate([part for layer in layers for part in layer], axis=-1)


def _batches(m: int, batch_size: int, seeds: tuple[int, ...], rng: np.random.Generator) -> Iterator[NDArray]:
    """Row numbers of shape (*S, batch_size) that visit the examples in an order of each network's own."""
    order = rng.permuted(np.broadcast_to(np.arange(m), (*seeds, m)), axis=-1)
    for start in range(0, m - batch_size + 1, batch_size):
        yield order[..., start : start + batch_size]


def _keep_freed_memory() -> None:
    """Let later steps reuse the memory of earlier ones; fetching it anew can double the time of a step.

    The C library returns freed memory to the system above a threshold, which it raises for good when a block
    as large as this one is freed. The block is never touched, so it costs nothing.
    """
    np.empty(31 * 2**20, dtype=np.uint8)


def _step_of_training(step: Callable[..., tuple], hyper: dict[str, Any]) -> Callable[..., tuple]:
    """Adam in place where it can be: weights, gradient and state belong to the training alone."""
    if step is not adam_step or any(np.ndim(value) for value in hyper.values()):
        # Somebody's own step may keep the gradient that it is given.
        return lambda w, dw, state, *, lr: step(w, dw.copy(), state, lr=lr, **hyper)
    adam = _Adam(**hyper).checked()
    return lambda w, dw, state, *, lr: (w, _overwritten(w, dw, state, lr, adam, sums=True))


def _rate(lr: Any, t: int, dtype: np.dtype) -> float | NDArray:
    """Learning rate of step t, which must not raise the precision of the weights."""
    rate = lr(t) if callable(lr) else lr
    if isinstance(rate, float):
        check("lr", rate)
        return rate
    array = real("lr", rate)
    check_each("lr", array)
    return float(array) if array.ndim == 0 else array.astype(dtype)


def _check_train(
    net: MLP,
    m: int,
    n_epochs: int,
    batch_size: int,
    patience: int | None,
    watch: Mapping[str, tuple[ArrayLike, ArrayLike]] | None,
    decay: float | None,
    rng: np.random.Generator,
) -> None:
    check_kind("net", net, MLP)
    check_kind("rng", rng, np.random.Generator)
    check("n_epochs", n_epochs, count(0))
    if decay is not None:
        check("decay", decay, MEMORY)
    smallest = 2 if net.batchnorm else 1
    check("batch_size", batch_size, within(smallest, m))
    if patience is not None:
        check("patience", patience, count(1))
    if not (watch is None or isinstance(watch, Mapping)):
        raise ValueError(f"watch must be a mapping of names to pairs (X, y), got {watch!r}")
    if patience is not None and "val" not in (watch or {}):
        raise ValueError(f"watch must be a mapping with the set val when patience is given, got {watch!r}")
