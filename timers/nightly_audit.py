"""Timer `nightlyAudit`: reconcile and compare all records every night, and log the findings."""

import logging

import azure.durable_functions as df
import azure.functions as func

from orders.audit import run_audit
from orders.contracts.names import Timer

bp = df.Blueprint()

_log = logging.getLogger(__name__)


@bp.function_name(Timer.NIGHTLY_AUDIT.value)
@bp.timer_trigger(arg_name="timer", schedule="0 30 3 * * *")
@bp.durable_client_input(client_name="client")
async def nightly_audit(
    timer: func.TimerRequest,  # noqa: ARG001 - the trigger's parameter
    client: df.DurableOrchestrationClient,
) -> None:
    """Reconcile and compare all records, and log each finding as an error."""
    report = await run_audit(client, reconciles=True)
    for finding in report.findings:
        _log.error("audit: %s %s: %s", finding.kind, ", ".join(finding.orders), finding.detail)
    _log.info("audit: %d findings, %d open orders", len(report.findings), len(report.open))
