"""What tools must keep to, wherever they come from."""

import asyncio
import inspect
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from math import isfinite
from typing import Any, ClassVar, TypeVar
from uuid import uuid4

from interlock.errors import RequestError
from interlock.protocols import API, FindingTool, PreviewingTool, Tool, ToolRun, UndoingTool
from interlock.testing.rules import Conformance, expect, fail, not_applicable, way_out
from interlock.tools import digest
from interlock.types.clocks import elapsed
from interlock.types.messages import ToolCall
from interlock.types.permit import Permit
from interlock.types.request import ToolSpec
from interlock.types.tools import EFFECTS, Repeat, ToolOutcome

PATIENCE = 10.0
_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_-]{0,63}")  # what every vendor takes
_WRONG: tuple[dict[str, Any], ...] = ({"no such argument": 1}, {"query": {"deep": [[[]]]}}, {})
_METHODS = ((FindingTool, "find"), (PreviewingTool, "preview"), (UndoingTool, "undo"))
_Made = TypeVar("_Made")


class ToolRules(Conformance):
    """The rules for every tool of `tools()`. What a run does, `effect_rules` looks at.

    A tool that only reads is run, and so needs `arguments`. One that writes, or does worse, is run where
    `arguments` names it and nowhere else: let it work on something that was made for the test.

    Attributes:
        arguments: a tool's name -> arguments with which it works.
        wrong: a tool's name -> arguments that it must turn down.
        cannot: a reading tool's name -> why it cannot be run in a test.
    """

    arguments: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    wrong: ClassVar[Mapping[str, Mapping[str, Any]]] = {}

    def tools(self) -> Sequence[Tool]:
        """What is tested, as the plugin offers it now."""
        raise NotImplementedError

    def access(self) -> Mapping[str, Any]:
        """What a tool is given beside its call: `http`, `permit`, `destination` of `ToolAccess`."""
        return {"permit": Permit(deployment="conformance", origin=None)}

    def effects(self, name: str, arguments: Mapping[str, Any]) -> int:
        """How many effects there are, outside, of runs of the tool `name` with those arguments.

        Give it, so that the kit can see whether a run that is repeated is done twice.
        """
        raise NotImplementedError(name, arguments)

    def test_what_it_cannot_do_has_a_reason(self) -> None:
        """What stands in `cannot` is the name of a tool, with a reason of several words."""
        names = {tool.spec.name for tool in self.tools()}
        for name, reason in self.cannot.items():
            expect(name in names, f"cannot names {name!r}; the tools are {', '.join(sorted(names))}")
            expect(isinstance(reason, str) and " " in reason, f"cannot[{name!r}] is no reason: {reason!r}")

    def test_its_data_names_its_tools(self) -> None:
        """`arguments` and `wrong` name tools that there are."""
        names = {tool.spec.name for tool in self.tools()}
        for what in ("arguments", "wrong"):
            for name in getattr(self, what):
                expect(name in names, f"{what} names {name!r}; the tools are {', '.join(sorted(names))}")

    def test_offers_tools(self) -> None:
        """There are tools, each with `api`, a ToolSpec, and methods that are awaited."""
        tools = self.tools()
        expect(tools, "there are no tools")
        for tool in tools:
            needs = "it needs api, spec, effect, repeat, settles_within, run"
            expect(isinstance(tool, Tool), f"{tool!r} is no Tool: {needs}")
            expect(tool.api == API, f"api is {tool.api!r}; this version speaks {API}")
            expect(isinstance(tool.spec, ToolSpec), f"spec is a {type(tool.spec).__name__}, not a ToolSpec")
            name = tool.spec.name
            expect(inspect.iscoroutinefunction(tool.run), f"{name}: run must be a coroutine function")
            for kind, method in _METHODS:
                written = isinstance(tool, kind) and inspect.iscoroutinefunction(getattr(tool, method))
                expect(written or not hasattr(tool, method), f"{name}: {method} must be a coroutine function")

    def test_names_its_tools_each_differently(self) -> None:
        """Names are such as every vendor takes, no two alike, and the same when asked again."""
        names = [tool.spec.name for tool in self.tools()]
        for name in names:
            expect(_NAME.fullmatch(name), f"{name!r} is no name that every vendor takes")
            expect(names.count(name) == 1, f"two tools are called {name!r}")
        again = [tool.spec.name for tool in self.tools()]
        expect(names == again, f"asked twice, it offered {names} and {again}")

    def test_describes_its_tools(self) -> None:
        """Each tool has a description, and parameters that are a JSON schema of type object."""
        from jsonschema import SchemaError, validators  # noqa: PLC0415 - takes long to import

        for tool in self.tools():
            name, schema = tool.spec.name, dict(tool.spec.parameters)
            expect(tool.spec.description.strip(), f"{name} has no description: how would a model choose it?")
            expect(schema.get("type") == "object", f"{name}: its parameters are no schema of type object")
            try:
                validators.validator_for(schema).check_schema(schema)
            except SchemaError as error:
                fail(f"{name}: its parameters are no JSON schema: {error.message}", error)
            missing = set(schema.get("required", ())) - set(schema.get("properties", {}))
            expect(not missing, f"{name}: required but not described: {', '.join(sorted(missing))}")

    def test_says_what_its_tools_do_outside(self) -> None:
        """Effect, repetition and `settles_within`, in seconds, are stated and go together."""
        for tool in self.tools():
            name, effect, repeat, seconds = tool.spec.name, tool.effect, tool.repeat, tool.settles_within
            expect(effect in EFFECTS, f"{name}: effect is {effect!r}; use one of {', '.join(EFFECTS)}")
            expect(
                isinstance(repeat, Repeat),
                f'{name}: repeat is {repeat!r}; say Repeat("key"), "natural", "read" or "none"',
            )
            number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
            expect(
                number and isfinite(seconds) and seconds >= 0,
                f"{name}: settles_within is {seconds!r}; say in how many seconds a run that was sent has "
                "happened, or never will",
            )
            expect(
                effect != "read" or repeat.way == "natural",
                f'{name} only reads, so it may be repeated: repeat = Repeat("natural")',
            )
            expect(
                repeat.way != "read" or isinstance(tool, FindingTool),
                f'{name}: Repeat("read") takes `async def find`, which says whether a run has happened; '
                'without it, repeat = Repeat("none")',
            )

    def test_is_the_same_tool_when_asked_again(self) -> None:
        """Name, description, schema, effect and repetition do not change by themselves."""

        def digests() -> dict[str, str]:
            return {tool.spec.name: self._digest(tool) for tool in self.tools()}

        first, again = digests(), digests()
        for name, value in first.items():
            expect(
                again.get(name) == value,
                f"{name}: its name, description, schema, effect or repeat was another when asked again; what "
                "changes by itself belongs into results, for every approval is bound to these words",
            )

    def test_runs_its_tools(self) -> None:
        """Each tool that reads is done with its `arguments`, twice."""
        for tool in self.readers():
            name = tool.spec.name
            if name in self.cannot:
                continue
            expect(
                name in self.arguments,
                f"arguments lacks {name!r}: declare arguments = {{{name!r}: {{…}}}} with which it works, "
                f"or {way_out(name)} when it cannot be run in a test, or declare what else than read its "
                "effect is",
            )
            for turn in ("with the arguments that work", "when run again"):
                outcome = self._run(tool, self.arguments[name])
                expect(
                    outcome.outcome == "done",
                    f"{name} was {outcome.outcome} {turn}: {outcome.content}",
                )

    def test_turns_mistakes_into_outcomes(self) -> None:
        """Wrong arguments end in an outcome, those of `wrong` in a refusal; nothing is raised."""
        ran = False
        for tool in self.tools():
            name = tool.spec.name
            if name in self.wrong:
                ran = True
                outcome = self._run(tool, self.wrong[name])
                expect(
                    outcome.outcome == "refused",
                    f"{name} took {dict(self.wrong[name])} for good: the outcome is {outcome.outcome}, and "
                    "should be refused",
                )
            elif name in self.arguments and tool.effect == "read":
                ran = True
                for arguments in _WRONG:
                    self._run(tool, arguments)
        if not ran:
            not_applicable("no tool can be run in a test: neither `arguments` nor `wrong` names one")

    def test_lets_cancellation_pass(self) -> None:
        """Cancelled, a run ends, and catches no CancelledError."""
        for tool in self.readers():
            name = tool.spec.name
            if name not in self.arguments:
                continue

            async def cancelled(tool: Tool = tool, name: str = name) -> None:
                task = asyncio.create_task(tool.run(self.run_of(tool, self.arguments[name])))
                await asyncio.sleep(0)
                ended = task.done()
                task.cancel()
                await asyncio.wait({task}, timeout=PATIENCE)
                expect(ended or task.cancelled(), f"{name}: the cancellation was swallowed")

            asyncio.run(cancelled())

    def readers(self) -> list[Tool]:
        """The tools that only read, and so may be run."""
        found = [tool for tool in self.tools() if tool.effect == "read"]
        if not found:
            not_applicable("no tool only reads, and others are not run unasked")
        return found

    def run_of(self, tool: Tool, arguments: Mapping[str, Any], key: str = "") -> ToolRun:
        """A run with a key of its own, unless `key` gives one."""
        key = key or f"conformance-{uuid4().hex}"
        deadline = elapsed() + PATIENCE
        return ToolRun(call=call_of(tool, arguments), key=key, deadline=deadline, **self.access())

    def _run(self, tool: Tool, arguments: Mapping[str, Any], key: str = "") -> ToolOutcome:
        what = f"{tool.spec.name}, asked with {dict(arguments)},"
        return outcome_in(lambda: tool.run(self.run_of(tool, arguments, key)), what)

    def _digest(self, tool: Tool) -> str:
        try:
            return digest(tool, connector="conformance", version="1")
        except RequestError as error:
            fail(f"{tool.spec.name}: its schema is no JSON: {error}", error)


def call_of(tool: Tool, arguments: Mapping[str, Any]) -> ToolCall:
    return ToolCall(id="call-conformance-7", name=tool.spec.name, arguments=arguments)


def outcome_in(make: Callable[[], Awaitable[Any]], what: str) -> ToolOutcome:
    """What `make` returns, as long as it is an outcome."""
    outcome = finished(make, what)
    expect(
        isinstance(outcome, ToolOutcome),
        f"{what} returned a {type(outcome).__name__}, not a ToolOutcome",
    )
    return outcome  # type: ignore[no-any-return]  # checked just above


def finished(make: Callable[[], Awaitable[_Made]], what: str) -> _Made:
    async def main() -> _Made:
        return await asyncio.wait_for(make(), PATIENCE)

    try:
        return asyncio.run(main())
    except TimeoutError as error:
        fail(f"{what} did not end within {PATIENCE:g} s", error)
    except Exception as error:  # noqa: BLE001 - whatever a plugin raises is the finding
        fail(f"{what} raised {type(error).__name__}: {error}", error)
