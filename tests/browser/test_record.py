"""The track record, and the link that shows it to somebody without an account."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser import chromium

pytestmark = pytest.mark.xdist_group("record")  # they share a server


def test_the_record_is_read_by_target(page):
    page.goto("/track-record/")
    expect(page.locator("figure[data-live]")).to_have_count(4)
    page.locator("select[name=target]").select_option("views after 7 days")
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(re.compile("target=views_7d"))
    expect(page.get_by_role("heading", name="Forecast against outcome")).to_be_visible()


def test_a_miss_leads_to_its_video(page):
    page.goto("/track-record/?target=views_7d")
    link = page.get_by_role("region", name="Misses worth reading").get_by_role("link").first
    title = link.inner_text()
    link.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def test_a_link_is_made_opened_by_a_stranger_and_revoked(browser, site, page):
    page.goto("/track-record/")
    page.get_by_role("link", name="Share this page by a link").click()
    page.get_by_label("For whom").fill("a sponsor")
    page.get_by_label("these alone").check()
    page.get_by_label("channel-001").check()
    page.get_by_role("button", name="Make the link").click()
    address = page.locator("#address").inner_text()
    with chromium.visit(browser, site) as visitor:
        stranger = visitor.new_page()
        wrong = chromium.watched(stranger)
        stranger.goto(address)
        expect(stranger.get_by_role("heading", level=1)).to_have_text("Track record")
        expect(stranger.locator("figure[data-live]").first).to_be_visible()
        expect(stranger.get_by_role("navigation")).to_have_count(0)
        assert chromium.violations(stranger) == []
        page.get_by_role("link", name="Revoke the link for a sponsor").click()
        page.get_by_role("button", name="Revoke it").wait_for()
        assert chromium.violations(page) == []
        page.get_by_role("button", name="Revoke it").click()
        expect(page.get_by_role("status")).to_have_text("The link for a sponsor opens nothing any more.")
        assert wrong == []
        stranger.reload()
        expect(stranger.get_by_role("heading", level=1)).to_have_text("This link opens nothing")
