"""What tools are called when several connectors have one of a name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drawers import Drawer, call
from interlock import UnknownTool
from interlock.toolbox import ToolSource
from interlock.toolbox.naming import LONGEST, ToolNames
from interlock.tools import tool_of
from interlock.types.models import Destination


def told(what: str):
    def tell() -> str:
        return what

    return tell


def tool(name: str, says: str = ""):
    return tool_of(told(says or name), effect="read", name=name, description="For a test.")


async def test_a_name_that_two_have_is_refused_and_each_goes_by_its_connector(router_with):
    kinds = [Drawer("one", tool("search", "one"), tool("now")), Drawer("two", tool("search", "two"))]
    entries = [{"id": "a", "connector": "one"}, {"id": "b", "connector": "two"}]
    box = router_with(kinds, entries).toolbox()
    assert [spec.name for spec in await box.specs()] == ["a__search", "now", "b__search"]
    with pytest.raises(UnknownTool, match="several connectors; ask for a__search and b__search"):
        await box.run(call("search"))
    assert (await box.run(call("b__search"))).content == "two"
    assert (await box.run(call("now"))).content == "now"


async def test_a_name_that_nobody_has_says_what_was_meant(router_with):
    box = router_with([Drawer("one", tool("list_tickets"))], [{"id": "a", "connector": "one"}]).toolbox()
    with pytest.raises(UnknownTool, match=r"no tool 'list_ticket'\. Did you mean 'list_tickets'"):
        await box.run(call("list_ticket"))
    with pytest.raises(UnknownTool, match="no tool 'rm'; there are list_tickets"):
        await box.run(call("rm"))


@pytest.mark.parametrize(
    ("tools", "why"),
    [
        ((tool("now"), tool("now")), "two tools that are called 'now'"),
        ((tool("what now"),), "'what now', which is no name"),
        ((object(),), "what is no Tool (object)"),
    ],
)
async def test_a_connector_whose_tools_are_not_fit_is_out(router_with, tools, why):
    box = router_with([Drawer("one", *tools)], [{"id": "a", "connector": "one"}]).toolbox()
    assert await box.tools() == ()
    assert why in box.excluded["a"]


NAME = st.from_regex(r"[a-z_]{1,5}", fullmatch=True) | st.from_regex(r"[a-z]{60}", fullmatch=True)
OFFERS = st.dictionaries(NAME, st.lists(NAME, unique=True, max_size=4), max_size=4)


@given(OFFERS)
def test_every_tool_has_one_name_that_every_vendor_takes(offers):
    made = {name: tool(name) for names in offers.values() for name in names}
    found = [
        (
            ToolSource(destination=Destination(id=id_, region="local"), kind="x"),
            [made[name] for name in names],
        )
        for id_, names in offers.items()
    ]
    names = ToolNames.of(found)
    assert len(names.tools) == sum(map(len, offers.values()))
    assert all(len(name) <= LONGEST for name in names.tools)
    assert not set(names.tools) & set(names.refused)
    for name, offered in names.tools.items():
        assert names.find(name) is offered
        assert offered.spec.name == name
