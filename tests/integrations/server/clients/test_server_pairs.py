"""Each vendor's dialect before each client's: plain and streamed, the vendors' own packages read what the
vendor has said, its words, calls, end and tokens.
"""

import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Any

import anthropic
import openai
import pytest
from openai.lib.streaming.chat import ChatCompletionStreamState

from every_speaker import ANY, HELLO, NAMES, SPEAKERS, configuration
from interlock.testing import End, Reply, Upstream
from interlock_server.endpoint import open_served
from interlock_server.endpoint.running import endpoint_of
from server_stage import serving
from vendor_said import VENDORS, Called, Declined, Thought, Told, Words

LOOK, LOOK_AGAIN = Called("look", {"at": "sea é\u2028🎈"}, "call_a"), Called("look", {}, "call_b")
FIND = Called("find", {"n": 12345678901234567890123, "x": [1.5, None, True, {"y": ""}]}, "call_c")
NESTED = Called("look", {"a": {"a": {"a": 1}}}, "call_a")
CASES = {
    "text": Told([Words("Grüß Gott,\r\n\u2028\x85 🎈!")]),
    "nothing": Told([]),
    "blank": Told([Words(" \n ")]),
    "thought": Told([Thought("Hm. é"), Words("So.")]),
    "a thought alone": Told([Thought("Hm.")]),
    "thoughts between": Told([Thought("A."), Words("b"), Thought("C."), Words("d")]),
    "call": Told([LOOK], "calls"),
    "parallel calls": Told([Thought("Hm."), Words("So."), LOOK, LOOK_AGAIN, FIND], "calls"),
    "pieces of arguments that are alike": Told([NESTED], "calls", step=6),
    "words after a call": Told([Words("a"), LOOK, Words("b")], "calls"),
    "a call that is said to be an end": Told([LOOK], "stop"),
    "cut": Told([Words("So far")], "length"),
    "cut in thought": Told([Thought("Hm")], "length"),
    "cut at once": Told([], "length"),
    "cut after a call": Told([LOOK, Words("and then")], "length"),
    "filtered": Told([Words("So far")], "filter"),
    "filtered at once": Told([], "filter"),
    "no cache, no thought": Told([Words("So.")], tokens=(7, 0, 3, 0)),
}
# What the others have no words for.
DECLINED = {
    "declined": Told([Declined("I will not.")]),
    "declined after words": Told([Words("Well, "), Declined("I will not.")]),
    "declined after a thought": Told([Thought("Hm."), Words("Well, "), Declined("I will not.")]),
}


@dataclass
class Read:
    """An answer as a client holds it; the end is in our words, and None is what it cannot be told."""

    text: str
    refusal: str | None
    thought: str
    calls: list[tuple[str, str, Any]]
    end: str
    tokens: tuple[int, int, int, int | None]


def expected(told: Told, dialect: str, vendor: str) -> Read:
    calls = [(call.id, call.name, dict(call.arguments)) for call in told.of(Called)]
    declined = bool(told.of(Declined))
    end = "declined" if declined else "calls" if calls and told.end == "stop" else told.end
    given, cached, made, thought = told.tokens
    if vendor == "bedrock":  # which does not say what thoughts took
        thought = 0
    if dialect == "messages":  # a refusal is text, and thoughts are not counted apart
        text = told.text(Words, Declined)
        end = "filter" if declined else end
        return Read(text, None, told.text(Thought), calls, end, (given, cached, made, None))
    refusal = told.text(Declined)
    return Read(told.text(Words), refusal, told.text(Thought), calls, end, (given, cached, made, thought))


def of_chat(completion: Any) -> Read:
    choice, usage = completion.choices[0], completion.usage
    message = choice.message
    calls = [(call.id, call.function.name, json.loads(call.function.arguments))
             for call in message.tool_calls or ()]  # fmt: skip
    ends = {"tool_calls": "calls", "content_filter": "filter"}
    end = "declined" if message.refusal else ends.get(choice.finish_reason, choice.finish_reason)
    cached, thought = usage.prompt_tokens_details, usage.completion_tokens_details
    return Read(
        text=message.content or "",
        refusal=message.refusal or "",
        thought=getattr(message, "reasoning_content", None) or "",
        calls=calls,
        end=end,
        tokens=(
            usage.prompt_tokens,
            (cached and cached.cached_tokens) or 0,
            usage.completion_tokens,
            (thought and thought.reasoning_tokens) or 0,
        ),
    )


def of_responses(response: Any) -> Read:
    read = Read("", "", "", [], "stop", (0, 0, 0, 0))
    for item in response.output:
        if item.type == "message":
            for part in item.content:
                read.text += part.text if part.type == "output_text" else ""
                read.refusal += part.refusal if part.type == "refusal" else ""
        elif item.type == "reasoning":
            read.thought += "".join(part.text for part in item.summary)
        else:
            read.calls.append((item.call_id, item.name, json.loads(item.arguments)))
    why = response.incomplete_details and response.incomplete_details.reason
    read.end = {None: "stop", "max_output_tokens": "length", "content_filter": "filter"}[why]
    if read.end == "stop":
        read.end = "calls" if read.calls else "declined" if read.refusal else "stop"
    usage = response.usage
    cached, thought = usage.input_tokens_details.cached_tokens, usage.output_tokens_details.reasoning_tokens
    read.tokens = (usage.input_tokens, cached, usage.output_tokens, thought)
    return read


def of_messages(message: Any) -> Read:
    read = Read("", None, "", [], "", (0, 0, 0, None))
    for block in message.content:
        if block.type == "tool_use":
            read.calls.append((block.id, block.name, block.input))
        elif block.type == "text":
            read.text += block.text
        elif block.type == "thinking":
            read.thought += block.thinking
    ends = {"end_turn": "stop", "tool_use": "calls", "max_tokens": "length", "refusal": "filter"}
    read.end = ends[message.stop_reason]
    usage = message.usage
    cached, written = usage.cache_read_input_tokens or 0, usage.cache_creation_input_tokens or 0
    read.tokens = (usage.input_tokens + cached + written, cached, usage.output_tokens, None)
    return read


Ask = Callable[..., Read]


def clients_of(url: str) -> dict[str, tuple[Ask, Ask]]:
    """Of each dialect, how it is asked plainly and in a stream."""
    ours = openai.OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0)
    theirs = anthropic.Anthropic(base_url=url, api_key="none", max_retries=0)
    functions: Any = [{"name": name, "parameters": ANY} for name in NAMES]
    chat: Any = {"messages": HELLO, "tools": [{"type": "function", "function": each} for each in functions]}
    responses: Any = {"input": "hello", "tools": [{"type": "function", **each} for each in functions]}
    messages: Any = {
        "messages": HELLO,
        "max_tokens": 4096,
        "thinking": {"type": "adaptive"},
        "tools": [{"name": name, "input_schema": ANY} for name in NAMES],
    }

    def chat_streamed(model: str, **fields: Any) -> Read:
        state = ChatCompletionStreamState()
        asked = {**chat, "stream": True, "stream_options": {"include_usage": True}, **fields}
        for chunk in ours.chat.completions.create(model=model, **asked):
            # The package raises of ends that are none, and keeps what it has.
            try:
                state.handle_chunk(chunk)
            except (openai.LengthFinishReasonError, openai.ContentFilterFinishReasonError):
                continue
        return of_chat(state.current_completion_snapshot)

    def responses_streamed(model: str, **fields: Any) -> Read:
        with ours.responses.stream(model=model, **{**responses, **fields}) as stream:
            ended = [event for event in stream if event.type in ("response.completed", "response.incomplete")]
        (end,) = ended
        return of_responses(end.response)

    def messages_streamed(model: str, **fields: Any) -> Read:
        with theirs.messages.stream(model=model, **{**messages, **fields}) as stream:
            return of_messages(stream.get_final_message())

    def plain(create: Callable[..., Any], read: Callable[[Any], Read], asked: Any) -> Ask:
        return lambda model, **fields: read(create(model=model, **{**asked, **fields}))

    return {
        "chat": (plain(ours.chat.completions.create, of_chat, chat), chat_streamed),
        "responses": (plain(ours.responses.create, of_responses, responses), responses_streamed),
        "messages": (plain(theirs.messages.create, of_messages, messages), messages_streamed),
    }


@pytest.fixture(scope="module")
def stage() -> Iterator[tuple[Upstream, dict[str, tuple[Ask, Ask]]]]:
    with (
        Upstream() as upstream,
        serving(endpoint_of(open_served(configuration(upstream.url)))) as client,
    ):
        yield upstream, clients_of(client.url)


@pytest.mark.parametrize("dialect", ["chat", "responses", "messages"])
@pytest.mark.parametrize("vendor", SPEAKERS)
def test_a_client_reads_what_the_vendor_has_said(stage, vendor, dialect):
    upstream, clients = stage
    plain, streamed = clients[dialect]
    for name, told in {**CASES, **(DECLINED if vendor in ("chat", "responses") else {})}.items():
        upstream.always = VENDORS[vendor].reply(told)
        wanted = expected(told, dialect, vendor)
        assert plain(vendor) == wanted, name
        assert streamed(vendor) == wanted, name


@pytest.mark.parametrize("dialect", ["chat", "responses", "messages"])
@pytest.mark.parametrize("vendor", SPEAKERS)
def test_a_stream_that_is_cut_anywhere_is_an_error_unless_all_was_there(stage, vendor, dialect):
    upstream, clients = stage
    _, streamed = clients[dialect]
    random = Random(vendor + dialect)
    for told in (CASES["parallel calls"], CASES["words after a call"], CASES["cut"]):
        stream, wanted = VENDORS[vendor].stream(told), expected(told, dialect, vendor)
        for _ in range(12):
            begun = stream[: random.randrange(len(stream) + 1)]
            end = random.choice([[], [End.CUT], [End.RESET]])
            upstream.always = Reply(headers=VENDORS[vendor].headers, pieces=(begun, *end))
            try:
                read = streamed(vendor)
            except (openai.APIError, anthropic.APIError):
                continue
            # Without the counts, which come last, we count ourselves.
            assert replace(read, tokens=wanted.tokens) == wanted


LINES = Told([Thought("Hm.\n"), Words("One line.\n"), Words("\nAnother.")])
STOPS = {"chat": "stop", "messages": "stop_sequences"}


@pytest.mark.parametrize("dialect", STOPS)
@pytest.mark.parametrize("vendor", SPEAKERS)
def test_an_answer_ends_at_a_blank_stop_whether_its_vendor_takes_it_or_not(stage, vendor, dialect):
    upstream, clients = stage
    upstream.always = VENDORS[vendor].reply(LINES)
    for ask in clients[dialect]:
        read = ask(vendor, **{STOPS[dialect]: ["END", "\n"]})
        body = upstream.requests[-1].json()
        sent = body.get("stop") or body.get("generationConfig", {}).get("stopSequences")
        if vendor in ("chat", "google"):
            assert sent == ["END", "\n"]
            continue
        assert "\n" not in str(body.get("stop_sequences", body.get("inferenceConfig", "")))
        assert (read.text, read.thought, read.end) == ("One line.", "Hm.\n", "stop")
        assert read.tokens[:3] == LINES.tokens[:3]


@pytest.mark.parametrize("ask", [0, 1], ids=["plain", "streamed"])
@pytest.mark.parametrize("dialect", STOPS)
def test_an_empty_stop_is_refused(stage, dialect, ask):
    _, clients = stage
    with pytest.raises((openai.BadRequestError, anthropic.BadRequestError), match=STOPS[dialect]):
        clients[dialect][ask]("chat", **{STOPS[dialect]: ["END", ""]})


PDF, PICTURE = f"data:application/pdf;base64,{b64encode(b'%PDF-1.4').decode()}", "https://a.example/b.png"
DOCUMENTS = {
    "chat": {"type": "file", "file": {"filename": "a.pdf", "file_data": PDF}},
    "responses": {"type": "input_file", "filename": "a.pdf", "file_data": PDF},
    "messages": {
        "type": "document",
        "source": {"type": "base64", "media_type": "application/pdf", "data": PDF.partition(",")[2]},
    },
}
PICTURES = {
    "chat": {"type": "image_url", "image_url": {"url": PICTURE}},
    "responses": {"type": "input_image", "image_url": PICTURE},
    "messages": {"type": "image", "source": {"type": "url", "url": PICTURE}},
}


UNTOLD = {
    "document": ("chat", DOCUMENTS, "chat: deepseek cannot take a document: it reads none; send its text"),
    "picture": ("bedrock", PICTURES, "bedrock: bedrock cannot take an image by URL: give its bytes"),
}


@pytest.mark.parametrize("streamed", [False, True], ids=["plain", "streamed"])
@pytest.mark.parametrize("dialect", ["chat", "responses", "messages"])
@pytest.mark.parametrize("what", UNTOLD)
def test_what_a_vendor_cannot_be_told_is_named(stage, what, dialect, streamed):
    vendor, parts, named = UNTOLD[what]
    upstream, clients = stage
    asked = len(upstream.requests)
    content = [parts[dialect]]
    conversation = {"input" if dialect == "responses" else "messages": [{"role": "user", "content": content}]}
    with pytest.raises((openai.BadRequestError, anthropic.BadRequestError)) as caught:
        clients[dialect][streamed](vendor, **conversation)
    assert f"cannot be told all that it holds ({named}" in str(caught.value)
    assert len(upstream.requests) == asked


@pytest.mark.parametrize("dialect", ["chat", "responses", "messages"])
@pytest.mark.parametrize("vendor", ["chat", "google"])
def test_calls_that_their_vendor_gives_no_ids_have_one_that_no_other_turn_has(stage, vendor, dialect):
    upstream, clients = stage
    upstream.always = VENDORS[vendor].reply(Told([Called("look", {"a": 1}), Called("look", {})], "calls"))
    ids = [call[0] for ask in clients[dialect] * 2 for call in ask(vendor).calls]
    assert len(set(ids)) == len(ids) == 8
