"""What a log that seals is told of a person beside the facts, where the configuration has it told."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from interlock.requests.readable import words_in
from interlock.types.approvals import ApprovalRequest, Grant
from interlock.types.messages import Part, Reasoning, Refusal, Text, ToolCall, ToolResult
from interlock.types.request import Request
from interlock.types.response import Answer

PARTS: Final = ("metadata", "request", "answer")

Told = dict[str, Any]
_NOBODY: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalParts:
    """Attributes:
    subject: the key of a request's metadata that holds the person whom the request is about.
    parts: which of PARTS are told.
    approvers: whether it is told who has approved a run of a tool.
    """

    subject: str | None = None
    parts: frozenset[str] = frozenset()
    approvers: bool = False

    def subject_of(self, metadata: Mapping[str, str] | None) -> str | None:
        """The person, or None: where no key is configured, or the request has nothing there."""
        return (metadata or _NOBODY).get(self.subject) or None if self.subject else None

    def of_request(self, request: Request) -> Told:
        """Of the request as its caller gave it, before guardrails sealed anything."""
        told: Told = {}
        if "metadata" in self.parts and request.metadata:
            told["metadata"] = dict(request.metadata)
        if "request" in self.parts:
            told["request"] = [
                {"role": each.role, "texts": list(_texts(each.parts))} for each in request.messages
            ]
        return told

    def of_answer(self, answer: Answer) -> Told:
        """Of the answer as it is handed over."""
        if "answer" not in self.parts:
            return {}
        told: Told = {"answer": answer.text or answer.refusal}
        if answer.tool_calls:
            told["tool_calls"] = [_called(call) for call in answer.tool_calls]
        return told

    def of_approval(self, asked: ApprovalRequest, grant: Grant | None) -> Told:
        """Who has agreed, and to what; a log that cannot seal is not told."""
        if not self.approvers:
            return {}
        told: Told = {"arguments_digest": asked.arguments_digest, "preview_digest": asked.preview_digest}
        if grant is not None:
            told["approver"] = grant.approver
        return told


NOTHING: Final = PersonalParts()


def _texts(parts: Iterable[Part]) -> Iterator[str]:
    """Each text, those of documents and of what tools were given and gave among them."""
    for part in parts:
        if isinstance(part, Text | Refusal | Reasoning):
            yield part.text
        elif isinstance(part, ToolCall):
            yield _called(part)["arguments"]
        elif isinstance(part, ToolResult):
            yield from (part.content,) if isinstance(part.content, str) else _texts(part.content)
        elif (words := words_in(part)) is not None:
            yield words


def _called(call: ToolCall) -> dict[str, str]:
    # As text: a log takes finite numbers alone, and arguments may hold others.
    arguments = json.dumps(dict(call.arguments), ensure_ascii=False, default=str)
    return {"name": call.name, "arguments": arguments}
