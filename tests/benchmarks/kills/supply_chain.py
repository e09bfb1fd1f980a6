"""Kills the agent that orders in SAP and tells in Slack at random points, and counts at both what there is.

    uv run python tests/benchmarks/kills/supply_chain.py [--kills 20] [--seed 1] [--every] [--json]

The agent is that of docs/examples/agents/supply_chain; SAP and Slack are the emulators of the connectors'
tests. It runs once undisturbed, which says how many boundaries its life has. For each kill, a run with a
store and a channel of its own is killed (SIGKILL) at a boundary that is drawn, begun again until it is done,
and approved as often as it asks. What is there in the end is held against what the undisturbed run has left.
Last, two runs are killed as SAP, or Slack, has acted, by a configuration that says of both tools that twice
is as good as once: that has to double.

With `--every`, it is killed at each boundary at which an effect is under way, from the approval to the end.

Ends with exit code 1 where anything differs, or where the last two double nothing.
"""

import argparse
import json
import random
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml
from forkserver import ForkServer, fork_server
from stores import folder

ROOT = Path(__file__).resolve().parents[3]
EXAMPLE = ROOT / "docs" / "examples" / "agents" / "supply_chain"
DONE, PERSON = 0, 3
LIVES = 10
LONGEST = 120.0  # seconds of one life
MARGIN = 6  # boundaries
CARELESS = {"rules": [{"tools": "sap_create_purchase_order", "repeat": "natural", "effect": "irreversible"}]}
CARELESS["rules"].append({"tools": "slack_post_message", "repeat": "natural", "effect": "write"})


@dataclass(frozen=True, kw_only=True)
class Ended:
    """One run.

    Attributes:
        point: where it was killed; empty where it was not.
        lives: processes, whether they were killed or ended by themselves.
        orders: purchase orders in SAP that were not there before, without their numbers and times.
        messages: in its channel, likewise, each with the reference that it carries.
        names: whether the message names the order that was created.
    """

    point: str
    lives: int
    orders: Sequence[dict[str, Any]]
    messages: Sequence[dict[str, Any]]
    names: bool

    @property
    def once(self) -> bool:
        return len(self.orders) == len(self.messages) == 1 and self.names

    def same(self, other: "Ended") -> bool:
        return self.once and (self.orders, self.messages) == (other.orders, other.messages)


class Chain:
    """Runs of the agent against one pair of services."""

    def __init__(self, services: ModuleType, there: Any, server: ForkServer, place: Path) -> None:
        self.services = services
        self.there = there
        self.server = server
        self.place = place
        self.channels = 0

    def play(self, *, dies_at: int | str = 0, tools: dict[str, Any] | None = None) -> tuple[Ended, list[str]]:
        """A run to its end, and the boundaries of its lives until the first one ended or was killed."""
        self.channels += 1
        name = f"run-{self.channels}"
        channel = self.there.channel(name)
        before = {each["PurchaseOrder"] for each in self.there.orders()}
        home = self.place / name
        home.mkdir()
        config = self.services.configuration(self.there, settles_within=0.5) | (
            {"tools": tools} if tools else {}
        )
        (home / "interlock.yaml").write_text(yaml.safe_dump(config), "utf-8")
        files = ("--plan", str(EXAMPLE / "plan.yaml"), "--policy", str(EXAMPLE / "script.py"))
        command = ["agent", "run", *files, "--run", name, "--input", f"channel={name}", "--quiet"]
        lives, point = 0, ""
        left: int | str = dies_at
        while True:
            lives += 1
            seen = home / f"seen-{lives}"
            life = {"command": command, "folder": str(home), "seen": str(seen), "dies_at": left}
            ended = self.server.live(life | {"log": str(home / "log"), "kill_after": LONGEST})
            told = seen.read_text("utf-8").splitlines() if seen.is_file() else []
            if ended.killed:
                point, left = f"{dies_at}: {told[-1]}, life {lives}", 0
            elif ended.code == PERSON:
                left = left - len(told) if isinstance(left, int) else left
                self._approve(home, name)
            elif ended.code == DONE:
                break
            if lives == LIVES or (not ended.killed and ended.code not in (DONE, PERSON)):
                raise RuntimeError(f"{name} ended with {ended.code}: {(home / 'log').read_text()[-2000:]}")
        made = [each for each in self.there.orders() if each["PurchaseOrder"] not in before]
        posted = self.there.messages(channel)
        return _ended(point, lives, made, posted), _seen(home)

    def _approve(self, home: Path, name: str) -> None:
        command = ["agent", "approve", "--all-of", name, "--yes"]
        life = {"command": command, "folder": str(home), "seen": str(home / "approving")}
        ended = self.server.live(life | {"log": str(home / "log"), "kill_after": LONGEST})
        if ended.code:
            raise RuntimeError(f"{name} was not approved: {(home / 'log').read_text()[-2000:]}")


def _seen(home: Path) -> list[str]:
    return [line for file in sorted(home.glob("seen-*")) for line in file.read_text("utf-8").splitlines()]


def _ended(point: str, lives: int, made: list[dict[str, Any]], posted: list[dict[str, Any]]) -> Ended:
    numbers = [each["PurchaseOrder"] for each in made]
    orders = [_plain(each) for each in made]
    messages = []
    for each in posted:
        text = each["text"]
        for number in numbers:
            text = text.replace(number, "NEW")
        messages.append({"text": text, "marked": each.get("metadata", {}).get("event_type")})
    names = bool(posted) and all(numbers[0] in each["text"] for each in posted) if numbers else False
    return Ended(point=point, lives=lives, orders=orders, messages=messages, names=names)


VARIES = (
    "PurchaseOrder",
    "LastChangeDateTime",
    "CorrespncInternalReference",
    "@odata.etag",
    "@odata.context",
)


def _plain(order: dict[str, Any]) -> dict[str, Any]:
    """Without what differs between any two orders."""
    return {
        name: [_plain(each) for each in value] if isinstance(value, list) else value
        for name, value in order.items()
        if name not in VARIES
    }


@contextmanager
def chain() -> Iterator[Chain]:
    """The services, and a process from which lives are forked."""
    sys.path.append(str(EXAMPLE))
    import services

    with services.world() as there, fork_server("chain_life") as server, folder() as place:
        yield Chain(services, there, server, place)


def drawn(seed: int, kills: int, boundaries: int) -> list[int]:
    """Numbers of boundaries, no two the same."""
    return sorted(random.Random(seed).sample(range(1, boundaries + 1), kills))


def under_way(seen: Sequence[str]) -> list[int]:
    """Numbers of the boundaries from some before the order is sent to some after the message is."""
    first, last = seen.index("before POST PurchaseOrder"), seen.index("after POST chat.postMessage")
    return [*range(first + 1 - MARGIN, last + 1 + MARGIN + 1)]


def _counted(ended: Ended) -> str:
    return f"orders {len(ended.orders)}, messages {len(ended.messages)}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", action="store_true")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with chain() as there:
        whole, seen = there.play()
        if not whole.once:
            raise SystemExit(f"undisturbed, it does not do what it should: {whole}")
        tell: Any = (lambda *_: None) if given.json else partial(print, flush=True)
        tell(f"undisturbed: {len(seen)} boundaries, {whole.lives} lives; seed {given.seed}")
        played: list[Ended] = []
        points = under_way(seen) if given.every else drawn(given.seed, given.kills, len(seen))
        for number in points:
            ended, _ = there.play(dies_at=number)
            played.append(ended)
            words = "the same" if ended.same(whole) else "NOT THE SAME"
            tell(f"  {_counted(ended)}, {words}; killed at {ended.point}")
        careless: list[Ended] = []
        for what in ("after POST PurchaseOrder", "after POST chat.postMessage"):
            ended, _ = there.play(dies_at=what, tools=CARELESS)
            careless.append(ended)
            tell(f"  without looking: {_counted(ended)}; killed at {ended.point}")
    same = sum(each.same(whole) for each in played)
    killed = sum(bool(each.point) for each in played)
    doubled = sum(not each.once for each in careless)
    if given.json:
        print(
            json.dumps({"killed": killed, "same": same, "runs": [asdict(each) for each in played]}, indent=1)
        )
    print(f"{killed} killed, {same} ended as the undisturbed one; without looking, {doubled} of 2 doubled")
    return 0 if same == killed == len(points) and doubled == len(careless) else 1


if __name__ == "__main__":
    sys.exit(main())
