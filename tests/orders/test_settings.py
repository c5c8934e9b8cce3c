"""Are settings read, and are wrong ones refused in plain words?"""

from dataclasses import replace
from email.headerregistry import Address
from pathlib import Path
from urllib.parse import unquote

import pytest

from orders.adapters.catalogue import JsonCatalogue
from orders.contracts.retries import RetryPolicies
from orders.domain import postal_codes
from orders.domain.errors import InvalidSettingsError
from orders.settings.partners import CarrierAccess, SmtpAccess, StripeAccess, TablesAccess
from orders.settings.settings import Settings
from tests.shop import APP

SECRET = {"ORDERS_ID_SECRET": "a secret of sixteen or more"}
STRIPE = {"STRIPE_API_KEY": "sk_test_planted"}
CARRIER = {"CARRIER_URL": "https://carrier.example/v1", "CARRIER_TOKEN": "planted-token"}
MAIL = {
    "SMTP_URL": "starttls://shop%40example:planted%2Fpassword@mail.example",
    "MAIL_FROM": "The Shop <orders@shop.example>",
}
DEV = {"ORDERS_ID_SECRET": settings._DEV_SECRET}


def test_without_settings_files_lie_under_the_app() -> None:
    """Wherever the host was started from."""
    read = Settings.from_env(SECRET)

    assert read.data_dir == APP / ".data"
    assert read.catalogue == APP / "catalogue.json"
    assert read.terms.max_quantity == 100
    assert "DE" in read.terms.countries
    assert not read.on_azure


def test_every_setting_can_be_set() -> None:
    """Under its own name."""
    read = Settings.from_env(
        {
            **SECRET,
            "ORDERS_DATA_DIR": "/var/orders",
            "ORDERS_CATALOGUE": "other.json",
            "ORDERS_MAX_QUANTITY": "7",
            "ORDERS_COUNTRIES": "DE, FR",
            "ORDERS_RETRY_FIRST_INTERVAL_MS": "100",
            "ORDERS_UNDO_RETRY_MAX_ATTEMPTS": "20",
        }
    )

    assert read.data_dir == Path("/var/orders")
    assert read.catalogue == APP / "other.json"
    assert read.terms.max_quantity == 7
    assert read.terms.countries == {"DE", "FR"}
    assert read.terms.retries.doing == replace(RetryPolicies().doing, first_interval_ms=100)
    assert read.terms.retries.undoing == replace(RetryPolicies().undoing, attempts=20)


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({}, "ORDERS_ID_SECRET"),
        ({"ORDERS_ID_SECRET": "short"}, "ORDERS_ID_SECRET"),
        ({**SECRET, "ORDERS_MAX_QUANTITY": "0"}, "ORDERS_MAX_QUANTITY"),
        ({**SECRET, "ORDERS_MAX_QUANTITY": "many"}, "ORDERS_MAX_QUANTITY"),
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
        ({**DEV, "WEBSITE_SITE_NAME": "shop"}, "ORDERS_ID_SECRET"),
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
def test_a_wrong_setting_is_named(environ: dict[str, str], name: str) -> None:
    """The error says which one, so that nobody has to guess."""
    with pytest.raises(InvalidSettingsError, match=name):
        Settings.from_env(environ)


def test_stripe_is_reached_with_a_key() -> None:
    """Without one there is the sandbox; the address is Stripe's own unless another is set."""
    local = Settings.from_env({**SECRET, **STRIPE, "STRIPE_API_BASE": "http://127.0.0.1:12111/"})

    assert Settings.from_env(SECRET).stripe is None
    assert Settings.from_env({**SECRET, **STRIPE}).stripe == StripeAccess(api_key="sk_test_planted")
    assert local.stripe is not None
    assert local.stripe.api_base == "http://127.0.0.1:12111"


def test_a_carrier_is_reached_with_a_token() -> None:
    """Without both there is the sandbox."""
    read = Settings.from_env({**SECRET, **CARRIER})

    assert Settings.from_env(SECRET).carrier is None
    assert read.carrier == CarrierAccess(url=CARRIER["CARRIER_URL"], token=CARRIER["CARRIER_TOKEN"])


def test_a_mail_server_is_reached_with_a_password() -> None:
    """Which may hold any character, written as in every URL; the port is the usual one."""
    read = Settings.from_env({**SECRET, **MAIL})

    assert Settings.from_env(SECRET).smtp is None
    assert read.smtp == SmtpAccess(
        scheme="starttls",
        host="mail.example",
        port=587,
        sender=Address("The Shop", "orders", "shop.example"),
        username="shop@example",
        password=unquote("planted%2Fpassword"),
    )


def test_a_mail_server_may_want_no_password() -> None:
    """Such as one on this machine, on a port of its own."""
    smtp = Settings.from_env({**SECRET, **MAIL, "SMTP_URL": "smtp://127.0.0.1:2525"}).smtp

    assert smtp is not None
    assert (smtp.scheme, smtp.port, smtp.username) == ("smtp", 2525, None)


def test_secrets_are_not_printed() -> None:
    """Neither with the settings nor in the error about a wrong one."""
    with pytest.raises(InvalidSettingsError) as caught:
        Settings.from_env({**SECRET, "STRIPE_API_KEY": "planted"})

    assert "planted" not in str(caught.value)
    shown = str(Settings.from_env({**SECRET, **STRIPE, **CARRIER, **MAIL}))
    assert not any(secret in shown for secret in ("planted", *SECRET.values()))


@pytest.mark.parametrize("name", ["WEBSITE_INSTANCE_ID", "WEBSITE_SITE_NAME"])
def test_azure_is_recognized(name: str) -> None:
    """By what it sets on every machine; Core Tools on a laptop are not Azure."""
    on_azure = {**SECRET, name: "x"}

    assert Settings.from_env(on_azure).on_azure
    assert not Settings.from_env({**on_azure, "FUNCTIONS_CORETOOLS_ENVIRONMENT": "true"}).on_azure


def test_every_country_that_is_served_by_default_has_a_tariff() -> None:
    """And a postal code of a known shape."""
    read = Settings.from_env(SECRET)
    catalogue = JsonCatalogue(read.catalogue)

    assert all(catalogue.tariff(country) for country in read.terms.countries)
    assert read.terms.countries <= set(postal_codes._SHAPES)


@pytest.mark.parametrize(
    "text",
    [
        "UseDevelopmentStorage=true",
        "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=cGxhbnRlZA==;EndpointSuffix=e.net",
        "AccountName=a;AccountKey=cGxhbnRlZA==;TableEndpoint=http://127.0.0.1:10002/a;",
    ],
)
def test_a_connection_string_says_where_the_book_lies(text: str) -> None:
    """It is taken as it is, and never printed."""
    read = Settings.from_env({**SECRET, "ORDERS_TABLES": text})

    assert read.tables == TablesAccess(connection_string=text)
    assert "cGxhbnRlZA" not in repr(read)


def test_a_url_says_where_the_book_lies() -> None:
    """The app asks there as itself, or as the identity that is named."""
    url = "https://account.table.core.windows.net"
    read = Settings.from_env({**SECRET, "ORDERS_TABLES": url + "/", "AZURE_CLIENT_ID": "id"})

    assert read.tables == TablesAccess(account_url=url, client_id="id")


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
def test_a_place_that_is_none_is_refused_without_being_repeated(text: str) -> None:
    """It may hold a key."""
    with pytest.raises(InvalidSettingsError, match="ORDERS_TABLES") as caught:
        Settings.from_env({**SECRET, "ORDERS_TABLES": text})

    assert "planted" not in str(caught.value)
    assert "cGxhbnRlZA" not in str(caught.value)
