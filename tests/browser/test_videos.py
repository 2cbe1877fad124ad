"""The pages of videos, by clicking: the list, one video, what-if, the planner, and the light and dark look."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser import chromium

pytestmark = pytest.mark.xdist_group("videos")  # they share a server


def test_a_list_is_filtered_while_one_types_and_keeps_its_address(page):
    page.goto("/videos/")
    before = page.locator("tbody tr").count()
    title = page.locator("tbody th").first.inner_text()
    page.get_by_label("Title").press_sequentially(title)
    expect(page.locator("tbody tr")).to_have_count(1)
    assert before == 25
    assert "q=" in page.url
    page.reload()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.locator("tbody a").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def test_the_next_page_goes_on_where_the_first_ends(page):
    page.goto("/videos/?order=views")
    first = page.locator("tbody th").all_inner_texts()
    page.get_by_role("button", name="Next page").click()
    expect(page.locator("tbody th").first).not_to_have_text(first[0])
    assert not set(page.locator("tbody a").evaluate_all("links => links.map((link) => link.href)")) & set(first)


def test_the_list_is_downloaded_whole(page, tmp_path):
    page.goto("/videos/?format=short")
    said = page.locator("#list p").first.inner_text()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as CSV").click()
    path = Path(download.value.path())
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    assert said.startswith(f"{len(rows)} videos")


def test_a_video_is_forecast_anew_by_a_button(page):
    page.goto("/videos/150/")
    made = page.get_by_role("region", name="Every forecast made of it").locator("tbody tr")
    before = made.count()
    page.get_by_role("button", name="Forecast it now").click()
    expect(page.get_by_role("status").first).to_contain_text("was forecast from what is known now")
    expect(made).to_have_count(before + 1)


def test_a_what_if_answers_beside_the_video_and_says_what_it_is_not(page):
    page.goto("/videos/150/")
    page.get_by_label("Weekday").select_option("Saturday")
    expect(page.locator("#what-if")).to_contain_text("Association only, not a cause.")
    assert page.url.endswith("/videos/150/")


def test_why_a_forecast_is_what_it_is_comes_a_moment_later(page):
    page.goto("/videos/150/")
    why = page.get_by_role("figure").filter(has=page.get_by_role("heading", name="Why this number"))
    expect(why.locator(".canvas")).to_be_visible()
    why.get_by_text("The same as a table").click()
    expect(why.get_by_role("table")).to_be_visible()


def test_a_series_is_hidden_and_shown_by_its_name_and_a_point_says_its_value(page):
    page.goto("/videos/120/")
    fan = page.locator("figure").first
    counted = fan.get_by_role("button", name="counted")
    marks = fan.locator(".canvas path")
    before = marks.count()
    counted.click()
    expect(counted).to_have_attribute("aria-pressed", "false")
    assert marks.count() < before
    counted.click()
    expect(counted).to_have_attribute("aria-pressed", "true")
    box = fan.locator(".canvas").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator(".told li").first).to_have_text(re.compile(r"by day \d+"))


def test_a_plan_is_forecast_as_its_fields_change(page):
    page.goto("/planner/")
    page.get_by_label("Title").fill("Ten tomatoes")
    page.get_by_label("Length").fill("6:00")
    page.get_by_role("button", name="Forecast it").click()
    views = page.locator("#plan .card").first
    expect(views).to_contain_text("Views after 30 days")
    before = views.inner_text()
    page.get_by_label("Format").select_option("short")
    expect(views).not_to_have_text(before)
    page.get_by_role("link", name="channel-000").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("When to publish")


def test_the_look_is_chosen_once_and_kept_and_needs_no_later_script(page):
    chromium.without_its_later_scripts(page).goto("/videos/120/")
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    light = page.evaluate(ground)
    page.get_by_role("button", name="Switch between the light and the dark look").click()
    dark = page.evaluate(ground)
    assert light != dark
    page.goto("/videos/")
    assert page.evaluate(ground) == dark


def test_the_whole_list_can_be_walked_with_the_keyboard(page):
    page.goto("/videos/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Title")).to_be_focused()


def test_the_first_page_fills_itself(page):
    page.goto("/")
    for name in ("This month", "Outside their normal range", "Early warnings"):
        part = page.get_by_role("region", name=name, exact=True)
        expect(part).not_to_contain_text("…", timeout=30_000)
        assert len(part.inner_text()) > len(name) + 20


def test_going_back_shows_the_whole_page_again(page):
    page.goto("/videos/")
    title = page.locator("tbody th").first.inner_text()
    page.get_by_label("Title").press_sequentially(title)
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_label("Order").select_option("views")
    page.wait_for_url("**order=views**")
    page.go_back()
    page.wait_for_url(lambda address: "order=views" not in address)
    expect(page.get_by_role("heading", level=1)).to_have_text("Videos")
    page.get_by_role("link", name="Planner").click()
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Videos")
    expect(page.get_by_role("navigation", name="Areas")).to_be_visible()


def visited(browser, site, member, address):
    """A page of somebody who signed in, which may go wrong."""
    visitor = chromium.visit(browser, site, storage_state=member)
    page = visitor.new_page()
    page.goto(address)
    return visitor, page


def test_what_is_refused_is_said_where_the_answer_would_be(browser, site, member):
    visitor, page = visited(browser, site, member, "/videos/")
    with visitor:
        page.locator("select[name=order] option[value=views]").evaluate("option => { option.value = 'luck' }")
        page.get_by_label("Order").select_option("luck")
        expect(page.locator("#list").get_by_role("alert")).to_contain_text("Found 'luck'.")
        expect(page.locator("#list tbody")).to_have_count(0)
        expect(page).to_have_title("Videos · Foreview")
        page.get_by_label("Order").select_option("revenue")
        expect(page.locator("#list tbody tr").first).to_be_visible()


def test_a_session_that_has_ended_leads_to_signing_in_and_not_into_a_part(browser, site, member):
    visitor, page = visited(browser, site, member, "/videos/")
    with visitor:
        visitor.clear_cookies(name="sessionid")
        page.get_by_label("Format").select_option("short")
        page.wait_for_url("**/sign-in/?next=/videos/")
        expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
