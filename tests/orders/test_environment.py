"""All wrong settings are reported at once: invalid, unresolved, missing and unknown ones."""

import re

import pytest

from orders.domain.errors import InvalidSettingsError
from orders.settings.azure import REQUIRED_ON_AZURE
from orders.settings.environment import Environment
from orders.settings.settings import Settings
from tests.shop import APP

SECRET = {"ORDERS_ID_SECRET": "a secret of sixteen or more"}
#: An environment on Azure in which nothing is missing.
ON_AZURE = {
    **SECRET,
    "WEBSITE_SITE_NAME": "shop",
    "ORDERS_TABLES": "https://account.table.core.windows.net",
    "STRIPE_API_KEY": "sk_live_1",
    "CARRIER_URL": "https://carrier.example",
    "CARRIER_TOKEN": "token",
    "SMTP_URL": "smtps://mail.example",
    "MAIL_FROM": "orders@shop.example",
}
REFERENCE = "@Microsoft.KeyVault(SecretUri=https://vault.example/secrets/planted/)"
SECRETS = (
    "ORDERS_ID_SECRET",
    "ORDERS_ID_SECRET_PREVIOUS",
    "ORDERS_TABLES",
    "STRIPE_API_KEY",
    "CARRIER_TOKEN",
    "SMTP_URL",
)


def problems(environment: dict[str, str]) -> list[str]:
    """Return the lines of the refusal; none if the settings are accepted."""
    try:
        Settings.from_env(environment)
    except InvalidSettingsError as error:
        return str(error).splitlines()
    return []


def refused(environment: dict[str, str]) -> list[str]:
    """Return the settings that the refusal names, in the order of its lines."""
    return [line.split()[0] for line in problems(environment)]


def documented() -> list[str]:
    """Return the app's own settings in docs/configuration.md."""
    text = (APP / "docs" / "configuration.md").read_text("utf-8")
    return sorted(set(re.findall(r"`(ORDERS_[A-Z_]+)`", text)))


def test_all_invalid_settings_are_reported_at_once() -> None:
    """One line each, also two of one group and those of different partners."""
    environment = {
        "ORDERS_ID_SECRET": "short",
        "ORDERS_MAX_QUANTITY": "none",
        "ORDERS_COUNTRIES": "Germany",
        "ORDERS_RECOVER_AFTER_MINUTES": "0",
        "ORDERS_RECOVERY_ATTEMPTS": "-1",
        "STRIPE_API_KEY": "pk_1",
        "STRIPE_API_BASE": "http://stripe.example",
        "CARRIER_URL": "carrier.example",
        "SMTP_URL": "mail.example",
        "MAIL_FROM": "The Shop",
    }

    assert sorted(refused(environment)) == sorted([*environment, "CARRIER_URL"])


def test_setting_is_reported_once() -> None:
    """A rule about two settings says nothing more of one that is invalid by itself."""
    environment = {**SECRET, "ORDERS_STALLED_AFTER_MINUTES": "0", "ORDERS_AUDIT_DAYS": "99"}
    assert refused(environment) == ["ORDERS_STALLED_AFTER_MINUTES", "ORDERS_PURGE_AFTER_DAYS"]
    assert refused({**environment, "ORDERS_PURGE_AFTER_DAYS": "x"}) == [
        "ORDERS_STALLED_AFTER_MINUTES",
        "ORDERS_PURGE_AFTER_DAYS",
    ]


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("text", ["{}", " {}", "a first secret of its own,{}"])
def test_unresolved_reference_is_refused(name: str, text: str) -> None:
    """It would be a secret that everybody can guess. Its text is not repeated."""
    lines = problems({**SECRET, "CARRIER_URL": "https://c.example", name: text.format(REFERENCE)})

    assert [line for line in lines if line.startswith(f"{name} is a reference that the platform")]
    assert "planted" not in "".join(lines)


@pytest.mark.parametrize(
    "value",
    [
        "@microsoft.keyvault(VaultName=v;SecretName=s)",
        "@Microsoft.AppConfiguration(Endpoint=https://c.example; Key=k)",
    ],
)
def test_every_kind_of_reference_is_refused(value: str) -> None:
    """In any spelling, for settings that are no secrets too."""
    assert refused({**SECRET, "ORDERS_MAX_QUANTITY": value}) == ["ORDERS_MAX_QUANTITY"]


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("ORDERS_MAX_QUANTTY", "ORDERS_MAX_QUANTITY"),
        ("ORDERS_REQUIRE_IDEMPOTENCY_KEYS", "ORDERS_REQUIRE_IDEMPOTENCY_KEY"),
        ("ORDERS_RETRY_ATTEMPTS", "ORDERS_RETRY_MAX_ATTEMPTS"),
        ("ORDERS_X", "ORDERS_"),
    ],
)
def test_unknown_name_is_reported_with_the_nearest_one(name: str, nearest: str) -> None:
    """A setting that has no effect is worse than one that is refused."""
    (line,) = problems({**SECRET, name: "1"})

    assert line.startswith(f"{name} is no setting of this version; the nearest name is {nearest}")


@pytest.mark.parametrize("wrong", [{}, {"ORDERS_MAX_QUANTITY": "0", "STRIPE_API_KEY": "x"}])
def test_documented_settings_are_known(wrong: dict[str, str]) -> None:
    """Whatever other settings say: every setting is read each time."""
    environment = {**dict.fromkeys(documented(), ""), **SECRET, **wrong}

    assert len(documented()) > 20
    assert sorted(refused(environment)) == sorted(wrong)


def test_wait_is_no_longer_than_banks_hold_an_amount() -> None:
    """A longer one would end with the authorization."""
    assert refused({**SECRET, "ORDERS_WAIT_MINUTES": "8641"}) == ["ORDERS_WAIT_MINUTES"]
    assert refused({**SECRET, "ORDERS_WAIT_MINUTES": "8640"}) == []


def test_environment_is_a_mapping() -> None:
    """Whoever reads a setting needs nothing else of it."""
    variables = {"ORDERS_MAX_QUANTITY": "7", "HOME": "/"}

    assert dict(Environment(variables)) == variables
    assert len(Environment(variables)) == 2


def test_names_of_others_are_ignored() -> None:
    """Only names with the app's prefix can be unknown."""
    assert (
        problems({**SECRET, "ORDER_MAX": "1", "STRIPE_KEY": "1", "APPSETTING_ORDERS_X": "1"}) == []
    )


def test_missing_settings_are_reported_on_azure() -> None:
    """Each of them; an invalid one is not missing."""
    missing = {**SECRET, "WEBSITE_SITE_NAME": "shop"}
    assert refused(missing) == list(REQUIRED_ON_AZURE)

    lines = problems({**missing, "ORDERS_TABLES": "account", "CARRIER_TOKEN": "two words"})

    assert [line for line in lines if line.startswith("ORDERS_TABLES must be a connection string")]
    assert [line for line in lines if line.startswith("CARRIER_TOKEN must consist of printable")]
    assert sorted(line.split()[0] for line in lines) == sorted(REQUIRED_ON_AZURE)
