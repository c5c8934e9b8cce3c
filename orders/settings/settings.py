"""All settings of the app, read and checked once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Final

from orders.contracts.retries import RetryPolicies
from orders.domain.audit import AuditPolicy
from orders.domain.order import Terms
from orders.domain.policies import RecoveryPolicy, RetentionPolicy
from orders.domain.quotas import QuotaPolicy
from orders.domain.waits import WaitPolicy
from orders.settings.abuse import quota_policy, refund_limit, trusted_proxies
from orders.settings.azure import is_on_azure, refuse_missing
from orders.settings.environment import Environment
from orders.settings.partners import (
    CarrierAccess,
    SmtpAccess,
    StripeAccess,
    TablesAccess,
    carrier_access,
    smtp_access,
    stripe_access,
    tables_access,
)
from orders.settings.readers import (
    read_countries,
    read_days,
    read_flag,
    read_minutes,
    read_number,
    read_retry_policy,
)
from orders.settings.webhooks import WebhookSecrets, webhook_secrets

_APP_FOLDER: Final = Path(__file__).resolve().parents[2]

#: The value in local.settings.json. It is public, so it protects nothing.
DEVELOPMENT_SECRET: Final = "local-development-only-not-a-secret"  # noqa: S105 - public by design
_MIN_SECRET_LENGTH: Final = 16

_COUNTRIES: Final = "AT,BE,CH,CZ,DE,DK,ES,FI,FR,IE,IT,LU,NL,NO,PL,PT,SE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings and their values."""

    #: ORDERS_DATA_DIR: the folder of the SQLite order store and the sandbox ledgers.
    data_dir: Path
    #: ORDERS_CATALOGUE: the file with products and tariffs.
    catalogue: Path
    #: ORDERS_ID_SECRET: key of the hash that turns an idempotency key into an order ID.
    id_secret: str = field(repr=False)
    #: ORDERS_ID_SECRET_PREVIOUS: earlier secrets, separated by commas, whose keys are still known.
    previous_id_secrets: tuple[str, ...] = field(default=(), repr=False)
    #: ORDERS_REQUIRE_IDEMPOTENCY_KEY: orders without an idempotency key are refused.
    requires_idempotency_key: bool = False
    #: ORDERS_MAX_ACTIVE_ORDERS: with as many orders being worked, new ones are refused.
    max_active_orders: int = 10_000
    #: ORDERS_MAX_QUANTITY, ORDERS_COUNTRIES: the limits that an order keeps.
    terms: Terms
    #: Set by Azure: the app runs on many machines.
    on_azure: bool
    #: WEBSITE_AUTH_ENABLED, set by Azure: the platform authenticates operators.
    has_authentication: bool = False
    #: ORDERS_QUOTA_…: orders that one client, payment method or email address may place in an hour.
    quotas: QuotaPolicy = field(default_factory=QuotaPolicy)
    #: ORDERS_TRUSTED_PROXIES: proxies that tell the address of the client. 0: it is not known.
    trusted_proxies: int = 0
    #: ORDERS_REFUND_SECOND_OPERATOR_ABOVE: minor units of an order that operators refund alone.
    #: None: any amount.
    refund_alone_up_to: int | None = None
    #: ORDERS_RETRY_…, ORDERS_UNDO_RETRY_…: how often and how fast steps are retried.
    retries: RetryPolicies = field(default_factory=RetryPolicies)
    #: ORDERS_AUDIT_DAYS, ORDERS_OVERDUE_MINUTES.
    audit: AuditPolicy = field(default_factory=AuditPolicy)
    #: ORDERS_RECOVER_AFTER_MINUTES, ORDERS_STALLED_AFTER_MINUTES, ORDERS_RECOVERY_ATTEMPTS,
    #: ORDERS_RECOVERY_BATCH_SIZE.
    recovery: RecoveryPolicy = field(default_factory=RecoveryPolicy)
    #: ORDERS_WAIT_MINUTES, ORDERS_WAIT_AFTER_CAPTURE_MINUTES, ORDERS_WAKE_BATCH_SIZE.
    waits: WaitPolicy = field(default_factory=WaitPolicy)
    #: ORDERS_PURGE_AFTER_DAYS, ORDERS_ERASE_AFTER_DAYS, ORDERS_DELETE_AFTER_DAYS.
    retention: RetentionPolicy = field(default_factory=RetentionPolicy)
    #: The order store in Azure Tables. None: SQLite.
    tables: TablesAccess | None = None
    #: Payments by Stripe. None: the sandbox.
    stripe: StripeAccess | None = None
    #: The HTTP carrier. None: the sandbox.
    carrier: CarrierAccess | None = None
    #: The SMTP mailer. None: the sandbox.
    smtp: SmtpAccess | None = None
    #: A line about each ORDERS_… name that is no setting. Only on Azure the app serves in spite of
    #: one: settings and code change one after the other there, so a version meets those of another.
    unknown_names: tuple[str, ...] = ()
    #: STRIPE_WEBHOOK_SECRET, CARRIER_WEBHOOK_SECRET: with which partners sign their events.
    webhooks: WebhookSecrets = field(default_factory=WebhookSecrets)

    @property
    def id_secrets(self) -> tuple[str, ...]:
        """The current secret, then the previous ones."""
        return (self.id_secret, *self.previous_id_secrets)

    @classmethod
    def from_env(cls, variables: Mapping[str, str] = os.environ) -> Settings:
        """Read the settings.

        Raises:
            InvalidSettingsError: names every setting that is wrong, one a line.
        """
        environment = Environment(variables)
        retries, audit = _retries(environment), _audit(environment)
        stripe, carrier = stripe_access(environment), carrier_access(environment)
        is_live = stripe is not None and stripe.is_live
        on_azure = is_on_azure(environment)
        settings = cls(
            data_dir=_path(environment, "ORDERS_DATA_DIR", ".data"),
            catalogue=_path(environment, "ORDERS_CATALOGUE", "catalogue.json"),
            id_secret=_secret(environment, on_azure=on_azure),
            previous_id_secrets=_previous_secrets(environment),
            requires_idempotency_key=read_flag(environment, "ORDERS_REQUIRE_IDEMPOTENCY_KEY"),
            max_active_orders=read_number(environment, "ORDERS_MAX_ACTIVE_ORDERS", 10_000),
            terms=_terms(environment),
            on_azure=on_azure,
            has_authentication=on_azure and _is_authentication_enabled(environment),
            quotas=quota_policy(environment, is_live=is_live),
            refund_alone_up_to=refund_limit(environment),
            trusted_proxies=trusted_proxies(environment),
            retries=retries,
            audit=audit,
            recovery=_recovery(environment, retries),
            waits=_waits(environment),
            retention=_retention(environment, audit),
            tables=tables_access(environment),
            stripe=stripe,
            carrier=carrier,
            smtp=smtp_access(environment),
            webhooks=webhook_secrets(
                environment,
                has_stripe=stripe is not None,
                has_carrier=carrier is not None,
                on_azure=on_azure,
            ),
        )
        if on_azure:
            refuse_missing(environment)
        unknown = environment.unknown()
        if environment.problems or not on_azure:
            environment.raise_problems(*unknown)
        return replace(settings, unknown_names=unknown)


def _is_authentication_enabled(environment: Environment) -> bool:
    # On Azure only: elsewhere the headers of the platform come from anyone.
    return environment.get("WEBSITE_AUTH_ENABLED", "").lower() == "true"


def _path(environment: Environment, name: str, default: str) -> Path:
    # Relative to the app, not to the working directory of the host.
    return _APP_FOLDER / (environment.get(name) or default)


def _secret(environment: Environment, *, on_azure: bool) -> str:
    name = "ORDERS_ID_SECRET"
    secret = environment.get(name, "")
    if len(secret) < _MIN_SECRET_LENGTH:
        environment.refuse(name, f"{name} must have {_MIN_SECRET_LENGTH} characters or more")
    if on_azure and secret == DEVELOPMENT_SECRET:
        environment.refuse(name, f"{name} must be a secret of your own on Azure")
    return secret


def _previous_secrets(environment: Environment) -> tuple[str, ...]:
    text = environment.get("ORDERS_ID_SECRET_PREVIOUS", "")
    secrets = tuple(secret.strip() for secret in text.split(",") if secret.strip())
    if any(len(secret) < _MIN_SECRET_LENGTH for secret in secrets):
        environment.refuse(
            "ORDERS_ID_SECRET_PREVIOUS",
            f"ORDERS_ID_SECRET_PREVIOUS must list secrets of {_MIN_SECRET_LENGTH} characters or"
            " more, separated by commas",
        )
    return secrets


def _terms(environment: Environment) -> Terms:
    return Terms(
        max_quantity=read_number(environment, "ORDERS_MAX_QUANTITY", 100),
        countries=read_countries(environment, "ORDERS_COUNTRIES", _COUNTRIES),
    )


def _retries(environment: Environment) -> RetryPolicies:
    default = RetryPolicies()
    return RetryPolicies(
        step=read_retry_policy(environment, "ORDERS_RETRY", default.step),
        undo=read_retry_policy(environment, "ORDERS_UNDO_RETRY", default.undo),
    )


def _audit(environment: Environment) -> AuditPolicy:
    default = AuditPolicy()
    return AuditPolicy(
        window=read_days(environment, "ORDERS_AUDIT_DAYS", default.window, max_digits=4),
        overdue=read_minutes(environment, "ORDERS_OVERDUE_MINUTES", default.overdue, max_digits=9),
    )


def _recovery(environment: Environment, retries: RetryPolicies) -> RecoveryPolicy:
    default = RecoveryPolicy()
    policy = RecoveryPolicy(
        recover_after=read_minutes(
            environment, "ORDERS_RECOVER_AFTER_MINUTES", default.recover_after
        ),
        stalled_after=read_minutes(
            environment, "ORDERS_STALLED_AFTER_MINUTES", default.stalled_after
        ),
        max_attempts=read_number(
            environment, "ORDERS_RECOVERY_ATTEMPTS", default.max_attempts, max_digits=3
        ),
        batch_size=read_number(
            environment, "ORDERS_RECOVERY_BATCH_SIZE", default.batch_size, max_digits=5
        ),
    )
    longest_ms = max(retries.step.max_interval_ms, retries.undo.max_interval_ms)
    if policy.stalled_after <= timedelta(milliseconds=longest_ms):
        # An order that waits for its next retry would count as stalled.
        environment.refuse(
            "ORDERS_STALLED_AFTER_MINUTES",
            "ORDERS_STALLED_AFTER_MINUTES must be longer than ORDERS_RETRY_MAX_INTERVAL_MS"
            " and ORDERS_UNDO_RETRY_MAX_INTERVAL_MS",
        )
    return policy


def _waits(environment: Environment) -> WaitPolicy:
    default = WaitPolicy()
    policy = WaitPolicy(
        before_capture=read_minutes(environment, "ORDERS_WAIT_MINUTES", default.before_capture),
        after_capture=read_minutes(
            environment, "ORDERS_WAIT_AFTER_CAPTURE_MINUTES", default.after_capture
        ),
        batch_size=read_number(
            environment, "ORDERS_WAKE_BATCH_SIZE", default.batch_size, max_digits=5
        ),
    )
    if policy.before_capture > policy.authorization:
        minutes = policy.authorization // timedelta(minutes=1)
        environment.refuse(
            "ORDERS_WAIT_MINUTES",
            f"ORDERS_WAIT_MINUTES must be at most {minutes}: banks hold an amount for seven days",
        )
    return policy


def _retention(environment: Environment, audit: AuditPolicy) -> RetentionPolicy:
    default = RetentionPolicy()
    policy = RetentionPolicy(
        purge_after=read_days(environment, "ORDERS_PURGE_AFTER_DAYS", default.purge_after),
        erase_after=read_days(environment, "ORDERS_ERASE_AFTER_DAYS", default.erase_after),
        delete_after=read_days(environment, "ORDERS_DELETE_AFTER_DAYS", default.delete_after),
    )
    if policy.purge_after < audit.window:
        environment.refuse(
            "ORDERS_PURGE_AFTER_DAYS",
            "ORDERS_PURGE_AFTER_DAYS must not be less than ORDERS_AUDIT_DAYS",
        )
    if policy.delete_after < max(policy.purge_after, policy.erase_after):
        environment.refuse(
            "ORDERS_DELETE_AFTER_DAYS",
            "ORDERS_DELETE_AFTER_DAYS must not be less than ORDERS_PURGE_AFTER_DAYS"
            " and ORDERS_ERASE_AFTER_DAYS",
        )
    return policy
