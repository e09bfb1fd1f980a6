"""Servers that others wrote, started here: what they are asked to change is changed, once."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from emulators import mcp_server
from interlock import Document, Image

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6364f8cf500f000386"
    "0180015a34d70000000049454e44ae426082"
)


@pytest.fixture
def served(boxed) -> Callable[..., Any]:
    """Boxes with a server of that name."""

    def make(name: str, *arguments: str, **options: Any) -> Any:
        command, *args = mcp_server(name, *arguments)
        return boxed({"options": {"command": command, "args": args, **options}})

    return make


async def test_files_are_written_edited_moved_and_read(served, tmp_path):
    box = served("filesystem", str(tmp_path))
    assert len(await box.names()) == 14
    note, moved = tmp_path / "note.txt", tmp_path / "kept.txt"
    wrote = await box.run("write_file", path=str(note), content="grüezi\nbuy ink\n")
    assert (wrote.outcome, wrote.receipt) == ("done", {"content": f"Successfully wrote to {note}"})
    assert note.read_text("utf-8") == "grüezi\nbuy ink\n"
    edits = [{"oldText": "ink", "newText": "paper"}]
    assert (await box.run("edit_file", path=str(note), edits=edits)).outcome == "done"
    assert (await box.run("move_file", source=str(note), destination=str(moved))).outcome == "done"
    assert (note.exists(), moved.read_text("utf-8")) == (False, "grüezi\nbuy paper\n")
    assert (await box.run("read_text_file", path=str(moved), head=2)).content == "grüezi\nbuy paper"
    found = await box.run("search_files", path=str(tmp_path), pattern="*.txt")
    assert found.content == str(moved)


async def test_files_of_bytes_come_as_what_they_are(served, tmp_path):
    box = served("filesystem", str(tmp_path))
    for name in ("point.png", "packed.bin"):
        await asyncio.to_thread((tmp_path / name).write_bytes, PIXEL)
    (image,) = (await box.run("read_media_file", path=str(tmp_path / "point.png"))).content
    (packed,) = (await box.run("read_media_file", path=str(tmp_path / "packed.bin"))).content
    assert image == Image(data=PIXEL, media_type="image/png")
    assert isinstance(packed, Document)
    assert packed.data == PIXEL


async def test_a_folder_that_the_server_does_not_open_stays_closed(served, tmp_path):
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    box = served("filesystem", str(inside))
    ran = await box.run("write_file", path=str(outside / "note.txt"), content="hi")
    assert ran.outcome == "unknown"
    assert "outside allowed directories" in ran.content
    assert not list(outside.iterdir())


async def test_what_a_server_remembers_is_there_when_it_is_started_again(served, tmp_path):
    kept = tmp_path / "memory.jsonl"
    ada = {"name": "Ada", "entityType": "person", "observations": ["likes engines"]}
    for box in (served("memory", env={"MEMORY_FILE_PATH": str(kept)}) for _ in range(2)):
        assert len(await box.names()) == 9
        made = await box.run("create_entities", entities=[ada])
        assert made.outcome == "done"
        read = await box.run("read_graph")
        assert read.receipt == json.loads(read.content) == {"entities": [ada], "relations": []}
        await box.router.aclose()
    assert [json.loads(line)["name"] for line in kept.read_text().splitlines()] == ["Ada"]
    wrong = await served("memory", env={"MEMORY_FILE_PATH": str(kept)}).run("create_entities", entities=[{}])
    assert (wrong.outcome, wrong.reason) == ("refused", "not_sent")


async def test_a_server_of_the_protocols_first_revision_is_understood(served, tmp_path):
    box = served("github", pins=str(tmp_path / "pins.json"))
    assert len(await box.names()) == 26
    assert {"create_issue", "merge_pull_request"} <= set(await box.names())
    issue = (await box.toolbox.tool("create_issue")).tool
    assert issue.definition.told.keys() == {"description", "inputSchema"}
    assert issue.effect == "irreversible"
    assert (await box.run("create_issue", owner="ada", repo="engine")).content == (
        "'title' is a required property"
    )
