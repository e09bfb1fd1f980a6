"""Configuration meets catalog and plugins: what is wired, and what is refused with a way out."""

import pytest

from interlock import ConfigError, Router
from interlock.assembly import assemble
from interlock.http import secrets_of
from interlock.types.models import Timeouts

DEPLOYMENT = {"id": "a", "model": "openai/gpt-5.5", "provider": "openai"}


def wire(environ=None, **deployment):
    wiring = assemble({"deployments": [DEPLOYMENT | deployment]}, environ=environ or {})
    return wiring.deployments["a"]


def test_what_is_left_out_comes_from_card_and_provider():
    deployment = wire({"OPENAI_API_KEY": "k"})
    assert (deployment.base_url, deployment.region) == ("https://api.openai.com/v1", "global")
    assert (deployment.name, deployment.timeouts) == ("gpt-5.5", Timeouts())
    assert (deployment.credential.secret.reveal(), deployment.credential.source) == (
        "k",
        "env:OPENAI_API_KEY",
    )


def test_what_is_given_wins():
    deployment = wire(
        name="gpt-eu",
        region="eu-central-1",
        base_url="https://eu.example.com/v1/",
        api_key="value",
        headers={"x-team": "blue"},
        extra_body={"service_tier": "flex"},
        timeouts={"answer": 7},
        proxy="http://127.0.0.1:3128",
        on_premise=True,
    )
    assert (deployment.name, deployment.region) == ("gpt-eu", "eu-central-1")
    assert deployment.base_url == "https://eu.example.com/v1"
    assert deployment.timeouts == Timeouts(answer=7)
    assert deployment.network.proxy == "http://127.0.0.1:3128"
    assert (dict(deployment.headers), deployment.on_premise) == ({"x-team": "blue"}, True)


def test_timeouts_of_the_router_are_those_of_every_deployment():
    config = {"deployments": [DEPLOYMENT], "timeouts": {"answer": 5, "total": 9}}
    assert assemble(config, environ={}).deployments["a"].timeouts == Timeouts(answer=5, total=9)


def test_a_key_may_come_from_a_variable_or_a_file(tmp_path):
    (tmp_path / "key").write_text("from-file\n")
    assert wire({"MY_KEY": "from-env"}, api_key="env:MY_KEY").credential.secret.reveal() == "from-env"
    assert wire(api_key=f"file:{tmp_path / 'key'}").credential.secret.reveal() == "from-file"


def test_a_header_may_come_from_a_variable_or_a_file_and_is_never_shown(tmp_path):
    (tmp_path / "token").write_text("from-a-file\n")
    headers = {"x-team": "env:TEAM", "x-token": f"file:{tmp_path / 'token'}", "x-note": "as it is"}
    deployment = wire({"MY_KEY": "k", "TEAM": "out-of-a-variable"}, api_key="env:MY_KEY", headers=headers)
    assert dict(deployment.headers) == {
        "x-team": "out-of-a-variable",
        "x-token": "from-a-file",
        "x-note": "as it is",
    }
    assert {"out-of-a-variable", "from-a-file"} <= secrets_of(deployment)
    assert "out-of-a-variable" not in repr(deployment)


@pytest.mark.parametrize("key", [{}, {"api_key": "env:MY_KEY"}])
def test_a_header_whose_variable_is_not_set_excludes_and_says_so(key):
    written = DEPLOYMENT | key | {"headers": {"x-team": "env:TEAM"}}
    environ = {"MY_KEY": "k", "OPENAI_API_KEY": "k"}
    router = Router(assemble({"deployments": [written]}, environ=environ))
    assert router.decide("Hello").excluded == {"a": "TEAM is not set, for the header x-team"}


def test_a_header_whose_file_is_not_there_is_named():
    with pytest.raises(ConfigError, match=r"deployments\.0\.headers\.x-team: there is no file gone"):
        assemble({"deployments": [DEPLOYMENT | {"headers": {"x-team": "file:gone"}}]}, environ={})


def test_a_variable_that_is_not_set_excludes_and_says_so():
    router = Router(assemble({"deployments": [DEPLOYMENT | {"api_key": "env:MY_KEY"}]}, environ={}))
    assert router.decide("Hello").excluded == {"a": "MY_KEY is not set"}


@pytest.mark.parametrize(
    ("change", "key", "words", "suggestion"),
    [
        ({"model": "openai/gpt-55"}, "model", "no model", "openai/gpt-5.5"),
        ({"provider": "opnai"}, "provider", "no provider", "openai"),
        ({"provider": "openai-compatible", "region": "eu"}, "base_url", "is missing", None),
        ({"provider": "openai-compatible", "base_url": "http://10.0.0.5/v1"}, "region", "is missing", None),
        ({"region": "germny"}, "region", "germny", "germany"),
        ({"region": "local", "base_url": "https://example.com/v1"}, "region", "this machine", None),
        ({"base_url": "https://:70000000/"}, "base_url", "", None),
        ({"region": "eu", "base_url": "https://a.example.com/v1?x=1"}, "base_url", "holds a query", None),
        ({"region": "eu", "base_url": "https://a.example.com/v1#x"}, "base_url", "holds a fragment", None),
        (
            {"region": "eu", "base_url": "https://a.example.com/v1/chat/completions/"},
            "base_url",
            "ends in /chat/completions",
            None,
        ),
        ({"provider": "azure", "region": "eu", "base_url": "https://a.example.com/#x"}, "base_url", "", None),
        ({"api_key": "file:nowhere"}, "api_key", "no file", None),
    ],
)
def test_a_deployment_that_cannot_be_used_names_its_key(change, key, words, suggestion):
    with pytest.raises(ConfigError) as caught:
        wire(**change)
    assert caught.value.key == f"deployments.0.{key}"
    assert words in str(caught.value)
    assert caught.value.suggestion == suggestion


@pytest.mark.parametrize(
    ("config", "key"),
    [
        ({"routes": {"poetry": ["openai/gpt-5.5"]}}, "routes.poetry"),
        ({"routes": {"quantitative": ["zhipu/glm-5.2", "glm"]}}, "routes.quantitative.1"),
        ({"ensembles": {"x": {"members": ["glm-5.2", "nobody"], "mode": "vote"}}}, "ensembles.x.members.1"),
        (
            {"ensembles": {"x": {"members": ["glm-5.2", "gpt-5.5"], "arbiter": "nobody"}}},
            "ensembles.x.arbiter",
        ),
        ({"models": [{"id": "me/mine", "window": 3}]}, "models.0.window"),
        ({"constraints": {"deny_vendors": ["zhipu", "depseek"]}}, "constraints.deny_vendors.1"),
    ],
)
def test_names_that_mean_nothing_are_refused(config, key):
    with pytest.raises(ConfigError) as caught:
        assemble(config, environ={})
    assert caught.value.key == key


def test_an_error_in_a_file_names_its_line(tmp_path):
    file = tmp_path / "interlock.yaml"
    file.write_text("deployments:\n  - id: a\n    model: openai/gpt-5.6\n    provider: openai\n")
    with pytest.raises(ConfigError) as caught:
        Router.from_config(file)
    assert str(caught.value).startswith(f"{file}:3: deployments.0.model: ")


def test_a_model_of_ones_own_is_routed_like_any_other():
    wiring = assemble(
        {
            "models": [{"id": "me/mine", "maker": "Me", "jurisdiction": "de", "context_window": 1_000}],
            "deployments": [
                {"id": "a", "model": "mine", "provider": "vllm"},
                {"id": "b", "model": "gpt-5.5", "provider": "openai", "api_key": "k"},
            ],
            "routes": {"conversational": ["mine"]},
        },
        environ={},
    )
    decision = Router(wiring).decide("Hello")
    assert [candidate.model for candidate in decision.shortlist] == ["me/mine", "openai/gpt-5.5"]
    assert "a" in Router(wiring).decide("word " * 2_000).excluded


def test_the_best_endpoint_with_a_key_is_taken():
    deployments = assemble({}, environ={"OPENROUTER_API_KEY": "k"}).deployments
    assert {each.provider for each in deployments.values() if each.credential.secret} == {"openrouter"}
    assert deployments["openai/gpt-5.5"].name == "openai/gpt-5.5"


@pytest.mark.parametrize(
    ("keys", "provider", "warned"),
    [
        ({"ANTHROPIC_API_KEY"}, "anthropic", True),
        ({"OPENROUTER_API_KEY"}, "openrouter", False),
        ({"ANTHROPIC_API_KEY", "OPENROUTER_API_KEY"}, "openrouter", False),
    ],
)
def test_of_the_keys_at_hand_one_that_reaches_the_model_is_taken(keys, provider, warned):
    claude = assemble({}, environ=dict.fromkeys(keys, "k")).deployments["anthropic/claude-4-opus"]
    assert claude.provider == provider
    assert bool(claude.unserved) is warned


def test_one_deployment_may_be_set_up_for_a_longer_window():
    tuned = {"id": "tuned", "model": "zhipu/glm-5.2", "provider": "zhipu", "api_key": "k"}
    config = {"deployments": [tuned | {"id": "usual"}, tuned | {"context_window": 256_000}]}
    decision = Router(assemble(config, environ={})).decide("漢" * 200_000)
    assert 128_000 < decision.input_tokens < 256_000
    assert [each.deployment for each in decision.shortlist] == ["tuned"]
    assert "holds 128,000" in decision.excluded["usual"]


def test_the_mapping_is_stronger_than_the_environment():
    config = {"deployments": [DEPLOYMENT], "timeouts": {"total": 9}}
    environ = {"INTERLOCK_TIMEOUTS__TOTAL": "5", "INTERLOCK_TIMEOUTS__ANSWER": "3"}
    assert assemble(config, environ=environ).deployments["a"].timeouts == Timeouts(total=9, answer=3)


def test_a_plugin_that_is_switched_off_leaves_its_providers_known():
    wiring = assemble(
        {"deployments": [DEPLOYMENT | {"region": "us"}], "plugins": {"disabled": ["openai"]}}, environ={}
    )
    assert Router(wiring).decide("Hello").excluded == {
        "a": "no plugin offers its provider: interlock-openai is switched off"
    }


def test_an_address_of_ones_own_has_a_region_of_its_own():
    away = {"model": "mistral-large-3", "provider": "mistral", "base_url": "https://proxy.example.com/v1"}
    with pytest.raises(ConfigError, match=r"deployments.0.region: is missing"):
        wire(**away)
    assert wire(**away, region="us").region == "us"
    assert wire(**away | {"base_url": "https://api.mistral.ai/v2"}).region == "global"
    assert wire(**away | {"base_url": "http://127.0.0.1:8080/v1"}).region == "global"


def test_a_server_elsewhere_is_not_on_premise_unless_one_says_so():
    there = {"model": "gpt-5.5", "provider": "vllm", "region": "us"}
    assert wire(**there).on_premise
    assert not wire(**there, base_url="https://cloud.example.com/v1").on_premise
    assert wire(**there, base_url="https://cloud.example.com/v1", on_premise=True).on_premise


@pytest.mark.parametrize(
    "host", ["127.evil.example", "127.0.0.1.evil.example", "x.localhost", "localhost.evil.example", "127.1"]
)
def test_a_name_that_looks_like_this_machine_is_another(host):
    there = {"model": "gpt-5.5", "provider": "vllm", "base_url": f"http://{host}/v1"}
    with pytest.raises(ConfigError, match=r"region: local means this machine"):
        wire(**there, region="local")
    with pytest.raises(ConfigError, match=r"region: is missing"):
        wire(**there)
    assert not wire(**there, region="us").on_premise


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST", "127.8.9.10", "[::1]", "[::ffff:127.0.0.1]", "u:p@127.0.0.1"]
)
def test_this_machine_has_several_spellings(host):
    deployment = wire(model="gpt-5.5", provider="vllm", base_url=f"http://{host}:8000/v1")
    assert (deployment.region, deployment.on_premise) == ("local", True)


@pytest.mark.parametrize("name", ["deepseek-v3.1:671b-cloud", "kimi-k2:cloud", "GPT-OSS:120B-Cloud"])
def test_a_model_that_ollama_sends_on_is_not_here(name):
    there = {"model": "gpt-5.5", "provider": "ollama", "name": name}
    deployment = wire(**there)
    assert (deployment.region, deployment.on_premise) == ("global", False)
    assert wire(**there, region="us").region == "us"
    for key, value in {"region": "local", "on_premise": True}.items():
        with pytest.raises(ConfigError, match=f"{key}: ollama sends what it asks .* on to a cloud"):
            wire(**there, **{key: value})
    router = Router(assemble({"deployments": [DEPLOYMENT | there]}, environ={}))
    for rule in ({"residency": "eu"}, {"on_premise": True}):
        assert not router.decide("Hello", constraints=rule).shortlist


def test_a_card_of_ones_own_does_not_make_it_local():
    served = {"provider": "ollama", "name": "mine:cloud", "region": "local"}
    mine = {"id": "me/mine", "maker": "Me", "jurisdiction": "de", "endpoints": [served]}
    config = {"models": [mine], "deployments": [{"id": "a", "model": "mine", "provider": "ollama"}]}
    for given in (config, {"models": [mine]}):
        made = assemble(given, environ={}).deployments.values()
        [deployment] = [each for each in made if each.name == "mine:cloud"]
        assert (deployment.region, deployment.on_premise) == ("global", False)


def test_relative_certificates_are_found_beside_the_configuration(tmp_path, monkeypatch):
    (tmp_path / "conf").mkdir()
    file = tmp_path / "conf" / "interlock.yaml"
    file.write_text(
        "deployments: [{id: a, model: gpt-5.5, provider: openai, api_key: k, ca_bundle: house.pem}]\n"
    )
    with pytest.raises(ConfigError) as caught:
        Router.from_config(file)
    assert (caught.value.key, caught.value.line) == ("deployments.0.ca_bundle", 1)
    assert str(tmp_path / "conf" / "house.pem") in str(caught.value)


def test_a_query_stays_with_the_provider_that_takes_one():
    address = "https://r.openai.azure.com/openai?api-version=2025-04-01-preview"
    assert wire(provider="azure", region="eu", base_url=address).base_url == address


def test_a_query_that_is_refused_is_not_quoted():
    with pytest.raises(ConfigError) as caught:
        wire(region="eu", base_url="https://a.example.com/v1?key=hush")
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("on_premise", [True, False])
def test_no_proxy_of_the_environment_stands_before_the_own_ground(on_premise):
    there = {"model": "zhipu/glm-5.2", "provider": "vllm", "region": "de", "on_premise": on_premise}
    assert wire(**there, base_url="https://gpu.example.com/v1").network.environment is not on_premise
