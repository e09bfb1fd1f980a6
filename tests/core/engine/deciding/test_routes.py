"""Rows over the deployments at hand."""

import pytest

from interlock import Unavailable
from interlock.assembly import assemble
from interlock.router import Router
from interlock.testing import FakeClock, ScriptedProvider

CLAUDE = "anthropic/claude-4-opus"


def a_router(ids, scripts=None, **config):
    providers = [ScriptedProvider((scripts or {}).get(name, []), f"p{at}") for at, name in enumerate(ids)]
    deployments = [
        {"id": name, "model": CLAUDE, "provider": f"p{at}", "region": "local"} for at, name in enumerate(ids)
    ]
    source = {"deployments": deployments, "retries": {"max": 0}, **config}
    return Router(assemble(source, plugins=providers, environ={}, clock=FakeClock()))


@pytest.mark.parametrize("ids", [[CLAUDE, "claude-eu"], ["claude-us", "claude-eu"], ["claude-eu", CLAUDE]])
def test_a_row_means_every_deployment_of_its_model_whatever_they_are_called(ids):
    decision = a_router(ids).decide("Write a poem.", task="creative_content", constraints={"residency": "eu"})
    assert [each.deployment for each in decision.shortlist] == ids
    assert all("for eu_regulated" in each.reasons[0] for each in decision.shortlist)
    assert decision.reason == "demand"
    alone = a_router(ids).decide("Write a poem.", model=CLAUDE)
    assert {each.deployment for each in alone.shortlist} == set(ids)


def test_a_deployment_may_still_be_named_alone():
    router = a_router(["one", "two"], routes={"creative_content": ["two", "one"]})
    decision = router.decide("Write a poem.", task="creative_content")
    assert [each.deployment for each in decision.shortlist] == ["two", "one"]


@pytest.mark.parametrize(
    ("opens_after", "reason"), [(50, "fallback_high_error_rate"), (2, "fallback_high_error_rate")]
)
async def test_a_twin_that_stands_in_is_no_optimal_primary(opens_after, reason):
    ids = ["one", "two"]
    scripts = {"one": [Unavailable("503")] * 9, "two": ["ok"] * 9}
    config = {"routes": {"creative_content": [CLAUDE]}, "health": {"opens_after": opens_after}}
    router = a_router(ids, scripts, **config)
    assert router.decide("x", task="creative_content").reason == "primary_optimal"
    for _ in range(6):
        await router.complete("x", task="creative_content")
    decision = router.decide("x", task="creative_content")
    assert decision.shortlist[0].deployment == "two"
    assert decision.reason in (reason, "fallback_unavailable")
