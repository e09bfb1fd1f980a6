"""Who is trusted is sent requests as they are; nobody else sees a word that is to be hidden."""

import asyncio
import json
import random
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest
from pydantic import BaseModel

from curious import Curious
from guards_at_work import ACCOUNT, Accounts, Offered
from interlock import (
    GuardrailError,
    InterlockError,
    NoDeployment,
    Request,
    Router,
    Unavailable,
    Verdict,
    hookimpl,
)
from interlock.protocols import ArbitrateCall, ConstraintCall, GuardCall, Ruling, Sealed
from interlock.records.plain import record_to_plain
from interlock.testing import End, Received, Reply, Step, Upstream, scripted_providers, scripted_router
from interlock.types.decisions import Attempt, Race
from watched import watched

HIDDEN = "ACC-424242"
PROMPT = f"What is the balance of {HIDDEN}?"
SEALED = re.compile(r"<ACCOUNT_1>|\[account\]")
EVERY = {"after": 0.02, "at_least": 0.02, "budget": 1.0}


class Redacts(Offered):
    """Takes account numbers out, for good: streams pass as they come, and nothing is put back."""

    name = "redacts"
    phases = frozenset({"request", "tool_result"})
    rewrites = True

    def inspect(self, call: GuardCall) -> Verdict:
        texts = {each.where: ACCOUNT.sub("[account]", each.text) for each in call.passages if each.rewritable}
        return Verdict(action="rewrite", texts=texts)


class OnlySealed:
    """A rule: what is named gets sealed requests alone."""

    api = 1

    def __init__(self, *names: str, name: str = "only_sealed") -> None:
        self.names, self.name = set(names), name

    @hookimpl
    def interlock_constraints(self) -> Iterable[Any]:
        return [self]

    def check(self, call: ConstraintCall) -> Sealed | None:
        return Sealed("it is not ours") if call.deployment.id in self.names else None


class Panel:
    """Asks everybody at once, then each once more, mending what did not fit."""

    api = 1
    name = "panel"

    def run(self, call: Any) -> Any:
        names = [candidate.deployment for candidate in call.shortlist]
        yield Race(attempts=tuple(Attempt(deployment=name, role="member") for name in names), first=False)
        for name in names:
            yield Attempt(deployment=name, repair=True)


class Balance(BaseModel):
    account: str
    euros: int


def named_in(received: Received) -> str:
    """The account as this request has it."""
    found = ACCOUNT.search(received.body.decode()) or SEALED.search(received.body.decode())
    return found[0] if found else "nobody"


def event(text: str | None = None, reason: str | None = None) -> dict[str, Any]:
    delta = {} if text is None else {"content": text}
    return {"id": "1", "model": "m", "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}


def says(received: Received, text: str, *ending: Any, reason: str = "stop", delay: float = 0.0) -> Reply:
    if received.json().get("stream"):
        half = len(text) // 2
        end = ending or (event(reason=reason), "[DONE]")
        reply = Reply.events(event(text[:half]), event(text[half:]), *end)
    elif ending:
        reply = Reply(pieces=(b'{"id"', *ending))
    else:
        message = {"role": "assistant", "content": text}
        reply = Reply.json(
            {"id": "1", "model": "m", "choices": [{"message": message, "finish_reason": reason}]}
        )
    return Reply(status=reply.status, headers=reply.headers, pieces=reply.pieces, delay=delay)


def whole(received: Received) -> Reply:
    who = named_in(received)
    if "response_format" in received.json():
        return says(received, json.dumps({"account": who, "euros": 3}))
    return says(received, f"The balance of {who} is 3 euros.")


FAULTS: Mapping[str, Callable[[Received], Reply]] = {
    "none": whole,
    "reset": lambda received: says(received, f"The balance of {named_in(received)} is", End.RESET),
    "cut": lambda received: says(received, f"The balance of {named_in(received)} is", End.CUT),
    "silent": lambda received: says(received, f"The balance of {named_in(received)} is", End.SILENCE),
    "late": lambda received: says(received, f"The balance of {named_in(received)} is 3.", delay=0.3),
    "truncated": lambda received: says(received, f"The balance of {named_in(received)}", reason="length"),
    "misfit": lambda received: says(received, json.dumps({"account": named_in(received)})),
    "unavailable": lambda received: Reply.json({"error": {"message": f"{named_in(received)}?"}}, status=503),
    "refused": lambda received: Reply.json({"error": {"message": f"no {named_in(received)}"}}, status=400),
    "forbidden": lambda received: Reply.json({"error": {"message": "no"}}, status=403),
}  # fmt: skip


def routed(ours: Upstream, theirs: Upstream, *plugins: Any, first: str = "ours", **config: Any) -> Router:
    """Two deployments of models that go on with an answer begun; ours alone is sent requests as they are."""
    parts = [
        {"id": name, "model": "anthropic/claude-4-opus", "provider": "openai-compatible", "region": "us"}
        | {"base_url": f"{upstream.url}/v1", "name": "m", **more}
        for name, upstream, more in (("ours", ours, {"treatment": "as_is"}), ("theirs", theirs, {}))
    ]
    row = ["ours", "theirs"] if first == "ours" else ["theirs", "ours"]
    settings = {
        "retries": {"max": 0},
        "timeouts": {"first_token": 0.15, "between_tokens": 0.15, "answer": 0.2, "total": 2.0},
        "content": {"truncated": "fall_back"},
        "routes": {"conversational": row},
    }
    return Router.from_config({"deployments": parts, **settings, **config}, plugins=plugins)


async def ask(router: Router, *, streamed: bool, **options: Any) -> None:
    try:
        if not streamed:
            await router.complete(PROMPT, **options)
            return
        async with router.stream(PROMPT, **options) as stream:
            async for _ in stream:
                pass
    except InterlockError:
        pass


def seen(upstream: Upstream) -> str:
    return "\n".join(f"{each.path} {each.headers} {each.body.decode()}" for each in upstream.requests)


@pytest.mark.parametrize("seed", range(24))
async def test_a_hidden_word_reaches_only_who_is_trusted(seed: int) -> None:
    """Every seed is a world: guardrail, order, faults, rescue, hedges, a strategy of somebody's, output."""
    rng = random.Random(seed)
    guardrail = Accounts() if seed % 2 else Redacts()
    plugins = [guardrail, *([Curious()] if rng.random() < 0.4 else [])]
    config: dict[str, Any] = {
        "rescue": rng.choice(["continue", "continue", "replay", "restart", "hold", "raise"])
    }
    if rng.random() < 0.4:
        config["hedge"] = EVERY
    with Upstream() as ours, Upstream() as theirs:
        for upstream in (ours, theirs):
            upstream.reply(*(FAULTS[rng.choice([*FAULTS])] for _ in range(6)))
            upstream.always = whole
        async with routed(
            ours, theirs, *plugins, first=rng.choice(["ours", "ours", "theirs"]), **config
        ) as router:
            if rng.random() < 0.2:
                router.wiring.engine._strategy = Panel()
            for _ in range(3):
                output = {"output": Balance} if rng.random() < 0.3 else {}
                named = {} if rng.random() < 0.4 else {"task": "conversational"}
                await ask(router, streamed=rng.random() < 0.7, **output, **named)
            for record in router.records:
                assert HIDDEN not in repr(record_to_plain(record))
                for attempt in record.attempts:
                    if attempt.error is None or attempt.error.kind != "NoLongerAllowed":
                        assert attempt.treatment == ("as_is" if attempt.deployment == "ours" else "sealed")
        assert HIDDEN not in seen(theirs)
        assert all(
            "ACC" in each.body.decode() or "[account]" in each.body.decode() for each in theirs.requests
        )
        assert all(HIDDEN in each.body.decode() for each in ours.requests)


@pytest.mark.parametrize("rescue", ["continue", "replay", "restart"])
async def test_who_takes_over_a_stream_is_not_told_what_an_open_one_said(rescue: str) -> None:
    with Upstream(FAULTS["reset"]) as ours, Upstream(always=whole) as theirs:
        async with routed(ours, theirs, Redacts(), rescue=rescue, retries={"max": 0}) as router:
            await ask(router, streamed=True, task="conversational")
        [request] = theirs.requests
        assert [each["role"] for each in request.json()["messages"]] == ["user"]
        assert HIDDEN not in seen(theirs)
        assert HIDDEN in seen(ours)


async def test_an_answer_is_gone_on_from_among_those_that_are_trusted() -> None:
    with Upstream(FAULTS["reset"], always=whole) as ours, Upstream() as theirs:
        async with routed(ours, theirs, Redacts(), rescue="continue", retries={"max": 1}) as router:
            await ask(router, streamed=True, task="conversational")
        assert ours.requests[1].json()["messages"][-1]["role"] == "assistant"
        assert not theirs.requests


def sent(router: Router, deployment: str) -> str:
    calls = [call for provider in scripted_providers(router) for call in provider.calls]
    return " | ".join(repr(call.request) for call in calls if call.deployment.id == deployment)


def scripted(scripts: dict[str, Any], *plugins: Any, **config: Any) -> Router:
    parts = {name: {"model": f"scripted/{name}"} for name in scripts}
    return scripted_router(scripts, plugins=plugins, **{"deployments": parts, **config})


def treated(router: Router) -> dict[str, str]:
    return {each.deployment: each.treatment for each in router.decide(PROMPT).shortlist}


def test_everybody_is_sent_sealed_requests_unless_the_configuration_trusts_them() -> None:
    parts: dict[str, Any] = {"a": {"model": "scripted/a", "treatment": "as_is"}, "b": {"model": "scripted/b"}}
    router = scripted({"a": [], "b": []}, Accounts(), deployments=parts)
    assert treated(router) == {"a": "as_is", "b": "sealed"}
    assert treated(scripted({"a": [], "b": []}, deployments=parts)) == {"a": "as_is", "b": "as_is"}


def test_a_rule_that_demands_sealed_outweighs_the_configuration() -> None:
    parts = {"a": {"model": "scripted/a", "treatment": "as_is"}}
    router = scripted({"a": ["Hello."]}, Accounts(), OnlySealed("a"), deployments=parts)
    [candidate] = router.decide(PROMPT).shortlist
    assert candidate.treatment == "sealed"
    assert candidate.reasons[-1] == "only sealed: it is not ours"
    record = router.complete_sync(PROMPT).record
    assert [each.treatment for each in record.attempts] == ["sealed"]
    assert record.decision.facts is not None
    assert record.decision.facts.seals["a"].rule == "only_sealed"
    assert "<ACCOUNT_1>" in sent(router, "a")
    assert HIDDEN not in sent(router, "a")


@pytest.mark.parametrize("parts", [{"model": "scripted/a"}, {"model": "scripted/a", "treatment": "sealed"}])
def test_where_nobody_seals_what_must_be_sealed_goes_nowhere(parts: dict[str, Any]) -> None:
    rules = [] if "treatment" in parts else [OnlySealed("a")]
    router = scripted(
        {"a": [], "b": ["Hello."]}, *rules, deployments={"a": parts, "b": {"model": "scripted/b"}}
    )
    assert router.decide(PROMPT).excluded["a"].startswith("only sealed, and no guardrail seals here: ")
    with pytest.raises(NoDeployment, match="no guardrail seals here"):
        router.complete_sync(PROMPT, model="a")


class Nervous(OnlySealed):
    """Says nothing when the call is decided, and demands sealed requests from the second attempt on."""

    def __init__(self) -> None:
        super().__init__(name="nervous")
        self.asked = 0

    def check(self, call: ConstraintCall) -> Sealed | None:
        self.asked += 1
        return Sealed("it has become strict") if self.asked > 2 else None


def test_a_rule_that_comes_to_demand_sealed_is_kept_to_and_nothing_open_is_repeated() -> None:
    """The answer that does not fit was given to an open request: nobody is asked to mend it."""
    parts = {"a": {"model": "scripted/a", "treatment": "as_is"}}
    misfit, fit = json.dumps({"account": HIDDEN}), json.dumps({"account": "<ACCOUNT_1>", "euros": 3})
    router = scripted({"a": [misfit, fit]}, Accounts(), Nervous(), deployments=parts)
    response = router.complete_sync(PROMPT, output=Balance)
    assert response.parsed == Balance(account=HIDDEN, euros=3)
    assert [each.treatment for each in response.record.attempts] == ["as_is", "sealed"]
    [provider] = scripted_providers(router)
    first, second = (call.request.messages for call in provider.calls)
    assert HIDDEN in repr(first)
    assert HIDDEN not in repr(second)
    assert len(second) == 1


class Fails(Accounts):
    """A guardrail that may be passed over, and has to be."""

    on_error = "pass"

    def inspect(self, call: GuardCall) -> Verdict:
        raise LookupError("no model")


def test_where_a_guardrail_was_passed_over_nothing_counts_as_sealed() -> None:
    router = scripted({"a": [], "b": ["Hello."]}, Fails(), OnlySealed("a"))
    response = router.complete_sync(PROMPT)
    assert response.deployment == "b"
    refused, _ = response.record.attempts
    assert (refused.deployment, refused.error.kind) == ("a", "NoLongerAllowed")
    assert "only sealed, and a guardrail that seals was passed over" in refused.error.message
    assert not sent(router, "a")


@pytest.mark.parametrize("streamed", [False, True])
async def test_answers_to_open_and_to_sealed_requests_reach_the_caller_alike(streamed: bool) -> None:
    parts: dict[str, Any] = {"a": {"model": "scripted/a", "treatment": "as_is"}, "b": {"model": "scripted/b"}}
    script = {"a": [f"Of {HIDDEN}: 3."], "b": ["Of <ACCOUNT_1>: 3."]}
    router = scripted(script, Accounts(), deployments=parts)
    for name in "ab":
        if streamed:
            stream = router.stream(PROMPT, model=name)
            assert "".join([chunk.text async for chunk in stream]) == f"Of {HIDDEN}: 3."
        else:
            assert (await router.complete(PROMPT, model=name)).text == f"Of {HIDDEN}: 3."


async def test_a_guardrail_that_fails_stops_the_call_of_who_is_trusted_too() -> None:
    class Breaks(Fails):
        on_error = "block"

    parts = {"a": {"model": "scripted/a", "treatment": "as_is"}}
    with pytest.raises(GuardrailError):
        await scripted({"a": ["Hello."]}, Breaks(), deployments=parts).complete(PROMPT)


def test_a_hedge_is_sent_what_its_own_deployment_may_see() -> None:
    parts: dict[str, Any] = {"a": {"model": "scripted/a", "treatment": "as_is"}, "b": {"model": "scripted/b"}}
    scripts = {"a": [Step("slow", delay=1_000.0)], "b": ["fast"]}
    router = scripted(scripts, Accounts(), deployments=parts, hedge=EVERY)
    response = asyncio.run(router.complete(PROMPT))
    assert {each.deployment: each.treatment for each in response.record.attempts} == {
        "a": "as_is",
        "b": "sealed",
    }
    assert HIDDEN in sent(router, "a")
    assert HIDDEN not in sent(router, "b")


def test_spans_tell_no_more_than_guardrails_let_out() -> None:
    content = {"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "true"}
    parts: dict[str, Any] = {"a": {"model": "scripted/a", "treatment": "as_is"}, "b": {"model": "scripted/b"}}
    with watched() as seen:
        router = scripted(
            {"a": [Unavailable("gone")], "b": ["Hello."]}, Accounts(), deployments=parts, environ=content
        )
        router.complete_sync(PROMPT)
        told = {name: repr(seen.only(f"chat {name}").attributes) for name in "ab"}
    assert "<ACCOUNT_1>" in told["b"]
    assert HIDDEN not in repr(told)


class Weighs:
    """An arbiter that shows a model what every member has said."""

    api = 1
    name = "weighs"
    asks = True

    @hookimpl
    def interlock_arbiters(self) -> Iterable[Any]:
        return [self]

    async def arbitrate(self, call: ArbitrateCall) -> Ruling:
        assert call.ask is not None
        said = [each.answer.text for each in call.members]
        await call.ask(Request(f"Who is right? {said}"))
        return Ruling(chosen=(call.members[0].label,))


@pytest.mark.parametrize("judge", ["open", "sealed"])
async def test_a_model_that_arbitrates_is_shown_what_its_own_deployment_may_see(judge: str) -> None:
    scripts: dict[str, Any] = {
        "a": [f"Of {HIDDEN}."],
        "b": ["Of <ACCOUNT_1>."],
        "open": ["A"],
        "sealed": ["A"],
    }
    parts: dict[str, Any] = {name: {"model": f"scripted/{name}"} for name in scripts}
    for name in ("a", "open"):
        parts[name]["treatment"] = "as_is"
    panel = {"x": {"members": ["a", "b"], "mode": "weighs", "arbiter": judge}}
    router = scripted(scripts, Accounts(), Weighs(), deployments=parts, ensembles=panel)
    response = await router.complete(PROMPT, ensemble="x")
    assert response.text == f"Of {HIDDEN}."
    assert (HIDDEN in sent(router, judge)) is (judge == "open")
    assert HIDDEN not in sent(router, "b")
    roles = {each.deployment: (each.role, each.treatment) for each in response.record.attempts}
    assert roles[judge] == ("arbiter", "as_is" if judge == "open" else "sealed")
