"""Port: the stop switches, kept beside the orders.

Nothing is cached: a change applies at once on all machines. All methods raise
StoreUnavailableError if the store is unavailable.
"""

from typing import Final, Protocol

from orders.domain.switches import Switch, SwitchChange, Switches, SwitchState

#: Most changes that are returned at once.
MAX_CHANGES: Final = 100


class SwitchStore(Protocol):
    """The stop switches and the log of their changes."""

    def read(self) -> Switches:
        """Return the states of all switches, in one read."""

    def is_on(self, switch: Switch) -> bool:
        """Whether the switch is on, in one read."""

    def change(self, change: SwitchChange) -> SwitchState:
        """Change a switch and log the change in one atomic step; return the new state.

        A change with a known ID, or one that asks for the current state by the same operator with
        the same note, is not recorded again: the answer is that of the first time.
        """

    def changes(self, limit: int = MAX_CHANGES) -> tuple[SwitchChange, ...]:
        """Return the latest changes, newest first."""
