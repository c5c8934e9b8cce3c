"""Records as JSON text: the pinned form, other versions, and texts that are not records.

A change of the pinned text breaks stored orders: add fields with a default, never rename or remove
one.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from orders.adapters.order_store.records import (
    customer_to_text,
    record_to_text,
    text_to_customer,
    text_to_record,
)
from orders.domain.errors import UnreadableRecordError
from orders.domain.order_record import OrderRecord
from tests.adapters.pinned_record import FULL, PINNED
from tests.builders import INVALID, NAME, OPERATOR, PERSONAL_DATA, a_customer, a_record

NEW = "aFieldOfTheNextVersion"


def with_unknown_fields(value: object) -> Any:  # noqa: ANN401 - any JSON
    """Return the JSON value with an unknown field in every object."""
    if isinstance(value, list):
        return [with_unknown_fields(item) for item in value]
    if not isinstance(value, dict):
        return value
    members = {key: with_unknown_fields(item) for key, item in value.items()}
    return {**members, NEW: {"with": ["content", None, 1]}}


def changed(change: Callable[[dict[str, Any]], object]) -> str:
    """Return the pinned text after a change."""
    plain = json.loads(json.dumps(PINNED))
    change(plain)
    return json.dumps(plain)


def test_text_of_a_record_is_pinned() -> None:
    """Stored orders have this text, apart from the order of fields and countries."""
    plain = json.loads(record_to_text(FULL))
    plain["order"]["terms"]["countries"].sort()

    assert plain == PINNED


@pytest.mark.parametrize(
    "record", [a_record(), FULL, a_record(validation=INVALID)], ids=["new", "full", "invalid"]
)
def test_record_is_read_as_it_was_written(record: OrderRecord) -> None:
    """Empty fields are left out of the text and have their defaults again."""
    assert text_to_record("ord_1", record_to_text(record)) == record


def test_pinned_record_has_no_empty_field() -> None:
    """Every field is part of the pinned text."""
    assert len(PINNED) == len(OrderRecord.__dataclass_fields__)


def test_record_of_the_previous_version_is_read() -> None:
    """Fields that it does not have get their defaults."""
    text = json.dumps({"order": PINNED["order"], "fingerprint": "f"})

    assert text_to_record("ord_1", text) == replace(a_record(), order=FULL.order)


def test_record_of_the_next_version_is_read() -> None:
    """Unknown fields are ignored at every level."""
    text = json.dumps(with_unknown_fields(PINNED))

    assert text.count(NEW) > 15
    assert text_to_record("ord_1", text) == FULL


def test_personal_part_of_the_next_version_is_read() -> None:
    """Unknown fields are ignored in the address too."""
    plain = with_unknown_fields(json.loads(customer_to_text(a_customer())))

    assert text_to_customer(json.dumps(plain)) == a_customer()


@pytest.mark.parametrize(
    "text",
    [
        "",
        NAME,
        "null",
        "[]",
        "{}",
        json.dumps(NAME),
        json.dumps(PINNED)[:-1],
        "[" * 100_000,
        changed(lambda plain: plain.pop("order")),
        changed(lambda plain: plain["order"].pop("terms")),
        changed(lambda plain: plain.update(endedAt=NAME)),
        changed(lambda plain: plain.update(runs=NAME)),
        changed(lambda plain: plain["outcome"].update(status=NAME)),
        changed(lambda plain: plain["validation"].update(result=NAME)),
        changed(lambda plain: plain["resolutions"][0].pop("resolutionId")),
        changed(lambda plain: plain["refunds"][0]["amount"].update(minor=NAME)),
    ],
    ids=[
        "empty",
        "no JSON",
        "null",
        "list",
        "empty object",
        "text",
        "cut",
        "too deep",
        "no order",
        "no terms",
        "no time",
        "no number",
        "unknown status",
        "unknown result",
        "no resolution ID",
        "no amount",
    ],
)
def test_text_that_is_not_a_record_is_unreadable(text: str) -> None:
    """The error names the order, and neither it nor its causes repeat the text."""
    with pytest.raises(UnreadableRecordError, match="the record of ord_1 cannot be decoded") as it:
        text_to_record("ord_1", text)

    assert it.value.__cause__ is None
    assert it.value.__suppress_context__
    assert not [word for word in (*PERSONAL_DATA, OPERATOR) if word in str(it.value)]
