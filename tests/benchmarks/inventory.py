"""What reading an inventory takes, beside what the `csv` module takes for the same bytes.

`uv run python tests/benchmarks/inventory.py [FILE…]`: the files that are named, such as published ones, else
rows made up here in the form of the American one of 2025.
"""

import csv
import io
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from interlock_governance.use_cases import read_bytes
from interlock_governance.use_cases.decoding import decoded

ROWS = 5_880
RUNS = 5
HEADER = (
    "agency,agency_name,id,use_case_name,agency_bureau,development_stage,is_high_impact,classification,"
    "problem_solved,benefits,system_outputs,vendor_name,has_pii,demographic_features"
)
ROW = (
    "DEP,Department,{id},Answers to letters {id},Office,Deployed,Not High-impact,Generative AI,"
    '"Letters wait\nfor weeks before anybody reads them, and nobody knows which are urgent.",'
    "Faster answers,A draft that a clerk reads,Not available,,\"['k) None of the above']\""
)


def made_up() -> bytes:
    return "\n".join([HEADER, *(ROW.format(id=number) for number in range(ROWS))]).encode()


def seconds(run: Callable[[], object]) -> float:
    taken = []
    for _ in range(RUNS):
        began = time.perf_counter()
        run()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def main() -> None:
    files = [Path(name).read_bytes() for name in sys.argv[1:]] or [made_up()]
    rows = sum(len(read_bytes(data, "file").use_cases) for data in files)
    ours = seconds(lambda: [read_bytes(data, "file") for data in files])
    plain = seconds(lambda: [list(csv.reader(io.StringIO(decoded(data)[0], newline=""))) for data in files])
    print(
        f"{rows:,} use cases: {ours * 1e3:.0f} ms, {ours / plain:.1f} times csv.reader's {plain * 1e3:.0f} ms"
    )


if __name__ == "__main__":
    main()
