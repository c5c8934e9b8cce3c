"""Stop switches: their states and changes."""

from dataclasses import fields, replace
from datetime import timedelta

from orders.domain.switches import Switch, SwitchChange, Switches, SwitchState
from tests.builders import NOON

STOP = SwitchChange(
    change_id="swc_1", switch=Switch.CAPTURE, is_on=False, operator="Grace", note="why", at=NOON
)


def test_every_switch_is_on_at_first() -> None:
    """None of them was ever changed."""
    assert Switches().are_all_on
    assert [Switches().state(switch) for switch in Switch] == [SwitchState()] * len(Switch)
    assert {field.name for field in fields(Switches)} == {switch.value for switch in Switch}


def test_change_applies_to_one_switch() -> None:
    """The others stay on."""
    switches = Switches().apply(STOP)

    stopped = SwitchState(is_on=False, changed_at=NOON, operator="Grace", note="why")
    assert switches == Switches(capture=stopped)
    assert not switches.are_all_on
    assert switches.apply(replace(STOP, is_on=True)).are_all_on


def test_state_recognizes_the_request_that_led_to_it() -> None:
    """Another operator, another note and the opposite are other requests."""
    later = replace(STOP, change_id="swc_2", at=NOON + timedelta(hours=1))

    assert STOP.state.is_repeated_by(later)
    assert not STOP.state.is_repeated_by(replace(later, is_on=True))
    assert not STOP.state.is_repeated_by(replace(later, operator="Ada"))
    assert not STOP.state.is_repeated_by(replace(later, note="because"))
    assert not SwitchState().is_repeated_by(replace(later, is_on=True))
