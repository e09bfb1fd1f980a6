"""Candidates: what the rules, the prices and the catalog say of a use case, and what nobody knows."""

import pytest

from interlock import Router
from interlock_governance.candidates import candidates_of
from interlock_governance.use_cases import UseCase

DEPLOYMENTS = [
    {
        "id": "states",
        "model": "openai/gpt-5.5",
        "provider": "openai",
        "base_url": "https://us.api.openai.com/v1",
    },
    {
        "id": "union",
        "model": "mistral/mistral-large-3",
        "provider": "mistral",
        "base_url": "https://api.eu.mistral.ai/v1",
        "region": "eu",
        "attested": "their answer, 2026-10-01",
    },
    {
        "id": "house",
        "model": "zhipu/glm-5.2",
        "provider": "vllm",
        "base_url": "http://10.0.0.5:8000/v1",
        "region": "de",
        "on_premise": True,
    },
    {"id": "glm", "model": "zhipu/glm-5.2", "provider": "zhipu"},
]
POLICIES = {
    "default": "internal",
    "rules": [
        {"id": "inside", "level": "internal", "permit": "any"},
        {"id": "eu", "level": "personal", "source": "the memo of 2026-10-01", "permit": {"places": ["eu"]}},
    ],
}
LETTERS = UseCase(
    name="Answer letters",
    task="conversational",
    sensitivity=("personal",),
    volume_month=40_000,
    tokens_in=900,
    tokens_out=300,
    current_model="openai/gpt-5.5",
)


@pytest.fixture
def router():
    with Router.from_config({"deployments": DEPLOYMENTS, "policies": POLICIES}) as made:
        yield made


def one(router, case, **how):
    (found,) = candidates_of([case], router, **how)
    return found


def test_what_the_rules_deny_is_told_with_the_rule_and_is_no_candidate(router):
    found = one(router, LETTERS)
    assert [each.deployment for each in found.candidates] == ["union", "house"]
    assert set(found.denied) == {"states", "glm"}
    assert found.denied["states"].startswith("policy eu (the memo of 2026-10-01): processed in us")
    assert found.unlawful
    assert found.candidates[0].gains[0] == "the rules allow it, and not what serves now"


def test_a_saving_is_exact_where_every_figure_is_known(router):
    best = one(router, LETTERS).candidates[0]
    assert round(best.saving_month.low, 6) == 504
    assert round(best.month.low, 6) == 36
    assert (best.price.as_of, "Mistral AI" in best.price.source) == ("2026-11-29", True)
    assert "costs 93% less" in best.gains


def test_without_figures_no_amount_is_told_and_each_gap_says_what_it_hides(router):
    found = one(router, UseCase(name="Review of code in Python", sensitivity=()))
    assert found.classified.task == "code_generation"
    assert all(each.month is None and each.saving_month is None for each in found.candidates)
    assert all(not each.gains and each.saving_share is None for each in found.candidates)
    assert set(found.gaps) == {
        "current_model",
        "tokens_in",
        "tokens_out",
        "volume_month",
        "residency",
        "purpose",
    }


def test_a_share_is_known_from_the_prices_alone_and_scores_are_compared(router):
    case = UseCase(name="A", task="code_generation", sensitivity=(), current_model="GPT-5.5")
    found = {each.deployment: each for each in one(router, case).candidates}
    assert round(found["glm"].saving_share.low, 6) == 0.72
    assert "HumanEval+ 94.1% instead of 92.3%" in found["glm"].gains
    assert found["glm"].routed == 1
    assert found["union"].scores == ()


def test_what_runs_on_ones_own_ground_saves_nothing_that_is_known(router):
    house = one(router, LETTERS).candidates[1]
    assert house.own_ground
    assert (house.price, house.month, house.saving_month) == (None, None, None)


def test_unknown_sensitivity_is_taken_for_personal_and_said(router):
    found = one(router, UseCase(name="A", task="conversational"))
    assert {each.deployment for each in found.candidates} == {"union", "house"}
    assert found.notes == ("Its sensitivity is unknown; it was taken for personal.",)
    assert found.gaps["sensitivity"] == "it was taken for personal"


def test_no_personal_data_leaves_the_default_of_the_policies(router):
    found = one(router, UseCase(name="A", task="conversational", sensitivity=()))
    assert len(found.candidates) == 4
    assert not found.unchecked


def test_a_level_that_no_policy_has_is_not_passed_over_in_silence(router):
    found = one(router, UseCase(name="A", task="conversational", sensitivity=("secret",)))
    assert found.unchecked
    assert "no policy has the level secret" in found.gaps["sensitivity"]
    with Router.from_config({"deployments": DEPLOYMENTS}) as bare:
        found = one(bare, UseCase(name="A", task="conversational"))
    assert found.unchecked
    assert len(found.candidates) == 4


def test_a_residency_and_a_long_input_exclude(router):
    found = one(router, UseCase(name="A", task="long_document", residency=("eu",), tokens_in=150_000))
    assert [each.deployment for each in found.candidates] == ["union"]
    assert "its context window holds 128,000" in found.denied["house"]


def test_a_window_that_is_large_enough_is_a_gain():
    small = {"id": "own/small", "context_window": 8_000, "price": {"input": 1, "output": 1}}
    own = {
        "id": "small",
        "model": "own/small",
        "provider": "openai-compatible",
        "base_url": "https://a.example/v1",
        "region": "us",
    }
    with Router.from_config({"models": [small], "deployments": [own, DEPLOYMENTS[0]]}) as router:
        case = UseCase(name="A", task="quantitative", tokens_in=9_000, sensitivity=(), current_model="small")
        found = one(router, case)
    assert "its context window of 128,000 tokens is large enough" in found.candidates[0].gains


@pytest.mark.parametrize(
    ("words", "card"),
    [
        ("openai/gpt-5.5", "openai/gpt-5.5"),
        ("GPT-5.5", "openai/gpt-5.5"),
        ("OpenAI GPT-5.5", "openai/gpt-5.5"),
        ("glm", "zhipu/glm-5.2"),
        ("zai-org/GLM-5.2", "zhipu/glm-5.2"),
        ("our own thing", None),
    ],
)
def test_a_current_model_is_found_by_the_names_that_people_write(router, words, card):
    current = one(router, UseCase(name="A", task="conversational", current_model=words)).current
    assert current.words == words
    assert (None if current.card is None else current.card.id) == card


def test_an_assumed_volume_makes_a_range_and_is_told(router):
    case = UseCase(
        name="A",
        task="conversational",
        tokens_in=900,
        tokens_out=300,
        current_model="gpt-5.5",
        sensitivity=(),
    )
    found = one(router, case, volume=(1_000, 2_000))
    union = next(each for each in found.candidates if each.deployment == "union")
    assert (round(union.saving_month.low, 6), round(union.saving_month.high, 6)) == (12.6, 25.2)
    assert found.notes == ("1,000 to 2,000 requests a month were assumed.",)


def test_what_is_no_language_model_or_retired_is_not_asked_about(router):
    cases = [UseCase(name="Cars", technique="vision"), UseCase(name="Old", stage="retired"), LETTERS]
    told = []
    found = candidates_of(cases, router, progress=lambda: told.append(1))
    assert [each.skipped for each in found] == [
        "",
        "its technique, vision, is no language model's",
        "it is retired",
    ]
    assert len(told) == 3


def test_a_task_that_the_router_does_not_have_is_said_and_classified(router):
    found = one(router, UseCase(name="Translate Python code", task="poems", sensitivity=()))
    assert found.classified.stage != "explicit"
    assert found.notes == ("'poems' is no task of the router's; it was classified.",)


def test_a_task_of_which_the_router_is_unsure_is_a_gap(router):
    assert "task" in one(router, UseCase(name="Thing", sensitivity=())).gaps
    assert "task" not in one(router, UseCase(name="Thing", task="conversational", sensitivity=())).gaps


def test_the_largest_gain_stands_first(router):
    small = UseCase(
        name="small",
        task="conversational",
        sensitivity=(),
        volume_month=10,
        tokens_in=900,
        tokens_out=300,
        current_model="openai/gpt-5.5",
    )
    large = UseCase(
        name="large",
        task="conversational",
        sensitivity=(),
        volume_month=10_000,
        tokens_in=900,
        tokens_out=300,
        current_model="openai/gpt-5.5",
    )
    blind = UseCase(name="blind", task="conversational", sensitivity=())
    found = candidates_of([blind, small, LETTERS, large], router)
    assert [each.use_case.name for each in found] == ["Answer letters", "large", "small", "blind"]


def test_no_key_is_needed_and_a_missing_one_is_said(router):
    union = one(router, LETTERS).candidates[0]
    assert union.lacks == "MISTRAL_API_KEY is not set"


def test_what_may_have_requests_sealed_is_a_candidate_and_says_so():
    seal = {"id": "eu", "level": "personal", "permit": {"places": ["eu"]}, "sealed": "internal"}
    policies = POLICIES | {"rules": [POLICIES["rules"][0], seal]}
    config = {"deployments": DEPLOYMENTS[:2], "policies": policies, "guardrails": {"privacy": {}}}
    with Router.from_config(config) as router:
        found = {each.deployment: each for each in one(router, LETTERS).candidates}
        ours = one(router, LETTERS).current_verdicts
    assert found["union"].verdict == "allowed"
    assert ours == {"states": ""}  # it may go on, sealed
    with Router.from_config(config) as router:
        case = UseCase(name="A", task="conversational", sensitivity=("personal",))
        states = next(each for each in one(router, case).candidates if each.deployment == "states")
    assert (states.verdict, states.why) == ("sealed", "only requests in which guardrails find what they seal")
    assert states.lacks == "OPENAI_API_KEY is not set"
