"""One function for each shape that a request or a response can have."""

import asyncio
import json
from collections import Counter

import azure.durable_functions as df
import azure.functions as func

bp = df.Blueprint()
_asked: Counter[str] = Counter()
_SHORT = 100


def as_json(value: object, status: int = 200) -> func.HttpResponse:
    """A JSON response."""
    body = json.dumps(value, default=str)
    return func.HttpResponse(body, status_code=status, mimetype="application/json")


@bp.route(route="echo/{*rest}")
def echo(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Tell what came in."""
    return as_json(
        {
            "method": req.method,
            "url": req.url,
            "params": dict(req.params),
            "route_params": dict(req.route_params),
            "body": req.get_body().decode(),
            "headers": sorted(req.headers.keys()),
            "function_name": context.function_name,
            "has_invocation_id": bool(context.invocation_id),
        }
    )


@bp.route(route="length", methods=["POST"])
def length(req: func.HttpRequest) -> func.HttpResponse:
    """Tell what the body is."""
    body = req.get_body()
    try:
        parsed = req.get_json()
    except ValueError as error:
        parsed = f"ValueError: {error}"
    return as_json(
        {
            "length": len(body),
            "type": type(body).__name__,
            "json": parsed if len(body) < _SHORT else "...",
            "form": dict(req.form),
            "files": sorted(req.files),
        }
    )


@bp.route(route="accepted", methods=["GET", "POST"])
def accepted(req: func.HttpRequest) -> func.HttpResponse:
    """Be busy twice, and done then."""
    key = req.params.get("key", "")
    _asked[key] += 1
    if _asked[key] > 2:
        return as_json({"done": _asked[key]})
    return func.HttpResponse(
        "wait", status_code=202, headers={"Location": req.url, "Retry-After": "1"}
    )


@bp.route(route="items/{id:int}", methods=["GET", "PUT"])
def items(req: func.HttpRequest) -> func.HttpResponse:
    """Serve what has a number."""
    return as_json({"id": req.route_params["id"], "method": req.method})


@bp.route(route="specific/{name}", methods=["GET"])
def specific(req: func.HttpRequest) -> func.HttpResponse:
    """Serve any name but one."""
    return as_json({"function": "specific", **req.route_params})


@bp.route(route="specific/fixed", methods=["GET"])
def fixed(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 - a trigger's shape
    """Serve the one."""
    return as_json({"function": "fixed"})


@bp.route(route="optional/{a:alpha}/{b:int?}", methods=["GET"])
def optional(req: func.HttpRequest) -> func.HttpResponse:
    """Serve with and without the second part."""
    return as_json(dict(req.route_params))


@bp.route(route="text")
def text(req: func.HttpRequest) -> str:  # noqa: ARG001 - a trigger's shape
    """Return plain text."""
    return "plain text"


@bp.route(route="created")
def created(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 - a trigger's shape
    """Answer with a status and headers."""
    headers = {"X-Lab": "1", "Location": "/api/created/1"}
    return func.HttpResponse("made", status_code=201, headers=headers)


@bp.route(route="headers", methods=["GET"])
def headers(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 - a trigger's shape
    """Answer with headers of all sorts."""
    sorts = {"X-One": "1", "x-two": "a, b", "Cache-Control": "no-store"}
    return func.HttpResponse("ok", headers={**sorts, "Set-Cookie": "k=v; Path=/"})


@bp.route(route="bytes")
def binary(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 - a trigger's shape
    """Answer with every byte."""
    return func.HttpResponse(bytes(range(256)), mimetype="application/octet-stream")


@bp.route(route="empty")
def empty(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 - a trigger's shape
    """Answer with nothing."""
    return func.HttpResponse(status_code=204)


@bp.route(route="bad-status")
def bad_status(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 - a trigger's shape
    """Answer with an unusual status."""
    return func.HttpResponse("teapot", status_code=418)


@bp.route(route="slow-async", methods=["GET"])
async def slow_async(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 - a trigger's shape
    """Take a moment."""
    await asyncio.sleep(0.01)
    return func.HttpResponse("async")


@bp.route(route="keyed", auth_level=func.AuthLevel.FUNCTION)
def keyed(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 - a trigger's shape
    """Ask for a key, on a host that checks keys."""
    return func.HttpResponse("opened")


@bp.route(route="boom")
def boom(req: func.HttpRequest) -> func.HttpResponse:
    """Fail."""
    raise ValueError(req.url)


@bp.route(route="none")
def none(req: func.HttpRequest):  # noqa: ANN201 - the worker would refuse `None`
    """Return nothing at all."""


@bp.route(route="number")
def number(req: func.HttpRequest):  # noqa: ANN201, ARG001 - the worker would refuse `int`
    """Return what is no response."""
    return 7
