"""What a log says of a decision's grounds: by which rules, of which date, whatever becomes of the call."""

import json
from pathlib import Path
from typing import Any

import pytest

from guards_at_work import Offered
from interlock import InterlockError, Router
from interlock.protocols import GuardCall
from interlock.testing import Reply, Upstream
from interlock.types.logs import LogEntry
from interlock.types.passages import Passage
from interlock.types.verdicts import Verdict
from shaky_log import ShakyLog

USAGE = {"prompt_tokens": 10, "completion_tokens": 2}
CHOICE = {"index": 0, "message": {"role": "assistant", "content": "Quick."}, "finish_reason": "stop"}
PLAIN = Reply.json({"id": "1", "model": "m", "choices": [CHOICE], "usage": USAGE})
PROMPT = "Write to ada@example.com about the hedgehog."
RULES: list[dict[str, Any]] = [
    {"id": "eu-only", "level": ["personal"], "source": "memo 7", "permit": {"places": ["eu"]}},
    {"id": "no-us-law", "level": ["personal"], "forbid": {"laws": ["us"]}},
    {"id": "all", "level": ["internal"], "permit": "any"},
]


class Finds(Offered):
    """Finds addresses, and seals them."""

    name = "finds"
    phases = frozenset({"request"})
    rewrites = True

    def inspect(self, call: GuardCall) -> Verdict:
        return Verdict(
            action="rewrite", texts={p.where: p.text.replace("ada@example.com", "<A>") for p in call.passages}
        )

    def kinds_of(self, passages: tuple[Passage, ...]) -> frozenset[str]:
        return frozenset({"email"} if any("@" in each.text for each in passages) else ())

    def sealable(self, kinds: frozenset[str]) -> bool:
        return bool(kinds)


def deployment(upstream: Upstream, name: str, **changes: Any) -> dict[str, Any]:
    plain = {"id": name, "model": "openai/gpt-5.5", "provider": "openai-compatible", "name": "m"}
    return plain | {"base_url": f"{upstream.url}/v1", "price": {"input": 1, "output": 1}} | changes


async def logged(upstream: Upstream, policies: Any, **options: Any) -> tuple[LogEntry, list[LogEntry]]:
    """How the log was opened, and what it says of a call."""
    log = ShakyLog()
    upstream.always = PLAIN
    config = {
        "deployments": [
            deployment(upstream, "here", region="de", handling={"operator": "de", "parent": "us"}),
            deployment(upstream, "home", region="de", handling={"operator": "de", "parent": "de"}),
            deployment(upstream, "there", region="us"),
        ],
        "log": "shaky://",
        "retries": {"max": 0},
        "content": {"misplaced": "accept"},
    } | ({"policies": policies} if policies else {})
    async with Router.from_config(config, plugins=[log, Finds()]) as router:
        try:
            await router.complete(PROMPT, **options)
        except InterlockError:
            assert log.entries[-1].kind == "failed"
    (opened,) = log.opened
    written = json.dumps([entry.facts for entry in (opened, *log.entries)], allow_nan=False)
    assert not [word for word in ("ada@", "hedgehog", "Quick") if word in written]
    return opened, log.entries


async def test_a_decision_names_each_rule_that_denies_a_deployment_and_the_policies_digest() -> None:
    with Upstream() as upstream:
        opened, (decision, attempt, *_) = await logged(
            upstream, {"rules": RULES}, constraints={"sensitivity": ["personal"]}
        )
    facts = decision.facts
    assert facts["excluded"] == {"here": "policy", "there": "policy"}
    assert facts["grounds"]["here"] == {"rules": {"no-us-law": None}}
    assert facts["grounds"]["there"] == {"rules": {"eu-only": None, "no-us-law": None}}
    assert facts["policies"] == opened.facts["policies"]["digest"]
    assert len(facts["policies"]) == 64
    assert (attempt.facts["operator"], attempt.facts["operator_parent"]) == ("de", "de")
    assert attempt.facts["laws"] == ["de", "eea", "eu"]


async def test_what_comes_with_interlock_has_the_date_of_its_sources() -> None:
    policies = {"include": ["gdpr"], "rules": RULES}
    with Upstream() as upstream:
        opened, (decision, *_) = await logged(upstream, policies, constraints={"sensitivity": ["personal"]})
    denied = decision.facts["grounds"]["there"]["rules"]
    assert denied["gdpr-processor"] == opened.facts["policies"]["rules"]["gdpr-processor"]["as_of"]
    assert denied["eu-only"] is None


async def test_kinds_that_were_found_are_named_and_who_may_have_the_request_sealed() -> None:
    sealed = {"sealed": {"level": "internal"}}
    rules = [RULES[0] | sealed, RULES[2]]
    with Upstream() as upstream:
        _, (decision, *_) = await logged(upstream, {"rules": rules, "detected": {"email": "personal"}})
    facts = decision.facts
    assert facts["found"] == {"kinds": ["email"], "sealable": True}
    assert facts["levels"] == {"personal": "email found"}
    assert facts["sealed"] == ["here", "home", "there"], "as whatever may be sealed is"
    assert facts["grounds"] == {"there": {"rules": {"eu-only": None}}}


async def test_a_call_that_may_go_nowhere_has_its_rules_in_the_decision() -> None:
    rules = [*RULES[:2], {"id": "ground", "level": "personal", "permit": {"on_premise": True}}, RULES[2]]
    with Upstream() as upstream:
        _, (decision, failed) = await logged(
            upstream, {"rules": rules}, constraints={"sensitivity": ["personal"]}
        )
        assert upstream.requests == []
    assert set(decision.facts["grounds"]) == {"here", "home", "there"}
    assert decision.facts["grounds"]["home"] == {"rules": {"ground": None}}
    assert failed.facts["error"] == "NoDeployment"


async def test_without_policies_nothing_is_said_of_any() -> None:
    with Upstream() as upstream:
        opened, (decision, *_) = await logged(upstream, None, constraints={"residency": ["eu"]})
    assert decision.facts["excluded"] == {"there": "residency"}
    assert not {"policies", "found", "grounds"} & set(decision.facts)
    assert "policies" not in opened.facts


@pytest.mark.parametrize("residency", ["eu", "de"])
async def test_a_place_that_a_vendor_vouches_for_has_its_row_and_date(residency: str) -> None:
    log = ShakyLog()
    config = {
        "deployments": [
            {"id": "vendor", "model": "anthropic/claude-4-opus", "provider": "anthropic", "api_key": "k"},
            {"id": "gpt", "model": "openai/gpt-5.5", "provider": "openai", "api_key": "k"},
        ],
        "log": "shaky://",
    }
    async with Router.from_config(config, plugins=[log]) as router:
        with pytest.raises(InterlockError):
            await router.complete(PROMPT, constraints={"residency": [residency]})
    grounds = log.entries[0].facts["grounds"]
    assert set(grounds) == {"vendor", "gpt"}
    assert all(ground["offer"] and ground["as_of"] >= "2026" for ground in grounds.values())
    assert log.opened[0].facts["places_as_of"] == min(ground["as_of"] for ground in grounds.values())


async def test_a_changed_rule_is_another_digest_and_where_it_is_written_is_told(tmp_path: Path) -> None:
    def opened_by(rules: str) -> Any:
        (tmp_path / "policies").mkdir(exist_ok=True)
        (tmp_path / "policies" / "bank.yaml").write_text(f"rules: [{rules}]\n")
        (tmp_path / "interlock.yaml").write_text(
            "deployments: [{id: here, model: local/smollm2-135m, provider: local}]\n"
            "policies: {files: ['policies/*.yaml']}\nlog: shaky://\n"
        )
        log = ShakyLog()
        with Router.from_config(tmp_path / "interlock.yaml", plugins=[log]) as router:
            assert router.log is not None
            router.wiring.bridge.run(lambda: router.log.append([LogEntry(kind="a.b")]))  # type: ignore[union-attr]  # it is there
        (opened,) = log.opened
        assert log.kinds == ["a.b"]
        return opened.facts

    first = opened_by("{id: ours, level: personal, permit: any, source: memo}")
    again = opened_by("{id: ours, level: [personal], source: memo, permit: any}")
    other = opened_by("{id: ours, level: personal, permit: any, source: memo 2}")
    assert first == again
    assert first["policies"]["rules"] == {"ours": {"source": "memo", "where": "policies/bank.yaml"}}
    assert first["policies"]["digest"] != other["policies"]["digest"]
    assert first["version"]
    assert (first["deployments"], len(first["configuration"])) == (["here"], 16)
    assert str(tmp_path) not in json.dumps(first)
