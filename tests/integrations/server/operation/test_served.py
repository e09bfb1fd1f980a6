"""The endpoint as it is run: what reloads, ends and bad configurations do to requests, and who sees what."""

import asyncio
import gc
import hashlib
import json
import os
import signal
import socket
import weakref

import pytest

from interlock import ConfigError
from interlock.testing import End, Reply, Upstream
from interlock_server.operation import process as processes
from interlock_server.operation.router_service import RouterService
from server_metrics import series_in
from server_running import run_in_process, write
from server_stage import END, configuration, either, piece
from server_toys import until

PLAIN = {"plugins": {"disabled": ["embeddings", "judge"]}}


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch):
    monkeypatch.setattr(processes, "LOOKING", 0.05)


@pytest.fixture(scope="module")
def upstream():
    with Upstream(always=either("Good day.")) as found:
        yield found


@pytest.fixture
def config(tmp_path, upstream):
    return write(tmp_path, configuration(upstream, **PLAIN))


async def test_a_configuration_that_changes_under_load_fails_no_request(config, tmp_path, upstream):
    """Plain calls and streams go on while it is loaded again and again; the newest is what serves."""
    async with run_in_process(config) as server:
        answers, stopped = [], asyncio.Event()

        async def ask(stream):
            while not stopped.is_set():
                answers.append(await server.ask(server.client.chat, stream=stream))

        asking = [asyncio.ensure_future(ask(stream)) for stream in (False, True, False, True)]
        for number in range(5):
            write(tmp_path, configuration(upstream, server={"aliases": {f"n{number}": "a"}}, **PLAIN))
            os.kill(os.getpid(), signal.SIGHUP)
            await until(lambda name=f"n{number}": name in server.service.live.served.settings.aliases)
        stopped.set()
        await asyncio.gather(*asking)
        assert len(answers) > 20
        assert {(each.status, each.whole) for each in answers} == {(200, True)}
        assert (await server.ask(server.client.chat, model="n4")).status == 200
        lines = await server.written()
        assert sum(each["event"] == "reloaded" for each in lines) >= 5
        assert len(server.service.live._leases) == 0


async def test_a_stream_ends_on_the_router_that_it_began_with(config, tmp_path, upstream):
    slow = Upstream(always=Reply.events(piece("one "), 0.6, piece("two"), END, "[DONE]"))
    with slow:
        write(tmp_path, configuration(slow, **PLAIN))
        async with run_in_process(config) as server:
            before = server.service.live.served
            asking = asyncio.ensure_future(server.ask(server.client.chat, stream=True))
            await server.ask(slow.wait_for_requests, 1)
            write(tmp_path, configuration(upstream, **PLAIN))
            assert await server.process.reload()
            assert server.service.live.served is not before
            assert before in server.service.live._leases
            answer = await asking
            assert answer.whole
            assert answer.events[-1] == "[DONE]"
            assert "two" in answer.text
            await until(lambda: before not in server.service.live._leases)
            assert "Good day." in (await server.ask(server.client.chat)).text


async def test_what_was_spent_and_seen_outlives_a_reload(tmp_path, upstream):
    limited = configuration(upstream, budgets=[{"id": "few", "per": "day", "requests": 3}], **PLAIN)
    async with run_in_process(write(tmp_path, limited)) as server:
        answers = []
        for number in range(5):
            answers.append((await server.ask(server.client.chat)).status)
            write(tmp_path, {**limited, "server": {"aliases": {f"n{number}": "a"}}})
            assert await server.process.reload()
        assert answers == [200, 200, 200, 429, 429]
        assert len(server.service.live.served.router.records) == 5


async def test_a_configuration_that_is_refused_changes_no_budget_either(tmp_path, upstream):
    def limited(requests, **server):
        few = {"id": "few", "per": "day", "requests": requests}
        return configuration(upstream, budgets=[few], server=server, **PLAIN)

    async with run_in_process(write(tmp_path, limited(1))) as server:
        assert (await server.ask(server.client.chat)).status == 200
        write(tmp_path, limited(100, aliases={"fast": "nowhere"}))
        assert not await server.process.reload()
        assert (await server.ask(server.client.chat)).status == 429


async def test_a_router_that_is_served_no_more_is_gone(config):
    async with run_in_process(config) as server:
        seen = []
        for _ in range(4):
            await server.ask(server.client.chat)
            seen.append(weakref.ref(server.service.live.served.router))
            assert await server.process.reload()
        await asyncio.sleep(0.05)
        gc.unfreeze()
        gc.collect()
        assert [each() for each in seen] == [None] * 4


async def test_a_bad_file_changes_nothing_and_readiness_and_lines_say_where_it_is_wrong(config, tmp_path):
    async with run_in_process(config) as server:
        config.write_text("deployments:\n  - {id: a, regoin: of-sk-abcdefgh12345678}\n")
        await server.written(1)
        (line,) = [each for each in await server.written() if each["event"] == "refused"]
        assert "regoin" in line["why"]
        assert "region" in line["why"]
        told = await server.ask(server.client.get, "/readyz")
        assert (told.status, told.json()) == (
            200,
            {
                "ready": True,
                "parts": {
                    "server": "ok",
                    "configuration": "the one before: the newest cannot be used, in line 2 of interlock.yaml",
                    "keys": "ok",
                    "shared": "ok",
                },
            },
        )
        assert (await server.ask(server.client.chat)).status == 200
        assert "abcdefgh" not in str(await server.written())


async def test_a_file_that_is_gone_takes_no_rule_with_it(config, tmp_path):
    async with run_in_process(config) as server:
        config.unlink()
        await server.written(1)
        assert list(server.service.live.served.router.deployments) == ["a"]
        told = await server.ask(server.client.get, "/readyz")
        assert "the one before" in told.json()["parts"]["configuration"]


async def test_a_file_that_the_configuration_names_is_looked_at_too(config, tmp_path, upstream):
    async with run_in_process(config) as server:
        learned = tmp_path / "learned.yaml"
        learned.write_text("routes: [")
        write(tmp_path, configuration(upstream, learned_routes="learned.yaml", **PLAIN))
        assert (await server.written(1))[0]["event"] == "refused"
        learned.write_text("format: interlock-routes/1\nroutes: {conversational: [test/m-a]}\n")
        assert (await server.written(2))[1]["event"] == "reloaded"


async def test_readiness_says_that_it_drains(config):
    async with run_in_process(config) as server:
        server.service.drain()
        told = await server.ask(server.client.get, "/readyz")
        assert (told.status, told.json()["parts"]["server"]) == (503, "draining")


async def test_the_numbers_of_calls_attempts_and_the_process(config):
    async with run_in_process(config) as server:
        for stream in (False, True):
            await server.ask(server.client.chat, stream=stream)
        answer = await server.ask(server.client.get, "/metrics")
        assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
        found = series_in(answer.text)
        chat = (("route", "/v1/chat/completions"), ("method", "POST"), ("status", "200"))
        assert found["interlock_http_requests_total", chat] == 2
        attempt = (("deployment", "a"), ("role", "answer"), ("outcome", "answer"), ("error", ""))
        assert found["interlock_attempts_total", attempt] == 2
        assert found["interlock_tokens_total", (("deployment", "a"), ("kind", "input"))] >= 9
        assert found["interlock_http_requests_in_progress", ()] == 1
        assert found["interlock_reloads_total", (("outcome", "loaded"),)] == 1


async def test_a_deployment_that_is_left_alone_is_a_number_with_its_cause(tmp_path):
    with Upstream(always=Reply.json({"error": {"message": "no"}}, status=401)) as refusing:
        async with run_in_process(write(tmp_path, configuration(refusing, **PLAIN))) as server:
            await server.ask(server.client.chat)
            found = series_in((await server.ask(server.client.get, "/metrics")).text)
            assert found["interlock_breakers_open", (("deployment", "a"), ("cause", "parked"))] == 1
            failed = (("deployment", "a"), ("role", "answer"), ("outcome", "error"))
            assert found["interlock_attempts_total", (*failed, ("error", "AuthenticationError"))] == 1


async def test_keys_that_nobody_knows_are_said_by_readiness(tmp_path, upstream):
    """A database that is down when the server begins."""
    keys = {"server": {"keys": "postgresql://127.0.0.1:1/none"}}
    async with run_in_process(write(tmp_path, configuration(upstream, **keys, **PLAIN))) as server:
        told = await server.ask(server.client.get, "/readyz")
        assert (told.status, told.json()["parts"]["keys"]) == (503, "nobody knows them now")
        assert (await server.ask(server.client.chat)).status == 401


async def test_a_file_of_keys_that_cannot_be_used_any_more_leaves_those_that_were_known(tmp_path, upstream):
    keys = tmp_path / "keys.yaml"
    keys.write_text(f"team-a: {{sha256: {'a' * 64}}}\n")
    configured = configuration(upstream, server={"keys": "keys.yaml"}, **PLAIN)
    async with run_in_process(write(tmp_path, configured)) as server:
        assert (await server.ask(server.client.get, "/metrics")).status == 401
        keys.write_text("team-a: {sha256: none}\n")
        await until(lambda: server.service.live.served.identities.problem)
        told = await server.ask(server.client.get, "/readyz")
        assert (told.status, told.json()["parts"]["keys"]) == (200, "those that were known last")


async def test_the_numbers_are_for_keys_that_see_or_for_everybody(tmp_path, upstream):
    secrets = {name: f"ilk_{name * 43}" for name in "ab"}
    digests = {name: hashlib.sha256(secret.encode()).hexdigest() for name, secret in secrets.items()}
    (tmp_path / "keys.yaml").write_text(
        f"a: {{sha256: {digests['a']}, sees: true}}\nb: {{sha256: {digests['b']}}}\n"
    )
    served = {"keys": "keys.yaml"}
    async with run_in_process(write(tmp_path, configuration(upstream, server=served, **PLAIN))) as server:

        async def status(secret=None):
            headers = {} if secret is None else {"Authorization": f"Bearer {secret}"}
            return (await server.ask(server.client.get, "/metrics", **headers)).status

        assert [await status(each) for each in (None, "ilk_none", secrets["b"])] == [401, 401, 403]
        assert await status(secrets["a"]) == 200
        write(tmp_path, configuration(upstream, server={**served, "metrics": "open"}, **PLAIN))
        assert await server.process.reload()
        assert await status() == 200
        assert (await server.ask(server.client.chat)).status == 401


async def test_who_left_and_what_broke_are_told_apart_in_lines(tmp_path):
    breaking = Reply.events(piece("one "), End.RESET)
    waiting = Reply.events(piece("one "), 20.0, piece("two"), END, "[DONE]")
    with Upstream(breaking, waiting) as upstream:
        configured = configuration(upstream, rescue="raise", retries={"max": 0}, **PLAIN)
        async with run_in_process(write(tmp_path, configured)) as server:
            assert not (await server.ask(server.client.chat, stream=True)).whole
            (broke,) = await server.written(1)
            await server.ask(_leave, server.client)
            _, left = await server.written(2)
    assert (broke["status"], broke["broken"], broke["code"]) == (200, True, "stream_interrupted")
    assert (left["status"], left["deployment"], left["streamed"]) == (499, "a", True)
    assert "broken" not in left


def _leave(client):
    body = {"model": "auto", "stream": True, "messages": [{"role": "user", "content": "Hello."}]}
    with socket.create_connection(("127.0.0.1", client.port), timeout=20) as connection:
        data = json.dumps(body).encode()
        head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: {len(data)}\r\n"
        connection.sendall(head.encode() + b"content-type: application/json\r\n\r\n" + data)
        got = b""
        while b"one" not in got:  # the head may come in one piece with it, or before
            got += connection.recv(4_096)


async def test_probes_that_go_well_are_no_lines(config):
    async with run_in_process(config) as server:
        for path in ("/healthz", "/readyz", "/metrics", "/v1/nothing"):
            await server.ask(server.client.get, path)
        await server.ask(server.client.chat)
        assert [(each["path"], each["status"]) for each in await server.written(2)] == [
            ("/v1/nothing", 404),
            ("/v1/chat/completions", 200),
        ]


KEYS = f"team-a: {{sha256: {'a' * 64}, limits: [{{per: day, requests: 5}}]}}\n"


@pytest.mark.parametrize(
    ("counted", "what"),
    [
        ({"budgets": [{"id": "few", "per": "day", "requests": 3}]}, "budget 'few'"),
        ({"server": {"keys": "keys.yaml"}}, "key team-a"),
        ({"server": {"keys": "postgresql://127.0.0.1:1/none"}}, "keys of a database"),
    ],
)
def test_several_processes_that_count_apart_are_refused(tmp_path, upstream, counted, what):
    (tmp_path / "keys.yaml").write_text(KEYS)
    config = str(write(tmp_path, configuration(upstream, **counted, **PLAIN)))
    RouterService(config, host="127.0.0.1")
    with pytest.raises(ConfigError, match=rf"^ledger: each of several .*{what}.*one process\.$"):
        RouterService(config, host="127.0.0.1", beside=tmp_path)
    together = {**counted, "ledger": f"sqlite:///{tmp_path}/ledger.db"}
    write(tmp_path, configuration(upstream, **together, **PLAIN))
    RouterService(config, host="127.0.0.1", beside=tmp_path)


async def test_a_key_that_gets_a_limit_while_several_serve_is_not_taken_without_a_ledger(tmp_path, upstream):
    (tmp_path / "keys.yaml").write_text(f"team-a: {{sha256: {'a' * 64}}}\n")
    config = write(tmp_path, configuration(upstream, server={"keys": "keys.yaml"}, **PLAIN))
    async with run_in_process(config, beside=tmp_path) as server:
        (tmp_path / "keys.yaml").write_text(KEYS)
        await until(lambda: server.service.live.served.identities.problem)
        assert server.service.live.served.identities.by_id("team-a").limits == ()


def test_others_cannot_reach_it_without_keys(config):
    with pytest.raises(ConfigError, match=r"server\.keys"):
        RouterService(str(config), host="0.0.0.0")
