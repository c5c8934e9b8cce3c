"""How does an order get its id, and a request its fingerprint?

Both come from a keyed hash: the same idempotency key gives the same order, and nobody without the
secret can guess an order's id from the key or a request from its fingerprint.
"""

import base64
import hashlib
import hmac
import secrets
from typing import Final

_ID_BYTES: Final = 16


def order_id(secret: str, idempotency_key: str | None, generation: int = 0) -> str:
    """The id of the order that this key stands for; without a key one that never was before.

    Once an order is forgotten, its key stands for another one, of the next generation.
    """
    if idempotency_key is None:
        raw = secrets.token_bytes(_ID_BYTES)
    else:
        named = f"{idempotency_key}\0{generation}" if generation else idempotency_key
        raw = _keyed_hash(secret, "idempotency-key", named.encode())
    return "ord_" + _short(raw)


def stock_change_id(secret: str, sku: str, idempotency_key: str) -> str:
    """The id of the change of stock that this key stands for."""
    raw = _keyed_hash(secret, "stock-change", f"{sku}\0{idempotency_key}".encode())
    return "stk_" + _short(raw)


def refund_id(secret: str, of_order: str, idempotency_key: str) -> str:
    """The id of the refund that this key stands for."""
    return "rfd_" + _short(_keyed_hash(secret, "refund", f"{of_order}\0{idempotency_key}".encode()))


def fingerprint(secret: str, canonical_request: bytes) -> str:
    """Tells whether two requests ask for the same."""
    return _keyed_hash(secret, "request", canonical_request).hex()


def _short(raw: bytes) -> str:
    return base64.b32encode(raw[:_ID_BYTES]).decode().rstrip("=").lower()


def _keyed_hash(secret: str, purpose: str, message: bytes) -> bytes:
    return hmac.digest(secret.encode(), purpose.encode() + b"\0" + message, hashlib.sha256)
