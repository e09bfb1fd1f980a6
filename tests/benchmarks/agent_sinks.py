"""How many bytes of agents' runs arrive where they may not, over random worlds at full scale.

    nice -n 19 uv run python tests/benchmarks/agent_sinks.py [worlds] [at once] [first]

Plans of every kind of node are run over deployments, connectors and a webhook, are stopped, gone on with,
answered and cancelled at random. Beside agents as they are, each thing that holds their bytes back is taken
out in turn: then something has to arrive, or the worlds show nothing. One process.
"""

import logging
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "support"))

from agent_stage import AgentTally
from agent_tampering import RUNS, added, played

CHUNK = 10
SHARE = 20  # of the worlds, one in so many is played without what holds bytes back


def heard(tallies: Iterable[AgentTally]) -> Iterator[AgentTally]:
    """The same, told as they come."""
    worlds = 0
    for tally in tallies:
        worlds += tally.worlds
        print(f"{worlds} worlds; {tally.amiss or 'nothing amiss'}", file=sys.stderr, flush=True)
        yield tally


def main(worlds: int = 2_000, at_once: int = 8, first: int = 0) -> int:
    logging.disable(logging.CRITICAL)
    sound = True
    for run, (_, _, shows) in RUNS.items():
        began = time.monotonic()
        count = max(CHUNK * at_once, worlds // SHARE) if shows else worlds
        tally = added(heard(played(run, range(first, first + count), at_once=at_once, chunk=CHUNK)))
        show(run, tally, time.monotonic() - began)
        sound &= {*tally.amiss} >= {*shows} if shows else not tally.amiss
    print("\nholds" if sound else "\nDOES NOT HOLD")
    return 0 if sound else 1


def show(run: str, tally: AgentTally, seconds: float) -> None:
    for what, said in (
        (run, f"{tally.worlds:,} worlds in {seconds:,.0f} s"),
        ("  requests", f"{tally.requests:,} with {tally.bytes:,} bytes; calls counted {tally.calls:,}"),
        ("  stopped, resumed", f"{tally.stopped:,}, {tally.resumed:,}"),
        ("  asked by", ", ".join(f"{what} {count:,}" for what, count in tally.asked.most_common())),
        ("  ends", ", ".join(f"{kind} {count:,}" for kind, count in tally.ends.most_common())),
        *((f"  {name}", f"{len(found):,} {found[:3]}") for name, found in tally.amiss.items()),
    ):
        print(f"{what:<40} {said}", flush=True)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
