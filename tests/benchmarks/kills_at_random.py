"""Two servers and two agents, killed at random moments under load: what is lost, or done twice.

    uv run python tests/benchmarks/kills_at_random.py [--seconds 600] [--keep background|required|log|both]

The servers are those of docs/examples/server, with its PostgreSQL and Valkey; clients ask them by the package
of OpenAI's, plainly and in streams. The agents carry out the same runs of two effects each, and ask their
models of these servers. Whoever is killed (SIGKILL) is started again. A vendor and a world that nobody kills
count what they have served. Ends with exit code 1 where something is that must not be. Budgets are those of a
month in UTC: one that ends meanwhile takes with it what was counted.
"""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.path.insert(0, str(Path(__file__).resolve().parent / "kills"))
sys.path.insert(0, str(Path(__file__).resolve().parent / "random_kills"))
from random_stage import Play, Played, stage

_SHOWN = 20


def show(played: Played) -> None:
    found = played.verdict
    print(f"killed: {', '.join(f'{who} {many} times' for who, many in sorted(played.killed.items()))}")
    print(f"{played.calls} calls, {found.whole} answered whole; the rest: {dict(found.errors)}")
    print(f"{found.unrecorded} whole answers without a record")
    if found.unlogged is not None:
        print(f"{found.unlogged} answers and requests without their entry in the log")
    print(
        f"billed {found.billed:.6f} USD, settled {found.settled:.6f}, held by those who died "
        f"{found.held:.6f} in {found.holds} calls of clients"
    )
    print(f"{found.runs} runs of agents, {found.effects} effects")
    print(f"{played.deaths} processes ended that nobody had killed")
    for each in found.wrong[:_SHOWN]:
        print(f"WRONG: {each}")


def main() -> None:
    told = argparse.ArgumentParser(description="What is left after kills at random moments.")
    told.add_argument("--seconds", type=float, default=600.0)
    told.add_argument("--keep", choices=["background", "required", "log", "both"], default="required")
    told.add_argument("--every", type=float, default=8.0, help="seconds between two kills")
    told.add_argument("--clients", type=int, default=8)
    told.add_argument("--seed", type=int, default=1)
    told.add_argument("--folder", type=Path, help="where everything lies, and stays")
    given = told.parse_args()
    play = Play(
        seconds=given.seconds,
        keep=given.keep,
        every=given.every,
        clients=given.clients,
        seed=given.seed,
    )
    with tempfile.TemporaryDirectory() as folder, stage(given.folder or Path(folder)) as there:
        played = asyncio.run(there.play(play))
    show(played)
    sys.exit(bool(played.verdict.wrong or played.deaths))


if __name__ == "__main__":
    main()
