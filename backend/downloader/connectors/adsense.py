"""AdSense Management API v2: what an account earned on each day. It knows no videos."""

from __future__ import annotations

from datetime import date
from typing import Any

from downloader.connectors.failures import ConnectAgain, ConnectorError
from downloader.connectors.session import Session


def own_account(session: Session) -> tuple[str, str]:
    """Return name and title of the account whose owner agreed, the first one where there are several."""
    answer = session.ask(session.service("adsense", "v2").accounts().list())
    ready = [account for account in answer.get("accounts", ()) if account.get("state", "READY") != "CLOSED"]
    if not ready:
        raise ConnectAgain("the Google account that agreed has no open AdSense account")
    return ready[0]["name"], ready[0].get("displayName", "")


def earned(session: Session, account: str, first: date, last: date) -> dict[date, float]:
    """Return the estimated earnings [USD] of each day of Los Angeles that has some.

    Raises
    ------
    ConnectorError
        If the answer is in another currency.

    """
    days: dict[str, Any] = {}
    for name, day in (("startDate", first), ("endDate", last)):
        days |= {f"{name}_year": day.year, f"{name}_month": day.month, f"{name}_day": day.day}
    request = (
        session.service("adsense", "v2")
        .accounts()
        .reports()
        .generate(
            account=account,
            dateRange="CUSTOM",
            dimensions=["DATE"],
            metrics=["ESTIMATED_EARNINGS"],
            currencyCode="USD",
            reportingTimeZone="GOOGLE_TIME_ZONE",
            **days,
        )
    )
    answer = session.ask(request)
    currency = next((header["currencyCode"] for header in answer.get("headers", ()) if "currencyCode" in header), "USD")
    if currency != "USD":
        raise ConnectorError("earnings are asked for in USD", f"AdSense answers in {currency}")
    cells = [[cell["value"] for cell in row["cells"]] for row in answer.get("rows", ())]
    return {date.fromisoformat(day): float(usd) for day, usd in cells}
