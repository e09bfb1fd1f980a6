"""The section `budgets`: read from every source, and refused with the key and the way out."""

import json

import pytest

from interlock import ConfigError, Router
from interlock.assembly import assemble
from interlock.config import load

DEPLOYMENTS = [
    {"id": "glm-cloud", "model": "zhipu/glm-5.2", "provider": "zhipu"},
    {"id": "gpt", "model": "openai/gpt-5.5", "provider": "openai"},
]
DAILY = {"id": "daily", "usd": 5, "per": "day"}


def complaint(*budgets):
    with pytest.raises(ConfigError) as caught:
        assemble({"deployments": DEPLOYMENTS, "budgets": list(budgets)}, environ={})
    return str(caught.value)


def test_a_file_says_it_in_a_line(tmp_path):
    path = tmp_path / "interlock.yaml"
    path.write_text(
        "budgets:\n"
        "  - {id: teams, usd: 0.5, tokens: 2000000000, requests: 1, per: month, each: team}\n"
        "  - {id: acme, usd: 1, per: day, where: {customer: acme}, deployments: glm-cloud}\n"
    )
    teams, acme = load(path, {}).budgets
    assert (teams.usd, teams.tokens, teams.requests, teams.per, teams.each) == (
        0.5,
        2 * 10**9,
        1,
        "month",
        "team",
    )
    assert (acme.where, acme.deployments) == ({"customer": "acme"}, ("glm-cloud",))


def test_a_variable_says_it_as_json():
    (budget,) = load(None, {"INTERLOCK_BUDGETS": json.dumps([DAILY])}).budgets
    assert (budget.id, budget.usd) == ("daily", 5)


def test_there_are_none_by_default():
    assert load({}, {}).budgets == ()


@pytest.mark.parametrize(
    ("budget", "told"),
    [
        ({"id": "x", "per": "day"}, "budgets.0: limits nothing; it needs usd, tokens or requests."),
        ({"id": "x", "usd": 1}, "budgets.0.per: is required."),
        (
            DAILY | {"per": "minutes"},
            "budgets.0.per: expected one of minute, hour, day, month, not 'minutes'. Did you mean 'minute'?",
        ),
        (DAILY | {"per": "week"}, "budgets.0.per: expected one of minute, hour, day, month, not 'week'."),
        (DAILY | {"eahc": "team"}, "budgets.0.eahc: there is no such key. Did you mean 'each'?"),
        (DAILY | {"usd": -1}, "budgets.0.usd: expected at least 0, not -1."),
        (DAILY | {"usd": True}, "budgets.0.usd: expected a number, not true or false."),
        (DAILY | {"usd": float("inf")}, "budgets.0.usd: expected a number, not infinity."),
        (DAILY | {"requests": 0}, "budgets.0.requests: expected at least 1, not 0."),
        (DAILY | {"tokens": 1.5}, "budgets.0.tokens: expected a whole number, not a fraction."),
        (
            DAILY | {"where": {"customer": 7}},
            "budgets.0.where.customer: expected text, not a number; put it in quotes.",
        ),
        (
            DAILY | {"deployments": ["gpt", "glm-clod"]},
            (
                "budgets.0.deployments.1: 'glm-clod' is neither a deployment nor the model of one. "
                "Did you mean 'glm-cloud'?"
            ),
        ),
        (
            DAILY | {"deployments": "mistral/large"},
            "budgets.0.deployments.0: 'mistral/large' is neither a deployment nor the model of one.",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(budget, told):
    assert complaint(budget) == f"mapping: {told}"


def test_two_budgets_need_two_names():
    assert complaint(DAILY, DAILY) == (
        "mapping: budgets.1.id: 'daily' is the id of budgets.0 too; each needs its own."
    )


@pytest.mark.parametrize("name", ["glm-cloud", "zhipu/glm-5.2", "glm-5.2"])
def test_a_deployment_is_named_by_its_id_or_its_model(name):
    source = {"deployments": DEPLOYMENTS, "budgets": [DAILY | {"usd": 0, "deployments": name}]}
    router = Router(assemble(source, environ={"ZHIPU_API_KEY": "k", "OPENAI_API_KEY": "k"}))
    assert list(router.decide("Hello").excluded) == ["glm-cloud"]
