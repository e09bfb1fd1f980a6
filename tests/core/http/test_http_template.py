import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.http import EventParser, EventTemplate

texts = st.text(st.characters(exclude_categories=()) | st.sampled_from('"\\/\n\u2028x{}:'), max_size=12)


def growing(payload: dict[str, Any]) -> tuple[dict[str, Any], str] | None:
    delta = payload.get("delta")
    return (delta, "text") if isinstance(delta, dict) and isinstance(delta.get("text"), str) else None


def written(payload: Any, *, escaped: bool = True, roomy: bool = True, name: str = "") -> bytes:
    separators = (", ", ": ") if roomy else (",", ":")
    data = json.dumps(payload, ensure_ascii=escaped, separators=separators)
    return (f"event: {name}\n" if name else "").encode() + b"data: " + data.encode(errors="replace")


def said(text: str, *, padding: str | None = None, field: str = "obfuscation", **more: Any) -> dict[str, Any]:
    payload = {"id": 'text":"', "delta": {"role": None, "text": text}, "usage": None, **more}
    return payload if padding is None else {**payload, field: padding}


def learned(event: bytes) -> EventTemplate:
    template = EventTemplate(growing)
    template.learn(event.decode(), json.loads(event.partition(b"data: ")[2]))
    return template


def text_of(template: EventTemplate, event: bytes) -> str | None:
    """The text of an event that is like the one before; None for any other."""
    found = list(template.together(event + b"\n\n"))
    return None if any(other is not None for _, other in found) else "".join(text for text, _ in found)


@given(
    first=texts,
    others=st.lists(texts, max_size=4),
    paddings=st.none() | st.lists(texts, min_size=5, max_size=5),
    field=st.sampled_from(["obfuscation", "p"]),
    form=st.fixed_dictionaries(
        {"escaped": st.booleans(), "roomy": st.booleans(), "name": st.sampled_from(["", "more"])}
    ),
)
def test_events_that_differ_in_their_texts_alone_are_read(first, others, paddings, field, form):
    padded = paddings or [None] * 5
    template = learned(written(said(first, padding=padded[0], field=field), **form))
    assert template.name == "text"
    for other, padding in zip(others, padded[1:], strict=False):
        event = written(said(other, padding=padding, field=field), **form)
        assert text_of(template, event) == json.loads(event.partition(b"data: ")[2])["delta"]["text"]


@given(
    text=texts,
    padding=st.none() | texts,
    at=st.integers(0, 200),
    cut=st.integers(0, 3),
    into=st.binary(max_size=4)
    | st.sampled_from([b'"', b'\\"', b"\\", b'","text":"', b'"},"x":{"', b"\n\ndata: "]),
)
def test_whatever_is_read_by_its_text_would_be_read_so_as_a_whole(text, padding, at, cut, into):
    event = written(payload := said(text, padding=padding))
    template = learned(event)
    other = event[:at] + into + event[at + cut :]
    found = text_of(template, other)
    if found is None:
        return
    (whole,) = EventParser().feed(other + b"\n\n")
    read = json.loads(whole.data)
    assert read["delta"]["text"] == found
    read["delta"]["text"] = text
    if padding is not None:
        read["obfuscation"] = padding
    assert read == payload


@pytest.mark.parametrize(
    "event",
    [
        b'data: {"delta": {"text": "a", "text": "b"}, "text": "b"}',
        b'data: {"text": "b", "delta": {"te\\u0078t": "b"}}',
        b'data: {"delta": {"text": "b"}, "n": NaN}',
        b'data: {"delta":\ndata: {"text": "b"}}',
        b'data: {"delta": {"text": "b"}}\nid: {}',
        b'data: {"p": "x", "delta": {"text": "b"}}',
        b'data: {"delta": {"text": "b"}, "\\u0070": "x"}',
    ],
)
def test_an_event_whose_text_cannot_be_told_from_the_rest_is_none_to_be_like(event):
    (whole,) = EventParser().feed(event + b"\n\n")
    template = EventTemplate(growing)
    template.learn(event.decode(), json.loads(whole.data))
    assert not template.name or text_of(template, event) == "b"
    other = event.replace(b'"b"', b'"c"', 1)
    if (found := text_of(template, other)) is not None:
        (whole,) = EventParser().feed(other + b"\n\n")
        assert json.loads(whole.data)["delta"]["text"] == found


def closing(text: str, blanks: int) -> bytes:
    return written({"delta": {"text": text}})[:-1] + b" " * blanks + b"}"


def test_blanks_between_closing_brackets_say_nothing():
    template = learned(closing("a", 3))
    assert text_of(template, closing("b", 0)) == "b"
    assert text_of(template, closing("c", 9)) == "c"
    assert text_of(template, closing("d", 9) + b"}") is None
    numbered = b'data: {"delta": {"text": "a"}, "n": 12}'
    assert text_of(learned(numbered), numbered.replace(b"12", b"1 2")) is None


def test_texts_that_come_together_are_joined_up_to_another_event():
    template, event = learned(written(said("a"))), written(said("x", usage=1))
    texts = [*map(written, map(said, ["b", "", "c"])), event, event, *map(written, map(said, ["", "d"]))]
    told = b"".join(each + b"\n\n" for each in texts)
    assert list(template.together(told)) == [("bc", event.decode()), ("", event.decode()), ("d", None)]
    assert list(template.together(written(said("")) + b"\n\n")) == []


def test_an_event_that_is_no_text_stands_by_itself():
    template, broken = learned(written(said("a"))), written(said("b")).replace(b'"b"', b'"\xff"')
    told = b"".join(each + b"\n\n" for each in (written(said("c")), broken))
    assert [event for _, event in template.together(told) if event] == [written(said("c")), broken]


@given(others=st.lists(texts | st.integers(), max_size=6), padded=st.booleans(), cut=st.integers(0, 400))
def test_what_comes_together_is_what_would_come_one_by_one(others, padded, cut):
    event = written(said("a", padding="x" if padded else None))
    kinds = [
        said(other, padding="y" * len(other) if padded else None) if isinstance(other, str) else {"n": other}
        for other in others
    ]
    told = b"".join(written(each) + b"\n\n" for each in kinds)
    told = told[:cut] + told[cut + 1 :]
    template = learned(event)
    read = [""]
    for text, other in template.together(told):
        read[-1] += text
        if other is not None:
            read += [other, ""]
    expected = [""]
    for each in told.split(b"\n\n"):
        if (text := text_of(template, each)) is not None and each:
            expected[-1] += text
        elif each:
            expected += [each.decode(), ""]
    assert [each for each in read if each] == [each for each in expected if each]


def test_what_comes_after_another_event_is_not_like_the_one_before_it():
    event, other = written(said("a")), written(said("a", usage={"n": 1}))
    template = learned(event)
    assert text_of(template, other) is None
    template.learn(other.decode(), {"usage": {"n": 1}})
    assert text_of(template, event) is None


def test_where_no_two_events_are_alike_it_is_given_up_soon():
    template = EventTemplate(growing)
    for number in range(10):
        event = written(said("a", number=number))
        assert text_of(template, event) is None
        template.learn(event.decode(), said("a", number=number))
    assert not template.name


def test_where_some_are_alike_it_goes_on():
    template = EventTemplate(growing)
    for number in range(20):
        template.learn(written(said("a", number=number)).decode(), said("a", number=number))
        assert text_of(template, written(said("b", number=number))) == "b"
