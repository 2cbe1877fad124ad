"""Stored forecasts are made again from their records, bit for bit."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from downloader.gateways.importing import import_catalogue
from downloader.models import LedgerRow, VideoAnalytics, VideoDownload
from downloader.services.ledger import recompute_forecast, recomputed
from downloader.services.ml_prediction_service import MLPredictionService
from downloader.services.promotion import promote_first
from downloader.services.registry import publish, set_state
from downloader.services.serving import serving_release
from foreview.errors import UsageError
from foreview.monitoring.ledger import canonical
from foreview.options import TrainingOptions
from foreview.simulation.world import DEFAULT_END
from foreview.training.trainer import train
from tests.backend.published import promoted, published

pytestmark = [pytest.mark.django_db, pytest.mark.dialect, pytest.mark.xdist_group("recomputed")]
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def trained(world):
    cutoff = DEFAULT_END - timedelta(days=30)
    return train(world.catalogue, cutoff, TrainingOptions(threads=1, issue_ages=(0.0, 3.0)), created_at=DEFAULT_END)


def some_videos(count: int) -> list[int]:
    videos = [VideoDownload(title=f"video {n}", duration=40 + n, published_at=NOON) for n in range(count)]
    return [video.pk for video in VideoDownload.objects.bulk_create(videos)]


def forecast_at(*days: float) -> None:
    for day in days:
        MLPredictionService().predict_videos(as_of=NOON + timedelta(days=day))


def test_every_stored_forecast_is_recomputed_bit_for_bit_whatever_became_of_its_video(world, trained):
    import_catalogue(world.catalogue)
    promote_first(publish(trained).version, reason="nothing served before")
    set_state(published(1).version, "shadow")
    for days in (25, 12, 0):
        MLPredictionService().predict_videos(as_of=DEFAULT_END - timedelta(days=days))
    VideoDownload.objects.update(title="another title", channel_id="another", duration=1)
    VideoAnalytics.objects.filter(date__gte=date(2026, 4, 1)).update(views=1)
    VideoDownload.objects.filter(pk__in=list(VideoDownload.objects.values_list("pk", flat=True)[:9])).delete()
    rows = list(LedgerRow.objects.order_by("number"))
    assert len(rows) > 60
    assert {row.release for row in rows} == {trained.manifest.model_version, published(1).version}
    found = list(recomputed(rows))
    assert [result.row for result in found] == [row.number for row in rows]
    assert [result for result in found if not result.is_same] == []
    for row in rows[::15]:
        assert recompute_forecast(row.number).is_same


def test_a_forecast_that_is_not_its_releases_is_told_digit_by_digit():
    some_videos(1)
    forecast_at(2)
    row = LedgerRow.objects.get()
    record = json.loads(row.record)
    point = record["forecast"]["views_30d"]["point"]
    record["forecast"]["views_30d"]["point"] = point + 1e-9
    row.record = canonical(record)
    (found,) = recomputed([row])
    assert not found.is_same
    assert found.differences == (f"views_30d.point: {point + 1e-9!r}, {point!r}",)


@pytest.mark.parametrize("number", [0, 7])
def test_only_a_forecast_can_be_recomputed(number):
    some_videos(1)
    forecast_at(2)
    with pytest.raises(UsageError, match=f"row {number} is none"):
        recompute_forecast(number)


def test_a_forecast_of_the_prior_is_recomputed_though_something_else_serves_now():
    some_videos(1)
    forecast_at(1)
    promoted(1)
    assert serving_release().manifest.model_version == promoted(2).parent
    assert recompute_forecast(1).is_same
