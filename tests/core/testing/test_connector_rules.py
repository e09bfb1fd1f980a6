"""ConnectorConformance: a connector that breaks a rule fails that rule's test."""

import asyncio
from copy import copy
from dataclasses import replace
from typing import Any, ClassVar
from unittest import SkipTest
from uuid import uuid4

import pytest

from interlock import Repeat, ToolCall, ToolOutcome, ToolSpec, UnknownTool
from interlock.protocols import IN_PROCESS, ConnectorCall, ToolRun
from interlock.testing import ConnectorConformance, rules_of

RULES = rules_of(ConnectorConformance)
QUERY = {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]}


class Search:
    api = 1
    spec = ToolSpec(name="search", description="Finds a page.", parameters=QUERY)
    effect: Any = "read"
    repeat: Any = Repeat("natural")
    settles_within: Any = 0.0

    async def run(self, run: ToolRun) -> ToolOutcome:
        query = run.call.arguments.get("query")
        if not isinstance(query, str):
            return ToolOutcome(outcome="refused", content="query must be text")
        return ToolOutcome(outcome="done", content=f"a page about {query}")


class Delete:
    api = 1
    spec = ToolSpec(name="delete", description="Deletes a page.")
    effect = "destructive"
    repeat = Repeat("none")
    settles_within = 0.0

    async def run(self, run: ToolRun) -> ToolOutcome:
        raise AssertionError("the kit must not run what is destructive")


class Pages:
    api = 1
    name = "pages"

    def __init__(self, *tools: Any) -> None:
        self.offered = tools or (Search(), Delete())

    async def tools(self, call: Any) -> Any:
        return self.offered

    async def aclose(self) -> None: ...


class PagesKind:
    """Opens what it was made with, as it is now."""

    api = 1
    name = "pages"
    facts = IN_PROCESS
    options = None

    def __init__(self, connector: Any) -> None:
        self.connector = connector

    def open(self, call: ConnectorCall) -> Any:
        return copy(self.connector)


class Kit(ConnectorConformance):
    arguments: ClassVar = {"search": {"query": "rain"}}
    wrong: ClassVar = {"search": {"query": 5}}

    def __init__(self, connector: Any, **changes: Any) -> None:
        self.kind = PagesKind(connector)
        vars(self).update(changes)


@pytest.mark.parametrize("rule", RULES)
def test_a_connector_that_keeps_the_contract_passes(rule: str) -> None:
    try:
        getattr(Kit(Pages()), rule)()
    except SkipTest as skipped:
        words = str(skipped)
        assert "`arguments` names no" in words or "no `service`" in words


def spec(**fields: Any) -> Any:
    tool = Search()
    tool.spec = ToolSpec(**{"name": "search", "description": "Finds.", "parameters": QUERY, **fields})
    return tool


def made(**attributes: Any) -> Any:
    tool = Search()
    vars(tool).update(attributes)
    return tool


class Says(Search):
    async def run(self, run: ToolRun) -> Any:
        return "a page"


class Raises(Search):
    async def run(self, run: ToolRun) -> ToolOutcome:
        return ToolOutcome(outcome="done", content=f"a page about {run.call.arguments['query'].upper()}")


class Fails(Search):
    async def run(self, run: ToolRun) -> ToolOutcome:
        return ToolOutcome(outcome="refused", content="down")


class Once(Search):
    def __init__(self) -> None:
        self.ran = False

    async def run(self, run: ToolRun) -> ToolOutcome:
        ran, self.ran = self.ran, True
        return ToolOutcome(outcome="refused" if ran else "done", content="there was one page")


class Believes(Search):
    async def run(self, run: ToolRun) -> ToolOutcome:
        return ToolOutcome(outcome="done", content="a page")


class Deaf(Search):
    async def run(self, run: ToolRun) -> ToolOutcome:
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            return ToolOutcome(outcome="done", content="late")
        return ToolOutcome(outcome="done", content="late")


class Looks(Search):
    def find(self, call: Any) -> Any:
        return None


class Calls(Search):
    """Asks for others by their names."""

    spec = ToolSpec(name="call", description="Calls a tool.", parameters=QUERY)

    def __init__(self, means: Any) -> None:
        self.means = means

    def forward(self, call: ToolCall) -> Any:
        if not isinstance(call.arguments.get("query"), str):
            raise UnknownTool("say which", key="tool_call")
        return self.means(call)


def means(**changes: Any) -> Any:
    return Pages(Search(), Calls(lambda call: replace(call, **{"name": "search", **changes})))


def other(call: ToolCall) -> ToolCall:
    return replace(call, name="search", arguments={"query": str(uuid4())})


class Dark(Pages):
    async def tools(self, call: Any) -> Any:
        raise OSError("no such host")


class Dated(Pages):
    def __init__(self) -> None:
        self.asked: list[int] = []

    async def tools(self, call: Any) -> Any:
        self.asked.append(1)
        return [spec(description=f"Finds a page among {len(self.asked)}.")]


@pytest.mark.parametrize(
    ("connector", "rule", "sentence"),
    [
        (object(), "opens_a_connector", "it needs api, name, tools, aclose"),
        (Dark(), "offers_tools", "tools raised OSError: no such host"),
        (Pages(object()), "offers_tools", "it needs api, spec, effect, repeat, settles_within, run"),
        (Pages(Looks()), "offers_tools", "search: find must be a coroutine function"),
        (
            Pages(made(effect="harmless")),
            "says_what_its_tools_do_outside",
            "effect is 'harmless'; use one of read, write, destructive, irreversible",
        ),
        (Pages(made(repeat="natural")), "says_what_its_tools_do_outside", "repeat is 'natural'; say Repeat"),
        (Pages(made(repeat=Repeat("none"))), "says_what_its_tools_do_outside", "search only reads"),
        (
            Pages(made(effect="write", repeat=Repeat("read"))),
            "says_what_its_tools_do_outside",
            "takes `async def find`",
        ),
        (
            Pages(made(settles_within=-1)),
            "says_what_its_tools_do_outside",
            "settles_within is -1; say in how",
        ),
        (Pages(made(settles_within=None)), "says_what_its_tools_do_outside", "settles_within is None"),
        (Dated(), "is_the_same_tool_when_asked_again", "every approval is bound to these words"),
        (
            Pages(spec(parameters={**QUERY, "default": float("nan")})),
            "is_the_same_tool_when_asked_again",
            "its schema is no JSON: tools.search.schema.default: nan",
        ),
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
        (Pages(Says()), "runs_its_tools", "returned a str, not a ToolOutcome"),
        (Pages(Fails()), "runs_its_tools", "was refused with the arguments that work: down"),
        (Pages(Once()), "runs_its_tools", "was refused when run again: there was one page"),
        (Pages(Raises()), "turns_mistakes_into_outcomes", "raised AttributeError"),
        (Pages(Believes()), "turns_mistakes_into_outcomes", "for good: the outcome is done"),
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


@pytest.mark.parametrize(
    ("connector", "sentence"),
    [
        (means(name="lost"), "it means 'lost', which is not there"),
        (means(name="call"), "it means one that forwards, too"),
        (means(id="mine"), "another id than was asked"),
        (Pages(Search(), Calls(lambda call: None)), "forward gave a NoneType"),
        (Pages(Search(), Calls(lambda call: call.arguments["lost"])), "forward raised KeyError"),
        (Pages(Search(), Calls(other)), "it means another call the second time"),
    ],
)
def test_a_tool_that_forwards_calls_to_nowhere_fails_its_rule(connector: Any, sentence: str) -> None:
    data = {"search": {"query": "rain"}, "call": {"query": "search"}}
    with pytest.raises(AssertionError, match=sentence):
        Kit(connector, arguments=data).test_forwards_calls_to_tools_that_there_are()
    Kit(means(), arguments=data).test_forwards_calls_to_tools_that_there_are()


def test_a_tool_that_cannot_be_run_in_a_test_has_a_reason() -> None:
    kit = Kit(Pages(spec(name="find")), cannot={"find": "it asks a paid service"})
    kit.test_runs_its_tools()
    kit.test_what_it_cannot_do_has_a_reason()
    with pytest.raises(AssertionError, match="names 'search'; the tools are find"):
        Kit(
            Pages(spec(name="find")), cannot={"search": "it asks a paid service"}
        ).test_what_it_cannot_do_has_a_reason()


def test_what_is_destructive_is_never_run() -> None:
    with pytest.raises(SkipTest, match="no tool only reads"):
        Kit(Pages(Delete()), arguments={}, wrong={}).test_runs_its_tools()


@pytest.mark.parametrize("what", ["arguments", "wrong"])
def test_data_for_a_tool_that_is_not_there_is_found_out(what: str) -> None:
    with pytest.raises(AssertionError, match=f"{what} names 'lost'; the tools are delete, search"):
        Kit(Pages(), **{what: {"lost": {}}}).test_its_data_names_its_tools()
