"""The function app: checks the configuration and registers every blueprint."""

import azure.durable_functions as df
import azure.functions as func

from activities import emails, order_record, payment, refund, shipment, validation
from api.operations import attention, audit, erasure, refunds
from api.orders import cancel, get, place
from api.orders import list as order_list
from api.orders import shipment as order_shipment
from api.quotes import quotes
from api.stock import stock as stock_levels
from entities import stock
from orchestrators import change_stock, process_order, refund_order
from orders.services import check_configuration
from timers import nightly_audit, recovery, retention

check_configuration()

app = df.DFApp(http_auth_level=func.AuthLevel.FUNCTION)

MODULES = (
    *(quotes, place, get, order_list, cancel, order_shipment, stock_levels),
    *(attention, refunds, erasure, audit),
    *(recovery, retention, nightly_audit),
    *(process_order, refund_order, change_stock),
    *(order_record, validation, payment, shipment, emails, refund),
    stock,
)

for module in MODULES:
    app.register_functions(module.bp)
