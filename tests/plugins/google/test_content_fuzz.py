"""Broken payloads: a typed error or a valid answer, and nothing else. FUZZ_EXAMPLES sets how many."""

import base64
import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interlock.errors import ProviderError
from interlock.types.messages import Message, ToolCall
from interlock.types.request import Request
from interlock.types.response import Answer
from mutations import EXAMPLES, as_events, as_json, broken_bytes, broken_payload

SIGNATURE = base64.b64encode(b"signature").decode()
USAGE = {
    "promptTokenCount": 10,
    "candidatesTokenCount": 5,
    "thoughtsTokenCount": 2,
    "toolUsePromptTokenCount": 1,
    "cachedContentTokenCount": 4,
    "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 10}],
}
GROUNDING = {
    "groundingChunks": [
        {"web": {"uri": "https://a.example", "title": "A"}},
        {"retrievedContext": {"text": "t"}},
    ],
    "groundingSupports": [
        {"segment": {"startIndex": 1, "endIndex": 4, "text": "ell"}, "groundingChunkIndices": [0, 1]}
    ],
}
PARTS: list[Any] = [
    {"text": "hmm", "thought": True, "thoughtSignature": SIGNATURE},
    {"executableCode": {"language": "PYTHON", "code": "1"}, "thoughtSignature": SIGNATURE},
    {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "1"}},
    {"text": "Hello", "thoughtSignature": SIGNATURE},
    {"inlineData": {"mimeType": "image/png", "data": "iVBORw0KGgo="}},
    {"functionCall": {"name": "f", "id": "x", "args": {"city": "Paris"}}, "thoughtSignature": SIGNATURE},
]


def piece(parts: list[Any], **candidate: Any) -> dict[str, Any]:
    content = {"role": "model", "parts": parts}
    return {
        "candidates": [{"content": content, "index": 0, **candidate}],
        "usageMetadata": USAGE,
        "modelVersion": "gemini-3",
        "responseId": "r",
    }


WHOLE = piece(
    PARTS,
    finishReason="STOP",
    groundingMetadata=GROUNDING,
    citationMetadata={"citationSources": [{"startIndex": 0, "endIndex": 2, "uri": "u"}]},
)
BLOCKED = {"promptFeedback": {"blockReason": "SAFETY", "blockReasonMessage": "no"}, "usageMetadata": USAGE}
FAILED = {"error": {"code": 500, "status": "INTERNAL", "message": "x", "details": [{"@type": "a.b"}]}}
STREAM = [
    *(piece([part]) for part in PARTS),
    piece([], finishReason="MAX_TOKENS", groundingMetadata=GROUNDING),
]

fuzzed = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def checked(answer: Answer, dialect: Any) -> None:
    """Valid: of the types it claims, and fit to be sent on."""
    assert isinstance(answer.text + answer.reasoning + answer.refusal, str)
    for part in answer.parts:
        if isinstance(part, ToolCall):
            assert isinstance(part.name, str)
            json.dumps(part.arguments)
    for count in (answer.usage.input_tokens, answer.usage.output_tokens, answer.usage.reasoning):
        assert count is None or count >= 0
    history = Request([Message("user", "?"), Message("assistant", answer.parts), Message("user", "!")])
    try:
        dialect.codec.encode(dialect.call(history), stream=False)
    except ProviderError:
        return


@fuzzed
@given(body=broken_bytes(broken_payload([WHOLE, BLOCKED, FAILED]).map(as_json)))
def test_a_broken_plain_answer(body: bytes, dialect: Any) -> None:
    try:
        answer = dialect.decode(body)
    except ProviderError:
        return
    checked(answer, dialect)


@fuzzed
@given(
    body=broken_bytes(broken_payload([STREAM, [WHOLE], [*STREAM, FAILED], [BLOCKED]]).map(as_events))
    | broken_bytes(broken_payload([STREAM, WHOLE]).map(as_json)),
    size=st.integers(1, 400),
)
def test_a_broken_stream(body: bytes, size: int, dialect: Any) -> None:
    try:
        answer = dialect.fold([body[at : at + size] for at in range(0, len(body), size)])
    except ProviderError:
        return
    checked(answer, dialect)
