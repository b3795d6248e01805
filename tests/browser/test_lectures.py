"""The lectures as a reader meets them: in JupyterLab, in a browser, with the settings of the course."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests import notebooks
from tests.browser.conftest import new_page
from tests.browser.lab import Lab
from tests.notebooks import lectures, read


LECTURE = lectures()[0]
every_lecture = pytest.mark.parametrize("lecture", lectures(), ids=lambda path: path.stem)


@pytest.fixture(scope="module")
def lab(jupyterlab: Callable[..., Lab], tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """Serves the lectures as another Python would have saved them."""
    folder = tmp_path_factory.mktemp("lectures")
    for path in lectures():
        text = path.read_text(encoding="utf-8")
        (folder / path.name).write_text(text.replace('"version": "3.', '"version": "2.'), encoding="utf-8")
    # JupyterLab would draw only the cells in sight; a run of all of them is looked at as a whole.
    tracker = folder / ".settings" / "@jupyterlab" / "notebook-extension" / "tracker.jupyterlab-settings"
    tracker.parent.mkdir(parents=True)
    tracker.write_text('{"windowingMode": "none"}')
    return jupyterlab(folder, JUPYTERLAB_SETTINGS_DIR=str(folder / ".settings"))


@pytest.fixture(scope="module")
def first(browser: Browser, lab: Lab) -> Iterator[Page]:
    """The first lecture, opened."""
    with new_page(browser) as page:
        yield opened(page, lab, LECTURE.name)


def opened(page: Page, lab: Lab, name: str) -> Page:
    lab.open(page, name)
    page.get_by_role("group", name="Predict").first.wait_for()
    return page


def code_cell(page: Any, text: str) -> Any:
    cell = page.locator(".jp-CodeCell", has_text=text).first
    cell.scroll_into_view_if_needed()
    return cell


@every_lecture
def test_a_lecture_that_was_only_opened_is_not_marked_as_changed(page, lab, lecture):
    opened(page, lab, lecture.name)
    assert page.locator(".lm-TabBar-tab.jp-mod-current.lm-mod-current").count() == 1
    assert page.locator(".lm-TabBar-tab.jp-mod-current.jp-mod-dirty").count() == 0
    assert page.evaluate(BLANK) == 0


def test_questions_are_framed_and_verdicts_folded(first):
    assert first.get_by_role("group", name="Predict").count() > 0
    verdicts = first.locator(".jp-MarkdownCell details", has_text="Verdict")
    assert verdicts.count() > 0
    assert not any(verdict.get_attribute("open") for verdict in verdicts.all())


def test_an_output_is_out_of_sight_until_its_cell_is_run(first):
    texts = ("import numpy as np", "x = np.array([2.0, 4.0, 9.0, 5.0])", "for start in (0.0, -3.0, 1e6)")
    predicted = code_cell(first, texts[-1])
    assert predicted.locator(".jp-OutputPlaceholder").count() == 1
    assert predicted.locator(".jp-OutputArea-output").count() == 0
    for text in texts:
        code_cell(first, text).locator(".cm-content").click()
        first.keyboard.press("Control+Enter")
    predicted.locator(".jp-OutputArea-output", has_text="1,000,000").wait_for()


def test_a_figure_has_words_for_who_cannot_see_it(first):
    """The notebook is not trusted: JupyterLab leaves of its outputs what cannot do harm."""
    shown = [cell for cell in read(LECTURE).cells if cell.id == "kernels-figure"]
    words = shown[0].outputs[0].data["text/plain"].removeprefix("Figure: ")
    figure = code_cell(first, "plots.kernels([0.5, 0.9, 0.98])").get_by_role("img", name=words)
    figure.wait_for()
    assert figure.evaluate("image => image.naturalWidth") > 1000


def test_a_control_has_a_name(first):
    cell = code_cell(first, 'widgets.widget("memory")')
    cell.locator(".cm-content").click()
    first.keyboard.press("Control+Enter")
    cell.get_by_role("spinbutton", name="memory β").wait_for()


# --- a whole lecture ----------------------------------------------------------------------------------------

RUN_ALL = "() => jupyterapp.commands.execute('notebook:run-all-cells')"
# What is wrong among the outputs of all cells, and of those within a widget.
COMPLAINTS = """() => [...document.querySelectorAll(
    '[data-mime-type="application/vnd.jupyter.error"], [data-mime-type="application/vnd.jupyter.stderr"]'
)].map(output => output.innerText)"""
BLANK = "() => [...document.querySelectorAll('.jp-Notebook img')].filter(image => !image.naturalWidth).length"
# Controls of widgets that a screen reader would call by their kind alone.
NAMELESS = """() => {
    const names = control => [control.ariaLabel, control.title,
        control.matches("button") && control.innerText,
        ...[...control.labels ?? []].map(label => label.innerText)];
    return [...document.querySelectorAll('.jp-OutputArea :is(.jupyter-widgets, .advsec-widget)')]
        .flatMap(widget => [...widget.querySelectorAll('input, select, button, [role=slider]')])
        .filter(control => !names(control).some(name => name && name.trim()))
        .map(control => control.outerHTML);
}"""
KERNEL = "() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.status"


@every_lecture
def test_a_lecture_is_run_as_a_whole_and_every_control_moved_to_both_ends(page, lab, lecture, request):
    if not request.config.getoption("--whole-lectures"):
        pytest.skip("takes minutes; --whole-lectures asks for it")
    tab = opened(page, lab, lecture.name)
    tab.set_default_timeout(600_000)
    tab.evaluate(RUN_ALL)
    assert tab.evaluate(COMPLAINTS) == []
    assert tab.evaluate(NAMELESS) == []
    figures = tab.locator(".jp-Notebook img").count()
    assert tab.evaluate(BLANK) == 0
    moved = 0
    for control in tab.locator(".jp-OutputArea :is(.widget-inline-hbox, .advsec-widget .control)").all():
        moved += move(tab, control)
        assert tab.evaluate(BLANK) == 0
        assert tab.evaluate(COMPLAINTS) == []
    widgets = sum(map(notebooks.is_widget, read(lecture).cells))
    assert moved >= widgets > 0
    assert figures >= widgets


def move(tab: Any, control: Any) -> bool:
    """Try both ends of a number, all of a list, both sides of a switch; whether it is any of these."""
    numbers, lists, switches, handles, buttons = (
        control.locator(kind)
        for kind in ("input[type=number]", "select", "input[type=checkbox]", ".noUi-handle", "button")
    )
    if numbers.count():
        for text in ("-1e9", "1e9"):
            numbers.fill(text)
            numbers.press("Enter")
            wait_until_idle(tab)
    elif lists.count():
        for option in lists.locator("option").all_inner_texts():
            lists.select_option(label=option)
            wait_until_idle(tab)
    elif handles.count():
        for key in ("Home", "End"):
            handles.first.press(key)
            wait_until_idle(tab)
    else:
        for button in [*switches.all() * 2, *buttons.all()]:
            button.click()
            wait_until_idle(tab)
        return switches.count() + buttons.count() > 0
    return True


def wait_until_idle(tab: Any) -> None:
    """Until the kernel has nothing to do, twice in a row: a message may still be on its way."""
    idle = 0
    while idle < 2:
        tab.wait_for_timeout(300)
        idle = idle + 1 if tab.evaluate(KERNEL) == "idle" else 0
