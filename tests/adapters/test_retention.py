"""Retention in the order store: purge, erase, delete."""

import pytest

from orders.domain.attention import ResolutionAction
from orders.domain.erasure import finish_erasure
from orders.domain.errors import OrderNotFoundError
from orders.domain.operator_changes import resolve_attention
from orders.domain.outcome import Outcome
from orders.ports.order_store import OrderQuery, OrderStore
from orders.ports.partner_references import PartnerReference
from tests.adapters.stores import Backend, close
from tests.builders import NAME, NOON, a_customer, a_resolution, a_stored_order

SKIP = a_resolution(ResolutionAction.SKIP, note=f"phoned {NAME}", operator=NAME)


@pytest.fixture
def ended(store: OrderStore) -> OrderStore:
    """An order store with an order that an operator resolved and that has ended."""
    store.place(a_stored_order("o"), a_customer(), "f")
    close(store, Outcome.needs_attention("unavailable", ("dispatchOrder",)))
    store.update("o", lambda record: resolve_attention(record, SKIP))
    close(store, Outcome.canceled())
    return store


def purge(store: OrderStore) -> None:
    """Record that the order is purged."""
    store.update("o", lambda record: record.record_purge(NOON))


def count(store: OrderStore, query: OrderQuery) -> int:
    """Return the number of matching orders."""
    return len(store.page(query).orders)


def test_erased_order_has_no_personal_data(ended: OrderStore) -> None:
    """It is removed from the record and from the personal part; the order stays."""
    assert NAME in str(ended.find("o"))

    is_clean = ended.erase("o")

    assert is_clean
    assert ended.customer("o") is None
    assert NAME not in str(ended.find("o"))


def test_erasure_is_pending_until_it_is_finished(ended: OrderStore) -> None:
    """So that retention finds an interrupted one again."""
    queries = [OrderQuery(is_erased=True), OrderQuery(is_erased=False)]
    queries.append(OrderQuery(is_erasure_pending=True))
    before = [count(ended, query) for query in queries]
    ended.erase("o")
    pending = [count(ended, query) for query in queries]
    ended.update("o", finish_erasure)

    assert before == [0, 1, 0]
    assert pending == [0, 1, 1]
    assert [count(ended, query) for query in queries] == [1, 0, 0]


def test_repeated_erasure_keeps_the_first_time(ended: OrderStore) -> None:
    """The second call changes nothing."""
    ended.erase("o")
    first = ended.find("o")
    ended.erase("o")

    second = ended.find("o")
    assert first is not None
    assert second is not None
    assert first.erased_at == second.erased_at is not None


def test_purge_is_recorded(ended: OrderStore) -> None:
    """Queries distinguish purged orders."""
    assert count(ended, OrderQuery(is_purged=False)) == 1

    purge(ended)

    assert count(ended, OrderQuery(is_purged=False)) == 0
    assert count(ended, OrderQuery(is_purged=True, is_open=False)) == 1


def test_deleted_order_is_gone(ended: OrderStore) -> None:
    """Everything that belongs to it is gone, and a new order may have its ID."""
    ended.delete("o")
    ended.delete("o")

    assert ended.find("o") is None
    assert ended.customer("o") is None
    assert count(ended, OrderQuery()) == 0
    assert ended.place(a_stored_order("o"), a_customer(), "f").is_new


def test_deleted_order_leaves_a_tombstone(ended: OrderStore) -> None:
    """A repeat changes nothing, and other IDs have no tombstone."""
    before = ended.is_deleted("o")
    ended.delete("o")
    ended.delete("o")

    assert (before, ended.is_deleted("o")) == (False, True)
    assert not ended.is_deleted("o2")


def test_open_order_is_not_deleted(store: OrderStore) -> None:
    """The order may have been reopened after the caller read its record."""
    store.place(a_stored_order("o"), a_customer(), "f")
    store.delete("o")

    assert store.find("o") is not None
    assert not store.is_deleted("o")


@pytest.mark.parametrize("key", ["ord_a", "ord_a:confirmation", "ord_a:refunded"])
@pytest.mark.parametrize("partner", ["payment", "shipment", "email"])
def test_delete_removes_partner_references(backend: Backend, partner: str, key: str) -> None:
    """A new order with the same ID must not find the payment of the deleted one."""
    references = backend.references(f"{partner}_references")
    references.store(key, "theirs")
    references.next_attempt(key, after=1)

    backend.store.delete("ord_a")

    assert references.find(key) == PartnerReference()
    assert list(references.stored_keys()) == []


@pytest.mark.parametrize(
    "other", ["ord_b", "ord_b:confirmation", "ord_ab", "ord_a_:confirmation", "ord_"]
)
def test_delete_keeps_references_of_other_orders(backend: Backend, other: str) -> None:
    """Similar IDs are distinguished."""
    references = backend.references("email_references")
    references.store(other, "theirs")

    backend.store.delete("ord_a")

    assert references.find(other).partner_id == "theirs"
    assert list(references.stored_keys()) == [other]


def test_unknown_order_cannot_be_erased_or_purged(store: OrderStore) -> None:
    """Both methods raise OrderNotFoundError."""
    with pytest.raises(OrderNotFoundError):
        store.erase("o")
    with pytest.raises(OrderNotFoundError):
        purge(store)
