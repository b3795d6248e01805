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
    running,
    running_with_tiny_variances,
    scale,
    shift,
    whole_features,
)
from autograder.exercises.batch_normalization.rules import fractions
from autograder.exercises.batch_normalization.sections import EPSILON, TEST_TIME
from autograder.exercises.credit import SLIP


STATS, OUT = "mu, var, _ = stats", "gamma * (z - mu) / std + beta"


def layer(rng: np.random.Generator, z: NDArray) -> Call:
    n = z.shape[1]
    return call(z, scale(rng, n), shift(rng, n), running(rng, n), eps=large_eps(rng))


def wrong_output(name: str, out: str, message: str) -> Wrong:
    return Wrong(name, {OUT: out}, message)


BATCHNORM_INFER = exercise(
    solution="""
        def batchnorm_infer(z, gamma, beta, stats, *, eps=1e-5):
            mu, var, _ = stats
            std = np.sqrt(var + eps)
            return gamma * (z - mu) / std + beta
    """,
    reference=batchnorm.batchnorm_infer,
    points=2,
    read=TEST_TIME,
    tolerance=Tolerance(columns_as_vectors=True),
    probes=(
        Probe("a batch", lambda rng: layer(rng, features(rng, 5, 3))),
        Probe("a single example", lambda rng: layer(rng, features(rng, 1, 4))),
        Probe(
            "tiny variances, one of them 0, and eps as it stands",
            lambda rng: call(
                features(rng, 2, 4), scale(rng, 4), shift(rng, 4), running_with_tiny_variances(rng, 4)
            ),
        ),
        Probe("whole numbers", lambda rng: layer(rng, whole_features(rng, 5, 2))),
        Probe(
            "one feature, and many",
            lambda rng: (layer(rng, features(rng, 4, 1)), layer(rng, features(rng, 3, 5))),
            public=False,
        ),
        Probe(
            "single precision",
            lambda rng: in_single(layer(rng, features(rng, 6, 2))),
            public=False,
        ),
    ),
    misconceptions=(
        Wrong(
            "eps_outside_the_root",
            {STD: "(np.sqrt(var) + eps)"},
            "eps is added to the root and not under it, unlike in training: `np.sqrt(var) + eps`",
            read=EPSILON,
            credit=SLIP,
        ),
        *wrong_roots(TEST_TIME),
        Wrong(
            "eps_after_the_division",
            {STD: "np.sqrt(var)", OUT: "gamma * ((z - mu) / std + eps) + beta"},
            "eps is added to the quotient, because a bracket is missing: `(z - mu) / np.sqrt(var) + eps`",
            read=EPSILON,
            kind="not_finite",
        ),
        Wrong(
            "batch_statistics",
            {STATS: "mu, var = z.mean(axis=0), z.var(axis=0)"},
            "each batch is normalised with its own statistics, as in training, so that a single example "
            "always gives beta: `{}`",
        ),
        Wrong(
            "mean_of_the_batch",
            {STATS: f"{STATS}\nmu = z.mean(axis=0)"},
            "the mean is that of the batch, and only the variance is the running one: `mu = z.mean(axis=0)`",
        ),
        Wrong(
            "variance_of_the_batch",
            {STATS: f"{STATS}\nvar = z.var(axis=0)"},
            "the variance is that of the batch, and only the mean is the running one: `var = z.var(axis=0)`",
        ),
        Wrong(
            "learns_from_the_batch",
            {STATS: f"{STATS}\nmu, var = 0.9 * mu + 0.1 * z.mean(axis=0), 0.9 * var + 0.1 * z.var(axis=0)"},
            "the running statistics take in the examples of the test before they are used: "
            "`0.9 * mu + 0.1 * z.mean(axis=0)`",
        ),
        Wrong(
            "statistics_swapped",
            {STATS: "var, mu, _ = stats"},
            "mean and variance are taken for each other: `{}`",
            kind="not_finite",
        ),
        Wrong(
            "divided_by_the_count",
            {STATS: "mu, var, t = stats\nmu, var = mu / t, var / t"},
            "the running statistics are divided by the number of batches, as if they were sums: `mu / t`",
        ),
        wrong_output("not_centred", "gamma * z / std + beta", "the running mean is not taken away: `{}`"),
        wrong_output("only_centred", "gamma * (z - mu) + beta", "the running variance is not used: `{}`"),
        wrong_output(
            "precedence",
            "gamma * z - mu / std + beta",
            "a bracket is missing, so that only the mean is divided: `{}`",
        ),
        wrong_output(
            "mean_divided_first",
            "gamma * (z - mu / std) + beta",
            "the mean alone is divided by std, before it is taken away: `{}`",
        ),
        wrong_output("mean_added", "gamma * (z + mu) / std + beta", "the mean is added: `{}`"),
        wrong_output(
            "multiplied", "gamma * (z - mu) * std + beta", "the distances are multiplied by std: `{}`"
        ),
        wrong_output("no_gamma", "(z - mu) / std + beta", "gamma is not used: `{}`"),
        wrong_output("no_beta", "gamma * (z - mu) / std", "beta is not used: `{}`"),
        wrong_output("no_gamma_and_no_beta", "(z - mu) / std", "neither gamma nor beta is used: `{}`"),
        wrong_output(
            "gamma_and_beta_swapped",
            "beta * (z - mu) / std + gamma",
            "beta is the scale and gamma the shift: `{}`",
        ),
        wrong_output(
            "shifted_first",
            "gamma * ((z - mu) / std + beta)",
            "beta is multiplied by gamma as well: `{}`",
        ),
        wrong_output("not_normalised", "gamma * z + beta", "the running statistics are not used: `{}`"),
        Wrong(
            "returns_a_cache",
            {f"return {OUT}": f"return {OUT}, stats"},
            "something is returned besides the output, which is all that is asked for: `return out, ...`",
            credit=SLIP,
            kind="wrong_type",
        ),
        Wrong(
            "cut_to_whole_numbers",
            {OUT: f"({OUT}).astype(z.dtype)"},
            "of whole numbers the output is cut to whole numbers, because it is stored in an array of their "
            "type: `np.zeros_like(z)`",
            passes=(fractions,),
            credit=SLIP,
        ),
    ),
    alternatives={
        "vectorised": """
            def batchnorm_infer(z, gamma, beta, stats, *, eps=1e-5):
                factor = gamma / np.sqrt(stats[1] + eps)
                return z * factor + (beta - stats[0] * factor)
        """,
        "loop": """
            def batchnorm_infer(z, gamma, beta, stats, *, eps=1e-5):
                mu, var, t = stats
                out = np.zeros(z.shape)
                for i in range(z.shape[0]):
                    for j in range(z.shape[1]):
                        out[i, j] = gamma[j] * ((z[i, j] - mu[j]) / (var[j] + eps) ** 0.5) + beta[j]
                return out
        """,
        "examples in columns": """
            def batchnorm_infer(z, gamma, beta, stats, *, eps=1e-5):
                mu, var = (np.asarray(each).reshape(-1, 1) for each in stats[:2])
                Z_norm = (z.T - mu) / np.sqrt(var + eps)
                return (gamma[:, None] * Z_norm + beta[:, None]).T
        """,
        "in place on its own copy": """
            def batchnorm_infer(z, gamma, beta, stats, eps=1e-5):
                out = z.astype(float)
                out -= stats[0]
                out *= (stats[1] + eps) ** -0.5
                out *= gamma
                out += beta
                return out
        """,
        "matrix product": """
            def batchnorm_infer(z, gamma, beta, stats, *, eps=1e-5):
                mu, var, _ = stats
                return (z - mu) @ np.diag(gamma / np.sqrt(var + eps)) + beta
        """,
        "lists and tuples": """
            def batchnorm_infer(z, gamma, beta, stats, *, eps=1e-5):
                mu, var = stats[0], stats[1]
                terms = list(zip(gamma, beta, mu, var))
                return [
                    [g * (v - c) / (s + eps) ** 0.5 + b for v, (g, b, c, s) in zip(row, terms)] for row in z
                ]
        """,
        "single precision": """
            def batchnorm_infer(z, gamma, beta, stats, *, eps=1e-5):
                z, gamma, beta, mu, var = map(np.float32, (z, gamma, beta, *stats[:2]))
                return gamma * (z - mu) / np.sqrt(var + np.float32(eps)) + beta
        """,
    },
)
