"""HTTP client of the service under test, and the expectations of all checks."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

CATALOGUE: Final = json.loads(
    (Path(__file__).resolve().parents[2] / "catalogue.json").read_text(encoding="utf-8")
)
SKU: Final = CATALOGUE["products"][0]["sku"]
PRICE: Final = CATALOGUE["products"][0]["price"]
SHIPPING: Final = CATALOGUE["countries"]["DE"]["shipping"]
DISCONTINUED: Final = next(p["sku"] for p in CATALOGUE["products"] if p.get("discontinued"))
#: The product with the fewest units in stock.
SCARCE: Final = min(
    (product for product in CATALOGUE["products"] if product["openingBalance"] > 0),
    key=lambda product: product["openingBalance"],
)["sku"]

#: The public secret of the sandbox, unless a setting replaces it.
SANDBOX_EVENT_SECRET: Final = "sandbox-events-only-not-a-secret"  # noqa: S105 - public by design

FINAL_STATUSES: Final = {"completed", "rejected", "canceled", "needsAttention"}
#: Steps give up within a minute; a queue may add its own delay to every retry.
TIMEOUT_SECONDS: Final = 180
#: For undos and refunds that fail for good.
LONG_TIMEOUT_SECONDS: Final = 600


class UnexpectedError(Exception):
    """The service responded with something else than a check expects."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A response of the service."""

    status: int
    headers: Any
    text: str

    def json(self) -> Any:
        """Return the body as JSON."""
        try:
            return json.loads(self.text)
        except ValueError:
            raise UnexpectedError(
                f"{self.status} with a body that is no JSON: {self.text[:80]!r}"
            ) from None


class Service:
    """The service under test."""

    def __init__(self, url: str, key: str | None, event_secret: str = SANDBOX_EVENT_SECRET) -> None:
        #: Secret with which partners sign their events.
        self.event_secret = event_secret
        self._url = url.rstrip("/")
        self._key = {"x-functions-key": key} if key else {}

    def send(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Response:
        """Send one request, and return the response whatever its status."""
        named = {name.replace("_", "-"): value for name, value in headers.items()} | self._key
        request = urllib.request.Request(self._url + path, body, named, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as reply:
                return _response(reply.status, reply)
        except urllib.error.HTTPError as error:
            with error:
                return _response(error.code, error)

    def post(self, path: str, body: Any, **headers: str) -> Response:
        """Send JSON."""
        content = json.dumps(body).encode()
        return self.send("POST", path, content, Content_Type="application/json", **headers)

    def put(self, path: str, body: Any) -> Response:
        """Replace a resource by JSON."""
        content = json.dumps(body).encode()
        return self.send("PUT", path, content, Content_Type="application/json")

    def without_key(self) -> "Service":
        """Return the same service for requests without a key."""
        return Service(self._url, None, self.event_secret)

    def request_order(self, order: Any, **headers: str) -> Response:
        """Send an order."""
        return self.post("/api/orders", order, **headers)

    def place(self, order: Any) -> str:
        """Place an order, and return its ID."""
        response = self.request_order(order)
        expect(response.status == 202, f"POST returned {response.status}: {response.text[:200]}")
        order_id: str = response.json()["orderId"]
        return order_id

    def get_order(self, order_id: str, query: str = "") -> dict[str, Any]:
        """Return the customer's view of an order."""
        response = self.send("GET", f"/api/orders/{order_id}{query}")
        expect(response.status == 200, f"GET returned {response.status}: {response.text[:200]}")
        order: dict[str, Any] = response.json()
        return order

    def wait_for_end(self, order_id: str, timeout: float = TIMEOUT_SECONDS) -> dict[str, Any]:
        """Return the order once it has ended."""
        return self.wait_until(order_id, lambda order: order["status"] in FINAL_STATUSES, timeout)

    def wait_until(
        self,
        order_id: str,
        condition: Callable[[dict[str, Any]], bool],
        timeout: float = TIMEOUT_SECONDS,
    ) -> dict[str, Any]:
        """Return the order once a condition holds."""
        deadline = time.monotonic() + timeout
        pause = 0.1
        while not condition(order := self.get_order(order_id)):
            expect(time.monotonic() < deadline, f"after {timeout} s the order is still {order}")
            time.sleep(pause)
            pause = min(pause * 1.5, 2.0)
        return order


Check: TypeAlias = tuple[str, Callable[[Service], str]]


def named(*checks: Callable[[Service], str]) -> list[Check]:
    """Name checks after their docstrings."""
    return [(str(check.__doc__).rstrip("."), check) for check in checks]


def expect(condition: object, otherwise: str) -> None:
    """Raise UnexpectedError unless the condition holds."""
    if not condition:
        raise UnexpectedError(otherwise)


def expect_problem(response: Response, status: int, *fields: str) -> str:
    """Expect a problem with this status that names these fields; return its text."""
    expect(response.status == status, f"returned {response.status}: {response.text[:200]}")
    content_type = response.headers["Content-Type"]
    expect(
        content_type.startswith("application/problem+json"), f"the Content-Type is {content_type}"
    )
    problem = response.json()
    errors = {error["field"]: error["message"] for error in problem.get("errors", [])}
    expect(errors.keys() >= set(fields), f"names {errors} instead of {fields}")
    messages = ", ".join(f"{field} {errors[field]}" for field in fields)
    return f"{status}, {messages or problem['detail']}"


def an_order(**changes: Any) -> dict[str, Any]:
    """Return a valid order with changes; `a__b` changes the member b of the member a."""
    order: dict[str, Any] = {
        "customer": {"name": "Ada Acceptance", "email": "ada@example.com"},
        "shippingAddress": {
            "line1": "Acceptance Street 1",
            "postalCode": "10115",
            "city": "Berlin",
            "country": "DE",
        },
        "lines": [{"sku": SKU, "quantity": 2}],
        "paymentMethod": "pm_card_visa",
    }
    for path, value in changes.items():
        *parents, name = path.split("__")
        target = order
        for parent in parents:
            target = target[parent]
        target[name] = value
    return order


def _response(status: int, reply: Any) -> Response:
    return Response(status=status, headers=reply.headers, text=reply.read().decode())
