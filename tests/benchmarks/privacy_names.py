"""What Presidio finds of names, and what it costs.

`uv run --group presidio python tests/benchmarks/privacy_names.py FILE`, where FILE is presidio-research's
data/synth_dataset_v2.json: 1,500 English sentences with the places of their values. For each kind: how many
of its values some finding of that kind touches; how many one holds whole; how many a finding of any of the
three touches; and of how many no letter or digit lies outside of findings. Then findings that touch no value,
and milliseconds for 10 kB, the best of several rounds, beside the rules on the same text in the same run: on
a busy machine the ratio says more.
"""

import json
import sys
import time
from collections import Counter
from pathlib import Path

from interlock_presidio import Presidio
from interlock_privacy.detection import Detector

KINDS = {
    "PERSON": "person",
    "GPE": "location",
    "STREET_ADDRESS": "location",
    "ORGANIZATION": "organization",
}
SHARES = ("touched", "whole", "any", "nothing_left")


def best(call, rounds=3):
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times) * 1e3


def main():
    rows = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    presidio, rules = Presidio(), Detector()
    start = time.perf_counter()
    presidio.find("Ada Lovelace")
    print(f"loading: {time.perf_counter() - start:.1f} s")
    counts = {label: Counter() for label in KINDS}
    stray = Counter()
    for row in rows:
        text, values = row["full_text"], row["spans"]
        found = presidio.find(text)
        covered = {at for each in found for at in range(each.start, each.end)}
        for value in values:
            label, start, end = value["entity_type"], value["start_position"], value["end_position"]
            if label not in KINDS:
                continue
            signs = [at for at in range(start, end) if text[at].isalnum()]
            near = [each for each in found if each.start < end and each.end > start]
            same = [each for each in near if each.kind == KINDS[label]]
            counts[label] += Counter(
                all=1,
                touched=bool(same),
                whole=any(each.start <= signs[0] and each.end > signs[-1] for each in same),
                any=bool(near),
                nothing_left=covered.issuperset(signs),
            )
        stray.update(
            each.kind
            for each in found
            if not any(v["start_position"] < each.end and v["end_position"] > each.start for v in values)
        )
    for label, count in counts.items():
        shares = (f"{name} {count[name] / count['all']:.3f}" for name in SHARES)
        print(f"{label} ({count['all']}): {', '.join(shares)}")
    print(f"touch no value: {sum(stray.values())} ({', '.join(f'{k} {n}' for k, n in stray.most_common())})")
    document = " ".join(row["full_text"] for row in rows)[:10_000]
    sentences = [row["full_text"] for row in rows]
    sentences = sentences[: next(n for n in range(len(sentences)) if sum(map(len, sentences[:n])) >= 10_000)]
    for name, texts in (("as one document", [document]), (f"as {len(sentences)} sentences", sentences)):
        took, plain = (best(lambda d=d, texts=texts: [d.find(t) for t in texts]) for d in (presidio, rules))
        print(f"10 kB {name}: {took:.0f} ms; the rules {plain:.2f} ms, ratio {took / plain:.0f}")


if __name__ == "__main__":
    main()
