"""Endpoint decorator: registers an HTTP function and turns its errors into problems."""

import logging
from collections.abc import Awaitable, Callable
from functools import wraps
from inspect import signature
from typing import Any, TypeAlias, TypeVar

import azure.durable_functions as df
import azure.functions as func

from api.http.problems import ProblemError, order_not_found, unavailable
from orders.contracts.names import Endpoint
from orders.domain.errors import OrderNotFoundError, UnavailableError

_log = logging.getLogger(__name__)

_Handler: TypeAlias = Callable[..., Awaitable[func.HttpResponse]]
H = TypeVar("H", bound=_Handler)


def endpoint(
    blueprint: df.Blueprint, name: Endpoint, *, method: str, route: str
) -> Callable[[H], H]:
    """Register a handler as an HTTP function.

    The handler takes `req: func.HttpRequest` and, if it needs the engine,
    `client: df.DurableOrchestrationClient`.
    """

    def register(handler: H) -> H:
        function: Any = _with_problems(handler)
        if "client" in signature(handler).parameters:
            function = blueprint.durable_client_input(client_name="client")(function)
        routed = blueprint.route(route=route, methods=[method])(function)
        blueprint.function_name(name.value)(routed)
        return handler

    return register


def _with_problems(handler: _Handler) -> _Handler:
    @wraps(handler)
    async def respond(*args: Any, **kwargs: Any) -> func.HttpResponse:  # noqa: ANN401 - bindings
        try:
            return await handler(*args, **kwargs)
        except ProblemError as problem:
            return problem.response()
        except OrderNotFoundError:
            return order_not_found().response()
        except UnavailableError:
            _log.exception("a dependency is unavailable")
            detail = "The service is temporarily unavailable. Repeat the request unchanged."
            return unavailable(detail).response()
        except Exception:  # noqa: BLE001 - the last resort of every request
            _log.exception("a request failed")
            return unavailable("The request failed. Repeat the request unchanged.").response()

    return respond
