"""Does anything personal leave the order book?"""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.builders import EMAIL, PERSONAL, a_refund, an_order
from tests.failure_matrix.incidents import Incident, NotApplicableError
from tests.failure_matrix.order_incidents import ORDER_INCIDENTS
from tests.failure_matrix.order_steps import ORDER_STEPS, OrderStep
from tests.shop import Shop

PLANTED = (*PERSONAL, EMAIL.partition("@")[0])

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


def planted(text: str) -> list[str]:
    """The personal words that stand in the text."""
    return [word for word in PLANTED if word in text]


def text_of(folder: Path) -> str:
    """Everything in any file of the folder."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return "".join(path.read_bytes().decode("utf-8", "replace") for path in files)


@pytest.fixture(autouse=True)
def heard(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Whatever a test here does, nothing personal is logged or printed, at any level."""
    with caplog.at_level(logging.DEBUG):
        yield
    printed = capfd.readouterr()
    said = caplog.text + printed.out + printed.err
    assert planted(said) == []


def shown(shop: Shop, order_id: str) -> str:
    """Everything that the app and the host show of an order, over HTTP."""
    hook = "/runtime/webhooks/durabletask"
    pages = [
        f"/api/orders/{order_id}",
        *(f"/api/orders/{order_id}/{rest}" for rest in ("parcel", "tracking")),
        *("/api/orders", "/api/operations/audit", "/api/operations/attention"),
        f"{hook}/instances/{order_id}?showHistory=true&showHistoryOutput=true&showInput=true",
        *(f"{hook}/instances", f"{hook}/entities?fetchState=true"),
    ]
    answers = [shop.app.request("GET", page) for page in pages]
    return "".join(f"{answer.headers} {answer.text}" for answer in answers)


@pytest.mark.parametrize("order", EVERY_BRANCH)
def test_nothing_personal_is_stored_or_shown_whichever_way_an_order_goes(
    shop: Shop, tmp_path: Path, order: dict[str, Any]
) -> None:
    """No history, input, output, status, entity or URL."""
    run = shop.run(order)

    assert planted(text_of(tmp_path / "host")) == []
    assert planted(shown(shop, run.instance_id)) == []
    assert "pm_" not in text_of(tmp_path / "host")
    assert planted(text_of(tmp_path / "orders")) != []


@pytest.mark.parametrize("incident", ORDER_INCIDENTS, ids=lambda incident: incident.name)
@pytest.mark.parametrize("step", ORDER_STEPS[3:6], ids=lambda step: step.name)
def test_nothing_personal_is_stored_or_shown_whatever_goes_wrong(
    shop: Shop, tmp_path: Path, step: OrderStep, incident: Incident[OrderStep]
) -> None:
    """Faults have words, too; and an order that is canceled or run again has more history."""
    try:
        order_id = incident.run(shop, step)
    except NotApplicableError:
        return

    assert planted(text_of(tmp_path / "host")) == []
    assert planted(shown(shop, order_id)) == []


@pytest.mark.parametrize("method", ["pm_card_visa", "pm_sandbox_refundRefused"])
def test_nothing_personal_is_stored_or_shown_of_a_refund(
    shop: Shop, tmp_path: Path, method: str
) -> None:
    """Nor who wanted it, and why."""
    order_id = shop.run(an_order(payment_method=method)).instance_id
    refund_id = shop.refund(order_id, a_refund()).json()["refundId"]
    shop.app.wait(refund_id)
    host = text_of(tmp_path / "host")

    assert planted(host + shown(shop, order_id) + shown(shop, refund_id)) == []
    assert refund_id in host
    assert [word for word in ("Plantedmann", "broken cup", "pm_") if word in host] == []


def test_a_request_that_is_refused_is_not_repeated(shop: Shop) -> None:
    """Neither in the answer nor in the log, however it is wrong."""
    for bad in (an_order(quantity=0), an_order(sku="NO-SUCH"), an_order(surprise=EMAIL), [EMAIL]):
        answer = shop.post(bad)

        assert answer.status in {400, 422}
        assert planted(answer.text + str(answer.headers)) == []
    broken = shop.app.request("POST", "/api/orders", content=f'{{"customer": "{EMAIL}'.encode())

    assert planted(broken.text) == []
