"""Right answers that call a function which another exercise asks for, beside wrong ways to write that one."""

import json
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pytest

from autograder.exercise import AS_GIVEN, Exercise, Misconception
from autograder.exercises import load
from autograder.grading import grade_submission
from autograder.sandbox.launcher import Zygote
from autograder.student import check_quietly
from autograder.verdict import Judgement


# Of the wrong ways to write each function so many are tried.
SOME = 2

# The whole layer, which builds on three of them.
BATCHNORM_LAYER = """
def batchnorm_layer(z, gamma, beta, stats, *, train, decay=0.9, eps=1e-5):
    if not train:
        return batchnorm_infer(z, gamma, beta, stats, eps=eps), stats
    out, _ = batchnorm_forward(z, gamma, beta, eps=eps)
    return out, running_update(stats, z.mean(axis=0), z.var(axis=0), decay=decay)
"""

# By assignment and by function: other answers that build on it, themselves or through each other.
BUILD_ON: Mapping[str, Mapping[str, str]] = {
    "01_moving_averages": {
        "ewma": """
            def ewma_corrected(x, beta):
                t = np.arange(1, len(x) + 1).reshape(-1, *[1] * (x.ndim - 1))
                return ewma(x, beta) / (1 - beta**t)

            def ewma_weights(T, beta):
                if not T:
                    return np.zeros(0), 1.0
                return ewma(np.eye(T), beta)[-1], float(ewma(np.zeros(T), beta, init=1.0)[-1])
        """,
        "stochastic_average": """
            def cumulative_mean(x):
                return stochastic_average(x, lambda n: 1 / n)

            def ewma(x, beta, *, init=0.0):
                return stochastic_average(x, lambda n: 1 - beta, init=init)

            def ewma_corrected(x, beta):
                return stochastic_average(x, lambda n: (1 - beta) / (1 - beta**n))
        """,
    },
    "02_optimizers": {
        "adam_step": """
            advance = adam_step

            def amsgrad_step(w, dw, state, *, lr, beta1=0.9, beta2=0.999, eps=1e-8):
                v, s, s_max, t = state
                _, (v, s, t) = advance(w, dw, (v, s, t), lr=lr, beta1=beta1, beta2=beta2, eps=eps)
                s_max = np.maximum(s_max, s)
                return w - lr * v / (1 - beta1**t) / np.sqrt(s_max + eps), (v, s, s_max, t)

            def adam_path(w, dws, *, lr, beta1=0.9, beta2=0.999, eps=1e-8):
                state, path = (np.zeros(w.shape), np.zeros(w.shape), 0), np.zeros(dws.shape)
                for t, dw in enumerate(dws):
                    w, state = adam_step(w, dw, state, lr=lr, beta1=beta1, beta2=beta2, eps=eps)
                    path[t] = w
                return path
        """,
        "minimize": """
            def adam_path(w, dws, *, lr, beta1=0.9, beta2=0.999, eps=1e-8):
                gradients = iter(dws.reshape(len(dws), -1))

                def step(w, dw, state, *, lr):
                    return adam_step(w, dw, state, lr=lr, beta1=beta1, beta2=beta2, eps=eps)

                start = (np.zeros(w.size), np.zeros(w.size), 0)
                path = minimize(
                    lambda w: next(gradients), w.ravel(), step, start, lr=lr, n_steps=len(dws)
                )
                return path[1:].reshape(dws.shape)
        """,
        "momentum_step": """
            def adam_step(w, dw, state, *, lr, beta1=0.9, beta2=0.999, eps=1e-8):
                v, s, t = state
                _, (v, _) = momentum_step(w, dw, (v, t), lr=lr, beta=beta1)
                s, t = beta2 * s + (1 - beta2) * dw**2, t + 1
                return w - lr * v / (1 - beta1**t) / np.sqrt(s / (1 - beta2**t) + eps), (v, s, t)
        """,
        "rmsprop_step": """
            def adam_step(w, dw, state, *, lr, beta1=0.9, beta2=0.999, eps=1e-8):
                v, s, t = state
                _, (s, t) = rmsprop_step(w, dw, (s, t), lr=lr, beta2=beta2, eps=eps)
                v = beta1 * v + (1 - beta1) * dw
                return w - lr * v / (1 - beta1**t) / np.sqrt(s / (1 - beta2**t) + eps), (v, s, t)
        """,
    },
    "03_learning_rate": {
        "cosine_restarts": """
            def snapshot_steps(n_steps, T_0, T_mult=1):
                rates = [
                    cosine_restarts(t, lr_min=0.0, lr_max=1.0, T_0=T_0, T_mult=T_mult)
                    for t in range(n_steps + 1)
                ]
                return np.array([t for t in range(n_steps) if rates[t + 1] == 1.0], dtype=int)
        """,
    },
    "04_gradient_checking": {
        "numerical_gradient": """
            def network_gradient(params, X, y):
                def loss(params):
                    hidden = np.tanh(X @ params["W1"] + params["b1"])
                    return np.sum((hidden @ params["W2"] + params["b2"] - y) ** 2) / len(X)

                return {
                    name: numerical_gradient(lambda block: loss({**params, name: block}), params[name] * 1.0)
                    for name in params
                }
        """,
        "relative_error": "",
        "pack": "",
        "check_blocks": """
            def best_eps(f, grad, theta, eps):
                def error(step):
                    one = lambda function: lambda params: function(params["theta"])
                    slopes = lambda params: {"theta": grad(params["theta"])}
                    return check_blocks(one(f), slopes, {"theta": theta}, eps=step)["theta"][0]

                return eps[np.nanargmin([error(step) for step in eps])]
        """,
    },
    "05_bias_variance": {
        "bias": """
            def mse(estimates, truth):
                return bias(estimates, truth) ** 2 + np.var(estimates, axis=0)

            def decompose(predictions, y, *, noise=0.0):
                squared = np.mean(bias(predictions, y) ** 2)
                variance = np.mean(predictions.var(axis=0))
                return squared, variance, noise, squared + variance + noise
        """,
        "sample_variance": """
            def mse(estimates, truth):
                return bias(estimates, truth) ** 2 + sample_variance(estimates)

            def decompose(predictions, y, *, noise=0.0):
                squared = np.mean((np.mean(predictions, axis=0) - y) ** 2)
                variance = np.mean(sample_variance(predictions))
                return squared, variance, noise, squared + variance + noise
        """,
        "mse": """
            def decompose(predictions, y, *, noise=0.0):
                squared = np.mean((np.mean(predictions, axis=0) - y) ** 2)
                total = np.mean(mse(predictions, y))
                return squared, total - squared, noise, total + noise

            def cross_validation_error(fit_predict, X, y, folds):
                errors = np.concatenate([fit_predict(X[a], y[a], X[b]) - y[b] for a, b in folds])
                return mse(errors, 0.0)
        """,
    },
    "06_dropout": {
        "dropout_forward": """
            def hidden_layer_gradient(X, W, mask, keep_prob, da):
                z = X @ W
                dropped, _ = dropout_forward(np.ones(z.shape), mask, keep_prob)
                return X.T @ (da * dropped * (z > 0))
        """,
        "dropout_backward": """
            def hidden_layer_gradient(X, W, mask, keep_prob, da):
                z = X @ W
                _, cache = dropout_forward(np.maximum(z, 0), mask, keep_prob)
                return X.T @ (dropout_backward(da, cache) * (z > 0))
        """,
        "all_masks": """
            def nwgm_logistic(w, x, keep_prob, *, b=0.0):
                masks = all_masks(len(w))
                prob = mask_probabilities(masks, keep_prob)
                z = masks @ (w * x) + b
                odds = prob @ (np.logaddexp(0, z) - np.logaddexp(0, -z))
                return 1 / (1 + np.exp(-odds))
        """,
        "mask_probabilities": """
            def nwgm_logistic(w, x, keep_prob, *, b=0.0):
                masks = all_masks(len(w))
                prob = mask_probabilities(masks, keep_prob)
                z = masks @ (w * x) + b
                odds = prob @ (np.logaddexp(0, z) - np.logaddexp(0, -z))
                return 1 / (1 + np.exp(-odds))
        """,
    },
    "07_batch_normalization": {
        "normalize_inputs": """
            def batchnorm_forward(z, gamma, beta, *, eps=1e-5):
                _, mu, var = normalize_inputs(z)
                std = np.sqrt(var + eps)
                z_norm = (z - mu) / std
                return gamma * z_norm + beta, (z_norm, std, gamma)
        """,
        "batchnorm_forward": BATCHNORM_LAYER,
        "running_update": BATCHNORM_LAYER,
        "batchnorm_infer": """
            def batchnorm_layer(z, gamma, beta, stats, *, train, decay=0.9, eps=1e-5):
                new = running_update(stats, z.mean(axis=0), z.var(axis=0), decay=decay) if train else stats
                used = (z.mean(axis=0), z.var(axis=0), 0) if train else stats
                return batchnorm_infer(z, gamma, beta, used, eps=eps), new

            def fold_batchnorm(W, b, gamma, beta, stats, *, eps=1e-5):
                rows = batchnorm_infer(np.vstack([W, np.zeros(W.shape[1])]), gamma, beta, stats, eps=eps)
                return rows[:-1] - rows[-1], batchnorm_infer(b[None], gamma, beta, stats, eps=eps)[0]
        """,
    },
}

PAIRS = [(assignment, helper) for assignment, helpers in BUILD_ON.items() for helper in helpers]


def graded(zygote: Zygote, assignment: str, helper: str, wrong: str) -> dict[str, Judgement]:
    """Of the model solution with a wrong helper and what builds on that."""
    asked_for = load(assignment)
    right = {each.name: each.solution.text for each in asked_for.exercises if each.solution}
    sources = ["import numpy as np", *(right | {helper: wrong}).values(), BUILD_ON[assignment][helper]]
    cells = [{"cell_type": "code", "source": textwrap.dedent(source)} for source in sources]
    data = json.dumps({"nbformat": 4, "cells": cells}).encode()
    result = grade_submission(data, asked_for, student="ada", course_key=b"k", zygote=zygote)
    assert result.outcome == "graded"
    return {judgement.exercise: judgement for judgement in result.judgements}


def wrong_ways(exercise: Exercise, count: int) -> Iterator[Misconception]:
    """About so many of its catalogue, from all over it."""
    entries = [entry for entry in exercise.misconceptions if entry.name != AS_GIVEN]
    yield from entries[:: max(1, len(entries) // count)]


def lost(judgements: Mapping[str, Judgement], helper: str) -> Iterator[str]:
    """What does not have its points, or hears of a mistake that it has not made."""
    for name, judgement in judgements.items():
        if name != helper:
            if judgement.score < judgement.max_score:
                yield f"{name} has {judgement.score:g} of {judgement.max_score:g}: {judgement.finding}"
            elif judgement.finding and judgement.finding.misconception:
                yield f"{name} is called {judgement.finding.misconception}"


@pytest.mark.parametrize(("assignment", "helper"), PAIRS, ids=[helper for _, helper in PAIRS])
def test_who_builds_on_a_wrong_function_has_all_points_and_no_name_of_a_mistake(
    assignment: str, helper: str, zygote: Zygote
) -> None:
    for entry in wrong_ways(load(assignment).exercise(helper), SOME):
        judgements = graded(zygote, assignment, helper, entry.variant.text)
        assert not [*lost(judgements, helper)], entry.name


@pytest.mark.parametrize(("assignment", "helper"), PAIRS, ids=[helper for _, helper in PAIRS])
def test_what_builds_on_a_right_function_is_right(assignment: str, helper: str) -> None:
    notebook: dict[str, Any] = {"np": np}
    for exercise in load(assignment).exercises:
        exec(exercise.solution.text, notebook)  # our own text, of this repository
    solutions = dict(notebook)
    exec(textwrap.dedent(BUILD_ON[assignment][helper]), notebook)
    for exercise in load(assignment).exercises:
        if notebook[exercise.name] is not solutions[exercise.name]:
            assert check_quietly(notebook[exercise.name], exercise).finding is None, exercise.name
