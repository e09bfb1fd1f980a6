"""What a dossier says, and what it leaves to people."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from interlock import AttemptRecord, ErrorRecord, GuardrailRecord, Router, Usage
from interlock.errors import RequestError
from interlock.policies import Case
from interlock.testing.records import sample_record
from interlock_governance.dossier import Figures, dossier_data, dossier_of, figures_of
from interlock_governance.dossier.points import HEADINGS
from interlock_governance.use_cases import UseCase

MADE = datetime(2026, 11, 29, 12, tzinfo=UTC)
HOUSE = {
    "id": "house",
    "model": "zhipu/glm-5.2",
    "provider": "vllm",
    "base_url": "http://10.0.0.5:8000/v1",
    "region": "de",
    "on_premise": True,
}
UNION = {
    "id": "union",
    "model": "mistral/mistral-large-3",
    "provider": "mistral",
    "base_url": "https://api.eu.mistral.ai/v1",
    "region": "eu",
    "attested": "questionnaire of 2026-10-01",
    "api_key": "planted-key-4711",
    "headers": {"X-Team": "planted-header-4711"},
    "handling": {"stored": "eu", "operator": "fr", "parent": "fr", "agreements": ["dpa"], "training": False},
}
STATES = {"id": "states", "model": "openai/gpt-5.5", "provider": "openai", "api_key": "planted-key-4712"}
POLICIES = {
    "default": "internal",
    "rules": [
        {"id": "open", "level": "internal", "permit": "any"},
        {
            "id": "eu-personal",
            "level": "personal",
            "source": "the DPO's memo",
            "permit": {"places": ["eu"], "storage": ["eu"], "agreements": ["dpa"]},
        },
        {"id": "at-home", "level": "regulated", "permit": {"on_premise": True}},
    ],
}
LETTERS = UseCase(
    id="letters",
    name="Answer letters",
    purpose="Drafts answers to letters of customers.",
    sensitivity=("personal",),
    human_oversight=True,
)


def router_of(**more):
    config = {"deployments": [HOUSE, UNION, STATES], "policies": POLICIES, **more}
    return Router.from_config(config)


def made(router, **more):
    return dossier_of(router, made_at=MADE, **more)


def points(dossier):
    return {each.number: each for point in dossier.points for each in point.walk()}


def facts(dossier, number):
    return {each.name: each.value for each in points(dossier)[number].facts}


def grid(dossier, number, caption):
    return next(each for each in points(dossier)[number].grids if each.caption.startswith(caption))


def test_every_point_of_annex_iv_is_there_in_its_order():
    numbers = [number for number in points(made(router_of())) if number]
    inner = [*(f"1({each})" for each in "abcdefgh"), "2", *(f"2({each})" for each in "abcdefgh")]
    assert numbers == ["1", *inner, *"3456789"]


def test_what_people_must_write_is_a_gap_and_stays_one_whatever_is_known():
    prompts = {each for heading in HEADINGS for each in (*heading.prompts, *_inner(heading))}
    everything = made(router_of(records=None), use_case=LETTERS, cases=[_case()], figures=_figures())
    assert prompts <= {each.prompt for each in everything.gaps}


def _inner(heading):
    return [prompt for each in heading.inner for prompt in each.prompts]


def test_a_use_case_has_the_deployments_that_the_rules_let_it_have():
    dossier = made(router_of(), use_case=LETTERS)
    assert dossier.about == "Answer letters"
    assert [row[0] for row in grid(dossier, "1(b)", "Deployments").rows] == ["house", "union"]
    assert facts(dossier, "1(a)")["Purpose"] == "Drafts answers to letters of customers."
    assert facts(dossier, "2(e)")["A person looks at the output"] == "before it has an effect"


def test_levels_of_which_no_policy_says_anything_are_a_gap():
    dossier = made(router_of(policies=None), use_case=LETTERS)
    assert any("Its data are personal, and no policies" in each.prompt for each in dossier.gaps)


def test_what_the_inventory_does_not_say_is_a_gap_that_names_the_field():
    gaps = [each.prompt for each in made(router_of(), use_case=LETTERS).gaps if each.point == "1(a)"]
    assert any("The inventory has no owner." in each for each in gaps)
    assert not any("The inventory has no purpose." in each for each in gaps)


def test_rules_stand_in_words_with_their_ground_and_the_digest():
    router = router_of()
    dossier = made(router)
    rules = {row[0]: row[2:] for row in grid(dossier, "2(b)", "Policies").rows}
    assert rules["eu-personal"] == (
        "Permitted: processed in eu alone; kept in eu alone; with dpa agreed.",
        "the DPO's memo",
    )
    assert rules["open"][0] == "Whatever is not forbidden is permitted."
    assert facts(dossier, "2(b)")["Digest of the configuration"] == router.digest == dossier.digest


def test_places_laws_and_who_says_so_are_told_of_each_deployment():
    rows = {row[0]: row[1:] for row in grid(made(router_of()), "2(c)", "Places").rows}
    assert rows["union"] == ("eu", "eu", "eu, fr", "questionnaire of 2026-10-01")
    assert rows["house"][2] == "de"
    assert rows["states"][3].startswith("https://")


def test_no_key_and_no_header_is_in_a_dossier():
    router = router_of(log="sqlite:///planted-log-4711.db")
    assert "planted" not in json.dumps(dossier_data(made(router)))


def test_cases_that_were_held_against_the_policies_are_told_with_what_failed():
    wrong = Case(name="no way", sensitivity=frozenset({"regulated"}), expected={"states": "allowed"})
    dossier = made(router_of(), cases=[_case(), wrong])
    assert facts(dossier, "2(g)")["Cases held against the policies"] == "1 of 2 pass"
    assert [row[1] for row in grid(dossier, "2(g)", "Cases").rows] == ["pass", "FAIL"]
    assert any("1 cases fail" in each.prompt for each in dossier.gaps)


def _case():
    return Case(
        name="home", sensitivity=frozenset({"regulated"}), expected={"house": "allowed"}, others="denied"
    )


def _attempt(deployment, latency, **more):
    return AttemptRecord(
        id=1,
        deployment=deployment,
        model="m",
        latency=latency,
        usage=Usage(input_tokens=100, output_tokens=10),
        **{"cost": 0.5, **more},
    )


def _record(number, *attempts, **more):
    return replace(
        sample_record(number), attempts=attempts, error=None, started=MADE.timestamp() + number, **more
    )


def _figures():
    figures = Figures()
    figures.add(_record(1, _attempt("union", 1.0)), {"union"})
    figures.add(_record(2, _attempt("union", 3.0)), {"union"})
    failed = _attempt("union", 0.1, cost=None, error=ErrorRecord(kind="RateLimited", message=""))
    figures.add(_record(3, failed, _attempt("house", 2.0)), {"union"})
    figures.add(_record(4, _attempt("house", 9.0)), {"union"})
    return figures


def test_figures_are_of_the_deployments_alone_and_say_what_they_do_not_know():
    figures = _figures()
    union = figures.deployments["union"]
    assert (figures.calls, list(figures.deployments)) == (3, ["union"])
    assert (union.attempts, union.answered, dict(union.errors)) == (3, 2, {"RateLimited": 1})
    assert union.error_rate == pytest.approx(1 / 3)
    assert (union.latency(0.5), union.latency(0.95)) == (3.0, 3.0)
    assert (union.cost, union.unpriced) == (1.0, 1)
    rows = grid(made(router_of(), figures=figures), "3", "Attempts").rows
    assert rows == (
        (
            "union",
            "3",
            "33.3%",
            "RateLimited 1",
            "3.00",
            "3.00",
            "300",
            "30",
            "1.0000 (1 without a price)",
            "0",
        ),
    )


def test_incidents_and_verdicts_of_guardrails_are_counted():
    figures = Figures()
    misplaced = _attempt("union", 1.0, incident="made in us")
    verdict = GuardrailRecord(guardrail="privacy", phase="request", action="rewrite")
    figures.add(_record(1, misplaced, guardrails=(verdict, verdict)), {"union"})
    dossier = made(router_of(), figures=figures)
    assert list(facts(dossier, "5").values()) == ["1"]
    assert grid(dossier, "3", "Guardrails").rows == (("privacy", "rewrite", "2"),)


def test_where_nothing_was_measured_it_is_a_gap_and_no_zero():
    dossier = made(router_of())
    assert any("nothing was measured" in each.prompt for each in dossier.gaps if each.point == "3")
    assert "Calls" not in facts(dossier, "3")


@pytest.mark.parametrize(
    ("log", "prompt"),
    [(None, "No log is configured"), ("sqlite:///log.db", "cannot show that it is whole")],
)
def test_a_log_that_proves_nothing_is_a_gap(log, prompt):
    dossier = made(router_of(log=log))
    assert any(prompt in each.prompt for each in dossier.gaps if each.point == "9")


def test_what_nobody_knows_of_the_vendors_is_counted_for_those_in_use_alone():
    dossier = made(router_of(), deployments=["union"])
    assert [row[0] for row in dossier.points[-1].grids[0].rows] == ["Mistral AI"]
    assert any("Ask Mistral AI" in each.prompt for each in dossier.gaps)
    assert not any("OpenAI" in each.prompt for each in dossier.gaps)


def test_a_deployment_that_there_is_not_is_refused_with_the_one_that_was_meant():
    with pytest.raises(RequestError, match=r"no deployment 'hose'.*Did you mean 'house'"):
        made(router_of(), deployments=["hose"])


def test_the_same_router_and_moment_give_the_same_dossier():
    router = router_of()
    assert dossier_data(made(router)) == dossier_data(made(router))


async def test_figures_come_from_the_store_since_a_moment_and_with_metadata(tmp_path):
    async with router_of(records=f"sqlite:///{tmp_path}/records.db") as router:
        store = router.open_store()
        kept = [
            _record(each, _attempt("union", 1.0), metadata={"use": str(each % 2)}) for each in range(1, 1206)
        ]
        await store.put(kept)
        await store.aclose()
        everything = await figures_of(router, ["union"])
        assert (everything.calls, everything.cut) == (1205, False)
        late = datetime.fromtimestamp(MADE.timestamp() + 1200, UTC)
        assert (await figures_of(router, ["union"], since=late)).calls == 6
        assert (await figures_of(router, ["union"], metadata={"use": "0"})).calls == 602
        assert (await figures_of(router, ["house"])).calls == 0


async def test_there_are_no_figures_without_a_store():
    assert await figures_of(router_of(), ["union"]) is None
