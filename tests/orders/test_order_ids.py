"""IDs of orders, refunds and stock changes, and fingerprints of requests."""

from orders.order_ids import fingerprint, order_id, refund_id, stock_change_id


def test_order_id_depends_on_secret_and_key() -> None:
    """Without a key every ID is new."""
    assert order_id("secret", "k") == order_id("secret", "k")
    assert order_id("secret", "k") != order_id("another", "k")
    assert order_id("secret", None) != order_id("secret", None)


def test_order_id_of_a_key_never_changes() -> None:
    """Stored orders are found by it; each generation has an ID of its own."""
    assert order_id("secret", "k") == "ord_o7quayk4dwrftwljo4aof2z4ae"
    assert order_id("secret", "k", 0) == order_id("secret", "k")
    assert len({order_id("secret", "k", generation) for generation in range(12)}) == 12


def test_refund_id_depends_on_order_and_key() -> None:
    """The same key may be used for refunds of two orders."""
    assert refund_id("secret", "ord_1", "k") == refund_id("secret", "ord_1", "k")
    assert refund_id("secret", "ord_1", "k") != refund_id("secret", "ord_2", "k")
    assert refund_id("secret", "ord_1", "k").startswith("rfd_")


def test_stock_change_id_depends_on_product_and_key() -> None:
    """The same key may be used for changes of two products."""
    assert stock_change_id("secret", "A", "k") == stock_change_id("secret", "A", "k")
    assert stock_change_id("secret", "A", "k") != stock_change_id("secret", "B", "k")
    assert stock_change_id("secret", "A", "k").startswith("stk_")


def test_fingerprint_depends_on_secret_and_request() -> None:
    """Equal requests have equal fingerprints."""
    assert fingerprint("secret", b"{}") == fingerprint("secret", b"{}")
    assert fingerprint("secret", b"{}") != fingerprint("another", b"{}")
    assert fingerprint("secret", b"{}") != fingerprint("secret", b"[]")
