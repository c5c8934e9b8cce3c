"""Are the app's files what the real host needs?"""

import json
import re
from typing import Any

from orders.settings.settings import _DEV_SECRET
from tests.shop import APP

HOST: dict[str, Any] = json.loads((APP / "host.json").read_text())
LOCAL: dict[str, str] = json.loads((APP / "local.settings.json").read_text())["Values"]


def test_the_bundle_knows_orchestration_versions() -> None:
    """Versions need bundle 4.30 or newer."""
    assert HOST["version"] == "2.0"
    assert HOST["extensionBundle"]["version"] == "[4.30.0, 5.0.0)"
    assert HOST["extensions"]["durableTask"]["defaultVersion"] == "1.0"


def test_the_hub_has_a_name_that_storage_takes() -> None:
    """3 to 45 letters and digits, a letter first: anything else is a host that answers 503."""
    assert re.fullmatch(r"[A-Za-z][A-Za-z0-9]{2,44}", HOST["extensions"]["durableTask"]["hubName"])


def test_routes_stand_in_the_code_as_they_are_called() -> None:
    """No prefix is added, so that pages can live at the root."""
    assert HOST["extensions"]["http"]["routePrefix"] == ""


def test_inputs_are_not_stored_in_histories() -> None:
    """They are small, but they are nobody's business."""
    durable = HOST["extensions"]["durableTask"]

    assert not durable.get("storeInputsInOrchestrationHistory")
    assert not durable["tracing"]["traceInputsAndOutputs"]


def test_the_worker_has_as_many_threads_as_the_host_gives_it_work() -> None:
    """Otherwise activities wait in one worker while another is idle."""
    durable = HOST["extensions"]["durableTask"]
    work = durable["maxConcurrentActivityFunctions"] + durable["maxConcurrentOrchestratorFunctions"]

    assert int(LOCAL["PYTHON_THREADPOOL_THREAD_COUNT"]) == work


def test_local_settings_are_for_development_only() -> None:
    """They are committed: an emulator's storage, strict types, and a secret that is none."""
    assert LOCAL["FUNCTIONS_WORKER_RUNTIME"] == "python"
    assert LOCAL["AzureWebJobsStorage"] == "UseDevelopmentStorage=true"
    assert LOCAL["AZURE_FUNCTIONS_DURABLE_STRICT_TYPING"] == "1"
    assert LOCAL["ORDERS_ID_SECRET"] == _DEV_SECRET


def test_nothing_of_a_laptop_is_deployed() -> None:
    """Secrets for development, tests, the local host and its data stay at home."""
    ignored = (APP / ".funcignore").read_text().split()

    assert {"local.settings.json", "tests", "local_host", ".venv", ".data"} <= set(ignored)
