"""Vectors over the wire: what is sent, and what is made of whatever comes back."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock import InvalidRequest, ProtocolError, ProviderError, RateLimited, Router, Settings
from interlock.http import HttpReply
from interlock.protocols import EmbedCall, Embedder, Provider
from interlock.testing import Reply, Upstream
from interlock.types.embeddings import Embedding
from interlock_openai import VENDORS, interlock_providers
from interlock_openai.embeddings import Embeddings

CARDS = [{"id": "test/vectors", "capabilities": ["embeddings"]}]


def made(upstream, provider="openai-compatible", **fields):
    deployment = {
        "id": "there",
        "model": "test/vectors",
        "name": "vectors-1",
        "provider": provider,
        "base_url": f"{upstream.url}/v1",
        "region": "eu",
        "api_key": "sk-of-the-vendor",
        **fields,
    }
    return Router.from_config(
        {
            "deployments": [deployment],
            "models": CARDS,
            "retries": {"max": 0},
            "plugins": {"disabled": ["embeddings"]},
        }
    )


def vectors(*numbers, **fields):
    data = [{"object": "embedding", "index": at, "embedding": each} for at, each in enumerate(numbers)]
    return {"object": "list", "data": data, "model": "vectors-1", **fields}


def numbered(*places):
    return {"data": [{"index": at, "embedding": [1]} for at in places]}


async def test_texts_go_out_and_vectors_come_back_in_the_order_of_the_texts():
    said = vectors([1, 0.5], [0.25, -2], usage={"prompt_tokens": 7, "total_tokens": 7})
    said["data"].reverse()
    with Upstream(Reply.json(said)) as upstream, made(upstream) as router:
        found = await router.embed(
            ["one", "zwölf"], model="test/vectors", dimensions=2, settings=Settings(user="ada")
        )
        (sent,) = upstream.requests
    assert sent.path == "/v1/embeddings"
    assert sent.headers["authorization"] == "Bearer sk-of-the-vendor"
    assert sent.json() == {
        "model": "vectors-1",
        "input": ["one", "zwölf"],
        "encoding_format": "float",
        "dimensions": 2,
        "user": "ada",
    }
    assert found.vectors == ((1.0, 0.5), (0.25, -2.0))
    assert (found.usage.input_tokens, found.usage.output_tokens) == (7, 0)
    assert found.served_model == "vectors-1"


async def test_what_the_operator_adds_is_there():
    extra = {"provider": {"data_collection": "deny"}}
    with Upstream(Reply.json(vectors([1.0]))) as upstream, made(upstream, extra_body=extra) as router:
        found = await router.embed("one", model="test/vectors")
        assert upstream.requests[0].json()["provider"] == {"data_collection": "deny"}
    assert found.usage.estimated


async def test_azure_and_mistral_have_words_of_their_own():
    with Upstream(always=Reply.json(vectors([1.0, 2.0]))) as upstream:
        with made(upstream, "mistral") as router:
            await router.embed("one", model="test/vectors", dimensions=2)
        url = f"{upstream.url}/openai?api-version=2024-10-21"
        with made(upstream, "azure", base_url=url, deployment_type="regional") as router:
            await router.embed("one", model="test/vectors", dimensions=2)
        mistral, azure = upstream.requests
    assert mistral.json()["output_dimension"] == 2
    assert azure.path == "/openai/deployments/vectors-1/embeddings?api-version=2024-10-21"
    assert azure.headers["api-key"] == "sk-of-the-vendor"


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply.json({"error": {"message": "slow down"}}, status=429), RateLimited),
        (Reply.json({"error": {"message": "too long", "code": "bad"}}, status=400), InvalidRequest),
        (Reply.json({"error": {"message": "rate limit", "code": "rate_limit_exceeded"}}), RateLimited),
        (Reply.json(vectors([1.0])), ProtocolError),
        (Reply.json(vectors([1.0], [2.0], [3.0])), ProtocolError),
        (Reply.json(vectors([1.0], [2.0, 3.0])), ProtocolError),
        (Reply.json(vectors([1.0], "1.0")), ProtocolError),
        (Reply.json(vectors([1.0], [None])), ProtocolError),
        (Reply.raw(b'{"data": [{"embedding": [1.0]}, {"embedding": [NaN]}]}', kind="a/b"), ProtocolError),
        (Reply.raw(b'{"data": [{"embedding": [1.0]}, {"embedding": [1e999]}]}', kind="a/b"), ProtocolError),
        (Reply.raw(b'{"data": [{"embedding": [1.0]}, {"embe', kind="application/json"), ProtocolError),
        (
            Reply.json({"data": [{"index": 0, "embedding": [1]}, {"index": 0, "embedding": [1]}]}),
            ProtocolError,
        ),
        (
            Reply.json({"data": [{"index": 0, "embedding": [1]}, {"index": 9, "embedding": [1]}]}),
            ProtocolError,
        ),
    ],
    ids=str,
)
async def test_what_is_no_vector_for_each_text_is_a_typed_error(reply, error):
    with Upstream(reply) as upstream, made(upstream) as router:
        with pytest.raises(error) as failed:
            await router.embed(["a secret", "another"], model="test/vectors")
        assert "secret" not in str(failed.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["data", "embedding", "index", "usage", "error"]), inner)
    ),
    max_leaves=20,
)


class _Call:
    texts = ("one", "two")


@given(payload=JSON)
def test_whatever_comes_is_vectors_or_a_typed_error(payload):
    codec = Embeddings(VENDORS[0])
    try:
        found = codec.decode_vectors(
            _Call(), HttpReply(status=200, headers={}, body=json.dumps(payload).encode())
        )
    except ProviderError:
        return
    assert isinstance(found, Embedding)
    assert len(found.vectors) == 2


def test_vendors_without_an_endpoint_for_vectors_are_no_embedders():
    embedders = {each.facts.name for each in interlock_providers() if isinstance(each, Embedder)}
    assert "openai" in embedders
    assert embedders.isdisjoint({"deepseek", "groq", "huggingface"})
    assert all(isinstance(each, Provider) for each in interlock_providers())
    assert EmbedCall.__mro__[1].__name__ == "ProviderCall"
