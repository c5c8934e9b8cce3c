"""Tables of the order store in SQLite."""

from typing import Final

from orders.adapters.sqlite_database import Schema

#: The record is one JSON text. The other columns repeat what pages are selected by.
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS orders (
    order_id          TEXT PRIMARY KEY,
    record            TEXT NOT NULL,
    placed_at         TEXT NOT NULL,
    status            TEXT NOT NULL,
    is_open           INTEGER NOT NULL,
    needs_attention   INTEGER NOT NULL,
    is_waiting        INTEGER NOT NULL,
    has_open_refund   INTEGER NOT NULL,
    is_erased         INTEGER NOT NULL,
    is_erasure_pending INTEGER NOT NULL,
    is_purged         INTEGER NOT NULL,
    ended_at          TEXT,
    recovery_due_at   TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS orders_by_time ON orders (placed_at, order_id);
CREATE INDEX IF NOT EXISTS orders_by_status ON orders (status, placed_at, order_id);
CREATE INDEX IF NOT EXISTS open_orders ON orders (placed_at, order_id) WHERE is_open = 1;
CREATE INDEX IF NOT EXISTS attention_queue ON orders (placed_at, order_id)
    WHERE needs_attention = 1;
CREATE INDEX IF NOT EXISTS active_orders ON orders (placed_at, order_id)
    WHERE is_open = 1 AND is_waiting = 0;
CREATE INDEX IF NOT EXISTS waiting_orders ON orders (placed_at, order_id) WHERE is_waiting = 1;
CREATE INDEX IF NOT EXISTS open_refunds ON orders (placed_at, order_id)
    WHERE has_open_refund = 1;
CREATE INDEX IF NOT EXISTS due_orders ON orders (recovery_due_at, placed_at, order_id)
    WHERE is_open = 1;
CREATE INDEX IF NOT EXISTS due_refunds ON orders (recovery_due_at, placed_at, order_id)
    WHERE has_open_refund = 1;
CREATE INDEX IF NOT EXISTS unpurged_orders ON orders (placed_at, order_id) WHERE is_purged = 0;
CREATE INDEX IF NOT EXISTS unerased_orders ON orders (placed_at, order_id) WHERE is_erased = 0;
CREATE INDEX IF NOT EXISTS pending_erasures ON orders (placed_at, order_id)
    WHERE is_erasure_pending = 1;
CREATE TABLE IF NOT EXISTS order_products (
    sku       TEXT NOT NULL,
    placed_at TEXT NOT NULL,
    order_id  TEXT NOT NULL REFERENCES orders ON DELETE CASCADE,
    PRIMARY KEY (sku, placed_at, order_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS products_of_order ON order_products (order_id);
CREATE TABLE IF NOT EXISTS customers (
    order_id TEXT PRIMARY KEY REFERENCES orders ON DELETE CASCADE,
    customer TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS deleted_orders (order_id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
"""

SCHEMA: Final = Schema(part="orders", versions=(_TABLES,))
