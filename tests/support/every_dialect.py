"""Every dialect from outside: its codec, the rules of its vendor, and answers as the vendor writes them."""

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sdk_anthropic
import sdk_bedrock
import sdk_google
import sdk_openai
from interlock.fold import folded
from interlock.http import Codec, HttpClient, HttpReply, Permit
from interlock.protocols import ProviderCall
from interlock.types.models import Credential, Deployment, ModelCard, Secret
from interlock.types.request import Request
from interlock.types.response import Answer
from interlock_anthropic import Messages
from interlock_bedrock import Converse
from interlock_google import GenerateContent
from interlock_openai import VENDORS, ChatCompletions, Responses
from response_events import called, refused, response, said, thought

Body = dict[str, Any]
# Whether a tool's call or a result, and its id, in the order of the conversation.
Ids = Iterator[tuple[str, str]]
ROWS = {vendor.name: vendor for vendor in VENDORS}
SIGNATURE = base64.b64encode(b"a signature").decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """A vendor as its users meet it.

    Attributes:
        provider: who speaks it, where that is not its name.
        turns: what the body holds of the conversation.
        id_rule: what an id of a tool call must look like, by the vendor's documentation or its errors.
        answers: whole answers in the vendor's JSON.
        documents: whether it takes the bytes of a PDF.
    """

    name: str
    codec: Codec
    model: str
    base_url: str
    valid: Callable[[Body], None]
    turns: Callable[[Body], list[Body]]
    ids: Callable[[Body], Ids]
    id_rule: str
    answers: Sequence[Mapping[str, Any]]
    provider: str = ""
    region: str = "us"
    documents: bool = True

    def call(self, request: Request | str = "hello") -> ProviderCall:
        deployment = Deployment(
            id="there",
            card=ModelCard(id="maker/model", maker="Maker", jurisdiction="us"),
            provider=self.provider or self.name,
            region=self.region,
            name=self.model,
            base_url=self.base_url,
            credential=Credential(secret=Secret("sk-secret")),
        )
        return ProviderCall(
            request=request if isinstance(request, Request) else Request(request),
            deployment=deployment,
            permit=Permit(deployment="there", origin=None),
            http=HttpClient(),
        )

    def body(self, request: Request) -> Body:
        body = json.loads(self.codec.encode(self.call(request), stream=False).body)
        return {key: value for key, value in body.items() if key != "stream"}

    def read(self, payload: Any) -> Answer:
        """The answer in a payload: JSON, or a stream's text."""
        if isinstance(payload, str) and not payload.lstrip().startswith("{"):
            decoder = self.codec.decoder(self.call())
            return folded([*decoder.feed(payload.encode()), *decoder.close()], self.provider or self.name)
        raw = payload if isinstance(payload, str) else json.dumps(payload)
        return self.codec.decode(self.call(), HttpReply(status=200, headers={}, body=raw.encode()))

    def follows_rules(self, id_: str) -> bool:
        return re.fullmatch(self.id_rule, id_) is not None


def _chat_ids(body: Body) -> Ids:
    for message in body["messages"]:
        for call in message.get("tool_calls", ()):
            yield "call", call["id"]
        if message["role"] == "tool":
            yield "result", message["tool_call_id"]


def _item_ids(body: Body) -> Ids:
    for item in body["input"]:
        if item.get("type") == "function_call":
            yield "call", item["call_id"]
        elif item.get("type") == "function_call_output":
            yield "result", item["call_id"]


def _claude_ids(body: Body) -> Ids:
    for turn in body["messages"]:
        for block in turn["content"]:
            if block["type"] == "tool_use":
                yield "call", block["id"]
            elif block["type"] == "tool_result":
                yield "result", block["tool_use_id"]


def _gemini_ids(body: Body) -> Ids:
    for turn in body["contents"]:
        for part in turn["parts"]:
            if "functionCall" in part:
                yield "call", part["functionCall"]["id"]
            elif "functionResponse" in part:
                yield "result", part["functionResponse"]["id"]


def _converse_ids(body: Body) -> Ids:
    for turn in body["messages"]:
        for block in turn["content"]:
            if "toolUse" in block:
                yield "call", block["toolUse"]["toolUseId"]
            elif "toolResult" in block:
                yield "result", block["toolResult"]["toolUseId"]


def _chat(
    name: str, *answers: Body, id_rule: str = r"(?s).+", model: str = "model-1", documents: bool = True
) -> Dialect:
    return Dialect(
        name=name,
        codec=ChatCompletions(ROWS[name]),
        model=model,
        base_url=ROWS[name].facts.base_url,
        valid=sdk_openai.valid if name == "openai" else sdk_openai.valid_but_for_own,
        turns=lambda body: body["messages"],
        ids=_chat_ids,
        id_rule=id_rule,
        answers=[_completion(message) for message in answers],
        documents=documents,
    )


def _completion(message: Body) -> Body:
    reason = "tool_calls" if "tool_calls" in message else "stop"
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": reason}
    return {"id": "r-1", "model": "m", "choices": [choice]}


def _calling(*ids: str, **message: Any) -> Body:
    """Parallel calls in chat completions."""
    calls = [
        {
            "id": id_,
            "type": "function",
            "function": {
                "name": f"look_{number}",
                "arguments": json.dumps({"at": number, "für": ["é", None]}),
            },
        }
        for number, id_ in enumerate(ids)
    ]
    return {"content": None, "tool_calls": calls, **message}


def _thinking(text: str, **more: Any) -> Body:
    return {"type": "thinking", "thinking": [{"type": "text", "text": text}], **more}


_CITED = [
    {"type": "url_citation", "url_citation": {"url": "https://a.example", "start_index": 0, "end_index": 2}}
]
OPENAI = _chat(
    "openai",
    _calling("call_8JhXzR4mFqPzQx0b2cWnA1Vd", "call_t0b6uC3yLkEw9sZr5pQnM2Xh"),
    {"content": "It rains.", "annotations": _CITED},
    {"content": None, "refusal": "I cannot help with that."},
    id_rule=r"(?s).{1,40}",
)
RESPONSES = Dialect(
    name="responses",
    provider="openai",
    codec=Responses(ROWS["openai"]),
    model="gpt-5.5",
    base_url=ROWS["openai"].facts.base_url,
    valid=sdk_openai.valid_response,
    turns=lambda body: body["input"],
    ids=_item_ids,
    id_rule=r"(?s).{1,40}",
    answers=[
        response(
            thought("A summary.", seal=SIGNATURE),
            said("Let me look."),
            called('{"at": 0, "für": ["é", null]}', "look_0", "call_8JhXzR4mFqPzQx0b2cWnA1Vd"),
            thought(seal=SIGNATURE, id_="rs_2"),
            called("{}", "look_1", "call_t0b6uC3yLkEw9sZr5pQnM2Xh"),
        ),
        response(
            said(
                "It rains.", annotations=[{"type": "url_citation", "url": "https://a.example", "title": "W"}]
            )
        ),
        response(refused("I cannot help with that.")),
    ],
)
MISTRAL = _chat(
    "mistral",
    _calling(
        "D681PevKs",
        "yvCVvWmmH",
        content=[_thinking("A Mistral thought.", signature=SIGNATURE), {"type": "text", "text": "So."}],
    ),
    {"content": [_thinking("Another Mistral thought."), {"type": "text", "text": "It rains."}]},
    id_rule=r"[a-zA-Z0-9]{9}",
)
ZHIPU = _chat(
    "zhipu",
    _calling(
        "call_-8134562090617437592",
        "call_20260214101010a1b2c3",
        reasoning_content="A GLM thought.",
        content="So.",
    ),
    {"content": "It rains.", "reasoning_content": "Another GLM thought."},
    {"content": "", "reasoning_content": "Only a thought."},
    documents=False,
)
DEEPSEEK = _chat(
    "deepseek",
    _calling(
        "call_00_9nLfpIQ6VO1JCaEsJcU8WZnS",
        "call_01_x",
        reasoning_content="A DeepSeek thought.",
        content="",
    ),
    {"content": "It rains.", "reasoning_content": "Another DeepSeek thought."},
    documents=False,
)
OPENROUTER = _chat(
    "openrouter",
    _calling(
        "functions.look:0",
        "functions.look:1",
        reasoning="A routed thought.",
        reasoning_details=[{"type": "reasoning.text", "text": "A routed thought.", "signature": SIGNATURE}],
    ),
    {"content": "It rains.", "reasoning_details": [{"type": "reasoning.encrypted", "data": SIGNATURE}]},
)


def _message(*blocks: Body, reason: str = "end_turn") -> Body:
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude",
        "content": list(blocks),
        "stop_reason": reason,
        "usage": {"input_tokens": 1, "output_tokens": 1},
    }


def _tool_use(id_: str, name: str) -> Body:
    return {"type": "tool_use", "id": id_, "name": name, "input": {"at": 1, "für": ["é", None]}}


ANTHROPIC = Dialect(
    name="anthropic",
    codec=Messages(),
    model="claude-sonnet-4-5",
    base_url="https://api.anthropic.com/v1",
    valid=sdk_anthropic.valid,
    turns=lambda body: body["messages"],
    ids=_claude_ids,
    id_rule=r"[a-zA-Z0-9_-]+",
    answers=[
        _message(
            {"type": "thinking", "thinking": "A Claude thought.", "signature": SIGNATURE},
            {"type": "redacted_thinking", "data": "ZGFyaw=="},
            {"type": "text", "text": "Let me look."},
            _tool_use("toolu_01T1x1fJ34qAmk2tNTrN7Up6", "look"),
            _tool_use("toolu_01A09q90qw90lq917835lq9", "search"),
            reason="tool_use",
        ),
        _message(
            {
                "type": "text",
                "text": "It rains.",
                "citations": [{"type": "char_location", "cited_text": "rain", "document_title": "W"}],
            },
        ),
        _message({"type": "text", "text": "I will not."}, reason="refusal"),
    ],
)


def _candidate(*parts: Body, **more: Any) -> Body:
    candidate = {"content": {"role": "model", "parts": list(parts)}, "finishReason": "STOP", **more}
    return {"candidates": [candidate], "modelVersion": "gemini-3", "responseId": "vw1_aZ-9"}


def _function_call(name: str, **more: Any) -> Body:
    return {"functionCall": {"name": name, "args": {"at": 1, "für": ["é", None]}}, **more}


GOOGLE = Dialect(
    name="google",
    codec=GenerateContent(),
    model="gemini-3-pro-preview",
    base_url="https://generativelanguage.googleapis.com/v1beta",
    valid=sdk_google.valid,
    turns=lambda body: body["contents"],
    ids=_gemini_ids,
    id_rule=r"(?s).+",
    region="global",
    answers=[
        _candidate(
            {"text": "A Gemini thought.", "thought": True},
            {"text": "Let me look."},
            _function_call("look", thoughtSignature=SIGNATURE),
            _function_call("search"),
        ),
        _candidate(
            {"executableCode": {"language": "PYTHON", "code": "1 + 1"}, "thoughtSignature": SIGNATURE},
            {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "2"}},
            {"text": "It rains.", "thoughtSignature": SIGNATURE},
            citationMetadata={
                "citationSources": [{"startIndex": 0, "endIndex": 2, "uri": "https://a.example"}]
            },
        ),
        _candidate(
            {"text": "Here it is."},
            {
                "inlineData": {"mimeType": "image/png", "data": "iVBORw0KGgo="},
                "thoughtSignature": SIGNATURE,
            },
        ),
        _candidate(finishReason="SAFETY", finishMessage="Blocked."),
    ],
)


def _output(*blocks: Body, reason: str = "end_turn") -> Body:
    return {
        "output": {"message": {"role": "assistant", "content": list(blocks)}},
        "stopReason": reason,
        "usage": {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2},
    }


def _use(id_: str, name: str) -> Body:
    return {"toolUse": {"toolUseId": id_, "name": name, "input": {"at": 1, "für": ["é", None]}}}


BEDROCK = Dialect(
    name="bedrock",
    codec=Converse(),
    model="us.anthropic.claude-sonnet-4-5-20250929-v1:0",
    base_url="https://bedrock-runtime.us-east-1.amazonaws.com",
    valid=sdk_bedrock.valid,
    turns=lambda body: body["messages"],
    ids=_converse_ids,
    id_rule=r"[a-zA-Z0-9_-]{1,64}",
    region="us-east-1",
    answers=[
        _output(
            {"reasoningContent": {"reasoningText": {"text": "Bedrock thinks.", "signature": SIGNATURE}}},
            {"reasoningContent": {"redactedContent": "ZGFyaw=="}},
            {"text": "Let me look."},
            _use("tooluse_Kx2fUhJzTnmZ6MB-s3Qm9g", "look"),
            _use("tooluse_aB3dEfGhIjKlMnOpQrStUv", "search"),
            reason="tool_use",
        ),
        _output(
            {
                "citationsContent": {
                    "content": [{"text": "It rains."}],
                    "citations": [{"title": "W", "sourceContent": [{"text": "rain"}]}],
                }
            }
        ),
        _output({"text": "Blocked by a guardrail."}, reason="guardrail_intervened"),
    ],
)

DIALECTS = (OPENAI, RESPONSES, ANTHROPIC, GOOGLE, BEDROCK, MISTRAL, ZHIPU, DEEPSEEK, OPENROUTER)
