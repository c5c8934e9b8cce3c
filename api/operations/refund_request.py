"""What does a request for a refund look like, and what is wrong with one that does not?"""

from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Annotated

import azure.functions as func
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic import with_config as config

from api.http import fields
from api.http.idempotency import require_idempotency_key
from api.http.body import field_errors
from api.http.problems import FieldError, ProblemError
from api.http.body import read_json
from api.http.who import BY_IS_REQUIRED, asked_by, missing_name
from orders.order_ids import fingerprint, refund_id
from orders.services import services
from orders.domain.money import Money
from orders.domain.refund_requests import RefundRequest


@config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True, kw_only=True)
class AmountBody:
    """How much to pay back."""

    minor: Annotated[fields.Minor, Field(ge=1)]
    currency: fields.Currency


@config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True, kw_only=True)
class RefundBody:
    """The body of `POST /api/operations/orders/{id}/refund`."""

    note: fields.Note
    #: Without it, all that is left.
    amount: AmountBody | None = None
    by: fields.Name | None = None


def wish_in(req: func.HttpRequest, order_id: str) -> RefundRequest:
    """The wish in the request, or the Problem with it."""
    key = require_idempotency_key(req, "A refund")
    body = read_json(req)
    try:
        request = _adapter().validate_python(body)
    except ValidationError as error:
        raise invalid_refund((*field_errors(error), *missing_name(req, body))) from None
    by = asked_by(req, request.by)
    if by is None:
        raise invalid_refund((BY_IS_REQUIRED,))
    bound, amount = services(), request.amount
    canonical = _adapter().dump_json(request, exclude_none=True)
    return RefundRequest(
        refund_id=refund_id(bound.settings.id_secret, order_id, key),
        amount=Money(amount.minor, amount.currency) if amount else None,
        note=request.note,
        by=by,
        at=bound.clock.now(),
        fingerprint=fingerprint(bound.settings.id_secret, canonical),
    )


def invalid_refund(errors: tuple[FieldError, ...]) -> ProblemError:
    """The refund cannot be asked for like this."""
    return ProblemError(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "invalid-refund",
        "Nothing can be paid back like this: see errors.",
        errors=errors,
    )


@cache
def _adapter() -> TypeAdapter[RefundBody]:
    return TypeAdapter(RefundBody)
