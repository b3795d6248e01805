"""The reference implementations beside PyTorch, beside the plain formula, and beside themselves."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from itertools import pairwise

import numpy as np
from threadpoolctl import threadpool_limits

from advsec.dropout import logistic_dropout_gradient
from advsec.gradient_check import check_gradient
from advsec.network import MLP, init_params, loss, loss_and_gradient
from advsec.optimizers import AdamState, adam_init, adam_step
from advsec.training import adam_step_in_place, train


try:
    import torch
except ImportError:
    torch = None

BATCHES = 20
LARGE, LARGE_BATCH = MLP((64, 128, 128, 10), batchnorm=True), 64
SMALL, SMALL_BATCH = MLP((64, 64, 10), batchnorm=True), 32  # as in the lectures
CHECKED = MLP((64, 100, 30, 10), activation="tanh")  # 9,840 parameters
AT_ONCE = 16
LONGEST = 10**7
# Of what PyTorch takes for a step of training.
SHARE = 0.6
UNITS = 20
MEMORY, CACHE = "memory alone", "the rest in the cache"

Contenders = Mapping[str, Callable[[], object]]


def main() -> None:
    """Print seconds of each contender, and how many times those of the first the others take."""
    print(f"Numerics, one thread each, fastest of interleaved runs, numpy {np.__version__}, ", end="")
    print("PyTorch is not installed and left out" if torch is None else f"PyTorch {torch.__version__}")
    print(f"Load of this machine's {os.cpu_count()} cores: {os.getloadavg()[0]:.1f}")
    if torch is not None:
        torch.set_num_threads(1)
    with threadpool_limits(1):
        for dtype in ("float64", "float32"):
            _training_step(dtype)
        for size in (10**4, 10**6, LONGEST):
            for dtype in ("float64", "float32"):
                _adam(size, dtype)
        _ten_seeds(SMALL, SMALL_BATCH)
        _ten_seeds(LARGE, LARGE_BATCH)
        _gradient_check()
        _all_masks()
    _imports()


def _training_step(dtype: str) -> None:
    peers = {} if torch is None else _torch_trainings(dtype)
    contenders = {"advsec train": _training(LARGE, LARGE_BATCH, dtype)} | peers
    took = _race(f"Training step, {_name(LARGE, LARGE_BATCH)}, {dtype}", contenders, rounds=50, steps=BATCHES)
    if peers:
        _target(
            f"at most {SHARE} of the best of PyTorch",
            took["advsec train"] <= SHARE * min(took[peer] for peer in peers),
        )


def _adam(size: int, dtype: str) -> None:
    start, dw = np.random.default_rng(0).normal(size=(2, size)).astype(dtype)
    w, state, overwritten = start.copy(), adam_init(start), adam_init(start)
    contenders = {
        "adam_step_in_place": lambda: adam_step_in_place(w, dw, overwritten, lr=1e-3),
        "adam_step": lambda: adam_step(start, dw, state, lr=1e-3),
    }
    if size == LONGEST:
        contenders |= {
            MEMORY: lambda: _touch(w, dw, overwritten),
            CACHE: lambda: _in_the_cache(size, dtype),
        }
    if torch is not None:
        weights = torch.tensor(start, requires_grad=True)
        weights.grad = torch.tensor(dw)
        contenders["PyTorch fused"] = torch.optim.Adam([weights], fused=True).step
    steps = max(1, 10**5 // size)  # a short step on its own would be timed with a cold cache
    repeated = {name: lambda step=step: [step() for _ in range(steps)] for name, step in contenders.items()}
    took = _race(f"Adam on {size:,} weights, {dtype}", repeated, rounds=15, steps=steps)
    if size == LONGEST:
        names = ("adam_step_in_place", "adam_step", MEMORY, CACHE)
        ours, formula, memory, cache = (took[name] for name in names)
        moved = 7 * start.nbytes  # w, dw, v and s are read, and all but dw are written
        rate = f"{moved // size} bytes a weight at {moved / memory / 1e9:.0f} GB/s"
        print(f"  memory alone: {rate}, {memory / ours:.0%} of a step; the rest: {cache / ours:.0%}")
        print(f"  without any other cost: {formula / (memory + cache):.1f} times faster than adam_step")
        _target("4 times faster than adam_step", formula >= 4 * ours)


def _touch(w: np.ndarray, dw: np.ndarray, state: AdamState) -> None:
    """Read all four arrays, and write the three that a step overwrites, as cheaply as numpy can."""
    size = (1 << 20) // w.itemsize
    for start in range(0, w.size, size):
        block = slice(start, start + size)
        for array in (w, state.v, state.s):
            array[block] *= 1.0
        np.max(dw[block])


def _in_the_cache(size: int, dtype: str) -> None:
    """Of the twelve operations of a step those eight that need not wait for memory."""
    v, s, dw, scratch = np.ones((4, 1 << 13), dtype)
    for _ in range(size // len(v)):
        v *= 1.0
        np.square(dw, out=scratch)
        s += scratch
        s *= 0.5
        np.add(s, 1.0, out=scratch)
        np.sqrt(scratch, out=scratch)
        np.divide(v, scratch, out=scratch)
        scratch *= 1.0


def _ten_seeds(net: MLP, batch: int) -> None:
    one, together = _training(net, batch), _training(net, batch, n_seeds=10)
    contenders = {
        "10 runs": lambda: [one() for _ in range(10)],
        "10 at once": together,
        "10: matrix products alone": _products(net, batch, n_seeds=10),
        "10: Adam alone": _adam_steps(net, n_seeds=10),
    }
    took = _race(f"10 seeds, {_name(net, batch)}, float64", contenders, rounds=15, steps=BATCHES)
    one_run = took["10 runs"] / 10  # alone it would be so short that it escapes other programs more often
    arithmetic = took["10: matrix products alone"] + took["10: Adam alone"]
    print(f"  10 at once cost {took['10 at once'] / one_run:.1f} single runs, ", end="")
    print(f"{arithmetic / one_run:.1f} of them for products and Adam, which sharing calls cannot save")
    _target("at most 4 single runs", took["10 at once"] <= 4 * one_run)


def _gradient_check() -> None:
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(8, 64)), rng.integers(10, size=8)
    theta = init_params(CHECKED, rng=rng)

    def ours(at_once: int | None = None) -> None:
        check = check_gradient(
            lambda theta: loss(CHECKED, theta, X, y),
            lambda theta: loss_and_gradient(CHECKED, theta, X, y).dtheta,
            theta,
            at_once=at_once,
        )
        assert check.passed

    one_by_one, together = "check_gradient", f"check_gradient, {AT_ONCE} at once"
    contenders = {one_by_one: ours, together: lambda: ours(AT_ONCE)}
    if torch is not None:
        contenders["PyTorch gradcheck"] = lambda: _torch_gradcheck(theta, X, y)
    title = f"Gradient check of {CHECKED.n_params:,} parameters, central differences"
    took = _race(title, contenders, rounds=5)
    print(f"  at once it takes {took[together] / took[one_by_one]:.2f} of what it takes one by one")
    if torch is not None:
        slower = max(took[one_by_one], took[together])
        _target("faster than PyTorch's gradcheck, both ways", slower < took["PyTorch gradcheck"])


def _all_masks() -> None:
    rng = np.random.default_rng(0)
    w, x = rng.normal(size=(2, UNITS))

    def all_in_one_array() -> np.ndarray:
        masks = (np.arange(2**UNITS)[:, None] >> np.arange(UNITS)) & 1
        return np.mean((1 / (1 + np.exp(-masks @ (w * x))) - 1)[:, None] * masks * x, axis=0)

    assert np.allclose(logistic_dropout_gradient(w, x, 1.0, 0.5)[0], all_in_one_array())
    contenders = {
        "logistic_dropout_gradient": lambda: logistic_dropout_gradient(w, x, 1.0, 0.5),
        "all masks in one array": all_in_one_array,
    }
    _race(f"Enumeration of 2**{UNITS} masks", contenders, rounds=5)


def _imports() -> None:
    """A fresh interpreter each time imports numpy first, then what the package adds."""
    program = (
        "from time import perf_counter as now; start = now(); import numpy; middle = now();"
        "import advsec.averages; print(middle - start, now() - middle)"
    )
    runs = [
        subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True).stdout
        for _ in range(15)
    ]
    numpy, averages = (min(times) for times in zip(*(map(float, run.split()) for run in runs), strict=True))
    _table("Import", {"numpy": numpy, "advsec.averages after it": averages})
    _target("less than half of numpy's import", averages < numpy / 2)


def _race(title: str, contenders: Contenders, *, rounds: int, steps: int = 1) -> dict[str, float]:
    """Print and return the CPU seconds of a step in the fastest run, which other programs disturb least."""
    times = {name: [] for name in contenders}
    for number in range(rounds + 1):
        for name, run in contenders.items():
            started = time.process_time()
            run()
            if number:  # the first round warms up
                times[name].append((time.process_time() - started) / steps)
    fastest = {name: min(values) for name, values in times.items()}
    _table(title, fastest)
    return fastest


def _table(title: str, seconds: Mapping[str, float]) -> None:
    first = next(iter(seconds.values()))
    print(f"{title}\n{'':30}{'ms':>10}{'ratio':>8}")
    for name, value in seconds.items():
        print(f"  {name:28}{value * 1000:10.3f}{value / first:8.2f}")


def _target(rule: str, met: bool) -> None:
    print(f"  target: {rule}: {'met' if met else 'NOT MET'}")


def _name(net: MLP, batch: int) -> str:
    return f"{'-'.join(map(str, net.sizes))} with batch norm, Adam, batch {batch}"


def _examples(batch: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.normal(size=(batch * BATCHES, 64)), rng.integers(10, size=batch * BATCHES)


def _training(
    net: MLP, batch: int, dtype: str = "float64", n_seeds: int | None = None
) -> Callable[[], object]:
    rng = np.random.default_rng(0)
    X, y = _examples(batch)
    X, theta = X.astype(dtype), init_params(net, rng=rng, n_seeds=n_seeds, dtype=dtype)
    return lambda: train(net, theta, X, y, lr=1e-3, n_epochs=1, batch_size=batch, rng=rng)


def _products(net: MLP, batch: int, n_seeds: int) -> Callable[[], None]:
    """The matrix products of a training, forward and backward, and nothing else."""
    rng = np.random.default_rng(0)
    params = net.views(init_params(net, rng=rng, n_seeds=n_seeds))
    products = []
    for number, sizes in enumerate(pairwise(net.sizes), start=1):
        W, (a, dz) = params[f"W{number}"], (rng.normal(size=(n_seeds, batch, n)) for n in sizes)
        products += [(a, W, np.empty_like(dz)), (a.mT, dz, np.empty_like(W))]
        if number > 1:  # nobody asks for the gradient of the examples
            products.append((dz, W.mT, np.empty_like(a)))

    def run() -> None:
        for _ in range(BATCHES):
            for left, right, out in products:
                np.matmul(left, right, out=out)

    return run


def _adam_steps(net: MLP, n_seeds: int) -> Callable[[], None]:
    theta = init_params(net, rng=np.random.default_rng(0), n_seeds=n_seeds)
    dtheta, state = np.ones_like(theta), adam_init(theta)

    def run() -> None:
        for _ in range(BATCHES):
            adam_step_in_place(theta, dtheta, state, lr=1e-3)

    return run


def _torch_trainings(dtype: str) -> Contenders:
    """Training of the large network by PyTorch eager, with each of the two Adams that it has for speed."""
    X, y = (torch.tensor(array) for array in _examples(LARGE_BATCH))
    X = X.to(getattr(torch, dtype))

    def training(**kind: bool) -> Callable[[], None]:
        layers = []
        for n_in, n_out in pairwise(LARGE.sizes[:-1]):
            layers += [torch.nn.Linear(n_in, n_out, bias=False), torch.nn.BatchNorm1d(n_out), torch.nn.ReLU()]
        model = torch.nn.Sequential(*layers, torch.nn.Linear(*LARGE.sizes[-2:])).to(X.dtype)
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, **kind)

        def run() -> None:
            for rows in torch.randperm(len(X)).split(LARGE_BATCH):
                optimizer.zero_grad()
                torch.nn.functional.cross_entropy(model(X[rows]), y[rows]).backward()
                optimizer.step()

        return run

    return {"PyTorch foreach": training(foreach=True), "PyTorch fused": training(fused=True)}


def _torch_gradcheck(theta: np.ndarray, X: np.ndarray, y: np.ndarray) -> None:
    X, y = torch.tensor(X), torch.tensor(y)
    lengths = [part.stop - part.start for part in CHECKED.slices.values()]

    def f(theta: "torch.Tensor") -> "torch.Tensor":
        parts = zip(theta.split(lengths), CHECKED.shapes.values(), strict=True)
        W1, b1, W2, b2, W3, b3 = (part.view(shape) for part, shape in parts)
        a = torch.tanh(torch.tanh(X @ W1 + b1) @ W2 + b2)
        return torch.nn.functional.cross_entropy(a @ W3 + b3, y)

    assert torch.autograd.gradcheck(f, torch.tensor(theta, requires_grad=True))
