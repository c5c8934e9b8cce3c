"""How does one instance never run two episodes at once, while thousands run side by side?

Each instance and each entity has a mailbox. What lies in it when its owner is free is taken as one
batch; what comes meanwhile waits for the next.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable

from local_host.host.durable.work import Work
from local_host.host.store.records import Message

Take = Callable[[str, list[Message]], Awaitable[None]]


class Mailboxes:
    """Messages on their way to instances and entities."""

    def __init__(self, work: Work, take: Take) -> None:
        self._work = work
        self._take = take
        self._waiting: dict[str, list[Message]] = defaultdict(list)
        self._busy: set[str] = set()

    def deliver(self, message: Message) -> None:
        """Put a message into its target's mailbox and wake the target."""
        target = message.target
        self._waiting[target].append(message)
        if target not in self._busy:
            self._busy.add(target)
            self._work.start(self._drain(target))

    async def _drain(self, target: str) -> None:
        while batch := self._waiting.pop(target, None):
            await self._take(target, batch)
        self._busy.discard(target)
