"""The admin, as a user sees it."""

from __future__ import annotations

import shutil

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from downloader.models import ImportRun, MLPrediction, Promotion, Release, VideoDownload
from downloader.services.ml_prediction_service import MLPredictionService
from tests.backend.published import promoted, published

pytestmark = pytest.mark.django_db


@pytest.fixture
def video() -> VideoDownload:
    return VideoDownload.objects.create(title="Test Video", duration=45, is_short=True)


def test_a_selected_video_is_forecast_and_listed_with_its_interval(admin_client, video):
    url = reverse("admin:downloader_videodownload_changelist")
    page = admin_client.post(url, {"action": "forecast_selected", "_selected_action": [video.pk]}, follow=True)
    assert "1 forecast saved." in page.content.decode()
    forecast = MLPrediction.objects.get()
    low, high = forecast.interval("views_30d", 80)
    listed = admin_client.get(reverse("admin:downloader_mlprediction_changelist")).content.decode()
    assert f"{forecast.predicted_views_30d:,.0f} ({low:,.0f} to {high:,.0f}) views" in listed


def test_a_damaged_release_is_said_and_not_thrown(admin_client, video, releases):
    shutil.rmtree(releases / promoted(8).version)
    url = reverse("admin:downloader_videodownload_changelist")
    page = admin_client.post(url, {"action": "forecast_selected", "_selected_action": [video.pk]}, follow=True)
    assert "A release is a folder of the store" in page.content.decode()
    assert not MLPrediction.objects.exists()


def test_forecasts_can_be_looked_at_but_not_changed(admin_client, video):
    forecast = MLPredictionService().predict_video_performance(video.pk)
    url = reverse("admin:downloader_mlprediction_change", args=[forecast.pk])
    assert "80 % intervals" in admin_client.get(url).content.decode()
    assert admin_client.post(url, {"predicted_views_30d": 1}).status_code == 403
    assert admin_client.get(reverse("admin:downloader_mlprediction_add")).status_code == 403


def test_the_list_of_videos_asks_as_often_for_three_as_for_one(admin_client, django_assert_num_queries):
    url = reverse("admin:downloader_videodownload_changelist")
    for item_count in (1, 3):
        VideoDownload.objects.all().delete()
        VideoDownload.objects.bulk_create(VideoDownload(title=f"video {n}") for n in range(item_count))
        with django_assert_num_queries(9):
            admin_client.get(url)


def test_a_video_opens_with_what_was_observed_of_it(admin_client, video):
    page = admin_client.get(reverse("admin:downloader_videodownload_change", args=[video.pk])).content.decode()
    assert "Video analytics" in page or "video analytics" in page.lower()


# Releases and the ledger.


def act(client, action: str, *releases: Release, reason: str = "") -> str:
    url = reverse("admin:downloader_release_changelist")
    said = {"action": action, "_selected_action": [release.pk for release in releases], "reason": reason}
    page: str = client.post(url, said, follow=True).content.decode()
    return page


def test_releases_are_listed_with_the_champion_named_as_one(admin_client):
    promoted(1)
    published(2)
    page = admin_client.get(reverse("admin:downloader_release_changelist")).content.decode()
    assert page.count('<td class="field-standing">champion</td>') == 1
    assert page.count('<td class="field-standing">candidate</td>') == 1


def test_a_release_is_promoted_against_the_gate_and_rolled_back_with_a_reason(admin_client):
    first, second = promoted(1), published(2)
    assert "none has an outcome yet" in act(admin_client, "promote_selected", second, reason="newer")
    assert "has a reason" in act(admin_client, "promote_selected_against_the_gate", second)
    assert f"{second} serves." in act(admin_client, "promote_selected_against_the_gate", second, reason="it is broken")
    assert f"{first} serves again." in act(admin_client, "roll_back", second, reason="it was not")
    rows = list(Promotion.objects.order_by("number").values_list("release", "by", "reason"))
    assert rows[1:] == [(second.pk, "admin", "it is broken"), (first.pk, "admin", "it was not")]


def test_one_release_at_a_time_is_promoted(admin_client):
    assert "select one" in act(admin_client, "promote_selected", published(1), published(2), reason="both")
    assert not Promotion.objects.exists()


def test_releases_are_put_into_the_shadow_and_retired(admin_client):
    champion, other = promoted(1), published(2)
    page = act(admin_client, "make_shadow", champion, other)
    assert "The champion has no other state" in page
    assert Release.objects.get(pk=other.pk).state == "shadow"
    act(admin_client, "make_retired", other)
    assert Release.objects.get(pk=other.pk).state == "retired"


def test_who_may_only_look_promotes_nothing(client, django_user_model):
    release = published(1)
    looker = django_user_model.objects.create_user("looker", password="x", is_staff=True)
    looker.user_permissions.add(Permission.objects.get(codename="view_release"))
    client.force_login(looker)
    act(client, "promote_selected", release, reason="why not")
    assert not Promotion.objects.exists()


def test_a_release_shows_its_card_and_can_be_neither_changed_nor_deleted(admin_client):
    release = published(1)
    url = reverse("admin:downloader_release_change", args=[release.pk])
    assert f"# Model card: release {release.version}" in admin_client.get(url).content.decode()
    assert admin_client.post(url, {"reason": "another"}).status_code == 403
    assert admin_client.post(reverse("admin:downloader_release_delete", args=[release.pk])).status_code == 403


@pytest.mark.parametrize("name", ["release", "promotion", "ledgerrow"])
def test_the_lists_ask_as_often_for_three_as_for_one(admin_client, name):
    asked = []
    for count in (1, 2):
        for seed in range(count):
            promoted(10 * count + seed)
            MLPredictionService().predict_video_performance(VideoDownload.objects.create(title="a video").pk)
        with CaptureQueriesContext(connection) as queries:
            page = admin_client.get(reverse(f"admin:downloader_{name}_changelist"))
        assert page.status_code == 200
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_adding_an_import_leads_to_the_page_that_takes_files_and_an_import_to_its_own(admin_client):
    run = ImportRun.objects.create(file="days.csv", who="tom")
    history = admin_client.get(reverse("admin:downloader_importrun_changelist")).content.decode()
    assert reverse("admin:downloader_importrun_add") in history
    assert admin_client.get(reverse("admin:downloader_importrun_add"))["Location"] == reverse("foreview:data")
    page = admin_client.get(reverse("admin:downloader_importrun_change", args=[run.pk])).content.decode()
    assert reverse("foreview:data-import", args=[run.pk]) in page
