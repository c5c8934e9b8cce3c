"""Place random orders while host and workers are killed, see each to its end, ask the audit."""

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Thread
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from scripts.chaos_customers import Customers, is_open
from scripts.chaos_service import Service

CUSTOMERS: Final = 32


def kill_now_and_then(service: Service, every: float, seed: int, done: Event) -> None:
    """Kill a worker or everything, until all orders have ended."""
    instants = random.Random(seed)  # noqa: S311 - no secret
    while not done.wait(instants.uniform(0.5, 1.5) * every):
        if instants.random() < 0.5:  # noqa: PLR2004 - one as often as the other
            service.kill_a_worker()
        else:
            service.kill_all()


def run(service: Service, options: argparse.Namespace) -> tuple[list[dict[str, Any]], Customers]:
    """Let all orders happen, with kills in between; each as it was seen at its end."""
    customers, done = Customers(service, options.seed, quick=options.quick), Event()
    killing = Thread(target=kill_now_and_then, args=(service, options.every, options.seed, done))
    killing.start()
    try:
        with ThreadPoolExecutor(CUSTOMERS) as pool:
            ends = list(pool.map(customers.see_through, range(options.orders)))
    finally:
        done.set()
        killing.join()
    return ends, customers


def tell(
    ends: list[dict[str, Any]], service: Service, customers: Customers, report: dict[str, Any]
) -> bool:
    """Print what became of everything; whether all is well."""
    for (status, reason), count in sorted(
        Counter((end["status"], end.get("reason") or "") for end in ends).items()
    ):
        print(f"{count:6} {status} {reason}")
    print(
        f"killed: everything {service.killed_all} times, a worker {service.killed_workers} times;"
        f" {customers.taken_up} lost runs taken up again"
    )
    refunds = Counter(refund["status"] for end in ends for refund in end.get("refunds", []))
    print(f"refunds: {', '.join(f'{count} {status}' for status, count in sorted(refunds.items()))}")
    for finding in report["findings"]:
        print(f"FINDING {finding['kind']} {finding['orders']}: {finding['detail']}")
    open_orders = sum(map(is_open, ends))
    print(f"open: {open_orders}; audit: {'clean' if report['clean'] else 'NOT CLEAN'}")
    return bool(report["clean"]) and not open_orders and refunds.keys() <= {"paid"}


def main() -> int:
    """Run it; return the exit status."""
    parser = argparse.ArgumentParser(prog="scripts/chaos", description=__doc__)
    parser.add_argument("--orders", type=int, default=1_000, help="how many orders (1000)")
    parser.add_argument("--every", type=float, default=4.0, help="seconds between two kills (4)")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 10**9, help="for a repetition")
    parser.add_argument("--quick", action="store_true", help="no orders that are retried long")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="chaos-"))
    print(
        f"{options.orders} orders, a kill every {options.every} s, seed {options.seed}, in {folder}"
    )
    begun = time.monotonic()
    service = Service(folder)
    try:
        ends, customers = run(service, options)
        good = tell(ends, service, customers, customers.audit())
    finally:
        service.close()
    print(f"{time.monotonic() - begun:.0f} s")
    if good:
        shutil.rmtree(folder)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
