"""Requests with events: signature first, then strict JSON, then the IDs in it."""

import re
from http import HTTPStatus
from typing import Final

import azure.functions as func

from api.http.body import parse_json, read_bytes
from api.http.problems import ProblemError, bad_request
from api.webhooks.signatures import Signature
from orders.domain.partner_events import Partner, PartnerEvent
from orders.services import services

#: The header with the signature.
_HEADERS: Final = {Partner.PAYMENTS: "Stripe-Signature", Partner.CARRIER: "Carrier-Signature"}

_ID: Final = re.compile(r"[!-~]{1,255}")


def read_event(req: func.HttpRequest, partner: Partner) -> PartnerEvent:
    """Return the event in the request. Its content is not kept: it is a hint to look.

    Raises:
        ProblemError: the signature does not match, or the body is not an event.
    """
    body = read_bytes(req)
    _require_signature(req, partner, body)
    document = parse_json(body)
    event_id, kind = _text(document, "id"), _text(document, "type")
    if event_id is None or kind is None:
        raise bad_request("invalid-event", "The body must be an event with an id and a type.")
    now = services().clock.now()
    return PartnerEvent.received(partner, event_id, kind, _object_id(document), now)


def _require_signature(req: func.HttpRequest, partner: Partner, body: bytes) -> None:
    app = services()
    secrets = app.settings.webhooks.of(partner)
    if not secrets:
        setting = app.settings.webhooks.setting(partner)
        raise ProblemError(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "events-not-configured",
            f"Events of this partner are not accepted: {setting} is not set. Nothing was stored.",
        )
    header = _HEADERS[partner]
    signature = Signature.parse(req.headers.get(header, ""))
    if signature is None or not signature.matches(body, secrets):
        detail = f"The header {header} must be a signature of the body with the shared secret."
        raise bad_request("invalid-signature", detail)
    if not signature.is_current(app.clock.now()):
        detail = f"The time in the header {header} is more than five minutes away."
        raise bad_request("invalid-signature", detail)


def _object_id(document: object) -> str | None:
    """Return the ID of the object that has changed, in a full event or in one of IDs only."""
    full = _member(_member(document, "data"), "object")
    return _text(full, "id") or _text(_member(document, "related_object"), "id")


def _text(document: object, name: str) -> str | None:
    value = _member(document, name)
    return value if isinstance(value, str) and _ID.fullmatch(value) else None


def _member(document: object, name: str) -> object:
    return document.get(name) if isinstance(document, dict) else None
