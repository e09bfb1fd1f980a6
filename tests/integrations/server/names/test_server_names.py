"""What names of models stand for, and for whom."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock import ConfigError, Router
from interlock_server.names import ModelNames
from interlock_server.principals import Principal
from interlock_server.problems import Rejected


def served(id_, model):
    url = {"base_url": "http://127.0.0.1:9/v1", "region": "local", "api_key": "env:NONE"}
    return {"id": id_, "model": model, "provider": "openai-compatible", "name": f"{id_}-there", **url}


CONFIG = {
    "deployments": [
        served("near", "openai/gpt-5.5"),
        served("far", "openai/gpt-5.5"),
        served("other", "mistral/mistral-large-3"),
    ],
    "ensembles": {"jury": {"members": ["near", "mistral/mistral-large-3"]}},
}
ALIASES = {"fast": "near", "wise": "jury", "talk": "conversational"}


@pytest.fixture(scope="module")
def router():
    with Router.from_config(CONFIG) as router:
        yield router


@pytest.fixture(scope="module")
def names(router):
    return ModelNames(router, ALIASES, created=1_700_000_000)


def key(**fields):
    return Principal(id="k", **fields)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("", {}),
        ("auto", {}),
        ("near", {"model": "near"}),
        ("openai/gpt-5.5", {"model": "openai/gpt-5.5"}),
        ("gpt-5.5", {"model": "gpt-5.5"}),
        ("far-there", {"model": "far-there"}),
        ("jury", {"ensemble": "jury"}),
        ("conversational", {"task": "conversational"}),
        ("fast", {"model": "near"}),
        ("wise", {"ensemble": "jury"}),
        ("talk", {"task": "conversational"}),
    ],
)
def test_a_name_stands_for_a_model_an_ensemble_or_a_task(names, router, name, options):
    assert names.meaning(name, None) == options
    router.decide("hello", **{name: each for name, each in options.items() if name != "ensemble"})


@pytest.mark.parametrize(
    "name", ["gpt-5.6-nope", "anthropic/claude-4-opus", "Auto ", "x" * 100_000, "\x00", "nea"]
)
def test_a_name_that_nothing_has_is_not_found(names, name):
    with pytest.raises(Rejected) as caught:
        names.meaning(name, None)
    problem = caught.value.problem
    assert (problem.status, problem.code, problem.param) == (404, "model_not_found", "model")
    assert len(problem.message) < 1_500


def test_the_nearest_name_is_told(names):
    with pytest.raises(Rejected) as caught:
        names.meaning("openai/gpt-5.6", None)
    assert "'openai/gpt-5.5'" in caught.value.problem.message


def test_a_key_does_not_learn_what_others_may_use(names):
    narrow = key(models=frozenset({"mistral/mistral-large-3"}), tasks=frozenset({"conversational"}))
    for name in ("near", "openai/gpt-5.5", "gpt-5.5", "fast", "jury", "wise", "code_generation"):
        with pytest.raises(Rejected) as forbidden:
            names.meaning(name, narrow)
        with pytest.raises(Rejected) as unknown:
            names.meaning("nobodys", narrow)
        told = forbidden.value.problem.message.replace(repr(name), "X")
        assert (
            told.partition(" Did")[0].partition(" With")[0]
            == unknown.value.problem.message.replace("'nobodys'", "X")
            .partition(" With")[0]
            .partition(" Did")[0]
        )
        assert "near'" not in told
        assert "gpt-5.5'" not in told
    assert names.meaning("other", narrow) == {"model": "other"}
    assert [each["id"] for each in names.listing(narrow)["data"]] == [
        "auto", "talk", "other", "mistral/mistral-large-3", "conversational",
    ]  # fmt: skip


def test_an_ensemble_needs_to_be_allowed_and_some_member_too(names):
    assert names.meaning("jury", key(models=frozenset({"jury", "near"}))) == {"ensemble": "jury"}
    for models in ({"jury"}, {"near"}, {"jury", "far"}):
        with pytest.raises(Rejected):
            names.meaning("jury", key(models=frozenset(models)))


def test_everything_is_listed_once_for_whoever_may_use_all(names):
    listing = names.listing(None)
    ids = [each["id"] for each in listing["data"]]
    assert len(ids) == len(set(ids))
    assert {"auto", "fast", "wise", "near", "far", "openai/gpt-5.5", "jury", "conversational"} <= set(ids)
    assert (listing["object"], listing["has_more"], listing["first_id"]) == ("list", False, "auto")
    assert names.listing(key()) == listing
    for each in listing["data"]:
        assert names.entry(each["id"], None) == each
        assert each["object"] == "model"
    near = names.entry("near", None)
    assert (near["owned_by"], near["created"], near["created_at"]) == (
        "openai",
        1_700_000_000,
        "2023-11-14T22:13:20Z",
    )


@pytest.mark.parametrize(
    ("options", "param"),
    [
        ({"task": "code_generation"}, "interlock.task"),
        ({"ensemble": "jury"}, "interlock.ensemble"),
        ({"ensemble": {"members": ["other", "near"]}}, "interlock.ensemble"),
        ({"ensemble": {"members": ["other", "other"], "mode": "x", "arbiter": "near"}}, "interlock.ensemble"),
        ({"ensemble": {"members": ["other", "conversational"]}}, "interlock.ensemble"),
    ],
)
def test_a_bodys_own_options_name_nothing_else(names, options, param):
    narrow = key(models=frozenset({"other"}), tasks=frozenset({"conversational"}))
    with pytest.raises(Rejected) as caught:
        names.check(options, narrow, "interlock")
    assert (caught.value.problem.status, caught.value.problem.param) == (404, param)
    names.check({"task": "conversational", "ensemble": {"members": ["other", "other"]}}, narrow, "interlock")
    names.check({}, narrow, "interlock")


@pytest.mark.parametrize(
    ("aliases", "key_"),
    [
        ({"near": "far"}, "server.aliases.near"),
        ({"auto": "near"}, "server.aliases.auto"),
        ({"conversational": "near"}, "server.aliases.conversational"),
        ({"quick": "nobody"}, "server.aliases.quick"),
        ({"quick": "fast", "fast": "near"}, "server.aliases.quick"),
    ],
)
def test_an_alias_that_means_two_things_or_nothing_is_refused_at_start(router, aliases, key_):
    with pytest.raises(ConfigError) as caught:
        ModelNames(router, aliases, created=0)
    assert caught.value.key == key_


def test_where_keys_alone_say_what_may_be_called_their_vendors_models_may_be_named(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    with Router.from_config() as router:
        names = ModelNames(router, {}, created=0)
        assert names.meaning("openai:gpt-4o-mini", None) == {"model": "openai:gpt-4o-mini"}
        assert names.meaning("openai:gpt-4o-mini", key()) == {"model": "openai:gpt-4o-mini"}
        with pytest.raises(Rejected):
            names.meaning("openai:gpt-4o-mini", key(models=frozenset({"openai/gpt-5.5"})))
        with pytest.raises(Rejected):
            names.meaning("nobodys", None)


def test_any_number_of_aliases_may_be_given(router):
    for count in range(9):
        aliases = {f"alias-{number}": "near" for number in range(count)}
        names = ModelNames(router, aliases, created=0)
        assert all(names.meaning(alias, None) == {"model": "near"} for alias in aliases)


@pytest.mark.parametrize("name", ["auto", "jury", "conversational"])
def test_a_deployment_that_is_called_as_something_else_is_refused_at_start(name):
    config = CONFIG | {"deployments": [*CONFIG["deployments"], served(name, "openai/gpt-5.5")]}
    with Router.from_config(config) as router, pytest.raises(ConfigError, match=name):
        ModelNames(router, {}, created=0)


@given(name=st.text(), models=st.none() | st.frozensets(st.sampled_from(["near", "jury", "openai/gpt-5.5"])))
def test_any_name_is_known_or_refused(names, name, models):
    try:
        assert len(names.meaning(name, key(models=models))) <= 1
    except Rejected as error:
        problem = error.problem
    else:
        return
    assert problem.status == 404
