"""Rows as tools, through a router's toolbox: what is sent, what is told, and how each run ends."""

import json
from collections.abc import Iterator

import notes_service
import pytest
from notes_service import KEY, Notes, Shelf

from interlock import Router, ToolCall, ToolOutcome
from interlock.testing import ConnectorConformance, End, Reply, Upstream
from interlock.toolbox import Toolbox
from interlock_tools import reference


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def toolbox(shelf: Shelf) -> Iterator[Toolbox]:
    with Upstream(always=shelf) as upstream:
        there = {"id": "notes", "connector": "notes", "base_url": upstream.url, "region": "local"}
        with Router.from_config(
            {"connectors": [there | {"api_key": KEY}]}, plugins=[notes_service]
        ) as router:
            yield router.toolbox()


def run(toolbox: Toolbox, name: str, key: str = "", **arguments: object) -> ToolOutcome:
    call = ToolCall(id="call-1", name=name, arguments=arguments)
    return toolbox.run_sync(call, key=key) if key else toolbox.run_sync(call)


def find(toolbox: Toolbox, key: str) -> ToolOutcome | None:
    call = ToolCall(id="call-1", name="notes_add_note", arguments={"book": "blue", "title": "Ink"})
    return toolbox.find_sync(call, key=key)


class TestNotes(ConnectorConformance):
    kind = Notes()
    service = Shelf
    key = KEY
    arguments = {  # noqa: RUF012 - as the kit has it
        "notes_list_notes": {"book": "blue"},
        "notes_read_note": {"id": 1},
        "notes_add_note": {"book": "blue", "title": "Ink"},
    }
    cannot = {"notes_read_note": "there is no note before one is written"}  # noqa: RUF012 - likewise
    wrong = {"notes_add_note": {"book": "blue", "title": "ink"}}  # noqa: RUF012 - likewise

    def effects(self, name: str, arguments: object) -> int:
        return len(self.served.notes)


def test_a_model_is_told_the_declared_fields_and_texts_that_are_cut_say_so(
    toolbox: Toolbox, shelf: Shelf
) -> None:
    shelf.add({"title": "x" * 30})
    told = json.loads(run(toolbox, "notes_list_notes", book="blue").content)
    assert told == [{"id": 1, "title": "x" * 20 + "… [10 more characters]", "author": {"name": "Ada"}}]


def test_pages_are_followed_up_to_the_cap_and_the_rest_is_a_call_away(toolbox: Toolbox, shelf: Shelf) -> None:
    for _ in range(9):
        shelf.add({"title": "Ink"})
    first = run(toolbox, "notes_list_notes", book="blue")
    assert len(json.loads(first.content)) == 6
    assert (first.truncated, first.more) == (True, "cursor=4")
    rest = run(toolbox, "notes_list_notes", book="blue", cursor="4")
    assert [each["id"] for each in json.loads(rest.content)] == [7, 8, 9]
    assert (rest.truncated, rest.more) == (False, None)


def test_a_page_that_is_too_long_is_told_in_parts_that_make_the_whole(toolbox: Toolbox, shelf: Shelf) -> None:
    shelf.notes = {each: {"id": each, "title": [["y" * 10] * 8] * 3} for each in range(5)}
    told, cursor = [], {}
    for part in range(1, 6):
        outcome = run(toolbox, "notes_list_notes", book="blue", **cursor)
        told += [each["id"] for each in json.loads(outcome.content)]
        assert (len(told), outcome.truncated) == (part, part < 5)
        cursor = {"cursor": (outcome.more or "").removeprefix("cursor=")}
    assert told == [0, 1, 2, 3, 4]
    assert outcome.more is None


def test_a_services_cursor_that_looks_like_one_of_ours_leads_on(toolbox: Toolbox, shelf: Shelf) -> None:
    strange = "behind:1:2"
    shelf.before = [
        Reply.json({"notes": [{"id": each}] * 2, "next": f"{strange}{each}"}) for each in range(3)
    ]
    outcome = run(toolbox, "notes_list_notes", book="blue")
    shelf.before = [Reply.json({"notes": [{"id": 7}, {"id": 8}], "next": None})]
    rest = run(toolbox, "notes_list_notes", book="blue", cursor=outcome.more.removeprefix("cursor="))
    assert rest.content == '[{"id":7},{"id":8}]'
    assert "page=behind%3A1%3A22" in shelf.received[-1].path or "behind:1:22" in shelf.received[-1].path


def test_a_page_that_fails_leaves_those_before_it(toolbox: Toolbox, shelf: Shelf) -> None:
    for _ in range(5):
        shelf.add({"title": "Ink"})
    shelf.after = [Reply.json({"notes": [{"id": 7}], "next": 2}), Reply.json({"error": "busy"}, status=503)]
    told = run(toolbox, "notes_list_notes", book="blue")
    assert (told.outcome, told.content, told.more) == ("done", '[{"id":7}]', "cursor=2")


def test_a_list_that_goes_round_in_circles_ends(toolbox: Toolbox, shelf: Shelf) -> None:
    shelf.before = [Reply.json({"notes": [{"id": 1}], "next": 2}) for _ in range(3)]
    told = run(toolbox, "notes_list_notes", book="blue")
    assert (told.truncated, told.more, len(shelf.received)) == (True, None, 2)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"book": "blue", "title": 7}, "title"),
        ({"book": "blue"}, "title"),
        ({"book": "blue", "title": "ink"}, "title"),
        ({"book": "..", "title": "Ink"}, "book"),
        ({"book": "blue", "title": "Ink", "colour": 1}, "colour"),
    ],
)
def test_a_wrong_argument_is_named_and_nothing_is_sent(
    toolbox: Toolbox, shelf: Shelf, arguments: dict[str, object], named: str
) -> None:
    told = run(toolbox, "notes_add_note", **arguments)
    assert (told.outcome, told.reason) == ("refused", "not_sent")
    assert named in str(told.content)
    assert not shelf.received


def test_no_argument_leads_to_another_path(toolbox: Toolbox, shelf: Shelf) -> None:
    run(toolbox, "notes_list_notes", book="../../notes/1?x#y")
    assert [each.path for each in shelf.received] == ["/books/..%2F..%2Fnotes%2F1%3Fx%23y/notes?size=2"]


@pytest.mark.parametrize(
    ("reply", "ending"),
    [
        (Reply.json({}, status=429, headers={"retry-after": "7"}), ("refused", "limited", 7.0)),
        (Reply.json({"error": "Secondary Limit"}, status=403), ("refused", "limited", None)),
        (Reply.json({"error": "not yours"}, status=403), ("refused", "refused", None)),
        (Reply.json({"error": "changed"}, status=412), ("refused", "conflict", None)),
        (Reply.json({"error": "no such book"}, status=404), ("refused", "refused", None)),
        (Reply.json({"error": "oh"}, status=500), ("unknown", None, None)),
        (Reply.json({"error": "Duplicate note"}, status=500), ("unknown", None, None)),
        (Reply.raw(b"<html>", kind="text/html"), ("unknown", None, None)),
        (
            Reply(status=201, headers={"content-length": "90"}, pieces=(b'{"id"', End.CUT)),
            ("unknown", None, None),
        ),
    ],
)
def test_each_way_in_which_a_write_ends_is_told_by_its_outcome(
    toolbox: Toolbox, shelf: Shelf, reply: Reply, ending: tuple[str, str | None, float | None]
) -> None:
    shelf.before = [reply]
    told = run(toolbox, "notes_add_note", book="blue", title="Ink")
    assert (told.outcome, told.reason, told.retry_after) == ending


def test_what_a_read_cannot_make_out_is_refused_for_it_may_be_asked_again(
    toolbox: Toolbox, shelf: Shelf
) -> None:
    shelf.before = [Reply.raw(b"<html>", kind="text/html")]
    assert run(toolbox, "notes_read_note", id=1).outcome == "refused"


def test_a_service_that_cannot_be_reached_was_sent_nothing() -> None:
    there = {"id": "notes", "connector": "notes", "base_url": "http://127.0.0.1:1", "region": "local"}
    with Router.from_config({"connectors": [there | {"api_key": KEY}]}, plugins=[notes_service]) as router:
        told = run(router.toolbox(), "notes_add_note", book="blue", title="Ink")
    assert (told.outcome, told.reason) == ("refused", "not_sent")


def test_a_run_is_found_by_its_mark_on_whichever_page_it_stands(toolbox: Toolbox, shelf: Shelf) -> None:
    for _ in range(4):
        shelf.add({"title": "Ink"})
    shelf.after = [Reply.json({"error": "oh"}, status=500)]
    assert run(toolbox, "notes_add_note", key="run-7", book="blue", title="Ink").outcome == "unknown"
    found = find(toolbox, "run-7")
    assert found is not None
    assert (found.outcome, found.receipt, found.seen) == ("done", {"id": 5}, 1)
    assert find(toolbox, "run-8") is None


def test_two_effects_of_one_run_are_both_seen(toolbox: Toolbox, shelf: Shelf) -> None:
    for _ in range(2):
        run(toolbox, "notes_add_note", key="run-7", book="blue", title="Ink")
    found = find(toolbox, "run-7")
    assert found is not None
    assert found.seen == 2


def test_what_cannot_be_seen_is_never_taken_for_absent(toolbox: Toolbox, shelf: Shelf) -> None:
    for number in range(20):
        shelf.add({"title": str(number)})
    beyond = find(toolbox, "run-7")
    assert beyond is not None
    assert beyond.outcome == "unknown"
    for reply in (
        Reply.json({"error": "busy"}, status=503),
        Reply.json({"error": "no"}, status=404),
        Reply.json({"notes": 7}),
        Reply.raw(b"<html>", kind="text/html"),
    ):
        shelf.before = [reply]
        seen = find(toolbox, "run-7")
        assert seen is not None
        assert seen.outcome == "unknown"


def test_without_a_key_nothing_is_taken_for_a_run_of_ones_own(toolbox: Toolbox, shelf: Shelf) -> None:
    shelf.add({"title": "Ink", "mark": reference("")})
    found = find(toolbox, "")
    assert found is not None
    assert (found.outcome, len(shelf.received)) == ("unknown", 0)


def test_a_number_that_is_to_be_text_is_taken_as_it_is_written(toolbox: Toolbox, shelf: Shelf) -> None:
    assert run(toolbox, "notes_list_notes", book=4500000101).outcome == "done"
    assert shelf.received[0].path.startswith("/books/4500000101/")
    for other in (1.5, True, None, ["x"]):
        assert run(toolbox, "notes_list_notes", book=other).reason == "not_sent"


def test_what_was_seen_is_seen_however_the_list_ends(toolbox: Toolbox, shelf: Shelf) -> None:
    run(toolbox, "notes_add_note", key="run-7", book="blue", title="Ink")
    for number in range(20):
        shelf.add({"title": str(number)})
    longer = find(toolbox, "run-7")
    assert longer is not None
    assert (longer.outcome, longer.receipt, longer.seen) == ("done", {"id": 1}, 1)
    mine = {"notes": [shelf.notes[1]], "next": 2}
    for broken in (Reply.json({"error": "busy"}, status=503), Reply.json({"notes": 7})):
        shelf.before = [Reply.json(mine), broken]
        found = find(toolbox, "run-7")
        assert found is not None
        assert (found.outcome, found.seen) == ("done", 1)


async def test_a_preview_shows_the_request_and_sends_nothing(shelf: Shelf) -> None:
    with Upstream(always=shelf) as upstream:
        there = {"id": "notes", "connector": "notes", "base_url": upstream.url, "region": "local"}
        config = {"connectors": [there | {"api_key": KEY}]}
        async with Router.from_config(config, plugins=[notes_service]) as router:
            call = ToolCall(id="call-1", name="notes_add_note", arguments={"book": "blue", "title": "Ink"})
            asked = await router.toolbox().asking(call, run="run-7", step="2")
    assert "POST /books/blue/notes" in str(asked.preview)
    assert "Ink" in str(asked.preview)
    assert not shelf.received
