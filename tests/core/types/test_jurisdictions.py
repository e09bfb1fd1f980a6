from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.errors import RequestError
from interlock.types.jurisdictions import (
    UnknownRegionError,
    is_inside,
    jurisdictions_of,
    lies_in,
    normalise,
    place_of,
    satisfies,
    touching,
)
from interlock.types.places import ALIBABA, AMAZON, AREAS, GOOGLE, MICROSOFT, NAMES
from interlock.types.request import Constraints

EU = frozenset({"eu"})
REGIONS = sorted(
    {
        region
        for table in (AMAZON, GOOGLE, MICROSOFT, ALIBABA)
        for names in table.values()
        for region in names.split()
    }
)
PLACES = sorted(NAMES)


def asks(*places: str) -> Constraints:
    return Constraints(residency=frozenset(places))


@pytest.mark.parametrize(
    ("region", "country"),
    [
        ("eu-central-1", "de"),
        ("eu-west-1", "ie"),
        ("eu-west-3", "fr"),
        ("eu-north-1", "se"),
        ("eu-south-2", "es"),
        ("eusc-de-east-1", "de"),
        ("europe-west4", "nl"),
        ("europe-southwest1", "es"),
        ("europe-central2", "pl"),
        ("westeurope", "nl"),
        ("West Europe", "nl"),
        ("northeurope", "ie"),
        ("swedencentral", "se"),
        ("polandcentral", "pl"),
        ("Germany", "de"),
        ("FR", "fr"),
    ],
)
def test_a_region_inside_the_eu_lies_in_its_country_and_in_the_eu(region: str, country: str) -> None:
    assert {country, "eu", "eea"} <= jurisdictions_of(region)
    assert satisfies(region, EU)
    assert satisfies(region, frozenset({country}))


@pytest.mark.parametrize(
    "region",
    [
        "eu-west-2",  # London
        "eu-central-2",  # Zurich
        "europe-west2",
        "europe-west6",
        "uksouth",
        "switzerlandnorth",
        "norwayeast",
        "no",
        "us",
        "cn",
        "us-east-1",
        "ap-southeast-1",
        "apac",
        "eea",
        "global",
        "",
        "atlantis",
    ],
)
def test_what_only_sounds_european_is_not_in_the_eu(region: str) -> None:
    assert not satisfies(region, EU)


def test_a_wide_region_does_not_satisfy_a_narrow_residency() -> None:
    assert not satisfies("eu", frozenset({"de"}))
    assert not satisfies("us", frozenset({"california"}))
    assert satisfies("us-west-1", frozenset({"us"}))
    assert satisfies("norwayeast", frozenset({"eea"}))


def test_alibabas_region_names_mean_alibabas_places() -> None:
    assert satisfies("eu-west-1", EU, "bedrock")
    assert not satisfies("eu-west-1", EU, "alibaba")
    assert satisfies("eu-west-1", frozenset({"uk"}), "alibaba")
    assert not satisfies("cn-hongkong", frozenset({"cn"}), "alibaba")


def test_local_satisfies_every_residency_and_global_none() -> None:
    for place in PLACES:
        assert satisfies("local", frozenset({place}))
        assert not satisfies("global", frozenset({place}))
    assert satisfies("global", frozenset())


@given(st.sampled_from(REGIONS))
def test_every_cloud_region_lies_in_a_known_place_and_in_itself_alone(region: str) -> None:
    places = jurisdictions_of(region)
    assert places
    assert places <= set(PLACES)
    assert not (places & set(AREAS["eu"].split()) and "eu" not in places)


def test_all_27_members_are_in_the_eu() -> None:
    members = AREAS["eu"].split()
    assert len(members) == 27
    assert all(is_inside(frozenset({member}), "eu") for member in members)


def test_is_inside_asks_it_of_every_jurisdiction() -> None:
    assert is_inside(frozenset({"eu"}), "eu")
    assert is_inside(frozenset({"de", "france"}), "eu")
    assert not is_inside(frozenset({"de", "us"}), "eu")
    assert not is_inside(frozenset({"uk"}), "eu")
    assert not is_inside(frozenset(), "eu")


def test_a_misspelt_region_gets_the_nearest_one() -> None:
    with pytest.raises(UnknownRegionError, match="'eu-cental-1' is no known") as caught:
        normalise("eu-cental-1")
    assert caught.value.suggestion == "eu-central-1"
    with pytest.raises(UnknownRegionError, match="write eu, eea, or the country"):
        normalise("Europe")


@given(st.text(max_size=20))
def test_any_text_is_a_region_or_an_error(text: str) -> None:
    try:
        assert normalise(text)
    except UnknownRegionError:
        assert not satisfies(text, EU)


@pytest.mark.parametrize(
    ("policy", "request_", "both"),
    [
        (("eu",), ("de",), {"de"}),
        (("de",), ("eu",), {"de"}),
        (("eu", "us"), ("france", "cn"), {"fr"}),
        ((), ("eu",), {"eu"}),
        (("eu",), (), {"eu"}),
        (("eea",), ("eu", "no"), {"eu", "no"}),
        (("eu",), ("us",), {"nowhere"}),
        (("local",), ("eu",), {"local"}),
    ],
)
def test_a_request_tightens_the_residency(
    policy: tuple[str, ...], request_: tuple[str, ...], both: set[str]
) -> None:
    assert asks(*policy).tightened(asks(*request_)).residency == both


places = st.frozensets(st.sampled_from(PLACES), max_size=3)


@given(places, places, st.sampled_from([*PLACES, *REGIONS, "global", ""]))
def test_what_is_left_is_allowed_by_both_and_by_nothing_less(
    policy: frozenset[str], request_: frozenset[str], region: str
) -> None:
    left = asks(*policy).tightened(asks(*request_)).residency
    assert satisfies(region, left) == (satisfies(region, policy) and satisfies(region, request_))


def test_nothing_else_is_relaxed_either() -> None:
    policy = Constraints(on_premise=True, deny_vendors={"deepseek"})
    left = policy.tightened(Constraints(deny_vendors={"alibaba"}))
    assert left == Constraints(on_premise=True, deny_vendors={"deepseek", "alibaba"})


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("germny", "'germny' is no known jurisdiction or cloud region. Did you mean 'germany'?"),
        ("global", "leave the residency out to allow anywhere."),
        ("eu-central-1", "eu-central-1 is a cloud region; a residency is a jurisdiction. Did you mean 'de'?"),
    ],
)
def test_a_residency_that_cannot_be_meant_is_refused(place: str, message: str) -> None:
    with pytest.raises(RequestError) as caught:
        Constraints().tightened(asks(place))
    assert caught.value.key == "constraints.residency"
    assert message in str(caught.value)


def test_a_region_may_be_several_places_in_any_order_and_spelling() -> None:
    assert normalise("eu+CH") == normalise("Switzerland + european-union") == "ch+eu"
    assert normalise("eu-central-1+uksouth") == "de+uk"
    assert normalise("eu-west-1+ch", "alibaba") == "ch+uk"
    assert normalise("eu+eu") == "eu"


@pytest.mark.parametrize(
    ("region", "place"),
    [("eu+global", "global"), ("local+eu", "eu"), ("local+local", "local"), ("local+global", "global")],
)
def test_global_swallows_every_place_and_local_adds_none(region: str, place: str) -> None:
    assert normalise(region) == place


@pytest.mark.parametrize("region", ["eu+", "+", "eu++ch", " + eu"])
def test_a_place_that_is_missing_beside_another_is_refused(region: str) -> None:
    with pytest.raises(UnknownRegionError, match=r"lacks a place beside its \+"):
        normalise(region)
    assert not satisfies(region, EU)


def test_a_set_satisfies_what_holds_each_of_its_places() -> None:
    assert satisfies("de+fr", EU)
    assert not satisfies("ch+eu", EU)
    assert satisfies("ch+eu", frozenset({"eu", "ch"}))
    assert satisfies("ch+eu", frozenset({"eu+ch"}))
    assert jurisdictions_of("de+fr") == {"eu", "eea"}
    assert jurisdictions_of("ch+eu") == frozenset()


@pytest.mark.parametrize("region", ["ch", "uk", "eea", "no", "ch+eu", "eu+uk"])
def test_eu_means_neither_switzerland_nor_the_uk_nor_the_eea(region: str) -> None:
    assert not satisfies(region, EU)
    assert not satisfies("eu", frozenset({"ch", "uk", "no", "de"}))


regions = st.sampled_from([*PLACES, *REGIONS, "local", "global", ""])
sets = st.lists(st.sampled_from([*PLACES, *REGIONS, "local", "global"]), min_size=1, max_size=5)


@given(sets, sets, st.frozensets(st.sampled_from(PLACES), min_size=1, max_size=4))
def test_one_place_more_never_admits_more(some: list[str], more: list[str], allowed: frozenset[str]) -> None:
    narrow, wide = "+".join(some), "+".join([*some, *more])
    if set(some) != {"local"} and satisfies(wide, allowed):
        assert satisfies(narrow, allowed)
    assert satisfies(wide, allowed) == (satisfies(narrow, allowed) and satisfies("+".join(more), allowed))


@given(sets, st.randoms())
def test_the_order_of_places_says_nothing_and_a_normal_form_stays(some: list[str], dice: Any) -> None:
    other = dice.sample(some, len(some))
    assert place_of("+".join(some)) == place_of("+".join(other))
    normal = normalise("+".join(some))
    assert normalise(normal) == normal
    assert jurisdictions_of("+".join(some)) == jurisdictions_of(normal)


@given(regions, regions)
def test_what_lies_in_another_region_meets_every_residency_that_the_other_meets(one: str, other: str) -> None:
    if lies_in(one, other):
        assert all(
            satisfies(one, frozenset({place})) for place in PLACES if satisfies(other, frozenset({place}))
        )


def test_what_a_region_touches_are_its_areas_and_what_lies_in_it() -> None:
    assert touching("de") == {"de", "eu", "eea"}
    assert touching("us-west-1") == {"us-ca", "us"}
    assert {"de", "fr", "eu", "eea"} <= (touching("eu") or set())
    assert "no" not in (touching("eu") or set())
    assert touching("local") == frozenset()
    assert touching("global") is touching("atlantis") is touching("") is None
