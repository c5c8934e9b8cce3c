"""Names on the wire, in camelCase. Each is defined here and nowhere else.

Instances, histories and the management API show these names. Renaming one breaks running orders.
"""

from enum import StrEnum


class Orchestration(StrEnum):
    """Orchestrator functions."""

    #: Takes one order to its outcome. The instance ID is the order ID.
    PROCESS_ORDER = "processOrder"

    #: Pays one refund of a completed order. The instance ID is the refund ID.
    REFUND_ORDER = "refundOrder"

    #: Handles one event of a partner. The instance ID is a hash of the event's ID.
    HANDLE_PARTNER_EVENT = "handlePartnerEvent"

    #: Applies one stock change. The instance ID is the change ID.
    CHANGE_STOCK = "changeStock"


class Entity(StrEnum):
    """Entity functions."""

    #: The stock of one product. The key is the SKU.
    STOCK = "stock"


class StockOperation(StrEnum):
    """Operations of the stock entity. Each may be repeated."""

    #: Reserves units for an order.
    RESERVE = "reserve"
    #: Releases an order's units.
    RELEASE = "release"
    #: Sells the reserved units.
    COMMIT = "commit"
    #: Folds an ended order's units into the totals.
    SETTLE = "settle"
    #: Adds or takes units.
    ADJUST = "adjust"
    #: Drops the result of an adjustment that the order store has.
    SETTLE_CHANGE = "settleChange"


class StockStep(StrEnum):
    """Steps of an order that call the stock entity of each product instead of an activity."""

    RESERVE_STOCK = "reserveStock"
    RELEASE_STOCK = "releaseStock"
    COMMIT_STOCK = "commitStock"


class Activity(StrEnum):
    """Activity functions. Each runs at least once."""

    #: Reads the record: what earlier orchestrations of this order have done.
    OPEN_ORDER = "openOrder"
    #: Applies the shop's rules.
    VALIDATE_ORDER = "validateOrder"
    #: Authorizes the amount; captures nothing.
    PROCESS_PAYMENT = "processPayment"
    #: Books the shipment.
    SHIP_ORDER = "shipOrder"
    #: Begins a round of a wait, and returns what comes next.
    CHECK_WAIT = "checkWait"
    #: Records that a step is done for which the order waited.
    END_WAIT = "endWait"
    #: Captures the authorized amount.
    CAPTURE_PAYMENT = "capturePayment"
    #: Dispatches the shipment unless the order is canceled: the point of no return.
    DISPATCH_ORDER = "dispatchOrder"
    #: Sends the confirmation email.
    SEND_CONFIRMATION = "sendConfirmation"
    #: Sends the email about an undone order.
    SEND_OUTCOME_EMAIL = "sendOutcomeEmail"
    #: Records the outcome.
    CLOSE_ORDER = "closeOrder"

    #: Records that undoing begins, and why.
    BEGIN_UNDO = "beginUndo"
    #: Reverses the payment: voids the authorization or refunds the captured amount.
    REVERSE_PAYMENT = "reversePayment"
    #: Cancels the shipment.
    CANCEL_SHIPMENT = "cancelShipment"

    #: Pays a refund of a completed order.
    REFUND_PAYMENT = "refundPayment"
    #: Sends the email about the refund.
    SEND_REFUND_EMAIL = "sendRefundEmail"
    #: Records the refund's outcome.
    CLOSE_REFUND = "closeRefund"

    #: Fetches what a partner shows of the order of an event, and reconciles the record.
    RECONCILE_ORDER = "reconcileOrder"


class StockActivity(StrEnum):
    """Activities of a stock change. They are not steps of an order."""

    #: Reads the stored change: whether it has an answer.
    OPEN_STOCK_CHANGE = "openStockChange"
    #: Stores the answer.
    CLOSE_STOCK_CHANGE = "closeStockChange"


class Timer(StrEnum):
    """Timer functions."""

    #: Restarts orders and refunds that have stopped before their end; runs every minute.
    RECOVER_ORDERS = "recoverOrders"
    #: Purges, erases and deletes the data of ended orders; runs every night.
    APPLY_RETENTION = "applyRetention"
    #: Compares all records; runs every night.
    NIGHTLY_AUDIT = "nightlyAudit"


class Endpoint(StrEnum):
    """HTTP functions."""

    GET_QUOTE = "getQuote"
    PLACE_ORDER = "placeOrder"
    GET_ORDER = "getOrder"
    LIST_ORDERS = "listOrders"
    CANCEL_ORDER = "cancelOrder"
    LIST_ATTENTION = "listAttention"
    RESOLVE_ATTENTION = "resolveAttention"
    ERASE_ORDER = "eraseOrder"
    REQUEST_REFUND = "requestRefund"
    APPROVE_REFUND = "approveRefund"
    LIST_APPROVALS = "listApprovals"
    GET_SHIPMENT = "getShipment"
    GET_STOCK = "getStock"
    RESTOCK = "restock"
    ADJUST_STOCK = "adjustStock"
    GET_AUDIT = "getAudit"
    GET_SWITCHES = "getSwitches"
    SET_SWITCH = "setSwitch"
    LIST_EVENTS = "listEvents"
    RECEIVE_PAYMENT_EVENT = "receivePaymentEvent"
    RECEIVE_CARRIER_EVENT = "receiveCarrierEvent"
    GET_HEALTH = "getHealth"
