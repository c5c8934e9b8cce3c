"""Does the book let go of what it is to let go of, wherever it lies?"""

import pytest

from orders.domain.attention import Resolution, ResolutionAction
from orders.domain.errors import OrderNotFoundError
from orders.domain.outcome import Outcome
from orders.ports.order_store import OrderQuery
from orders.ports.partner_references import PartnerReference
from tests.adapters.books import Shelf
from tests.builders import NAME, NOON, a_booked_order, a_person

SKIP = Resolution(action=ResolutionAction.SKIP, note=f"told {NAME}", by=NAME, at=NOON)


@pytest.fixture
def ended(shelf: Shelf) -> Shelf:
    """A book with an order that a person settled."""
    shelf.book.place(a_booked_order("o"), a_person(), "f")
    shelf.book.close("o", Outcome.needs_attention("unavailable", ("release",)))
    shelf.desk.decide("o", SKIP)
    shelf.book.close("o", Outcome.canceled())
    return shelf


def found(shelf: Shelf, query: OrderQuery) -> int:
    """How many orders are found."""
    return len(shelf.book.page(query).orders)


def test_an_erased_order_says_nothing_of_a_person(ended: Shelf) -> None:
    """Neither in its page nor beside it; the order itself stays."""
    assert NAME in str(ended.book.find("o"))

    ended.archive.erase("o")

    assert ended.book.customer("o") is None
    assert NAME not in str(ended.book.find("o"))
    assert found(ended, OrderQuery(is_erased=True)) == 1
    assert found(ended, OrderQuery(is_erased=False)) == 0


def test_erasing_twice_is_erasing_once(ended: Shelf) -> None:
    """The time of the first stands."""
    ended.archive.erase("o")
    first = ended.book.find("o")
    ended.archive.erase("o")

    second = ended.book.find("o")
    assert first is not None
    assert second is not None
    assert first.erased_at == second.erased_at is not None


def test_an_order_is_purged(ended: Shelf) -> None:
    """It is found as such."""
    assert found(ended, OrderQuery(is_purged=False)) == 1

    ended.archive.record_purge("o")

    assert found(ended, OrderQuery(is_purged=False)) == 0
    assert found(ended, OrderQuery(is_purged=True, is_open=False)) == 1


def test_a_forgotten_order_is_gone(ended: Shelf) -> None:
    """With all that hangs on it; its id means a new one."""
    ended.archive.forget("o")
    ended.archive.forget("o")

    assert ended.book.find("o") is None
    assert ended.book.customer("o") is None
    assert found(ended, OrderQuery()) == 0
    assert ended.book.place(a_booked_order("o"), a_person(), "f").is_new


def test_the_id_of_a_forgotten_order_is_marked(ended: Shelf) -> None:
    """Forgetting it twice is harmless; other ids are free."""
    before = ended.book.is_deleted("o")
    ended.archive.forget("o")
    ended.archive.forget("o")

    assert (before, ended.book.is_deleted("o")) == (False, True)
    assert not ended.book.is_deleted("o2")


def test_an_order_that_is_under_way_is_not_forgotten(shelf: Shelf) -> None:
    """Whoever wants to forget it looked at its page before somebody wrote there."""
    shelf.book.place(a_booked_order("o"), a_person(), "f")
    shelf.archive.forget("o")

    assert shelf.book.find("o") is not None
    assert not shelf.book.is_deleted("o")


@pytest.mark.parametrize("key", ["ord_a", "ord_a:confirm", "ord_a:refunded"])
@pytest.mark.parametrize("partner", ["payment", "parcel", "mail"])
def test_an_order_is_forgotten_with_its_references(shelf: Shelf, partner: str, key: str) -> None:
    """A new order of the same id, from the same key, would find the payment of the old one."""
    references = shelf.references(f"{partner}_references")
    references.keep(key, "theirs")
    references.next_attempt(key, after=1)

    shelf.archive.forget("ord_a")

    assert references.find(key) == PartnerReference()
    assert list(references.kept()) == []


@pytest.mark.parametrize("other", ["ord_b", "ord_b:confirm", "ord_ab", "ord_a_:confirm", "ord_"])
def test_other_orders_keep_their_references(shelf: Shelf, other: str) -> None:
    """However much alike their ids look."""
    references = shelf.references("mail_references")
    references.keep(other, "theirs")

    shelf.archive.forget("ord_a")

    assert references.find(other).partner_id == "theirs"
    assert list(references.kept()) == [other]


def test_nothing_is_erased_of_an_order_that_is_not_there(shelf: Shelf) -> None:
    """Both say so."""
    for call in (shelf.archive.erase, shelf.archive.record_purge):
        with pytest.raises(OrderNotFoundError):
            call("o")
