"""Tools of services that have no condition for a change: what is there is read just before it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from interlock import Preview, ProviderError, RequestError, ToolOutcome
from interlock.protocols import API, FindCall, PreviewCall, ToolAccess, ToolRun
from interlock_tools.calls import Arguments, Call
from interlock_tools.operations import Operation
from interlock_tools.replies import not_sent, refused
from interlock_tools.service import NotSent, Service
from interlock_tools.tool import tool_for

Then: TypeAlias = Callable[[Sequence[Any], Arguments], Operation | ToolOutcome]
"""Of the JSON of what was read, in the order of the reads: the row to run now, or why none is."""


class PreconditionTool:
    """The tool of a row that is run as long as things stand as whoever asked for it has read them.

    A change that falls between the reads and the row's own request is not seen.

    Args:
        reads: the calls that show how things stand; one that fails is a refusal, and nothing is changed.
        then: judges what they show.
    """

    api = API

    def __init__(
        self, service: Service, row: Operation, *, reads: Sequence[Callable[[Arguments], Call]], then: Then
    ) -> None:
        self._tool: Any = tool_for(service, row)
        self.spec = self._tool.spec
        self.effect = self._tool.effect
        self.repeat = self._tool.repeat
        self.settles_within = self._tool.settles_within
        self._service = service
        self._row = row
        self._reads = tuple(reads)
        self._then = then

    def __repr__(self) -> str:
        return repr(self._tool)

    async def run(self, run: ToolRun) -> ToolOutcome:
        shown = PreviewCall(
            call=run.call,
            metadata=run.metadata,
            deadline=run.deadline,
            http=run.http,
            permit=run.permit,
            destination=run.destination,
        )
        from interlock_tools.schemas import fitted  # noqa: PLC0415 - takes long to import

        try:
            await self._tool.preview(shown)  # holds the arguments against their schema, and sends nothing
            asked = Arguments(values=fitted(self.spec.parameters, run.call.arguments))
            read = [await self._read(run, each(asked)) for each in self._reads]
            judged = self._then(read, asked)
        except RequestError as error:
            return refused(str(error))
        except _Unread as error:
            return error.outcome
        if isinstance(judged, ToolOutcome):
            return judged
        outcome: ToolOutcome = await tool_for(self._service, judged).run(run)
        return outcome

    async def preview(self, call: PreviewCall) -> Preview:
        return await self._tool.preview(call)  # type: ignore[no-any-return]  # a tool's own

    async def find(self, call: FindCall) -> ToolOutcome | None:
        return await self._tool.find(call)  # type: ignore[no-any-return]  # a tool's own

    async def _read(self, access: ToolAccess, call: Call) -> Any:
        try:
            reply = await self._service.send(access, call)
        except NotSent as early:
            raise _Unread(not_sent(early.error)) from early
        except ProviderError as error:
            raise _Unread(not_sent(error)) from error
        told = await self._service.told(reply)
        failed = self._service.outcome(reply, told, self._row.meanings)
        if failed is not None:
            raise _Unread(replace(failed, outcome="refused", reason=failed.reason or "not_sent"))
        if told is None:
            raise _Unread(refused("the service sent something else than it documents"))
        return told


class _Unread(Exception):
    def __init__(self, outcome: ToolOutcome) -> None:
        super().__init__(outcome.reason)
        self.outcome = outcome
