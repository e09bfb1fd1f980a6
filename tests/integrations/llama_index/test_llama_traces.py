"""The request's span is under the span that LlamaIndex's instrumentor makes of the model's call."""

import asyncio

import pytest
from llama_index.core.llms import ChatMessage
from openinference.instrumentation.llama_index import LlamaIndexInstrumentor
from opentelemetry import trace

from interlock import Unavailable
from interlock.testing import scripted_router
from llama_index.llms.interlock import Interlock
from watched import Watched, watched

# OpenInference's handler calls it, and takes a warning that is an error for the end of its span.
pytestmark = pytest.mark.filterwarnings("ignore:The `json` method is deprecated")
ASKED = [ChatMessage(role="user", content="hi")]


@pytest.fixture(scope="module")
def watching():
    """Once: an instrumentor that was taken away leaves its ears behind."""
    with watched() as found:
        instrumentor = LlamaIndexInstrumentor()
        instrumentor.instrument(tracer_provider=trace.get_tracer_provider())
        yield found
        instrumentor.uninstrument()


@pytest.fixture
def seen(watching: Watched) -> Watched:
    watching.clear()
    return watching


async def drain(stream) -> None:
    async for _ in await stream:
        assert trace.get_current_span().name == "app"


@pytest.mark.parametrize(
    ("entry", "call"),
    [
        ("chat", lambda model: model.chat(ASKED)),
        ("complete", lambda model: model.complete("hi")),
        ("stream_chat", lambda model: list(model.stream_chat(ASKED))),
        ("achat", lambda model: asyncio.run(model.achat(ASKED))),
        ("astream_chat", lambda model: asyncio.run(drain(model.astream_chat(ASKED)))),
    ],
)
def test_the_request_is_under_the_model_s_call(seen: Watched, entry, call):
    router = scripted_router({"a": [Unavailable("gone", status=503)], "b": ["one two three"]})
    with router, seen.tracer.start_as_current_span("app"):
        call(Interlock(router=router))
    assert seen.tree == [
        "app",
        f"  Interlock.{entry}",
        "    invoke_workflow interlock",
        "      chat a",
        "      chat b",
    ]
