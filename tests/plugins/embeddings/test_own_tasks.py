"""Tasks of a user's own: learned from examples, measured, kept, found."""

import asyncio
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from interlock import Classification, ConfigError, Request
from interlock.cli.app import app
from interlock.protocols import ClassifyCall
from interlock.testing import scripted_router
from interlock_embeddings import Embeddings, Options
from interlock_embeddings.conformance import Tasks
from interlock_embeddings.own.examples import background, read_examples
from interlock_embeddings.own.learning import learn
from interlock_embeddings.own.measures import Share, measured
from interlock_embeddings.own.tasks import read_tasks, written

EXAMPLES = Path(__file__).with_name("own_tasks.jsonl")
NAMES = ("contracts_review", "product_returns", "shift_planning")
NEW = {
    "Does the maintenance agreement let us withhold payment when they are late?": "contracts_review",
    "The kettle leaks, I want to send it back and get a new one.": "product_returns",
    "Who is free to take the early shift on Wednesday?": "shift_planning",
}


@pytest.fixture(scope="module")
def lesson():
    return learn(read_examples(EXAMPLES))


@pytest.fixture(scope="module")
def file(lesson, tmp_path_factory):
    path = tmp_path_factory.mktemp("own") / "tasks.json"
    path.write_text(written(lesson.tasks), encoding="utf-8")
    return path


class TestTheRulesForVerbs(Tasks):
    pass


def run(*arguments):
    return CliRunner().invoke(app, ["tasks", *map(str, arguments)])


def test_nine_in_ten_examples_are_found_while_they_are_kept_aside(lesson):
    measure = measured(lesson.examples, lesson.said, lesson.tasks.names)
    assert lesson.tasks.names == NAMES
    assert {name: share.value >= 0.9 for name, share in measure.recall.items()} == dict.fromkeys(NAMES, True)
    assert measure.verdict == "adopt"


@pytest.mark.parametrize(("text", "task"), NEW.items())
def test_a_router_finds_them_in_prompts_however_sure_it_was_of_something_else(file, text, task):
    config = {"classifiers": {"embeddings": {"tasks": str(file)}}, "routes": {task: ["b", "a"]}}
    with scripted_router({"a": [], "b": ["done"]}, **config) as router:
        response = router.complete_sync(text)
        assert router.decide("Anything.", task=task).shortlist[0].deployment == "b"
    decision = response.record.decision
    assert (decision.task, decision.stage, response.text) == (task, "embeddings", "done")
    assert decision.evidence == (f"worded like the examples of {task}",)


def test_prompts_of_other_tasks_are_told_as_before(file):
    with scripted_router({"a": []}, classifiers={"embeddings": {"tasks": str(file)}}) as router:
        for text in ("Write a Python function that sorts a list.", "Write a sonnet about the sea."):
            assert router.refine_sync(text).task == router.decide(text).task


def test_data_that_must_stay_in_the_eu_is_not_talked_out_of_it(file):
    text = "Review this contract of our Berlin patients; personal data, keep it in the EU."
    with scripted_router({"a": []}, classifiers={"embeddings": {"tasks": str(file)}}) as router:
        assert router.refine_sync(text).task == "eu_regulated"


def test_what_is_doubted_is_still_doubted_where_no_own_task_is_found(file):
    classifier = Embeddings(Options(below=0.5, tasks=file))
    assert classifier.below == 1
    assert classifier.own_tasks() == NAMES
    text = "Tell the caterer we're nine now, not seven, and get the invoice changed."

    def refined(confidence):
        sofar = Classification(task="conversational", confidence=confidence)
        call = ClassifyCall(request=Request(text), input_tokens=9, text=text)
        return asyncio.run(classifier.refine(call, sofar))

    assert refined(0.4).task == "agentic_tool_use"
    assert refined(0.6) is None


def test_a_file_is_read_as_it_was_written_and_holds_no_example(lesson, file):
    again = read_tasks(file)
    assert again.names == lesson.tasks.names
    assert np.allclose(again.dense, lesson.tasks.dense, atol=1e-3)
    assert np.array_equal(again.words, lesson.tasks.words)
    content = file.read_text(encoding="utf-8")
    assert written(again) == content
    assert not [each.text for each in read_examples(EXAMPLES) if each.text in content]


def test_the_verbs_learn_test_and_show(tmp_path):
    output = tmp_path / "tasks.json"
    learned = run("learn", EXAMPLES, "--output", output, "--json")
    assert learned.exit_code == 0, learned.output
    told = json.loads(learned.stdout)
    assert told["verdict"] == "adopt"
    assert set(told["recall"]) == set(NAMES)
    assert {"share", "low", "high", "part", "whole"} == set(told["recall"]["shift_planning"])
    assert sum(told["confusion"]["code_generation"].values()) > 300
    assert "Reading" in learned.stderr
    assert "kept aside" not in learned.stdout
    shown = run("show", output)
    assert (shown.exit_code, "contracts_review" in shown.stdout, "adopt" in shown.stderr) == (0, True, True)
    others = tmp_path / "others.jsonl"
    rows = [*NEW.items(), ("Why is the sky blue?", "conversational")]
    others.write_text("".join(json.dumps({"text": text, "task": task}) + "\n" for text, task in rows))
    tested = run("test", output, others)
    assert tested.exit_code == 0, tested.output
    assert "Verdict: adopt." in tested.stderr


def test_tasks_that_nobody_can_tell_apart_are_rejected_and_not_written(tmp_path):
    examples = tmp_path / "examples.jsonl"
    mixed = [each.text for each in background()[::230]]
    examples.write_text(
        "".join(
            json.dumps({"text": f"{text} {at}", "task": "mixed_bag"}) + "\n" for at, text in enumerate(mixed)
        )
    )
    result = run("learn", examples, "--output", tmp_path / "tasks.json")
    assert result.exit_code == 1
    assert "mixed_bag is found in" in result.stderr
    assert "Verdict: reject." in result.stderr
    assert not (tmp_path / "tasks.json").exists()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "has no examples"),
        ("{", "line 1 is no JSON object"),
        ("[1]", "line 1 is no JSON object"),
        ('{"text": "x"}', '"task" must be text'),
        ('{"text": " ", "task": "a"}', '"text" must be text'),
        ('{"text": "x", "task": "My Task"}', "lower-case letters"),
        (
            '{"text": "x", "task": "a"}\n\n{"text": "x", "task": "b"}',
            "line 3: the text is an example of a already",
        ),
        ('{"text": "x", "task": "a"}', "a has 1 examples; 10 are the fewest"),
        ('{"text": "x", "task": "conversational"}', "no task but Interlock's own"),
    ],
)
def test_examples_that_cannot_be_used_say_where_and_why(tmp_path, content, sentence):
    (tmp_path / "examples.jsonl").write_text(content)
    result = run("learn", tmp_path / "examples.jsonl", "--output", tmp_path / "tasks.json")
    assert result.exit_code == 2
    assert sentence in " ".join(result.stderr.split())


@given(st.text(max_size=120))
def test_a_line_that_is_no_example_is_refused_by_its_number(tmp_path_factory, line):
    path = tmp_path_factory.mktemp("lines") / "examples.jsonl"
    path.write_text(json.dumps({"text": "x", "task": "a"}) + "\n" + line, encoding="utf-8", errors="replace")
    try:
        found = read_examples(path)
    except ConfigError as error:
        told = str(error)
    else:
        told = f"line: {found[0]}"
    assert "line" in told


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"format": 2}', '{"format": 1, "tasks": ["a"], "bias": "x"}']
)
def test_a_file_that_is_none_is_refused_when_a_router_is_made(tmp_path, content):
    path = tmp_path / "tasks.json"
    path.write_text(content)
    with pytest.raises(ConfigError, match=r"tasks\.json") as caught:
        scripted_router({"a": []}, classifiers={"embeddings": {"tasks": str(path)}})
    assert caught.value.key == "classifiers.embeddings"


def test_a_file_whose_arrays_are_too_large_is_not_unpacked(file, tmp_path):
    import zlib
    from base64 import b64encode

    facts = json.loads(file.read_text(encoding="utf-8"))
    facts["words"] = b64encode(zlib.compress(b"\0" * 50_000_000)).decode()
    path = tmp_path / "tasks.json"
    path.write_text(json.dumps(facts))
    with pytest.raises(ValueError, match="no file that"):
        read_tasks(path)


def test_a_share_knows_how_sure_it_is():
    low, high = Share(27, 30).interval
    assert (round(low, 3), round(high, 3)) == (0.744, 0.965)
    assert Share(0, 0).interval == (0.0, 1.0)
    assert str(Share(1, 2)) == "50% [9%, 91%] (1 of 2)"


@given(st.integers(0, 50), st.integers(0, 50))
def test_a_share_lies_within_its_interval(part, more):
    share = Share(part, part + more)
    low, high = share.interval
    assert 0 <= low <= share.value + 1e-12
    assert (share.whole == 0) or share.value - 1e-12 <= high <= 1
