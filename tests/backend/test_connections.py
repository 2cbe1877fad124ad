"""Consent, secrets, retention, and letting go."""

from __future__ import annotations

import base64
import hashlib
import io
import logging
from datetime import date, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.fernet import Fernet
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core import serializers
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.test import Client

from downloader.checks import check_setting, check_tokens
from downloader.connectors.consent import Client as OAuthClient
from downloader.connectors.consent import code_in, consent, question
from downloader.connectors.failures import ConnectorError
from downloader.connectors.tokens import opened, sealed, sealed_anew
from downloader.models import (
    AdSenseEarnings,
    ConnectedVideo,
    Connection,
    ConnectionReading,
    MLPrediction,
    VideoAnalytics,
    VideoDownload,
    VideoSnapshot,
)
from downloader.selectors.connections import connection_numbered
from downloader.services.access import account_of_user
from downloader.services.connections import DERIVED, ask_owner, connect, derived_label, disconnect
from downloader.services.ml_prediction_service import MLPredictionService
from foreview.errors import UsageError
from tests.backend.connected import DAY, KEY, NIGHT, connected, database, days_of, on_site, synced
from tests.backend.google import ACCESS_TOKEN, CHANNEL, CLIENT_SECRET, MONETARY, REFRESH_TOKEN, Google, tomatoes

pytestmark = pytest.mark.django_db
CLIENT = OAuthClient("an-id", CLIENT_SECRET)
SCOPES = "https://www.googleapis.com/auth/youtube.readonly https://www.googleapis.com/auth/yt-analytics.readonly"
SECRETS = (REFRESH_TOKEN, ACCESS_TOKEN, CLIENT_SECRET, KEY)


@pytest.fixture
def google(settings, monkeypatch) -> Google:
    channel = tomatoes(3)
    channel.granted = f"{SCOPES} {MONETARY}"
    on_site(settings, monkeypatch, channel)
    return channel


def answer_to(url: str, **changes: str) -> str:
    """Where the browser ends when the owner agreed."""
    query = parse_qs(urlsplit(url).query)
    values = {"state": query["state"][0], "code": "4/a-code"} | changes
    return f"{query['redirect_uri'][0]}?" + "&".join(f"{name}={value}" for name, value in values.items())


class Owner(io.StringIO):
    """Opens the address that was printed, agrees, and pastes where the browser ended."""

    def __init__(self, out: io.StringIO) -> None:
        super().__init__()
        self.out = out

    def readline(self, size: int | None = -1, /) -> str:
        return answer_to(next(word for word in self.out.getvalue().split() if word.startswith("https"))) + "\n"


def run(monkeypatch, *arguments: str, agrees: bool = False) -> str:
    out = io.StringIO()
    monkeypatch.setattr("sys.stdin", Owner(out) if agrees else io.StringIO())
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_the_question_is_asked_with_a_state_and_a_challenge_and_for_reading_alone():
    asked = question(CLIENT, "youtube")
    query = {name: values[0] for name, values in parse_qs(urlsplit(asked.url).query).items()}
    digest = hashlib.sha256(asked.verifier.encode()).digest()
    assert query["code_challenge"] == base64.urlsafe_b64encode(digest).decode().rstrip("=")
    assert (query["code_challenge_method"], query["access_type"], query["state"]) == ("S256", "offline", asked.state)
    assert all(scope.endswith("readonly") for scope in query["scope"].split())
    assert asked.verifier not in asked.url
    assert question(CLIENT, "youtube").state != asked.state


@pytest.mark.parametrize(
    ("address", "fact"),
    [
        ("http://127.0.0.1:8765/?state=another&code=4", "its state is another"),
        ("http://127.0.0.1:8765/?code=4", "it has no state"),
        ("4/only-the-code", "it has no state"),
    ],
)
def test_an_address_that_is_no_answer_to_the_question_is_refused(address, fact):
    with pytest.raises(UsageError, match=fact):
        code_in(question(CLIENT, "youtube"), address)


def test_an_owner_who_refuses_is_believed():
    asked = question(CLIENT, "youtube")
    with pytest.raises(UsageError, match="the answer is access_denied"):
        code_in(asked, f"http://127.0.0.1:8765/?state={asked.state}&error=access_denied")


def test_what_the_owner_unticked_is_named_unless_it_can_be_done_without():
    google = Google(granted=SCOPES)
    asked = question(CLIENT, "youtube")
    assert consent(CLIENT, asked, "4", google).scopes == tuple(SCOPES.split())
    assert google.bodies[0]["code_verifier"] == asked.verifier
    google.granted = SCOPES.split(maxsplit=1)[0]
    with pytest.raises(ConnectorError, match=r"not agreed to: .*yt-analytics\.readonly"):
        consent(CLIENT, asked, "4", google)


def test_a_code_that_is_worth_nothing_is_said():
    with pytest.raises(ConnectorError, match="expired or revoked"):
        consent(CLIENT, question(CLIENT, "youtube"), "4", Google(revoked=True))


def test_a_channel_is_connected_and_its_owner_sees_it(google):
    user = get_user_model().objects.create_user("tom")
    asked = ask_owner("youtube")
    connection = connect(user, asked, answer_to(asked.url))
    assert (connection.account, connection.title, connection.state) == (CHANNEL, "Tomatoes", "connected")
    assert account_of_user(user).sees(CHANNEL)
    assert opened(connection.sealed_token) == REFRESH_TOKEN
    google.revoked = True
    synced()
    google.revoked = False
    asked = ask_owner("youtube")
    assert connect(user, asked, answer_to(asked.url)).pk == connection.pk
    assert synced().said == ""


def test_an_account_of_adsense_is_connected(google):
    google.granted = "https://www.googleapis.com/auth/adsense.readonly"
    asked = ask_owner("adsense")
    connection = connect(get_user_model().objects.create_user("tom"), asked, answer_to(asked.url))
    assert str(connection) == "AdSense account Tom"


def test_a_site_without_key_or_client_says_so_before_the_owner_is_asked(settings, google):
    whole = settings.FOREVIEW
    settings.FOREVIEW = whole | {"TOKEN_KEYS": []}
    with pytest.raises(UsageError, match="TOKEN_KEYS'] has no key"):
        ask_owner("youtube")
    settings.FOREVIEW = whole | {"GOOGLE": {}}
    with pytest.raises(UsageError, match="has no CLIENT_ID"):
        ask_owner("youtube")


def test_secrets_are_neither_in_the_database_nor_the_log_nor_the_admin_nor_any_text(
    google, caplog, monkeypatch, admin_client
):
    caplog.set_level(logging.DEBUG)
    user = get_user_model().objects.create_user("tom")
    asked = ask_owner("youtube")
    connection = connect(user, asked, answer_to(asked.url))
    synced()
    google.revoked = True
    synced(NIGHT + DAY)
    models = apps.get_app_config("downloader").get_models()
    stored = "".join(serializers.serialize("json", model._default_manager.all()) for model in models)
    shown = run(monkeypatch, "list_connections")
    page = admin_client.get(f"/admin/downloader/connection/{connection.pk}/change/").content.decode()
    texts = (repr(connection), str(connection), repr(asked), repr(CLIENT))
    everything = "".join((stored, caplog.text, shown, page, *texts))
    assert [secret for secret in SECRETS if secret in everything] == []
    assert connection.sealed_token not in page
    assert asked.verifier not in repr(asked)
    assert "Tomatoes" in page
    assert "gAAAA" in stored


def test_keys_are_changed_without_connecting_again(settings, google):
    connected()
    new = Fernet.generate_key().decode()
    settings.FOREVIEW = settings.FOREVIEW | {"TOKEN_KEYS": [new, KEY]}
    synced()
    settings.FOREVIEW = settings.FOREVIEW | {"TOKEN_KEYS": [new]}
    assert opened(Connection.objects.get().sealed_token) == REFRESH_TOKEN


def test_a_token_that_no_key_opens_is_said(settings, google):
    token = sealed("secret")
    settings.FOREVIEW = settings.FOREVIEW | {"TOKEN_KEYS": [Fernet.generate_key().decode()]}
    for use in (opened, sealed_anew):
        with pytest.raises(UsageError, match=r"none does\. Put back the key"):
            use(token)
    settings.FOREVIEW = settings.FOREVIEW | {"TOKEN_KEYS": ["no key"]}
    with pytest.raises(UsageError, match="one of them is none"):
        sealed("secret")


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ({"TOKEN_KEYS": ["no key"]}, ["downloader.E009"]),
        ({"TOKEN_KEYS": KEY}, ["downloader.E009"]),
        ({"GOOGLE": {"ID": "an-id"}, "TOKEN_KEYS": [KEY]}, ["downloader.E010"]),
        ({"QUOTA": {"youtube": "many"}}, ["downloader.E011"]),
        ({"GOOGLE": {"CLIENT_ID": "an-id"}, "TOKEN_KEYS": []}, ["downloader.W002"]),
        ({"GOOGLE": {"CLIENT_ID": "an-id"}, "TOKEN_KEYS": [KEY]}, []),
    ],
)
def test_each_mistake_of_the_settings_has_its_id(settings, setting, expected):
    settings.FOREVIEW = settings.FOREVIEW | setting
    found = check_setting()
    assert [message.id for message in found] == expected
    assert all(message.hint for message in found)


def test_connections_without_a_key_are_warned_of_where_a_database_may_be_asked(settings, google):
    connected()
    assert check_tokens(databases=["default"]) == []
    settings.FOREVIEW = settings.FOREVIEW | {"TOKEN_KEYS": []}
    assert check_tokens() == []
    assert [message.id for message in run_checks(tags=["database"], databases=["default"])] == ["downloader.W003"]
    Connection.objects.all().delete()
    assert check_tokens(databases=["default"]) == []


def imported_before() -> VideoDownload:
    """A video that was here before, with a snapshot of another source."""
    video = VideoDownload.objects.create(title="By hand", source_id="v000", channel_id=CHANNEL)
    VideoSnapshot.objects.create(video=video, observed_at=NIGHT - DAY, views=1)
    VideoSnapshot.objects.create(video=video, observed_at=NIGHT + DAY / 2, views=2)
    VideoAnalytics.objects.create(video=video, date=date(2026, 3, 25), views=3)
    return video


def left_of_before() -> None:
    assert [row[0] for row in database()["videos"]] == ["v000"]
    assert list(VideoSnapshot.objects.order_by("views").values_list("views", flat=True)) == [1, 2]
    assert days_of("v000") == {"03-25": 3}
    assert AdSenseEarnings.objects.count() == 0


def test_disconnecting_revokes_and_deletes_what_was_read_and_nothing_else(google):
    imported_before()
    connection = connected()
    synced()
    forecast_of = VideoDownload.objects.get(source_id="v001").pk
    MLPredictionService().predict_video_performance(forecast_of)
    assert disconnect(connection) is True
    assert google.bodies[-1] == {"token": REFRESH_TOKEN}
    left_of_before()
    assert (Connection.objects.count(), ConnectedVideo.objects.count(), ConnectionReading.objects.count()) == (0, 0, 0)
    assert not MLPrediction.objects.filter(video=forecast_of).exists()


def test_disconnecting_keeps_what_was_read_where_that_was_chosen_whatever_google_says(google, settings):
    connection = connected()
    synced()
    before = database()
    connection.delete_on_disconnect = False
    settings.FOREVIEW = settings.FOREVIEW | {"TOKEN_KEYS": [Fernet.generate_key().decode()]}
    assert disconnect(connection) is False
    assert (database(), Connection.objects.count()) == (before, 0)


def retained(days: int | None, *nights: datetime) -> None:
    Connection.objects.update(retention_days=days)
    for night in nights:
        synced(night)


def test_what_a_revoked_connection_left_is_deleted_when_its_retention_ends(google):
    imported_before()
    connected()
    synced()
    google.revoked = True
    before = database()
    retained(30, NIGHT + 30 * DAY)
    assert database() == before
    retained(30, NIGHT + 30 * DAY + DAY / 24)
    left_of_before()
    assert set(ConnectedVideo.objects.values_list("whole_at", "last_day")) == {(None, None)}


def test_snapshots_older_than_the_retention_go_and_days_that_are_read_again_stay(google):
    connected()
    nights = [NIGHT + number * 10 * DAY for number in range(6)]
    retained(30, *nights)
    kept = VideoSnapshot.objects.order_by().values_list("observed_at", flat=True).distinct()
    assert sorted(kept) == nights[2:]
    assert len(days_of("v000")) == 20
    assert sorted(ConnectionReading.objects.values_list("at", flat=True)) == nights[2:]


def test_a_video_that_youtube_deleted_goes_with_its_retention(google):
    connected()
    synced()
    google.videos["v001"]["deleted"] = True
    retained(30, NIGHT + 29 * DAY)
    assert VideoDownload.objects.get(source_id="v001").status == "deleted"
    retained(30, NIGHT + 31 * DAY)
    assert [row[0] for row in database()["videos"]] == ["v000", "v002"]


def test_a_private_video_loses_its_days_and_gets_them_back_when_it_is_public(google):
    connected()
    synced()
    whole = days_of("v001")
    google.videos["v001"]["privacy"] = "private"
    retained(30, NIGHT + 25 * DAY, NIGHT + 31 * DAY)
    assert days_of("v001") == {}
    google.videos["v001"]["privacy"] = "public"
    retained(30, NIGHT + 32 * DAY)
    assert days_of("v001") == whole


def test_without_a_retention_all_is_kept(google):
    connected()
    synced()
    google.revoked = True
    before = database()
    retained(None, NIGHT + 900 * DAY)
    assert database() == before


def test_what_is_derived_is_labelled_where_the_connection_says_so(google):
    connection = connected()
    assert derived_label(CHANNEL) == DERIVED
    assert derived_label("UCother") == ""
    connection.label_derived = False
    connection.save()
    assert derived_label(CHANNEL) == ""


def test_the_commands_connect_read_list_and_let_go(google, monkeypatch):
    get_user_model().objects.create_user("tom")
    said = run(monkeypatch, "connect_youtube", "tom", agrees=True)
    number = Connection.objects.get().pk
    assert f"Connected: {number}, YouTube channel Tomatoes" in said
    assert "3 videos read, 0 rows deleted. Done." in run(monkeypatch, "sync_connections", "--connection", str(number))
    listed = run(monkeypatch, "list_connections")
    assert "youtubeAnalytics.reports.query: 8 units; 50,000 a day of its API" in listed
    assert "What was read is deleted. Google has revoked the token." in run(monkeypatch, "disconnect", str(number))
    assert "Nothing is connected" in run(monkeypatch, "sync_connections")


def test_a_users_mistake_is_a_sentence(google, monkeypatch):
    get_user_model().objects.create_user("tom")
    for arguments, fact in (
        (("sync_connections", "--connection", "7"), "there is no 7"),
        (("disconnect", "7"), "there is no 7"),
        (("connect_youtube", "tom"), "the input ended"),
        (("connect_youtube", "nobody"), "nobody"),
    ):
        with pytest.raises(CommandError, match=fact):
            run(monkeypatch, *arguments)
    with pytest.raises(UsageError, match="list_connections"):
        connection_numbered(7)


def test_the_admin_sets_switches_and_neither_adds_nor_deletes(google, admin_client: Client):
    connection = connected()
    assert admin_client.get("/admin/downloader/connection/add/").status_code == 403
    assert admin_client.post(f"/admin/downloader/connection/{connection.pk}/delete/").status_code == 403
    assert admin_client.get("/admin/downloader/quotause/").status_code == 200
    sent = admin_client.post(f"/admin/downloader/connection/{connection.pk}/change/", {"retention_days": 7})
    assert sent.status_code == 302
    connection.refresh_from_db()
    assert (connection.retention_days, connection.delete_on_disconnect, connection.account) == (7, False, CHANNEL)
