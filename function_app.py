"""The function app: checks the settings and registers every blueprint, nothing else."""

import azure.durable_functions as df
import azure.functions as func

import orders.services
from activities import book, confirmation, payment, refund, shipment, validation
from api.operations import audit, desk, recovery, housekeeping, refunds
from api.orders import cancel, orders, shipments, quotes
from api.orders import listing as order_list
from api.stock import levels as stock_levels
from entities import stock
from orchestrators import change_stock, process_order, refund_order

bootstrap.check()

app = df.DFApp(http_auth_level=func.AuthLevel.FUNCTION)

ROOMS = (
    *(quotes, orders, order_list, cancel, shipments, stock_levels),
    *(audit, desk, refunds, recovery, housekeeping),
    *(process_order, refund_order, change_stock),
    *(book, validation, payment, shipment, confirmation, refund),
    stock,
)

for room in ROOMS:
    app.register_functions(room.bp)
