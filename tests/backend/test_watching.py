"""What serves is watched: lost coverage, lasting shifts, drift, and the error to be expected; and when to train again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from django.core.management import call_command

from downloader.gateways.catalogue import training_catalogue
from downloader.gateways.importing import import_catalogue
from downloader.gateways.record import ledger_frame
from downloader.models import Alert, DueTime, Job, JobState, MetricRegime, VideoDownload
from downloader.services.alerts import acknowledge
from downloader.services.jobs.queueing import enqueue
from downloader.services.retraining import retrain_when_due, why_retrain
from downloader.services.watching import LAST_MATURED, RECENT, drift, expected_errors, watch
from foreview.curves.labels import labels
from foreview.features.matrix import feature_table
from foreview.metrics.interval import binomial_share
from foreview.monitoring.drift import input_drift
from foreview.options import silent
from foreview.simulation.world import DEFAULT_END
from tests.backend.jobs import committed, work_once
from tests.backend.ledger_records import forecast_and_matured, forecast_record, normal, outcome_record, written
from tests.backend.published import cheap, promoted, published

pytestmark = pytest.mark.django_db
BEGUN = datetime(2026, 2, 1, tzinfo=UTC)
LATER = BEGUN + timedelta(days=400)


def lands(at: float, n: int) -> list[float]:
    """As many outcomes, spread around the normal score ``at``."""
    scores = at + np.random.default_rng(0).normal(size=n)
    return [float(value) for value in np.expm1(5.0 + scores)]


def test_where_nothing_was_promoted_there_is_nothing_to_watch():
    published(1)
    assert watch(as_of=LATER).alerts == ()


def test_outcomes_as_promised_raise_nothing():
    release = promoted(1)
    forecast_and_matured(release.version, BEGUN, lands(0.0, 120))
    assert watch(as_of=LATER).alerts == ()
    assert not Alert.objects.exists()


def test_intervals_that_hold_too_few_outcomes_are_said_with_the_count():
    release = promoted(1)
    forecast_and_matured(release.version, BEGUN, [*lands(0.0, 10), *[np.expm1(5.0 + 3.0)] * 20])
    (alert,) = watch(as_of=LATER).alerts
    rows = ledger_frame().filter(pl.col("actual").is_between("p10", "p90"))
    assert (alert.kind, alert.subject) == ("coverage", "views_7d")
    assert alert.evidence["hits"] == rows.height
    assert alert.evidence["n"] == 30 <= LAST_MATURED
    assert binomial_share(rows.height, 30, 1 - 0.1 / (365 * 4)).high == alert.evidence["high"] < 0.8
    assert watch(as_of=LATER).alerts == (alert,)
    assert Alert.objects.count() == 1


def test_a_lasting_shift_suggests_a_regime_with_its_date():
    release = promoted(1)
    forecast_and_matured(release.version, BEGUN, [*lands(0.0, 200), *lands(1.2, 60)])
    seen = watch(as_of=BEGUN + timedelta(days=280))
    (alert,) = (alert for alert in seen.alerts if alert.kind == "regime")
    assert alert.subject == "long views_7d"
    changed = datetime.fromisoformat(alert.evidence["changed_at"])
    assert abs(changed - (BEGUN + timedelta(days=199))) < timedelta(days=20)


def test_drift_compares_the_last_videos_with_those_learnt_from_at_their_publication(world):
    import_catalogue(world.catalogue, silent)
    middle = DEFAULT_END - timedelta(days=60)
    release = cheap(1, as_of=middle)
    catalogue = training_catalogue(DEFAULT_END)
    issues = catalogue.videos.sort("published_at", "video_id").select("video_id", as_of="published_at")
    found = drift(release, DEFAULT_END)
    learnt, later = issues.filter(pl.col("as_of") <= middle), issues.filter(pl.col("as_of") > middle)
    assert later.height >= RECENT
    names = ["duration_s", "title_length"]
    sides = [feature_table(catalogue, side).select(names) for side in (learnt, later.tail(RECENT))]
    expected = dict(input_drift(*sides, looks_a_year=365).select("feature", "effect").iter_rows())
    effects = dict(found.select("feature", "effect").iter_rows())
    assert {name: effects[name] for name in names} == pytest.approx(expected)
    assert drift(cheap(1, as_of=DEFAULT_END), DEFAULT_END).is_empty()


def test_the_expected_error_of_open_forecasts_is_what_their_distribution_says():
    release = promoted(1)
    issue = BEGUN + timedelta(days=1)
    wide, narrow = (
        forecast_record(release.version, name, issue, forecast={"views_7d": normal(5.0, spread)})
        for name, spread in (("a", 1.0), ("b", 0.5))
    )
    written([wide, narrow])
    expected = 0.7979 * (1.0 + 0.5) / 2  # of a normal: √(2/π) standard deviations
    assert expected_errors(ledger_frame(), LATER) == {"views_7d": pytest.approx(expected, abs=0.01)}
    assert watch(as_of=LATER).expected == expected_errors(ledger_frame(), LATER)


def test_a_ledger_row_is_beside_its_outcome():
    release = promoted(1)
    at = BEGUN + timedelta(days=7)
    written([forecast_record(release.version, "a", BEGUN), forecast_record(release.version, "b", BEGUN)])
    written([outcome_record("a", 12.0, at), outcome_record("b", None, at)])
    rows = ledger_frame(release.version).select("video_id", "target", "model_version", "actual", "matured_at").rows()
    assert rows == [("a", "views_7d", release.version, 12.0, at), ("b", "views_7d", release.version, None, at)]
    assert ledger_frame("another").is_empty()


def test_a_regime_that_was_entered_tells_videos_apart_by_their_publication():
    at = datetime(2026, 3, 1, tzinfo=UTC)
    for name, since in (("new", at), ("newest", at + timedelta(days=90))):
        MetricRegime.objects.create(name=name, platform="TikTok", format="short", at=since, source="announced")
    days = {"before": -40, "across": -10, "after": 0, "newest": 90}
    for title, day in days.items():
        when = at + timedelta(days=day)
        VideoDownload.objects.create(title=title, platform="tiktok", is_short=True, published_at=when)
    VideoDownload.objects.create(title="long", platform="tiktok", is_short=False, published_at=at)
    VideoDownload.objects.create(title="said", platform="tiktok", is_short=True, published_at=at, metric_regime="own")
    found = training_catalogue(LATER).videos.select("title", "metric_regime", "metric_redefined_at")
    assert {title: told for title, *told in found.iter_rows()} == {
        "before": [None, at],
        "across": [None, at],
        "after": ["new", at + timedelta(days=90)],
        "newest": ["newest", None],
        "long": [None, None],
        "said": ["own", None],
    }


def test_a_label_across_a_regime_that_was_entered_neither_teaches_nor_judges(world):
    import_catalogue(world.catalogue, silent)
    whole = labels(training_catalogue(DEFAULT_END))
    at = DEFAULT_END - timedelta(days=60)
    VideoDownload.objects.update(platform="tiktok")
    MetricRegime.objects.create(name="new", platform="tiktok", format="short", at=at, source="announced")
    catalogue = training_catalogue(DEFAULT_END)
    told = labels(catalogue).join(catalogue.videos.select("video_id", "published_at", "format"), on="video_id")
    for target, days in (("views_7d", 7), ("views_30d", 30), ("engagement_rate", 30), ("revenue_30d", 30)):
        end = pl.col("published_at") + pl.duration(days=days)
        across = (pl.col("format") == "short") & (pl.col("published_at") < at) & (end > at)
        assert told.filter(across)[target].null_count() == told.filter(across).height > 0
        others = told.filter(~across).select("video_id", target)
        assert others.equals(whole.join(others, on="video_id", how="semi").select("video_id", target))


@pytest.mark.parametrize(("matured", "reason"), [(49, ""), (50, "50 videos have matured since ")])
def test_new_labels_are_a_reason_to_train_again(matured, reason):
    release = promoted(1)
    assert why_retrain() == ""
    forecast_and_matured(release.version, BEGUN, [1.0] * matured)
    said = why_retrain()
    assert said[: len(reason)] == reason
    assert bool(said) == bool(reason)


def test_an_alert_is_a_reason_where_new_labels_are_few_for_what_was_learnt():
    window = cheap(1).manifest.data_window
    release = published(2, data_window=replace(window, videos=1_000))
    forecast_and_matured(release.version, BEGUN, [1.0] * 60)
    assert why_retrain() == ""
    alert = Alert.objects.create(kind=Alert.Kind.INPUT_DRIFT, subject="duration_s", text="moved")
    assert why_retrain() == f"alert {alert.pk}: input_drift: duration_s"
    job = retrain_when_due()
    assert job is not None
    assert (job.kind, job.asked_by) == ("train", f"alert {alert.pk}: input_drift: duration_s")
    acknowledge(alert.pk, by="a person")
    assert why_retrain() == ""


def test_a_job_of_the_schedule_that_failed_is_an_alert_until_its_line_succeeds():
    error = {"rule": "a rule", "fact": "a fact", "next_step": "a step"}
    failed = Job.objects.create(kind="forecast", state=JobState.FAILED, error=error)
    DueTime.objects.create(line="nightly forecasts", due_at=BEGUN, job=failed)
    (alert,) = watch().alerts
    assert (alert.kind, alert.subject) == ("job", "nightly forecasts")
    assert alert.text == f"Job {failed.pk} (forecast) of the schedule failed. a rule. a fact. a step"
    better = Job.objects.create(kind="forecast", state=JobState.SUCCEEDED)
    DueTime.objects.create(line="nightly forecasts", due_at=BEGUN + timedelta(days=1), job=better)
    assert watch().alerts == ()


@committed
def test_the_nightly_jobs_do_what_they_are_called():
    release = promoted(1)
    forecast_and_matured(release.version, BEGUN, lands(0.0, 5))
    for kind in ("mature_labels", "watch", "verify_ledger"):
        enqueue(kind)
    work_once()
    results: dict[str, Any] = dict(Job.objects.values_list("kind", "result"))
    assert set(Job.objects.values_list("state", flat=True)) == {"succeeded"}
    assert results["verify_ledger"]["rows"] >= 10
    assert results["watch"]["alerts"] == []
    assert results["mature_labels"]["deleted"] == 15  # the other targets of videos that are not there


def test_the_track_record_is_told_on_the_command_line(capsys):
    call_command("track_record")
    assert "No forecast has matured yet" in capsys.readouterr().out
    release = promoted(1)
    forecast_and_matured(release.version, BEGUN, [np.expm1(5.0)] * 4)
    call_command("track_record", "--target", "views_7d")
    told = capsys.readouterr().out
    assert "views_7d: 4 forecasts of 4 videos." in told
    assert "80 %: 100.0% (39.8% to 100.0%)" in told
    assert "MAE ln 0.000 (0.000 to 0.000), smaller than typical's by 100.0%" in told
