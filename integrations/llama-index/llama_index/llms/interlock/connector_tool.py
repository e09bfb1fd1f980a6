"""One tool of a connector, as a tool of LlamaIndex's."""

import copy
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

from llama_index.core.base.llms.types import ContentBlock, TextBlock
from llama_index.core.bridge.pydantic import BaseModel, ConfigDict
from llama_index.core.tools import AsyncBaseTool, ToolMetadata, ToolOutput

from interlock import (
    ApprovalNeeded,
    InterlockError,
    NoLongerAllowed,
    RequestError,
    Text,
    ToolCall,
    ToolOutcome,
    UnknownTool,
    outcome_to_plain,
)
from llama_index.llms.interlock.connector_asking import asking, nobody
from llama_index.llms.interlock.media import as_block
from llama_index.llms.interlock.places import run_of, step_of

NOT_RUN = (UnknownTool, NoLongerAllowed, RequestError)
"""Of these it is certain that nothing was run."""


_WAY = "where the call is awaited inside a workflow, and waits is not off, a workflow's events ask a person"


@dataclass
class ConnectorMetadata(ToolMetadata):
    """What a model is told: the connector's schema, word for word."""

    parameters: dict[str, Any] = field(default_factory=dict)

    def get_parameters_dict(self) -> dict[str, Any]:
        return copy.deepcopy(self.parameters)


class ConnectorTool(AsyncBaseTool):
    """What `ConnectorToolSpec` gives. A router's toolbox runs each call, once."""

    def __init__(self, toolbox: Any, offered: Any, *, waits: bool) -> None:
        """`offered` is what the toolbox offers; `waits` says whether a workflow waits for a person."""
        spec = offered.spec
        parameters = {"type": "object", "properties": {}} | json.loads(
            json.dumps(spec.parameters, default=dict)
        )
        self.toolbox = toolbox
        self.waits = waits
        self.act: Callable[[], Awaitable[ToolOutcome]] | None = None
        self.about = {
            "connector": offered.connector,
            "effect": toolbox.effect_of(offered).effect,
            "requires_grant": toolbox.requires_grant(offered),
        }
        self._metadata = ConnectorMetadata(
            name=spec.name,
            description=spec.description,
            fn_schema=_schema_of(spec.name, parameters),
            parameters=parameters,
        )

    @property
    def metadata(self) -> ConnectorMetadata:
        return self._metadata

    def call(self, /, *args: Any, **kwargs: Any) -> ToolOutput:
        """One run. A person is asked by `acall` alone.

        Raises:
            RequestError: arguments are not given by name.
        """
        call = self.call_of(args, kwargs)
        how = {"run": run_of(), "step": step_of(call.name, call.arguments)}
        try:
            outcome = self.toolbox.run_approved_sync(call, lambda _: None, **how)
        except NOT_RUN as error:
            return self.refused(error, call)
        return self.told(outcome, call)

    def acting(self, act: Callable[[], Awaitable[ToolOutcome]]) -> "ConnectorTool":
        """The same tool, whose `acall` does this in place of its run."""
        acting = copy.copy(self)
        acting.act = act
        return acting

    async def acall(self, /, *args: Any, **kwargs: Any) -> ToolOutput:
        """One run. Where a person has to agree, the workflow in which it is called waits for that.

        Raises:
            RequestError: arguments are not given by name.
        """
        call = self.call_of(args, kwargs)
        if self.act is not None:
            return self.told(await self.act(), call)
        how = {"run": run_of(), "step": step_of(call.name, call.arguments)}
        ask = asking() if self.waits else nobody
        try:
            outcome = await self.toolbox.run_approved(call, ask, **how)
        except NOT_RUN as error:
            return self.refused(error, call)
        return self.told(outcome, call)

    def refused(self, error: InterlockError, call: ToolCall) -> ToolOutput:
        """What LlamaIndex is given of an error of NOT_RUN."""
        why = ToolOutcome(outcome="refused", reason="not_sent", content=str(error), error=error)
        return self.told(why, call)

    def call_of(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> ToolCall:
        """The call. LlamaIndex tries a single argument without its name, and then with it."""
        name = self._metadata.get_name()
        if args:
            raise RequestError("give its arguments by their names", key=name)
        return ToolCall(id=name, name=name, arguments=kwargs)

    def told(self, outcome: ToolOutcome, call: ToolCall) -> ToolOutput:
        """What LlamaIndex is given."""
        error = outcome.error
        if isinstance(error, ApprovalNeeded):
            error = ApprovalNeeded(f"{error.message}; {_WAY}", request=error.request)
            outcome = replace(outcome, error=error)
        result = outcome.result(call)
        content = result.content
        parts = [Text(content)] if isinstance(content, str) else content
        return ToolOutput(
            blocks=[_block(part) for part in parts],
            tool_name=self._metadata.get_name(),
            raw_input=dict(call.arguments),
            raw_output=outcome_to_plain(outcome) | {"tool": call.name, **self.about},
            is_error=result.error,
            exception=error,
        )


def _schema_of(name: str, parameters: dict[str, Any]) -> type[BaseModel]:
    """A class that takes any arguments, which the connector checks, and shows this schema."""

    def model_json_schema(*_: Any, **__: Any) -> dict[str, Any]:
        return copy.deepcopy(parameters)

    given = {"model_config": ConfigDict(extra="allow"), "model_json_schema": staticmethod(model_json_schema)}
    return type(name, (BaseModel,), {"__module__": __name__, **given})


def _block(part: Any) -> ContentBlock:
    if isinstance(part, Text):
        return TextBlock(text=part.text)
    return as_block(part) or TextBlock(text=f"[a file of the service's: {part.file_id}]")
