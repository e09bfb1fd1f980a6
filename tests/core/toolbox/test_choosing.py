"""Tools of a toolbox by connector, name and pattern, and what cannot be meant."""

import pytest

from drawers import Drawer
from interlock import RequestError, tool_of


def tool(name: str):
    def act() -> str:
        """Acts."""
        return name

    return tool_of(act, effect="read", name=name)


class Deep(Drawer):
    """Has a tool that it does not list."""

    def open(self, call):
        opened = super().open(call)
        opened.unlisted = {"deep": tool("deep")}.get
        return opened


@pytest.fixture
def box(router_with):
    kinds = [
        Drawer("one", tool("look"), tool("look_up"), tool("act")),
        Deep("two", tool("act"), tool("send")),
    ]
    away = {"id": "away", "connector": "two", "region": "us"}
    entries = [{"id": "one", "connector": "one"}, {"id": "two", "connector": "two"}, away]
    return router_with(kinds, entries, constraints={"residency": ["eu"]}).toolbox()


@pytest.mark.parametrize(
    ("connectors", "tools", "found"),
    [
        ([], [], ["look", "look_up", "one__act", "two__act", "send"]),
        (["two"], [], ["two__act", "send"]),
        ([], ["look*"], ["look", "look_up"]),
        ([], ["act"], ["one__act", "two__act"]),
        ([], ["two/*", "look"], ["look", "two__act", "send"]),
        (["one"], ["one__act", "*_up"], ["look_up", "one__act"]),
        (["two"], ["deep", "send"], ["send", "deep"]),
        ([], ["deep", "deep"], ["deep"]),
    ],
)
async def test_tools_are_found_by_what_names_them(box, connectors, tools, found):
    assert [each.name for each in await box.select(connectors, tools)] == found


@pytest.mark.parametrize(
    ("connectors", "tools", "why"),
    [
        (["twoo"], [], r"there is no connector 'twoo'\. Did you mean 'two'"),
        (["elsewhere"], [], "there are one, two, away"),
        (["away"], [], "away cannot be used: processed in us; the residency allows eu only"),
        ([], ["loo"], r"'loo' fits no tool.*Did you mean 'look'"),
        ([], ["x*"], "'x.*' fits no tool; there are look, look_up, one__act, two__act, send"),
        (["one"], ["deep"], "'deep' is a tool of two, which is not asked for"),
    ],
)
def test_what_fits_nothing_says_what_there_is(box, connectors, tools, why):
    with pytest.raises(RequestError, match=why):
        box.select_sync(connectors, tools)


def test_a_toolbox_under_another_book_of_grants_asks_no_connector_again(router_with):
    drawer = Drawer("one", tool("look"))
    box = router_with([drawer], [{"id": "one", "connector": "one"}]).toolbox()
    box.tools_sync()
    assert [each.name for each in box.under(box).select_sync()] == ["look"]
    assert drawer.asked == 1
