"""Start-up banner: the functions and their routes, as `func start` lists them."""

import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from local_host.functions import FunctionInfo
from local_host.host.assembly import Host
from local_host.host.configuration import Configuration
from local_host.host.web.keys import KEYS_FILE, Keys
from local_host.host.web.routing import full_path

_SUPPORTED_TRIGGERS = frozenset(
    f"{kind}Trigger" for kind in ("http", "timer", "orchestration", "activity", "entity")
)


def format_banner(host: Host, configuration: Configuration) -> str:
    """Return the text to print when the host is ready; its last line has the address."""
    infos = host.engine.worker.functions.infos
    sections = [
        _functions(infos, host.base_url, configuration.route_prefix),
        *(
            f"\t{info.name}: the local host does not support {info.trigger}; it never runs"
            for info in infos
            if info.trigger not in _SUPPORTED_TRIGGERS
        ),
        *(f"The '{name}' function is in error: {reason}" for name, reason in host.in_error.items()),
    ]
    if host.new_keys:
        sections.append(_keys(host.new_keys))
    if host.recovered:
        count = host.recovered
        sections.append(f"Resuming open messages, timers and activities of the last run: {count}")
    example = _example(configuration.app, host.base_url)
    if example:
        sections.append(f"Try it:\n\n{example}")
    sections.append(f"Listening on {host.base_url} (press Ctrl-C to stop)")
    return "\n\n".join(sections)


def _functions(infos: Sequence[FunctionInfo], base_url: str, prefix: str) -> str:
    lines = ["Functions:", ""]
    routed = [f for f in infos if f.route is not None]
    for function in sorted(routed, key=lambda f: f.name):
        methods = ",".join(function.methods) or "ANY"
        lines += [f"\t{function.name}: [{methods}] {base_url}/{full_path(function, prefix)}", ""]
    others = [f for f in infos if f.route is None]
    for function in sorted(others, key=lambda f: (f.trigger, f.registered_name)):
        lines += [f"\t{function.registered_name}: {function.trigger}"]
    return "\n".join(lines)


def _keys(keys: Keys) -> str:
    rows = "\n".join(f"\t{name}: {key}" for name, key in _named_keys(keys))
    return f"New keys, shown only this time ({KEYS_FILE} in the data folder keeps them):\n\n{rows}"


def _named_keys(keys: Keys) -> Iterator[tuple[str, str]]:
    yield "master", keys.master
    yield from ((f"function {name}", key) for name, key in keys.host.items())
    yield from ((f"system {name}", key) for name, key in keys.system.items())
    for function, named in keys.functions.items():
        yield from ((f"{function} {name}", key) for name, key in named.items())


def _example(app: Path, base_url: str) -> str | None:
    """Return `[tool.local_host] example` of the app's pyproject.toml: a command to paste."""
    try:
        project: dict[str, Any] = tomllib.loads((app / "pyproject.toml").read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError):
        return None
    line = project.get("tool", {}).get("local_host", {}).get("example")
    return line.replace("{base}", base_url) if isinstance(line, str) else None
