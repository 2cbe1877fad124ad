"""Data: from somebody's own export to its forecast, and back; a regime."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import chromium

pytestmark = pytest.mark.xdist_group("data")  # they share a server

MOST_CLICKS = 5


def export(folder: Path, videos: int, name: str = "Table data.csv") -> Path:
    """What YouTube Studio exports: a row of totals, then a row a video, here one a week, the youngest two days old."""
    now = datetime.now(UTC)
    rows = ["Content,Video title,Video publish time,Duration,Views,Likes,Estimated revenue (USD)", "Total,,,,99999,,12"]
    for n in range(videos):
        at = now - timedelta(days=2 + 7 * n)
        rows.append(
            f'{name[:3]}{n:08},Tomatoes {n},"{at:%b} {at.day}, {at.year}",{45 + 60 * n},{900 + 130 * n},{30 + n},{n}'
        )
    path = folder / name
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def clicks(browser, site):
    """A page of somebody who has never been here, on which every click is counted, that on the chooser of files too."""
    with chromium.visit(browser, site) as visitor:
        visitor.expose_function("clicked", lambda: counted.append(1))
        visitor.add_init_script(
            "addEventListener('click', (event) => { if (event.isTrusted) clicked(); }, {capture: true})"
        )
        counted: list[int] = []
        page = visitor.new_page()
        wrong = chromium.watched(page)
        yield page, counted
        assert wrong == []


def test_the_forecast_of_the_own_export_is_five_clicks_away(clicks, tmp_path):
    page, counted = clicks
    page.goto("/")
    page.get_by_label("Password").fill("demo")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Data", exact=True).click()
    with page.expect_file_chooser() as chooser:
        page.locator("#file").click()
    chooser.value.set_files(export(tmp_path, 12))
    page.get_by_role("button", name="Import and forecast").click()
    expect(page.get_by_role("status")).to_have_text("Table data.csv is imported. 12 videos are forecast.")
    page.get_by_role("link", name="Tomatoes 0").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tomatoes 0")
    expect(page.get_by_role("heading", name="Views after 30 days")).to_be_visible()
    expect(page.locator(".range").first).to_contain_text("80 %:")
    assert len(counted) == MOST_CLICKS


def looked_at(page: Page, path: Path) -> None:
    page.goto("/data/")
    page.locator("#file").set_input_files(path)
    page.get_by_role("button", name="Import and forecast").wait_for()


def test_an_import_is_taken_back_after_a_question(page, tmp_path):
    looked_at(page, export(tmp_path, 2, "back.csv"))
    assert chromium.violations(page) == []
    page.get_by_role("button", name="Import only").click()
    page.get_by_role("button", name="Take it back").wait_for()
    assert chromium.violations(page) == []
    page.get_by_role("button", name="Take it back").click()
    page.get_by_role("heading", name="Take back back.csv?").wait_for()
    assert chromium.violations(page) == []
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_role("status")).to_have_text("back.csv is taken back: everything is as it was.")


def test_many_videos_are_forecast_by_a_job_that_the_page_follows(page, tmp_path):
    looked_at(page, export(tmp_path, 101, "many.csv"))
    page.get_by_role("button", name="Import and forecast").click()
    expect(page.get_by_text("The job is done.")).to_be_visible(timeout=90_000)
    expect(page.get_by_role("button", name="Forecast them again")).to_be_visible()


def test_a_file_is_looked_at_before_the_later_scripts_have_come(page, tmp_path):
    looked_at(chromium.without_its_later_scripts(page), export(tmp_path, 2, "early.csv"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("early.csv")


def test_without_javascript_there_is_a_button(browser, site, member, tmp_path):
    with chromium.visit(browser, site, storage_state=member, java_script_enabled=False) as visitor:
        page = visitor.new_page()
        page.goto("/data/")
        page.locator("#file").set_input_files(export(tmp_path, 3, "plain.csv"))
        page.get_by_role("button", name="Look at it").click()
        page.get_by_role("button", name="Import and forecast").click()
        expect(page.get_by_role("status")).to_have_text("plain.csv is imported. 3 videos are forecast.")


def test_a_regime_is_entered_after_a_look_at_what_it_concerns(page):
    page.goto("/data/regimes/")
    page.get_by_label("Name").fill("tiktok-short-2026")
    page.get_by_label("Platform").fill("tiktok")
    page.get_by_label("First day").fill("2026-03-01")
    page.get_by_label("Where it was announced").fill("their blog")
    page.get_by_role("button", name="Look at what it concerns").click()
    page.get_by_role("button", name="Enter it").wait_for()
    assert chromium.violations(page) == []
    page.get_by_role("button", name="Enter it").click()
    expect(page.get_by_role("rowheader", name="tiktok-short-2026")).to_be_visible()
