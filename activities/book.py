"""Taking an order up, turning it round, closing it: what the book knows before anybody acts."""

import azure.durable_functions as df

from bootstrap import services
from contracts.codec import decode, encode
from contracts.names import Activity
from contracts.payloads import Ending, OrderReference
from domain.errors import UnknownOrder
from domain.outcome import Opening, Outcome, Reason

bp = df.Blueprint()


@bp.activity_trigger(input_name="payload", activity=Activity.OPEN_ORDER)
def open_order(payload: dict) -> dict:
    """Tell what earlier runs of this order left behind."""
    reference = decode(OrderReference, payload)
    try:
        opening = services().order_book.open(reference.order_id)
    except UnknownOrder:
        # No repetition will put it there: the book is written before an order is started.
        opening = Opening(outcome=Outcome.rejected(Reason.UNKNOWN_ORDER))
    return encode(opening)


@bp.activity_trigger(input_name="payload", activity=Activity.BEGIN_UNDO)
def begin_undo(payload: dict) -> dict:
    """Write down that undoing begins, and why; the answer is what the book says."""
    ending = decode(Ending, payload)
    return encode(services().order_book.begin_undo(ending.order_id, ending.outcome))


@bp.activity_trigger(input_name="payload", activity=Activity.CLOSE_ORDER)
def close_order(payload: dict) -> dict:
    """Write down how the order ended; the answer is what the book says."""
    ending = decode(Ending, payload)
    return encode(services().order_book.close(ending.order_id, ending.outcome))
