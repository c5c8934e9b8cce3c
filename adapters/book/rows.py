"""How does a page of the order book look in a table?"""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Protocol

from adapters.book.prices import quote_to_text, terms_to_text, text_to_quote, text_to_terms
from domain.answers import BrokenRule, StockNeed, Verdict
from domain.desk import Action, Attention, Concern, Decision
from domain.money import Money
from domain.order import Address, Order, Person
from domain.outcome import OrderStatus, Outcome
from domain.record import OrderRecord
from domain.refund import OrderRefund, RefundStatus


class Row(Protocol):
    """The columns of an order's page, wherever they stand."""

    def __getitem__(self, column: str, /) -> Any:  # noqa: ANN401 - a text, a number or nothing
        """What stands in the column."""
        ...


def order_to_row(order: Order, fingerprint: str) -> dict[str, str | None]:
    """The columns of a new order."""
    return {
        "order_id": order.order_id,
        "placed_at": moment_to_text(order.placed_at),
        "fingerprint": fingerprint,
        "quote": quote_to_text(order.quote),
        "terms": terms_to_text(order.terms),
        "country": order.country,
        "payment_method": order.payment_method,
        "reference": order.reference,
    }


def row_to_record(row: Row) -> OrderRecord:
    """The page that the columns stand for."""
    order = Order(
        order_id=row["order_id"],
        placed_at=datetime.fromisoformat(row["placed_at"]),
        quote=text_to_quote(row["quote"]),
        terms=text_to_terms(row["terms"]),
        country=row["country"],
        payment_method=row["payment_method"],
        reference=row["reference"],
    )
    return OrderRecord(
        order=order,
        fingerprint=row["fingerprint"],
        runs=row["runs"],
        verdict=text_to_verdict(row["verdict"]),
        updated_at=_moment(row["updated_at"]),
        undoing=text_to_outcome(row["undoing"]),
        cancel_requested_at=_moment(row["cancel_requested_at"]),
        dispatched_at=_moment(row["dispatched_at"]),
        outcome=text_to_outcome(row["outcome"]),
        ended_at=_moment(row["ended_at"]),
        attention=text_to_attention(row["attention"]),
        decisions=tuple(_decision(plain) for plain in json.loads(row["decisions"])),
        rescues=row["rescues"],
        rescue_after=_moment(row["rescue_after"]),
        stopped_at=_moment(row["stopped_at"]),
        refunds=tuple(_refund(plain) for plain in json.loads(row["refunds"])),
        erased_at=_moment(row["erased_at"]),
        purged_at=_moment(row["purged_at"]),
    )


def moment_to_text(moment: datetime) -> str:
    """A moment as one column: texts of UTC, which sort as the moments do."""
    return moment.astimezone(UTC).isoformat()


def person_to_text(person: Person) -> str:
    """The personal part as one column."""
    return json.dumps(asdict(person))


def text_to_person(text: str) -> Person:
    """The personal part that the column stands for."""
    plain = json.loads(text)
    return Person(**{**plain, "address": Address(**plain["address"])})


def verdict_to_text(verdict: Verdict) -> str:
    """A verdict as one column."""
    return json.dumps(asdict(verdict))


def text_to_verdict(text: str | None) -> Verdict | None:
    """The verdict that the column stands for."""
    if text is None:
        return None
    plain = json.loads(text)
    amount = plain["amount"]
    return Verdict(
        accepted=plain["accepted"],
        amount=Money(**amount) if amount else None,
        reason=plain["reason"],
        problems=tuple(BrokenRule(**problem) for problem in plain["problems"]),
        needs=tuple(StockNeed(**need) for need in plain["needs"]),
    )


def outcome_to_text(outcome: Outcome) -> str:
    """An outcome as one column."""
    return json.dumps(asdict(outcome))


def text_to_outcome(text: str | None) -> Outcome | None:
    """The outcome that the column stands for."""
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


def attention_to_text(attention: Attention) -> str:
    """A place on the desk as one column."""
    return json.dumps({**asdict(attention), "since": attention.since.isoformat()})


def text_to_attention(text: str | None) -> Attention | None:
    """The place on the desk that the column stands for."""
    if text is None:
        return None
    plain = json.loads(text)
    return Attention(
        concern=Concern(plain["concern"]),
        since=datetime.fromisoformat(plain["since"]),
        failed_steps=tuple(plain["failed_steps"]),
    )


def decisions_to_text(decisions: tuple[Decision, ...]) -> str:
    """All decisions as one column."""
    return json.dumps([{**asdict(one), "at": one.at.isoformat()} for one in decisions])


def refund_columns(record: OrderRecord) -> dict[str, str | int | None]:
    """The columns that tell of an order's refunds."""
    since = min((refund.requested_at for refund in record.open_refunds), default=None)
    return {
        "refunds": json.dumps([_plain_refund(refund) for refund in record.refunds]),
        "refund_since": moment_to_text(since) if since else None,
    }


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _decision(plain: dict[str, Any]) -> Decision:
    return Decision(
        action=Action(plain["action"]),
        note=plain["note"],
        by=plain["by"],
        at=datetime.fromisoformat(plain["at"]),
        steps=tuple(plain["steps"]),
        refunds=tuple(plain.get("refunds", ())),
    )


def _plain_refund(refund: OrderRefund) -> dict[str, Any]:
    ended_at = refund.ended_at.isoformat() if refund.ended_at else None
    moments = {"requested_at": refund.requested_at.isoformat(), "ended_at": ended_at}
    return {**asdict(refund), **moments}


def _refund(plain: dict[str, Any]) -> OrderRefund:
    return OrderRefund(
        **{
            **plain,
            "amount": Money(**plain["amount"]),
            "requested_at": datetime.fromisoformat(plain["requested_at"]),
            "status": RefundStatus(plain["status"]),
            "ended_at": _moment(plain["ended_at"]),
        }
    )
