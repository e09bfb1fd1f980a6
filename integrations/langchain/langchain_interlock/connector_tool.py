"""One tool of a connector, as a tool of LangChain's."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Literal, cast

from langchain_core.messages import ToolMessage
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import BaseTool, ToolException
from pydantic import Field

from interlock import (
    ApprovalNeeded,
    InterlockError,
    NoLongerAllowed,
    RequestError,
    ToolCall,
    ToolOutcome,
    UnknownTool,
    outcome_to_plain,
)
from langchain_interlock.connector_asking import asking
from langchain_interlock.connector_told import Told
from langchain_interlock.connector_where import Where
from langchain_interlock.messages_out import result_content

NOT_RUN = (UnknownTool, NoLongerAllowed, RequestError)
"""Of these it is certain that nothing was run."""


_WAY = "a graph with a checkpointer asks a person, who answers by resuming it"


class ConnectorToolError(ToolException):
    """A tool of a connector was refused, or nobody knows whether it has happened.

    Attributes:
        outcome: what is known, `refused` or `unknown`.
    """

    def __init__(self, message: str, *, outcome: ToolOutcome) -> None:
        super().__init__(message)
        self.outcome = outcome


class ConnectorTool(BaseTool):
    """What `connector_tools` gives. A router's toolbox runs each call, once."""

    response_format: Literal["content", "content_and_artifact"] = "content_and_artifact"
    toolbox: Any = Field(exclude=True, repr=False)
    kept: Any = Field(exclude=True, repr=False)
    act: Any = Field(default=None, exclude=True, repr=False)

    @classmethod
    def of(cls, toolbox: Any, offered: Any, kept: Told) -> "ConnectorTool":
        """The tool that a toolbox offers; its schema is the connector's, word for word. `kept` remembers what
        has come of its calls.
        """
        spec = offered.spec
        schema = json.loads(json.dumps(spec.parameters, default=dict))
        about = {"connector": offered.connector, "effect": toolbox.effect_of(offered).effect}
        return cls(
            name=spec.name,
            description=spec.description,
            args_schema={"type": "object", "properties": {}} | schema,
            metadata={**about, "requires_grant": toolbox.requires_grant(offered)},
            toolbox=toolbox,
            kept=kept,
        )

    def acting(self, act: Callable[[], Awaitable[ToolOutcome]]) -> "ConnectorTool":
        """The same tool, whose `arun` does this in place of its run."""
        return self.model_copy(update={"act": act})

    def told(self, outcome: ToolOutcome, call: ToolCall, id_: str | None, key: str | None) -> Any:
        """What LangChain is given: content and artifact.

        Raises:
            ConnectorToolError: it is not done, and whoever called is no model.
            ApprovalNeeded: the same, and a person has to agree first.
        """
        error = outcome.error
        if isinstance(error, ApprovalNeeded):
            error = ApprovalNeeded(f"{error.message}; {_WAY}", request=error.request)
            outcome = replace(outcome, error=error)
        result = outcome.result(call)
        failed, content = result.error, result_content(result.content)
        artifact = outcome_to_plain(outcome) | {"tool": call.name, "key": key, **self._about()}
        if id_ is not None:
            status = "error" if failed else "success"
            said = ToolMessage(content, tool_call_id=id_, name=self.name, status=status, artifact=artifact)
            return said, artifact
        if failed:
            if isinstance(error, ApprovalNeeded):
                raise error
            why = content if isinstance(content, str) else json.dumps(content)
            raise ConnectorToolError(why, outcome=outcome) from error
        return content, artifact

    def refused(self, error: InterlockError, id_: str | None) -> Any:
        """What LangChain is given of an error of NOT_RUN.

        Raises:
            ConnectorToolError: whoever called is no model.
        """
        return self.told(_refused(error), self.call_of({}, id_), id_, None)[0]

    def call_of(self, arguments: dict[str, Any], id_: str | None) -> ToolCall:
        return ToolCall(id=id_ or "", name=self.name, arguments=arguments)

    def arguments_of(self, tool_input: str | dict[str, Any]) -> dict[str, Any]:
        """The arguments by name.

        Raises:
            RequestError: they are one text.
        """
        if isinstance(tool_input, str):
            raise RequestError("give its arguments by their names", key=self.name)
        return tool_input

    def _to_args_and_kwargs(
        self, tool_input: str | dict[str, Any], tool_call_id: str | None
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        # As one value: an argument may be called like one of Python's or LangChain's.
        return (self.arguments_of(tool_input), tool_call_id), {}

    def _run(self, arguments: Any, id_: str | None = None, *, config: RunnableConfig) -> Any:
        call, where = self.call_of(arguments, id_), Where(config, self.name, arguments, id_)

        def run() -> ToolOutcome:
            try:
                outcome = self.toolbox.run_approved_sync(call, asking(config), **where.options)
            except NOT_RUN as error:
                return _refused(error)
            return cast("ToolOutcome", outcome)

        return self.told(self.kept.once_sync(self._key(where), run), call, id_, where.key)

    async def _arun(self, arguments: Any, id_: str | None = None, *, config: RunnableConfig) -> Any:
        call, where = self.call_of(arguments, id_), Where(config, self.name, arguments, id_)
        if self.act is not None:
            return self.told(await self.act(), call, id_, where.key)
        answer = asking(config)

        async def ask(question: Any) -> Any:
            return answer(question)

        async def run() -> ToolOutcome:
            try:
                outcome = await self.toolbox.run_approved(call, ask, **where.options)
            except NOT_RUN as error:
                return _refused(error)
            return cast("ToolOutcome", outcome)

        return self.told(await self.kept.once(self._key(where), run), call, id_, where.key)

    def _key(self, where: Where) -> str | None:
        """Under which it is run once; None of what only reads, which may be read again."""
        return None if self._about().get("effect") == "read" else where.key

    def _about(self) -> dict[str, Any]:
        return self.metadata or {}


def _refused(error: InterlockError) -> ToolOutcome:
    return ToolOutcome(outcome="refused", reason="not_sent", content=str(error), error=error)
