"""Widgets are small, self-contained modules, and compute what `advsec` computes.

JavaScript and numpy both compute in binary64, but add up in another order and have each their own `pow`.
Results differ in the last digits: by about the number of operations times 1e-16, and 1e-10 leaves room.
"""

import re
import subprocess

import numpy as np
import pytest

from advsec import averages
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
