"""Imports looked at, written and taken back."""

from __future__ import annotations

import pytest
from django.db import connection

from downloader.models import AdSenseEarnings, ImportRun, VideoAnalytics, VideoDownload
from downloader.services.access import account_of_user
from downloader.services.importing import apply, imports_folder, preview, refused_rows, undo
from downloader.services.ml_prediction_service import MLPredictionService
from downloader.services.videos import Conflict
from foreview.errors import InputError, UsageError
from foreview.readers.imported import SourceOptions
from tests.backend.api_calls import account
from tests.backend.imports import HEADING, MACHINE, ROWS, imported, state, table

pytestmark = [pytest.mark.django_db, pytest.mark.dialect]
QUERIES = {"sqlite": (9, 19, 29), "postgresql": (9, 28, 32)}
"""Of preview, apply and undo: PostgreSQL stages what it writes, and does not count what it copies."""


def counts(**tables: tuple[int, int, int]) -> dict[str, dict[str, int]]:
    names = ("added", "changed", "unchanged")
    return {
        table: dict(zip(names, tables.get(table, (0, 0, 0)), strict=True))
        for table in ("videos", "daily", "earnings", "snapshots")
    }


def test_a_preview_says_what_would_be_added_changed_and_refused_and_writes_nothing(tmp_path):
    imported(table(tmp_path, ROWS[:1]))
    before = state()
    run = preview(MACHINE, table(tmp_path, (ROWS[0].replace(",10,", ",11,"), *ROWS[1:], "b2,,UC2,,someday,1,,")))
    assert run.counts == counts(videos=(1, 0, 1), daily=(2, 1, 0), earnings=(1, 0, 1))
    assert run.state == "previewed"
    assert run.examples == [
        {
            "table": "daily",
            "row": f"{VideoDownload.objects.get().pk} 2026-01-01",
            "field": "views",
            "before": "10.0",
            "after": "11.0",
        }
    ]
    assert [(row["file"], row["line"], row["field"], row["value"]) for row in run.refused_first] == [
        ("days.csv", 5, "date", "someday"),
        ("days.csv", 5, "published_at", None),
    ]
    assert run.refused == 1
    assert refused_rows(MACHINE, run.pk, 0, 10) == run.refused_first
    assert state() == before


def test_the_same_file_twice_changes_nothing_and_says_so(tmp_path):
    path = table(tmp_path)
    first = imported(path)
    after = state()
    second = imported(path)
    assert first.counts == counts(videos=(2, 0, 0), daily=(3, 0, 0), earnings=(2, 0, 0))
    assert second.counts == counts(videos=(0, 0, 2), daily=(0, 0, 3), earnings=(0, 0, 2))
    assert first.sha256 == second.sha256
    assert state() == after


def test_what_was_previewed_is_applied_once_and_by_nobody_else(tmp_path):
    run = preview(MACHINE, table(tmp_path))
    apply(MACHINE, run.pk)
    with pytest.raises(Conflict, match="is applied once"):
        apply(MACHINE, run.pk)
    other = account_of_user(account("him", "UC1"))
    with pytest.raises(UsageError, match=f"there is none with the number {run.pk}"):
        undo(other, run.pk)


def test_an_account_imports_into_its_own_channels_alone(tmp_path):
    imported(table(tmp_path, ("c3,2026-01-01T08:00:00Z,UC2,Hers,2026-01-02,30,,",)))
    mary = account_of_user(account("mary", "UC1"))
    rows = (*ROWS, "c3,2026-01-01T08:00:00Z,UC1,Mine,2026-01-02,1,,", "d4,2026-01-01T08:00:00Z,,Whose,2026-01-02,1,,")
    before = state()
    run = preview(mary, table(tmp_path, rows))
    assert run.counts == counts(videos=(1, 0, 0), daily=(2, 0, 0), earnings=(1, 0, 0))
    assert [tuple(row.values()) for row in run.refused_first] == [
        ("days.csv", 4, "channel_id", "UC2", "video b2: mary is no member of this channel"),
        ("days.csv", 5, "video_id", "c3", "video c3: this id is taken"),
        ("days.csv", 6, "channel_id", None, "video d4: the source names no channel: say which with channel"),
    ]
    done = apply(mary, run.pk)
    assert [video.source_id for video in VideoDownload.objects.filter(channel_id="UC1")] == ["a1"]
    undo(mary, done.pk)
    assert state() == before


def test_who_is_no_longer_a_member_applies_nothing(tmp_path):
    user = account("mary", "UC1", "UC2")
    run = preview(account_of_user(user), table(tmp_path))
    user.foreview_memberships.filter(channel_id="UC2").delete()
    with pytest.raises(Conflict, match="mary is no member of this channel"):
        apply(account_of_user(user), run.pk)
    assert VideoDownload.objects.count() == 0


def test_undoing_refuses_what_was_changed_or_built_upon_since_and_then_changes_nothing(tmp_path):
    first = imported(table(tmp_path))
    second = imported(
        table(tmp_path, (ROWS[0].replace(",10,", ",11,"), "a1,2026-01-01T17:30:00Z,UC1,Ten tomatoes,2026-01-03,5,,"))
    )
    before = state()
    key = VideoDownload.objects.get(source_id="a1").pk
    with pytest.raises(Conflict, match=f"daily, {key} 2026-01-01: has views = 11.0, not 10.0"):
        undo(MACHINE, first.pk)
    assert state() == before
    undo(MACHINE, second.pk)
    VideoAnalytics.objects.create(video_id=key, date="2026-02-01", views=1)
    with pytest.raises(
        Conflict, match=f"1 of its videos have rows or a transcript from elsewhere, the first is video {key}"
    ):
        undo(MACHINE, first.pk)
    VideoAnalytics.objects.filter(date="2026-02-01").delete()
    undo(MACHINE, first.pk)
    assert {name: len(rows) for name, rows in state().items()} == dict.fromkeys(state(), 0)
    assert ImportRun.objects.get(pk=first.pk).state == "undone"
    with pytest.raises(Conflict, match="undone once"):
        undo(MACHINE, first.pk)


def test_a_row_that_is_gone_cannot_be_taken_back(tmp_path):
    run = imported(table(tmp_path))
    AdSenseEarnings.objects.all().delete()
    with pytest.raises(Conflict, match=r"earnings, .* is gone; and 1 more"):
        undo(MACHINE, run.pk)


def test_a_video_that_was_forecast_stays_without_its_rows(tmp_path):
    run = imported(table(tmp_path))
    MLPredictionService().predict_video_performance(VideoDownload.objects.get(source_id="b2").pk)
    undone = undo(MACHINE, run.pk)
    assert undone.stays == ["b2"]
    assert list(VideoDownload.objects.values_list("source_id", "title")) == [("b2", "Ten pears")]
    assert (VideoAnalytics.objects.count(), AdSenseEarnings.objects.count()) == (0, 0)


def test_a_mapping_that_was_applied_is_used_again_for_the_same_columns(tmp_path):
    renamed = HEADING.replace("views", "plays")
    mapping = {"views": "plays"}
    with pytest.raises(InputError, match="has video_id, "):
        preview(MACHINE, table(tmp_path, heading=renamed), "daily")
    first = preview(MACHINE, table(tmp_path, heading=renamed), "daily", SourceOptions(mapping=mapping))
    with pytest.raises(InputError):
        preview(MACHINE, table(tmp_path, ROWS[:1], heading=renamed), "daily")  # not applied yet
    apply(MACHINE, first.pk)
    again = preview(MACHINE, table(tmp_path, ROWS[:1], heading=renamed), "daily")
    assert again.options["mapping"] == mapping
    assert again.notes[0] == f"the columns are named as in import {first.pk}: views = plays"
    stranger = account_of_user(account("him", "UC1"))
    with pytest.raises(InputError):
        preview(stranger, table(tmp_path, heading=renamed), "daily")


def test_what_a_database_cannot_hold_is_refused_by_row(tmp_path):
    long = "x" * 501
    rows = (
        ROWS[0],
        ROWS[1].replace(",20,", ",1e30,"),
        ROWS[2].replace("0.25", "99999999999"),
        f"{long},2026-01-01T08:00:00Z,UC1,long,2026-01-02,1,,",
        "e5,1975-01-01T08:00:00Z,UC1,old,1975-01-02,1,,",
        "f6,1605-01-01T08:00:00Z,UC1,old,1605-01-02,1,,",
    )
    run = imported(table(tmp_path, rows))
    assert run.counts == counts(videos=(2, 0, 0), daily=(2, 0, 0), earnings=(1, 0, 0))
    assert [(row["line"], row["field"], row["reason"].split(": ")[-1]) for row in run.refused_first] == [
        (3, "views", "views stays below 9,007,199,254,740,992"),
        (4, "revenue_usd", "revenue_usd stays below 10,000,000,000"),
        (5, "video_id", "an id has at most 500 characters"),
        (6, "published_at", "a year that is none"),
        (7, "date", "date lies in the years 1970 to 2199"),
        (7, "published_at", "published_at lies in the years 1970 to 2199"),
    ]


def test_a_refusal_of_the_site_names_file_and_line_whatever_the_kind_of_source(tmp_path):
    mary = account_of_user(account("mary", "UC1"))
    videos = tmp_path / "videos.csv"
    videos.write_text("video_id,published_at,channel_id\na1,2026-01-01T08:00:00Z,UC1\nb2,2026-01-01T08:00:00Z,UC2\n")
    days = table(tmp_path, ("a1,2026-01-02,1", "b2,2026-01-02,1"), heading="video_id,date,views")
    info = '{"id": "%s", "extractor": "youtube", "channel_id": "%s", "timestamp": 1767254400, "epoch": 1767340800, "view_count": 1}'
    lines = tmp_path / "infos.jsonl"
    lines.write_text("\n".join(("", info % ("a1", "UC1"), "{", info % ("b2", "UC2"))))
    studio = tmp_path / "Table data.csv"
    studio.write_text('Content,Video title,Video publish time,Views\nTotal,,,2\nb2,Pears,"Jan 1, 2026",2\n')
    told = [
        preview(mary, days, "daily", SourceOptions(videos=videos)).refused_first,
        preview(mary, lines).refused_first[1:],
        preview(mary, studio, options=SourceOptions(channel_id="UC2")).refused_first,
    ]
    reason = "video b2: mary is no member of this channel"
    assert [[(row["file"], row["line"], row["reason"]) for row in rows] for rows in told] == [
        [("videos.csv", 3, reason)],
        [("infos.jsonl", 4, reason)],
        [("Table data.csv", 3, reason)],
    ]


def test_a_source_that_cannot_be_read_is_refused_with_its_reason_and_without_its_place(tmp_path):
    with pytest.raises(InputError) as caught:
        preview(MACHINE, table(tmp_path, heading="this,that"), "daily")
    run = ImportRun.objects.get()
    assert (run.state, run.error) == ("refused", caught.value.facts)
    assert str(tmp_path) not in str(caught.value)
    assert caught.value.fact.startswith("days.csv has this, that")
    with pytest.raises(Conflict, match="after its preview"):
        apply(MACHINE, run.pk)


@pytest.mark.parametrize("said", [{"kind": "diary"}, {}])
def test_a_kind_that_is_unknown_is_said(tmp_path, said):
    path = tmp_path / "notes.txt"
    path.write_text("dear diary")
    with pytest.raises((UsageError, InputError), match=r"kind that is known"):
        preview(MACHINE, path, **said)


def test_an_interrupted_apply_keeps_no_half_and_can_be_applied_again(tmp_path):
    run = preview(MACHINE, table(tmp_path))

    def interrupt(step: str, _done: int, _total: int) -> None:
        if step == "daily rows":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        apply(MACHINE, run.pk, interrupt)
    assert VideoDownload.objects.count() == 0
    assert [path.name for path in (imports_folder() / run.folder).iterdir()] == ["000000"]
    assert apply(MACHINE, run.pk).counts["videos"]["added"] == 2


@pytest.mark.parametrize("videos", [1, 3])
def test_preview_apply_and_undo_ask_as_many_queries_whatever_the_rows(videos, tmp_path, django_assert_num_queries):
    rows = [f"v{n},2026-01-01T08:00:00Z,UC1,Ten pears,2026-01-02,1,,0.5" for n in range(2 * videos)]
    user = account_of_user(account("mary", "UC1"))
    imported(table(tmp_path, [row.replace(",1,", ",2,") for row in rows[:videos]]), user)
    preview_, apply_, undo_ = QUERIES[connection.vendor]
    with django_assert_num_queries(preview_):
        run = preview(user, table(tmp_path, rows))
    with django_assert_num_queries(apply_):
        apply(user, run.pk)
    with django_assert_num_queries(undo_):
        undo(user, run.pk)
