"""Structured output by each method: raw answers, answers that do not fit, and what is asked of the vendor."""

import json
from typing import Annotated, TypedDict

import pytest
from langchain_core.exceptions import OutputParserException
from langchain_core.messages import AIMessage, HumanMessage
from pydantic import BaseModel, Field
from pydantic.v1 import BaseModel as BaseModelV1

from interlock import Answer, OutputInvalid, Refusal, RequestError, Text, ToolCall
from interlock.testing import ScriptedProvider, Step, scripted_router
from langchain_interlock import ChatInterlock
from langchain_standard import METHODS, configuration


class Joke(BaseModel):
    """A joke."""

    setup: str = Field(description="the question")
    rating: int | None = None


class JokeV1(BaseModelV1):
    setup: str


class JokeDict(TypedDict):
    """A joke."""

    setup: Annotated[str, ..., "the question"]


SCHEMA = {
    "title": "Joke",
    "description": "A joke.",
    "type": "object",
    "properties": {"setup": {"type": "string"}},
}
GOOD = {"setup": "Why?"}


def said(method: str, value: object) -> Answer:
    if method == "function_calling":
        call = ToolCall(id="c1", name="Joke", arguments=value)
        return Answer(parts=(call,), finish_reason="tool_calls")
    return Answer(parts=(Text(json.dumps(value)),), finish_reason="stop")


def chat(*answers: object) -> tuple[ChatInterlock, ScriptedProvider]:
    provider = ScriptedProvider([Step(answer) for answer in answers], "a")
    return ChatInterlock(router=scripted_router({"a": provider})), provider


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("schema", "expected"),
    [(Joke, Joke(setup="Why?")), (JokeDict, GOOD), (SCHEMA, GOOD)],
    ids=["model", "dict", "json"],
)
def test_raw_parsed_and_no_error(method, schema, expected):
    name = {JokeDict: "JokeDict"}.get(schema, "Joke") if schema is not SCHEMA else "Joke"
    answer = said(method, GOOD)
    if method == "function_calling":
        answer = Answer(parts=(ToolCall(id="c1", name=name, arguments=GOOD),), finish_reason="tool_calls")
    model, _ = chat(answer)
    result = model.with_structured_output(schema, method=method, include_raw=True).invoke("x")
    assert result["parsed"] == expected
    assert result["parsing_error"] is None
    assert isinstance(result["raw"], AIMessage)


def test_pydantic_of_the_first_version():
    model, _ = chat(said("json_schema", GOOD))
    assert model.with_structured_output(JokeV1).invoke("x") == JokeV1(setup="Why?")


@pytest.mark.parametrize("value", [{"setup": 3}, {"punchline": "x"}, ["no object"], "no object"])
def test_what_does_not_fit_is_mended_and_then_an_error_with_what_was_said(value):
    wrong = said("json_schema", value)
    model, provider = chat(wrong, said("json_schema", GOOD))
    assert model.with_structured_output(Joke).invoke("x") == Joke(setup="Why?")
    assert len(provider.calls) == 2
    model, _ = chat(wrong, wrong)
    with pytest.raises(OutputInvalid):
        model.with_structured_output(Joke).invoke("x")
    model, _ = chat(wrong, wrong)
    result = model.with_structured_output(Joke, include_raw=True).invoke("x")
    assert result["parsed"] is None
    assert isinstance(result["parsing_error"], OutputParserException)
    assert result["raw"].text == json.dumps(value)
    assert len(result["raw"].response_metadata["interlock"]["attempts"]) == 2


async def test_what_does_not_fit_anywhere_is_shown_raw_too():
    providers = {name: ScriptedProvider([Step("no JSON")] * 2, name) for name in "ab"}
    model = ChatInterlock(router=scripted_router(providers))
    result = await model.with_structured_output(Joke, include_raw=True).ainvoke("x")
    assert (result["raw"].text, result["parsed"]) == ("no JSON", None)


def test_json_mode_accepts_any_object_and_its_parser_decides():
    model, provider = chat(said("json_mode", {"punchline": "x"}))
    with pytest.raises(OutputParserException):
        model.with_structured_output(Joke, method="json_mode").invoke("x")
    assert provider.calls[0].request.output.schema == {"type": "object", "additionalProperties": True}
    model, _ = chat(said("json_mode", {"anything": 1}))
    assert model.with_structured_output(method="json_mode").invoke("JSON, please") == {"anything": 1}


@pytest.mark.parametrize(
    ("prompt", "told"),
    [("A joke.", True), ("A joke as JSON.", True), ("A joke as JSON with 'setup' and 'rating'.", False)],
)
def test_json_mode_tells_the_schema_when_the_caller_did_not(prompt, told):
    model, provider = chat(said("json_mode", GOOD))
    model.with_structured_output(Joke, method="json_mode").invoke([HumanMessage(prompt)])
    first = provider.calls[0].request.messages[0]
    assert (first.role == "system" and "JSON" in first.text and "rating" in first.text) == told


def test_partial_answers_while_streaming():
    words = ['{"setup": "Why', ' not?", "rating"', ": 3}"]
    model, _ = chat([*words, *said_end()])
    chunks = list(model.with_structured_output(SCHEMA).stream("x"))
    assert chunks[0] == {"setup": "Why"}
    assert chunks[-1] == {"setup": "Why not?", "rating": 3}


def said_end():
    from interlock import Delta

    return [Delta(finish_reason="stop")]


def test_a_refusal_is_no_joke():
    model, _ = chat(Answer(parts=(Refusal("I will not."),), finish_reason="refusal"))
    with pytest.raises(OutputParserException):
        model.with_structured_output(Joke).invoke("x")


@pytest.mark.parametrize("strict", [None, True, False])
def test_strictness_reaches_the_tool(upstream, strict):
    model = ChatInterlock(config=configuration(upstream.url, "openai"))
    model.with_structured_output(JokeDict, method="function_calling", strict=strict).invoke("x")
    [tool] = upstream.seen[0].settings["tools"]
    assert tool["function"].get("strict") == strict
    assert upstream.seen[0].choice == "JokeDict"


def test_a_schema_beside_tools(upstream):
    def look(place: str) -> str:
        """Look at a place."""
        return place

    model = ChatInterlock(config=configuration(upstream.url, "openai"))
    result = model.with_structured_output(Joke, tools=[look], include_raw=True).invoke("Hello")
    assert list(upstream.seen[0].tools) == ["look"]
    assert isinstance(result["parsed"], Joke)


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"method": "magic"}, "'magic' is none of json_schema"),
        ({"schema": None}, "json_schema needs a schema"),
    ],
)
def test_a_mistake_is_named(options, complaint):
    model, _ = chat()
    with pytest.raises(RequestError, match=complaint):
        model.with_structured_output(**{"schema": Joke, **options})


@pytest.mark.parametrize(
    ("response_format", "complaint"),
    [({"type": "xml"}, "'xml' is no known form"), ({"type": "json_schema"}, "expected {name, schema}")],
)
def test_a_response_format_that_is_not_known_is_refused(response_format, complaint):
    model, _ = chat()
    with pytest.raises(RequestError, match=complaint):
        model.invoke("x", response_format=response_format)


def test_a_response_format_may_be_text_or_a_class():
    model, provider = chat("words", said("json_schema", GOOD))
    assert model.invoke("x", response_format={"type": "text"}).text == "words"
    assert json.loads(model.invoke("x", response_format=Joke).text) == GOOD
    assert provider.calls[1].request.output.name == "Joke"
