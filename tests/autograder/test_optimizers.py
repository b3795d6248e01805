"""What is special about optimisers: wrong formulas that published checks let pass, and whose state it is."""

import numpy as np
import pytest

from autograder.exercises import load
from autograder.exercises.optimizers.adam_step import OWN
from autograder.prove import Bench
from autograder.prove.bench import KEYS


@pytest.fixture(scope="module")
def benches():
    return {exercise.name: Bench(exercise) for exercise in load("02_optimizers").exercises}


def adam(step="v_hat / np.sqrt(s_hat + eps)", after="", **lines):
    """An Adam in other words than those of the catalogue, with one line of it changed."""
    right = {
        "count": "t = t + 1",
        "v": "v = v + (1 - beta1) * (dw - v)",
        "s": "s = s + (1 - beta2) * (np.square(dw) - s)",
        "v_hat": "v_hat = v / (1 - np.power(beta1, t))",
        "s_hat": "s_hat = s / (1 - np.power(beta2, t))",
        "w": f"w = np.subtract(w, lr * ({step}))",
        "state": "state = v, s, t",
    }
    head = "def adam_step(w, dw, state, *, lr, beta1=0.9, beta2=0.999, eps=1e-8):\n    v, s, t = state[:3]\n"
    body = "".join(f"    {line}\n" for line in {**right, **lines}.values())
    namespace = {"np": np}
    exec(f"{head}{body}    return w, state\n", namespace)
    return namespace["adam_step"]


# Of the first thirteen of these, published checks of one step from rest see nothing.
WRONG_ADAMS = {
    "eps_outside": adam("v_hat / (np.sqrt(s_hat) + eps)"),
    "eps_hat": adam("v * np.sqrt(1 - beta2**t) / (1 - beta1**t) / (np.sqrt(s) + eps)"),
    "eps_after_the_division": adam("v_hat / np.sqrt(s_hat) + eps"),
    "no_eps": adam("v_hat / np.sqrt(s_hat)"),
    "count_not_carried": adam(state="state = v, s, state[2]"),
    "first_correction_always": adam(v_hat="v_hat = v / (1 - beta1)", s_hat="s_hat = s / (1 - beta2)"),
    "betas_swapped": adam(count="t = t + 1; beta1, beta2 = beta2, beta1"),
    "gradient_for_its_average": adam("dw / np.sqrt(s_hat + eps)"),
    "state_reset": adam(count="v, s, t = np.zeros_like(w), np.zeros_like(w), 1"),
    "corrected_values_fed_back": adam(state="state = v_hat, s_hat, t"),
    "sign_of_the_gradient": adam("np.sign(dw)"),
    "sign_of_the_average": adam("np.sign(v)"),
    "largest_so_far": adam(
        s_hat="s_hat = np.maximum(s / (1 - beta2**t), state[3] if len(state) > 3 else 0)",
        state="state = v, s, t, s_hat",
    ),
    "slide": adam("v_hat / np.sqrt(s + eps)"),
    "slide_with_eps_outside": adam("v_hat / (np.sqrt(s) + eps)"),
    "no_correction": adam("v / np.sqrt(s + eps)"),
    "no_correction_with_eps_outside": adam("v / (np.sqrt(s) + eps)"),
    "v_not_corrected": adam("v / np.sqrt(s_hat + eps)"),
    "count_ahead": adam(
        v_hat="v_hat = v / (1 - beta1 ** (t + 1))", s_hat="s_hat = s / (1 - beta2 ** (t + 1))"
    ),
    "no_root": adam("v_hat / (s_hat + eps)"),
    "s_of_the_size": adam(s="s = beta2 * s + (1 - beta2) * np.abs(dw)"),
    "s_of_the_average": adam(s="s = beta2 * s + (1 - beta2) * v * v"),
    "one_number_for_all": adam(s="s = beta2 * s + (1 - beta2) * np.mean(dw * dw)"),
    "v_grows_by_all": adam(v="v = beta1 * v + dw"),
    "uphill": adam(w="w = w + lr * v_hat / np.sqrt(s_hat + eps)"),
}


@pytest.mark.parametrize("name", WRONG_ADAMS)
def test_a_wrong_adam_that_others_let_pass_is_called_by_its_name(benches, name):
    for key in KEYS[:3]:
        judgement = benches["adam_step"].judged(WRONG_ADAMS[name], key)
        assert judgement.score < judgement.max_score
        assert judgement.finding.misconception == name


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("eps_outside", "v / (np.sqrt(s) + eps)"),
        ("eps_hat", "v / (np.sqrt(s) * np.sqrt(1 - beta2**t) + eps)"),
    ],
)
def test_none_is_recognised_by_a_step_that_is_merely_similar(benches, name, step):
    assert benches["adam_step"].judged(adam(step)).finding.misconception != name


def test_the_state_is_the_students_own(benches):
    def adam_step(w, dw, state, *, lr, beta1=0.9, beta2=0.999, eps=1e-8):
        first, second, *powers = (
            state if len(state) > 3 else (*state[:2], beta1 ** state[2], beta2 ** state[2])
        )
        first, second = beta1 * first + (1 - beta1) * dw, beta2 * second + (1 - beta2) * dw * dw
        b1, b2 = powers[0] * beta1, powers[1] * beta2
        return w - lr * first / (1 - b1) / np.sqrt(second / (1 - b2) + eps), [first, second, b1, b2]

    judgement = benches["adam_step"].judged(adam_step)
    assert (judgement.score, judgement.finding) == (judgement.max_score, None)


@pytest.mark.parametrize(
    ("returned", "kind"), [("w", "wrong_type"), ("w, v, s, t", "wrong_shape"), ("None", "returned_none")]
)
def test_what_the_next_step_cannot_go_on_from_is_named_and_not_its_error(benches, returned, kind):
    def adam_step(w, dw, state, *, lr, beta1=0.9, beta2=0.999, eps=1e-8):
        v, s, t = state
        return eval(returned, {"w": w, "v": v, "s": s, "t": t})

    assert benches["adam_step"].judged(adam_step).finding.kind == kind


@pytest.mark.parametrize("name", ["momentum_step", "rmsprop_step", "adam_step", "amsgrad_step"])
def test_every_step_is_tried_with_odd_numbers_more_than_once_and_without_memory(benches, name):
    calls = [call for each in benches[name].drawn() for call in each.calls]
    assert all(len(each.calls) >= 2 and each.probe.own == OWN for each in benches[name].drawn())
    memories = [word for word in calls[0].kwargs if word.startswith("beta")]
    for memory in memories:
        given = {call.kwargs[memory] for call in calls if memory in call.kwargs}
        assert 0 in given
        assert len(given) >= 5
    assert len({np.shape(call.args[1]) for call in calls}) >= 4
