"""Does what an orchestrator calls exist?

The real host hangs in silence where it does not. This one hangs as well, and says so at once.
"""

import difflib
import logging

from local_host.functions import FunctionTable
from local_host.host.durable.builder import HTTP_ACTIVITY
from local_host.host.durable.decisions import (
    CallActivity,
    CallSubOrchestration,
    Decision,
    MessageEntity,
    SetTimer,
)
from local_host.host.store.records import InstanceRecord

_log = logging.getLogger("local_host.orchestrations")


def can_be_done(functions: FunctionTable, record: InstanceRecord, decision: Decision) -> bool:
    """Whether the called function exists; where it does not, the log says which was meant."""
    match decision:
        case CallActivity():
            kind, trigger, name = "activity", "activityTrigger", decision.name
        case CallSubOrchestration():
            kind, trigger, name = "orchestrator", "orchestrationTrigger", decision.name
        case MessageEntity():
            kind, trigger = "entity", "entityTrigger"
            name = decision.target.split("@", 2)[1]
        case SetTimer():
            return True
    if name == HTTP_ACTIVITY or functions.has(trigger, name):
        return True
    _log.error(
        "Orchestrator %s calls the %s %r, which does not exist: it will wait for ever.%s",
        record.name,
        kind,
        name,
        _hint(functions, trigger, name),
        extra={"about": record.instance_id},
    )
    return False


def _hint(functions: FunctionTable, trigger: str, name: str) -> str:
    """The name that was probably meant; a function's Python name stands for its registered one."""
    known = {i.registered_name.lower(): i for i in functions.infos if i.trigger == trigger}
    python_names = {i.name.lower(): i for i in known.values()}
    if name.lower() in python_names:
        info = python_names[name.lower()]
        return f" The function {info.name} is registered as {info.registered_name!r}."
    near = difflib.get_close_matches(name.lower(), known, n=1)
    return f" Did you mean {known[near[0]].registered_name!r}?" if near else ""
