"""Stock entity: the stock of one product. The key is the SKU.

The SDK keeps state that was set before an operation raises, and passes a result on to the next
operation that sets none. So the next state is computed first and stored once, last, and every
operation sets a result.
"""

import azure.durable_functions as df

from orders.contracts.codec import decode, encode
from orders.contracts.names import Entity, StockOperation
from orders.contracts.payloads import StockChangeRequest, StockRequest, StockSettlement
from orders.domain.results import Reservation, Sale
from orders.domain.stock import ExpectedUnits, Stock, StockLevel

bp = df.Blueprint()


@bp.entity_trigger(context_name="context", entity_name=Entity.STOCK)
def stock(context: df.DurableEntityContext) -> None:
    """Apply one operation; a new product begins with the opening balance of the request."""
    payload = context.get_input()
    state = context.get_state()
    before = decode(Stock, state) if state else Stock.opened(payload["openingBalance"])
    after, result = _apply(before, StockOperation(str(context.operation_name)), payload)
    context.set_state(encode(after))
    context.set_result(encode(result))


def _apply(
    before: Stock, operation: StockOperation, payload: object
) -> tuple[Stock, Reservation | Sale | StockLevel]:
    match operation:
        case StockOperation.RESERVE:
            request = decode(StockRequest, payload)
            return before.reserve(request.order_id, request.quantity)
        case StockOperation.COMMIT:
            return before.commit(decode(StockRequest, payload).order_id)
        case StockOperation.RELEASE:
            after = before.release(decode(StockRequest, payload).order_id)
        case StockOperation.SETTLE:
            after = _settle(before, decode(StockSettlement, payload))
        case StockOperation.ADJUST:
            change = decode(StockChangeRequest, payload)
            return before.adjust(change.change_id, change.units)
        case StockOperation.SETTLE_CHANGE:  # pragma: no branch - the last member
            after = before.settle_change(decode(StockChangeRequest, payload).change_id)
    return after, after.level()


def _settle(before: Stock, settlement: StockSettlement) -> Stock:
    expected = ExpectedUnits(
        status=settlement.status, quantity=settlement.quantity, number=settlement.reservation
    )
    return before.settle(settlement.order_id, expected)
