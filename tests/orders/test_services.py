"""The composition root: which adapters the settings select, and what it refuses."""

import subprocess
import sys
from dataclasses import replace
from email.headerregistry import Address
from pathlib import Path
from typing import Any

import pytest

import orders.services
from orders.domain.errors import InvalidSettingsError
from orders.settings.azure import REQUIRED_ON_AZURE
from orders.settings.partners import CarrierAccess, SmtpAccess, StripeAccess, TablesAccess
from tests.faults import FOREVER, Failing
from tests.orders.test_environment import ON_AZURE
from tests.shop import APP, SECRET, settings_in

CARRIER = CarrierAccess(url="https://carrier.example", token=SECRET)
SMTP = SmtpAccess(
    scheme="smtps", host="mail.example", port=465, sender=Address("", "orders", "shop.example")
)
TABLES = TablesAccess(account_url="https://account.table.core.windows.net")
STRIPE = StripeAccess(api_key="sk_test_of_these_tests")
LIVE_STRIPE = StripeAccess(api_key="rk_live_of_these_tests")
TEST_CARRIER = replace(CARRIER, is_test=True)


def test_build_creates_no_files(tmp_path: Path) -> None:
    """Files are created at first use, so importing and indexing the app has no effects."""
    orders.services.build(settings_in(tmp_path / "new"))

    assert not (tmp_path / "new").exists()


def test_build_on_azure_refuses_adapters_of_a_single_machine(tmp_path: Path) -> None:
    """The message names the setting of each."""
    with pytest.raises(InvalidSettingsError) as caught:
        orders.services.build(replace(settings_in(tmp_path), on_azure=True))

    message = str(caught.value)
    names = ("ORDERS_TABLES", "STRIPE_API_KEY", "CARRIER_URL", "SMTP_URL")
    assert all(name in message for name in names)


def test_refusal_on_azure_names_only_what_is_missing(tmp_path: Path) -> None:
    """The carrier is set."""
    settings = replace(settings_in(tmp_path), on_azure=True, carrier=CARRIER)

    with pytest.raises(InvalidSettingsError) as caught:
        orders.services.build(settings)

    assert "CARRIER_URL" not in str(caught.value)
    assert "STRIPE_API_KEY" in str(caught.value)


def test_build_on_azure_accepts_real_adapters(tmp_path: Path) -> None:
    """Nothing connects before it is used."""
    settings = replace(
        settings_in(tmp_path),
        on_azure=True,
        tables=TABLES,
        stripe=LIVE_STRIPE,
        carrier=CARRIER,
        smtp=SMTP,
    )

    assert type(orders.services.build(settings).order_store).__name__ == "TableOrderStore"


@pytest.mark.parametrize(
    ("port", "access", "adapter"),
    [
        ("order_store", {"tables": TABLES}, "TableOrderStore"),
        ("payments", {"stripe": STRIPE}, "StripePayments"),
        ("carrier", {"carrier": TEST_CARRIER}, "HttpCarrier"),
        ("mailer", {"smtp": SMTP}, "SmtpMailer"),
    ],
)
def test_setting_replaces_one_sandbox_adapter(
    tmp_path: Path, port: str, access: dict[str, Any], adapter: str
) -> None:
    """The other ports keep theirs."""
    before = orders.services.build(settings_in(tmp_path))

    after = orders.services.build(replace(settings_in(tmp_path), **access))

    changed = {
        name
        for name in ("order_store", "payments", "carrier", "mailer")
        if type(getattr(before, name)) is not type(getattr(after, name))
    }
    assert changed == {port}
    assert type(getattr(after, port)).__name__ == adapter


@pytest.mark.parametrize(
    ("access", "message"),
    [
        ({"carrier": CARRIER}, "STRIPE_API_KEY is missing: goods would leave unpaid"),
        ({"carrier": CARRIER, "stripe": STRIPE}, "STRIPE_API_KEY is a key of Stripe's test mode"),
        ({"stripe": LIVE_STRIPE}, "STRIPE_API_KEY is a live key, but CARRIER_URL is missing"),
        ({"stripe": LIVE_STRIPE, "carrier": TEST_CARRIER}, "but CARRIER_TEST_MODE is 1"),
    ],
)
def test_real_partner_beside_a_pretended_one_is_refused(
    tmp_path: Path, access: dict[str, Any], message: str
) -> None:
    """Test cards must not make goods free, and nobody pays for goods that never leave."""
    with pytest.raises(InvalidSettingsError, match=message):
        orders.services.build(replace(settings_in(tmp_path), **access))


@pytest.mark.parametrize(
    "access",
    [
        {},
        {"stripe": STRIPE},
        {"carrier": TEST_CARRIER},
        {"stripe": STRIPE, "carrier": TEST_CARRIER},
        {"stripe": LIVE_STRIPE, "carrier": CARRIER},
    ],
)
def test_partners_that_fit_together_are_accepted(tmp_path: Path, access: dict[str, Any]) -> None:
    """Live payments and a real carrier, or sandboxes and test modes."""
    assert orders.services.build(replace(settings_in(tmp_path), **access))


def run_python(script: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a script in a process of its own, with these settings."""
    return subprocess.run(
        [sys.executable, "-c", script],
        env={"ORDERS_ID_SECRET": SECRET, "PYTHONPATH": str(APP), **environment},
        capture_output=True,
        text=True,
        check=True,
    )


def load_app(**environment: str) -> subprocess.CompletedProcess[str]:
    """Load the app as a host does, and print the number of its functions."""
    return run_python(
        "import function_app; print(len(function_app.app.get_functions()))", **environment
    )


def test_sandbox_adapters_import_no_client_libraries() -> None:
    """Stripe's SDK alone takes longer to import than the rest of the app."""
    clients = "{'stripe', 'urllib3', 'smtplib', 'azure.core'}"

    result = run_python(
        "import sys, function_app, orders.services; orders.services.services();"
        f"print({clients} & set(sys.modules))"
    )

    assert result.stdout.strip() == "set()"


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("ORDERS_ID_SECRET", "short", "ORDERS_ID_SECRET must have 16 characters or more"),
        ("ORDERS_CATALOGUE", "nowhere.json", "nowhere.json"),
        ("ORDERS_MAX_QUANTTY", "7", "the nearest name is ORDERS_MAX_QUANTITY"),
        ("STRIPE_API_KEY", "sk_live_planted", "STRIPE_API_KEY is a live key, but CARRIER_URL is"),
    ],
)
def test_invalid_settings_are_logged_when_the_app_is_loaded(
    name: str, value: str, text: str
) -> None:
    """In one line; the functions are registered, so that requests get a response."""
    loaded = load_app(**{name: value})

    (line,) = loaded.stderr.splitlines()
    assert line.startswith("the app refuses to serve: ")
    assert text in line
    assert int(loaded.stdout) > 0


def test_every_invalid_setting_is_logged_when_the_app_is_loaded() -> None:
    """One line each: what is wrong, what is missing on Azure, and what is no setting."""
    loaded = load_app(WEBSITE_SITE_NAME="shop", ORDERS_MAX_QUANTITY="0", ORDERS_MAX_QUANTTY="7")

    lines = loaded.stderr.splitlines()
    names = [line.removeprefix("the app refuses to serve: ").split()[0] for line in lines]
    assert names == ["ORDERS_MAX_QUANTITY", *REQUIRED_ON_AZURE, "ORDERS_MAX_QUANTTY"]


def test_unknown_setting_does_not_stop_the_app_on_azure() -> None:
    """A version meets the settings of another while it is replaced; the log names them."""
    loaded = load_app(**ON_AZURE, ORDERS_NEXT_VERSION="1")

    (line,) = loaded.stderr.splitlines()
    assert line.startswith("a setting has no effect: ORDERS_NEXT_VERSION is no setting")


def test_any_error_at_the_start_is_logged_and_not_raised(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The real host would load no function and not say why."""
    monkeypatch.setattr(orders.services, "_services", None)
    monkeypatch.setattr(orders.services, "build", Failing(None, "build", before=FOREVER)._call)
    monkeypatch.setenv("ORDERS_ID_SECRET", SECRET)

    orders.services.check_configuration()

    assert caplog.messages == ["the app refuses to serve: made to fail before the effect"]


def test_valid_settings_load_without_output(tmp_path: Path) -> None:
    """No files are created."""
    loaded = load_app(ORDERS_DATA_DIR=str(tmp_path / "new"))

    assert loaded.stderr == ""
    assert list(tmp_path.iterdir()) == []


def test_services_are_built_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the environment, at first use."""
    monkeypatch.setattr(orders.services, "_services", None)
    monkeypatch.setenv("ORDERS_ID_SECRET", SECRET)
    monkeypatch.setenv("ORDERS_DATA_DIR", str(tmp_path))

    first = orders.services.services()

    assert orders.services.services() is first
    assert first.settings.data_dir == tmp_path


def test_override_replaces_the_services_for_a_while(tmp_path: Path) -> None:
    """Overrides may be nested."""
    outer = orders.services.build(settings_in(tmp_path))

    with orders.services.override(outer):
        assert orders.services.services() is outer
        with orders.services.override(replace(outer)) as inner:
            assert orders.services.services() is inner
        assert orders.services.services() is outer
