"""What hinders the reading of a channel is said, and hinders nothing else."""

from __future__ import annotations

import pytest

from downloader.models import Alert, Connection
from downloader.services.syncing import Way, sync_connections
from tests.backend.connected import DAY, NIGHT, connected, database, days_of, synced

pytestmark = pytest.mark.django_db


def test_a_revoked_token_is_said_raises_an_alert_and_is_not_tried_again(google, connection):
    google.revoked = True
    said = synced().said
    assert "invalid_grant" in said
    assert "Connect it again with `manage.py connect_youtube`" in said
    connection.refresh_from_db()
    assert (connection.state, connection.said) == ("again", said)
    posts = len(google.bodies)
    assert synced(NIGHT + DAY).said == said
    assert len(google.bodies) == posts
    assert [alert.subject for alert in Alert.objects.filter(kind="connection")] == ["YouTube channel Tomatoes"]


def test_days_of_another_time_zone_are_refused_and_nothing_is_written(settings, google, connection):
    settings.FOREVIEW = settings.FOREVIEW | {"TIMEZONE": "Europe/Berlin"}
    assert "time zone of FOREVIEW" in synced().said
    assert database() == {"videos": [], "daily": [], "earnings": [], "snapshots": []}


def test_what_hinders_one_connection_does_not_hinder_the_next(google, connection):
    other = connected(account="UCother")
    Connection.objects.filter(pk=connection.pk).update(state="again", said="Connect it again.")
    connection.refresh_from_db()
    found = sync_connections([connection, other], Way(clock=lambda: NIGHT))
    assert [(one.videos, one.said) for one in found] == [(0, "Connect it again."), (4, "")]


def test_a_token_that_no_key_opens_hinders_its_connection_alone_and_keeps_nothing_longer(google, connection):
    synced()
    other = connected(account="UCother")
    Connection.objects.filter(pk=connection.pk).update(sealed_token="lost")
    connection.refresh_from_db()
    later = NIGHT + 31 * DAY
    found = sync_connections([connection, other], Way(clock=lambda: later))
    assert [(one.videos, one.deleted > 0) for one in found] == [(0, True), (4, False)]
    assert found[0].said.startswith("one of FOREVIEW['TOKEN_KEYS'] opens the token")
    connection.refresh_from_db()
    assert (connection.state, connection.said) == ("connected", found[0].said)


@pytest.mark.parametrize(
    ("setting", "fact"),
    [
        ("GOOGLE", "FOREVIEW['GOOGLE'] has no CLIENT_ID and CLIENT_SECRET"),
        ("TOKEN_KEYS", "FOREVIEW['TOKEN_KEYS'] has no key"),
    ],
)
def test_where_a_setting_is_gone_that_is_said_of_each_connection_and_nothing_is_kept_longer(
    settings, google, connection, setting, fact
):
    synced()
    other = connected(account="UCother")
    settings.FOREVIEW = {name: value for name, value in settings.FOREVIEW.items() if name != setting}
    found = sync_connections([connection, other], Way(clock=lambda: NIGHT + 31 * DAY))
    assert [(fact in one.said, one.videos, one.deleted > 0) for one in found] == [(True, 0, True), (True, 0, False)]
    assert database() == {"videos": [], "daily": [], "earnings": [], "snapshots": []}
    assert [(row.state, row.said) for row in Connection.objects.order_by("pk")] == [
        ("connected", one.said) for one in found
    ]


def test_one_video_that_google_does_not_tell_of_does_not_hold_up_the_others(google, connection, caplog):
    google.untold.add("v002")
    assert (synced().videos, synced().said) == (4, "")
    assert (days_of("v002"), len(days_of("v001")), len(days_of("v003"))) == ({}, 19, 17)
    assert "v002: its days are not told" in caplog.text
    google.untold.clear()
    synced(NIGHT + DAY)
    assert len(days_of("v002")) == 18
