from typing import Any

import numpy as np
from numpy.typing import NDArray

from advsec import batchnorm
from autograder.catalogue import Wrong, exercise
from autograder.compare import Tolerance
from autograder.exercise import Call, Probe, call
from autograder.exercises.batch_normalization.inputs import (
    features,
    in_single,
    large_eps,
    means,
    variances,
    whole_features,
    with_a_constant,
)
from autograder.exercises.batch_normalization.rules import eps_as_it_stands, fractions
from autograder.exercises.batch_normalization.sections import EPSILON, INPUTS
from autograder.exercises.batch_normalization.statistics import wrong_statistics
from autograder.exercises.credit import SLIP


STD, DIVIDE, GIVEN = "np.sqrt(var) + eps", "(x - mu) / std", "mu, var = stats"
RETURN = "return x_norm, mu, var"


def given(call: Call) -> bool:
    """Nothing is left to work out of the examples."""
    return "stats" in call.kwargs


def not_given(call: Call) -> bool:
    return not given(call)


def batch(rng: np.random.Generator, x: NDArray) -> Call:
    return call(x, eps=large_eps(rng))


def new_examples(rng: np.random.Generator, m: int, n: int) -> Call:
    """With given statistics, of which one feature is constant: there eps is all that is divided by."""
    var = variances(rng, n)
    var[0] = 0
    return call(features(rng, m, n), eps=large_eps(rng), stats=(means(rng, n), var))


def wrong_result(name: str, change: dict[str, str], message: str, **about: Any) -> Wrong:
    """The statistics are right."""
    return Wrong(name, change, message, parts=(1, 2), **about)


NORMALIZE_INPUTS = exercise(
    solution="""
        def normalize_inputs(x, *, eps=1e-8, stats=None):
            if stats is None:
                mu = x.mean(axis=0)
                var = ((x - mu) ** 2).mean(axis=0)
            else:
                mu, var = stats
            std = np.sqrt(var) + eps
            x_norm = (x - mu) / std
            return x_norm, mu, var
    """,
    reference=batchnorm.normalize_inputs,
    points=3,
    read=INPUTS,
    tolerance=Tolerance(columns_as_vectors=True),
    probes=(
        Probe("a few features", lambda rng: call(features(rng, 6, 3), eps=large_eps(rng))),
        Probe("statistics that are given", lambda rng: new_examples(rng, 5, 3)),
        Probe(
            "a constant feature, and eps as it stands",
            lambda rng: (
                call(with_a_constant(rng, 8, 3)),
                call(features(rng, 2, 3), stats=(means(rng, 3), variances(rng, 3))),
            ),
        ),
        Probe("whole numbers", lambda rng: (new_examples(rng, 4, 2), batch(rng, whole_features(rng, 5, 2)))),
        Probe(
            "one example, and four",
            lambda rng: (
                new_examples(rng, 2, 5),
                batch(rng, features(rng, 1, 5)),
                batch(rng, features(rng, 4, 5)),
            ),
            public=False,
        ),
        Probe(
            "one example, with statistics that are given", lambda rng: new_examples(rng, 1, 4), public=False
        ),
        Probe(
            "features of very different size",
            lambda rng: (
                new_examples(rng, 2, 3),
                batch(rng, (features(rng, 7, 3) * [0.1, 1, 100]).round(3)),
            ),
            public=False,
        ),
        Probe(
            "single precision",
            lambda rng: (new_examples(rng, 5, 2), in_single(batch(rng, features(rng, 7, 2)))),
            public=False,
        ),
    ),
    misconceptions=(
        *wrong_statistics("x", INPUTS, passes=(given,), mean_is_right=(1,)),
        Wrong(
            "eps_under_the_root",
            {STD: "np.sqrt(var + eps)"},
            "eps stands under the root, as in the notes on batch normalisation: `{}`",
            passes=(eps_as_it_stands,),
            parts=(1, 2),
            read=EPSILON,
            kind="convention",
            convention=True,
        ),
        wrong_result(
            "variance_for_std",
            {STD: "var + eps"},
            "the variance stands where the standard deviation belongs, because the root is missing: `{}`",
        ),
        wrong_result(
            "no_eps",
            {STD: "np.sqrt(var)"},
            "eps is not used, so that a constant feature divides by zero: `{}`",
            read=EPSILON,
            kind="not_finite",
        ),
        wrong_result(
            "one_eps_for_all",
            {"": "eps = 1e-8"},
            "eps is not the argument but always the same: `{}`",
            passes=(eps_as_it_stands,),
            read=EPSILON,
        ),
        wrong_result(
            "constants_left_alone",
            {STD: "np.where(np.asarray(var) == 0, 1, np.sqrt(var))"},
            "eps is not used and constant features are left undivided, as scikit-learn does: `{}`",
            passes=(eps_as_it_stands,),
            read=EPSILON,
            credit=SLIP,
        ),
        wrong_result(
            "eps_as_a_floor",
            {STD: "np.maximum(np.sqrt(var), eps)"},
            "eps is the least that is divided by, in place of being added: `{}`",
            passes=(eps_as_it_stands,),
            read=EPSILON,
            credit=SLIP,
        ),
        wrong_result(
            "eps_to_both",
            {STD: "np.sqrt(var + eps) + eps"},
            "eps is added twice, under the root and outside: `{}`",
            passes=(eps_as_it_stands,),
            read=EPSILON,
        ),
        wrong_result(
            "eps_in_the_numerator",
            {STD: "np.sqrt(var)", DIVIDE: "(x - mu + eps) / std"},
            "eps is added above the fraction bar: `{}`",
            read=EPSILON,
            kind="not_finite",
        ),
        wrong_result(
            "eps_after_the_division",
            {STD: "np.sqrt(var)", DIVIDE: "(x - mu) / std + eps"},
            "eps is added to the quotient, because a bracket is missing: `(x - mu) / np.sqrt(var) + eps`",
            read=EPSILON,
            kind="not_finite",
        ),
        wrong_result("not_centred", {DIVIDE: "x / std"}, "the mean is not taken away: `{}`"),
        wrong_result("only_centred", {DIVIDE: "x - mu"}, "the spread is left as it was: `{}`"),
        wrong_result(
            "precedence", {DIVIDE: "x - mu / std"}, "a bracket is missing, so that only mu is divided: `{}`"
        ),
        wrong_result("mean_added", {DIVIDE: "(x + mu) / std"}, "the mean is added and not taken away: `{}`"),
        wrong_result("sign_turned", {DIVIDE: "(mu - x) / std"}, "every sign is turned: `{}`"),
        wrong_result("multiplied", {DIVIDE: "(x - mu) * std"}, "the distances are multiplied by std: `{}`"),
        wrong_result(
            "between_0_and_1",
            {DIVIDE: "(x - x.min(axis=0)) / (x.max(axis=0) - x.min(axis=0) + eps)"},
            "the smallest value becomes 0 and the largest 1: `(x - min) / (max - min)`",
        ),
        Wrong(
            "ignores_stats",
            {GIVEN: "mu, var = x.mean(axis=0), x.var(axis=0)"},
            "the statistics that are given are not used, and new examples are normalised with their own: "
            "`{}`",
            passes=(not_given,),
        ),
        wrong_result(
            "own_statistics_for_new_examples",
            {DIVIDE: "(x - x.mean(axis=0)) / (x.std(axis=0) + eps)"},
            "the statistics that are given are returned, while new examples are normalised with their own: "
            "`(x - x.mean(axis=0)) / ...`",
            passes=(not_given,),
        ),
        wrong_result(
            "only_the_mean_is_given",
            {STD: "x.std(axis=0) + eps"},
            "of the statistics that are given only the mean is used: `x.std(axis=0)`",
            passes=(not_given,),
        ),
        wrong_result(
            "only_the_variance_is_given",
            {DIVIDE: "(x - x.mean(axis=0)) / std"},
            "of the statistics that are given only the variance is used: `x - x.mean(axis=0)`",
            passes=(not_given,),
        ),
        wrong_result(
            "given_variance_for_std",
            {STD: "(np.sqrt(var) if stats is None else var) + eps"},
            "the variance that is given is taken for a standard deviation: `mu, std = stats`",
            passes=(not_given,),
        ),
        Wrong(
            "returns_its_own",
            {RETURN: "return x_norm, x.mean(axis=0), x.var(axis=0)"},
            "the statistics that are given are used, and those of the new examples are returned: "
            "`return x_norm, x.mean(axis=0), ...`",
            passes=(not_given,),
            parts=(0,),
        ),
        Wrong(
            "returns_std",
            {RETURN: "return x_norm, mu, np.sqrt(var)"},
            "the standard deviation is returned where the variance is asked for: `np.sqrt(var)`",
            parts=(0, 1),
        ),
        Wrong(
            "returns_what_it_divides_by",
            {RETURN: "return x_norm, mu, std"},
            "what is divided by is returned where the variance is asked for: `std`",
            parts=(0, 1),
        ),
        Wrong(
            "statistics_swapped",
            {RETURN: "return x_norm, var, mu"},
            "the variance is returned before the mean: `{}`",
            parts=(0,),
        ),
        Wrong(
            "statistics_first",
            {RETURN: "return mu, var, x_norm"},
            "the statistics are returned before the examples: `{}`",
            kind="wrong_shape",
        ),
        Wrong(
            "statistics_as_a_pair",
            {RETURN: "return x_norm, (mu, var)"},
            "the statistics are returned as a pair in one value, where three values are asked for: `{}`",
            credit=SLIP,
            kind="wrong_shape",
        ),
        Wrong(
            "only_the_examples",
            {RETURN: "return x_norm"},
            "the examples are returned without the mean and the variance: `{}`",
            kind="wrong_type",
        ),
        Wrong(
            "cut_to_whole_numbers",
            {RETURN: "return x_norm.astype(x.dtype), mu, var"},
            "whole numbers stay whole, because the result is stored in an array of the input's type: "
            "`np.zeros_like(x)`",
            passes=(fractions,),
            parts=(1, 2),
            credit=SLIP,
        ),
    ),
    alternatives={
        "vectorised": """
            def normalize_inputs(x, *, eps=1e-8, stats=None):
                mu, var = (np.mean(x, axis=0), np.var(x, axis=0)) if stats is None else stats
                return (x - mu) / (var**0.5 + eps), mu, var
        """,
        "loop over features": """
            def normalize_inputs(x, *, eps=1e-8, stats=None):
                m, n = x.shape
                x_norm, mu, var = np.zeros((m, n)), np.zeros(n), np.zeros(n)
                for j in range(n):
                    column = x[:, j]
                    mu[j] = sum(column) / m if stats is None else stats[0][j]
                    var[j] = sum((column - mu[j]) ** 2) / m if stats is None else stats[1][j]
                    x_norm[:, j] = (column - mu[j]) / (np.sqrt(var[j]) + eps)
                return x_norm, mu, var
        """,
        "keeps two axes": """
            def normalize_inputs(x, *, eps=1e-8, stats=None):
                if stats is None:
                    stats = np.mean(x, axis=0, keepdims=True), np.var(x, axis=0, keepdims=True)
                mu, var = stats
                return (x - mu) / (np.sqrt(var) + eps), mu, var
        """,
        "in place on its own copy": """
            def normalize_inputs(x, eps=1e-8, stats=None):
                x = np.array(x, dtype=float)
                mu = x.mean(0) if stats is None else np.array(stats[0])
                x -= mu
                sigma = np.sqrt((x * x).mean(0)) if stats is None else np.sqrt(stats[1])
                x /= sigma + eps
                return [x, mu, sigma**2]
        """,
        "matrix product": """
            def normalize_inputs(x, *, eps=1e-8, stats=None):
                ones = np.ones(len(x)) / len(x)
                if stats is None:
                    mu = ones @ x
                    stats = mu, ones @ (x - mu) ** 2
                mu, var = map(np.asarray, stats)
                return (x - mu[None, :]) * (1 / (np.sqrt(var) + eps)), mu, var
        """,
        "lists and tuples": """
            def normalize_inputs(x, *, eps=1e-8, stats=None):
                if stats is None:
                    mu = [sum(column) / len(x) for column in x.T]
                    var = [sum((v - c) ** 2 for v in column) / len(x) for column, c in zip(x.T, mu)]
                else:
                    mu, var = stats
                x_norm = [[(v - c) / (s**0.5 + eps) for v, c, s in zip(row, mu, var)] for row in x]
                return x_norm, list(mu), list(var)
        """,
        "single precision": """
            def normalize_inputs(x, *, eps=1e-8, stats=None):
                x = x.astype(np.float32)
                mu, var = (x.mean(axis=0), x.var(axis=0)) if stats is None else map(np.float32, stats)
                return (x - mu) / (np.sqrt(var) + np.float32(eps)), mu, var
        """,
    },
)
