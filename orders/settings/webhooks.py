"""Secrets with which partners sign their events."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from orders.domain.partner_events import Partner
from orders.settings.environment import Environment

#: The secret of the sandboxes, unless a setting replaces it. It is public, so it protects nothing.
SANDBOX_SECRET: Final = "sandbox-events-only-not-a-secret"  # noqa: S105 - public by design
_MIN_LENGTH: Final = 16

_SETTINGS: Final = {
    Partner.PAYMENTS: "STRIPE_WEBHOOK_SECRET",
    Partner.CARRIER: "CARRIER_WEBHOOK_SECRET",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSecrets:
    """The secrets of each partner: the current one, then the previous one. None: no events."""

    #: STRIPE_WEBHOOK_SECRET, STRIPE_WEBHOOK_SECRET_PREVIOUS.
    payments: tuple[str, ...] = field(default=(), repr=False)
    #: CARRIER_WEBHOOK_SECRET, CARRIER_WEBHOOK_SECRET_PREVIOUS.
    carrier: tuple[str, ...] = field(default=(), repr=False)

    def of(self, partner: Partner) -> tuple[str, ...]:
        """Return the secrets of a partner."""
        return self.payments if partner is Partner.PAYMENTS else self.carrier

    def setting(self, partner: Partner) -> str:
        """Return the name of the setting with the partner's secret."""
        return _SETTINGS[partner]


def webhook_secrets(
    environment: Environment, *, has_stripe: bool, has_carrier: bool, on_azure: bool
) -> WebhookSecrets:
    """Read the secrets. A sandbox has a public one on development machines."""
    public = () if on_azure else (SANDBOX_SECRET,)
    return WebhookSecrets(
        payments=_secrets(environment, Partner.PAYMENTS) or (() if has_stripe else public),
        carrier=_secrets(environment, Partner.CARRIER) or (() if has_carrier else public),
    )


def _secrets(environment: Environment, partner: Partner) -> tuple[str, ...]:
    name = _SETTINGS[partner]
    current, previous = (environment.get(key, "") for key in (name, f"{name}_PREVIOUS"))
    if previous and not current:
        environment.refuse(name, f"{name} must be set together with {name}_PREVIOUS")
    secrets = tuple(secret for secret in (current, previous) if secret)
    if any(len(secret) < _MIN_LENGTH for secret in secrets):
        environment.refuse(
            name, f"{name} and {name}_PREVIOUS must have {_MIN_LENGTH} characters or more"
        )
    return secrets
