"""The figures that move, moved: on a page without a kernel and in JupyterLab, by mouse and by keyboard.

What they say is read where a screen reader reads it, and compared with `advsec`.
"""

import html
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from numpy.polynomial.chebyshev import chebvander
from playwright.sync_api import Browser, Locator, Page

from advsec import averages, dropout, optimizers, problems
from advsec.batchnorm import batchnorm_forward
from advsec.bias_variance import decompose
from advsec.gradient_check import numerical_gradient
from advsec.linear_models import ridge
from advsec.widgets import NAMES, source
from tests.browser import lab as jupyter
from tests.browser.conftest import new_page
from tests.browser.lab import Lab
from tests.browser.watch import axe, console_errors, requests_off
from tests.notebooks import METADATA, is_widget, lectures, read


every_widget = pytest.mark.parametrize("name", NAMES)
WIDGET = ".advsec-widget"
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{name}</title><link rel="icon" href="data:,"></head>
<body><main><h1>{name}</h1><div id="here"></div></main>
<script type="module">
import figure from "./{name}.js";
figure.render({{ model: {model}, el: document.getElementById("here") }});
</script></body></html>
"""
# As anywidget's, of somebody who knows no value yet; and none at all, for who has only a page.
MODEL = """window.model = {
    get() {}, set(name, value) { this[name] = value }, save_changes() {}, on() {}, off() {}
}"""
WITHOUT = "undefined"


@pytest.fixture(scope="module")
def site(static_site: Callable[[Path], str], tmp_path_factory: pytest.TempPathFactory) -> str:
    """Serves a page for each widget: NAME.html, and bare-NAME.html without a model."""
    folder = tmp_path_factory.mktemp("widgets")
    for name in NAMES:
        (folder / f"{name}.js").write_text(source(name), encoding="utf-8")
        for file, model in ((name, MODEL), (f"bare-{name}", WITHOUT)):
            text = PAGE.format(name=html.escape(name), model=model)
            (folder / f"{file}.html").write_text(text, encoding="utf-8")
    return static_site(folder)


def is_dark(widget: Locator) -> bool:
    paper = widget.evaluate("each => getComputedStyle(each).backgroundColor")
    return max(map(int, re.findall(r"\d+", paper))) < 80


def opened(page: Page, address: str) -> Page:
    page.goto(address)
    page.locator(f"{WIDGET} .says").wait_for()
    return page


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Iterator[Page]:
    """One tab for the pages of all widgets; each page is loaded anew."""
    with new_page(browser, reduced_motion="reduce") as page:
        yield page


# --- what is said -------------------------------------------------------------------------------------------

NUMBER = re.compile(r"(?P<sign>−?)(?P<digits>\d[\d,]*(?:\.\d+)?)(?: × 10(?P<power>⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+))?")
RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


def numbers(text: str) -> list[float]:
    """The numbers of a sentence, in their order."""
    found = []
    for number in NUMBER.finditer(text):
        power = (number["power"] or "0").translate(RAISED)
        found.append(float(f"{number['digits'].replace(',', '')}e{power}") * (-1) ** len(number["sign"]))
    return found


def said(page: Page) -> str:
    """What a screen reader is told after a change."""
    (words,) = page.locator(f"{WIDGET} [aria-live=polite]").all_inner_texts()
    return words


def after(page: Page, pattern: str) -> float:
    """The number that follows on a pattern in what is said."""
    rest = re.split(pattern, said(page), maxsplit=1)
    assert len(rest) == 2, f"{pattern!r} is not in {said(page)!r}"
    return numbers(rest[1])[0]


def box(page: Page, label: str) -> Locator:
    return page.get_by_role("spinbutton", name=label, exact=True)


def slider(page: Page, label: str) -> Locator:
    return page.get_by_role("slider", name=f"{label}, slider", exact=True)


def value(page: Page, label: str) -> float:
    return float(box(page, label).input_value())


def drag(page: Page, handle: Locator, dx: float, dy: float) -> None:
    """By the mouse, in pixels."""
    at = handle.locator(".ring").bounding_box()
    x, y = at["x"] + at["width"] / 2, at["y"] + at["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + dx / 2, y + dy / 2)
    page.mouse.move(x + dx, y + dy)
    page.mouse.up()


# --- every widget -------------------------------------------------------------------------------------------


@every_widget
def test_nothing_is_wrong_with_a_page_that_shows_it(browser, site, name):
    for options in (
        {"color_scheme": "light"},
        {"color_scheme": "dark", "viewport": {"width": 360, "height": 700}, "has_touch": True},
    ):
        with new_page(browser, **options) as page:
            errors, off = console_errors(page), requests_off(page)
            opened(page, f"{site}bare-{name}.html")
            assert axe(page) == []
            assert errors == []
            assert off == []
            wide = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert page.evaluate(wide) == 0
            assert is_dark(page.locator(WIDGET)) == (options["color_scheme"] == "dark")


@every_widget
def test_every_control_is_moved_to_both_ends_and_back(tab, site, name):
    errors = console_errors(tab)
    opened(tab, f"{site}{name}.html")
    first, heard = said(tab), set()
    for number in tab.locator(f"{WIDGET} input[type=number]").all():
        for text in ("-1e9", "1e9"):
            number.fill(text)
            number.press("Enter")
            number.blur()
            low, high = (float(number.get_attribute(end)) for end in ("min", "max"))
            assert float(number.input_value()) == pytest.approx(low if text == "-1e9" else high)
            heard.add(said(tab))
    for handle in tab.locator(f"{WIDGET} input[type=range], {WIDGET} g[role=slider]").all():
        for key in ("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"):
            handle.press(key)
            heard.add(said(tab))
    for choice in tab.locator(f"{WIDGET} select").all():
        for option in choice.locator("option").all_inner_texts():
            choice.select_option(label=option)
            heard.add(said(tab))
    for switch in tab.locator(f"{WIDGET} input[type=checkbox]").all():
        switch.press("Space")
        heard.add(said(tab))
    assert len(heard) > 2
    pictures = tab.locator(f"{WIDGET} [role=img]").evaluate_all("all => all.map(each => each.ariaLabel)")
    for words in [*heard, *pictures]:
        assert not re.search(r"NaN|undefined|null|no number|\[object", words), words
    tab.get_by_role("button", name="Reset").click()
    assert said(tab) == first
    assert tab.evaluate("document.getAnimations().length") == 0
    assert errors == []


FOCUSED = "[...document.querySelectorAll('.advsec-widget *')].indexOf(document.activeElement)"
IN_SIGHT = """() => {
    const ring = document.activeElement.querySelector(".ring");
    return ring ? getComputedStyle(ring).strokeWidth === "3px"
        : getComputedStyle(document.activeElement).outlineStyle !== "none";
}"""


@every_widget
def test_every_part_that_can_be_moved_has_a_name_and_can_be_reached_by_tab(tab, site, name):
    opened(tab, f"{site}{name}.html")
    parts = tab.locator(f"{WIDGET} :is(input, select, button, [role=slider])")
    reached = set()
    for _ in range(parts.count()):
        tab.keyboard.press("Tab")
        reached.add(tab.evaluate(FOCUSED))
        assert tab.evaluate(IN_SIGHT)
    assert len(reached) == parts.count()
    assert -1 not in reached
    names = parts.evaluate_all(
        "all => all.map(each => each.ariaLabel || each.labels?.[0]?.innerText || each.innerText || '')"
    )
    assert all(each.strip() for each in names)
    assert len(set(names)) == len(names)


# --- memory -------------------------------------------------------------------------------------------------

BETA, WINDOW = "memory β", "window n of a plain mean"


def test_memory_by_keyboard(tab, site):
    opened(tab, f"{site}memory.html")
    box(tab, BETA).fill("0.8")
    for _ in range(3):
        box(tab, WINDOW).press("ArrowDown")
    assert (value(tab, BETA), value(tab, WINDOW)) == (0.8, 7)
    assert numbers(said(tab))[0] == pytest.approx(100 * averages.window_influence(0.8, 7), abs=0.05)
    assert after(tab, r"\(1 − β\) = ") == pytest.approx(averages.effective_window(0.8))
    for _ in range(2):
        slider(tab, WINDOW).press("ArrowRight")
    assert said(tab).startswith("All four questions have the same answer")
    assert tab.evaluate("[model.beta, model.n]") == [0.8, 9]


def test_memory_by_mouse(tab, site):
    opened(tab, f"{site}memory.html")
    for label, share in ((BETA, 0.6), (WINDOW, 0.3)):
        place = slider(tab, label).bounding_box()
        tab.mouse.click(place["x"] + share * place["width"], place["y"] + place["height"] / 2)
    beta, n = value(tab, BETA), int(value(tab, WINDOW))
    assert (beta, n) != (0.9, 10)
    assert numbers(said(tab))[0] == pytest.approx(100 * averages.window_influence(beta, n), abs=0.05)


@pytest.mark.parametrize("beta", [0.5, 0.9, 0.95, 0.55])
def test_memory_asks_four_questions_that_the_window_answers(tab, site, beta):
    """At the first whole number that is at least N, which is what the reader is to find."""
    opened(tab, f"{site}memory.html")
    box(tab, BETA).fill(str(beta))
    N = int(np.ceil(averages.effective_window(beta) - 1e-9))
    for n, answer in ((N - 1, "no"), (N, "yes")):
        box(tab, WINDOW).fill(str(n))
        assert tab.locator(f"{WIDGET} tbody td:last-child").all_inner_texts() == 4 * [answer]
    rows = [numbers(text) for text in tab.locator(f"{WIDGET} tbody tr").all_inner_texts()]
    weights, _ = averages.ewma_weights(4000, beta)
    wanted = [
        (1 / np.sqrt(N), 1 / np.sqrt(averages.effective_sample_size(weights))),
        ((N - 1) / 2, weights @ np.arange(4000)[::-1]),
        (100 * averages.window_influence(beta, N), 100 * (1 - np.exp(-2))),
        (100 * averages.ewma(np.ones(N), beta)[-1], 100 * (1 - np.exp(-2))),
    ]
    for found, expected in zip(rows, wanted, strict=True):
        assert found == pytest.approx(expected, rel=1e-3)


# --- momentum -----------------------------------------------------------------------------------------------

RATE, MEMORY = "rate α", "memory β"
VALLEY = problems.quadratic(np.diag([1.0, 20.0]))


def needed(start, rate, beta):
    form = {"lrs": [rate], "beta": beta, "dampened": False, "n_steps": 2000}
    return optimizers.steps_needed(VALLEY.f, VALLEY.grad, [start], "momentum", **form)[0]


def test_momentum_by_mouse(tab, site):
    opened(tab, f"{site}momentum.html")
    assert after(tab, "millionth after ") == needed([10.0, 3.0], 0.01, 0.9)
    assert after(tab, "best rate takes ") == needed([10.0, 3.0], 2 / 21, 0.0)
    ruler = tab.get_by_role("slider", name="ruler in the plot: rate and memory")
    drag(tab, ruler, 60, 100)
    rate, beta = value(tab, RATE), value(tab, MEMORY)
    assert rate > 0.02
    assert beta < 0.8
    assert after(tab, "millionth after ") == needed([10.0, 3.0], rate, beta)
    drag(tab, tab.get_by_role("slider", name="start, in the plot"), -100, 30)
    start = tab.get_by_role("slider", name="start, in the plot").get_attribute("aria-valuetext")
    w = numbers(start)
    assert w != [10, 3]
    assert after(tab, "millionth after ") == needed(w, rate, beta)
    assert tab.evaluate("[model.alpha, model.beta, model.w1, model.w2]") == [rate, beta, *w]


def test_momentum_by_touch(browser, site):
    with new_page(browser, has_touch=True, viewport={"width": 360, "height": 700}) as page:
        opened(page, f"{site}momentum.html")
        ruler = page.get_by_role("slider", name="ruler in the plot: rate and memory")
        ruler.scroll_into_view_if_needed()
        at = ruler.locator(".ring").bounding_box()
        x, y = at["x"] + at["width"] / 2, at["y"] + at["height"] / 2
        touch = page.context.new_cdp_session(page)
        for kind, points in (
            ("touchStart", [{"x": x, "y": y}]),
            ("touchMove", [{"x": x + 20, "y": y + 40}]),
            ("touchMove", [{"x": x + 40, "y": y + 100}]),
            ("touchEnd", []),
        ):
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        rate, beta = value(page, RATE), value(page, MEMORY)
        assert rate > 0.015
        assert beta < 0.7
        assert after(page, "millionth after ") == needed([10.0, 3.0], rate, beta)


def test_momentum_by_keyboard(tab, site):
    """To the place where momentum is at its best, of which the lecture has the formula."""
    opened(tab, f"{site}momentum.html")
    root = np.sqrt(20)
    best = ((root - 1) / (root + 1)) ** 2
    ruler = tab.get_by_role("slider", name="ruler in the plot: rate and memory")
    while value(tab, MEMORY) > best:
        ruler.press("ArrowDown")
    box(tab, RATE).fill(str(round((1 - np.sqrt(best)) ** 2, 4)))
    rate, beta = value(tab, RATE), value(tab, MEMORY)
    assert after(tab, "valley it .*? keeps ") == pytest.approx(np.sqrt(best), abs=0.03)
    steps = after(tab, "millionth after ")
    assert steps == needed([10.0, 3.0], rate, beta)
    assert steps < needed([10.0, 3.0], 2 / 21, 0.0) / 2
    ruler.press("ArrowRight")
    assert value(tab, RATE) == pytest.approx(1.05 * rate, rel=1e-2)


# --- range test ---------------------------------------------------------------------------------------------

TRAINED, LENGTH = "rate of the training", "steps of the test"


def bowl_losses(rates):
    """Expected losses, by the spread of a start and of every push of the noise."""
    squares, losses = np.array([4.0, 0.49]), []
    for rate in rates:
        factors = [optimizers.gd_step(1.0, curvature, lr=rate)[0] for curvature in (1.0, 10.0)]
        squares = np.square(factors) * squares + (0.1 * rate) ** 2
        losses.append(squares @ [1.0, 10.0] / 2)
    return np.array(losses)


def lowest(n):
    rates = 1e-3 * 1e3 ** (np.arange(n) / (n - 1))
    return rates[np.argmin(bowl_losses(rates))]


def test_range_test_by_keyboard(tab, site):
    opened(tab, f"{site}range_test.html")
    for n in (20, 100, 400):
        box(tab, LENGTH).fill(str(n))
        assert after(tab, "steps is lowest at ") == pytest.approx(lowest(n), rel=5e-3)
        assert ("and beyond it" in said(tab)) == (lowest(n) > 0.2)
    handle = tab.get_by_role("slider", name=f"{TRAINED}, in the plot")
    for _ in range(5):
        handle.press("ArrowRight")
    rate = value(tab, TRAINED)
    assert rate == pytest.approx(0.02 * 1.05**5, rel=0.02)
    assert after(tab, "comes down from 4.45 to ") == pytest.approx(bowl_losses([rate] * 60)[-1], rel=5e-3)


def test_range_test_by_mouse(tab, site):
    opened(tab, f"{site}range_test.html")
    handle = tab.get_by_role("slider", name=f"{TRAINED}, in the plot")
    for dx in (80, 100):
        drag(tab, handle, dx, 0)
        rate = value(tab, TRAINED)
        end = bowl_losses([rate] * 60)[-1]
        assert after(tab, "explodes, to " if rate > 0.2 else "from 4.45 to ") == pytest.approx(end, rel=5e-3)
    assert rate > 0.2


# --- difference step ----------------------------------------------------------------------------------------

STEP = "step ε = 10 to the power"


def cells(page: Page) -> list[list[str]]:
    """The rows of the table, without the names in front."""
    rows = page.locator(f"{WIDGET} tbody tr").all()
    return [row.locator("td").all_inner_texts() for row in rows]


def slope(exponent, method="central", dtype=np.float64):
    one = np.ones(1, dtype=dtype)
    numerical = numerical_gradient(lambda x: x[0] * x[0] * x[0], one, method=method, eps=10.0**exponent)
    return float(numerical[0])


def test_difference_step_by_keyboard(tab, site):
    """Every digit of the table is that of numpy, down to where nothing is left of the slope."""
    opened(tab, f"{site}difference_step.html")
    assert cells(tab)[-1] == [f"{slope(-2):.16f}"]
    for _ in range(4):
        box(tab, STEP).press("ArrowDown")
    assert cells(tab)[-1] == [f"{slope(-6):.16f}"]
    assert after(tab, "round-off ") == pytest.approx(abs(slope(-6) - 3 - 1e-12), rel=0.05)
    assert "right to 11 digits" in said(tab)
    tab.get_by_label("difference", exact=True).select_option("forward")
    slider(tab, STEP).press("End")
    slider(tab, STEP).press("ArrowLeft")
    assert after(tab, "Truncation is ") == pytest.approx(0.31)
    tab.get_by_label("numbers", exact=True).select_option("single")
    for exponent in (-4, -7, -8):
        box(tab, STEP).fill(str(exponent))
        box(tab, STEP).press("Enter")
        assert cells(tab)[-1] == [f"{slope(exponent, 'forward', np.float32):.8f}"]
    assert "Nothing is left of the slope" in said(tab)
    assert tab.evaluate("[model.exponent, model.method, model.precision]") == [-8, "forward", "single"]


def test_difference_step_by_mouse(tab, site):
    opened(tab, f"{site}difference_step.html")
    handle = tab.get_by_role("slider", name="step ε, in the plot")
    drag(tab, handle, -300, 0)
    exponent = int(value(tab, STEP))
    assert exponent < -5
    assert handle.get_attribute("aria-valuetext").startswith("ε = 10⁻")
    assert cells(tab)[-1] == [f"{slope(exponent):.16f}"]


# --- double descent -----------------------------------------------------------------------------------------

DEGREE, EXAMPLES = "degree of the polynomial", "examples m"


def parts(degree, m, l2=0.0):
    """Those of the error, over noises that have the mean and the covariance of all noise."""
    grid, x, k = np.linspace(0, 1, 101), (np.arange(m) + 0.5) / m, np.arange(degree + 1)
    old, new = (chebvander(2 * places - 1, degree) / np.maximum(k, 1) for places in (x, grid))
    y = np.sin(2 * np.pi * x) + 0.3 * np.sqrt(m) * np.concatenate([np.eye(m), -np.eye(m)])
    weights = ridge(np.broadcast_to(old, (2 * m, *old.shape)), y, l2=l2)
    return decompose(weights @ new.T, np.sin(2 * np.pi * grid), noise=0.3**2)


def shown_parts(page):
    """Variance and sum of the table."""
    ((variance, _, total),) = cells(page)
    return numbers(variance) + numbers(total)


def test_double_descent_by_keyboard(tab, site):
    opened(tab, f"{site}double_descent.html")
    for degree, m in ((19, 20), (19, 15), (100, 20), (3, 20)):
        box(tab, DEGREE).fill(str(degree))
        box(tab, EXAMPLES).fill(str(m))
        assert shown_parts(tab) == pytest.approx([parts(degree, m).variance, parts(degree, m).mse], rel=5e-3)
        assert ("As many weights as examples" in said(tab)) == (degree == m - 1)
    assert after(tab, "Squared bias ") == pytest.approx(parts(3, 20).bias_squared, rel=0.02)
    box(tab, DEGREE).fill("19")
    box(tab, DEGREE).press("Enter")
    tab.get_by_label("penalty λ").select_option("10⁻⁴")
    held = parts(19, 20, 1e-4)
    assert shown_parts(tab) == pytest.approx([held.variance, held.mse], rel=5e-3)
    assert after(tab, "it would be ") == pytest.approx(parts(19, 20).mse, rel=5e-3)
    assert tab.evaluate("[model.degree, model.m, model.penalty]") == [19, 20, "10⁻⁴"]


def test_double_descent_by_mouse(tab, site):
    """Over the peak, and down on the other side."""
    opened(tab, f"{site}double_descent.html")
    handle = tab.get_by_role("slider", name=f"{DEGREE}, in the plot")
    seen = [parts(3, 20).mse]
    for dx in (70, 150):
        drag(tab, handle, dx, 0)
        degree = int(value(tab, DEGREE))
        assert shown_parts(tab)[1] == pytest.approx(parts(degree, 20).mse, rel=5e-3)
        seen.append(parts(degree, 20).mse)
    assert seen[0] < seen[2] < seen[1]


# --- thinned networks ---------------------------------------------------------------------------------------

INPUTS, OFFSET = np.array([0.9, -0.4, 0.7, 1.2, -0.8, 0.5, 0.3, 0.6]), -0.2


def averages_of_networks(p, size):
    masks = np.concatenate(list(dropout.all_masks(8)))
    outputs = 1 / (1 + np.exp(-size * (masks @ INPUTS + OFFSET)))
    one_pass = dropout.nwgm_logistic(size * INPUTS, np.ones(8), p, b=size * OFFSET)
    return [dropout.mask_probabilities(masks, p) @ outputs, one_pass, one_pass]


def outputs_shown(page):
    return [float(output) for output, _ in cells(page)]


def test_thinned_networks_by_keyboard(tab, site):
    opened(tab, f"{site}thinned_networks.html")
    box(tab, "size of the weights").fill("8")
    for p, decided in ((0.5, ["yes", "yes", "yes"]), (0.1, ["no", "yes", "yes"])):
        box(tab, "keep probability p").fill(str(p))
        assert outputs_shown(tab)[:3] == pytest.approx(averages_of_networks(p, 8), abs=5e-5)
        assert [decision for _, decision in cells(tab)[:3]] == decided
    assert "on different sides of ½" in said(tab)
    for name in ("+0.9", "+1.2"):
        tab.get_by_role("checkbox", name=name).press("Space")
    kept = np.array([0, 1, 1, 0, 1, 1, 1, 1])
    assert outputs_shown(tab)[3] == pytest.approx(1 / (1 + np.exp(-8 * (kept @ INPUTS + OFFSET))), abs=5e-5)
    assert tab.evaluate("[model.size, model.p, model.mask]") == [8, 0.1, 0b11110110]


def test_thinned_networks_by_mouse(tab, site):
    opened(tab, f"{site}thinned_networks.html")
    for label, share in (("size of the weights", 0.8), ("keep probability p", 0.3)):
        place = slider(tab, label).bounding_box()
        tab.mouse.click(place["x"] + share * place["width"], place["y"] + place["height"] / 2)
    tab.get_by_text("−0.8").click()
    size, p = value(tab, "size of the weights"), value(tab, "keep probability p")
    assert (size, p) != (0.5, 0.5)
    assert outputs_shown(tab)[:3] == pytest.approx(averages_of_networks(p, size), abs=5e-5)
    assert not tab.get_by_role("checkbox", name="−0.8").is_checked()


# --- batch neighbours ---------------------------------------------------------------------------------------

OWN, BATCH = "z of one example", "examples in the batch, m"


def outputs(z, m):
    """Of a batch in training: of the one that is moved, of the lowest and of the highest other."""
    batch = np.concatenate([[z], np.linspace(-np.sqrt(3), np.sqrt(3), m - 1) if m > 2 else [0.0]])
    out = batchnorm_forward(batch[:, None], [1.0], [0.0])[0][:, 0]
    return [out[0], out[1], out[-1]]


def in_training(page):
    (_, own, _), (_, others, _) = cells(page)
    return numbers(own) + numbers(others)


def test_batch_neighbours_by_keyboard(tab, site):
    opened(tab, f"{site}batch_neighbours.html")
    assert in_training(tab) == pytest.approx(outputs(0.5, 8), abs=5e-3)
    slider(tab, OWN).press("End")
    assert value(tab, OWN) == 10
    assert in_training(tab) == pytest.approx(outputs(10, 8), abs=5e-3)
    assert after(tab, r"√\(m − 1\) = ") == pytest.approx(np.sqrt(7), abs=5e-3)
    narrow = np.ptp(outputs(10, 8)[1:]) / (2 * np.sqrt(3))
    assert after(tab, "squeezed to ") == pytest.approx(100 * narrow, abs=0.5)
    box(tab, BATCH).fill("2")
    box(tab, OWN).fill("-0.3")
    box(tab, OWN).press("Enter")
    assert in_training(tab) == pytest.approx([-1, 1], abs=1e-3)
    assert "nothing is left but which of them is larger" in said(tab)
    assert tab.evaluate("[model.z, model.m]") == [-0.3, 2]


def test_batch_neighbours_by_mouse(tab, site):
    opened(tab, f"{site}batch_neighbours.html")
    drag(tab, tab.get_by_role("slider", name=f"{OWN}, in the plot"), -120, 30)
    z = value(tab, OWN)
    assert z < -2
    assert in_training(tab) == pytest.approx(outputs(z, 8), abs=5e-3)


# --- in JupyterLab ------------------------------------------------------------------------------------------


def test_every_lecture_has_one_widget_with_a_still_figure():
    found = []
    for path in lectures():
        cells = [cell for cell in read(path).cells if "widget(" in cell.source]
        (cell,) = cells
        found += re.findall(r'^widgets\.widget\("(\w+)"\)$', cell.source, re.MULTILINE)
        assert is_widget(cell)
        (still,) = cell.outputs
        assert still.data["text/html"].startswith(f'<figure data-widget="{found[-1]}">\n<img ')
    assert tuple(found) == NAMES


@pytest.fixture(scope="module")
def lab(jupyterlab: Callable[..., Lab], tmp_path_factory: pytest.TempPathFactory) -> Lab:
    folder = tmp_path_factory.mktemp("moving")
    cells = [new_code_cell("from advsec.widgets import widget", id="import")]
    cells += [new_code_cell(f'{name} = widget("{name}")\n{name}', id=name) for name in NAMES]
    cells += [new_code_cell('print("n is", memory.n)', id="value")]
    cells += [new_code_cell("memory.n = 19", id="set")]
    nbformat.write(new_notebook(cells=cells, metadata=METADATA), folder / "moving.ipynb")
    return jupyterlab(folder)


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_in_jupyterlab_it_moves_and_kernel_and_figure_tell_each_other(page, lab, theme):
    off = requests_off(page)
    lab.open(page, "moving.ipynb")
    jupyter.execute(page, "apputils:change-theme", theme=theme)
    for name in ("import", *NAMES):
        jupyter.run(page, name)
        if name == "import":
            continue
        cell = jupyter.cell(page, name)
        cell.locator(f"{WIDGET} .says").wait_for()
        # Others' parts of the page are left out.
        cell.evaluate(f"cell => cell.querySelector('{WIDGET}').id = 'looked-at-{name}'")
        assert axe(page, f"#looked-at-{name}") == []
        assert is_dark(cell.locator(WIDGET)) == theme.endswith("Dark")
    cell = jupyter.cell(page, "memory")
    handle = cell.get_by_role("slider", name=f"{WINDOW}, slider")
    handle.focus()
    before = page.evaluate("jupyterapp.shell.currentWidget.content.activeCellIndex")
    for _ in range(3):
        handle.press("ArrowUp")
    assert page.evaluate("jupyterapp.shell.currentWidget.content.activeCellIndex") == before
    assert cell.get_by_role("spinbutton", name=WINDOW).input_value() == "13"
    assert (
        f"{100 * averages.window_influence(0.9, 13):.1f} % of the weight"
        in cell.locator(".says").inner_text()
    )
    # What was moved reaches the kernel when it has nothing else to do.
    patience = time.monotonic() + 60
    while "n is 13" not in (says := jupyter.run(page, "value").inner_text()):
        assert time.monotonic() < patience, says
    jupyter.run(page, "set")
    window = cell.get_by_role("spinbutton", name=WINDOW)
    page.wait_for_function("box => box.value === '19'", arg=window.element_handle())
    # By now the cell may be out of sight, where JupyterLab hides it.
    assert cell.locator(".says").text_content().startswith("All four questions")
    assert off == []
