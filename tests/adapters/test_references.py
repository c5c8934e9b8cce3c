"""Does the book keep what was written of an order's dealings with a partner?"""

from concurrent.futures import ThreadPoolExecutor

import pytest

from orders.ports.partner_references import PartnerReference, PartnerReferences
from tests.adapters.books import Shelf


@pytest.fixture
def references(shelf: Shelf) -> PartnerReferences:
    """A book in which nothing is written."""
    return shelf.references("payment_references")


def test_of_an_order_never_dealt_with_nothing_is_written(references: PartnerReferences) -> None:
    """It is not begun, not withdrawn, and its keys are the first ones."""
    assert references.find("o") == PartnerReference(partner_id=None, withdrawn=False, attempt=1)


def test_the_first_id_stands(references: PartnerReferences) -> None:
    """A second one, from a call that ran at the same time, does not replace it."""
    assert references.keep("o", "pi_1").partner_id == "pi_1"
    assert references.keep("o", "pi_2").partner_id == "pi_1"


def test_a_withdrawal_is_written_before_anything_else_is(references: PartnerReferences) -> None:
    """Whoever writes an id down afterwards learns of it."""
    assert references.withdraw("o") == PartnerReference(withdrawn=True)
    assert references.keep("o", "pi_1") == PartnerReference(partner_id="pi_1", withdrawn=True)


def test_an_attempt_that_failed_for_many_rises_once(references: PartnerReferences) -> None:
    """They all used the same key, and all use the same next one."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: references.next_attempt("o", after=1), range(16)))

    assert references.find("o").attempt == 2


def test_orders_and_partners_are_kept_apart(references: PartnerReferences, shelf: Shelf) -> None:
    """One table for each partner, one row for each order."""
    references.withdraw("o")
    shipments = shelf.references("parcel_references")

    assert not references.find("other").withdrawn
    assert not shipments.find("o").withdrawn


def test_those_are_listed_that_have_an_id(references: PartnerReferences) -> None:
    """Each once, however often it was written."""
    references.withdraw("withdrawn")
    for order_id in ("a", "b:confirm", "b:reject", "a"):
        references.keep(order_id, "pi_1")

    assert sorted(references.kept()) == ["a", "b:confirm", "b:reject"]
