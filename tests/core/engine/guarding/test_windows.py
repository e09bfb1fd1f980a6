"""Streams with guardrails: what vendors are sent, what leaves when, and that it is what plain calls give."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guards_at_work import ACCOUNT, Accounts, Forbids, Offered
from interlock import (
    Delta,
    GuardrailError,
    Message,
    ProtocolError,
    Router,
    StreamInterrupted,
    Text,
    ToolCall,
    ToolCallDelta,
    ToolResult,
    Unavailable,
    Verdict,
)
from interlock.protocols import GuardCall, Release, ReleaseCall, RestoreCall
from interlock.testing import Step, scripted_providers, scripted_router
from interlock.types.request import RESCUE_MODES

NUMBER = "ACC-123456"
ECHO = {"name": "echo", "parameters": {"type": "object", "properties": {"said": {"type": "string"}}}}
PIECES = [
    "ACC-123456",
    "ACC-654321",
    "ACC-1",
    "<ACCOUNT_1>",
    "<ACCOUNT_2",
    "<",
    "1>",
    '"',
    "\\",
    "\n",
    "é ",
    "to ",
]

texts = st.lists(st.sampled_from(PIECES), min_size=1, max_size=12).map("".join)
sizes = st.lists(st.integers(1, 7), min_size=1, max_size=5)


def cut(text: str, lengths: Sequence[int]) -> Iterator[str]:
    """Pieces of these lengths, over and over."""
    at = number = 0
    while at < len(text):
        size = lengths[number % len(lengths)]
        yield text[at : at + size]
        at, number = at + size, number + 1


class Parrot:
    """Says what it was sent: as text, as a thought and in a tool call, cut as it is told."""

    def __init__(self) -> None:
        self.lengths: Sequence[int] = (1,)

    def __call__(self, call: Any) -> list[Delta | str | BaseException]:
        heard = call.request.messages[-1].text
        arguments = json.dumps({"said": heard, "more": [heard]}, ensure_ascii=True)
        calls = [ToolCallDelta(index=0, id="c1", name="echo")]
        calls += [ToolCallDelta(index=0, arguments=piece) for piece in cut(arguments, self.lengths)]
        return [
            *(Delta(reasoning=piece) for piece in cut(heard, self.lengths)),
            *(Delta(piece) for piece in cut(heard, self.lengths)),
            *(Delta(tool_calls=(each,)) for each in calls),
            Delta(finish_reason="tool_calls"),
        ]


async def heard(stream: Any) -> tuple[list[Any], Any]:
    return [chunk async for chunk in stream], stream.response


async def text_of(stream: Any) -> str:
    """What a consumer has in the end."""
    text = ""
    async for chunk in stream:
        text = "" if chunk.restart else text + chunk.text
    assert text == stream.response.text
    return text


def shape(response: Any) -> tuple[Any, ...]:
    calls = [(each.id, each.name, dict(each.arguments)) for each in response.tool_calls]
    return response.text, response.reasoning, calls, response.message.parts


parrot = Parrot()
parrots = scripted_router({"a": [Step(parrot)] * 4_000}, plugins=[Accounts(), Forbids("Heron")])


@given(text=texts, lengths=sizes)
@settings(max_examples=60, deadline=None)
def test_nothing_sealed_leaves_and_a_stream_is_what_a_plain_call_gives(text: str, lengths: list[int]) -> None:
    parrot.lengths = lengths
    (provider,) = scripted_providers(parrots)
    del provider.calls[:]

    async def asked() -> tuple[Any, list[Any], Any]:
        plain = await parrots.complete(text, tools=[ECHO])
        chunks, response = await heard(parrots.stream(text, tools=[ECHO]))
        return plain, chunks, response

    plain, chunks, response = asyncio.run(asked())
    assert shape(plain) == shape(response)
    assert plain.text == plain.reasoning == text
    assert dict(plain.tool_calls[0].arguments) == {"said": text, "more": [text]}
    assert "".join(chunk.text for chunk in chunks) == text
    assert "".join(chunk.reasoning for chunk in chunks) == text
    deltas = [each for chunk in chunks for each in chunk.tool_call_deltas]
    assert json.loads("".join(each.arguments for each in deltas)) == {"said": text, "more": [text]}
    for call in provider.calls:
        assert not ACCOUNT.search(repr(call.request))


def test_calls_without_a_loop_are_the_same() -> None:
    parrot.lengths = (3,)
    text = f"From {NUMBER} to <ACCOUNT_1>."
    plain = parrots.complete_sync(text, tools=[ECHO])
    with parrots.stream_sync(text, tools=[ECHO]) as stream:
        chunks = list(stream)
    assert shape(plain) == shape(stream.response)
    assert "".join(chunk.text for chunk in chunks) == text


def test_a_conversation_is_sealed_wherever_its_words_stand() -> None:
    said = {"said": NUMBER, NUMBER: [123456]}
    messages = [
        Message("user", (Text(NUMBER),)),
        Message("assistant", (Text(f"You said {NUMBER}."), ToolCall(id="c1", name="echo", arguments=said))),
        Message("tool", (ToolResult(id="c1", content=json.dumps({"number": NUMBER})),)),
        Message("user", NUMBER, name=NUMBER),
    ]
    (provider,) = scripted_providers(parrots)
    del provider.calls[:]
    assert parrots.complete_sync(messages, tools=[{**ECHO, "description": NUMBER}]).text == NUMBER
    (call,) = provider.calls
    assert not ACCOUNT.search(repr(call.request))


def guarded(script: Any, *plugins: Any, **config: Any) -> Router:
    return scripted_router(script if isinstance(script, dict) else {"a": script}, plugins=plugins, **config)


def deltas(*pieces: str) -> list[Delta]:
    return [*map(Delta, pieces), Delta(finish_reason="stop")]


async def test_text_leaves_while_it_comes() -> None:
    """All but what may still become a sealed word."""
    router = guarded([deltas("Dear", " <ACC", "OUNT", "_1>", ", hi")], Accounts())
    chunks, _ = await heard(router.stream(NUMBER))
    assert [chunk.text for chunk in chunks if chunk.text] == ["Dear", " ", NUMBER, ", hi"]


async def test_what_is_never_finished_leaves_at_the_end() -> None:
    router = guarded([deltas("see <ACCOUNT", "_1")], Accounts())
    chunks, response = await heard(router.stream(NUMBER))
    assert "".join(chunk.text for chunk in chunks) == response.text == "see <ACCOUNT_1"


def begun(text: str, *words: str) -> int:
    """How many characters at its end may be the beginning of a word."""
    return max(n for word in words for n in range(len(word)) if text.endswith(word[:n]))


class Marks(Offered):
    """Seals a word and puts it back in capitals; rewrites another in answers."""

    name = "b-marks"
    phases = frozenset({"request", "answer"})
    rewrites = True

    def inspect(self, call: GuardCall) -> Verdict:
        old, new = ("owl", "OWL1") if call.answer is None else ("bad", "good")
        return Verdict(action="rewrite", texts={e.where: e.text.replace(old, new) for e in call.passages})

    def restore(self, call: RestoreCall) -> str:
        return call.text.replace("OWL1", "owl")

    def release(self, call: ReleaseCall) -> Release:
        upto = len(call.text) - (0 if call.final else begun(call.text, "OWL1", "bad"))
        return Release(upto=upto, text=call.text[:upto].replace("bad", "good").replace("OWL1", "owl"))


class Quotes(Marks):
    """Seals what the one before it has made of the request, and so puts back before it does."""

    name = "c-quotes"
    phases = frozenset({"request"})

    def inspect(self, call: GuardCall) -> Verdict:
        return Verdict(
            action="rewrite", texts={e.where: e.text.replace("OWL1", "[O]") for e in call.passages}
        )

    def restore(self, call: RestoreCall) -> str:
        return call.text.replace("[O]", "OWL1")

    def release(self, call: ReleaseCall) -> Release:
        upto = len(call.text) - (0 if call.final else begun(call.text, "[O]"))
        return Release(upto=upto, text=call.text[:upto].replace("[O]", "OWL1"))


ANSWER = "a bad [O] and ba [ ba OWL2 b"
pieces: list[str] = []
chained = scripted_router({"a": [Step(lambda _: deltas(*pieces))] * 500}, plugins=[Quotes(), Marks()])


@given(lengths=sizes)
@settings(max_examples=30, deadline=None)
def test_several_are_chained_backwards(lengths: list[int]) -> None:
    pieces[:] = cut(ANSWER, lengths)
    chunks, response = asyncio.run(heard(chained.stream("owl")))
    assert scripted_providers(chained)[0].calls[-1].request.messages[0].text == "[O]"
    assert "".join(chunk.text for chunk in chunks) == response.text == "a good owl and ba [ ba OWL2 b"


async def test_one_that_sees_whole_answers_holds_streams() -> None:
    router = guarded([deltas("Dear", " you")], Accounts(), type("Sees", (Forbids,), {"release": None})())
    chunks, _ = await heard(router.stream("hi"))
    assert [chunk.text for chunk in chunks if chunk.text] == ["Dear you"]


class ArgumentsAlone(Offered):
    name = "arguments"
    phases = frozenset({"tool_arguments"})

    def inspect(self, call: GuardCall) -> Verdict:
        return Verdict(action="block" if "Heron" in call.passages[-1].text else "pass")


def calling(said: str) -> list[Delta]:
    arguments = json.dumps({"said": said})
    begun = ToolCallDelta(index=0, id="c1", name="echo", arguments=arguments[:5])
    rest = ToolCallDelta(index=0, arguments=arguments[5:])
    return [
        Delta("I", tool_calls=(begun,)),
        Delta(" call", tool_calls=(rest,)),
        Delta(finish_reason="tool_calls"),
    ]


async def test_a_tool_call_leaves_when_it_is_whole_and_looked_at() -> None:
    router = guarded({"a": [calling("Heron")], "b": [calling("Egret")]}, ArgumentsAlone())
    chunks, response = await heard(router.stream("hi", tools=[ECHO]))
    assert [attempt.deployment for attempt in response.record.attempts] == ["a", "b"]
    assert [chunk.text for chunk in chunks if chunk.text] == ["I", " call"]
    said = [each for chunk in chunks for each in chunk.tool_call_deltas]
    assert [(each.index, each.id, each.arguments) for each in said] == [(0, "c1", '{"said": "Egret"}')]


@pytest.mark.parametrize("rescue", RESCUE_MODES)
async def test_a_block_in_mid_stream_is_a_broken_answer(rescue: str) -> None:
    script = {"a": [deltas("Dear you, ", "Heron.")], "b": [deltas("Dear you, hello.")]}
    if rescue == "raise":
        script.pop("b")
    router = guarded(script, Forbids(), rescue=rescue)
    if rescue == "raise":
        with pytest.raises(StreamInterrupted) as caught:
            await text_of(router.stream("hi"))
        assert caught.value.partial.text == "Dear y"
    else:
        assert await text_of(router.stream("hi")) == "Dear you, hello."
    (record,) = router.records
    assert record.attempts[0].error is not None
    assert record.attempts[0].error.kind == "BlockedAnswer"
    assert "Heron" not in repr(record)


@pytest.mark.parametrize("rescue", ["replay", "continue", "restart"])
async def test_a_broken_stream_is_compared_as_it_was_restored(rescue: str) -> None:
    """And nobody is sent what was delivered."""
    script = {
        "a": [[*map(Delta, ["For <ACC", "OUNT_1>", ", dear"]), Unavailable("cut")]],
        "b": [deltas("For <ACCOUNT_1>, dear ", "you")],
    }
    capable = {"b": {"model": "openai/gpt-5.5"}}
    router = guarded(script, Accounts(), rescue=rescue, deployments=capable)
    assert await text_of(router.stream(NUMBER)) == f"For {NUMBER}, dear you"
    for provider in scripted_providers(router):
        for call in provider.calls:
            assert not ACCOUNT.search(repr(call.request))


class Breaking:
    """Says what it was sent, and breaks the first time that it is asked for a text."""

    def __init__(self) -> None:
        self.turns: list[tuple[list[int], int | None]] = []

    def __call__(self, call: Any) -> list[Any]:
        lengths, upto = self.turns.pop(0)
        pieces = [*map(Delta, cut(call.request.messages[-1].text, lengths))]
        return [*pieces[:upto], Delta(finish_reason="stop") if upto is None else ProtocolError("cut")]


breaking = Breaking()
breakers = scripted_router({name: [Step(breaking)] * 500 for name in "ab"}, plugins=[Accounts()])


@given(
    text=texts,
    lengths=st.tuples(sizes, sizes),
    at=st.integers(0, 40),
    rescue=st.sampled_from([mode for mode in RESCUE_MODES if mode != "raise"]),
)
@settings(max_examples=60, deadline=None)
def test_wherever_a_stream_breaks_another_takes_its_place(
    text: str, lengths: tuple[list[int], list[int]], at: int, rescue: str
) -> None:
    """Cut in other places, and restored, it goes on where the first one stopped."""
    breaking.turns = [(lengths[0], at), (lengths[1], None)]
    assert asyncio.run(text_of(breakers.stream(text, rescue=rescue))) == text


class Liar(Accounts):
    """Lets another text go than it restores."""

    def release(self, call: ReleaseCall) -> Release:
        return replace(super().release(call), text="?" * len(call.text), upto=len(call.text))


class Keeps(Accounts):
    """Keeps the rest of a text for itself."""

    def release(self, call: ReleaseCall) -> Release:
        return Release(upto=0)


class Overdoes(Accounts):
    def release(self, call: ReleaseCall) -> Release:
        return Release(upto=len(call.text) + 1)


class Breaks(Accounts):
    def release(self, call: ReleaseCall) -> Release:
        raise LookupError(call.text)


class Vague(Accounts):
    def release(self, call: ReleaseCall) -> Any:
        return len(call.text)


@pytest.mark.parametrize("guardrail", [Liar(), Keeps(), Overdoes(), Breaks(), Vague()])
async def test_one_that_contradicts_itself_ends_the_call(guardrail: Any) -> None:
    router = guarded({"a": [deltas("Dear", " you")], "b": [deltas("x")]}, guardrail)
    with pytest.raises(GuardrailError, match="accounts stopped the call") as caught:
        await heard(router.stream(NUMBER))
    assert caught.value.guardrail == "accounts"
    assert router.records[-1].error == "GuardrailError"
    assert not scripted_providers(router)[1].calls


async def test_hedged_streams_are_restored() -> None:
    slow = Step(deltas("slow"), delay=1_000)
    router = guarded(
        {"a": [slow], "b": [deltas("It is <ACC", "OUNT_1>.")]},
        Accounts(),
        hedge={"after": 0.02, "at_least": 0.02, "budget": 1},
    )
    chunks, response = await heard(router.stream(NUMBER))
    assert "".join(chunk.text for chunk in chunks) == response.text == f"It is {NUMBER}."
