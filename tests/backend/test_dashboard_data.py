"""Data: imports by page, quality by channel, metric regimes; who may, who sees what, and how many questions are asked."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from downloader.models import (
    AdSenseEarnings,
    ImportRun,
    Job,
    MetricRegime,
    MLPrediction,
    VideoAnalytics,
    VideoDownload,
    VideoSnapshot,
)
from tests.backend.api_calls import video
from tests.backend.records import found, person

pytestmark = pytest.mark.django_db
HEAD = "Content,Video title,Video publish time,Duration,Views,Likes\n"


def studio(videos: int = 2, more: str = "") -> SimpleUploadedFile:
    """An export such as Studio's: the youngest video is two days old, each further one a week older."""
    now = timezone.now()
    rows = [
        f'id{n},Tomatoes {n},"{(now - timedelta(days=2 + 7 * n)):%b %d, %Y}",45,{900 + n},30\n' for n in range(videos)
    ]
    return SimpleUploadedFile("Table data.csv", (HEAD + "".join(rows) + more).encode())


def sent(client: Client, file: SimpleUploadedFile, **said: Any) -> str:
    """The address of the preview of a file."""
    answer = client.post("/data/imports/", {"file": file} | said)
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def body(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def test_a_file_is_looked_at_before_anything_is_imported():
    root = person("root", superuser=True)
    page = body(root, sent(root, studio(more='bad,Broken,"soon",45,1,1\n')))
    assert "Looked at as studio. Nothing is imported yet. 1 row cannot be used" in page
    assert re.search(r"Videos</th><td class=\"number\">2</td>", page)
    assert re.search(r"<td class=\"number\">4</td><td>published_at</td><td>soon</td>", page)
    assert VideoDownload.objects.count() == 0


def test_imported_and_forecast_in_one_step():
    root = person("root", superuser=True)
    at = sent(root, studio())
    answer = root.post(f"{at}apply/", {"forecast": "yes"}, follow=True)
    page = answer.content.decode()
    assert "Table data.csv is imported. 2 videos are forecast." in page
    assert page.index("Tomatoes 0") < page.index("Tomatoes 1")
    assert MLPrediction.objects.count() == 2
    assert "Forecast them again" in page


def test_imported_alone_and_forecast_afterwards():
    root = person("root", superuser=True)
    at = sent(root, studio())
    page = root.post(f"{at}apply/", follow=True).content.decode()
    assert "Forecast these videos" in page
    assert MLPrediction.objects.count() == 0
    assert "2 videos are forecast." in root.post(f"{at}forecast/", follow=True).content.decode()


def test_taken_back_after_a_question():
    root = person("root", superuser=True)
    at = sent(root, studio())
    root.post(f"{at}apply/")
    assert "Take back Table data.csv?" in body(root, f"{at}undo/")
    assert "everything is as it was" in root.post(f"{at}undo/", follow=True).content.decode()
    assert VideoDownload.objects.count() == 0
    assert root.post(f"{at}undo/").status_code == 409


@pytest.mark.parametrize(
    ("count", "said"),
    [(1, "1 video stays, because it was forecast."), (2, "2 videos stay, because they were forecast.")],
)
def test_videos_that_were_forecast_stay_and_that_is_said(count, said):
    root = person("root", superuser=True)
    at = sent(root, studio(count))
    root.post(f"{at}apply/", {"forecast": "yes"})
    assert said in root.post(f"{at}undo/", follow=True).content.decode()


def test_many_videos_are_forecast_by_a_job_that_the_page_follows():
    root = person("root", superuser=True)
    answer = root.post(f"{sent(root, studio(101))}apply/", {"forecast": "yes"}, follow=True)
    job = Job.objects.get(kind="forecast")
    page = answer.content.decode()
    assert answer.redirect_chain[-1][0].endswith(f"?job={job.pk}")
    assert 'hx-trigger="every 2s"' in page
    assert "Waiting for a worker." in page
    part = root.get(answer.redirect_chain[-1][0], headers={"HX-Request": "true"}).content.decode()
    assert part.strip().startswith('<div id="work"')
    Job.objects.update(state="succeeded")
    done = root.get(answer.redirect_chain[-1][0], headers={"HX-Request": "true"}).content.decode()
    assert "The job is done." in done
    assert "every 2s" not in done


def test_the_columns_of_a_plain_table_are_named_once_and_remembered():
    root = person("root", superuser=True)
    rows = "clip,published_at,date,Plays\na,2026-01-01T08:00:00Z,2026-01-02,7\n"
    said = {"kind": "daily", "mapping": "video_id = clip\nviews = Plays"}
    at = sent(root, SimpleUploadedFile("mine.csv", rows.encode()), **said)
    assert "views = Plays" in body(root, at)
    root.post(f"{at}apply/")
    again = SimpleUploadedFile("mine.csv", rows.replace("7", "8").encode())
    page = body(root, sent(root, again, kind="daily"))
    assert "The columns are named as in import" in page
    assert re.search(r"Days</th><td class=\"number\">0</td><td class=\"number\">1</td>", page)


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"mapping": "views"}, 400),
        ({"timezone": "Mars/North"}, 400),
        ({"observed_at": "soon"}, 400),
        ({"kind": "tape"}, 400),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_next_step(said, status):
    answer = person("root", superuser=True).post("/data/imports/", {"file": studio()} | said)
    assert answer.status_code == status
    assert VideoDownload.objects.count() == 0


def test_a_file_that_is_none_is_in_the_history_with_its_reason():
    root = person("root", superuser=True)
    answer = root.post("/data/imports/", {"file": SimpleUploadedFile("x.csv", b"a,b\n1,2\n")})
    assert answer.status_code == 422
    assert "refused" in body(root, "/data/")
    page = body(root, f"/data/imports/{ImportRun.objects.get().pk}/")
    assert "source is of a kind that is known by what it holds" in page


def test_a_file_that_is_too_long_is_refused(settings):
    settings.FOREVIEW |= {"IMPORT_MAX_BYTES": 10}
    answer = person("root", superuser=True).post("/data/imports/", {"file": studio()})
    assert answer.status_code == 400
    assert "IMPORT_MAX_BYTES" in answer.content.decode()


def test_without_a_file_the_form_comes_again():
    assert person("root", superuser=True).post("/data/imports/")["Location"] == "/data/"


def test_a_member_imports_into_the_own_channel_alone():
    mary = person("mary", "hens", role="analyst")
    assert 'value="hens"' in body(mary, "/data/")
    at = sent(mary, studio(), channel="hens")
    mary.post(f"{at}apply/", {"forecast": "yes"})
    assert set(VideoDownload.objects.values_list("channel_id", flat=True)) == {"hens"}
    page = body(mary, sent(mary, studio(), channel="foxes"))
    assert "mary is no member of this channel" in page
    assert "Nothing of it can be imported." in page
    assert VideoDownload.objects.filter(channel_id="foxes").count() == 0


def test_an_import_of_another_account_is_not_there():
    at = sent(person("root", superuser=True), studio())
    john = person("john", "hens")
    assert john.get(at).status_code == 404
    for step in ("apply", "forecast", "undo"):
        assert john.post(f"{at}{step}/").status_code == 404
    assert "Table data.csv" not in body(john, "/data/")


def test_a_viewer_reads_but_imports_nothing():
    ann = person("ann", "hens", role="viewer")
    assert 'type="file"' not in body(ann, "/data/")
    assert ann.post("/data/imports/", {"file": studio()}).status_code == 403


def filled(channel: str, videos: int) -> None:
    """Videos of a channel: of each the second day is missing and a counter falls; of the first nothing is known."""
    for n in range(videos):
        known = {} if n == 0 else {"published_at": datetime(2026, 1, 1, tzinfo=UTC), "is_short": True}
        of = video(channel, **known | {"duration": None if n == 0 else 45})
        for day in (1, 3):
            VideoAnalytics.objects.create(video=of, date=date(2026, 1, day), views=10)
        AdSenseEarnings.objects.create(video=of, date=date(2026, 1, 3), revenue_usd=1)
        for hour, views in enumerate((5, 9, 7)):
            VideoSnapshot.objects.create(video=of, observed_at=datetime(2026, 1, 4, hour, tzinfo=UTC), views=views)


def row_of(page: str, channel: str) -> list[str]:
    row = found(rf'<tr><th scope="row" class="day">{channel}</th>(.*?)</tr>', page)
    return re.findall(r"<td[^>]*>(.*?)</td>", row)


def test_quality_counts_what_is_there_and_what_is_missing():
    filled("hens", 2)
    page = body(person("mary", "hens", role="viewer"), "/data/quality/")
    newest = ["2", "2026-01-01", "1", "1", "1", "0"]
    assert row_of(page, "hens") == [*newest, "4", "2026-01-03", "2", "6", "2", "2026-01-03"]


def test_quality_tells_a_member_nothing_of_other_channels():
    filled("hens", 1)
    filled("foxes", 2)
    page = body(person("mary", "hens"), "/data/quality/")
    assert "foxes" not in page
    assert '<h2>Videos</h2><p class="figure-big">1</p>' in page


@pytest.mark.parametrize("channels", [1, 3])
def test_quality_asks_as_many_questions_whatever_there_is(django_assert_num_queries, channels):
    for number in range(channels):
        filled(f"hens-{number}", 1 + number)
    root = person("root", superuser=True)
    with django_assert_num_queries(7):
        root.get("/data/quality/")


@pytest.mark.parametrize("imports", [1, 3])
def test_the_history_asks_as_many_questions_however_long(django_assert_num_queries, imports):
    root = person("root", superuser=True)
    for _ in range(imports):
        sent(root, studio())
    with django_assert_num_queries(4):
        root.get("/data/")


@pytest.mark.parametrize("videos", [1, 3])
def test_an_import_asks_as_many_questions_however_many_videos(django_assert_num_queries, videos):
    root = person("root", superuser=True)
    at = sent(root, studio(videos))
    root.post(f"{at}apply/", {"forecast": "yes"})
    root.get(at)
    with django_assert_num_queries(6):
        root.get(at)


REGIME = {
    "name": "tiktok-short-2026",
    "platform": "TikTok",
    "format": "short",
    "day": "2026-03-01",
    "source": "their blog",
}


def test_a_regime_is_entered_after_a_look_at_what_it_concerns():
    for day in (datetime(2026, 3, 5, tzinfo=UTC), datetime(2026, 2, 20, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)):
        video("hens", platform="tiktok", published_at=day)
    video("hens", platform="tiktok", published_at=datetime(2026, 3, 5, tzinfo=UTC), duration=900)
    root = person("root", superuser=True)
    page = root.post("/data/regimes/", REGIME).content.decode()
    assert "1 short video of TikTok published since 1 March 2026" in page
    assert "and 1 whose first 30 days lie across" in page
    assert MetricRegime.objects.count() == 0
    root.post("/data/regimes/", REGIME | {"confirmed": "yes"})
    [entered] = MetricRegime.objects.all()
    assert (entered.name, entered.at, entered.by) == (REGIME["name"], datetime(2026, 3, 1, tzinfo=UTC), "root")
    assert root.post("/data/regimes/", REGIME | {"confirmed": "yes"}).status_code == 409
    listed = body(root, "/data/regimes/")
    assert "tiktok-short-2026" in listed
    assert "youtube-short-2025-03-31" in listed


@pytest.mark.parametrize(
    "wrong",
    [
        {"day": "soon"},
        {"day": "2026-02-31"},
        {"day": "9999-12-31"},
        {"day": "0001-01-01"},
        {"format": "square"},
        {"name": " "},
        {"source": ""},
    ],
)
def test_a_regime_that_is_none_is_refused(wrong):
    root = person("root", superuser=True)
    assert root.post("/data/regimes/", REGIME | wrong | {"confirmed": "yes"}).status_code == 400
    assert MetricRegime.objects.count() == 0


def test_only_an_operator_enters_a_regime():
    mary = person("mary", "hens", role="analyst")
    assert mary.post("/data/regimes/", REGIME | {"confirmed": "yes"}).status_code == 403
    assert "Enter one" not in body(mary, "/data/regimes/")
