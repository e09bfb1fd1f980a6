"""Two real processes and a real server: what one finds out, the other knows within a second."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

WORKER = Path(__file__).with_name("worker.py")


class Worker:
    def __init__(self, url: str, cooldown: float) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(WORKER), url, str(cooldown)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def ask(self, command: str) -> Any:
        stdin = self.process.stdin
        assert stdin is not None
        stdin.write(command + "\n")
        stdin.flush()
        return json.loads(self.line())

    def call(self, times: int = 1) -> str:
        return "".join(self.ask("call") for _ in range(times))

    def until(self, seconds: float, true: Callable[[dict[str, str]], bool]) -> dict[str, str]:
        due = time.monotonic() + seconds
        while True:
            found: dict[str, str] = self.ask("decide")
            if true(found):
                return found
            assert time.monotonic() < due, f"still {found} after {seconds:g} s"
            time.sleep(0.01)

    def leave(self) -> str:
        """Let it end; what it wrote to its standard error."""
        out, err = self.process.communicate(timeout=20)
        assert out.endswith("closed\n")
        assert self.process.returncode == 0
        return err

    def line(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.process.stderr and self.process.stderr.read()
        return line.strip()


@pytest.fixture
def workers(server: Any) -> Iterator[Callable[..., list[Worker]]]:
    made: list[Worker] = []

    def start(count: int = 2, cooldown: float = 20.0) -> list[Worker]:
        made.extend(Worker(server.url, cooldown) for _ in range(count))
        for worker in made[-count:]:
            assert worker.line() == "ready"
            worker.until(5, lambda found: not found["problem"])
        return made

    yield start
    for worker in made:
        if worker.process.poll() is None:
            worker.process.kill()
        worker.process.communicate()


def test_they_agree_on_an_outage_within_a_second(workers: Callable[..., list[Worker]]) -> None:
    one, two = workers()
    one.call(), two.call()
    one.ask("set a down")
    assert one.call(20) == "b" * 20
    found = two.until(1.0, lambda found: found["reason"] == "fallback_high_error_rate")
    assert not found["excluded"], "a high error rate moves back and excludes nothing"
    assert two.call(5) == "b" * 5


def test_they_agree_on_a_refused_key_and_on_its_return(workers: Callable[..., list[Worker]]) -> None:
    one, two = workers(cooldown=0.2)  # a key is tried again after ten of them
    one.ask("set a refuses")
    assert one.call() == "b"
    found = two.until(1.0, lambda found: bool(found["excluded"]))
    assert found["excluded"].startswith("parked: the vendor refused its key or its model in another process")
    one.ask("set a well")
    due = time.monotonic() + 20
    while "a" not in two.call() + one.call():
        assert time.monotonic() < due
        time.sleep(0.02)
    one.until(1.0, lambda found: found["reason"] == "primary_optimal")
    two.until(1.0, lambda found: found["reason"] == "primary_optimal")


def test_a_newcomer_knows_of_the_outage(workers: Callable[..., list[Worker]]) -> None:
    (one,) = workers(1)
    one.ask("set a down")
    one.call(10)
    *_, late = workers(1)
    late.until(1.0, lambda found: found["reason"] == "fallback_high_error_rate")


def test_calls_go_on_without_the_server_and_sharing_with_it(
    workers: Callable[..., list[Worker]], server: Any
) -> None:
    one, two = workers()
    one.call(), two.call()
    server.stop()
    one.until(3.0, lambda found: bool(found["problem"]))
    assert one.call(20) + two.call(20) == "a" * 40
    server.start()
    one.until(5.0, lambda found: not found["problem"])
    two.until(5.0, lambda found: not found["problem"])
    two.ask("set a refuses")
    assert two.call() == "b"
    one.until(1.0, lambda found: "parked" in found["excluded"])
    worker_errors = [worker.leave() for worker in (one, two)]
    assert worker_errors == ["", ""]
