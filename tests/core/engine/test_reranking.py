"""The models of a learned row in the order that a reranker has for a request."""

from dataclasses import replace

import pytest

from interlock import ConfigError, Constraints, Unavailable
from interlock.engine.deciding.replaying import replay
from interlock.testing import scripted_router
from rerankers import CONTENT, Told, refined_routes

SUM = "What is 12 % of 250?"


@pytest.fixture
def routed(tmp_path):
    def make(told=None, scripts=None, *, plugins=(), **settings):
        told = told or Told()
        names = {name: [f"from {name}"] * 4 for name in "abcx"} | (scripts or {})
        path = settings.pop("learned_routes", None) or str(refined_routes(tmp_path))
        return scripted_router(names, plugins=[told, *plugins], learned_routes=path, **settings), told

    return make


def order(decision):
    return [each.deployment for each in decision.shortlist]


async def test_calls_streams_and_refine_go_by_it_and_decide_does_not(routed):
    router, told = routed()
    decision = await router.refine(SUM, task="quantitative")
    assert order(decision) == ["c", "b", "a", "x"]
    assert decision.shortlist[0].reasons == ("fallback 2 for quantitative", "refined: because of its words")
    response = await router.complete(SUM, task="quantitative")
    assert (response.text, response.record.decision) == ("from c", decision)
    async with router.stream(SUM, task="quantitative") as stream:
        async for _ in stream:
            pass
    assert stream.response.deployment == "c"
    assert order(router.decide(SUM, task="quantitative")) == ["a", "b", "c", "x"]
    assert told.opened[0][0] == CONTENT
    assert (told.asked[0].task, told.asked[0].text, told.asked[0].names) == (
        "quantitative",
        SUM,
        ("a", "b", "c"),
    )


def test_refine_sync_says_the_same(routed):
    router, _ = routed()
    with router:
        assert order(router.refine_sync(SUM, task="quantitative")) == ["c", "b", "a", "x"]


async def test_what_is_excluded_is_neither_asked_about_nor_added(routed):
    router, told = routed(deployments={"b": {"region": "us"}, **{name: {"region": "eu"} for name in "acx"}})
    decision = await router.refine(SUM, task="quantitative", constraints=Constraints(residency={"us"}))
    assert order(decision) == ["b"]
    assert not told.asked, "one alone has no order"


@pytest.mark.parametrize(
    "asked",
    [
        {"model": "a"},
        {"task": "creative_content"},
        {"task": "quantitative", "demands": {"low_latency"}},
        {"task": "quantitative", "prefer": "b"},
    ],
    ids=["model", "a task without a row", "demand", "prefer"],
)
async def test_what_was_asked_for_goes_before_it(routed, asked):
    router, told = routed()
    assert order(await router.refine(SUM, **asked)) == order(router.decide(SUM, **asked))
    assert not told.asked


async def test_a_row_of_the_users_own_goes_before_it(routed):
    router, told = routed(routes={"quantitative": ["b", "a"]})
    assert order(await router.refine(SUM, task="quantitative"))[:2] == ["b", "a"]
    assert not told.asked


async def test_what_its_health_has_moved_back_stays_there(routed):
    told = Told(lambda names: names)
    router, _ = routed(told, {"a": [Unavailable("503")] * 5, "b": ["from b"] * 9})
    for _ in range(5):
        await router.complete(SUM, task="quantitative")
    assert order(router.decide(SUM, task="quantitative")) == ["b", "c", "x", "a"]
    told.says = lambda names: names[::-1]
    assert order(await router.refine(SUM, task="quantitative")) == ["c", "b", "x", "a"]
    assert told.asked[-1].names == ("b", "c")


@pytest.mark.parametrize(
    "says",
    [
        lambda names: 1 / 0,
        lambda names: [*names, "x"],
        lambda names: names[:1],
        lambda names: [names[0]] * len(names),
        lambda names: None,
        list,
    ],
    ids=["raises", "adds", "leaves out", "repeats", "nothing", "the same"],
)
async def test_where_it_fails_the_row_stands(routed, says, caplog):
    router, _ = routed(Told(says))
    assert order(await router.refine(SUM, task="quantitative")) == ["a", "b", "c", "x"]
    assert SUM not in caplog.text


async def test_a_recorded_decision_is_made_again_where_the_same_was_learned(routed, tmp_path):
    router, _ = routed()
    record = (await router.complete(SUM, task="quantitative")).record
    decision = record.decision
    again = replay(record, router.wiring.engine.decider, router.deployments)
    assert (again.change, again.now) == ("same", decision)
    other = tmp_path / "other"
    other.mkdir()
    elsewhere, _ = routed(learned_routes=str(refined_routes(other, content=b"something else")))
    assert replay(record, elsewhere.wiring.engine.decider, elsewhere.deployments).change == "moved"


def test_it_is_part_of_what_decides(routed, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    router, _ = routed()
    elsewhere, _ = routed(learned_routes=str(refined_routes(other, content=b"something else")))
    assert router.digest != elsewhere.digest


def test_what_it_cannot_use_is_refused_at_start(routed):
    with pytest.raises(ConfigError, match=r"routes\.words\.npz: holds no arrays") as caught:
        routed(Told(wrong="holds no arrays"))
    assert (caught.value.key, caught.value.line) == ("refined.file", 7)


def test_a_reranker_that_nobody_offers_is_refused_with_a_way_out(tmp_path):
    path = refined_routes(tmp_path)
    with pytest.raises(ConfigError, match="'told' is no reranker; there are words"):
        scripted_router({"a": [], "b": [], "c": []}, learned_routes=str(path))


def test_reranking_keeps_the_other_facts(routed):
    router, _ = routed()
    with router:
        plain, refined = router.decide(SUM, task="quantitative"), router.refine_sync(SUM, task="quantitative")
    assert replace(refined.facts, reordering=None) == plain.facts
    assert refined.reason == plain.reason
