"""The audit of a running shop: no findings without differences, one for each difference."""

import logging
from collections.abc import Callable
from datetime import timedelta

import pytest

from orders.domain.outcome import Outcome
from tests.builders import a_refund, an_order
from tests.faults import FOREVER, Failing
from tests.inspection import audit, signal_stock
from tests.shop import Shop

Difference = Callable[[Shop, str], object]


def finding_kinds(shop: Shop) -> set[str]:
    """Return the kinds of all findings."""
    return {finding["kind"] for finding in audit(shop)["findings"]}


def write(shop: Shop, ledger: str, order_id: str, key: str, kind: str, **detail: int | str) -> None:
    """Write a row into a ledger, past its adapter."""
    ledgers = {
        "payments": shop.payments.ledger,
        "shipments": shop.carrier.ledger,
        "emails": shop.mailer.outbox,
    }
    with ledgers[ledger].writing() as page:
        page.put(f"{order_id}:{key}", order_id, kind, **detail)


def test_audit_of_an_empty_shop_is_clean(shop: Shop) -> None:
    """All counts are zero."""
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


def test_audit_of_every_outcome_is_clean(shop: Shop) -> None:
    """Completed, rejected and undone orders, and one that needs attention."""
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
    # The undo that failed, and the email that could not be sent.
    assert len(shop.attention_queue()) == 2
    assert (report["checked"]["orders"], report["checked"]["inAttention"]) == (7, 2)


def test_open_order_is_a_finding_once_it_is_overdue(shop: Shop) -> None:
    """Until then it is listed as open."""
    shop.replace_ports(order_store=Failing(shop.services.order_store, "close", before=FOREVER))
    order_id = shop.place(an_order())
    shop.app.wait_until_idle()

    assert audit(shop)["open"] == [order_id]
    assert finding_kinds(shop) == set()

    shop.app.terminate(order_id)
    shop.move_clock(timedelta(hours=2))

    assert finding_kinds(shop) == {"overdue"}


def test_open_order_outside_the_window_is_overdue(shop: Shop) -> None:
    """An open order is audited however old it is."""
    shop.replace_ports(order_store=Failing(shop.services.order_store, "close", before=FOREVER))
    order_id = shop.place(an_order())
    shop.app.wait_until_idle()
    shop.app.terminate(order_id)

    shop.advance_days(40)

    report = audit(shop)
    assert report["open"] == [order_id]
    assert [finding["kind"] for finding in report["findings"]] == ["overdue"]


@pytest.mark.parametrize("operation", ["reserve", "commit"])
@pytest.mark.parametrize("days", [0, 40, 70])
def test_units_of_an_undone_order_are_found(shop: Shop, days: int, operation: str) -> None:
    """However long ago it was placed, before and after its purge."""
    order_id = shop.run(an_order(payment_method="pm_card_chargeDeclined")).instance_id
    shop.advance_days(days)

    signal_stock(shop, "reserve", order_id, "BOWL-DEEP")
    signal_stock(shop, operation, order_id, "BOWL-DEEP")

    assert finding_kinds(shop) == {"stockNotReleased"}


def test_open_refund_of_a_purged_order_is_overdue(shop: Shop) -> None:
    """The order itself was purged long before."""
    order_id = shop.run(an_order()).instance_id
    shop.advance_days(61)
    store = Failing(shop.services.order_store, "close_refund", before=FOREVER)
    shop.replace_ports(order_store=store)
    shop.refund(order_id, a_refund())
    shop.app.advance(timedelta(hours=2))

    assert finding_kinds(shop) == {"overdue"}


def test_old_order_is_not_compared_with_records_outside_the_window(shop: Shop) -> None:
    """Its payment is older than the window, and a late row does not make it wrong."""
    order_id = shop.run(an_order()).instance_id

    shop.advance_days(40)
    write(shop, "payments", order_id, "reverse", "refunded", minor=2980)

    report = audit(shop)
    assert report["clean"], report
    assert report["checked"]["orders"] == 0


COMPLETED: list[tuple[Difference, set[str]]] = [
    (lambda s, o: write(s, "payments", o, "capture:again", "captured", minor=9), {"chargedTwice"}),
    (
        lambda s, o: write(s, "payments", o, "authorize:again", "authorized", minor=9),
        {"chargedTwice", "authorizationOpen"},
    ),
    (lambda s, o: s.payments.reverse(o), {"paymentMissing", "dispatchedUnpaid"}),
    (lambda s, o: write(s, "shipments", o, "cancelShipment", "canceled"), {"shipmentMissing"}),
    (lambda s, o: write(s, "shipments", o, "ship:again", "booked"), {"shippedTwice"}),
    (lambda s, o: write(s, "emails", o, "again", "confirmation"), {"emailedTwice"}),
    (lambda s, o: signal_stock(s, "reserve", o), {"stockNotReleased"}),
    (lambda s, o: signal_stock(s, "reserve", o, "BOWL-DEEP"), {"stockNotReleased"}),
]


@pytest.mark.parametrize(("create_difference", "expected"), COMPLETED)
def test_difference_from_a_completed_order_is_found(
    shop: Shop, create_difference: Difference, expected: set[str]
) -> None:
    """In every ledger and in the stock; the finding names the order."""
    order_id = shop.run(an_order()).instance_id
    create_difference(shop, order_id)

    report = audit(shop)

    assert {finding["kind"] for finding in report["findings"]} == expected
    assert {o for finding in report["findings"] for o in finding["orders"]} == {order_id}


REJECTED: list[tuple[Difference, set[str]]] = [
    (lambda s, o: write(s, "payments", o, "late", "authorized", minor=2980), {"authorizationOpen"}),
    (
        lambda s, o: write(s, "payments", o, "late", "captured", minor=2980),
        {"paymentNotReversed"},
    ),
    (
        lambda s, o: write(s, "payments", o, "reverse", "refunded", minor=1),
        {"refundedTwice", "emailMissing", "emailWrong"},
    ),
    (lambda s, o: write(s, "shipments", o, "late", "booked"), {"shipmentNotCanceled"}),
    (lambda s, o: write(s, "emails", o, "confirmation", "confirmation"), {"emailWrong"}),
    (lambda s, o: write(s, "emails", o, "refunded", "refunded"), {"emailWrong"}),
    (lambda s, o: signal_stock(s, "reserve", o, "BOWL-DEEP"), {"stockNotReleased"}),
]


@pytest.mark.parametrize(("create_difference", "expected"), REJECTED)
def test_difference_from_a_rejected_order_is_found(
    shop: Shop, create_difference: Difference, expected: set[str]
) -> None:
    """What was undone, or never begun, must stay so."""
    order_id = shop.run(an_order(payment_method="pm_card_chargeDeclined")).instance_id
    create_difference(shop, order_id)

    assert finding_kinds(shop) == expected


def test_missing_outcome_email_is_found(shop: Shop) -> None:
    """An order that ended without an email and without a note about it."""
    shop.replace_ports(order_store=Failing(shop.services.order_store, "open", before=FOREVER))
    order_id = shop.place(an_order())
    shop.app.wait_until_idle()
    shop.close(order_id, Outcome.canceled())
    shop.app.terminate(order_id)

    assert finding_kinds(shop) == {"emailMissing"}


def test_holdings_of_an_unknown_order_are_found(shop: Shop) -> None:
    """A payment, a shipment and a reservation of an order that the store does not have."""
    write(shop, "payments", "ord_unknown", "authorize", "authorized", minor=1)
    write(shop, "shipments", "ord_unknown", "ship", "booked")
    signal_stock(shop, "reserve", "ord_unknown")

    assert finding_kinds(shop) == {"orphanedPayment", "orphanedShipment", "orphanedReservation"}


def test_completion_without_effects_is_found(shop: Shop) -> None:
    """An outcome that only the order store knows."""
    shop.replace_ports(payments=Failing(shop.payments, "authorize", before=FOREVER))
    order_id = shop.place(an_order())
    shop.app.wait_until_idle()
    shop.close(order_id, Outcome.completed("T1"))
    shop.app.terminate(order_id)

    assert finding_kinds(shop) == {
        "paymentMissing",
        "shipmentMissing",
        "emailMissing",
        "stockNotSold",
    }


def test_nightly_audit_logs_each_finding_as_an_error(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    """And the number of findings."""
    order_id = shop.run(an_order()).instance_id
    write(shop, "shipments", order_id, "ship:again", "booked")

    with caplog.at_level(logging.INFO):
        shop.app.advance(timedelta(days=1))

    errors = [record.message for record in caplog.records if record.levelno == logging.ERROR]
    assert errors == [f"audit: shippedTwice {order_id}: 2 shipments"]
    assert "audit: 1 findings, 0 open orders" in caplog.text


def test_audit_counts_every_order_in_the_attention_queue(shop: Shop) -> None:
    """Open and ended ones, one with a failed refund, and purged ones outside the window."""
    purged = shop.run(an_order(payment_method="pm_sandbox_refundUnavailable")).instance_id
    shop.advance_days(61)
    assert shop.record(purged).purged_at is not None
    for order in (an_order(email="a@undeliverable.example"), an_order(postal_code="00004")):
        shop.run(order)
    suspended = shop.place(an_order(postal_code="00002"))
    shop.app.wait_until_idle()
    shop.manage(suspended, "suspend")
    shop.refund(purged, a_refund())
    shop.let_minutes_pass(90)

    queue = shop.attention_queue()

    assert len(queue) == 4
    assert audit(shop)["checked"]["inAttention"] == len(queue)
