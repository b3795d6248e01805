"""The pictures of the README, taken of what the course really shows: `make pictures`.

A lecture and a panel in JupyterLab, and the page on a class, in the browser that the tests use. They lie in
`docs/pictures/`, with a palette as the figures of the lectures have.
"""

import sys
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser

from tests.autograder.course import ASSIGNMENT, ROOT, make_course, run
from tests.browser import lab, servers
from tests.browser.conftest import launched, new_page


PICTURES = ROOT / "docs" / "pictures"
SIZE = {"width": 1000, "height": 640}
COLORS = 128

# A cell of a lecture, and an answer that is wrong in a way that the catalogue knows.
LECTURE, FIGURE = "notebooks/lectures/02_optimizers.ipynb", "plane-widget"
EXERCISE = "ewma-corrected"
WRONG = """def ewma_corrected(x, beta):
    averages = np.zeros(x.shape)
    average = np.zeros(x.shape[1:])
    for t in range(len(x)):
        average = beta * average + (1 - beta) * x[t]
        averages[t] = average / (1 - beta ** (t + 2))
    return averages"""


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, launched() as browser:
        home, course = Path(folder) / "home", Path(folder) / "course"
        for each in (home, course):
            each.mkdir()
        make_course(course, students=())
        _autograder("release", ASSIGNMENT, course=course)
        with servers.jupyterlab(course, home) as server:
            _keep("lecture", _lecture(browser, server))
            _keep("panel", _panel(browser, server))
        _autograder("demo", ASSIGNMENT, course=course)
        _keep("class", _class(browser, course))


def _autograder(*command: str, course: Path) -> None:
    done = run("autograder", *command, cwd=course)
    if done.returncode:
        sys.exit(f"autograder {' '.join(command)} failed:\n{done.stdout}{done.stderr}")


def _lecture(browser: Browser, server: lab.Lab) -> bytes:
    """A figure that moves, and what it says."""
    with new_page(browser, viewport=SIZE) as page:
        server.open(page, LECTURE)
        lab.execute(page, "application:toggle-left-area")
        lab.run(page, "imports")
        lab.run(page, FIGURE).locator("svg").first.wait_for()
        lab.cell(page, FIGURE, "start").locator("svg").last.scroll_into_view_if_needed()
        return page.screenshot()


def _panel(browser: Browser, server: lab.Lab) -> bytes:
    """An answer and what `check` says of it."""
    with new_page(browser, viewport=SIZE) as page:
        server.open(page, f"handout/{ASSIGNMENT}/assignments/{ASSIGNMENT}/{ASSIGNMENT}.ipynb")
        lab.execute(page, "application:toggle-left-area")
        lab.run(page, "imports")
        lab.write(page, EXERCISE, WRONG)
        lab.run(page, EXERCISE)
        lab.run(page, f"{EXERCISE}-test").first.wait_for()
        lab.cell(page, EXERCISE, "start")
        return page.screenshot()


def _class(browser: Browser, course: Path) -> bytes:
    """Of the page on the sample class, which mistakes were made."""
    (index,) = (course / ".course" / "demo").rglob("index.html")
    with new_page(browser, viewport=SIZE) as page:
        page.goto(f"{index.as_uri()}#misunderstood")
        return page.screenshot()


def _keep(name: str, picture: bytes) -> None:
    path = PICTURES / f"{name}.png"
    Image.open(BytesIO(picture)).convert("RGB").quantize(COLORS).save(path, optimize=True)
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
