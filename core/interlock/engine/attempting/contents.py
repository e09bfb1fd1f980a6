"""Answers that came whole and are still not what the caller can use."""

from interlock.errors import (
    ContentRejected,
    EmptyAnswer,
    ProtocolError,
    RefusedAnswer,
    TruncatedAnswer,
)
from interlock.types.content import ContentRules
from interlock.types.messages import Audio, Document, Image
from interlock.types.models import Deployment
from interlock.types.request import Request
from interlock.types.response import Answer

_MEDIA = (Image, Audio, Document)


def check_content(rules: ContentRules, request: Request, answer: Answer) -> None:
    """Raises ContentRejected for what the rules do not accept."""
    rejected = _rejected(rules, request, answer)
    if rejected is not None:
        raise rejected


def check_calls(request: Request, deployment: Deployment, answer: Answer) -> None:
    """Raises ProtocolError for a call of another tool than those offered, and for none where one must come.

    Tools may also have been offered in fields that only the vendor knows.
    """
    calls = answer.tool_calls
    if (
        calls
        and request.tools
        and not any("tools" in each for each in (request.settings.extra, deployment.extra_body))
    ):
        offered = {tool.name for tool in request.tools}
        if not all(call.name in offered for call in calls):
            raise ProtocolError("the answer calls a tool that was not offered")
    required = request.tools and request.tool_choice not in (None, "auto", "none")
    if required and not calls and answer.finish_reason in ("stop", "tool_calls"):
        raise ProtocolError("a tool call was required and none came")


def _rejected(rules: ContentRules, request: Request, answer: Answer) -> ContentRejected | None:
    reason = answer.finish_reason
    if reason == "refusal":
        if rules.refused != "accept":
            return RefusedAnswer("the model refused (content.refused)", text=answer.refusal or answer.text)
        return None
    if reason == "length" and rules.truncated != "accept":
        return TruncatedAnswer("the answer was cut at a length (content.truncated)", text=answer.text)
    if rules.empty == "accept" or answer.tool_calls:
        return None
    if request.tool_choice not in (None, "auto", "none"):
        return EmptyAnswer("a tool call was required and none came (content.empty)", text=answer.text)
    if answer.text.strip() or any(isinstance(part, _MEDIA) for part in answer.parts):
        return None
    return EmptyAnswer("the answer is empty (content.empty)", text=answer.text)
