"""What every codec reads and writes alike."""

import base64
import json
from collections.abc import Sequence
from types import MappingProxyType
from typing import Any
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.errors import InvalidRequest, ProtocolError
from interlock.fold import folded
from interlock.http.payload import (
    CallIds,
    Incoming,
    base64_of,
    count_of,
    deltas_of,
    json_body,
    json_text,
    media_type_of,
    optional_text,
    parse_object,
    part_name,
    text_of,
    text_of_document,
)
from interlock.types.messages import (
    Audio,
    Citation,
    Document,
    Image,
    Part,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
)
from interlock.types.response import Answer, Usage

scalars = st.none() | st.booleans() | st.integers() | st.text()
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))


@given(value=values, data=st.binary(max_size=40))
def test_anything_is_an_object_or_an_error_that_keeps_its_content_to_itself(value: Any, data: bytes) -> None:
    for raw in (json.dumps(value).encode(), json.dumps(value), data):
        try:
            expected = json.loads(raw)
        except ValueError:
            expected = None
        if isinstance(expected, dict):
            assert parse_object(raw, "it") == expected
        else:
            with pytest.raises(ProtocolError, match="it is "):
                parse_object(raw, "it")


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b" ", "empty"),
        (b" <html>secret", "a web page"),
        ('{"secret', "cut or garbled"),
        (b"secret", "text"),
        (b"[" * 100_000, "text"),
        (b'["secret"]', "no object"),
    ],
)
def test_what_came_instead_is_told_in_a_word(raw: bytes | str, kind: str) -> None:
    with pytest.raises(ProtocolError, match=kind) as caught:
        parse_object(raw, "the answer")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("value", [None, True, -1, 1.0, "3", 10**13, [], {}])
def test_what_cannot_be_a_count_is_unknown(value: Any) -> None:
    assert count_of(value) is None
    assert (count_of(0), count_of(10**12)) == (0, 10**12)


def test_text_is_text_or_nothing() -> None:
    assert [text_of(value) for value in ("a", "", None, 1)] == ["a", "", "", ""]
    assert [optional_text(value) for value in ("a", "", None, 1)] == ["a", None, None, None]


@pytest.mark.parametrize(
    ("part", "media_type"),
    [
        (Image(data=b"\x89PNG\r\n"), "image/png"),
        (Image(data=b"\xff\xd8\xff\xe0"), "image/jpeg"),
        (Image(data=b"GIF89a"), "image/gif"),
        (Image(data=b"RIFF0000WEBP"), "image/webp"),
        (Audio(data=b"RIFF0000WAVE"), "audio/wav"),
        (Audio(data=b"ID3"), "audio/mpeg"),
        (Document(data=b"%PDF-1.7"), "application/pdf"),
        (Document(data=b"%PDF-1.7", media_type="text/plain"), "text/plain"),
        (Image(url="https://a.example/x.png"), None),
        (Audio(data=b"RIFF0000????"), None),
        (Image(data=b""), None),
    ],
)
def test_bytes_say_what_they_are_unless_the_part_does(part: Any, media_type: str | None) -> None:
    assert media_type_of(part) == media_type


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (Document(data=b"a,b", media_type="text/csv; charset=utf-8"), "a,b"),
        (Document(data=b"{}", media_type="Application/JSON"), "{}"),
        (Document(data=b"\xff", media_type="text/plain"), "\ufffd"),
        (Document(data=b"%PDF", media_type="application/pdf"), None),
        (Document(data=b"a"), None),
        (Document(url="https://a.example/x.txt", media_type="text/plain"), None),
    ],
)
def test_a_document_of_text_has_words(part: Document, words: str | None) -> None:
    assert text_of_document(part) == words


@given(data=st.binary())
def test_base64_is_read_back(data: bytes) -> None:
    assert base64.b64decode(base64_of(data), validate=True) == data


@given(value=st.dictionaries(st.text(), values))
def test_a_body_is_compact_json(value: dict[str, Any]) -> None:
    body = json_body(MappingProxyType(value))
    assert b"\n" not in body
    if not any("\ud800" <= letter <= "\udfff" for letter in json_text(value)):
        assert json.loads(body) == value


def test_what_json_cannot_hold_is_refused_and_half_an_emoji_is_not() -> None:
    assert json_body({"a": "\ud83d", "b": (1, MappingProxyType({}))}) == b'{"a":"?","b":[1,{}]}'
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    for value in (float("nan"), b"bytes", object(), deep):
        with pytest.raises(InvalidRequest, match="JSON"):
            json_body({"x": value})


def test_parts_are_named_with_their_article() -> None:
    assert [part_name(part) for part in (Text(""), Image(data=b""))] == ["a Text", "an Image"]


@given(
    turns=st.lists(st.lists(st.text("ab_1", max_size=3), max_size=3), max_size=5), longest=st.integers(4, 9)
)
def test_every_call_has_an_id_of_its_own_and_every_result_finds_it(
    turns: list[list[str]], longest: int
) -> None:
    def fit(given_id: str) -> str:
        return given_id if 0 < len(given_id) <= longest else f"h{crc32(given_id.encode())}"

    ids, again = CallIds(fit), CallIds(fit)
    used: list[str] = []
    for turn in turns:
        ids.turn()
        again.turn()
        calls = [ids.call(id_) for id_ in turn]
        assert calls == [again.call(id_) for id_ in turn]
        assert [ids.result(id_) for id_ in turn] == calls == [again.result(id_) for id_ in turn]
        used += calls
    assert len(set(used)) == len(used)


def test_a_result_belongs_to_the_last_turn_that_called() -> None:
    ids = CallIds(str)
    ids.turn()
    ids.call("a")
    ids.turn()
    assert ids.call("a") == "a_2"
    assert [ids.result("a"), ids.result("a"), ids.result("b")] == ["a_2", "a_2", "b"]


def cut(data: bytes, size: int) -> Sequence[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


@pytest.mark.parametrize("size", [1, 3, 1000])
@pytest.mark.parametrize("data", [b'{"a": 1}', b"[1]", b"<html>", b'\n\t {"a": 1} '])
def test_a_plain_reply_is_kept_as_it_is(data: bytes, size: int) -> None:
    incoming = Incoming()
    assert b"".join(incoming.events(piece) for piece in cut(data, size)) == b""
    assert incoming.plain == data.lstrip()


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_events_pass(size: int) -> None:
    incoming = Incoming()
    data = b"\n\ndata: {}\n\ndata: [1]\n\n"
    assert b"".join(incoming.events(piece) for piece in cut(data, size)) == data.lstrip()
    assert incoming.plain is None


def test_a_byte_order_mark_is_no_part_of_a_reply() -> None:
    for data in (b"\xef\xbb\xbfdata: 1", b"\xef\xbb\xbf{}"):
        incoming = Incoming()
        assert incoming.events(data) + (incoming.plain or b"") == data[3:]


def test_a_plain_reply_without_an_end_is_an_error() -> None:
    incoming = Incoming()
    incoming.events(b"{")
    piece = b"x" * 2**24
    with pytest.raises(ProtocolError, match="more than"):
        for _ in range(5):
            incoming.events(piece)


words = st.text(min_size=1, max_size=5)
signed = st.none() | words
parts = st.lists(
    st.one_of(
        st.builds(Text, words, citations=st.sampled_from([(), (Citation(url="https://a.example"),)])),
        st.builds(Refusal, words),
        st.builds(Reasoning, words, signature=words, vendor=st.just("acme")),
        st.builds(Reasoning, st.just(""), signature=words, vendor=st.just("acme"), redacted=st.just(True)),
        st.builds(
            lambda name, arguments, seal: ToolCall(
                id=name, name=name, arguments=arguments, signature=seal, vendor="acme" if seal else None
            ),
            words,
            st.dictionaries(words, values, max_size=2),
            signed,
        ),
    ),
    max_size=6,
)


@settings(deadline=None)
@given(said=parts)
def test_an_answer_as_deltas_folds_to_the_answer(said: list[Part]) -> None:
    apart: list[Part] = []
    for part in said:
        if not (apart and type(apart[-1]) is type(part) and isinstance(part, (Text, Refusal))):
            apart.append(part)
    answer = Answer(
        parts=tuple(apart),
        finish_reason="stop",
        usage=Usage(input_tokens=1),
        served_model="m",
        id="r",
        extra={"a": [1]},
    )
    assert folded(deltas_of(answer), "acme") == answer


def test_arguments_too_deep_for_json_are_an_error() -> None:
    deep: dict[str, Any] = {}
    for _ in range(100_000):
        deep = {"a": deep}
    answer = Answer(parts=(ToolCall(id="a", name="f", arguments=deep),), finish_reason="tool_calls")
    with pytest.raises(ProtocolError, match="nested"):
        list(deltas_of(answer))
