"""HTTP on 127.0.0.1 for the small partners of our tests, and the ways in which it goes wrong."""

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
    """What was asked."""

    method: str
    #: The parts of the path between its slashes.
    path: list[str]
    query: dict[str, str]
    headers: Message
    body: str


#: Status, body and perhaps headers. None: the connection breaks.
Reply = tuple[int, bytes] | tuple[int, bytes, dict[str, str]] | None


class Fault(Enum):
    """How one request goes wrong."""

    #: The connection breaks before anything is done.
    LOST_BEFORE = auto()
    #: It is done, but the connection breaks.
    LOST_AFTER = auto()
    #: 500 before anything is done.
    ERROR_BEFORE = auto()
    #: It is done, and answered with 500.
    ERROR_AFTER = auto()
    #: Too many requests: nothing is done.
    BUSY = auto()
    #: Another request with this key is still running: nothing is done.
    IN_USE = auto()
    #: It is done, but the answer takes longer than anybody waits.
    SLOW = auto()
    #: Nothing is done, and something in between answers with a page.
    GARBLED = auto()

    @property
    def is_before(self) -> bool:
        """Whether nothing was done."""
        return self not in {Fault.LOST_AFTER, Fault.ERROR_AFTER, Fault.SLOW}


@dataclass
class Plan:
    """What is to go wrong, and what somebody else does meanwhile."""

    #: Called just before a step: races, on demand.
    meanwhile: dict[str, Callable[[], object]] = field(default_factory=dict)
    closing: Event = field(default_factory=Event)
    _faults: dict[str, deque[Fault]] = field(default_factory=dict)

    def fail(self, step: str, *faults: Fault) -> None:
        """Let the next requests for this step go wrong, one after the other."""
        self._faults.setdefault(step, deque()).extend(faults)

    def next_fault(self, step: str) -> Fault | None:
        """How the request that is there now goes wrong."""
        faults = self._faults.get(step)
        return faults.popleft() if faults else None

    def wait(self) -> None:
        """Take longer than anybody waits, but not longer than the test."""
        self.closing.wait(10)


class _Handler(BaseHTTPRequestHandler):
    respond: Callable[[Request], Reply]

    def do_GET(self) -> None:
        """Answer a look-up."""
        self._answer()

    def do_POST(self) -> None:
        """Answer a request to act."""
        self._answer()

    def do_PUT(self) -> None:
        """Answer a request to write."""
        self._answer()

    def do_DELETE(self) -> None:
        """Answer a request to delete."""
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
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    #: With the five of the library, some of twenty callers at once are turned away.
    request_queue_size = 64


@contextmanager
def listening(respond: Callable[[Request], Reply], plan: Plan) -> Iterator[str]:
    """A server that answers by `respond`, until the end; its URL."""
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
