"""How an owner is asked, and what counts as an answer."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import pytest

from downloader.connectors.consent import Client, code_in, consent, question
from downloader.connectors.failures import ConnectorError
from foreview.errors import UsageError
from tests.backend.google import CLIENT_SECRET, Google

CLIENT = Client("an-id", CLIENT_SECRET)
SCOPES = "https://www.googleapis.com/auth/youtube.readonly https://www.googleapis.com/auth/yt-analytics.readonly"


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
