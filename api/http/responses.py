"""How does a JSON answer look?"""

import json
from http import HTTPStatus
from typing import Any, Final

import azure.functions as func

#: For answers that are true only now.
NO_STORE: Final = {"Cache-Control": "no-store"}


def json_response(
    body: dict[str, Any],
    status: HTTPStatus = HTTPStatus.OK,
    headers: dict[str, str] | None = None,
) -> func.HttpResponse:
    """The body as an HTTP answer."""
    return func.HttpResponse(
        json.dumps(body), status_code=status.value, headers=headers, mimetype="application/json"
    )
