"""All panels of all catalogues in JupyterLab: at twice the size, light and dark, by keyboard alone.

`python -m tests.browser.panels FOLDER` writes the same notebooks, for people to look at.
"""

import re
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, Page

from autograder.exercises import ASSIGNMENT_NAMES, load
from tests.browser import panels
from tests.browser.conftest import new_page
from tests.browser.lab import Lab, execute


PANEL = ".jp-OutputArea-output > div[style*=border-left]"
# What sticks out of its panel to the right, where a reader does not look for more.
STICKING_OUT = """panels => panels.flatMap(panel => {
    const right = panel.getBoundingClientRect().right + 1;
    const inside = [...panel.querySelectorAll("*")];
    const out = inside.filter(each => each.getBoundingClientRect().right > right);
    return out.slice(-1).map(each => each.outerHTML.slice(0, 200));
})"""

# Words whose colour is too near to what is behind them, and edges that nobody sees; each kind once.
FAINT = """panels => {
    const brightness = colour => {
        const [red, green, blue] = colour.match(/[\\d.]+/g).map(each => each / 255)
            .map(each => each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4);
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const contrast = (one, other) => {
        const [dark, bright] = [brightness(one), brightness(other)].sort((a, b) => a - b);
        return (bright + 0.05) / (dark + 0.05);
    };
    const behind = element => {
        for (let each = element; each; each = each.parentElement) {
            const { backgroundColor } = getComputedStyle(each);
            if (!/^rgba\\(.*, 0\\)$/.test(backgroundColor)) return backgroundColor;
        }
        throw new Error("there is nothing behind it");
    };
    const found = new Set();
    const note = (element, what, colour, least) => {
        const ground = behind(element);
        if (contrast(colour, ground) < least)
            found.add(`${what} ${element.localName} ${colour} on ${ground}`);
    };
    for (const panel of panels) {
        note(panel, "edge of", getComputedStyle(panel).borderLeftColor, 3);
        for (const each of [panel, ...panel.querySelectorAll("*")])
            if ([...each.childNodes].some(({ nodeType, data }) => nodeType === 3 && data.trim()))
                note(each, "words of", getComputedStyle(each).color, 4.5);
    }
    return [...found];
}"""
# What no keyboard reaches: what is cut off and scrolls, and what answers to a mouse, without a focus.
OUT_OF_REACH = """panels => panels.flatMap(panel => [panel, ...panel.querySelectorAll("*")])
    .filter(each => each.tabIndex < 0)
    .filter(each => each.matches("a, button, input, select, summary, [onclick], [title]")
        || getComputedStyle(each).overflowX !== "visible" && each.scrollWidth > each.clientWidth + 1)
    .slice(-3).map(each => each.outerHTML.slice(0, 200))"""
# Links and the like that nobody sees that they are on.
FOCUS_UNSEEN = """panels => panels.flatMap(panel => [...panel.querySelectorAll("*")])
    .filter(each => each.tabIndex >= 0)
    .filter(each => {
        each.focus({ focusVisible: true });
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(each);
        return document.activeElement !== each
            || (outlineStyle === "none" || outlineWidth === "0px") && boxShadow === "none";
    })
    .slice(-3).map(each => each.outerHTML.slice(0, 200))"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The notebooks, and what they link to."""
    made = tmp_path_factory.mktemp("panels")
    (made / "README.md").write_text("# Linked")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of wrong formulas, which divide by zero
        for name in ASSIGNMENT_NAMES:
            nbformat.write(panels.notebook(load(name)), made / f"{name}.ipynb")
    return made


@pytest.fixture(scope="module")
def lab(folder: Path, jupyterlab: Callable[..., Lab], tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """It draws all cells of a notebook, those out of sight too."""
    settings = tmp_path_factory.mktemp("settings")
    tracker = settings / "@jupyterlab" / "notebook-extension" / "tracker.jupyterlab-settings"
    tracker.parent.mkdir(parents=True)
    tracker.write_text('{"windowingMode": "none"}')
    return jupyterlab(folder, JUPYTERLAB_SETTINGS_DIR=str(settings))


@pytest.fixture(scope="module")
def enlarged(browser: Browser) -> Iterator[Page]:
    """A window of 1300 x 1000 at 200 %."""
    with new_page(browser, viewport={"width": 650, "height": 500}, device_scale_factor=2) as page:
        yield page


def opened(page: Page, lab: Lab, name: str) -> None:
    """Open the panels of an assignment, and wait for the last one."""
    page.goto(f"{lab.url(f'lab/tree/{name}.ipynb')}&reset")
    cells = nbformat.read(lab.folder / f"{name}.ipynb", as_version=4).cells
    count = sum(len(cell.outputs) for cell in cells)
    page.wait_for_function(
        "([panel, count]) => document.querySelectorAll(panel).length === count", arg=[PANEL, count]
    )


def test_no_result_has_more_digits_than_anybody_reads(folder: Path) -> None:
    """A call that was tried has all of them, so that who pastes it sees the same."""
    outputs = [
        output
        for path in folder.glob("0*.ipynb")
        for cell in nbformat.read(path, as_version=4).cells
        for output in cell.outputs
    ]
    lines = [line for output in outputs for line in output.data["text/plain"].splitlines()]
    assert len(outputs) > 2000
    assert [line for line in lines if re.search(r"\d\.\d{9,}", line) and "tried:" not in line] == []


@pytest.mark.parametrize("name", ASSIGNMENT_NAMES)
def test_every_panel_can_be_read_at_twice_the_size_light_and_dark_and_by_keyboard(
    enlarged: Page, lab: Lab, name: str
) -> None:
    opened(enlarged, lab, name)
    shown = enlarged.locator(PANEL)
    assert shown.evaluate_all(STICKING_OUT) == []
    assert shown.evaluate_all(OUT_OF_REACH) == []
    assert shown.evaluate_all(FOCUS_UNSEEN) == []
    for theme, is_light in (("JupyterLab Light", "true"), ("JupyterLab Dark", "false")):
        execute(enlarged, "apputils:change-theme", theme=theme)
        enlarged.wait_for_selector(f"body[data-jp-theme-light={is_light}]", state="attached")
        assert shown.evaluate_all(FAINT) == [], theme


def test_what_is_faint_or_out_of_reach_would_be_found(page: Page) -> None:
    """Of each kind one, beside one that is as it should be."""
    page.set_content(
        """<body style="background:#fff"><div style="border-left:4px solid #eee;color:#999">faint</div>
        <div style="border-left:4px solid #777;color:#333">
        <p style="width:20px;overflow:hidden">unreachable</p>
        <a href="#x" style="outline:none">unseen</a></div></body>"""
    )
    shown = page.locator("div")
    faint = ["edge of div rgb(238, 238, 238) on rgb(255, 255, 255)"]
    faint.append("words of div rgb(153, 153, 153) on rgb(255, 255, 255)")
    assert [each for each in shown.evaluate_all(FAINT) if " a " not in each] == faint
    assert [each[:9] for each in shown.evaluate_all(OUT_OF_REACH)] == ["<p style="]
    assert [each[:9] for each in shown.evaluate_all(FOCUS_UNSEEN)] == ['<a href="']
