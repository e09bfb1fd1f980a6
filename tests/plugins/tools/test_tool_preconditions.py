"""Tools that read how things stand before they change them."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from notes_service import KEY, Notes, NotesConnector, Shelf

from interlock import Repeat, Router, ToolCall, ToolOutcome, hookimpl
from interlock.protocols import ConnectorCall, Tool, ToolsCall
from interlock.testing import End, Reply, Upstream
from interlock.toolbox import Toolbox
from interlock_tools import Arguments, Call, Operation, PreconditionTool, Service


def at(arguments: Arguments) -> Call:
    return Call(path=f"/notes/{arguments['id']}")


REMOVE = Operation(
    name="notes_remove_note",
    description="Removes a note that still has that title.",
    parameters={
        "properties": {"id": {"type": "integer"}, "title": {"type": "string"}},
        "required": ["id", "title"],
    },
    effect="destructive",
    request=lambda arguments: Call(method="DELETE", path=f"/notes/{arguments['id']}"),
    repeat=Repeat("natural"),
)


def then(read: Sequence[Any], arguments: Arguments) -> Operation | ToolOutcome:
    title = read[0]["title"]
    if title != arguments["title"]:
        return ToolOutcome(outcome="refused", reason="conflict", content=f"it is called {title} by now")
    return REMOVE


class Careful(NotesConnector):
    async def tools(self, call: ToolsCall) -> Sequence[Tool]:
        return [PreconditionTool(self._service, REMOVE, reads=(at,), then=then)]


class Kind(Notes):
    def open(self, call: ConnectorCall) -> NotesConnector:
        return Careful(Service(call.destination))


class Plugin:
    @hookimpl
    def interlock_connectors(self) -> Sequence[Kind]:
        return [Kind()]


@pytest.fixture
def shelf() -> Shelf:
    return Shelf(count=1)


@pytest.fixture
def toolbox(shelf: Shelf) -> Iterator[Toolbox]:
    with Upstream(always=shelf) as upstream:
        there = {"id": "notes", "connector": "notes", "base_url": upstream.url, "region": "local"}
        config = {
            "connectors": [there | {"api_key": KEY}],
            "tools": {"rules": [{"tools": "notes_remove_note", "effect": "write"}]},
        }
        with Router.from_config(config, plugins=[Plugin()]) as router:
            yield router.toolbox()


def remove(toolbox: Toolbox, **arguments: object) -> ToolOutcome:
    return toolbox.run_sync(ToolCall(id="c", name="notes_remove_note", arguments=arguments))


def test_what_stands_as_it_was_read_is_changed(toolbox: Toolbox, shelf: Shelf) -> None:
    assert remove(toolbox, id=1, title="Note 0").outcome == "done"
    assert shelf.notes == {}


def test_what_has_changed_since_is_left_and_the_reason_told(toolbox: Toolbox, shelf: Shelf) -> None:
    outcome = remove(toolbox, id=1, title="Note 7")
    assert (outcome.outcome, outcome.reason, outcome.content) == (
        "refused",
        "conflict",
        "it is called Note 0 by now",
    )
    assert len(shelf.notes) == 1


@pytest.mark.parametrize(
    "reply",
    [
        Reply.json({"error": "down"}, status=500),
        Reply.json({"error": "no such note"}, status=404),
        Reply.raw(b"<html>", kind="text/html"),
        Reply(status=None, pieces=(End.RESET,)),
    ],
    ids=["fails", "is gone", "is no JSON", "breaks"],
)
def test_what_cannot_be_read_is_left(toolbox: Toolbox, shelf: Shelf, reply: Reply) -> None:
    shelf.before = [reply] * 3
    assert remove(toolbox, id=1, title="Note 0").outcome == "refused"
    assert len(shelf.notes) == 1


def test_wrong_arguments_read_nothing(toolbox: Toolbox, shelf: Shelf) -> None:
    outcome = remove(toolbox, id="one")
    assert (outcome.outcome, outcome.reason, shelf.received) == ("refused", "not_sent", [])
