"""Three real processes that spend from one budget at once, wherever their ledger lies."""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any

PROCESS = Path(__file__).with_name("spending_process.py")


class Spender:
    """A process; what it is asked, it answers when `answered` is called."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(PROCESS), json.dumps(config)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def ask(self, **asked: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()

    def answered(self) -> Any:
        return json.loads(self.line())

    def call(self, calls: int = 1, **asked: Any) -> Counter[str]:
        self.ask(calls=calls, **asked)
        return Counter(self.answered())

    def spent(self, metadata: dict[str, str] | None = None) -> list[list[Any]]:
        self.ask(spent=metadata)
        found: list[list[Any]] = self.answered()
        return found

    def line(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.process.stderr and self.process.stderr.read()
        return line.strip()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def leave(self) -> str:
        """Let it end; what it wrote to its standard error."""
        out, err = self.process.communicate(timeout=30)
        assert out.endswith("closed\n"), err
        assert self.process.returncode == 0
        return err


@contextmanager
def spenders(
    count: int, ledger: Any, *budgets: dict[str, Any], seconds: float = 0.0, uses: int = 10
) -> Iterator[list[Spender]]:
    config = {"ledger": ledger, "budgets": list(budgets), "seconds": seconds, "uses": uses}
    made = [Spender(config) for _ in range(count)]
    try:
        for spender in made:
            assert spender.line() == "ready"
        yield made
    finally:
        for spender in made:
            if spender.process.poll() is None:
                spender.process.kill()
            spender.process.communicate()


def fifty_at_once(made: list[Spender], **asked: Any) -> Counter[str]:
    """Fifty calls, over all processes, at the same time; how they ended."""
    shares = [50 // len(made) + (number < 50 % len(made)) for number in range(len(made))]
    for spender, calls in zip(made, shares, strict=True):
        spender.ask(calls=calls, **asked)
    ended: Counter[str] = Counter()
    for spender in made:
        ended += Counter(spender.answered())
    return ended


def race(ledger: Any) -> None:
    """What three processes do with budgets, whatever happens to them."""
    requests = {"id": "requests", "per": "month", "requests": 5, "each": "round", "where": {"of": "requests"}}
    # 100 tokens are held at 0.01 USD.
    money = {"id": "money", "per": "month", "usd": 0.05, "each": "round", "where": {"of": "money"}}
    with spenders(3, ledger, requests, money, seconds=0.02, uses=100) as made:
        for number, of in product(range(2), ("requests", "money")):
            ended = fifty_at_once(made, metadata={"of": of, "round": str(number)})
            assert ended == {"ok": 5, "BudgetExceeded": 45}, (of, number, ended)
        _gives_back(*made[:2])
        _dies(*made)


def _gives_back(one: Spender, two: Spender) -> None:
    """What failed attempts held is there for others, in whichever process."""
    failing = {"of": "money", "round": "failing"}
    one.ask(plan=6)
    one.answered()
    for _ in range(6):
        assert one.call(metadata=failing) == {"Unavailable": 1}
    due = time.monotonic() + 10
    while two.spent(failing) != [["money", 0.0, 0, 6]]:
        assert time.monotonic() < due
        time.sleep(0.02)
    assert two.call(5, metadata=failing) == {"ok": 5}


def _dies(one: Spender, two: Spender, three: Spender) -> None:
    """What a process held that was killed stays held: it may have been sent."""
    killed = {"of": "requests", "round": "killed"}
    one.ask(slow=60)
    one.answered()
    one.ask(calls=5, metadata=killed)
    due = time.monotonic() + 10
    while two.spent(killed)[0][3] != 5:
        assert time.monotonic() < due
        time.sleep(0.02)
    one.kill()
    for other in (two, three):
        assert other.call(metadata=killed) == {"BudgetExceeded": 1}
        assert other.leave() == ""


def flow(ledger: Any) -> None:
    """While there is plenty, processes hold room ahead; what there is is spent to the last attempt all the
    same, and what a killed process held stays held.
    """
    room = 1_000
    budget = {"id": "flow", "per": "month", "requests": room, "usd": 10.0, "each": "round"}
    with spenders(3, ledger, budget, uses=100) as made:
        _spends_all(made, {"round": "whole"}, room)
        killed = {"round": "killed"}
        done = sum(_waves(made, killed, 3))
        made[0].ask(calls=40, metadata=killed)
        made[0].kill()
        done += _spends(made[1:], killed)
        assert room - 40 - room // 16 <= done <= room
        (row,) = made[1].spent(killed)
        assert row[3] == room


def _spends_all(made: list[Spender], metadata: dict[str, str], room: int) -> None:
    assert _spends(made, metadata) == room
    (row,) = made[0].spent(metadata)
    assert row == ["flow", 10.0, 100 * room, room]


def _spends(made: list[Spender], metadata: dict[str, str]) -> int:
    """How many calls were answered, until all processes were refused for longer than room is held ahead."""
    done, since = 0, time.monotonic()
    while time.monotonic() - since < 3:
        answered = sum(_waves(made, metadata, 1))
        done += answered
        if answered:
            since = time.monotonic()
        else:
            time.sleep(0.2)
    return done


def _waves(made: list[Spender], metadata: dict[str, str], waves: int) -> Iterator[int]:
    for _ in range(waves):
        for spender in made:
            spender.ask(calls=30, metadata=metadata)
        for spender in made:
            ended = Counter(spender.answered())
            # A server on a machine that is very busy may take longer than it is waited for.
            assert set(ended) <= {"ok", "BudgetExceeded", "StoreError"}, ended
            yield ended["ok"]


def outages(ledger: Any, *each: tuple[Callable[[], None], Callable[[], None], bool]) -> None:
    """While the ledger is out of reach nothing is sent; soon after, calls go on. Each outage is what begins
    it, what ends it, and whether what was counted outlives it.
    """
    budget = {"id": "requests", "per": "month", "requests": 1000}
    with spenders(1, ledger, budget) as (one,):
        for stop, start, lasting in each:
            assert one.call(3) == {"ok": 3}
            before = one.spent()[0][3]
            stop()
            assert one.call(5) == {"StoreError": 5}
            start()
            _goes_on_within(5, one)
            due = time.monotonic() + 10
            while one.spent()[0][3] != before * lasting + 1:  # what was refused meanwhile counts nowhere
                assert time.monotonic() < due, one.spent()
                time.sleep(0.05)
        one.ask(plan=0)
        assert one.answered() == 4 * len(each)
        assert one.leave() == ""


def _goes_on_within(seconds: float, spender: Spender) -> None:
    due = time.monotonic() + seconds
    while (ended := spender.call()) != {"ok": 1}:
        assert ended == {"StoreError": 1}
        assert time.monotonic() < due, f"calls did not go on within {seconds:g} s"
        time.sleep(0.05)
