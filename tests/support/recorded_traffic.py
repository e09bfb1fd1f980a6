"""Calls of a real router over a loopback, moved to other days: what a store would hold of a year."""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from interlock import InterlockError, Record, Router
from interlock.testing import Received, Reply, Upstream

DAY = 86_400.0
TASKS = ("quantitative", "code_generation", "conversational")
MODELS = {"codes": "zhipu/glm-5.2", "counts": "openai/gpt-5.5"}
_IDS = count()


def said(received: Received) -> Reply:
    """Fails, refuses or answers, as the prompt's last word wants it."""
    body = received.json()
    word = body["messages"][-1]["content"].split()[-1]
    if word == "fail":
        return Reply.json({"error": {"message": "no"}}, status=500)
    message: dict[str, Any] = {"role": "assistant", "content": None if word == "refuse" else "yes"}
    if word == "refuse":
        message["refusal"] = "I will not."
    usage = {"prompt_tokens": 1000, "completion_tokens": 500, "total_tokens": 1500}
    choices = [{"message": message, "finish_reason": "stop"}]
    return Reply.json({"id": "1", "model": body["model"], "choices": choices, "usage": usage})


def configuration(url: str, **more: Any) -> dict[str, Any]:
    common = {"provider": "openai-compatible", "api_key": "k", "base_url": f"{url}/v1", "region": "eu"}
    return {
        "deployments": [
            {**common, "id": name, "name": f"{name}-1", "model": model, "price": {"input": 1, "output": 2}}
            for name, model in MODELS.items()
        ],
        "retries": {"max": 0},
        "records": "sqlite:///calls.db",
        **more,
    }


def write_configuration(url: str, **more: Any) -> None:
    Path("interlock.yaml").write_text(json.dumps(configuration(url, **more)))


@dataclass(frozen=True)
class Patterns:
    """One real record of each deployment, task and ending, to make others of."""

    records: dict[tuple[str, str, str], Record]

    def call(
        self,
        at: float,
        deployment: str = "codes",
        task: str = TASKS[0],
        ending: str = "answer",
        *,
        latency: float = 1.0,
        served: str | None = None,
        cost: float = 0.002,
    ) -> Record:
        """A call that began at `at`, in seconds since the epoch."""
        record = self.records[deployment, task, ending]
        (attempt, *_) = record.attempts
        changed = replace(attempt, started=at, latency=latency)
        if ending != "fail":
            changed = replace(changed, served_model=served or attempt.served_model, cost=cost)
        return replace(record, id=f"call-{next(_IDS)}", started=at, attempts=(changed,))

    def day(
        self,
        at: float,
        random: np.random.Generator,
        calls: int = 100,
        *,
        failing: float = 0.02,
        refusing: float = 0.02,
        slower: float = 1.0,
        tasks: Sequence[float] = (0.5, 0.3, 0.2),
        served: str | None = None,
        dearer: float = 1.0,
    ) -> list[Record]:
        """Calls of a day that begins at `at`, divided between both deployments."""
        found = []
        for number in range(calls):
            draw = random.random()
            ending = "fail" if draw < failing else "refuse" if draw < failing + refusing else "answer"
            found.append(
                self.call(
                    at + DAY * (number + 0.5) / calls,
                    "codes" if random.random() < 0.5 else "counts",
                    str(random.choice(TASKS, p=tasks)),
                    ending,
                    latency=float(slower * random.lognormal(0, 0.4)),
                    served=served,
                    cost=float(dearer * 0.002 * random.lognormal(0, 0.4)),
                )
            )
        return found


def patterns() -> Patterns:
    """Asks a real router for each."""
    found = {}
    with (
        Upstream(always=said) as server,
        Router.from_config(configuration(server.url, records=None)) as router,
    ):
        for deployment in MODELS:
            for task in TASKS:
                for ending in ("answer", "refuse", "fail"):
                    with suppress(InterlockError):
                        router.complete_sync(f"x {ending}", task=task, model=deployment)
                    found[deployment, task, ending] = router.records[-1]
    return Patterns(found)
