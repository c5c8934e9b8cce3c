"""What does a request for a refund look like, and what is wrong with one that does not?"""

from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Annotated

import azure.functions as func
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic import with_config as config

from api.http import fields
from api.http.idempotency import required_key
from api.http.plain_words import in_plain_words
from api.http.problems import FieldError, Problem
from api.http.request_body import read_json
from api.http.who import BY_IS_REQUIRED, asked_by, missing_name
from api.order_ids import fingerprint, refund_id
from bootstrap import services
from domain.money import Money
from domain.refund_ruling import RefundWish


@config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True, kw_only=True)
class AmountRequest:
    """How much to pay back."""

    minor: Annotated[fields.Minor, Field(ge=1)]
    currency: fields.Currency


@config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRequest:
    """The body of `POST /api/operations/orders/{id}/refund`."""

    note: fields.Note
    #: Without it, all that is left.
    amount: AmountRequest | None = None
    by: fields.Name | None = None


def wish_in(req: func.HttpRequest, order_id: str) -> RefundWish:
    """The wish in the request, or the Problem with it."""
    key = required_key(req, "A refund")
    body = read_json(req)
    try:
        request = _adapter().validate_python(body)
    except ValidationError as error:
        raise invalid_refund((*in_plain_words(error), *missing_name(req, body))) from None
    by = asked_by(req, request.by)
    if by is None:
        raise invalid_refund((BY_IS_REQUIRED,))
    bound, amount = services(), request.amount
    canonical = _adapter().dump_json(request, exclude_none=True)
    return RefundWish(
        refund_id=refund_id(bound.settings.id_secret, order_id, key),
        amount=Money(amount.minor, amount.currency) if amount else None,
        note=request.note,
        by=by,
        at=bound.clock.now(),
        fingerprint=fingerprint(bound.settings.id_secret, canonical),
    )


def invalid_refund(errors: tuple[FieldError, ...]) -> Problem:
    """The refund cannot be asked for like this."""
    return Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "invalid-refund",
        "Nothing can be paid back like this: see errors.",
        errors=errors,
    )


@cache
def _adapter() -> TypeAdapter[RefundRequest]:
    return TypeAdapter(RefundRequest)
