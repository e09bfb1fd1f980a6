"""What servers send, in any form: it is read or left, and never raises anything but what is said."""

import json
from base64 import b64encode
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from mcp.types import CallToolResult
from pydantic import ValidationError

from interlock import AnswerTooLarge, ToolCall, ToolOutcome
from interlock_mcp import messages
from interlock_mcp.definitions import LONGEST, Definition, called
from interlock_mcp.lines import Lines
from interlock_mcp.results import outcome_of
from interlock_tools.schemas import Checker, flaw, is_small

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
)
KEYWORDS = st.sampled_from(
    [
        *("type", "properties", "required", "enum", "$ref", "$defs", "items", "pattern", "patternProperties"),
        *("additionalProperties", "const", "not", "if", "then", "anyOf", "description", "$id", "$schema"),
    ]
)
SCHEMAS = st.recursive(
    SCALARS | st.sampled_from(["object", "string", "#", "#/$defs/a", "http://127.0.0.1:9/schema", "(a+)+$"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYWORDS, inner, max_size=4),
)


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_line_is_messages_or_nothing(data):
    for message in messages.read(data):
        assert isinstance(message, messages.Answered | messages.Asked | messages.Told)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "jsonrpc": JSON,
            "id": JSON,
            "method": JSON,
            "params": JSON,
            "result": JSON,
            "error": JSON | st.fixed_dictionaries({"code": JSON, "message": JSON}),
        },
    )
)
def test_any_message_is_what_it_says_it_is(given_):
    for message in messages.read(json.dumps(given_)):
        if isinstance(message, messages.Answered):
            assert (message.result is None) != (message.error is None)
        elif isinstance(message, messages.Asked):
            assert json.loads(messages.reply_to(message))["id"] == given_["id"]


@given(st.integers(0, 10**12), st.text(), st.dictionaries(st.text(), st.text() | st.integers()))
def test_a_request_is_one_line_that_says_what_was_meant(id_, method, params):
    line = messages.request(id_, method, params)
    assert b"\n" not in line
    assert json.loads(line) == {"jsonrpc": "2.0", "id": id_, "method": method, "params": params}


@given(st.lists(st.binary(max_size=30)), st.integers(1, 7))
def test_lines_are_the_same_wherever_they_are_cut(parts, step):
    data = b"\n".join(parts)
    whole = Lines(1_000).feed(data + b"\n")
    pieces = Lines(1_000)
    found: list[bytes] = []
    for at in range(0, len(data), step):
        found += pieces.feed(data[at : at + step])
    assert found + pieces.feed(b"\n") == whole
    assert whole == [line for part in data.split(b"\n") if (line := part.strip())]


@given(st.integers(0, 50), st.integers(1, 20))
def test_a_line_over_the_limit_is_refused_however_it_comes(size, step):
    lines = Lines(20)
    refused = False
    try:
        for at in range(0, size, step):
            lines.feed(b"x" * min(step, size - at))
    except AnswerTooLarge:
        refused = True
    assert refused == (size > 20)


@given(SCHEMAS | JSON, st.dictionaries(st.text(max_size=8), JSON, max_size=4))
def test_any_schema_is_found_wanting_or_is_used(schema, arguments):
    if flaw(schema) is None:
        wrong = Checker(schema).objection(arguments)
        assert wrong is None or isinstance(wrong, str)


@given(st.text(max_size=200), st.text(alphabet="abc-_", min_size=1, max_size=32))
def test_every_name_becomes_one_that_vendors_take(name, prefix):
    found = called(name, prefix)
    assert len(found) <= 64
    assert found.replace("_", "a").replace("-", "a").isalnum()
    assert found.isascii()
    assert found == called(name, prefix)


def test_names_that_look_alike_stay_apart():
    names = ["a.b", "a/b", "a b", "a_b", "é", "e", "9", "_9", "x" * 65, "x" * 66, ""]
    assert len({called(name) for name in names}) == len(names)


@given(st.text(max_size=3_000))
def test_a_description_is_shown_within_its_bounds(text):
    tool = {"name": "t", "description": text, "inputSchema": {"type": "object", "description": text}}
    spec = Definition.of("s", tool).spec("t")
    assert 0 < len(spec.description) <= LONGEST
    assert len(str(spec.parameters["description"])) <= LONGEST


def test_a_property_that_is_called_description_stays_a_property():
    inner: Any = {
        "type": "object",
        "properties": {"description": {"type": "string", "description": "x" * 2_000}},
    }
    spec = Definition.of("s", {"name": "t", "inputSchema": inner}).spec("t")
    shown = spec.parameters["properties"]["description"]
    assert shown["type"] == "string"
    assert len(shown["description"]) == LONGEST


BLOCKS = st.fixed_dictionaries(
    {"type": st.sampled_from(["text", "image", "audio", "resource_link", "resource", "video"])},
    optional={
        "text": st.text(max_size=20),
        "data": st.text(max_size=20) | st.binary(max_size=9).map(lambda data: b64encode(data).decode()),
        "mimeType": st.sampled_from(["image/png", "audio/wav", "application/pdf", "", "\x00"]),
        "name": st.text(max_size=8),
        "uri": st.text(max_size=8),
        "resource": st.fixed_dictionaries(
            {"uri": st.text(max_size=8)}, optional={"text": st.text(max_size=8), "blob": st.text(max_size=8)}
        ),
    },
)


@given(
    st.fixed_dictionaries(
        {"content": st.lists(BLOCKS, max_size=4)},
        optional={"structuredContent": JSON, "isError": st.booleans(), "resultType": st.just("complete")},
    ),
    st.booleans(),
)
def test_any_result_is_an_outcome(result, errors_undo):
    try:
        read = CallToolResult.model_validate(result, by_name=False)
    except ValidationError:
        return
    outcome = outcome_of(read, errors_undo=errors_undo)
    assert isinstance(outcome, ToolOutcome)
    assert (outcome.outcome == "done") == (not result.get("isError", False))
    outcome.result(ToolCall(id="c", name="t"))


def test_structured_content_is_said_beside_a_picture_unless_it_repeats_it():
    picture = {"type": "image", "data": "aGVsbG8=", "mimeType": "image/png"}
    for structured, said in (({"width": 7}, 2), ({"content": [picture]}, 1)):
        whole = {"content": [picture], "structuredContent": structured}
        outcome = outcome_of(CallToolResult.model_validate(whole), errors_undo=False)
        assert len(outcome.content) == said
        assert outcome.receipt == structured


@given(JSON)
def test_what_is_small_has_few_values(value):
    def count(inner: Any) -> int:
        items = inner.values() if isinstance(inner, dict) else inner if isinstance(inner, list) else ()
        return 1 + sum(map(count, items))

    assert is_small(value) == (count(value) <= 100)
    assert not is_small({"all": [[value] * 10] * 11})
