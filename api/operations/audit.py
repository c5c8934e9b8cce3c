"""Endpoint: run the audit now."""

from dataclasses import asdict
from typing import Any

import azure.durable_functions as df
import azure.functions as func

from api.http.endpoint import endpoint
from api.http.responses import json_response
from orders.audit import run_audit
from orders.contracts.codec import encode
from orders.contracts.names import Endpoint
from orders.domain.audit_findings import AuditReport

bp = df.Blueprint()


@endpoint(bp, Endpoint.GET_AUDIT, method="GET", route="api/operations/audit")
async def get_audit(
    req: func.HttpRequest,  # noqa: ARG001 - the request has no parameters
    client: df.DurableOrchestrationClient,
) -> func.HttpResponse:
    """Compare all records, and return the findings."""
    return json_response(_view(await run_audit(client)))


def _view(report: AuditReport) -> dict[str, Any]:
    return {
        "clean": report.is_clean,
        "findings": [asdict(finding) for finding in report.findings],
        "open": list(report.open),
        "checked": encode(report.checked),
    }
