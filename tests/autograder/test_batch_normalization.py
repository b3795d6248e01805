"""What is special about batch normalisation: a cache of one's own, and where eps stands."""

import json
import textwrap

import numpy as np
import pytest

from autograder.exercises import load
from autograder.grading import grade_submission
from autograder.prove import Bench
from autograder.prove.bench import KEYS
from autograder.written import Written


@pytest.fixture(scope="module")
def benches():
    return {exercise.name: Bench(exercise) for exercise in load("07_batch_normalization").exercises}


def judged(benches, name, text):
    return benches[name].judged(Written(text))


FORWARD = """
    def batchnorm_forward(z, gamma, beta, *, eps=1e-5):
        mu, var = z.mean(axis=0), z.var(axis=0)
        return gamma * (z - mu) / np.sqrt(var + eps) + beta, CACHE


"""


@pytest.mark.parametrize(
    ("cache", "unpacked"),
    [
        ("(z, mu, var, gamma, eps)", "z, mu, var, gamma, eps = cache"),
        ("[z, mu, var, gamma, eps]", "z, mu, var, gamma, eps = cache"),
        (
            "dict(z=z, mu=mu, var=var, gamma=gamma, eps=eps)",
            "z, mu, var, gamma, eps = map(cache.get, ('z', 'mu', 'var', 'gamma', 'eps'))",
        ),
        ("lambda: (z, mu, var, gamma, eps)", "z, mu, var, gamma, eps = cache()"),
    ],
)
@pytest.mark.parametrize("shape", ["", ".reshape(1, -1)"])
def test_the_cache_has_any_layout_and_two_gradients_may_keep_two_axes(benches, cache, unpacked, shape):
    judgement = judged(
        benches,
        "batchnorm_backward",
        FORWARD.replace("CACHE", cache)
        + f"""
    def batchnorm_backward(dout, cache):
        {unpacked}
        std = np.sqrt(var + eps)
        z_norm = (z - mu) / std
        dgamma, dbeta = (dout * z_norm).sum(axis=0){shape}, dout.sum(axis=0){shape}
        return gamma / std * (dout - dbeta / len(z) - z_norm * dgamma / len(z)), dgamma, dbeta
""",
    )
    assert (judgement.score, judgement.finding) == (judgement.max_score, None)


def test_a_cache_in_another_order_than_it_was_packed_is_not_right(benches):
    judgement = judged(
        benches,
        "batchnorm_backward",
        FORWARD.replace("CACHE", "(z, mu, var, gamma, eps)")
        + """
    def batchnorm_backward(dout, cache):
        z, var, mu, gamma, eps = cache
        std = np.sqrt(var + eps)
        z_norm = (z - mu) / std
        dgamma, dbeta = (dout * z_norm).sum(axis=0), dout.sum(axis=0)
        return gamma / std * (dout - dbeta / len(z) - z_norm * dgamma / len(z)), dgamma, dbeta
""",
    )
    assert judgement.score <= 2, "dbeta alone is right"
    assert "1 of the 3 values is right" in judgement.finding.message


@pytest.mark.parametrize("key", KEYS[:8])
def test_two_habits_of_the_forward_pass_at_once_are_both_named(benches, key):
    """Seen in students' code: m - 1 examples, and eps outside of the root."""
    answer = Written("""
        def batchnorm_forward(z, gamma, beta, *, eps=1e-5):
            with np.errstate(all="ignore"):
                std = z.std(axis=0, ddof=1) + eps
            return gamma * (z - z.mean(axis=0)) / std + beta, None
    """)
    judgement = benches["batchnorm_forward"].judged(answer, key)
    assert judgement.score == 0
    assert judgement.finding.misconception == "eps_outside_the_root+divides_by_one_less"


@pytest.mark.parametrize(
    ("std", "misconception"),
    [
        ("np.sqrt(stats[1]) + eps", "eps_outside_the_root"),
        ("np.sqrt(stats[1])", "no_eps"),
        ("stats[1]", "variance_for_std_without_eps"),
        ("stats[1] + eps", "variance_for_std"),
    ],
)
def test_test_time_is_not_divided_by_something_else_than_training(benches, std, misconception):
    judgement = judged(
        benches,
        "batchnorm_infer",
        f"""
        def batchnorm_infer(z, gamma, beta, stats, *, eps=1e-5):
            return gamma * (z - stats[0]) / ({std}) + beta
        """,
    )
    assert judgement.score < judgement.max_score
    assert judgement.finding.misconception == misconception


def graded(zygote, *answers):
    """These answers of a student, and none besides."""
    sources = ["import numpy as np", *map(textwrap.dedent, answers)]
    cells = [{"cell_type": "code", "source": source} for source in sources]
    data = json.dumps({"nbformat": 4, "cells": cells}).encode()
    assignment = load("07_batch_normalization")
    result = grade_submission(data, assignment, student="ada", course_key=b"k", zygote=zygote)
    return {judgement.exercise: judgement for judgement in result.judgements}


def test_of_the_usual_way_back_what_fits_a_forward_pass_with_another_convention_counts(zygote):
    """The cache has an order of its own, so that ours cannot take the place of the forward pass."""
    forward = """
        def batchnorm_forward(z, gamma, beta, *, eps=1e-5):
            centred = z - z.mean(axis=0)
            std = np.sqrt((centred**2).mean(axis=0)) + eps
            return gamma * centred / std + beta, [gamma, std, centred / std]
    """
    backward = """
        def batchnorm_backward(dout, cache):
            gamma, std, z_norm = cache
            d = gamma * dout
            dz = (d - d.mean(axis=0) - z_norm * (d * z_norm).mean(axis=0)) / std
            return dz, (dout * z_norm).sum(axis=0), dout.sum(axis=0)
    """
    judged = graded(zygote, forward, backward)
    assert judged["batchnorm_forward"].finding.misconception == "eps_outside_the_root"
    judgement = judged["batchnorm_backward"]
    assert (judgement.score, judgement.finding.misconception) == (4, None)
    assert "number 2 and 3 are exact gradients of your own `batchnorm_forward`" in judgement.finding.message


def test_a_way_back_that_fits_a_wrong_forward_pass_counts_in_full(zygote):
    """Beside tiny spreads too, where differences have to be short."""
    forward = """
        def batchnorm_forward(z, gamma, beta, *, eps=1e-5):
            centred = z - z.mean(axis=0)
            std = np.sqrt((centred**2).sum(axis=0) + eps)
            return gamma * centred / std + beta, {"z_norm": centred / std, "std": std, "gamma": gamma}
    """
    backward = """
        def batchnorm_backward(dout, cache):
            z_norm, dz_norm = cache["z_norm"], cache["gamma"] * dout
            dgamma, dbeta = np.sum(dout * z_norm, axis=0, keepdims=True), np.sum(dout, axis=0, keepdims=True)
            path = z_norm * np.sum(dz_norm * z_norm, axis=0)
            return (dz_norm - dz_norm.mean(axis=0) - path) / cache["std"], dgamma, dbeta
    """
    judged = graded(zygote, forward, backward)
    assert judged["batchnorm_forward"].finding.misconception == "sum_of_squares"
    assert judged["batchnorm_backward"].score == judged["batchnorm_backward"].max_score
    assert judged["batchnorm_backward"].finding.kind == "follow_through"


def test_numbers_of_float64_where_single_precision_came_in_are_right(benches):
    judgement = judged(
        benches,
        "batchnorm_backward",
        """
        def batchnorm_backward(dout, cache):
            z_norm, std, gamma = cache
            m = float(len(dout))
            ones = np.ones((1, len(dout)))
            dbeta, dgamma = ones @ dout, ones @ (dout * z_norm)
            return (gamma / std / m) * (m * dout - ones.T @ dbeta - z_norm * dgamma), dgamma, dbeta
        """,
    )
    assert judgement.score == judgement.max_score


def test_who_knows_nothing_but_the_shape_gets_nothing(benches):
    for name, bench in benches.items():
        judgement = bench.judged(lambda x, *_, **__: np.zeros(np.shape(x)))
        assert judgement.score == 0, name


def test_the_test_that_many_courses_make_lets_nearly_half_of_the_wrong_versions_pass(benches):
    """As the question of the last exercise says."""
    z = np.random.default_rng(0).normal([1, -5, 9], [4, 10, 3], (200, 3))
    wrong = [each for each in benches["batchnorm_forward"].exercise.misconceptions if not each.convention]
    passing = [each.name for each in wrong if _looks_normalised(each.variant, z)]
    assert len(wrong) > 40
    assert 0.4 < len(passing) / len(wrong) < 0.5


def _looks_normalised(forward, z):
    with np.errstate(all="ignore"):
        out = forward(z, np.ones(z.shape[1]), np.zeros(z.shape[1]))
    out = out[0] if isinstance(out, tuple) else out
    if not isinstance(out, np.ndarray):
        return False
    return np.allclose(out.mean(axis=0), 0, atol=0.01) and np.allclose(out.std(axis=0), 1, atol=0.01)
