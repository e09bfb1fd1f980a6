"""How often intervals hold what they should, and how often a year of daily looks raises a false alarm.

    PYTHONPATH=tests/support uv run python tests/benchmarks/interval_coverage.py [WORLDS]

200 items with three marks each, which correlate by .6 within an item; a judge with experts on 15 % of 200.
"""

import sys

import numpy as np

from interlock_evaluation.statistics import Counts, Moments, drift
from interval_worlds import worlds

DAYS = 365
DAILY = 50


def alarms(share: float | None, years: int) -> float:
    """The share of years in which nothing changes and one of the daily looks says so."""
    raised = 0
    for year in range(years):
        random = np.random.default_rng([2, year])
        if share is None:
            baseline, *looks = [
                Moments.of_values(random.normal(size=count)) for count in (300, *[DAILY] * DAYS)
            ]
        else:
            baseline, *looks = [
                Counts(hits=float(random.binomial(count, share)), of=count)
                for count in (300, *[DAILY] * DAYS)
            ]
        raised += any(drift(baseline, looks[: at + 1]).drifted for at in range(DAYS))
    return raised / years


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    print(f"held, of {count} worlds, %:")
    for name, world in worlds().items():
        print(f"  {name:20} {100 * world.coverage(count):5.1f}", flush=True)
    years = max(count // 5, 10)
    print(f"false alarms, of {years} years of daily looks, %:")
    for share in (0.002, 0.01, 0.05, 0.3, None):
        told = "latency, log" if share is None else f"a share of {share}"
        print(f"  {told:20} {100 * alarms(share, years):5.1f}", flush=True)


if __name__ == "__main__":
    main()
