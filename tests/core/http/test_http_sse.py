import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.errors import ProtocolError
from interlock.http import EventParser, ServerEvent


def parse(*pieces: bytes, limit: int = 10_000) -> list[ServerEvent]:
    parser = EventParser(limit=limit)
    return [event for piece in pieces for event in parser.feed(piece)] + parser.close()


def data_of(*pieces: bytes) -> list[str]:
    return [event.data for event in parse(*pieces)]


@pytest.mark.parametrize(
    ("stream", "events"),
    [
        (b"data: one\n\ndata: two\n\n", ["one", "two"]),
        (b"data: one\r\n\r\ndata: two\r\n\r\n", ["one", "two"]),
        (b"data: one\r\rdata: two\r\r", ["one", "two"]),
        (b"data: one\ndata: two\n\n", ["one\ntwo"]),
        (b"data:one\n\ndata:  two\n\n", ["one", " two"]),
        (b": keep-alive\n\ndata: one\n\n: again\n\n", ["one"]),
        (b": comment\ndata: one\n\n", ["one"]),
        (b"event: ping\n\nid: 4\n\nretry: 10\n\n", []),
        (b"data\n\ndata:\n\n", ["", ""]),
        (b"\n\n\n\ndata: one\n\n\n\n\ndata: two\n\n", ["one", "two"]),
        (b"\xef\xbb\xbfdata: one\n\n", ["one"]),
        (b"unknown: x\ndata: a: b\n\n", ["a: b"]),
        (b"data: one\n\ndata: no blank line", ["one", "no blank line"]),
        (b"data: one\n", ["one"]),
        (b"", []),
    ],
)
def test_lines_become_events(stream, events):
    assert data_of(stream) == events


def test_an_event_has_its_name_and_the_last_id():
    assert parse(b"event: delta\nid: 7\ndata: x\n\ndata: y\n\nid: a\0b\ndata: z\n\nid\ndata: w\n\n") == [
        ServerEvent(event="delta", data="x", id="7"),
        ServerEvent(data="y", id="7"),
        ServerEvent(data="z", id="7"),
        ServerEvent(data="w"),
    ]


def test_an_event_is_given_out_as_soon_as_it_is_complete():
    parser = EventParser()
    assert parser.feed(b"data: one\r\n\r") == [ServerEvent(data="one")]
    assert parser.feed(b"\ndata: two\r\n") == []
    assert parser.feed(b"\r") == [ServerEvent(data="two")]


def test_an_event_of_ten_megabytes_in_small_pieces():
    text = "é" * 5_000_000
    stream = f"data: {text}\n\n".encode()
    pieces = [stream[i : i + 16_001] for i in range(0, len(stream), 16_001)]
    assert parse(*pieces, limit=16_000_000) == [ServerEvent(data=text)]


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_an_event_over_the_limit_is_refused(size):
    fits, over = b"data: " + b"x" * 94 + b"\n\n", b"data: " + b"x" * 95 + b"\n\n"
    assert len(parse(*(fits[i : i + size] for i in range(0, len(fits), size)), limit=100)) == 1
    with pytest.raises(ProtocolError, match="more than 100 bytes"):
        parse(*(over[i : i + size] for i in range(0, len(over), size)), limit=100)


@pytest.mark.parametrize("stream", [b"data: \xff\n\n", b"data: gr\xc3\n\n", b"data: cut \xe4\xbd"])
def test_bytes_that_are_not_utf8_are_refused(stream):
    with pytest.raises(ProtocolError, match="UTF-8"):
        parse(stream)


LINE = st.one_of(
    st.just(""),
    st.builds(
        "{}: {}".format, st.sampled_from(["data", "event", "id", "", "x"]), st.text("aß好 :{}", max_size=6)
    ),
    st.text("data: ß", max_size=8),
)


@given(
    lines=st.lists(st.tuples(LINE, st.sampled_from(["\n", "\r", "\r\n"])), max_size=14),
    bom=st.booleans(),
    cuts=st.lists(st.integers(0, 200), max_size=12),
)
def test_where_a_stream_is_split_changes_nothing(lines, bom, cuts):
    stream = (("\ufeff" if bom else "") + "".join(line + end for line, end in lines)).encode()
    edges = [0, *sorted(cut % (len(stream) + 1) for cut in cuts), len(stream)]
    pieces = [stream[a:b] for a, b in itertools.pairwise(edges)]
    whole = parse(stream)
    assert parse(*pieces) == whole
    assert parse(*(stream[i : i + 1] for i in range(len(stream)))) == whole


@given(st.lists(st.dictionaries(st.text(), st.text(), max_size=3), max_size=6))
def test_json_events_come_back_as_they_went(objects):
    stream = b"".join(b"data: " + json.dumps(o, ensure_ascii=False).encode() + b"\n\n" for o in objects)
    assert [json.loads(text) for text in data_of(stream)] == objects
