"""Which ports does the host listen on, and who gets a request?

Two, both on the loopback: the public one for the app's routes and the management API, and one for
the SDK client's RPC, whose path holds a secret that only the worker knows.
"""

import errno
import logging
import secrets
import socket
from collections.abc import Awaitable, Callable

from aiohttp import HttpVersion11, web

from local_host.errors import BadDataFile, PortTaken
from local_host.host.web.durable_api import DurableApi
from local_host.host.web.requests import (
    BadRequestError,
    BodyTooLargeError,
    Request,
    Response,
    read_request,
)

_log = logging.getLogger("local_host.http")
_BACKLOG = 1024
#: aiohttp logs a traceback for each request that is no HTTP; here that is the caller's affair.
_silent = logging.getLogger("local_host.http.wire")
_silent.disabled = True
Answer = Callable[[Request], Awaitable[Response]]


class Server:
    """The host's two listening sockets and what answers on them."""

    def __init__(
        self,
        host: str,
        port: int,
        largest_body: int,
        on_fault: Callable[[BaseException], None],
    ) -> None:
        """Bind both sockets; connections wait until `open` is called.

        `on_fault` is told when the data file can no longer be written: the host cannot go on.

        Raises:
            PortTaken: the public port is not free.
        """
        self._largest_body = largest_body
        self._on_fault = on_fault
        self._refuses = False
        self._public = _bind(host, port)
        self._rpc = _bind("127.0.0.1", 0)
        self._rpc_path = f"/{secrets.token_urlsafe(16)}/durabletask/"
        self._runners: list[web.ServerRunner] = []
        bound = self._public.getsockname()[1]
        self.base_url = f"http://{host}:{bound}"
        self.rpc_url = f"http://127.0.0.1:{self._rpc.getsockname()[1]}{self._rpc_path}"

    async def open(self, site: Answer, durable: DurableApi) -> None:
        """Answer requests from now on; `site` answers the public ones."""

        async def public(request: Request) -> Response:
            if self._refuses:
                return Response(503)
            return await site(request)

        async def rpc(request: Request) -> Response:
            if not request.raw_path.startswith(self._rpc_path):
                return Response(404)
            return await durable.handle(request, request.raw_path[len(self._rpc_path) :])

        await self._serve(self._public, public)
        await self._serve(self._rpc, rpc)

    async def _serve(self, listening: socket.socket, answer: Answer) -> None:
        async def handle(request: web.BaseRequest) -> web.StreamResponse:
            try:
                taken = await read_request(request, self._largest_body)
                return _to_aiohttp(await answer(taken), request)
            except BodyTooLargeError:
                response = Response(413)
            except BadRequestError:
                response = Response(400)
            except BadDataFile as error:
                self._on_fault(error)
                response = Response(500)
            except ConnectionError as error:
                _log.error("%s %s: %s", request.method, request.path, error)
                response = Response(500)
            except Exception:  # noqa: BLE001 (whatever it was, the caller is told nothing of it)
                _log.exception("%s %s", request.method, request.path)
                response = Response(500)
            return _to_aiohttp(response, request)

        # Whoever still waits for an answer when the host ends gets none; 0 would mean for ever.
        runner = web.ServerRunner(
            web.Server(handle, access_log=None, logger=_silent), shutdown_timeout=0.1
        )
        await runner.setup()
        await web.SockSite(runner, listening, backlog=_BACKLOG).start()
        self._runners.append(runner)

    def refuse(self) -> None:
        """Answer 503 from now on; the app's functions that run still reach the RPC."""
        self._refuses = True

    async def close(self) -> None:
        """Take no more requests and end the ones that run."""
        while self._runners:
            await self._runners.pop().cleanup()
        self._public.close()
        self._rpc.close()


def _bind(host: str, port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(
                f"port {port} is taken by another program: stop it, or choose another with --port"
            ) from error
        raise PortTaken(f"cannot listen on {host}:{port}: {error.strerror}") from error
    return listening


def _to_aiohttp(response: Response, request: web.BaseRequest) -> web.Response:
    answer = web.Response(status=response.status, body=response.body or None)
    answer.headers.popall("Content-Type", None)
    answer.headers["Server"] = "Kestrel"  # an orchestrator that calls its own app can see it
    if response.chunked and request.method != "HEAD" and request.version >= HttpVersion11:
        answer.enable_chunked_encoding()
    for name, value in response.headers:
        answer.headers.add(name, value)
    return answer
