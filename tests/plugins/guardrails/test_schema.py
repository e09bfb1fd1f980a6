"""Answers and tool calls that fit a schema, or are none."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunked import Says, every, router_over
from interlock import BlockedAnswer, ConfigError, Router
from interlock.testing.guarded import ModelDouble, inspected
from interlock.types.messages import Text
from interlock.types.response import Answer
from interlock_guardrails import Schema, SchemaOptions
from interlock_guardrails.schema.checking import fenced

PRICE = {
    "type": "object",
    "properties": {"price": {"$ref": "#/$defs/amount"}},
    "required": ["price"],
    "additionalProperties": False,
    "$defs": {"amount": {"type": "number", "minimum": 0}},
}
GOOD, BAD = '{"price": 3.5}', '{"price": "canary-3.5"}'
SEND = {"name": "send", "parameters": {"type": "object", "properties": {}}}


@pytest.mark.parametrize("said", [GOOD, f"```json\n{GOOD}\n```", f"\n {GOOD}"])
def test_what_fits_is_an_answer(said):
    with router_over(Says(text=said), guardrails={"schema": {"schema": PRICE}}) as router:
        assert router.complete_sync("How much?").text == said


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        (BAD, r"does not fit its schema \(properties.price.type\)"),
        ('{"price": -1}', r"\(properties.price.minimum\)"),
        ("{}", r"\(required\)"),
        ("Three fifty.", "the answer is no JSON"),
        ('{"price": 1, "price": 2}', "the answer is no JSON"),
        ('{"price": NaN}', "the answer is no JSON"),
        ("[" * 50_000, "the answer is no JSON"),
    ],
)
def test_what_does_not_fit_is_none(said, complaint):
    with (
        router_over(Says(text=said), guardrails={"schema": {"schema": PRICE}}) as router,
        pytest.raises(BlockedAnswer, match=complaint) as caught,
    ):
        router.complete_sync("How much?")
    assert "canary" not in str(caught.value)


def test_another_deployment_is_asked():
    guardrails = {"schema": {"schema": PRICE}}
    for cut in (every(3), every(100)):
        with router_over(Says(text=BAD, cut=cut), Says(text=GOOD, cut=cut), guardrails=guardrails) as router:
            assert router.complete_sync("How much?").deployment == "b"
            with router.stream_sync("How much?") as stream:
                assert "".join(chunk.text for chunk in stream) == GOOD


def test_a_schema_may_stand_in_a_file(tmp_path):
    (tmp_path / "price.json").write_text(json.dumps(PRICE))
    config = {"guardrails": {"schema": {"file": str(tmp_path / "price.json")}}}
    with router_over(Says(text=BAD), **config) as router, pytest.raises(BlockedAnswer):
        router.complete_sync("How much?")


def test_prose_may_stand_around_a_fenced_block():
    said = f"Here it is:\n\n```json\n{GOOD}\n```\nAnything else?"
    guardrails = {"schema": {"schema": PRICE, "within": "fenced"}}
    with router_over(Says(text=said), guardrails=guardrails) as router:
        assert router.complete_sync("How much?").text == said
    with (
        router_over(Says(text=GOOD), guardrails=guardrails) as router,
        pytest.raises(BlockedAnswer, match="no block that is fenced as json"),
    ):
        router.complete_sync("How much?")


def test_an_output_of_its_own_goes_first():
    other = {"type": "object", "properties": {"said": {"type": "string"}}, "required": ["said"]}
    with router_over(Says(text='{"said": "x"}'), guardrails={"schema": {"schema": PRICE}}) as router:
        assert router.complete_sync("Say x", output=other).parsed == {"said": "x"}


def test_the_arguments_of_a_tool_fit_its_schema():
    tools = {"send": {"properties": {"to": {"pattern": "@example[.]com$"}}, "required": ["to"]}}
    for cut in (every(2), every(50)):
        good = Says(arguments={"to": "ada@example.com"}, cut=cut)
        bad = Says(arguments={"to": "canary@example.org"}, cut=cut)
        with router_over(bad, good, guardrails={"schema": {"tools": tools}}) as router:
            response = router.complete_sync("Send it", tools=[SEND])
            assert response.deployment == "b"
            with router.stream_sync("Send it", tools=[SEND]) as stream:
                calls = [call for chunk in stream for call in chunk.tool_calls]
            assert stream.response.tool_calls[0].arguments == {"to": "ada@example.com"}
            assert calls
    noted = [each for each in response.record.guardrails if each.action == "block"]
    assert [(each.phase, each.category) for each in noted] == [("tool_arguments", "tool_arguments")]
    with (
        router_over(bad, guardrails={"schema": {"tools": tools}}) as router,
        pytest.raises(BlockedAnswer, match=r"arguments of send .*properties.to.pattern") as caught,
    ):
        router.complete_sync("Send it", tools=[SEND])
    assert "canary" not in str(caught.value)


def test_a_tool_of_another_name_and_a_stream_of_text_are_left_alone():
    says = Says(text="It rained all day.", cut=every(6))
    guardrails = {"schema": {"tools": {"other": PRICE}}}
    with router_over(says, guardrails=guardrails) as router, router.stream_sync("Weather?") as stream:
        assert sum(bool(chunk.text) for chunk in stream) > 1


@given(st.text(alphabet="`json \n{}a"))
def test_looking_for_a_fence_raises_nothing(text):
    found = fenced(text)
    assert found is None or found in text


def test_a_large_answer_is_checked():
    said = json.dumps({"price": 1, "more": ["x"] * 10_000})
    guardrail = Schema().configured(SchemaOptions(schema=PRICE))
    verdict = inspected(guardrail, Answer(parts=(Text(said),), finish_reason="stop"), ModelDouble("")).verdict
    assert (verdict.action, verdict.reason) == (
        "block",
        "the answer does not fit its schema (additionalProperties)",
    )


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({}, "guardrails.schema: says no schema"),
        ({"schema": {"type": "objekt"}}, "guardrails.schema.schema: this is no JSON schema"),
        (
            {"schema": {"$ref": "https://example.com/a.json"}},
            "guardrails.schema.schema: .*is not within the schema",
        ),
        ({"tools": {"send": {"minimum": "x"}}}, "guardrails.schema.tools.send: this is no JSON schema"),
        ({"file": "absent.json"}, "guardrails.schema.file: .*absent.json cannot be read"),
        ({"file": "absent.json", "schema": {}}, "guardrails.schema.file: .*stands in schema already"),
        ({"schema": PRICE, "within": "fence"}, "guardrails.schema.within"),
    ],
)
def test_a_schema_that_is_none_is_refused(options, complaint):
    with pytest.raises(ConfigError, match=complaint):
        Router.from_config({"guardrails": {"schema": options}})
