"""Start of an app in the test's process."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from unittest import mock

from local_host.functions import FunctionTable
from local_host.host import assembly
from local_host.host.clock import VirtualClock
from local_host.host.configuration import read_configuration
from local_host.testing.app import App
from local_host.testing.driver import run_in_loop
from local_host.testing.worker import InProcessWorker, load_app
from local_host.worker.invoke import Invoker


@contextmanager
def start_app(
    app_dir: Path, data_dir: Path, clock: VirtualClock | None = None, *, asks_for_keys: bool = False
) -> Iterator[App]:
    """Run the app in `app_dir` with its data in `data_dir`, in this process."""
    app_dir = app_dir.resolve()
    clock = clock or VirtualClock()
    configuration = replace(read_configuration(app_dir), requires_keys=asks_for_keys)
    with mock.patch.dict(os.environ, configuration.environment):
        loaded = load_app(app_dir)
        invokers: list[Invoker] = []

        async def load_worker(binding: str) -> InProcessWorker:
            invokers.append(Invoker(loaded, binding))
            return InProcessWorker(functions=FunctionTable(loaded.infos), invoker=invokers[-1])

        assembled = assembly.assemble(configuration, data_dir, 0, load_worker, clock, durable=False)
        host = run_in_loop(assembled.__aenter__())
        try:
            yield App(host, clock)
        finally:
            run_in_loop(assembled.__aexit__(None, None, None))
            invokers[-1].close()
