"""Batch normalisation: inputs, forward and backward pass, running statistics, inference, folding.

Examples are in rows, so a batch `z` has shape (m, n) and `gamma`, `beta`, `mu`, `var` have shape (n,).
The slides write columns: `batch_axis=1` takes (n, m). Further axes in front are independent networks with
parameters of their own: `z` of shape (*S, m, n) goes with `gamma` of shape (*S, n).

`beta` is always the shift of a batch-normalised layer. The memory of a running average is called `decay`.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from ._numbers import (
    MEMORY,
    NOT_NEGATIVE,
    POSITIVE,
    Rule,
    check,
    check_choice,
    count,
    floating,
    one_minus_power,
    repeated,
    unpacked,
)


__all__ = [
    "BackwardPaths",
    "BatchNormCache",
    "RunningStats",
    "backward_paths",
    "batchnorm_backward",
    "batchnorm_forward",
    "batchnorm_infer",
    "fold_batchnorm",
    "normalize_inputs",
    "running_init",
    "running_update",
]


def normalize_inputs(
    x: ArrayLike,
    *,
    eps: float = 1e-8,
    eps_inside_sqrt: bool = False,
    stats: tuple[ArrayLike, ArrayLike] | None = None,
) -> tuple[NDArray, NDArray, NDArray]:
    """Give every feature mean 0 and standard deviation 1.

        x_norm = (x - mu) / (sqrt(var) + eps)

    Validation and test examples are normalised with the statistics of the training examples: pass them
    as `stats`.

    Parameters
    ----------
    x : array_like of shape (m, n)
        Examples, one per row. Not modified.
    eps : float > 0, default 1e-8
        Keeps a constant feature from dividing by zero: it becomes 0, exactly.
    eps_inside_sqrt : bool, default False
        Divide by sqrt(var + eps) instead.
    stats : pair (mu, var) of array_like of shape (n,), optional
        Statistics to use; by default those of `x`.

    Returns
    -------
    x_norm : ndarray of shape (m, n)
    mu, var : ndarray of shape (n,)
        Mean and variance (divisor m) of each feature.

    Raises
    ------
    ValueError
        "x.shape must be (m, n) with m >= 1, got (0, 3)"; "eps must be > 0, got 0";
        "mu.shape must be (2,), one number per feature of x, got (3,)".

    Slides
    ------
    "Input normalization" (errata E44 and E55).

    Peers
    -----
    scikit-learn: `StandardScaler`, which leaves constant features undivided instead of using eps: 0 as well.

    Examples
    --------
    >>> x_norm, mu, var = normalize_inputs([[1.0, 5.0], [3.0, 5.0]])
    >>> x_norm.round(6).tolist(), mu.tolist(), var.tolist()
    ([[-1.0, 0.0], [1.0, 0.0]], [2.0, 5.0], [1.0, 0.0])
    """
    check("eps", eps, POSITIVE)
    x = _rows(x, 0, "x", at_least=1)
    if stats is None:
        centred, mu, var = _centred(x)
    else:
        given_mu, given_var = unpacked("stats", stats, ("mu", "var"))
        mu = _feature(given_mu, x, "mu", of="x").copy()
        var = _feature(given_var, x, "var", of="x").copy()
        centred = x - _per_row(mu)
    return centred / _per_row(_std(var, eps, eps_inside_sqrt)), mu, var


class BatchNormCache(NamedTuple):
    """What `batchnorm_backward` needs, and the statistics of the batch, for `running_update`."""

    z_norm: NDArray  # (*S, m, n), rows whatever the layout of z
    std: NDArray  # (*S, n): what z - mu was divided by
    root: NDArray  # (*S, n): the square root in it; the same as std when eps stands inside
    gamma: NDArray  # (*S, n)
    mu: NDArray  # (*S, n)
    var: NDArray  # (*S, n)
    batch_axis: int


def batchnorm_forward(
    z: ArrayLike,
    gamma: ArrayLike,
    beta: ArrayLike,
    *,
    eps: float = 1e-5,
    eps_inside_sqrt: bool = True,
    batch_axis: int = 0,
) -> tuple[NDArray, BatchNormCache]:
    """Normalise each feature over the batch, then scale and shift it.

        mu     = mean of z over the batch
        var    = mean of (z - mu)**2 over the batch
        z_norm = (z - mu) / sqrt(var + eps)            or / (sqrt(var) + eps)
        out    = gamma z_norm + beta

    Parameters
    ----------
    z : array_like of shape (m, n)
        Inputs of a layer's activation function; shape (n, m) with `batch_axis=1`. Not modified.
    gamma, beta : array_like of shape (n,)
        Scale and shift, both learned. Not modified.
    eps : float > 0, default 1e-5
        Keeps a constant feature from dividing by zero: its output is beta, exactly.
    eps_inside_sqrt : bool, default True
        Whether eps is added to the variance or to its square root.
    batch_axis : 0 or 1, default 0
        0 when examples are rows, 1 when they are columns as in the slides.

    Returns
    -------
    out : ndarray of the shape of `z`
    cache : BatchNormCache
        For `batchnorm_backward`; `cache.mu` and `cache.var` are the statistics of the batch.

    Raises
    ------
    ValueError
        "z.shape must be (m, n) with m >= 1, got (0, 3)"; "eps must be > 0, got 0";
        "gamma.shape must be (3,), one number per feature of z, got (2,)".

    Slides
    ------
    "Batch normalization", where eps stands outside the root, and "Implementing batch norm", where it
    stands inside (errata E44 and E45).

    Peers
    -----
    PyTorch: the same defaults. Keras: eps=1e-3. The first document of the course: eps_inside_sqrt=False.

    References
    ----------
    Ioffe and Szegedy (2015), Batch normalization, algorithm 1.

    Examples
    --------
    >>> out, cache = batchnorm_forward([[1.0], [3.0]], gamma=[10.0], beta=[5.0], eps=1e-12)
    >>> out.round(6).tolist(), cache.mu.tolist(), cache.var.tolist()
    ([[-5.0], [15.0]], [2.0], [1.0])
    """
    check("eps", eps, POSITIVE)
    z = _rows(z, batch_axis, "z", at_least=1)
    gamma, beta = _feature(gamma, z, "gamma"), _feature(beta, z, "beta")
    centred, mu, var = _centred(z)
    root = np.sqrt(var + eps) if eps_inside_sqrt else np.sqrt(var)
    std = root if eps_inside_sqrt else root + eps
    z_norm = centred / _per_row(std)
    out = _per_row(gamma) * z_norm + _per_row(beta)
    return _layout(out, batch_axis), BatchNormCache(z_norm, std, root, gamma.copy(), mu, var, batch_axis)


def batchnorm_backward(
    dout: ArrayLike,
    cache: BatchNormCache,
) -> tuple[NDArray, NDArray, NDArray]:
    """Pass a gradient back through batch normalisation.

        dgamma  = sum of dout z_norm over the batch
        dbeta   = sum of dout over the batch
        dz_norm = gamma dout
        dz      = (dz_norm - mean(dz_norm) - z_norm mean(dz_norm z_norm)) / sqrt(var + eps)

    The two means are the paths through mu and through var: every example moves the statistics of all
    others. With eps outside the root the last term is multiplied by (sqrt(var) + eps) / sqrt(var).

    Parameters
    ----------
    dout : array_like of the shape of the output
        Gradient with respect to the output of `batchnorm_forward`. Not modified.
    cache : BatchNormCache
        Second result of `batchnorm_forward`.

    Returns
    -------
    dz : ndarray of the shape of `dout`
    dgamma, dbeta : ndarray of shape (n,)

    Raises
    ------
    ValueError
        "dout.shape must be (4, 3), the shape of the output, got (3, 4)".

    Slides
    ------
    "Implement batch norm": "use backprop to compute dW, dbeta, dgamma".

    References
    ----------
    Ioffe and Szegedy (2015), Batch normalization, section 3.

    Examples
    --------
    >>> out, cache = batchnorm_forward([[1.0], [3.0], [8.0]], [1.0], [0.0])
    >>> dz, dgamma, dbeta = batchnorm_backward([[1.0], [1.0], [1.0]], cache)
    >>> dz.round(12).tolist(), dbeta.tolist()
    ([[0.0], [0.0], [0.0]], [3.0])
    """
    dout, (z_norm, std, root, gamma, _, _, batch_axis) = _upstream(dout, cache)
    m = z_norm.shape[-2]
    dbeta = np.sum(dout, axis=-2)
    dgamma = np.sum(dout * z_norm, axis=-2)
    # A constant feature has root 0 if eps stands outside. Its z_norm is 0, so any finite ratio will do.
    ratio = np.divide(std, root, out=np.ones_like(std), where=root != 0)
    # mean(dz_norm) = gamma dbeta / m, and mean(dz_norm z_norm) = gamma dgamma / m
    dz = dout - _per_row(dbeta / m) - z_norm * _per_row(ratio * dgamma / m)
    dz *= _per_row(gamma / std)
    return _layout(dz, batch_axis), dgamma, dbeta


class BackwardPaths(NamedTuple):
    """The gradient with respect to z in four parts, each of the shape of `dout`; their sum is dz."""

    direct: NDArray
    through_mu: NDArray
    through_var: NDArray
    through_mu_in_var: NDArray  # z -> mu -> var: zero, but for rounding


def backward_paths(dout: ArrayLike, cache: BatchNormCache) -> BackwardPaths:
    """Split the gradient of batch normalisation by the paths from z to the output.

        direct              z -> z_norm
        through_mu          z -> mu -> z_norm
        through_var         z -> var -> z_norm
        through_mu_in_var   z -> mu -> var -> z_norm, zero because deviations from a mean add up to 0

    Each part is computed on its own, step by step, so that one can be left out: a common mistake.

    Parameters
    ----------
    dout : array_like of the shape of the output
        Gradient with respect to the output of `batchnorm_forward`. Not modified.
    cache : BatchNormCache
        Second result of `batchnorm_forward`.

    Returns
    -------
    direct, through_mu, through_var, through_mu_in_var : BackwardPaths
        `sum(paths)` is the first result of `batchnorm_backward`.

    Raises
    ------
    ValueError
        "dout.shape must be (4, 3), the shape of the output, got (3, 4)".

    Slides
    ------
    "Implement batch norm": "use backprop to compute dW, dbeta, dgamma".

    References
    ----------
    Ioffe and Szegedy (2015), Batch normalization, section 3.

    Examples
    --------
    >>> _, cache = batchnorm_forward([[1.0], [3.0], [8.0]], [1.0], [0.0])
    >>> paths = backward_paths([[1.0], [0.0], [0.0]], cache)
    >>> dz, _, _ = batchnorm_backward([[1.0], [0.0], [0.0]], cache)
    >>> np.allclose(sum(paths), dz)
    True
    """
    dout, (z_norm, std, root, gamma, _, _, batch_axis) = _upstream(dout, cache)
    m = z_norm.shape[-2]
    centred = z_norm * _per_row(std)
    dz_norm = dout * _per_row(gamma)
    direct = dz_norm / _per_row(std)
    dmu = -np.sum(direct, axis=-2)
    # The root of var has no slope at 0, where a constant feature leaves it; there is nothing to pass on.
    slope = np.divide(0.5, root, out=np.zeros_like(root), where=root != 0)  # of the root in var
    dvar = -np.sum(dz_norm * centred, axis=-2) * slope / (std * std)
    dmu_in_var = dvar * -2 * _mean(centred)
    parts = (
        direct,
        np.broadcast_to(_per_row(dmu / m), dout.shape).copy(),
        _per_row(dvar) * 2 * centred / m,
        np.broadcast_to(_per_row(dmu_in_var / m), dout.shape).copy(),
    )
    return BackwardPaths(*(_layout(part, batch_axis) for part in parts))


class RunningStats(NamedTuple):
    """Averages over batches, used instead of the batch at test time; t batches seen so far."""

    mu: NDArray
    var: NDArray
    t: int


def running_init(
    n: int | tuple[int, ...], *, var: float = 1.0, dtype: DTypeLike = np.float64
) -> RunningStats:
    """Running statistics before the first batch.

        mu = 0,  var = 1,  t = 0

    Parameters
    ----------
    n : int or tuple of ints
        Number of features, or the shape (*S, n).
    var : float >= 0, default 1.0
        Where the variance starts. From 0, and without `debias`, the first estimates are far too small
        and the outputs at test time too large.
    dtype : data-type, default float64
        Precision of the averages.

    Returns
    -------
    mu, var, t : RunningStats

    Raises
    ------
    ValueError
        "var must be >= 0, got -1".

    Slides
    ------
    "Batch norm at test time" leaves the start open (erratum E48).

    Peers
    -----
    PyTorch and Keras: 0 and 1.

    Examples
    --------
    >>> running_init(2)
    RunningStats(mu=array([0., 0.]), var=array([1., 1.]), t=0)
    """
    for size in n if isinstance(n, tuple) else (n,):
        check("n", size, count(0))
    check("var", var, NOT_NEGATIVE)
    return RunningStats(np.zeros(n, dtype), np.full(n, var, dtype), 0)


def running_update(
    stats: RunningStats | tuple[ArrayLike, ArrayLike, int],
    mu: ArrayLike,
    var: ArrayLike,
    *,
    decay: float | None = 0.9,
    m: int | None = None,
    unbiased: bool = False,
    track: str = "var",
    debias: bool = False,
) -> RunningStats:
    """Average the statistics of one more batch.

        mean <- mean + step_size (batch - mean),     for mu and for var, where step_size is

        1 - decay                       an exponential average
        (1 - decay) / (1 - decay**t)    the same without the pull of its start: `debias`
        1 / t                           the mean of all batches: `decay=None`

    Parameters
    ----------
    stats : RunningStats or tuple (mu, var, t), the first two of shape (n,)
        Averages so far, arrays of shape (n,), and the number of batches in them. Not modified.
    mu, var : array_like of shape (n,)
        Mean and variance (divisor m) of the batch. Not modified.
    decay : float in [0, 1) or None, default 0.9
        Memory of the average.
    m : int >= 1, optional
        Number of examples in the batch, needed for `unbiased`, which takes 2.
    unbiased : bool, default False
        Average var m / (m - 1), which estimates the variance of the population.
    track : "var" or "std", default "var"
        "std" averages standard deviations and squares the result, which comes out too small.
    debias : bool, default False
        Weigh the batches as if there had been no start; the first batch then replaces it.

    Returns
    -------
    mu, var, t : RunningStats

    Raises
    ------
    ValueError
        "decay must be in [0, 1) or None, got 1.0"; "track must be one of var, std, got 'sigma'";
        "m must be an integer >= 2 when unbiased is true, got 1".

    Slides
    ------
    "Batch norm at test time", and the last slide "Batch normalization", which averages sigma, gamma and
    beta (errata E46, E47 and E48: gamma and beta are parameters, and it is the variance that averages).

    Peers
    -----
    PyTorch: momentum = 1 - decay, unbiased=True; momentum=None is decay=None. Keras: momentum = decay = 0.99.

    References
    ----------
    Ioffe and Szegedy (2015), Batch normalization, algorithm 2.

    Examples
    --------
    >>> stats = running_update(running_init(1), mu=[10.0], var=[4.0], decay=0.9)
    >>> stats.mu.round(12).tolist(), stats.var.round(12).tolist(), stats.t
    ([1.0], [1.3], 1)
    """
    if decay is not None:
        check("decay", decay, MEMORY._replace(words="in [0, 1) or None"))
    check_choice("track", track, ("var", "std"))
    if unbiased:
        check("m", m, count(2)._replace(words="an integer >= 2 when unbiased is true"))
    elif m is not None:
        check("m", m, count(1))
    stats = _running(stats)
    mu, var = floating("mu", mu), floating("var", var)
    if unbiased and m is not None:
        var = var * (m / (m - 1))
    step_size = averaging_step(decay, stats.t + 1, debias=debias)
    if track == "std":
        root = RunningStats(stats.mu, np.sqrt(stats.var), stats.t)
        new = averaged(root, mu, np.sqrt(var), step_size)
        new = RunningStats(new.mu, new.var**2, new.t)
    else:
        new = averaged(stats, mu, var, step_size)
    return RunningStats(np.asarray(new.mu), np.asarray(new.var), new.t)


def averaging_step(decay: float | None, t: int, *, debias: bool) -> float:
    """How much of batch t, from 1 on, enters the averages."""
    if decay is None:
        return 1 / t
    return float((1 - decay) / one_minus_power(decay, t)) if debias else 1 - decay


def averaged(stats: RunningStats, mu: NDArray, var: NDArray, step_size: float) -> RunningStats:
    """`running_update` once everything is known and checked."""
    return RunningStats(
        stats.mu + step_size * (mu - stats.mu), stats.var + step_size * (var - stats.var), stats.t + 1
    )


def batchnorm_infer(
    z: ArrayLike,
    gamma: ArrayLike,
    beta: ArrayLike,
    stats: RunningStats | tuple[ArrayLike, ArrayLike, int],
    *,
    eps: float = 1e-5,
    eps_inside_sqrt: bool = True,
    batch_axis: int = 0,
) -> NDArray:
    """Normalise with running statistics: each example on its own, at test time.

        out = gamma (z - mu) / sqrt(var + eps) + beta

    Parameters
    ----------
    z : array_like of shape (m, n)
        Inputs of a layer's activation function; a single example is fine. Not modified.
    gamma, beta : array_like of shape (n,)
        Scale and shift as they were learned last. Not modified.
    stats : RunningStats or tuple (mu, var, t), the first two of shape (n,)
        Averages over training batches, arrays of shape (n,). Not modified.
    eps, eps_inside_sqrt, batch_axis : float, bool, int
        As in `batchnorm_forward`.

    Returns
    -------
    out : ndarray of the shape of `z`

    Raises
    ------
    ValueError
        "eps must be > 0, got 0";
        "mu.shape must be (3,), one number per feature of z, got (2,)".

    Slides
    ------
    "Batch norm at test time" (erratum E46).

    Examples
    --------
    >>> batchnorm_infer([[4.0]], [2.0], [1.0], ([2.0], [4.0], 1), eps=1e-12).round(6).tolist()
    [[3.0]]
    """
    check("eps", eps, POSITIVE)
    z = _rows(z, batch_axis, "z")
    gamma, beta = _feature(gamma, z, "gamma"), _feature(beta, z, "beta")
    running_mu, running_var, _ = _running(stats)
    mu, var = _feature(running_mu, z, "mu"), _feature(running_var, z, "var")
    factor = gamma / _std(var, eps, eps_inside_sqrt)
    return _layout(_per_row(factor) * (z - _per_row(mu)) + _per_row(beta), batch_axis)


def fold_batchnorm(
    W: ArrayLike,
    b: ArrayLike,
    gamma: ArrayLike,
    beta: ArrayLike,
    stats: RunningStats | tuple[ArrayLike, ArrayLike, int],
    *,
    eps: float = 1e-5,
    eps_inside_sqrt: bool = True,
) -> tuple[NDArray, NDArray]:
    """Merge batch normalisation at test time into the linear layer before it.

        W' = W factor,   b' = (b - mu) factor + beta,     factor = gamma / sqrt(var + eps)
        x W' + b'  =  batchnorm_infer(x W + b)

    Parameters
    ----------
    W : array_like of shape (n_in, n)
        Weights of the layer z = x W + b; one column per feature. Not modified.
    b : array_like of shape (n,)
        Its offsets; zeros if it has none. Not modified.
    gamma, beta : array_like of shape (n,)
        Scale and shift. Not modified.
    stats : RunningStats or tuple (mu, var, t), the first two of shape (n,)
        Averages over training batches, arrays of shape (n,). Not modified.
    eps, eps_inside_sqrt : float, bool
        As in `batchnorm_forward`.

    Returns
    -------
    W, b : ndarray of shapes (n_in, n) and (n,)

    Raises
    ------
    ValueError
        "eps must be > 0, got 0";
        "b.shape must be (3,), one number per feature of W, got (2,)".

    Slides
    ------
    "Batch norm at test time"; "The offsets become obsolete".

    Examples
    --------
    >>> W, b = fold_batchnorm([[1.0]], [0.0], [2.0], [1.0], ([2.0], [4.0], 1), eps=1e-12)
    >>> W.round(6).tolist(), b.round(6).tolist()
    ([[1.0]], [-1.0])
    """
    check("eps", eps, POSITIVE)
    W = _rows(W, 0, "W")
    running_mu, running_var, _ = _running(stats)
    given = {"b": b, "gamma": gamma, "beta": beta, "mu": running_mu, "var": running_var}
    b, gamma, beta, mu, var = (_feature(values, W, name, of="W") for name, values in given.items())
    factor = gamma / _std(var, eps, eps_inside_sqrt)
    return W * _per_row(factor), (b - mu) * factor + beta


class Normalised(NamedTuple):
    """What `normalise_backward` needs, and the statistics of the batch."""

    centred: NDArray  # (*S, m, n): z - mu
    scale: NDArray  # (*S, n): gamma / std, and so on
    std: NDArray
    mu: NDArray
    var: NDArray


def normalise(z: NDArray, gamma: NDArray, beta: NDArray, eps: float) -> tuple[NDArray, Normalised]:
    """`batchnorm_forward`, but for rounding, as networks are trained with it: in fewer passes over memory.

        out = centred scale + beta,   scale = gamma / std

    Nothing is checked, and z (*S, m, n) is overwritten by z - mu, which the way back needs.
    """
    first = z[..., 0, :].copy()
    z -= first[..., None, :]  # so that a constant feature is 0 exactly, see `_centred`
    m = z.shape[-2]
    shares = repeated(1 / m, m, z.dtype)
    shift = shares @ z
    z -= shift[..., None, :]
    out = z * z
    var = shares @ out
    std = np.sqrt(var + eps)
    scale = gamma / std
    np.multiply(z, scale[..., None, :], out=out)
    out += beta[..., None, :]
    return out, Normalised(z, scale, std, first + shift, var)


def normalise_backward(dout: NDArray, cache: Normalised, dgamma: NDArray, dbeta: NDArray) -> NDArray:
    """`batchnorm_backward` of the same kind: the gradient of z; those of gamma and beta are written.

        dz = (dout - dbeta / m - centred dgamma / (m std)) scale

    The gradient of the output is overwritten by that of z.
    """
    centred, scale, std, _, _ = cache
    m = dout.shape[-2]
    ones = repeated(1.0, m, dout.dtype)
    np.matmul(ones, dout, out=dbeta)
    product = dout * centred
    np.matmul(ones, product, out=dgamma)
    dgamma /= std
    np.multiply(centred, (dgamma / (m * std))[..., None, :], out=product)
    dout -= (dbeta / m)[..., None, :]
    dout -= product
    dout *= scale[..., None, :]
    return dout


def _centred(z: NDArray) -> tuple[NDArray, NDArray, NDArray]:
    """Examples (*S, m, n) without their mean, that mean and the variance of shape (*S, n).

    The mean is taken of the distances from the first example: those of a constant feature are 0, while the
    rounded mean of the feature itself would leave remainders that the division makes large.
    """
    mu = z[..., 0, :] + _mean(z - z[..., :1, :])
    centred = z - _per_row(mu)
    return centred, mu, _mean(centred * centred)  # not np.var, which takes absolute values of complex numbers


def _mean(z: NDArray) -> NDArray:
    """Mean over the examples: (*S, m, n) -> (*S, n)."""
    return np.sum(z, axis=-2) / z.shape[-2]


def _per_row(values: NDArray) -> NDArray:
    """(*S, n) -> (*S, 1, n): the same for every example."""
    return values[..., None, :]


def _std(var: NDArray, eps: float, eps_inside_sqrt: bool) -> NDArray:
    return np.sqrt(var + eps) if eps_inside_sqrt else np.sqrt(var) + eps


def _layout(z: NDArray, batch_axis: int) -> NDArray:
    """Between examples in rows and the caller's layout; its own inverse."""
    return z.swapaxes(-1, -2) if batch_axis == 1 else z


def _rows(z: ArrayLike, batch_axis: int, name: str, at_least: int = 0) -> NDArray:
    check("batch_axis", batch_axis, Rule("0 or 1", lambda axis: axis in (0, 1)))
    array = floating(name, z)
    if array.ndim < 2 or _layout(array, batch_axis).shape[-2] < at_least:
        rule = f"({'n, m' if batch_axis == 1 else 'm, n'}) with m >= {at_least}"
        raise ValueError(f"{name}.shape must be {rule}, got {array.shape!r}")
    return _layout(array, batch_axis)


def _upstream(dout: ArrayLike, cache: BatchNormCache) -> tuple[NDArray, BatchNormCache]:
    """The gradient of the output with examples in rows, and the cache."""
    cache = BatchNormCache(*unpacked("cache", cache, BatchNormCache._fields))
    dout = _rows(dout, cache.batch_axis, "dout")
    if dout.shape != cache.z_norm.shape:
        expected, got = (_layout(array, cache.batch_axis).shape for array in (cache.z_norm, dout))
        raise ValueError(f"dout.shape must be {expected}, the shape of the output, got {got!r}")
    return dout, cache


def _feature(values: ArrayLike, z: NDArray, name: str, of: str = "z") -> NDArray:
    array = floating(name, values)
    expected = z.shape[:-2] + z.shape[-1:]
    if array.shape != expected:
        rule = f"{expected}, one number per feature of {of}"
        raise ValueError(f"{name}.shape must be {rule}, got {array.shape!r}")
    return array


def _running(stats: RunningStats | tuple[ArrayLike, ArrayLike, int]) -> RunningStats:
    mu, var, t = unpacked("stats", stats, RunningStats._fields)
    check("t", t, count(0))
    return RunningStats(floating("mu", mu), floating("var", var), t)
