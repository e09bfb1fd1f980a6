"""Code review for 150 customers, from the inventory to routes and back:
`uv run python docs/examples/evaluation/code_review/run.py [folder]`. Nothing leaves this machine; the folder,
if named, keeps the files and reports.
"""

import asyncio
import json
import os
import random
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable
from contextlib import chdir
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copy
from unittest.mock import patch

import yaml
from typer.testing import CliRunner, Result

sys.path.insert(0, str(Path(__file__).parent))

from company import ALLOWED, KINDS, Customer, PullRequest, customers, pull_requests
from stand_ins import ABILITIES, StandIns

from interlock import Router
from interlock.cli.app import app

__all__ = ["ABILITIES", "ALLOWED", "IDS", "KINDS", "Told", "main"]

HERE = Path(__file__).parent
IDS = {
    each["model"]: each["id"]
    for each in yaml.safe_load((HERE / "interlock.yaml").read_text("utf-8"))["deployments"]
}
CAREFUL = 0.9  # of the time, colleagues see which review is right
MODELS = {name: model for model, name in IDS.items()}
KEYS = ("GPT_KEY", "CLAUDE_KEY", "MISTRAL_KEY", "DEEPSEEK_KEY", "HOUSE_KEY")


@dataclass
class Told:
    """What the page says of a rehearsal, for whoever checks it."""

    leaders: dict[str, str] = field(default_factory=dict)
    chosen: dict[tuple[str, str], str] = field(default_factory=dict)
    gates: list[int] = field(default_factory=list)
    forbidden: list[str] = field(default_factory=list)
    customers: int = 0
    rolled_back: bool = False
    router: float = 0.0
    single: float = 0.0


def main(folder: Path | None = None) -> Told:
    with tempfile.TemporaryDirectory() as made, patch.dict(os.environ, dict.fromkeys(KEYS, "a-key")):
        where = folder or Path(made)
        where.mkdir(parents=True, exist_ok=True)
        spring, summer = list(pull_requests("spring")), list(pull_requests("summer", 1))
        with StandIns({}) as servers, chdir(where):
            servers.know([*spring, *summer])
            _configure(servers)
            told = Told(customers=len({each.customer.id for each in spring}))
            _inventory()
            _ask(spring)
            _learn(told)
            _review(servers, spring)
            _replay(spring)
            _apply(told, summer)
            _gates(told, servers, summer)
            _back(told)
            told.forbidden = servers.forbidden
            _account(told, servers)
    return told


def _configure(servers: StandIns) -> None:
    """The configuration with the stand-ins' addresses in place of the models'."""
    for name in ("use-cases.yaml", "cases.yaml"):
        copy(HERE / name, name)
    config = yaml.safe_load((HERE / "interlock.yaml").read_text("utf-8"))
    for each in config["deployments"]:
        each["base_url"] = f"{servers.servers[each['id']].url}/v1"
    Path("interlock.yaml").write_text(yaml.safe_dump(config, sort_keys=False), "utf-8")
    Path("routes.yaml").unlink(missing_ok=True)


def _inventory() -> None:
    title("1. What is in use, and what the contracts allow")
    verb("inventory", "use-cases.yaml", lines=2)
    verb("policy", "test", "cases.yaml", lines=8)
    held = Counter(each.contract for each in customers())
    for contract, count in held.items():
        say(f"{count:>3} customers {contract:<12} {', '.join(sorted(ALLOWED[contract]))}")


def _ask(spring: list[PullRequest]) -> None:
    title(f"2. {len(spring)} pull requests, each under its customer's contract")
    suite("spring.jsonl", spring)
    verb("eval", "plan", "spring.jsonl")
    verb("eval", "run", "spring.jsonl", "--run", "spring", "--at-once", "16", "--yes")
    verb("eval", "report", "spring", "-o", "report.html", lines=0)
    say(f"report.html: {Path('report.html').stat().st_size / 1024:.0f} kB, for whoever asks")


def _learn(told: Told) -> None:
    title("3. Which model for which kind of change")
    verb("eval", "outcomes", "spring", "--no-text", "-o", "marked.csv", lines=0)
    learned = json.loads(
        verb("eval", "learn", "marked.csv", "--write", "learned.yaml", "--json", shown=False).stdout
    )
    for each in learned["routes"]:
        told.leaders[each["task"].removeprefix("review_")] = each["models"][0]
    verb("eval", "learn", "marked.csv")
    verb("eval", "plan", "--after", "spring")


def _review(servers: StandIns, spring: list[PullRequest]) -> None:
    """Three colleagues, who see two reviews of a change and not whose they are, and err now and then."""
    title("4. What three colleagues say, who do not know whose review they read")
    dice = random.Random("colleagues")
    rows = ["prompt,reviewer,left,right,choice"]
    free = [each for each in spring if len(each.customer.allowed) == len(ALLOWED)]
    for change in [each for each in free if each.kind == "concurrency"]:
        sides = dice.sample(["glm-house", "gpt"], 2)
        found = [servers.review(name, change) == change.fault for name in sides]
        choice = (
            ("left" if found[0] else "right") if found[0] != found[1] else "both" if found[0] else "neither"
        )
        models = ",".join(MODELS[name] for name in sides)
        for reviewer in ("Ada", "Bo", "Chi"):
            said = choice if dice.random() < CAREFUL else dice.choice(("left", "right", "both"))
            rows.append(f"{change.id},{reviewer},{models},{said}")
    Path("votes.csv").write_text("\n".join(rows), "utf-8")
    verb("eval", "review", "import", "spring", "votes.csv", lines=0)
    verb("eval", "review", "results", "spring")


def _replay(spring: list[PullRequest]) -> None:
    title("5. What would have changed last month")
    asyncio.run(_traffic(spring[:60]))
    verb("replay", "--routes", "learned.yaml", "--metadata", "service=review")


async def _traffic(changes: Iterable[PullRequest]) -> None:
    async with Router.from_config("interlock.yaml") as router:
        for each in changes:
            await router.complete(
                each.prompt,
                task=each.row["task"],
                constraints=each.customer.constraints,
                metadata={"service": "review"},
            )


def _apply(told: Told, summer: list[PullRequest]) -> None:
    title("6. In use")
    with Path("interlock.yaml").open("a", encoding="utf-8") as file:
        file.write("learned_routes: routes.yaml\n")
    verb("routes", "apply", "learned.yaml", "--yes", lines=0)
    told.chosen = chosen(customers())
    say(f"{'contract':<13}{''.join(f'{kind:<14}' for kind in KINDS)}")
    for contract in ALLOWED:
        row = [told.chosen.get((contract, kind), "-") for kind in KINDS]
        say(f"{contract:<13}{''.join(f'{each:<14}' for each in row)}")
    suite("summer.jsonl", summer)
    words = ("--model", "auto", "--model", "gpt")
    verb("eval", "run", "summer.jsonl", "--run", "summer", "--at-once", "16", "--yes", *words)
    figures = json.loads(verb("eval", "report", "summer", "--json", shown=False).stdout)
    quality = {each["model"]: each["quality"]["value"] for each in figures["models"]}
    told.router, told.single = quality["auto"], quality["gpt"]
    served = {each.customer.id for each in summer if "gpt" in each.customer.allowed}
    say(f"The router serves all {told.customers} customers, the best single model {len(served)} of them.")


def chosen(known: Iterable[Customer]) -> dict[tuple[str, str], str]:
    """Who leads, by contract and kind, for customers who deny no vendor."""
    found = {}
    with Router.from_config("interlock.yaml") as router:
        for each in known:
            for kind in KINDS if not each.denied else ():
                decision = router.decide("x", task=f"review_{kind}", constraints=each.constraints)
                found[each.contract, kind] = decision.shortlist[0].deployment
    return found


def _gates(told: Told, servers: StandIns, summer: list[PullRequest]) -> None:
    title("7. In CI: do the routes hold?")
    say(f"{len(summer)} fresh pull requests, under all contracts")
    suite("gate.jsonl", summer)
    told.gates.append(gate("as they were measured"))
    servers.abilities["claude-eu"]["security"] = 0.2
    servers.abilities["deepseek"]["migration"] = 0.2
    told.gates.append(gate("two specialists have become worse"))
    servers.locked.add("claude-eu")
    told.gates.append(gate("a key has expired"))
    servers.locked.clear()


def gate(what: str) -> int:
    """The gate's exit code on what the models say now."""
    say(f"\n{what}:")
    name = what.replace(" ", "-")
    verb("eval", "run", "gate.jsonl", "--run", name, "--at-once", "16", "--yes", shown=False)
    verb("eval", "outcomes", name, "-o", f"{name}.csv", shown=False)
    words = ("--routes", "routes.yaml", "--margin", "2", "--baseline", "openai/gpt-5.5")
    result = verb("eval", "gate", f"{name}.csv", *words, codes=(0, 1, 3))
    say(f"exit code {result.exit_code}")
    return result.exit_code


def _back(told: Told) -> None:
    title("8. Learned anew, and taken back")
    verb("eval", "learn", "marked.csv", "--objective", "cost", "--write", "cheaper.yaml", lines=0)
    verb("routes", "apply", "cheaper.yaml", "--yes", lines=0)
    verb("routes", "rollback", "--yes", lines=0)
    verb("routes", "history")
    told.rolled_back = chosen(customers()) == told.chosen
    say("The first routes are in use again." if told.rolled_back else "Other routes are in use.")


def _account(told: Told, servers: StandIns) -> None:
    title("Whose code came where, counted at the servers")
    contracts = {each.id: each.contract for each in customers()}
    for name in servers.servers:
        by: defaultdict[str, int] = defaultdict(int)
        for (server, customer), count in servers.sent.items():
            if server == name:
                by[contracts[customer]] += count
        say(f"{name:<11} {', '.join(f'{contract} {count:,}' for contract, count in sorted(by.items()))}")
    say(f"{len(told.forbidden)} requests where a contract forbids them, of {sum(servers.sent.values()):,}")


def suite(name: str, changes: Iterable[PullRequest]) -> None:
    Path(name).write_text("".join(f"{json.dumps(each.row)}\n" for each in changes), "utf-8")


def verb(*words: str, lines: int | None = None, shown: bool = True, codes: tuple[int, ...] = (0,)) -> Result:
    """Runs `interlock` with these words, and prints what it printed, or so many lines of it."""
    result = CliRunner().invoke(app, list(words))
    if result.exit_code not in codes:
        raise RuntimeError(f"interlock {' '.join(words)} ended with {result.exit_code}:\n{result.output}")
    if shown:
        print(f"\n$ interlock {' '.join(words)}")
        printed = [*result.stdout.splitlines(), *result.stderr.splitlines()]
        for line in printed if lines is None else printed[:lines]:
            print(f"  {line}")
    return result


def title(text: str) -> None:
    print(f"\n{text}\n{'-' * len(text)}")


def say(text: str) -> None:
    print(f"  {text}" if not text.startswith("\n") else f"\n  {text[1:]}")


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute() if len(sys.argv) > 1 else None)
