"""IDs of orders, refunds and stock changes, fingerprints of requests, keys of counters.

All of them are keyed hashes: the same idempotency key gives the same ID, and without the secret
neither an ID nor a request can be guessed.
"""

import base64
import hashlib
import hmac
import re
import secrets
from typing import Final

_ID_BYTES: Final = 16
_ORDER_ID: Final = re.compile(r"ord_[a-z0-9]{1,40}")


def order_id(secret: str, idempotency_key: str | None, generation: int = 0) -> str:
    """Return the order ID of an idempotency key; without a key, a new random ID.

    After an order is deleted, its key stands for a new order of the next generation.
    """
    if idempotency_key is None:
        return new_id("ord")
    message = f"{idempotency_key}\0{generation}" if generation else idempotency_key
    return "ord_" + _encode(_keyed_hash(secret, "idempotency-key", message.encode()))


def new_id(prefix: str) -> str:
    """Return a new random ID."""
    return f"{prefix}_{_encode(secrets.token_bytes(_ID_BYTES))}"


def is_order_id(text: str) -> bool:
    """Whether the text looks like an order ID. Nothing else may reach the engine."""
    return _ORDER_ID.fullmatch(text) is not None


def stock_change_id(secret: str, sku: str, idempotency_key: str) -> str:
    """Return the ID of the stock change of an idempotency key."""
    raw = _keyed_hash(secret, "stock-change", f"{sku}\0{idempotency_key}".encode())
    return "stk_" + _encode(raw)


def refund_id(secret: str, order: str, idempotency_key: str) -> str:
    """Return the refund ID of an idempotency key."""
    return "rfd_" + _encode(_keyed_hash(secret, "refund", f"{order}\0{idempotency_key}".encode()))


def quota_key(secret: str, kind: str, value: str) -> str:
    """Return the key under which the orders of a client, card or address are counted."""
    return _keyed_hash(secret, "quota", f"{kind}\0{value}".encode()).hex()


def fingerprint(secret: str, canonical_request: bytes) -> str:
    """Return the fingerprint of a request: equal for equal requests."""
    return _keyed_hash(secret, "request", canonical_request).hex()


def _encode(raw: bytes) -> str:
    return base64.b32encode(raw[:_ID_BYTES]).decode().rstrip("=").lower()


def _keyed_hash(secret: str, purpose: str, message: bytes) -> bytes:
    return hmac.digest(secret.encode(), purpose.encode() + b"\0" + message, hashlib.sha256)
