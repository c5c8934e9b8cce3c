"""What does `python -m local_host` do?"""

import argparse
import asyncio
import logging
import signal
import sys
from pathlib import Path

from local_host import console
from local_host.configuration import read_configuration
from local_host.errors import HostError
from local_host.host import Host, run_host

_DESCRIPTION = """\
Run an Azure Functions app with Durable Functions on this machine: no Azure, no storage emulator.

The app is a folder with function_app.py and host.json. Its state lives in one data folder; kill the
host at any moment and the next start goes on where it was. It is for development and tests.
"""


def main(arguments: list[str] | None = None) -> int:
    """Run the host until it is told to stop; return the exit status."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(
        format="[%(asctime)s] %(message)s", level=logging.WARNING, stream=sys.stderr
    )
    try:
        return asyncio.run(_run(options))
    except HostError as error:
        print(f"local_host: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local_host",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--app", type=Path, default=Path(), metavar="DIR", help="the app's folder (default: this)"
    )
    parser.add_argument(
        "--port", type=_port, default=7071, help="where to listen on 127.0.0.1 (default: 7071)"
    )
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="where state lives (default: .data in the app)"
    )
    return parser


def _port(text: str) -> int:
    port = int(text) if text.isdecimal() else -1
    if not 0 <= port < 2**16:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: give a number from 0 to 65535")
    return port


async def _run(options: argparse.Namespace) -> int:
    app = options.app.resolve()
    configuration = read_configuration(app)
    data = (options.data or app / ".data").resolve()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with run_host(configuration, data, options.port) as host:
        _greet(host, app, configuration.route_prefix)
        await _until(stop, host)
        if host.fault.done():
            error = host.fault.result()
            if isinstance(error, HostError):
                raise error
            logging.getLogger("local_host").error("the host failed", exc_info=error)
            return 1
    return 0


async def _until(stop: asyncio.Event, host: Host) -> None:
    host.fault.add_done_callback(lambda _: stop.set())
    await stop.wait()


def _greet(host: Host, app: Path, prefix: str) -> None:
    functions = host.engine.worker.functions.infos
    print(console.banner(functions, host.base_url, prefix))
    for name in console.not_run(functions):
        print(f"\n\t{name}: its trigger is not fired by this host")
    if host.recovered:
        print(f"\nGoing on with {host.recovered} open messages, timers and activities.")
    line = console.example(app, host.base_url)
    if line:
        print(f"\nTry it:\n\n{line}")
    print(f"\nListening on {host.base_url} (Ctrl-C stops)", flush=True)
