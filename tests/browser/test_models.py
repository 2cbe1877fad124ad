"""Models and experiments by clicking: train, promote against the gate, roll back, examine, compare, begin an experiment and stop it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser import chromium

pytestmark = pytest.mark.xdist_group("models")  # they share a server

MINUTES = 60_000
TRAINING_MS = 4 * MINUTES
VERSION = re.compile(r"\d{4}-\d\d-\d\d-[0-9a-f]{12}")


@pytest.fixture(scope="module")
def candidate(browser, site, member) -> str:
    """A release that was trained by clicking, while the page showed how far it was."""
    with chromium.visit(browser, site, storage_state=member) as visitor:
        page = visitor.new_page()
        wrong = chromium.watched(page)
        page.goto("/models/")
        page.get_by_role("button", name="Train now").click()
        expect(page.get_by_role("status")).to_contain_text("A training was asked for")
        expect(page.locator(".job progress")).to_be_visible(timeout=MINUTES)
        # Nobody loads the page again: it renews the part, and itself when the job has ended.
        promote = page.get_by_role("link", name="Promote")
        expect(promote).to_be_visible(timeout=TRAINING_MS)
        expect(page.locator(".job").first).to_contain_text("succeeded")
        assert wrong == []
        return version_in(promote)


def version_in(place: Locator) -> str:
    found = VERSION.search(place.text_content() or "")
    assert found is not None
    return found.group()


def serving(page) -> str:
    page.goto("/models/serving/")
    return version_in(page.get_by_role("heading", level=1))


def accessible(page) -> None:
    page.wait_for_load_state("networkidle")
    assert chromium.violations(page) == []


def test_an_experiment_is_begun_looked_at_and_stopped(page, candidate):
    page.goto("/experiments/")
    page.get_by_label("Name").fill("spring")
    page.get_by_label("Challenger of").select_option(candidate)
    page.get_by_label("Why").fill("to see whether newer is better")
    page.get_by_label("Decides after").fill("30")
    page.get_by_label("Ends at").fill("200")
    page.get_by_role("button", name="Begin the experiment").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Experiment spring")
    expect(page.locator("main")).to_contain_text("No video of which both made a forecast has matured yet.")
    expect(page.locator("main")).to_contain_text("decides from 30 on, ends at 200")
    accessible(page)
    page.get_by_label("Why").fill("enough seen")
    page.get_by_role("button", name="Stop the experiment").click()
    expect(page.get_by_role("status")).to_have_text("spring was stopped; it decides nothing.")
    expect(page.locator(".lead")).to_contain_text("stopped")
    page.goto("/experiments/")
    expect(page.get_by_role("row", name="spring")).to_contain_text("enough seen")


def test_a_candidate_is_promoted_against_the_gate_and_rolled_back(page, candidate):
    before = serving(page)
    page.goto("/models/")
    page.get_by_role("link", name=f"Promote {candidate}").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Promote {candidate}?")
    expect(page.locator("main")).to_contain_text("It is not let through.")
    expect(page.locator("main")).to_contain_text("A release is judged on videos that it was not trained on")
    accessible(page)
    page.get_by_label("Why it is to serve").fill("it knows the last weeks")
    page.get_by_label("Let it serve although the gate says no").check()
    page.get_by_label("Why the gate is wrong here").fill("nothing has matured since")
    page.get_by_role("button", name="Promote against the gate").click()
    expect(page.get_by_role("status")).to_have_text(
        f"{candidate} serves from now on. The next forecasts are made by it."
    )
    expect(page.locator("main")).to_contain_text("it knows the last weeks; against the gate: nothing has matured since")
    assert serving(page) == candidate
    page.goto("/models/")
    page.get_by_role("button", name="Roll back…").click()
    expect(page.locator(".lead")).to_contain_text(f"{before} would serve again")
    accessible(page)
    page.get_by_label("Why").fill("only a test")
    page.get_by_role("button", name="Roll back").click()
    expect(page.get_by_role("status")).to_contain_text(f"{before} serves from now on.")
    assert serving(page) == before


def test_two_releases_are_compared_and_what_is_not_comparable_is_said(page, candidate):
    page.goto("/models/")
    page.get_by_label("Other").select_option(candidate)
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Two releases side by side")
    expect(page.locator(".notice")).to_contain_text("Their errors are not comparable")
    assert page.get_by_role("columnheader", name=candidate).count() == 1
    accessible(page)


def test_a_release_is_examined_on_later_videos(page):
    page.goto("/models/serving/?target=views_7d")
    expect(page.locator("main")).to_contain_text("Not examined yet.")
    page.get_by_role("button", name="Examine on later videos").click()
    expect(page.locator(".job")).to_contain_text("succeeded", timeout=TRAINING_MS)
    page.goto("/models/serving/?target=views_7d")
    for title in ("Do the intervals hold what they promise?", "What the features are worth"):
        expect(page.get_by_role("heading", name=title)).to_be_visible()
    accessible(page)


def test_a_job_is_cancelled(page):
    page.goto("/models/")
    page.get_by_role("button", name="Train now").click()
    page.locator(".job").first.get_by_role("link").first.click()
    page.get_by_role("button", name="Cancel this job").wait_for()
    assert chromium.violations(page) == []
    page.get_by_role("button", name="Cancel this job").click()
    expect(page.locator(".job")).to_contain_text("cancelled", timeout=2 * MINUTES)
    page.goto("/jobs/?state=cancelled")
    expect(page.get_by_role("row", name="train cancelled")).to_be_visible()


def test_tuning_that_has_too_few_videos_says_how_many_it_needs(page):
    page.goto("/models/")
    page.get_by_label("Trials").fill("2")
    page.get_by_role("button", name="Tune").click()
    expect(page.locator(".job", has_text="tune")).to_contain_text(
        "Tuning needs at least 100 videos", timeout=2 * MINUTES
    )
    expect(page.locator(".job", has_text="tune")).to_contain_text(
        "Train with the defaults until the history is longer."
    )
