"""Real processes, really killed: whatever they were in, what is left is sound. `make chaos` does it a hundred times."""

from __future__ import annotations

from benchmarks.chaos import chaos


def test_ten_kills_leave_no_corrupt_state(tmp_path, monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    outcome = chaos(10, 1, tmp_path)
    assert outcome.corrupt == []
    assert sum(outcome.killed_in.values()) == 10
    assert len(outcome.found) == 12  # a check before each, one at the beginning and one at the end
    rows = [found["rows"] for found in outcome.found]
    assert rows == sorted(rows)
    assert rows[-1] > rows[0] == 0
    assert outcome.found[-1]["promotions"] > outcome.found[0]["promotions"]
