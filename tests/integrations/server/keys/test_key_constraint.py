"""What a key forbids is not asked: not first, not as a fallback, not by a panel, a judge or a classifier."""

import re
from typing import Any

import pytest

from interlock import (
    AllAttemptsFailed,
    Classification,
    ConfigError,
    Constraints,
    NoDeployment,
    Request,
    StoreError,
    Unavailable,
    hookimpl,
)
from interlock.protocols import Ruling
from interlock.testing import scripted_providers, scripted_router
from interlock_server.keys import KeyRules
from interlock_server.keys.checking import check_names
from interlock_server.principals import KEY, Principal
from server_keyrings import Told


def routed(keys: Told, scripts: dict[str, Any], *plugins: Any, **config: Any) -> Any:
    return scripted_router(scripts, plugins=[KeyRules(keys), *plugins], **config)


def asked(router: Any) -> dict[str, int]:
    return {each.facts.name: len(each.calls) for each in scripted_providers(router) if each.calls}


def by(principal: Principal, **options: Any) -> dict[str, Any]:
    constraints = principal.constraints.tightened(options.pop("constraints", Constraints()))
    return {"metadata": {KEY: principal.id}, "constraints": constraints, **options}


def may(*models: str, **rules: Any) -> Principal:
    return Principal(id="desk", models=frozenset(models) or None, **rules)


def test_the_best_model_is_not_asked_where_the_key_forbids_it() -> None:
    for name in ("b", "scripted/b"):
        principal = may(name)
        router = routed(Told.of(principal), {"a": [], "b": ["fine"]})
        response = router.complete_sync("Hello.", **by(principal))
        assert response.deployment == "b"
        assert response.record.decision.excluded == {"a": "the key desk does not allow scripted/a"}


def test_a_model_that_is_named_is_not_asked_either() -> None:
    principal = may("b")
    router = routed(Told.of(principal), {"a": [], "b": []})
    with pytest.raises(NoDeployment) as caught:
        router.complete_sync("Hello.", **by(principal, model="a"))
    assert caught.value.excluded["a"] == "the key desk does not allow scripted/a"
    assert asked(router) == {}


def test_no_fallback_leads_to_what_the_key_forbids() -> None:
    principal = may("a")
    router = routed(Told.of(principal), {"a": [Unavailable("down")], "b": []})
    with pytest.raises(Unavailable):
        router.complete_sync("Hello.", **by(principal))
    assert asked(router) == {"a": 1}


def test_requests_of_others_are_left_alone() -> None:
    router = routed(Told.of(may("b")), {"a": ["fine"], "b": []})
    assert router.complete_sync("Hello.").deployment == "a"


def test_an_unrestricted_key_may_have_everything() -> None:
    principal = may()
    router = routed(Told.of(principal), {"a": ["fine"], "b": []})
    assert router.complete_sync("Hello.", **by(principal)).deployment == "a"


def test_a_task_that_is_none_of_the_keys_is_not_served() -> None:
    principal = may(tasks=frozenset({"conversational", "quantitative"}))
    router = routed(Told.of(principal), {"a": ["fine"]})
    assert router.complete_sync("Hello.", **by(principal, task="quantitative")).deployment == "a"
    with pytest.raises(NoDeployment) as caught:
        router.complete_sync("Hello.", **by(principal, task="code_generation"))
    rule = "the key desk is for conversational, quantitative alone, and the task is code_generation"
    assert caught.value.excluded == {"a": rule}


class Opinion:
    """A classifier that asks a model, and is sure of its task then."""

    api = 1
    name = "opinion"

    def __init__(self, task: str) -> None:
        self.task = task

    @hookimpl
    def interlock_classifiers(self) -> Any:
        return [self]

    def classify(self, call: Any) -> Classification:
        return Classification(task="conversational", confidence=0.1)

    async def refine(self, call: Any, sofar: Classification) -> Classification:
        await call.ask(Request("Which task?"))
        return Classification(task=self.task, confidence=1.0)


def test_a_task_that_turns_out_on_the_way_is_held_to_the_key_too() -> None:
    principal = may("b", tasks=frozenset({"conversational"}))
    router = routed(Told.of(principal), {"a": [], "b": ["hm"]}, Opinion("code_generation"))
    with pytest.raises(NoDeployment) as caught:
        router.complete_sync("Hm.", **by(principal))
    assert "the task is code_generation" in caught.value.excluded["b"]
    # The classifier's question went where the key allows, and nowhere else.
    assert asked(router) == {"b": 1}


class Asks:
    """An arbiter that asks every judge."""

    api = 1
    name = "asks"
    asks = True

    @hookimpl
    def interlock_arbiters(self) -> Any:
        return [self]

    async def arbitrate(self, call: Any) -> Ruling:
        for judge in range(call.judges):
            await call.ask(Request("Which is better?"), judge)
        return Ruling(chosen=(call.members[0].label,))


def panel(keys: Told, **scripts: Any) -> Any:
    ensembles = {"trio": {"members": ["a", "b", "c"], "mode": "asks", "arbiter": ["d", "e"], "quorum": 2}}
    return routed(keys, scripts, Asks(), ensembles=ensembles)


def test_panels_arbiters_and_judges_are_bound_to_the_key() -> None:
    principal = may("b", "c", "e", "trio")
    router = panel(Told.of(principal), a=[], b=["x"], c=["y"], d=[], e=["A"])
    response = router.complete_sync("Which?", ensemble="trio", **by(principal))
    assert asked(router) == {"b": 1, "c": 1, "e": 1}
    assert response.text == "x"


def test_an_ensemble_that_is_none_of_the_keys_is_not_asked() -> None:
    principal = may("a", "b", "c", "d", "e")
    router = panel(Told.of(principal), a=[], b=[], c=[], d=[], e=[])
    with pytest.raises(NoDeployment) as caught:
        router.complete_sync("Which?", ensemble="trio", **by(principal))
    assert set(caught.value.excluded.values()) == {"the key desk does not allow the ensemble trio"}
    assert asked(router) == {}


def test_an_arbiter_that_the_key_forbids_is_no_reason_to_ask_the_members() -> None:
    principal = may("b", "c", "trio")
    router = panel(Told.of(principal), a=[], b=[], c=[], d=[], e=[])
    with pytest.raises(NoDeployment, match="the arbiter's models"):
        router.complete_sync("Which?", ensemble="trio", **by(principal))
    assert asked(router) == {}


def test_a_key_that_nobody_knows_any_more_allows_nothing() -> None:
    principal = may()
    router = routed(Told.of(), {"a": []})
    with pytest.raises(NoDeployment) as caught:
        router.complete_sync("Hello.", **by(principal))
    assert caught.value.excluded == {"a": "the key desk has expired, or was revoked"}


def test_a_key_that_is_revoked_while_its_call_goes_on_allows_no_further_attempt() -> None:
    principal = may()
    keys = Told.of(principal)

    def revoked(_: Any) -> Exception:
        keys.principals.clear()
        return Unavailable("down")

    router = routed(keys, {"a": [revoked], "b": []})
    with pytest.raises(AllAttemptsFailed) as caught:
        router.complete_sync("Hello.", **by(principal))
    assert asked(router) == {"a": 1}
    assert "b was allowed and is no longer: the key desk has expired, or was revoked" in str(caught.value)


def test_what_a_key_loses_while_its_call_goes_on_is_lost_at_once() -> None:
    principal = may()
    keys = Told.of(principal)

    def tightened(_: Any) -> Exception:
        keys.principals["desk"] = may(constraints=Constraints(residency=frozenset({"eu"})))
        return Unavailable("down")

    router = routed(keys, {"a": [tightened], "b": []})
    with pytest.raises(AllAttemptsFailed, match="the request is not under the constraints of the key desk"):
        router.complete_sync("Hello.", **by(principal))
    assert asked(router) == {"a": 1}


def test_keys_that_cannot_be_looked_up_allow_nothing() -> None:
    principal = may()
    router = routed(Told(fails=StoreError("down")), {"a": []})
    with pytest.raises(NoDeployment) as caught:
        router.complete_sync("Hello.", **by(principal))
    assert caught.value.excluded == {"a": "what the key desk allows cannot be looked up now"}


@pytest.mark.parametrize(
    ("theirs", "ours", "served"),
    [
        ({}, {}, True),
        ({"residency": "eu"}, {}, True),
        ({"residency": "eu"}, {"residency": "de"}, True),
        ({"residency": "de"}, {"residency": "eu", "deny_vendors": "x"}, True),
        ({"deny_vendors": "scripted"}, {}, False),
    ],
)
def test_a_request_under_its_keys_constraints_is_served(theirs: Any, ours: Any, served: bool) -> None:
    principal = may(constraints=Constraints(**theirs).coded())
    router = routed(Told.of(principal), {"a": ["fine"]}, constraints={"residency": ["eu", "us"]})
    decision = router.decide("Hello.", **by(principal, constraints=Constraints(**ours)))
    assert bool(decision.shortlist) is served


async def test_a_request_that_forgot_its_keys_constraints_is_not_served() -> None:
    principal = may(constraints=Constraints(residency=frozenset({"eu"})))
    router = routed(Told.of(principal), {"a": []})
    with pytest.raises(NoDeployment) as caught:
        await router.complete("Hello.", metadata={KEY: "desk"})
    assert caught.value.excluded == {"a": "the request is not under the constraints of the key desk"}


async def test_streams_are_bound_as_plain_calls_are() -> None:
    principal = may("b")
    router = routed(Told.of(principal), {"a": [], "b": ["fine"]})
    stream = router.stream("Hello.", **by(principal))
    assert "".join([chunk.text async for chunk in stream]) == "fine"
    assert asked(router) == {"b": 1}


@pytest.mark.parametrize(
    ("rules", "key", "words"),
    [
        ({"models": {"scripted/bb"}}, "desk.models", "Did you mean 'scripted/b'?"),
        ({"models": {"cheap"}}, "desk.models", "'cheap' is another name; write scripted/a."),
        ({"models": {"trios"}}, "desk.models", "Did you mean 'trio'?"),
        ({"tasks": {"conversation"}}, "desk.tasks", "Did you mean 'conversational'?"),
        ({"tasks": {"x"}}, "desk.tasks", "'x' is no task; there are"),
        ({"constraints": Constraints(deny_vendors="scriptd")}, "desk.constraints.deny_vendors", "scriptd"),
        ({"constraints": Constraints(sensitivity="personel")}, "desk.constraints.sensitivity", "personel"),
    ],
)
def test_a_key_that_names_what_is_not_there_is_refused(rules: Any, key: str, words: str) -> None:
    ensembles = {"trio": {"members": ["a", "b"]}}
    policies = {"default": "personal", "rules": [{"id": "r", "level": "personal", "permit": "any"}]}
    aliases = {"aliases": {"cheap": "a"}}
    router = scripted_router({"a": [], "b": []}, ensembles=ensembles, policies=policies, models=aliases)
    tasks = frozenset({router.tasks[0]})
    fine = Principal(id="fine", models=frozenset({"a", "scripted/b", "trio"}), tasks=tasks)
    with pytest.raises(ConfigError, match=re.escape(words)) as caught:
        check_names([Principal(id="desk", **rules)], router, "keys.yaml", strict=True)
    assert (caught.value.key, caught.value.source) == (key, "keys.yaml")
    check_names([Principal(id="desk"), fine], router, strict=True)


def test_a_model_that_may_come_again_is_only_logged(caplog: pytest.LogCaptureFixture) -> None:
    router = scripted_router({"a": []})
    check_names([may("a", "scripted/b")], router)
    what = "the key desk: there is no model, deployment or ensemble 'scripted/b' here."
    assert f"{what} Did you mean 'scripted/a'?" in caplog.text
