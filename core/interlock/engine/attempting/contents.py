"""Answers that came whole and are still not what the caller can use."""

from collections.abc import Mapping
from typing import Any

from interlock.constraints import breach, told
from interlock.engine.call import AttemptState
from interlock.errors import (
    EmptyAnswer,
    MisplacedAnswer,
    ProtocolError,
    RefusedAnswer,
    TruncatedAnswer,
)
from interlock.protocols import ProviderCall
from interlock.types.content import ContentRules
from interlock.types.messages import Audio, Document, Image
from interlock.types.models import Deployment
from interlock.types.request import Request
from interlock.types.reserved import folded
from interlock.types.response import Answer

_MEDIA = (Image, Audio, Document)
_FREE = (None, "auto", "none")
_OFFERING = frozenset({"tools", "functions", "toolconfig", "toolchoice", "functioncall"})


def check_content(rules: ContentRules, request: Request, answer: Answer) -> None:
    """Raises ContentRejected for what the rules do not accept."""
    reason = answer.finish_reason
    if reason == "refusal":
        if rules.refused != "accept":
            raise RefusedAnswer("the model refused (content.refused)", text=answer.refusal or answer.text)
        return
    if reason == "length" and rules.truncated != "accept":
        raise TruncatedAnswer("the answer was cut at a length (content.truncated)", text=answer.text)
    if rules.empty == "accept" or answer.tool_calls:
        return
    if request.tool_choice not in _FREE:
        raise EmptyAnswer("a tool call was required and none came (content.empty)", text=answer.text)
    if not answer.text.strip() and not any(isinstance(part, _MEDIA) for part in answer.parts):
        raise EmptyAnswer("the answer is empty (content.empty)", text=answer.text)


def check_place(deployment: Deployment, progress: AttemptState, said: str, text: str) -> None:
    """Raises MisplacedAnswer for what was made outside the residency, by what its vendor `said`."""
    evidenced = told(said)
    if evidenced is None:
        return
    wrong = breach(evidenced, deployment, progress.bound, progress.pinned)
    if wrong is not None:
        raise MisplacedAnswer(f"{wrong} (content.misplaced)", text=text)


def check_calls(request: Request, call: ProviderCall, answer: Answer) -> None:
    """Raises ProtocolError for calls that the request does not allow, and for none where one must come.

    Where the operator has offered tools in fields that only the vendor knows, any call may be of those. A
    wish for one call at most was heard where it was not left out of what was sent.
    """
    calls, choice = answer.tool_calls, request.tool_choice
    forced = bool(request.tools) and choice not in _FREE
    if calls and not _offers(call.deployment.extra_body):
        offered = {tool.name for tool in request.tools} if choice != "none" else set()
        if not all(each.name in offered for each in calls):
            raise ProtocolError("the answer calls a tool that was not offered")
        if forced and choice != "required" and any(each.name != choice for each in calls):
            raise ProtocolError("the answer calls another tool than the one that tool_choice names")
    if len(calls) > 1 and request.settings.parallel_tool_calls is False and not _left_out(call):
        raise ProtocolError("the answer calls several tools where parallel_tool_calls allows one")
    if forced and not calls and answer.finish_reason in ("stop", "tool_calls"):
        raise ProtocolError("a tool call was required and none came")


def _offers(body: Mapping[str, Any]) -> bool:
    """Whether fields of a body offer tools or say which may be called, also those that pass to the model."""
    return any(
        folded(name) in _OFFERING or (isinstance(value, Mapping) and _offers(value))
        for name, value in body.items()
    )


def _left_out(call: ProviderCall) -> bool:
    return any(said.startswith("parallel_tool_calls: ") for said in call.adjusted)
