"""Every page that there is, for the tests that look at all of them."""

from __future__ import annotations

from typing import Final

PAGES: Final[dict[str, str]] = {
    "today": "/",
    "videos": "/videos/?order=beats-typical",
    "video": "/videos/150/",
    "video-with-outcome": "/videos/120/",
    "what-if": "/videos/150/what-if/?title=Ten+tomatoes",
    "planner": "/planner/?channel=channel-001&title=Ten+tomatoes&length=6:00",
    "best-time": "/planner/best-time/channel-001/",
    "models": "/models/",
    "models-release": "/models/serving/",
    "models-compare": "/models/compare/?a=serving&b=serving",
    "models-rollback": "/models/rollback/",
    "jobs": "/jobs/",
    "experiments": "/experiments/",
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
    "settings-person-leave": "/settings/people/1/leave/?channel=channel-001",
    "settings-person-let-in": "/settings/people/1/signing-in/",
    "settings-person-link": "/settings/people/1/link/",
    "settings-audit": "/settings/audit-log/",
    "settings-rules": "/settings/rules/",
    "settings-password": "/settings/password/",
}
"""Name → address in the demo."""
REFUSED: Final[dict[str, tuple[str, int]]] = {
    "video-missing": ("/videos/999999/", 404),
    "order-unknown": ("/videos/?order=luck", 400),
    "link-closed": ("/shared/no-such-link/", 404),
}
"""Name → address that is refused, and the status it is refused with."""
