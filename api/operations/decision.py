"""What does a decision about an order look like, and what is wrong with one that does not?"""

from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Annotated

import azure.functions as func
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic import with_config as config

from api.http import fields
from api.http.body import field_errors
from api.http.problems import FieldError, ProblemError
from api.http.body import read_json
from api.http.who import BY_IS_REQUIRED, asked_by, missing_name
from orders.services import services
from orders.domain.attention import ResolutionAction, Resolution


@config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True, kw_only=True)
class ResolutionBody:
    """The body of `POST /api/operations/attention/{id}`."""

    action: ResolutionAction
    note: fields.Note
    by: fields.Name | None = None
    #: All failed steps, unless some are named.
    steps: Annotated[tuple[fields.Short, ...], Field(min_length=1)] | None = None


def resolution_of(req: func.HttpRequest) -> Resolution:
    """The decision in the request, or the Problem with it."""
    body = read_json(req)
    try:
        request = _adapter().validate_python(body)
    except ValidationError as error:
        raise _invalid((*field_errors(error), *missing_name(req, body))) from None
    by = asked_by(req, request.by)
    if by is None:
        raise _invalid((BY_IS_REQUIRED,))
    return Resolution(
        action=request.action,
        note=request.note,
        by=by,
        at=services().clock.now(),
        steps=tuple(dict.fromkeys(request.steps or ())),
    )


def unknown_steps(failed: tuple[str, ...]) -> ProblemError:
    """The decision is about other steps than these."""
    undecided = f"may only name what failed: {', '.join(failed)}"
    message = undecided if failed else "must be left out: no step is known to have failed"
    return _invalid((FieldError("steps", message),))


def _invalid(errors: tuple[FieldError, ...]) -> ProblemError:
    return ProblemError(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "invalid-decision",
        "This is no decision that can be taken: see errors.",
        errors=errors,
    )


@cache
def _adapter() -> TypeAdapter[ResolutionBody]:
    return TypeAdapter(ResolutionBody)
