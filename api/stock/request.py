"""Bodies of stock changes."""

from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import AfterValidator, ConfigDict, Field, Strict, with_config
from pydantic_core import PydanticCustomError

from api.http import fields
from api.http.body import BodySchema

_PROBLEM_KIND: Final = "invalid-stock-change"
_PROBLEM_DETAIL: Final = "The stock change is invalid; see errors."


def _refuse_zero(units: int) -> int:
    if units == 0:
        raise PydanticCustomError("zero", "must not be 0")
    return units


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True, kw_only=True)
class RestockBody:
    """The body of `POST /api/stock/{sku}/restock`."""

    quantity: fields.Quantity
    note: fields.Short = "restock"


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentBody:
    """The body of `POST /api/stock/{sku}/adjust`; negative units are taken."""

    units: Annotated[
        int,
        Strict(),
        Field(ge=-fields.MAX_UNITS, le=fields.MAX_UNITS),
        AfterValidator(_refuse_zero),
    ]
    reason: fields.Short


RESTOCK_SCHEMA: Final = BodySchema(
    model=RestockBody, problem_kind=_PROBLEM_KIND, problem_detail=_PROBLEM_DETAIL
)
ADJUSTMENT_SCHEMA: Final = BodySchema(
    model=AdjustmentBody, problem_kind=_PROBLEM_KIND, problem_detail=_PROBLEM_DETAIL
)
