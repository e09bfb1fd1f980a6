"""The configuration's `strategy`: whose order of attempts a router follows."""

import pytest

from instant import run
from interlock import ConfigError, Unavailable, hookimpl
from interlock.testing import scripted_router
from interlock.types.decisions import Attempt


class LastFirst:
    """The shortlist from its end."""

    api = 1
    name = "last_first"

    @hookimpl
    def interlock_strategies(self):
        return [self]

    def run(self, call):
        for candidate in reversed(call.shortlist):
            yield Attempt(deployment=candidate.deployment)


async def plain(router):
    return (await router.complete("Have a look.")).record


async def streamed(router):
    stream = router.stream("Have a look.")
    assert "".join([chunk.text async for chunk in stream])
    return stream.response.record


@pytest.fixture(params=[plain, streamed])
def ask(request):
    return lambda router: run(request.param(router))


def router_of(scripts, **config):
    return scripted_router(scripts, plugins=[LastFirst()], **config)


def tried(record):
    return [(attempt.deployment, attempt.role) for attempt in record.attempts]


def test_a_plugin_s_strategy_is_followed(ask):
    scripts = {"a": ["from a"], "b": [Unavailable("503")], "c": [Unavailable("503")]}
    record = ask(router_of(scripts, strategy="last_first"))
    assert tried(record) == [("c", "answer"), ("b", "answer"), ("a", "answer")]


@pytest.mark.parametrize("config", [{}, {"strategy": "fallback"}])
def test_without_a_choice_the_best_goes_first(config, ask):
    assert tried(ask(router_of({"a": ["from a"], "b": []}, **config))) == [("a", "answer")]


def test_a_hedge_goes_around_the_chosen_one(ask):
    scripts = {"a": [], "b": ["from b"], "c": [Unavailable("503")]}
    router = router_of(scripts, strategy="last_first", hedge={"after": 30, "budget": 1.0})
    assert router.wiring.engine._strategy.name == "hedge"
    assert tried(ask(router)) == [("c", "answer"), ("b", "answer")]


def test_the_environment_chooses_too():
    scripts = {"a": [], "b": ["from b"]}
    router = router_of(scripts, environ={"INTERLOCK_STRATEGY": "last_first"})
    assert tried(run(plain(router))) == [("b", "answer")]


def test_a_slip_of_the_pen_is_refused_with_what_was_meant():
    with pytest.raises(ConfigError, match=r"there are fallback, last_first") as caught:
        router_of({"a": []}, strategy="last_frist")
    assert (caught.value.key, caught.value.suggestion) == ("strategy", "last_first")


@pytest.mark.parametrize("config", [{"strategy": "hedge"}, {"strategies": {"hedge": {"after": 3}}}])
def test_whoever_looks_for_the_hedge_among_strategies_is_told_where_it_stands(config):
    with pytest.raises(ConfigError, match=r"'hedge' goes around whichever .* write hedge: \{…\}") as caught:
        router_of({"a": []}, **config)
    assert caught.value.suggestion is None


def test_a_stranger_is_refused_with_what_there_is():
    with pytest.raises(ConfigError, match=r"fallback, last_first; `interlock plugins` says") as caught:
        router_of({"a": []}, strategy="somebody")
    assert caught.value.suggestion is None


def test_two_routers_of_different_strategies_differ_in_their_digest():
    assert router_of({"a": []}).digest != router_of({"a": []}, strategy="last_first").digest


def test_the_panel_is_for_ensembles():
    with pytest.raises(ConfigError, match="an ensemble's members") as caught:
        router_of({"a": []}, strategy="panel")
    assert caught.value.key == "strategy"
