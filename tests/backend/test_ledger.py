"""What was forecast is written down once, in a chain in which nothing is changed unnoticed."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, connections, transaction

from downloader.gateways import ledger
from downloader.gateways.ledger import append, outcome_record
from downloader.models import LedgerHead, LedgerRow, MLPrediction, VideoAnalytics, VideoDownload
from downloader.services.ledger import prune_ledger, verify_ledger
from downloader.services.ml_prediction_service import MLPredictionService
from downloader.services.promotion import promote_first
from downloader.services.registry import set_state
from foreview.errors import LedgerBroken, UsageError
from foreview.monitoring.ledger import START, Tail, canonical, digest_of
from foreview.vocabulary import TARGETS
from tests.backend.published import promoted, published

pytestmark = [pytest.mark.django_db, pytest.mark.dialect]
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def some_videos(count: int) -> list[int]:
    videos = [VideoDownload(title=f"video {n}", duration=40 + n, published_at=NOON) for n in range(count)]
    return [video.pk for video in VideoDownload.objects.bulk_create(videos)]


def forecast_at(*days: float) -> None:
    for day in days:
        MLPredictionService().predict_videos(as_of=NOON + timedelta(days=day))


def by_hand(statement: str, *parameters: str | int) -> None:
    """What a person with a database shell could do."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


# What is written.


def test_every_forecast_is_a_row_with_all_of_what_was_said():
    some_videos(2)
    forecast_at(0, 2)
    rows = list(LedgerRow.objects.order_by("number"))
    assert [row.number for row in rows] == [1, 2, 3, 4]
    for forecast in MLPrediction.objects.all():
        row = next(row for row in rows if row.video == str(forecast.video_id) and row.as_of == forecast.as_of)
        record = json.loads(row.record)
        for target in TARGETS:
            shown = {name: value for name, value in forecast.by_target[target].items() if value is not None}
            assert record["forecast"][target].items() >= shown.items()
            assert {"low_third", "high_third", "p97_5", "point_mrse"} <= record["forecast"][target].keys()
        assert (row.kind, row.role, row.format) == ("forecast", "served", "short")
        assert (row.release, row.issue_age_days) == (forecast.model_version, forecast.issue_age_days)
        assert record["inputs"]["features"]["duration_s"] == forecast.features_used["duration_s"]["value"]
        assert row.record == canonical(record)


def test_rows_are_chained_and_the_head_knows_the_last_one():
    some_videos(3)
    forecast_at(0)
    rows = list(LedgerRow.objects.order_by("number"))
    previous = START.digest
    for row in rows:
        assert (row.previous, row.digest) == (previous, digest_of(previous, row.number, row.record))
        previous = row.digest
    assert verify_ledger() == Tail(3, previous)
    assert LedgerHead.objects.values_list("number", "digest").get() == (3, previous)


def test_what_is_observed_or_over_is_no_forecast_and_not_written():
    (video,) = some_videos(1)
    forecast_at(29, 30, 60)
    assert list(LedgerRow.objects.values_list("issue_age_days", flat=True)) == [29.0]
    days = (NOON + timedelta(days=day) for day in range(32))
    VideoAnalytics.objects.bulk_create(VideoAnalytics(video_id=video, date=day.date(), views=5) for day in days)
    forecast_at(29)
    written = json.loads(LedgerRow.objects.latest("number").record)
    assert written["forecast"]["views_7d"]["model_type"] == "observed"
    assert written["forecast"]["views_30d"]["model_type"] == "prior"


def test_no_video_writes_no_row():
    forecast_at(0)
    assert not LedgerRow.objects.exists()
    assert verify_ledger() == START


def test_a_release_in_the_shadow_forecasts_every_video_and_shows_nothing():
    served, shadow, candidate = promoted(1), published(2), published(3)
    set_state(shadow.version, "shadow")
    some_videos(2)
    forecast_at(0)
    rows = list(LedgerRow.objects.order_by("number").values_list("release", "role", "video", "fingerprint"))
    assert [(release, role) for release, role, _, _ in rows] == [
        (served.version, "served"),
        (served.version, "served"),
        (shadow.version, "shadow"),
        (shadow.version, "shadow"),
    ]
    assert [row[2:] for row in rows[:2]] == [row[2:] for row in rows[2:]]
    assert set(MLPrediction.objects.values_list("model_version", flat=True)) == {served.version}
    assert candidate.version not in {row[0] for row in rows}


def test_a_champion_left_in_the_shadow_forecasts_once():
    release = published(1)
    set_state(release.version, "shadow")
    promote_first(release.version, reason="nothing served before")
    some_videos(1)
    forecast_at(0)
    assert list(LedgerRow.objects.values_list("role", flat=True)) == ["served"]


@pytest.mark.parametrize("step", ["before its rows", "after its rows"])
def test_interrupted_there_is_neither_a_forecast_nor_a_row(step):
    some_videos(2)
    forecast_at(0)
    before = list(MLPrediction.objects.values_list("as_of", flat=True)), verify_ledger()
    seen: list[str] = []

    def interrupt(execute, sql, params, many, context):
        if sql.startswith('UPDATE "downloader_ledgerhead"'):
            seen.append(sql)
            if len(seen) == (1 if step == "before its rows" else 2):
                raise KeyboardInterrupt
        return execute(sql, params, many, context)

    with connection.execute_wrapper(interrupt), pytest.raises(KeyboardInterrupt):
        forecast_at(1)
    assert (list(MLPrediction.objects.values_list("as_of", flat=True)), verify_ledger()) == before


@pytest.mark.parametrize("item_count", [1, 3])
def test_two_releases_in_the_shadow_cost_no_query(item_count, django_assert_num_queries):
    for seed in (1, 2):
        set_state(published(seed).version, "shadow")
    some_videos(item_count)
    with django_assert_num_queries(17 + 3 * (connection.vendor == "postgresql")):
        forecast_at(0)
    assert LedgerRow.objects.count() == 3 * item_count


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_keep_one_chain():
    if connection.vendor != "postgresql":
        pytest.skip("the tests' SQLite lives in one connection; test_chaos.py has two processes")
    keys = some_videos(4)
    failures = []

    def write(key: int) -> None:
        try:
            for day in range(5):
                MLPredictionService().predict_videos([key], as_of=NOON + timedelta(days=day))
        except Exception as error:  # noqa: BLE001  (a thread tells nobody else)
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write, args=(key,)) for key in keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert verify_ledger().number == 20


# What cannot be done to it unnoticed.


def test_a_row_is_never_changed_nor_deleted():
    some_videos(1)
    forecast_at(0)
    row = LedgerRow.objects.get()
    for change in (
        row.save,
        row.delete,
        LedgerRow.objects.all().delete,
        lambda: LedgerRow.objects.update(record="{}"),
        lambda: LedgerRow.objects.bulk_update([row], ["record"]),
    ):
        with pytest.raises(UsageError, match=r"rows of downloader\.LedgerRow are written once"):
            change()


@pytest.mark.parametrize(
    ("statement", "row", "said"),
    [
        ("UPDATE downloader_ledgerrow SET record = replace(record, 'short', 'long') WHERE number = 3", 3, "changed"),
        ("UPDATE downloader_ledgerrow SET role = 'shadow' WHERE number = 2", 2, "changed: role"),
        ("UPDATE downloader_ledgerrow SET issue_age_days = 1.5 WHERE number = 4", 4, "changed: issue_age_days"),
        ("UPDATE downloader_ledgerrow SET video = '7' WHERE number = 4", 4, "changed: video"),
        ("DELETE FROM downloader_ledgerrow WHERE number = 1", 1, "removed"),
        ("DELETE FROM downloader_ledgerrow WHERE number IN (4, 5)", 4, "removed"),
        ("DELETE FROM downloader_ledgerrow WHERE number = 6", 6, "removed"),
        ("DELETE FROM downloader_ledgerrow", 1, "removed"),
        ("UPDATE downloader_ledgerrow SET number = 7 WHERE number = 2", 2, "removed"),
        ("UPDATE downloader_ledgerhead SET number = 5", 6, "inserted"),
        ("UPDATE downloader_ledgerhead SET number = 7", 7, "removed"),
    ],
)
def test_what_is_done_by_hand_is_found_and_the_row_named(statement, row, said):
    some_videos(3)
    forecast_at(0, 1)
    assert verify_ledger().number == 6
    by_hand(statement)
    with pytest.raises(LedgerBroken, match=f"row {row}: .*{said}"):
        verify_ledger()


def test_a_long_ledger_is_walked_chunk_by_chunk(monkeypatch):
    some_videos(3)
    forecast_at(0, 1)
    monkeypatch.setattr(ledger, "_CHUNK", 2)
    assert [row.number for row in ledger.by_number(LedgerRow.objects.all())] == [1, 2, 3, 4, 5, 6]
    assert verify_ledger().number == 6
    by_hand("DELETE FROM downloader_ledgerrow WHERE number = 3")
    with pytest.raises(LedgerBroken, match="row 3: it was removed"):
        verify_ledger()


def test_a_row_put_in_by_hand_with_the_right_digest_is_found():
    some_videos(2)
    forecast_at(0)
    end = verify_ledger()
    last = LedgerRow.objects.latest("number")
    forged = digest_of(end.digest, 3, last.record)
    names = "kind, video, written_at, as_of, release, role, issue_age_days, format, target, fingerprint, record"
    by_hand(
        f"INSERT INTO downloader_ledgerrow (number, previous, digest, {names}) "
        f"SELECT 3, %s, %s, {names} FROM downloader_ledgerrow WHERE number = 2",
        end.digest,
        forged,
    )
    with pytest.raises(LedgerBroken, match="row 3: it was inserted"):
        verify_ledger()
    by_hand("UPDATE downloader_ledgerhead SET number = 3, digest = %s", forged)
    assert verify_ledger() == Tail(3, forged)  # who can write everything is found only by who remembers
    assert verify_ledger(end) == Tail(3, forged)
    with pytest.raises(LedgerBroken, match=r"row 2: .* remembered as"):
        verify_ledger(Tail(2, "0" * 64))


def test_two_rows_cannot_have_one_number():
    some_videos(1)
    forecast_at(0)
    by_hand("UPDATE downloader_ledgerhead SET number = 0")
    with pytest.raises(IntegrityError), transaction.atomic():
        append([outcome_record("1", "views_7d", 1.0, NOON, "usable") | {"written_at": NOON}])


# The retention rule.


def test_the_beginning_can_be_removed_and_the_rest_still_verifies(monkeypatch):
    some_videos(2)
    forecast_at(0, 1)
    cut = LedgerRow.objects.get(number=3).written_at
    if LedgerRow.objects.get(number=2).written_at == cut:
        cut = LedgerRow.objects.get(number=1).written_at  # written within one millisecond
    removed = prune_ledger(cut)
    assert removed == LedgerRow.objects.earliest("number").number - 1
    end = verify_ledger()
    forecast_at(2)
    assert verify_ledger().number == end.number + 2 == 6
    by_hand("DELETE FROM downloader_ledgerrow WHERE number = %s", removed + 1)
    with pytest.raises(LedgerBroken, match=f"row {removed + 1}: it was removed"):
        verify_ledger()


def test_everything_may_be_removed_and_the_chain_goes_on():
    some_videos(2)
    forecast_at(0)
    end = verify_ledger()
    assert prune_ledger(datetime.now(UTC) + timedelta(seconds=1)) == 2
    assert verify_ledger() == end
    forecast_at(1)
    assert (verify_ledger().number, LedgerRow.objects.earliest("number").previous) == (4, end.digest)


def test_removing_nothing_changes_nothing():
    some_videos(1)
    forecast_at(0)
    assert prune_ledger(NOON - timedelta(days=9000)) == 0
    assert verify_ledger().number == 1
