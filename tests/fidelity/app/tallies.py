"""Entities that count, fail and keep books."""

import azure.durable_functions as df

bp = df.Blueprint()


@bp.entity_trigger(context_name="context")
def counter(context: df.DurableEntityContext) -> None:
    """Count."""
    value = context.get_state(lambda: 0)
    match context.operation_name:
        case "add":
            value += context.get_input()
            context.set_result(value)
        case "reset":
            value = 0
        case "get":
            context.set_result(value)
        case "explode":
            raise ValueError(f"cannot explode {context.get_input()}")
        case "delete":
            context.destruct_on_exit()
            return
    context.set_state(value)


@bp.entity_trigger(context_name="context")
def ledger(context: df.DurableEntityContext) -> None:
    """Keep books, and show what a batch shares."""
    books = context.get_state(lambda: {"total": 0, "operations": 0})
    books["operations"] += 1
    operation = context.operation_name
    if operation == "get":
        context.set_result(books)
        return
    books["total"] += 1000 if operation == "set_then_fail" else context.get_input()
    context.set_state(books)
    if operation == "set_then_fail":
        raise RuntimeError("after set_state")
    if operation == "add":
        context.set_result(books["total"])
