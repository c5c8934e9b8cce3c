"""Rules of imports, the environment and the clock; each returns its violations."""

import ast
import sys
from pathlib import Path

from tests.architecture.source import APP, ROOT, Source, is_below, sources

#: What function folders may import of the SDK.
_SDK = {"azure.durable_functions", "azure.functions"}
#: What every package of the API may import.
_API = _SDK | {"api.http", "orders", "pydantic", "pydantic_core"}

#: What each package may import besides itself and the standard library. A file belongs to the most
#: specific row.
LAYERS: dict[str, set[str]] = {
    "orders/domain": set(),
    # A table of data: how many decimals each currency has.
    "orders/domain/currencies.py": {"iso4217"},
    "orders/ports": {"orders.domain"},
    "orders/contracts": {"orders.domain", "pydantic", "typing_extensions"},
    "orders/settings": {"orders.contracts.retries", "orders.domain"},
    "orders/adapters": {"orders.contracts.codec", "orders.domain", "orders.ports"},
    "orders/adapters/order_store/sqlite": {"orders.adapters", "orders.domain", "orders.ports"},
    "orders/adapters/order_store/tables": {
        *("azure.core", "azure.data.tables", "azure.identity"),
        *("orders.adapters.order_store", "orders.domain", "orders.ports"),
    },
    "orders/adapters/payments/sandbox": {"orders.adapters", "orders.domain", "orders.ports"},
    "orders/adapters/payments/stripe": {"orders.domain", "orders.ports", "stripe"},
    "orders/adapters/carrier/http": {"orders.domain", "orders.ports", "urllib3"},
    "orders/services.py": {
        *("orders.active_orders", "orders.adapters", "orders.domain", "orders.ports"),
        "orders.settings",
    },
    "orders/active_orders.py": {"orders.ports"},
    "orders/engine": {
        *("azure.durable_functions", "orders.contracts", "orders.domain", "orders.services"),
    },
    "orders": {
        *("azure.durable_functions", "orders.contracts", "orders.domain", "orders.engine"),
        *("orders.ports", "orders.services"),
    },
    "activities": {
        *("azure.durable_functions", "orders.contracts", "orders.domain", "orders.lookups"),
        *("orders.reconciliation", "orders.services"),
    },
    "entities": {"azure.durable_functions", "orders.contracts", "orders.domain"},
    "orchestrators": {
        *("azure.durable_functions", "orders.contracts", "orders.domain", "typing_extensions"),
    },
    "timers": _SDK | {"orders"},
    "api/http": _API | {"idna"},
    "api/quotes": _API,
    "api/stock": _API,
    "api/orders": _API | {"api.quotes"},
    "api/operations": _API | {"api.orders"},
    "api/webhooks": _API,
    "function_app.py": _SDK
    | {"activities", "api", "entities", "orchestrators", "timers", "orders.services"},
    "local_host/host": {"aiohttp", "azure.functions", "croniter", "local_host", "uvloop"}
    | {"watchfiles"},
    "local_host/worker": {"azure", "local_host", "uvloop"},
    "local_host": {"azure", "uvloop"},
}

#: What a place must not import although its row of LAYERS allows the package around it.
EXCEPT: dict[str, set[str]] = {
    "api": {"orders.adapters", "orders.settings"},
    "timers": {"orders.adapters", "orders.settings"},
    "local_host/host": {"local_host.worker"},
    "local_host/worker": {"local_host.host"},
}

#: Packages without side effects, and the modules of the standard library that have some.
PURE = ("orders/contracts", "orders/domain", "orders/ports", "orchestrators")
IMPURE = {"asyncio", "http", "logging", "os", "random", "secrets", "socket", "sqlite3"} | {
    *("subprocess", "tempfile", "threading", "time", "urllib", "uuid")
}


def row_of(source: Source) -> str | None:
    """Return the row of LAYERS that a file belongs to: the most specific one."""
    path = source.path.relative_to(source.root)
    places = [path.as_posix(), *(parent.as_posix() for parent in path.parents)]
    return next((place for place in places if place in LAYERS), None)


def forbidden_imports(row: str, root: Path = ROOT) -> list[str]:
    """Return the imports of one row of LAYERS that point outwards, or to a neighbor."""
    own = row.removesuffix(".py").replace("/", ".")
    allowed = LAYERS[row] | {own}
    excluded = {name for place, names in EXCEPT.items() if is_place(row, place) for name in names}
    files = [source for source in sources(row, root=root) if row_of(source) == row]
    assert files, f"the row {row} applies to no file"
    return [
        f"{source.name} imports {module}"
        for source in files
        for module in sorted(source.imports())
        if module.split(".")[0] not in sys.stdlib_module_names
        and (not is_below(module, allowed) or is_below(module, excluded))
    ]


def is_place(row: str, place: str) -> bool:
    """Whether a row is a place or below it."""
    return row == place or row.startswith(f"{place}/")


def app_packages(root: Path = ROOT) -> set[str]:
    """Return the top-level names of the order service."""
    return {place.removesuffix(".py") for place in APP if (root / place).exists()}


def app_imports_of_the_host(root: Path = ROOT) -> list[str]:
    """Return the imports of the app in local_host."""
    packages = app_packages(root)
    assert packages, "the app has no package"
    return _importers_of(packages, sources("local_host", root=root))


def host_imports_of_the_app(root: Path = ROOT) -> list[str]:
    """Return the imports of local_host in the app."""
    return _importers_of({"local_host"}, sources(*APP, root=root))


def activity_imports_of_orchestrators(root: Path = ROOT) -> list[str]:
    """Return the imports of activities in orchestrators: both share `orders.contracts` only."""
    return _importers_of({"activities"}, sources("orchestrators", root=root))


def adapter_importers(root: Path = ROOT) -> set[str]:
    """Return the files outside the adapters that import one."""
    files = [
        source
        for source in sources(*APP, root=root)
        if not source.name.startswith("orders/adapters/")
    ]
    return {line.split()[0] for line in _importers_of({"orders.adapters"}, files)}


def environment_readers(root: Path = ROOT) -> set[str]:
    """Return the files of the app that read the environment."""
    return {
        source.name
        for source in sources(*APP, root=root)
        if source.imports() & {"os.environ", "os.environb", "os.getenv"}
        or _attributes(source) & {"os.environ", "os.environb", "os.getenv"}
    }


def clock_readers(root: Path = ROOT) -> set[str]:
    """Return the files of the app that read the time; `time.monotonic` is no clock."""
    clocks = {"now", "utcnow", "today"}
    moments = {"time.time", "time.time_ns"}
    return {
        source.name
        for source in sources(*APP, root=root)
        if source.imports() & (moments | {"time.gmtime", "time.localtime"})
        or any(
            attribute in moments or (attribute.split(".")[-1] in clocks and _is_date(attribute))
            for attribute in _attributes(source)
        )
    }


def impure_imports(package: str, root: Path = ROOT) -> list[str]:
    """Return the imports of a pure package that reach the outside world."""
    return _importers_of(IMPURE, sources(package, root=root))


def _is_date(attribute: str) -> bool:
    return {"datetime", "date"} & set(attribute.split(".")[:-1]) != set()


def _attributes(source: Source) -> set[str]:
    return {ast.unparse(node) for node in source.nodes if isinstance(node, ast.Attribute)}


def _importers_of(packages: set[str], files: list[Source]) -> list[str]:
    return [
        f"{source.name} imports {module}"
        for source in files
        for module in sorted(source.imports())
        if is_below(module, packages)
    ]
