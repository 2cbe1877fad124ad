"""Every page that there is, for the tests that look at all of them."""

from __future__ import annotations

from typing import Final

PAGES: Final[dict[str, str]] = {
    "today": "/",
    "videos": "/videos/?order=beats-typical",
    "video": "/videos/150/",
    "video-with-outcome": "/videos/120/",
    "record": "/track-record/",
    "record-links": "/track-record/links/",
}
"""Name → address in the demo."""
