"""Load, end to end: over real connections, as the upstream sees it."""

import asyncio
import threading
from collections import Counter

import pytest

from interlock import (
    AllAttemptsFailed,
    ConfigError,
    NoDeployment,
    NoLongerAllowed,
    Overloaded,
    Router,
    RouterOverloaded,
    TotalTimeout,
    Unavailable,
    hookimpl,
)
from interlock.assembly import assemble
from interlock.engine.deciding.replay_state import ReplayState
from interlock.testing import FakeClock, Reply, ScriptedProvider, Step, Upstream, scripted_router

SAID = {
    "id": "1",
    "object": "chat.completion",
    "model": "glm-5.2",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello."}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
}
CHUNKS = (
    {
        "id": "1",
        "model": "glm-5.2",
        "choices": [{"index": 0, "delta": {"role": "assistant", "content": "Hel"}}],
    },
    0.01,
    {
        "id": "1",
        "model": "glm-5.2",
        "choices": [{"index": 0, "delta": {"content": "lo."}, "finish_reason": "stop"}],
    },
    "[DONE]",
)


def reply(delay=0.0, headers=None):
    return Reply(
        headers={"content-type": "application/json"} | (headers or {}),
        pieces=Reply.json(SAID).pieces,
        delay=delay,
    )


class Counting(Upstream):
    """An upstream that remembers the most requests that were open at once."""

    most = 0

    def _arrived(self, received):
        answer = super()._arrived(received)
        self.most = max(self.most, self._open)
        return answer


def over(upstreams, clock=None, deployments=None, **config):
    """A router with one deployment of one model for each upstream."""
    parts = [
        {
            "id": name,
            "model": "zhipu/glm-5.2",
            "provider": "openai-compatible",
            "base_url": upstream.url,
            "region": "local",
            "api_key": "x",
        }
        | (deployments or {}).get(name, {})
        for name, upstream in upstreams.items()
    ]
    source = {"deployments": parts, "retries": {"max": 0}} | config
    return Router(assemble(source, environ={}, **({"clock": clock} if clock else {})))


async def calls(router, count, **options):
    """What so many calls at once ended in."""
    return await asyncio.gather(
        *(router.complete("Hello.", **options) for _ in range(count)), return_exceptions=True
    )


async def test_no_more_requests_are_open_than_a_deployment_allows():
    with Counting(always=reply(0.01)) as upstream:
        async with over({"a": upstream}, deployments={"a": {"max_concurrency": 5}}) as router:
            responses = await calls(router, 100)
    assert Counter(type(each).__name__ for each in responses) == {"Response": 100}
    assert upstream.most == 5
    assert max(each.record.attempts[0].waited for each in responses) > 0.05
    assert min(each.record.attempts[0].waited for each in responses) == 0


async def test_a_stream_holds_its_place_until_its_end():
    with Counting(always=Reply.events(*CHUNKS)) as upstream:
        async with over({"a": upstream}, deployments={"a": {"max_concurrency": 2}}) as router:

            async def one():
                async with router.stream("Hello.") as stream:
                    return "".join([chunk.text async for chunk in stream])

            assert await asyncio.gather(*(one() for _ in range(12))) == ["Hello."] * 12

            async def left_early():
                async with router.stream("Hello.") as stream:
                    async for _ in stream:
                        return

            await asyncio.gather(*(left_early() for _ in range(12)))
            upstream.wait_until_idle()
    assert upstream.most == 2


async def test_a_full_queue_ends_calls_at_once_in_a_typed_error():
    with Counting(always=reply(0.2)) as upstream:
        deployments = {"a": {"max_concurrency": 5}}
        async with over({"a": upstream}, deployments=deployments, load={"queue": 10}) as router:
            ends = await calls(router, 50)
    errors = [each for each in ends if isinstance(each, Overloaded)]
    assert len(errors) == 35
    assert len(upstream.requests) == 15
    error = errors[0]
    assert (error.limit, error.queue, error.deployment) == (5, 10, "a")
    assert str(error) == (
        "a has no room: 5 attempts are under way (its max_concurrency), 10 wait (load.queue: 10)"
    )
    assert [(each.deployment, each.error.kind, each.waited) for each in error.attempts] == [
        ("a", "Overloaded", 0)
    ]


async def test_what_one_deployment_has_no_room_for_another_answers():
    steps = [Step("Yes.", delay=0.02) for _ in range(10)]
    router = scripted_router(
        {"a": steps[:2], "b": ["No."] * 8},
        deployments={"a": {"max_concurrency": 2}},
        load={"queue": 0},
    )
    responses = await calls(router, 10)
    assert Counter(each.deployment for each in responses) == {"a": 2, "b": 8}
    fallen = next(each for each in responses if each.deployment == "b")
    assert [each.error and each.error.kind for each in fallen.record.attempts] == ["Overloaded", None]


async def test_when_none_has_room_one_error_says_so_of_all():
    router = scripted_router(
        {"a": [Step("Yes.", delay=0.02)], "b": [Step("Yes.", delay=0.02)]},
        deployments={"a": {"max_concurrency": 1}, "b": {"max_concurrency": 1}},
        load={"queue": 0},
    )
    ends = await calls(router, 3)
    error = ends[2]
    assert type(error) is Overloaded
    assert str(error).startswith("none of 2 deployments has room:")
    assert (error.limit, error.queue) == (1, 0)
    assert [each.deployment for each in error.attempts] == ["a", "b"]


async def test_a_failure_elsewhere_is_not_called_overload():
    router = scripted_router(
        {"a": [Step("Yes.", delay=0.02)], "b": [Unavailable("503 from the vendor")]},
        deployments={"a": {"max_concurrency": 1}},
        load={"queue": 0},
    )
    first = asyncio.create_task(router.complete("Hello."))
    await asyncio.sleep(0)
    with pytest.raises(AllAttemptsFailed):
        await router.complete("Hello.")
    await first


async def test_a_full_router_tries_no_other_deployment():
    router = scripted_router(
        {"a": [Step("Yes.", delay=0.02)], "b": []}, load={"max_concurrency": 1, "queue": 0}
    )
    ends = await calls(router, 2)
    assert ends[0].text == "Yes."
    assert type(ends[1]) is RouterOverloaded
    assert len(ends[1].attempts) == 1
    assert "the router has no room: 1 attempts are under way (load.max_concurrency)" in str(ends[1])


async def test_the_queue_s_time_is_bounded_and_recorded():
    router = scripted_router(
        {"a": [Step("Yes.", delay=0.2)]},
        deployments={"a": {"max_concurrency": 1}},
        load={"queue_timeout": 0.02},
    )
    ends = await calls(router, 2)
    assert ends[0].text == "Yes."
    assert type(ends[1]) is Overloaded
    assert ends[1].attempts[0].waited >= 0.02
    assert "after 0.0 s in the queue" in str(ends[1])


async def test_waiting_counts_into_the_call_s_total():
    router = scripted_router(
        {"a": [Step("Yes.", delay=0.2), "Never."]}, deployments={"a": {"max_concurrency": 1}}
    )
    first = asyncio.create_task(router.complete("Hello."))
    await asyncio.sleep(0)
    with pytest.raises(TotalTimeout) as caught:
        await router.complete("Hello.", timeout=0.02)
    assert [each.error.kind for each in caught.value.attempts] == ["TotalTimeout"]
    await first


async def test_whoever_is_cancelled_in_the_queue_sends_nothing_and_blocks_nobody():
    provider = ScriptedProvider([Step("Yes.", delay=0.02), "Yes."], "a")
    router = scripted_router({"a": provider}, deployments={"a": {"max_concurrency": 1}})
    first = asyncio.create_task(router.complete("Hello."))
    second = asyncio.create_task(router.complete("Hello."))
    third = asyncio.create_task(router.complete("Hello."))
    await asyncio.sleep(0.005)
    second.cancel()
    await asyncio.wait([first, second, third])
    assert second.cancelled()
    assert (first.result().text, third.result().text) == ("Yes.", "Yes.")
    assert len(provider.calls) == 2


async def test_a_hedge_that_its_race_leaves_in_the_queue_has_lost_and_not_failed():
    router = scripted_router(
        {"a": [Step("A.", delay=0.05)], "b": [Step("B.", delay=0.2)]},
        deployments={"b": {"max_concurrency": 1}},
        hedge={"after": 0.005, "at_least": 0.005, "budget": 1.0},
    )
    busy = asyncio.create_task(router.complete("Hello.", model="b"))
    await asyncio.sleep(0)
    response = await router.complete("Hello.", prefer="a")
    assert response.text == "A."
    assert [each.outcome for each in response.record.attempts] == ["answer", "lost"]
    assert response.record.attempts[1].error is None
    await busy


async def test_rules_are_asked_again_after_the_wait():
    class Closing:
        api = 1
        name = "closing"
        closed = False

        def check(self, call):
            return "it has closed" if self.closed else None

        @hookimpl
        def interlock_constraints(self):
            return [self]

    rule = Closing()
    router = scripted_router(
        {"a": [Step("Yes.", delay=0.05)]}, deployments={"a": {"max_concurrency": 1}}, plugins=[rule]
    )
    first = asyncio.create_task(router.complete("Hello."))
    second = asyncio.create_task(router.complete("Hello."))
    await asyncio.sleep(0.01)
    rule.closed = True
    assert (await first).text == "Yes."
    with pytest.raises(NoDeployment) as caught:
        await second
    assert [each.error.kind for each in caught.value.attempts] == [NoLongerAllowed.__name__]


def test_places_are_shared_between_threads():
    with Counting(always=reply(0.002)) as upstream:
        router = over({"a": upstream}, deployments={"a": {"max_concurrency": 3}})
        answers = []

        def work():
            answers.extend(router.complete_sync("Hello.").text for _ in range(10))

        async def loop():
            answers.extend(each.text for each in await calls(router, 20))

        threads = [threading.Thread(target=work) for _ in range(4)]
        threads += [threading.Thread(target=lambda: asyncio.run(loop())) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        router.close_sync()
    assert answers == ["Hello."] * 80
    assert upstream.most == 3


async def test_calls_are_shared_out_by_weight():
    with Upstream(always=reply()) as one, Upstream(always=reply()) as two:
        deployments = {"a": {"weight": 3}, "b": {"weight": 1}}
        async with over({"a": one, "b": two}, deployments=deployments) as router:
            for _ in range(40):
                await calls(router, 10)
            candidates = router.decide("Hello.").shortlist
    assert (len(one.requests), len(two.requests)) == (300, 100)
    assert candidates[0].reasons[-1] == "first: its turn among 2 of its model, by weight 3 of 4"


async def test_the_slow_twin_is_avoided_when_the_least_busy_is_chosen():
    with Upstream(always=reply(0.2)) as slow, Upstream(always=reply()) as fast:
        async with over({"a": slow, "b": fast}, load={"balance": "least_busy"}) as router:
            left = iter(range(200))

            async def work():
                for _ in left:
                    await router.complete("Hello.")

            await asyncio.gather(*(work() for _ in range(8)))
    assert len(slow.requests) + len(fast.requests) == 200
    assert len(slow.requests) <= 40


async def test_the_faster_twin_is_chosen_once_both_are_known():
    with Upstream(always=reply(0.02)) as slow, Upstream(always=reply()) as fast:
        async with over({"a": slow, "b": fast}, load={"balance": "latency"}) as router:
            for _ in range(50):
                await router.complete("Hello.")
            candidates = router.decide("Hello.").shortlist
    assert 10 <= len(slow.requests) <= 15
    assert "at the median" in candidates[0].reasons[-1]


async def test_decisions_do_not_change_until_an_attempt_begins():
    router = scripted_router(
        {"a": ["Yes."], "b": ["Yes."]}, deployments={"b": {"model": "scripted/a", "weight": 2}}
    )
    decisions = [router.decide("Hello.") for _ in range(5)]
    assert all(each == decisions[0] for each in decisions)
    await router.complete("Hello.")
    assert router.decide("Hello.").shortlist[0].deployment == "b"


def test_deployments_that_a_route_names_one_by_one_keep_their_order():
    router = scripted_router(
        {"a": [], "b": []},
        deployments={"b": {"model": "scripted/a", "weight": 1}},
        routes={"conversational": ["b", "a"]},
    )
    candidates = router.decide("Hello.").shortlist
    assert [each.deployment for each in candidates] == ["b", "a"]
    assert candidates[0].reasons == ("primary for conversational",)


async def test_a_limit_that_is_used_up_moves_traffic_to_the_sibling_until_its_reset():
    clock = FakeClock()
    used_up = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "3s"}
    with Upstream(always=reply(headers=used_up)) as one, Upstream(always=reply()) as two:
        async with over({"a": one, "b": two}, clock) as router:
            assert (await router.complete("Hello.")).deployment == "a"
            assert (await router.complete("Hello.")).deployment == "b"
            last = router.decide("Hello.").shortlist[-1]
            assert last.deployment == "a"
            assert last.reasons[-1] == (
                "moved back: its vendor's limit of requests is used up for 3.0 s more"
            )
            clock.advance(3)
            assert (await router.complete("Hello.")).deployment == "a"
    assert (len(one.requests), len(two.requests)) == (2, 1)


async def test_the_only_deployment_is_asked_even_with_nothing_left():
    used_up = {"anthropic-ratelimit-requests-remaining": "0", "anthropic-ratelimit-requests-reset": "soon"}
    used_up |= {"ratelimit": '"default";r=0;t=9'}
    with Upstream(always=reply(headers=used_up)) as upstream:
        async with over({"a": upstream}) as router:
            for _ in range(2):
                assert (await router.complete("Hello.")).text == "Hello."


async def test_what_is_left_is_not_promised_twice():
    """Three requests are left, and ten calls come at once."""
    left = {"x-ratelimit-remaining-requests": "3", "x-ratelimit-reset-requests": "30s"}
    with Upstream(reply(headers=left), always=reply(0.05)) as one, Upstream(always=reply()) as two:
        async with over({"a": one, "b": two}) as router:
            await router.complete("Hello.")
            await calls(router, 10)
    assert (len(one.requests), len(two.requests)) == (4, 7)


async def test_announcements_are_not_heeded_when_switched_off():
    used_up = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "3s"}
    with Upstream(always=reply(headers=used_up)) as one, Upstream(always=reply()) as two:
        async with over({"a": one, "b": two}, load={"announced": False}) as router:
            await calls(router, 4)
    assert (len(one.requests), len(two.requests)) == (4, 0)


@pytest.mark.parametrize(
    ("part", "load", "complaint"),
    [
        ({"max_concurrency": 0}, {}, "deployments.0.max_concurrency"),
        ({"max_concurrency": True}, {}, "deployments.0.max_concurrency"),
        ({"weight": 0}, {}, "deployments.0.weight"),
        ({"weight": float("inf")}, {}, "deployments.0.weight"),
        ({}, {"max_concurrency": -1}, "load.max_concurrency"),
        ({}, {"balance": "fastest"}, "load.balance"),
        ({}, {"queue_timeout": 0, "max_concurrency": 1}, "load.queue_timeout"),
        ({}, {"quue": 1}, "load.quue: there is no such key. Did you mean 'queue'?"),
        ({}, {"queue": 5}, "load.queue: nothing waits, since nothing is limited; set load.max_concurrency"),
        ({}, {"queue_timeout": 5}, "load.queue_timeout: nothing waits"),
    ],
)
def test_values_that_make_no_sense_are_refused(part, load, complaint):
    with pytest.raises(ConfigError) as caught:
        scripted_router({"a": []}, deployments={"a": part}, load=load)
    assert complaint in str(caught.value)


def test_nothing_is_counted_unless_it_is_asked_for():
    assert scripted_router({"a": []}).wiring.engine.attempts._concurrency is None
    assert scripted_router({"a": []}, load={"balance": "none"}).wiring.engine.attempts._concurrency is None


async def test_a_recorded_decision_is_made_again_with_the_load_of_then():
    router = scripted_router(
        {"a": ["Yes."], "b": ["Yes."]}, deployments={"b": {"model": "scripted/a", "weight": 2}}
    )
    await router.complete("Hello.")
    decision = router.decide("Hello.")
    assert [each.deployment for each in decision.shortlist] == ["b", "a"]
    await router.complete("Hello.")
    engine = router.wiring.engine
    assert (
        engine.decider.redecide(decision, decision.facts, ReplayState(decision, decision.facts)) == decision
    )
    assert engine.decider.redecide(
        decision, decision.facts, ReplayState(decision, decision.facts)
    ).facts.first == {"b": "its turn among 2 of its model, by weight 2 of 3"}
