"""What the site says where Django would answer for it: nothing there, a form without its token, an error of ours."""

from __future__ import annotations

import pytest
from django.test import Client, RequestFactory
from django.views.defaults import server_error

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
