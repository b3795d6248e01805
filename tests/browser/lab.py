"""JupyterLab as a person uses it: open a notebook, find a cell by its grade_id, write it, run it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Locator, Page


# Finds a cell of the notebook in front by its grade_id, or by its id.
FIND = """name => {
    const notebook = jupyterapp.shell.currentWidget.content;
    const index = notebook.widgets.findIndex(
        ({model}) => model.getMetadata("nbgrader")?.grade_id === name || model.id === name);
    if (index < 0) throw new Error(`there is no cell ${name}`);
    return index;
}"""
# Formgrader's page of one submission: what is entered before it has fetched the marks is not heard.
MARKING = "() => window.formgrader?.grades?.loaded && formgrader.comments?.loaded"
KERNEL = "() => jupyterapp.shell.currentWidget.sessionContext.session?.kernel?.status"


@dataclass(frozen=True)
class Lab:
    """A JupyterLab that is running: where, who may in, which folder it serves, and whose home it has."""

    address: str
    token: str
    folder: Path
    home: Path

    def url(self, path: str = "lab") -> str:
        return f"{self.address}{quote(path)}?token={self.token}"

    def open(self, page: Page, path: str) -> None:
        """Open a file of the folder, in JupyterLab and nothing else; a notebook with its kernel."""
        page.goto(f"{self.url(f'lab/tree/{path}')}&reset")
        if path.endswith(".ipynb"):
            page.wait_for_selector(".jp-Notebook .jp-Cell")
            page.wait_for_function(f"{KERNEL.removeprefix('() => ')} === 'idle'")


def execute(page: Page, command: str, **arguments: Any) -> Any:
    """Run a command of JupyterLab, and wait until it is done."""
    return page.evaluate(
        "async ([command, args]) => { await jupyterapp.commands.execute(command, args) }",
        [command, arguments],
    )


def cell(page: Page, name: str, where: str = "center") -> Locator:
    """The cell with a grade_id, in sight: in the "center" of the window or at its "start"."""
    index = page.evaluate(f"name => {{ const find = {FIND}; return find(name) }}", name)
    page.evaluate(
        "([index, where]) => jupyterapp.shell.currentWidget.content.scrollToItem(index, where)",
        [index, where],
    )
    found = page.locator(f'.jp-Notebook [data-windowed-list-index="{index}"]')
    found.wait_for()
    return found


def source(page: Page, name: str) -> str:
    return page.evaluate(
        f"name => {{ const find = {FIND};"
        " return jupyterapp.shell.currentWidget.content.widgets[find(name)].model.sharedModel.source }",
        name,
    )


def write(page: Page, name: str, text: str) -> None:
    """Put a text into a cell."""
    page.evaluate(
        f"([name, text]) => {{ const find = {FIND};"
        " jupyterapp.shell.currentWidget.content.widgets[find(name)].model.sharedModel.setSource(text) }",
        [name, text],
    )


def run(page: Page, name: str) -> Locator:
    """Run a cell, and wait until it is done; its outputs."""
    page.evaluate(
        f"""async name => {{
            const find = {FIND};
            jupyterapp.shell.currentWidget.content.activeCellIndex = find(name);
            await jupyterapp.commands.execute("notebook:run-cell");
        }}""",
        name,
    )
    return cell(page, name).locator(".jp-OutputArea-output")


def run_all(page: Page) -> None:
    """Run the notebook until its end, or until a cell fails."""
    execute(page, "notebook:run-all-cells")


def save(page: Page) -> None:
    execute(page, "docmanager:save")
