"""Settings and alerts by clicking: a key, somebody invited who comes in, a password changed, an alert acknowledged."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import chromium

pytestmark = pytest.mark.xdist_group("settings")  # they share a server

PASSWORD = "nine tomatoes in a row"
OTHER = "ten pears under a tree"


def make_key(page: Page, name: str) -> None:
    page.goto("/settings/keys/")
    page.get_by_label("What it is for").fill(name)
    page.get_by_role("button", name="Make the key").click()
    page.locator("#secret").wait_for()


def test_a_key_is_made_copied_used_and_revoked(page, site):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site)
    make_key(page, "an export")
    secret = page.locator("#secret").inner_text()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == secret
    asked = {"headers": {"Authorization": f"Bearer {secret}"}}
    assert page.request.get("/api/v1/videos", **asked).status == 200
    page.get_by_role("link", name="Revoke an export").click()
    page.get_by_role("button", name="Revoke it").wait_for()
    assert chromium.violations(page) == []
    page.get_by_role("button", name="Revoke it").click()
    expect(page.get_by_role("status")).to_contain_text("opens nothing any more")
    assert page.request.get("/api/v1/videos", **asked).status == 401


def test_a_key_is_copied_before_the_later_scripts_have_come(page, site):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site)
    make_key(chromium.without_its_later_scripts(page), "early")
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()


def test_where_a_browser_gives_no_clipboard_no_button_says_that_it_copies(page):
    page.add_init_script("Object.defineProperty(Navigator.prototype, 'clipboard', {value: undefined})")
    make_key(page, "by hand")
    expect(page.get_by_role("button", name="Copy")).to_be_hidden()


def test_what_only_screen_readers_are_told_in_a_wide_table_moves_no_page_sideways(page):
    page.set_viewport_size(chromium.PHONE)
    make_key(page, "the nightly export of all that was earned")
    expect(page.locator("td .unseen").first).to_be_attached()
    assert page.evaluate("document.documentElement.scrollWidth") <= chromium.PHONE["width"]


def test_somebody_is_invited_comes_in_and_is_let_go(browser, site, page):
    page.goto("/settings/people/")
    page.get_by_label("Name, as at signing in").fill("ann")
    page.get_by_label("channel-001").check()
    page.get_by_role("button", name="Invite").click()
    address = page.locator("#address").inner_text()
    with chromium.visit(browser, site) as visitor:
        ann = visitor.new_page()
        ann.goto(address)
        assert chromium.violations(ann) == []
        ann.get_by_label("New password", exact=True).fill(PASSWORD)
        ann.get_by_label("New password confirmation").fill(PASSWORD)
        ann.get_by_role("button", name="Set it").click()
        expect(ann.get_by_role("status")).to_have_text("Your password is set. Sign in with it.")
        chromium.sign_in(ann, "ann", PASSWORD)
        ann.goto("/settings/password/")
        ann.get_by_label("Old password").fill(PASSWORD)
        ann.get_by_label("New password", exact=True).fill(OTHER)
        ann.get_by_label("New password confirmation").fill(OTHER)
        ann.get_by_role("button", name="Change it").click()
        expect(ann.get_by_role("status")).to_contain_text("Your password is changed.")
        page.get_by_role("link", name="ann", exact=True).click()
        page.get_by_label("Role").select_option("analyst")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("status")).to_have_text("ann is now analyst of channel-001.")
        page.get_by_role("link", name="Remove from channel-001").click()
        page.get_by_role("button", name="Remove").click()
        expect(page.get_by_role("status")).to_have_text("ann sees channel-001 no more.")
        page.get_by_role("button", name="Let sign in no more").click()
        page.get_by_role("heading", name="Let ann sign in no more?").wait_for()
        page.get_by_role("button", name="Let sign in no more").click()
        ann.goto("/settings/")
        assert "/sign-in/" in ann.url


@pytest.fixture
def alert(site, tmp_path_factory):
    """An alert that stands, written beside the site as its worker would."""
    databases = Path(tmp_path_factory.getbasetemp()).glob("site*/data/foreview.sqlite3")
    database = max(databases, key=lambda path: path.parent.stat().st_ctime)  # of this module: the last one made
    with sqlite3.connect(database, timeout=30) as connection:
        connection.execute(
            "INSERT INTO downloader_alert (kind, subject, text, evidence, raised_at, last_seen_at, acknowledged_by, note) "
            "VALUES ('coverage', 'views_7d', 'Too few lay inside.', '{}', '2026-01-01', '2026-01-01', '', '')"
        )
    return "views_7d"


def test_an_alert_is_acknowledged(page, alert):
    page.goto("/alerts/")
    page.get_by_label("What was done about it").fill("trained again")
    page.get_by_role("button", name=f"Acknowledge {alert}").click()
    expect(page.get_by_text("No alert stands")).to_be_visible()
