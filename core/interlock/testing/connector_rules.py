"""What a connector and its tools must keep to."""

import asyncio
import inspect
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ClassVar, TypeVar

from interlock.protocols import API, Connector, Tool, ToolRun
from interlock.testing.rules import Conformance, expect, fail, not_applicable, way_out
from interlock.types.messages import ToolCall, ToolResult
from interlock.types.request import ToolSpec

_PATIENCE = 10.0
_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_-]{0,63}")  # what every vendor takes
_WRONG: tuple[dict[str, Any], ...] = ({"no such argument": 1}, {"query": {"deep": [[[]]]}}, {})
_Made = TypeVar("_Made")


class ConnectorConformance(Conformance):
    """The rules for connectors. A subclass sets `connector`, to an instance.

    Tools that are `destructive` are never run. `cannot` may name a harmless tool, with the reason why it
    cannot be run in a test.

    Attributes:
        connector: what is tested.
        arguments: a harmless tool's name -> arguments with which it works.
        wrong: a harmless tool's name -> arguments that it must turn down.
    """

    connector: Connector
    arguments: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    wrong: ClassVar[Mapping[str, Mapping[str, Any]]] = {}

    def test_what_it_cannot_do_has_a_reason(self) -> None:
        names = {tool.spec.name for tool in self._tools()}
        for name, reason in self.cannot.items():
            expect(name in names, f"cannot names {name!r}; the tools are {', '.join(sorted(names))}")
            expect(isinstance(reason, str) and " " in reason, f"cannot[{name!r}] is no reason: {reason!r}")

    def test_is_a_connector(self) -> None:
        connector = self.connector
        expect(isinstance(connector, Connector), f"{connector!r} is no Connector: it needs api, name, tools")
        expect(not isinstance(connector, type), "give an instance, not the class")
        expect(connector.api == API, f"api is {connector.api!r}; this version speaks {API}")
        expect(isinstance(connector.name, str) and connector.name, "name must be text")
        expect(inspect.iscoroutinefunction(connector.tools), "tools must be a coroutine function")

    def test_offers_tools(self) -> None:
        tools = self._tools()
        expect(tools, "there are no tools")
        for tool in tools:
            expect(isinstance(tool, Tool), f"{tool!r} is no Tool: it needs api, spec, destructive, run")
            expect(tool.api == API, f"api is {tool.api!r}; this version speaks {API}")
            expect(isinstance(tool.spec, ToolSpec), f"spec is a {type(tool.spec).__name__}, not a ToolSpec")
            name = tool.spec.name
            expect(isinstance(tool.destructive, bool), f"{name}: destructive must be True or False")
            expect(inspect.iscoroutinefunction(tool.run), f"{name}: run must be a coroutine function")

    def test_names_its_tools_each_differently(self) -> None:
        names = [tool.spec.name for tool in self._tools()]
        for name in names:
            expect(_NAME.fullmatch(name), f"{name!r} is no name that every vendor takes")
            expect(names.count(name) == 1, f"two tools are called {name!r}")
        again = [tool.spec.name for tool in self._tools()]
        expect(names == again, f"asked twice, it offered {names} and {again}")

    def test_describes_its_tools(self) -> None:
        from jsonschema.exceptions import SchemaError  # noqa: PLC0415 - takes long to import
        from jsonschema.validators import validator_for  # noqa: PLC0415 - likewise

        for tool in self._tools():
            name, schema = tool.spec.name, dict(tool.spec.parameters)
            expect(tool.spec.description.strip(), f"{name} has no description: how would a model choose it?")
            expect(schema.get("type") == "object", f"{name}: its parameters are no schema of type object")
            try:
                validator_for(schema).check_schema(schema)
            except SchemaError as error:
                fail(f"{name}: its parameters are no JSON schema: {error.message}", error)
            missing = set(schema.get("required", ())) - set(schema.get("properties", {}))
            expect(not missing, f"{name}: required but not described: {', '.join(sorted(missing))}")

    def test_runs_its_tools(self) -> None:
        harmless = self.harmless()
        for tool in harmless:
            name = tool.spec.name
            if name in self.cannot:
                continue
            expect(
                name in self.arguments,
                f"arguments lacks {name!r}: declare arguments = {{{name!r}: {{…}}}} with which it works, "
                f"or {way_out(name)} when it cannot be run in a test, or make the tool destructive = True "
                "when it changes something outside",
            )
            result = self._run(tool, self.arguments[name])
            expect(not result.error, f"{name} failed with the arguments that work: {result.content}")

    def test_turns_mistakes_into_results(self) -> None:
        ran = False
        for tool in self.harmless():
            name = tool.spec.name
            if name in self.wrong:
                ran = True
                result = self._run(tool, self.wrong[name])
                expect(result.error, f"{name} took {dict(self.wrong[name])} for good")
            elif name in self.arguments:
                ran = True
                for arguments in _WRONG:
                    self._run(tool, arguments)
        if not ran:
            not_applicable("no tool can be run in a test: neither `arguments` nor `wrong` names one")

    def test_lets_cancellation_pass(self) -> None:
        for tool in self.harmless():
            name = tool.spec.name
            if name not in self.arguments:
                continue

            async def cancelled(tool: Tool = tool, name: str = name) -> None:
                task = asyncio.create_task(tool.run(ToolRun(call=_call(tool, self.arguments[name]))))
                await asyncio.sleep(0)
                ended = task.done()
                task.cancel()
                await asyncio.wait({task}, timeout=_PATIENCE)
                expect(ended or task.cancelled(), f"{name}: the cancellation was swallowed")

            asyncio.run(cancelled())

    def harmless(self) -> list[Tool]:
        """The tools that may be run."""
        found = [tool for tool in self._tools() if not tool.destructive]
        if not found:
            not_applicable("every tool is destructive, and so none is run")
        return found

    def _tools(self) -> list[Tool]:
        return list(_finished(self.connector.tools, "tools"))

    def _run(self, tool: Tool, arguments: Mapping[str, Any]) -> ToolResult:
        name, call = tool.spec.name, _call(tool, arguments)
        result: Any = _finished(
            lambda: tool.run(ToolRun(call=call)), f"{name}, asked with {dict(arguments)},"
        )
        expect(isinstance(result, ToolResult), f"{name} returned a {type(result).__name__}, not a ToolResult")
        expect(result.id == call.id, f"{name} answered the call {call.id!r} as {result.id!r}")
        return result  # type: ignore[no-any-return]  # checked two lines above


def _call(tool: Tool, arguments: Mapping[str, Any]) -> ToolCall:
    return ToolCall(id="call-conformance-7", name=tool.spec.name, arguments=arguments)


def _finished(make: Callable[[], Awaitable[_Made]], what: str) -> _Made:
    async def main() -> _Made:
        return await asyncio.wait_for(make(), _PATIENCE)

    try:
        return asyncio.run(main())
    except TimeoutError as error:
        fail(f"{what} did not end within {_PATIENCE:g} s", error)
    except Exception as error:  # noqa: BLE001 - whatever a plugin raises is the finding
        fail(f"{what} raised {type(error).__name__}: {error}", error)
