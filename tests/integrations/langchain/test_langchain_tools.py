"""Tools in every form, and every way to choose among them."""

from contextlib import suppress

import pytest
from langchain_core.tools import tool
from pydantic import BaseModel
from pydantic.v1 import BaseModel as BaseModelV1

from interlock import ProtocolError, RequestError
from interlock.testing import ScriptedProvider, scripted_router
from langchain_interlock import ChatInterlock

PARAMETERS = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}


def add(a: int) -> int:
    """Adds."""
    return a


class Add(BaseModel):
    """Adds."""

    a: int


class AddV1(BaseModelV1):
    """Adds."""

    a: int


FORMS = {
    "callable": (add, "add"),
    "tool": (tool(add), "add"),
    "pydantic": (Add, "Add"),
    "pydantic v1": (AddV1, "AddV1"),
    "openai": (
        {"type": "function", "function": {"name": "add", "description": "Adds.", "parameters": PARAMETERS}},
        "add",
    ),
    "openai function": ({"name": "add", "description": "Adds.", "parameters": PARAMETERS}, "add"),
    "anthropic": ({"name": "add", "description": "Adds.", "input_schema": PARAMETERS}, "add"),
    "json schema": ({"title": "add", "description": "Adds.", **PARAMETERS}, "add"),
}


@pytest.fixture
def bound():
    """(a model bound to tools, what the provider was asked)."""
    provider = ScriptedProvider(["x"], "a")
    model = ChatInterlock(router=scripted_router({"a": provider}))

    def bind(tools, **options):
        with suppress(ProtocolError):  # a call that is required does not come
            model.bind_tools(tools, **options).invoke("x")
        return provider.calls[0].request

    return bind


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_the_same_tool(bound, form):
    given, name = FORMS[form]
    [spec] = bound([given]).tools
    assert (spec.name, spec.description) == (name, "Adds.")
    assert spec.parameters["properties"]["a"]["type"] == "integer"
    assert spec.parameters["required"] == ["a"]


@pytest.mark.parametrize(
    ("choice", "meant"),
    [
        (None, None),
        (False, None),
        (True, "required"),
        ("any", "required"),
        ("required", "required"),
        ("auto", "auto"),
        ("none", "none"),
        ("add", "add"),
        ({"type": "function", "function": {"name": "add"}}, "add"),
        ({"type": "tool", "name": "add"}, "add"),
        ({"type": "any"}, "required"),
        ({"type": "auto"}, "auto"),
    ],
)
def test_every_choice(bound, choice, meant):
    assert bound([add, Add], tool_choice=choice).tool_choice == meant


@pytest.mark.parametrize(
    ("tools", "options", "complaint"),
    [
        ([add], {"tool_choice": "subtract"}, "'subtract' is none of add"),
        ([add], {"tool_choice": 3}, "expected a name, a bool or a mapping"),
        (
            [add, {"type": "web_search_preview"}],
            {},
            "tools.1: web_search_preview is a tool that its vendor runs",
        ),
    ],
)
def test_a_mistake_is_named_when_tools_are_bound(tools, options, complaint):
    model = ChatInterlock(router=scripted_router({"a": []}))
    with pytest.raises(RequestError, match=complaint):
        model.bind_tools(tools, **options)


def test_strictness_and_parallel_calls(bound):
    request = bound([add], strict=True, parallel_tool_calls=False)
    assert request.tools[0].strict is True
    assert request.tools[0].parameters["additionalProperties"] is False
    assert request.settings.parallel_tool_calls is False
