"""The pages of a report: nothing that a stranger wrote runs or loads, and all of it fits the screen."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.autograder.test_report import ATTACKS, BEACON, FLAGS, a_result, flags_of, hostile, page_of, write
from tests.browser import watch


class Beacon(ThreadingHTTPServer):
    """Somewhere for pages to call; remembers who asked for what."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), BeaconHandler)
        self.asked: list[str] = []
        self.address = f"http://127.0.0.1:{self.server_port}/beacon"


class BeaconHandler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def beacon():
    with Beacon() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_no_page_runs_or_loads_anything(page, beacon, tmp_path):
    attacks = [attack.replace(BEACON, beacon.address) for attack in ATTACKS.values()]
    flags = {attack: flags_of(attack)[attack] for attack in attacks}
    write([hostile(attack) for attack in attacks], tmp_path, flags)
    pages = list(tmp_path.rglob("*.html"))
    assert len(pages) == len(ATTACKS) + 1
    assert [path for path in pages if watch.script_ran(page, path)] == []
    assert beacon.asked == []


@pytest.mark.parametrize("attack", ["script", "event handler", "pixel", "import of a style", "frame"])
def test_the_policy_holds_even_where_something_is_not_escaped(page, beacon, tmp_path, attack):
    attack = ATTACKS[attack].replace(BEACON, beacon.address)
    naive, torn = tmp_path / "naive.html", tmp_path / "torn.html"
    naive.write_text(f"<!DOCTYPE html><meta charset=utf-8><body>{attack}", encoding="utf-8")
    text = page_of(a_result())
    assert text.count("<main>") == 1
    torn.write_text(text.replace("<main>", f"<main>{attack}"), encoding="utf-8")
    assert not watch.script_ran(page, torn)
    assert beacon.asked == []
    assert watch.script_ran(page, naive) or beacon.asked, "the attack is one"


@pytest.mark.parametrize("width", [360, 1400])
def test_pages_fit_the_screen_and_have_their_style(page, tmp_path, width):
    write([a_result(), hostile("x" * 500)], tmp_path, FLAGS | flags_of("x" * 500))
    page.set_viewport_size({"width": width, "height": 800})
    for path in tmp_path.rglob("*.html"):
        page.goto(path.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("getComputedStyle(document.querySelector('main')).paddingTop") == "32px"


def test_the_names_stay_in_sight_on_a_phone(page, tmp_path):
    index = write(
        [a_result("ann"), a_result("a-name-that-is-longer-than-the-screen-is-wide-x@example.org")], tmp_path
    )
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(index.as_uri())
    scrolled = page.evaluate(
        "(table => { table.scrollLeft = 300; return table.scrollLeft })(document.querySelector('.scroll'))"
    )
    assert scrolled > 100, "there is more than fits"
    for name in page.locator(".everybody th:first-child").all():
        box = name.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 180


def test_pages_are_open_to_everybody(page, tmp_path):
    """Contrast, names and order, as axe sees them, and words for every picture."""
    write([a_result(), a_result("ben")], tmp_path, FLAGS)
    errors, off = watch.console_errors(page), watch.requests_off(page)
    for path in sorted(tmp_path.rglob("*.html")):
        page.goto(path.as_uri())
        assert watch.axe(page) == []
        assert watch.images_without_alt(page) == []
    assert errors == []
    assert off == []
