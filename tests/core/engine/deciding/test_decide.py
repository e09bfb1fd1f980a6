"""Classify, exclude, rank: which deployments a request may use, in which order, and why."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock import Constraints, RequestError, Router, Unavailable, hookimpl
from interlock.assembly import assemble
from interlock.protocols import ClassifyCall
from interlock.testing import FakeClock, scripted_router
from interlock.types.decisions import Classification

KEYS = dict.fromkeys(("ZHIPU_API_KEY", "OPENAI_API_KEY", "MISTRAL_API_KEY"), "test")
CLAUSE = "第十二条 违约责任：任何一方违反本合同约定的，应当向守约方支付违约金。请审阅这一条款。"
POEM = "Write a poem about the first snow on a railway yard."
REPORT = "The quarterly report describes revenue, costs and risks in every region. " * 6_000


@pytest.fixture(scope="module")
def router():
    return Router(assemble({}, environ=KEYS))


# Mistral's usual host may process anywhere; a server of one's own is where one says.
DEPLOYED = [
    {"id": model, "model": model, "provider": model.partition("/")[0]}
    | ({"base_url": "https://mistral.example/v1", "region": "eu"} if "mistral" in model else {})
    for model in ("mistral/mistral-large-3", "openai/gpt-5.5", "zhipu/glm-5.2", "deepseek/deepseek-v3")
]


@pytest.fixture(scope="module")
def european():
    return Router(assemble({"deployments": DEPLOYED}, environ=KEYS))


def ids(decision):
    return [candidate.deployment for candidate in decision.shortlist]


@pytest.mark.parametrize(
    ("prompt", "task", "first"),
    [
        (CLAUSE, "cjk_language", "zhipu/glm-5.2"),
        (REPORT, "long_document", "zhipu/glm-5.2"),
        (POEM, "creative_content", "openai/gpt-5.5"),
    ],
)
def test_the_task_table_ranks_what_the_keys_reach(router, prompt, task, first):
    decision = router.decide(prompt)
    assert (decision.task, ids(decision)[0], decision.reason) == (task, first, "primary_optimal")
    assert set(ids(decision)) == {"zhipu/glm-5.2", "openai/gpt-5.5", "mistral/mistral-large-3"}
    assert decision.shortlist[0].reasons == (f"primary for {task}",)


def test_every_other_deployment_is_excluded_with_a_rule_in_words(european):
    decision = european.decide("Hello", constraints=Constraints(residency={"eu"}))
    assert ids(decision) == ["mistral/mistral-large-3"]
    assert decision.reason == "demand"
    assert set(decision.excluded) == set(european.wiring.deployments) - {"mistral/mistral-large-3"}
    assert decision.excluded["openai/gpt-5.5"].startswith("processed anywhere (api.openai.com, as of ")
    assert decision.excluded["openai/gpt-5.5"].endswith("; the residency allows eu only")


def test_a_missing_key_is_a_rule_too(router):
    assert router.decide("Hello").excluded["deepseek/deepseek-v3"] == "DEEPSEEK_API_KEY is not set"


def test_the_callers_task_wins(router):
    decision = router.decide(POEM, task="code_generation")
    assert (decision.task, decision.confidence, decision.stage) == ("code_generation", 1.0, "explicit")
    assert ids(decision)[0] == "zhipu/glm-5.2"


def test_a_model_narrows_and_never_adds(router):
    for name in ("zhipu/glm-5.2", "glm-5.2"):
        decision = router.decide(POEM, model=name)
        assert (ids(decision), decision.reason) == (["zhipu/glm-5.2"], "explicit")
    assert ids(router.decide(POEM, model="deepseek/deepseek-v3")) == []


@pytest.mark.parametrize(
    ("option", "value", "near"),
    [("task", "code_generatoin", "code_generation"), ("model", "gpt5.5", "gpt-5.5")],
)
def test_a_name_that_is_wrong_gets_a_suggestion(router, option, value, near):
    with pytest.raises(RequestError, match=f"Did you mean '{near}'"):
        router.decide("Hello", **{option: value})


def test_demands_come_before_the_task(router):
    decision = router.decide(POEM, demands=["low_latency"])
    assert (decision.task, decision.reason) == ("creative_content", "demand")
    assert ids(decision) == ["mistral/mistral-large-3", "zhipu/glm-5.2", "openai/gpt-5.5"]


def test_what_the_configuration_demands_is_demanded_of_every_request():
    router = Router(assemble({"demands": ["low_latency"]}, environ=KEYS))
    decision = router.decide(POEM)
    assert (decision.reason, ids(decision)[0]) == ("demand", "mistral/mistral-large-3")
    assert "low_latency" in decision.shortlist[0].reasons[0]
    assert decision.facts.demands == frozenset()  # the configuration's own are not the caller's


def test_data_that_must_stay_in_the_eu_does_however_the_task_was_found(european):
    decision = european.decide("Summarise this note.", task="eu_regulated")
    assert ids(decision) == ["mistral/mistral-large-3"]


def test_a_task_over_its_threshold_keeps_its_name_and_goes_where_long_documents_go(router):
    decision = router.decide("Write a story like this one. " * 4_000, task="creative_content")
    assert 16_000 < decision.input_tokens < 50_000
    assert (decision.task, ids(decision)[0]) == ("creative_content", "zhipu/glm-5.2")


def test_a_named_task_is_not_renamed_by_length(router):
    assert router.decide(REPORT, task="quantitative").task == "quantitative"


def test_what_does_not_fit_its_window_is_excluded(router):
    decision = router.decide(REPORT * 3)
    assert "context window holds 128,000" in decision.excluded["zhipu/glm-5.2"]
    assert decision.reason == "fallback_excluded"
    assert ids(decision) == ["mistral/mistral-large-3"], "an unknown window never excludes"


def test_defaults_can_only_be_tightened():
    configured = {"deployments": DEPLOYED, "constraints": {"residency": ["eu"]}}
    router = Router(assemble(configured, environ=KEYS))
    assert ids(router.decide("Hello")) == ["mistral/mistral-large-3"]
    assert ids(router.decide("Hello", constraints={"residency": {"us"}})) == []
    assert ids(router.decide("Hello", constraints={"residency": {"de"}})) == []


def test_without_any_key_the_local_model_is_the_one_that_is_left():
    decision = Router(assemble({}, environ={})).decide("Hello", constraints={"residency": {"eu"}})
    assert [candidate.region for candidate in decision.shortlist] == ["local"]
    assert decision.reason in ("fallback_unavailable", "fallback_excluded")


def test_with_a_key_the_local_model_steps_back(router):
    assert not [
        deployment for deployment in router.wiring.deployments.values() if deployment.region == "local"
    ]


def test_the_users_routes_override_the_table():
    routes = {"creative_content": ["b", "scripted/a"]}
    router = scripted_router({"a": [], "b": [], "c": []}, routes=routes)
    decision = router.decide(POEM)
    assert ids(decision) == ["b", "a", "c"]
    assert [candidate.reasons[0] for candidate in decision.shortlist] == [
        "primary for creative_content",
        "fallback 1 for creative_content",
        "allowed, though no row of creative_content names it",
    ]


async def test_a_high_error_rate_moves_a_primary_behind_its_fallback():
    router = scripted_router(
        {"a": [Unavailable("503")] * 5, "b": ["ok"] * 5}, routes={"conversational": ["a", "b"]}
    )
    for _ in range(4):
        await router.complete("Hello")
        assert router.decide("Hello").reason == "primary_optimal"
    await router.complete("Hello")
    decision = router.decide("Hello")
    assert (ids(decision), decision.reason) == (["b", "a"], "fallback_high_error_rate")
    assert "5 of its last 5 attempts failed" in decision.shortlist[1].reasons[1]


async def test_a_recovered_primary_comes_back_after_its_cooldown():
    clock = FakeClock()
    donor = scripted_router({"a": [Unavailable("503")] * 5 + ["back"], "b": ["ok"] * 5})
    wiring = assemble(
        {
            "deployments": [{"id": n, "model": f"scripted/{n}", "provider": n} for n in "ab"],
            "routes": {"conversational": ["a", "b"]},
            "retries": {"max": 0},
        },
        plugins=[donor.wiring.offers.providers[name] for name in "ab"],
        environ={},
        clock=clock,
    )
    router = Router(wiring)
    for _ in range(5):
        await router.complete("Hello")
    assert router.decide("Hello").reason == "fallback_high_error_rate"
    clock.advance(31)
    assert router.decide("Hello").reason == "primary_optimal"
    assert (await router.complete("Hello")).text == "back"
    assert router.decide("Hello").reason == "primary_optimal"


class Opinionated:
    api = 1

    def __init__(self, name, task, confidence):
        self.name, self.task, self.confidence = name, task, confidence

    def classify(self, call: ClassifyCall):
        if self.task is None:
            raise RuntimeError("broken")
        return Classification(task=self.task, confidence=self.confidence, evidence=(self.name,))


def offering(hook, *items):
    plugin = type("Offering", (), {hook: hookimpl(lambda self: list(items))})
    return plugin()


def test_the_most_confident_classifier_is_believed_and_a_broken_one_is_not():
    opinions = [
        Opinionated("shy", "quantitative", 0.2),
        Opinionated("sure", "code_generation", 0.99),
        Opinionated("broken", None, 1.0),
        Opinionated("confused", "astrology", 1.0),
    ]
    router = scripted_router({"a": []}, plugins=[offering("interlock_classifiers", *opinions)])
    decision = router.decide("Hello")
    assert (decision.task, decision.stage, decision.evidence) == ("code_generation", "sure", ("sure",))


class Rule:
    api = 1
    name = "house_rule"

    def __init__(self, verdict):
        self.verdict = verdict

    def check(self, call):
        if isinstance(self.verdict, Exception):
            raise self.verdict
        return self.verdict if call.deployment.id == "a" else None


@pytest.mark.parametrize(
    ("verdict", "sentence"),
    [
        ("not on Sundays", "not on Sundays"),
        (ZeroDivisionError(), "the rule house_rule failed to run, and what cannot be checked is not allowed"),
    ],
)
def test_a_plugins_rule_excludes_and_so_does_one_that_fails(verdict, sentence):
    router = scripted_router({"a": [], "b": []}, plugins=[offering("interlock_constraints", Rule(verdict))])
    decision = router.decide("Hello")
    assert decision.excluded["a"] == sentence
    assert "a" not in ids(decision)


REGIONS = ["eu", "de", "us", "cn", "uk", "eu-west-2", "local", "global"]


@given(
    regions=st.lists(st.sampled_from(REGIONS), min_size=1, max_size=5),
    allowed=st.sets(st.sampled_from(["eu", "de", "us", "cn", "uk"]), max_size=3),
    deny=st.booleans(),
    prompt=st.text(max_size=200).filter(str.strip) | st.just(POEM) | st.just(CLAUSE),
)
def test_every_deployment_is_either_allowed_or_excluded_and_twice_asked_is_twice_the_same(
    regions, allowed, deny, prompt
):
    names = [f"d{index}" for index in range(len(regions))]
    router = scripted_router(
        {name: [] for name in names},
        deployments={name: {"region": region} for name, region in zip(names, regions, strict=True)},
    )
    options = {"constraints": Constraints(residency=allowed, deny_vendors={"d0"} if deny else ())}
    decision = router.decide(prompt, **options)
    assert sorted([*ids(decision), *decision.excluded]) == sorted(names)
    assert all(decision.excluded.values())
    assert decision == router.decide(prompt, **options)
    inside = {"eu": {"eu", "de"}, "de": {"de"}, "us": {"us"}, "cn": {"cn"}, "uk": {"uk", "eu-west-2"}}
    for candidate in decision.shortlist:
        if allowed and candidate.region != "local":
            assert any(candidate.region in inside[place] for place in allowed)
