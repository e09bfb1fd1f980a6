"""All that the verb serves, not the endpoint's own routes alone: nothing is open by oversight."""

import asyncio
import json
import socket
import threading
import time
from contextlib import contextmanager

import pytest
import yaml

from interlock.testing import End, Reply, Upstream
from interlock_server.keys import new_secret
from interlock_server.operation.lines import Lines
from interlock_server.operation.router_service import RouterService
from interlock_server.operation.serving import Serving
from server_stage import CALLS, Client, configuration, either, piece

SECRET = new_secret()
# Who may come without a key. A route that is not here wants one, whoever adds it.
PUBLIC = {"/healthz", "/readyz"}
# They ask for a key by themselves, on a page of theirs.
PAGES = {"/", "/pages", "/pages/"}


class Quiet(Serving):
    """Leaves the signals of the process alone."""

    @contextmanager
    def capture_signals(self):
        yield


@contextmanager
def whole(folder, upstream):
    """What `interlock serve` serves, in a thread."""
    file = folder / "interlock.yaml"
    file.write_text(yaml.safe_dump(configuration(upstream)))
    with (folder / "lines").open("wb") as kept:
        lines = Lines(kept.fileno())
        service = RouterService(str(file), host="127.0.0.1", lines=lines)
        taken = socket.create_server(("127.0.0.1", 0))
        server = Quiet(service.app, grace=1)

        async def both():
            await service.start()
            await server.serve(sockets=[taken])
            await service.aclose()

        thread = threading.Thread(target=asyncio.run, args=(both(),), daemon=True)
        thread.start()
        try:
            while not server.started:
                time.sleep(0.005)
            yield service, Client(taken.getsockname()[1])
        finally:
            server.should_exit = True
            thread.join(20)
            taken.close()
            lines.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch, Upstream(always=either()) as upstream:
        patch.setenv("INTERLOCK_KEYS", f"ada={SECRET}")
        with whole(tmp_path_factory.mktemp("whole"), upstream) as found:
            yield found


def test_every_route_is_public_on_purpose_or_wants_a_key(served):
    service, client = served
    routes = service._endpoint.routes.all
    assert {route.path for route in routes if route.public} - PAGES == PUBLIC
    assert set(CALLS) <= {route.path for route in routes}
    for route in routes:
        for method in {*route.methods, "GET", "POST", "PUT", "DELETE", "OPTIONS", "TRACE"}:
            answer = client.send(method, route.path, b"{}" if method in ("POST", "PUT") else None, {})
            if not route.public:
                assert answer.status == 401, (method, route.path)
            elif route.path in PUBLIC:
                assert answer.status == (200 if method in route.methods else 405), (method, route.path)


def test_no_spelling_of_a_route_leads_past_its_key(served):
    service, client = served
    for route in service._endpoint.routes.all:
        if route.path in PAGES:
            continue
        path, last = route.path, route.path.rstrip("/").rpartition("/")[2]
        spellings = [
            f"/{path}", path.replace("/", "//"), path.upper(), f"{path}/", f"{path}%00", f"{path}%20",
            path.replace(last, f"%{ord(last[0]):02x}{last[1:]}"), f"/x/..{path}", f"/healthz/..{path}",
            f"/healthz/%2e%2e{path}", f"/healthz;{path}", f"/healthz%2f..{path}", f"http://localhost{path}",
            f"http://evil.example{path}", path.replace("/", "\\"), f"{path}#", f"{path}?x=/healthz",
        ]  # fmt: skip
        for spelling in spellings:
            head = f"GET {spelling} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
            status = client.raw(head.encode()).split(b" ")[1:2]
            open_anyway = route.public and spelling.partition("?")[0].partition("#")[0].endswith(path)
            assert status in ([b"401"], [b"400"]) or open_anyway, spelling


def test_a_model_list_is_for_keys_and_shows_no_secret(served):
    _, client = served
    answer = client.get("/v1/models", Authorization=f"Bearer {SECRET}")
    assert answer.status == 200
    assert SECRET not in answer.text
    assert "sk-of-the-vendor" not in answer.text


@pytest.mark.parametrize("stream", [None, Reply.events(piece("One "), End.SILENCE)], ids=["plain", "stream"])
def test_the_vendor_is_left_at_once_behind_all_that_is_before_it(tmp_path, stream):
    reply = stream or Reply(status=None, pieces=(End.SILENCE,))
    with Upstream(always=reply) as upstream, whole(tmp_path, upstream) as (_, client):
        body = json.dumps(CALLS["/v1/chat/completions"] | {"stream": stream is not None}).encode()
        head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n"
        connection = socket.create_connection(("127.0.0.1", client.port), timeout=5)
        connection.sendall(f"{head}Content-Type: application/json\r\n\r\n".encode() + body)
        upstream.wait_for_requests(1)
        if stream is not None:
            got = b""
            while b"One " not in got:
                got += connection.recv(4096)
        connection.close()
        left = time.perf_counter()
        upstream.wait_until_idle()
        took = time.perf_counter() - left
        said, end = "", time.monotonic() + 5
        while "\n" not in said:
            assert time.monotonic() < end
            time.sleep(0.01)
            said = (tmp_path / "lines").read_text()
    assert took < 0.25
    assert " 499 " in said
