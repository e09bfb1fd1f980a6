"""Each text of a request or an answer is seen once, and another may be put there: field by field."""

import copy
import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from every_field import TABLE, WORD, Subject, answered, asked, called, set_to, told, tooled
from interlock import Message, Reasoning, Request, Text, ToolCall, ToolResult
from interlock.requests.passages import passages, rewritten
from interlock.types.messages import Audio, Citation, Document, Image

ROWS = [
    pytest.param(*row, id=f"{kind.__name__}.{name}")
    for kind, rows in TABLE.items()
    for name, row in rows.items()
    if isinstance(row, tuple)
]


def all_rewritten(subject: Any, old: str = WORD, new: str = "X1") -> Any:
    found = {each.where: each.text.replace(old, new) for each in passages(subject) if each.rewritable}
    return rewritten(subject, found)


@pytest.mark.parametrize("kind", TABLE, ids=lambda kind: kind.__name__)
def test_every_field_is_seen_or_has_a_reason_not_to_be(kind: type) -> None:
    assert {each.name for each in fields(kind)} == TABLE[kind].keys()


@pytest.mark.parametrize(("how", "build"), ROWS)
def test_a_text_is_found_in_every_field(how: str, build: Any) -> None:
    subject: Subject = build(WORD)
    before = copy.deepcopy(subject)
    found = [each for each in passages(subject) if WORD in each.text]
    assert found
    assert len({each.where for each in passages(subject)}) == len(passages(subject))
    assert WORD not in "".join(each.where for each in found)
    assert WORD not in repr(found)
    assert all(each.rewritable is (how == "rewritten") for each in found)
    if how == "rewritten":
        assert WORD not in repr(all_rewritten(subject))
    else:
        with pytest.raises(ValueError, match="a program reads it"):
            rewritten(subject, {found[0].where: "X1"})
    assert subject == before


@pytest.mark.parametrize(("how", "build"), ROWS)
def test_what_holds_nothing_new_stays_the_same_object(how: str, build: Any) -> None:
    subject: Subject = build(WORD)
    assert rewritten(subject, {}) is subject
    assert rewritten(subject, {each.where: str(each.text) for each in passages(subject)}) is subject


def phases(subject: Subject) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for each in passages(subject):
        found.setdefault(each.phase, set()).add(each.text)
    return found


def test_a_text_belongs_to_the_phase_in_which_it_passes() -> None:
    call = ToolCall(id="call_1", name="search", arguments={"city": "Turin"})
    request = Request(
        (
            Message("user", "Rain?"),
            Message("assistant", (call,)),
            Message("tool", (ToolResult(id="call_1", content="No"),)),
        )
    )
    assert phases(request) == {
        "request": {"Rain?", "call_1", "search", "city", "Turin"},
        "tool_result": {"No"},
    }
    answer = answered(Text("See"), call)
    assert phases(answer) == {"answer": {"See"}, "tool_arguments": {"search", "city", "Turin"}}


@pytest.mark.parametrize("name", ["properties", "patternProperties", "$defs", "dependentRequired"])
def test_names_that_a_schema_gives_are_read_and_not_rewritten(name: str) -> None:
    value: Any = [WORD] if name == "dependentRequired" else {"type": "string"}
    request = tooled(parameters={name: {WORD: value}, "pattern": WORD, "required": [WORD]})
    found = [each for each in passages(request) if each.text == WORD]
    assert len(found) >= 3
    assert not any(each.rewritable for each in found)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('{"who": "Ros\\u0061lind"}', '{"who": "X1"}'),
        ('{ "n": 1.50, "who":\n "Rosalind", "n": null }', '{ "n": 1.50, "who":\n "X1", "n": null }'),
        ('["a\\"Rosalind", "\\n"]', '["a\\"X1", "\\n"]'),
        ("[see Rosalind]", "[see X1]"),
        ('{"who": "Rosalind', '{"who": "X1'),
        ('"Rosalind"', '"X1"'),
    ],
)
def test_json_of_a_tool_is_seen_as_what_it_says(content: str, expected: str) -> None:
    [message] = all_rewritten(told(content=content)).messages
    assert message.content[0].content == expected


def test_a_long_number_is_a_text_and_becomes_one() -> None:
    card = 4111111111111111
    request = called(arguments={"card": card, "page": 12})
    [message] = all_rewritten(request, str(card), "CARD").messages
    assert message.tool_calls[0].arguments == {"card": "CARD", "page": 12}
    [message] = all_rewritten(told(content=f'{{"card": {card}, "n": 1.0}}'), str(card), "CARD").messages
    assert message.content[0].content == '{"card": "CARD", "n": 1.0}'


@pytest.mark.parametrize(
    "part",
    [
        Document(data=b"Rosalind's notes", media_type="text/markdown; charset=utf-8"),
        Document(data=b'{"who": "Rosalind"}', media_type="application/ld+json"),
        Document(data=b"name\nRosalind", name="people.csv"),
        Document(url="data:text/plain;base64,Um9zYWxpbmQ="),
        Image(data=b"<svg><text>Rosalind</text></svg>", media_type="image/svg+xml"),
    ],
)
def test_bytes_that_are_text_are_seen(part: Any) -> None:
    [message] = all_rewritten(asked(part)).messages
    [made] = message.parts
    assert made != part
    assert not any("Rosalind" in each.text for each in passages(asked(made)))


@pytest.mark.parametrize(
    "part", [Image(data=b"\x89PNG\r\n"), Document(data=b"%PDF-1.7 Rosalind"), Audio(data=b"ID3")]
)
def test_other_bytes_are_left_alone(part: Any) -> None:
    assert passages(asked(part)) == ()
    assert all_rewritten(asked(part)).messages[0].parts == (part,)


def test_proofs_that_only_their_maker_reads_are_no_text() -> None:
    request = asked(Reasoning("Hm", signature="EqQBCgIYAhIM+/=="), role="assistant")
    assert [each.text for each in passages(request)] == ["Hm"]
    [message] = rewritten(request, {"messages[0].parts[0]": "Oh"}).messages
    assert message.parts == (Reasoning("Oh", signature="EqQBCgIYAhIM+/=="),)


def test_offsets_of_citations_go_with_the_text_that_they_count_in() -> None:
    subject = answered(Text("Rosalind", citations=(Citation(url="https://a", start=0, end=8),)))
    [part] = all_rewritten(subject).parts
    assert part.citations == (Citation(url="https://a"),)


def test_two_keys_do_not_become_one() -> None:
    request = called(arguments={"Ann": 1, "Bob": 2})
    texts = {each.where: "NAME" for each in passages(request) if each.text in ("Ann", "Bob")}
    with pytest.raises(ValueError, match="may not become one"):
        rewritten(request, texts)


def test_a_place_that_is_not_there_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"no text at messages\[1\]"):
        rewritten(Request("Hello"), {"messages[1].parts[0]": "x"})


def test_what_goes_round_in_a_circle_is_walked_once() -> None:
    loop: dict[str, Any] = {"who": WORD}
    loop["self"] = loop
    assert [each.text for each in passages(set_to(extra={"a": loop}))] == ["Hello", "a", "who", WORD, "self"]


@pytest.mark.parametrize("make", [lambda inner: {"k": inner}, lambda inner: [inner], lambda inner: (inner,)])
@pytest.mark.parametrize("field", ["arguments", "extra", "parameters"])
def test_depth_has_no_limit(make: Any, field: str) -> None:
    inner: Any = WORD
    for _ in range(2_000):
        inner = make(inner)
    if field == "parameters":
        request = tooled(parameters={"not": {"enum": inner}})
    else:
        request = called(arguments={"a": inner}) if field == "arguments" else set_to(extra={"a": inner})
    found = [each for each in passages(request) if each.text == WORD]
    made = rewritten(request, {found[0].where: "X1"})
    assert [each.text for each in passages(made)].count("X1") == 1


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9999, 9999)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)


def shouted(value: Any) -> Any:
    if isinstance(value, str):
        return value and value + "!"
    if isinstance(value, Mapping):
        return {shouted(key): shouted(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(map(shouted, value))
    return value


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.text(max_size=4), JSON, max_size=4))
def test_data_of_any_shape_keeps_it(value: dict[str, Any]) -> None:
    request = called(arguments=value)
    found = [each for each in passages(request) if ".arguments" in each.where]
    made = rewritten(request, {each.where: f"{each.text}!" for each in found})
    assert made.messages[0].tool_calls[0].arguments == shouted(value)


@settings(max_examples=60, deadline=None)
@given(JSON.filter(lambda value: isinstance(value, (dict, list))), st.booleans())
def test_json_of_any_shape_says_the_same_with_other_words(value: Any, ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=1)
    request = told(content=text)
    found = [each for each in passages(request) if each.phase == "tool_result"]
    made = rewritten(request, {each.where: f"{each.text}!" for each in found})
    assert json.loads(made.messages[0].parts[0].content) == json.loads(json.dumps(shouted(value)))  # type: ignore[union-attr, arg-type]
