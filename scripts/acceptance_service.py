"""How is a running order service asked, and what is an answer that breaks a promise?"""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

CATALOGUE: Final = json.loads(
    (Path(__file__).resolve().parent.parent / "catalogue.json").read_text()
)
SKU: Final = CATALOGUE["items"][0]["sku"]
PRICE: Final = CATALOGUE["items"][0]["price"]
SHIPPING: Final = CATALOGUE["countries"]["DE"]["shipping"]
DISCONTINUED: Final = next(item["sku"] for item in CATALOGUE["items"] if item.get("discontinued"))

ENDS: Final = {"completed", "rejected", "canceled", "needsAttention"}
#: Doing gives up within a minute; a queue may add its own while to every retry.
PATIENCE_SECONDS: Final = 180
#: With giving money back that fails for good.
LONG_PATIENCE_SECONDS: Final = 600


class Unexpected(Exception):
    """The service answered something else than it promises."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the service answered."""

    status: int
    headers: Any
    text: str

    def json(self) -> Any:
        """The body as JSON."""
        try:
            return json.loads(self.text)
        except ValueError:
            raise Unexpected(
                f"{self.status} with a body that is no JSON: {self.text[:80]!r}"
            ) from None


class Service:
    """The service under test."""

    def __init__(self, url: str, key: str | None) -> None:
        self._url = url.rstrip("/")
        self._key = {"x-functions-key": key} if key else {}

    def send(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """Send one request; any status is an answer."""
        named = {name.replace("_", "-"): value for name, value in headers.items()} | self._key
        request = urllib.request.Request(self._url + path, body, named, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as reply:
                return Answer(reply.status, reply.headers, reply.read().decode())
        except urllib.error.HTTPError as refused:
            with refused:
                return Answer(refused.code, refused.headers, refused.read().decode())

    def post(self, path: str, body: Any, **headers: str) -> Answer:
        """Post JSON."""
        content = json.dumps(body).encode()
        return self.send("POST", path, content, Content_Type="application/json", **headers)

    def order(self, order: Any, **headers: str) -> Answer:
        """Ask for an order."""
        return self.post("/api/orders", order, **headers)

    def place(self, order: Any) -> str:
        """Ask for an order that is taken, and answer with its id."""
        answer = self.order(order)
        expect(answer.status == 202, f"POST answered {answer.status}: {answer.text[:200]}")
        order_id: str = answer.json()["orderId"]
        return order_id

    def look(self, order_id: str, query: str = "") -> dict[str, Any]:
        """The order as a customer sees it."""
        answer = self.send("GET", f"/api/orders/{order_id}{query}")
        expect(answer.status == 200, f"GET answered {answer.status}: {answer.text[:200]}")
        shown: dict[str, Any] = answer.json()
        return shown

    def end_of(self, order_id: str, patience: float = PATIENCE_SECONDS) -> dict[str, Any]:
        """The order's end."""
        return self.once(order_id, lambda order: order["status"] in ENDS, patience)

    def once(
        self,
        order_id: str,
        holds: Callable[[dict[str, Any]], bool],
        patience: float = PATIENCE_SECONDS,
    ) -> dict[str, Any]:
        """The order as soon as this holds of it."""
        deadline = time.monotonic() + patience
        pause = 0.1
        while not holds(order := self.look(order_id)):
            expect(time.monotonic() < deadline, f"waited for in vain: {order}")
            time.sleep(pause)
            pause = min(pause * 1.5, 2.0)
        return order


Check = tuple[str, Callable[[Service], str]]


def titled(*checks: Callable[[Service], str]) -> list[Check]:
    """Checks that are called what their docstrings say."""
    return [(str(check.__doc__).rstrip("."), check) for check in checks]


def expect(condition: object, otherwise: str) -> None:
    """Go on only if the condition holds."""
    if not condition:
        raise Unexpected(otherwise)


def expect_problem(answer: Answer, status: int, *fields: str) -> str:
    """Go on only if the request was refused for people to read, naming these fields."""
    expect(answer.status == status, f"answered {answer.status}: {answer.text[:200]}")
    kind = answer.headers["Content-Type"]
    expect(kind.startswith("application/problem+json"), f"Content-Type is {kind}")
    problem = answer.json()
    errors = {error["field"]: error["message"] for error in problem.get("errors", [])}
    expect(errors.keys() >= set(fields), f"names {errors} instead of {fields}")
    told = ", ".join(f"{field} {errors[field]}" for field in fields)
    return f"{status}, {told or problem['detail']}"


def an_order(**changes: Any) -> dict[str, Any]:
    """A good order, but for the changes; `a__b` changes the member b of the member a."""
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
