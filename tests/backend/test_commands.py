"""The commands, as a user types them."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.utils import timezone

from downloader.models import LedgerRow, MLPrediction, Promotion, VideoDownload
from downloader.selectors import newest_promotion, outcome_records
from downloader.services.ml_prediction_service import MLPredictionService
from downloader.services.serving import serving_at
from foreview.releases.store import list_releases, publish_to
from foreview.simulation.world import DEFAULT_END, World
from foreview.tables.folder import write_catalogue
from tests.backend.published import cheap, promoted, published

pytestmark = pytest.mark.django_db
CHECKOUT = Path(__file__).resolve().parents[2]


def said_by(*command: object) -> str:
    out = StringIO()
    call_command(*map(str, command), stdout=out)
    return " ".join(out.getvalue().split())


@pytest.fixture
def folder(world: World, tmp_path: Path) -> Path:
    write_catalogue(world.catalogue, tmp_path / "world")
    return tmp_path / "world"


def test_a_catalogue_is_imported_trained_on_and_forecast(folder, world, releases):
    days, videos = world.catalogue.daily.height, world.catalogue.videos.height
    imported = said_by("import_data", folder)
    assert (
        f"Imported {videos} new videos (0 changed, 0 unchanged), {days} new days (0 changed, 0 unchanged)" in imported
    )
    as_of = DEFAULT_END.date().isoformat()
    trained = said_by("train_models", "--as-of", as_of)
    serving = serving_at(timezone.now())
    assert list_releases(releases) == (releases / serving,)
    assert f"Release {serving} serves, trained on " in trained
    assert f"{videos} forecasts saved" in said_by("predict_videos", "--as-of", as_of)
    assert set(MLPrediction.objects.values_list("model_version", flat=True)) == {serving}


def test_single_videos_can_be_forecast():
    keys = [VideoDownload.objects.create(title=f"video {n}").pk for n in range(3)]
    said = said_by("predict_videos", "--video", keys[0], "--video", keys[2])
    assert "2 forecasts saved" in said
    assert sorted(MLPrediction.objects.values_list("video_id", flat=True)) == [keys[0], keys[2]]


@pytest.mark.parametrize(
    ("command", "says", "code"),
    [
        (("import_data", "nowhere"), "nowhere does not. Check the path", 3),
        (("train_models",), "training needs a label that is mature", 3),
        (("predict_videos", "--video", "42"), "there is none with the id 42", 2),
        (("predict_videos", "--as-of", "yesterday"), "found 'yesterday'", 2),
        (("predict_videos", "--as-of", "2026-02-31"), "found '2026-02-31'", 2),
        (("predict_videos", "--as-of", "2026-05-01T12:00:00"), "says its time zone", 2),
    ],
)
def test_a_users_mistake_is_a_sentence_and_an_exit_code(command, says, code):
    with pytest.raises(CommandError, match=r".") as caught:
        said_by(*command)
    assert says in str(caught.value)
    assert caught.value.returncode == code


def test_what_serves_is_changed_and_changed_back_by_two_commands():
    first, second = promoted(1).version, published(2).version
    with pytest.raises(CommandError, match="not trained on") as refused:
        said_by("promote_release", second, "--reason", "newer")
    assert refused.value.returncode == 3
    said = said_by("promote_release", second, "--reason", "it is broken", "--by", "me", "--against-the-gate")
    assert f"{second} serves, in the place of {first}." in said
    assert "The gate said: a release is judged on videos" in said
    assert f"{first} serves again, in the place of {second}." in said_by("rollback_release", "--reason", "it was not")
    assert list(Promotion.objects.order_by("number").values_list("by", flat=True))[1] == "me"


def test_folders_without_a_row_are_adopted(releases):
    assert "Every release has its row." in said_by("adopt_releases")
    folder = publish_to(releases, cheap(1))
    assert f"{folder.name} is a candidate." in said_by("adopt_releases")


def test_the_ledger_is_verified_shortened_and_recomputed_by_commands():
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    video = VideoDownload.objects.create(title="Test Video", published_at=noon)
    MLPredictionService().predict_videos(as_of=noon)
    assert "Row 1: the same bit for bit" in said_by("recompute_forecast", "1")
    assert "0 outcomes written" in said_by("mature_labels", "--as-of", "2026-03-05")
    said = said_by("mature_labels", "--as-of", "2026-06-01")
    assert "4 outcomes written" in said
    assert "unknown: 4 (no label came within 30 days" in said
    whole = said_by("verify_ledger")
    end = re.search(r"it ends at (5:[0-9a-f]{64})", whole)
    assert end is not None
    assert "The ledger is whole" in said_by("verify_ledger", "--remembered", end[1])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE downloader_ledgerrow SET record = replace(record, 'unknown', 'usable') WHERE number = 2")
    with pytest.raises(CommandError, match="row 2: it was changed") as broken:
        said_by("verify_ledger")
    assert broken.value.returncode == 3
    with pytest.raises(CommandError, match="NUMBER:DIGEST") as mistaken:
        said_by("verify_ledger", "--remembered", "5")
    assert mistaken.value.returncode == 2
    assert "5 rows removed" in said_by("prune_ledger", "--before", "2099-01-01")
    assert "The ledger is whole" in said_by("verify_ledger")
    assert video.pk


SMALL_DEMO = ("--channels", "3", "--videos", "150", "--days", "150")


def test_the_demo_is_made_once_and_then_only_shown(settings):
    settings.DEBUG, settings.ALLOWED_HOSTS = True, []
    settings.FOREVIEW = settings.FOREVIEW | {"DELAY_HOURS": 48.0}
    first = said_by("seed_demo", *SMALL_DEMO)
    assert "Took: inventing a world" in first
    assert VideoDownload.objects.count() == MLPrediction.objects.count() == 150
    assert get_user_model().objects.get(username="demo").check_password("demo")
    VideoDownload.objects.create(title="my own, imported into the demo")
    MLPredictionService().predict_videos()
    assert "Everything was there already." in said_by("seed_demo", *SMALL_DEMO)
    assert VideoDownload.objects.count() == 151


def test_the_demos_ledger_has_a_past_in_which_nothing_was_known_of_the_future(settings):
    settings.FOREVIEW = settings.FOREVIEW | {"DELAY_HOURS": 48.0}
    said_by("seed_demo", *SMALL_DEMO)
    forecasts = LedgerRow.objects.filter(kind="forecast").order_by("number")
    assert forecasts.exclude(issue_age_days__gte=0, issue_age_days__lt=30).count() == 0
    promotion = newest_promotion()
    assert promotion is not None
    assert forecasts.values_list("as_of", flat=True)[0] == promotion.release.as_of
    assert outcome_records("views_30d")
    assert "The ledger is whole" in said_by("verify_ledger")


def test_no_demo_user_is_made_where_others_could_log_in(settings):
    from downloader.services.demo import ensure_demo_user

    settings.DEBUG, settings.ALLOWED_HOSTS = True, ["videos.example"]
    assert not ensure_demo_user()
    settings.DEBUG, settings.ALLOWED_HOSTS = False, []
    assert not ensure_demo_user()
    assert not get_user_model().objects.exists()


def test_nothing_invented_is_mixed_with_real_videos():
    VideoDownload.objects.create(title="mine")
    with pytest.raises(CommandError, match="without other videos"):
        said_by("seed_demo")


def said_on_stderr(environment: dict[str, str], *command: str) -> str:
    """What a command that ends with exit code 3 says, in one line."""
    manage = [sys.executable, str(CHECKOUT / "backend" / "manage.py"), *command]
    others = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    ended = subprocess.run(manage, capture_output=True, text=True, env=others | environment, check=False)
    assert ended.returncode == 3, ended.stderr
    return " ".join(ended.stderr.split())


def test_a_database_that_was_not_migrated_is_said_with_what_mends_it(tmp_path):
    said = said_on_stderr({"FOREVIEW_DATA": str(tmp_path)}, "verify_ledger")
    assert said == (
        "CommandError: the database has the tables of this version. no such table: downloader_ledgerhead. "
        "Run `manage.py migrate`."
    )


def test_a_database_that_is_not_there_is_said_in_its_own_words(tmp_path):
    place = f"sqlite:///{tmp_path}/no-such-folder/db.sqlite3"
    said = said_on_stderr({"FOREVIEW_DATA": str(tmp_path), "DATABASE_URL": place}, "list_jobs")
    assert said == (
        "CommandError: the database can be reached and used. unable to open database file. "
        "See DATABASE_URL, and whether it runs."
    )


def test_an_interrupted_command_says_so_without_a_stack_trace(tmp_path):
    environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"} | {"FOREVIEW_DATA": str(tmp_path)}
    manage = [sys.executable, str(CHECKOUT / "backend" / "manage.py")]
    subprocess.run([*manage, "migrate", "--verbosity", "0"], check=True, env=environment)
    demo = subprocess.Popen(
        [*manage, "seed_demo"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
    database = tmp_path / "foreview.sqlite3-wal"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not (database.exists() and database.stat().st_size > 100_000):
        time.sleep(0.05)
    demo.send_signal(signal.SIGINT)
    _, said = demo.communicate(timeout=60)
    assert demo.returncode == 130
    assert "Interrupted." in said
    assert "Traceback" not in said
    assert list_releases(tmp_path / "releases") == ()
