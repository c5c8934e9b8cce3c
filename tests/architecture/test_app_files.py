"""The app's files contain what the real host requires."""

import json
import re
from typing import Any

from orders.settings.settings import DEVELOPMENT_SECRET
from tests.shop import APP

HOST: dict[str, Any] = json.loads((APP / "host.json").read_text())
LOCAL: dict[str, str] = json.loads((APP / "local.settings.json").read_text())["Values"]


def test_extension_bundle_supports_orchestration_versions() -> None:
    """Versions require bundle 4.30 or newer."""
    assert HOST["version"] == "2.0"
    assert HOST["extensionBundle"]["version"] == "[4.30.0, 5.0.0)"
    assert HOST["extensions"]["durableTask"]["defaultVersion"] == "1.0"


def test_hub_name_is_valid_in_storage() -> None:
    """With another name, the real host answers 503."""
    assert re.fullmatch(r"[A-Za-z][A-Za-z0-9]{2,44}", HOST["extensions"]["durableTask"]["hubName"])


def test_routes_have_no_prefix() -> None:
    """Routes in the code are the paths that clients call, and pages can be at the root."""
    assert HOST["extensions"]["http"]["routePrefix"] == ""


def test_inputs_are_not_stored_in_histories() -> None:
    """Histories and traces contain no more than the engine needs."""
    durable = HOST["extensions"]["durableTask"]

    assert not durable.get("storeInputsInOrchestrationHistory")
    assert not durable["tracing"]["traceInputsAndOutputs"]


def test_worker_has_a_thread_for_each_concurrent_function() -> None:
    """Otherwise activities wait in one worker while another is idle."""
    durable = HOST["extensions"]["durableTask"]
    work = durable["maxConcurrentActivityFunctions"] + durable["maxConcurrentOrchestratorFunctions"]

    assert int(LOCAL["PYTHON_THREADPOOL_THREAD_COUNT"]) == work


def test_local_settings_are_for_development_only() -> None:
    """The committed file names the storage emulator and the secret for development."""
    assert LOCAL["FUNCTIONS_WORKER_RUNTIME"] == "python"
    assert LOCAL["AzureWebJobsStorage"] == "UseDevelopmentStorage=true"
    assert LOCAL["AZURE_FUNCTIONS_DURABLE_STRICT_TYPING"] == "1"
    assert LOCAL["ORDERS_ID_SECRET"] == DEVELOPMENT_SECRET
