"""What health adds to a call, beside an append to a deque under a lock.

    uv run python tests/benchmarks/health.py

Prints medians of rounds in microseconds, and how many such appends each costs.
"""

from collections import deque
from collections.abc import Callable
from statistics import median
from threading import Lock
from time import monotonic, perf_counter

from interlock.errors import Unavailable
from interlock.health import HealthPolicy, HealthTracker, RetryBudget, RetryPolicy

ROUNDS = 15
CALLS = 20_000
TASK = "code_generation"


def microseconds(step: Callable[[], object]) -> float:
    began = perf_counter()
    for _ in range(CALLS):
        step()
    return (perf_counter() - began) / CALLS * 1e6


def yardstick() -> Callable[[], None]:
    lock, kept = Lock(), deque[int](maxlen=256)

    def append() -> None:
        with lock:
            kept.append(1)

    return append


def attempt(book: HealthTracker, retries: RetryBudget) -> Callable[[], None]:
    """What one attempt that succeeds costs: asked before it, told after it."""

    def run() -> None:
        book.enters("a", TASK)
        retries.earn("a")
        book.latencies.add("a", "answer", 0.25, TASK)
        book.ended("a", None, TASK)

    return run


def book_after(failures: int) -> HealthTracker:
    book = HealthTracker(HealthPolicy(window=10**6), monotonic)
    for _ in range(failures):
        book.ended("a", Unavailable("503"), TASK)
    for _ in range(1000):
        book.ended("a", None, TASK)
    return book


def main() -> None:
    well, once, shared = book_after(0), book_after(1), book_after(0)
    shared.exchange.begin(lambda: None)
    retries = RetryBudget(RetryPolicy(), monotonic)
    steps: dict[str, Callable[[], object]] = {
        "append to a deque under a lock": yardstick(),
        "standing, no failure in the window": lambda: well.standing("a", TASK),
        "standing, one failure in the window": lambda: once.standing("a", TASK),
        "an attempt, no failure in the window": attempt(well, retries),
        "an attempt, one failure in the window": attempt(once, retries),
        "an attempt, shared with other processes": attempt(shared, retries),
        "a percentile of the latencies": lambda: well.latencies.percentile("a", "answer", 0.95),
        "a retry granted or refused": lambda: retries.spend("a"),
    }
    taken: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(ROUNDS):
        for name, step in steps.items():
            taken[name].append(microseconds(step))
    base = median(taken["append to a deque under a lock"])
    for name, times in taken.items():
        print(f"{name:<42} {median(times):7.2f} µs {median(times) / base:6.1f} appends")


if __name__ == "__main__":
    main()
