import functools

import numpy as np
from numpy.typing import NDArray

from advsec import batchnorm
from autograder.catalogue import Wrong, exercise
from autograder.compare import Tolerance
from autograder.exercise import Call, Probe, call
from autograder.exercises.batch_normalization.division import RIGHT as STD, wrong_roots
from autograder.exercises.batch_normalization.inputs import (
    features,
    in_single,
    large_eps,
    scale,
    shift,
    small_features,
    whole_features,
)
from autograder.exercises.batch_normalization.rules import fractions
from autograder.exercises.batch_normalization.sections import EPSILON, FORWARD
from autograder.exercises.batch_normalization.statistics import wrong_statistics
from autograder.exercises.credit import SLIP


DIVIDE, OUT, RETURN = "(z - mu) / std", "gamma * z_norm + beta", "return out, (z_norm, std, gamma)"
CACHE = (1,)


@functools.wraps(batchnorm.batchnorm_forward)
def batchnorm_forward(
    z: NDArray, gamma: NDArray, beta: NDArray, *, eps: float = 1e-5
) -> tuple[NDArray, tuple[NDArray, NDArray, NDArray]]:
    """With the cache of the solution."""
    out, cache = batchnorm.batchnorm_forward(z, gamma, beta, eps=eps)
    return out, (cache.z_norm, cache.std, cache.gamma)


def layer(rng: np.random.Generator, z: NDArray) -> Call:
    n = z.shape[1]
    return call(z, scale(rng, n), shift(rng, n), eps=large_eps(rng))


def wrong_output(name: str, out: str, message: str) -> Wrong:
    return Wrong(name, {OUT: out}, message)


BATCHNORM_FORWARD = exercise(
    solution="""
        def batchnorm_forward(z, gamma, beta, *, eps=1e-5):
            mu = z.mean(axis=0)
            var = ((z - mu) ** 2).mean(axis=0)
            std = np.sqrt(var + eps)
            z_norm = (z - mu) / std
            out = gamma * z_norm + beta
            return out, (z_norm, std, gamma)
    """,
    reference=batchnorm_forward,
    points=4,
    read=FORWARD,
    tolerance=Tolerance(columns_as_vectors=True),
    probes=(
        Probe("a batch of six", lambda rng: layer(rng, features(rng, 6, 3)), own=CACHE),
        Probe(
            "small numbers, a constant feature, and eps as it stands",
            lambda rng: call(small_features(rng, 8, 3), scale(rng, 3), shift(rng, 3)),
            own=CACHE,
        ),
        Probe("whole numbers", lambda rng: layer(rng, whole_features(rng, 5, 2)), own=CACHE),
        Probe(
            "one example, and four",
            lambda rng: (layer(rng, features(rng, 1, 3)), layer(rng, features(rng, 4, 3))),
            own=CACHE,
            public=False,
        ),
        Probe(
            "one feature, and many",
            lambda rng: (layer(rng, features(rng, 7, 1)), layer(rng, features(rng, 3, 5))),
            own=CACHE,
            public=False,
        ),
        Probe("far from zero", lambda rng: layer(rng, features(rng, 5, 4) + 1000), own=CACHE, public=False),
        Probe(
            "single precision",
            lambda rng: in_single(layer(rng, features(rng, 7, 2))),
            own=CACHE,
            public=False,
        ),
    ),
    misconceptions=(
        Wrong(
            "eps_outside_the_root",
            {STD: "np.sqrt(var) + eps"},
            "eps is added to the root and not under it, as on the slides: `{}`",
            read=EPSILON,
            kind="convention",
            convention=True,
        ),
        *wrong_statistics("z", FORWARD),
        *wrong_roots(FORWARD),
        Wrong(
            "eps_in_the_numerator",
            {STD: "np.sqrt(var)", DIVIDE: "(z - mu + eps) / std"},
            "eps is added above the fraction bar: `{}`",
            read=EPSILON,
            kind="not_finite",
        ),
        Wrong(
            "eps_after_the_division",
            {STD: "np.sqrt(var)", DIVIDE: "(z - mu) / std + eps"},
            "eps is added to the quotient, because a bracket is missing: `(z - mu) / np.sqrt(var) + eps`",
            read=EPSILON,
            kind="not_finite",
        ),
        Wrong("not_centred", {DIVIDE: "z / std"}, "the mean is not taken away: `{}`"),
        Wrong("only_centred", {DIVIDE: "z - mu"}, "the spread is left as it was: `{}`"),
        Wrong(
            "precedence", {DIVIDE: "z - mu / std"}, "a bracket is missing, so that only mu is divided: `{}`"
        ),
        Wrong("mean_added", {DIVIDE: "(z + mu) / std"}, "the mean is added and not taken away: `{}`"),
        Wrong("sign_turned", {DIVIDE: "(mu - z) / std"}, "every sign is turned: `{}`"),
        Wrong("multiplied", {DIVIDE: "(z - mu) * std"}, "the distances are multiplied by std: `{}`"),
        wrong_output("not_normalised", "gamma * z + beta", "`z` itself is scaled and shifted: `{}`"),
        wrong_output("no_gamma", "z_norm + beta", "gamma is not used: `{}`"),
        wrong_output("no_beta", "gamma * z_norm", "beta is not used: `{}`"),
        wrong_output("no_gamma_and_no_beta", "z_norm", "neither gamma nor beta is used: `out = {}`"),
        wrong_output(
            "gamma_and_beta_swapped", "beta * z_norm + gamma", "beta is the scale and gamma the shift: `{}`"
        ),
        wrong_output("shifted_first", "gamma * (z_norm + beta)", "beta is multiplied by gamma as well: `{}`"),
        wrong_output("beta_taken_away", "gamma * z_norm - beta", "beta is taken away and not added: `{}`"),
        wrong_output("gamma_added", "gamma + z_norm + beta", "gamma is added and does not multiply: `{}`"),
        wrong_output("gamma_divides", "z_norm / gamma + beta", "gamma is divided by: `{}`"),
        wrong_output(
            "mean_put_back", "gamma * z_norm + beta + mu", "the mean of the batch is added again: `{}`"
        ),
        Wrong(
            "only_the_output",
            {RETURN: "return out"},
            "the output is returned without a cache for the way back: `{}`",
            kind="wrong_type",
        ),
        Wrong(
            "cache_first",
            {RETURN: "return (z_norm, std, gamma), out"},
            "the cache is returned before the output: `return cache, out`",
            credit=SLIP,
            kind="wrong_type",
        ),
        Wrong(
            "cut_to_whole_numbers",
            {RETURN: "return out.astype(z.dtype), (z_norm, std, gamma)"},
            "of whole numbers the output is cut to whole numbers, because it is stored in an array of their "
            "type: `np.zeros_like(z)`",
            passes=(fractions,),
            credit=SLIP,
        ),
    ),
    alternatives={
        "vectorised": """
            def batchnorm_forward(z, gamma, beta, *, eps=1e-5):
                z_norm = (z - np.mean(z, axis=0)) / np.sqrt(np.var(z, axis=0) + eps)
                return gamma * z_norm + beta, {"z": z, "z_norm": z_norm, "gamma": gamma, "eps": eps}
        """,
        "step by step": """
            def batchnorm_forward(z, gamma, beta, eps=1e-5):
                N, D = z.shape
                mu = 1.0 / N * np.sum(z, axis=0)
                zmu = z - mu
                sq = zmu**2
                var = 1.0 / N * np.sum(sq, axis=0)
                sqrtvar = np.sqrt(var + eps)
                ivar = 1.0 / sqrtvar
                z_hat = zmu * ivar
                out = gamma * z_hat + beta
                return out, (z_hat, gamma, zmu, ivar, sqrtvar, var, eps)
        """,
        "loop over features": """
            def batchnorm_forward(z, gamma, beta, *, eps=1e-5):
                out = np.empty(z.shape)
                for j in range(z.shape[1]):
                    column = z[:, j]
                    mu = sum(column) / len(column)
                    var = sum((v - mu) ** 2 for v in column) / len(column)
                    for i, v in enumerate(column):
                        out[i, j] = gamma[j] * (v - mu) * (var + eps) ** -0.5 + beta[j]
                return out, [z, gamma, eps]
        """,
        "keeps two axes": """
            def batchnorm_forward(z, gamma, beta, *, eps=1e-5):
                gamma, beta = gamma.reshape(1, -1), beta.reshape(1, -1)
                mu = z.mean(axis=0, keepdims=True)
                var = z.var(axis=0, keepdims=True)
                z_norm = (z - mu) / np.sqrt(var + eps)
                return gamma * z_norm + beta, (z, z_norm, mu, var, gamma, beta, eps)
        """,
        "examples in columns": """
            def batchnorm_forward(z, gamma, beta, *, eps=1e-5):
                Z = z.T
                mu = Z.mean(axis=1)[:, None]
                var = ((Z - mu) ** 2).mean(axis=1)[:, None]
                Z_norm = (Z - mu) / np.sqrt(var + eps)
                return (gamma[:, None] * Z_norm + beta[:, None]).T, (Z, mu, var)
        """,
        "one scale and one shift": """
            def batchnorm_forward(z, gamma, beta, *, eps=1e-5):
                mu = np.ones(len(z)) @ z / len(z)
                var = ((z - mu) ** 2).mean(0)
                factor = gamma / np.sqrt(var + eps)
                return z * factor + (beta - mu * factor), None
        """,
        "in place on its own copy": """
            def batchnorm_forward(z, gamma, beta, *, eps=1e-5):
                out = np.array(z, dtype=np.float64)
                out -= out.mean(axis=0)
                out /= np.sqrt((out**2).mean(axis=0) + eps)
                z_norm = out.copy()
                out *= gamma
                out += beta
                return out, z_norm
        """,
        "lists and tuples": """
            def batchnorm_forward(z, gamma, beta, eps=1e-5):
                columns = []
                for column, g, b in zip(z.T.tolist(), gamma, beta):
                    mu = sum(column) / len(column)
                    var = sum((v - mu) ** 2 for v in column) / len(column)
                    columns.append([g * (v - mu) / (var + eps) ** 0.5 + b for v in column])
                return [list(row) for row in zip(*columns)], columns
        """,
        "single precision": """
            def batchnorm_forward(z, gamma, beta, *, eps=1e-5):
                z, gamma, beta = z.astype(np.float32), gamma.astype(np.float32), beta.astype(np.float32)
                mu, var = z.mean(axis=0), z.var(axis=0)
                z_norm = (z - mu) / np.sqrt(var + np.float32(eps))
                return gamma * z_norm + beta, (z_norm, var)
        """,
    },
)
