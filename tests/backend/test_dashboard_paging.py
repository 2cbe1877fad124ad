"""Long lists of pages: every one goes on where the page before says, and nowhere else."""

from __future__ import annotations

import pytest

from downloader.dashboard.paging import page_of
from downloader.models import Alert

pytestmark = pytest.mark.dialect

LISTS = ("/models/", "/experiments/", "/jobs/", "/alerts/", "/data/", "/settings/audit-log/")


@pytest.mark.django_db
@pytest.mark.parametrize("address", LISTS)
@pytest.mark.parametrize("cursor", ["x", "-1", "9" * 30, "٣"])
def test_a_cursor_that_no_page_gave_is_refused_by_every_list(admin_client, address, cursor):
    answer = admin_client.get(address, {"after": cursor})
    assert answer.status_code == 400
    assert b"Begin at the first page" in answer.content


def test_a_page_ends_where_the_next_begins():
    rows = [Alert(pk=number) for number in (5, 4, 3)]
    assert page_of(rows, 2) == (rows[:2], 4)
    assert page_of(rows, 3) == (rows, None)
    assert page_of([], 3) == ([], None)
