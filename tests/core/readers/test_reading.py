"""Whatever a file holds, a reader returns a catalogue or refuses with a reason."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreview.errors import ForeviewError
from foreview.readers.imported import Imported, SourceOptions
from foreview.readers.kinds import SourceKind
from foreview.readers.reading import read_source

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HEADERS: dict[SourceKind, list[str]] = {
    "studio": ["Content", "Video publish time", "Views", "Likes", "Duration", "Estimated revenue (USD)", "", "Views"],
    "snapshots": ["video_id", "published_at", "observed_at", "views", "likes", "tags", "has_transcript", "duration_s"],
    "daily": ["video_id", "published_at", "date", "views", "likes", "revenue_usd", "", "video_id"],
}
CELLS = st.sampled_from(
    [
        *("", "--", "a", "b", "Total", "2020-05-08", "2020-05-09", "May 8, 2020", "1588939200", "2020-05-08T12:00:00Z"),
        *(
            "0001-01-01",
            "9999-12-31",
            "9999-12-31T23:59:59Z",
            "9999999999999",
            "2020-05-08T12:00:00+99:99",
            "0000-00-00",
        ),
        *(
            "1",
            "2",
            "-1",
            "1,234",
            "541.2K",
            "1e999",
            "9" * 40,
            "nan",
            "P0D",
            "PT1S",
            "999999999:00",
            "true",
            "[']",
            "|",
        ),
        *('"', 'a"b', "\x00", "🎬", "Showing top 500 results"),
    ]
)


def read(kind: SourceKind, content: bytes) -> Imported | None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "source.csv"
        path.write_bytes(content)
        try:
            return read_source(path, kind, SourceOptions(observed_at=NOW, timezone="Europe/London"))
        except ForeviewError:
            return None


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from(list(HEADERS)),
    st.sampled_from(",;\t"),
    st.lists(st.lists(CELLS, min_size=1, max_size=9), max_size=5),
)
def test_rows_of_any_cells_enter_whole_or_are_refused(kind: SourceKind, delimiter: str, rows: list[list[str]]):
    content = "\n".join(delimiter.join(row) for row in [HEADERS[kind], *rows]).encode()
    imported = read(kind, content)
    if imported is not None:
        catalogue = imported.catalogue
        assert catalogue.as_of(NOW).videos.height <= len(rows)
        assert imported.refused["reason"].null_count() == 0
        assert imported.refused["line"].null_count() == 0


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(["studio", "ytdlp", "snapshots", "daily"]), st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(kind: SourceKind, content: bytes):
    read(kind, content)


@pytest.mark.parametrize("kind", HEADERS)
def test_a_header_without_rows_is_an_empty_catalogue(kind: SourceKind):
    imported = read(kind, ",".join(HEADERS[kind]).encode())
    assert imported is not None
    assert imported.catalogue.videos.is_empty()
    assert imported.refused.is_empty()
