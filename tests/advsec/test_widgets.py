"""Widgets are small, self-contained modules, and compute what `advsec` computes.

JavaScript and numpy both compute in binary64, but add up in another order and have each their own `pow`.
Results differ in the last digits: by about the number of operations times 1e-16, and 1e-10 leaves room.
"""

import re
import subprocess

import numpy as np
import pytest
from numpy.polynomial.chebyshev import chebvander

from advsec import (
    averages,
    batchnorm,
    bias_variance,
    dropout,
    gradient_check,
    optimizers,
    problems,
    schedules,
)
from advsec.linear_models import ridge
from advsec.widgets import NAMES, source, widget
from tests.javascript import NODE, WIDGETS, needs_node, results


KB_PER_WIDGET = 60
every_widget = pytest.mark.parametrize("name", NAMES)
RNG = np.random.default_rng


def agree(ours, theirs, rtol=1e-10, atol=0.0):
    np.testing.assert_allclose(np.asarray(ours, dtype=float), theirs, rtol=rtol, atol=atol)


# --- modules ------------------------------------------------------------------------------------------------


def test_every_module_has_a_name():
    assert {path.stem for path in WIDGETS.glob("*.js")} == {"common", *NAMES}


@every_widget
def test_a_module_is_small_and_asks_for_nothing(name):
    text = source(name)
    assert len(text.encode()) <= 1000 * KB_PER_WIDGET
    assert not re.search(r"\bimport\b|\brequire\(|\bfetch\(|\beval\(|@import", text)
    assert set(re.findall(r"\bhttps?://[^\"'`\s]+", text)) <= {"http://www.w3.org/2000/svg"}


@needs_node
@every_widget
def test_a_module_exports_a_figure_and_its_mathematics(name):
    (names,) = results(name, [(None, [])])
    assert "default" in names
    assert len(names) > 1


@needs_node
@every_widget
def test_a_module_runs_from_its_own_files(name):
    """The files as written: node finds what they import from one another."""
    code = f"import('{(WIDGETS / name).as_uri()}.js').then((m) => console.log(typeof m.default.render))"
    done = subprocess.run([NODE, "--eval", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "function\n"


@every_widget
def test_a_widget_starts_where_it_is_told_and_has_a_still_figure(name):
    shown = widget(name)
    controls = {control: getattr(shown, control) for control in shown.trait_names(control=True)}
    assert controls
    data, _ = shown._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert data["text/html"].startswith(f'<figure data-widget="{name}">\n<img src="data:image/png;base64,')
    assert data["text/plain"].startswith("Figure: ")
    again = widget(name, **controls)
    assert {control: getattr(again, control) for control in controls} == controls


# --- common -------------------------------------------------------------------------------------------------


WRITTEN = "\nfor (const each of %s) process.stdout.write(number(each) + '|');"


@needs_node
def test_numbers_are_written_as_people_write_them():
    spelt = {
        0: "0", 1020: "1,020", 0.25: "0.25", -3.14159: "−3.14", 2.5e-7: "2.5 × 10⁻⁷", 1e9: "10⁹",
        123456: "123,000", 0.001234: "0.00123",
    }  # fmt: skip
    found = subprocess.run(
        [NODE, "--input-type=module", "--eval", (WIDGETS / "common.js").read_text() + WRITTEN % list(spelt)],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert found.stdout.split("|")[:-1] == list(spelt.values())


# --- memory -------------------------------------------------------------------------------------------------


@needs_node
def test_memory():
    rng = RNG(0)
    drawn = [(float(rng.uniform(0.2, 0.95)), int(rng.integers(1, 41))) for _ in range(200)]
    calls = [
        call
        for beta, n in drawn
        for call in (
            ("effectiveWindow", [beta]), ("share", [beta, n]), ("weights", [beta, 49]),
            ("noise", [beta, n]), ("age", [beta, n]),
        )
    ]  # fmt: skip
    found = iter(results("memory", calls))
    for (beta, n), N, share, weights, noise, age in zip(drawn, *[found] * 5, strict=True):
        agree(N, averages.effective_window(beta))
        agree(share, averages.window_influence(beta, n))
        agree(share, averages.ewma(np.ones(n), beta)[-1])
        newest_first, _ = averages.ewma_weights(3000, beta)
        newest_first = newest_first[::-1]
        agree(weights, newest_first[:49])
        agree(noise["average"], 1 / np.sqrt(averages.effective_sample_size(newest_first)))
        agree(noise["mean"], np.sqrt(np.sum(np.full(n, 1 / n) ** 2)))
        agree(age["average"], newest_first @ np.arange(3000))
        agree(age["mean"], np.mean(np.arange(n)))


# --- momentum -----------------------------------------------------------------------------------------------

VALLEY = problems.quadratic(np.diag([1.0, 20.0]))


@needs_node
def test_momentum_takes_the_steps_of_the_optimiser():
    rng = RNG(0)
    calls, expected = [], []
    for _ in range(100):
        start, alpha = rng.uniform(-10, 10, 2).tolist(), 10 ** rng.uniform(-3, -0.7)
        beta = rng.uniform(0, 0.99)
        form = {"lr": alpha, "beta": beta, "dampened": False, "n_steps": 60}
        calls.append(("path", [start, alpha, beta, 60]))
        expected.append(optimizers.minimize(VALLEY.grad, start, "momentum", **form).w)
    for found, w in zip(results("momentum", calls), expected, strict=True):
        # Where a path crosses 0 its digits cancel: the error is one of the largest number so far.
        agree(found, w, atol=1e-10 * np.abs(w).max())


@needs_node
def test_momentum_counts_the_steps_that_are_needed():
    rng = RNG(1)
    drawn = [(rng.uniform(-10, 10, 2), 10 ** rng.uniform(-2.5, -1), rng.uniform(0, 0.97)) for _ in range(40)]
    drawn += [(np.array([10.0, 3.0]), 0.25, 0.1), (np.array([10.0, 3.0]), 5e-4, 0.0)]  # explodes; too slow
    expected = []
    for start, alpha, beta in drawn:
        form = {"lrs": [alpha], "beta": beta, "dampened": False, "n_steps": 2000}
        expected += optimizers.steps_needed(VALLEY.f, VALLEY.grad, [start], "momentum", **form).tolist()
    assert min(expected) < 60
    assert expected[-2:] == [np.inf, np.inf]
    calls = [("stepsNeeded", [start.tolist(), alpha, beta, 2000]) for start, alpha, beta in drawn]
    assert [float(steps) for steps in results("momentum", calls)] == expected


@needs_node
def test_momentum_knows_what_an_error_keeps_per_step():
    """numpy takes it from the matrix of a step, with half of the digits where eigenvalues coincide."""
    rng = RNG(2)
    drawn = [(10 ** rng.uniform(-3, 0.7), rng.uniform(0, 0.99)) for _ in range(300)]
    found = results("momentum", [(name, list(pair)) for name in ("factor", "course") for pair in drawn])
    for (x, beta), factor, course in zip(drawn, found[:300], found[300:], strict=True):
        w, v = np.array([1.0, 0.0]), np.array([0.0, 1.0])
        w, (v, _) = optimizers.momentum_step(w, w, (v, 0), lr=x, beta=beta, dampened=False)
        roots = np.linalg.eigvals([w, v])
        agree(factor, np.abs(roots).max(), rtol=1e-10 if np.abs(np.subtract(*roots)) > 1e-3 else 1e-6)
        real = np.abs(roots.imag).max() == 0
        largest = roots[np.argmax(np.abs(roots))].real
        kind = "explodes" if factor >= 1 else "creeps" if real and largest > 0 else "jumps across"
        assert course == (kind if real or factor >= 1 else "swings")


@needs_node
def test_momentum_draws_where_an_error_keeps_as_much():
    rows = results("momentum", [("bounds", [r]) for r in (1.0, 0.9, 0.5)])
    inner = [[pair for pair in row if 0 < pair[1] < 0.999] for row in rows]
    factors = results("momentum", [("factor", pair) for row in inner for pair in row])
    agree(factors, np.repeat([1.0, 0.9, 0.5], [len(row) for row in inner]), rtol=1e-7)


# --- range test ---------------------------------------------------------------------------------------------

BOWL = problems.quadratic(np.diag([1.0, 10.0]))


def expected_losses(lrs):
    """Loss before and after each noisy step, from steps of the optimiser: noise spreads as a start does."""
    T, schedule = len(lrs), {"lr": lambda t: lrs[t], "n_steps": len(lrs)}
    means = optimizers.minimize(BOWL.grad, [-2.0, 0.7], "gd", **schedule).w
    pushes = iter(np.eye(T))
    apart = optimizers.minimize(
        lambda w: BOWL.grad(w) + 0.1 * next(pushes)[:, None], np.zeros((T, 2)), "gd", **schedule
    ).w
    return BOWL.f(means) + [BOWL.f(each).sum() for each in apart]


@needs_node
def test_range_test():
    rng = RNG(0)
    lengths = [20, 50, 135, 400]
    lrs = [schedules.range_test_lrs(n, lr_min=1e-3, lr_max=1.0) for n in lengths]
    chosen = [10 ** rng.uniform(-3, -0.7) for _ in range(50)]
    calls = [(name, [n]) for name in ("rates", "lowest") for n in lengths]
    calls += [("losses", [list(rates)]) for rates in lrs] + [("training", [lr]) for lr in chosen]
    found = results("range_test", calls)
    for i, rates in enumerate(lrs):
        agree(found[i], rates)
        losses = expected_losses(rates)
        agree(found[8 + i], losses, rtol=1e-9)  # of hundreds of factors each
        assert found[4 + i] == pytest.approx(rates[np.argmin(losses[1:])], rel=1e-12)
    for lr, training in zip(chosen, found[12:], strict=True):
        agree(training, expected_losses(np.full(60, lr)))


@needs_node
def test_a_longer_range_test_is_lowest_at_a_smaller_rate_though_the_limit_stays():
    """What the widget is there to let one find."""
    places = results("range_test", [("lowest", [n]) for n in (20, 50, 100, 200, 400)])
    assert places == sorted(places, reverse=True)
    assert places[1] > 0.2 > places[2]


# --- difference_step ----------------------------------------------------------------------------------------

DTYPES = {"double": np.float64, "single": np.float32}


@needs_node
@pytest.mark.parametrize("precision", DTYPES)
@pytest.mark.parametrize("method", ["central", "forward", "complex"])
def test_difference_step(method, precision):
    """To the last digit: real sums, products and quotients are rounded alike everywhere."""
    steps = [10.0 ** (-k / 8) for k in range(129)]
    calls = [(name, [method, precision, eps]) for eps in steps for name in ("difference", "roundOff")]
    found = iter(results("difference_step", calls))
    for eps, difference, most in zip(steps, found, found, strict=True):
        one = np.ones(1, dtype=DTYPES[precision])
        slope = gradient_check.numerical_gradient(lambda x: x[0] * x[0] * x[0], one, method=method, eps=eps)
        agree(difference["slope"], slope[0], rtol=1e-6 if method == "complex" else 0)
        truncation = {"central": eps**2, "forward": 3 * eps + eps**2, "complex": -(eps**2)}[method]
        # Truncation and the bound of round-off are rounded too.
        assert abs(difference["slope"] - 3 - truncation) <= most * (1 + 1e-6)


@needs_node
def test_the_best_step_is_the_one_that_lecture_4_derives():
    pairs = [(method, precision) for method in ("central", "forward") for precision in DTYPES]
    best = results("difference_step", [("bestExponent", list(pair)) for pair in pairs])
    theory = [
        (5 * u / 2) ** (1 / 3) if method == "central" else (5 * u / 3) ** 0.5
        for method, precision in pairs
        for u in [np.finfo(DTYPES[precision]).eps / 2]
    ]
    assert np.all(np.abs(best - np.log10(theory)) <= 1)


@needs_node
def test_right_decimals_are_those_of_the_rounded_slope():
    right = {3.0: 16, 3.00001: 4, 2.99996: 4, 3.4: 0, 3.6: -1, 0.0: -1}
    calls = [("rightDecimals", [slope, 16]) for slope in right]
    assert results("difference_step", calls) == list(right.values())


# --- double_descent -----------------------------------------------------------------------------------------


@needs_node
def test_double_descent():
    """The mean over all noises is that over 2 m of them, whose mean is 0 and covariance that of the noise."""
    rng, grid = RNG(0), np.linspace(0, 1, 101)
    penalties = {"none": 0.0, "10⁻⁶": 1e-6, "10⁻⁴": 1e-4, "0.01": 0.01, "1": 1.0}
    drawn = [(int(rng.integers(101)), int(rng.integers(5, 21)), name) for name in penalties for _ in range(8)]
    drawn += [(m + more, m, "none") for m in (5, 10, 16, 20) for more in (-2, -1, 0, 1)]  # about the peak
    calls = [("position", [{"degree": degree, "m": m, "penalty": name}]) for degree, m, name in drawn]
    for (degree, m, name), found in zip(drawn, results("double_descent", calls), strict=True):
        k, x = np.arange(degree + 1), (np.arange(m) + 0.5) / m
        old, new = (chebvander(2 * places - 1, degree) / np.maximum(k, 1) for places in (x, grid))
        y = np.sin(2 * np.pi * x) + 0.3 * np.sqrt(m) * np.concatenate([np.eye(m), -np.eye(m)])
        weights = ridge(np.broadcast_to(old, (2 * m, *old.shape)), y, l2=penalties[name])
        parts = bias_variance.decompose(weights @ new.T, np.sin(2 * np.pi * grid), noise=0.3**2)
        # At the peak the condition of the features, up to a million, multiplies rounding.
        agree(found["bias2"], parts.bias_squared, rtol=1e-7, atol=1e-12)
        agree(found["variance"], parts.variance, rtol=1e-8)
        agree(found["total"], parts.mse, rtol=1e-8)
        agree(found["fitted"], new @ ridge(old, found["observed"], l2=penalties[name]), rtol=1e-6, atol=1e-8)


@needs_node
def test_the_sum_peaks_at_as_many_weights_as_examples_and_comes_down_again():
    calls = [("position", [{"degree": degree, "m": 20, "penalty": "none"}]) for degree in (3, 9, 19, 30, 100)]
    cubic, nine, peak, beyond, hundred = (found["total"] for found in results("double_descent", calls))
    assert cubic < hundred < nine < beyond < peak / 1e6


# --- thinned_networks ---------------------------------------------------------------------------------------

INPUTS, OFFSET = np.array([0.9, -0.4, 0.7, 1.2, -0.8, 0.5, 0.3, 0.6]), -0.2


@needs_node
def test_thinned_networks():
    rng = RNG(0)
    masks = np.concatenate(list(dropout.all_masks(8)))
    ps, sizes = rng.uniform(0.02, 1, size=40).round(2), rng.integers(25, size=40) / 2
    numbers = rng.integers(256, size=40)
    drawn = [*zip(ps.tolist(), sizes.tolist(), numbers.tolist(), strict=True)]
    drawn += [(1.0, 3.0, 255), (0.02, 12.0, 0), (0.5, 0.0, 7)]
    calls = [("position", [{"p": p, "size": size, "mask": mask}]) for p, size, mask in drawn]
    for (p, size, mask), found in zip(drawn, results("thinned_networks", calls), strict=True):
        z, prob = size * (masks @ INPUTS + OFFSET), dropout.mask_probabilities(masks, p)
        a = 1 / (1 + np.exp(-z))
        agree(found["mean"], prob @ a)
        agree(found["std"], np.sqrt(np.maximum(prob @ (a - prob @ a) ** 2, 0)), atol=1e-12)
        agree(found["inFavour"], prob @ (a > 0.5 + 1e-9))
        for name in ("geometric", "pass"):
            agree(found[name], dropout.nwgm_logistic(size * INPUTS, np.ones(8), p, b=size * OFFSET))
        kept = np.array([mask >> i & 1 for i in range(8)])
        agree(found["own"]["output"], 1 / (1 + np.exp(-size * (kept @ INPUTS + OFFSET))))
        agree(found["own"]["probability"], dropout.mask_probabilities(kept[None], p)[0])


@needs_node
def test_all_networks_and_one_pass_can_decide_differently_but_not_with_even_chances():
    places = [(p / 50, size / 2) for p in (1, 5, 10, 20, 25, 30, 40, 45) for size in (1, 4, 8, 16, 24)]
    calls = [("position", [{"p": p, "size": size, "mask": 0}]) for p, size in places]
    found = results("thinned_networks", calls)
    against = {
        place
        for place, each in zip(places, found, strict=True)
        if (each["mean"] - 0.5) * (each["pass"] - 0.5) < -1e-6
    }
    assert (0.1, 8.0) in against
    assert 0.5 not in {p for p, _ in against}


# --- batch_neighbours ---------------------------------------------------------------------------------------


@needs_node
def test_batch_neighbours():
    rng = RNG(0)
    drawn = [(float(rng.uniform(-10, 10)), int(rng.integers(1, 65))) for _ in range(60)]
    drawn += [(3.0, 2), (0.0, 2)]
    calls = [("position", [{"z": z, "m": m}]) for z, m in drawn]
    for (z, m), found in zip(drawn, results("batch_neighbours", calls), strict=True):
        batch = np.array(found["inputs"])[:, None]
        assert batch.shape == (m, 1)
        assert batch[0] == z
        out, cache = batchnorm.batchnorm_forward(batch, [1.0], [0.0])
        agree(found["training"], out[:, 0], atol=1e-12)
        stats = ([0.0], [1.0], 1)
        agree(found["use"], batchnorm.batchnorm_infer(batch, [1.0], [0.0], stats)[:, 0])
        # Of a small batch little is left of the difference.
        dz, _, _ = batchnorm.batchnorm_backward(np.eye(m)[:, :1], cache)
        agree(found["slope"], dz[0, 0], rtol=1e-7, atol=1e-9)
        assert np.all(np.abs(out) <= found["limit"] + 1e-12)


@needs_node
def test_the_others_are_what_running_statistics_0_and_1_describe():
    (found,) = results("batch_neighbours", [("batch", [0.0, 10_001])])
    assert abs(np.mean(found[1:])) < 1e-9
    assert abs(np.var(found[1:]) - 1) < 1e-3
