"""Chromium as the tests drive it: a page that reports every error, and axe on it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Literal

from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

from tests.browser.site import CHECKOUT

AXE: Final = CHECKOUT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
DESK: Final = {"width": 1280, "height": 900}
PHONE: Final = {"width": 390, "height": 844}
PATIENCE_MS: Final = 90_000
"""A machine that does much else at the same time loads what forecasts in no less than half a minute."""
_QUIET: Final = ("background-networking", "component-update", "sync", "quic", "gpu")
Theme = Literal["light", "dark"]
THEMES: Final[tuple[Theme, ...]] = ("light", "dark")


def executable() -> Path | None:
    """Return where Chromium is: ``CHROMIUM``, else the usual names; None where there is none."""
    names = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    return None if found is None else Path(found)


@contextmanager
def started() -> Iterator[Browser]:
    """Start Chromium without a window."""
    arguments = ["--no-sandbox", "--no-first-run", *(f"--disable-{name}" for name in _QUIET)]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=arguments)
        yield browser
        browser.close()


def visit(browser: Browser, address: str, **options: Any) -> BrowserContext:
    """Return a new visitor of the site at ``address`` who has not signed in."""
    visitor = browser.new_context(**{"base_url": address, "viewport": DESK, **options})
    visitor.set_default_timeout(PATIENCE_MS)
    return visitor


def without_its_later_scripts(page: Page) -> Page:
    """Return the page as it is before the scripts that may come late have come: they never come."""
    page.route("**/pages.js", lambda route: route.abort("aborted"))
    return page


def sign_in(page: Page, name: str = "demo", password: str = "demo") -> None:
    """Sign in by the form."""
    page.goto("/sign-in/")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Sign out").wait_for()
    page.wait_for_load_state()


def opened(page: Page, address: str) -> int:
    """Go to an address and return the status of the answer."""
    answer = page.goto(address)
    assert answer is not None
    return answer.status


def largest_paint(page: Page) -> float:
    """Return when the largest part of the page was painted [ms after the request]: its Largest Contentful Paint so far."""
    asked = """() => new Promise((told) => new PerformanceObserver((seen) => told(seen.getEntries().at(-1).startTime))
        .observe({type: "largest-contentful-paint", buffered: true}))"""
    return float(page.evaluate(asked))


def watched(page: Page) -> list[str]:
    """Return a list to which everything is added that goes wrong on the page, the Content-Security-Policy included."""
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("requestfailed", lambda request: wrong.append(f"failed: {request.url}") if _lost(request) else None)
    page.on("response", lambda answer: wrong.append(f"{answer.status}: {answer.url}") if answer.status >= 500 else None)
    return wrong


def _lost(request: Request) -> bool:
    """Return whether a request failed otherwise than by being left for another page."""
    return request.failure != "net::ERR_ABORTED"


def violations(page: Page) -> list[str]:
    """Return what axe-core finds wrong on the page, in either theme, a line each."""
    # Evaluated through the debugger, which the Content-Security-Policy of the page does not concern.
    page.evaluate(AXE.read_text(encoding="utf-8"))
    asked = "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"
    found = []
    for theme in THEMES:
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # a colour on its way is none of the theme
        nodes = [(one["id"], node) for one in page.evaluate(asked) for node in one["nodes"]]
        found += [f"{theme}: {rule}: {node['target']} {node['failureSummary']}" for rule, node in nodes]
    return found
