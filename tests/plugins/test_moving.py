"""A conversation that began with one vendor goes on with any other, and back."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from every_dialect import DIALECTS, Dialect
from interlock.errors import InvalidRequest, ProviderError
from interlock.types.messages import (
    Document,
    Image,
    Message,
    Part,
    Reasoning,
    Text,
    ToolCall,
    ToolResult,
)
from interlock.types.request import Request, ToolSpec
from interlock.types.response import Answer
from request_strategies import PNG

WIRE = Path(__file__).parents[3] / "shared" / "wire"
FILES = [path for dialect in DIALECTS for path in sorted((WIRE / dialect.name).glob("*.json"))]
BY_NAME = {dialect.name: dialect for dialect in DIALECTS}
PDF = Document(data=b"%PDF-1.7", name="report.pdf")
TEXTS = Document(data=b"a,b", media_type="text/csv", name="t.csv")
PAIRS = list(permutations(DIALECTS, 2))
TOOLS = tuple(ToolSpec(name=name) for name in ("look", "search", "look_0", "look_1"))

pairs = pytest.mark.parametrize(("home", "away"), PAIRS, ids=lambda dialect: dialect.name)
vendors = pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)


def results(calls: Sequence[ToolCall], *, media: bool) -> list[ToolResult]:
    """One for each call: a failure first, then what a tool may give."""
    picture: str | tuple[Any, ...] = (Text("seen"), Image(data=PNG)) if media else "seen"
    return [
        ToolResult(id=call.id, content="no such place", error=True)
        if number == 0
        else ToolResult(id=call.id, content=picture, name=call.name)
        for number, call in enumerate(calls)
    ]


def turns_of(answers: Iterable[Answer], *, media: bool = True) -> list[Message]:
    """What a caller keeps of answers: each as a turn, its calls answered, and the user's next words."""
    kept: list[Message] = []
    for answer in answers:
        kept.append(Message("assistant", answer.parts))
        if answer.tool_calls:
            kept.append(Message("tool", results(answer.tool_calls, media=media)))
        else:
            kept.append(Message("user", "And now?"))
    return kept


def conversation(*answers: Answer, documents: bool = True) -> list[Message]:
    seen: list[Part] = [Text("What is this?"), Image(data=PNG), TEXTS, *([PDF] if documents else [])]
    return [Message("system", "Be brief."), Message("user", seen), *turns_of(answers)]


def forgetful(messages: Iterable[Message]) -> list[Message]:
    """The messages as if nobody had thought or signed anything."""
    kept = []
    for message in messages:
        parts = [
            replace(part, signature=None, vendor=None) if isinstance(part, ToolCall) else part
            for part in message.parts
            if not isinstance(part, Reasoning)
        ]
        kept.append(replace(message, content=tuple(parts)))
    return kept


def request(messages: list[Message]) -> Request:
    return Request([*messages, Message("user", "Go on.")], tools=TOOLS)


def check_ids(dialect: Dialect, body: dict[str, Any], messages: Iterable[Message]) -> None:
    """Every call's id is its own and one that the vendor takes, and every result says which call it is of."""
    told = list(dialect.ids(body))
    calls = [id_ for kind, id_ in told if kind == "call"]
    assert len(set(calls)) == len(calls) == sum(len(message.tool_calls) for message in messages)
    assert all(dialect.follows_rules(id_) for id_ in calls)
    assert [id_ for kind, id_ in told if kind == "result"] == calls


@pairs
def test_a_history_goes_on_elsewhere(home: Dialect, away: Dialect) -> None:
    history = conversation(*map(home.read, home.answers), documents=away.documents)
    body = away.body(request(history))
    away.valid(body)
    check_ids(away, body, history)
    assert body == away.body(request(forgetful(history))), "what the vendor thought was told to another"
    said = json.dumps(body, ensure_ascii=False)
    for message in history:
        assert all(json.dumps(part.text, ensure_ascii=False)[1:-1] in said
                   for part in message.parts if isinstance(part, Text) and part.text)  # fmt: skip
    assert "no such place" in said


@pairs
def test_a_history_comes_back_as_it_went(home: Dialect, away: Dialect) -> None:
    """What was said elsewhere in between changes nothing in how the vendor sees its own turns."""
    first = conversation(*map(home.read, home.answers), documents=home.documents and away.documents)
    alone = home.turns(home.body(request(first)))
    between = turns_of(map(away.read, away.answers))
    body = home.body(request([*first, Message("user", "Go on."), *between]))
    home.valid(body)
    check_ids(home, body, [*first, *between])
    assert home.turns(body)[: len(alone)] == alone


@vendors
def test_a_vendor_is_given_back_what_it_signed(dialect: Dialect) -> None:
    history = conversation(*map(dialect.read, dialect.answers), documents=dialect.documents)
    body = dialect.body(request(history))
    dialect.valid(body)
    sent = json.dumps(body, ensure_ascii=False)
    for message in history:
        for part in message.parts:
            signature = getattr(part, "signature", None)
            if signature and signature[0] in "[{":  # a whole part of the vendor's, kept as it came
                kept = json.loads(signature)
                signature = json.dumps(kept[0] if isinstance(kept, list) else kept, ensure_ascii=False)
            assert not signature or signature in sent
            if isinstance(part, Reasoning) and part.text:
                assert part.text in sent


@vendors
@pytest.mark.parametrize("id_", ["call_0", "functions.look:0", "x" * 90, "ü", " ", "a b", "🎈" * 30])
def test_ids_that_come_again_still_find_their_results(id_: str, dialect: Dialect) -> None:
    """Some servers give every answer's calls the same ids, and some have strange ones."""
    call = [ToolCall(id=id_, name="look"), ToolCall(id=f"{id_}1", name="search")]
    turn = [Message("assistant", call), Message("tool", results(call, media=False))]
    twins = [ToolCall(id=id_, name="look", arguments={"at": at}) for at in range(2)]
    parallel = [Message("assistant", twins), Message("tool", results(twins, media=False))]
    history = [Message("user", "q"), *turn, Message("user", "again"), *turn, *parallel]
    body = dialect.body(request(history))
    dialect.valid(body)
    check_ids(dialect, body, history)
    assert body == dialect.body(request(history))


@vendors
def test_an_answer_that_a_call_never_got_leaves_the_next_ones_in_place(dialect: Dialect) -> None:
    call = ToolCall(id="call_0", name="look")
    history = [
        Message("user", "q"),
        Message("assistant", [call]),
        Message("user", "Stop. Try again."),
        Message("assistant", [call]),
        Message("tool", [ToolResult(id="call_0", content="seen")]),
    ]
    told = list(dialect.ids(dialect.body(request(history))))
    [first, second] = [id_ for kind, id_ in told if kind == "call"]
    assert first != second
    assert told[-1] == ("result", second)


@vendors
def test_what_a_vendor_cannot_read_is_named(dialect: Dialect) -> None:
    if dialect.documents:
        return
    with pytest.raises(InvalidRequest, match="document") as caught:
        dialect.body(request(conversation(documents=True)))
    assert caught.value.code == "unsupported_part"


@pytest.mark.skipif(not FILES, reason="the recorded exchanges are not on this machine")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_recorded_answer_goes_on_anywhere_and_back(path: Path) -> None:
    recorded = json.loads(path.read_text("utf-8"))
    home, response = BY_NAME[recorded["vendor"]], recorded["response"]
    if response["status"] != 200:
        return
    try:
        answer = home.read(response["body"])
    except ProviderError:  # an error inside a 200; the vendor's own tests look at it
        return
    first = conversation(answer, documents=False)
    alone = home.turns(home.body(request(first)))
    for away in DIALECTS:
        if away is home:
            continue
        body = away.body(request(first))
        away.valid(body)
        check_ids(away, body, first)
        assert body == away.body(request(forgetful(first)))
        between = turns_of([away.read(away.answers[0])])
        back = home.body(request([*first, Message("user", "Go on."), *between]))
        check_ids(home, back, [*first, *between])
        assert home.turns(back)[: len(alone)] == alone
