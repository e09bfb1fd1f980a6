"""The router's own tools: a question to a model, where one would go, and which models there are."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mcp.types import CallToolResult, Tool

from interlock import Constraints, InterlockError, Request, RequestError, Response, Router
from interlock.records import decision_to_plain, usage_to_plain
from interlock.types.response import WHOLE
from interlock_mcp.serving.cancelling import cancelled_once
from interlock_mcp.serving.checking import objection
from interlock_mcp.serving.runs import SOURCE
from interlock_mcp.serving.schemas import ASK, DECIDE, LIST_MODELS
from interlock_mcp.serving.told import told_data, told_error

Progress = Callable[[int, str], Awaitable[None]]
"""Told how many characters have come, and a sentence."""
_STEP = 400
_CUT = {
    "length": "\n[The answer was cut at its longest length and is not whole.]",
    "refusal": "\n[The model refuses.]",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """What a router answers. `constraints` tighten the configuration's for every request."""

    router: Router
    constraints: Constraints = field(default_factory=Constraints)

    @property
    def tools(self) -> tuple[Tool, ...]:
        return (ASK, DECIDE, LIST_MODELS)

    async def run(
        self, tool: Tool, arguments: Mapping[str, Any], progress: Progress | None
    ) -> CallToolResult:
        """`progress` is None where the client does not want to hear of it."""
        if (why := await objection(tool.input_schema, arguments)) is not None:
            return told_error(RequestError(why))
        try:
            if tool is LIST_MODELS:
                return told_data(self._listed())
            request = self._request(arguments)
            if tool is DECIDE:
                return told_data(decision_to_plain(self.router.decide(request)))
            return self._answered(await cancelled_once(self._asked(request, progress)))
        except InterlockError as error:
            return told_error(error)

    def _request(self, given: Mapping[str, Any]) -> Request:
        """Raises RequestError."""
        if _has_patterns(given.get("output_schema")):
            raise RequestError("leave patterns out: one may take for ever to match", key="output_schema")
        messages = [{"role": "user", "content": given["prompt"]}]
        if "system" in given:
            messages.insert(0, {"role": "system", "content": given["system"]})
        request = Request(messages, constraints=given.get("constraints", {}))
        return Request(
            request.messages,
            task=given.get("task"),
            model=given.get("model"),
            constraints=self.constraints.tightened(request.constraints),
            settings={"max_tokens": given.get("max_tokens")},
            output=given.get("output_schema"),
            metadata=SOURCE,
        )

    async def _asked(self, request: Request, progress: Progress | None) -> Response:
        if progress is None:
            return await self.router.complete(request)
        heard, due = 0, 0
        async with self.router.stream(request) as stream:
            async for chunk in stream:
                heard += len(chunk.text) + len(chunk.reasoning)
                if heard > due or (heard and not due):
                    due = heard + _STEP
                    await progress(heard, f"{heard:,} characters so far")
        response: Response | None = stream.response
        if response is None:
            raise InterlockError("the answer ended early")
        return response

    def _answered(self, response: Response) -> CallToolResult:
        deployment = self.router.deployments[response.deployment]
        data: dict[str, Any] = {
            "text": response.text,
            "complete": response.finish_reason in WHOLE,
            "finish_reason": response.finish_reason,
            "model": response.model,
            "deployment": response.deployment,
            "region": deployment.region,
            "served_model": response.served_model,
            "cost": response.cost,
            "usage": usage_to_plain(response.usage),
            "record": response.record.id,
        }
        if response.parsed is not None:
            data["parsed"] = response.parsed
        return told_data(data, response.text + _CUT.get(response.finish_reason or "", ""))

    def _listed(self) -> dict[str, Any]:
        now = self.router.decide(Request("Hello", constraints=self.constraints))
        may = {each.deployment for each in now.shortlist}
        return {
            "models": [
                {
                    "deployment": id_,
                    "model": each.model,
                    "provider": each.provider,
                    "region": each.region,
                    "on_premise": each.on_premise,
                    "context_window": each.card.context_window,
                    "capabilities": sorted(each.card.capabilities),
                    "usd_per_million_tokens": None
                    if each.rates is None
                    else {"input": each.rates.input, "output": each.rates.output},
                    "may_be_asked": id_ in may,
                    "why_not": now.excluded.get(id_),
                }
                for id_, each in self.router.deployments.items()
            ],
            "tasks": sorted(self.router.wiring.catalog.tasks),
        }


def _has_patterns(schema: Any) -> bool:
    """Whether a stranger's regular expressions stand in it, which would be matched in this process."""
    waiting = [schema]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Mapping):
            if isinstance(value.get("pattern"), str) or "patternProperties" in value:
                return True
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
    return False
