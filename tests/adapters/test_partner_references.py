"""Partner references in each backend."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from orders.ports.partner_references import PartnerReference, PartnerReferences
from tests.adapters.stores import Backend


@pytest.fixture
def references(backend: Backend) -> PartnerReferences:
    """Empty references at one partner."""
    return backend.references("payment_references")


def test_unknown_key_has_an_empty_reference(references: PartnerReferences) -> None:
    """No partner ID, no tombstone, the first attempt."""
    assert references.find("o") == PartnerReference(partner_id=None, has_tombstone=False, attempt=1)


def test_first_partner_id_is_kept(references: PartnerReferences) -> None:
    """The ID of a concurrent call does not replace it."""
    assert references.store("o", "pi_1").partner_id == "pi_1"
    assert references.store("o", "pi_2").partner_id == "pi_1"


def test_tombstone_is_returned_to_a_later_store(references: PartnerReferences) -> None:
    """A caller that stores an ID afterwards learns that the order was undone."""
    assert references.leave_tombstone("o") == PartnerReference(has_tombstone=True)
    assert references.store("o", "pi_1") == PartnerReference(partner_id="pi_1", has_tombstone=True)


def test_attempt_that_fails_concurrently_rises_once(references: PartnerReferences) -> None:
    """All callers used the same keys and use the same next ones."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: references.next_attempt("o", after=1), range(16)))

    assert references.find("o").attempt == 2


def test_references_of_orders_and_partners_are_separate(
    references: PartnerReferences, backend: Backend
) -> None:
    """A tombstone applies to one order at one partner."""
    references.leave_tombstone("o")
    shipments = backend.references("shipment_references")

    assert not references.find("other").has_tombstone
    assert not shipments.find("o").has_tombstone


def test_stored_keys_are_those_with_a_partner_id(references: PartnerReferences) -> None:
    """Each key is listed once."""
    references.leave_tombstone("undone")
    for key in ("a", "b:confirmation", "b:rejected", "a"):
        references.store(key, "pi_1")

    assert sorted(references.stored_keys()) == ["a", "b:confirmation", "b:rejected"]
