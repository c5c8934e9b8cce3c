"""Access to storage and partners.

A wrong value is reported to the environment. Messages and logs never repeat a value that may hold a
secret.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.utils import parseaddr
from typing import Final, Literal, cast
from urllib.parse import SplitResult, unquote, urlsplit

from orders.settings.environment import Environment
from orders.settings.readers import read_flag

#: Hosts of this machine: a secret may be sent to them without encryption.
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})

_TEST_KEY: Final = re.compile("(sk|rk)_(org_)?test_")

_SMTP_PORTS: Final = {"smtp": 25, "starttls": 587, "smtps": 465}


@dataclass(frozen=True, slots=True, kw_only=True)
class StripeAccess:
    """Access to Stripe."""

    #: STRIPE_API_KEY: a secret or restricted key.
    api_key: str = field(repr=False)
    #: STRIPE_API_BASE: another server with Stripe's protocol, for tests.
    api_base: str | None = None

    @property
    def is_live(self) -> bool:
        """Whether money moves: the key is not one of Stripe's test mode."""
        return _TEST_KEY.match(self.api_key) is None


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierAccess:
    """Access to the carrier."""

    #: CARRIER_URL: base URL of its API.
    url: str
    #: CARRIER_TOKEN: bearer token.
    token: str = field(repr=False)
    #: CARRIER_TEST_MODE: the carrier's test mode, in which nothing is shipped.
    is_test: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpAccess:
    """Access to the mail server: SMTP_URL and MAIL_FROM."""

    #: "smtp" is not encrypted, "smtps" is encrypted from the first byte.
    scheme: Literal["smtp", "starttls", "smtps"]
    host: str
    port: int
    sender: Address
    username: str | None = None
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TablesAccess:
    """Access to Azure Tables: ORDERS_TABLES."""

    #: Contains a key or a signature.
    connection_string: str = field(default="", repr=False)
    #: Alternative: the account's URL, accessed with the managed identity of the app.
    account_url: str = ""
    #: AZURE_CLIENT_ID: the managed identity to use, if the app has several.
    client_id: str | None = None


def tables_access(environment: Environment) -> TablesAccess | None:
    """Read the access to Azure Tables. None: the order store is in SQLite."""
    text = environment.get("ORDERS_TABLES", "").strip()
    if not text:
        return None
    if text.startswith(("https:", "http:")):
        url = _url(environment, "ORDERS_TABLES")
        client_id = environment.get("AZURE_CLIENT_ID") or None
        return None if url is None else TablesAccess(account_url=url, client_id=client_id)
    if not _has_account(text):
        environment.refuse(
            "ORDERS_TABLES",
            "ORDERS_TABLES must be a connection string with an AccountName and an AccountKey, and"
            " https, or https://ACCOUNT.table.core.windows.net",
        )
        return None
    return TablesAccess(connection_string=text)


def _has_account(text: str) -> bool:
    pairs = (part.partition("=") for part in text.rstrip(";").split(";"))
    parts = {name.strip().lower(): value for name, _, value in pairs}
    if parts == {"usedevelopmentstorage": "true"}:
        return True
    protocol = parts.get("defaultendpointsprotocol", "https")
    endpoint = parts.get("tableendpoint", f"{protocol}://account")
    try:
        key = base64.b64decode(parts.get("accountkey", ""), validate=True)
        return bool(parts.get("accountname") and key and _is_confidential(urlsplit(endpoint)))
    except ValueError:
        return False


def stripe_access(environment: Environment) -> StripeAccess | None:
    """Read the access to Stripe. None: sandbox payments."""
    api_key, api_base = environment.get("STRIPE_API_KEY", ""), _url(environment, "STRIPE_API_BASE")
    if not api_key:
        return None
    if not re.fullmatch(r"(sk|rk)_[A-Za-z0-9_]+", api_key):
        environment.refuse(
            "STRIPE_API_KEY", "STRIPE_API_KEY must be a secret key, which begins with sk_ or rk_"
        )
    return StripeAccess(api_key=api_key, api_base=api_base)


def carrier_access(environment: Environment) -> CarrierAccess | None:
    """Read the access to the carrier. None: the sandbox carrier."""
    url, token = _url(environment, "CARRIER_URL"), environment.get("CARRIER_TOKEN", "")
    is_test = read_flag(environment, "CARRIER_TEST_MODE")
    if not environment.get("CARRIER_URL") and not token:
        return None
    for name in ("CARRIER_URL", "CARRIER_TOKEN"):
        if not environment.get(name):
            environment.refuse(name, "CARRIER_URL and CARRIER_TOKEN must be set together")
    if not re.fullmatch(r"[!-~]+", token):
        environment.refuse(
            "CARRIER_TOKEN",
            "CARRIER_TOKEN must consist of printable ASCII characters without spaces",
        )
    return CarrierAccess(url=url or "", token=token, is_test=is_test)


def smtp_access(environment: Environment) -> SmtpAccess | None:
    """Read the access to the mail server. None: the sandbox mailer."""
    if not environment.get("SMTP_URL") and not environment.get("MAIL_FROM"):
        return None
    url, sender = _smtp_url(environment), _sender(environment)
    if url is None or sender is None or url.hostname is None:
        return None
    return SmtpAccess(
        scheme=cast("Literal['smtp', 'starttls', 'smtps']", url.scheme),
        host=url.hostname,
        port=url.port or _SMTP_PORTS[url.scheme],
        sender=sender,
        username=unquote(url.username) if url.username else None,
        password=unquote(url.password or ""),
    )


def _smtp_url(environment: Environment) -> SplitResult | None:
    try:
        url = urlsplit(environment.get("SMTP_URL", ""))
        is_valid = url.hostname and url.port != 0
    except ValueError:
        is_valid = False
    if not (is_valid and url.scheme in _SMTP_PORTS and url.path in {"", "/"}):
        environment.refuse(
            "SMTP_URL",
            "SMTP_URL must look like smtps://user:password@host:465, starttls://… or smtp://…",
        )
        return None
    if url.password and url.scheme == "smtp" and url.hostname not in _LOOPBACK:
        environment.refuse(
            "SMTP_URL", "SMTP_URL must be smtps:// or starttls:// to send a password"
        )
        return None
    return url


def _sender(environment: Environment) -> Address | None:
    name, address = parseaddr(environment.get("MAIL_FROM", ""))
    try:
        return Address(name, addr_spec=address)
    except (ValueError, HeaderParseError, IndexError):
        environment.refuse(
            "MAIL_FROM", "MAIL_FROM must be an address such as The Shop <orders@shop.example>"
        )
        return None


def _url(environment: Environment, name: str) -> str | None:
    """Read a URL that a secret may be sent to. The message does not repeat it."""
    text = environment.get(name, "").strip().rstrip("/")
    if not text:
        return None
    try:
        url = urlsplit(text)
        is_valid = (
            _is_confidential(url) and url.hostname and "@" not in url.netloc and not url.query
        )
    except ValueError:
        is_valid = False
    if not is_valid:
        environment.refuse(
            name, f"{name} must be an https:// URL, or an http:// URL of this machine"
        )
        return None
    return text


def _is_confidential(url: SplitResult) -> bool:
    return url.scheme == "https" or (url.scheme == "http" and url.hostname in _LOOPBACK)
