"""`server-everything`, which shows all that the protocol has: each of its tools, started and over HTTP."""

import asyncio
import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from emulators import everything, mcp_server
from interlock import Audio, Document, Image, Router, Text, ToolCall, ToolOutcome
from interlock.testing import scripted_router

OFFERED = {
    *("echo", "get-annotated-message", "get-env", "get-resource-links", "get-resource-reference"),
    *("get-structured-content", "get-sum", "get-tiny-image", "gzip-file-as-resource"),
    *("toggle-simulated-logging", "toggle-subscriber-updates", "trigger-long-running-operation"),
}
HELLO = "data:text/plain,hello"


@contextmanager
def opened(there: dict[str, Any]) -> Iterator[Router]:
    """A router with that server, which is there already: what is timed is not its start."""
    connector = {"id": "there", "connector": "mcp", "region": "local"} | there
    rules = {"rules": [{"tools": "*", "effect": "write"}]}
    with scripted_router({"model": []}, connectors=[connector], tools=rules) as router:
        router.toolbox().tools_sync()
        yield router


def started(**options: Any) -> dict[str, Any]:
    command, *args = mcp_server("everything", "stdio")
    return {"options": {"command": command, "args": args, **options}}


@pytest.fixture(scope="module", params=["stdio", "http"])
def router(request) -> Iterator[Router]:
    if request.param == "stdio":
        with opened(started()) as router:
            yield router
        return
    with everything() as server, opened({"base_url": f"{server.url}/mcp"}) as router:
        yield router


async def run(router: Router, tool: str, within: float = 30.0, **arguments: Any) -> ToolOutcome:
    call = ToolCall(id="call-1", name=tool, arguments=arguments)
    return await router.toolbox().run(call, timeout=within)


async def test_its_thirteen_tools_are_listed_and_one_is_held_back_with_the_reason(router):
    box = router.toolbox()
    found = {tool.name: tool.tool for tool in await box.tools()}
    assert set(found) == OFFERED
    # It wants a model, a person or folders for the others, and is told that there are none.
    why = "it runs as a task alone, and tasks are not taken up"
    assert dict(box.excluded) == {"there/simulate-research-query": why}
    for tool in found.values():
        assert tool.spec.description
        assert tool.spec.parameters["type"] == "object"
    assert found["get-sum"].spec.parameters["required"] == ["a", "b"]
    assert found["get-structured-content"].spec.parameters["properties"]["location"]["enum"]


TEXTS = {
    "echo": ({"message": "grüezi \U0001f600\u2028"}, "Echo: grüezi \U0001f600\u2028"),
    "get-sum": ({"a": 1, "b": 2.5}, "The sum of 1 and 2.5 is 3.5."),
    "toggle-simulated-logging": ({}, "logging for session"),
    "toggle-subscriber-updates": ({}, "simulated resource update"),
    "trigger-long-running-operation": ({"duration": 0.2, "steps": 4}, "operation completed"),
    "get-resource-links": (
        {"count": 2},
        "\n[a resource, Text Resource 2, text/plain: demo://resource/dynamic/text/2]",
    ),
    "get-resource-reference": ({}, "\n[a resource, demo://resource/dynamic/text/1]\nResource 1: This is"),
    "gzip-file-as-resource": ({"data": HELLO}, "[a resource, README.md.gz, application/gzip: demo://"),
}


@pytest.mark.parametrize("tool", TEXTS)
async def test_what_a_tool_says_is_text(router, tool):
    arguments, said = TEXTS[tool]
    for _ in range(2):  # what is switched on is switched off again
        outcome = await run(router, tool, **arguments)
        assert (outcome.outcome, outcome.error, outcome.receipt) == ("done", None, None)
        assert said in outcome.content


async def test_structured_content_is_the_receipt(router):
    outcome = await run(router, "get-structured-content", location="Chicago")
    assert outcome.outcome == "done"
    assert set(outcome.receipt) == {"temperature", "conditions", "humidity"}
    assert json.loads(outcome.content) == outcome.receipt


async def test_pictures_and_bytes_come_as_what_they_are(router):
    words, image, more = (await run(router, "get-tiny-image")).content
    assert isinstance(words, Text)
    assert isinstance(image, Image)
    assert image.media_type == "image/png"
    assert image.data.startswith(b"\x89PNG")
    assert isinstance(more, Text)
    said, picture = (
        await run(router, "get-annotated-message", messageType="error", includeImage=True)
    ).content
    assert said.text == "Error: Operation failed"
    assert picture.data == image.data
    _, blob, _ = (await run(router, "get-resource-reference", resourceType="Blob", resourceId=2)).content
    assert isinstance(blob, Document)
    assert blob.data.startswith(b"Resource 2: This is a base64 blob")
    (packed,) = (await run(router, "gzip-file-as-resource", data=HELLO, outputType="resource")).content
    assert not isinstance(packed, Text | Audio)
    assert (packed.media_type, gzip.decompress(packed.data)) == ("application/gzip", b"hello")


async def test_a_tool_that_reports_an_error_may_have_done_something(router):
    outcome = await run(router, "get-resource-reference", resourceId=-1)
    assert (outcome.outcome, outcome.reason) == ("unknown", None)
    assert outcome.content == "Invalid resourceId: -1. Must be a finite positive integer."


async def test_what_its_schema_does_not_allow_is_not_sent(router):
    outcome = await run(router, "get-structured-content", location="Bern")
    assert (outcome.outcome, outcome.reason) == ("refused", "not_sent")
    assert outcome.content == "location: 'Bern' is not one of ['New York', 'Chicago', 'Los Angeles']"


async def test_an_operation_that_takes_too_long_is_given_up_and_leaves_the_server_to_others(router):
    slow = asyncio.create_task(run(router, "trigger-long-running-operation", 1.0, duration=60, steps=600))
    answers = await asyncio.gather(*(run(router, "echo", message=str(each)) for each in range(8)))
    assert [each.content for each in answers] == [f"Echo: {each}" for each in range(8)]
    assert (await slow).outcome == "unknown"
    assert (await run(router, "echo", message="still here")).content == "Echo: still here"


async def test_nothing_of_the_environment_is_known_to_a_server_that_is_started(monkeypatch):
    monkeypatch.setenv("VENDOR_API_KEY", "k-8d2f71a90b5c")
    with opened(started(env={"LEVEL": "debug"})) as router:
        told = json.loads((await run(router, "get-env")).content)
        await router.aclose()
    assert set(told) <= {"PATH", "HOME", "LEVEL"}
