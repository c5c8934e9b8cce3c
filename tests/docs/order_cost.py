"""Cost of an order on Azure Storage, counted from its history.

The transactions of each call were counted on the real host, in the log of its storage, without
those for polling and leases.
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

TRANSACTIONS: Final = {"instance": 8, "activity": 7, "entity": 11, "signal": 5, "timer": 5} | {
    "event": 5
}
USD_PER_10_000: Final = 0.004

# Event types of a history row.
_TASK_SCHEDULED, _TIMER_CREATED, _ORCHESTRATOR_STARTED = 4, 10, 12
_EVENT_SENT, _EVENT_RAISED = 14, 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What the host did for one instance."""

    rows: int
    turns: int
    activities: Counter[str]
    entity_calls: int
    #: Operations of entities that nothing waits for.
    signals: int
    timers: int
    #: External events. The answers of entities are counted with their calls.
    events: int

    @property
    def transactions(self) -> int:
        """Storage transactions."""
        return (
            TRANSACTIONS["instance"]
            + TRANSACTIONS["activity"] * self.activities.total()
            + TRANSACTIONS["entity"] * self.entity_calls
            + TRANSACTIONS["signal"] * self.signals
            + TRANSACTIONS["timer"] * self.timers
            + TRANSACTIONS["event"] * self.events
        )

    @property
    def usd_per_1_000(self) -> float:
        """Price of a thousand such instances."""
        return self.transactions * 1_000 / 10_000 * USD_PER_10_000


def cost_of(history: Iterable[dict[str, Any]]) -> Cost:
    """Count the rows of a stored history."""
    events = list(history)
    kinds = Counter(event["EventType"] for event in events)
    scheduled = (event for event in events if event["EventType"] == _TASK_SCHEDULED)
    sent = [event for event in events if event["EventType"] == _EVENT_SENT]
    signals = sum(bool(json.loads(event["Input"]).get("signal")) for event in sent)
    return Cost(
        rows=len(events),
        turns=kinds[_ORCHESTRATOR_STARTED],
        activities=Counter(event["Name"] for event in scheduled),
        entity_calls=len(sent) - signals,
        signals=signals,
        timers=kinds[_TIMER_CREATED],
        events=kinds[_EVENT_RAISED] - (len(sent) - signals),
    )


def document(costs: dict[str, Cost]) -> str:
    """Return the text of docs/cost.md; the first cost is that of a completed order."""
    return f"{_HEAD}{_orders(costs)}{_STEPS}{_steps(next(iter(costs.values())))}{_TAIL}"


def _orders(costs: dict[str, Cost]) -> str:
    return "".join(
        f"| {name} | {cost.rows} | {cost.turns} | {cost.activities.total()}"
        f" | {cost.entity_calls} | {cost.signals} | {cost.timers} | {cost.events}"
        f" | {cost.transactions} | {cost.usd_per_1_000:.3f} USD |\n"
        for name, cost in costs.items()
    )


def _steps(cost: Cost) -> str:
    activities = "".join(
        f"| `{name}` | 1 activity | {_rows_of(1)} | {TRANSACTIONS['activity']} |\n"
        for name in cost.activities
    )
    rows_of_calls = _rows_of(cost.activities.total() + cost.entity_calls)
    rows_of_instance = cost.rows - rows_of_calls - cost.signals
    return (
        f"| the order itself | 1 instance | {rows_of_instance} | {TRANSACTIONS['instance']} |\n"
        f"{activities}"
        f"| `reserveStock`, `commitStock` | 1 entity call per product and step"
        f" | {_rows_of(1)} per call | {TRANSACTIONS['entity']} per call |\n"
        f"| the settlement | 1 signal per product | 1 | {TRANSACTIONS['signal']} |\n"
    )


def _rows_of(calls: int) -> int:
    # The call, its completion, and start and end of the turn that the completion starts.
    return 4 * calls


_COLUMNS: Final = (
    *("order", "rows", "turns", "activities", "calls", "signals", "timers", "events"),
    *("transactions", "1,000 orders"),
)

_HEAD: Final = f"""# Cost of an order

History rows, turns (one is one execution of the orchestrator) and storage transactions of
typical orders, and of a refund, which is an instance of its own. Generated from orders on the local
host by `WRITE_DOCS=1 ./scripts/test tests/docs -k cost`; the same test fails if this page is out of
date.

Calls and signals are those of stock entities. Transactions, counted on the real host in the log of
its storage, without polling and leases:

- {TRANSACTIONS["instance"]} for an instance, from start to end
- {TRANSACTIONS["activity"]} for an activity
- {TRANSACTIONS["entity"]} for a call of an entity
- {TRANSACTIONS["signal"]} for a signal to an entity, which nothing waits for
- {TRANSACTIONS["timer"]} for a timer, whether it fires or is canceled
- {TRANSACTIONS["event"]} for an external event

Prices assume {USD_PER_10_000} USD for 10,000 transactions; check the price of your account.

| {" | ".join(_COLUMNS)} |
|{"---|" * len(_COLUMNS)}
"""

_STEPS: Final = """
## Cost of each step

| step | what it is | history rows | transactions |
|---|---|---|---|
"""

_TAIL: Final = f"""
## Cost of a wait

An order that waits costs nothing while it sleeps, however long that is. Each round adds rows and
transactions:

| what | history rows | transactions |
|---|---|---|
| `checkWait`: begins the round | 4 | {TRANSACTIONS["activity"]} |
| a timer for each day of sleep | 2, and 2 if it fires | {TRANSACTIONS["timer"]} |
| the wake event | 1, and 2 for the turn | {TRANSACTIONS["event"]} |
| `checkWait`: says that the step may be tried | 4 | {TRANSACTIONS["activity"]} |
| each attempt of the step | 4 | {TRANSACTIONS["activity"]} |
| the pause after each attempt that fails | 4 | {TRANSACTIONS["timer"]} |
| `endWait`, once, when the step is done | 4 | {TRANSACTIONS["activity"]} |

The attempts of a step that fails cost more than the waiting: 8 before the wait, and 8 each time
the order is woken in vain. After 20 rounds the orchestration continues as new, with an empty
history. In the order store, each round, the wake and the end of the wait are one update each.

## What else

A retry adds another activity and a timer. The order store, the payment gateway, the carrier and the
mailer have prices of their own. A stock change is an instance, two activities and a call of an
entity. An idle host polls its queues: on a quiet day that costs more than the orders do. Every
minute, recovery reads the stock of ten products in turn: 14,400 transactions a day, and one more
for each entry whose order it looks up.
"""
