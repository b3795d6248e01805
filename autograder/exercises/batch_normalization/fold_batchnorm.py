import numpy as np
from numpy.typing import NDArray

from advsec import batchnorm
from autograder.catalogue import Wrong, exercise
from autograder.compare import Tolerance
from autograder.exercise import Call, Probe, Right, call
from autograder.exercises.batch_normalization.division import RIGHT as STD, wrong_roots
from autograder.exercises.batch_normalization.inputs import (
    away_from_zero,
    in_single,
    large_eps,
    running,
    running_with_tiny_variances,
    scale,
    shift,
)
from autograder.exercises.batch_normalization.rules import fractions
from autograder.exercises.batch_normalization.sections import EPSILON, FOLDING
from autograder.exercises.credit import SLIP


FACTOR, WEIGHTS, OFFSETS = "gamma / np.sqrt(var + eps)", "W * factor", "(b - mu) * factor + beta"
RETURN = f"return {WEIGHTS}, {OFFSETS}"


def linear(rng: np.random.Generator, n_in: int, n: int) -> tuple[NDArray, NDArray]:
    """Weights and offsets of a layer."""
    return away_from_zero(rng, 0.5, 2, n_in, n), away_from_zero(rng, 8, 12, n)


def layer(rng: np.random.Generator, W: NDArray, b: NDArray) -> Call:
    n = W.shape[1]
    return call(W, b, scale(rng, n), shift(rng, n), running(rng, n), eps=large_eps(rng))


def no_offsets(call: Call) -> bool:
    return not call.args[1].any()


def wrong_weights(name: str, weights: str, message: str) -> Wrong:
    return Wrong(name, {WEIGHTS: weights}, f"the weights are wrong: {message}", parts=(1,))


def wrong_offsets(name: str, offsets: str, message: str, passes: tuple[Right, ...] = ()) -> Wrong:
    return Wrong(name, {OFFSETS: offsets}, f"the offsets are wrong: {message}", passes, parts=(0,))


FOLD_BATCHNORM = exercise(
    solution="""
        def fold_batchnorm(W, b, gamma, beta, stats, *, eps=1e-5):
            mu, var, _ = stats
            factor = gamma / np.sqrt(var + eps)
            return W * factor, (b - mu) * factor + beta
    """,
    reference=batchnorm.fold_batchnorm,
    points=4,
    read=FOLDING,
    tolerance=Tolerance(columns_as_vectors=True),
    probes=(
        Probe("three inputs and four features", lambda rng: layer(rng, *linear(rng, 3, 4))),
        Probe("a layer without offsets", lambda rng: layer(rng, linear(rng, 5, 3)[0], np.zeros(3))),
        Probe(
            "tiny variances, one of them 0, and eps as it stands",
            lambda rng: call(
                *linear(rng, 3, 4), scale(rng, 4), shift(rng, 4), running_with_tiny_variances(rng, 4)
            ),
        ),
        Probe(
            "whole numbers",
            lambda rng: layer(rng, 2 * rng.integers(1, 9, (4, 3)) + 1, rng.integers(20, 40, 3)),
        ),
        Probe(
            "one feature, and one input",
            lambda rng: (layer(rng, *linear(rng, 4, 1)), layer(rng, *linear(rng, 1, 5))),
            public=False,
        ),
        Probe(
            "single precision",
            lambda rng: in_single(layer(rng, *linear(rng, 3, 2))),
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
        *wrong_roots(FOLDING),
        Wrong(
            "eps_after_the_division",
            {FACTOR: "gamma / np.sqrt(var) + eps"},
            "eps is added to the quotient, because a bracket is missing: `{}`",
            read=EPSILON,
            kind="not_finite",
        ),
        Wrong("no_gamma", {FACTOR: "1 / np.sqrt(var + eps)"}, "gamma is not used: `{}`"),
        Wrong("no_variance", {FACTOR: "gamma"}, "the running variance is not used: `factor = {}`"),
        Wrong(
            "multiplied_by_the_root",
            {FACTOR: "gamma * np.sqrt(var + eps)"},
            "the root of the variance multiplies in place of dividing: `{}`",
        ),
        Wrong(
            "beta_for_gamma",
            {FACTOR: "beta / np.sqrt(var + eps)", OFFSETS: "(b - mu) * factor + gamma"},
            "beta is the scale and gamma the shift: `{}`",
        ),
        Wrong(
            "statistics_swapped",
            {"mu, var, _ = stats": "var, mu, _ = stats"},
            "mean and variance are taken for each other: `{}`",
            kind="not_finite",
        ),
        wrong_weights("weights_as_they_were", "W", "they stay as they were: `return W, ...`"),
        wrong_weights("weights_divided", "W / factor", "they are divided: `{}`"),
        wrong_weights(
            "weights_without_gamma", "W / np.sqrt(var + eps)", "gamma is used for the offsets only: `{}`"
        ),
        wrong_weights("weights_times_gamma", "W * gamma", "they are not divided by the root: `{}`"),
        wrong_weights(
            "weights_with_the_mean_taken_away",
            "(W - mu) * factor",
            "the mean is taken away from them too: `{}`",
        ),
        wrong_weights("weights_shifted", "W * factor + beta", "beta is added to them too: `{}`"),
        wrong_offsets(
            "offset_not_scaled",
            "b - mu * factor + beta",
            "a bracket is missing, so that the old offset is not scaled: `{}`",
            (no_offsets,),
        ),
        wrong_offsets(
            "nothing_scaled", "b - mu + beta", "neither the old offset nor the mean is scaled: `{}`"
        ),
        wrong_offsets(
            "mean_not_scaled", "b * factor - mu + beta", "the mean is taken away without being scaled: `{}`"
        ),
        wrong_offsets("offset_dropped", "beta - mu * factor", "the old offset is lost: `{}`", (no_offsets,)),
        wrong_offsets("mean_dropped", "b * factor + beta", "the mean is not taken away: `{}`"),
        wrong_offsets("mean_added", "(b + mu) * factor + beta", "the mean is added: `{}`"),
        wrong_offsets("sign_turned", "(mu - b) * factor + beta", "the difference has the other sign: `{}`"),
        wrong_offsets("beta_scaled", "(b - mu + beta) * factor", "beta is scaled too: `{}`"),
        wrong_offsets("beta_dropped", "(b - mu) * factor", "beta is lost: `{}`"),
        wrong_offsets("beta_taken_away", "(b - mu) * factor - beta", "beta is taken away: `{}`"),
        wrong_offsets("offset_as_it_was", "b", "they stay as they were: `return ..., b`"),
        wrong_offsets("beta_alone", "beta", "they are beta alone: `return ..., beta`"),
        wrong_offsets("beta_added", "b + beta", "beta is added and nothing else is done: `{}`"),
        wrong_offsets(
            "offset_without_gamma",
            "(b - mu) / np.sqrt(var + eps) + beta",
            "gamma is used for the weights only: `{}`",
        ),
        wrong_offsets(
            "offset_times_gamma", "(b - mu) * gamma + beta", "they are not divided by the root: `{}`"
        ),
        Wrong(
            "offsets_first",
            {RETURN: f"return {OFFSETS}, {WEIGHTS}"},
            "the offsets are returned before the weights: `return b, W`",
            kind="wrong_shape",
        ),
        Wrong(
            "only_weights",
            {RETURN: f"return {WEIGHTS}"},
            "the weights are returned without the offsets: `return W`",
            kind="wrong_type",
        ),
        Wrong(
            "cut_to_whole_numbers",
            {RETURN: f"return ({WEIGHTS}).astype(W.dtype), ({OFFSETS}).astype(b.dtype)"},
            "whole numbers are cut to whole numbers again, because the results are stored in arrays of their "
            "type: `np.zeros_like(W)`",
            passes=(fractions,),
            credit=SLIP,
        ),
    ),
    alternatives={
        "vectorised": """
            def fold_batchnorm(W, b, gamma, beta, stats, *, eps=1e-5):
                mu, var = stats[0], stats[1]
                inverse = (var + eps) ** -0.5
                return gamma * W * inverse, beta + gamma * (b - mu) * inverse
        """,
        "loop over features": """
            def fold_batchnorm(W, b, gamma, beta, stats, *, eps=1e-5):
                new_W, new_b = np.zeros(W.shape), np.zeros(W.shape[1])
                for j in range(W.shape[1]):
                    factor = gamma[j] / np.sqrt(stats[1][j] + eps)
                    new_W[:, j] = W[:, j] * factor
                    new_b[j] = b[j] * factor - stats[0][j] * factor + beta[j]
                return new_W, new_b
        """,
        "matrix product, keeps two axes": """
            def fold_batchnorm(W, b, gamma, beta, stats, *, eps=1e-5):
                mu, var, _ = stats
                D = np.diag(gamma / np.sqrt(var + eps))
                return W @ D, (b - mu).reshape(1, -1) @ D + beta
        """,
        "asked what it does": """
            def fold_batchnorm(W, b, gamma, beta, stats, *, eps=1e-5):
                def layer(x):
                    mu, var, _ = stats
                    return gamma * (x @ W + b - mu) / np.sqrt(var + eps) + beta

                new_b = layer(np.zeros(len(W)))
                return layer(np.eye(len(W))) - new_b, new_b
        """,
        "in place on its own copy": """
            def fold_batchnorm(W, b, gamma, beta, stats, eps=1e-5):
                W, b = W.astype(float), b.astype(float)
                factor = gamma / np.sqrt(stats[1] + eps)
                W *= factor
                b -= stats[0]
                b *= factor
                b += beta
                return [W, b]
        """,
        "lists and tuples": """
            def fold_batchnorm(W, b, gamma, beta, stats, *, eps=1e-5):
                factors = [g / (s + eps) ** 0.5 for g, s in zip(gamma, stats[1])]
                new_b = [(o - c) * f + s for o, c, f, s in zip(b, stats[0], factors, beta)]
                return [[w * f for w, f in zip(row, factors)] for row in W], new_b
        """,
        "single precision": """
            def fold_batchnorm(W, b, gamma, beta, stats, *, eps=1e-5):
                W, b, gamma, beta, mu, var = map(np.float32, (W, b, gamma, beta, *stats[:2]))
                factor = gamma / np.sqrt(var + np.float32(eps))
                return W * factor, (b - mu) * factor + beta
        """,
    },
)
