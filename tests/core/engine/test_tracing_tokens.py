"""Whether an attempt's span has its usage where backends add it up."""

import pytest

from interlock import Answer, Text, Usage
from interlock.testing import scripted_router
from watched import watched

SAID = Answer(parts=(Text("hi"),), finish_reason="stop", usage=Usage(input_tokens=9, output_tokens=3))


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize(
    ("tokens", "above", "counts"),
    [
        ("attempts", None, True),
        ("attempts", "agent", True),
        ("attempts", "chat", False),
        ("none", None, False),
    ],
)
async def test_usage_is_counted_once(tokens, above, counts, streamed):
    with watched() as seen:
        router = scripted_router({"a": [SAID]}, tracing={"tokens": tokens})
        facts = {} if above is None else {"gen_ai.operation.name": above}
        with seen.tracer.start_as_current_span("above", attributes=facts):
            if streamed:
                async for _ in router.stream("x"):
                    pass
            else:
                await router.complete("x")
        [attempt] = [span for span in seen.spans if span.name.startswith("chat ")]
        names = ["gen_ai.usage.input_tokens", "interlock.usage.input_tokens"]
        assert [attempt.attributes.get(name) for name in names] == ([9, None] if counts else [None, 9])
