"""`interlock trace last`: the tree of a call, from the process that made it to the one that shows it."""

import io
import json
import stat
from dataclasses import replace
from typing import Any

from rich.console import Console

from guards_at_work import Offered
from interlock import Verdict
from interlock.cli import memory
from interlock.cli.trace import drawn
from interlock.testing import scripted_router
from interlock.testing.records import sample_record


def test_shows_the_call_its_attempts_and_why_one_failed(configured, run):
    configured("down", "good")
    run("ask", "--task", "conversational", "Hi")
    result = run("trace", "last")
    assert result.exit_code == 0, result.output
    call, decided, failed, answered = result.stdout.splitlines()
    assert call.startswith("call · 20")
    assert " · streamed · answered · " in call
    assert "decided · conversational (100%, explicit) · primary_optimal" in decided
    assert "answer · down (zhipu/glm-5.2) · Unavailable: 500 from the vendor" in failed
    assert "answer · good (zhipu/glm-5.2) · answered" in answered
    assert "first token" in answered
    assert "1,200 → 3 tokens" in answered
    assert "served as fake-1" in answered


def test_shows_a_call_that_failed(configured, run):
    configured("down")
    assert run("ask", "--no-stream", "Hi").exit_code == 1
    result = run("trace", "last")
    assert " · Unavailable · " in result.stdout.splitlines()[0]


def test_shows_a_call_that_may_go_nowhere_with_the_rules(configured, run):
    configured("good")
    run("ask", "--residency", "us", "Hi")
    lines = run("trace", "last").stdout.splitlines()
    assert "NoDeployment" in lines[0]
    assert lines[-1].endswith("excluded · good · processed in eu; the residency allows us only")


def test_names_what_was_not_needed(configured, run):
    configured("good", "long")
    run("ask", "--task", "conversational", "Hi")
    assert "not needed · long" in run("trace", "last").stdout


def test_json_is_the_record(configured, run):
    configured("down", "good")
    run("ask", "Hi")
    data = json.loads(run("trace", "last", "--json").stdout)
    assert [attempt["deployment"] for attempt in data["attempts"]] == ["down", "good"]
    assert data["attempts"][0]["error"]["status"] == 500


def test_several_calls_the_last_one_last(configured, run):
    configured("good")
    run("ask", "--task", "creative_content", "Hi")
    run("ask", "--task", "conversational", "Hi")
    tasks = [
        record["decision"]["task"] for record in json.loads(run("trace", "last", "-n", "2", "--json").stdout)
    ]
    assert tasks == ["creative_content", "conversational"]


def test_without_a_call_it_says_where_calls_come_from(run):
    result = run("trace", "last")
    assert result.exit_code == 1
    assert "interlock ask" in result.stderr
    assert "records:" in result.stderr


def test_what_is_kept_is_for_the_user_alone_and_holds_no_content(configured, run, tmp_path):
    configured("down", "good")
    run("ask", "a prompt about marmalade")
    path = tmp_path / "state" / "interlock" / "last-calls.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text()
    for content in ("marmalade", "Hello", "out of order", "test-key"):
        assert content not in text


def test_what_is_kept_is_bounded(configured, run):
    configured("good")
    run("ask", "-q", "Hi")
    for _ in range(3):
        memory.remember(memory.recall() * 5)
    assert len(memory.recall()) == 20


def test_a_damaged_file_is_no_obstacle(configured, run, tmp_path):
    path = tmp_path / "state" / "interlock" / "last-calls.json"
    path.parent.mkdir(parents=True)
    for damage in ("{", "[1]", '{"a": 1}', '[{"format": 99}]'):
        path.write_text(damage)
        assert memory.recall() == []
    configured("good")
    assert run("ask", "Hi").exit_code == 0
    assert len(memory.recall()) == 1


def test_a_place_that_is_a_file_does_not_fail_the_answer(configured, run, tmp_path):
    (tmp_path / "state").write_text("in the way")
    configured("good")
    assert run("ask", "-q", "Hi").stdout == "Hello there.\n"


def test_a_configured_store_is_where_it_looks(configured, run, tmp_path):
    configured("good", extra=f"records: sqlite:///{tmp_path / 'calls.db'}")
    run("ask", "--task", "creative_content", "Hi")
    run("ask", "--task", "conversational", "Hi")
    assert not memory.recall()
    first, second = json.loads(run("trace", "last", "-n", "2", "--json").stdout)
    assert (first["decision"]["task"], second["decision"]["task"]) == ("creative_content", "conversational")
    assert "decided · conversational" in run("trace", "last").stdout


def test_another_process_shows_it(configured, run, start):
    configured("good")
    run("ask", "Hi")
    shown, errors = start("trace", "last").communicate(timeout=30)
    assert "good (zhipu/glm-5.2) · answered" in shown, errors


def test_says_which_settings_were_sent_in_another_way(configured, run):
    configured("good", extra="models: [{id: zhipu/glm-5.2, traits: {temperature: [0, 1]}}]")
    said = "temperature: sent as 1; the model takes 0 to 1"
    asked = run("ask", "--temperature", "1.5", "--json", "Hi")
    assert json.loads(asked.stdout)["attempts"][0]["adjusted"] == [said]
    assert said in run("trace", "last").stdout
    assert json.loads(run("trace", "last", "--json").stdout)["attempts"][0]["adjusted"] == [said]


def test_says_what_guardrails_thought() -> None:
    sees = [Verdict(action="flag", category="rude", score=0.25), LookupError("no")]

    class Sees(Offered):
        name, phases, on_error = "sees", frozenset({"request", "answer"}), "pass"

        def inspect(self, call: Any) -> Verdict:
            said = sees.pop(0)
            if isinstance(said, Exception):
                raise said
            return said

    router = scripted_router({"a": ["x"]}, plugins=[Sees()])
    record = router.complete_sync("hi").record
    lines = [str(each.label) for each in drawn(record).children]
    assert [line for line in lines if "guardrail" in line] == [
        "guardrail · sees · request · flag · rude · 0.25",
        "guardrail · sees · answer of attempt 1 · skipped · LookupError",
    ]


def test_says_where_a_request_was_kept_and_processed_and_that_it_should_not_have_been():
    first, second = sample_record(1).attempts
    placed = replace(first, region="global", pinned="us", evidenced="global", incident="processed anywhere")
    console = Console(width=400, file=io.StringIO())
    console.print(drawn(replace(sample_record(1), attempts=(placed, second))))
    shown = console.file.getvalue()
    assert "pinned to us · processed in global · incident: processed anywhere" in shown
    assert shown.count("incident") == 1
