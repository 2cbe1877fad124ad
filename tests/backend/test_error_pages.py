"""What the site says where Django would answer for it: nothing there, a form without its token, an error of ours."""

from __future__ import annotations

import pytest
from django.test import Client, RequestFactory
from django.views.defaults import server_error

from downloader.models import ApiKey, AuditEntry
from tests.backend.records import person

pytestmark = pytest.mark.django_db


def test_an_address_that_leads_nowhere_is_answered_by_a_page_of_the_site(client):
    answer = client.get("/no-such-page/<b>")
    assert answer.status_code == 404
    assert b"There is no such page" in answer.content
    assert b"<code>/no-such-page/&lt;b&gt;</code>" in answer.content


def test_a_form_without_its_token_is_refused_by_a_page_of_the_site():
    answer = Client(enforce_csrf_checks=True).post("/sign-in/", {"username": "mary", "password": "secret"})
    assert answer.status_code == 403
    assert b"Nothing was changed" in answer.content
    assert b"secret" not in answer.content


def test_an_error_of_ours_needs_no_user_and_no_database_to_be_told(django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert b"Something is wrong here" in answer.content


@pytest.mark.parametrize(
    "address",
    [
        "/videos/?q=%00",
        "/videos/?channel=a%00",
        "/models/%00/",
        "/models/compare/?a=%00&b=x",
        "/planner/best-time/a%00/",
    ],
)
def test_what_no_database_holds_is_refused_by_a_page_whatever_asks_for_it(address):
    answer = person("mary", "a").get(address)
    assert answer.status_code == 400
    assert b"A text holds no NUL character" in answer.content


@pytest.mark.parametrize(("address", "name"), [("/settings/keys/", "a\x00"), ("/settings/keys/%00/revoke/", "a")])
def test_what_no_database_holds_is_not_sent_into_one_nor_into_its_log(address, name):
    answer = person("mary", "a").post(address, {"name": name, "scope": "read", "days": "3"})
    assert answer.status_code == 400
    assert (ApiKey.objects.count(), AuditEntry.objects.count()) == (0, 0)
