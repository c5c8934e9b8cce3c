"""The stock of one article: every order that wants some of it passes here, one after another.

The SDK keeps what was set before an operation raised, and hands an operation's result on to the
next one that sets none. So the next state is computed first, stored once, last, and every operation
sets its result.
"""

import azure.durable_functions as df

from contracts.codec import decode, encode
from contracts.names import Entity, StockOperation
from contracts.stock import OrderUnits, StockChange, StockLevel
from domain.answers import Reservation
from domain.stock import Stock

bp = df.Blueprint()


@bp.entity_trigger(context_name="context", entity_name=Entity.STOCK)
def stock(context: df.DurableEntityContext) -> None:
    """Apply one operation."""
    asked = context.get_input()
    state = context.get_state()
    before = decode(Stock, state) if state else Stock.opened(asked["openingBalance"])
    after, answer = _apply(before, StockOperation(str(context.operation_name)), asked)
    context.set_state(encode(after))
    context.set_result(encode(answer))


def _apply(
    before: Stock, operation: StockOperation, asked: object
) -> tuple[Stock, Reservation | StockLevel]:
    if operation is StockOperation.CHANGE:
        after, done = before.change(decode(StockChange, asked).change)
        return after, level(after, done=done)
    units = decode(OrderUnits, asked)
    match operation:
        case StockOperation.RESERVE:
            return before.reserve(units.order_id, units.quantity)
        case StockOperation.COMMIT:
            return before.commit(units.order_id)
        case StockOperation.RELEASE:
            after = before.release(units.order_id)
        case StockOperation.FORGET:
            after = before.forget(units.order_id)
    return after, level(after)


def level(current: Stock, *, done: bool = True) -> StockLevel:
    """How the stock stands, without the orders' own entries."""
    return StockLevel(
        available=current.available, reserved=current.reserved, sold=current.sold, done=done
    )
