"""Why numbers could not be read.

ConnectorError (InputError)     the platform does not give what is asked for
├── ConnectAgain                its owner has to agree again
├── QuotaSpent                  nothing is left of the day's quota
├── NotAnswered                 it did not answer for a while, or asks to wait long
└── Refused                     it refuses this request; ``reasons`` in its own words
"""

from __future__ import annotations

from collections.abc import Iterable

from foreview.errors import InputError


class ConnectorError(InputError):
    """The platform does not give what is asked for."""


class ConnectAgain(ConnectorError):  # noqa: N818  (the state is the name)
    """The token opens nothing any more."""

    def __init__(self, fact: str) -> None:
        super().__init__(
            "a connection is read as long as its owner agrees",
            fact,
            "Connect it again with `manage.py connect_youtube`",
        )


class QuotaSpent(ConnectorError):  # noqa: N818
    """Nothing is left of the quota of ``api`` for this day; ``by_google``: it says so itself."""

    def __init__(self, api: str, fact: str, *, by_google: bool = False) -> None:
        self.api, self.by_google = api, by_google
        super().__init__(
            f"a day's quota of {api} is not exceeded",
            fact,
            "What was read is kept; it goes on after midnight in Los Angeles. A larger quota is asked for at Google",
        )


class NotAnswered(ConnectorError):  # noqa: N818
    """The platform did not answer, however often it was asked."""

    def __init__(self, fact: str) -> None:
        super().__init__("a platform answers", fact, "What was read is kept; it goes on with the next sync")


class Refused(ConnectorError):  # noqa: N818
    """The platform refuses a request."""

    def __init__(self, method: str, fact: str, reasons: Iterable[str] = ()) -> None:
        self.reasons = frozenset(reasons)
        super().__init__(
            f"Google answers {method}", fact, "See the connection's page at Google, or report it with this text"
        )
