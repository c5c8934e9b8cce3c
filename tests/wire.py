"""HTTP server on 127.0.0.1 for simulated partners, with faults."""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True, slots=True)
class Request:
    """A request."""

    method: str
    #: The segments of the path.
    path: list[str]
    query: dict[str, str]
    headers: Message
    body: str


#: Status, body and optional headers. None: the connection breaks.
Reply = tuple[int, bytes] | tuple[int, bytes, dict[str, str]] | None


class Fault(Enum):
    """How a request fails."""

    #: The connection breaks before the effect.
    LOST_BEFORE = auto()
    #: The connection breaks after the effect.
    LOST_AFTER = auto()
    #: The response is 500, without the effect.
    ERROR_BEFORE = auto()
    #: The response is 500, after the effect.
    ERROR_AFTER = auto()
    #: Too many requests; no effect.
    BUSY = auto()
    #: Another request with this idempotency key is running; no effect.
    IN_USE = auto()
    #: The response comes after the client's timeout, and after the effect.
    SLOW = auto()
    #: A proxy answers with a page; no effect.
    GARBLED = auto()

    @property
    def is_before(self) -> bool:
        """Whether the request has no effect."""
        return self not in {Fault.LOST_AFTER, Fault.ERROR_AFTER, Fault.SLOW}


@dataclass
class Plan:
    """Faults and races to simulate."""

    #: Called once, just before a step.
    concurrent_calls: dict[str, Callable[[], object]] = field(default_factory=dict)
    closing: Event = field(default_factory=Event)
    _faults: dict[str, deque[Fault]] = field(default_factory=dict)

    def call_before(self, step: str) -> None:
        """Make the concurrent call planned for this step, if there is one."""
        self.concurrent_calls.pop(step, lambda: None)()

    def fail(self, step: str, *faults: Fault) -> None:
        """Make the next requests for this step fail, one after another."""
        self._faults.setdefault(step, deque()).extend(faults)

    def next_fault(self, step: str) -> Fault | None:
        """Return how the current request fails, if it does."""
        faults = self._faults.get(step)
        return faults.popleft() if faults else None

    def wait(self) -> None:
        """Wait longer than any client, but not longer than the test."""
        self.closing.wait(10)


class _Handler(BaseHTTPRequestHandler):
    respond: Callable[[Request], Reply]

    def do_GET(self) -> None:
        """Answer a GET request."""
        self._answer()

    def do_POST(self) -> None:
        """Answer a POST request."""
        self._answer()

    def do_PUT(self) -> None:
        """Answer a PUT request."""
        self._answer()

    def do_DELETE(self) -> None:
        """Answer a DELETE request."""
        self._answer()

    def _answer(self) -> None:
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
        path, query = url.path.strip("/").split("/"), dict(parse_qsl(url.query))
        reply = type(self).respond(Request(str(self.command), path, query, self.headers, body))
        if reply is None:
            return
        status, payload, *more = reply
        self.send_response(status)
        for name, value in {
            **(more[0] if more else {}),
            "Content-Length": str(len(payload)),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, *_: object) -> None:
        """Log nothing."""


class _Server(ThreadingHTTPServer):
    #: The default of 5 refuses some of twenty concurrent connections.
    request_queue_size = 64


@contextmanager
def listening(respond: Callable[[Request], Reply], plan: Plan) -> Iterator[str]:
    """Run a server that answers with `respond`, and yield its URL."""
    handler = type("Handler", (_Handler,), {"respond": staticmethod(respond)})
    with _Server(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            plan.closing.set()
            server.shutdown()
            thread.join()
