"""What a lecture on the site weighs, and when its first text is seen on a slow machine.

A page is opened from a server on this machine, with nothing in the browser's cache. Counted is what is sent
before anybody scrolls: the page, styles, scripts, fonts and the figures in sight; all figures, most of which
come when they are seen, are counted apart. Then the same with a processor that is four times slower than this
one. Other load on the machine slows the second number down, never the first.

    python -m tests.bench.weights ADDRESS ...     weigh other pages alike, such as those of d2l or distill

Those can be weighed only where there is a network: what their repositories hold is not what is sent.
"""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import NamedTuple

from playwright.sync_api import Browser

from tests.browser.conftest import BROWSERS, launched
from tests.browser.servers import static_site
from tests.notebooks import lectures


ROOT = Path(__file__).parents[2]
SITE = ROOT / ".site" / "html"
SLOWER = 4
RUNS = 3
ASKED_MB, ASKED_SECONDS = 1.5, 1.0
FIRST_TEXT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"


class Weight(NamedTuple):
    """Bytes on the wire, without compression, and seconds."""

    page: int
    figures: int
    first_text: float


def main() -> None:
    print("Lectures on the site: what is sent before anybody scrolls, and when the first text is seen")
    if not (SITE / "index.html").is_file():
        subprocess.run([sys.executable, "-m", "website"], cwd=ROOT, check=True)
    if not any(map(shutil.which, BROWSERS)):
        sys.exit("  not measured: no chromium is installed; `make test-browser` sees to it")
    with launched() as browser, static_site(SITE) as address:
        for path in lectures():
            weight = weigh(browser, f"{address}lectures/{path.stem}.html", SITE / "figures" / path.stem)
            sizes = (
                f"{weight.page / 1e6:5.2f} MB, and {weight.figures / 1e6:4.2f} MB of figures as they are seen"
            )
            print(f"  {path.stem:25} {sizes}; first text after {weight.first_text:.2f} s at 1/{SLOWER} speed")
    print(f"  asked: at most {ASKED_MB} MB without figures that come later, and {ASKED_SECONDS:g} s")
    print("  not weighed: pages of d2l and distill, which need a network; tests/bench/weights.py says how")


def weigh_others(addresses: list[str]) -> None:
    """The same of any page, from wherever its server is."""
    with launched() as browser:
        for address in addresses:
            sent, seconds = sum(bytes_sent(browser, address)), first_text(browser, address)
            print(f"  {address}: {sent / 1e6:.2f} MB; first text after {seconds:.2f} s at 1/{SLOWER} speed")


def weigh(browser: Browser, address: str, figures: Path) -> Weight:
    sent = sum(bytes_sent(browser, address))
    return Weight(
        sent, sum(each.stat().st_size for each in figures.glob("*.png")), first_text(browser, address)
    )


def bytes_sent(browser: Browser, address: str) -> Iterator[int]:
    """The size of each answer until the page is at rest."""
    context = browser.new_context(viewport={"width": 1300, "height": 1000})
    page, answers = context.new_page(), []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(address, wait_until="networkidle")
    yield from (len(answer.body()) for answer in answers if answer.ok)
    context.close()


def first_text(browser: Browser, address: str) -> float:
    """Seconds until the browser paints the first text; the median of some runs."""
    return median(_first_text(browser, address) for _ in range(RUNS))


def _first_text(browser: Browser, address: str) -> float:
    context = browser.new_context(viewport={"width": 1300, "height": 1000})
    page = context.new_page()
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(address, wait_until="load")
    page.wait_for_function(f"{FIRST_TEXT} !== null")
    seconds = page.evaluate(FIRST_TEXT) / 1000
    context.close()
    return float(seconds)


if __name__ == "__main__":
    weigh_others(sys.argv[1:])
