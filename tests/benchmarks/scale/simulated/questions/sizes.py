"""What to run at which size, and what it costs."""

from collections.abc import Iterator
from math import ceil
from statistics import fmean
from typing import Any

from interlock.catalog import Catalog
from interlock.classifiers.tokens import estimate_request_tokens
from interlock.types.request import Request
from simulated.arrivals import Flow
from simulated.costs import DAY, Costs
from simulated.population import Population
from simulated.worlds import FIRST

RATES = (10, 100, 1_000, 10_000, 100_000)
DEPLOYMENTS = 10
_EVERY = 5.0  # exchanges of health a second
_AT_LEAST = 2  # processes, for one may end
_PER_BATCH = 0.05  # seconds: what comes within goes to the ledger together, at least where there is much


def rows(costs: Costs, seed: int) -> Iterator[dict[str, Any]]:
    """Requests a second at the mean; processes are planned for bursts of twice as many."""
    dollars, events, tokens = _a_call(seed)
    for rate in RATES:
        processor = rate * (costs.request + events * costs.event)
        processes = max(_AT_LEAST, ceil(2 * processor / costs.full))
        exchanges = min(rate, processes * 1 / _PER_BATCH)
        ledger = exchanges * costs.exchange + rate * costs.item
        records = rate * costs.record
        script = exchanges * costs.script + rate * costs.script_item
        health = processes * _EVERY * (costs.sync + min(DEPLOYMENTS, rate / processes / _EVERY) * costs.page)
        bytes_ = rate * DAY * costs.record_bytes
        cores = processes + ceil((ledger + records) / costs.full) + ceil((script + health) / costs.full)
        yield {
            "requests a second": rate,
            "vendors: M tokens a minute": round(rate * 60 * tokens / 1e6, 1),
            "processes": processes,
            "exchanges with the ledger": round(exchanges),
            "PostgreSQL: cores, ledger": round(ledger, 2),
            "records": round(records, 2),
            "Valkey: share of a core, health": round(health, 3),
            "ledger": round(script, 3),
            "records a day": f"{rate * DAY / 1e6:,.0f} M",
            "GB a day": round(bytes_ / 1e9, 1),
            "machines $ a day": round(cores * costs.core_hour * 24),
            "vendors $ a day": round(rate * DAY * dollars),
        }


def _a_call(seed: int, many: int = 20_000) -> tuple[float, float, float]:
    """Of a call at the mean: US dollars at the first vendor's price, events, and tokens."""
    card = Catalog().cards[FIRST[1]]
    assert card.price is not None
    inputs: dict[str, int] = {}
    dollars, events, tokens = [], [], []
    calls = Population().calls(Flow(rate=10.0), many / 10.0, seed)
    for call in calls:
        if call.prompt not in inputs:
            inputs[call.prompt] = estimate_request_tokens(Request(call.prompt))
        for _ in range(call.kind.calls):
            dollars.append((inputs[call.prompt] * card.price.input + call.tokens * card.price.output) / 1e6)
            tokens.append(inputs[call.prompt] + call.tokens)
            events.append(call.tokens if call.streamed else 0)
    return fmean(dollars), fmean(events), fmean(tokens)
