"""Traits that are written on a deployment or its card go over what a codec knows by the model's name."""

import json
from dataclasses import replace
from typing import Any

import pytest

from every_dialect import ANTHROPIC, BEDROCK, Body, Dialect
from interlock.types.request import Request, Settings, ToolSpec
from interlock.types.traits import Traits

CLAUDES = pytest.mark.parametrize("dialect", [ANTHROPIC, BEDROCK], ids=["anthropic", "bedrock"])
ON = pytest.mark.parametrize("card", [False, True], ids=["deployment", "card"])
LOOK = (ToolSpec(name="look"),)


def sent(dialect: Dialect, traits: Traits, model: str = "", *, card: bool = False, **asked: Any) -> Body:
    """The body, with what it adjusted under `adjusted`."""
    choice = asked.pop("tool_choice", None)
    tools = LOOK if choice else ()
    call = dialect.call(Request("hello", tools=tools, tool_choice=choice, settings=Settings(**asked)))
    there = replace(call.deployment, name=model or call.deployment.name)
    configured = {"card": replace(there.card, traits=traits)} if card else {"traits": traits}
    call = replace(call, deployment=replace(there, **configured))
    body: Body = json.loads(dialect.codec.encode(call, stream=False).body)
    return body | {"adjusted": " ".join(call.adjusted)}


@CLAUDES
@ON
def test_what_traits_refuse_is_left_out_and_said(dialect: Dialect, card: bool) -> None:
    asked: dict[str, Any] = {"temperature": 0.5, "top_k": 3}
    assert "0.5" in str(sent(dialect, Traits(), **asked))
    without = sent(dialect, Traits(refuses=frozenset({"sampling"})), card=card, **asked)
    assert "0.5" not in str(without)
    assert "temperature: left out" in without["adjusted"]
    assert "top_k: left out" in without["adjusted"]
    one = sent(dialect, Traits(refuses=frozenset({"top_k"})), card=card, **asked)
    assert "0.5" in str(one)
    assert "top_k: left out" in one["adjusted"]
    moved = sent(dialect, Traits(temperature=(0.0, 0.25)), card=card, **asked)
    assert "temperature: sent as 0.25" in moved["adjusted"]


@CLAUDES
def test_what_traits_take_is_sent_although_the_name_says_otherwise(dialect: Dialect) -> None:
    later = dialect.model.replace("4-5-20250929-v1:0", "4-8").replace("4-5", "4-8")
    assert "0.5" not in str(sent(dialect, Traits(), later, temperature=0.5))
    assert "0.5" in str(sent(dialect, Traits(refuses=frozenset()), later, temperature=0.5))


@CLAUDES
@ON
def test_a_model_that_never_reasons_is_not_asked_to(dialect: Dialect, card: bool) -> None:
    assert "budget_tokens" in str(sent(dialect, Traits(), reasoning_effort="high", max_tokens=4000))
    never = sent(dialect, Traits(reasons="never"), card=card, reasoning_effort="high", max_tokens=4000)
    assert "thinking" not in str({**never, "adjusted": ""})
    assert "reasoning_effort: left out" in never["adjusted"]
    assert "thinking" not in str(
        sent(dialect, Traits(reasons="never"), reasoning_effort="none") | {"adjusted": ""}
    )


@CLAUDES
@ON
def test_an_effort_is_the_nearest_that_traits_know(dialect: Dialect, card: bool) -> None:
    later = dialect.model.replace("4-5-20250929-v1:0", "4-8").replace("4-5", "4-8")
    body = sent(dialect, Traits(efforts=("low", "medium")), later, card=card, reasoning_effort="max")
    assert "'effort': 'medium'" in str(body)
    assert "reasoning_effort: sent as medium" in body["adjusted"]


@CLAUDES
@ON
def test_tools_that_traits_do_not_let_be_forced_are_asked_for_in_words(dialect: Dialect, card: bool) -> None:
    forced = sent(dialect, Traits(), tool_choice="look")
    assert "look" in str(forced.get("tool_choice") or forced["toolConfig"].get("toolChoice"))
    free = sent(dialect, Traits(refuses=frozenset({"forced_tools"})), card=card, tool_choice="look")
    assert "look" not in str(free.get("tool_choice") or free.get("toolConfig", {}).get("toolChoice"))
    assert "look" in str(free.get("system")) + str(free["messages"])
