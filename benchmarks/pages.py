"""How long pages take with ten thousand videos, and how much they send: in Chromium, served as in production.

``python -m benchmarks.pages`` prints Markdown; ``--videos 480`` tries it on fewer.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Page, Response

from tests.browser import chromium
from tests.browser.areas import PAGES
from tests.browser.site import MANAGE, environment, seed, serving

VISITS: Final = 5
PRODUCTION: Final = {
    "DEBUG": "0",
    "SECRET_KEY": "of a measurement, on this machine alone",
    "ALLOWED_HOSTS": "127.0.0.1",
}
LIBRARY: Final = "charts.js"


def main() -> None:
    """Print the section."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--videos", type=int, default=10_000)
    videos = parser.parse_args().videos
    with tempfile.TemporaryDirectory(prefix="foreview-pages-") as folder:
        data = Path(folder)
        seed(data, "--channels", "20", "--videos", str(videos))
        collect = [sys.executable, MANAGE, "collectstatic", "--noinput"]
        subprocess.run(collect, check=True, env=environment(data) | PRODUCTION, capture_output=True)
        with serving(data, PRODUCTION) as address, chromium.started() as browser:
            _print(videos, browser, address)


def _print(videos: int, browser: Browser, address: str) -> None:
    print(
        f"{videos:,} videos of 20 channels, SQLite, gunicorn with four threads, DEBUG off. Largest Contentful Paint, median of {VISITS} visits and the "
        "longest; kB as sent, with nothing kept in the browser, without the chart library, and of the chart library where the page has charts.\n"
    )
    print("| page | painted [ms] | longest [ms] | sent [kB] | chart library [kB] |\n|---|---|---|---|---|")
    with chromium.visit(browser, address) as visitor:
        page = visitor.new_page()
        chromium.sign_in(page)
        kept = visitor.storage_state()
    for name, at in PAGES.items():
        with chromium.visit(browser, address, storage_state=kept) as visitor:
            page = visitor.new_page()
            sent, library = _sent(page, at)
            painted = [_painted(page, at) for _ in range(VISITS)]
        row = f"{statistics.median(painted):.0f} | {max(painted):.0f} | {sent / 1e3:.0f} | {library / 1e3:.0f}"
        print(f"| {name} | {row} |", flush=True)


def _sent(page: Page, at: str) -> tuple[int, int]:
    """Return the bytes of the first visit, besides the chart library and of it."""
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108  (Playwright writes on the function)
    page.goto(at)
    page.wait_for_load_state("networkidle")
    sizes = [
        (LIBRARY in one.url, sum(one.request.sizes()[part] for part in ("responseBodySize", "responseHeadersSize")))
        for one in answers
    ]
    return sum(size for library, size in sizes if not library), sum(size for library, size in sizes if library)


def _painted(page: Page, at: str) -> float:
    page.goto(at)
    page.wait_for_load_state("networkidle")
    return chromium.largest_paint(page)


if __name__ == "__main__":
    main()
