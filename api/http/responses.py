"""JSON responses. Absent values are left out; times are UTC and end in Z."""

import json
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final

import azure.functions as func

from orders.domain.money import Money

#: For responses that may change at any time.
NO_STORE: Final = {"Cache-Control": "no-store"}


def json_response(
    body: dict[str, Any],
    status: HTTPStatus = HTTPStatus.OK,
    headers: dict[str, str] | None = None,
) -> func.HttpResponse:
    """Return a JSON response without the members that are None."""
    return func.HttpResponse(
        json.dumps(_without_none(body)),
        status_code=status.value,
        headers=NO_STORE | (headers or {}),
        mimetype="application/json",
    )


def accepted(
    body: dict[str, Any], location: str, *, is_repeated: bool = False
) -> func.HttpResponse:
    """Return a 202 response whose result can be polled at `location`."""
    headers = {"Location": location, "Retry-After": "1"}
    if is_repeated:
        headers["Idempotent-Replayed"] = "true"
    return json_response(body, HTTPStatus.ACCEPTED, headers)


def timestamp(time: datetime | None) -> str | None:
    """Return a time as RFC 3339 text in UTC."""
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z") if time else None


def money(amount: Money | None) -> dict[str, Any] | None:
    """Return an amount as JSON."""
    return {"minor": amount.minor, "currency": amount.currency} if amount else None


def _without_none(value: object) -> object:
    if isinstance(value, dict):
        return {key: _without_none(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_none(item) for item in value]
    return value
