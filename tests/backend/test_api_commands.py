"""Keys, members and roles by commands."""

from __future__ import annotations

from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from downloader.models import ApiKey, AuditEntry
from downloader.services.access import Account, account_of_key, create_key
from downloader.services.audit import begin_entry, end_entry
from foreview.errors import UsageError

pytestmark = pytest.mark.django_db


def said_by(*command: object) -> str:
    out = StringIO()
    call_command(*map(str, command), stdout=out)
    return out.getvalue()


def test_a_user_becomes_a_member_with_a_role_and_gets_a_key_that_can_be_revoked():
    mary = get_user_model().objects.create_user("mary")
    assert said_by("add_member", "mary", "UC2", "UC1", "--role", "analyst") == "mary sees UC1, UC2.\n"
    assert said_by("add_member", "mary", "UC1", "--role", "viewer") == "mary sees UC1, UC2.\n"
    assert list(mary.groups.values_list("name", flat=True)) == ["foreview viewer"]
    secret, told = said_by("create_api_key", "mary", "--name", "nightly").splitlines()
    key = ApiKey.objects.get()
    assert told.startswith(f"{key.prefix} opens read until ")
    found = account_of_key(secret)
    assert found is not None
    assert found == Account("mary", key.prefix, frozenset({"read"}), frozenset({"UC1", "UC2"}))
    listed = said_by("list_api_keys")
    assert listed.startswith(f"{key.prefix} of mary (nightly): read; expires ")
    assert secret not in listed
    assert said_by("revoke_api_key", key.prefix) == f"{key.prefix} (nightly) opens nothing any more.\n"
    assert account_of_key(secret) is None


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (("create_api_key", "nobody", "--name", "x"), "there is no 'nobody'"),
        (("create_api_key", "mary", "--name", "x"), "mary has not read"),
        (("revoke_api_key", "fv_1"), "there is no 'fv_1'"),
        (("add_member", "mary", ""), "found an empty one"),
    ],
)
def test_a_mistake_is_a_sentence(command, says):
    get_user_model().objects.create_user("mary")
    with pytest.raises(CommandError, match=says):
        said_by(*command)
    assert ApiKey.objects.count() == 0


@pytest.mark.parametrize("days", ["0", "36501", "9" * 12, "soon"])
def test_a_key_that_would_open_nothing_or_for_ever_is_not_made(days):
    root = get_user_model().objects.create_superuser("root")
    with pytest.raises(CommandError, match=f"--days: a whole number from 1 to 36500, not '{days}'"):
        said_by("create_api_key", "root", "--name", "x", "--days", days)
    with pytest.raises(UsageError, match="a key expires in the future"):
        create_key(root, "x", ["read"], timezone.now())
    assert ApiKey.objects.count() == 0


def test_the_migration_makes_the_roles():
    assert set(Group.objects.values_list("name", flat=True)) == {
        "foreview viewer",
        "foreview analyst",
        "foreview operator",
    }


def test_an_audit_entry_is_ended_once_written_and_never_changed_otherwise():
    get_user_model().objects.create_superuser("root")
    secret = said_by("create_api_key", "root", "--name", "x").split()[0]
    found = account_of_key(secret)
    assert found is not None
    entry = AuditEntry.objects.get(pk=begin_entry(found, "POST", "/api/v1/videos"))
    assert (entry.who, entry.key, entry.status) == ("root", found.key, None)
    end_entry(entry.pk, 201, "/api/v1/videos/1")
    entry.refresh_from_db()
    assert (entry.status, entry.object) == (201, "/api/v1/videos/1")
    with pytest.raises(UsageError, match="written once"):
        AuditEntry.objects.update(who="somebody else")
    with pytest.raises(UsageError, match="written once"):
        entry.delete()
