"""Personal data stays in the order store: not in histories, responses, logs or other files."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from orders.adapters.order_store.events import event_to_text
from orders.domain.partner_events import Partner
from orders.domain.waits import WaitPolicy
from tests.builders import EMAIL, OPERATOR, a_refund, an_order
from tests.failure_matrix.incidents import Incident, NotApplicableError
from tests.failure_matrix.order_incidents import ORDER_INCIDENTS
from tests.failure_matrix.order_steps import ORDER_STEPS, OrderStep
from tests.partner_events import a_body, post_event, send_event
from tests.privacy import personal_data_in, text_of_files
from tests.shop import MANAGEMENT_API, Shop, open_shop

EVERY_BRANCH = [
    an_order(),
    an_order(quantity=101),
    an_order(country="US"),
    an_order(sku="KETTLE-2019"),
    an_order(sku="LAMP-OAK", quantity=6),
    an_order(payment_method="pm_card_chargeDeclined"),
    an_order(payment_method="pm_card_authenticationRequired"),
    an_order(payment_method="pm_sandbox_flaky"),
    an_order(payment_method="pm_sandbox_timeoutAfterEffect"),
    an_order(payment_method="pm_sandbox_unavailable"),
    an_order(payment_method="pm_sandbox_captureUnavailable"),
    an_order(payment_method="pm_sandbox_undoUnavailable"),
    an_order(postal_code="00000"),
    an_order(postal_code="00001"),
    an_order(postal_code="00002"),
    an_order(postal_code="00003"),
    an_order(postal_code="00004"),
    an_order(email="planted.wrenfield@undeliverable.example"),
]


@pytest.fixture(autouse=True)
def check_output(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> Iterator[None]:
    """Check that no test logs or prints personal data, at any level."""
    with caplog.at_level(logging.DEBUG):
        yield
    printed = capfd.readouterr()
    assert personal_data_in(caplog.text + printed.out + printed.err) == []


@pytest.fixture
def shop_with_long_waits(tmp_path: Path) -> Iterator[Shop]:
    """Run an empty app whose orders wait longer than an incident lasts."""
    two_hours = timedelta(hours=2)
    waits = WaitPolicy(before_capture=two_hours, after_capture=two_hours)
    with open_shop(tmp_path, waits=waits) as running:
        yield running


def responses(shop: Shop, order_id: str) -> str:
    """Return everything that the app and the host show of an order."""
    instances, entities = f"{MANAGEMENT_API}/instances", f"{MANAGEMENT_API}/entities"
    paths = [
        *(f"/api/orders/{order_id}", f"/api/orders/{order_id}/shipment"),
        *("/api/orders", "/api/operations/audit", "/api/operations/attention"),
        f"{instances}/{order_id}?showHistory=true&showHistoryOutput=true&showInput=true",
        *(instances, f"{entities}?fetchState=true"),
    ]
    responses = [shop.app.request("GET", path) for path in paths]
    return "".join(f"{response.headers} {response.text}" for response in responses)


@pytest.mark.parametrize("order", EVERY_BRANCH)
def test_order_of_any_outcome_shows_no_personal_data(
    shop: Shop, tmp_path: Path, order: dict[str, Any]
) -> None:
    """In histories, inputs, outputs, statuses, entities and URLs; nor its payment method."""
    run = shop.run(order)

    assert personal_data_in(text_of_files(tmp_path / "host")) == []
    assert personal_data_in(responses(shop, run.instance_id)) == []
    assert "pm_" not in text_of_files(tmp_path / "host")
    assert personal_data_in(text_of_files(tmp_path / "orders")) != []


@pytest.mark.parametrize("incident", ORDER_INCIDENTS, ids=lambda incident: incident.name)
@pytest.mark.parametrize("step", ORDER_STEPS[3:6], ids=lambda step: step.name)
def test_order_with_any_incident_shows_no_personal_data(
    shop_with_long_waits: Shop, tmp_path: Path, step: OrderStep, incident: Incident[OrderStep]
) -> None:
    """Also in the messages of faults, and in the longer histories of restarted orders."""
    try:
        order_id = incident.run(shop_with_long_waits, step)
    except NotApplicableError:
        return

    assert personal_data_in(text_of_files(tmp_path / "host")) == []
    assert personal_data_in(responses(shop_with_long_waits, order_id)) == []


@pytest.mark.parametrize("method", ["pm_card_visa", "pm_sandbox_refundRefused"])
def test_refund_shows_no_personal_data(shop: Shop, tmp_path: Path, method: str) -> None:
    """Histories contain neither its operator nor its note."""
    order_id = shop.run(an_order(payment_method=method)).instance_id
    refund_id = shop.request_refund(order_id, a_refund())
    shop.app.wait(refund_id)
    host = text_of_files(tmp_path / "host")

    assert personal_data_in(host + responses(shop, order_id) + responses(shop, refund_id)) == []
    assert refund_id in host
    assert [word for word in (OPERATOR.split()[-1], "broken cup", "pm_") if word in host] == []


@pytest.mark.parametrize("partner", Partner)
def test_event_of_a_partner_shows_no_personal_data(
    shop: Shop, tmp_path: Path, partner: Partner
) -> None:
    """Its content is neither stored nor shown nor logged, also if it is refused."""
    order_id = shop.run(an_order(payment_method="pm_card_createDispute")).instance_id
    shop.move_clock(timedelta(minutes=1))
    event = send_event(shop, order_id, partner=partner)
    refused = post_event(shop, a_body(order_id), partner, "t=1,v1=0")
    malformed = post_event(shop, f'{{"id": "{EMAIL}'.encode(), partner)
    host = text_of_files(tmp_path / "host")
    shown = shop.app.request("GET", "/api/operations/events").text

    assert personal_data_in(event_to_text(event) + shown + host) == []
    assert personal_data_in(refused.text + malformed.text + responses(shop, order_id)) == []
    assert personal_data_in(text_of_inbox(tmp_path / "orders")) == []


def text_of_inbox(folder: Path) -> str:
    """Return everything that the store keeps of events."""
    with closing(sqlite3.connect(folder / "orders.sqlite3")) as connection:
        return str(connection.execute("SELECT * FROM partner_events").fetchall())


def test_invalid_request_is_not_repeated(shop: Shop) -> None:
    """Neither in the response nor in the log."""
    for body in (an_order(quantity=0), an_order(sku="NO-SUCH"), an_order(surprise=EMAIL), [EMAIL]):
        response = shop.post(body)

        assert response.status in {400, 422}
        assert personal_data_in(response.text + str(response.headers)) == []
    content = f'{{"customer": "{EMAIL}'.encode()
    malformed = shop.app.request("POST", "/api/orders", content=content)

    assert personal_data_in(malformed.text) == []
