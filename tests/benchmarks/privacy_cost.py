"""What detection costs: `uv run python tests/benchmarks/privacy_cost.py`.

Prints milliseconds of processor time, the best of several rounds, and beside them what a plain union of
expressions takes on the same text in the same run: on a busy machine the ratio says more. Dense texts are
made of fourteen values, or from seeds: values of six rules, each new, in any spelling, some behind a label.
Then texts made to be slow, 1 MB each, and how much longer 40 kB of one take than 10 kB. The last line says
whether all is within the bounds, and the exit code is 1 if not; `--idle` holds the milliseconds to theirs.

`--hostile SEED` makes 200 further units from a seed instead, measures 100 kB of each, repeated as it is and
with other digits each time, and then 1 MB of the ten slowest.

`--loop` prints for how long an event loop stands still while texts are looked into, sealed and restored.
"""

import asyncio
import random
import re
import sys
import time
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "plugins/privacy/detection"))
sys.path.insert(0, str(Path(__file__).parent))

import privacy_loop
from hostile import PIECES, WIDE, fresh, units
from samples import sample

from interlock_privacy.detection import Detector
from interlock_privacy.detection.context import HAN
from interlock_privacy.detection.detector import NUMBERS

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
    """Sentences in any order, each with one word more: what is repeated is not read again."""
    rng = random.Random(3)
    parts, sentences, words = [], re.split(r"(?<=[?.]) (?=[A-Z])", PROSE.strip()), PROSE.split()
    while sum(map(len, parts)) < size:
        sentence = rng.choice(sentences).split()
        sentence.insert(rng.randrange(len(sentence)), rng.choice(words))
        parts.append(" ".join(sentence) + " ")
    return "".join(parts)[:size]


def dense(size):
    rng = random.Random(7)
    parts, words = [], PROSE.split()
    while sum(map(len, parts)) < size:
        value = rng.choice(VALUES)
        parts.append(
            " ".join(rng.choice(words) for _ in range(8))[: max(1, 38 - len(value))] + " " + value + " "
        )
    return "".join(parts)[:size]


def mixture(size, seed):
    """Values of six rules, each new, in any spelling; four of ten behind a label."""
    rng = random.Random(seed)
    parts, words, length = [], PROSE.split(), 0
    forms = [(rule, rng.choice(rule.shapes)) for rule in rng.sample(NUMBERS, 6)]
    while length < size:
        rule, shape = rng.choice(forms)
        value = spelt(rng, sample(rule, shape, rng.randrange(10**6)) or rng.choice(VALUES), rule.groups)
        if rng.random() < 0.4:
            value = f"{rng.choice(rule.labels).strip('*').replace('+', ' ').replace(HAN, '我')} {value}"
        before = " ".join(rng.choice(words) for _ in range(8))[: max(1, 38 - len(value))]
        parts.append(f"{before} {value} ")
        length += len(parts[-1])
    return "".join(parts)[:size]


def spelt(rng, value, groups):
    """In its groups, in full width, in lower case, or as it is."""
    sizes = next((each for each in groups if sum(each) == len(value)), (len(value),))
    ends = [sum(sizes[:place]) for place in range(len(sizes) + 1)]
    grouped = rng.choice(" -.").join(value[begin:end] for begin, end in pairwise(ends))
    return rng.choice((grouped, grouped, value, value, value.lower(), value.translate(WIDE)))


def hostile(detector, seed):
    """The slowest of 200 units made from a seed."""
    texts = {}
    for unit in units(seed, 200):
        texts[unit, "as it is"] = lambda size, unit=unit: (unit * (size // len(unit) + 1))[:size]
        texts[unit, "with other digits"] = lambda size, unit=unit: fresh(unit, size)
    took = {}
    for each, made in texts.items():
        text = made(100_000)
        took[each] = best(lambda text=text: detector.find(text), 1)
    slowest = sorted(took, key=took.get, reverse=True)
    for way in ("as it is", "with other digits"):
        mine = [took[each] for each in slowest if each[1] == way]
        over = sum(each > 100 for each in mine)
        print(f"{way}: median {mine[100] / 100:.2f} s for 1 MB, {over} of 200 over 1 s")
    worst = []
    for way in ("as it is", "with other digits"):
        for each in [each for each in slowest if each[1] == way][:10]:
            text = texts[each](1_000_000)
            whole = best(lambda text=text: detector.find(text), 1) / 1000
            print(f"1 MB of {each[0]!r} {way}: {whole:.2f} s, {whole * 1000 / took[each]:.1f} times 100 kB")
            if way == "as it is" and whole > 1:
                worst.append(f"{each[0]!r}: {whole:.2f} s")
    return worst


def main():
    if "--loop" in sys.argv:
        ended(asyncio.run(privacy_loop.main({"prose": prose, "a value every 40 characters": dense})))
    detector, worst = Detector(), []
    if "--hostile" in sys.argv:
        ended(hostile(detector, int(sys.argv[sys.argv.index("--hostile") + 1])))
    for name, text, bound in (
        ("10 kB of prose", prose(10_000), 1.0),
        ("10 kB, a value every 40 characters", dense(10_000), 5.0),
        *((f"10 kB, mixture {seed}", mixture(10_000, seed), 5.0) for seed in range(1, 9)),
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
