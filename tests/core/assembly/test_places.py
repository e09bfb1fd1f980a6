"""Where deployments are: one place or several, and what the user says of how they handle requests."""

from typing import Any

import pytest

from interlock import ConfigError, Router
from interlock.assembly import assemble
from interlock.types.handling import UNRECORDED, Handling
from interlock.types.models import Deployment

THERE = {"id": "a", "model": "zhipu/glm-5.2", "provider": "vllm", "base_url": "http://10.0.0.5:8000/v1"}


def made(**changes: Any) -> Deployment:
    wiring = assemble({"deployments": [{**THERE, "region": "eu", **changes}]}, environ={})
    return wiring.deployments["a"]


def excluded(deployment: dict[str, Any], **constraints: Any) -> dict[str, str]:
    source = {"deployments": [{**THERE, "region": "eu", **deployment}]}
    router = Router(assemble(source, environ={}))
    return dict(router.decide("Hello", constraints=constraints).excluded)


@pytest.mark.parametrize("region", [["eu", "ch"], "eu+ch", "ch + eu", ["Switzerland", "eu"]])
def test_a_region_may_be_a_set_of_places(region: Any) -> None:
    assert made(region=region).region == "ch+eu"
    assert excluded({"region": region}, residency=["eu"]) == {
        "a": "processed in ch+eu; the residency allows eu only"
    }
    assert not excluded({"region": region}, residency=["eu", "ch"])


def test_the_shortlist_names_every_place() -> None:
    router = Router(assemble({"deployments": [{**THERE, "region": ["eu", "ch"]}]}, environ={}))
    assert [each.region for each in router.decide("Hello").shortlist] == ["ch+eu"]


@pytest.mark.parametrize("region", [["eu", "germny"], "eu+germny"])
def test_a_misspelt_place_of_a_set_gets_the_nearest_one(region: Any) -> None:
    with pytest.raises(ConfigError) as caught:
        made(region=region)
    assert (caught.value.key, caught.value.suggestion) == ("deployments.0.region", "germany")


def test_without_a_word_on_it_nothing_is_known_of_how_requests_are_handled() -> None:
    assert made().handling == UNRECORDED
    assert set(excluded({}, storage=["eu"])) == set(excluded({}, deny_laws=["us"])) == {"a"}


def test_what_the_user_knows_of_it_counts() -> None:
    said = {
        "stored": ["germany", "fr"],
        "operator": "Ireland",
        "parent": "fr",
        "agreements": "DPA, scc",
        "retention_days": 30,
        "training": False,
    }
    assert made(handling=said).handling == Handling(
        stored="de+fr",
        operator="ie",
        parent="fr",
        agreements=frozenset({"dpa", "scc"}),
        retention_days=30,
        training=False,
    )
    assert not excluded({"handling": said}, storage=["eu"], deny_laws=["us"])


def test_on_the_users_own_ground_nothing_is_elsewhere_unless_said_otherwise() -> None:
    own = {"on_premise": True, "region": "ch"}
    assert not excluded(own, storage=["ch"], deny_laws=["us", "eu"])
    kept_elsewhere = own | {"handling": {"stored": "us", "operator": "us"}}
    assert set(excluded(kept_elsewhere, storage=["ch"])) == {"a"}
    assert set(excluded(kept_elsewhere, deny_laws=["us"])) == {"a"}


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ({"stored": "germny"}, "stored"),
        ({"operator": "global"}, "operator"),
        ({"parent": "atlantis"}, "parent"),
        ({"retention_days": -1}, "retention_days"),
        ({"retension_days": 1}, "retension_days"),
        ({"training": "perhaps"}, "training"),
    ],
)
def test_a_slip_in_it_is_named(said: dict[str, Any], key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        made(handling=said)
    assert caught.value.key == f"deployments.0.handling.{key}"


def test_storage_and_laws_are_configured_for_every_request() -> None:
    rules = {"storage": ["Germany"], "deny_laws": ["usa"]}
    source = {"deployments": [{**THERE, "region": "eu"}], "constraints": rules}
    decision = Router(assemble(source, environ={})).decide("Hello")
    assert decision.excluded == {"a": "may be stored anywhere; storage is allowed in de only"}
    with pytest.raises(ConfigError) as caught:
        assemble(source | {"constraints": {"deny_laws": ["eu-central-1"]}}, environ={})
    assert (caught.value.key, caught.value.suggestion) == ("constraints.deny_laws", "de")
