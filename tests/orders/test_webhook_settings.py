"""Secrets of partners' events: defaults, rotation, and refusals that name the setting."""

import pytest

from orders.domain.errors import InvalidSettingsError
from orders.domain.partner_events import Partner
from orders.settings.environment import Environment
from orders.settings.settings import Settings
from orders.settings.webhooks import SANDBOX_SECRET, WebhookSecrets, webhook_secrets

SECRET = {"ORDERS_ID_SECRET": "a secret of sixteen or more"}
STRIPE = {"STRIPE_API_KEY": "sk_test_planted"}
CARRIER = {"CARRIER_URL": "https://carrier.example/v1", "CARRIER_TOKEN": "planted-token"}
CURRENT, PREVIOUS = "whsec_planted_current", "whsec_planted_previous"


def secrets(**environment: str) -> WebhookSecrets:
    """Return the secrets in an environment."""
    return Settings.from_env({**SECRET, **environment}).webhooks


def test_sandbox_has_a_public_secret() -> None:
    """So that events can be tried out without any setting."""
    assert secrets() == WebhookSecrets(payments=(SANDBOX_SECRET,), carrier=(SANDBOX_SECRET,))


def test_real_partner_has_no_secret_unless_it_is_set() -> None:
    """Everyone knows the one of the sandbox."""
    assert secrets(**STRIPE) == WebhookSecrets(carrier=(SANDBOX_SECRET,))
    assert secrets(**CARRIER) == WebhookSecrets(payments=(SANDBOX_SECRET,))


def test_sandbox_has_no_public_secret_on_azure() -> None:
    """Its endpoints are open to everyone there."""
    environment = Environment({**SECRET, "WEBSITE_SITE_NAME": "shop"})

    read = webhook_secrets(environment, has_stripe=False, has_carrier=False, on_azure=True)

    assert read == WebhookSecrets()


def test_secrets_are_read(caplog: pytest.LogCaptureFixture) -> None:
    """The current one comes first; none of them is shown."""
    read = secrets(
        **STRIPE,
        STRIPE_WEBHOOK_SECRET=CURRENT,
        STRIPE_WEBHOOK_SECRET_PREVIOUS=PREVIOUS,
        CARRIER_WEBHOOK_SECRET=CURRENT,
    )

    assert read.of(Partner.PAYMENTS) == (CURRENT, PREVIOUS)
    assert read.of(Partner.CARRIER) == (CURRENT,)
    assert "planted" not in repr(read) + caplog.text


@pytest.mark.parametrize("partner", ["STRIPE", "CARRIER"])
@pytest.mark.parametrize(
    ("current", "previous"), [("short", ""), (CURRENT, "short"), ("", PREVIOUS)]
)
def test_wrong_secret_is_refused(partner: str, current: str, previous: str) -> None:
    """The message names the setting, and no secret."""
    name = f"{partner}_WEBHOOK_SECRET"

    with pytest.raises(InvalidSettingsError, match=name) as raised:
        secrets(**{name: current, f"{name}_PREVIOUS": previous})

    assert "planted" not in str(raised.value)
    assert "short" not in str(raised.value)
