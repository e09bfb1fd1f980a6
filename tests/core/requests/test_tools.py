from typing import Literal

import pytest
from pydantic import BaseModel

from interlock.errors import RequestError
from interlock.requests.tools import as_tool_choice, as_tools
from interlock.types.request import ToolSpec


class Search(BaseModel):
    """Search the archive."""

    query: str


def reroute(shipment: str, carrier: Literal["rail", "road"] = "rail") -> None:
    """Send a shipment another way."""


PARAMETERS = {"type": "object", "properties": {"x": {"type": "integer"}}}


@pytest.mark.parametrize(
    "form",
    [
        {"name": "look", "description": "Look.", "parameters": PARAMETERS},
        {"type": "function", "function": {"name": "look", "description": "Look.", "parameters": PARAMETERS}},
        {"function": {"name": "look", "description": "Look.", "parameters": PARAMETERS}},
        {"name": "look", "description": "Look.", "input_schema": PARAMETERS},
        ToolSpec(name="look", description="Look.", parameters=PARAMETERS),
    ],
)
def test_every_form_means_the_same_tool(form):
    assert as_tools([form]) == (ToolSpec(name="look", description="Look.", parameters=PARAMETERS),)


def test_a_callable_is_described_by_its_signature():
    (tool,) = as_tools([reroute])
    assert (tool.name, tool.description) == ("reroute", "Send a shipment another way.")
    assert tool.parameters["required"] == ["shipment"]
    assert tool.parameters["properties"]["carrier"]["enum"] == ["rail", "road"]


def test_a_model_is_described_by_its_schema():
    (tool,) = as_tools([Search])
    assert (tool.name, tool.description) == ("Search", "Search the archive.")
    assert tool.parameters["properties"]["query"]["type"] == "string"


@pytest.mark.parametrize(
    ("tools", "key"),
    [
        ("look", "tools"),
        ([42], "tools.0"),
        ([{"description": "nameless"}], "tools.0.name"),
        ([{"name": "a"}, {"name": "b", "parameters": 7}], "tools.1.parameters"),
        ([{"name": "a"}, {"name": "a"}], "tools"),
    ],
)
def test_what_is_no_tool_is_named(tools, key):
    with pytest.raises(RequestError) as caught:
        as_tools(tools)
    assert caught.value.key == key


@pytest.mark.parametrize(
    ("choice", "meaning"),
    [
        (None, None),
        ("auto", "auto"),
        ("any", "required"),
        (True, "required"),
        ("none", "none"),
        (False, "none"),
        ("Search", "Search"),
        ({"type": "function", "function": {"name": "Search"}}, "Search"),
    ],
)
def test_choices_are_understood_in_every_usual_form(choice, meaning):
    assert as_tool_choice(choice, as_tools([Search])) == meaning


def test_a_choice_that_names_no_tool_is_refused():
    with pytest.raises(RequestError, match="Serach"):
        as_tool_choice("Serach", as_tools([Search]))
    with pytest.raises(RequestError, match="there are none"):
        as_tool_choice("required", ())
