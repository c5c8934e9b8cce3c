"""Does the running shop find what does not add up in its own records?"""

import logging
from collections.abc import Callable
from datetime import timedelta

import pytest

from orders.domain.outcome import Outcome
from tests.builders import a_refund, an_order
from tests.faults import FOREVER, Failing
from tests.inspection import audit, signal_stock
from tests.shop import Shop

Plant = Callable[[Shop, str], object]


def found(shop: Shop) -> set[str]:
    """The kinds of what was found."""
    return {finding["kind"] for finding in audit(shop)["findings"]}


def write(shop: Shop, port: str, order_id: str, key: str, kind: str, **detail: int | str) -> None:
    """Write a row straight into a ledger."""
    ledger = {"payments": shop.payments.ledger, "shipments": shop.carrier.ledger}.get(
        port, shop.mailer.outbox
    )
    with ledger.writing() as page:
        page.put(f"{order_id}:{key}", order_id, kind, **detail)


def test_a_shop_that_nobody_used_is_clean(shop: Shop) -> None:
    """Nothing is compared with nothing."""
    assert audit(shop) == {
        "clean": True,
        "findings": [],
        "open": [],
        "checked": {
            "orders": 0,
            "payments": 0,
            "shipments": 0,
            "emails": 0,
            "products": 0,
            "inAttention": 0,
        },
    }


def test_every_end_of_an_order_is_clean(shop: Shop) -> None:
    """Completed, rejected, undone, and left to a person."""
    for order in (
        an_order(),
        an_order(quantity=101),
        an_order(payment_method="pm_card_chargeDeclined"),
        an_order(payment_method="pm_sandbox_captureUnavailable"),
        an_order(payment_method="pm_sandbox_undoUnavailable"),
        an_order(postal_code="00001"),
        an_order(email="a@undeliverable.example"),
    ):
        shop.run(order)

    report = audit(shop)

    assert report["findings"] == []
    assert (report["checked"]["orders"], report["checked"]["inAttention"]) == (7, 1)


def test_an_order_under_way_is_open_and_later_overdue(shop: Shop) -> None:
    """It is a finding only when it takes too long."""
    shop.replace_ports(order_store=Failing(shop.services.order_store, "close", before=FOREVER))
    order_id = shop.place(an_order())
    shop.app.settle()

    assert audit(shop)["open"] == [order_id]
    assert found(shop) == set()

    shop.app.terminate(order_id)
    shop.app.clock.advance(shop.app.clock.now() + timedelta(hours=2))

    assert found(shop) == {"overdue"}


def test_an_order_under_way_is_looked_at_however_old_it_is(shop: Shop) -> None:
    """Nobody else would ever speak of it again."""
    shop.replace_ports(order_store=Failing(shop.services.order_store, "close", before=FOREVER))
    order_id = shop.place(an_order())
    shop.app.settle()
    shop.app.terminate(order_id)

    shop.advance_days(40)

    report = audit(shop)
    assert report["open"] == [order_id]
    assert [finding["kind"] for finding in report["findings"]] == ["overdue"]


@pytest.mark.parametrize("after", [40, 70])
def test_units_that_an_old_order_keeps_are_found(shop: Shop, after: int) -> None:
    """Before and after it was purged, which leaves units that are still reserved."""
    order_id = shop.run(an_order(payment_method="pm_card_chargeDeclined")).instance_id
    signal_stock(shop, "reserve", order_id, "BOWL-DEEP")

    shop.advance_days(after)

    assert found(shop) == {"goodsKept"}


def test_a_refund_that_is_not_paid_is_overdue_however_old_its_order_is(shop: Shop) -> None:
    """The order itself was purged long ago."""
    order_id = shop.run(an_order()).instance_id
    shop.advance_days(61)
    shop.replace_ports(refunds=Failing(shop.services.refunds, "close", before=FOREVER))
    shop.refund(order_id, a_refund())
    shop.app.let_pass(timedelta(hours=2))

    assert found(shop) == {"overdue"}


def test_an_old_order_is_not_judged_by_what_was_not_read(shop: Shop) -> None:
    """Its money is older than the window, and a late entry does not make it wrong."""
    order_id = shop.run(an_order()).instance_id

    shop.advance_days(40)
    write(shop, "payments", order_id, "withdraw", "refunded", minor=2980)

    report = audit(shop)
    assert report["clean"], report
    assert report["checked"]["orders"] == 1


COMPLETED: list[tuple[Plant, set[str]]] = [
    (lambda s, o: write(s, "payments", o, "capture:again", "captured", minor=9), {"chargedTwice"}),
    (
        lambda s, o: write(s, "payments", o, "authorize:again", "authorized", minor=9),
        {"chargedTwice", "moneyHeld"},
    ),
    (lambda s, o: s.payments.withdraw(o), {"moneyMissing", "releasedUnpaid"}),
    (lambda s, o: write(s, "shipments", o, "cancelShipment", "canceled"), {"parcelMissing"}),
    (lambda s, o: write(s, "shipments", o, "ship:again", "booked"), {"shippedTwice"}),
    (lambda s, o: write(s, "emails", o, "confirm:again", "sent"), {"mailedTwice"}),
    (lambda s, o: signal_stock(s, "forget", o), {"goodsMissing"}),
]


@pytest.mark.parametrize(("plant", "expected"), COMPLETED)
def test_what_is_planted_into_a_completed_order_is_found(
    shop: Shop, plant: Plant, expected: set[str]
) -> None:
    """Straight into the ledgers and the stock."""
    order_id = shop.run(an_order()).instance_id
    plant(shop, order_id)

    report = audit(shop)

    assert {finding["kind"] for finding in report["findings"]} == expected
    assert {o for finding in report["findings"] for o in finding["orders"]} == {order_id}


REJECTED: list[tuple[Plant, set[str]]] = [
    (lambda s, o: write(s, "payments", o, "late", "authorized", minor=2980), {"moneyHeld"}),
    (
        lambda s, o: write(s, "payments", o, "late", "captured", minor=2980),
        {"moneyKept"},
    ),
    (
        lambda s, o: write(s, "payments", o, "withdraw", "refunded", minor=1),
        {"refundedTwice", "mailMissing", "mailWrong"},
    ),
    (lambda s, o: write(s, "shipments", o, "late", "booked"), {"parcelKept"}),
    (lambda s, o: write(s, "emails", o, "confirm", "sent"), {"mailWrong"}),
    (lambda s, o: write(s, "emails", o, "refunded", "refunded"), {"mailWrong"}),
    (lambda s, o: signal_stock(s, "reserve", o, "BOWL-DEEP"), {"goodsKept"}),
]


@pytest.mark.parametrize(("plant", "expected"), REJECTED)
def test_what_is_planted_into_a_rejected_order_is_found(
    shop: Shop, plant: Plant, expected: set[str]
) -> None:
    """What was undone, or never begun, must stay so."""
    order_id = shop.run(an_order(payment_method="pm_card_chargeDeclined")).instance_id
    plant(shop, order_id)

    assert found(shop) == expected


def test_a_notice_that_was_never_sent_is_found(shop: Shop) -> None:
    """An end that nobody told the customer of, with no note that says so."""
    shop.replace_ports(order_store=Failing(shop.services.order_store, "open", before=FOREVER))
    order_id = shop.place(an_order())
    shop.app.settle()
    shop.services.order_store.close(order_id, Outcome.canceled())
    shop.app.terminate(order_id)

    assert found(shop) == {"mailMissing"}


def test_what_belongs_to_no_order_is_found(shop: Shop) -> None:
    """Money, a parcel and goods of an order that the book never saw."""
    write(shop, "payments", "ord_nobody", "authorize", "authorized", minor=1)
    write(shop, "shipments", "ord_nobody", "ship", "booked")
    signal_stock(shop, "reserve", "ord_nobody")

    assert found(shop) == {"strayMoney", "strayParcel", "strayGoods"}


def test_a_completion_that_never_happened_is_found(shop: Shop) -> None:
    """An end is written to the book that nothing else knows of."""
    shop.replace_ports(payments=Failing(shop.payments, "authorize", before=FOREVER))
    order_id = shop.place(an_order())
    shop.app.settle()
    shop.services.order_store.close(order_id, Outcome.completed("T1"))
    shop.app.terminate(order_id)

    assert found(shop) == {"moneyMissing", "parcelMissing", "mailMissing", "goodsMissing"}


def test_the_audit_runs_every_night_and_logs_what_it_finds(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    """An error for each finding, which a person is alarmed by."""
    order_id = shop.run(an_order()).instance_id
    write(shop, "shipments", order_id, "ship:again", "booked")

    with caplog.at_level(logging.INFO):
        shop.app.let_pass(timedelta(days=1))

    errors = [record.message for record in caplog.records if record.levelno == logging.ERROR]
    assert errors == [f"audit: shippedTwice {order_id}: 2 parcels"]
    assert "audit: 1 findings, 0 open" in caplog.text
