"""Bodies of operators' requests, and the operator who sends them."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Final, Protocol, TypeVar

import azure.functions as func
from pydantic import ConfigDict, Field, Strict, with_config

from api.http import fields
from api.http.body import BodySchema, read_json
from api.http.characters import is_visible
from api.http.idempotency import require_idempotency_key
from api.http.problems import FieldError, ProblemError
from orders.domain.attention import Resolution, ResolutionAction
from orders.domain.money import Money
from orders.domain.refund import RefundApproval, RefundRequest
from orders.domain.switches import Switch, SwitchChange
from orders.order_ids import fingerprint, new_id, refund_id
from orders.services import services

#: Set by Azure's authentication, which removes it from what clients send. Without that
#: authentication anybody can send it.
_PRINCIPAL_HEADER: Final = "X-MS-CLIENT-PRINCIPAL-NAME"
_MAX_NAME_LENGTH: Final = 120


class _OperatorBody(Protocol):
    @property
    def operator(self) -> str | None:
        """The operator according to the caller."""


B = TypeVar("B", bound=_OperatorBody)


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True, kw_only=True)
class ResolutionBody:
    """The body of `POST /api/operations/attention/{id}`."""

    action: ResolutionAction
    note: fields.Note
    operator: fields.Name | None = None
    #: The steps to resolve. None: all failed steps.
    steps: Annotated[tuple[fields.Short, ...], Field(min_length=1)] | None = None


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True, kw_only=True)
class AmountBody:
    """An amount to refund."""

    minor: Annotated[fields.Minor, Field(ge=1)]
    currency: fields.Currency


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True, kw_only=True)
class RefundBody:
    """The body of `POST /api/operations/orders/{id}/refund`."""

    note: fields.Note
    #: None: everything that can be refunded.
    amount: AmountBody | None = None
    operator: fields.Name | None = None


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalBody:
    """The body of `POST /api/operations/orders/{id}/refunds/{refundId}/approval`."""

    approved: Annotated[bool, Strict()]
    note: fields.Note
    operator: fields.Name | None = None


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchBody:
    """The body of `PUT /api/operations/switches/{switch}`."""

    on: Annotated[bool, Strict()]
    note: fields.Note
    operator: fields.Name | None = None


RESOLUTION_SCHEMA: Final = BodySchema(
    model=ResolutionBody,
    problem_kind="invalid-resolution",
    problem_detail="The resolution is invalid; see errors.",
)
REFUND_SCHEMA: Final = BodySchema(
    model=RefundBody,
    problem_kind="invalid-refund",
    problem_detail="The refund is invalid; see errors.",
)
APPROVAL_SCHEMA: Final = BodySchema(
    model=ApprovalBody,
    problem_kind="invalid-approval",
    problem_detail="The approval is invalid; see errors.",
)
SWITCH_SCHEMA: Final = BodySchema(
    model=SwitchBody,
    problem_kind="invalid-switch-change",
    problem_detail="The change of the switch is invalid; see errors.",
)


def read_resolution(req: func.HttpRequest) -> Resolution:
    """Return the resolution in the request.

    Raises:
        ProblemError: the body is invalid, or the operator is unknown.
    """
    body, operator = _read(req, RESOLUTION_SCHEMA)
    return Resolution(
        resolution_id=new_id("res"),
        action=body.action,
        note=body.note,
        operator=operator,
        at=services().clock.now(),
        steps=tuple(dict.fromkeys(body.steps or ())),
    )


def read_refund_request(req: func.HttpRequest, order_id: str) -> RefundRequest:
    """Return the refund request.

    Raises:
        ProblemError: the idempotency key is missing, the body is invalid, or the operator is
            unknown.
    """
    key = require_idempotency_key(req)
    body, operator = _read(req, REFUND_SCHEMA)
    app, amount = services(), body.amount
    secret = _secret_of_refund(order_id, key)
    return RefundRequest(
        refund_id=refund_id(secret, order_id, key),
        amount=Money(amount.minor, amount.currency) if amount else None,
        note=body.note,
        operator=operator,
        at=app.clock.now(),
        fingerprint=fingerprint(secret, REFUND_SCHEMA.canonical(body)),
        alone_up_to=app.settings.refund_alone_up_to,
    )


def read_approval(req: func.HttpRequest) -> RefundApproval:
    """Return the approval of a refund in the request.

    Raises:
        ProblemError: the body is invalid, or the operator is unknown.
    """
    body, operator = _read(req, APPROVAL_SCHEMA)
    return RefundApproval(
        approval_id=new_id("apr"),
        is_approved=body.approved,
        note=body.note,
        operator=operator,
        at=services().clock.now(),
    )


def read_switch_change(req: func.HttpRequest, switch: Switch) -> SwitchChange:
    """Return the change of a switch in the request.

    Raises:
        ProblemError: the body is invalid, or the operator is unknown.
    """
    body, operator = _read(req, SWITCH_SCHEMA)
    return SwitchChange(
        change_id=new_id("swc"),
        switch=switch,
        is_on=body.on,
        operator=operator,
        note=body.note,
        at=services().clock.now(),
    )


def _secret_of_refund(order_id: str, key: str) -> str:
    """Return the secret under which the refund was requested before, or the current one."""
    settings = services().settings
    record = services().order_store.find(order_id) if settings.previous_id_secrets else None
    used = (
        secret
        for secret in settings.id_secrets
        if record is not None and record.find_refund(refund_id(secret, order_id, key))
    )
    return next(used, settings.id_secret)


def _read(req: func.HttpRequest, schema: BodySchema[B]) -> tuple[B, str]:
    """Return the body, and the operator according to the platform or else the body."""
    json, principal = read_json(req), _principal(req)
    says_nothing = isinstance(json, dict) and json.get("operator") is None
    missing = FieldError("operator", "is required: the name of the operator")
    errors = (missing,) if says_nothing and not principal else ()
    body = schema.validate(json, more_errors=errors)
    return body, principal or str(body.operator)


def _principal(req: func.HttpRequest) -> str:
    """Return the operator whom the platform has authenticated; "" if it authenticates nobody.

    Raises:
        ProblemError: the platform's name cannot be recorded.
    """
    if not services().settings.has_authentication:
        return ""
    principal = str(req.headers.get(_PRINCIPAL_HEADER) or "").strip()
    if len(principal) > _MAX_NAME_LENGTH or not is_visible(principal):
        raise ProblemError(
            HTTPStatus.FORBIDDEN,
            "invalid-operator",
            f"The name of the signed-in operator must have at most {_MAX_NAME_LENGTH} characters"
            " and no control, direction or invisible ones. Sign in with another account.",
        )
    return principal
