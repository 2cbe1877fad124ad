"""Connecting, keeping secrets, and what the commands and the admin say."""

from __future__ import annotations

import io
import logging
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
from downloader.connectors.tokens import opened, sealed, sealed_anew
from downloader.models import (
    Connection,
    VideoDownload,
)
from downloader.selectors.connections import connection_numbered
from downloader.services.access import account_of_user
from downloader.services.connections import DERIVED, ask_owner, connect, derived_label
from downloader.services.ml_prediction_service import MLPredictionService
from foreview.errors import UsageError
from tests.backend.connected import DAY, KEY, NIGHT, connected, on_site, synced
from tests.backend.google import ACCESS_TOKEN, CHANNEL, CLIENT_SECRET, MONETARY, REFRESH_TOKEN, Google, tomatoes

pytestmark = [pytest.mark.django_db, pytest.mark.dialect]
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


class Owner:
    """Opens the address that was printed, agrees, and pastes where the browser ended."""

    def __init__(self, out: io.StringIO) -> None:
        self.out = out

    def readline(self, _size: int = -1, /) -> str:
        return answer_to(next(word for word in self.out.getvalue().split() if word.startswith("https"))) + "\n"


def run(monkeypatch, *arguments: str, agrees: bool = False) -> str:
    out = io.StringIO()
    monkeypatch.setattr("sys.stdin", Owner(out) if agrees else io.StringIO())
    call_command(*arguments, stdout=out)
    return out.getvalue()


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


def test_a_site_whose_videos_are_another_apps_is_not_written_to(settings, google):
    mapped = {"model": "downloader.VideoDownload", "fields": {"title": "title", "published_at": "published_at"}}
    settings.FOREVIEW = settings.FOREVIEW | {"VIDEO": mapped}
    with pytest.raises(UsageError, match="Foreview's own videos"):
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


def test_what_is_derived_is_labelled_where_the_connection_says_so(google, admin_client: Client):
    connection = connected()
    assert derived_label(CHANNEL) == DERIVED
    assert derived_label("UCother") == ""
    forecast = MLPredictionService().predict_video_performance(
        VideoDownload.objects.create(title="Ten", channel_id=CHANNEL).pk
    )
    page = f"/admin/downloader/mlprediction/{forecast.pk}/change/"
    assert DERIVED in admin_client.get(page).content.decode()
    connection.label_derived = False
    connection.save()
    assert derived_label(CHANNEL) == ""
    assert DERIVED not in admin_client.get(page).content.decode()


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
