"""What every browser test stands on: one seeded site for those that read, a copy for a module that writes, and Chromium."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect

from tests.browser import chromium
from tests.browser.site import SMALL, copied, seed

expect.set_options(timeout=chromium.PATIENCE_MS)


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo in a folder, made once for all workers of this run."""
    shared = tmp_path_factory.getbasetemp()
    shared = shared.parent if os.environ.get("PYTEST_XDIST_WORKER") else shared
    folder = shared / "seeded"
    with (shared / "seeded.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            seed(folder, *SMALL)
            (folder / "done").touch()
    return folder


@pytest.fixture(scope="module")
def site(seeded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a site of this module alone, with a server and a worker."""
    with copied(seeded, tmp_path_factory.mktemp("site") / "data") as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium; without it these tests are skipped on a desk, and fail where CI is set."""
    if chromium.executable() is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is not installed. On Debian: apt-get install chromium")
        pytest.skip("Chromium is not installed. On Debian: apt-get install chromium")
    with chromium.started() as found:
        yield found


@pytest.fixture(scope="module")
def member(browser: Browser, site: str) -> StorageState:
    """The cookies of somebody who signed in as the demo's user."""
    with chromium.visit(browser, site) as visitor:
        chromium.sign_in(visitor.new_page())
        return visitor.storage_state()


@pytest.fixture
def page(browser: Browser, site: str, member: StorageState) -> Iterator[Page]:
    """A page of the demo's user; whatever goes wrong on it fails the test."""
    with chromium.visit(browser, site, storage_state=member) as visitor:
        opened = visitor.new_page()
        wrong = chromium.watched(opened)
        yield opened
        assert wrong == []
