"""Settings: defaults, values, and refusals that name the setting."""

from dataclasses import replace
from datetime import timedelta
from email.headerregistry import Address
from pathlib import Path
from urllib.parse import unquote

import pytest

from orders.adapters.catalogue import JsonCatalogue
from orders.contracts.retries import RetryPolicies
from orders.domain.audit import AuditPolicy
from orders.domain.errors import InvalidSettingsError
from orders.domain.policies import RecoveryPolicy, RetentionPolicy
from orders.domain.postal_codes import example_if_malformed
from orders.settings.partners import CarrierAccess, SmtpAccess, StripeAccess, TablesAccess
from orders.settings.settings import DEVELOPMENT_SECRET, Settings
from tests.shop import APP

SECRET = {"ORDERS_ID_SECRET": "a secret of sixteen or more"}
STRIPE = {"STRIPE_API_KEY": "sk_test_planted"}
CARRIER = {"CARRIER_URL": "https://carrier.example/v1", "CARRIER_TOKEN": "planted-token"}
MAIL = {
    "SMTP_URL": "starttls://shop%40example:planted%2Fpassword@mail.example",
    "MAIL_FROM": "The Shop <orders@shop.example>",
}
DEVELOPMENT = {"ORDERS_ID_SECRET": DEVELOPMENT_SECRET}


def test_default_files_are_in_the_folder_of_the_app() -> None:
    """Whatever the working directory of the host."""
    settings = Settings.from_env(SECRET)

    assert settings.data_dir == APP / ".data"
    assert settings.catalogue == APP / "catalogue.json"
    assert settings.terms.max_quantity == 100
    assert settings.max_active_orders == 10_000
    assert "DE" in settings.terms.countries
    assert not settings.on_azure


def test_settings_are_read_from_the_environment() -> None:
    """Paths, limits, retry policies, and the policies of audit, recovery and retention."""
    settings = Settings.from_env(
        {
            **SECRET,
            "ORDERS_DATA_DIR": "/var/orders",
            "ORDERS_CATALOGUE": "other.json",
            "ORDERS_MAX_QUANTITY": "7",
            "ORDERS_MAX_ACTIVE_ORDERS": "500",
            "ORDERS_COUNTRIES": "DE, FR",
            "ORDERS_RETRY_FIRST_INTERVAL_MS": "100",
            "ORDERS_UNDO_RETRY_MAX_ATTEMPTS": "20",
            "ORDERS_AUDIT_DAYS": "10",
            "ORDERS_OVERDUE_MINUTES": "90",
            "ORDERS_RECOVER_AFTER_MINUTES": "3",
            "ORDERS_STALLED_AFTER_MINUTES": "30",
            "ORDERS_RECOVERY_ATTEMPTS": "8",
            "ORDERS_PURGE_AFTER_DAYS": "20",
            "ORDERS_ERASE_AFTER_DAYS": "21",
            "ORDERS_DELETE_AFTER_DAYS": "22",
        }
    )

    assert settings.data_dir == Path("/var/orders")
    assert settings.catalogue == APP / "other.json"
    assert settings.terms.max_quantity == 7
    assert settings.max_active_orders == 500
    assert settings.terms.countries == {"DE", "FR"}
    assert settings.retries.step == replace(RetryPolicies().step, first_interval_ms=100)
    assert settings.retries.undo == replace(RetryPolicies().undo, max_attempts=20)
    assert settings.audit == AuditPolicy(window=timedelta(days=10), overdue=timedelta(minutes=90))
    assert settings.recovery == RecoveryPolicy(
        recover_after=timedelta(minutes=3), stalled_after=timedelta(minutes=30), max_attempts=8
    )
    assert settings.retention == RetentionPolicy(
        purge_after=timedelta(days=20),
        erase_after=timedelta(days=21),
        delete_after=timedelta(days=22),
    )


@pytest.mark.parametrize(
    ("environment", "name"),
    [
        ({}, "ORDERS_ID_SECRET"),
        ({"ORDERS_ID_SECRET": "short"}, "ORDERS_ID_SECRET"),
        ({**SECRET, "ORDERS_ID_SECRET_PREVIOUS": "short"}, "ORDERS_ID_SECRET_PREVIOUS"),
        ({**SECRET, "ORDERS_REQUIRE_IDEMPOTENCY_KEY": "yes"}, "ORDERS_REQUIRE_IDEMPOTENCY_KEY"),
        ({**SECRET, "ORDERS_MAX_QUANTITY": "0"}, "ORDERS_MAX_QUANTITY"),
        ({**SECRET, "ORDERS_MAX_QUANTITY": "many"}, "ORDERS_MAX_QUANTITY"),
        ({**SECRET, "ORDERS_MAX_ACTIVE_ORDERS": "0"}, "ORDERS_MAX_ACTIVE_ORDERS"),
        ({**SECRET, "ORDERS_MAX_ACTIVE_ORDERS": "unlimited"}, "ORDERS_MAX_ACTIVE_ORDERS"),
        ({**SECRET, "ORDERS_COUNTRIES": "DE,Fr"}, "ORDERS_COUNTRIES"),
        ({**SECRET, "ORDERS_RETRY_FIRST_INTERVAL_MS": "10001"}, "ORDERS_RETRY_MAX_INTERVAL_MS"),
        ({**SECRET, "ORDERS_RETRY_MAX_ATTEMPTS": "100"}, "ORDERS_RETRY_MAX_ATTEMPTS"),
        (
            {**SECRET, "ORDERS_UNDO_RETRY_MAX_INTERVAL_MS": "long"},
            "ORDERS_UNDO_RETRY_MAX_INTERVAL_MS",
        ),
        ({**SECRET, "ORDERS_AUDIT_DAYS": "0"}, "ORDERS_AUDIT_DAYS"),
        ({**SECRET, "ORDERS_OVERDUE_MINUTES": "soon"}, "ORDERS_OVERDUE_MINUTES"),
        ({**SECRET, "ORDERS_RECOVER_AFTER_MINUTES": "0"}, "ORDERS_RECOVER_AFTER_MINUTES"),
        ({**SECRET, "ORDERS_STALLED_AFTER_MINUTES": "1.5"}, "ORDERS_STALLED_AFTER_MINUTES"),
        (
            {**SECRET, "ORDERS_UNDO_RETRY_MAX_INTERVAL_MS": "3600000"},
            "ORDERS_STALLED_AFTER_MINUTES",
        ),
        ({**SECRET, "ORDERS_RECOVERY_ATTEMPTS": "-1"}, "ORDERS_RECOVERY_ATTEMPTS"),
        ({**SECRET, "ORDERS_PURGE_AFTER_DAYS": "29"}, "ORDERS_AUDIT_DAYS"),
        ({**SECRET, "ORDERS_DELETE_AFTER_DAYS": "89"}, "ORDERS_DELETE_AFTER_DAYS"),
        ({**SECRET, "ORDERS_ERASE_AFTER_DAYS": "soon"}, "ORDERS_ERASE_AFTER_DAYS"),
        ({**DEVELOPMENT, "WEBSITE_SITE_NAME": "shop"}, "ORDERS_ID_SECRET"),
        ({**SECRET, "STRIPE_API_KEY": "pk_test_1"}, "STRIPE_API_KEY"),
        ({**SECRET, **STRIPE, "STRIPE_API_BASE": "http://stripe.example"}, "STRIPE_API_BASE"),
        ({**SECRET, **STRIPE, "STRIPE_API_BASE": "https://"}, "STRIPE_API_BASE"),
        ({**SECRET, "CARRIER_URL": "https://carrier.example"}, "CARRIER_TOKEN"),
        ({**SECRET, "CARRIER_TOKEN": "t"}, "CARRIER_URL"),
        ({**SECRET, **CARRIER, "CARRIER_TOKEN": "two words"}, "CARRIER_TOKEN"),
        ({**SECRET, **CARRIER, "CARRIER_URL": "https://u:p@carrier.example"}, "CARRIER_URL"),
        ({**SECRET, **MAIL, "SMTP_URL": ""}, "SMTP_URL"),
        ({**SECRET, **MAIL, "SMTP_URL": "mail.example"}, "SMTP_URL"),
        ({**SECRET, **MAIL, "SMTP_URL": "http://mail.example"}, "SMTP_URL"),
        ({**SECRET, **MAIL, "SMTP_URL": "smtps://mail.example:no"}, "SMTP_URL"),
        ({**SECRET, **MAIL, "SMTP_URL": "smtp://u:planted@mail.example"}, "SMTP_URL"),
        ({**SECRET, **MAIL, "MAIL_FROM": ""}, "MAIL_FROM"),
        ({**SECRET, **MAIL, "MAIL_FROM": "The Shop"}, "MAIL_FROM"),
        ({**SECRET, **STRIPE, "STRIPE_API_BASE": "https://[1"}, "STRIPE_API_BASE"),
    ],
)
def test_invalid_setting_is_named(environment: dict[str, str], name: str) -> None:
    """In the message of the error."""
    with pytest.raises(InvalidSettingsError, match=name):
        Settings.from_env(environment)


def test_previous_secrets_are_a_list() -> None:
    """Separated by commas, tried after the current one, and never printed."""
    current = SECRET["ORDERS_ID_SECRET"]
    previous = "planted number one, , planted number two"
    settings = Settings.from_env({**SECRET, "ORDERS_ID_SECRET_PREVIOUS": previous})

    assert Settings.from_env(SECRET).id_secrets == (current,)
    assert settings.id_secrets == (current, "planted number one", "planted number two")
    assert "planted" not in str(settings)


@pytest.mark.parametrize(("text", "required"), [("1", True), ("0", False), ("", False)])
def test_idempotency_key_can_be_required(text: str, *, required: bool) -> None:
    """By default it is not."""
    settings = Settings.from_env({**SECRET, "ORDERS_REQUIRE_IDEMPOTENCY_KEY": text})

    assert settings.requires_idempotency_key is required
    assert not Settings.from_env(SECRET).requires_idempotency_key


def test_stripe_requires_an_api_key() -> None:
    """Without one payments are sandboxed; the address is Stripe's own unless another is set."""
    local = Settings.from_env({**SECRET, **STRIPE, "STRIPE_API_BASE": "http://127.0.0.1:12111/"})

    assert Settings.from_env(SECRET).stripe is None
    assert Settings.from_env({**SECRET, **STRIPE}).stripe == StripeAccess(api_key="sk_test_planted")
    assert local.stripe is not None
    assert local.stripe.api_base == "http://127.0.0.1:12111"


def test_carrier_requires_url_and_token() -> None:
    """Without both the carrier is sandboxed."""
    settings = Settings.from_env({**SECRET, **CARRIER})

    assert Settings.from_env(SECRET).carrier is None
    assert settings.carrier == CarrierAccess(
        url=CARRIER["CARRIER_URL"], token=CARRIER["CARRIER_TOKEN"]
    )


def test_mail_server_url_has_user_and_password() -> None:
    """Both percent-encoded; the default port depends on the scheme."""
    settings = Settings.from_env({**SECRET, **MAIL})

    assert Settings.from_env(SECRET).smtp is None
    assert settings.smtp == SmtpAccess(
        scheme="starttls",
        host="mail.example",
        port=587,
        sender=Address("The Shop", "orders", "shop.example"),
        username="shop@example",
        password=unquote("planted%2Fpassword"),
    )


def test_mail_server_url_without_user() -> None:
    """Such as one of this machine, on another port."""
    smtp = Settings.from_env({**SECRET, **MAIL, "SMTP_URL": "smtp://127.0.0.1:2525"}).smtp

    assert smtp is not None
    assert (smtp.scheme, smtp.port, smtp.username) == ("smtp", 2525, None)


def test_secrets_are_not_printed() -> None:
    """Neither with the settings nor in the error about an invalid one."""
    with pytest.raises(InvalidSettingsError) as caught:
        Settings.from_env({**SECRET, "STRIPE_API_KEY": "planted"})

    assert "planted" not in str(caught.value)
    text = str(Settings.from_env({**SECRET, **STRIPE, **CARRIER, **MAIL}))
    assert not any(secret in text for secret in ("planted", *SECRET.values()))


@pytest.mark.parametrize("name", ["WEBSITE_INSTANCE_ID", "WEBSITE_SITE_NAME"])
def test_azure_is_recognized(name: str) -> None:
    """By the settings of every instance; Core Tools on a laptop are not Azure."""
    tables = {"ORDERS_TABLES": "https://account.table.core.windows.net"}
    on_azure = {**SECRET, **STRIPE, **CARRIER, **MAIL, **tables, name: "x"}

    assert Settings.from_env(on_azure).on_azure
    assert not Settings.from_env({**on_azure, "FUNCTIONS_CORETOOLS_ENVIRONMENT": "true"}).on_azure


def test_every_default_country_has_a_tariff() -> None:
    """And a format of its postal codes."""
    settings = Settings.from_env(SECRET)
    catalogue = JsonCatalogue(settings.catalogue)

    assert all(catalogue.tariff(country) for country in settings.terms.countries)
    assert all(example_if_malformed("?", country) for country in settings.terms.countries)


@pytest.mark.parametrize(
    "text",
    [
        "UseDevelopmentStorage=true",
        "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=cGxhbnRlZA==;EndpointSuffix=e.net",
        "AccountName=a;AccountKey=cGxhbnRlZA==;TableEndpoint=http://127.0.0.1:10002/a;",
    ],
)
def test_tables_are_accessed_with_a_connection_string(text: str) -> None:
    """It is used unchanged, and never printed."""
    settings = Settings.from_env({**SECRET, "ORDERS_TABLES": text})

    assert settings.tables == TablesAccess(connection_string=text)
    assert "cGxhbnRlZA" not in repr(settings)


def test_tables_are_accessed_with_an_identity() -> None:
    """The app's own one, or the one in AZURE_CLIENT_ID."""
    url = "https://account.table.core.windows.net"
    settings = Settings.from_env({**SECRET, "ORDERS_TABLES": url + "/", "AZURE_CLIENT_ID": "id"})

    assert settings.tables == TablesAccess(account_url=url, client_id="id")


@pytest.mark.parametrize(
    "text",
    [
        "planted",
        "AccountName=planted",
        "AccountKey=cGxhbnRlZA==",
        "AccountName=a;AccountKey=planted!",
        "UseDevelopmentStorage=planted",
        "AccountName=a;AccountKey=cGxhbnRlZA==;TableEndpoint=http://planted.example",
        "AccountName=a;AccountKey=cGxhbnRlZA==;DefaultEndpointsProtocol=http",
        "https://planted.table.core.windows.net?sig=planted",
        "http://planted.table.core.windows.net",
    ],
)
def test_invalid_tables_are_refused_without_repeating_them(text: str) -> None:
    """The text may contain a key."""
    with pytest.raises(InvalidSettingsError, match="ORDERS_TABLES") as caught:
        Settings.from_env({**SECRET, "ORDERS_TABLES": text})

    assert "planted" not in str(caught.value)
    assert "cGxhbnRlZA" not in str(caught.value)
