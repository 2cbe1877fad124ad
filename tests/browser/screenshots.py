"""Pictures of every page: ``python -m tests.browser.screenshots [FOLDER]``."""

from __future__ import annotations

import sys
import tempfile
from itertools import product
from pathlib import Path
from typing import Final

from playwright.sync_api import Page

from tests.browser import chromium
from tests.browser.areas import PAGES
from tests.browser.site import CHECKOUT, seed, serving

SCREENS: Final = {"desk": chromium.DESK, "phone": chromium.PHONE}
README: Final = CHECKOUT / "docs" / "images"
BEST: Final = {"videos": "light", "video": "light", "record": "dark", "models-release": "dark"}
"""Pages that the README shows, and in which look: the top of each, as it stands on a desk."""
ADDRESSES: Final = {**PAGES, "video": "/videos/470/", "video-with-outcome": "/videos/440/"}
"""The tests' pages in a demo of the usual size: one video that is forecast, and one that has come to its end."""


def main(folder: Path) -> None:
    """Write one PNG a page, screen and theme, and renew those of the README."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data:
        seed(Path(data))
        with serving(Path(data)) as address, chromium.started() as browser:
            for screen, theme in product(SCREENS, chromium.THEMES):
                with chromium.visit(browser, address, viewport=SCREENS[screen], color_scheme=theme) as visitor:
                    take(visitor.new_page(), folder, f"{screen}-{theme}")


def take(page: Page, folder: Path, kind: str) -> None:
    """Take a picture of every page, whole."""
    chromium.sign_in(page)
    for name, at in ADDRESSES.items():
        page.goto(at)
        page.wait_for_load_state("networkidle")
        page.screenshot(path=folder / f"{name}-{kind}.png", full_page=True)
        if kind == f"desk-{BEST.get(name)}":
            page.screenshot(path=README / f"{name}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else CHECKOUT / "build" / "screenshots")
