"""How is this app set up? The environment is read and checked here, once."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final

from access import (
    CarrierAccess,
    SmtpAccess,
    StripeAccess,
    TablesAccess,
    carrier_access,
    smtp_access,
    stripe_access,
    tables_access,
)
from domain.audit import AuditTerms
from domain.care import Guard, Retention
from domain.errors import SettingsInvalid
from domain.retry import RetryPolicies, RetryPolicy
from domain.terms import Terms

_APP: Final = Path(__file__).resolve().parent

#: Stands in local.settings.json for everybody to read, so it protects nothing.
_DEV_SECRET: Final = "local-development-only-not-a-secret"  # noqa: S105 - says so itself
_SECRET_MIN_LENGTH: Final = 16

_COUNTRIES: Final = "AT,BE,CH,CZ,DE,DK,ES,FI,FR,IE,IT,LU,NL,NO,PL,PT,SE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What can be set, and what it is set to."""

    #: ORDERS_DATA_DIR: where the order book and the sandbox keep their files.
    data_dir: Path
    #: ORDERS_CATALOGUE: the file with the articles and prices.
    catalogue: Path
    #: ORDERS_ID_SECRET: turns an idempotency key into an order id that nobody can guess.
    id_secret: str = field(repr=False)
    #: ORDERS_MAX_QUANTITY, ORDERS_COUNTRIES, ORDERS_RETRY_…, ORDERS_UNDO_RETRY_…: what an order
    #: keeps from the moment when it was placed.
    terms: Terms
    #: Set by Azure: whether the app runs on many machines.
    on_azure: bool
    #: ORDERS_AUDIT_DAYS, ORDERS_OVERDUE_MINUTES: what the audit looks at and minds.
    audit: AuditTerms = field(default_factory=AuditTerms)
    #: ORDERS_LOST_AFTER_MINUTES, ORDERS_STUCK_AFTER_MINUTES, ORDERS_RESCUES: when help comes.
    guard: Guard = field(default_factory=Guard)
    #: ORDERS_PURGE_AFTER_DAYS, ORDERS_ERASE_AFTER_DAYS, ORDERS_FORGET_AFTER_DAYS: what is kept.
    retention: Retention = field(default_factory=Retention)
    #: The order book in Azure Tables; without it, in SQLite.
    tables: TablesAccess | None = None
    #: Real payments; without it, the sandbox.
    stripe: StripeAccess | None = None
    #: A real carrier; without it, the sandbox.
    carrier: CarrierAccess | None = None
    #: Real mail; without it, the sandbox.
    smtp: SmtpAccess | None = None

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """The settings of this environment; raises SettingsInvalid, saying which one is wrong."""
        settings = cls(
            data_dir=_path(environ, "ORDERS_DATA_DIR", ".data"),
            catalogue=_path(environ, "ORDERS_CATALOGUE", "catalogue.json"),
            id_secret=_secret(environ),
            terms=_terms(environ),
            on_azure=_on_azure(environ),
            audit=_audit(environ),
            guard=_guard(environ),
            retention=_retention(environ),
            tables=tables_access(environ),
            stripe=stripe_access(environ),
            carrier=carrier_access(environ),
            smtp=smtp_access(environ),
        )
        if settings.on_azure and settings.id_secret == _DEV_SECRET:
            raise SettingsInvalid("ORDERS_ID_SECRET: on Azure it must be a secret of your own")
        return settings


def _on_azure(environ: Mapping[str, str]) -> bool:
    # Core Tools imitate parts of Azure's environment, and say so.
    if environ.get("FUNCTIONS_CORETOOLS_ENVIRONMENT", "").lower() == "true":
        return False
    return any(environ.get(name) for name in ("WEBSITE_INSTANCE_ID", "WEBSITE_SITE_NAME"))


def _path(environ: Mapping[str, str], name: str, default: str) -> Path:
    # Relative to the app, not to wherever a host happens to stand.
    return _APP / (environ.get(name) or default)


def _secret(environ: Mapping[str, str]) -> str:
    secret = environ.get("ORDERS_ID_SECRET", "")
    if len(secret) < _SECRET_MIN_LENGTH:
        raise SettingsInvalid(
            f"ORDERS_ID_SECRET must be set, to {_SECRET_MIN_LENGTH} characters or more"
        )
    return secret


def _terms(environ: Mapping[str, str]) -> Terms:
    default = RetryPolicies()
    return Terms(
        max_quantity=_number(environ, "ORDERS_MAX_QUANTITY", 100),
        countries=_countries(environ),
        retries=RetryPolicies(
            doing=_retry(environ, "ORDERS_RETRY", default.doing),
            undoing=_retry(environ, "ORDERS_UNDO_RETRY", default.undoing),
        ),
    )


def _retry(environ: Mapping[str, str], name: str, default: RetryPolicy) -> RetryPolicy:
    policy = RetryPolicy(
        first_ms=_number(environ, f"{name}_FIRST_MS", default.first_ms, most_digits=6),
        longest_ms=_number(environ, f"{name}_LONGEST_MS", default.longest_ms, most_digits=7),
        attempts=_number(environ, f"{name}_ATTEMPTS", default.attempts, most_digits=2),
    )
    if policy.longest_ms < policy.first_ms:
        raise SettingsInvalid(f"{name}_LONGEST_MS must not be less than {name}_FIRST_MS")
    return policy


def _audit(environ: Mapping[str, str]) -> AuditTerms:
    default = AuditTerms()
    return AuditTerms(
        window=_days(environ, "ORDERS_AUDIT_DAYS", default.window, most_digits=4),
        overdue=_minutes(environ, "ORDERS_OVERDUE_MINUTES", default.overdue, most_digits=9),
    )


def _guard(environ: Mapping[str, str]) -> Guard:
    default = Guard()
    guard = Guard(
        lost_after=_minutes(environ, "ORDERS_LOST_AFTER_MINUTES", default.lost_after),
        stuck_after=_minutes(environ, "ORDERS_STUCK_AFTER_MINUTES", default.stuck_after),
        rescues=_number(environ, "ORDERS_RESCUES", default.rescues, most_digits=3),
    )
    retries = _terms(environ).retries
    longest_ms = max(retries.doing.longest_ms, retries.undoing.longest_ms)
    if guard.stuck_after <= timedelta(milliseconds=longest_ms):
        # An order that waits for its next try would be taken for one that stands still.
        raise SettingsInvalid(
            "ORDERS_STUCK_AFTER_MINUTES must be longer than ORDERS_RETRY_LONGEST_MS"
            " and ORDERS_UNDO_RETRY_LONGEST_MS"
        )
    return guard


def _retention(environ: Mapping[str, str]) -> Retention:
    default = Retention()
    retention = Retention(
        purge_after=_days(environ, "ORDERS_PURGE_AFTER_DAYS", default.purge_after),
        erase_after=_days(environ, "ORDERS_ERASE_AFTER_DAYS", default.erase_after),
        forget_after=_days(environ, "ORDERS_FORGET_AFTER_DAYS", default.forget_after),
    )
    if retention.purge_after < _audit(environ).window:
        raise SettingsInvalid("ORDERS_PURGE_AFTER_DAYS must not be less than ORDERS_AUDIT_DAYS")
    if retention.forget_after < max(retention.purge_after, retention.erase_after):
        raise SettingsInvalid(
            "ORDERS_FORGET_AFTER_DAYS must not be less than the days of purging and erasing"
        )
    return retention


def _days(
    environ: Mapping[str, str], name: str, default: timedelta, most_digits: int = 5
) -> timedelta:
    return timedelta(days=_number(environ, name, default.days, most_digits))


def _minutes(
    environ: Mapping[str, str], name: str, default: timedelta, most_digits: int = 5
) -> timedelta:
    minutes = default // timedelta(minutes=1)
    return timedelta(minutes=_number(environ, name, minutes, most_digits))


def _number(environ: Mapping[str, str], name: str, default: int, most_digits: int = 9) -> int:
    text = environ.get(name) or str(default)
    if not re.fullmatch(f"[1-9][0-9]{{0,{most_digits - 1}}}", text):
        most = "9" * most_digits
        raise SettingsInvalid(f"{name} must be a number from 1 to {most}, not {text!r}")
    return int(text)


def _countries(environ: Mapping[str, str]) -> frozenset[str]:
    text = environ.get("ORDERS_COUNTRIES") or _COUNTRIES
    countries = frozenset(country.strip() for country in text.split(","))
    wrong = sorted(country for country in countries if not re.fullmatch("[A-Z]{2}", country))
    if wrong:
        raise SettingsInvalid(f"ORDERS_COUNTRIES must list codes such as DE,FR; wrong: {wrong}")
    return countries
