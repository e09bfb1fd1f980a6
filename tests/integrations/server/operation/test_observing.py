"""What is written down, counted and traced of a request, whatever the application."""

import asyncio
import json
import os

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from interlock_server.facts import Facts
from interlock_server.operation.lines import Lines
from interlock_server.operation.measures import Measures
from interlock_server.operation.metrics import Registry
from interlock_server.operation.observing import Observed
from interlock_server.operation.spans import Spans
from server_metrics import series_of

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class World:
    """An application that a test says, observed."""

    def __init__(self, folder, *, as_json=True):
        self.path = folder / "lines"
        self.descriptor = os.open(self.path, os.O_CREAT | os.O_WRONLY)
        self.lines = Lines(self.descriptor, as_json=as_json)
        self.registry = Registry()
        self.spans = Spans()
        self.exporter = InMemorySpanExporter()

    def traced(self):
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.spans._provider = trace.get_tracer_provider()
        self.spans._tracer = provider.get_tracer("interlock_server")

    async def ask(self, app, path="/v1/chat/completions", method="POST", headers=()):
        observed = Observed(app, measures=Measures(self.registry), lines=self.lines, spans=self.spans)
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"key=sk-abcdefgh12345678",
            "headers": list(headers),
            "scheme": "http",
            "http_version": "1.1",
            "server": ("127.0.0.1", 8790),
        }
        sent = []

        async def send(message):
            sent.append(message)

        async def receive():
            raise AssertionError("nobody reads")

        await observed(scope, receive, send)
        return sent

    def written(self):
        self.lines.close()
        return self.path.read_text("utf-8").splitlines()


@pytest.fixture
def world(tmp_path):
    found = World(tmp_path)
    yield found
    found.lines.close()
    os.close(found.descriptor)


def answers(status=200, *, whole=True, **known):
    async def app(scope, receive, send):
        facts = Facts.of(scope)
        facts.route = "/v1/chat/completions"
        for name, value in known.items():
            setattr(facts, name, value)
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b"the answer", "more_body": not whole})

    return app


KNOWN = {
    "request": "req_1",
    "key": "team-a",
    "deployment": "gpt",
    "task": "qa",
    "record": "r1",
    "input_tokens": 12,
    "output_tokens": 40,
    "cost": 0.00125,
}


async def test_a_line_says_who_asked_who_answered_and_what_it_cost(world):
    sent = await world.ask(answers(**KNOWN))
    assert [each["type"] for each in sent] == ["http.response.start", "http.response.body"]
    (line,) = map(json.loads, world.written())
    assert 0 <= line.pop("ms") < 5_000
    line.pop("at")
    assert line == {
        "event": "request",
        "method": "POST",
        "path": "/v1/chat/completions",
        "status": 200,
        **KNOWN,
    }


async def test_for_people_it_is_a_line_of_words(tmp_path):
    world = World(tmp_path, as_json=False)
    await world.ask(answers(**KNOWN, streamed=True))
    (line,) = world.written()
    os.close(world.descriptor)
    _, method, path, status, *ms, unit = line.split(" ")[:6]
    words = line.split(" ")[6:]
    assert float(*ms) >= 0
    assert (method, path, status, unit) == ("POST", "/v1/chat/completions", "200", "ms")
    assert words == [*(f"{name}={value}" for name, value in KNOWN.items()), "streamed"]


async def test_a_client_that_left_is_a_499_and_no_fault(world):
    world.traced()
    await world.ask(answers(left=True, whole=False))
    (line,) = map(json.loads, world.written())
    assert line["status"] == 499
    assert "broken" not in line
    (span,) = world.exporter.get_finished_spans()
    assert span.attributes["http.response.status_code"] == 499
    assert span.status.status_code is StatusCode.UNSET


async def test_an_answer_that_did_not_become_whole_is_not_told_as_whole(world):
    world.traced()
    await world.ask(answers(whole=False, code="stream_interrupted"))
    (line,) = map(json.loads, world.written())
    assert (line["status"], line["broken"], line["code"]) == (200, True, "stream_interrupted")
    (span,) = world.exporter.get_finished_spans()
    assert span.status.status_code is StatusCode.ERROR
    assert span.attributes["error.type"] == "stream_interrupted"


async def test_an_application_that_raises_is_a_500_and_goes_on_raising(world):
    async def app(scope, receive, send):
        raise ZeroDivisionError("the prompt")

    world.traced()
    with pytest.raises(ZeroDivisionError):
        await world.ask(app)
    (line,) = world.written()
    assert json.loads(line)["status"] == 500
    assert "prompt" not in line
    (span,) = world.exporter.get_finished_spans()
    assert not span.events
    assert span.status.description is None


async def test_a_path_that_is_no_route_shows_no_key_and_breaks_no_line(world):
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 404, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    world.traced()
    path = "/v1/sk-abcdefgh12345678\n\x1b[2J" + "a" * 1_000
    await world.ask(app, path)
    (line,) = world.written()
    (span,) = world.exporter.get_finished_spans()
    for text in (line, str(dict(span.attributes)), str(series_of(world.registry.plain()))):
        assert "abcdefgh" not in text
    assert len(line) < 500
    assert span.name == "POST"
    assert series_of(world.registry.plain())[
        "interlock_http_requests_total", (("route", "(none)"), ("method", "POST"), ("status", "404"))
    ]


async def test_the_span_is_below_the_clients_and_current_while_the_request_is_served(world):
    seen = []

    async def app(scope, receive, send):
        seen.append(trace.get_current_span().get_span_context().span_id)
        await asyncio.sleep(0)
        seen.append(trace.get_current_span().get_span_context().span_id)
        await answers(**KNOWN)(scope, receive, send)

    world.traced()
    await world.ask(app, headers=[(b"traceparent", PARENT.encode()), (b"tracestate", b"acme=1")])
    (span,) = world.exporter.get_finished_spans()
    assert f"{span.context.trace_id:032x}" == PARENT.split("-")[1]
    assert f"{span.parent.span_id:016x}" == PARENT.split("-")[2]
    assert span.context.trace_state.get("acme") == "1"
    assert seen == [span.context.span_id] * 2
    assert span.kind is SpanKind.SERVER
    assert span.name == "POST /v1/chat/completions"
    assert dict(span.attributes) == {
        "http.request.method": "POST",
        "url.path": "/v1/chat/completions",
        "url.scheme": "http",
        "network.protocol.version": "1.1",
        "server.address": "127.0.0.1",
        "server.port": 8790,
        "http.route": "/v1/chat/completions",
        "http.response.status_code": 200,
        "interlock.server.key": "team-a",
        "interlock.server.request": "req_1",
        "interlock.record": "r1",
        "interlock.deployment": "gpt",
    }
    assert not trace.get_current_span().get_span_context().is_valid


@pytest.mark.parametrize("said", [b"", b"00-zz", b"\xff" * 3, PARENT.encode() + b"-more", b"0" * 5_000])
async def test_a_parent_that_is_none_is_no_reason_to_fail(world, said):
    world.traced()
    await world.ask(answers(), headers=[(b"traceparent", said)])
    (span,) = world.exporter.get_finished_spans()
    assert span.parent is None


async def test_requests_are_counted_by_route_method_and_status(world):
    await world.ask(answers())
    measured = series_of(world.registry.plain())
    asked = (("route", "/v1/chat/completions"), ("method", "POST"), ("status", "200"))
    assert measured["interlock_http_requests_total", asked] == 1
    assert measured["interlock_http_requests_in_progress", ()] == 0
    assert measured["interlock_http_first_byte_seconds_count", asked[:1]] == 1
    assert measured["process_resident_memory_bytes", ()] > 1_000_000
