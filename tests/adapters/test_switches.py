"""Stop switches in each backend."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from orders.adapters.order_store.sqlite.switches import SqliteSwitchStore
from orders.adapters.order_store.switches import text_to_change, text_to_switches, texts_to_log
from orders.domain.errors import StoreUnavailableError
from orders.domain.switches import Switch, SwitchChange, Switches
from orders.ports.order_store import OrderStore
from orders.ports.switches import MAX_CHANGES, SwitchStore
from tests.adapters.stores import Backend
from tests.builders import NOON, OPERATOR, a_customer, a_stored_order


@pytest.fixture
def switches(backend: Backend) -> SwitchStore:
    """Switches that were never changed."""
    return backend.switches


def a_change(
    number: int = 1, switch: Switch = Switch.ACCEPT, *, is_on: bool = False
) -> SwitchChange:
    """Return a change of a switch."""
    return SwitchChange(
        change_id=f"swc_{number}",
        switch=switch,
        is_on=is_on,
        operator=OPERATOR,
        note=f"reason {number}",
        at=NOON + timedelta(minutes=number),
    )


def test_switches_are_on_at_first(switches: SwitchStore) -> None:
    """There is no change in the log."""
    assert switches.read() == Switches()
    assert all(switches.is_on(switch) for switch in Switch)
    assert switches.changes() == ()


def test_change_is_stored_and_logged(switches: SwitchStore) -> None:
    """The other switches keep their states."""
    change = a_change(switch=Switch.DISPATCH)

    assert switches.change(change) == change.state
    assert switches.read() == Switches(dispatch=change.state)
    assert [switches.is_on(switch) for switch in Switch] == [True, True, False]
    assert switches.changes() == (change,)


def test_log_is_newest_first(switches: SwitchStore) -> None:
    """In the order in which the changes were applied, whatever their clocks say."""
    changes = [
        a_change(1),
        replace(a_change(2, is_on=True), at=NOON - timedelta(days=1)),
        a_change(3, Switch.CAPTURE),
        a_change(4),
    ]
    for change in changes:
        switches.change(change)

    assert switches.changes() == tuple(reversed(changes))
    assert switches.changes(2) == (changes[3], changes[2])
    assert switches.read() == Switches(accept=changes[3].state, capture=changes[2].state)


@pytest.mark.parametrize(("limit", "size"), [(0, 1), (-1, 1), (MAX_CHANGES + 1, MAX_CHANGES)])
def test_log_is_read_in_a_bounded_page(switches: SwitchStore, limit: int, size: int) -> None:
    """Other limits are adjusted."""
    for number in range(MAX_CHANGES + 1):
        switches.change(a_change(number))

    assert len(switches.changes(limit)) == size


def test_repeated_change_is_logged_once(switches: SwitchStore) -> None:
    """The answer is that of the first time, also after a later change."""
    stop = a_change(1)
    first = switches.change(stop)
    assert switches.change(stop) == first
    resume = a_change(2, is_on=True)
    switches.change(resume)

    assert switches.change(replace(stop, at=NOON, note="another")) == first
    assert switches.is_on(Switch.ACCEPT)
    assert switches.changes() == (resume, stop)


def test_change_that_asks_for_the_current_state_is_not_logged_again(switches: SwitchStore) -> None:
    """The time of the first one is kept; another note is another change."""
    stop = a_change(1)
    switches.change(stop)

    same = replace(stop, change_id="swc_2", at=NOON + timedelta(hours=1))
    other = replace(same, change_id="swc_3", note="another reason")

    assert switches.change(same) == stop.state
    assert switches.change(other) == other.state
    assert switches.changes() == (other, stop)


def test_concurrent_changes_are_all_logged(switches: SwitchStore) -> None:
    """Also the first ones, and the states are those of the latest changes in the log."""
    changes = [a_change(n, list(Switch)[n % 3], is_on=n % 2 == 0) for n in range(12)]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(switches.change, changes))

    log = switches.changes()
    latest = {change.switch: change.state for change in reversed(log)}
    assert sorted(change.change_id for change in log) == sorted(c.change_id for c in changes)
    assert {switch: switches.read().state(switch) for switch in Switch} == latest


def test_concurrent_repeats_are_logged_once(switches: SwitchStore) -> None:
    """All callers get the same answer."""
    with ThreadPoolExecutor(6) as pool:
        states = list(pool.map(lambda _: switches.change(a_change()), range(12)))

    assert set(states) == {a_change().state}
    assert switches.changes() == (a_change(),)


def test_orders_are_unaffected(switches: SwitchStore, store: OrderStore) -> None:
    """The store keeps orders while nothing is accepted: the switch is the caller's business."""
    switches.change(a_change())

    assert store.place(a_stored_order("o"), a_customer(), "f").is_new


def test_unavailable_file_raises(tmp_path: Path) -> None:
    """Every method does."""
    (tmp_path / "file").write_text("in the way")
    switches = SqliteSwitchStore(tmp_path / "file" / "orders.sqlite3")

    for call in (
        switches.read,
        switches.changes,
        lambda: switches.is_on(Switch.ACCEPT),
        lambda: switches.change(a_change()),
    ):
        with pytest.raises(StoreUnavailableError):
            call()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"accept": {"isOn": "perhaps"}}', "[" * 100_000])
def test_unreadable_states_are_unavailable(text: str) -> None:
    """It is unknown what is stopped; the message does not repeat the text."""
    for decode in (text_to_switches, text_to_change):
        with pytest.raises(StoreUnavailableError, match="cannot be decoded"):
            decode(text)


def test_unknown_switches_are_ignored() -> None:
    """A later version may have more of them."""
    entry = '{"changeId": "swc_1", "switch": "%s", "isOn": false, "operator": "G", "note": "n",'
    entries = [f'{entry % name} "at": "2026-03-01T12:00:00Z"}}' for name in ("refund", "capture")]

    assert text_to_switches('{"refund": {"isOn": false}}') == Switches()
    assert [change.switch for change in texts_to_log(entries)] == [Switch.CAPTURE]
