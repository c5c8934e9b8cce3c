"""Stop switches: what operators can stop and let continue without a deployment."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final


class Switch(StrEnum):
    """A stop switch. All are on at first."""

    #: New orders are accepted.
    ACCEPT = "accept"
    #: Authorized payments are captured.
    CAPTURE = "capture"
    #: Paid shipments are dispatched.
    DISPATCH = "dispatch"


#: The switch that stops a step of an order.
SWITCH_OF_STEP: Final = {"capturePayment": Switch.CAPTURE, "dispatchOrder": Switch.DISPATCH}


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchState:
    """Whether a switch is on, and its latest change. Without the latter it was never changed."""

    is_on: bool = True
    changed_at: datetime | None = None
    operator: str | None = None
    note: str | None = None

    def is_repeated_by(self, change: SwitchChange) -> bool:
        """Whether a later request asks for what is already recorded."""
        return (self.is_on, self.operator, self.note) == (
            change.is_on,
            change.operator,
            change.note,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchChange:
    """An operator's change of one switch."""

    #: Minted before the update: a repeated update finds it.
    change_id: str
    switch: Switch
    is_on: bool
    operator: str
    note: str
    at: datetime

    @property
    def state(self) -> SwitchState:
        """The state that the change leads to."""
        return SwitchState(
            is_on=self.is_on, changed_at=self.at, operator=self.operator, note=self.note
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """The states of all switches. The fields have the names of the switches."""

    accept: SwitchState = field(default_factory=SwitchState)
    capture: SwitchState = field(default_factory=SwitchState)
    dispatch: SwitchState = field(default_factory=SwitchState)

    def state(self, switch: Switch) -> SwitchState:
        """Return the state of one switch."""
        state: SwitchState = getattr(self, switch.value)
        return state

    def apply(self, change: SwitchChange) -> Switches:
        """Change one switch."""
        return replace(self, **{change.switch.value: change.state})

    @property
    def are_all_on(self) -> bool:
        """Whether nothing is stopped."""
        return all(self.state(switch).is_on for switch in Switch)
