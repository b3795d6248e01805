"""Dropout: however a mask is drawn it is right, and what is wrong with it is named whatever was drawn."""

from typing import Any

import numpy as np
import pytest
from scipy.stats import binom

from autograder.exercise import Call
from autograder.exercises import find_exercise
from autograder.exercises.dropout.dropout_backward import DROPOUT_BACKWARD
from autograder.exercises.dropout.dropout_forward import DROPOUT_FORWARD
from autograder.exercises.dropout.sample_mask import SAMPLE_MASK
from autograder.properties import deviation
from autograder.properties.masks import are_all_masks
from autograder.prove import Bench
from autograder.trials import draw_hidden, try_here
from autograder.verdict import judge
from autograder.written import Written


def judged(name: str, body: str, key: bytes = b"key"):
    """What grading makes of a body of that function; it draws from a stream that nobody else has."""
    exercise = find_exercise(name)
    function = Written(f"def {name}{exercise.signature}:\n    {body}")
    return judge(exercise, try_here(function, draw_hidden(exercise, key)))


# --- random masks ---------------------------------------------------------------------------------------

RIGHT_MASKS = (
    "return np.random.rand(*shape) < keep_prob",
    "return np.random.random_sample(shape) <= keep_prob",
    "return np.random.uniform(0, 1, shape) > 1 - keep_prob",
    "return np.random.binomial(1, keep_prob, shape).astype(bool)",
    "return np.random.binomial(n=1, p=keep_prob, size=shape)",
    "return np.random.choice([0, 1], size=shape, p=[1 - keep_prob, keep_prob])",
    "return np.where(np.random.rand(*shape) > keep_prob, 0.0, 1.0)",
    "return np.ceil(rng.random(shape) - (1 - keep_prob)).astype(np.int8)",
    "return rng.permuted(rng.random(shape), axis=-1) < keep_prob",
)


@pytest.mark.parametrize("body", RIGHT_MASKS)
def test_a_mask_may_be_drawn_in_any_right_way(body):
    for number in range(3):
        assert judged("sample_mask", body, b"%d" % number).finding is None


def test_a_right_mask_fails_with_a_chance_of_less_than_one_in_a_thousand_million():
    """The shares that are looked at, with the exact tails of the binomial distribution."""
    chance = 0.0
    for drawn in draw_hidden(SAMPLE_MASK, b"key"):
        groups: dict[float, int] = {}
        for call in drawn.calls:
            shape, keep_prob = call.args
            groups[keep_prob] = groups.get(keep_prob, 0) + int(np.prod(shape))
        for keep_prob, count in groups.items():
            far = deviation(count)
            low, high = np.floor(count * (keep_prob - far)), np.ceil(count * (keep_prob + far))
            if keep_prob < 1:
                chance += binom.cdf(low, count, keep_prob) + binom.sf(high - 1, count, keep_prob)
    assert 0 <= chance < 1e-9
    # All of the masks that are drawn one after the other keep the same number.
    (several,) = (drawn for drawn in draw_hidden(SAMPLE_MASK, b"key") if len(drawn.calls) > 2)
    shape, keep_prob = several.calls[0].args
    counts = binom.pmf(np.arange(np.prod(shape) + 1), np.prod(shape), keep_prob)
    assert np.sum(counts ** len(several.calls)) < 1e-10


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("return np.random.rand(*shape) > keep_prob", "keeps_the_others"),
        ("return np.random.binomial(1, 1 - keep_prob, shape)", "keeps_the_others"),
        ("return (np.random.rand(*shape) > keep_prob) / keep_prob", "scaled_and_keeps_the_others"),
        ("return (np.random.rand(*shape) < keep_prob) / keep_prob", "scaled"),
        ("return np.random.randn(*shape) < keep_prob", "normal_below"),
        ("return np.random.randn(*shape) > keep_prob", "normal_above"),
        ("return (np.random.randn(*shape) < keep_prob) / keep_prob", "normal_below_and_scaled"),
        ("return np.random.rand(*shape)", "not_compared"),
        ("return np.random.rand(*shape).astype(int) < keep_prob", "all_alike"),
        ("return np.ones(shape)", "all_alike"),
        ("return np.round(np.random.rand(*shape))", "half"),
        ("return np.random.rand() < keep_prob", "single_value"),
        ("return np.random.rand(shape[0], shape[1]) < keep_prob", "two_axes"),
        ("return np.random.rand(1, *shape[1:]) < keep_prob", "one_row"),
        ("return np.ones(shape) * (np.random.rand(shape[-1]) < keep_prob)", "one_row_for_all"),
        ("np.random.seed(1)\n    return np.random.rand(*shape) < keep_prob", "always_the_same"),
    ],
)
def test_a_wrong_mask_is_named_whatever_it_draws(body, name):
    for number in range(3):
        assert judged("sample_mask", body, b"%d" % number).finding.misconception == name


@pytest.mark.parametrize("body", ["return None", "return 'mask'", "return [1, 'a']", "pass"])
def test_what_is_no_mask_is_the_students_problem(body):
    judgement = judged("sample_mask", body)
    assert judgement.score == 0
    assert judgement.finding.kind in ("returned_none", "wrong_type")


def test_another_share_has_no_name():
    finding = judged("sample_mask", "return rng.random(shape) < keep_prob**3").finding
    assert finding.misconception is None
    assert "too few" in finding.message


# --- all masks ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["bool", "int", "float"])
@pytest.mark.parametrize("order", ["masks", "masks[::-1]", "masks[:, ::-1]", "np.random.permutation(masks)"])
def test_masks_may_stand_in_any_order(order, dtype):
    body = f"masks = (np.arange(2**n)[:, None] >> np.arange(n)) & 1\n    return ({order}).astype({dtype})"
    assert judged("all_masks", body).finding is None


# --- forwards and backwards -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cache", "factor"),
    [
        ("mask / keep_prob", "cache"),
        ("(keep_prob, a, mask)", "cache[2] / cache[0]"),
        ("{'D': mask, 'p': keep_prob}", "cache['D'] / cache['p']"),
        ("[np.where(mask, 1 / keep_prob, 0.0)]", "cache[0]"),
    ],
)
def test_the_layout_of_the_cache_is_the_students_own(cache, factor):
    notebook = notebook_of(cache, factor)
    for exercise in (DROPOUT_FORWARD, DROPOUT_BACKWARD):
        judgement = judge(exercise, try_here(notebook[exercise.name], draw_hidden(exercise, b"key")))
        assert (judgement.score, judgement.finding) == (exercise.points, None)


@pytest.mark.parametrize(
    ("factor", "name"),
    [
        ("(cache[0] > 0) / cache[1]", "output_above_zero"),
        ("(cache[0] > 0)", "output_above_zero_and_not_scaled"),
        ("(cache[0] != 0)", "not_scaled"),
    ],
)
def test_it_is_named_when_the_output_is_taken_for_the_mask(factor, name):
    notebook = notebook_of("(a * mask / keep_prob, keep_prob)", factor)
    trials = try_here(notebook["dropout_backward"], draw_hidden(DROPOUT_BACKWARD, b"key"))
    assert judge(DROPOUT_BACKWARD, trials).finding.misconception == name


def notebook_of(cache: str, factor: str) -> dict[str, Any]:
    """Both functions of a notebook, as they are called at grading."""
    notebook: dict[str, Any] = {"np": np}
    exec(
        f"""
def dropout_forward(a, mask, keep_prob):
    return a * mask / keep_prob, {cache}


def dropout_backward(da, cache):
    return da * ({factor})
""",
        notebook,
    )
    return notebook


def test_a_network_whose_gradient_lacks_the_scale_passes_only_where_nothing_is_dropped():
    exercise = find_exercise("hidden_layer_gradient")
    judgement = Bench(exercise).judged(exercise.as_given.variant)
    assert [name for name, passed in judgement.passed if passed] == ["keep_prob = 1"]
    assert judgement.score == 0


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (slice(1, None), "the mask that drops every unit is missing"),
        (slice(None, -1), "the mask that keeps every unit is missing"),
        (slice(1, -1), "the mask that drops every unit and the mask that keeps every unit are missing"),
    ],
)
def test_masks_that_are_missing_are_named_one_by_one(rows, says):
    masks = np.array([[place >> bit & 1 for bit in range(2)] for place in range(4)])
    problem = are_all_masks((Call("all_masks", (2,), {}),), (masks[rows],))
    assert problem.says == says
