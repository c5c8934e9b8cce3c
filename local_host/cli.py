"""Command line of the local host: `python -m local_host`."""

import argparse
import logging
import os
import sys
from pathlib import Path

import uvloop

from local_host import logs
from local_host.errors import HostError
from local_host.host.assembly import Host
from local_host.host.banner import format_banner
from local_host.host.configuration import MAX_PROCESSES, Configuration
from local_host.host.lifetime import Options, run_until_stopped
from local_host.host.timeline import show_timeline
from local_host.logs import LogStyle

_DESCRIPTION = """\
Run an Azure Functions app with Durable Functions on this machine, for
development and tests. It needs no Azure and no storage emulator.

The app is a folder with function_app.py and host.json; its state is kept in a
data folder. If the host is killed, the next start resumes all instances.
"""
_EPILOG = """\
examples:
  %(prog)s                         run the app
  %(prog)s --reload --verbose      restart on changes, log functions
  %(prog)s --inspect INSTANCE_ID   print the history of an instance
  %(prog)s --inspect @ENTITY@KEY   print the state of an entity

app settings, in local.settings.json or in the environment:
  FUNCTIONS_WORKER_PROCESS_COUNT     number of worker processes (or --workers)
  PYTHON_THREADPOOL_THREAD_COUNT     threads for functions that are not async
  FUNCTIONS_REQUEST_BODY_SIZE_LIMIT  limit of a request body, in bytes
  WEBSITE_TIME_ZONE                  time zone of timer schedules
  AzureWebJobsDisableHomepage        "true" leaves / to the app

settings in host.json:
  functionTimeout, logging.logLevel, extensions.http, extensions.durableTask

management API (start, query, raise events, suspend, terminate, purge):
  http://127.0.0.1:7071/runtime/webhooks/durabletask/instances/{id}

Ctrl-C waits up to 5 seconds for running functions; a second Ctrl-C stops at
once. Exit status: 0 stopped, 1 failed (the last line says why), 130 stopped
at once.
"""


def main(arguments: list[str] | None = None) -> int:
    """Run the host until it is stopped; return the exit status."""
    parsed = _parser().parse_args(arguments)
    app = parsed.app.resolve()
    data = (parsed.data or app / ".data").resolve()
    style = LogStyle(
        verbose=parsed.verbose,
        as_json=parsed.log_format == "json",
        color=logs.supports_color(sys.stderr),
    )
    logs.configure(style)
    try:
        if parsed.inspect is not None:
            print(show_timeline(data, parsed.inspect))
            return 0
        options = Options(
            app=app,
            data=data,
            port=parsed.port,
            style=style,
            reload=parsed.reload,
            workers=parsed.workers,
            auth=parsed.auth,
        )
        # uvloop needs a sixth less processor time for a workflow than asyncio's own loop.
        return uvloop.run(run_until_stopped(options, _print_banner))
    except HostError as error:
        print(f"local_host: {error}", file=sys.stderr)
    except Exception:
        logging.getLogger("local_host").exception("Internal error: this is a bug in the local host")
    return 1


def _print_banner(host: Host, configuration: Configuration) -> None:
    print(format_banner(host, configuration), flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        # A script that starts the host shows its own name in the help.
        prog=os.environ.get("LOCAL_HOST_PROGRAM", "python -m local_host"),
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,  # scripts/run looks for the options themselves
    )
    add = parser.add_argument
    add(
        "--app",
        type=Path,
        default=Path(),
        metavar="DIR",
        help="the folder of the app (default: the current folder)",
    )
    add("--port", type=_port, default=7071, help="the port on 127.0.0.1 (default: 7071; 0: any)")
    add("--data", type=Path, metavar="DIR", help="the data folder (default: .data in the app)")
    add(
        "--workers",
        type=_process_count,
        metavar="N",
        help=f"the number of worker processes, 1 to {MAX_PROCESSES} (default: the app setting)",
    )
    add("--auth", action="store_true", help="require access keys, as on Azure")
    add("--reload", action="store_true", help="restart when a file of the app changes")
    add("--verbose", action="store_true", help="log the start and the end of each function")
    add(
        "--log-format",
        choices=("text", "json"),
        default="text",
        help="text, or one JSON object a line (default: text)",
    )
    add("--inspect", metavar="ID", help="print the history of an instance, or an entity, and exit")
    return parser


def _port(text: str) -> int:
    port = int(text) if text.isdecimal() else -1
    if not 0 <= port < 2**16:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port from 0 to 65535")
    return port


def _process_count(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if not 1 <= number <= MAX_PROCESSES:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to {MAX_PROCESSES}")
    return number
