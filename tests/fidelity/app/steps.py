"""Activities that return, fail, take their time or have another name."""

import time
from collections import Counter

import azure.durable_functions as df

bp = df.Blueprint()
_attempts: Counter[str] = Counter()


@bp.activity_trigger(input_name="name")
def say(name: str) -> str:
    """Greet."""
    return f"Hello {name}!"


@bp.activity_trigger(input_name="value")
def double(value: int) -> int:
    """Return twice the value."""
    return value * 2


@bp.activity_trigger(input_name="value")
def identity(value):  # noqa: ANN001, ANN201 - any JSON
    """Return the value."""
    return value


@bp.activity_trigger(input_name="seconds")
def nap(seconds: float) -> str:
    """Take a while."""
    time.sleep(seconds)
    return "rested"


@bp.activity_trigger(input_name="spec")
def flaky(spec: dict) -> str:
    """Fail before the attempt that the spec names."""
    _attempts[spec["key"]] += 1
    attempt = _attempts[spec["key"]]
    if attempt < spec["succeed_on"]:
        raise ConnectionError(f"attempt {attempt} failed")
    return f"attempt {attempt}"


@bp.activity_trigger(input_name="message")
def fail(message: str) -> str:
    """Fail."""
    raise ValueError(message)


@bp.activity_trigger(input_name="nothing")
async def none_async(nothing) -> None:  # noqa: ANN001 - always None
    """Return nothing."""


@bp.activity_trigger(input_name="value", activity="customActivity")
def python_named_activity(value):  # noqa: ANN001, ANN201 - any JSON
    """Return the value, under another name."""
    return value
