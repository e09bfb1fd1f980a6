"""ConnectorConformance: a connector that breaks a rule fails that rule's test."""

import asyncio
from typing import Any, ClassVar
from unittest import SkipTest

import pytest

from interlock import ToolResult, ToolSpec
from interlock.protocols import ToolRun
from interlock.testing import ConnectorConformance, rules_of

RULES = rules_of(ConnectorConformance)
QUERY = {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]}


class Search:
    api = 1
    spec = ToolSpec(name="search", description="Finds a page.", parameters=QUERY)
    destructive = False

    async def run(self, call: ToolRun) -> ToolResult:
        query = call.call.arguments.get("query")
        if not isinstance(query, str):
            return ToolResult(id=call.call.id, content="query must be text", error=True)
        return ToolResult(id=call.call.id, content=f"a page about {query}")


class Delete:
    api = 1
    spec = ToolSpec(name="delete", description="Deletes a page.")
    destructive = True

    async def run(self, call: ToolRun) -> ToolResult:
        raise AssertionError("the kit must not run what is destructive")


class Pages:
    api = 1
    name = "pages"

    def __init__(self, *tools: Any) -> None:
        self.offered = tools or (Search(), Delete())

    async def tools(self) -> Any:
        return self.offered


class Kit(ConnectorConformance):
    arguments: ClassVar = {"search": {"query": "rain"}}
    wrong: ClassVar = {"search": {"query": 5}}

    def __init__(self, connector: Any, **changes: Any) -> None:
        self.connector = connector
        vars(self).update(changes)


@pytest.mark.parametrize("rule", RULES)
def test_a_connector_that_keeps_the_contract_passes(rule: str) -> None:
    getattr(Kit(Pages()), rule)()


def spec(**fields: Any) -> Any:
    tool = Search()
    tool.spec = ToolSpec(**{"name": "search", "description": "Finds.", "parameters": QUERY, **fields})
    return tool


class Unmarked(Search):
    destructive = "no"  # type: ignore[assignment]  # the breach


class OtherId(Search):
    async def run(self, call: ToolRun) -> ToolResult:
        return ToolResult(id="1", content="a page")


class Says(Search):
    async def run(self, call: ToolRun) -> Any:
        return "a page"


class Raises(Search):
    async def run(self, call: ToolRun) -> ToolResult:
        return ToolResult(id=call.call.id, content=f"a page about {call.call.arguments['query'].upper()}")


class Fails(Search):
    async def run(self, call: ToolRun) -> ToolResult:
        return ToolResult(id=call.call.id, content="down", error=True)


class Believes(Search):
    async def run(self, call: ToolRun) -> ToolResult:
        return ToolResult(id=call.call.id, content="a page")


class Deaf(Search):
    async def run(self, call: ToolRun) -> ToolResult:
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            return ToolResult(id=call.call.id, content="late")
        return ToolResult(id=call.call.id, content="late")


class Dark(Pages):
    async def tools(self) -> Any:
        raise OSError("no such host")


@pytest.mark.parametrize(
    ("connector", "rule", "sentence"),
    [
        (object(), "is_a_connector", "it needs api, name, tools"),
        (Dark(), "offers_tools", "tools raised OSError: no such host"),
        (Pages(object()), "offers_tools", "it needs api, spec, destructive, run"),
        (Pages(Unmarked()), "offers_tools", "destructive must be True or False"),
        (Pages(Search(), Search()), "names_its_tools_each_differently", "two tools are called 'search'"),
        (Pages(spec(name="find page")), "names_its_tools_each_differently", "'find page' is no name"),
        (Pages(spec(description=" ")), "describes_its_tools", "how would a model choose it"),
        (Pages(spec(parameters={"type": "array"})), "describes_its_tools", "no schema of type object"),
        (
            Pages(spec(parameters={"type": "object", "properties": {"query": {"type": "txet"}}})),
            "describes_its_tools",
            "no JSON schema",
        ),
        (
            Pages(spec(parameters={"type": "object", "required": ["query"]})),
            "describes_its_tools",
            "required but not described: query",
        ),
        (Pages(OtherId()), "runs_its_tools", "answered the call 'call-conformance-7' as '1'"),
        (Pages(Says()), "runs_its_tools", "returned a str, not a ToolResult"),
        (Pages(Fails()), "runs_its_tools", "failed with the arguments that work"),
        (Pages(Raises()), "turns_mistakes_into_results", "raised AttributeError"),
        (Pages(Believes()), "turns_mistakes_into_results", "for good"),
        (Pages(Deaf()), "lets_cancellation_pass", "the cancellation was swallowed"),
        (
            Pages(spec(name="find")),
            "runs_its_tools",
            r"""arguments = \{'find': .* or cannot = \{"find": "why"\}""",
        ),
    ],
)
def test_a_breach_fails_its_rule(
    connector: Any, rule: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(AssertionError, match=sentence):
        getattr(Kit(connector), f"test_{rule}")()


def test_a_tool_that_cannot_be_run_in_a_test_has_a_reason() -> None:
    kit = Kit(Pages(spec(name="find")), cannot={"find": "it asks a paid service"})
    kit.test_runs_its_tools()
    kit.test_what_it_cannot_do_has_a_reason()
    with pytest.raises(AssertionError, match="names 'search'; the tools are find"):
        Kit(
            Pages(spec(name="find")), cannot={"search": "it asks a paid service"}
        ).test_what_it_cannot_do_has_a_reason()


def test_what_is_destructive_is_never_run() -> None:
    with pytest.raises(SkipTest, match="every tool is destructive"):
        Kit(Pages(Delete())).test_runs_its_tools()
