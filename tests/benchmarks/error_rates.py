"""How often a deployment that fails at a steady rate has been moved back after so many attempts.

Run: uv run python tests/benchmarks/error_rates.py [RUNS]
"""

import random
import sys

from interlock.health.rates import ErrorRate

LIMIT, MINIMUM, WINDOW = 0.05, 5, 200
MOMENTS = (100, 300, 600, 1_000)
RATES = (0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.1, 0.2)


def moved_after(rate: float, chance: random.Random, longest: int = MOMENTS[-1]) -> int | None:
    """The attempt after which it is moved back for the first time, if it is."""
    measured = ErrorRate(WINDOW)
    for attempt in range(1, longest + 1):
        measured.add(failed=chance.random() < rate)
        if measured.above(LIMIT, MINIMUM):
            return attempt
    return None


def main(runs: int) -> None:
    chance = random.Random(7)
    for rate in RATES:
        found = [moved_after(rate, chance) for _ in range(runs)]
        shares = [sum(one is not None and one <= moment for one in found) / runs for moment in MOMENTS]
        print(f"{rate:4.0%}  " + "  ".join(f"{share:5.0%}" for share in shares))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
