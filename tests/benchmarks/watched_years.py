"""How often a year of looks raises a false alarm, over all that is watched, and how soon it sees a change.

    PYTHONPATH=tests/support uv run python tests/benchmarks/watched_years.py [YEARS] [CALLS A DAY]

Three deployments, each asked four tasks, four weeks of baseline. In the first kind of year calls are
independent; in the second days differ: their shares of tasks, error rates, latencies and costs wander from
day to day; in the third weekends are half as busy and asked another mix, too. A false alarm is looked for
every seventh day, a change every day.
"""

import sys
from collections.abc import Iterator

from watched_worlds import World, first_alarm

_BASELINE = 28
_DAYS = 365


def main() -> None:
    years = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    calls = int(sys.argv[2]) if len(sys.argv) > 2 else 600
    print(f"{calls} calls a day; false alarms, of {years} years of looks, %:")
    for name, world in quiet(calls):
        raised = sum(
            first_alarm(world, year, baseline=_BASELINE, days=_DAYS, every=7) is not None
            for year in range(years)
        )
        print(f"  {name:28} {100 * raised / years:5.1f}", flush=True)
    draws = max(years // 3, 11)
    print(f"days until it is seen, of {draws} draws, a change after 30 days: the median and the largest")
    for name, world in changed(calls):
        seen = sorted(
            first_alarm(world, 10_000 + draw, baseline=_BASELINE, days=150, every=1, first=30) or 999
            for draw in range(draws)
        )
        days = [each - 29 if each < 999 else None for each in seen]
        print(f"  {name:36} {days[len(days) // 2]!s:>5} {days[-1]!s:>5}", flush=True)


def quiet(calls: int) -> Iterator[tuple[str, World]]:
    yield "independent calls", World(calls=calls)
    yield "days that differ", World(calls=calls, wander=0.15)
    yield "weekends, too", World(calls=calls, wander=0.15, weekends=True)


def changed(calls: int) -> Iterator[tuple[str, World]]:
    for wander, of in ((0.0, "independent"), (0.15, "days differ")):
        common = {"calls": calls, "wander": wander, "change": 30}
        yield f"errors 2 to 4 %, {of}", World(**common, failing=2.0)
        yield f"one deployment's, {of}", World(**common, failing=2.0, one=True)
        yield f"latency +30 %, {of}", World(**common, slower=1.3)
        yield f"one deployment's, {of}", World(**common, slower=1.3, one=True)
        yield f"mix by 10 points, {of}", World(**common, moved=0.1)


if __name__ == "__main__":
    main()
