"""Index the app with the library of the real Functions worker (Python 3.13 and newer).

check-index runs it with an interpreter that has this library, `azure-functions-runtime`. The
library expects the message types of the worker's proxy, which is not on PyPI. This module defines
the names that indexing needs.
"""

import argparse
import os
import sys
from pathlib import Path
from types import SimpleNamespace

from azure_functions_runtime import loader
from azure_functions_runtime.bindings.meta import load_binding_registry
from azure_functions_runtime.functions import Registry

INPUT, OUTPUT, BOTH = range(3)


class BindingInfo(SimpleNamespace):
    """A binding as it is sent to the host, with numbers for directions."""

    inout, out, undefined = BOTH, OUTPUT, 0


PROTOS = SimpleNamespace(BindingInfo=BindingInfo, RpcFunctionMetadata=SimpleNamespace)


def names(app: Path) -> list[str]:
    """Return the names of the functions that the real worker finds in the app's folder.

    Raises:
        Exception: what the real worker raises if it cannot index the app.
    """
    sys.path.insert(0, str(app))
    os.chdir(app)
    load_binding_registry()
    functions = loader.index_function_app(str(app / "function_app.py"))
    indexed, _ = loader.process_indexed_function(PROTOS, Registry(), functions, str(app))
    return sorted(function.name for function in indexed)


def main() -> int:
    """Print the names of the app's functions, or why they cannot be indexed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("app", type=Path, nargs="?", default=Path(), help="the app's folder")
    try:
        functions = names(parser.parse_args().app.resolve())
    except Exception as error:  # noqa: BLE001 - the app's code may raise anything
        print(f"check-index: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    print(f"The real worker indexes {len(functions)} functions: {', '.join(functions)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
