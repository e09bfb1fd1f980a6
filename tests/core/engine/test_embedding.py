"""Vectors of texts: from deployments of one model that may have the texts, and from nobody else."""

import asyncio
import random
from dataclasses import dataclass, field
from math import inf, nan

import pytest

from interlock import (
    AllAttemptsFailed,
    BudgetExceeded,
    Embedding,
    GuardrailError,
    NoDeployment,
    ProtocolError,
    RequestError,
    Router,
    TotalTimeout,
    Unavailable,
    Usage,
    Verdict,
    hookimpl,
)
from interlock.engine.deciding.replaying import replay
from interlock.protocols import ProviderFacts
from interlock.testing import ScriptedProvider
from interlock.types.embeddings import EmbeddingRequest
from watched import watched

CARD = {"id": "test/vectors", "capabilities": ["embeddings"], "price": {"input": 1.0, "output": 0.0}}
CHAT = {"id": "test/words", "capabilities": ["text"]}


@dataclass
class Vectors:
    """A provider of vectors in process, which may claim to be anywhere; `says` is what it does instead."""

    name: str
    region: str = "local"
    says: object = None
    heard: list[str] = field(default_factory=list)
    api = 1

    def __post_init__(self):
        self.facts = ProviderFacts(name=self.name, region=self.region, needs_key=False, in_process=True)

    @hookimpl
    def interlock_providers(self):
        return [self]

    async def complete(self, call):
        raise AssertionError("nobody chats with a model that makes vectors")

    def stream(self, call):
        raise AssertionError("nobody chats with a model that makes vectors")

    async def embed(self, call):
        self.heard += call.texts
        if isinstance(self.says, BaseException):
            raise self.says
        if callable(self.says):
            return await self.says(call)
        vectors = [[float(len(text))] * (call.dimensions or 3) for text in call.texts]
        return Embedding(vectors=vectors, usage=Usage(input_tokens=10))


def made(*providers, cards=(CARD, CHAT), plugins=(), **config):
    deployments = config.pop("deployments", None) or [
        {"id": each.facts.name, "model": "test/vectors", "provider": each.facts.name} for each in providers
    ]
    source = {
        "deployments": deployments,
        "models": list(cards),
        "retries": {"max": 0},
        "plugins": {"disabled": ["embeddings"]},
        **config,
    }
    return Router.from_config(source, plugins=[*providers, *plugins])


async def test_texts_become_vectors_in_their_order_and_are_recorded():
    here = Vectors("here")
    router = made(here)
    found = await router.embed(["one", "three"], model="test/vectors", metadata={"who": "ada"}, run="r")
    assert found.vectors == ((3.0, 3.0, 3.0), (5.0, 5.0, 5.0))
    assert (found.model, found.deployment, found.usage.input_tokens) == ("test/vectors", "here", 10)
    assert found.cost == pytest.approx(10 / 1_000_000)
    (record,) = router.records
    assert record == found.record
    assert (record.metadata, record.run, record.outcome) == ({"who": "ada"}, "r", "answer")
    assert record.decision.facts.needs == {"embeddings"}
    assert len(record.attempts) == 1


async def test_a_recorded_decision_is_made_again_as_it_was():
    router = made(Vectors("here"), ScriptedProvider([], "chat"))
    record = (await router.embed(["a " * 3_000, "b"], model="test/vectors")).record
    wiring = router.wiring
    assert replay(record, wiring.engine.decider, wiring.deployments).change == "same"


async def test_a_window_is_each_texts_own():
    router = made(Vectors("here"), cards=[CARD | {"context_window": 100}, CHAT])
    assert len((await router.embed(["one two three four"] * 50, model="test/vectors")).vectors) == 50


def test_one_text_is_taken_and_a_length_asked_for():
    with made(Vectors("here")) as router:
        assert router.embed_sync("four", model="test/vectors", dimensions=2).vectors == ((4.0, 4.0),)


@pytest.mark.parametrize(
    ("texts", "options", "key"),
    [
        ("a", {}, "model"),
        ("a", {"model": "test/nobody"}, "model"),
        ([], {}, "texts"),
        (7, {}, "texts"),
        (b"a", {}, "texts"),
        (["a", ""], {"model": "test/vectors"}, "texts.1"),
        (["a", 1], {}, "texts.1"),
        ("a", {"model": "test/vectors", "dimensions": 0}, "dimensions"),
        ("a", {"model": "test/vectors", "dimensions": True}, "dimensions"),
        ("a", {"model": "test/vectors", "tools": [{"name": "t"}]}, "tools"),
        ("a", {"model": "test/vectors", "output": dict}, "output"),
        ("a", {"model": "test/vectors", "ensemble": "x"}, "ensemble"),
        ("a", {"model": "test/vectors", "nothing": 1}, "nothing"),
    ],
    ids=str,
)
async def test_what_cannot_be_read_is_named(texts, options, key):
    here = Vectors("here")
    with pytest.raises(RequestError) as refused:
        await made(here).embed(texts, **options)
    assert refused.value.key == key
    assert here.heard == []


async def test_a_model_that_makes_vectors_alone_is_not_asked_to_chat_and_no_other_for_vectors():
    here, chat = Vectors("here"), ScriptedProvider(["Hello."], "chat")
    deployments = [
        {"id": "here", "model": "test/vectors", "provider": "here"},
        {"id": "chat", "model": "test/words", "provider": "chat"},
    ]
    router = made(here, chat, deployments=deployments)
    decision = router.decide("Hello")
    assert [each.deployment for each in decision.shortlist] == ["chat"]
    assert decision.excluded["here"] == "test/vectors makes embeddings and nothing else"
    assert (await router.complete("Hello")).text == "Hello."
    with pytest.raises(NoDeployment) as nowhere:
        await router.embed("a", model="test/words")
    assert "does not say that it makes embeddings" in nowhere.value.excluded["chat"]
    with pytest.raises(NoDeployment):
        await router.complete("Hello", model="test/vectors")
    with pytest.raises(RequestError):
        await router.complete(EmbeddingRequest.of(EmbeddingRequest("a", model="test/vectors")))


async def test_a_provider_that_makes_none_is_passed_over_whatever_its_card_says():
    chat = ScriptedProvider([], "chat")
    router = made(chat)
    with pytest.raises(NoDeployment) as nowhere:
        await router.embed("a", model="test/vectors")
    assert "makes no embeddings" in nowhere.value.excluded["chat"]


async def test_a_card_that_says_both_does_both():
    class Both(Vectors):
        complete = ScriptedProvider(["Hello."]).complete

    both = {"id": "test/vectors", "capabilities": ["embeddings", "text"]}
    router = made(Both("here"), cards=[both])
    assert (await router.complete("Hi")).text == "Hello."
    assert (await router.embed("a", model="test/vectors")).vectors == ((1.0, 1.0, 1.0),)


async def test_another_deployment_of_the_model_takes_the_place_of_one_that_fails():
    first, second = Vectors("first", says=Unavailable("down")), Vectors("second")
    router = made(first, second)
    found = await router.embed("a", model="test/vectors")
    assert found.deployment == "second"
    assert [each.deployment for each in found.record.attempts] == ["first", "second"]


async def test_a_model_of_another_space_never_does():
    first, second = Vectors("first", says=Unavailable("down")), Vectors("second")
    other = {"id": "else/vectors", "capabilities": ["embeddings"]}
    deployments = [
        {"id": "first", "model": "test/vectors", "provider": "first"},
        {"id": "second", "model": "else/vectors", "provider": "second"},
    ]
    router = made(first, second, cards=[CARD, other], deployments=deployments)
    with pytest.raises(Unavailable):
        await router.embed("a", model="test/vectors")
    # A name that both have says nothing of which space is meant.
    for each in deployments:
        each["name"] = "vectors"
    router = made(first, second, cards=[CARD, other], deployments=deployments)
    with pytest.raises(RequestError) as refused:
        await router.embed("a", model="vectors")
    assert "else/vectors, test/vectors" in str(refused.value)
    assert second.heard == []


@pytest.mark.parametrize(
    "vectors",
    [
        [],
        [[1.0]],
        [[1.0], [1.0], [1.0]],
        [[1.0], [1.0, 2.0]],
        [[], []],
        [[1.0], [nan]],
        [[1.0], [inf]],
        [[1.0], [10**400]],
        [[1.0], [True]],
        [[1.0], ["2"]],
        [[1.0], None],
        [[1.0], "1"],
        "12",
        None,
    ],
    ids=str,
)
async def test_vectors_that_cannot_be_used_are_a_failed_attempt_and_never_handed_over(vectors):
    async def says(call):
        return Embedding(vectors=vectors)

    rude, well = Vectors("rude", says=says), Vectors("well")
    found = await made(rude, well).embed(["a", "b"], model="test/vectors")
    assert found.deployment == "well"
    assert found.record.attempts[0].error.kind == "ProtocolError"
    with pytest.raises(ProtocolError):
        await made(rude).embed(["a", "b"], model="test/vectors")


async def test_vectors_of_another_length_than_was_asked_for_are_none():
    async def says(call):
        return Embedding(vectors=[[1.0, 2.0]])

    with pytest.raises(ProtocolError):
        await made(Vectors("here", says=says)).embed("a", model="test/vectors", dimensions=3)


async def test_a_budget_holds_and_counts_what_they_cost():
    here = Vectors("here")
    router = made(here, budgets=[{"id": "all", "tokens": 25, "per": "day"}])
    await router.embed("a", model="test/vectors")
    assert router.spending[0].tokens == 10
    await router.embed("a", model="test/vectors")
    with pytest.raises(BudgetExceeded):
        await router.embed("a text of more tokens than are left", model="test/vectors")
    assert len(here.heard) == 2


async def test_leaving_cancels_the_attempt_and_time_is_limited():
    begun, ended = asyncio.Event(), asyncio.Event()

    async def says(call):
        begun.set()
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    router = made(Vectors("slow", says=says))
    call = asyncio.create_task(router.embed("a", model="test/vectors"))
    await begun.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert ended.is_set()
    assert router.records[-1].cancelled
    with pytest.raises(TotalTimeout):
        await router.embed("a", model="test/vectors", timeout=0.05)


class Seals:
    """A guardrail that seals a name, and tells the model of it."""

    api = 1
    name = "seals"
    phases = frozenset({"request"})
    rewrites = True

    def inspect(self, call):
        texts = {each.where: each.text.replace("Ada", "[NAME]") for each in call.passages}
        changed = any(each.text != texts[each.where] for each in call.passages)
        return (
            Verdict(action="rewrite", texts=texts, instructions="Keep [NAME].")
            if changed
            else Verdict("pass")
        )

    @hookimpl
    def interlock_guardrails(self):
        return [self]


async def test_texts_leave_sealed_and_what_a_model_is_told_besides_is_no_text():
    sealed = Vectors("sealed")
    await made(sealed, plugins=[Seals()]).embed(["Ada", "Bob"], model="test/vectors")
    assert sealed.heard == ["[NAME]", "Bob"]


async def test_all_deployments_are_sent_the_same_words():
    first, second = Vectors("first", says=Unavailable("down")), Vectors("second")
    deployments = [
        {"id": "first", "model": "test/vectors", "provider": "first", "treatment": "as_is"},
        {"id": "second", "model": "test/vectors", "provider": "second", "treatment": "sealed"},
    ]
    await made(first, second, deployments=deployments, plugins=[Seals()]).embed("Ada", model="test/vectors")
    assert first.heard == second.heard == ["[NAME]"]


async def test_a_guardrail_that_stops_texts_stops_them():
    class Stops(Seals):
        rewrites = False

        def inspect(self, call):
            return Verdict(action="block", category="secret")

    here = Vectors("here")
    with pytest.raises(GuardrailError):
        await made(here, plugins=[Stops()]).embed("a", model="test/vectors")
    assert here.heard == []


REGIONS = ("de", "fr", "us", "cn", "local")
INSIDE = {"eu": {"de", "fr", "local"}, "us": {"us", "local"}, "cn": {"cn", "local"}}


@pytest.mark.parametrize("seed", range(40))
async def test_no_text_reaches_a_deployment_outside_its_constraints(seed):
    world = random.Random(seed)
    providers = [
        Vectors(
            f"p{number}",
            world.choice(REGIONS),
            world.choice([None, None, Unavailable("down"), RuntimeError("a bug")]),
        )
        for number in range(5)
    ]
    denied = {each.name for each in providers if world.random() < 0.2}
    default = world.choice([None, *INSIDE])
    config = {} if default is None else {"constraints": {"residency": default}}
    if world.random() < 0.3:
        config["hedge"] = {"after": 0.01}
    router = made(*providers, **config)
    for number in range(4):
        wanted = world.choice([None, *INSIDE])
        places = set(REGIONS)
        for each in filter(None, (default, wanted)):
            places &= INSIDE[each]
        constraints = {"deny_vendors": denied, **({} if wanted is None else {"residency": wanted})}
        text = f"text {number} of {seed}"
        may = {each.name for each in providers if each.region in places and each.name not in denied}
        try:
            found = await router.embed([text], model="test/vectors", constraints=constraints)
        except (NoDeployment, AllAttemptsFailed, Unavailable, ProtocolError):
            pass
        else:
            assert found.deployment in may
        heard = {each.name for each in providers if text in each.heard}
        assert heard <= may


async def test_a_trace_calls_them_by_their_own_name_and_holds_no_text():
    with watched() as seen:
        await made(Vectors("here")).embed("a secret", model="test/vectors")
        (attempt,) = [span for span in seen.spans if span.name.startswith("embeddings ")]
        assert attempt.attributes["gen_ai.operation.name"] == "embeddings"
        assert attempt.attributes["gen_ai.usage.input_tokens"] == 10
        assert not any("secret" in str(span.attributes) for span in seen.spans)
