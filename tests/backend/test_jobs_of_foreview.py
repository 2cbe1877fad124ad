"""The kinds of jobs that Foreview has: the services, done in the background."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest

from downloader import selectors
from downloader.configuration import clock_settings
from downloader.gateways.importing import import_catalogue
from downloader.models import MLPrediction, Promotion, Release, VideoAnalytics, VideoDownload
from downloader.services.backtesting import backtest
from downloader.services.jobs.kinds import KINDS, function_of
from downloader.services.jobs.queueing import enqueue
from downloader.services.jobs.stopped import LeaseLost
from downloader.services.ml_model_trainer import MLModelTrainer
from downloader.services.ml_prediction_service import MLPredictionService
from downloader.services.serving import serving_release
from foreview.options import TrainingOptions
from foreview.simulation.world import DEFAULT_END, simulate
from foreview.tables.folder import read_catalogue, write_catalogue
from tests.backend.jobs import again, committed, work_once

pytestmark = committed
AS_OF = DEFAULT_END.isoformat()


@pytest.fixture
def folder(tmp_path):
    """So few videos that no model is fitted, which is quick."""
    write_catalogue(simulate(channels=2, videos=25, seed=3, days=90).catalogue, tmp_path / "world")
    return tmp_path / "world"


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_a_function_that_says_what_it_does(kind):
    assert function_of(kind).__doc__


def test_a_catalogue_is_imported_trained_on_and_forecast_by_a_worker(folder, releases):
    jobs = [
        enqueue("import", {"folder": str(folder)}),
        enqueue("train", {"as_of": AS_OF}, asked_by="api: mary"),
        enqueue("forecast", {"as_of": AS_OF}),
    ]
    work_once()
    assert [again(job).error for job in jobs] == [None] * 3
    imported, trained, forecast = (again(job).result for job in jobs)
    assert imported["videos"] == {"added": VideoDownload.objects.count(), "changed": 0, "unchanged": 0}
    assert imported["daily"]["added"] == VideoAnalytics.objects.count()
    assert trained["model_version"] == serving_release().manifest.model_version
    assert (Release.objects.get().by, Promotion.objects.get().by) == ("api: mary", "api: mary")
    assert forecast == {"forecasts": 25}
    assert set(MLPrediction.objects.values_list("model_version", flat=True)) == {trained["model_version"]}


def test_hyperparameters_are_looked_for_by_a_worker(tmp_path, releases):
    write_catalogue(simulate(channels=3, videos=400, seed=7).catalogue, tmp_path / "world")
    enqueue("import", {"folder": str(tmp_path / "world")})
    job = enqueue("tune", {"as_of": AS_OF, "trials": 1, "videos": 400})
    work_once()
    tuned = again(job).result
    assert tuned["trials"] == 1
    assert (releases / "studies" / tuned["study"] / "best.json").exists()


def test_single_videos_are_forecast():
    keys = [VideoDownload.objects.create(title=f"video {n}").pk for n in range(3)]
    job = enqueue("forecast", {"videos": keys[:2]})
    work_once()
    assert again(job).result == {"forecasts": 2}
    assert sorted(MLPrediction.objects.values_list("video_id", flat=True)) == keys[:2]


@pytest.mark.parametrize(
    ("kind", "arguments", "fact"),
    [
        ("import", {"folder": "nowhere"}, "nowhere does not"),
        ("train", {}, "none is, of 0 videos"),
        ("train", {"tuned": True}, "there is none"),
        ("forecast", {"videos": [42]}, "there is none with the id 42"),
        ("forecast", {"as_of": "yesterday"}, "found 'yesterday'"),
        ("forecast", {"as_of": "2026-05-01T12:00:00"}, "found '2026-05-01T12:00:00'"),
    ],
)
def test_a_users_mistake_fails_the_job_with_its_fact(kind, arguments, fact):
    job = enqueue(kind, arguments)
    work_once()
    failed = again(job)
    assert (failed.state, failed.attempts) == ("failed", 1)
    assert fact in " ".join(failed.error.values())


def refuse() -> None:
    raise LeaseLost(7)


def test_forecasts_that_are_not_confirmed_leave_the_old_ones():
    video = VideoDownload.objects.create(title="Ten tomatoes")
    before = MLPredictionService().predict_video_performance(video.pk)
    with pytest.raises(LeaseLost, match=r"."):
        MLPredictionService().predict_videos(confirm=refuse)
    assert MLPrediction.objects.get().updated_at == before.updated_at


def test_a_release_that_is_not_confirmed_does_not_serve(folder, releases):
    enqueue("import", {"folder": str(folder)})
    work_once()
    options = TrainingOptions(threads=1, issue_ages=(0.0, 3.0))
    with pytest.raises(LeaseLost, match=r"."):
        MLModelTrainer().train_all_models(as_of=DEFAULT_END, options=options, confirm=refuse)
    assert selectors.newest_promotion() is None


def test_the_past_is_replayed_by_a_worker_and_its_report_says_what_the_job_says(tmp_path, releases):
    write_catalogue(simulate(channels=3, videos=180, seed=7, days=150).catalogue, tmp_path / "world")
    enqueue("import", {"folder": str(tmp_path / "world")})
    job = enqueue("backtest", {"as_of": AS_OF})
    work_once()
    done = again(job).result
    assert (done["train_until"], done["test_from"]) == last_sixty_days()
    report = releases / "reports" / done["report"]
    assert {path.name for path in report.iterdir()} == {
        "report.html",
        "report.md",
        "report.json",
        "predictions.parquet",
    }
    scored = (
        pl.read_parquet(report / "predictions.parquet")
        .filter(target="views_7d", issue_age_days=0.0)
        .drop_nulls("actual")
    )
    away = (scored["point"].log1p() - scored["actual"].log1p()).abs().mean()
    assert scored.height > 30
    assert done["views_7d/0"] == pytest.approx(away, rel=1e-12)


def test_a_day_or_a_time_that_is_none_is_said():
    job = enqueue("backtest", {"test_from": "soon"})
    work_once()
    assert again(job).error["fact"] == "found 'soon'"
    wrong = enqueue("forecast", {"as_of": "soon"})
    work_once()
    assert again(wrong).state == "failed"


def test_days_that_cannot_be_tested_on_are_said_and_nothing_is_written(folder, releases):
    enqueue("import", {"folder": str(folder)})
    job = enqueue("backtest", {"as_of": AS_OF, "train_until": "2026-05-02", "test_from": "2026-05-01"})
    work_once()
    assert (again(job).state, again(job).attempts) == ("failed", 1)
    assert "2026-05-02" in again(job).why_failed()
    assert not (releases / "reports").exists()


def test_a_report_of_a_job_that_was_given_away_is_not_written(folder, releases):
    import_catalogue(read_catalogue(folder))
    with pytest.raises(LeaseLost, match=r"."):
        backtest(as_of=DEFAULT_END, test_from=DEFAULT_END.date() - timedelta(days=50), confirm=given_away)
    assert not (releases / "reports").exists()


def given_away() -> None:
    raise LeaseLost(7)


def last_sixty_days() -> tuple[str, str]:
    """Thirty days until the last labels, the delay until they are known, sixty days to test on."""
    begins = (DEFAULT_END - timedelta(days=90, hours=clock_settings()["delay_hours"])).date()
    return str(begins - timedelta(days=1)), str(begins)
