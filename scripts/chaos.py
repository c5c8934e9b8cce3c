"""Place random orders while the service and its workers are killed, then run the audit."""

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from threading import Event, Thread
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from scripts.chaos_customers import Customers, is_open
from scripts.chaos_service import Service

CONCURRENT_CUSTOMERS: Final = 32
PROGRESS_SECONDS: Final = 5


def kill_repeatedly(service: Service, interval: float, seed: int, done: Event) -> None:
    """Kill a worker or the whole service at random times, until all orders have ended."""
    times = random.Random(seed)  # noqa: S311 - no secret
    while not done.wait(times.uniform(0.5, 1.5) * interval):
        if times.choice((True, False)):
            service.kill_worker()
        else:
            service.kill_all()


def run_orders(service: Service, customers: Customers, count: int) -> list[dict[str, Any]]:
    """Place all orders and wait for their ends; print the progress."""
    begun = time.monotonic()
    with ThreadPoolExecutor(CONCURRENT_CUSTOMERS) as pool:
        orders = [pool.submit(customers.run_order, number) for number in range(count)]
        while wait(orders, timeout=PROGRESS_SECONDS).not_done:
            print_progress(orders, service, time.monotonic() - begun)
    return [order.result() for order in orders]


def print_progress(orders: list[Future[dict[str, Any]]], service: Service, seconds: float) -> None:
    """Print how many orders have ended, and what was killed."""
    ended = sum(order.done() for order in orders)
    print(
        f"{seconds:5.0f} s  {ended} of {len(orders)} orders ended;"
        f" killed: service {service.kills}, worker {service.worker_kills}",
        flush=True,
    )


def report(
    orders: list[dict[str, Any]], service: Service, customers: Customers, audit: dict[str, Any]
) -> bool:
    """Print the outcomes and the findings; return whether all orders ended and nothing differs."""
    outcomes = Counter((order["status"], order.get("reason", "")) for order in orders)
    for (status, reason), count in sorted(outcomes.items()):
        print(f"{count:6} {status} {reason}".rstrip())
    refunds = Counter(refund["status"] for order in orders for refund in order.get("refunds", []))
    print(f"refunds: {', '.join(f'{count} {status}' for status, count in sorted(refunds.items()))}")
    print(
        f"killed: service {service.kills} times, worker {service.worker_kills} times;"
        f" {customers.restarts} failed orchestrations restarted"
    )
    for finding in audit["findings"]:
        print(f"FINDING {finding['kind']} {finding['orders']}: {finding['detail']}")
    open_orders = sum(map(is_open, orders))
    print(f"open: {open_orders}; audit: {'clean' if audit['clean'] else 'NOT CLEAN'}")
    return bool(audit["clean"]) and not open_orders and refunds.keys() <= {"paid"}


def parse_options() -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(
        prog="scripts/chaos",
        description=f"{__doc__} The exit status is 0 if all orders ended"
        " and the audit is clean; otherwise the data is kept.",
    )
    parser.add_argument("--orders", type=int, default=1_000, help="number of orders (1000)")
    parser.add_argument("--every", type=float, default=4.0, help="seconds between two kills (4)")
    parser.add_argument("--seed", type=int, help="seed of an earlier run, to repeat its choices")
    parser.add_argument("--quick", action="store_true", help="no orders with long retries")
    options = parser.parse_args()
    options.seed = time.time_ns() % 10**9 if options.seed is None else options.seed
    return options


def main() -> int:
    """Run the orders and the audit; return the exit status."""
    options = parse_options()
    folder = Path(tempfile.mkdtemp(prefix="chaos-"))
    print(f"{options.orders} orders, a kill every {options.every} s, seed {options.seed}")
    begun = time.monotonic()
    service = Service(folder)
    customers, done = Customers(service, options.seed, quick=options.quick), Event()
    killer = Thread(target=kill_repeatedly, args=(service, options.every, options.seed, done))
    killer.start()
    try:
        try:
            orders = run_orders(service, customers, options.orders)
        finally:
            done.set()
            killer.join()
        is_clean = report(orders, service, customers, customers.run_audit())
    finally:
        service.close()
    print(f"{time.monotonic() - begun:.0f} s")
    if not is_clean:
        print(f"The data and the log are in {folder}.")
        return 1
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
