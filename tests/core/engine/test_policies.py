"""What an organisation's rules deny is not attempted; what they want sealed goes sealed, or not at all."""

import random
from typing import Any

import pytest

from guards_at_work import Accounts
from interlock import (
    Answer,
    Classification,
    Image,
    InterlockError,
    Message,
    MisplacedAnswer,
    NoDeployment,
    Request,
    RequestError,
    Router,
    Text,
    hookimpl,
)
from interlock.engine.deciding.replaying import replay
from interlock.protocols import ClassifyCall
from interlock.records import record_from_plain, record_to_plain
from interlock.testing import scripted_providers, scripted_router
from interlock.types.decisions import Candidate
from senses import HIDDEN, Senses
from turns import Turns

PROMPT = f"What is the balance of {HIDDEN}?"
PLAIN = "What is the capital of France?"
PARTS: dict[str, Any] = {
    "own": {"region": "local", "treatment": "as_is"},
    "out": {"region": "local", "handling": {"training": True}},
}
RULES: list[dict[str, Any]] = [
    {"id": "any", "level": "internal", "permit": "any"},
    {"id": "no-training", "level": "personal", "permit": {"training": False}, "sealed": "internal"},
    {"id": "nobody", "level": "regulated", "forbid": {"vendors": ["scripted"]}, "permit": "any"},
]
DETECTED = {"account": "personal"}


def routed(*plugins: Any, scripts: Any = None, parts: Any = PARTS, **policies: Any) -> Router:
    written = {"default": "internal", "rules": RULES, **policies}
    return scripted_router(
        scripts or {"own": ["mine"], "out": ["theirs"]},
        deployments=parts,
        plugins=plugins,
        policies=written,
    )


def treated(router: Router, prompt: Any = PROMPT, **options: Any) -> dict[str, str]:
    decision = router.decide(prompt, **options)
    return {each.deployment: each.treatment for each in decision.shortlist} | dict.fromkeys(
        decision.excluded, "denied"
    )


PERSONAL = {"constraints": {"sensitivity": "personal"}}


def test_what_is_declared_is_denied_with_rule_fact_and_source() -> None:
    rules = [*RULES[:1], {**RULES[1], "source": "DPA of 2026", "sealed": None}]
    router = routed(rules=[{k: v for k, v in rule.items() if v is not None} for rule in rules])
    decision = router.decide(PLAIN, **PERSONAL)
    assert [each.deployment for each in decision.shortlist] == ["own"]
    assert decision.excluded == {"out": "policy no-training (DPA of 2026): requests are trained on"}
    assert decision.levels == {"personal": "declared"}
    assert decision.facts is not None
    assert decision.facts.rules == {"out": "policy"}


def test_what_the_configuration_declares_is_added() -> None:
    router = scripted_router(
        {"own": [], "out": []},
        deployments=PARTS,
        policies={"rules": RULES},
        constraints={"sensitivity": ["personal"]},
    )
    assert treated(router, PLAIN) == {"own": "as_is", "out": "denied"}
    both = router.decide(PLAIN, constraints={"sensitivity": ["internal", "regulated"]}).levels
    assert set(both) == {"internal", "personal", "regulated"}


def test_what_is_detected_is_denied_unless_it_goes_sealed() -> None:
    router = routed(Senses(), detected=DETECTED)
    decision = router.decide(PROMPT)
    assert decision.levels == {"personal": "account found"}
    assert treated(router) == {"own": "as_is", "out": "sealed"}
    assert "sealed, it counts as internal" in decision.shortlist[1].reasons[-1]
    assert HIDDEN not in repr(decision)
    assert treated(router, PLAIN) == {"own": "as_is", "out": "sealed"}  # as guardrails have it of everybody
    assert router.decide(PLAIN).levels == {"internal": "the default"}


@pytest.mark.parametrize(
    ("guardrail", "prompt"),
    [
        (Senses(), f"{PROMPT} It is a face."),
        (Senses(fails=ValueError("no idea")), PROMPT),
        (Senses(answers={"ACC-424242"}), PROMPT),
        (Senses(answers="account"), PROMPT),
        (Senses(), [Message("user", (Text(PROMPT), Image(url="https://example.org/a.png")))]),
        (Senses(), PLAIN),
    ],
    ids=["not sealable", "raises", "values for names", "no set", "a picture", "nothing to seal"],
)
def test_it_does_not_go_sealed_where_sealing_cannot_be_relied_on(guardrail: Senses, prompt: Any) -> None:
    router = routed(guardrail, detected=DETECTED)
    assert treated(router, prompt, **PERSONAL) == {"own": "as_is", "out": "denied"}
    [why] = router.decide(prompt, **PERSONAL).excluded.values()
    assert "it cannot go sealed" in why
    assert HIDDEN not in why


def test_where_nobody_seals_it_does_not_go() -> None:
    assert treated(routed(), PLAIN, **PERSONAL) == {"own": "as_is", "out": "denied"}


def sent(router: Router, deployment: str) -> str:
    calls = [call for provider in scripted_providers(router) for call in provider.calls]
    return " | ".join(repr(call.request.messages) for call in calls if call.deployment.id == deployment)


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("guardrail", [Senses, Accounts])
async def test_a_fallback_from_the_house_to_the_world_is_sealed_on_its_way(
    guardrail: Any, streamed: bool
) -> None:
    guard = guardrail()
    detected = {"detected": DETECTED} if isinstance(guard, Senses) else {}
    scripts = {"own": [OSError("out of order")], "out": ["The balance of <ACCOUNT_1> is 3."]}
    router = routed(guard, scripts=scripts, **detected)
    if streamed:
        async with router.stream(PROMPT, **PERSONAL) as stream:
            async for _ in stream:
                pass
        response = stream.response
        assert response is not None
    else:
        response = await router.complete(PROMPT, **PERSONAL)
    assert response.text == f"The balance of {HIDDEN} is 3."
    assert HIDDEN in sent(router, "own")
    assert HIDDEN not in sent(router, "out")
    assert [each.treatment for each in response.record.attempts] == ["as_is", "sealed"]


async def test_what_a_guardrail_leaves_as_it_is_does_not_go_out_as_sealed() -> None:
    """One that does not say beforehand what it finds, and then finds nothing."""
    router = routed(Accounts(), scripts={"own": [OSError("out of order")], "out": ["never"]})
    assert treated(router, PLAIN, **PERSONAL) == {"own": "as_is", "out": "sealed"}
    with pytest.raises(InterlockError):
        await router.complete(PLAIN, **PERSONAL)
    assert not sent(router, "out")
    [record] = router.records
    told = record.attempts[-1].error
    assert told is not None
    assert "guardrails found nothing in it to seal" in told.message


async def test_a_rule_may_let_it_go_though_nothing_was_found() -> None:
    sealed = {"level": "internal", "unchanged": True}
    rules = [RULES[0], {**RULES[1], "sealed": sealed}]
    router = routed(Accounts(), scripts={"own": [OSError("out")], "out": ["Paris"]}, rules=rules)
    assert (await router.complete(PLAIN, **PERSONAL)).text == "Paris"


def test_a_level_that_there_is_not_is_refused() -> None:
    with pytest.raises(RequestError, match=r"'persnal' is no level.*Did you mean 'personal'"):
        routed().decide(PLAIN, constraints={"sensitivity": "persnal"})
    bare = scripted_router({"a": []})
    with pytest.raises(RequestError, match="there are no policies, so nobody knows what may be done"):
        bare.decide(PLAIN, constraints={"sensitivity": "personal"})


async def test_nobody_may_have_it_and_nothing_is_sent() -> None:
    router = routed()
    with pytest.raises(NoDeployment, match="policy nobody"):
        await router.complete(PLAIN, constraints={"sensitivity": "regulated"})
    assert not sent(router, "own") + sent(router, "out")


async def test_a_record_replays_to_the_same_decision_though_its_prompt_is_gone() -> None:
    router = routed(Senses(), detected=DETECTED)
    await router.complete(PROMPT)
    [record] = router.records
    kept = record_from_plain(record_to_plain(record))
    assert kept == record
    assert HIDDEN not in repr(record_to_plain(record))
    same = replay(kept, router.wiring.engine.decider, router.deployments)
    assert (same.change, same.unchecked) == ("same", frozenset())
    stricter = routed(
        Senses(),
        detected=DETECTED,
        rules=[RULES[0], {"id": "x", "level": "personal", "permit": {"places": ["us"]}}],
    )
    moved = replay(kept, stricter.wiring.engine.decider, stricter.deployments)
    assert moved.now is not None
    assert moved.now.levels == {"personal": "account found"}


async def test_a_replay_says_where_nobody_had_looked_into_the_prompt() -> None:
    before = scripted_router({"own": ["mine"], "out": []}, deployments=PARTS)
    await before.complete(PROMPT)
    after = routed(Senses(), detected=DETECTED)
    [record] = before.records
    assert "policy" in replay(record, after.wiring.engine.decider, after.deployments).unchecked


async def test_every_text_that_leaves_is_looked_at_once_a_call() -> None:
    guardrail = Senses()
    router = routed(guardrail, detected=DETECTED)
    request = Request(PLAIN, tools=[{"name": "look", "description": f"As {HIDDEN} does", "parameters": {}}])
    assert (await router.complete(request)).record.decision.levels == {"personal": "account found"}
    assert len(guardrail.asked) == 1


async def test_others_have_turns_while_long_texts_are_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("interlock.http.turns._TURN", 0.0)
    guardrail, turns = Senses(), Turns()
    router = routed(guardrail, scripts={"own": ["mine"], "out": []}, detected=DETECTED)
    with turns:
        await router.complete("word " * 20_000 + PROMPT)
    assert len(guardrail.asked) > 50
    assert turns.count > 50


class Vandal:
    """An observer that writes into what is frozen: nothing was found or declared, everybody is listed."""

    def __init__(self, names: list[str]) -> None:
        self.everybody = tuple(Candidate(deployment=name, model=name, region="local") for name in names)

    @hookimpl
    def interlock_decided(self, request: Any, decision: Any) -> None:
        object.__setattr__(request, "constraints", Request("").constraints)
        object.__setattr__(decision.facts, "sensed", None)
        object.__setattr__(decision, "levels", {})
        object.__setattr__(decision, "shortlist", self.everybody)


class Curious:
    """Asks a model about everything."""

    api = 1
    name = "curious"

    @hookimpl
    def interlock_classifiers(self) -> Any:
        return [self]

    def classify(self, call: ClassifyCall) -> Classification:
        self.text = call.request.messages[-1].text
        return Classification(task="conversational", confidence=0.3)

    async def refine(self, call: ClassifyCall, sofar: Classification) -> Classification:
        assert call.ask is not None
        await call.ask(Request(f"Which task? {self.text}"))
        return Classification(task="quantitative", confidence=0.9)


@pytest.mark.parametrize("seed", range(30))
async def test_no_attempt_is_made_where_the_policy_denies(seed: int) -> None:
    """Worlds of rules, deployments, faults, hedges, panels, vandals: what a policy denies is not asked."""
    dice = random.Random(seed)
    names = [f"d{at}" for at in range(dice.randint(2, 5))]
    parts = {
        name: {
            "region": "local",
            "handling": {"training": dice.choice([True, False]), "retention_days": dice.choice([0, 30])},
            **({"treatment": "as_is"} if dice.random() < 0.5 else {}),
        }
        for name in names
    }
    rules = [
        {"id": "open", "level": ["public", "internal", "personal"], "permit": "any"},
        *(
            {
                "id": f"r{at}",
                "level": dice.choice(["internal", "personal"]),
                "permit": dice.choice([{"training": False}, {"retention_days": 7}]),
                **({"sealed": dice.choice(["public"])} if dice.random() < 0.5 else {}),
            }
            for at in range(dice.randint(1, 4))
        ),
    ]
    plugins: list[Any] = [Senses()]
    plugins += [Vandal(names)] if dice.random() < 0.3 else []
    plugins += [Curious()] if dice.random() < 0.3 else []
    scripts = {
        name: [dice.choice(["fine", OSError("down"), ["half", OSError("cut")]]) for _ in range(40)]
        for name in names
    }
    more: dict[str, Any] = {"retries": {"max": 1}}
    if dice.random() < 0.4:
        more["hedge"] = {"after": 0.001, "at_least": 0.001, "budget": 1.0}
    if dice.random() < 0.4:
        more["ensembles"] = {"all": {"members": names[:2]}}
    policies = {"default": "internal", "rules": rules, "detected": DETECTED}
    router = scripted_router(scripts, deployments=parts, plugins=plugins, policies=policies, **more)
    calm = scripted_router(dict.fromkeys(names, ()), deployments=parts, plugins=[Senses()], policies=policies)
    for _ in range(4):
        prompt = dice.choice([PROMPT, PLAIN, f"{PROMPT} A face."])
        options: dict[str, Any] = {"constraints": {"sensitivity": dice.choice([(), "personal", "public"])}}
        permitted = calm.permissions(prompt, **options).deployments
        if "ensembles" in more and dice.random() < 0.5:
            options["ensemble"] = "all"
        before = set(_calls(router))
        try:
            if dice.random() < 0.5:
                await router.complete(prompt, **options)
            else:
                async for _ in router.stream(prompt, **options):
                    pass
        except InterlockError:
            pass
        for name, _, texts in set(_calls(router)) - before:
            assert permitted[name].verdict != "denied", (name, permitted[name].why)
            if permitted[name].verdict == "sealed":
                assert HIDDEN not in texts


def _calls(router: Router) -> Any:
    for provider in scripted_providers(router):
        for number, call in enumerate(provider.calls):
            yield call.deployment.id, number, repr(call.request.messages)


@pytest.mark.parametrize("misplaced", ["accept", "fall_back"])
async def test_where_an_answer_was_made_is_held_against_the_places_of_a_policy(misplaced: Any) -> None:
    """By the vendor's own word; and the next request of that level does not go there."""
    rules = [{"id": "eu", "level": "personal", "permit": {"places": ["eu"]}}]
    answers = [
        Answer(parts=(Text("Here."),), finish_reason="stop", evidenced=place) for place in ("us", "de")
    ]
    router = scripted_router(
        {"claude": answers},
        deployments={"claude": {"region": "eu"}},
        policies={"rules": rules},
        content={"misplaced": misplaced},
    )
    if misplaced == "accept":
        await router.complete(PLAIN, **PERSONAL)
    else:
        with pytest.raises(MisplacedAnswer, match="processed in us by the vendor's own word"):
            await router.complete(PLAIN, **PERSONAL)
    [record] = router.records
    assert record.attempts[0].incident is not None
    with pytest.raises(NoDeployment):
        await router.complete(PLAIN, **PERSONAL)
    assert (await router.complete(PLAIN)).text == "Here."
