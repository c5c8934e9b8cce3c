"""Check that the functions exist which an orchestrator calls.

If one does not, the real host waits in silence. This host waits as well, and logs it at once.
"""

import difflib
import logging

from local_host.functions import FunctionTable
from local_host.host.durable.decisions import (
    HTTP_ACTIVITY,
    CallActivity,
    CallSubOrchestration,
    Decision,
    MessageEntity,
    SetTimer,
)
from local_host.host.store.records import InstanceRecord

_log = logging.getLogger("local_host.orchestrations")


def function_exists(functions: FunctionTable, record: InstanceRecord, decision: Decision) -> bool:
    """Return whether the called function exists; if not, log it with the nearest name."""
    match decision:
        case CallActivity():
            kind, trigger, name = "activity", "activityTrigger", decision.event.name
        case CallSubOrchestration():
            kind, trigger, name = "orchestrator", "orchestrationTrigger", decision.event.name
        case MessageEntity():
            kind, trigger = "entity", "entityTrigger"
            name = decision.event.instance_id.split("@", 2)[1]
        case SetTimer():
            return True
    if name == HTTP_ACTIVITY or functions.has(trigger, name):
        return True
    _log.error(
        "Orchestrator %s calls the %s %r, which does not exist, and waits forever.%s",
        record.name,
        kind,
        name,
        _hint(functions, trigger, name),
        extra={"about": record.instance_id},
    )
    return False


def _hint(functions: FunctionTable, trigger: str, name: str) -> str:
    """Return a sentence with the name that was probably meant."""
    registered = {i.registered_name.lower(): i for i in functions.infos if i.trigger == trigger}
    python_names = {info.name.lower(): info for info in registered.values()}
    if name.lower() in python_names:
        info = python_names[name.lower()]
        return f" The function {info.name} is registered as {info.registered_name!r}."
    near = difflib.get_close_matches(name.lower(), registered, n=1)
    return f" Did you mean {registered[near[0]].registered_name!r}?" if near else ""
