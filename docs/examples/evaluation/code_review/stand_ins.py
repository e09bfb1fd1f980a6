"""Loopback servers in place of the models, with planted abilities; they know who was sent whose code."""

import json
import random
import re
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, Self

from company import KINDS, PullRequest

from interlock.testing import Received, Reply, Upstream

# How often each finds the fault, by the kind of change: three specialists, and one that is good at all.
ABILITIES = {
    "gpt": dict.fromkeys(KINDS, 0.65),
    "claude-eu": dict.fromkeys(KINDS, 0.40) | {"security": 0.95},
    "mistral-eu": dict.fromkeys(KINDS, 0.45),
    "deepseek": dict.fromkeys(KINDS, 0.35) | {"migration": 0.95},
    "glm-house": dict.fromkeys(KINDS, 0.40) | {"concurrency": 0.95},
}
# What a language adds to that, for all of them.
LANGUAGES = {"python": 0.02, "typescript": 0.0, "go": -0.02, "java": 0.0}
_NAMED = re.compile(r"Review change (\S+) of customer")


@dataclass
class StandIns:
    """`sent` counts, by server and customer, whose code came; `forbidden` lists what should not have."""

    changes: dict[str, PullRequest]
    servers: dict[str, Upstream] = field(default_factory=dict)
    abilities: dict[str, dict[str, float]] = field(
        default_factory=lambda: {name: dict(each) for name, each in ABILITIES.items()}
    )
    locked: set[str] = field(default_factory=set)
    sent: Counter[tuple[str, str]] = field(default_factory=Counter)
    forbidden: list[str] = field(default_factory=list)
    _stack: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        for name in ABILITIES:
            server = Upstream(always=lambda received, name=name: self._answer(name, received))
            self.servers[name] = self._stack.enter_context(server)
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def know(self, changes: Iterable[PullRequest]) -> None:
        self.changes |= {each.id: each for each in changes}

    def _answer(self, name: str, received: Received) -> Reply:
        body = received.json()
        found = _NAMED.search(body["messages"][-1]["content"])
        change = self.changes[found[1]] if found else None
        if change is not None:
            self.sent[name, change.customer.id] += 1
            if name not in change.customer.allowed:
                self.forbidden.append(f"{change.id} at {name}")
        if name in self.locked:
            return Reply.json({"error": {"message": "this key is not valid any more"}}, status=401)
        text = "Ready." if change is None else json.dumps(self.review(name, change))
        return _reply(body["model"], text)

    def review(self, name: str, change: PullRequest) -> dict[str, Any]:
        """The same each time, as long as it is as able as before."""
        able = self.abilities[name][change.kind] + LANGUAGES[change.language]
        return change.fault if random.Random(f"{name} {change.id}").random() < able else change.missed


def _reply(model: str, text: str) -> Reply:
    message = {"role": "assistant", "content": text}
    usage = {"prompt_tokens": 180, "completion_tokens": 30, "total_tokens": 210}
    choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
    return Reply.json({"id": "1", "model": model, "choices": choices, "usage": usage})
