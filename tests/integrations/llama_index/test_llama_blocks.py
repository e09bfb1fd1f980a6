"""Blocks become parts and parts become blocks, with nothing lost that both sides know."""

import base64
import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from llama_index.core.base.llms.types import (
    AudioBlock,
    CacheControl,
    CachePoint,
    ChatMessage,
    CitableBlock,
    CitationBlock,
    DocumentBlock,
    ImageBlock,
    TextBlock,
    ThinkingBlock,
    ToolCallBlock,
    VideoBlock,
)
from llama_index.core.schema import ImageDocument

from interlock import (
    Answer,
    Audio,
    Citation,
    Document,
    Image,
    Message,
    Reasoning,
    Refusal,
    RequestError,
    Text,
    ToolCall,
    ToolResult,
    Usage,
)
from interlock.testing import scripted_providers, scripted_router
from llama_index.llms.interlock import Interlock

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PDF = b"%PDF-1.4 a document"
SOUND = b"RIFF\x24\x00\x00\x00WAVEfmt "


def sent(*messages: ChatMessage) -> tuple[Message, ...]:
    """What the provider is given."""
    router = scripted_router({"a": ["yes"]})
    Interlock(router=router).chat(list(messages))
    [provider] = scripted_providers(router)
    return provider.calls[0].request.messages


def one_part(*blocks: Any) -> Any:
    [message] = sent(ChatMessage(role="user", blocks=list(blocks)))
    return message.parts[-1]


def answer(*parts: Any, **fields: Any) -> Answer:
    return Answer(parts=parts, finish_reason="stop", usage=Usage(input_tokens=1, output_tokens=2), **fields)


LOOK = {"name": "look", "description": "Looks.", "parameters": {"type": "object", "properties": {}}}


def chatted(said: Answer) -> ChatMessage:
    llm = Interlock(router=scripted_router({"a": [said]}))
    return llm.chat([ChatMessage(content="hello")], tools=[LOOK]).message


@pytest.mark.parametrize(
    "block",
    [
        ImageBlock(image=PIXEL),
        ImageBlock(image=base64.b64encode(PIXEL)),
        ImageBlock(image=io.BytesIO(PIXEL), image_mimetype="image/png"),
        ImageBlock(url=f"data:image/png;base64,{base64.b64encode(PIXEL).decode()}"),
    ],
)
def test_a_picture_in_every_form(block: ImageBlock) -> None:
    assert one_part(block) == Image(data=PIXEL, media_type="image/png")


@pytest.mark.parametrize("method", ["chat", "achat"])
async def test_files_are_read_where_they_lie(tmp_path, method: str) -> None:
    (tmp_path / "p.png").write_bytes(PIXEL)
    (tmp_path / "d.pdf").write_bytes(PDF)
    router = scripted_router({"a": ["yes"]})
    blocks = [
        ImageBlock(path=tmp_path / "p.png", detail="low"),
        DocumentBlock(path=tmp_path / "d.pdf", title="D"),
    ]
    given_back = getattr(Interlock(router=router), method)([ChatMessage(role="user", blocks=blocks)])
    if method == "achat":
        await given_back
    [provider] = scripted_providers(router)
    assert provider.calls[0].request.messages[0].parts == (
        Image(data=PIXEL, media_type="image/png", detail="low"),
        Document(data=PDF, media_type="application/pdf", name="D"),
    )


def test_an_address_is_handed_on_and_never_opened() -> None:
    picture = one_part(ImageBlock(url="https://pictures.example/p.png", detail="high"))
    assert picture == Image(url="https://pictures.example/p.png", media_type="image/png", detail="high")
    assert one_part(DocumentBlock(url="https://papers.example/d.pdf")) == Document(
        url="https://papers.example/d.pdf", media_type="application/pdf"
    )


def test_sounds_and_documents() -> None:
    assert one_part(AudioBlock(audio=SOUND, format="wav")) == Audio(data=SOUND, media_type="audio/wav")
    assert one_part(DocumentBlock(data=PDF, title="Paper", document_mimetype="application/pdf")) == Document(
        data=PDF, media_type="application/pdf", name="Paper"
    )


def test_pictures_of_older_kinds_are_shown_with_a_prompt() -> None:
    router = scripted_router({"a": ["yes"]})
    shown = ImageDocument(image=base64.b64encode(PIXEL).decode())
    Interlock(router=router).complete("What is it?", image_documents=[shown])
    [provider] = scripted_providers(router)
    assert provider.calls[0].request.messages[0].parts == (
        Text("What is it?"),
        Image(data=PIXEL, media_type="image/png"),
    )


def test_roles_of_every_vendor() -> None:
    roles = ["system", "developer", "user", "assistant", "chatbot", "model"]
    read = sent(*(ChatMessage(role=role, content=role) for role in roles), ChatMessage(content="?"))
    assert [message.role for message in read] == [
        "system",
        "system",
        "user",
        "assistant",
        "assistant",
        "assistant",
        "user",
    ]


def test_a_cache_point_marks_the_text_before_it() -> None:
    point = CachePoint(cache_control=CacheControl(type="ephemeral"))
    [message] = sent(
        ChatMessage(role="user", blocks=[TextBlock(text="long"), point, TextBlock(text="short")])
    )
    assert message.parts == (Text("long", cache=True), Text("short"))
    [message] = sent(ChatMessage(content="long", additional_kwargs={"cache_control": {"type": "ephemeral"}}))
    assert message.parts == (Text("long", cache=True),)


def test_what_may_be_cited_is_shown_with_its_source() -> None:
    block = CitableBlock(title="Atlas", source="atlas.pdf", content=[TextBlock(text="Lyon is in France.")])
    [message] = sent(ChatMessage(role="user", blocks=[block]))
    assert message.text == "Atlas (atlas.pdf)\nLyon is in France."


def test_a_block_that_nobody_takes_is_refused_by_name() -> None:
    with pytest.raises(RequestError, match=r"messages\.1\.blocks\.0: a video block"):
        sent(ChatMessage(content="hello"), ChatMessage(role="user", blocks=[VideoBlock(video=b"x")]))


def test_an_empty_picture_is_refused_by_name() -> None:
    with pytest.raises(RequestError, match=r"messages\.0\.blocks\.0"):
        sent(ChatMessage(role="user", blocks=[ImageBlock()]))


def test_a_turn_goes_out_and_comes_back_unchanged() -> None:
    proof = {"vendor": "a", "origin": "a/scripted"}
    parts = (
        Reasoning("Somebody asks.", signature="sealed", **proof),
        Text("I shall look."),
        ToolCall(id="c1", name="look", arguments={"where": "there"}, signature="proof", **proof),
    )
    turn = chatted(
        Answer(parts=parts, finish_reason="tool_calls", usage=Usage(input_tokens=1, output_tokens=1))
    )
    kept = ChatMessage.model_validate_json(turn.model_dump_json())  # as a memory on disk keeps it
    result = ChatMessage(role="tool", content="nothing", additional_kwargs={"tool_call_id": "c1"})
    _, read, answered = sent(ChatMessage(content="hello"), kept, result)
    assert read.parts == parts
    assert answered.parts == (ToolResult(id="c1", content="nothing"),)


def test_a_redacted_thought_keeps_its_seal() -> None:
    thought = Reasoning("", signature="sealed", vendor="a", origin="a/scripted", redacted=True)
    turn = chatted(answer(thought, Text("Yes.")))
    _, read, _ = sent(ChatMessage(content="hello"), turn, ChatMessage(content="really?"))
    assert read.parts == (thought, Text("Yes."))


def test_media_that_a_model_makes() -> None:
    turn = chatted(
        answer(
            Text("Here."),
            Image(data=PIXEL, media_type="image/png"),
            Audio(data=SOUND, media_type="audio/mpeg"),
            Document(data=PDF, media_type="application/pdf", name="Paper"),
            Document(file_id="file-1"),
        )
    )
    _, picture, sound, document = turn.blocks
    assert picture.resolve_image().read() == PIXEL
    assert (sound.resolve_audio().read(), sound.format) == (SOUND, "mp3")
    assert (document.resolve_document().read(), document.title) == (PDF, "Paper")


def test_citations_follow_one_text() -> None:
    cited = Citation(url="https://atlas.example", title="Atlas", quote="in France", start=0, end=4)
    turn = chatted(answer(Text("Where? "), Text("Lyon.", citations=(cited,))))
    text, citation = turn.blocks
    assert turn.content == text.text == "Where? Lyon."
    assert isinstance(citation, CitationBlock)
    assert (citation.source, citation.cited_content.text) == ("https://atlas.example", "in France")
    assert citation.additional_location_info == {"start": 7, "end": 11}


def test_a_refusal_is_said_in_words() -> None:
    router = scripted_router({"a": [Answer(parts=(Refusal("I will not."),), finish_reason="refusal")]})
    response = Interlock(router=router).chat([ChatMessage(content="hello")])
    assert (response.message.content, response.raw["finish_reason"]) == ("I will not.", "refusal")


def test_probabilities_of_tokens() -> None:
    others = [{"token": "yes", "logprob": -0.1}, {"token": "no", "logprob": -2.0, "bytes": [110, 111]}]
    said = {"content": [{"token": "yes", "logprob": -0.1, "top_logprobs": others}]}
    router = scripted_router({"a": [answer(Text("yes"), extra={"logprobs": said})]})
    response = Interlock(router=router).chat([ChatMessage(content="hello")])
    [[chosen, other]] = response.logprobs
    assert (chosen.token, other.token, other.bytes) == ("yes", "no", [110, 111])


PARTS = st.lists(
    st.one_of(
        st.builds(Text, st.text(min_size=1)),
        st.builds(
            Reasoning, st.text(min_size=1), signature=st.none() | st.text(min_size=1), vendor=st.just("a")
        ),
        st.builds(
            ToolCall,
            id=st.uuids().map(str),
            name=st.just("look"),
            arguments=st.dictionaries(st.text(), st.integers() | st.text() | st.none()),
        ),
    ),
    min_size=1,
    max_size=6,
)


@settings(deadline=None, max_examples=50)
@given(PARTS)
def test_any_answer_is_json_and_reads_the_same_plain_streamed_and_in_the_history(parts: list[Any]) -> None:
    called = any(isinstance(part, ToolCall) for part in parts)
    said = Answer(
        parts=tuple(parts),
        finish_reason="tool_calls" if called else "stop",
        usage=Usage(input_tokens=1, output_tokens=1),
    )
    llm = Interlock(router=scripted_router({"a": [said, said]}))
    plain = llm.chat([ChatMessage(content="hello")], tools=[LOOK])
    *_, last = llm.stream_chat([ChatMessage(content="hello")], tools=[LOOK])
    json.dumps([plain.raw.model_dump(), plain.additional_kwargs])
    assert ChatMessage.model_validate_json(plain.message.model_dump_json()) == plain.message
    assert (
        gist(last.message)
        == gist(plain.message)
        == (
            "".join(part.text for part in parts if isinstance(part, Text)),
            "".join(part.text for part in parts if isinstance(part, Reasoning)),
            [(part.id, part.arguments) for part in parts if isinstance(part, ToolCall)],
        )
    )


def gist(message: ChatMessage) -> tuple[str, str, list[Any]]:
    """Text, thoughts and calls. A stream does not say where one of two neighbouring thoughts ends."""
    calls = [block for block in message.blocks if isinstance(block, ToolCallBlock)]
    return (
        "".join(block.text for block in message.blocks if isinstance(block, TextBlock)),
        "".join(block.content or "" for block in message.blocks if isinstance(block, ThinkingBlock)),
        [(call.tool_call_id, call.tool_kwargs) for call in calls],
    )
