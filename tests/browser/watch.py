"""What is wrong with a page, as lists that should be empty."""

from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page


SERIOUS = ("serious", "critical")
HERE = ("127.0.0.1", "localhost", "[::1]")
# What names no other machine.
WITHOUT_HOST = ("data:", "blob:", "about:", "file:", "chrome-error:")
# What builds the site brings an extension for JupyterLite, which JupyterLab finds and cannot load.
OF_JUPYTERLITE = "Shared module @jupyterlite/services doesn't exist in shared scope"


def console_errors(page: Page) -> list[str]:
    """Errors that the page writes to the console or does not catch, from now on."""
    errors: list[str] = []

    def note(text: str) -> None:
        if OF_JUPYTERLITE not in text:
            errors.append(text)

    page.on("console", lambda said: note(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: note(str(error)))
    return errors


def requests_off(page: Page, origin: str | None = None) -> list[str]:
    """Addresses off this machine that the page asks for from now on, or, if one is given, off an origin."""
    asked: list[str] = []

    def note(address: str) -> None:
        if not address.startswith(WITHOUT_HOST) and not _is_here(address, origin):
            asked.append(address)

    page.context.on("request", lambda request: note(request.url))
    page.on("websocket", lambda socket: note(socket.url))
    return asked


def _is_here(address: str, origin: str | None) -> bool:
    scheme, _, rest = address.partition("://")
    place = rest.partition("/")[0]
    if origin is not None:
        return place == origin.partition("://")[2].partition("/")[0]
    return scheme in ("http", "https", "ws", "wss") and place.rpartition(":")[0] in HERE


def axe(
    page: Page, within: str | None = None, without: tuple[str, ...] = (), only: tuple[str, ...] = ()
) -> list[str]:
    """Serious and critical findings of axe, each with the first element that it is about.

    `within` is a selector of the part that is looked at; of `without` nothing is told, which is for what
    others have written. `only` are the rules to go by, if not all of them.
    """
    context = {key: value for key, value in {"include": within, "exclude": list(without)}.items() if value}
    options = {"runOnly": {"type": "rule", "values": list(only)}} if only else None
    found = Axe().run(page, context=context or None, options=options).response["violations"]
    return [
        f"{each['id']}: {each['help']} ({len(each['nodes'])} times, such as {each['nodes'][0]['html'][:300]})"
        for each in found
        if each["impact"] in SERIOUS
    ]


def images_without_alt(page: Page, within: str = "body") -> list[str]:
    """Images that have no words for who cannot see them, and are not said to be mere decoration."""
    return page.locator(within).evaluate_all(
        """parts => parts.flatMap(part => [...part.querySelectorAll("img")])
            .filter(image => !image.closest('[aria-hidden="true"], [role="presentation"]'))
            .filter(image => !(image.getAttribute("alt") ?? "").trim())
            .map(image => image.outerHTML.slice(0, 300))"""
    )


def script_ran(page: Page, path: Path) -> bool:
    """Whether a script of a stranger, which sets `window.pwned`, ran on a page, opened and touched."""
    page.goto(path.as_uri(), wait_until="load")
    page.mouse.move(200, 200)
    for _ in range(3):
        page.keyboard.press("Tab")
    return page.evaluate("'pwned' in window")
