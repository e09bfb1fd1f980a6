"""What an endpoint holds at which size, what breaks first, and what it costs.

    uv run python tests/benchmarks/scale VERB [--seed 1] [--scale 1.0] [--set NAME=VALUE] [--json]

`sizes` and `accounts` reckon with what was measured by `measure`; `outage`, `storm`, `limits`, `tenants`,
`hedging`, `down` and `rolling` play routers as they are, in a time of their own, before vendors that are
simulated. Two runs with one seed print the same. `--scale` makes what is played shorter, `--set` replaces a
cost of `simulated/costs.py`. `validate` sets the endpoint beside itself as it is
simulated. Ends with exit code 1 when a request was where it may not be.
"""

import argparse
import json
import sys
from collections.abc import Iterable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parents[2] / "support"))
sys.path.append(str(Path(__file__).parents[1]))

from simulated.costs import Costs, changed
from simulated.printing import table

RECKONED = ("sizes", "accounts")
PLAYED = ("outage", "storm", "limits", "tenants", "hedging", "down", "rolling")


def rows(verb: str, seed: int, scale: float, costs: Costs) -> Iterable[dict[str, Any]]:
    if verb == "measure":
        from measured.stores import measure

        return measure(3.0 * scale)
    if verb == "validate":
        from measured import endpoint

        return endpoint.rows(8.0 * scale, seed)
    asked = import_module(f"simulated.questions.{verb}").rows
    return asked(costs, seed) if verb in RECKONED else asked(seed, scale)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("verb", choices=(*RECKONED, *PLAYED, "measure", "validate"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--set", action="append", default=[], dest="settings", metavar="NAME=VALUE")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    found = list(rows(asked.verb, asked.seed, asked.scale, changed(Costs(), asked.settings)))
    print("\n".join(map(partial(json.dumps, ensure_ascii=False), found)) if asked.json else table(found))
    return int(any(row.get("misplaced") for row in found))


if __name__ == "__main__":
    sys.exit(main())
