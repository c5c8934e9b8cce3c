"""HTTP functions of the app."""

import json

import azure.durable_functions as df
import azure.functions as func

bp = df.Blueprint()


@bp.route(route="start/{name}/{id?}", methods=["POST"])
@bp.durable_client_input(client_name="client")
async def start(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """Start an orchestration and return its management URLs."""
    body = json.loads(req.get_body() or b"null")
    instance_id = await client.start_new(req.route_params["name"], req.route_params.get("id"), body)
    return client.create_check_status_response(req, instance_id)


@bp.route(route="echo/{*rest}", methods=["GET", "PUT"])
def echo(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Return the request as JSON."""
    received = {
        "url": req.url,
        "params": dict(req.params),
        "route_params": dict(req.route_params),
        "body": req.get_body().decode("latin-1"),
        "function": context.function_name,
    }
    return func.HttpResponse(json.dumps(received), mimetype="application/json")


@bp.route(route="items/{id:int}")
def item(req: func.HttpRequest) -> str:
    """Serve items by number."""
    return f"item {req.route_params['id']}"


@bp.route(route="items/first")
def first_item(req: func.HttpRequest) -> str:  # noqa: ARG001 - signature of a trigger
    """Serve one item by name."""
    return "the first item"


@bp.route(route="boom")
def boom(req: func.HttpRequest) -> str:
    """Fail."""
    raise ValueError(req.url)


@bp.route(route="nothing")
def nothing(req: func.HttpRequest) -> str:  # noqa: ARG001 - signature of a trigger
    """Return an invalid value."""
    return None  # type: ignore[return-value]


@bp.route(route="cookies")
def cookies(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 - signature of a trigger
    """Set two cookies."""
    response = func.HttpResponse("two")
    response.headers.add(
        "Set-Cookie",
        "a=1; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=60; "
        "Expires=Wed, 21 Oct 2026 07:28:00 GMT",
    )
    response.headers.add("Set-Cookie", "b=2; Domain=example.com")
    return response


@bp.route(route="form", methods=["POST"])
def form(req: func.HttpRequest) -> str:
    """Return the fields and the names of the files of a form."""
    for file in req.files.values():
        file.close()
    return json.dumps({"form": dict(req.form), "files": sorted(req.files)})


@bp.route(route="split")
def split(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 - signature of a trigger
    """Set a header with line breaks, to inject another response."""
    response = func.HttpResponse("x")
    response.headers._list.append(("X-Evil", "a\r\n\r\nb"))
    return response
