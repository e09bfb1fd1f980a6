"""A tool of another framework, as the ledger knows tools."""

from collections.abc import Awaitable, Callable
from typing import Any

from interlock import RequestError, ToolOutcome, ToolSpec
from interlock.protocols import FindCall, ToolRun
from interlock_agents.accounting.declared import Declared, Find

Act = Callable[[str], Awaitable[str]]
"""Does one run, given its key; what it gives is for the model."""


class ForeignTool:
    """One call of it: the framework's arguments and context are in `act`."""

    api = 1

    def __init__(self, spec: ToolSpec, declared: Declared, act: Act) -> None:
        self.spec = spec
        self.effect = declared.effect
        self.repeat = declared.repeat
        # Left unsaid it is not 0: that `find` sees nothing must not count then.
        self.settles_within: Any = declared.settles_within
        self._act = act

    @classmethod
    def of(cls, spec: ToolSpec, declared: Declared, act: Act) -> "ForeignTool":
        """One that can be looked for where a way to do that is declared."""
        if declared.find is None:
            return cls(spec, declared, act)
        return _FoundTool(spec, declared, act, declared.find)

    async def run(self, run: ToolRun) -> ToolOutcome:
        try:
            return ToolOutcome(outcome="done", content=await self._act(run.key))
        except RequestError as error:
            return ToolOutcome(outcome="refused", content=str(error))


class _FoundTool(ForeignTool):
    def __init__(self, spec: ToolSpec, declared: Declared, act: Act, find: Find) -> None:
        super().__init__(spec, declared, act)
        self._find = find

    async def find(self, call: FindCall) -> ToolOutcome | None:
        return await self._find(call.call.arguments, call.key)
