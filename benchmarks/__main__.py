"""Measure the local host: `python -m benchmarks --help`. What each figure means: README.md."""

import argparse
import json
import os
import platform
import tempfile
from pathlib import Path

from benchmarks.scenarios import SCENARIOS, Figures, Options


def main() -> None:
    """Run the scenarios, print a table, and write JSON if asked."""
    asked = _parser().parse_args()
    options = Options(
        asked.workflows, asked.in_flight, asked.steps, asked.rounds, asked.finished, asked.waiting
    )
    results: dict[str, Figures] = {}
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    for name in asked.scenario or SCENARIOS:
        with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
            results[name] = SCENARIOS[name](options, Path(folder))
        print(f"\n{name}: {(SCENARIOS[name].__doc__ or '').strip()}")
        for figure, value in results[name].items():
            print(f"  {figure:<50} {value:>10.2f}")
    if asked.json:
        asked.json.write_text(json.dumps(results, indent=2) + "\n", "utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "scenario", nargs="*", metavar="SCENARIO", help=f"{', '.join(SCENARIOS)} (default: all)"
    )
    parser.add_argument("-n", "--workflows", type=int, default=500)
    parser.add_argument("-c", "--in-flight", type=int, default=50)
    parser.add_argument("-s", "--steps", type=int, default=4, help="activities of a workflow")
    parser.add_argument("-r", "--rounds", type=int, default=3)
    parser.add_argument("--finished", type=int, default=100_000, help="in the filled file")
    parser.add_argument("--waiting", type=int, default=10_000, help="in the filled file")
    parser.add_argument("--folder", type=Path, help="where data goes: the disk that is measured")
    parser.add_argument("--json", type=Path, help="write the figures to this file, too")
    return parser


if __name__ == "__main__":
    main()
