"""What does an order cost on Azure Storage? Counted from its history.

The transactions of each thing that an orchestration does were counted on the real host, in the log
of its storage, without polling and leases.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

TRANSACTIONS: Final = {"order": 8, "activity": 7, "entity": 11, "timer": 5}
USD_PER_10_000: Final = 0.004

_SCHEDULED, _TIMER, _EPISODE, _SENT = 4, 10, 12, 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one order needed."""

    rows: int
    episodes: int
    calls: Counter[str]
    entities: int
    timers: int

    @property
    def transactions(self) -> int:
        """By the counts above."""
        return (
            TRANSACTIONS["order"]
            + TRANSACTIONS["activity"] * self.calls.total()
            + TRANSACTIONS["entity"] * self.entities
            + TRANSACTIONS["timer"] * self.timers
        )

    @property
    def usd_per_1_000(self) -> float:
        """The price of a thousand such orders."""
        return self.transactions * 1_000 / 10_000 * USD_PER_10_000


def cost_of(history: Iterable[dict[str, Any]]) -> Cost:
    """Count the rows of a history as they are stored."""
    events = list(history)
    kinds = Counter(event["EventType"] for event in events)
    return Cost(
        rows=len(events),
        episodes=kinds[_EPISODE],
        calls=Counter(event["Name"] for event in events if event["EventType"] == _SCHEDULED),
        entities=kinds[_SENT],
        timers=kinds[_TIMER],
    )


def document(costs: dict[str, Cost]) -> str:
    """docs/cost.md."""
    return f"{_HEAD}{_orders(costs)}{_STEPS}{_steps(next(iter(costs.values())))}{_TAIL}"


def _orders(costs: dict[str, Cost]) -> str:
    return "".join(
        f"| {name} | {cost.rows} | {cost.episodes} | {cost.calls.total()} | {cost.entities}"
        f" | {cost.timers} | {cost.transactions} | {cost.usd_per_1_000:.3f} USD |\n"
        for name, cost in costs.items()
    )


def _steps(cost: Cost) -> str:
    """What each step of the first order adds."""
    activities = "".join(
        f"| `{name}` | 1 activity | {_rows_of(1)} | {TRANSACTIONS['activity']} |\n"
        for name in cost.calls
    )
    one = TRANSACTIONS["entity"]
    frame = cost.rows - _rows_of(cost.calls.total() + cost.entities)
    return (
        f"| the order itself | 1 instance | {frame}"
        f" | {TRANSACTIONS['order']} |\n{activities}"
        f"| `reserveStock`, `commitStock` | 1 entity call an article, each |"
        f" {_rows_of(1)} an article, each | {one} an article, each |\n"
    )


def _rows_of(calls: int) -> int:
    # Asked, answered, and the two rows around the episode that the answer wakes.
    return 4 * calls


_HEAD: Final = f"""# What an order costs

Rows of the history table, episodes (times that the orchestrator is woken) and storage transactions
of typical orders, and of a refund, which is an instance of its own. Written by
`WRITE_DOCS=1 ./scripts/test tests/proof -k cost` from orders that ran on the local host; a test
holds it to them.

Transactions, counted on the real host in the log of its storage, without polling and leases:

- {TRANSACTIONS["order"]} for an instance from start to end
- {TRANSACTIONS["activity"]} for an activity
- {TRANSACTIONS["entity"]} for an entity that is called
- {TRANSACTIONS["timer"]} for a timer

The price is that of {USD_PER_10_000} USD for 10,000 transactions; that of your account may differ.

| order | rows | episodes | activities | entity calls | timers | transactions | 1,000 orders |
|---|---|---|---|---|---|---|---|
"""

_STEPS: Final = """
## What each step adds

| step | what it is | history rows | transactions |
|---|---|---|---|
"""

_TAIL: Final = """
A step that is tried again adds its activity and a timer for each attempt. The book, the gateway,
the carrier and the mailer have prices of their own. An idle host polls its queues: on a quiet day
that costs more than the orders do.
"""
