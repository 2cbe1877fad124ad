"""Settings, people and alerts: what each may see and do there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from downloader.models import Alert, ApiKey, AuditEntry, Membership
from downloader.services.access import create_key
from downloader.services.alerts import raise_alert
from tests.backend.api_calls import ask
from tests.backend.records import found, person

pytestmark = pytest.mark.django_db
KEYS, PEOPLE = "/settings/keys/", "/settings/people/"
PASSWORD = "nine tomatoes in a row"


def body(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def user(name: str):
    return get_user_model().objects.get(username=name)


def test_ones_own_account_says_role_and_channels():
    page = body(person("mary", "hens", "foxes", role="analyst"), "/settings/")
    assert "analyst: reads and writes" in page
    assert "hens" in page
    assert "foxes" in page
    assert PEOPLE not in page


def test_the_own_password_is_changed_and_that_is_logged():
    mary = person("mary", "hens", role="viewer")
    said = {"old_password": "a long password", "new_password1": PASSWORD, "new_password2": PASSWORD}
    assert mary.post("/settings/password/", said | {"old_password": "wrong"}).status_code == 200
    assert mary.post("/settings/password/", said)["Location"] == "/settings/"
    assert user("mary").check_password(PASSWORD)
    assert [entry.path for entry in AuditEntry.objects.all()] == ["/settings/password/"] * 2
    assert "Your password is changed" in body(mary, "/settings/")


def test_a_key_is_made_shown_once_and_opens_the_api():
    mary = person("mary", "hens", role="viewer")
    answer = mary.post(KEYS, {"name": "an export", "days": "30", "scope": ["read"]})
    assert answer["Cache-Control"] == "private, no-store"
    secret = found(r'<code id="secret">(fv_\w+?_[\w-]+)</code>', answer.content.decode())
    assert ask(secret, "GET", "/videos").status_code == 200
    assert secret not in body(mary, KEYS)


@pytest.mark.parametrize(
    "said", [{"scope": ["write"]}, {"scope": []}, {"days": "0"}, {"days": "367"}, {"name": " "}, {"scope": ["fly"]}]
)
def test_a_key_is_never_more_than_its_owner_nor_for_ever(said):
    mary = person("mary", "hens", role="viewer")
    assert mary.post(KEYS, {"name": "x", "days": "30", "scope": ["read"]} | said).status_code == 400
    assert ApiKey.objects.count() == 0


def test_who_chooses_no_scope_is_told_to_choose_one_and_not_to_ask_for_a_role():
    answer = person("mary", "hens").post(KEYS, {"name": "x", "days": "30"}).content.decode()
    assert "None was asked for." in answer
    assert "Choose one." in answer
    assert "add_member" not in answer


def test_a_key_is_revoked_after_a_question_by_its_owner_alone():
    mary, john = person("mary", "hens"), person("john", "hens")
    key, secret = create_key(user("mary"), "an export", ["read"], timezone.now() + timedelta(days=1))
    at = f"{KEYS}{key.prefix}/revoke/"
    assert [john.post(address).status_code for address in (at, f"{KEYS}fv_none/revoke/")] == [404, 404]
    assert "an export" not in body(john, KEYS)
    assert "Revoke the key an export?" in body(mary, at)
    assert mary.post(at).status_code == 302
    assert ask(secret, "GET", "/videos").status_code == 401
    assert "revoked" in body(mary, KEYS)


def invited(root: Client, **said) -> str:
    """The path at which somebody who was just invited sets a password."""
    answer = root.post(PEOPLE, {"name": "ann", "role": "analyst", "more": "hens, foxes"} | said)
    assert answer["Cache-Control"] == "private, no-store"
    return found(r"http://testserver(/set-password/[^<]+)", answer.content.decode())


def test_somebody_is_invited_sets_a_password_once_and_signs_in():
    root = person("root", superuser=True)
    at, ann = invited(root), Client()
    form = ann.get(at, follow=True)
    set_at = form.redirect_chain[-1][0]
    assert "for ann." in form.content.decode()
    said = {"new_password1": PASSWORD, "new_password2": PASSWORD}
    assert ann.post(set_at, said)["Location"] == "/sign-in/"
    assert ann.post("/sign-in/", {"username": "ann", "password": PASSWORD})["Location"] == "/"
    assert "This link opens nothing" in Client().get(at, follow=True).content.decode()
    assert set(Membership.objects.filter(user=user("ann")).values_list("channel_id", flat=True)) == {"hens", "foxes"}
    assert AuditEntry.objects.filter(who="ann", path="/set-password/").count() == 1


@pytest.mark.parametrize("said", [{"name": "root"}, {"name": ""}, {"name": "a b"}, {"role": "king"}])
def test_who_cannot_be_invited_is_not(said):
    root = person("root", superuser=True)
    assert root.post(PEOPLE, {"name": "ann", "role": "viewer"} | said).status_code == 400
    assert get_user_model().objects.count() == 1


def test_role_and_channels_are_changed_and_taken_away():
    root, mary = person("root", superuser=True), person("mary", "hens", role="viewer")
    at = f"{PEOPLE}{user('mary').pk}/"
    root.post(at, {"role": "operator", "more": "foxes"})
    page = body(mary, "/settings/")
    assert "operator" in page
    assert "foxes" in page
    assert "Remove mary from hens?" in body(root, f"{at}leave/?channel=hens")
    assert root.get(f"{at}leave/").status_code == 400
    assert root.post(f"{at}leave/", {"channel": "hens"}).status_code == 302
    assert "hens" not in body(mary, "/settings/")
    assert root.post(f"{at}leave/", {"channel": "hens"}).status_code == 400


def test_who_may_sign_in_no_more_is_out_at_once_and_may_be_let_in_again():
    root, mary = person("root", superuser=True), person("mary", "hens")
    at = f"{PEOPLE}{user('mary').pk}/signing-in/"
    assert "Let mary sign in no more?" in body(root, at)
    root.post(at, {"active": "no"})
    assert mary.get("/settings/").status_code == 302
    root.post(at, {"active": "yes"})
    assert user("mary").is_active


def test_nobody_lets_themselves_out():
    root = person("root", superuser=True)
    assert root.post(f"{PEOPLE}{user('root').pk}/signing-in/", {"active": "no"}).status_code == 400
    assert user("root").is_active


def test_a_new_link_is_made_for_who_forgot_a_password():
    root = person("root", superuser=True)
    person("mary", "hens")
    page = root.post(f"{PEOPLE}{user('mary').pk}/link/").content.decode()
    assert "mary sets a password here" in page


@pytest.mark.parametrize("step", ["", "1/", "1/leave/", "1/signing-in/", "1/link/"])
def test_people_are_a_superusers_alone(step):
    mary = person("mary", "hens", role="operator")
    assert mary.post(PEOPLE + step, {"name": "x", "role": "operator", "channel": "hens"}).status_code == 403
    assert mary.get(PEOPLE + step).status_code in (302, 403)
    assert get_user_model().objects.count() == 1


@pytest.mark.parametrize("more", [1, 3])
def test_people_are_listed_in_as_many_questions_however_many(django_assert_num_queries, more):
    root = person("root", superuser=True)
    for number in range(more):
        person(f"mary-{number}", "hens", f"foxes-{number}")
    with django_assert_num_queries(6):
        root.get(PEOPLE)


def test_the_audit_log_tells_each_their_own_and_a_superuser_all():
    mary, root = person("mary", "hens"), person("root", superuser=True)
    person("john", "hens").post("/settings/password/")
    mary.post(KEYS, {"name": "x", "days": "0"})
    assert "/settings/password/" not in body(mary, "/settings/audit-log/")
    assert "refused" in body(mary, "/settings/audit-log/")
    page = body(root, "/settings/audit-log/")
    assert page.index("mary") < page.index("john")


def test_the_audit_log_is_paged():
    mary = person("mary", "hens")
    AuditEntry.objects.bulk_create(AuditEntry(who="mary", method="POST", path=f"/p{n}/", status=200) for n in range(60))
    page = body(mary, "/settings/audit-log/")
    after = found(r"\?after=(\d+)", page)
    older = body(mary, f"/settings/audit-log/?after={after}")
    assert "/p10/" in page
    assert "/p9/" not in page
    assert "/p9/" in older
    assert mary.get("/settings/audit-log/?after=x").status_code == 400


def test_the_rules_tell_addresses_to_superusers_and_secrets_to_nobody(settings):
    settings.FOREVIEW |= {
        "ALERT_EMAILS": ["owner@example.org"],
        "WEBHOOK": {"URL": "https://hooks.example.org/x", "SECRET": "between us"},
    }
    root, mary = body(person("root", superuser=True), "/settings/rules/"), body(person("mary"), "/settings/rules/")
    assert "owner@example.org" in root
    assert "hooks.example.org" in root
    assert "owner@example.org" not in mary
    assert "hooks.example.org" not in mary
    assert "between us" not in root + mary
    assert "90 days, those that failed 365 days" in mary


def test_alerts_are_listed_and_acknowledged_by_an_operator():
    alert = raise_alert(Alert.Kind.COVERAGE, "views_7d", "60 % of the outcomes lay inside.")
    ann, mary = person("ann", "hens", role="analyst"), person("mary", "hens")
    at = f"/alerts/{alert.pk}/acknowledge/"
    assert "60 % of the outcomes lay inside." in body(ann, "/alerts/")
    assert ann.post(at).status_code == 403
    mary.post(at, {"note": "trained again"})
    assert "No alert stands" in body(mary, "/alerts/")
    assert "acknowledged by mary" in body(mary, "/alerts/?state=done")
    assert "trained again" not in body(mary, "/alerts/?state=done")
    assert "trained again" in body(person("root", superuser=True), "/alerts/?state=all")
    assert mary.post(at).status_code in (400, 409)


def test_why_a_job_failed_is_told_to_those_who_see_every_channel():
    raise_alert(Alert.Kind.JOB, "nightly labels", "Video 7 of the foxes broke it.")
    assert "foxes" not in body(person("mary", "hens"), "/alerts/")
    assert "foxes" in body(person("root", superuser=True), "/alerts/")


def test_an_alert_names_a_connection_to_who_sees_its_channel():
    raise_alert(Alert.Kind.CONNECTION, "YouTube channel Foxes", "Closed.", {"account": "foxes"})
    assert "Foxes" not in body(person("mary", "hens"), "/alerts/")
    assert "Foxes" in body(person("ann", "foxes"), "/alerts/")


@pytest.mark.parametrize("alerts", [1, 3])
def test_alerts_are_listed_in_as_many_questions_however_many(django_assert_num_queries, alerts):
    for number in range(alerts):
        raise_alert(Alert.Kind.COVERAGE, f"target {number}", "Not inside.")
    mary = person("mary", "hens")
    with django_assert_num_queries(5):
        mary.get("/alerts/")


def test_why_a_name_cannot_be_one_ends_in_one_full_stop():
    root = person("root", superuser=True)
    answer = root.post(PEOPLE, {"name": "root", "role": "viewer"}).content.decode()
    assert "A user with that username already exists.</p>" in answer
