"""The frame of worlds: calls are applied whole or not at all, once under their key, and can be followed."""

import json
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock import RequestError
from interlock_evaluation.worlds import Refused, State, World, world_named
from interlock_evaluation.worlds.calling import Faults, call
from interlock_evaluation.worlds.state import Folder, patched


def shelf(folder: Path) -> World:
    """A world with a shelf of books."""
    folder.mkdir(exist_ok=True)
    initial = {"clock": "2026-11-02T09:00:00Z", "books": {"B-1": {"id": "B-1", "title": "Rails"}}}
    (folder / "initial.json").write_text(json.dumps(initial), encoding="utf-8")
    world = World(name="shelf", folder=folder)

    @world.reads
    def list_books(state: State) -> list[Any]:
        """All books."""
        return list(state.data["books"].values())

    @world.writes(key=True)
    def add_book(state: State, title: str, copies: int = 1, cover: Literal["hard", "soft"] = "soft") -> Any:
        """Put a book on the shelf."""
        made = state.add("books", "B-", {"title": title, "copies": copies, "cover": cover})
        if title == "too heavy":
            raise Refused("the shelf breaks")
        return made

    @world.writes(again=True, destroys=True)
    def rename_book(state: State, book: str, title: str) -> Any:
        """Give a book another title."""
        found = state.row("books", book)
        found["title"] = title
        return found

    return world


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(path=tmp_path / "state", world=shelf(tmp_path / "shelf"))


def titles(folder: Folder) -> list[str]:
    return [each["title"] for each in call(folder, "list_books", {}).value]


def test_what_is_written_is_kept_with_an_id_and_a_time_of_the_worlds_own(folder: Folder) -> None:
    first = call(folder, "add_book", {"title": "Signals"}).value
    second = call(folder, "add_book", {"title": "Points", "copies": 2}).value
    assert [(each["id"], each["created_at"]) for each in (first, second)] == [
        ("B-2", "2026-11-02T09:00:00Z"),
        ("B-3", "2026-11-02T09:01:00Z"),
    ]
    again = Folder(path=folder.path, world=folder.world)
    assert titles(again) == ["Rails", "Signals", "Points"]


def test_what_is_refused_has_done_nothing(folder: Folder) -> None:
    refused = call(folder, "add_book", {"title": "too heavy"})
    assert (refused.refusal, refused.reason, refused.value) == ("the shelf breaks", "not_allowed", None)
    assert titles(folder) == ["Rails"]
    assert folder.applied() == []
    assert call(folder, "add_book", {"title": "Signals"}).value["id"] == "B-2"


@pytest.mark.parametrize(
    ("tool", "arguments", "words"),
    [
        ("add_bok", {}, "there is no tool 'add_bok'; did you mean add_book?"),
        ("rename_book", {"book": "B-l", "title": "?"}, "books has no 'B-l'"),
        ("add_book", {}, "title: Field required"),
        ("add_book", {"title": "Signals", "copies": "2"}, "copies: Input should be a valid integer"),
        ("add_book", {"title": "Signals", "cover": "none"}, "cover: Input should be 'hard' or 'soft'"),
        ("add_book", {"title": "Signals", "author": "?"}, "author: Extra inputs are not permitted"),
        ("add_book", {"title": "Signals", "idempotency_key": 7}, "idempotency_key: expected text"),
        (
            "rename_book",
            {"book": "B-1", "title": "?", "idempotency_key": "k"},
            "idempotency_key: Extra inputs",
        ),
    ],
)
def test_a_wrong_call_is_told_what_is_wrong(
    folder: Folder, tool: str, arguments: dict[str, Any], words: str
) -> None:
    assert call(folder, tool, arguments).refusal.startswith(words)
    assert titles(folder) == ["Rails"]


def test_a_key_has_a_call_done_once(folder: Folder) -> None:
    keyed = {"title": "Signals", "idempotency_key": "k1"}
    first, again = call(folder, "add_book", keyed), call(folder, "add_book", keyed)
    assert first == again
    other = call(folder, "add_book", {**keyed, "title": "Points"})
    assert other.refusal == "idempotency_key was given for another call before"
    call(folder, "add_book", {**keyed, "idempotency_key": "k2"})
    call(folder, "add_book", {"title": "Signals"})
    assert titles(folder) == ["Rails", "Signals", "Signals", "Signals"]
    assert [each["key"] for each in folder.applied()] == ["k1", "k2", None]


def test_a_key_of_a_call_that_was_refused_is_free(folder: Folder) -> None:
    call(folder, "add_book", {"title": "too heavy", "idempotency_key": "k1"})
    assert not call(folder, "add_book", {"title": "Signals", "idempotency_key": "k1"}).refusal


def test_each_write_that_was_applied_is_a_line(folder: Folder) -> None:
    call(folder, "list_books", {})
    assert (folder.path / "applied.jsonl").read_bytes() == b""
    call(folder, "rename_book", {"book": "B-1", "title": "Tracks"})
    call(folder, "rename_book", {"book": "B-1", "title": "Tracks"})
    lines = [json.loads(each) for each in (folder.path / "applied.jsonl").read_text("utf-8").splitlines()]
    assert lines == folder.applied()
    assert [(each["write"], each["tool"], each["changed"]) for each in lines] == [
        (1, "rename_book", True),
        (2, "rename_book", False),
    ]


def test_a_line_is_a_line_whatever_stands_in_it(folder: Folder) -> None:
    title = "one\u2028two\nthree\x85four"
    call(folder, "add_book", {"title": title})
    (line,) = (folder.path / "applied.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line)["arguments"] == {"title": title}
    assert titles(folder) == ["Rails", title]


def test_a_line_that_a_process_had_no_time_for_is_written_by_the_next(folder: Folder) -> None:
    call(folder, "add_book", {"title": "Signals"})
    call(folder, "add_book", {"title": "Points"})
    path = folder.path / "applied.jsonl"
    whole = path.read_bytes()
    first = whole.splitlines(keepends=True)[0]
    for cut in (first, first + b'{"write": 2, "to'):
        path.write_bytes(cut)
        assert len(titles(folder)) == 3
        assert path.read_bytes() == whole


def test_a_task_lays_its_state_over_the_initial_one_once(folder: Folder) -> None:
    folder.path.mkdir()
    task = {"state": {"books": {"B-1": None, "B-7": {"id": "B-7", "title": "Gauges"}}}}
    (folder.path / "task.json").write_text(json.dumps(task), encoding="utf-8")
    assert titles(folder) == ["Gauges"]
    call(folder, "rename_book", {"book": "B-7", "title": "Tracks"})
    assert titles(Folder(path=folder.path, world=folder.world)) == ["Tracks"]


def test_lost_answers_are_of_writes_that_were_applied_and_the_same_for_a_seed(tmp_path: Path) -> None:
    world = shelf(tmp_path / "shelf")

    def lost(name: str, seed: int, names: list[str]) -> set[str]:
        folder = Folder(path=tmp_path / name, world=world)
        faults = Faults(share=0.5, seed=seed)
        answers = {each: call(folder, "add_book", {"title": each}, faults) for each in names}
        assert titles(folder)[1:] == names
        assert not call(folder, "list_books", {}, faults).lost
        found = {name for name, each in answers.items() if each.lost}
        assert found == {each["arguments"]["title"] for each in folder.applied() if each["lost"]}
        return found

    names = [f"volume {number}" for number in range(20)]
    first = lost("first", 1, names)
    assert 2 < len(first) < 18
    assert lost("second", 1, names[::-1]) == first
    assert lost("third", 2, names) != first


def test_an_answer_that_was_lost_is_had_by_its_key(folder: Folder) -> None:
    always = Faults(share=1.0)
    keyed = {"title": "Signals", "idempotency_key": "k1"}
    assert call(folder, "add_book", keyed, always).lost
    again = call(folder, "add_book", keyed, always)
    assert not again.lost
    assert again.value["id"] == "B-2"
    assert titles(folder) == ["Rails", "Signals"]


def test_a_folder_of_another_world_or_with_a_broken_state_is_refused(folder: Folder, tmp_path: Path) -> None:
    call(folder, "list_books", {})
    with pytest.raises(RequestError, match="holds a state of 'shelf'"):
        call(Folder(path=folder.path, world=world_named("customer_support")), "list_policies", {})
    (folder.path / "state.json").write_text("{", encoding="utf-8")
    with pytest.raises(RequestError, match="cannot be read"):
        call(folder, "list_books", {})


def test_worlds_go_by_their_names() -> None:
    with pytest.raises(RequestError, match="there is no world 'customer_suport'") as raised:
        world_named("customer_suport")
    assert raised.value.suggestion == "customer_support"
    for path, words in (("no.such.module", "cannot be imported"), ("os.path", "has no WORLD")):
        with pytest.raises(RequestError, match=words):
            world_named(path)


LEAF = st.sampled_from([None, True, 7, "text", [], [{"a": None}]])
MAPPING = st.dictionaries(st.sampled_from("ab"), LEAF)
JSON = LEAF | MAPPING | st.dictionaries(st.sampled_from("abc"), MAPPING | LEAF)


@given(JSON, JSON)
def test_a_merge_patch_is_applied_once_for_all(target: Any, patch: Any) -> None:
    once = patched(target, patch)
    assert patched(once, patch) == once
    assert patched(target, {}) == (target if isinstance(target, dict) else {})
