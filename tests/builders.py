"""Complete orders and their parts, so that a test states only what it is about."""

from datetime import UTC, datetime, timedelta
from typing import Any

from orders.domain.attention import Resolution, ResolutionAction
from orders.domain.catalogue import ShippingMethod
from orders.domain.disputes import Dispute, DisputeStatus
from orders.domain.money import Money
from orders.domain.order import Address, Customer, Order, Terms
from orders.domain.order_record import OrderRecord
from orders.domain.partner_events import Partner, PartnerEvent
from orders.domain.pricing import OrderLine, Quote
from orders.domain.refund import RefundApproval, RefundRequest
from orders.domain.results import Accepted, Invalid, StockLine, ValidationProblem
from orders.domain.waits import WaitRound, WakePosition

NAME = "Philippa Planted-Wrenfield"
EMAIL = "planted.wrenfield@example.com"
STREET = "Plantedstrasse 17"
PHONE = "+49 30 7654321"
NOTE = "Leave it with Mrs Plantedneighbor"
CITY = "Plantedburg"
#: Personal data that must never leave the order store.
PERSONAL_DATA = (NAME, EMAIL, STREET, PHONE, NOTE, CITY)

OPERATOR = "Grace Plantedmann"

TERMS = Terms(max_quantity=100, countries=frozenset({"DE", "FR"}))

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


#: Validations: an accepted order, and a rejected one.
ACCEPTED = Accepted(
    amount=Money(4980, "EUR"),
    stock_lines=(StockLine(sku="MUG-BLUE", quantity=2, opening_balance=5),),
)
INVALID = Invalid(problems=(ValidationProblem(reason="discontinued", line=1, sku="OLD"),))


def an_order(  # noqa: PLR0913 - every branch of an order depends on one of these
    *,
    sku: str = "MUG-BLUE",
    quantity: int = 2,
    country: str = "DE",
    postal_code: str = "10115",
    email: str = EMAIL,
    payment_method: str = "pm_card_visa",
    **more: Any,  # noqa: ANN401 - any JSON
) -> dict[str, Any]:
    """Return the body of a request for an order that completes, unless arguments change it."""
    return {
        "customer": {"name": NAME, "email": email, "phone": PHONE},
        "shippingAddress": {
            "line1": STREET,
            "postalCode": postal_code,
            "city": CITY,
            "country": country,
        },
        "lines": [{"sku": sku, "quantity": quantity}],
        "paymentMethod": payment_method,
        "note": NOTE,
        **more,
    }


#: An order whose payment cannot be captured: it is undone after the booking.
CAPTURE_FAILS = an_order(payment_method="pm_sandbox_captureUnavailable")
#: The shipment is booked, and the reply is lost: the order waits for the retry.
WAITS_FOR_RETRY = an_order(postal_code="00002")


def a_refund(minor: int | None = None) -> dict[str, Any]:
    """Return the body of a request for a refund; without an amount, of all that is refundable."""
    amount = {} if minor is None else {"amount": {"minor": minor, "currency": "EUR"}}
    return {"note": "a broken cup", "operator": OPERATOR, **amount}


def a_refund_request(
    minor: int | None = None, refund_id: str = "rfd_1", currency: str = "EUR"
) -> RefundRequest:
    """Return a refund request as the order store takes it."""
    return RefundRequest(
        refund_id=refund_id,
        amount=None if minor is None else Money(minor, currency),
        note="a broken cup",
        operator=OPERATOR,
        at=NOON,
        fingerprint="f",
    )


def an_approval(
    approval_id: str = "apr_1", *, is_approved: bool = True, operator: str = "Linus Plantedson"
) -> RefundApproval:
    """Return another operator's decision on a refund."""
    return RefundApproval(
        approval_id=approval_id, is_approved=is_approved, note="checked", operator=operator, at=NOON
    )


def a_resolution(
    action: ResolutionAction = ResolutionAction.RETRY,
    *steps: str,
    resolution_id: str = "res_1",
    **more: Any,  # noqa: ANN401 - any other field of the resolution
) -> Resolution:
    """Return an operator's resolution of these steps; without steps, of all that failed."""
    fields = {"note": "n", "operator": OPERATOR, "at": NOON, **more}
    return Resolution(resolution_id=resolution_id, action=action, steps=steps, **fields)


def a_dispute(
    status: DisputeStatus = DisputeStatus.OPEN, dispute_id: str = "dp_1", minor: int = 3480
) -> Dispute:
    """Return a dispute as the gateway shows it."""
    amount = Money(minor, "EUR")
    return Dispute(dispute_id=dispute_id, amount=amount, status=status, opened_at=NOON)


def an_event(
    number: int = 1, *, partner: Partner = Partner.PAYMENTS, object_id: str | None = "pi_1"
) -> PartnerEvent:
    """Return an event, received some minutes after noon."""
    now = NOON + timedelta(minutes=number)
    return PartnerEvent.received(partner, f"evt_{number}", "refund.failed", object_id, now)


def a_line(sku: str = "MUG-BLUE", quantity: int = 2, minor: int = 1490) -> OrderLine:
    """Return an order line."""
    return OrderLine(
        sku=sku,
        name="Stoneware mug",
        quantity=quantity,
        unit_price=Money(minor, "EUR"),
        tax_rate=1900,
    )


def a_quote(*lines: OrderLine) -> Quote:
    """Return a quote for these lines; shipping and tax are round numbers."""
    return Quote(
        lines=lines,
        shipping_method=ShippingMethod.STANDARD,
        shipping=Money(500, "EUR"),
        tax=Money(100, "EUR"),
    )


def a_stored_order(order_id: str = "ord_1", *lines: OrderLine, country: str = "DE") -> Order:
    """Return an order as the order store keeps it."""
    return Order(
        order_id=order_id,
        placed_at=NOON,
        quote=a_quote(*(lines or (a_line(),))),
        terms=TERMS,
        country=country,
        payment_method="pm_card_visa",
    )


def a_customer(postal_code: str = "10115") -> Customer:
    """Return the personal part of an order."""
    address = Address(line1=STREET, postal_code=postal_code, city=CITY, country="DE")
    return Customer(name=NAME, email=EMAIL, address=address)


def a_record(**more: Any) -> OrderRecord:  # noqa: ANN401 - any field of the record
    """Return the record of an order."""
    return OrderRecord(order=a_stored_order(), fingerprint="f", **more)


def a_round(
    number: int = 0,
    *,
    run: int = 1,
    step: str = "processPayment",
    is_first: bool = True,
    is_switched_off: bool = False,
) -> WaitRound:
    """Return a round of a wait."""
    return WaitRound(
        step=step,
        position=WakePosition(run, number),
        is_first=is_first,
        is_switched_off=is_switched_off,
    )
