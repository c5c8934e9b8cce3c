"""Which tables is the order book made of, and since which version?"""

from typing import Final

from adapters.sqlite.database import Schema

_FIRST: Final = """
CREATE TABLE IF NOT EXISTS orders (
    order_id       TEXT PRIMARY KEY,
    placed_at      TEXT NOT NULL,
    updated_at     TEXT NOT NULL,
    fingerprint    TEXT NOT NULL,
    quote          TEXT NOT NULL,
    terms          TEXT NOT NULL,
    country        TEXT NOT NULL,
    payment_method TEXT NOT NULL,
    reference      TEXT,
    runs           INTEGER NOT NULL DEFAULT 0,
    verdict        TEXT,
    undoing        TEXT,
    cancel_requested_at TEXT,
    dispatched_at  TEXT,
    outcome        TEXT,
    ended_at       TEXT,
    attention      TEXT,
    decisions      TEXT NOT NULL DEFAULT '[]',
    rescues        INTEGER NOT NULL DEFAULT 0,
    rescue_after   TEXT,
    erased_at      TEXT,
    purged_at      TEXT,
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
CREATE INDEX IF NOT EXISTS orders_on_desk ON orders (placed_at, order_id)
    WHERE attention IS NOT NULL;
CREATE INDEX IF NOT EXISTS unpurged_orders ON orders (placed_at, order_id) WHERE purged_at IS NULL;
CREATE INDEX IF NOT EXISTS unerased_orders ON orders (placed_at, order_id) WHERE erased_at IS NULL;
CREATE TABLE IF NOT EXISTS articles (
    sku       TEXT NOT NULL,
    placed_at TEXT NOT NULL,
    order_id  TEXT NOT NULL REFERENCES orders ON DELETE CASCADE,
    PRIMARY KEY (sku, placed_at, order_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS articles_of_order ON articles (order_id);
CREATE TABLE IF NOT EXISTS people (
    order_id TEXT PRIMARY KEY REFERENCES orders ON DELETE CASCADE,
    person   TEXT NOT NULL
) STRICT;
"""

_STOPPED: Final = "ALTER TABLE orders ADD COLUMN stopped_at TEXT;\n"

_REFUNDS: Final = """
ALTER TABLE orders ADD COLUMN refunds TEXT NOT NULL DEFAULT '[]';
ALTER TABLE orders ADD COLUMN refund_since TEXT;
CREATE INDEX open_refunds ON orders (placed_at, order_id) WHERE refund_since IS NOT NULL;
"""

_FORGOTTEN: Final = "CREATE TABLE forgotten (order_id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;\n"

SCHEMA: Final = Schema(part="book", versions=(_FIRST, _STOPPED, _REFUNDS, _FORGOTTEN))
