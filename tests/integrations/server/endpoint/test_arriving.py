"""Who may come in: keys, hosts, request ids."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.testing import Upstream
from interlock_server.endpoint import Endpoint, Live, Readiness, Routes, Served, Traffic, routes_of
from interlock_server.endpoint.arriving import check_host, principal_of, request_id
from interlock_server.endpoint.table import CHAT
from interlock_server.keys import Keyring, new_secret
from interlock_server.problems import Rejected
from server_stage import either, opened, serving, stage

SECRET = new_secret()
# What hosts, origins and paths are made of, and what goes wrong between them.
PIECES = [
    *(b"http://", b"https://", b"localhost", b"127.0.0.1", b"[::1]", b"evil.example", b"@", b"#", b"?", b"/"),
    *(
        b":80",
        b":",
        b"..",
        b"%2e",
        b"v1",
        b"chat/completions",
        b"models/",
        b"healthz",
        b" ",
        b"\x00",
        b"\xff",
    ),
]


@pytest.fixture(scope="module")
def upstream():
    with Upstream(always=either()) as upstream:
        yield upstream


@pytest.fixture(scope="module")
def keyed(upstream):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INTERLOCK_KEYS", f"ada={SECRET}")
        running = stage(upstream)
        client = running.__enter__()
    yield client
    running.__exit__(None, None, None)


def test_a_key_is_taken_in_both_forms(keyed):
    body = {"model": "auto", "messages": [{"role": "user", "content": "Hello."}]}
    for header in ({"Authorization": f"Bearer {SECRET}"}, {"x-api-key": SECRET}):
        assert keyed.post("/v1/chat/completions", body, **header).status == 200
    both = {"Authorization": f"bearer  {SECRET}", "x-api-key": SECRET}
    assert keyed.post("/v1/chat/completions", body, **both).status == 200


HOSTILE = [
    {},
    {"Authorization": ""},
    {"Authorization": "Bearer"},
    {"Authorization": "Bearer "},
    {"Authorization": f"Basic {SECRET}"},
    {"Authorization": SECRET},
    {"Authorization": f"Bearer {SECRET[:-1]}"},
    {"Authorization": f"Bearer {SECRET}x"},
    {"Authorization": f"Bearer {SECRET} {SECRET}"},
    {"Authorization": f"Bearer {SECRET},{SECRET}"},
    {"Authorization": "Bearer ' OR '1'='1"},
    {"Authorization": "Bearer \xff\xfe"},
    {"Authorization": "Bearer " + "a" * 8_000},
    {"x-api-key": ""},
    {"x-api-key": "'; DROP TABLE keys; --"},
    {"Authorization": f"Bearer {SECRET}", "x-api-key": "another"},
    {"Authorization": "Basic eDp5", "x-api-key": SECRET},
]


@pytest.mark.parametrize("headers", HOSTILE, ids=range(len(HOSTILE)))
def test_whoever_has_no_key_gets_401(keyed, upstream, headers):
    before = len(upstream.requests)
    answer = keyed.post("/v1/chat/completions", {"model": "auto", "messages": []}, **headers)
    assert answer.status == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["error"]["code"] == "invalid_api_key"
    assert SECRET not in answer.text
    assert len(upstream.requests) == before


@pytest.mark.parametrize("route", routes_of(Readiness()), ids=lambda route: route.path)
def test_every_route_is_public_or_wants_a_key(keyed, route):
    for method in route.methods:
        answer = keyed.send(method, route.path, b"{}" if method == "POST" else None, {})
        assert answer.status == (200 if route.public else 401)


PATHS = [
    "//v1/chat/completions",
    "/v1//chat/completions",
    "/v1/%63hat/completions",
    "/v1/./chat/completions",
    "/healthz/../v1/chat/completions",
    "/healthz/%2e%2e/v1/chat/completions",
    "/healthz%2f..%2fv1/chat/completions",
    "/healthz/",
    "/HEALTHZ",
    "/healthz;/v1/chat/completions",
    "http://localhost/v1/chat/completions",
    "http://evil.example/v1/chat/completions",
    "/v1/chat/completions/",
    "/v1/chat/completions%00",
    "/nothing",
    "/",
]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost/#@x", "localhost/healthz?", "evil.example"])
def test_no_spelling_of_a_path_or_host_leads_past_the_key(keyed, path, host):
    body = b'{"model":"auto","messages":[{"role":"user","content":"x"}]}'
    head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nConnection: close\r\n"
    got = keyed.raw(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    assert got.startswith((b"HTTP/1.1 401 ", b"HTTP/1.1 400 "))


@pytest.mark.parametrize("path", PATHS[:6])
def test_no_other_spelling_of_a_path_is_that_path(keyed, path):
    assert keyed.post(path, {}, Authorization=f"Bearer {SECRET}").status == 404


def test_without_keys_other_names_and_other_pages_are_refused(upstream):
    with stage(upstream) as client:
        for host in ("evil.example", "localhost/#@x", "localhost@evil.example", "127.0.0.1.evil.example", ""):
            answer = client.get("/healthz", Host=host)
            assert (answer.status, answer.json()["error"]["code"]) == (403, "forbidden_host")
        for host in ("localhost", "LOCALHOST:80", "127.0.0.1:1", "[::1]:9"):
            assert client.get("/healthz", Host=host).status == 200
        for origin in ("https://evil.example", "null", "http://localhost.evil.example", "http://localhost@x"):
            assert client.get("/healthz", Origin=origin).status == 403
        assert client.get("/healthz", Origin="http://localhost:3000").status == 200


def test_without_keys_whatever_a_client_sends_as_its_key_is_passed_over(upstream):
    with stage(upstream) as client:
        body = {"model": "auto", "messages": [{"role": "user", "content": "Hello."}]}
        assert client.post("/v1/chat/completions", body, Authorization="Bearer none").status == 200


@pytest.mark.parametrize("said", [b"", b"a" * 129, b"a b", b"a\x7f", "ä".encode(), b"a\x00"])
def test_a_request_id_that_cannot_be_used_is_replaced(said):
    assert request_id({b"x-request-id": said}).startswith("req_")


def test_a_request_id_that_can_be_used_is_kept():
    assert request_id({b"x-request-id": b"!" + b"a" * 126 + b"~"}) == "!" + "a" * 126 + "~"


HEADERS = st.lists(
    st.tuples(
        st.sampled_from([b"host", b"origin", b"authorization", b"x-api-key", b"x-request-id"]),
        st.binary(max_size=40)
        | st.builds(b"".join, st.lists(st.sampled_from(PIECES), max_size=6))
        | st.builds(b"Bearer ".__add__, st.binary(max_size=60)),
    ),
    max_size=4,
)


@given(HEADERS)
def test_whatever_headers_say_it_is_a_refusal_or_this_machine(headers):
    keyring = Keyring.open(None, None, {"INTERLOCK_KEYS": f"ada={SECRET}"})
    with pytest.raises(Rejected):
        principal_of(headers, keyring)
    with suppress(Rejected):
        check_host(headers)
        (host,) = [value for name, value in headers if name == b"host"]
        assert host.partition(b":")[0].lower() in (b"localhost", b"127.0.0.1") or host.startswith(b"[")
    assert request_id(dict(headers)).isprintable()


@given(st.binary(max_size=60) | st.builds(b"".join, st.lists(st.sampled_from(PIECES), max_size=8)))
def test_only_the_very_bytes_of_a_path_find_its_route(raw):
    routes = Routes(routes_of(Readiness()), dialect=CHAT)
    found = routes.find(raw)
    assert (
        found is None or raw == found.path.encode() or (found.below and raw.startswith(found.path.encode()))
    )
    assert routes.dialect_at(raw) is not None


def test_a_path_comes_once_in_the_table():
    routes = routes_of(Readiness())
    with pytest.raises(ValueError, match="comes twice"):
        Routes([*routes, routes[0]], dialect=CHAT)


def test_a_fault_of_the_server_is_told_without_its_words(upstream, caplog):
    class Names:
        def meaning(self, name, principal):
            raise LookupError("what nobody should read")

    whole = opened(upstream)
    served = Served(router=whole.router, names=Names(), identities=whole.identities)
    endpoint = Endpoint(Live(served), Routes(routes_of(Readiness()), dialect=CHAT), Traffic())
    with serving(endpoint) as client:
        answer = client.chat(model="x")
    assert (answer.status, answer.json()["error"]["code"]) == (500, "internal_error")
    assert "nobody should read" not in answer.text
    assert answer.headers["x-request-id"] in caplog.text
