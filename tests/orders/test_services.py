"""Are the services put together once, and only where they may be?"""

import subprocess
import sys
from dataclasses import replace
from email.headerregistry import Address
from pathlib import Path
from typing import Any

import pytest

import orders.services
from orders.domain.errors import InvalidSettingsError
from orders.settings.partners import CarrierAccess, SmtpAccess, StripeAccess, TablesAccess
from tests.faults import FOREVER, Failing
from tests.shop import APP, SECRET, settings_in

CARRIER = CarrierAccess(url="https://carrier.example", token=SECRET)
SMTP = SmtpAccess(
    scheme="smtps", host="mail.example", port=465, sender=Address("", "orders", "shop.example")
)
TABLES = TablesAccess(account_url="https://account.table.core.windows.net")
STRIPE = StripeAccess(api_key="sk_test_of_these_tests")


def test_putting_services_together_touches_nothing(tmp_path: Path) -> None:
    """Files are made at first use, so that importing and indexing the app is cheap and safe."""
    orders.services.build(settings_in(tmp_path / "new"))

    assert not (tmp_path / "new").exists()


def test_on_azure_what_lives_on_one_machine_is_refused(tmp_path: Path) -> None:
    """Many machines would each have a book and a sandbox of their own. Each port is named."""
    with pytest.raises(InvalidSettingsError) as caught:
        orders.services.build(replace(settings_in(tmp_path), on_azure=True))

    message = str(caught.value)
    named = ("ORDERS_TABLES", "STRIPE_API_KEY", "CARRIER_URL", "SMTP_URL")
    assert all(word in message for word in named)


def test_on_azure_what_is_real_is_not_refused(tmp_path: Path) -> None:
    """The message names only what is missing."""
    settings = replace(settings_in(tmp_path), on_azure=True, carrier=CARRIER)

    with pytest.raises(InvalidSettingsError) as caught:
        orders.services.build(settings)

    assert "CARRIER_URL" not in str(caught.value)
    assert "STRIPE_API_KEY" in str(caught.value)


def test_on_azure_the_app_runs_when_everything_is_real(tmp_path: Path) -> None:
    """With the book in tables, asked as the app's own identity. Nothing connects yet."""
    settings = replace(
        settings_in(tmp_path),
        on_azure=True,
        tables=TABLES,
        stripe=STRIPE,
        carrier=CARRIER,
        smtp=SMTP,
    )

    assert type(orders.services.build(settings).order_store).__name__ == "TableOrderBook"


@pytest.mark.parametrize(
    ("port", "access", "real"),
    [
        ("order_book", {"tables": TABLES}, "TableOrderBook"),
        ("payments", {"stripe": STRIPE}, "StripePayments"),
        ("carrier", {"carrier": CARRIER}, "HttpCarrier"),
        ("mailer", {"smtp": SMTP}, "SmtpMailer"),
    ],
)
def test_a_setting_puts_the_real_thing_in_the_place_of_the_sandbox(
    tmp_path: Path, port: str, access: dict[str, Any], real: str
) -> None:
    """One port at a time."""
    before = orders.services.build(settings_in(tmp_path))

    after = orders.services.build(replace(settings_in(tmp_path), **access))

    changed = {
        name
        for name in ("order_book", "payments", "carrier", "mailer")
        if type(getattr(before, name)) is not type(getattr(after, name))
    }
    assert changed == {port}
    assert type(getattr(after, port)).__name__ == real


def test_who_uses_sandboxes_imports_no_client() -> None:
    """Stripe's SDK alone takes longer than all the rest of the app."""
    script = (
        "import sys, function_app, bootstrap; orders.services.services();"
        "print({'stripe', 'urllib3', 'smtplib', 'azure.core'} & set(sys.modules))"
    )
    environ = {"ORDERS_ID_SECRET": SECRET, "PYTHONPATH": str(APP)}

    run = subprocess.run(
        [sys.executable, "-c", script], env=environ, capture_output=True, text=True, check=True
    )

    assert run.stdout.strip() == "set()"


def load(**environ: str) -> subprocess.CompletedProcess[str]:
    """Load the app as a host does, and count its functions."""
    script = "import function_app; print(len(function_app.app.get_functions()))"
    environ = {"ORDERS_ID_SECRET": SECRET, "PYTHONPATH": str(APP), **environ}
    return subprocess.run(
        [sys.executable, "-c", script], env=environ, capture_output=True, text=True, check=True
    )


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("ORDERS_ID_SECRET", "short", "ORDERS_ID_SECRET must be set"),
        ("ORDERS_CATALOGUE", "nowhere.json", "nowhere.json"),
        ("WEBSITE_SITE_NAME", "shop", "these would live on one machine only"),
    ],
)
def test_what_is_wrong_is_logged_when_the_app_is_loaded(name: str, value: str, words: str) -> None:
    """In one line; the functions are there, so that requests are answered and not lost."""
    loaded = load(**{name: value})

    (line,) = loaded.stderr.splitlines()
    assert line.startswith("the app refuses to serve: ")
    assert words in line
    assert int(loaded.stdout) > 0


def test_whatever_goes_wrong_at_the_start_is_logged_and_not_raised(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The real host would load no function at all, and not say why."""
    monkeypatch.setattr(bootstrap, "_bound", None)
    monkeypatch.setattr(bootstrap, "build", Failing(None, "build", before=FOREVER)._call)
    monkeypatch.setenv("ORDERS_ID_SECRET", SECRET)

    orders.services.check()

    assert caplog.messages == ["the app refuses to serve: made to fail before the effect"]


def test_an_app_that_is_set_up_well_loads_without_a_word(tmp_path: Path) -> None:
    """And makes nothing on the disk."""
    loaded = load(ORDERS_DATA_DIR=str(tmp_path / "new"))

    assert loaded.stderr == ""
    assert list(tmp_path.iterdir()) == []


def test_services_are_put_together_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the environment, at first use."""
    monkeypatch.setattr(bootstrap, "_bound", None)
    monkeypatch.setenv("ORDERS_ID_SECRET", SECRET)
    monkeypatch.setenv("ORDERS_DATA_DIR", str(tmp_path))

    first = orders.services.services()

    assert orders.services.services() is first
    assert first.settings.data_dir == tmp_path


def test_a_test_may_put_other_services_in_their_place(tmp_path: Path) -> None:
    """For a while only."""
    mine = orders.services.build(settings_in(tmp_path))

    with orders.services.override(mine):
        assert orders.services.services() is mine
        with orders.services.override(replace(mine)) as inner:
            assert orders.services.services() is inner
        assert orders.services.services() is mine
