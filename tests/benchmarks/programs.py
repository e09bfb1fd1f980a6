"""Other people's public programs, run with their framework's own class and with Interlock's in its place.

    uv run --with-requirements tests/benchmarks/programs.txt \
        python tests/benchmarks/programs.py --programs DIR [--fetch] [--only WORD] [--seconds N] [--json]

programs.toml names the programs and the line that is changed in each; nothing else of them is. DIR holds, or
with `--fetch` is given, a folder `owner/name` for each repository, at the commit that is named there. A step
is a cell of a notebook, a block of Python in a page, or a whole script, and ends well or with an error of
some class; a program is the same with both when every step that ends well with its own class ends well with
ours, and better when others do too. What they say is not compared. A program that is still running after
`--seconds`, 120 of them unless told, is stopped, and its last step is out of time.

Both are given `OPENAI_API_KEY` and `ANTHROPIC_API_KEY` and nothing else: no configuration, and the models'
names are those in the programs. The vendors are a server on 127.0.0.1, which reads requests as they do, calls
the tools that are offered, and fills in schemas. The frameworks' classes find it by `OPENAI_BASE_URL` and
`ANTHROPIC_BASE_URL`, Interlock because program_steps.py gives its providers that address; no other address
can be reached, and drawings of graphs, which a website makes, are empty.

The table says how many steps of all ended well, and how many requests for chat the vendor had: with ours,
those from Interlock. Exits with 1 when a program is not the same with both, or has sent nothing
through Interlock. `--json` prints every step. Progress goes to stderr.
"""

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from itertools import zip_longest
from pathlib import Path

from program_runs import OUT_OF_TIME, Run, fetch, programs, run

OK = "ok"
OURS = "interlock"
Results = Mapping[str, tuple[Run, Run]]  # a program's name -> with its own class, with ours


def table(results: Results) -> str:
    width = max(map(len, results))
    lines = [f"{'program':{width}}  {'own class':>14}  {'Interlock':>14}  same"]
    for name, (own, ours) in results.items():
        asked = sum(own.requests.values()), ours.requests.get(OURS, 0)
        cells = (
            f"{done(each)}/{len(each.steps)} by {count:3}"
            for each, count in zip((own, ours), asked, strict=True)
        )
        lines.append("  ".join([f"{name:{width}}", *(f"{cell:>14}" for cell in cells), verdict(own, ours)]))
    same = sum(alike(*both) for both in results.values())
    return "\n".join([*lines, f"{same} of {len(results)} the same or better"])


def verdict(own: Run, ours: Run) -> str:
    late = [name for name, each in (("own class", own), (OURS, ours)) if OUT_OF_TIME in each.steps]
    same = "NO" if not alike(own, ours) else "better" if done(ours) > done(own) else "yes"
    return f"{same} (out of time: {', '.join(late)})" if late else same


def alike(own: Run, ours: Run) -> bool:
    """Some step has to end well, and something to be asked: a program that never begins shows nothing."""
    pairs = zip_longest(own.steps, ours.steps)
    kept = all(here == OK or there != OK for there, here in pairs)
    return kept and done(own) > 0 and OURS in ours.requests


def done(each: Run) -> int:
    return each.steps.count(OK)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--programs", type=Path, required=True, metavar="DIR")
    parser.add_argument("--fetch", action="store_true", help="get the repositories that DIR lacks")
    parser.add_argument("--only", default="", metavar="WORD", help="programs whose name holds it")
    parser.add_argument("--seconds", type=float, default=120.0, help="for each run of a program")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    chosen = list(programs(given.only))
    if not chosen:
        parser.error(f"no program's name holds {given.only!r}")
    results: dict[str, tuple[Run, Run]] = {}
    for number, program in enumerate(chosen, 1):
        folder = given.programs.resolve() / program.repo
        if given.fetch:
            fetch(program, folder)
        if not folder.is_dir():
            parser.error(f"{folder} is missing; --fetch gets it")
        own = run(program, folder, swap={}, seconds=given.seconds)
        ours = run(program, folder, swap=program.swap, seconds=given.seconds)
        results[program.name] = own, ours
        times = f"{own.seconds:.0f} s and {ours.seconds:.0f} s"
        print(f"{number}/{len(chosen)} {program.name}: {verdict(own, ours)}, {times}", file=sys.stderr)
    print(json.dumps(as_plain(results), indent=1) if given.json else table(results))
    return 0 if all(alike(*both) for both in results.values()) else 1


def as_plain(results: Results) -> object:
    return {name: {"own": asdict(own), OURS: asdict(ours)} for name, (own, ours) in results.items()}


if __name__ == "__main__":
    sys.exit(main())
