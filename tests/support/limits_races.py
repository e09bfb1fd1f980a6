"""Three real processes that keep to limits together, before a vendor that sees the truth."""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from counting_vendor import CountingVendor, counting_vendor
from interlock import Router, StoreError

PROCESS = Path(__file__).with_name("limited_process.py")
PLACES = 6
RATE = 20


class Caller:
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

    def problems(self) -> list[str]:
        """Of the limits and of shared health."""
        self.ask(problems=True)
        found: list[str] = self.answered()
        return found

    def line(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.process.stderr and self.process.stderr.read()
        return line.strip()

    def leave(self) -> str:
        """Let it end; what it wrote to its standard error."""
        out, err = self.process.communicate(timeout=30)
        assert out.endswith("closed\n"), err
        assert self.process.returncode == 0
        return err


class Stage:
    """Three processes with deployments whose requests reach the vendor under the deployments' names."""

    def __init__(self, shared: str, vendor: CountingVendor, **limits: Any) -> None:
        self.vendor = vendor
        self.shared = shared
        self.made = [Caller(config(shared, vendor, **limits)) for _ in range(3)]

    def at_once(self, calls: int, model: str) -> Counter[str]:
        """Calls over all processes at the same time; how they ended."""
        count = len(self.made)
        for number, caller in enumerate(self.made):
            caller.ask(calls=calls // count + (number < calls % count), model=model)
        ended: Counter[str] = Counter()
        for caller in self.made:
            ended += Counter(caller.answered())
        return ended


def config(shared: str, vendor: CountingVendor, **limits: Any) -> dict[str, Any]:
    own = {"model": "zhipu/glm-5.2", "provider": "openai-compatible", "api_key": "k", "region": "local"}
    deployments = {
        "narrow": {"max_concurrency": PLACES},
        "rated": {"rate_limit": {"requests": RATE, "per": "second"}},
        "first": {},
        "second": {},
    }
    return {
        "deployments": [
            own | {"id": name, "base_url": vendor.url(name)} | more for name, more in deployments.items()
        ],
        "routes": {"conversational": ["first", "second"]},
        "retries": {"max": 0},
        "load": {"queue": 500, "queue_timeout": 25},
        "limits": {"shared": shared} | limits,
        "health": {"shared": shared},
    }


@contextmanager
def staged(shared: str) -> Iterator[Stage]:
    with counting_vendor() as vendor:
        stage = Stage(shared, vendor)
        try:
            for caller in stage.made:
                assert caller.line() == "ready"
            yield stage
        finally:
            for caller in stage.made:
                if caller.process.poll() is None:
                    caller.process.kill()
                caller.process.communicate()


def is_never_exceeded(stage: Stage) -> None:
    """Of 200 calls of three processes, no more are at the vendor at once than may, and as many."""
    stage.vendor.forget()
    assert stage.at_once(200, "narrow") == {"narrow": 200}
    assert stage.vendor.most["narrow"] == PLACES


def is_first_come_first_served(stage: Stage) -> None:
    """Whoever waits is not passed by those that come later, in whichever process."""
    (one, two, three), vendor = stage.made, stage.vendor
    vendor.seconds = 0.2
    vendor.forget()
    one.ask(calls=30, model="narrow")
    _until(10, lambda: len(vendor.times("narrow")) >= PLACES)
    two.ask(calls=1, model="narrow")
    time.sleep(0.2)
    three.ask(calls=80, model="narrow")
    assert two.answered() == {"narrow": 1}
    assert len(vendor.times("narrow")) < 111, "it had to wait for those that came later"
    assert [one.answered(), three.answered()] == [{"narrow": 30}, {"narrow": 80}]
    vendor.seconds = 0.02


def keeps_to_its_rate(stage: Stage) -> None:
    """Three processes send no more in a second than one may, and hardly less."""
    stage.vendor.forget()
    began = time.monotonic()
    assert stage.at_once(4 * RATE, "rated") == {"rated": 4 * RATE}
    # What is let through arrives a little sooner or later.
    assert stage.vendor.busiest("rated", 0.8) <= RATE
    assert time.monotonic() - began < 8.0


def slows(stage: Stage) -> None:
    """A 429 that one process is given slows that deployment in all of them, and no other."""
    made, vendor = stage.made, stage.vendor
    assert made[0].call(2) == {"first": 2}
    vendor.limited["first"] = 3
    assert made[0].call() == {"second": 1}
    limited = time.monotonic()
    _until(1.5, lambda: all("cool" in _excluded(caller) for caller in made))
    sent = len(vendor.times("first"))
    for caller in made:
        assert caller.call(4) == {"second": 4}
    assert len(vendor.times("first")) == sent
    _until(10, lambda: made[2].call() == {"first": 1})
    assert time.monotonic() - limited > 2.5


def outlives_an_outage(stage: Stage, stop: Callable[[], None], start: Callable[[], None]) -> None:
    """While nobody can say who holds what, each process keeps to its share; and soon after, they keep to the
    limit together again.
    """
    made, vendor = stage.made, stage.vendor
    assert stage.at_once(12, "narrow") == {"narrow": 12}
    stop()
    _until(10, lambda: all(caller.call(model="narrow") and caller.problems()[0] for caller in made))
    vendor.forget()
    assert made[0].call(20, model="narrow") == {"narrow": 20}
    assert vendor.most["narrow"] == PLACES // 3
    assert stage.at_once(60, "narrow") == {"narrow": 60}
    assert vendor.most["narrow"] <= PLACES
    start()
    began = time.monotonic()
    _until(10, lambda: all(caller.call(model="narrow") and not caller.problems()[0] for caller in made))
    assert time.monotonic() - began < 5.0
    vendor.forget()
    assert made[0].call(60, model="narrow") == {"narrow": 60}
    assert vendor.most["narrow"] == PLACES


def refuses(shared: str, stop: Callable[[], None], start: Callable[[], None]) -> None:
    """Where nothing may go by a share, nothing is sent while the store is out of reach."""
    with counting_vendor() as vendor:
        router = Router.from_config(config(shared, vendor, down="refuse") | {"health": {}})
        with router:
            assert router.complete_sync("Hello", model="narrow").deployment == "narrow"
            stop()
            with pytest.raises(StoreError, match="limits are shared, and cannot be asked about"):
                router.complete_sync("Hello", model="narrow")
            assert len(vendor.times("narrow")) == 1
            assert router.complete_sync("Hello", model="first").deployment == "first"
            start()
            began = time.monotonic()
            _until(10, lambda: _goes(router))
            assert time.monotonic() - began < 5.0


def _goes(router: Router) -> bool:
    try:
        router.complete_sync("Hello", model="narrow")
    except StoreError:
        return False
    return True


def gives_back_what_the_dead_held(stage: Stage) -> None:
    """What a process held that is killed, others may have within half a minute."""
    (one, two, three), vendor = stage.made, stage.vendor
    vendor.seconds = 60.0
    one.ask(calls=PLACES, model="narrow")
    _until(10, lambda: vendor.now["narrow"] == PLACES)
    one.process.kill()
    vendor.seconds = 0.02
    began = time.monotonic()
    assert two.call(PLACES, model="narrow") == {"narrow": PLACES}
    assert time.monotonic() - began < 30.0
    assert [two.leave(), three.leave()] == ["", ""]


def _excluded(caller: Caller) -> str:
    caller.ask(excluded=True)
    return str(caller.answered().get("first", ""))


def _until(seconds: float, true: Callable[[], object]) -> None:
    due = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < due, f"it has not come to pass within {seconds:g} s"
        time.sleep(0.05)
