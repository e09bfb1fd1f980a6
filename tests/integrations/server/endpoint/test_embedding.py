"""Vectors through the endpoint: read strictly, kept to key and request, written as OpenAI does."""

import json
import socket
import time
from contextlib import contextmanager

import openai
import pytest

from interlock.testing import End, Reply, Upstream
from interlock_server.endpoint.running import endpoint_of
from interlock_server.keys import digest_of, new_secret
from server_stage import either, open_served, serving

SECRET = new_secret()
PATH = "/v1/embeddings"


def vectors(received):
    """A vendor's answer: the length of each text, twice."""
    body = received.json()
    data = [
        {"object": "embedding", "index": at, "embedding": [float(len(text)), 0.5]}
        for at, text in enumerate(body["input"])
    ]
    return Reply.json({"data": data, "model": body["model"], "usage": {"prompt_tokens": 5}})


def opened(here, there=None, **keys):
    """Vectors from a server in the EU and perhaps another in the USA, and a model that chats."""
    deployments = [
        {
            "id": name,
            "model": model,
            "provider": "openai-compatible",
            "base_url": f"{upstream.url}/v1",
            "region": region,
            "api_key": "sk-of-the-vendor",
        }
        for name, model, upstream, region in (
            ("there", "test/vectors", there, "us"),
            ("here", "test/vectors", here, "eu"),
            ("chat", "test/words", here, "eu"),
        )
        if upstream is not None
    ]
    models = [
        {"id": "test/vectors", "capabilities": ["embeddings"], "price": {"input": 2, "output": 0}},
        {"id": "test/words", "capabilities": ["text"], "price": {"input": 2, "output": 2}},
    ]
    config = {"deployments": deployments, "models": models, "plugins": {"disabled": ["embeddings"]}}
    return open_served(config | {"retries": {"max": 0}} | keys)


@contextmanager
def stage(here, there=None, **keys):
    with serving(endpoint_of(opened(here, there, **keys))) as client:
        yield client


@pytest.fixture(scope="module")
def well():
    with Upstream(always=vectors) as upstream, stage(upstream) as client:
        yield client


def test_texts_are_answered_with_vectors(well):
    answer = well.post(PATH, {"model": "test/vectors", "input": ["one", "three"], "encoding_format": "float"})
    assert answer.status == 200
    assert answer.json() == {
        "object": "list",
        "data": [
            {"object": "embedding", "index": 0, "embedding": [3.0, 0.5]},
            {"object": "embedding", "index": 1, "embedding": [5.0, 0.5]},
        ],
        "model": "test/vectors",
        "usage": {"prompt_tokens": 5, "total_tokens": 5},
    }
    assert answer.headers["x-interlock-deployment"] == "here"
    assert answer.headers["x-interlock-cost"] == "0.00001"
    assert answer.headers["x-interlock-record"]


@pytest.mark.parametrize("form", ["float", "base64", openai.omit])
def test_openais_own_client_reads_them(well, form):
    with openai.OpenAI(base_url=f"{well.url}/v1", api_key="none", max_retries=0) as client:
        found = client.embeddings.create(
            model="here", input=["one", "three"], dimensions=2, encoding_format=form, user="ada"
        )
        if form == "base64":
            assert isinstance(found.data[0].embedding, str)
        else:
            assert [each.embedding for each in found.data] == [[3.0, 0.5], [5.0, 0.5]]
        assert found.usage.prompt_tokens == 5
        assert found.model == "test/vectors"
        listed = {each.id: each for each in client.models.list()}
    assert listed["test/vectors"].interlock["capabilities"] == ["embeddings"]
    assert "capabilities" not in listed["test/words"].interlock


@pytest.mark.parametrize(
    ("fields", "status", "param"),
    [
        ({"input": [1, 2, 3]}, 400, "input.0"),
        ({"input": ["a", [1, 2]]}, 400, "input.1"),
        ({"input": 7}, 400, "input"),
        ({"input": []}, 400, "input"),
        ({"input": ""}, 400, "input"),
        ({"input": ["a", ""]}, 400, "input.1"),
        ({"input": {"text": "a"}}, 400, "input"),
        ({"input": None}, 400, "input"),
        ({"dimensions": 0}, 400, "dimensions"),
        ({"encoding_format": "int8"}, 400, "encoding_format"),
        ({"user": 1}, 400, "user"),
        ({"stream": True}, 400, "stream"),
        ({"model": "auto"}, 400, "model"),
        ({"model": ""}, 400, "model"),
        ({"model": None}, 400, "model"),
        ({"model": "test/words"}, 400, "model"),
        ({"model": "test/nobody"}, 404, "model"),
        ({"interlock": {"rescue": "hold"}}, 400, "interlock.rescue"),
        ({"interlock": {"nothing": 1}}, 400, "interlock.nothing"),
        ({"interlock": {"constraints": {"residency": "atlantis"}}}, 400, "interlock.constraints.residency"),
    ],
    ids=str,
)
def test_what_cannot_be_honoured_is_refused_by_name(well, fields, status, param):
    answer = well.post(PATH, {"model": "test/vectors", "input": "a"} | fields)
    assert (answer.status, answer.json()["error"]["param"]) == (status, param)


def test_token_arrays_are_told_why(well):
    answer = well.post(PATH, {"model": "test/vectors", "input": [[1, 2]]})
    assert "send texts" in answer.json()["error"]["message"]


def test_a_model_that_makes_vectors_is_not_asked_to_chat(well):
    answer = well.post(
        "/v1/chat/completions", {"model": "test/vectors", "messages": [{"role": "user", "content": "Hello."}]}
    )
    assert (answer.status, answer.json()["error"]["code"]) == (403, "no_deployment")
    assert "embeddings and nothing else" in answer.json()["error"]["rules"]["here"]


def test_a_residency_binds_whatever_fails():
    down = Upstream(always=Reply.json({"error": {"message": "what the vendor quotes"}}, status=500))
    body = {"model": "test/vectors", "input": "a text"}
    with down, Upstream(always=vectors) as there, stage(down, there) as client:
        eu = {"interlock": {"constraints": {"residency": "eu"}}}
        answer = client.post(PATH, body | eu)
        assert (answer.status, answer.json()["error"]["code"]) == (502, "upstream_failed")
        assert "quotes" not in answer.text
        assert not there.requests
        cn = {"interlock": {"constraints": {"residency": "cn"}}}
        answer = client.post(PATH, body | cn)
        assert (answer.status, answer.json()["error"]["code"]) == (403, "no_deployment")
        assert client.post(PATH, body).status == 200


def test_a_key_binds_what_may_make_vectors_and_counts_them(tmp_path):
    (tmp_path / "keys.yaml").write_text(
        f"ada:\n  sha256: {digest_of(SECRET)}\n  models: [here]\n  constraints: {{residency: eu}}\n"
        f"  limits: [{{tokens: 12, per: day}}]\n"
    )
    body = {"model": "test/vectors", "input": "a"}
    keys = {"server": {"keys": str(tmp_path / "keys.yaml")}}
    with Upstream(always=vectors) as here, Upstream(always=vectors) as there:
        with stage(here, there, **keys) as client:
            assert client.post(PATH, body).status == 401
            client.headers = {"Authorization": f"Bearer {SECRET}"}
            assert client.post(PATH, body).headers["x-interlock-deployment"] == "here"
            assert client.post(PATH, body | {"model": "there"}).status == 404
            last = client.post(PATH, body | {"input": "a text that is longer than what is left of the day"})
            assert (last.status, last.json()["error"]["type"]) == (429, "insufficient_quota")
        assert len(here.requests) == 1
        assert not there.requests


def test_a_client_that_leaves_ends_the_call():
    with Upstream(always=Reply(status=None, pieces=(End.SILENCE,))) as upstream:
        served = opened(upstream)
        with serving(endpoint_of(served)) as client:
            connection = socket.create_connection(("127.0.0.1", client.port), timeout=5)
            body = json.dumps({"model": "test/vectors", "input": "a"}).encode()
            head = f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            upstream.wait_for_requests(1)
            connection.close()
            upstream.wait_until_idle()
            end = time.monotonic() + 5
            while not served.router.records:
                assert time.monotonic() < end
                time.sleep(0.005)
    (record,) = served.router.records
    assert record.outcome == "left"


def test_many_numbers_come_whole():
    def many(received):
        data = [{"index": at, "embedding": [0.25] * 500} for at in range(len(received.json()["input"]))]
        return Reply.json({"data": data, "model": "m"})

    with Upstream(always=many) as upstream, stage(upstream) as client:
        answer = client.post(PATH, {"model": "test/vectors", "input": ["a"] * 50})
        assert [len(each["embedding"]) for each in answer.json()["data"]] == [500] * 50
        upstream.always = either("Good day.")
        assert client.chat(model="test/words").status == 200
