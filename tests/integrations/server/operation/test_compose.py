"""The example of docs/examples/server: its parts, started here with the settings that it gives them."""

import json
import re
import time
import tomllib
from contextlib import ExitStack, contextmanager
from types import SimpleNamespace

import psycopg
import pytest
import yaml
from opentelemetry import propagate, trace
from redis import Redis

import server_compose
from interlock.testing import Reply, Upstream
from server_compose import FOLDER, ROOT, SERVICES
from server_running import program
from server_stage import Client, either

ROOM = 24
SECRETS = {"OPENAI_API_KEY": "sk-of-openai", "MISTRAL_API_KEY": "sk-of-mistral"}


@contextmanager
def started(folder):
    """Everything of the example at once: two servers, and a client of each with the same stored key."""
    with ExitStack() as until_the_end:
        gpt, mistral = (until_the_end.enter_context(Upstream(always=either("Good day."))) for _ in range(2))
        config = server_compose.configuration(
            folder,
            {"gpt": f"{gpt.url}/v1", "mistral-eu": f"{mistral.url}/v1"},
            tracing={"propagate": True},
        )
        parts = until_the_end.enter_context(server_compose.parts(folder, config))
        environ = parts.environment(**SECRETS)
        made = server_compose.run(
            *("keys", "create", "support", "--sees", "--limit", f"month:requests={ROOM}", "--json"),
            folder=folder,
            environ=environ,
        )
        key = {"Authorization": f"Bearer {json.loads(made)['secret']}"}
        verb, *arguments = server_compose.command()
        assert verb == "serve"
        processes = int(arguments[arguments.index("--workers") + 1])
        servers = []
        for number in range(SERVICES["server"]["deploy"]["replicas"]):
            (own := folder / f"server{number}").mkdir()
            servers.append(until_the_end.enter_context(program(own, *arguments, **environ)))
        yield SimpleNamespace(
            gpt=gpt,
            mistral=mistral,
            parts=parts,
            processes=processes,
            environ=environ,
            folder=folder,
            servers=servers,
            clients=[Client(each.client.port, key) for each in servers],
        )


@pytest.mark.timeout(240)  # four processes and what they share begin
def test_what_it_starts_serves_shares_and_traces(tmp_path):
    """One test, for its parts take long to start."""
    with started(tmp_path) as stack:
        all_are_ready(stack)
        a_trace_leads_from_the_client_to_the_vendor(stack)
        what_one_server_has_learnt_the_other_knows(stack)
        a_limit_is_that_of_both_together(stack)
        who_is_revoked_is_refused_by_both(stack)


@pytest.mark.timeout(240)  # likewise
def test_its_worker_does_what_an_evaluation_left_to_it(tmp_path):
    prompts = [{"id": f"p{n}", "prompt": f"Question {n}.", "reference": "Good day."} for n in range(3)]
    (tmp_path / "prompts.jsonl").write_text("".join(f"{json.dumps(each)}\n" for each in prompts))
    with Upstream(always=either("Good day.")) as vendor:
        config = server_compose.configuration(
            tmp_path, dict.fromkeys(("gpt", "mistral-eu"), f"{vendor.url}/v1")
        )
        with server_compose.parts(tmp_path, config, traced=False) as parts:
            environ = parts.environment("worker", **SECRETS)
            asking = ("eval", "run", "prompts.jsonl", "--model", "openai/gpt-5.5", "--yes")
            server_compose.run(
                *asking, "--budget", "5", "--run", "trial", "--detach", folder=tmp_path, environ=environ
            )
            assert not vendor.requests
            with server_compose.running(tmp_path, *server_compose.command("worker"), environ=environ):
                vendor.wait_for_requests(3, timeout=60)
            with psycopg.connect(environ["INTERLOCK_RECORDS__URL"]) as connection:
                kept = connection.execute("SELECT outcome FROM eval_results").fetchall()
        asked = [each.json()["messages"][-1]["content"] for each in vendor.requests]
    assert sorted(asked) == [each["prompt"] for each in prompts]
    assert kept == [("answer",)] * 3


def all_are_ready(stack):
    for client, server in zip(stack.clients, stack.servers, strict=True):
        assert client.get("/readyz").status == 200, server.errors
        assert Client(client.port).chat().status == 401


def a_trace_leads_from_the_client_to_the_vendor(stack):
    """And the answers and records belong to it, plain and streamed."""
    provider = stack.parts.traces.provider()
    tracer = provider.get_tracer("client")
    asked = {}
    for client in stack.clients:
        for streamed in (False, True):
            with tracer.start_as_current_span("ask") as span:
                carried = {}
                propagate.inject(carried, trace.set_span_in_context(span))
                before = len(stack.gpt.requests) + len(stack.mistral.requests)
                body = {"model": "auto", "stream": streamed, "messages": [{"role": "user", "content": "Hi."}]}
                answer = client.post("/v1/chat/completions", body, **carried)
            assert answer.status == 200, [each.errors for each in stack.servers]
            assert answer.whole
            assert said(answer) == "Good day."
            assert len(stack.gpt.requests) + len(stack.mistral.requests) == before + 1
            asked[f"{span.get_span_context().trace_id:032x}"] = answer
    provider.shutdown()
    sent = {each.headers["traceparent"].split("-")[1]: each for each in stack.gpt.requests}
    sent |= {each.headers["traceparent"].split("-")[1]: each for each in stack.mistral.requests}
    assert sent.keys() == asked.keys()
    spans = traced(stack, asked, 4)
    for name, answer in asked.items():
        found = {span["id"]: span for span in spans if span["trace_id"] == name}
        attempt = found[sent[name].headers["traceparent"].split("-")[2]]
        router = found[attempt["parent_span_id"]]
        server = found[router["parent_span_id"]]
        client = found[server["parent_span_id"]]
        assert "http.route" not in client["metadata"]
        assert "parent_span_id" not in client
        assert server["metadata"]["http.route"] == "/v1/chat/completions"
        assert server["metadata"]["interlock.server.key"] == "support"
        assert router["metadata"]["interlock.record"] == answer.headers["x-interlock-record"]
        assert attempt["metadata"]["interlock.deployment"] == answer.headers["x-interlock-deployment"]
    kept = records(stack, [each.headers["x-interlock-record"] for each in asked.values()])
    assert kept == {"answer": 4}


def what_one_server_has_learnt_the_other_knows(stack):
    """A vendor refuses its key, once and to one process of the first server; none of the second asks it."""
    one, two = stack.clients
    vendors = {"gpt": stack.gpt, "mistral-eu": stack.mistral}
    refusing = vendors[one.chat().headers["x-interlock-deployment"]]
    refusing.always = Reply.json({"error": {"message": "no such key"}}, status=401)
    assert one.chat().status == 200
    asked = len(refusing.requests)
    until(lambda: metric(two, "interlock_breakers_open") == stack.processes, seconds=5)
    assert [two.chat().status for _ in range(6)] == [200] * 6
    assert len(refusing.requests) == asked
    with Redis.from_url(stack.environ["INTERLOCK_HEALTH__SHARED"]) as valkey:
        assert valkey.dbsize() > 0


def a_limit_is_that_of_both_together(stack):
    statuses = [stack.clients[number % 2].chat().status for number in range(ROOM)]
    sent = len(stack.gpt.requests) + len(stack.mistral.requests)
    assert sorted(set(statuses)) == [200, 429], statuses
    assert sent == ROOM
    with psycopg.connect(stack.environ["INTERLOCK_LEDGER__URL"]) as connection:
        counted = connection.execute("SELECT requests FROM ledger_accounts").fetchall()
    assert {each for (each,) in counted} == {ROOM}


def who_is_revoked_is_refused_by_both(stack):
    assert [each.get("/v1/models").status for each in stack.clients] == [200, 200]
    server_compose.run("keys", "revoke", "support", folder=stack.folder, environ=stack.environ)
    revoked = time.monotonic()
    until(lambda: all(each.get("/v1/models").status == 401 for each in stack.clients), seconds=5)
    assert time.monotonic() - revoked < 1.5


def said(answer):
    if answer.body.startswith(b"{"):
        return answer.json()["choices"][0]["message"]["content"]
    deltas = [each["choices"][0]["delta"] for each in answer.events if each != "[DONE]" and each["choices"]]
    return "".join(each.get("content") or "" for each in deltas)


def until(what, *, seconds):
    due = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < due
        time.sleep(0.05)


def metric(client, name):
    """The sum of what a server says of it."""
    lines = client.get("/metrics").text.splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith((f"{name} ", f"{name}{{")))


def traced(stack, traces, spans):
    """The spans of these traces, once each has so many."""
    many, due = 0, time.monotonic() + 20
    while True:
        found = [each for each in stack.parts.traces.spans(many) if each["trace_id"] in traces]
        if len(found) >= spans * len(traces) or time.monotonic() > due:
            return found
        time.sleep(0.2)


def records(stack, ids):
    """How the calls ended whose records are in the database, once they are."""
    due = time.monotonic() + 10
    with psycopg.connect(stack.environ["INTERLOCK_RECORDS__URL"], autocommit=True) as connection:
        while True:
            wanted = "SELECT outcome, count(*) FROM records WHERE id = ANY(%s) GROUP BY outcome"
            found = dict(connection.execute(wanted, [ids]).fetchall())
            if sum(found.values()) == len(ids) or time.monotonic() > due:
                return found
            time.sleep(0.05)


def test_it_is_reached_from_this_machine_alone_and_stops_after_its_grace():
    for name, service in SERVICES.items():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ())), name
        assert "build" in service or re.search(r":\d+\.\d+", service["image"]), name
    words = server_compose.command("worker")
    grace = {
        "server": yaml.safe_load((FOLDER / "config/interlock.yaml").read_text())["server"]["grace"],
        "worker": int(words[words.index("--grace") + 1]),
    }
    for name, seconds in grace.items():
        assert int(SERVICES[name]["stop_grace_period"].removesuffix("s")) > seconds + 5
    ports = SERVICES["server"]["ports"][0].split(":")[1].split("-")
    assert int(ports[1]) - int(ports[0]) + 1 == SERVICES["server"]["deploy"]["replicas"]


def test_its_image_has_what_there_is_and_what_the_settings_need():
    wanted = server_compose.installed()
    assert wanted == {
        *("interlock-server", "interlock-openai", "interlock-sql[postgresql]", "interlock-redis"),
        *("interlock-evaluation", "interlock-dbos[postgresql]"),
    }
    for name in wanted:
        short, _, extra = name.removeprefix("interlock-").rstrip("]").partition("[")
        project = next(ROOT.glob(f"*/{short}/pyproject.toml"))
        facts = tomllib.loads(project.read_text("utf-8"))["project"]
        assert not extra or extra in facts["optional-dependencies"]
