"""What does `python -m local_host` do?"""

import argparse
import logging
import sys
from pathlib import Path

import uvloop

from local_host import logs
from local_host.errors import HostError
from local_host.host import console
from local_host.host.assembly import Host
from local_host.host.configuration import Configuration
from local_host.host.lifetime import Options, live
from local_host.host.timeline import show_timeline
from local_host.logs import LogStyle

_DESCRIPTION = """\
Run an Azure Functions app with Durable Functions on this machine: no Azure, no storage emulator.

The app is a folder with function_app.py and host.json. Its state lives in one data folder; kill the
host at any moment and the next start goes on where it was. It is for development and tests.
"""
_EXAMPLES = """\
examples:
  python -m local_host                        run the app in this folder on port 7071
  python -m local_host --reload --verbose     start again on each change, and log each function
  python -m local_host --inspect ORDER-1      what has happened to an instance, also while it runs
  python -m local_host --inspect @stock@RUG   the state of an entity

settings, as on Azure, in local.settings.json or the environment:
  FUNCTIONS_WORKER_PROCESS_COUNT    how many processes run functions (or --workers)
  PYTHON_THREADPOOL_THREAD_COUNT    how many functions that are not async run at once in each
  FUNCTIONS_REQUEST_BODY_SIZE_LIMIT the largest request body, in bytes
and in host.json: functionTimeout, logging.logLevel, extensions.http, extensions.durableTask.

management API (start, query, raise events, suspend, terminate, purge):
  http://127.0.0.1:7071/runtime/webhooks/durabletask/instances/{id}?showHistory=true

Ctrl-C lets running functions finish, for 5 seconds at most; a second Ctrl-C stops at once. Exit
status: 0 stopped, 1 could not start or go on (one line says why), 130 stopped at once.
"""


def main(arguments: list[str] | None = None) -> int:
    """Run the host until it is told to stop; return the exit status."""
    chosen = _parser().parse_args(arguments)
    app = chosen.app.resolve()
    data = (chosen.data or app / ".data").resolve()
    style = LogStyle(chosen.verbose, chosen.log_format == "json", logs.wants_color(sys.stderr))
    logs.configure(style)
    try:
        if chosen.inspect is not None:
            print(show_timeline(data, chosen.inspect))
            return 0
        options = Options(app, data, chosen.port, style, chosen.reload, chosen.workers, chosen.auth)
        # uvloop: a sixth less processor time for a workflow than asyncio's own loop.
        return uvloop.run(live(options, _greet))
    except HostError as error:
        print(f"local_host: {error}", file=sys.stderr)
    except Exception:
        logging.getLogger("local_host").exception("the host failed: this is a bug in it")
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local_host",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--app", type=Path, default=Path(), metavar="DIR", help="the app's folder (default: this)")
    add("--port", type=_port, default=7071, help="where to listen on 127.0.0.1 (default: 7071)")
    add("--data", type=Path, metavar="DIR", help="where state lives (default: .data in the app)")
    add(
        "--workers",
        type=_workers,
        metavar="N",
        help="how many processes run functions, 1 to 10 (default: as the app's settings say, or 1)",
    )
    add("--auth", action="store_true", help="ask for keys, as on Azure; they are shown once")
    add("--reload", action="store_true", help="start again when a file of the app changes")
    add("--verbose", action="store_true", help="log each function's start and end")
    add(
        "--log-format",
        choices=("text", "json"),
        default="text",
        help="lines for people, or one JSON object a line (default: text)",
    )
    add("--inspect", metavar="ID", help="show an instance's history, or an entity, and exit")
    return parser


def _port(text: str) -> int:
    port = int(text) if text.isdecimal() else -1
    if not 0 <= port < 2**16:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: give a number from 0 to 65535")
    return port


def _workers(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if not 1 <= number <= 10:  # noqa: PLR2004 (Azure's own limit)
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 10")
    return number


def _greet(host: Host, configuration: Configuration) -> None:
    functions = host.engine.worker.functions.infos
    print(console.banner(functions, host.base_url, configuration.route_prefix))
    for name in console.not_run(functions):
        print(f"\n\t{name}: its trigger is not fired by this host")
    for fault in console.faults(host.in_error):
        print(f"\n{fault}")
    if host.new_keys:
        print(f"\n{console.new_keys(host.new_keys)}")
    if host.recovered:
        print(f"\nGoing on with {host.recovered} open messages, timers and activities.")
    line = console.example(configuration.app, host.base_url)
    if line:
        print(f"\nTry it:\n\n{line}")
    print(f"\nListening on {host.base_url} (Ctrl-C stops)", flush=True)
