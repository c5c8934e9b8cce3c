"""Columns of an order's record, the same for every store."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Protocol, TypeAlias

from orders.domain.attention import Attention, AttentionReason, Resolution, ResolutionAction
from orders.domain.catalogue import ShippingMethod
from orders.domain.money import Money
from orders.domain.order import Address, Customer, Order, Terms
from orders.domain.order_record import OrderRecord
from orders.domain.outcome import OrderStatus, Outcome
from orders.domain.pricing import OrderLine, Quote
from orders.domain.refund import Refund, RefundStatus
from orders.domain.results import StockLine, ValidationProblem, ValidationResult

Columns: TypeAlias = dict[str, str | int | None]


class Row(Protocol):
    """A stored row."""

    def __getitem__(self, column: str, /) -> Any:  # noqa: ANN401 - text, number or None
        """Return the value of a column."""
        ...


def order_to_columns(order: Order, fingerprint: str) -> dict[str, str | None]:
    """Return the columns of a new order."""
    return {
        "order_id": order.order_id,
        "placed_at": time_to_text(order.placed_at),
        "fingerprint": fingerprint,
        "quote": _quote_to_text(order.quote),
        "terms": _terms_to_text(order.terms),
        "country": order.country,
        "payment_method": order.payment_method,
        "reference": order.reference,
    }


def row_to_record(row: Row) -> OrderRecord:
    """Return the record in a row."""
    order = Order(
        order_id=row["order_id"],
        placed_at=datetime.fromisoformat(row["placed_at"]),
        quote=_text_to_quote(row["quote"]),
        terms=_text_to_terms(row["terms"]),
        country=row["country"],
        payment_method=row["payment_method"],
        reference=row["reference"],
    )
    return OrderRecord(
        order=order,
        fingerprint=row["fingerprint"],
        runs=row["runs"],
        validation=_text_to_validation(row["validation"]),
        updated_at=_text_to_time(row["updated_at"]),
        undoing=_text_to_outcome(row["undoing"]),
        cancel_requested_at=_text_to_time(row["cancel_requested_at"]),
        dispatched_at=_text_to_time(row["dispatched_at"]),
        outcome=_text_to_outcome(row["outcome"]),
        ended_at=_text_to_time(row["ended_at"]),
        attention=_text_to_attention(row["attention"]),
        resolutions=tuple(_to_resolution(item) for item in json.loads(row["resolutions"])),
        recovery_attempts=row["recovery_attempts"],
        next_recovery_at=_text_to_time(row["next_recovery_at"]),
        terminated_at=_text_to_time(row["terminated_at"]),
        refunds=tuple(_to_refund(item) for item in json.loads(row["refunds"])),
        erased_at=_text_to_time(row["erased_at"]),
        purged_at=_text_to_time(row["purged_at"]),
    )


def time_to_text(time: datetime) -> str:
    """Return a time as text in UTC; the texts sort as the times do."""
    return time.astimezone(UTC).isoformat()


def customer_to_text(customer: Customer) -> str:
    """Return the personal part as JSON text."""
    return json.dumps(asdict(customer))


def text_to_customer(text: str) -> Customer:
    """Return the personal part in JSON text."""
    plain = json.loads(text)
    return Customer(**{**plain, "address": Address(**plain["address"])})


def validation_to_text(validation: ValidationResult) -> str:
    """Return a validation result as JSON text."""
    return json.dumps(asdict(validation))


def outcome_to_text(outcome: Outcome) -> str:
    """Return an outcome as JSON text."""
    return json.dumps(asdict(outcome))


def attention_to_text(attention: Attention) -> str:
    """Return an entry of the attention queue as JSON text."""
    return json.dumps({**asdict(attention), "since": attention.since.isoformat()})


def resolutions_to_text(resolutions: tuple[Resolution, ...]) -> str:
    """Return all resolutions as JSON text."""
    return json.dumps([{**asdict(item), "at": item.at.isoformat()} for item in resolutions])


def refund_columns(record: OrderRecord) -> Columns:
    """Return the columns that hold an order's refunds."""
    since = min((refund.requested_at for refund in record.open_refunds), default=None)
    return {
        "refunds": json.dumps([_refund_to_plain(refund) for refund in record.refunds]),
        "open_refund_since": time_to_text(since) if since else None,
    }


def _text_to_time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _quote_to_text(quote: Quote) -> str:
    return json.dumps(asdict(quote))


def _text_to_quote(text: str) -> Quote:
    plain = json.loads(text)
    return Quote(
        lines=tuple(
            OrderLine(**{**line, "unit_price": Money(**line["unit_price"])})
            for line in plain["lines"]
        ),
        shipping_method=ShippingMethod(plain["shipping_method"]),
        shipping=Money(**plain["shipping"]),
        tax=Money(**plain["tax"]),
    )


def _terms_to_text(terms: Terms) -> str:
    return json.dumps({**asdict(terms), "countries": sorted(terms.countries)})


@lru_cache(maxsize=64)  # orders of many days share the same terms
def _text_to_terms(text: str) -> Terms:
    plain = json.loads(text)
    return Terms(**{**plain, "countries": frozenset(plain["countries"])})


def _text_to_validation(text: str | None) -> ValidationResult | None:
    if text is None:
        return None
    plain = json.loads(text)
    amount = plain["amount"]
    return ValidationResult(
        accepted=plain["accepted"],
        amount=Money(**amount) if amount else None,
        reason=plain["reason"],
        problems=tuple(ValidationProblem(**problem) for problem in plain["problems"]),
        stock_lines=tuple(StockLine(**line) for line in plain["stock_lines"]),
    )


def _text_to_outcome(text: str | None) -> Outcome | None:
    if text is None:
        return None
    plain = json.loads(text)
    return Outcome(
        status=OrderStatus(plain["status"]),
        tracking_number=plain["tracking_number"],
        reason=plain["reason"],
        notes=tuple(plain["notes"]),
        failed_steps=tuple(plain["failed_steps"]),
    )


def _text_to_attention(text: str | None) -> Attention | None:
    if text is None:
        return None
    plain = json.loads(text)
    return Attention(
        reason=AttentionReason(plain["reason"]),
        since=datetime.fromisoformat(plain["since"]),
        failed_steps=tuple(plain["failed_steps"]),
    )


def _to_resolution(plain: dict[str, Any]) -> Resolution:
    return Resolution(
        action=ResolutionAction(plain["action"]),
        note=plain["note"],
        operator=plain["operator"],
        at=datetime.fromisoformat(plain["at"]),
        steps=tuple(plain["steps"]),
        refunds=tuple(plain["refunds"]),
    )


def _refund_to_plain(refund: Refund) -> dict[str, Any]:
    ended_at = refund.ended_at.isoformat() if refund.ended_at else None
    times = {"requested_at": refund.requested_at.isoformat(), "ended_at": ended_at}
    return {**asdict(refund), **times}


def _to_refund(plain: dict[str, Any]) -> Refund:
    return Refund(
        **{
            **plain,
            "amount": Money(**plain["amount"]),
            "requested_at": datetime.fromisoformat(plain["requested_at"]),
            "status": RefundStatus(plain["status"]),
            "ended_at": _text_to_time(plain["ended_at"]),
        }
    )
