"""What is there after the kills, held against what the vendor, the world and the clients have seen."""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from random_clients import Call
from random_vendor import Billed, cost_of, text_of

_A_PICODOLLAR = 1e-12
LATE = 5.0  # seconds after its answer in which a call may still have been about to be settled


@dataclass(kw_only=True)
class Verdict:
    """What was counted, and in `wrong` a sentence for each thing that must never be.

    Attributes:
        whole: answers that clients took for whole ones.
        errors: how the other calls ended, by class.
        unrecorded: whole answers without a record.
        unlogged: whole answers, and requests that the vendor had, without their entry in the log; None
            without a log.
        billed, settled, held: US dollars: by the vendor, and in the ledger. `held` is what attempts held
            whose process was killed.
        holds: calls of which something is held.
        effects: that the world has, of so many `runs`.
    """

    whole: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    unrecorded: int = 0
    unlogged: int | None = None
    billed: float = 0.0
    settled: float = 0.0
    held: float = 0.0
    holds: int = 0
    runs: int = 0
    effects: int = 0
    wrong: list[str] = field(default_factory=list)

    def answers(self, calls: Sequence[Call]) -> None:
        for call in calls:
            if call.text is None:
                self.errors[call.error or "none"] += 1
                continue
            self.whole += 1
            if call.text != text_of(call.name):
                self.wrong.append(f"{call.name}: half an answer was taken for a whole one")

    def records(self, calls: Sequence[Call], kept: set[str], *, required: bool) -> None:
        self.unrecorded = sum(call.text is not None and call.record not in kept for call in calls)
        if required and self.unrecorded:
            self.wrong.append(f"{self.unrecorded} answers were handed over without their record")

    def log(self, calls: Sequence[Call], entries: Mapping[str, Counter[str]], billed: Billed) -> None:
        """`entries` are those of each call by kind, under the call's name."""
        asked = Counter(billed["answered"]) + Counter(billed["refused"])
        answers = sum(call.text is not None and not entries[call.name]["answer"] for call in calls)
        mine = {call.name for call in calls}
        sent = sum(max(0, many - entries[name]["attempt"]) for name, many in asked.items() if name in mine)
        self.unlogged = answers + sent
        if self.unlogged:
            self.wrong.append(
                f"{sent} requests were sent, {answers} answers handed over before the log had them"
            )

    def budgets(self, calls: Sequence[Call], kills: Sequence[Sequence[float]], ledger: "Accounts") -> None:
        """`kills` are the moments at which each server was killed."""
        for call in calls:
            money, held = ledger.calls.get(call.name, (0, 0))
            bill = ledger.billed["answered"].get(call.name, 0) * cost_of(call.name)
            if money < bill:
                self.wrong.append(f"{call.name}: {bill - money} picodollars were billed and not counted")
            if money - held > bill:
                self.wrong.append(f"{call.name}: {money - held - bill} picodollars were counted in vain")
            if held == 0:
                continue
            self.holds += 1
            near = any(call.began <= at <= call.ended + LATE for at in kills[call.server])
            if not near:
                self.wrong.append(f"{call.name}: {held} picodollars are held, and nobody was killed")
        bills = (many * cost_of(name) for name, many in ledger.billed["answered"].items())
        self.billed = sum(bills) / 1e12
        self.settled = (ledger.everybody[0] - ledger.everybody[1]) / 1e12
        self.held = ledger.everybody[1] / 1e12
        if self.billed > self.settled + self.held:
            self.wrong.append("more was billed than the ledger has")
        if self.settled - ledger.left / 1e12 > self.billed + _A_PICODOLLAR:
            self.wrong.append("the ledger has settled more than was billed")

    def limit(self, calls: Sequence[Call], key: str, limit: int, billed: Billed) -> None:
        asked = Counter(billed["answered"]) + Counter(billed["refused"])
        served = sum(asked[call.name] for call in calls if call.key == key)
        if served > limit:
            self.wrong.append(f"the vendor served {served} requests of {key}, whose limit is {limit}")

    def acted(self, effects: Mapping[str, Sequence[str]], each: int) -> None:
        for run, titles in effects.items():
            self.runs += 1
            self.effects += len(titles)
            if sorted(titles) != [f"{run}-{number}" for number in range(each)]:
                self.wrong.append(f"{run}: {sorted(titles)}")


@dataclass(frozen=True, kw_only=True)
class Accounts:
    """The ledger: of each, picodollars in all, and those of them that are held. `left` is what attempts are
    taken to have cost whose client had gone: an estimate, for nobody heard what was billed.
    """

    calls: Mapping[str, tuple[int, int]]
    everybody: tuple[int, int]
    billed: Billed
    left: int = 0

    @classmethod
    def read(cls, url: str, billed: Billed) -> "Accounts":
        calls, everybody = {}, (0, 0)
        with psycopg.connect(url) as connection:
            rows = connection.execute("SELECT name, money, held_money FROM ledger_accounts").fetchall()
            gone = connection.execute("SELECT cost FROM attempts WHERE outcome = 'left'").fetchall()
        for name, money, held in rows:
            _, budget, _, _, *whose = json.loads(name)
            if budget == "calls" and whose:
                calls[whose[0]] = money, held
            elif budget == "everybody":
                everybody = money, held
        left = sum(round(cost * 1e12) for (cost,) in gone if cost is not None)
        return cls(calls=calls, everybody=everybody, billed=billed, left=left)


def recorded(url: str) -> set[str]:
    """The ids of all records."""
    with psycopg.connect(url) as connection:
        return {id_ for (id_,) in connection.execute("SELECT id FROM records")}


def logged(url: str) -> Mapping[str, Counter[str]]:
    """How many entries of each kind the log has, by run."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    with psycopg.connect(url) as connection:
        counted: Any = connection.execute("SELECT run, kind, count(*) FROM log GROUP BY run, kind")
        for run, kind, many in counted:
            found[run or ""][kind] = many
    return found
