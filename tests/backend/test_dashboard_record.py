"""The track record: what it counts, who sees what of it, and how many questions it asks."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone

from downloader.models import Job, JobState, VideoDownload
from downloader.services.record import _read
from tests.backend.api_calls import video
from tests.backend.records import forecast, outcome, person, two_channels

pytestmark = [pytest.mark.django_db, pytest.mark.dialect]
URL = "/track-record/"


def test_a_member_of_one_channel_reads_nothing_of_another():
    two_channels()
    mary = person("mary", "hens", role="viewer")
    page = mary.get(URL).content.decode()
    assert "Hen 0" in page
    assert "A fox" not in page
    assert "90,000" not in page
    assert "90k" not in page
    assert re.search(r"<p class=\"figure-big\">3</p><p class=\"range\">forecasts of 3 videos", page)
    assert "Outcomes of 3 videos are known so far. That is few" in page


def test_a_superuser_reads_of_all_channels():
    two_channels()
    page = person("root", superuser=True).get(URL).content.decode()
    assert page.index("A fox") < page.index("Hen 0")
    assert re.search(r"<p class=\"figure-big\">4</p><p class=\"range\">forecasts of 4 videos", page)


def test_a_miss_says_how_far_beyond_its_interval_it_lay_and_leads_to_its_video():
    of = video("hens", title="Hen 0")
    forecast(of, 5_000.0)
    page = person("mary", "hens").get(URL).content.decode()
    assert f'<a href="/videos/{of.pk}/">Hen 0</a>' in page
    assert "× 4.75 above" in page


def test_without_a_miss_it_says_so():
    forecast(video("hens"), 150.0)
    assert "No outcome lay outside its 95 % interval." in person("mary", "hens").get(URL).content.decode()


def test_what_is_still_open_is_counted_and_no_figure_is_invented():
    forecast(video("hens"), None)
    page = person("mary", "hens").get(URL).content.decode()
    assert "1 forecast is written down, and its outcome is still to come" in page
    assert "<figure" not in page


def test_an_empty_ledger_has_a_page():
    assert "There is no forecast like that yet." in person("mary", "hens").get(URL).content.decode()


def test_it_is_read_by_format_target_and_release():
    forecast(video("hens", title="Old hen"), 5_000.0, release="r1")
    forecast(video("hens", title="New hen"), 5_000.0, release="r2", format="long")
    mary = person("mary", "hens")
    assert "New hen" not in mary.get(URL, {"release": "r1"}).content.decode()
    assert "Old hen" not in mary.get(URL, {"format": "long"}).content.decode()
    assert "There is no forecast like that yet." in mary.get(URL, {"target": "revenue_30d"}).content.decode()


@pytest.mark.parametrize("wrong", [{"target": "likes"}, {"format": "square"}, {"release": "r9"}])
def test_what_is_no_choice_is_refused_with_the_choices(wrong):
    answer = person("mary", "hens").get(URL, wrong)
    assert answer.status_code == 400
    assert next(iter(wrong.values())) in answer.content.decode()


def test_a_release_that_only_forecast_for_others_is_none():
    forecast(video("foxes"), 150.0, release="r7")
    assert person("mary", "hens").get(URL, {"release": "r7"}).status_code == 400


def test_a_video_that_is_gone_is_told_of_without_its_title():
    of = video("hens", title="Hen 0")
    forecast(of, 5_000.0)
    VideoDownload.objects.all().delete()
    page = person("mary", "hens").get(URL).content.decode()
    assert "a short video" in page
    assert "Hen 0" not in page


def test_it_says_when_the_ledger_was_checked_and_what_was_found():
    forecast(video("hens"), 150.0)
    mary = person("mary", "hens")
    assert "not checked yet" in mary.get(URL).content.decode()
    ended = {"kind": "verify_ledger", "finished_at": timezone.now()}
    Job.objects.create(state=JobState.SUCCEEDED, **ended)
    assert '<p class="figure-big">holds</p>' in mary.get(URL).content.decode()
    Job.objects.create(
        state=JobState.FAILED, error={"rule": "row 7 was changed"}, **ended | {"finished_at": timezone.now()}
    )
    page = mary.get(URL).content.decode()
    assert '<p class="figure-big">does not hold</p>' in page
    assert "row 7 was changed" in page


@pytest.mark.parametrize("videos", [1, 3])
def test_it_asks_as_many_questions_whatever_it_holds(django_assert_num_queries, videos):
    two_channels(videos)
    mary = person("mary", "hens", role="viewer")
    _read.cache_clear()  # another test wrote the very same ledger
    with django_assert_num_queries(9):
        mary.get(URL)
    with django_assert_num_queries(7):  # the ledger is read once as long as it does not grow
        mary.get(URL)


def test_what_was_written_into_the_ledger_is_seen_at_once():
    of, mary = video("hens"), person("mary", "hens")
    forecast(of, None)
    assert "1 forecast is written down" in mary.get(URL).content.decode()
    outcome(of, 5_000.0)
    assert "× 4.75 above" in mary.get(URL).content.decode()
