"""The admin, as a user sees it."""

from __future__ import annotations

import shutil

import pytest
from django.urls import reverse

from downloader.models import MLPrediction, VideoDownload
from downloader.services.ml_prediction_service import MLPredictionService
from tests.backend.published import promoted

pytestmark = pytest.mark.django_db


@pytest.fixture
def video() -> VideoDownload:
    return VideoDownload.objects.create(title="Test Video", duration=45, is_short=True)


def test_the_root_leads_to_the_admin(client):
    response = client.get("/")
    assert (response.status_code, response.url) == (302, "/admin/")


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
