"""Alerts: they look for what the app logs, and the runbook says what to do."""

import re

import pytest

from orders.contracts.names import Timer
from tests.architecture.source import APP as SOURCES
from tests.architecture.source import sources
from tests.infra.bicep import INFRA
from tests.shop import APP

TEXT = (INFRA / "modules" / "alerts.bicep").read_text("utf-8")
RUNBOOK = (APP / "docs" / "runbook.md").read_text("utf-8")
DEPLOY = (APP / "docs" / "deploy.md").read_text("utf-8")

#: Name and query of each alert on logs.
LOG_ALERTS = re.findall(r"    name: '([a-z-]+)'\n(?:.*\n)*?    query: '(.+)'\n", TEXT)
METRIC_ALERTS = [f"storage-availability-{name}" for name in ("host", "orders")]
LOGGED = "".join(source.text for source in sources(*SOURCES))


@pytest.mark.parametrize(("name", "query"), LOG_ALERTS)
def test_alert_looks_for_what_the_app_logs(name: str, query: str) -> None:
    """The text of a message, or the name of a timer."""
    messages = re.findall(r'message (?:has|startswith) "([^"]+)"', query)
    timers = re.findall(r'operation_Name == "([^"]+)"', query)

    assert messages or timers or "resultCode" in query, name
    assert [message for message in messages if message not in LOGGED] == []
    assert {*timers} <= {*Timer}


def test_every_alert_is_found() -> None:
    """The tests of this file would prove nothing of others."""
    assert len(LOG_ALERTS) == TEXT.count("    query: '") == TEXT.count("    severity: ") - 2
    assert "name: 'storage-availability-${account.name}'" in TEXT
    assert re.findall(r"\{ name: '(\w+)', id: ", TEXT) == ["host", "orders"]


def test_runbook_says_what_to_do_at_each_alert() -> None:
    """In the order of the alerts, and of no others."""
    section = RUNBOOK.partition("\n## Alerts\n")[2].partition("\n## ")[0]
    titles = re.findall(r"^### (.+)$", section, re.MULTILINE)

    assert titles == [*dict(LOG_ALERTS), *METRIC_ALERTS]


def test_cost_counts_the_alert_rules() -> None:
    """Each has a price of its own."""
    assert f"| alert rules | {len(LOG_ALERTS)} on logs, {len(METRIC_ALERTS)} on metrics |" in DEPLOY
