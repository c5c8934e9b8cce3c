"""May the shop take this order?"""

import azure.durable_functions as df

from activities.pages import record_of
from bootstrap import services
from contracts.codec import decode, encode
from contracts.names import Activity
from contracts.payloads import OrderReference
from domain.rules import judge

bp = df.Blueprint()


@bp.activity_trigger(input_name="payload", activity=Activity.VALIDATE_ORDER)
def validate_order(payload: dict) -> dict:
    """Ask the shop's rules. A refusal is an answer; the first answer is the one that counts."""
    record = record_of(decode(OrderReference, payload).order_id)
    if record.verdict:
        return encode(record.verdict)
    verdict = judge(record.order, services().catalogue.article)
    return encode(services().order_book.judge(record.order.order_id, verdict))
