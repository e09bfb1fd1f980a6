"""No more tokens are asked for than a model's answers can hold."""

import pytest

from interlock import Router
from interlock.assembly import assemble
from interlock.testing import ScriptedProvider

CARD = {"id": "acme/short-1", "max_output": 32_000}
BOUNDED = ["max_tokens: sent as 32000; the model's answers are no longer"]


@pytest.mark.parametrize(
    ("asked", "sent", "adjusted"),
    [(50_000, 32_000, BOUNDED), (32_000, 32_000, []), (7, 7, []), (None, None, [])],
)
@pytest.mark.parametrize("streamed", [False, True])
async def test_a_request_for_more_is_sent_with_as_many(asked, sent, adjusted, streamed):
    provider = ScriptedProvider(["Hello."], "a")
    deployments = [{"id": "a", "model": CARD["id"], "provider": "a"}]
    config = {"models": [CARD], "deployments": deployments}
    settings = {} if asked is None else {"max_tokens": asked}
    async with Router(assemble(config, plugins=[provider], environ={})) as router:
        if streamed:
            async with router.stream("Hi", settings=settings) as stream:
                async for _ in stream:
                    pass
            response = stream.response
        else:
            response = await router.complete("Hi", settings=settings)
    assert provider.calls[-1].request.settings.max_tokens == sent
    assert list(response.record.attempts[-1].adjusted) == adjusted
