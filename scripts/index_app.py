"""Would the Functions worker of Python 3.13 and newer index this app?

Run by check-index with an interpreter that has `azure-functions-runtime`, the library that the real
worker loads an app with. It needs the wire's types from the worker's proxy, which is not on PyPI;
four names of them stand in here.
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
    """A binding as it goes over the wire; directions are numbers there."""

    inout, out, undefined = BOTH, OUTPUT, 0


PROTOS = SimpleNamespace(BindingInfo=BindingInfo, RpcFunctionMetadata=SimpleNamespace)


def names(app: Path) -> list[str]:
    """The functions that the real worker finds in the app's folder.

    Raises:
        Exception: what the real worker raises where it cannot index the app.
    """
    sys.path.insert(0, str(app))
    os.chdir(app)
    load_binding_registry()
    functions = loader.index_function_app(str(app / "function_app.py"))
    found, _ = loader.process_indexed_function(PROTOS, Registry(), functions, str(app))
    return sorted(function.name for function in found)


def main() -> int:
    """Index the app; print what was found, or why nothing can be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("app", type=Path, nargs="?", default=Path(), help="the app's folder")
    try:
        found = names(parser.parse_args().app.resolve())
    except Exception as error:  # noqa: BLE001 (the app's code may raise anything)
        print(f"check-index: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    print(f"The real worker indexes {len(found)} functions: {', '.join(found)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
