"""Measure the local host. benchmarks/README.md explains the scenarios and their figures."""

import argparse
import json
import os
import platform
import tempfile
from pathlib import Path

from benchmarks.scenarios import SCENARIOS, Figures, Options


def main() -> None:
    """Run the scenarios, print their figures, and write them as JSON with `--json`."""
    arguments = _parser().parse_args()
    options = Options(
        workflows=arguments.workflows,
        in_flight=arguments.in_flight,
        steps=arguments.steps,
        rounds=arguments.rounds,
        finished=arguments.finished,
        waiting=arguments.waiting,
    )
    results: dict[str, Figures] = {}
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    for name in arguments.scenario or SCENARIOS:
        with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
            results[name] = SCENARIOS[name](options, Path(folder))
        print(f"\n{name}: {(SCENARIOS[name].__doc__ or '').strip()}")
        for figure, value in results[name].items():
            print(f"  {figure:<50} {value:>10.2f}")
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=2) + "\n", "utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    names = ", ".join(SCENARIOS)
    parser.add_argument(
        "scenario", nargs="*", type=_scenario, metavar="SCENARIO", help=f"{names} (default: all)"
    )

    def add_size(*flags: str, default: int, text: str) -> None:
        help_text = f"{text} (default: {default})"
        parser.add_argument(*flags, type=int, default=default, metavar="N", help=help_text)

    add_size("-n", "--workflows", default=500, text="workflows of a round")
    add_size("-c", "--in-flight", default=50, text="workflows at a time")
    add_size("-s", "--steps", default=4, text="activities of a workflow")
    add_size("-r", "--rounds", default=3, text="rounds of a scenario")
    add_size("--finished", default=100_000, text="finished instances in the filled file")
    add_size("--waiting", default=10_000, text="waiting instances in the filled file")
    parser.add_argument(
        "--folder", type=Path, metavar="DIR", help="put the data on the disk of this folder"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to a file")
    return parser


def _scenario(name: str) -> str:
    if name not in SCENARIOS:
        raise argparse.ArgumentTypeError(f"{name!r} is not a scenario")
    return name


if __name__ == "__main__":
    main()
