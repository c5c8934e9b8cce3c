"""What does a person see when the host starts?"""

import tomllib
from pathlib import Path
from typing import Any

from local_host.functions import FunctionInfo
from local_host.host.web.keys import FILE_NAME, Keys
from local_host.host.web.routing import full_path


def banner(functions: list[FunctionInfo], base_url: str, prefix: str) -> str:
    """The functions and their routes, as `func start` lists them."""
    lines = ["Functions:", ""]
    routed = [f for f in functions if f.route is not None]
    for function in sorted(routed, key=lambda f: f.name):
        methods = ",".join(function.methods) or "ANY"
        lines += [f"\t{function.name}: [{methods}] {base_url}/{full_path(function, prefix)}", ""]
    others = [f for f in functions if f.route is None]
    for function in sorted(others, key=lambda f: (f.trigger, f.registered_name)):
        lines += [f"\t{function.registered_name}: {function.trigger}"]
    return "\n".join(lines)


def not_run(functions: list[FunctionInfo]) -> list[str]:
    """Names of functions whose triggers this host does not fire."""
    fired = {f"{kind}Trigger" for kind in ("http", "timer", "orchestration", "activity", "entity")}
    return [f.name for f in functions if f.trigger not in fired]


def faults(in_error: dict[str, str]) -> list[str]:
    """Functions that are not served, in the real host's words."""
    return [f"The '{name}' function is in error: {why}" for name, why in in_error.items()]


def new_keys(keys: Keys) -> str:
    """Keys that were made just now. They are shown this once."""
    rows = [
        ("master", keys.master),
        *((f"function {name}", key) for name, key in keys.host.items()),
        *((f"system {name}", key) for name, key in keys.system.items()),
        *(
            (f"{function} {name}", key)
            for function, own in keys.functions.items()
            for name, key in own.items()
        ),
    ]
    lines = [f"\t{name}: {key}" for name, key in rows]
    return "\n".join(
        [f"Keys, shown only now ({FILE_NAME} in the data folder keeps them):", "", *lines]
    )


def example(app: Path, base_url: str) -> str | None:
    """The app's own line to paste: `[tool.local_host] example` in its pyproject.toml."""
    try:
        project: dict[str, Any] = tomllib.loads((app / "pyproject.toml").read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError):
        return None
    line = project.get("tool", {}).get("local_host", {}).get("example")
    return line.replace("{base}", base_url) if isinstance(line, str) else None
