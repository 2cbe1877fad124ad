"""Shared links: what they open, and what they never open."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from downloader.models import AuditEntry, Membership, SharedLink
from downloader.services.access import set_role
from tests.backend.records import found, person, two_channels

pytestmark = pytest.mark.django_db
LINKS = "/track-record/links/"


def link_of(client: Client, **said) -> str:
    """The path of a new link."""
    answer = client.post(LINKS, {"name": "a sponsor", "days": "30", "which": "all"} | said)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-store"
    return found(r"http://testserver(/shared/[\w-]{43}/)", answer.content.decode())


def read(path: str) -> str:
    answer = Client().get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_whoever_has_a_link_reads_the_record_and_no_title():
    two_channels()
    page = read(link_of(person("mary", "hens")))
    assert "forecasts of 3 videos" in page
    assert "made for a sponsor" in page
    assert "Hen 0" not in page
    assert "/videos/" not in page
    assert "/sign-in/" not in page
    assert "<nav" not in page


def test_titles_are_shown_where_that_was_chosen_and_lead_nowhere():
    two_channels()
    page = read(link_of(person("mary", "hens"), titles="yes"))
    assert "Hen 0" in page
    assert "/videos/" not in page
    assert "A fox" not in page


def test_a_link_shows_the_channels_that_were_chosen():
    two_channels()
    path = link_of(person("root", superuser=True), which="some", channel=["foxes"], titles="yes")
    page = read(path)
    assert "A fox" in page
    assert "Hen 0" not in page


def test_a_link_never_shows_more_than_its_maker_sees_now():
    two_channels()
    path = link_of(person("mary", "hens", "foxes"), titles="yes")
    assert "A fox" in read(path)
    Membership.objects.filter(channel_id="foxes").delete()
    assert "A fox" not in read(path)


def test_a_channel_that_is_not_the_makers_is_refused():
    answer = person("mary", "hens").post(LINKS, {"name": "x", "days": "3", "which": "some", "channel": ["foxes"]})
    assert answer.status_code == 403
    assert SharedLink.objects.count() == 0


@pytest.mark.parametrize("said", [{"name": " "}, {"days": "0"}, {"days": "367"}, {"days": "soon"}, {"which": "some"}])
def test_a_link_without_name_time_or_channel_is_refused(said):
    answer = person("mary", "hens").post(LINKS, {"name": "x", "days": "3", "which": "all"} | said)
    assert answer.status_code == 400
    assert SharedLink.objects.count() == 0


@pytest.mark.parametrize("role", ["viewer", "analyst"])
def test_only_an_operator_makes_links(role):
    mary = person("mary", "hens", role=role)
    assert mary.post(LINKS, {"name": "x", "days": "3", "which": "all"}).status_code == 403
    assert "by a link" not in mary.get("/track-record/").content.decode()


def test_a_link_is_not_found_by_search_engines_nor_told_to_other_sites():
    answer = Client().get(link_of(person("mary", "hens")))
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["Cache-Control"] == "private, no-store"
    assert '<meta name="robots" content="noindex, nofollow">' in answer.content.decode()


@pytest.mark.parametrize("asked", [{"format": "cake"}, {"target": "\x00"}, {"release": "r\x002"}, {"release": "r2"}])
def test_what_a_link_cannot_be_asked_is_refused_as_on_the_page_and_leads_back_to_the_link(asked):
    two_channels()
    path = link_of(person("mary", "hens"))
    answer = Client().get(path, asked)
    page = answer.content.decode()
    assert (answer.status_code, answer["Cache-Control"], "That cannot be shown" in page) == (
        400,
        "private, no-store",
        True,
    )
    assert f'<a href="{path}">To the track record</a>' in page
    assert "/sign-in/" not in page
    assert 'href="/"' not in page


def test_the_token_is_kept_nowhere():
    path = link_of(person("mary", "hens"))
    token = path.split("/")[2]
    [link] = SharedLink.objects.values()
    assert token not in str(link)
    assert [entry.path for entry in AuditEntry.objects.all()] == [LINKS]


def _revoked(link: SharedLink) -> None:
    link.revoked_at = timezone.now()


def _expired(link: SharedLink) -> None:
    link.expires_at = timezone.now() - timedelta(seconds=1)


def _of_nobody_active(link: SharedLink) -> None:
    get_user_model().objects.update(is_active=False)


def _of_a_viewer(link: SharedLink) -> None:
    set_role(link.owner, "viewer")


def _unknown(link: SharedLink) -> None:
    link.digest = "0" * 64


@pytest.mark.parametrize("closed", [_revoked, _expired, _of_nobody_active, _of_a_viewer, _unknown])
def test_a_closed_link_says_the_same_whatever_closed_it(closed):
    path = link_of(person("mary", "hens"))
    link = SharedLink.objects.select_related("owner").get()
    closed(link)
    link.save()
    answer = Client().get(path)
    assert answer.status_code == 404
    assert "This link opens nothing" in answer.content.decode()
    assert answer["Referrer-Policy"] == "no-referrer"


def test_nothing_else_opens_by_the_token():
    token = link_of(person("mary", "hens")).split("/")[2]
    stranger = Client()
    for path in ("/", "/videos/", "/track-record/", LINKS):
        assert stranger.get(path, {"token": token}).status_code == 302
    assert stranger.get("/api/v1/videos", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_revoking_is_confirmed_and_only_of_own_links():
    mary, john = person("mary", "hens"), person("john", "hens")
    path = link_of(mary)
    key = SharedLink.objects.get().pk
    assert john.get(f"{LINKS}{key}/revoke/").status_code == 404
    assert john.post(f"{LINKS}{key}/revoke/").status_code == 404
    assert "No link has been made yet." in john.get(LINKS).content.decode()
    assert "Revoke the link for a sponsor?" in mary.get(f"{LINKS}{key}/revoke/").content.decode()
    read(path)
    assert mary.post(f"{LINKS}{key}/revoke/").status_code == 302
    assert Client().get(path).status_code == 404


@pytest.mark.parametrize("links", [1, 3])
def test_the_list_asks_as_many_questions_however_long(django_assert_num_queries, links):
    mary = person("mary", "hens")
    for _ in range(links):
        link_of(mary)
    with django_assert_num_queries(6):
        mary.get(LINKS)
