"""How many bytes of an evaluation's prompts arrive where they may not, over random worlds at full scale.

    nice -n 19 uv run python tests/benchmarks/evaluation_worlds.py [worlds] [first]

Suites of prompts with constraints of their own are asked of models and marked by a judge, over deployments
in any place, with policies, guardrails, cascades, hedges, fallbacks and vendors that misbehave; runs are
broken off and gone on with at random. Beside evaluation as it is, each thing that holds prompts back is taken
out in turn: then something has to arrive, or the worlds show nothing. One process.
"""

import logging
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "support"))

from evaluation_stage import EvaluationTally
from evaluation_tampering import RUNS, added, play

CHUNK = 20
SHARE = 5  # of the worlds, one in so many is played without what holds prompts back


def heard(tallies: Iterable[EvaluationTally]) -> Iterator[EvaluationTally]:
    """The same, told as they come."""
    worlds = 0
    for tally in tallies:
        worlds += tally.worlds
        print(f"{worlds} worlds; {tally.amiss or 'nothing amiss'}", file=sys.stderr, flush=True)
        yield tally


def main(worlds: int = 1_000, first: int = 0) -> int:
    logging.disable(logging.CRITICAL)
    sound = True
    for run, (_, _, shows) in RUNS.items():
        began = time.monotonic()
        last = first + max(CHUNK, worlds // SHARE if shows else worlds)
        parts = (range(at, min(at + CHUNK, last)) for at in range(first, last, CHUNK))
        tally = added(heard(play(run, part) for part in parts))
        show(run, tally, time.monotonic() - began)
        sound &= bool(tally.forbidden) if shows else not tally.amiss
    print("\nholds" if sound else "\nDOES NOT HOLD")
    return 0 if sound else 1


def show(run: str, tally: EvaluationTally, seconds: float) -> None:
    for what, said in (
        (run, f"{tally.worlds:,} worlds in {seconds:,.0f} s"),
        ("  requests", f"{tally.requests:,} with {tally.bytes:,} bytes; to judges {tally.judged:,}"),
        ("  broken off, asked again", f"{tally.broken:,}, {tally.again:,}"),
        ("  results", ", ".join(f"{kind} {count:,}" for kind, count in tally.outcomes.most_common())),
        ("  not marked by the judge", f"{tally.unmarked:,}"),
        ("  forbidden", f"{len(tally.forbidden):,} with {tally.leaked:,} bytes {tally.forbidden[:3]}"),
        *((f"  {name}", f"{len(found):,} {found[:3]}") for name, found in tally.amiss.items()),
        ("  refused", ", ".join(f"{kind} {count:,}" for kind, count in tally.ends.most_common())),
    ):
        print(f"{what:<40} {said}", flush=True)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
