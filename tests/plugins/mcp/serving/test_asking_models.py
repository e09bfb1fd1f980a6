"""The router's own tools: no client gets more from them than the rules allow."""

import json
from typing import Any

import pytest
from desk import REVISIONS, Desk, client_of, held, router_of, words
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock import Answer, RateLimited, Router, Text
from interlock.testing import Received, Reply, ScriptedProvider, Upstream, scripted_providers

pytestmark = pytest.mark.parametrize("revision", REVISIONS)

CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
PLACES = {"ours": {"region": "eu"}, "theirs": {"region": "us"}}


def places(*said: str) -> Any:
    """A router with a deployment in the EU and one in the US."""
    scripts = {name: ScriptedProvider(list(said) * 9, name) for name in PLACES}
    return router_of(Desk(), scripts=scripts, deployments=PLACES)


def asked(router: Any) -> dict[str, int]:
    return {each.facts.name: len(each.calls) for each in scripted_providers(router)}


async def test_a_question_is_answered_with_who_answered_and_what_it_cost(revision):
    router = router_of(Desk(), "Lyon is in France.")
    async with client_of(router, revision) as client:
        await client.list_tools()  # so that the client holds the answer against the tool's output schema
        result = await client.call_tool("ask", {"prompt": "Where is Lyon?", "max_tokens": 50})
        (record,) = router.records
    assert words(result) == "Lyon is in France."
    told = result.structured_content
    assert (told["text"], told["deployment"], told["complete"]) == ("Lyon is in France.", "model", True)
    assert told["record"] == record.id
    assert {"cost", "usage", "region", "model", "finish_reason"} <= set(told)
    (call,) = scripted_providers(router)[0].calls
    assert call.request.settings.max_tokens == 50


async def test_an_answer_of_a_schema_comes_as_data(revision):
    async with client_of(router_of(Desk(), '{"city": "Lyon"}'), revision) as client:
        result = await client.call_tool("ask", {"prompt": "Where?", "output_schema": CITY})
    assert result.structured_content["parsed"] == {"city": "Lyon"}


async def test_constraints_are_tightened_and_a_refusal_names_the_rules(revision):
    router = places("Bonjour.")
    async with client_of(router, revision) as client:
        arguments = {"prompt": "Hello", "constraints": {"residency": ["eu"]}}
        result = await client.call_tool("ask", arguments)
        assert result.structured_content["deployment"] == "ours"
        nowhere = await client.call_tool("ask", {"prompt": "Hello", "constraints": {"residency": ["jp"]}})
    assert nowhere.is_error
    assert nowhere.structured_content["error"] == "NoDeployment"
    assert nowhere.structured_content["excluded"]["ours"] == "processed in eu; the residency allows jp only"
    assert "the residency allows jp only" in words(nowhere)
    assert asked(router) == {"ours": 1, "theirs": 0}


async def test_what_the_server_forbids_no_question_allows(revision):
    router = places("Hi.")
    loose = [
        {"model": "theirs"},
        {"constraints": {"residency": ["us"]}},
        {"constraints": {"residency": []}, "model": "scripted/theirs"},
        {"constraints": {"residency": ["eu", "us"]}, "model": "theirs"},
    ]
    async with client_of(router, revision, constraints={"residency": ["eu"]}) as client:
        for more in loose:
            assert (await client.call_tool("ask", {"prompt": "Hello", **more})).is_error
        assert not (await client.call_tool("ask", {"prompt": "Hello"})).is_error
    assert asked(router) == {"ours": 1, "theirs": 0}


async def test_where_a_question_would_go_is_explained_and_nothing_is_sent(revision):
    router = places("Hi.")
    async with client_of(router, revision) as client:
        arguments = {"prompt": "Hello", "constraints": {"residency": ["eu"]}}
        told = (await client.call_tool("decide", arguments)).structured_content
        models = (await client.call_tool("list_models", {})).structured_content
    assert [each["deployment"] for each in told["shortlist"]] == ["ours"]
    assert told["excluded"] == {"theirs": "processed in us; the residency allows eu only"}
    assert [(each["deployment"], each["region"], each["may_be_asked"]) for each in models["models"]] == [
        ("ours", "eu", True),
        ("theirs", "us", True),
    ]
    assert "code_generation" in models["tasks"]
    assert asked(router) == {"ours": 0, "theirs": 0}
    assert router.records == ()


WRONG = [
    ({}, "'prompt' is a required property"),
    ({"prompt": ""}, "prompt"),
    ({"prompt": "x", "max_tokens": 0}, "max_tokens"),
    ({"prompt": "x", "temperature": 1}, "temperature"),
    ({"prompt": "x", "metadata": {"budget": "other"}}, "metadata"),
    ({"prompt": "x", "constraints": {"allow": ["us"]}}, "allow"),
    ({"prompt": "x", "constraints": {"residency": ["atlantis"]}}, "atlantis"),
    ({"prompt": "x", "task": "poety"}, "poety"),
    ({"prompt": "x", "model": "gtp"}, "gtp"),
    ({"prompt": "x", "output_schema": {"type": "array"}}, "object"),
    ({"prompt": "x", "output_schema": {"properties": {"a": {"pattern": "(a+)+$"}}}}, "patterns"),
]


async def test_a_question_that_cannot_be_meant_is_refused_and_says_why(revision):
    router = router_of(Desk(), "never said")
    async with client_of(router, revision) as client:
        for arguments, wrong in WRONG:
            result = await client.call_tool("ask", arguments)
            assert result.is_error, arguments
            assert wrong in words(result)
    assert asked(router) == {"model": 0}


async def test_a_failure_says_what_was_tried(revision):
    router = router_of(Desk(), RateLimited("too many", retry_after=3.0))
    async with client_of(router, revision) as client:
        result = await client.call_tool("ask", {"prompt": "Hello"})
    assert result.is_error
    assert result.structured_content["attempts"] == [{"deployment": "model", "error": "RateLimited"}]
    assert result.structured_content["retry_after"] == 3.0


async def test_an_answer_that_was_cut_is_never_told_as_whole(revision):
    cut = Answer(parts=(Text("Once upon"),), finish_reason="length")
    async with client_of(router_of(Desk(), cut), revision) as client:
        result = await client.call_tool("ask", {"prompt": "Hello"})
    assert result.structured_content["complete"] is False
    assert "is not whole" in words(result)


async def test_a_key_that_a_vendor_repeats_is_in_no_answer(revision):
    key = "sk-live-8d2f71a90b4c"
    here = {"id": "here", "model": "zhipu/glm-5.2", "provider": "openai-compatible", "region": "eu"}

    def repeats(request: Received) -> Reply:
        shown = request.headers["authorization"]
        return Reply.json({"error": {"message": f"who is {shown}?"}}, status=400)

    with Upstream(always=repeats) as upstream:
        config = {"deployments": [here | {"base_url": upstream.url, "api_key": key}]}
        async with client_of(Router.from_config(config), revision) as client:
            told = [
                await client.call_tool("ask", {"prompt": "Hello"}),
                await client.call_tool("list_models", {}),
            ]
    assert len(upstream.requests) == 1
    assert told[0].is_error
    for each in told:
        assert key not in each.model_dump_json()


prompts = st.text(min_size=1, max_size=60)
constraints = st.dictionaries(
    st.sampled_from(["residency", "deny_vendors", "storage", "sensitivity", "deny_laws", "on_premise"]),
    st.booleans() | st.lists(st.sampled_from(["eu", "us", "jp", "global", "local", "", "*"]), max_size=3),
    max_size=4,
)
questions = st.fixed_dictionaries(
    {"prompt": prompts},
    optional={
        "constraints": constraints,
        "model": st.sampled_from(["theirs", "ours", "scripted/theirs", "", "*"]),
        "task": st.sampled_from(["conversational", "eu_regulated", "x"]),
        "system": prompts,
        "prefer": st.just("theirs"),
        "deployment": st.just("theirs"),
    },
)


def test_no_question_reaches_a_deployment_that_the_server_forbids(revision):
    router = places(*["Hi."] * 50)
    with held(router, revision, constraints={"residency": ["eu"]}) as call:

        @settings(max_examples=40)
        @given(questions)
        def tried(question) -> None:
            json.dumps(call("ask", question).structured_content)
            json.dumps(call("decide", question).structured_content)

        tried()
    assert asked(router)["ours"] > 0
    assert asked(router)["theirs"] == 0
