"""What is special about moving averages: no memory at all, results that are cut, and small denominators."""

import numpy as np
import pytest

from autograder.exercises import find_exercise, load
from autograder.prove import Bench
from autograder.prove.bench import FEW, KEYS


@pytest.fixture(scope="module")
def benches():
    return {exercise.name: Bench(exercise) for exercise in load("01_moving_averages").exercises}


@pytest.mark.parametrize("name", ["ewma", "ewma_corrected", "ewma_weights", "window"])
def test_no_memory_at_all_is_tried_wherever_the_text_allows_it(benches, name):
    """Of several observations: there an answer fails that divides by powers of beta."""
    calls = [call for each in benches[name].drawn() for call in each.calls]
    bound = [find_exercise(name).bind(call.args, call.kwargs).arguments for call in calls]
    without = [arguments for arguments in bound if arguments["beta"] == 0]
    lengths = [each.get("T", np.size(each.get("x", (0, 0)))) for each in without]
    assert max(lengths, default=0) > 1


def test_an_answer_that_divides_by_powers_of_beta_is_not_right(benches):
    def ewma_corrected(x, beta):
        powers = (float(beta) ** np.arange(len(x))).reshape(-1, *[1] * (x.ndim - 1))
        return np.cumsum(x / powers, axis=0) / np.cumsum(1 / powers, axis=0)

    judgement = benches["ewma_corrected"].judged(ewma_corrected)
    assert [name for name, passed in judgement.passed if not passed] == ["no memory at all, and a long one"]
    assert judgement.finding.kind == "not_finite"


@pytest.mark.parametrize("name", ["cumulative_mean", "ewma", "ewma_corrected", "stochastic_average"])
def test_results_that_were_never_filled_are_called_by_no_formula(benches, name):
    finding = benches[name].judged(lambda x, *_, **__: np.zeros(np.shape(x))).finding
    assert (finding.kind, finding.misconception) == ("wrong_values", None)


@pytest.mark.parametrize("key", KEYS[:FEW])
def test_means_are_cut_to_the_same_whole_numbers_in_whichever_order_they_are_worked_out(benches, key):
    def cumulative_mean(x):
        means = np.zeros_like(x)
        for n in range(1, len(x) + 1):
            means[n - 1] = x[:n].mean(axis=0)
        return means

    finding = benches["cumulative_mean"].judged(cumulative_mean, key).finding
    assert finding.misconception == "cut_to_whole_numbers"


@pytest.mark.parametrize("key", KEYS[:FEW])
def test_a_small_number_added_to_a_denominator_is_noticed_whatever_is_drawn(benches, key):
    def ewma_corrected(x, beta):
        means, mean = np.zeros(x.shape), 0.0
        for t in range(1, len(x) + 1):
            mean = beta * mean + (1 - beta) * x[t - 1]
            means[t - 1] = mean / (1 - beta**t + 1e-8)
        return means

    passed = dict(benches["ewma_corrected"].judged(ewma_corrected, key).passed)
    assert not passed["no memory at all, and a long one"]
