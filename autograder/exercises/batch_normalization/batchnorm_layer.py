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
    running,
    running_with_tiny_variances,
    scale,
    shift,
    small_features,
    whole_features,
)
from autograder.exercises.batch_normalization.rules import eps_as_it_stands
from autograder.exercises.batch_normalization.sections import AVERAGE_WHAT, EPSILON, RUNNING, TEST_TIME
from autograder.exercises.credit import HALF_MENDED
from autograder.exercises.libraries import libraries


UNBIASED = libraries("running", unbiased=True)
BATCH = "mu, var = z.mean(axis=0), z.var(axis=0)"
# Not as `running_update` writes it, which students are to find for themselves.
NEW_MEAN, NEW_VARIANCE = "running_mu + share * (mu - running_mu)", "running_var + share * (var - running_var)"
EPS_AVERAGED = "running_var + share * (var + eps - running_var)"
TRAIN_STD, TEST_STD = "np.sqrt(var + eps)", "np.sqrt(running_var + eps)"
TRAIN = f"gamma * (z - mu) / {TRAIN_STD} + beta"
TEST = f"gamma * (z - running_mu) / {TEST_STD} + beta"
TRAINED, TESTED = "return out, (new_mu, new_var, t + 1)", "return out, stats"

STD_AVERAGED = "decay * running_var + (1 - decay) * np.sqrt(var)"


def batchnorm_layer(
    z: NDArray,
    gamma: NDArray,
    beta: NDArray,
    stats: tuple[NDArray, NDArray, int],
    *,
    train: bool,
    decay: float = 0.9,
    eps: float = 1e-5,
) -> tuple[NDArray, tuple[Any, ...]]:
    """A layer that normalises with its batch in training, and with running statistics at test time.

    Both divide by the root of a variance plus eps; training averages the statistics of its batch.
    """
    if not train:
        return batchnorm.batchnorm_infer(z, gamma, beta, stats, eps=eps), stats
    out, cache = batchnorm.batchnorm_forward(z, gamma, beta, eps=eps)
    return out, tuple(batchnorm.running_update(stats, cache.mu, cache.var, decay=decay))


def memory(rng: np.random.Generator) -> float:
    """A decay far from 1/2 and from 0.9."""
    return round(rng.uniform(0.65, 0.78), 2)


def hyper_parameters(rng: np.random.Generator) -> dict[str, Any]:
    return {"decay": memory(rng), "eps": large_eps(rng)}


def train_and_test(rng: np.random.Generator, z: NDArray, new: NDArray) -> tuple[Call, ...]:
    """A batch in training, and another at test time, of a layer that was trained before."""
    n = z.shape[1]
    arrays = scale(rng, n), shift(rng, n)
    stats, hyper = running(rng, n), hyper_parameters(rng)
    return call(z, *arrays, stats, train=True, **hyper), call(new, *arrays, stats, train=False, **hyper)


def first_and_later(rng: np.random.Generator, n: int) -> tuple[Call, ...]:
    """The first batch, a later one, and test time."""
    z, arrays = features(rng, 5, n), (scale(rng, n), shift(rng, n))
    hyper = hyper_parameters(rng)
    return (
        call(z, *arrays, (np.zeros(n), np.ones(n), 0), train=True, **hyper),
        call(features(rng, 7, n), *arrays, running(rng, n), train=True, **hyper),
        call(z, *arrays, running(rng, n), train=False, **hyper),
    )


def one_and_several(rng: np.random.Generator, n: int) -> tuple[Call, ...]:
    """One example in training and at test time, and several."""
    few = train_and_test(rng, features(rng, 1, n), features(rng, 1, n))
    return *few, *train_and_test(rng, features(rng, 3, n), features(rng, 2, n))


def as_they_stand(rng: np.random.Generator) -> tuple[Call, ...]:
    arrays = scale(rng, 3), shift(rng, 3)
    return (
        call(small_features(rng, 8, 3), *arrays, running_with_tiny_variances(rng, 3), train=True),
        call(features(rng, 2, 3), *arrays, running_with_tiny_variances(rng, 3), train=False),
    )


def decay_as_it_stands(call: Call) -> bool:
    return "decay" not in call.kwargs


def wrong_test(name: str, change: dict[str, str], message: str, read: str = TEST_TIME, **about: Any) -> Wrong:
    """Wrong at test time; training and what it averages are right."""
    return Wrong(name, change, message, parts=(1,), read=read, **about)


def wrong_average(
    name: str, change: dict[str, str], message: str, read: str = RUNNING, **about: Any
) -> Wrong:
    """Wrong statistics; what is done with those that are given is right."""
    return Wrong(name, change, message, parts=(0,), read=read, **about)


BATCHNORM_LAYER = exercise(
    solution="""
        def batchnorm_layer(z, gamma, beta, stats, *, train, decay=0.9, eps=1e-5):
            running_mu, running_var, t = stats
            if train:
                mu, var = z.mean(axis=0), z.var(axis=0)
                share = 1 - decay
                new_mu = running_mu + share * (mu - running_mu)
                new_var = running_var + share * (var - running_var)
                out = gamma * (z - mu) / np.sqrt(var + eps) + beta
                return out, (new_mu, new_var, t + 1)
            out = gamma * (z - running_mu) / np.sqrt(running_var + eps) + beta
            return out, stats
    """,
    broken={
        NEW_VARIANCE: EPS_AVERAGED,
        TEST_STD: "(np.sqrt(running_var) + eps)",
    },
    reference=batchnorm_layer,
    points=3,
    read=TEST_TIME,
    tolerance=Tolerance(columns_as_vectors=True),
    probes=(
        Probe(
            "training, and test time",
            lambda rng: train_and_test(rng, features(rng, 6, 3), features(rng, 4, 3)),
        ),
        Probe("a first batch and a later one", lambda rng: first_and_later(rng, 3)),
        Probe("small numbers, a constant feature, and decay and eps as they stand", as_they_stand),
        Probe("single examples, and several", lambda rng: one_and_several(rng, 4), public=False),
        Probe(
            "whole numbers",
            lambda rng: train_and_test(rng, whole_features(rng, 5, 2), whole_features(rng, 3, 2)),
            public=False,
        ),
        Probe(
            "single precision",
            lambda rng: tuple(map(in_single, train_and_test(rng, features(rng, 6, 2), features(rng, 3, 2)))),
            public=False,
        ),
    ),
    misconceptions=(
        wrong_average(
            "eps_in_the_running_variance",
            {NEW_VARIANCE: EPS_AVERAGED},
            "eps is averaged into the running variance, and added once more at test time: `{}`",
            EPSILON,
            credit=HALF_MENDED,
        ),
        wrong_test(
            "eps_outside_at_test_time",
            {TEST_STD: "(np.sqrt(running_var) + eps)"},
            "eps stands under the root in training and outside of it at test time: `{}`",
            EPSILON,
            credit=HALF_MENDED,
        ),
        wrong_test(
            "no_eps_at_test_time",
            {TEST_STD: "np.sqrt(running_var)"},
            "eps is missing at test time: `{}`",
            EPSILON,
            kind="not_finite",
        ),
        Wrong(
            "eps_averaged_in_place_of_added",
            {
                NEW_VARIANCE: EPS_AVERAGED,
                TEST_STD: "np.sqrt(running_var)",
            },
            "eps is averaged into the running variance, and missing at test time, so that the start of the "
            "average has none: `(1 - decay) * (var + eps)`",
            read=EPSILON,
            kind="not_finite",
        ),
        wrong_test(
            "eps_outside_everywhere",
            {TRAIN_STD: "(np.sqrt(var) + eps)", TEST_STD: "(np.sqrt(running_var) + eps)"},
            "eps was moved out of the root in training too, where it stood right",
            EPSILON,
        ),
        wrong_test(
            "eps_outside_in_training",
            {TRAIN_STD: "(np.sqrt(var) + eps)"},
            "eps stands under the root at test time and outside of it in training: `{}`",
            EPSILON,
        ),
        wrong_test(
            "no_eps_in_training",
            {TRAIN_STD: "np.sqrt(var)"},
            "eps is missing in training: `{}`",
            EPSILON,
            kind="not_finite",
        ),
        wrong_test(
            "one_eps_for_all",
            {"": "eps = 1e-5"},
            "eps is not the argument but always the same: `{}`",
            EPSILON,
            passes=(eps_as_it_stands,),
        ),
        wrong_average(
            "averages_std_and_squares",
            {NEW_VARIANCE: "(decay * np.sqrt(running_var) + (1 - decay) * np.sqrt(var)) ** 2"},
            "standard deviations are averaged, as on the slides, which comes out too small: `{}`",
            AVERAGE_WHAT,
        ),
        wrong_average(
            "std_of_the_batch",
            {NEW_VARIANCE: STD_AVERAGED},
            "the standard deviation of the batch is averaged, and taken for a variance at test time: `{}`",
            AVERAGE_WHAT,
        ),
        Wrong(
            "std_averaged_and_divided_by",
            {NEW_VARIANCE: STD_AVERAGED, TEST_STD: "(running_var + eps)"},
            "standard deviations are averaged in place of variances, and divided by as they are: "
            "`running_var + eps`",
            read=AVERAGE_WHAT,
        ),
        Wrong(
            "std_averaged_and_no_eps",
            {NEW_VARIANCE: STD_AVERAGED, TEST_STD: "running_var", TRAIN_STD: "np.sqrt(var)"},
            "standard deviations are averaged in place of variances, and eps is not used: `/ running_var`",
            read=AVERAGE_WHAT,
            kind="not_finite",
        ),
        Wrong(
            "everything_of_stds",
            {
                BATCH: "mu = z.mean(axis=0)\nvar = ((z - mu) ** 2).sum(axis=0) / np.float64(len(z) - 1)",
                TRAIN_STD: "(np.sqrt(var) + eps)",
                NEW_VARIANCE: STD_AVERAGED,
                TEST_STD: "(running_var + eps)",
            },
            "everything is done with standard deviations of m - 1 examples: `z.std(axis=0, ddof=1) + eps`",
            read=AVERAGE_WHAT,
        ),
        wrong_test(
            "root_missing_at_test_time",
            {TEST_STD: "(running_var + eps)"},
            "the root is missing at test time: `{}`",
        ),
        wrong_test(
            "batch_statistics_at_test_time",
            {TEST: "gamma * (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + eps) + beta"},
            "the batch is normalised with its own statistics at test time too: `z.mean(axis=0)`",
        ),
        Wrong(
            "learns_at_test_time",
            {"if train:": "if True:"},
            "the layer does at test time what it does in training, as if `train` were always true",
        ),
        wrong_average(
            "counts_at_test_time",
            {TESTED: "return out, (running_mu, running_var, t + 1)"},
            "a batch at test time is counted as a batch of training: `t + 1`",
        ),
        wrong_average(
            "averages_and_counts_at_test_time",
            {
                TESTED: "return out, (decay * running_mu + (1 - decay) * z.mean(axis=0), "
                "decay * running_var + (1 - decay) * z.var(axis=0), t + 1)"
            },
            "the statistics go on moving at test time, and its batches are counted: the output alone depends "
            "on `train`",
        ),
        wrong_average(
            "averages_at_test_time",
            {
                TESTED: "return out, (decay * running_mu + (1 - decay) * z.mean(axis=0), "
                "decay * running_var + (1 - decay) * z.var(axis=0), t)"
            },
            "the statistics go on moving at test time: `(1 - decay) * z.mean(axis=0)`",
        ),
        Wrong(
            "running_statistics_in_training",
            {TRAIN: "gamma * (z - new_mu) / np.sqrt(new_var + eps) + beta"},
            "running statistics are used in training too: `z - new_mu`",
            parts=(1,),
        ),
        wrong_average(
            "swapped",
            {
                NEW_MEAN: "(1 - decay) * running_mu + decay * mu",
                NEW_VARIANCE: "(1 - decay) * running_var + decay * var",
            },
            "decay weighs the new batch in place of the old average: `(1 - decay) * running_mu + decay * mu`",
        ),
        wrong_average(
            "population_variance",
            {NEW_VARIANCE: "decay * running_var + (1 - decay) * var * (len(z) / max(len(z) - 1, 1))"},
            f"the variance of the population is averaged, as in {UNBIASED}, where the one of the batch was: "
            "`var * m / (m - 1)`",
            AVERAGE_WHAT,
        ),
        wrong_average(
            "one_decay_for_all",
            {"": "decay = 0.9"},
            "decay is not the argument but always the same: `{}`",
            passes=(decay_as_it_stands,),
        ),
        wrong_average(
            "stats_returned_as_given",
            {TRAINED: TESTED},
            "the statistics come back from training as they were given, so that nothing is known at test "
            "time: `{}`",
        ),
        wrong_average(
            "never_moves",
            {TRAINED: "return out, (running_mu, running_var, t + 1)"},
            "the running statistics stay as they were: `return out, (running_mu, running_var, t + 1)`",
        ),
        wrong_average(
            "not_counted", {TRAINED: "return out, (new_mu, new_var, t)"}, "batches are not counted: `t`"
        ),
    ),
    alternatives={
        "one formula for both": """
            def batchnorm_layer(z, gamma, beta, stats, *, train, decay=0.9, eps=1e-5):
                running_mu, running_var, t = stats
                mu, var = (z.mean(axis=0), z.var(axis=0)) if train else (running_mu, running_var)
                if train:
                    stats = (
                        running_mu + (1 - decay) * (mu - running_mu),
                        running_var + (1 - decay) * (var - running_var),
                        t + 1,
                    )
                return gamma * (z - mu) * (var + eps) ** -0.5 + beta, stats
        """,
        "as lists": """
            def batchnorm_layer(z, gamma, beta, stats, train, decay=0.9, eps=1e-5):
                mu, var, t = stats
                if not train:
                    return [(z - mu) / np.sqrt(var + eps) * gamma + beta, [mu, var, t]]
                m, v = np.mean(z, axis=0), np.mean((z - np.mean(z, axis=0)) ** 2, axis=0)
                new = [decay * mu + (1 - decay) * m, decay * var + (1 - decay) * v, t + 1]
                return [(z - m) / np.sqrt(v + eps) * gamma + beta, new]
        """,
        "loop over features": """
            def batchnorm_layer(z, gamma, beta, stats, *, train, decay=0.9, eps=1e-5):
                mu, var, t = np.array(stats[0], dtype=float), np.array(stats[1], dtype=float), stats[2]
                out = np.zeros(z.shape)
                for j in range(z.shape[1]):
                    column = z[:, j]
                    m = sum(column) / len(column) if train else mu[j]
                    v = sum((column - m) ** 2) / len(column) if train else var[j]
                    out[:, j] = gamma[j] * (column - m) / np.sqrt(v + eps) + beta[j]
                    if train:
                        mu[j] = decay * mu[j] + (1 - decay) * m
                        var[j] = decay * var[j] + (1 - decay) * v
                return out, (mu, var, t + 1 if train else t)
        """,
        "keeps two axes": """
            def batchnorm_layer(z, gamma, beta, stats, *, train, decay=0.9, eps=1e-5):
                mu, var, t = np.reshape(stats[0], (1, -1)), np.reshape(stats[1], (1, -1)), stats[2]
                if train:
                    m, v = z.mean(0, keepdims=True), z.var(0, keepdims=True)
                    mu, var, t = decay * mu + (1 - decay) * m, decay * var + (1 - decay) * v, t + 1
                else:
                    m, v = mu, var
                return gamma * ((z - m) / np.sqrt(v + eps)) + beta, (mu, var, t)
        """,
        "single precision": """
            def batchnorm_layer(z, gamma, beta, stats, *, train, decay=0.9, eps=1e-5):
                z, gamma, beta, mu, var = map(np.float32, (z, gamma, beta, *stats[:2]))
                m, v = (z.mean(axis=0), z.var(axis=0)) if train else (mu, var)
                out = gamma * (z - m) / np.sqrt(v + np.float32(eps)) + beta
                keep, take = np.float32(decay), np.float32(1 - decay)
                return out, (keep * mu + take * m, keep * var + take * v, stats[2] + 1) if train else stats
        """,
    },
)
