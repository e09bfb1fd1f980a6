"""An invented service, the connector for it in rows, and the service itself, with what may go wrong there."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from interlock import Repeat, hookimpl
from interlock.protocols import Connector, ConnectorCall, ConnectorFacts, ConnectorKind, Tool, ToolsCall
from interlock.testing import Received, Reply
from interlock_tools import (
    Answer,
    Arguments,
    Call,
    Cursor,
    Find,
    Meaning,
    Operation,
    Pages,
    Service,
    reference,
    segment,
    tool_for,
)

KEY = "conformance-key-5f7a91c3"
_BOOK = {"type": "string", "minLength": 1}


def _notes(arguments: Arguments) -> Call:
    return Call(path=f"/books/{segment(arguments['book'], key='book')}/notes", query={"size": 2})


def _added(arguments: Arguments) -> Call:
    body = {"title": arguments["title"], "mark": reference(arguments.key)}
    return Call(method="POST", path=f"/books/{segment(arguments['book'], key='book')}/notes", body=body)


ADD = Operation(
    name="notes_add_note",
    description="Adds a note to a book.",
    parameters={
        "properties": {"book": _BOOK, "title": {"type": "string", "pattern": "^[A-Z]"}},
        "required": ["book", "title"],
    },
    effect="write",
    repeat=Repeat("read"),
    request=_added,
    answer=Answer(fields=("id", "title"), receipt={"id": "id"}),
    meanings=(Meaning(status=500, holds="duplicate", outcome="unknown", content="it is there already"),),
    find=Find(
        request=_notes,
        items="notes",
        fits=lambda note, arguments: note.get("mark") == reference(arguments.key),
        pages=Cursor(path="next", parameter="page"),
        most=4,
    ),
    undo=lambda receipt, _: Call(method="DELETE", path=f"/notes/{receipt['id']}"),
)
LIST = Operation(
    name="notes_list_notes",
    description="Lists the notes of a book.",
    parameters={"properties": {"book": _BOOK}, "required": ["book"]},
    effect="read",
    request=_notes,
    answer=Answer(at="notes", fields=("id", "title", "author.name"), longest=20),
    pages=Pages(way=Cursor(path="next", parameter="page"), most=3, characters=400),
)
READ = Operation(
    name="notes_read_note",
    description="Reads one note.",
    parameters={"properties": {"id": {"type": "integer"}}, "required": ["id"]},
    effect="read",
    request=lambda arguments: Call(path=f"/notes/{arguments['id']}"),
    answer=Answer(fields=("id", "title")),
)


class NotesConnector:
    api = 1
    name = "notes"

    def __init__(self, service: Service) -> None:
        self._service = service

    async def tools(self, call: ToolsCall) -> Iterable[Tool]:
        return [tool_for(self._service, each) for each in (ADD, LIST, READ)]

    async def aclose(self) -> None:
        pass


class Notes:
    api = 1
    name = "notes"
    facts = ConnectorFacts(base_url="https://notes.example.com", region="eu", env=("NOTES_TOKEN",))
    options = None

    def open(self, call: ConnectorCall) -> Connector:
        meanings = (Meaning(status=403, holds="secondary limit", outcome="refused", reason="limited"),)
        service = Service(call.destination, meanings=meanings, words=lambda told: told.get("error"))
        return NotesConnector(service)


@hookimpl
def interlock_connectors() -> Iterable[ConnectorKind]:
    return [Notes()]


class Shelf:
    """The service. `instead` answers the next requests, before or after what they ask for is done."""

    def __init__(self, count: int = 0) -> None:
        self.notes: dict[int, dict[str, Any]] = {}
        self.before: list[Reply] = []
        self.after: list[Reply] = []
        self.received: list[Received] = []
        for number in range(count):
            self.add({"title": f"Note {number}", "mark": f"{number}"})

    def add(self, body: dict[str, Any]) -> dict[str, Any]:
        number = len(self.notes) + 1
        self.notes[number] = {"id": number, **body, "author": {"name": "Ada", "mail": "ada@example.org"}}
        return self.notes[number]

    def __call__(self, request: Received) -> Reply:
        self.received.append(request)
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return Reply.json({"error": "who are you?"}, status=401)
        if self.before:
            return self.before.pop(0)
        reply = self._answer(request)
        return self.after.pop(0) if self.after else reply

    def _answer(self, request: Received) -> Reply:
        url = urlsplit(request.path)
        number = unquote(url.path).rpartition("/")[2]
        if request.method == "DELETE":
            return Reply(status=204 if self.notes.pop(int(number), None) else 404)
        if request.method == "POST":
            return Reply.json(self.add(request.json()), status=201)
        if url.path.startswith("/notes/"):
            note = self.notes.get(int(number))
            return Reply.json(note or {"error": "no such note"}, status=200 if note else 404)
        page = int(parse_qs(url.query).get("page", ["1"])[0])
        there = list(self.notes.values())
        rest = page + 1 if len(there) > page * 2 else None
        return Reply.json({"notes": there[page * 2 - 2 : page * 2], "next": rest})
