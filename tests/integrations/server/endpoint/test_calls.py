"""Calls through the endpoint: plain, streamed, failed."""

import pytest

from interlock.testing import Reply, Upstream
from server_stage import CALLS, either, said, stage


@pytest.fixture(scope="module")
def well():
    with Upstream(always=either("Good day.")) as upstream, stage(upstream) as client:
        yield client


def test_a_plain_call_is_answered(well):
    answer = well.chat()
    assert answer.status == 200
    assert answer.json()["choices"][0]["message"]["content"] == "Good day."
    assert answer.json()["model"] == "test/m-a"
    assert answer.headers["x-interlock-deployment"] == "a"
    assert answer.headers["x-interlock-model"] == "test/m-a"
    assert answer.headers["x-request-id"].startswith("req_")
    assert answer.json()["id"].removeprefix("chatcmpl-") == answer.headers["x-interlock-record"]


def test_a_streamed_call_is_answered(well):
    answer = well.chat(stream=True)
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.whole
    # Who answers is known once the first chunk is there.
    assert answer.headers["x-interlock-deployment"] == "a"
    assert answer.headers["x-interlock-model"] == answer.events[0]["model"] == "test/m-a"
    assert answer.events[0]["id"].removeprefix("chatcmpl-") == answer.headers["x-interlock-record"]
    assert answer.headers["x-interlock-task"]
    assert answer.events[-1] == "[DONE]"
    words = [each["choices"][0]["delta"].get("content") or "" for each in answer.events[:-1]]
    assert "".join(words) == "Good day."


def test_the_clients_own_request_id_is_kept(well):
    answer = well.post("/v1/chat/completions", b"{", **{"X-Request-Id": "abc-1"})
    assert (answer.status, answer.headers["x-request-id"]) == (400, "abc-1")


def test_a_failure_is_told_in_the_dialect_and_quotes_nobody():
    secret = "what the vendor quotes"
    failing = Upstream(always=Reply.json({"error": {"message": secret}}, status=500))
    with failing, stage(failing, retries={"max": 0}) as client:
        for stream in (False, True):
            answer = client.chat(stream=stream)
            assert answer.status == 502
            assert answer.json()["error"]["code"] == "upstream_failed"
            assert secret not in answer.text


def test_healthz_and_readyz_are_public(well):
    assert well.get("/healthz").json() == {"status": "ok"}
    assert well.get("/readyz").json() == {"ready": True, "parts": {}}


def test_what_is_not_there_is_told_in_the_dialect(well):
    assert well.get("/v1/nothing").json()["error"]["code"] == "not_found"
    answer = well.get("/v1/chat/completions")
    assert (answer.status, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("/chat/completions", "/v1/chat/completions"),
        ("/v1/v1/messages", "/v1/messages"),
        ("/v1/responses/", "/v1/responses"),
        ("/v1/completions", "/v1/chat/completions"),
        ("/openai/v1/embeddings", "/v1/embeddings"),
    ],
)
def test_a_base_url_that_is_nearly_right_is_told_what_is(well, wrong, right):
    answer = well.post(wrong, {})
    assert answer.status == 404
    assert answer.json()["error"]["message"] == f"there is nothing at this path. Did you mean {right}?"


DIALECTS = pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/v1/chat/completions", {"messages": [{"role": "user", "content": "Hello."}]}),
        ("/v1/messages", {"max_tokens": 9, "messages": [{"role": "user", "content": "Hello."}]}),
        ("/v1/responses", {"input": "Hello."}),
    ],
)


@DIALECTS
@pytest.mark.parametrize("model", ["", "auto"])
def test_whoever_names_no_model_leaves_it_to_the_router(well, path, said, model):
    answer = well.post(path, said | {"model": model})
    assert answer.status == 200, answer.text
    assert answer.headers["x-interlock-model"] == "test/m-a"


@DIALECTS
@pytest.mark.parametrize("model", [{}, {"model": None}])
def test_a_body_without_a_model_is_refused_as_vendors_refuse_it(well, path, said, model):
    answer = well.post(path, said | model)
    assert answer.status == 400
    assert answer.json()["error"]["message"] == (
        "model: is missing: name a model, or auto, which leaves it to the router"
    )


def test_a_conversation_of_nothing_is_told_so(well):
    answer = well.post("/v1/chat/completions", {"model": "auto", "messages": []})
    assert answer.json()["error"]["message"] == "messages: there is no message to answer"


@pytest.mark.parametrize(
    ("own", "param"),
    [
        ({"constraints": {"residency": "atlantis"}}, "interlock.constraints.residency"),
        ({"constraints": {"low": True}}, "interlock.constraints.low"),
        ({"timeout": -1}, "interlock.timeout"),
        ({"run": ""}, "interlock.run"),
        ({"metadata": {"server.key": "ada"}}, "interlock.metadata.server.key"),
        ({"rescue": "restart"}, "interlock.rescue"),
        ({"nothing": 1}, "interlock.nothing"),
    ],
    ids=str,
)
@pytest.mark.parametrize("path", CALLS)
def test_what_is_wrong_with_interlocks_own_options_is_named(well, path, own, param):
    answer = well.post(path, CALLS[path] | {"interlock": own})
    assert answer.status == 400
    assert f'"{param}"' in answer.text


def test_what_nobody_may_serve_is_refused_with_the_rules_and_not_asked_again(well):
    answer = well.chat(interlock={"constraints": {"residency": ["us"]}})
    assert (answer.status, answer.json()["error"]["code"]) == (403, "no_deployment")
    assert list(answer.json()["error"]["rules"]) == ["a"]
    assert answer.headers["x-should-retry"] == "false"


def test_what_is_not_there_is_told_in_the_dialect_of_what_is_above_it(well):
    for path in CALLS:
        mine = well.post(f"{path}/nothing", {}).json()
        assert mine.keys() == well.post(path, b"{").json().keys()


def test_a_fallback_answers_and_the_client_sees_whose_answer_it_is():
    failing = Upstream(always=Reply.json({}, status=503))
    well = Upstream(always=said("From b."))
    with failing, well, stage(failing, well, retries={"max": 0}) as client:
        answer = client.chat()
        assert (answer.status, answer.headers["x-interlock-deployment"]) == (200, "b")
