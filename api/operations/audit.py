"""Does everything add up? Asked by a person at any time, and by the app itself every night."""

import asyncio
import logging
from dataclasses import asdict

import azure.durable_functions as df
import azure.functions as func

from api.http.responses import NO_STORE, json_response
from api.http.problems import answer
from orders.audit import read_books
from orders.services import services
from orders.contracts.names import Endpoint, Timer
from orders.domain.audit import audit
from orders.domain.audit_findings import AuditReport

bp = df.Blueprint()

_log = logging.getLogger(__name__)


@bp.function_name(Endpoint.AUDIT.value)
@bp.route(route="api/operations/audit", methods=["GET"])
@bp.durable_client_input(client_name="client")
async def show_audit(
    req: func.HttpRequest,  # noqa: ARG001 - there is nothing to choose
    client: df.DurableOrchestrationClient,
) -> func.HttpResponse:
    """Compare all records now."""
    return await answer(_show(client))


@bp.function_name(Timer.NIGHTLY_AUDIT.value)
@bp.timer_trigger(arg_name="timer", schedule="0 30 3 * * *")
@bp.durable_client_input(client_name="client")
async def nightly_audit(
    timer: func.TimerRequest,  # noqa: ARG001 - whenever it is
    client: df.DurableOrchestrationClient,
) -> None:
    """Compare all records, and log what does not add up as an error."""
    report = await _report(client)
    for finding in report.findings:
        _log.error("audit: %s %s: %s", finding.kind, ", ".join(finding.orders), finding.detail)
    _log.info("audit: %d findings, %d open", len(report.findings), len(report.open))


async def _show(client: df.DurableOrchestrationClient) -> func.HttpResponse:
    report = await _report(client)
    return json_response(_view(report), headers=NO_STORE)


async def _report(client: df.DurableOrchestrationClient) -> AuditReport:
    terms = services().settings.audit
    now = services().clock.now()
    books = await read_books(client, now - terms.window, now)
    # In a thread, so that other requests are served meanwhile.
    return await asyncio.to_thread(audit, books, now, terms.overdue)


def _view(report: AuditReport) -> dict[str, object]:
    checked = asdict(report.checked)
    checked["onDesk"] = checked.pop("on_desk")
    return {
        "clean": report.clean,
        "findings": [asdict(finding) for finding in report.findings],
        "open": list(report.open),
        "checked": checked,
    }
