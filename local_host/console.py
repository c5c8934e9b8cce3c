"""What does a person see when the host starts?"""

import tomllib
from pathlib import Path
from typing import Any

from local_host.functions import FunctionInfo
from local_host.web.routing import full_path


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
    fired = {"httpTrigger", "orchestrationTrigger", "activityTrigger", "entityTrigger"}
    return [f.name for f in functions if f.trigger not in fired]


def example(app: Path, base_url: str) -> str | None:
    """The app's own line to paste: `[tool.local_host] example` in its pyproject.toml."""
    try:
        project: dict[str, Any] = tomllib.loads((app / "pyproject.toml").read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError):
        return None
    line = project.get("tool", {}).get("local_host", {}).get("example")
    return line.replace("{base}", base_url) if isinstance(line, str) else None
