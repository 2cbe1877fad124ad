"""A row of the ledger that somebody wrote down elsewhere: what only its number and digest can find, and what they cannot."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection

from downloader.models import LedgerRow
from downloader.services.ledger import prune_ledger, verify_ledger
from foreview.errors import LedgerBroken, UsageError
from foreview.monitoring.ledger import Tail
from tests.backend.ledger_records import forecast_and_matured

pytestmark = [pytest.mark.django_db, pytest.mark.dialect]


@pytest.fixture
def digests() -> dict[int, str]:
    """Number → digest of a ledger of two forecasts, each with its outcome a week later."""
    forecast_and_matured("r1", datetime(2026, 5, 1, tzinfo=UTC), [1.0, 2.0])
    return dict(LedgerRow.objects.values_list("number", "digest"))


def test_an_end_that_was_cut_off_with_its_head_is_found_by_who_remembers_a_row_of_it(digests):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM downloader_ledgerrow WHERE number > 2")
        cursor.execute("UPDATE downloader_ledgerhead SET number = 2, digest = %s", [digests[2]])
    assert verify_ledger() == verify_ledger(Tail(2, digests[2])) == Tail(2, digests[2])
    with pytest.raises(LedgerBroken, match=r"row 3: .*: row 4 is remembered, and the ledger ends at row 2") as found:
        verify_ledger(Tail(4, digests[4]))
    assert found.value.row == 3


@pytest.mark.parametrize(("kept_from", "removed"), [(datetime(2026, 5, 2, tzinfo=UTC), 1), (None, 4)])
def test_of_the_rows_that_were_removed_the_last_one_is_compared(digests, kept_from, removed):
    assert prune_ledger(kept_from or datetime.now(UTC)) == removed
    assert verify_ledger(Tail(removed, digests[removed])) == Tail(4, digests[4])
    with pytest.raises(LedgerBroken, match=f"row {removed}: .* remembered as ffff"):
        verify_ledger(Tail(removed, "f" * 64))


def test_of_an_earlier_one_that_was_removed_it_is_said_that_it_cannot_be_compared(digests):
    prune_ledger(datetime.now(UTC))
    with pytest.raises(UsageError, match=r".") as refused:
        verify_ledger(Tail(3, digests[3]))
    assert refused.value.fact == "row 3 was removed by it, with all rows up to 4; those that are left are whole"
