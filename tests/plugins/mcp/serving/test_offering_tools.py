"""What a client is told that there is."""

import pytest
from desk import REVISIONS, Desk, client_of, router_of
from mcp import MCPError
from mcp.types import PaginatedRequestParams, ToolListChangedNotification

from interlock import Repeat, RequestError, ToolCall, ToolSpec, tool_of
from interlock.protocols import ToolRun
from interlock_mcp.serving import server

OWN = ["ask", "decide", "list_models"]
DESKS = ["look", "write", "order", "buy", "burn", "limited", "draw"]


def many(count: int):
    def filed(number: int) -> str:
        """A paper."""
        return str(number)

    return [tool_of(filed, effect="read", name=f"paper_{number}") for number in range(count)]


async def names(client) -> list[str]:
    return [each.name for each in (await client.list_tools()).tools]


@pytest.mark.parametrize("revision", REVISIONS)
async def test_the_router_and_the_tools_of_its_connectors_are_offered(revision):
    async with client_of(router_of(Desk()), revision) as client:
        assert await names(client) == [*OWN, *DESKS]


@pytest.mark.parametrize(
    ("options", "offered"),
    [
        ({"tools": ["desk/l*"]}, [*OWN, "look", "limited"]),
        ({"tools": ["write", "burn"], "models": False}, ["write", "burn"]),
        ({"tools": ()}, OWN),
        ({"tools": ["elsewhere/*"]}, OWN),
    ],
)
async def test_patterns_choose_the_tools(options, offered):
    async with client_of(router_of(Desk()), "legacy", **options) as client:
        assert await names(client) == offered


@pytest.mark.parametrize("revision", REVISIONS)
async def test_what_is_not_offered_cannot_be_called_nor_is_it_named(revision):
    desk = Desk()
    async with client_of(router_of(desk), revision, tools=["look"]) as client:
        for name in ("write", "nothing", "desk__write", "ask "):
            with pytest.raises(MCPError, match="Unknown tool") as raised:
                await client.call_tool(name, {"text": "?"})
            assert raised.value.error.code == -32602
            assert "burn" not in raised.value.error.message
    assert desk.runs == []


async def test_models_that_are_not_offered_are_not_asked():
    async with client_of(router_of(Desk()), "legacy", models=False) as client:
        assert await names(client) == DESKS
        with pytest.raises(MCPError, match="Unknown tool"):
            await client.call_tool("ask", {"prompt": "Hello"})


async def test_annotations_follow_from_the_policy():
    rules = {"rules": [{"tools": "write", "effect": "irreversible"}, {"tools": "burn", "effect": "read"}]}
    async with client_of(router_of(Desk(), tools=rules), "legacy") as client:
        told = {each.name: each for each in (await client.list_tools()).tools}
    hints = {
        name: (
            each.annotations.read_only_hint,
            each.annotations.destructive_hint,
            each.annotations.idempotent_hint,
        )
        for name, each in told.items()
    }
    assert hints["look"] == (True, False, True)
    assert hints["order"] == (False, False, False)
    assert hints["write"] == (False, True, False)
    assert hints["burn"] == (True, False, True)
    assert told["write"].description.endswith("A person has to agree to each run.")
    assert "agree" not in told["order"].description
    assert told["buy"].meta["interlock/repeat"] == {"way": "key", "retention": 3600.0}


async def test_a_tool_of_a_connector_that_has_a_name_of_the_routers_own_goes_by_another():
    def ask(prompt: str) -> str:
        """Ask at the desk."""
        return f"the desk hears {prompt}"

    desk = Desk(more=[tool_of(ask, effect="read")])
    async with client_of(router_of(desk, "a model speaks"), "legacy") as client:
        assert [each for each in await names(client) if "ask" in each] == ["ask", "desk__ask"]
        result = await client.call_tool("desk__ask", {"prompt": "Hello"})
        assert result.structured_content["content"] == "the desk hears Hello"
        assert (await client.call_tool("ask", {"prompt": "Hello"})).structured_content["model"]
    async with client_of(router_of(desk), "legacy", models=False) as client:
        assert "ask" in await names(client)


class Drawers(Desk):
    """A desk with drawers that are not listed, and a tool that opens one by its name."""

    def unlisted(self, name):
        def drawer(run: ToolRun) -> str:
            """A drawer."""
            self.runs.append((name, run.key))
            return f"{name} is open"

        effect = {"top": "read", "secret": "destructive"}.get(name)
        return None if effect is None else tool_of(drawer, effect=effect, name=name)


class Opener:
    """Stands for whatever drawer its call names."""

    api = 1
    effect = "irreversible"
    repeat = Repeat("none")
    settles_within = 0.0
    spec = ToolSpec(name="open", description="Opens a drawer.")

    async def run(self, run):
        raise AssertionError

    def forward(self, call):
        return ToolCall(id=call.id, name=str(call.arguments.get("drawer")))


@pytest.mark.parametrize("revision", REVISIONS)
async def test_a_tool_that_stands_for_others_runs_what_is_meant_and_offered(revision):
    desk = Drawers(more=[Opener()])
    async with client_of(router_of(desk), revision) as client:
        told = {each.name: each for each in (await client.list_tools()).tools}
        assert "agree" not in told["open"].description
        assert "top" not in told
        done = await client.call_tool("open", {"drawer": "top"})
        assert done.structured_content["content"] == "top is open"
        assert (await client.call_tool("top", {})).structured_content["outcome"] == "done"
        asked = await client.call_tool("open", {"drawer": "secret"})
        assert asked.structured_content["reason"] == "consent"
        nothing = await client.call_tool("open", {"drawer": "none"})
        assert nothing.structured_content["reason"] == "not_sent"
    async with client_of(router_of(desk), revision, tools=["open"]) as client:
        refused = await client.call_tool("open", {"drawer": "top"})
        assert refused.structured_content["reason"] == "not_sent"
    assert [name for name, _ in desk.runs] == ["top", "top"]


@pytest.mark.parametrize("revision", REVISIONS)
async def test_a_long_list_comes_in_pages(revision):
    async with client_of(router_of(Desk(more=many(450))), revision) as client:
        found, cursor, pages = [], None, 0
        while pages == 0 or cursor:
            page = await client.session.list_tools(params=PaginatedRequestParams(cursor=cursor))
            found += [each.name for each in page.tools]
            cursor, pages = page.next_cursor, pages + 1
        assert pages == 3
        assert found == [*OWN, *DESKS, *(f"paper_{number}" for number in range(450))]


@pytest.mark.parametrize("cursor", ["", "200", "200.", "-1.x", "9" * 400, "200.0000000000000000", "٢٠٠.x"])
async def test_a_cursor_that_is_none_of_the_list_is_refused(cursor):
    async with client_of(router_of(Desk()), "legacy") as client:
        with pytest.raises(MCPError, match="cursor"):
            await client.session.list_tools(params=PaginatedRequestParams(cursor=cursor))


async def test_a_list_may_be_kept_for_a_while_and_less_long_while_a_connector_is_out():
    async with client_of(router_of(Desk(fails=1)), "2026-07-28") as client:
        broken = await client.session.list_tools()
        assert [each.name for each in broken.tools] == OWN
        assert (broken.ttl_ms, broken.cache_scope) == (6_000, "private")
        whole = await client.session.list_tools()
        assert (len(whole.tools), whole.ttl_ms) == (10, 60_000)


async def test_a_client_of_the_older_revisions_hears_that_the_list_has_changed():
    heard = []

    async def hear(message) -> None:
        heard.append(message)

    from mcp.client import Client

    # Refused once as it is listed, once more as the call is looked up.
    router = router_of(Desk(fails=1))
    async with router, Client(server(router), mode="legacy", message_handler=hear) as client:
        assert await names(client) == OWN
        assert not (await client.call_tool("look", {})).is_error
        assert [type(each) for each in heard] == [ToolListChangedNotification]


def test_what_cannot_be_meant_is_refused_at_once():
    router = router_of(Desk())
    with pytest.raises(RequestError, match="pattern"):
        server(router, tools=[""])
    with pytest.raises(RequestError, match="residency"):
        server(router, constraints={"residency": ["atlantis"]})
