"""A configuration played through on this machine: each server is a loopback one, all else stands.

Decisions, rules and seals are those of the configuration; what each server was sent can be read, and one can
be taken down. No key is needed, and nothing leaves.
"""

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, chdir, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import yaml

from interlock import InterlockError, Router
from interlock.testing import Received, Reply, Upstream

# What configurations take from the environment. Whatever is set there stays.
_KEYS = (
    "OPENAI_API_KEY",
    "ANTHROPIC_API_KEY",
    "MISTRAL_API_KEY",
    "DEEPSEEK_API_KEY",
    "AWS_BEARER_TOKEN_BEDROCK",
    "PRIVACY_KEY",
)
_NO_KEY = "a rehearsal needs no key"
_SHOWN = 90


@dataclass(frozen=True)
class Rehearsal:
    """`planned` decides as the configuration stands; `router` calls the loopback servers."""

    planned: Router
    router: Router
    servers: dict[str, Upstream]

    def sent_to(self, deployment: str) -> list[str]:
        """The prompt's last message in each request that a deployment's server was sent, in order."""
        return [_prompt(request) for request in self.servers[deployment].requests]

    def take_down(self, deployment: str) -> None:
        """From now on its server answers as one that is overloaded."""
        self.servers[deployment].always = Reply.json({"error": {"message": "overloaded"}}, status=503)

    def ask(self, what: str, prompt: str, **options: Any) -> None:
        """Prints where a request goes and what does not get it, and what its servers were sent."""
        print(f"\n{what}")
        decision = self.planned.decide(prompt, **options)
        levels = ", ".join(f"{level} ({why})" for level, why in decision.levels.items()) or "none"
        print(f"  task {decision.task}; levels: {levels}")
        for candidate in decision.shortlist:
            how = candidate.treatment.replace("_", " ")
            print(f"  may go   {candidate.deployment} ({candidate.region}), {how}")
        for name, why in decision.excluded.items():
            print(f"  may not  {name}: {why}")
        before = {name: len(server.requests) for name, server in self.servers.items()}
        try:
            answer = self.router.complete_sync(prompt, **options)
        except InterlockError as error:
            print(f"  ended in {type(error).__name__}")
            answer = None
        for name, seen in before.items():
            for text in self.sent_to(name)[seen:]:
                print(f"  sent to  {name}: {_short(text)}")
        if answer is not None:
            print(f"  answer   {answer.deployment}: {_short(answer.text)}")


@contextmanager
def rehearsal(folder: Path) -> Iterator[Rehearsal]:
    """The configuration `interlock.yaml` of a folder, rehearsed."""
    with ExitStack() as stack:
        stack.enter_context(chdir(folder))
        stack.enter_context(patch.dict(os.environ, {key: _NO_KEY for key in _KEYS if key not in os.environ}))
        written = yaml.safe_load(Path("interlock.yaml").read_text("utf-8"))
        planned = stack.enter_context(Router.from_config("interlock.yaml"))
        servers = {name: stack.enter_context(Upstream(always=_echo)) for name in planned.deployments}
        parts = [_at_home(planned, part, servers[part["id"]].url) for part in written["deployments"]]
        router = stack.enter_context(
            Router.from_config({**written, "deployments": parts, "retries": {"max": 0}})
        )
        yield Rehearsal(planned, router, servers)


def _at_home(planned: Router, part: dict[str, Any], url: str) -> dict[str, Any]:
    """A deployment as it is known to be, at a loopback address."""
    known = planned.deployments[part["id"]]
    handling = known.handling
    facts = {
        "stored": handling.stored,
        "operator": handling.operator,
        "parent": handling.parent,
        "agreements": sorted(handling.agreements),
        "retention_days": handling.retention_days,
        "training": handling.training,
    }
    kept = {key: part[key] for key in ("id", "model", "context_window", "treatment") if key in part}
    return kept | {
        "provider": "openai-compatible",
        "name": known.name,
        "base_url": f"{url}/v1",
        "api_key": _NO_KEY,
        "region": known.region,
        "on_premise": known.on_premise,
        "handling": {key: value for key, value in facts.items() if value not in ("", None)},
    }


def _echo(request: Received) -> Reply:
    message = {"role": "assistant", "content": f"Read: {_prompt(request)[:400]}"}
    return Reply.json(
        {
            "id": "1",
            "model": request.json()["model"],
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        }
    )


def _prompt(request: Received) -> str:
    content = request.json()["messages"][-1]["content"]
    return content if isinstance(content, str) else json.dumps(content)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}… ({len(text):,} characters)"
