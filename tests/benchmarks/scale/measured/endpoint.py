"""The endpoint as it is beside the endpoint as it is simulated, at the same rates.

What the simulation is told is one number: the seconds that a request takes of a process that does nothing but
answer, which is one over the requests a second of sixteen connections. What is compared are latencies of
requests that come by chance at shares of that rate, and of the sixteen connections themselves.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from math import ceil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import server_peers
from simulated.arrivals import Flow
from simulated.cluster import Work, World
from simulated.population import Kind, Population
from simulated.vendors import Manner
from simulated.worlds import played

HERE = Path(__file__).parent
CONNECTIONS = 16
SHARES = (0.3, 0.6, 0.8)
_UPSTREAM = 0.4e-3  # seconds that the canned upstream takes, as the relay beside it shows
_ONE = Kind(name="note", share=1.0, prompts=(server_peers.PROMPT,), said=1, streamed=0.0, spread=0.0)


def rows(seconds: float, seed: int) -> Iterator[dict[str, Any]]:
    with _endpoint() as (server, request):
        for _ in range(2):
            server_peers.measured(server, CONNECTIONS, seconds, request)
        closed = server_peers.measured(server, CONNECTIONS, seconds, request)
        work = 1 / closed["rate"]
        yield {
            "requests": f"{CONNECTIONS} connections",
            "a second": round(closed["rate"]),
            "simulated": round(1 / work),
            "p50 ms": round(closed["p50"], 1),
            "simulated ": round(CONNECTIONS * work * 1e3, 1),
            "CPU µs": round(closed["cpu"]),
        }
        for share in SHARES:
            rate = share * closed["rate"]
            found = _open(server.port, request, rate, seconds, seed)
            model = _simulated(work, rate, seconds, seed)
            yield {
                "requests": f"by chance, {100 * share:.0f} %",
                "a second": round(rate),
                "p50 ms": round(found(0.5), 1),
                "simulated ": round(model(0.5), 1),
                "p90 ms": round(found(0.9), 1),
                "simulated  ": round(model(0.9), 1),
                "p99 ms": round(found(0.99), 1),
                "simulated   ": round(model(0.99), 1),
            }


@contextmanager
def _endpoint() -> Iterator[tuple[server_peers.Server, list[Any]]]:
    """One process, with a key of three limits and records in SQLite, before a canned upstream."""
    with ExitStack() as leaving:
        folder = Path(leaving.enter_context(tempfile.TemporaryDirectory()))
        source = subprocess.Popen(
            [sys.executable, str(HERE.parents[1] / "server_upstream.py")], stdout=subprocess.PIPE, text=True
        )
        leaving.callback(source.kill)
        assert source.stdout is not None
        root = f"http://127.0.0.1:{source.stdout.readline().strip()}/v1"
        relay, server = server_peers.started(SimpleNamespace(portkey="", workers=1), folder, root)
        relay.stop()
        leaving.callback(server.stop)
        time.sleep(8)
        body = {"model": "gpt-5.5", "messages": [{"role": "user", "content": server_peers.PROMPT}]}
        headers = {"authorization": f"Bearer {server_peers.TOKEN}"}
        yield server, ["/v1/chat/completions", headers, json.dumps(body)]


def _open(port: int, request: list[Any], rate: float, seconds: float, seed: int) -> "Took":
    command = [sys.executable, str(HERE / "open_load.py"), *map(str, (port, rate, seconds, seed))]
    done = subprocess.run([*command, json.dumps(request)], capture_output=True, text=True, check=True)
    return Took(json.loads(done.stdout))


class _Clumped(Population):
    """Who comes at the first millisecond after they would have, as the clients of `open_load` do."""

    def calls(self, flow: Flow, until: float, seed: int) -> Iterator[Any]:
        for call in super().calls(flow, until, seed):
            yield replace(call, at=ceil(call.at * 1e3) / 1e3)


def _simulated(work: float, rate: float, seconds: float, seed: int) -> "Took":
    manner = Manner(region="us", first=_UPSTREAM, spread=0.05, tokens_a_second=1e6, tail=0.0)
    world = World(
        flow=Flow(rate=rate),
        seconds=seconds,
        vendors={"alpha": ("openai/gpt-5.5", manner)},
        processes=1,
        population=_Clumped(tenants=1, european=0.0, kinds=(_ONE,)),
        work=Work(request=work),
        seed=seed,
    )
    tally = played(world).tally
    return Took(sorted(each.took for each in tally.outcomes))


class Took:
    """Latencies, in order; called with a share, the milliseconds within which that share of them were."""

    def __init__(self, seconds: list[float]) -> None:
        self._seconds = seconds

    def __call__(self, share: float) -> float:
        return self._seconds[int(len(self._seconds) * share)] * 1e3
