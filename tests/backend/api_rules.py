"""What a stranger is answered on each route of the API."""

from __future__ import annotations

from typing import Any

BODIES: dict[str, Any] = {
    "POST /videos": {"title": "x", "channel_id": "hers"},
    "PUT /videos": {"videos": [{"title": "x", "channel_id": "his", "source_id": "taken"}]},
    "POST /predictions/planned": {"videos": [{"title": "x", "channel_id": "hers"}]},
    "POST /jobs": {"kind": "verify_ledger"},
    "POST /imports": {"file": "no form: see the tests of imports"},
    "POST /experiments": {"name": "spring", "challenger": "none", "reason": "a test"},
    "POST /experiments/{experiment}/stop": {"reason": "a test"},
    "POST /alerts/{alert}/acknowledge": {},
    "POST /releases/rollback": {"reason": "a test"},
    "POST /releases/{version}/promote": {"reason": "a test"},
}
RULES = {
    "GET /videos": {"items": [], "next": None},
    "POST /videos": 403,
    "PUT /videos": 409,
    "GET /videos/{video}": 404,
    "GET /videos/{video}/forecast": 404,
    "GET /videos/{video}/ledger": 404,
    "POST /predictions": 404,
    "POST /predictions/planned": 403,
    "POST /what-if": 404,
    "GET /videos/{video}/explanation": 404,
    "GET /portfolio": {"items": []},
    "GET /outliers": {"items": []},
    "GET /warnings": {"items": []},
    "GET /channels/{channel}/best-time": 404,
    "GET /jobs": {"items": [], "next": None},
    "POST /jobs": 409,
    "GET /jobs/{job}/forecasts": 404,
    "GET /jobs/{job}": 404,
    "GET /jobs/{job}/events": 404,
    "POST /jobs/{job}/cancel": 404,
    "GET /track-record": {"items": []},
    "POST /imports": 422,
    "GET /imports": {"items": [], "next": None},
    "GET /imports/{number}": 404,
    "GET /imports/{number}/refused": 404,
    "POST /imports/{number}/apply": 404,
    "POST /imports/{number}/undo": 404,
    "POST /analytics": 422,
    "POST /earnings": 422,
    "GET /videos/{video}/analytics": 404,
    "GET /videos/{video}/earnings": 404,
}
"""What an account is answered about what is another's. A route without a rule here fails the test below."""
LATER = {
    "GET /videos/{video}/ledger",
    "GET /jobs/{job}/events",
    "GET /track-record",
    "GET /jobs/{job}/forecasts",
    "GET /portfolio",
    "GET /outliers",
    "GET /warnings",
    "GET /channels/{channel}/best-time",
}
"""What is told when something has matured or was done, or of videos of these days; see the tests of the resources and of the questions."""
OF_THE_SITE = {
    "GET /health/live",
    "GET /health/ready",
    "GET /metrics",
    "GET /experiments",
    "POST /experiments",
    "GET /experiments/{experiment}",
    "POST /experiments/{experiment}/stop",
    "GET /alerts",
    "POST /alerts/{alert}/acknowledge",
    "GET /releases",
    "GET /releases/{version}",
    "POST /releases/{version}/promote",
    "POST /releases/rollback",
}
"""Routes about what belongs to no account; their answers name no channel and no video."""
