"""Servers made with the SDK, on pipes and over HTTP, in both revisions."""

import asyncio
import json
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from forgetful import forgetful
from sdk_server import PIXEL, server

from interlock import Image

FILE = Path(__file__).parent / "sdk_server.py"


def serving(app: Any) -> Iterator[str]:
    """The app's address, as long as it is there."""
    running = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", ws="none"))
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    while not running.started:
        time.sleep(0.01)
    port = running.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}/mcp"
    running.should_exit = True
    thread.join(10)


WAYS = {
    "stdio": None,
    "http": server.streamable_http_app,
    "http, JSON": lambda: server.streamable_http_app(json_response=True),
    "http, sessions": lambda: forgetful(server.streamable_http_app()),
    "http, sessions, JSON": lambda: forgetful(server.streamable_http_app(json_response=True)),
    "http, older and stateless": lambda: forgetful(server.streamable_http_app(stateless_http=True)),
}


@pytest.fixture(scope="module", params=WAYS.values(), ids=WAYS.keys())
def entry(request) -> Iterator[dict[str, Any]]:
    if request.param is None:
        yield {"options": {"command": sys.executable, "args": [str(FILE)]}}
        return
    for address in serving(request.param()):
        yield {"base_url": address}


async def test_its_tools_are_listed_and_run(boxed, entry):
    box = boxed(entry)
    assert await box.names() == ["list_notes", "add_note", "draw", "find", "fails", "report", "ask"]
    done = await box.run("add_note", text="call Ada")
    assert done.outcome == "done"
    assert done.receipt["text"] == "call Ada"
    assert json.loads(done.content)["text"] == "call Ada"
    assert "call Ada" in (await box.run("list_notes")).content
    assert (await box.run("report")).content == "done"


async def test_runs_at_once_each_have_their_own_answer(boxed, entry):
    box = boxed(entry)
    texts = [f"note {number}" for number in range(12)]
    answers = await asyncio.gather(*(box.run("add_note", text=text) for text in texts))
    assert [json.loads(answer.content)["text"] for answer in answers] == texts


async def test_what_is_no_text_comes_as_what_it_is(boxed, entry):
    box = boxed(entry)
    (image,) = (await box.run("draw")).content
    assert image == Image(data=PIXEL, media_type="image/png")
    found = (await box.run("find")).content
    assert found.startswith(
        "two\n[a resource, first, text/plain: note://1]\n[a resource, note://2]\nthe second note"
    )


async def test_an_error_is_told_and_a_person_is_never_asked(boxed, entry):
    box = boxed(entry)
    failed = await box.run("fails")
    assert failed.outcome == "unknown"
    assert "fails" in failed.content
    asked = await box.run("ask")
    assert asked.outcome == "unknown"


async def test_annotations_are_believed_only_where_the_user_says_so(boxed, entry):
    plain = boxed(entry, tools={})
    believed = boxed({**entry, "options": {**entry.get("options", {}), "trust_annotations": True}}, tools={})
    effects = {}
    for box in (plain, believed):
        tools = {tool.name: box.toolbox.effect_of(tool) for tool in await box.toolbox.tools()}
        effects[box] = {name: (told.effect, told.repeat.way) for name, told in tools.items()}
    assert set(effects[plain].values()) == {("irreversible", "none")}
    assert effects[believed]["list_notes"] == ("read", "natural")
    assert effects[believed]["add_note"] == ("write", "natural")
    assert effects[believed]["draw"] == ("destructive", "none")
