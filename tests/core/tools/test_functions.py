"""Tools out of functions: called with arguments that fit, and never with others."""

import asyncio
import threading
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from pydantic import BaseModel

from interlock import Repeat, RequestError, ToolCall, ToolOutcome, tool_of
from interlock.protocols import Tool, ToolRun
from interlock.testing.effect_rules import ToolConformance
from interlock.testing.running import run_rules


def run(tool: Tool, **arguments: Any) -> ToolOutcome:
    call = ToolCall(id="call_1", name=tool.spec.name, arguments=arguments)
    return asyncio.run(tool.run(ToolRun(call=call, key="key-1")))


def weigh(shipment: str, unit: Literal["kg", "lb"] = "kg") -> dict[str, Any]:
    """Weigh a shipment."""
    return {"shipment": shipment, "weight": 7, "unit": unit}


async def reroute(shipment: str, run: ToolRun) -> ToolOutcome:
    """Send a shipment another way."""
    return ToolOutcome(outcome="done", content=shipment, receipt={"key": run.key})


def test_a_line_makes_a_tool_of_a_function() -> None:
    tool = tool_of(weigh, effect="read")
    assert isinstance(tool, Tool)
    assert (tool.spec.name, tool.spec.description) == ("weigh", "Weigh a shipment.")
    assert (tool.effect, tool.repeat, tool.settles_within) == ("read", Repeat("natural"), 0.0)
    assert run(tool, shipment="s1").content == '{"shipment":"s1","weight":7,"unit":"kg"}'


def test_it_keeps_the_rules_of_tools() -> None:
    class Kit(ToolConformance):
        tool = tool_of(weigh, effect="read")
        arguments = {"weigh": {"shipment": "s1"}}  # noqa: RUF012 - as kits are written
        wrong = {"weigh": {"shipment": "s1", "unit": "st"}}  # noqa: RUF012 - likewise

    assert not [found for found in run_rules(Kit()) if found.result == "failed"]


def test_what_changes_something_is_not_repeated_unless_it_says_how() -> None:
    assert tool_of(reroute, effect="write").repeat == Repeat("none")
    assert tool_of(reroute, effect="write", repeat=Repeat("key"), settles_within=2).settles_within == 2


def test_a_parameter_for_the_run_is_given_it_and_is_no_argument() -> None:
    tool = tool_of(reroute, effect="write", name="redirect", description="Redirect.")
    assert (tool.spec.name, tool.spec.description) == ("redirect", "Redirect.")
    assert list(tool.spec.parameters["properties"]) == ["shipment"]
    assert run(tool, shipment="s1").receipt == {"key": "key-1"}
    assert run(tool, shipment="s1", run="forged").outcome == "refused"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({}, "shipment: Field required"),
        ({"shipment": 7}, "shipment: Input should be a valid string"),
        ({"shipment": "s1", "unit": "st"}, "unit: Input should be 'kg' or 'lb'"),
        ({"shipment": "s1", "approved": True}, "there is no argument approved; there are shipment, unit"),
    ],
)
def test_what_does_not_fit_is_refused_and_the_function_not_called(
    arguments: dict[str, Any], told: str
) -> None:
    outcome = run(tool_of(weigh, effect="read"), **arguments)
    assert (outcome.outcome, outcome.content) == ("refused", told)


def test_arguments_come_as_their_annotations_say() -> None:
    class Box(BaseModel):
        sides: tuple[int, int]

    @dataclass
    class Tag:
        text: str

    def pack(box: Box, /, tag: Tag, *, times: int = 1) -> str:
        return f"{box.sides[0] * box.sides[1]} {tag.text} {times}"

    tool = tool_of(pack, effect="read")
    assert run(tool, box={"sides": [2, 3]}, tag={"text": "a"}, times=4).content == "6 a 4"


def test_a_function_that_is_no_coroutine_holds_up_no_loop() -> None:
    where = run(tool_of(lambda: threading.current_thread().name, effect="read", name="where"))
    assert where.content != threading.current_thread().name


def test_nothing_is_no_text_and_a_refusal_is_one() -> None:
    def empty() -> None:
        """Do nothing."""

    def full() -> None:
        raise RequestError("there is no room", key="shipment")

    assert run(tool_of(empty, effect="read")) == ToolOutcome(outcome="done")
    assert run(tool_of(full, effect="read")) == ToolOutcome(
        outcome="refused", content="shipment: there is no room"
    )


def test_what_else_it_raises_passes() -> None:
    def broken() -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        run(tool_of(broken, effect="write"))


def opaque(thing: threading.Lock) -> None: ...


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: tool_of(weigh, effect="reads"), "effect: 'reads' is none of read, write"),  # type: ignore[arg-type]  # the mistake
        (lambda: tool_of(opaque, effect="read"), "opaque: no schema fits its signature"),
        (lambda: tool_of(7, effect="read"), "int: its signature cannot be read"),  # type: ignore[arg-type]  # likewise
    ],
)
def test_what_can_be_no_tool_is_refused(make: Any, complaint: str) -> None:
    with pytest.raises(RequestError, match=complaint):
        make()
