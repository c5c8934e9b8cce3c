"""Web server with two ports on the loopback interface.

The public port serves the app's routes and the management API. The other serves the RPC of the
SDK's client; its path contains a secret that only the worker knows.
"""

import errno
import logging
import secrets
import socket
from collections.abc import Awaitable, Callable

from aiohttp import HttpVersion11, web

from local_host.errors import BadRequestError, BodyTooLargeError, DataFileError, PortInUseError
from local_host.host.web.durable_api import DurableApi
from local_host.host.web.requests import Request, Response, read_request

_log = logging.getLogger("local_host.http")
_BACKLOG = 1024
#: aiohttp would log a traceback for each malformed request, which is the caller's mistake.
_protocol_log = logging.getLogger("local_host.http.protocol")
_protocol_log.disabled = True
Handler = Callable[[Request], Awaitable[Response]]


class Server:
    """The two listening sockets and their handlers."""

    def __init__(
        self,
        host: str,
        port: int,
        body_limit: int,
        on_fault: Callable[[BaseException], None],
    ) -> None:
        """Bind both sockets; connections wait until `start` is called.

        `on_fault` receives the error if the data file cannot be written and the host must end.

        Raises:
            PortInUseError: the public port is not free.
        """
        self._body_limit = body_limit
        self._on_fault = on_fault
        self._accepts = True
        self._public = _bind(host, port)
        self._rpc = _bind("127.0.0.1", 0)
        self._rpc_path = f"/{secrets.token_urlsafe(16)}/durabletask/"
        self._runners: list[web.ServerRunner] = []
        bound_port = self._public.getsockname()[1]
        self.base_url = f"http://{host}:{bound_port}"
        self.rpc_url = f"http://127.0.0.1:{self._rpc.getsockname()[1]}{self._rpc_path}"

    async def start(self, site: Handler, durable_api: DurableApi) -> None:
        """Serve requests: those to the public port with `site`."""

        async def handle_public(request: Request) -> Response:
            return await site(request) if self._accepts else Response(503)

        async def handle_rpc(request: Request) -> Response:
            if not request.raw_path.startswith(self._rpc_path):
                return Response(404)
            return await durable_api.handle(request, request.raw_path[len(self._rpc_path) :])

        await self._serve(self._public, handle_public)
        await self._serve(self._rpc, handle_rpc)

    def stop_accepting(self) -> None:
        """Respond with 503 on the public port; running functions can still use the RPC."""
        self._accepts = False

    async def close(self) -> None:
        """Close both sockets and end the requests that are running."""
        while self._runners:
            await self._runners.pop().cleanup()
        self._public.close()
        self._rpc.close()

    async def _serve(self, listener: socket.socket, handler: Handler) -> None:
        async def handle(request: web.BaseRequest) -> web.StreamResponse:
            return _to_aiohttp(await self._respond(request, handler), request)

        # aiohttp treats a timeout of 0 as no timeout.
        runner = web.ServerRunner(
            web.Server(handle, access_log=None, logger=_protocol_log), shutdown_timeout=0.1
        )
        await runner.setup()
        await web.SockSite(runner, listener, backlog=_BACKLOG).start()
        self._runners.append(runner)

    async def _respond(self, request: web.BaseRequest, handler: Handler) -> Response:
        try:
            return await handler(await read_request(request, self._body_limit))
        except BodyTooLargeError:
            return Response(413)
        except BadRequestError:
            return Response(400)
        except DataFileError as error:
            self._on_fault(error)
        except ConnectionError as error:
            _log.error("%s %s: %s", request.method, request.path, error)
        except Exception:  # noqa: BLE001 - the caller gets no details of any error
            _log.exception("%s %s", request.method, request.path)
        return Response(500)


def _bind(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise PortInUseError(
                f"port {port} is in use: stop the other program, or choose a port with --port"
            ) from error
        raise PortInUseError(f"cannot listen on {host}:{port}: {error.strerror}") from error
    return listener


def _to_aiohttp(response: Response, request: web.BaseRequest) -> web.Response:
    result = web.Response(status=response.status, body=response.body or None)
    result.headers.popall("Content-Type", None)
    result.headers["Server"] = "Kestrel"  # visible to an orchestrator that calls its own app
    if response.chunked and request.method != "HEAD" and request.version >= HttpVersion11:
        result.enable_chunked_encoding()
    for name, value in response.headers:
        result.headers.add(name, value)
    return result
