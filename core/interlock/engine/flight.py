"""A call under way."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

from interlock.engine.records import RecordDraft
from interlock.errors import OutputInvalid, TotalTimeout
from interlock.types.decisions import Attempt, Decision, Outcome, Race
from interlock.types.messages import Message
from interlock.types.models import Deployment
from interlock.types.records import Record
from interlock.types.request import Request
from interlock.types.response import Answer, Response

Steps = Generator[Attempt | Race, Outcome, None]


@dataclass(slots=True)
class Flight:
    """What one call carries from its decision to its response.

    `asked` is the request as the caller gave it, `request` what guardrails made of it; `kept` is what they
    keep aside. `due` is the loop's time at which the call must have ended, `total` the seconds that it was
    given. `parsed` is set with the accepted answer, `misfit` with the last output that did not fit.
    """

    asked: Request
    request: Request
    kept: Sequence[Any]
    decision: Decision
    draft: RecordDraft
    due: float
    total: float
    steps: Steps
    parsed: Any = None
    misfit: OutputInvalid | None = None

    def too_late(self) -> TotalTimeout:
        return TotalTimeout(f"the call was not finished within {self.total:g} s (timeouts.total)")

    def response(self, deployment: Deployment, answer: Answer, record: Record) -> Response:
        refused = answer.finish_reason == "refusal"
        return Response(
            text=answer.text or (answer.refusal if refused else ""),
            reasoning=answer.reasoning,
            tool_calls=answer.tool_calls,
            parsed=self.parsed,
            finish_reason=answer.finish_reason,
            usage=answer.usage,
            cost=record.cost,
            model=deployment.model,
            served_model=answer.served_model,
            deployment=deployment.id,
            message=Message("assistant", answer.parts),
            record=record,
            extra=answer.extra,
        )
