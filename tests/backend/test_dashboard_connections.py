"""Connections by page: who sees which, the owner's consent, and the end."""

from __future__ import annotations

from html import unescape

import pytest

from downloader.models import Connection
from tests.backend.connected import connected
from tests.backend.records import found, person
from tests.backend.test_connections import answer_to, google  # noqa: F401  (a fixture)

pytestmark = pytest.mark.django_db
URL = "/data/connections/"


def asked(client) -> str:
    """The address at which the owner agrees."""
    page = client.post(f"{URL}ask/", {"kind": "youtube"}).content.decode()
    return unescape(found(r'href="(https://accounts\.google\.com/[^"]+)"', page))


@pytest.mark.usefixtures("google")
def test_a_channel_is_connected_by_its_owners_consent():
    mary = person("mary", "hens")
    answer = mary.post(f"{URL}answer/", {"address": answer_to(asked(mary))}, follow=True)
    assert "is connected, and read each night." in answer.content.decode()
    [made] = Connection.objects.all()
    assert made.who.username == "mary"
    assert made.account in mary.get("/settings/").content.decode()


@pytest.mark.usefixtures("google")
def test_where_google_sends_the_browser_back_it_is_confirmed_by_a_form():
    mary = person("mary", "hens")
    query = answer_to(asked(mary)).partition("?")[2]
    page = mary.get(f"{URL}answer/?{query}").content.decode()
    address = unescape(found(r'name="address" value="([^"]+)"', page))
    assert Connection.objects.count() == 0
    assert mary.post(f"{URL}answer/", {"address": address}).status_code == 302
    assert Connection.objects.count() == 1


@pytest.mark.usefixtures("google")
@pytest.mark.parametrize("changes", [{"state": "another"}, {"code": ""}])
def test_an_answer_to_another_question_is_refused(changes):
    mary = person("mary", "hens")
    assert mary.post(f"{URL}answer/", {"address": answer_to(asked(mary), **changes)}).status_code == 400
    assert Connection.objects.count() == 0


def test_without_a_question_or_a_project_at_google_it_says_what_is_missing():
    mary = person("mary", "hens")
    assert mary.post(f"{URL}answer/", {"address": "http://127.0.0.1/"}).status_code == 400
    answer = mary.post(f"{URL}ask/", {"kind": "youtube"})
    assert answer.status_code == 400
    assert "TOKEN_KEYS" in answer.content.decode()
    assert mary.post(f"{URL}ask/", {"kind": "radio"}).status_code == 400


@pytest.mark.usefixtures("google")
def test_a_connection_is_seen_and_ended_by_who_made_it_and_by_superusers_alone():
    made = connected()
    at = f"{URL}{made.pk}/disconnect/"
    mary, root = person("mary", "hens"), person("root", superuser=True)
    assert "Tomatoes" not in mary.get(URL).content.decode()
    assert [mary.post(address).status_code for address in (at, f"{URL}{made.pk + 1}/disconnect/")] == [404, 404]
    assert "Tomatoes" in root.get(URL).content.decode()
    assert "Disconnect YouTube channel Tomatoes?" in root.get(at).content.decode()
    assert "is disconnected" in root.post(at, follow=True).content.decode()
    assert Connection.objects.count() == 0


@pytest.mark.parametrize("path", ["ask/", "answer/"])
def test_only_an_operator_connects(path):
    mary = person("mary", "hens", role="analyst")
    assert mary.post(URL + path, {"kind": "youtube"}).status_code == 403
    assert "Connect</button>" not in mary.get(URL).content.decode()


@pytest.mark.usefixtures("google")
@pytest.mark.parametrize("number", [1, 3])
def test_connections_are_listed_in_as_many_questions_however_many(django_assert_num_queries, number):
    for channel in range(number):
        connected(account=f"UC{channel}")
    root = person("root", superuser=True)
    with django_assert_num_queries(4):
        root.get(URL)
