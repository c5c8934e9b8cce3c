"""Stock entity: the stock of one product. The key is the SKU.

The SDK keeps state that was set before an operation raises, and passes a result on to the next
operation that sets none. So the next state is computed first and stored once, last, and every
operation sets a result.
"""

import azure.durable_functions as df

from orders.contracts.codec import decode, encode
from orders.contracts.names import Entity, StockOperation
from orders.contracts.payloads import StockAdjustmentRequest, StockLevel, StockRequest
from orders.domain.results import Reservation, Sale
from orders.domain.stock import Stock

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
    if operation is StockOperation.ADJUST:
        after, done = before.adjust(decode(StockAdjustmentRequest, payload).adjustment)
        return after, _level(after, done=done)
    request = decode(StockRequest, payload)
    match operation:
        case StockOperation.RESERVE:
            return before.reserve(request.order_id, request.quantity)
        case StockOperation.COMMIT:
            return before.commit(request.order_id)
        case StockOperation.RELEASE:
            after = before.release(request.order_id)
        case StockOperation.SETTLE:  # pragma: no branch - the last member
            after = before.settle(request.order_id)
    return after, _level(after)


def _level(stock: Stock, *, done: bool = True) -> StockLevel:
    return StockLevel(
        available=stock.available, reserved=stock.reserved, sold=stock.sold, done=done
    )
