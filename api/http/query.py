"""Query parameters. All errors of a query are reported together."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, TypeVar
from urllib.parse import parse_qsl, urlsplit

import azure.functions as func

from api.http.problems import FieldError, bad_request

E = TypeVar("E", bound=StrEnum)

#: Read by the host: the function key and its name.
_HOST_PARAMETERS: Final = frozenset({"code", "clientId"})
_MAX_NAME_LENGTH: Final = 60


class Query:
    """The query parameters of a request. Read all of them, then call `check`."""

    def __init__(self, req: func.HttpRequest, known: Iterable[str] = ()) -> None:
        # `req.params` lacks the parameters without a value, such as `?preview`.
        pairs = parse_qsl(urlsplit(req.url).query, keep_blank_values=True)
        self.parameters = {name: value for name, value in pairs if name not in _HOST_PARAMETERS}
        unknown = [name for name in self.parameters if name not in set(known)]
        self._errors = [
            FieldError(name[:_MAX_NAME_LENGTH], "is not a known parameter") for name in unknown
        ]

    def check(self) -> None:
        """Raise the problem of an invalid query, if there are errors."""
        if self._errors:
            raise invalid_query(*self._errors)

    def text(self, name: str) -> str | None:
        """Return a text; None if it is absent or empty."""
        return self.parameters.get(name) or None

    def flag(self, name: str, *, default: bool) -> bool:
        """Return true or false."""
        value: str = self.parameters.get(name, "true" if default else "false")
        if value not in {"true", "false"}:
            self._errors.append(FieldError(name, "must be true or false"))
        return value == "true"

    def number(self, name: str, *, default: int, limit: int) -> int:
        """Return a whole number from 1 to `limit`."""
        value = self.text(name) or str(default)
        if not re.fullmatch(r"[0-9]{1,4}", value) or not 1 <= int(value) <= limit:
            self._errors.append(FieldError(name, f"must be a number from 1 to {limit}"))
            return default
        return int(value)

    def choice(self, name: str, choices: type[E]) -> E | None:
        """Return one of the values of an enumeration."""
        value = self.text(name)
        if value is None or value in set(choices):
            return choices(value) if value else None
        self._errors.append(FieldError(name, f"must be one of {', '.join(choices)}"))
        return None

    def time(self, name: str, *, end_of_day: bool = False) -> datetime | None:
        """Return a time; a date means its start in UTC, or its end."""
        # A plus sign that was not escaped arrives as a space.
        value = (self.text(name) or "").replace(" ", "+")
        if not value:
            return None
        try:
            time = datetime.fromisoformat(value)
            if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
                return time.replace(tzinfo=UTC) + timedelta(days=end_of_day)
            if time.tzinfo is not None:
                return time.astimezone(UTC)
        except (ValueError, OverflowError):
            pass  # reported below
        message = "must be a date such as 2026-03-01, or a time with its time zone"
        self._errors.append(FieldError(name, message))
        return None


def invalid_query(*errors: FieldError) -> Exception:
    """Return the problem of an invalid query."""
    return bad_request("invalid-query", "Invalid query parameters; see errors.", errors)
