"""What we send: valid for the vendor's own SDK, whatever the request combines."""

import base64
import json
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
from interlock.types.models import Credential, ModelCard
from interlock.types.request import Output, Request, Settings, ToolSpec
from request_strategies import PNG, SCHEMA, requests
from sdk_google import valid

OLDER, NEWER = "gemini-2.5-flash", "gemini-3-pro-preview"
OUTPUT = Output(name="city info", schema=SCHEMA, build=dict)
TOOL = ToolSpec(name="look", description="Looks.")
KEPT = '{"executableCode": {"language": "PYTHON", "code": "1"}, "thoughtSignature": "c2ln"}'

signatures = st.binary(min_size=1, max_size=9).map(lambda raw: base64.b64encode(raw).decode())
hidden = signatures | st.just(KEPT)


@settings(max_examples=400, deadline=None)
@given(request_=requests(signatures, hidden), model=st.sampled_from([OLDER, NEWER, "gemini-2.5-pro"]))
def test_every_body_is_one_that_the_sdk_would_send(request_: Request, model: str, dialect: Any) -> None:
    body = dialect.body(request_, name=model)
    valid(body)
    roles = [content["role"] for content in body["contents"]]
    assert roles == (["user", "model"] * len(roles))[: len(roles)]
    assert all(content["parts"] for content in body["contents"])
    assert "secret-trace" not in json.dumps(body)


@settings(max_examples=200, deadline=None)
@given(request_=requests(signatures, hidden))
def test_thoughts_of_other_vendors_are_never_sent(request_: Request, dialect: Any) -> None:
    foreign = "a foreign thought"
    stranger = Message("assistant", [Reasoning(foreign, signature=foreign, vendor="anthropic"), Text("b")])
    extended = Request([stranger, *request_.messages])
    assert foreign not in json.dumps(dialect.body(extended))


def test_the_url_names_the_model_and_the_key_stays_out_of_it(dialect: Any) -> None:
    call = dialect.call(base_url="http://127.0.0.1:1/v1beta/")
    plain, streamed = (dialect.codec.encode(call, stream=stream) for stream in (False, True))
    root = "http://127.0.0.1:1/v1beta/models/gemini-2.5-flash"
    assert (plain.url, streamed.url) == (f"{root}:generateContent", f"{root}:streamGenerateContent?alt=sse")
    assert plain.headers["x-goog-api-key"] == "sk-secret"
    assert plain.body == streamed.body


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("tunedModels/mine", "/tunedModels/mine:"),
        ("models/gemini-2.5-pro", "/models/gemini-2.5-pro:"),
        ("a/b?c#d", "/models/a%2Fb%3Fc%23d:"),
    ],
)
def test_a_name_may_be_a_path_of_the_vendors_and_no_other(name: str, path: str, dialect: Any) -> None:
    assert path in dialect.codec.encode(dialect.call(name=name), stream=False).url


def test_no_key_no_header(dialect: Any) -> None:
    sent = dialect.codec.encode(dialect.call(credential=Credential()), stream=False)
    assert "x-goog-api-key" not in sent.headers


def test_instructions_move_to_the_front_and_turns_alternate(dialect: Any) -> None:
    body = dialect.body(
        Request(
            [
                Message("system", "one"),
                Message("user", "a"),
                Message("system", "two"),
                Message("user", "b"),
                Message("assistant", [Text("c"), Refusal("d")]),
                Message("assistant", [Reasoning("x", vendor="openai")]),
                Message("assistant", "e"),
            ]
        )
    )
    assert body["systemInstruction"] == {"parts": [{"text": "one"}, {"text": "two"}]}
    assert body["contents"] == [
        {"role": "user", "parts": [{"text": "a"}, {"text": "b"}]},
        {"role": "model", "parts": [{"text": "c"}, {"text": "d"}, {"text": "e"}]},
    ]


def test_instructions_alone_still_make_a_turn(dialect: Any) -> None:
    assert dialect.body(Request([Message("system", "joke")]))["contents"] == [
        {"role": "user", "parts": [{"text": ""}]}
    ]


LOOP = [
    Message("user", "look"),
    Message(
        "assistant",
        [
            ToolCall(id="a", name="see", arguments={"at": 1}, signature="c2ln", vendor="google"),
            ToolCall(id="b", name="hear"),
        ],
    ),
    Message("tool", [ToolResult(id="a", content=(Text("here"), Image(data=PNG)))]),
    Message("tool", [ToolResult(id="b", content="deaf", error=True)]),
    Message("user", "and now?"),
]


def test_results_stand_together_with_the_names_of_their_calls(dialect: Any) -> None:
    _, called, answered = dialect.body(Request(LOOP), name=NEWER)["contents"]
    assert called["parts"] == [
        {"functionCall": {"id": "a", "name": "see", "args": {"at": 1}}, "thoughtSignature": "c2ln"},
        {"functionCall": {"id": "b", "name": "hear", "args": {}}},
    ]
    picture = {"inlineData": {"mimeType": "image/png", "data": base64.b64encode(PNG).decode()}}
    assert answered["parts"] == [
        {
            "functionResponse": {
                "id": "a",
                "name": "see",
                "response": {"output": "here"},
                "parts": [picture],
            }
        },
        {"functionResponse": {"id": "b", "name": "hear", "response": {"error": "deaf"}}},
        {"text": "and now?"},
    ]


def test_before_gemini_3_a_results_image_follows_all_results(dialect: Any) -> None:
    parts = dialect.body(Request(LOOP), name=OLDER)["contents"][2]["parts"]
    assert [next(iter(part)) for part in parts] == [
        "functionResponse",
        "functionResponse",
        "text",
        "inlineData",
        "text",
    ]
    assert "a" in parts[2]["text"]


def test_calls_of_another_vendor_pass_the_signature_check_of_gemini_3(dialect: Any) -> None:
    history = Request(
        [
            Message("user", "look"),
            Message(
                "assistant",
                [
                    ToolCall(id="x", name="f", signature="not base64!", vendor="google"),
                    ToolCall(id="y", name="f"),
                ],
            ),
            Message("tool", [ToolResult(id="x", content="1"), ToolResult(id="y", content="2")]),
        ]
    )

    def signed(model: str) -> list[str | None]:
        return [
            part.get("thoughtSignature") for part in dialect.body(history, name=model)["contents"][1]["parts"]
        ]

    assert signed(NEWER) == ["skip_thought_signature_validator", None]
    assert signed(OLDER) == [None, None]


def test_a_signature_returns_to_the_part_that_it_sealed(dialect: Any) -> None:
    turn = [
        Reasoning("hm", signature="YQ==", vendor="google"),
        Reasoning("", signature="Yg==", vendor="google", redacted=True),
        Text("so"),
        Reasoning("", signature="Yw==", vendor="google", redacted=True),
        Reasoning("", signature=KEPT, vendor="google", redacted=True),
        Reasoning("", signature="{broken", vendor="google", redacted=True),
    ]
    body = dialect.body(Request([Message("user", "?"), Message("assistant", turn)]))
    assert body["contents"][1]["parts"] == [
        {"text": "hm", "thought": True, "thoughtSignature": "YQ=="},
        {"text": "", "thoughtSignature": "Yg=="},
        {"text": "so", "thoughtSignature": "Yw=="},
        json.loads(KEPT),
    ]


@pytest.mark.parametrize(
    ("part", "sent"),
    [
        (Image(data=PNG), {"inlineData": {"mimeType": "image/png", "data": "iVBORw0KGgo="}}),
        (Image(url="data:image/gif;base64,R0lG"), {"inlineData": {"mimeType": "image/gif", "data": "R0lG"}}),
        (
            Image(url="https://x.example/a.webp?b=1"),
            {"fileData": {"fileUri": "https://x.example/a.webp?b=1", "mimeType": "image/webp"}},
        ),
        (
            Document(url="https://youtu.be/abc"),
            {"fileData": {"fileUri": "https://youtu.be/abc"}},
        ),
        (
            Document(file_id="files/abc", media_type="application/pdf"),
            {
                "fileData": {
                    "fileUri": "https://generativelanguage.googleapis.com/v1beta/files/abc",
                    "mimeType": "application/pdf",
                }
            },
        ),
        (Image(file_id="gs://b/a.png"), {"fileData": {"fileUri": "gs://b/a.png"}}),
        (Audio(data=b"ID3"), {"inlineData": {"mimeType": "audio/mpeg", "data": "SUQz"}}),
        (
            Audio(data=b"x", media_type="audio/x-wav"),
            {"inlineData": {"mimeType": "audio/wav", "data": "eA=="}},
        ),
        (Document(data=b"%PDF"), {"inlineData": {"mimeType": "application/pdf", "data": "JVBERg=="}}),
        (Document(data=b"a,b", media_type="text/csv", name="t"), {"text": "Content of t:\n\na,b"}),
    ],
)
def test_media_go_in_the_vendors_form(part: Any, sent: dict[str, Any], dialect: Any) -> None:
    assert dialect.body(Request([Message("user", [part])]))["contents"][0]["parts"] == [sent]


@pytest.mark.parametrize(
    ("message", "named"),
    [
        (Message("user", [Image(data=b"?")]), "set media_type"),
        (Message("user", [Image(file_id="file-123")]), "file-123"),
        (Message("user", [Image(url="data:image/png,raw")]), "data URL"),
        (Message("user", [ToolCall(id="a", name="f")]), "ToolCall in a user's turn"),
        (Message("system", [Image(data=PNG)]), "Image in a system message"),
        (Message("tool", [Text("x")]), "Text in a tool's turn"),
        (Message("assistant", [ToolResult(id="a", content="x")]), "put it into a tool's turn"),
    ],
)
def test_what_cannot_be_sent_is_refused_by_name(message: Message, named: str, dialect: Any) -> None:
    with pytest.raises(InvalidRequest, match=named) as caught:
        dialect.body(Request([message]))
    assert caught.value.code == "unsupported_part"


@pytest.mark.parametrize(
    ("choice", "strict", "calling"),
    [
        (None, None, None),
        (None, True, {"mode": "VALIDATED"}),
        ("auto", None, {"mode": "AUTO"}),
        ("none", True, {"mode": "NONE"}),
        ("required", None, {"mode": "ANY"}),
        ("look", None, {"mode": "ANY", "allowedFunctionNames": ["look"]}),
    ],
)
def test_the_choice_of_tools_in_the_vendors_words(
    choice: str | None, strict: bool | None, calling: dict[str, Any] | None, dialect: Any
) -> None:
    tool = ToolSpec(name="look", strict=strict)
    body = dialect.body(Request("hi", tools=(tool,), tool_choice=choice))
    assert body.get("toolConfig") == (calling and {"functionCallingConfig": calling})
    assert body["tools"][0]["functionDeclarations"][0]["parametersJsonSchema"] == tool.parameters


@pytest.mark.parametrize(("tools", "choice"), [((), "required"), ((), "look"), ((TOOL,), "listen")])
def test_a_tool_that_does_not_exist_cannot_be_chosen(
    tools: tuple[ToolSpec, ...], choice: str, dialect: Any
) -> None:
    with pytest.raises(InvalidRequest, match="tool_choice"):
        dialect.body(Request("hi", tools=tools, tool_choice=choice))


def test_settings_under_the_vendors_names(dialect: Any) -> None:
    given_ = Settings(
        temperature=0.5,
        top_p=0.9,
        top_k=40,
        max_tokens=7,
        stop=("x",),
        seed=3,
        presence_penalty=0.1,
        frequency_penalty=0.2,
        logprobs=2,
        parallel_tool_calls=False,
        user="u-1",
        extra={"safetySettings": [], "generation_config": {"mediaResolution": "MEDIA_RESOLUTION_LOW"}},
    )
    body = dialect.body(
        Request("hi", settings=given_),
        extra_body={"cachedContent": "cachedContents/1", "labels": {"a": "b"}},
    )
    assert body["generationConfig"] == {
        "temperature": 0.5,
        "topP": 0.9,
        "topK": 40,
        "maxOutputTokens": 7,
        "stopSequences": ["x"],
        "seed": 3,
        "presencePenalty": 0.1,
        "frequencyPenalty": 0.2,
        "responseLogprobs": True,
        "logprobs": 2,
        "mediaResolution": "MEDIA_RESOLUTION_LOW",
    }
    assert (body["cachedContent"], body["safetySettings"], body["labels"]) == (
        "cachedContents/1",
        [],
        {"a": "b"},
    )


@pytest.mark.parametrize(
    ("model", "asked", "sent"),
    [
        (OLDER, {"reasoning_effort": "none"}, {"thinkingBudget": 0, "includeThoughts": False}),
        (OLDER, {"reasoning_effort": "high"}, {"thinkingBudget": 24576, "includeThoughts": True}),
        ("gemini-2.5-pro", {"reasoning_effort": "none"}, {"thinkingBudget": 128, "includeThoughts": False}),
        (NEWER, {"reasoning_effort": "none"}, {"thinkingLevel": "LOW", "includeThoughts": False}),
        (
            "gemini-3-flash",
            {"reasoning_effort": "minimal"},
            {"thinkingLevel": "MINIMAL", "includeThoughts": True},
        ),
        (
            "gemini-flash-latest",
            {"reasoning_effort": "xhigh"},
            {"thinkingLevel": "HIGH", "includeThoughts": True},
        ),
        (
            NEWER,
            {"reasoning_effort": "low", "reasoning_tokens": 64},
            {"thinkingLevel": "LOW", "includeThoughts": True},
        ),
        (NEWER, {"reasoning_tokens": 8000}, {"thinkingLevel": "MEDIUM", "includeThoughts": True}),
        (NEWER, {"reasoning_tokens": 0}, {"thinkingLevel": "LOW", "includeThoughts": False}),
        (OLDER, {"reasoning_tokens": 0}, {"thinkingBudget": 0, "includeThoughts": False}),
        (
            OLDER,
            {"reasoning_effort": "high", "max_tokens": 2000},
            {"thinkingBudget": 1000, "includeThoughts": True},
        ),
        (
            OLDER,
            {"reasoning_tokens": 1000, "max_tokens": 2000},
            {"thinkingBudget": 1000, "includeThoughts": True},
        ),
        (
            "gemini-2.5-ultra",
            {"reasoning_tokens": 0},
            {"thinkingBudget": 128, "includeThoughts": False},
        ),
        (
            "gemini-2.5-pro",
            {"reasoning_effort": "max", "max_tokens": 100},
            {"thinkingBudget": 128, "includeThoughts": True},
        ),
    ],
)
def test_thinking_is_asked_for_as_the_model_takes_it(
    model: str, asked: dict[str, Any], sent: dict[str, Any], dialect: Any
) -> None:
    body = dialect.body(Request("hi", settings=Settings(**asked)), name=model)
    assert body["generationConfig"]["thinkingConfig"] == sent


def test_a_model_that_does_not_think_is_not_asked_to(dialect: Any) -> None:
    request = Request("hi", settings=Settings(reasoning_effort="high", temperature=0.5))
    card = ModelCard(id="google/m", maker="Google", jurisdiction="us", capabilities=frozenset({"text"}))
    for call in (dialect.call(request, name="gemini-2.0-flash"), dialect.call(request, name="m", card=card)):
        sent = json.loads(dialect.codec.encode(call, stream=False).body)
        assert sent["generationConfig"] == {"temperature": 0.5}
        [told] = call.adjusted
        assert told.startswith("reasoning_effort: left out")


def test_what_becomes_of_a_setting_is_told(dialect: Any) -> None:
    asked = Settings(reasoning_tokens=0, user="u", max_tokens=100, top_p=0.9)
    call = dialect.call(Request("hi", settings=asked), name="gemini-2.5-pro")
    dialect.codec.encode(call, stream=True)
    assert [said.partition(";")[0] for said in call.adjusted] == [
        "reasoning_tokens: sent as 128",
        "user: left out",
    ]


def test_an_unknown_effort_is_refused(dialect: Any) -> None:
    with pytest.raises(InvalidRequest, match="reasoning_effort is 'huge'"):
        dialect.body(Request("hi", settings=Settings(reasoning_effort="huge")))


@pytest.mark.parametrize(
    ("model", "choice", "schema", "declared", "mode"),
    [
        (NEWER, None, True, ["look"], None),
        (OLDER, None, False, ["look", "answer_city_info"], "ANY"),
        (OLDER, "none", True, [], None),
        (OLDER, "required", False, ["look"], "ANY"),
        (NEWER, "look", False, ["look"], "ANY"),
    ],
)
def test_output_and_tools_together(
    model: str, choice: str | None, *, schema: bool, declared: list[str], mode: str | None, dialect: Any
) -> None:
    """Models before Gemini 3 take a schema or tools: the answer then comes by a tool of its own."""
    body = dialect.body(Request("hi", tools=(TOOL,), tool_choice=choice, output=OUTPUT), name=model)
    config = body.get("generationConfig", {})
    assert ("responseJsonSchema" in config) is schema
    tools = body.get("tools", [{"functionDeclarations": []}])[0]["functionDeclarations"]
    assert [tool["name"] for tool in tools] == declared
    assert body.get("toolConfig", {}).get("functionCallingConfig", {}).get("mode") == mode


def test_what_json_cannot_hold_is_refused(dialect: Any) -> None:
    with pytest.raises(InvalidRequest, match="JSON"):
        dialect.body(Request("hi", settings=Settings(extra={"x": object()})))
    assert dialect.body(Request("half an emoji: \ud83d"))["contents"][0]["parts"][0]["text"].endswith(": ?")


def test_the_tool_for_the_answer_takes_no_name_that_is_taken(dialect: Any) -> None:
    taken = ToolSpec(name="answer_city_info", parameters=MappingProxyType({"enum": frozenset("a")}))
    body = dialect.body(Request("hi", tools=(taken,), output=OUTPUT), name=OLDER)
    names = [tool["name"] for tool in body["tools"][0]["functionDeclarations"]]
    assert names == ["answer_city_info", "answer_city_info_"]
