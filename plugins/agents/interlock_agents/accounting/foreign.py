"""A tool of another framework, as the ledger knows tools."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from interlock import RequestError, ToolOutcome, ToolSpec
from interlock.protocols import FindCall, ToolRun
from interlock_agents.accounting.declared import Declared, Find

_MOST = 100_000  # characters of an artifact that is kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What one run gave.

    Attributes:
        content: for the model.
        artifact: for the program; it is kept with the effect where it is JSON of at most 100,000 characters.
    """

    content: str
    artifact: Any = None

    @property
    def receipt(self) -> dict[str, Any] | None:
        """The artifact as it is kept, under its name."""
        if self.artifact is None:
            return None
        try:
            text = json.dumps(self.artifact, allow_nan=False)
        except (TypeError, ValueError, RecursionError):
            return None
        kept = json.loads(text)
        # What would come back otherwise than it was, such as a tuple, is left out rather than changed.
        same = len(text) <= _MOST and type(kept) is type(self.artifact) and kept == self.artifact
        return {"artifact": kept} if same else None


Act = Callable[[str], Awaitable[Made]]
"""Does one run, given its key."""


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
            made = await self._act(run.key)
        except RequestError as error:
            return ToolOutcome(outcome="refused", content=str(error))
        try:
            return ToolOutcome(outcome="done", content=made.content, receipt=made.receipt)
        except RequestError:  # the artifact cannot be kept, and it has happened all the same
            return ToolOutcome(outcome="done", content=made.content)


class _FoundTool(ForeignTool):
    def __init__(self, spec: ToolSpec, declared: Declared, act: Act, find: Find) -> None:
        super().__init__(spec, declared, act)
        self._find = find

    async def find(self, call: FindCall) -> ToolOutcome | None:
        return await self._find(call.call.arguments, call.key)
