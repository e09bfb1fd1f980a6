"""A configuration played through on this machine: each server is a loopback one, all else stands.

Decisions, rules and seals are those of the configuration; what each server was sent can be read, and one can
be taken down. No key is needed, and nothing leaves.
"""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, chdir, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import yaml

from interlock import InterlockError, Router
from interlock.testing import Received, Reply, Upstream
from interlock.types.logs import LogCall
from interlock.types.models import Secret
from interlock_audit import AuditLog, AuditOptions, opened
from interlock_audit.exporting.entries import Scope
from interlock_audit.exporting.export import export_log
from interlock_audit.keys import SigningKey
from interlock_audit.verifying.reading import checkpoints_in

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
    """`planned` decides as the configuration stands; `router` calls the loopback servers.

    `log` is in a folder that is removed at the end, with a key of its own.
    """

    planned: Router
    router: Router
    servers: dict[str, Upstream]
    log: AuditLog

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

    def account(self, page: Path | None = None) -> None:
        """Prints what the audit log says of all that was asked, and writes its export to a page, if named."""
        self.router.close_sync()
        exported = self.log.options.checkpoints[0].with_name("export.json")
        self._export(exported, "json")
        told = json.loads(exported.read_text("utf-8"))
        summary = told["summary"]
        print("\nWhat the audit log says")
        print(f"  {told['verification']['verdict']}")
        for how, count in summary["calls"].items():
            print(f"  calls    {how}: {count}")
        for each in summary["places"]:
            how = each["treatment"].replace("_", " ")
            print(f"  went to  {each['to']} ({each['declared']}), {how}: {each['count']}")
        for each in summary["kept_out"]:
            print(
                f"  kept out {each['deployment']}, by {each['policy_rules'] or each['rule']}: {each['count']}"
            )
        for each in summary["policies"]:
            ground = f", after {each['source']}" if each["source"] else ", which names no source"
            print(f"  rule     {each['rule']}{ground}")
        if page is not None:
            self._export(page, "html")
            print(f"  all of it is in {page}")

    def _export(self, file: Path, form: Any) -> None:
        sources = [checkpoints_in(self.log.options.checkpoints[0])]
        keys = [] if self.log.key is None else [self.log.key.public]
        export_log(self.log, Scope(), file, form=form, sources=lambda: sources, keys=keys)


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
        made = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        log = _log(made)
        options = {"key": f"file:{made / 'audit.key'}", "checkpoints": [str(made / "checkpoints.jsonl")]}
        kept = {"url": f"audit+sqlite:///{log.address.file}", "options": options}
        config = {**written, "deployments": parts, "retries": {"max": 0}, "log": kept}
        router = stack.enter_context(Router.from_config(config))
        yield Rehearsal(planned, router, servers, log)


def _log(folder: Path) -> AuditLog:
    """An audit log there, as the configuration's would be."""
    key, checkpoints = folder / "audit.key", folder / "checkpoints.jsonl"
    SigningKey.new().write(key)
    options = AuditOptions(key=Secret(key.read_text()), checkpoints=(checkpoints,))
    return opened(LogCall(url=f"audit+sqlite:///{folder}/audit.db", options=options))


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
