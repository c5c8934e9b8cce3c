"""What does a request to change stock look like, and what is wrong with one that does not?"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, ConfigDict, Field, Strict, TypeAdapter, ValidationError
from pydantic import with_config as config
from pydantic_core import PydanticCustomError

from api.http import fields
from api.http.body import field_errors
from api.http.problems import ProblemError

#: Gives the units and the note of a request's body, or raises the Problem with it.
Parse: TypeAlias = Callable[[object], tuple[int, str]]

_MOST = 1_000_000_000


def _not_zero(units: int) -> int:
    if units == 0:
        raise PydanticCustomError("zero", "must not be 0")
    return units


@config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True, kw_only=True)
class RestockRequest:
    """The body of `POST /api/stock/{sku}/restock`."""

    quantity: Annotated[int, Strict(), Field(ge=1, le=_MOST)]
    note: fields.Short = "restock"


@config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentRequest:
    """The body of `POST /api/stock/{sku}/adjust`; negative units are taken away."""

    units: Annotated[int, Strict(), Field(ge=-_MOST, le=_MOST), AfterValidator(_not_zero)]
    reason: fields.Short


def parse_restock(body: object) -> tuple[int, str]:
    """The units that came in, and the note."""
    request: RestockRequest = _parse(RestockRequest, body)
    return request.quantity, request.note


def parse_adjustment(body: object) -> tuple[int, str]:
    """The units to add or take, and the reason."""
    request: AdjustmentRequest = _parse(AdjustmentRequest, body)
    return request.units, request.reason


def _parse(kind: Any, body: object) -> Any:  # noqa: ANN401 - one of the two above
    try:
        return _adapter(kind).validate_python(body)
    except ValidationError as error:
        raise ProblemError(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "invalid-stock-change",
            "The stock cannot be changed like this: see errors.",
            errors=field_errors(error),
        ) from None


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:  # noqa: ANN401 - one of the two above
    return TypeAdapter(kind)
