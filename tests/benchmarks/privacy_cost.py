"""What detection costs: `uv run python tests/benchmarks/privacy_cost.py`.

Prints milliseconds, the best of several rounds, and beside them what a plain union of expressions takes on
the same text in the same run: on a busy machine the ratio says more. Then texts made to be slow, 1 MB each,
and how much longer 40 kB of one take than 10 kB. The last line says whether all is within the bounds, and the
exit code is 1 if not; `--idle` holds the milliseconds to their bounds too. `--loop` prints something else:
for how long an event loop stands still while texts are looked into, sealed and restored.
"""

import asyncio
import random
import re
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "plugins/privacy/detection"))
sys.path.insert(0, str(Path(__file__).parent))

import privacy_loop
from hostile import PIECES

from interlock_privacy.detection import Detector

UNION = re.compile(
    r"\b[\w.+-]+@[\w-]+\.[\w.]+\b|\b(?:\d[ -]?){13,19}\b|\b\d{3}-\d{2}-\d{4}\b|"
    r"\b[A-Z]{2}\d{2}[A-Z0-9 ]{11,30}\b|\+\d[\d ]{7,15}"
)
PROSE = (
    "Could you write a short and friendly note to our customer in Lyon, who has been waiting for her parcel "
    "for eleven days now, and explain that the carrier lost it and that we send another one? "
    "The meeting on 12 May 2024 moved to 14:30; about 1,250 people came, 15 percent more than in 2023. "
    "Please review section 4.2 of the contract (version 1.10.3): both sides may leave after 90 days. "
)
VALUES = [
    *("PESEL 44051401359", "NIP 526-000-12-46", "4111 1111 1111 1111", "DE89 3704 0044 0532 0130 00"),
    *("ada@example.com", "+48 601 234 567", "(415) 555-2671", "123-45-6789", "12345678-Z", "529.982.247-25"),
    *("11010519491231002X", "943 476 5919", "RSSMRA85T10A562S", "10.20.30.40"),
]


def best(call, rounds):
    times = []
    for _ in range(rounds):
        start = time.process_time()
        call()
        times.append(time.process_time() - start)
    return min(times) * 1e3


def prose(size):
    return (PROSE * (size // len(PROSE) + 1))[:size]


def dense(size):
    rng = random.Random(7)
    parts, words = [], PROSE.split()
    while sum(map(len, parts)) < size:
        value = rng.choice(VALUES)
        parts.append(
            " ".join(rng.choice(words) for _ in range(8))[: max(1, 38 - len(value))] + " " + value + " "
        )
    return "".join(parts)[:size]


def main():
    if "--loop" in sys.argv:
        ended(asyncio.run(privacy_loop.main({"prose": prose, "a value every 40 characters": dense})))
    detector, worst = Detector(), []
    for name, text, bound in (
        ("10 kB of prose", prose(10_000), 1.0),
        ("10 kB, a value every 40 characters", dense(10_000), 5.0),
    ):
        ours = best(lambda text=text: detector.find(text), 40)
        union = best(lambda text=text: sum(1 for _ in UNION.finditer(text)), 40)
        found = len(detector.find(text))
        print(f"{name}: {ours:.2f} ms, {found} found; the union {union:.2f} ms, ratio {ours / union:.1f}")
        if "--idle" in sys.argv and ours > bound:
            worst.append(f"{name}: more than {bound} ms")
    for piece in PIECES:
        small, large = (piece * (size // len(piece)) for size in (10_000, 40_000))
        ratio = best(lambda text=large: detector.find(text), 5) / best(
            lambda text=small: detector.find(text), 5
        )
        whole = best(lambda piece=piece: detector.find(piece * (1_000_000 // len(piece))), 1)
        print(f"1 MB of {piece!r}: {whole:.0f} ms; 40 kB to 10 kB: {ratio:.1f}")
        if whole > 1000 or ratio > 5:
            worst.append(f"{piece!r}: {whole:.0f} ms, ratio {ratio:.1f}")
    ended(worst)


def ended(worst):
    print("within the bounds" if not worst else f"NOT within the bounds: {worst}")
    sys.exit(bool(worst))


if __name__ == "__main__":
    main()
