"""`interlock ask` against a fake vendor."""

import json

import pytest

from interlock import Router, attempts_to_plain


def test_streams_the_answer_and_says_who_answered(configured, run):
    configured("good")
    result = run("ask", "--task", "conversational", "Hi")
    assert result.exit_code == 0, result.output
    assert result.stdout == "Hello there.\n"
    line = result.stderr.strip()
    assert line.startswith(
        "conversational · zhipu/glm-5.2 via good (eu), which served fake-1 · primary_optimal · "
    )
    assert line.endswith(" s · 1,200 → 3 tokens")  # nobody knows what fake-1 costs


def test_quiet_leaves_the_answer_alone(configured, run):
    configured("good")
    result = run("ask", "-q", "Hi")
    assert (result.stdout, result.stderr) == ("Hello there.\n", "")


def test_unstreamed_answer_is_the_same(configured, run, vendor):
    configured("good")
    result = run("ask", "--no-stream", "Hi")
    assert result.stdout == "Hello there.\n"
    assert not vendor.bodies[0].get("stream")


def test_options_reach_the_vendor(configured, run, vendor):
    configured("good")
    run("ask", "--system", "Be brief.", "--temperature", "0.5", "--max-tokens", "9", "Hi")
    body = vendor.bodies[0]
    assert body["messages"] == [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}]
    assert (body["temperature"], body["max_tokens"]) == (0.5, 9)


def test_json_is_one_object_and_nothing_else(configured, run):
    configured("down", "good")
    result = run("ask", "--json", "--task", "conversational", "Hi")
    data = json.loads(result.stdout)
    assert list(data)[:3] == ["text", "finish_reason", "usage"]
    assert list(data)[3:] == [
        *("deployment", "provider", "model", "served_model", "cost", "latency", "record", "rescue"),
        *("ensemble", "verdict", "cascade", "decision", "attempts"),
    ]
    assert data["provider"] == "openai-compatible"
    assert data["text"] == "Hello there."
    assert (data["model"], data["served_model"], data["deployment"]) == ("zhipu/glm-5.2", "fake-1", "good")
    assert data["usage"]["input_tokens"] == 1200
    assert [(each["deployment"], each["error"] and each["error"]["kind"]) for each in data["attempts"]] == [
        ("down", "Unavailable"),
        ("good", None),
    ]
    assert data["attempts"][0]["error"]["status"] == 500
    assert result.stderr == ""


def test_a_fallback_is_told(configured, run):
    configured("down", "good")
    result = run("ask", "--task", "conversational", "Hi")
    assert result.exit_code == 0
    assert result.stdout == "Hello there.\n"
    assert "down failed (Unavailable), answered by zhipu/glm-5.2 via good (eu)" in result.stderr


@pytest.mark.parametrize("arguments", [["-q"], ["--json"], ["--no-stream"]])
def test_a_truncated_answer_is_said_to_be_one(configured, run, arguments):
    configured("long")
    result = run("ask", *arguments, "Hi")
    assert "token limit and is not complete" in result.stderr
    assert result.exit_code == 1


def test_a_broken_stream_is_never_shown_as_whole(configured, run):
    configured("cut")
    result = run("ask", "Hi")
    assert result.exit_code == 1
    assert result.stdout == "Hello\n"
    first, *causes = result.stderr.splitlines()
    assert first.startswith("Error: ")
    assert "not whole" in first
    assert causes[0].startswith("  cut: ProtocolError")


def test_a_configured_restart_prints_no_second_answer_after_a_broken_one(configured, run):
    configured("cut", "good", extra="rescue: restart")
    result = run("ask", "--task", "conversational", "Hi")
    assert result.stdout == "Hello there.\n"


def test_a_failed_call_names_the_deployment_and_the_next_step(configured, run):
    configured("locked")
    result = run("ask", "Hi")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith("Error: locked: ")
    assert "interlock doctor" in result.stderr
    assert "test-key" not in result.stderr


def test_every_failed_deployment_is_listed(configured, run):
    configured("down", "locked")
    result = run("ask", "--task", "conversational", "Hi")
    assert result.exit_code == 1
    assert "\n  down: Unavailable" in result.stderr
    assert "\n  locked: AuthenticationError" in result.stderr


def test_no_deployment_has_an_exit_code_of_its_own(configured, run, vendor):
    configured("good")
    result = run("ask", "--residency", "us", "Hi")
    assert result.exit_code == 3
    assert "good: processed in eu; the residency allows us only" in result.stderr
    assert not vendor.bodies


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--residency", "atlantis"], "atlantis"),
        (["--task", "conversationl"], "'conversational'"),
        (["--model", "zhipu/glm-5.3"], "'zhipu/glm-5.2'"),
        (["--deny", "zhipo"], "'zhipu'"),
        (["--temperature", "nan"], "--temperature"),
        (["--temperature", "-1"], "temperature"),
        (["--max-tokens", "0"], "max-tokens"),
        (["--no-such-option"], "--no-such-option"),
    ],
)
def test_wrong_options_are_refused_with_what_was_meant(configured, run, vendor, arguments, told):
    configured("good")
    result = run("ask", *arguments, "Hi")
    assert result.exit_code == 2
    assert told in result.stderr
    assert "Traceback" not in result.stderr
    assert not vendor.bodies


def test_a_denied_vendor_is_not_asked(configured, run, vendor):
    configured("good")
    assert run("ask", "--deny", "Zhipu, somebody-else", "Hi").exit_code == 3
    assert not vendor.bodies


def test_a_stranger_to_the_catalog_may_be_denied(configured, run):
    configured("good")
    assert run("ask", "--deny", "acme", "Hi").exit_code == 0


def test_verbose_logs_without_keys(configured, run):
    configured("down", "good", extra="plugins: {disabled: []}")
    result = run("-vv", "ask", "Hi")
    assert result.exit_code == 0
    assert "test-key" not in result.stderr


def test_json_tells_attempts_as_the_face_does_with_the_vendors_words(configured, run):
    path = configured("down", "good")
    asked = json.loads(run("ask", "--json", "--task", "conversational", "Hi").stdout)["attempts"]
    with Router.from_config(str(path)) as router:
        told = attempts_to_plain(router.complete_sync("Hi", task="conversational").record.attempts)
    for shown, plain in zip(asked, told, strict=True):
        assert list(shown) == list(plain)
        same = shown.keys() - {"started", "latency", "error"}
        assert {name: shown[name] for name in same} == {name: plain[name] for name in same}
        if shown["error"] is not None:
            assert list(shown["error"]) == list(plain["error"])
            assert shown["error"]["kind"] == plain["error"]["kind"]
