"""Learning-rate schedules: the rate of step t as a function of t alone.

    lr = cosine_restarts(t, lr_min=0.0, lr_max=0.1, T_0=10)

`t` counts the steps already taken: 0 for the first. It is an integer, and gives a float, or an array of
integers, and gives an array. The position in a cycle is found by integer arithmetic, so a schedule is as
exact after a million cycles as in the first one.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._numbers import POSITIVE, Rule, check, check_choice, count, integers


__all__ = [
    "cosine_restarts",
    "cycle_position",
    "cyclical",
    "one_cycle",
    "range_test_lrs",
    "snapshot_steps",
]


def cyclical(
    t: ArrayLike,
    *,
    lr_min: float,
    lr_max: float,
    step_size_up: int,
    step_size_down: int | None = None,
    mode: str = "triangular",
    gamma: float = 1.0,
) -> NDArray | float:
    """Raise and lower the learning rate in straight lines, again and again.

        height = position / step_size_up                      on the way up
                 (period - position) / step_size_down         on the way down
        lr = lr_min + (lr_max - lr_min) height factor

    with period = step_size_up + step_size_down, position = t mod period, and a factor that depends on the
    mode: 1 ("triangular"), 1/2**cycle ("triangular2") or gamma**t ("exp_range").

    Parameters
    ----------
    t : int or array_like of ints of shape (T,)
        Step, 0 for the first.
    lr_min, lr_max : float
        Bounds of the first cycle.
    step_size_up : int >= 1
        Steps from `lr_min` to `lr_max`.
    step_size_down : int >= 1 or None, default None
        Steps back; None takes as many as on the way up.
    mode : "triangular" (default), "triangular2" or "exp_range"
        How the height of a cycle shrinks.
    gamma : float, default 1.0
        Factor per step of "exp_range".

    Returns
    -------
    lr : float or ndarray of shape (T,)

    Raises
    ------
    ValueError
        "t must be an integer >= 0 or an array of them, got 1.5";
        "step_size_up must be an integer >= 1, got 0";
        "mode must be one of triangular, triangular2, exp_range, got 'sine'".

    Slides
    ------
    "Cyclical Learning Rates for Neural Networks"; that they escape bad extreme points is a heuristic
    (erratum E19).

    Peers
    -----
    PyTorch: `CyclicLR(..., cycle_momentum=False)`, which by default also cycles the momentum.

    References
    ----------
    Smith (2017), Cyclical learning rates for training neural networks.

    Examples
    --------
    >>> cyclical([0, 1, 2, 3, 4], lr_min=0.1, lr_max=0.5, step_size_up=2).round(12).tolist()
    [0.1, 0.3, 0.5, 0.3, 0.1]
    """
    t = _steps(t)
    _check_rates(lr_min=lr_min, lr_max=lr_max, gamma=gamma)
    check("step_size_up", step_size_up, count(1))
    down = step_size_up if step_size_down is None else step_size_down
    check("step_size_down", down, count(1))
    check_choice("mode", mode, ("triangular", "triangular2", "exp_range"))
    cycle, position = np.divmod(t, step_size_up + down)
    rising = position / step_size_up
    falling = (step_size_up + down - position) / down
    height = np.where(position <= step_size_up, rising, falling)
    factors: dict[str, Any] = {"triangular": 1.0, "triangular2": 0.5**cycle, "exp_range": float(gamma) ** t}
    return _unwrap(lr_min + (lr_max - lr_min) * height * factors[mode])


def cosine_restarts(
    t: ArrayLike,
    *,
    lr_min: float,
    lr_max: float,
    T_0: int,
    T_mult: int = 1,
    lr_min_decay: float = 1.0,
    lr_max_decay: float = 1.0,
) -> NDArray | float:
    """Lower the learning rate along half a cosine, then restart from the top.

        lr = lr_min + (lr_max - lr_min) (1 + cos(pi T_cur / T_i)) / 2

    T_cur runs from 0 to T_i - 1: a cycle starts at exactly `lr_max` and its last step is one short of
    `lr_min`, which is never reached (erratum E21). Record the weights before a restart (erratum E22).

    Parameters
    ----------
    t : int or array_like of ints of shape (T,)
        Step, 0 for the first.
    lr_min, lr_max : float
        Bounds of the first cycle.
    T_0 : int >= 1
        Steps of the first cycle.
    T_mult : int >= 1, default 1
        Each cycle is this many times longer than the one before.
    lr_min_decay, lr_max_decay : float, default 1.0
        Factors on the bounds after each cycle.

    Returns
    -------
    lr : float or ndarray of shape (T,)

    Raises
    ------
    ValueError
        "t must be an integer >= 0 or an array of them, got -1";
        "T_0 must be an integer >= 1, got 0";
        "T_mult must be an integer >= 1, got 1.5".

    Slides
    ------
    "SGD with Warm Restarts"; errata E21 and E22.

    Peers
    -----
    PyTorch: `CosineAnnealingWarmRestarts(T_0, T_mult, eta_min)`, stepped without an argument, has no decaying
    bounds. Keras: `CosineDecayRestarts(first_decay_steps, t_mul, m_mul, alpha=lr_min / lr_max)`, whose m_mul
    shrinks the distance from lr_min; it is `lr_max_decay` where lr_min is 0.

    References
    ----------
    Loshchilov and Hutter (2017), SGDR: stochastic gradient descent with warm restarts.

    Examples
    --------
    >>> cosine_restarts([0, 1, 2, 3], lr_min=0.0, lr_max=1.0, T_0=2).round(12).tolist()
    [1.0, 0.5, 1.0, 0.5]
    """
    _check_rates(lr_min=lr_min, lr_max=lr_max, lr_min_decay=lr_min_decay, lr_max_decay=lr_max_decay)
    cycle, T_cur, T_i = (np.asarray(part) for part in cycle_position(t, T_0, T_mult))
    low = lr_min * float(lr_min_decay) ** cycle
    high = lr_max * float(lr_max_decay) ** cycle
    return _unwrap(low + (high - low) * (1 + np.cos(np.pi * T_cur / T_i)) / 2)


def one_cycle(
    t: ArrayLike,
    *,
    lr_max: float,
    n_steps: int,
    warmup_fraction: float = 0.3,
    div_factor: float = 25.0,
    final_div_factor: float = 1e4,
) -> NDArray | float:
    """Warm up along half a cosine, then cool down along another one: one cycle for the whole run.

        lr rises from lr_max / div_factor to lr_max at step warmup_fraction n_steps - 1,
        and falls to lr_max / div_factor / final_div_factor at the last step

    Parameters
    ----------
    t : int or array_like of ints of shape (T,)
        Step, 0 for the first and at most n_steps - 1.
    lr_max : float
        Highest rate.
    n_steps : int >= 1
        Steps of the run.
    warmup_fraction : float, default 0.3
        Share of the steps on the way up; more than one step and fewer than all.
    div_factor : float > 0, default 25.0
        `lr_max` over the first rate.
    final_div_factor : float > 0, default 1e4
        First rate over the last one.

    Returns
    -------
    lr : float or ndarray of shape (T,)

    Raises
    ------
    ValueError
        "t must be an integer >= 0 or an array of them, got -1";
        "t must be < n_steps = 10, got 10";
        "warmup_fraction must be more than 1 / n_steps and less than 1, got 1.0".

    Peers
    -----
    PyTorch: `OneCycleLR(anneal_strategy="cos", cycle_momentum=False)`, which takes one step too many.

    References
    ----------
    Smith and Topin (2019), Super-convergence: very fast training of neural networks using large learning
    rates; the cosine is PyTorch's, the paper draws straight lines.

    Examples
    --------
    >>> one_cycle([0, 2, 9], lr_max=1.0, n_steps=10).round(9).tolist()
    [0.04, 1.0, 4e-06]
    """
    t = _steps(t)
    check("lr_max", lr_max)
    check("n_steps", n_steps, count(1))
    check("div_factor", div_factor, POSITIVE)
    check("final_div_factor", final_div_factor, POSITIVE)
    if np.any(t >= n_steps):
        raise ValueError(f"t must be < n_steps = {n_steps}, got {t.max().item()!r}")
    share = Rule("more than 1 / n_steps and less than 1", lambda share: 1 < share * n_steps < n_steps)
    check("warmup_fraction", warmup_fraction, share)
    first, peak = lr_max / div_factor, warmup_fraction * n_steps - 1
    warmup = _half_cosine(first, lr_max, t / peak)
    cooldown = _half_cosine(lr_max, first / final_div_factor, (t - peak) / (n_steps - 1 - peak))
    return _unwrap(np.where(t <= peak, warmup, cooldown))


def cycle_position(t: ArrayLike, T_0: int, T_mult: int = 1) -> tuple[Any, Any, Any]:
    """Find the cycle of a step, the steps since its start, and its length.

        cycle i has T_i = T_0 T_mult**i steps;   t = (steps of earlier cycles) + T_cur

    Parameters
    ----------
    t : int or array_like of ints of shape (T,)
        Step, 0 for the first.
    T_0 : int >= 1
        Steps of the first cycle.
    T_mult : int >= 1, default 1
        Each cycle is this many times longer than the one before.

    Returns
    -------
    cycle, T_cur, T_i : int or ndarray of ints of shape (T,)
        Number of the cycle, from 0; 0 <= T_cur < T_i.

    Raises
    ------
    ValueError
        "t must be an integer >= 0 or an array of them, got -1";
        "T_0 must be an integer >= 1, got 0".

    Slides
    ------
    "SGD with Warm Restarts": T_cur and T_i, whose ranges the slide leaves open (erratum E21).

    Examples
    --------
    >>> cycle_position(7, T_0=2, T_mult=2)
    (2, 1, 8)
    """
    t = _steps(t)
    check("T_0", T_0, count(1))
    check("T_mult", T_mult, count(1))
    if T_mult == 1:
        cycle, T_cur = np.divmod(t, T_0)
        T_i = np.full(t.shape, T_0)
    else:
        starts, lengths = _growing_cycles(int(t.max(initial=0)), T_0, T_mult)
        cycle = np.searchsorted(starts, t, side="right") - 1
        T_cur, T_i = t - starts[cycle], lengths[cycle]
    return _unwrap(cycle), _unwrap(T_cur), _unwrap(T_i)


def snapshot_steps(n_steps: int, T_0: int, T_mult: int = 1) -> NDArray:
    """Find the last step of every cycle: where the weights are worth keeping.

        T_0 - 1,   T_0 + T_1 - 1,   ...

    Parameters
    ----------
    n_steps : int >= 0
        Steps of the run; a cycle that it cuts short has no snapshot.
    T_0 : int >= 1
        Steps of the first cycle.
    T_mult : int >= 1, default 1
        Each cycle is this many times longer than the one before.

    Returns
    -------
    steps : ndarray of ints of shape (M,)
        Steps counted from 0.

    Raises
    ------
    ValueError
        "T_0 must be an integer >= 1, got 0".

    Slides
    ------
    "SGD with Warm Restarts": "Record best estimates before restart" (erratum E22); "Snapshot ensembles II".

    References
    ----------
    Huang et al. (2017), Snapshot ensembles: train 1, get M for free.

    Examples
    --------
    >>> snapshot_steps(14, T_0=2, T_mult=2).tolist()
    [1, 5, 13]
    """
    check("n_steps", n_steps, count(0))
    _, T_cur, T_i = cycle_position(np.arange(n_steps), T_0, T_mult)
    return np.flatnonzero(T_cur == T_i - 1)


def range_test_lrs(
    n: int,
    *,
    lr_min: float,
    lr_max: float,
    spacing: str = "geometric",
) -> NDArray:
    """Learning rates of a range test, from small to large.

        lr_min (lr_max / lr_min)**(i / (n - 1)),   i = 0, ..., n - 1

    Parameters
    ----------
    n : int >= 2
        Number of rates, one per mini-batch.
    lr_min, lr_max : float > 0
        First and last rate.
    spacing : "geometric" (default) or "linear"
        Equal factors, or equal differences.

    Returns
    -------
    lrs : ndarray of shape (n,)

    Raises
    ------
    ValueError
        "n must be an integer >= 2, got 1";
        "lr_min must be > 0 and < lr_max = 1.0, got 0.0";
        "spacing must be one of geometric, linear, got 'log'".

    Slides
    ------
    "Estimating the learning rate": increase it exponentially; Smith's own test is linear (erratum E20).

    References
    ----------
    Smith (2017), Cyclical learning rates for training neural networks, section 3.3.

    Examples
    --------
    >>> range_test_lrs(3, lr_min=0.01, lr_max=1.0).round(12).tolist()
    [0.01, 0.1, 1.0]
    """
    check("n", n, count(2))
    check("lr_max", lr_max, POSITIVE)
    check("lr_min", lr_min, Rule(f"> 0 and < lr_max = {lr_max!r}", lambda rate: 0 < rate < lr_max))
    check_choice("spacing", spacing, ("geometric", "linear"))
    return np.geomspace(lr_min, lr_max, n) if spacing == "geometric" else np.linspace(lr_min, lr_max, n)


def _growing_cycles(last: int, T_0: int, T_mult: int) -> tuple[NDArray, NDArray]:
    """Start and length of every cycle up to the one that step `last` belongs to."""
    starts, lengths = [0], [T_0]
    while starts[-1] + lengths[-1] <= last:
        starts.append(starts[-1] + lengths[-1])
        lengths.append(lengths[-1] * T_mult)
    return np.array(starts), np.array(lengths)


def _half_cosine(start: float, end: float, progress: NDArray) -> NDArray:
    return end + (start - end) * (1 + np.cos(np.pi * progress)) / 2


def _steps(t: ArrayLike) -> NDArray[np.int64]:
    return integers("t", t, count(0))


def _check_rates(**rates: float) -> None:
    for name, rate in rates.items():
        check(name, rate)


def _unwrap(values: NDArray) -> Any:
    """A Python number for a single step."""
    return values.item() if values.ndim == 0 else values
