"""What guardrails hide leaves in no attempt of a call, and comes back in the answer that is handed over."""

import asyncio
import json
import logging
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from pydantic import BaseModel, field_validator

from guards_at_work import Accounts, Forbids
from interlock import (
    AllAttemptsFailed,
    Answer,
    Classification,
    Delta,
    GuardrailError,
    InterlockError,
    OutputInvalid,
    Request,
    Router,
    Text,
    TruncatedAnswer,
    Unavailable,
    Verdict,
    hookimpl,
)
from interlock.protocols import ArbitrateCall, ClassifyCall, GuardCall, RestoreCall, Ruling
from interlock.records import record_to_plain
from interlock.testing import Step, scripted_providers, scripted_router
from interlock.types.decisions import Attempt, Race
from interlock.types.request import RESCUE_MODES

HIDDEN = "Alice"
PROMPT = f"Have a look at what {HIDDEN} wrote."
SLOW = 1_000.0


class Seals:
    """Writes PERSON_1 for a name, and the name for PERSON_1."""

    api = 1
    name = "seals"
    phases = frozenset({"request"})
    rewrites = True

    @hookimpl
    def interlock_guardrails(self) -> Iterable[Any]:
        return [self]

    def inspect(self, call: GuardCall) -> Verdict:
        texts = {each.where: each.text.replace(HIDDEN, "PERSON_1") for each in call.passages}
        return Verdict(action="rewrite", texts=texts, kept={"PERSON_1": HIDDEN})

    def restore(self, call: RestoreCall) -> str:
        return call.text.replace("PERSON_1", call.kept["PERSON_1"])


class Curious:
    """Asks a model about the prompt, about what it saw before it was sealed, and about its evidence."""

    api = 1
    name = "curious"

    @hookimpl
    def interlock_classifiers(self) -> Iterable[Any]:
        return [self]

    def classify(self, call: ClassifyCall) -> Classification:
        self.seen = call.request.messages[-1].text
        return Classification(task="conversational", confidence=0.4, evidence=(self.seen,))

    async def refine(self, call: ClassifyCall, sofar: Classification) -> Classification:
        assert call.ask is not None
        words = " ".join((call.request.messages[-1].text, self.seen, *sofar.evidence))
        answer = await call.ask(Request(f"Which task? {words}"))
        assert HIDDEN not in answer.text
        return Classification(task="quantitative", confidence=0.9)


class Panel:
    """Asks everybody at once, and then the first once more."""

    api = 1
    name = "panel"

    def run(self, call: Any) -> Any:
        names = [candidate.deployment for candidate in call.shortlist]
        members = tuple(Attempt(deployment=name, role="member") for name in names)
        outcome = yield Race(attempts=members, first=False)
        assert HIDDEN not in repr(outcome.outcomes)
        yield Attempt(deployment=names[0])


class Person(BaseModel):
    who: str
    age: int


class Name(BaseModel):
    who: str

    @field_validator("who")
    @classmethod
    def _is_a_name(cls, value: str) -> str:
        if "_" in value:
            raise ValueError("a name has no underscores")
        return value


async def plain(router: Router, **options: Any) -> Any:
    return await router.complete(PROMPT, **options)


async def streamed(router: Router, **options: Any) -> Any:
    stream = router.stream(PROMPT, **options)
    text = "".join([chunk.text async for chunk in stream])
    assert stream.response is not None
    assert stream.response.text == text
    return stream.response


async def plain_sync(router: Router, **options: Any) -> Any:
    return await asyncio.to_thread(router.complete_sync, PROMPT, **options)


async def streamed_sync(router: Router, **options: Any) -> Any:
    def run() -> Any:
        with router.stream_sync(PROMPT, **options) as stream:
            text = "".join(chunk.text for chunk in stream)
        assert stream.response is not None
        assert stream.response.text == text
        return stream.response

    return await asyncio.to_thread(run)


Ask = Callable[..., Any]
ways = pytest.mark.parametrize("ask", [plain, streamed, plain_sync, streamed_sync])


def sent(router: Router) -> list[str]:
    """What every attempt was sent."""
    return [
        " | ".join(message.text for message in call.request.messages)
        for provider in scripted_providers(router)
        for call in provider.calls
    ]


def guarded(scripts: dict[str, Any], *plugins: Any, **config: Any) -> Router:
    return scripted_router(scripts, plugins=[Seals(), *plugins], **config)


def check_sealed(router: Router, *, attempts: int) -> None:
    said = sent(router)
    assert len(said) == attempts
    for text in said:
        assert "PERSON_1" in text
        assert HIDDEN not in text


@ways
async def test_a_model_that_mends_its_answer_is_shown_its_own_words(ask: Ask) -> None:
    router = guarded({"a": ['{"who": "PERSON_1"}', '{"who": "PERSON_1", "age": 3}']})
    response = await ask(router, output=Person)
    assert response.parsed == Person(who=HIDDEN, age=3)
    assert response.text == f'{{"who": "{HIDDEN}", "age": 3}}'
    check_sealed(router, attempts=2)
    assert 'PERSON_1"} | the answer does not fit Person: age' in sent(router)[1]


@ways
async def test_output_is_judged_as_the_caller_has_it(ask: Ask) -> None:
    router = guarded({"a": ['{"who": "PERSON_1"}']})
    assert (await ask(router, output=Name)).parsed == Name(who=HIDDEN)
    router = guarded({"a": ['{"PERSON_1": 1}'] * 2})
    schema = {"type": "object", "additionalProperties": False, "properties": {"PERSON_1": {}}}
    with pytest.raises(OutputInvalid) as caught:
        await ask(router, output=schema)
    assert caught.value.text == f'{{"{HIDDEN}": 1}}'
    check_sealed(router, attempts=2)


@ways
async def test_what_is_asked_on_the_way_is_sealed(ask: Ask) -> None:
    router = guarded({"a": ["It is quantitative, PERSON_1.", "Hello PERSON_1"]}, Curious())
    response = await ask(router)
    assert response.text == f"Hello {HIDDEN}"
    assert response.record.decision.stage == "curious"
    check_sealed(router, attempts=2)


@ways
@pytest.mark.parametrize("rescue", RESCUE_MODES)
async def test_retries_fallbacks_and_rescued_streams_are_sealed(ask: Ask, rescue: str) -> None:
    router = guarded(
        {
            "a": [Unavailable("503"), ["Dear PERSON_1", Unavailable("cut")], ["Dear PERSON_1"]],
            "b": ["Dear PERSON_1, hello."],
        },
        retries={"max": 2},
        rescue=rescue,
        deployments={name: {"model": "scripted/a"} for name in "ab"},
    )
    response = await ask(router)
    assert response.text == f"Dear {HIDDEN}, hello."
    check_sealed(router, attempts=len(response.record.attempts))


@ways
async def test_hedges_are_sealed(ask: Ask) -> None:
    router = guarded(
        {"a": [Step("slow PERSON_1", delay=SLOW)], "b": ["fast PERSON_1"]},
        hedge={"after": 0.02, "at_least": 0.02, "budget": 1},
    )
    response = await ask(router)
    assert response.text == f"fast {HIDDEN}"
    check_sealed(router, attempts=2)


@ways
async def test_nobody_chooses_among_answers_that_are_restored(ask: Ask) -> None:
    router = guarded({"a": ["one PERSON_1", "three PERSON_1"], "b": ["two PERSON_1"]})
    router.wiring.engine._strategy = Panel()
    assert (await ask(router)).text == f"three {HIDDEN}"
    check_sealed(router, attempts=3)


@ways
async def test_the_text_of_an_error_is_restored_for_its_caller_alone(ask: Ask) -> None:
    cut = Answer(parts=(Text("Dear PERSON_1, and"),), finish_reason="length")
    router = guarded({"a": [cut], "b": [cut]}, content={"truncated": "fall_back"})
    with pytest.raises(AllAttemptsFailed) as caught:
        await ask(router)
    error = caught.value.__cause__
    assert isinstance(error, TruncatedAnswer)
    assert error.text == f"Dear {HIDDEN}, and"
    check_sealed(router, attempts=2)
    assert HIDDEN not in repr(router.records)


class Quotes(Seals):
    """Seals what JSON has to write in another way."""

    name = "quotes"
    value = 'Al "the\\Ice"\n'

    def inspect(self, call: GuardCall) -> Verdict:
        return Verdict(kept={"PERSON_1": self.value})


@ways
@pytest.mark.parametrize(
    "said", ['{"who": "PERSON_1", "age": 3}', '```json\n{"who":"PERSON_1","age":3}\n```']
)
async def test_output_stays_json_when_it_is_restored(ask: Ask, said: str) -> None:
    router = scripted_router({"a": [[*map(Delta, said), Delta(finish_reason="stop")]]}, plugins=[Quotes()])
    response = await ask(router, output=Person)
    assert response.parsed == Person(who=Quotes.value, age=3)
    assert response.text == said.replace("PERSON_1", json.dumps(Quotes.value)[1:-1])


class Picky(Seals):
    """Blocks what does not name a person, and fails at what is strange."""

    name = "picky"
    phases = frozenset({"request", "answer"})

    def inspect(self, call: GuardCall) -> Verdict:
        if call.answer is None:
            return super().inspect(call)
        if "?" in call.answer.text:
            raise LookupError(call.answer.text)
        if "PERSON_1" in call.answer.text:
            return Verdict()
        return Verdict(action="block", category="nobody", reason="nobody is named")


@ways
async def test_an_answer_that_a_guardrail_blocks_is_asked_of_another(ask: Ask) -> None:
    router = scripted_router({"a": ["Hello you"], "b": ["Hello PERSON_1"]}, plugins=[Picky()])
    response = await ask(router)
    assert response.text == f"Hello {HIDDEN}"
    first, _ = response.record.attempts
    assert first.error.kind == "BlockedAnswer"
    assert first.error.message == "picky blocks the answer: nobody is named"
    check_sealed(router, attempts=2)


@ways
async def test_a_guardrail_that_fails_to_check_stops_the_call(ask: Ask) -> None:
    router = scripted_router({"a": ["What?"], "b": ["Hello PERSON_1"]}, plugins=[Picky()])
    with pytest.raises(GuardrailError, match="picky stopped the call"):
        await ask(router)
    check_sealed(router, attempts=1)


async def test_calls_at_once_see_their_own_values_alone() -> None:
    def echo(call: Any) -> list[Delta]:
        (said,) = (each.text for each in call.request.messages)
        return [*map(Delta, said), Delta(finish_reason="stop")]

    router = scripted_router({"a": [Step(echo, delay=0.001)] * 200}, plugins=[Accounts()])

    async def asked(number: int) -> None:
        text = f"ACC-{number:06} and ACC-{number + 500:06}"
        ask = router.complete(text) if number % 2 else last(router.stream(text))
        assert (await ask).text == text

    await asyncio.gather(*map(asked, range(200)))
    (provider,) = scripted_providers(router)
    assert {call.request.messages[0].text for call in provider.calls} == {"<ACCOUNT_1> and <ACCOUNT_2>"}


async def last(stream: Any) -> Any:
    async for _ in stream:
        pass
    return stream.response


@ways
async def test_nothing_that_is_written_down_holds_what_was_sealed(
    ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    router = scripted_router(
        {"a": [Unavailable("503"), ["Dear PERSON_1", Unavailable("cut")]], "b": ["Dear PERSON_1, Heron"]},
        plugins=[Seals(), Forbids()],
        retries={"max": 1},
    )
    with pytest.raises(InterlockError) as caught:
        await ask(router)
    error: BaseException | None = caught.value
    while error is not None:
        assert HIDDEN not in str(error)
        error = error.__cause__
    assert HIDDEN not in caplog.text
    assert HIDDEN not in json.dumps([record_to_plain(record) for record in router.records])


class Writes:
    """An arbiter that asks a model and writes an answer of its own."""

    api = 1
    name = "writes"
    asks = True

    @hookimpl
    def interlock_arbiters(self) -> Iterable[Any]:
        return [self]

    async def arbitrate(self, call: ArbitrateCall) -> Ruling:
        assert call.ask is not None
        said = " and ".join(each.answer.text for each in call.members)
        answer = await call.ask(Request(f"Put together for {HIDDEN}: {said}"))
        return Ruling(chosen=(call.members[0].label,), answer=answer)


@pytest.mark.parametrize("ask", [plain, streamed])
@pytest.mark.parametrize("script", ["PERSON_1, both.", "the Heron, both."])
async def test_what_an_arbiter_asks_is_sealed_and_what_it_writes_is_looked_at(ask: Ask, script: str) -> None:
    router = scripted_router(
        {"a": ["PERSON_1, one.", script], "b": ["PERSON_1, two."]},
        plugins=[Seals(), Forbids(), Writes()],
        ensembles={"x": {"members": ["scripted/a", "scripted/b"], "mode": "writes", "arbiter": "scripted/a"}},
    )
    if "Heron" in script:
        with pytest.raises(AllAttemptsFailed, match="forbids blocks the answer"):
            await ask(router, ensemble="x")
    else:
        assert (await ask(router, ensemble="x")).text == f"{HIDDEN}, both."
    check_sealed(router, attempts=3)
