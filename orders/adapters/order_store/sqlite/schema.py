"""Tables of the order store in SQLite."""

from typing import Final

from orders.adapters.sqlite_database import Schema

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS orders (
    order_id            TEXT PRIMARY KEY,
    placed_at           TEXT NOT NULL,
    updated_at          TEXT NOT NULL,
    fingerprint         TEXT NOT NULL,
    quote               TEXT NOT NULL,
    terms               TEXT NOT NULL,
    country             TEXT NOT NULL,
    payment_method      TEXT NOT NULL,
    reference           TEXT,
    runs                INTEGER NOT NULL DEFAULT 0,
    validation          TEXT,
    undoing             TEXT,
    cancel_requested_at TEXT,
    dispatched_at       TEXT,
    outcome             TEXT,
    ended_at            TEXT,
    attention           TEXT,
    resolutions         TEXT NOT NULL DEFAULT '[]',
    recovery_attempts   INTEGER NOT NULL DEFAULT 0,
    next_recovery_at    TEXT,
    terminated_at       TEXT,
    refunds             TEXT NOT NULL DEFAULT '[]',
    open_refund_since   TEXT,
    erased_at           TEXT,
    purged_at           TEXT,
    status TEXT GENERATED ALWAYS AS (
        CASE
            WHEN outcome IS NOT NULL THEN json_extract(outcome, '$.status')
            WHEN attention IS NOT NULL THEN 'needsAttention'
            WHEN runs > 0 THEN 'processing'
            ELSE 'placed'
        END
    ) VIRTUAL
) STRICT;
CREATE INDEX IF NOT EXISTS orders_by_time ON orders (placed_at, order_id);
CREATE INDEX IF NOT EXISTS orders_by_status ON orders (status, placed_at, order_id);
CREATE INDEX IF NOT EXISTS open_orders ON orders (placed_at, order_id) WHERE outcome IS NULL;
CREATE INDEX IF NOT EXISTS attention_queue ON orders (placed_at, order_id)
    WHERE attention IS NOT NULL;
CREATE INDEX IF NOT EXISTS open_refunds ON orders (placed_at, order_id)
    WHERE open_refund_since IS NOT NULL;
CREATE INDEX IF NOT EXISTS unpurged_orders ON orders (placed_at, order_id) WHERE purged_at IS NULL;
CREATE INDEX IF NOT EXISTS unerased_orders ON orders (placed_at, order_id) WHERE erased_at IS NULL;
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
