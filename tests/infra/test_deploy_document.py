"""docs/deploy.md names what there is: settings, secrets, and the backend that can be chosen."""

import json
import re

from tests.docs.test_links import prose
from tests.infra.bicep import INFRA, parameters_of_azd
from tests.infra.test_azure_settings import vault_settings
from tests.shop import APP

PATH = APP / "docs" / "deploy.md"
TEXT = PATH.read_text("utf-8")


def section(title: str) -> str:
    """Return the text of a section."""
    return TEXT.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def first_cells(text: str) -> list[str]:
    """Return the code in the first cell of each row of a table."""
    cells = re.findall(r"^\| (`[^|]+) \|", text, re.MULTILINE)
    return [name for cell in cells for name in re.findall(r"`([^`]+)`", cell)]


def test_every_setting_of_azd_is_documented() -> None:
    """With its default; azd itself sets those of its own."""
    values = [str(value["value"]) for value in parameters_of_azd().values()]
    names = dict(re.findall(r"^\$\{([A-Z_]+)=?(.*)\}$", "\n".join(values), re.MULTILINE))
    own = {name for name in names if not name.startswith("AZURE_")} - {*vault_settings()}

    assert {*first_cells(section("Settings"))} == own
    for name in own:
        (row,) = re.findall(rf"^\| .*`{name}`.*$", section("Settings"), re.MULTILINE)
        assert f"`{names[name]}`" in row or not names[name], row


def test_every_secret_is_documented() -> None:
    """With its name in the vault."""
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| `([a-z-]+)` \|", section("Secrets"), re.MULTILINE))
    runbook = (APP / "docs" / "runbook.md").read_text("utf-8")
    rotation = runbook.partition("\n## Rotate every secret\n")[2]

    assert rows == vault_settings()
    assert [name for name in rows if f"`{name}`" not in rotation] == []


def test_scheduler_is_configured_with_the_settings_that_are_created() -> None:
    """The block for host.json names them, and replaces keys that are there."""
    (block,) = re.findall(r"```json\n(.*?)```", section("Durable Task Scheduler"), re.DOTALL)
    durable = json.loads((APP / "host.json").read_text("utf-8"))["extensions"]["durableTask"]
    main = (INFRA / "main.bicep").read_text("utf-8")
    scheduler = json.loads(block)

    assert {*scheduler} <= {*durable}
    assert scheduler["storageProvider"]["type"] == "azureManaged"
    assert f"          {scheduler['storageProvider']['connectionStringName']}: 'Endpoint=" in main
    assert f"          {scheduler['hubName'].strip('%')}: scheduler" in main


def test_cost_uses_the_counts_of_an_order() -> None:
    """Turns, activities, entity calls and transactions of a completed order of one product."""
    table = prose(APP / "docs" / "cost.md")
    (row,) = re.findall(r"^\| completed, one product \|(.*)\|$", table, re.MULTILINE)
    _, turns, activities, calls, signals, _, _, transactions, _ = (
        cell.strip() for cell in row.split("|")
    )
    entities = int(calls) + int(signals)
    total = 1 + int(turns) + int(activities) + entities

    assert (
        f"| executions `E` | {total}: 1 request, {turns} turns, {activities} activities,"
        f" {entities} operations of an entity |"
    ) in TEXT
    polls, store = 21, 18
    assert f"| {int(transactions) + polls + store}: {transactions} of the engine," in TEXT


def test_scale_describes_the_values_of_the_host() -> None:
    """As host.json sets them."""
    durable = json.loads((APP / "host.json").read_text("utf-8"))["extensions"]["durableTask"]
    activities = durable["maxConcurrentActivityFunctions"]
    orchestrators = durable["maxConcurrentOrchestratorFunctions"]
    partitions = durable["storageProvider"]["partitionCount"]

    assert f"| `partitionCount` (`host.json`) | {partitions} |" in TEXT
    assert f"| {activities}, {orchestrators}, {activities + orchestrators} |" in TEXT
    assert durable["storageProvider"]["maxQueuePollingInterval"] == "00:00:10"
