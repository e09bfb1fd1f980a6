"""A row as a tool."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from interlock import Preview, ProviderError, Repeat, RequestError, ToolOutcome, ToolSpec
from interlock.http import aside
from interlock.protocols import API, FindCall, PreviewCall, Tool, ToolAccess, ToolRun, UndoCall
from interlock_tools.answers import Answer, text_of
from interlock_tools.calls import Arguments, Call
from interlock_tools.finding import found
from interlock_tools.listing import listed
from interlock_tools.operations import Operation
from interlock_tools.replies import done, not_sent, refused
from interlock_tools.service import NotSent, Service

if TYPE_CHECKING:
    from interlock_tools.schemas import Checker


def tool_for(service: Service, operation: Operation) -> Tool:
    """The tool that carries out an operation. One that changes something can be previewed."""
    kinds: dict[tuple[bool, bool], type[_Reading]] = {
        (False, False): _Writing,
        (True, False): _Finding,
        (False, True): _Undoing,
        (True, True): _FindingAndUndoing,
    }
    if operation.effect == "read":
        return _Reading(service, operation)
    return kinds[operation.find is not None, operation.undo is not None](service, operation)


class _Reading:
    api = API

    def __init__(self, service: Service, operation: Operation) -> None:
        self.spec = ToolSpec(
            name=operation.name, description=operation.description, parameters=operation.schema
        )
        self.effect = operation.effect
        self.repeat = operation.repeat or Repeat("none")
        self.settles_within = operation.settles_within
        self._service = service
        self._operation = operation
        self._checker: Checker | None = None

    def __repr__(self) -> str:
        return f"<tool {self.spec.name}>"

    async def run(self, run: ToolRun) -> ToolOutcome:
        try:
            arguments = await self._arguments(run, run.key)
            call = self._operation.request(arguments)
        except RequestError as error:
            return refused(str(error))
        pages = self._operation.pages
        return await self._sent(run, call, None if pages is None else arguments.get(pages.argument))

    async def _sent(self, access: ToolAccess, call: Call, position: str | None = None) -> ToolOutcome:
        operation = self._operation
        try:
            if operation.pages is not None and isinstance(operation.answer, Answer):
                return await listed(self._service, access, operation, call, position)
            reply = await self._service.send(access, call)
        except NotSent as early:
            return not_sent(early.error)
        except ProviderError as error:
            if error.unsent:
                return not_sent(error)
            raise
        told = await self._service.told(reply)
        keyed = self.repeat.way == "key"
        failed = self._service.outcome(reply, told, operation.meanings, keyed=keyed)
        return failed or done(operation, reply, told)

    async def _arguments(self, given: ToolAccess, key: str) -> Arguments:
        from interlock_tools.schemas import fitted  # noqa: PLC0415 - takes long to import

        values: Mapping[str, Any] = fitted(self.spec.parameters, given.call.arguments)
        if wrong := await self._objection(values):
            raise RequestError(wrong)
        return Arguments(values=values, key=key)

    async def _objection(self, values: Mapping[str, Any]) -> str | None:
        from interlock_tools.schemas import Checker, is_small  # noqa: PLC0415 - takes long to import

        if self._checker is None:
            self._checker = Checker(self.spec.parameters, patterns=True)
        objection = self._checker.objection
        return objection(values) if is_small(values) else await aside(objection, values)


class _Writing(_Reading):
    async def preview(self, call: PreviewCall) -> Preview:
        arguments = await self._arguments(call, "")
        if self._operation.preview is not None:
            return self._operation.preview(arguments)
        asked = self._operation.request(arguments)
        told = {"method": asked.method, "target": asked.target}
        if isinstance(asked.body, bytes):
            told["body"] = asked.body.decode(errors="replace")
        elif asked.body is not None:
            told["body"] = asked.body
        text = f"{asked.method} {asked.target}"
        return Preview(text=f"{text}\n{text_of(told['body'])}" if "body" in told else text, changes=told)


class _Finding(_Writing):
    async def find(self, call: FindCall) -> ToolOutcome | None:
        try:
            arguments = await self._arguments(call, call.key)
            return await found(self._service, call, self._operation, arguments)
        except RequestError as error:
            # This tool would not have sent it; of what another version of it has done, it knows nothing.
            return ToolOutcome(outcome="unknown", content=str(error))


class _Undoing(_Writing):
    async def undo(self, call: UndoCall) -> ToolOutcome:
        undo = self._operation.undo
        try:
            if undo is None:
                raise RequestError("it cannot be taken back")
            asked = undo(call.receipt, await self._arguments(call, call.key))
        except RequestError as error:
            return refused(str(error))
        return await self._sent(call, asked)


class _FindingAndUndoing(_Finding, _Undoing):
    pass
