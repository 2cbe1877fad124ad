"""Connecting a channel or an account, and letting go of it."""

from __future__ import annotations

from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from downloader.configuration import google_client, video_is_mapped, video_label
from downloader.connectors import adsense, youtube_data
from downloader.connectors.consent import LOOPBACK, Client, Question, code_in, consent, question, revoke
from downloader.connectors.session import Session, authorised, check_installed, plain_http
from downloader.connectors.tokens import opened, sealed
from downloader.models import Connection, ConnectionState
from downloader.services.access import add_member
from downloader.services.quota import spend
from downloader.services.retention import delete_read
from foreview.errors import ForeviewError, UsageError

DERIVED: Final = "Computed by Foreview from data of the YouTube API; YouTube neither made nor checked it."
"""What a page says beside figures of a channel whose connection has ``label_derived``."""


def own_client() -> Client:
    """Return the project at Google that the settings name.

    Raises
    ------
    UsageError
        If they name none, or the extra is not installed.

    """
    check_installed()
    given = google_client()
    if not given.get("CLIENT_ID") or not given.get("CLIENT_SECRET"):
        raise UsageError(
            "Google is asked in the name of a project of yours",
            "FOREVIEW['GOOGLE'] has no CLIENT_ID and CLIENT_SECRET",
            "Make an OAuth client, see docs/how-to/connect-youtube.md",
        )
    return Client(given["CLIENT_ID"], given["CLIENT_SECRET"], given.get("REDIRECT", LOOPBACK))


def ask_owner(kind: str) -> Question:
    """Return the question that the owner answers in a browser."""
    if video_is_mapped():
        raise UsageError(
            "connections write into Foreview's own videos",
            f"FOREVIEW maps them to {video_label()}",
            "Write into your own models",
        )
    sealed("")  # said before the owner is asked, not afterwards
    return question(own_client(), kind)


def connect(user: Any, asked: Question, address: str) -> Connection:
    """Keep what the owner agreed to, and return the connection; one that is there already is opened anew.

    ``address`` is where the browser ended. The user becomes a member of the channel.

    Raises
    ------
    UsageError
        If the owner refused, or the address is no answer.
    ConnectorError
        If Google gives no token, or the account has no channel.

    """
    client, http = own_client(), plain_http()
    agreed = consent(client, asked, code_in(asked, address), http)
    session = Session(authorised(client, agreed.refresh_token, http), lambda method: spend(method, timezone.now()))
    if asked.kind == "youtube":
        channel = youtube_data.own_channel(session)
        account, title = channel.id, channel.title
    else:
        account, title = adsense.own_account(session)
    with transaction.atomic():
        connection, _ = Connection.objects.update_or_create(
            kind=asked.kind,
            account=account,
            defaults={
                "title": title,
                "who": user,
                "scopes": list(agreed.scopes),
                "sealed_token": sealed(agreed.refresh_token),
                "state": ConnectionState.CONNECTED,
                "said": "",
            },
        )
        if asked.kind == "youtube":
            add_member(user, [account])
    return connection


def derived_label(channel_id: str) -> str:
    """Return what is said beside figures derived for this channel; empty where nothing needs to be said."""
    labelled = Connection.objects.filter(kind="youtube", account=channel_id, label_derived=True)
    return DERIVED if labelled.exists() else ""


def disconnect(connection: Connection) -> bool:
    """Forget the token, and what was read where the connection says so; return whether Google has revoked the token.

    What Google says does not hinder it: who wants to go, goes.
    """
    revoked = _revoked(connection)
    with transaction.atomic():
        if connection.delete_on_disconnect:
            delete_read(connection)
        connection.delete()
    return revoked


def _revoked(connection: Connection) -> bool:
    try:
        check_installed()
        return revoke(opened(connection.sealed_token), plain_http())
    except ForeviewError:
        return False
