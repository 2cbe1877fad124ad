"""What holds for every page: axe finds nothing, no JavaScript is needed, nothing goes sideways on a phone, and a stranger sees none."""

from __future__ import annotations

import pytest

from tests.browser import chromium
from tests.browser.areas import PAGES, REFUSED


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_no_violation(page, name):
    assert chromium.opened(page, PAGES[name]) == 200
    page.wait_for_load_state("networkidle")
    assert chromium.violations(page) == []


def test_axe_finds_no_violation_where_something_is_refused(browser, site, member):
    with chromium.visit(browser, site, storage_state=member) as visitor:
        page = visitor.new_page()
        for address, status in REFUSED.values():
            assert chromium.opened(page, address) == status
            assert chromium.violations(page) == []


def test_axe_finds_no_violation_where_one_signs_in(browser, site):
    with chromium.visit(browser, site) as visitor:
        page = visitor.new_page()
        assert chromium.opened(page, "/sign-in/") == 200
        assert chromium.violations(page) == []


@pytest.mark.parametrize("name", PAGES)
def test_without_javascript_a_page_says_the_same(browser, site, member, name):
    with chromium.visit(browser, site, storage_state=member, java_script_enabled=False) as visitor:
        page = visitor.new_page()
        assert chromium.opened(page, PAGES[name]) == 200
        assert page.get_by_role("heading", level=1).count() == 1
        figures = page.locator("figure").count()
        assert page.locator("figure .panels svg[role=img]").count() >= figures
        assert page.locator("figure details table").count() == figures
        assert page.locator("figure figcaption").count() == figures


@pytest.mark.parametrize("name", PAGES)
def test_on_a_phone_nothing_goes_sideways(browser, site, member, name):
    with chromium.visit(browser, site, storage_state=member, viewport=chromium.PHONE) as visitor:
        page = visitor.new_page()
        page.goto(PAGES[name])
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= chromium.PHONE["width"]


@pytest.mark.parametrize("name", PAGES)
def test_a_stranger_is_asked_to_sign_in(browser, site, name):
    with chromium.visit(browser, site) as visitor:
        page = visitor.new_page()
        page.goto(PAGES[name])
        assert page.url.startswith(f"{site}/sign-in/?next=")
