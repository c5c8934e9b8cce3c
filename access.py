"""How are storage and partners reached? What the settings say of each, read and checked.

Nothing that may hold a secret is ever repeated, neither in an error nor in a log.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.utils import parseaddr
from typing import Final, Literal, cast
from urllib.parse import SplitResult, unquote, urlsplit

from domain.errors import SettingsInvalid

#: The hosts that a secret may be sent to without encryption: this machine.
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})

_SMTP_PORTS: Final = {"smtp": 25, "starttls": 587, "smtps": 465}


@dataclass(frozen=True, slots=True, kw_only=True)
class StripeAccess:
    """How to reach Stripe."""

    #: STRIPE_API_KEY: a secret or restricted key.
    api_key: str = field(repr=False)
    #: STRIPE_API_BASE: another server that speaks Stripe's protocol, for tests.
    api_base: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierAccess:
    """How to reach the carrier."""

    #: CARRIER_URL: where it answers.
    url: str
    #: CARRIER_TOKEN: who we are.
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpAccess:
    """How to reach the mail server: SMTP_URL, and MAIL_FROM."""

    #: "smtp": without encryption, "starttls", or "smtps": encrypted from the first byte.
    scheme: Literal["smtp", "starttls", "smtps"]
    host: str
    port: int
    sender: Address
    username: str | None = None
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TablesAccess:
    """How to reach Azure Tables: ORDERS_TABLES."""

    #: With a key or a signature in it.
    connection_string: str = field(default="", repr=False)
    #: In place of that: the account's URL, asked as the app's own identity.
    account_url: str = ""
    #: AZURE_CLIENT_ID: which of the app's identities, if it has several.
    client_id: str | None = None


def tables_access(environ: Mapping[str, str]) -> TablesAccess | None:
    """How to reach Azure Tables, if the order book lies there."""
    text = environ.get("ORDERS_TABLES", "").strip()
    if not text:
        return None
    if text.startswith(("https:", "http:")):
        url = _url({"ORDERS_TABLES": text}, "ORDERS_TABLES") or ""
        return TablesAccess(account_url=url, client_id=environ.get("AZURE_CLIENT_ID") or None)
    if not _names_an_account(text):
        raise SettingsInvalid(
            "ORDERS_TABLES must be a connection string with an AccountName and an AccountKey, and"
            " https, or https://ACCOUNT.table.core.windows.net"
        )
    return TablesAccess(connection_string=text)


def _names_an_account(text: str) -> bool:
    pairs = (part.partition("=") for part in text.rstrip(";").split(";"))
    parts = {name.strip().lower(): value for name, _, value in pairs}
    if parts == {"usedevelopmentstorage": "true"}:
        return True
    protocol = parts.get("defaultendpointsprotocol", "https")
    endpoint = parts.get("tableendpoint", f"{protocol}://account")
    try:
        key = base64.b64decode(parts.get("accountkey", ""), validate=True)
        return bool(parts.get("accountname") and key and _is_private(urlsplit(endpoint)))
    except ValueError:
        return False


def stripe_access(environ: Mapping[str, str]) -> StripeAccess | None:
    """How to reach Stripe, if payments are real."""
    api_key = environ.get("STRIPE_API_KEY", "")
    if not api_key:
        return None
    if not re.fullmatch(r"(sk|rk)_[A-Za-z0-9_]+", api_key):
        raise SettingsInvalid("STRIPE_API_KEY must be a secret key, which begins with sk_ or rk_")
    return StripeAccess(api_key=api_key, api_base=_url(environ, "STRIPE_API_BASE"))


def carrier_access(environ: Mapping[str, str]) -> CarrierAccess | None:
    """How to reach the carrier, if it is real."""
    url, token = _url(environ, "CARRIER_URL"), environ.get("CARRIER_TOKEN", "")
    if url is None and not token:
        return None
    if url is None or not token:
        raise SettingsInvalid("CARRIER_URL and CARRIER_TOKEN must be set together")
    if not re.fullmatch(r"[!-~]+", token):
        raise SettingsInvalid("CARRIER_TOKEN must be one word of letters, digits and signs")
    return CarrierAccess(url=url, token=token)


def smtp_access(environ: Mapping[str, str]) -> SmtpAccess | None:
    """How to reach the mail server, if mail is real."""
    if not environ.get("SMTP_URL") and not environ.get("MAIL_FROM"):
        return None
    try:
        url = urlsplit(environ.get("SMTP_URL", ""))
        host, port = url.hostname, url.port
    except ValueError:
        host = None
    if not (host and url.scheme in _SMTP_PORTS and url.path in {"", "/"}):
        raise SettingsInvalid(
            "SMTP_URL must look like smtps://user:password@host:465, starttls://… or smtp://…"
        )
    if url.password and url.scheme == "smtp" and host not in _LOOPBACK:
        raise SettingsInvalid("SMTP_URL must be smtps:// or starttls:// to send a password")
    return SmtpAccess(
        scheme=cast("Literal['smtp', 'starttls', 'smtps']", url.scheme),
        host=host,
        port=port or _SMTP_PORTS[url.scheme],
        sender=_sender(environ),
        username=unquote(url.username) if url.username else None,
        password=unquote(url.password or ""),
    )


def _sender(environ: Mapping[str, str]) -> Address:
    name, address = parseaddr(environ.get("MAIL_FROM", ""))
    try:
        return Address(name, addr_spec=address)
    except (ValueError, HeaderParseError, IndexError):
        raise SettingsInvalid(
            "MAIL_FROM must be an address such as The Shop <orders@shop.example>"
        ) from None


def _url(environ: Mapping[str, str], name: str) -> str | None:
    """A URL that a secret may be sent to. It is never repeated: it may hold a secret itself."""
    text = environ.get(name, "").rstrip("/")
    if not text:
        return None
    try:
        url = urlsplit(text)
        good = _is_private(url) and url.hostname and "@" not in url.netloc and not url.query
    except ValueError:
        good = False
    if not good:
        raise SettingsInvalid(f"{name} must be an https:// URL, or an http:// one of this machine")
    return text


def _is_private(url: SplitResult) -> bool:
    return url.scheme == "https" or (url.scheme == "http" and url.hostname in _LOOPBACK)
