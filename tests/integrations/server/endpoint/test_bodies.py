"""Bodies that are too long, too slow, or mean two things."""

import json
import socket
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock import RequestError
from interlock.testing import Upstream
from interlock_server.endpoint import bodies
from interlock_server.endpoint.bodies import parsed
from interlock_server.endpoint.running import endpoint_of
from server_stage import CALLS, HELLO, either, opened, serving, stage

PATH = "/v1/chat/completions"


@pytest.fixture(scope="module")
def well():
    server = {"largest_body": 200_000}
    with Upstream(always=either()) as upstream, stage(upstream, server=server) as client:
        yield client


NO_JSON = [
    b"",
    b"{",
    b"[]",
    b'"text"',
    b"null",
    b"{'model': 1}",
    b'{"a": NaN}',
    b'{"a": Infinity}',
    b'{"a": -Infinity}',
    b'{"a": 1e999}',
    b'{"a": 1, "a": 2}',
    b'{"a": [{"b": 1, "b": 1}]}',
    b'{"a": "\xff"}',
    b'{"a": "\\ud800"}',
    b'{"\\uD800": 1}',
    b"{} {}",
    b"\xef\xbb\xbf{}",
    b'{"a": ' + b"[" * 101 + b"]" * 101 + b"}",
    b'{"a": ' + b"[" * 100_000,
    b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    b'{"a": ' + b"9" * 5_000 + b"}",
    b"\x00",
    '{"a": 1}'.encode("utf-16"),
]


@pytest.mark.parametrize("data", NO_JSON, ids=range(len(NO_JSON)))
def test_what_is_no_object_or_means_two_things_is_refused(well, data):
    answer = well.post(PATH, data[:199_999])
    assert (answer.status, answer.json()["error"]["code"]) == (400, "invalid_request")


@given(st.binary(max_size=300))
def test_any_bytes_are_an_object_or_a_complaint(data):
    with suppress(RequestError):
        assert isinstance(parsed(data), dict)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.text("abcd", max_size=4), JSON, max_size=5), st.booleans())
def test_every_object_is_read_as_the_standard_library_has_it(value, escaped):
    assert parsed(json.dumps(value, ensure_ascii=escaped).encode()) == value


@given(st.integers(1, 140))
def test_the_depth_is_what_counts_and_not_how_much_there_is(depth):
    data = b'{"a":' + b"[" * depth + b"[],[],[]" + b"]" * depth + b"}"
    if depth + 2 <= 100:
        assert isinstance(parsed(data), dict)
    else:
        with pytest.raises(RequestError, match="nested"):
            parsed(data)


def test_a_long_body_is_read(well):
    body = HELLO | {"messages": [{"role": "user", "content": "word " * 30_000}]}
    assert well.post(PATH, body).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "multipart/form-data; boundary=application/json"},
        {"Content-Type": ""},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
        {"Content-Type": "application/json", "Content-Encoding": "br"},
        {"Content-Type": "application/json", "Content-Encoding": "identity, zstd"},
    ],
    ids=str,
)
def test_another_kind_of_body_is_refused(well, headers):
    answer = well.send("POST", PATH, json.dumps(HELLO).encode(), headers)
    assert (answer.status, answer.json()["error"]["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "Application/JSON"])
def test_the_kind_may_say_more(well, kind):
    assert well.send("POST", PATH, json.dumps(HELLO).encode(), {"Content-Type": kind}).status == 200


def test_a_body_that_says_it_is_too_long_is_not_read(well):
    head = f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    for length in ("200001", "9" * 19):
        got = well.raw(f"{head}Content-Length: {length}\r\n\r\n".encode())
        assert got.startswith(b"HTTP/1.1 413 ")
        assert b"connection: close" in got


def test_a_body_that_turns_out_too_long_is_cut_off(well):
    head = f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    piece = b"2000\r\n" + b" " * 0x2000 + b"\r\n"
    got = well.raw(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode() + piece * 30)
    assert got.startswith(b"HTTP/1.1 413 ")


def test_a_body_in_chunks_is_read(well):
    body = json.dumps(HELLO).encode()
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n"
    )
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (body[:7], body[7:]))
    got = well.raw(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode() + chunks + b"0\r\n\r\n")
    assert got.startswith(b"HTTP/1.1 200 ")


def test_a_body_that_does_not_come_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(bodies, "_SILENCE", 0.05)
    with Upstream() as upstream:
        endpoint = endpoint_of(opened(upstream))
        with serving(endpoint) as client:
            head = f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            got = client.raw(f"{head}Content-Length: 100\r\n\r\n{{".encode())
    assert got.startswith(b"HTTP/1.1 408 ")
    assert b"connection: close" in got


def test_a_body_that_drips_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(bodies, "_LONGEST", 0.2)
    with Upstream() as upstream, stage(upstream) as client:
        head = f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        with socket.create_connection(("127.0.0.1", client.port), timeout=5) as connection:
            connection.sendall(f"{head}Content-Length: 1000\r\n\r\n".encode())
            connection.settimeout(0.02)
            got = b""
            for _ in range(500):
                connection.sendall(b" ")
                try:
                    got = connection.recv(4096)
                    break
                except TimeoutError:
                    continue
    assert got.startswith(b"HTTP/1.1 408 ")


# What two servers in a row might read differently is read by none.
SMUGGLED = {
    "both lengths": b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} ",
    "a list of lengths": b"Content-Length: 2, 2\r\n\r\n{}",
    "a signed length": b"Content-Length: +2\r\n\r\n{}",
    "a negative length": b"Content-Length: -2\r\n\r\n{}",
    "a length in hexadecimal": b"Content-Length: 0x2\r\n\r\n{}",
    "no chunk size": b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    "a signed chunk size": b"Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n",
    "a chunk longer than it says": b"Transfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n",
    "chunked before something else": b"Transfer-Encoding: chunked, identity\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "a blank in a header's name": b"Content-Length : 2\r\n\r\n{}",
    "a header that goes on": b"X-A: b\r\n c\r\nContent-Length : 2\r\n\r\n{}",
    "a bare line feed in a header": b"X-A: b\nContent-Length : 2\r\n\r\n{}",
    "a null in a header": b"X-A: b\x00c\r\nContent-Length: 2\r\n\r\n{}",
}


@pytest.mark.parametrize("what", SMUGGLED)
def test_nothing_is_smuggled(well, what):
    head = f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    after = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    got = well.raw(head.encode() + SMUGGLED[what] + after)
    assert got.startswith(b"HTTP/1.1 400 ")
    assert got.count(b"HTTP/1.1") == 1


@pytest.mark.parametrize("value", [10**400, -(10**400), 1e308], ids=["high", "low", "float"])
@pytest.mark.parametrize("name", ["temperature", "top_p", "top_k", "seed", "max_tokens", "max_output_tokens"])
@pytest.mark.parametrize("path", CALLS)
def test_a_number_that_readers_differ_on_is_refused_in_every_dialect(well, path, name, value):
    answer = well.post(path, CALLS[path] | {name: value})
    assert answer.status == 400
    assert name in answer.text


@pytest.mark.parametrize("own", [{"timeout": 10**400}, {"metadata": {"a": 10**400}}], ids=["time", "fact"])
@pytest.mark.parametrize("path", CALLS)
def test_so_is_one_among_the_options_of_our_own(well, path, own):
    assert well.post(path, CALLS[path] | {"interlock": own}).status == 400


@pytest.mark.parametrize(
    "rules", [{"residency": True}, {"deny_laws": False}, {"on_premise": []}, {"on_premise": "no"}]
)
@pytest.mark.parametrize("path", CALLS)
def test_a_rule_of_another_kind_is_never_no_rule(well, path, rules):
    answer = well.post(path, CALLS[path] | {"interlock": {"constraints": rules}})
    assert answer.status == 400
    assert f"interlock.constraints.{next(iter(rules))}" in answer.text
