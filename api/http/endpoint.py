"""Endpoint decorator: registers an HTTP function and turns its errors into problems."""

import logging
from collections.abc import Awaitable, Callable
from functools import wraps
from inspect import signature
from typing import Any, TypeAlias, TypeVar
from urllib.parse import urlsplit

import azure.durable_functions as df
import azure.functions as func

from api.http.problems import ProblemError, internal_error, order_not_found, unavailable
from orders.contracts.names import Endpoint
from orders.domain.errors import (
    InvalidCatalogueError,
    InvalidSettingsError,
    OrderNotFoundError,
    UnavailableError,
    UnreadableRecordError,
)

_log = logging.getLogger(__name__)

_Handler: TypeAlias = Callable[..., Awaitable[func.HttpResponse]]
H = TypeVar("H", bound=_Handler)


def endpoint(
    blueprint: df.Blueprint,
    name: Endpoint,
    *,
    method: str,
    route: str,
    auth_level: func.AuthLevel = func.AuthLevel.FUNCTION,
) -> Callable[[H], H]:
    """Register a handler as an HTTP function.

    The handler takes `req: func.HttpRequest` and, if it needs the engine,
    `client: df.DurableOrchestrationClient`.
    """

    def register(handler: H) -> H:
        function: Any = _with_problems(handler)
        if "client" in signature(handler).parameters:
            function = blueprint.durable_client_input(client_name="client")(function)
        routed = blueprint.route(route=route, methods=[method], auth_level=auth_level)(function)
        blueprint.function_name(name.value)(routed)
        return handler

    return register


def _with_problems(handler: _Handler) -> _Handler:
    @wraps(handler)
    async def respond(  # noqa: PLR0911 - one answer for each kind of error
        *args: Any,  # noqa: ANN401 - bindings
        **kwargs: Any,  # noqa: ANN401 - bindings
    ) -> func.HttpResponse:
        try:
            return await handler(*args, **kwargs)
        except ProblemError as problem:
            return problem.response()
        except OrderNotFoundError:
            return order_not_found().response()
        except UnavailableError:
            _log.exception("a dependency is unavailable")
            return _unavailable(_request_of(args, kwargs)).response()
        except (InvalidSettingsError, InvalidCatalogueError):
            _log.exception("the configuration is invalid")
            detail = "The service is not configured correctly. An operator must correct it."
            return unavailable(detail, may_repeat=False).response()
        except UnreadableRecordError:
            _log.exception("a record cannot be decoded")
            detail = "The order's record cannot be read. An operator must repair it."
            return internal_error("unreadable-record", detail).response()
        except Exception:  # noqa: BLE001 - the last resort of every request
            _log.exception("a request failed")
            detail = "The request failed unexpectedly. The error is logged."
            return internal_error("internal-error", detail).response()

    return respond


def _request_of(args: tuple[Any, ...], kwargs: dict[str, Any]) -> func.HttpRequest:
    request: func.HttpRequest = kwargs.get("req") or args[0]
    return request


def _unavailable(req: func.HttpRequest) -> ProblemError:
    """Return the problem with what to do next. Only a harmless request may be repeated."""
    is_new_order = req.method == "POST" and urlsplit(req.url).path.endswith("/orders")
    if "Idempotency-Key" in req.headers or not is_new_order:
        return unavailable("The service is temporarily unavailable. Repeat the request unchanged.")
    detail = (
        "The service is temporarily unavailable, and it is unknown whether the order was stored."
        " Do not repeat the request without an Idempotency-Key: look for the order first."
    )
    return unavailable(detail, may_repeat=False)
