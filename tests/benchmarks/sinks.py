"""How many bytes arrive where they may not, over random worlds at full scale.

    nice -n 19 uv run python tests/benchmarks/sinks.py [worlds] [at once]

Beside the router as it is, each of its two enforcements is taken out in turn, then both: only then may
anything arrive at a forbidden sink, and it has to, or the worlds show nothing. One process; most of a world's
time is spent waiting for vendors that are silent.
"""

import logging
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "support"))

from world_stage import Stage, Tally
from world_tampering import nothing, play, without_both, without_exclusion, without_recheck

# What is taken out, and the share of the worlds that is played so.
RUNS = {
    "as it is": (nothing, 1),
    "without exclusion": (without_exclusion, 4),
    "without the check at the permit": (without_recheck, 4),
    "without both": (without_both, 20),
}
CHUNK = 50


def one(run: str, first: int, last: int) -> Tally:
    tamper, _ = RUNS[run]
    with Stage() as stage:
        # Who writes into frozen objects cannot be held by what is taken out.
        return play(stage, tamper, range(first, last), vandals=tamper is nothing)


def added(tallies: Iterable[Tally]) -> Tally:
    whole = Tally()
    for tally in tallies:
        for field in fields(Tally):
            setattr(whole, field.name, getattr(whole, field.name) + getattr(tally, field.name))
        amiss = f"{len(whole.forbidden)} forbidden, {len(whole.strays)} strays, {len(whole.starved)} starved"
        print(f"{whole.worlds} worlds, {whole.requests} requests, {amiss}", file=sys.stderr, flush=True)
    return whole


def main(worlds: int = 20_000, at_once: int = 8) -> int:
    logging.disable(logging.CRITICAL)
    sound = True
    with ThreadPoolExecutor(at_once) as pool:
        for run, (tamper, share) in RUNS.items():
            began = time.monotonic()
            firsts = range(0, worlds // share, CHUNK)
            lasts = [min(first + CHUNK, worlds // share) for first in firsts]
            tally = added(pool.map(one, [run] * len(firsts), firsts, lasts))
            show(run, tally, time.monotonic() - began)
            leaks = len(tally.forbidden)
            sound &= not tally.strays and (leaks > 0) == (tamper is without_both)
            sound &= tamper is not nothing or not tally.starved
    print("\nholds" if sound else "\nDOES NOT HOLD")
    return 0 if sound else 1


def show(run: str, tally: Tally, seconds: float) -> None:
    leaks = len(tally.forbidden)
    for what, said in (
        (run, f"{tally.worlds:,} worlds in {seconds:,.0f} s"),
        ("  calls", f"{tally.calls:,}, of which {tally.answers:,} answered"),
        ("  requests sent", f"{tally.requests:,} with {tally.bytes:,} bytes"),
        ("  kept by a pin", f"{tally.pinned:,}; through a proxy {tally.proxied:,}"),
        ("  asked to judge", f"{tally.judging:,}"),
        ("  forbidden", f"{leaks:,} with {tally.leaked:,} bytes {tally.forbidden[:3]}"),
        ("  strays", f"{len(tally.strays):,} {tally.strays[:3]}"),
        ("  starved", f"{len(tally.starved):,} {tally.starved[:3]}"),
        ("  ends", ", ".join(f"{kind} {count:,}" for kind, count in tally.ends.most_common())),
    ):
        print(f"{what:<32} {said}", flush=True)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
