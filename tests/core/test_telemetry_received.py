"""A call's trace, read back from a real receiver of OTLP."""

import pytest
from opentelemetry import trace

from interlock import Unavailable
from interlock.testing import scripted_router
from receiver import receiver


@pytest.fixture
def received(tmp_path, monkeypatch):
    with receiver(tmp_path) as found:
        provider = found.provider()
        monkeypatch.setattr(trace, "_TRACER_PROVIDER", provider)
        yield found
        provider.shutdown()


async def test_a_call_with_a_failed_attempt_is_one_tree(received):
    router = scripted_router({"a": [Unavailable("gone", status=503)], "b": ["hello there"]})
    with trace.get_tracer("a caller").start_as_current_span("caller"):
        await router.complete("hi")
    trace.get_tracer_provider().force_flush()
    assert received.tree(4) == [
        "span",
        "  invoke_workflow b",
        "    chat a FAILED Unavailable",
        "    chat b",
    ]
    spans = received.spans(4)
    assert len({span["trace_id"] for span in spans}) == 1
    (failed,) = [span for span in spans if span["metadata"].get("error.type")]
    assert failed["metadata"]["http.response.status_code"] == 503
