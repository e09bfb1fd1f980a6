"""Tools of a router's connectors as LlamaIndex's."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from llama_index.core.tools import AsyncBaseTool
from llama_index.core.tools.tool_spec.base import BaseToolSpec

from interlock import Constraints, RequestError, Router
from llama_index.llms.interlock.connector_tool import ConnectorTool


class ConnectorToolSpec(BaseToolSpec):
    """The tools of a router's connectors, for agents, workflows, `predict_and_call` or your own loop.

    Each call is one run of the router's toolbox: constraints, the rules of `tools` and the log hold. A tool
    raises nothing of a run: its output says what came of it, with `is_error`, `exception` and, in
    `raw_output`, the outcome. Its connectors are closed with the router.

    Raises:
        RequestError: it is no router, or constraints cannot be meant.
    """

    spec_functions: ClassVar[list[Any]] = []  # type: ignore[misc]  # the base forgets to say that it is one

    def __init__(
        self,
        router: Router,
        *connectors: str,
        tools: Sequence[str] = (),
        constraints: Constraints | Mapping[str, Any] | None = None,
        waits: bool = True,
    ) -> None:
        """Nothing is sent before the tools are asked for.

        Args:
            router: whose connectors; `Interlock(…).router` is one.
            connectors: ids; without any, all that may be used.
            tools: names or patterns, `list_*` or `github/*_issue`; without any, all that are listed.
            constraints: tighter than the router's.
            waits: inside a workflow, whether it waits for a person who has to agree, by InputRequiredEvent
                and HumanResponseEvent. Otherwise, and elsewhere, the call is refused.
        """
        if not isinstance(router, Router):
            raise RequestError(f"expected a Router, not {type(router).__name__}", key="router")
        if isinstance(tools, str):
            raise RequestError("expected a list of names, not one text", key="tools")
        self._connectors, self._tools = connectors, tuple(tools)
        self._toolbox = router.toolbox(constraints=constraints)
        self._waits = waits

    def to_tool_list(  # type: ignore[override]  # these are no functions
        self, spec_functions: Sequence[str] | None = None, func_to_metadata_mapping: None = None
    ) -> list[AsyncBaseTool]:
        """The tools, or those of them that are named here as well.

        Raises:
            RequestError: a connector is not there or cannot be used, a name fits no tool, or there is to be
                other metadata than the connector's.
        """
        found = self._toolbox.select_sync(self._connectors, self._tools)
        return self._made(found, spec_functions, func_to_metadata_mapping)

    async def to_tool_list_async(  # type: ignore[override]  # as above
        self, spec_functions: Sequence[str] | None = None, func_to_metadata_mapping: None = None
    ) -> list[AsyncBaseTool]:
        """`to_tool_list` for code with an event loop.

        Raises:
            RequestError: as there.
        """
        found = await self._toolbox.select(self._connectors, self._tools)
        return self._made(found, spec_functions, func_to_metadata_mapping)

    def _made(
        self, found: Sequence[Any], names: Sequence[str] | None, mapping: object
    ) -> list[AsyncBaseTool]:
        if mapping:
            raise RequestError("a tool is told of as its connector has it", key="func_to_metadata_mapping")
        made = {each.name: ConnectorTool(self._toolbox, each, waits=self._waits) for each in found}
        for name in names or ():
            if name not in made:
                raise RequestError(
                    f"{name!r} fits no tool; there are {', '.join(made)}", key="spec_functions"
                )
        return [tool for name, tool in made.items() if names is None or name in names]
