"""Tools that are not listed, and the one by which a model asks for them."""

from typing import Any

import pytest

from drawers import Drawer, OpenDrawer, call
from interlock import ApprovalNeeded, Repeat, ToolCall, ToolOutcome, UnknownTool, tool_of


class Long(Drawer):
    """A kind whose connectors list `ask` alone, and have these tools besides."""

    def __init__(self, name: str, *hidden: Any, ask: str = "ask") -> None:
        super().__init__(name, Ask(ask, {each.spec.name for each in hidden}))
        self.hidden = {each.spec.name: each for each in hidden}

    def open(self, call: Any) -> OpenDrawer:
        opened = OpenLong(self)
        self.opened += 1
        return opened


class OpenLong(OpenDrawer):
    def unlisted(self, name: str) -> Any:
        return self.drawer.hidden.get(name)  # type: ignore[attr-defined]  # a Long


class Ask:
    """Asks for the tool `what` with the arguments `given`."""

    api = 1
    effect: Any = "irreversible"
    repeat = Repeat("none")
    settles_within = 0.0

    def __init__(self, name: str, known: set[str]) -> None:
        self.spec = tool_of(lambda what, given=None: "", effect="write", name=name, description="Asks.").spec
        self.known = known

    def forward(self, call: ToolCall) -> ToolCall:
        name = call.arguments.get("what")
        if name not in self.known:
            raise UnknownTool(f"there is no {name!r}")
        return ToolCall(id="another", name=name, arguments=call.arguments.get("given", {}))

    async def run(self, run: Any) -> ToolOutcome:
        raise AssertionError("it was run in place of the tool that it asks for")


def tool(name: str, effect: Any = "read", runs: list[Any] | None = None) -> Any:
    def act(n: int = 0) -> str:
        if runs is not None:
            runs.append((name, n))
        return f"{name} {n}"

    return tool_of(act, effect=effect, name=name, description="For a test.")


async def test_what_a_call_asks_for_is_what_runs(router_with):
    kind = Long("long", tool("look"), tool("cut", "destructive"))
    box = router_with([kind], [{"id": "a", "connector": "long"}]).toolbox()
    assert [spec.name for spec in await box.specs()] == ["ask"]
    outcome = await box.run(call("ask", what="look", given={"n": 3}))
    assert outcome.content == "look 3"
    resolved = await box.resolve(call("ask", what="look", given={"n": 3}))
    assert resolved == call("look", n=3)
    assert await box.resolve(resolved) == resolved
    assert box.effect_of(await box.tool("look")).effect == "read"


async def test_a_person_is_asked_about_the_tool_that_is_meant(router_with):
    runs: list[Any] = []
    hidden = tool("cut", "destructive", runs)
    box = router_with([Long("long", hidden)], [{"id": "a", "connector": "long"}]).toolbox()
    asks = call("ask", what="cut", given={"n": 1})
    with pytest.raises(ApprovalNeeded) as needed:
        await box.run(asks)
    request = needed.value.request
    assert request is not None
    assert (request.tool, request.effect, dict(request.call.arguments)) == ("cut", "destructive", {"n": 1})
    grant = (await box.asking(asks)).grant(approver="ann")
    with pytest.raises(ApprovalNeeded):
        await box.run(call("ask", what="cut", given={"n": 2}), grant=grant)
    grant = (await box.asking(asks)).grant(approver="ann")
    assert (await box.run(call("cut", n=1), grant=grant)).content == "cut 1"
    assert runs == [("cut", 1)]


async def test_the_users_rules_are_about_the_tool_that_is_meant(router_with):
    rules = {"rules": [{"tools": "a/cut", "effect": "read"}, {"tools": "a/*", "effect": "irreversible"}]}
    kinds = [Long("long", tool("cut", "destructive"), tool("look"))]
    box = router_with(kinds, [{"id": "a", "connector": "long"}], tools=rules).toolbox()
    assert (await box.run(call("ask", what="cut"))).content == "cut 0"
    with pytest.raises(ApprovalNeeded, match="look was not run: it is irreversible"):
        await box.run(call("ask", what="look"))


async def test_a_call_that_means_nothing_is_of_no_tool(router_with):
    box = router_with([Long("long", tool("look"))], [{"id": "a", "connector": "long"}]).toolbox()
    with pytest.raises(UnknownTool, match="there is no 'lok'"):
        await box.run(call("ask", what="lok"))
    with pytest.raises(UnknownTool, match="there is no tool 'lok'"):
        await box.run(call("lok"))


async def test_the_same_unlisted_name_of_two_connectors_goes_by_the_connectors(router_with):
    kinds = [Long("one", tool("look"), ask="ask_one"), Long("two", tool("look", "write"), ask="ask_two")]
    entries = [{"id": "a", "connector": "one"}, {"id": "b", "connector": "two"}]
    box = router_with(kinds, entries).toolbox()
    with pytest.raises(UnknownTool, match=r"for a__look and b__look"):
        await box.tool("look") if await box.specs() else None
    resolved = await box.resolve(call("ask_two", what="look"))
    assert resolved.name == "b__look"
    assert box.effect_of(await box.tool("b__look")).effect == "write"
    assert (await box.run(call("ask_one", what="look"))).content == "look 0"


async def test_a_tool_that_is_listed_goes_before_one_that_is_not(router_with):
    kinds = [Drawer("one", tool("look", "write")), Long("two", tool("look"))]
    box = router_with(kinds, [{"id": "a", "connector": "one"}, {"id": "b", "connector": "two"}]).toolbox()
    assert (await box.tool("look")).connector == "a"
    assert (await box.resolve(call("ask", what="look"))).name == "b__look"
    assert (await box.tool("b__look")).connector == "b"


async def test_what_a_connector_of_a_forbidden_place_has_is_not_found_either(router_with):
    entry = {"id": "a", "connector": "long", "region": "us"}
    box = router_with([Long("long", tool("look"))], [entry]).toolbox(constraints={"residency": ["eu"]})
    with pytest.raises(UnknownTool):
        await box.run(call("look"))


async def test_an_unlisted_tool_that_is_none_is_not_found(router_with):
    kind = Long("long", tool("look"))
    kind.hidden["fake"] = object()
    box = router_with([kind], [{"id": "a", "connector": "long"}]).toolbox()
    with pytest.raises(UnknownTool):
        await box.run(call("fake"))
