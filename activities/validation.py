"""May the shop take this order?"""

import azure.durable_functions as df

from activities.pages import order_of
from bootstrap import services
from contracts.codec import decode, encode
from contracts.names import Activity
from contracts.payloads import OrderReference
from domain.rules import judge

bp = df.Blueprint()


@bp.activity_trigger(input_name="payload", activity=Activity.VALIDATE_ORDER)
def validate_order(payload: dict) -> dict:
    """Ask the shop's rules. A refusal is an answer."""
    order = order_of(decode(OrderReference, payload).order_id)
    verdict = judge(order, services().settings.terms, services().catalogue.article)
    return encode(verdict)
