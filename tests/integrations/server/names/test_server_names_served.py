"""Names of models over HTTP, under keys."""

import hashlib
import json

import anthropic
import openai
import pytest

from interlock.testing import Upstream
from server_stage import either, stage

KEYS = """\
all:
  sha256: {all}
narrow:
  sha256: {narrow}
  models: [test/m-b]
  tasks: [conversational, quantitative]
"""
SECRETS = {name: f"ilk_{name:_<43}" for name in ("all", "narrow")}
SERVER = {"aliases": {"fast": "a", "talk": "conversational"}}


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    file = tmp_path_factory.mktemp("keys") / "keys.yaml"
    digests = {name: hashlib.sha256(secret.encode()).hexdigest() for name, secret in SECRETS.items()}
    file.write_text(KEYS.format(**digests), encoding="utf-8")
    answers = [Upstream(always=either(f"From {name}.")) for name in "ab"]
    with answers[0], answers[1], stage(*answers, server=SERVER | {"keys": str(file)}) as client:
        yield client


def asked(served, key, model, **fields):
    body = {"model": model, "messages": [{"role": "user", "content": "Hello."}]} | fields
    return served.post("/v1/chat/completions", body, authorization=f"Bearer {SECRETS[key]}")


@pytest.mark.parametrize(
    ("key", "model", "who"),
    [
        ("all", "a", "a"), ("all", "fast", "a"), ("all", "test/m-b", "b"), ("all", "talk", "a"),
        ("narrow", "auto", "b"), ("narrow", "b", "b"), ("narrow", "conversational", "b"),
    ],
)  # fmt: skip
def test_whom_a_name_means_answers(served, key, model, who):
    told = asked(served, key, model)
    assert (told.status, told.headers["x-interlock-deployment"]) == (200, who)
    assert told.json()["model"] == f"test/m-{who}"


@pytest.mark.parametrize("model", ["a", "test/m-a", "fast", "code_generation", "nobodys"])
def test_what_a_key_may_not_use_is_not_there_for_it(served, model):
    told = asked(served, "narrow", model)
    error = told.json()["error"]
    assert (told.status, error["code"], error["param"]) == (404, "model_not_found", "model")
    assert "m-a" not in error["message"].replace(f"'{model}'", "")
    shown = served.get(f"/v1/models/{model}", authorization=f"Bearer {SECRETS['narrow']}")
    assert (shown.status, shown.json()["error"]["code"]) == (404, "model_not_found")


def test_lists_hold_what_a_key_may_use(served):
    lists = {}
    for key, secret in SECRETS.items():
        told = served.get("/v1/models", authorization=f"Bearer {secret}").json()
        lists[key] = [each["id"] for each in told["data"]]
        for each in told["data"]:
            assert served.get(f"/v1/models/{each['id']}", authorization=f"Bearer {secret}").json() == each
    assert lists["narrow"] == ["auto", "talk", "b", "test/m-b", "conversational", "quantitative"]
    assert {"fast", "a", "test/m-a", "code_generation"} <= set(lists["all"])
    assert served.get("/v1/models").status == 401


@pytest.mark.parametrize(
    ("own", "status", "param"),
    [
        ({"task": "code_generation"}, 404, "interlock.task"),
        ({"ensemble": {"members": ["a", "b"]}}, 404, "interlock.ensemble"),
        ({"ensemble": {"members": ["b"], "quorums": 1}}, 400, "interlock.ensemble.quorums"),
        ({"ensemble": {}}, 400, "interlock.ensemble.members"),
        ({"constraints": {"residency": "atlantis"}}, 400, "interlock.constraints.residency"),
        ({"constraints": {"moon": True}}, 400, "interlock.constraints.moon"),
        ({"timeout": 0}, 400, "interlock.timeout"),
        ({"run": "x" * 200}, 400, "interlock.run"),
    ],
)
def test_own_options_are_refused_where_they_stand(served, own, status, param):
    told = asked(served, "narrow", "auto", interlock=own)
    error = told.json()["error"]
    assert (told.status, error["param"]) == (status, param), json.dumps(error)


def test_a_result_without_a_call_is_named_by_its_place(served):
    told = asked(
        served, "all", "a", stream=False, messages=[{"role": "tool", "tool_call_id": "c", "content": "x"}]
    )
    assert (told.status, told.json()["error"]["param"]) == (400, "messages.0")


def test_clients_of_both_makers_read_the_list(served):
    secret = SECRETS["narrow"]
    with openai.OpenAI(base_url=f"{served.url}/v1", api_key=secret, max_retries=0) as client:
        told = list(client.models.list())
        assert [each.id for each in told][:2] == ["auto", "talk"]
        assert client.models.retrieve("test/m-b").owned_by == "test"
        with pytest.raises(openai.NotFoundError):
            client.models.retrieve("test/m-a")
    with anthropic.Anthropic(base_url=served.url, api_key=secret, max_retries=0) as client:
        assert [each.id for each in client.models.list()] == [each.id for each in told]
        assert client.models.retrieve("test/m-b").max_input_tokens == 100_000
        with pytest.raises(anthropic.NotFoundError):
            client.models.retrieve("test/m-a")
