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
    "data": "/data/",
    "data-connections": "/data/connections/",
    "data-quality": "/data/quality/",
    "data-regimes": "/data/regimes/",
    "alerts": "/alerts/",
    "settings": "/settings/",
    "settings-keys": "/settings/keys/",
    "settings-people": "/settings/people/",
    "settings-person": "/settings/people/1/",
    "settings-audit": "/settings/audit-log/",
    "settings-rules": "/settings/rules/",
    "settings-password": "/settings/password/",
}
"""Name → address in the demo."""
