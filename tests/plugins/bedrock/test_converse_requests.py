"""What we send: what botocore itself would send, whatever the request combines."""

import base64
import json
from dataclasses import replace
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sdk_bedrock
from interlock.errors import InvalidRequest
from interlock.types.messages import (
    Audio,
    Document,
    Image,
    Message,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    ToolResult,
)
from interlock.types.models import ModelCard
from interlock.types.request import Output, Request, Settings, ToolSpec
from request_strategies import PNG, SCHEMA, requests

CLAUDE_3 = "us.anthropic.claude-3-5-sonnet-20241022-v2:0"
CLAUDE_3_7 = "us.anthropic.claude-3-7-sonnet-20250219-v1:0"
CLAUDE_4 = "us.anthropic.claude-opus-4-20250514-v1:0"
CLAUDE_4_5 = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
OPUS_4_5 = "us.anthropic.claude-opus-4-5-20251101-v1:0"
CLAUDE_4_6 = "us.anthropic.claude-sonnet-4-6"
CLAUDE_4_8 = "us.anthropic.claude-opus-4-8"
CLAUDE_5_1 = "us.anthropic.claude-opus-5-1"
NOVA, NOVA_2 = "us.amazon.nova-pro-v1:0", "us.amazon.nova-2-lite-v1:0"
LLAMA, MISTRAL = "us.meta.llama4-maverick-17b-instruct-v1:0", "mistral.mistral-large-2407-v1:0"
GPT_OSS, QWEN, KIMI = "openai.gpt-oss-120b-1:0", "qwen.qwen3-32b-v1:0", "moonshot.kimi-k2-thinking"
COHERE, WRITER = "cohere.command-r-plus-v1:0", "us.writer.palmyra-x4-v1:0"
CUSTOM = "arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdefghijkl"
CLAUDES = (CLAUDE_3, CLAUDE_3_7, CLAUDE_4, CLAUDE_4_5, OPUS_4_5, CLAUDE_4_6, CLAUDE_4_8, CLAUDE_5_1)
OTHERS = (NOVA, NOVA_2, LLAMA, MISTRAL, GPT_OSS, QWEN, KIMI, COHERE, WRITER, CUSTOM)
MORE = ("us.deepseek.r1-v1:0", "google.gemma-3-27b-it", "anthropic.claude-v2:1", "ai21.jamba-1-5-large-v1:0")
MODELS = (*CLAUDES, *OTHERS, *MORE)
SUMMARIZED = {"thinking": {"type": "adaptive", "display": "summarized"}}
OUTPUT = Output(name="city info", schema=SCHEMA, build=dict)
TOOL = ToolSpec(name="look", description="Looks.")
PDF = Document(data=b"%PDF-1.7", name="folder/Annual report (2025).pdf")

hidden = st.binary(min_size=1, max_size=9).map(lambda raw: base64.b64encode(raw).decode())


def budget(tokens: int) -> dict[str, Any]:
    return {"thinking": {"type": "enabled", "budget_tokens": tokens}}


def nova(effort: str) -> dict[str, Any]:
    return {"reasoningConfig": {"type": "enabled", "maxReasoningEffort": effort}}


def valid(call: Any, codec: Any, *, stream: bool = False) -> dict[str, Any]:
    """The body, after it proved to be the one that botocore makes of the same parameters."""
    request = codec.encode(call, stream=stream)
    body = json.loads(request.body)
    path = sdk_bedrock.valid(body, model=call.deployment.name, stream=stream)
    assert unquote(request.url) == unquote(call.deployment.base_url + path)
    return body


def expressible(request: Request) -> Request:
    """The request without what is refused: logprobs, and media by URL."""
    messages = [
        replace(message, content=[_inline(part) for part in message.parts]) for message in request.messages
    ]
    return replace(request, messages=messages, settings=replace(request.settings, logprobs=None))


def _inline(part: Any) -> Any:
    if isinstance(part, ToolResult) and not isinstance(part.content, str):
        return replace(part, content=tuple(_inline(inner) for inner in part.content))
    if getattr(part, "url", None) is None:
        return part
    return Image(data=PNG) if isinstance(part, Image) else PDF


@settings(max_examples=500, deadline=None)
@given(request_=requests(hidden=hidden), model=st.sampled_from(MODELS), stream=st.booleans())
def test_every_body_is_one_that_botocore_would_send(
    request_: Request, model: str, stream: bool, dialect: Any
) -> None:
    body = valid(dialect.call(expressible(request_), name=model), dialect.codec, stream=stream)
    roles = [message["role"] for message in body["messages"]]
    first = roles[0] == "assistant"
    assert roles == (["user", "assistant"] * len(roles))[first : len(roles) + first]
    blocks = [block for message in body["messages"] for block in message["content"]]
    assert all(block["text"].strip() for block in [*blocks, *body.get("system", [])] if "text" in block)
    assert all(message["content"] for message in body["messages"])
    assert sum("cachePoint" in block for block in [*blocks, *body.get("system", [])]) <= 4
    if any("toolUse" in block or "toolResult" in block for block in blocks):
        assert body["toolConfig"]["tools"]
    assert "secret-trace" not in json.dumps(body)


@settings(max_examples=200, deadline=None)
@given(request_=requests(hidden=hidden), model=st.sampled_from(MODELS))
def test_thoughts_of_other_vendors_are_never_sent(request_: Request, model: str, dialect: Any) -> None:
    foreign = "a foreign thought"
    stranger = Message("assistant", [Reasoning(foreign, signature=foreign, vendor="anthropic"), Text("b")])
    extended = Request([stranger, *request_.messages])
    assert foreign not in json.dumps(dialect.body(expressible(extended), name=model))


def test_address_and_headers(dialect: Any) -> None:
    host = "https://bedrock-runtime.eu-central-1.amazonaws.com"
    call = dialect.call(name="eu.anthropic.claude-4-opus:0", region="eu-central-1", base_url=f"{host}/")
    plain = dialect.codec.encode(call, stream=False)
    assert plain.url == f"{host}/model/eu.anthropic.claude-4-opus:0/converse"
    assert plain.headers["authorization"] == "Bearer bedrock-key"
    streamed = dialect.codec.encode(dialect.call(name=CUSTOM), stream=True)
    assert streamed.url.endswith(f"/model/{CUSTOM.replace('/', '%2F')}/converse-stream")
    assert streamed.headers["accept"] == "application/vnd.amazon.eventstream"


def test_systems_anywhere_are_hoisted_in_order_and_turns_merged(dialect: Any) -> None:
    body = dialect.body(
        Request(
            [
                Message("system", "one"),
                Message("user", "a"),
                Message("system", [Text("two", cache=True), Text("  ")]),
                Message("user", "b"),
                Message("assistant", "c"),
                Message("assistant", "d "),
                Message("system", "three"),
            ]
        )
    )
    mark = {"cachePoint": {"type": "default"}}
    assert body["system"] == [{"text": "one"}, {"text": "two"}, mark, {"text": "three"}]
    assert body["messages"] == [
        {"role": "user", "content": [{"text": "a"}, {"text": "b"}]},
        {"role": "assistant", "content": [{"text": "c"}, {"text": "d"}]},
    ]


def test_instructions_alone_and_a_first_turn_of_the_assistants(dialect: Any) -> None:
    assert dialect.body(Request([Message("system", "Greet.")]))["messages"] == [
        {"role": "user", "content": [{"text": "."}]}
    ]
    history = Request([Message("assistant", "Hello!"), Message("user", "Bye.")])
    assert dialect.body(history)["messages"][0]["role"] == "assistant"
    assert dialect.body(history, name=NOVA)["messages"][0] == {"role": "user", "content": [{"text": "."}]}


def test_cache_marks_only_where_the_model_keeps_prefixes_and_only_the_last_four(dialect: Any) -> None:
    request = Request([Message("user", [Text(f"{number}", cache=True) for number in range(6)])])
    kinds = [next(iter(block)) for block in dialect.body(request)["messages"][0]["content"]]
    assert kinds == ["text", "text", "text", "cachePoint"] + ["text", "cachePoint"] * 3
    for model in (LLAMA, "anthropic.claude-v2:1"):
        assert "cachePoint" not in json.dumps(dialect.body(request, name=model))
    result = ToolResult(id="1", content=(Text("x", cache=True),))
    asked = Request([Message("assistant", [ToolCall(id="1", name="f")]), Message("tool", [result])])
    assert dialect.body(asked)["messages"][-1]["content"][-1] == {"cachePoint": {"type": "default"}}


def test_media_go_as_bytes_under_the_vendors_names(dialect: Any) -> None:
    parts = [
        Text("see"),
        Image(data=PNG),
        Image(url="s3://bucket/a.webp"),
        Audio(data=b"x", media_type="audio/mpeg"),
        PDF,
        Document(data=b"%PDF-1.7", name="Annual report (2025).pdf"),
        Document(data=b"{}", media_type="application/json"),
        Document(data=b"x", name="notes.docx"),
        Document(data=b"x", media_type="video/mp4"),
    ]
    body = valid(dialect.call(Request([Message("user", parts)])), dialect.codec)
    _, png, webp, sound, first, second, text, word, video = body["messages"][0]["content"]
    assert png == {"image": {"format": "png", "source": {"bytes": base64.b64encode(PNG).decode()}}}
    assert webp == {"image": {"format": "webp", "source": {"s3Location": {"uri": "s3://bucket/a.webp"}}}}
    assert sound == {"audio": {"format": "mp3", "source": {"bytes": "eA=="}}}
    assert (first["document"]["format"], first["document"]["name"]) == ("pdf", "Annual report (2025) pdf")
    assert second["document"]["name"] == "Annual report (2025) pdf 2"
    assert text["document"] == {"format": "txt", "name": "Document", "source": {"bytes": "e30="}}
    assert word["document"]["format"] == "docx"
    assert video == {"video": {"format": "mp4", "source": {"bytes": "eA=="}}}


def test_a_document_alone_gets_the_text_that_the_vendor_demands(dialect: Any) -> None:
    content = dialect.body(Request([Message("user", [PDF])]))["messages"][0]["content"]
    assert [next(iter(block)) for block in content] == ["text", "document"]


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (Image(url="https://pictures.example/a.png"), "an image by URL"),
        (Image(data=b"x", media_type="image/tiff"), "image/tiff"),
        (Image(data=b"x"), "set media_type"),
        (Image(data=b"", media_type="image/png"), "without bytes"),
        (Document(url="https://papers.example/a.pdf"), "by URL"),
        (Document(file_id="file-1"), "by file id"),
        (Document(data=b"x", media_type="application/zip"), "application/zip"),
        (Document(data=b"x", media_type="video/x-unheard-of"), "a video of type"),
        (Audio(data=b"x", media_type="audio/midi"), "audio/midi"),
        (ToolResult(id="1", content=(Audio(data=b"ID3"),)), "audio in a tool's result"),
        (Reasoning("x"), "a Reasoning in a user's turn"),
    ],
)
def test_what_it_cannot_take_is_refused_with_a_way_out(part: Any, words: str, dialect: Any) -> None:
    with pytest.raises(InvalidRequest) as caught:
        dialect.body(Request([Message("user", [part])]))
    assert caught.value.code == "unsupported_part"
    assert words in caught.value.message


def test_results_come_first_and_say_whether_they_failed(dialect: Any) -> None:
    history = Request(
        [
            Message("user", "go"),
            Message(
                "assistant", [ToolCall(id="a", name="f", arguments={"x": 1}), ToolCall(id="b", name="g")]
            ),
            Message("user", [Text("and?"), ToolResult(id="a", content=(Text("1"), Image(data=PNG)))]),
            Message("tool", [ToolResult(id="b", content="broke", error=True)]),
        ]
    )
    image = {"format": "png", "source": {"bytes": base64.b64encode(PNG).decode()}}
    body = valid(dialect.call(history), dialect.codec)
    assert body["messages"][2]["content"] == [
        {"toolResult": {"toolUseId": "a", "content": [{"text": "1"}, {"image": image}]}},
        {"toolResult": {"toolUseId": "b", "content": [{"text": "broke"}], "status": "error"}},
        {"text": "and?"},
    ]
    llama = dialect.body(history, name=LLAMA)["messages"][2]["content"][1]["toolResult"]
    assert llama == {"toolUseId": "b", "content": [{"text": "Error:"}, {"text": "broke"}]}
    mistral = dialect.body(history, name=MISTRAL)["messages"][2]["content"][1]["toolResult"]
    assert mistral["content"] == [{"json": {"error": True}}, {"json": {"result": "broke"}}]


@pytest.mark.parametrize(
    ("model", "splits"), [(CLAUDE_4_5, [True, False]), (WRITER, [True, True]), (NOVA, [False, False])]
)
def test_what_may_not_stand_beside_results_gets_a_turn_of_its_own(
    model: str, splits: list[bool], dialect: Any
) -> None:
    for beside, split in zip(([Text("see"), PDF], [Text("see")]), splits, strict=True):
        history = [
            Message("user", "go"),
            Message("assistant", [ToolCall(id="a", name="f")]),
            Message("tool", [ToolResult(id="a", content="1")]),
            Message("user", beside),
        ]
        roles = [message["role"] for message in dialect.body(Request(history), name=model)["messages"]]
        assert roles == ["user", "assistant", "user"] + ["assistant", "user"] * split


def test_ids_that_the_vendor_refuses_are_changed_for_call_and_result_alike(dialect: Any) -> None:
    long = "x" * 80 + "/"
    history = Request(
        [
            Message("assistant", [ToolCall(id=long, name="f")]),
            Message("tool", [ToolResult(id=long, content="1")]),
        ]
    )
    body = valid(dialect.call(history), dialect.codec)
    call = body["messages"][0]["content"][0]["toolUse"]["toolUseId"]
    assert call == body["messages"][1]["content"][0]["toolResult"]["toolUseId"]
    assert call.startswith("call_")
    odd = Request([Message("user", [ToolResult(id="functions.f:0", content="1")])])
    for model, kept in ((CLAUDE_4_5, False), (KIMI, True)):
        result = dialect.body(odd, name=model)["messages"][0]["content"][0]["toolResult"]
        assert (result["toolUseId"] == "functions.f:0") == kept


def test_thoughts_go_back_with_their_seal(dialect: Any) -> None:
    thoughts = [
        Reasoning("hm", signature="c2ln", vendor="bedrock"),
        Reasoning("", signature="aGlk", vendor="bedrock", redacted=True),
        Reasoning("unsealed", vendor="bedrock"),
        Text("so"),
    ]
    history = Request([Message("user", "?"), Message("assistant", thoughts), Message("user", "!")])
    sealed = [
        {"reasoningContent": {"reasoningText": {"text": "hm", "signature": "c2ln"}}},
        {"reasoningContent": {"redactedContent": "aGlk"}},
    ]
    body = valid(dialect.call(history), dialect.codec)
    assert body["messages"][1]["content"] == [*sealed, {"text": "so"}]
    assert dialect.body(history, name=NOVA)["messages"][1]["content"] == [{"text": "so"}]
    unsealed = {"reasoningContent": {"reasoningText": {"text": "unsealed"}}}
    custom = {"name": CUSTOM, "card": ModelCard(id="own/model", maker="Own", jurisdiction="us")}
    assert dialect.body(history, **custom)["messages"][1]["content"] == [*sealed, unsealed, {"text": "so"}]


def test_a_refusal_of_the_past_is_text_and_pictures_of_the_assistant_move_on(dialect: Any) -> None:
    history = [
        Message("user", "?"),
        Message("assistant", [Refusal("no"), Image(data=PNG)]),
        Message("user", "!"),
    ]
    _, answer, after = dialect.body(Request(history))["messages"]
    assert answer["content"] == [{"text": "no"}]
    assert [next(iter(block)) for block in after["content"]] == ["text", "image", "text"]


@pytest.mark.parametrize(
    ("model", "choice", "sent", "words"),
    [
        (CLAUDE_4_5, None, None, False),
        (CLAUDE_4_5, "auto", {"auto": {}}, False),
        (CLAUDE_4_5, "required", {"any": {}}, False),
        (CLAUDE_4_5, "look", {"tool": {"name": "look"}}, False),
        (NOVA, "look", {"tool": {"name": "look"}}, False),
        (MISTRAL, "required", {"any": {}}, False),
        (MISTRAL, "look", {"any": {}}, False),
        (LLAMA, "auto", None, False),
        (LLAMA, "required", None, True),
        (LLAMA, "look", None, True),
    ],
)
def test_tool_choice(model: str, choice: str | None, sent: Any, words: bool, dialect: Any) -> None:
    body = valid(dialect.call(Request("go", tools=(TOOL,), tool_choice=choice), name=model), dialect.codec)
    spec = {"name": "look", "description": "Looks.", "inputSchema": {"json": dict(TOOL.parameters)}}
    assert body["toolConfig"]["tools"] == [{"toolSpec": spec}]
    assert body["toolConfig"].get("toolChoice") == sent
    assert ("system" in body) == words


def test_among_several_tools_one_alone_is_named_to_mistral_in_words(dialect: Any) -> None:
    body = dialect.body(Request("go", tools=(TOOL, ToolSpec(name="other")), tool_choice="look"), name=MISTRAL)
    assert "toolChoice" not in body["toolConfig"]
    assert body["system"] == [{"text": "You must answer by calling the tool look."}]


def test_tools_are_forbidden_by_leaving_them_out_unless_the_past_used_them(dialect: Any) -> None:
    assert "toolConfig" not in dialect.body(Request("go", tools=(TOOL,), tool_choice="none"))
    past = [
        Message("user", "?"),
        Message("assistant", [ToolCall(id="1", name="look"), ToolCall(id="2", name="gone")]),
        Message("tool", [ToolResult(id="1", content="1"), ToolResult(id="2", content="2")]),
    ]
    body = valid(dialect.call(Request(past, tools=(TOOL,), tool_choice="none")), dialect.codec)
    assert [tool["toolSpec"]["name"] for tool in body["toolConfig"]["tools"]] == ["look", "gone"]
    assert body["system"] == [{"text": "No tool may be called in this turn."}]


@pytest.mark.parametrize("choice", ["required", "look"])
def test_a_choice_without_such_a_tool_is_refused(choice: str, dialect: Any) -> None:
    with pytest.raises(InvalidRequest):
        dialect.body(Request("go", tool_choice=choice))


def test_one_call_at_a_time_is_asked_of_claude_in_its_own_words(dialect: Any) -> None:
    one = Settings(parallel_tool_calls=False)
    body = valid(dialect.call(Request("go", tools=(TOOL,), tool_choice="look", settings=one)), dialect.codec)
    assert "toolChoice" not in body["toolConfig"]
    own = {"type": "tool", "name": "look", "disable_parallel_tool_use": True}
    assert body["additionalModelRequestFields"] == {"tool_choice": own}
    assert "additionalModelRequestFields" not in dialect.body(
        Request("go", tools=(TOOL,), settings=one), name=NOVA
    )


def test_strictness_goes_where_it_is_known_and_closes_the_schema(dialect: Any) -> None:
    strict = ToolSpec(name="look", parameters=SCHEMA, strict=True)
    spec = dialect.body(Request("go", tools=(strict,)))["toolConfig"]["tools"][0]["toolSpec"]
    assert (spec["strict"], spec["inputSchema"]["json"]["additionalProperties"]) == (True, False)
    older = dialect.body(Request("go", tools=(strict,)), name=NOVA)["toolConfig"]["tools"][0]["toolSpec"]
    assert older == {"name": "look", "inputSchema": {"json": SCHEMA}}


def test_structured_output_by_schema_by_tool_and_in_words(dialect: Any) -> None:
    native_ = valid(dialect.call(Request("go", output=OUTPUT)), dialect.codec)
    form = native_["outputConfig"]["textFormat"]["structure"]["jsonSchema"]
    assert form["name"] == "city_info"
    assert json.loads(form["schema"]) == {**SCHEMA, "additionalProperties": False}
    assert "toolConfig" not in native_

    forced = valid(dialect.call(Request("go", output=OUTPUT), name=CLAUDE_4), dialect.codec)
    assert forced["toolConfig"]["toolChoice"] == {"tool": {"name": "final_answer"}}
    assert forced["toolConfig"]["tools"][0]["toolSpec"]["inputSchema"]["json"] == SCHEMA
    beside = dialect.body(Request("go", output=OUTPUT, tools=(TOOL,)), name=CLAUDE_4)["toolConfig"]
    assert (len(beside["tools"]), beside["toolChoice"]) == (2, {"any": {}})

    told = valid(dialect.call(Request("go", output=OUTPUT), name=LLAMA), dialect.codec)
    assert "toolConfig" not in told
    assert '"city"' in told["system"][0]["text"]


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "array", "items": {"type": "string"}},
        {"type": "object", "additionalProperties": {"type": "string"}},
        {"type": "object", "properties": {"a": {"$ref": "#/$defs/a"}}, "$defs": {"a": {"$ref": "#/$defs/a"}}},
        {"type": "object", "properties": {"a": {"not": {"type": "string"}}}},
        {"type": "object", "properties": {"a": {"$ref": "https://elsewhere.example"}}},
    ],
)
def test_a_schema_beyond_the_grammar_goes_by_a_tool(schema: Any, dialect: Any) -> None:
    output = Output(name="odd", schema=schema, build=list)
    body = valid(dialect.call(Request("go", output=output)), dialect.codec)
    assert "outputConfig" not in body
    assert body["toolConfig"]["tools"][0]["toolSpec"]["inputSchema"]["json"]["type"] == "object"


def test_limits_in_a_schema_become_words(dialect: Any) -> None:
    name = {"type": "string", "maxLength": 3, "description": "A name.", "default": "x"}
    schema = {
        "type": "object",
        "properties": {"names": {"type": "array", "items": name}, "ref": {"$ref": "#/$defs/other"}},
        "$defs": {"other": {"anyOf": [{"type": "integer"}, {"type": "null"}]}},
    }
    form = dialect.body(Request("go", output=Output(name="n", schema=schema, build=dict)))["outputConfig"]
    sent = json.loads(form["textFormat"]["structure"]["jsonSchema"]["schema"])
    assert sent["properties"]["names"]["items"] == {"type": "string", "description": "A name. (maxLength: 3)"}
    assert sent["$defs"] == schema["$defs"]


def test_settings_under_the_vendors_names(dialect: Any) -> None:
    every = Settings(
        temperature=1.5,
        top_p=0.5,
        top_k=7,
        max_tokens=9,
        stop=("END", " "),
        seed=1,
        presence_penalty=1,
        user="u-1",
    )
    body = valid(dialect.call(Request("go", settings=every), name=CLAUDE_3), dialect.codec)
    config = {"maxTokens": 9, "temperature": 1.0, "topP": 0.5, "stopSequences": ["END"]}
    assert body["inferenceConfig"] == config
    assert body["additionalModelRequestFields"] == {"top_k": 7}
    assert body["requestMetadata"] == {"user": "u-1"}
    nova = dialect.body(Request("go", settings=every), name=NOVA)
    assert nova["additionalModelRequestFields"] == {"inferenceConfig": {"topK": 7}}
    assert dialect.body(Request("go", settings=every), name=COHERE)["additionalModelRequestFields"] == {
        "k": 7
    }
    assert "additionalModelRequestFields" not in dialect.body(Request("go", settings=every), name=LLAMA)
    newer = dialect.body(Request("go", settings=every))["inferenceConfig"]
    assert newer.keys() == {"maxTokens", "temperature", "stopSequences"}
    newest = dialect.body(Request("go", settings=every), name=CLAUDE_4_8)["inferenceConfig"]
    assert newest.keys() == {"maxTokens", "stopSequences"}
    assert "requestMetadata" not in dialect.body(Request("go", settings=Settings(user="ü")))
    with pytest.raises(InvalidRequest, match="logprobs"):
        dialect.body(Request("go", settings=Settings(logprobs=0)))


@pytest.mark.parametrize(
    ("model", "asked", "fields", "effort"),
    [
        (CLAUDE_3_7, {"reasoning_effort": "low"}, budget(2048), None),
        (CLAUDE_3_7, {"reasoning_tokens": 99}, budget(1024), None),
        (CLAUDE_3_7, {"reasoning_tokens": 4096, "max_tokens": 4000}, budget(2000), None),
        (CLAUDE_3_7, {"reasoning_effort": "high", "max_tokens": 900}, None, None),
        (CLAUDE_3_7, {"reasoning_effort": "none"}, None, None),
        (CLAUDE_3, {"reasoning_effort": "high"}, None, None),
        (OPUS_4_5, {"reasoning_effort": "minimal"}, budget(1024), "low"),
        (CLAUDE_4_6, {"reasoning_effort": "xhigh"}, {"thinking": {"type": "adaptive"}}, "max"),
        (CLAUDE_4_6, {"reasoning_tokens": 0}, {"thinking": {"type": "disabled"}}, None),
        (CLAUDE_4_8, {"reasoning_tokens": 5000}, SUMMARIZED, None),
        (CLAUDE_5_1, {"reasoning_effort": "none"}, None, "low"),
        (NOVA_2, {"reasoning_effort": "minimal"}, nova("low"), None),
        (NOVA_2, {"reasoning_effort": "none"}, {"reasoningConfig": {"type": "disabled"}}, None),
        (NOVA, {"reasoning_effort": "high"}, None, None),
        (GPT_OSS, {"reasoning_effort": "high"}, {"reasoning_effort": "high"}, None),
        (GPT_OSS, {"reasoning_tokens": 500}, {"reasoning_effort": "medium"}, None),
        (QWEN, {"reasoning_effort": "high"}, {"reasoning_config": "high"}, None),
        (LLAMA, {"reasoning_effort": "high"}, None, None),
    ],
)
def test_thinking_in_each_models_words(
    model: str, asked: dict[str, Any], fields: Any, effort: str | None, dialect: Any
) -> None:
    body = valid(dialect.call(Request("go", settings=Settings(**asked)), name=model), dialect.codec)
    assert body.get("additionalModelRequestFields") == fields
    assert body.get("outputConfig", {}).get("effort") == effort


def test_a_thinking_claude_is_not_sampled_nor_forced_nor_surprised_in_mid_turn(dialect: Any) -> None:
    asked = Settings(reasoning_effort="high", temperature=0.2, top_k=3, top_p=0.5)
    body = dialect.body(Request("go", settings=asked), name=CLAUDE_3_7)
    assert "inferenceConfig" not in body
    assert body["additionalModelRequestFields"].keys() == {"thinking"}
    forced = dialect.body(Request("go", settings=asked, tools=(TOOL,), tool_choice="look"), name=CLAUDE_3_7)
    assert "thinking" not in forced["additionalModelRequestFields"]
    turn = [Message("user", "?"), Message("assistant", [ToolCall(id="1", name="look")])]
    resumed = Request(
        [*turn, Message("tool", [ToolResult(id="1", content="1")])], settings=asked, tools=(TOOL,)
    )
    assert "thinking" not in dialect.body(resumed, name=CLAUDE_3_7)["additionalModelRequestFields"]
    assert "thinking" in dialect.body(resumed, name=CLAUDE_4_8)["additionalModelRequestFields"]


def test_nova_at_its_highest_effort_takes_nothing_beside(dialect: Any) -> None:
    asked = Settings(reasoning_effort="high", temperature=0.2, max_tokens=50, top_k=3)
    body = valid(dialect.call(Request("go", settings=asked), name=NOVA_2), dialect.codec)
    assert "inferenceConfig" not in body
    assert body["additionalModelRequestFields"].keys() == {"reasoningConfig"}


def test_an_opaque_arn_is_judged_by_its_card(dialect: Any) -> None:
    arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123"
    asked = Request("go", settings=Settings(top_p=0.5, temperature=0.5))
    card = ModelCard(id="anthropic/claude-opus-4.8", maker="Anthropic", jurisdiction="us")
    assert "inferenceConfig" not in dialect.body(asked, name=arn, card=card)
    other = ModelCard(id="own/model", maker="Own", jurisdiction="us")
    assert dialect.body(asked, name=arn, card=other)["inferenceConfig"] == {"temperature": 0.5, "topP": 0.5}


def test_the_deployments_extras_replace_and_the_requests_add(dialect: Any) -> None:
    guard = {"guardrailIdentifier": "g1", "guardrailVersion": "1"}
    extra = {"guardrailConfig": guard, "inferenceConfig": {"topP": 0.5}}
    call = dialect.call(
        Request("go", settings=Settings(max_tokens=9, extra=extra)),
        extra_body={"performanceConfig": {"latency": "optimized"}, "inferenceConfig": {"maxTokens": 5}},
    )
    body = valid(call, dialect.codec)
    assert body["performanceConfig"] == {"latency": "optimized"}
    assert (body["guardrailConfig"], body["inferenceConfig"]) == (guard, {"maxTokens": 5, "topP": 0.5})


def test_what_is_no_json_is_refused_and_mappings_are_taken(dialect: Any) -> None:
    frozen = ToolSpec(name="f", parameters=MappingProxyType({"type": "object", "required": ("a",)}))
    sent = dialect.body(Request("go", tools=(frozen,)))["toolConfig"]["tools"][0]["toolSpec"]["inputSchema"]
    assert sent == {"json": {"type": "object", "required": ["a"]}}
    for bad in (float("nan"), object()):
        with pytest.raises(InvalidRequest):
            dialect.body(Request("go", settings=Settings(extra={"x": bad})))


@pytest.mark.parametrize(
    ("model", "asked", "told"),
    [
        (CLAUDE_4_8, {"temperature": 0.0, "seed": 1}, ["temperature: left out", "seed: left out"]),
        (CLAUDE_4_5, {"temperature": 1.5, "top_p": 0.5}, ["temperature: sent as 1.0", "top_p: left out"]),
        (CLAUDE_4_5, {"temperature": 0.5, "user": "u", "top_k": 3}, []),
        (CLAUDE_4_5, {"reasoning_effort": "low"}, ["reasoning_effort: sent as a budget of 2048 tokens"]),
        (CLAUDE_5_1, {"reasoning_effort": "none"}, ["reasoning_effort: sent as low"]),
        (
            "meta.llama4-x",
            {"reasoning_effort": "high", "top_k": 3},
            ["top_k: left out", "reasoning_effort: left out"],
        ),
    ],
)
def test_what_becomes_of_a_setting_is_told(
    model: str, asked: dict[str, Any], told: list[str], dialect: Any
) -> None:
    call = dialect.call(Request("q", settings=Settings(**asked)), name=model)
    dialect.codec.encode(call, stream=False)
    assert [said.partition(";")[0] for said in call.adjusted] == told
