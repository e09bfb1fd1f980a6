"""What a tool does to the world: by the user's policy, else as it declares, else the worst."""

from typing import Any

import pytest

from interlock import Repeat, ToolPolicy, ToolRule, ToolSpec
from interlock.tools import Classified, classified

NONE = Repeat("none")


class Tool:
    api = 1
    spec = ToolSpec(name="create_issue")
    effect: Any = "write"
    repeat: Any = Repeat("key")
    settles_within: Any = 2.0

    async def run(self, run: Any) -> Any: ...


class Finding(Tool):
    async def find(self, call: Any) -> Any: ...


def made(kind: type[Tool] = Tool, **attributes: Any) -> Tool:
    tool = kind()
    vars(tool).update(attributes)
    return tool


def policy(*rules: ToolRule) -> ToolPolicy:
    return ToolPolicy(rules=rules)


def test_without_a_rule_a_tool_is_what_it_declares() -> None:
    assert classified(Tool(), ToolPolicy()) == Classified("write", Repeat("key"), 2.0)


def test_a_rule_holds_whatever_the_tool_declares_and_the_rest_stays() -> None:
    found = classified(Tool(), policy(ToolRule(tools="create_*", effect="irreversible")))
    assert found == Classified("irreversible", Repeat("key"), 2.0)
    weaker = ToolRule(tools="create_issue", effect="read", repeat=Repeat("natural"), settles_within=0)
    assert classified(Tool(), policy(weaker)) == Classified("read", Repeat("natural"), 0.0)


def test_what_a_rule_says_only_reads_may_be_repeated_unless_the_rule_says_otherwise() -> None:
    rule = ToolRule(tools="*", effect="read")
    assert classified(made(repeat=NONE), policy(rule)).repeat == Repeat("natural")
    strict = ToolRule(tools="*", effect="read", repeat=Repeat("none"))
    assert classified(Tool(), policy(strict)).repeat == Repeat("none")


def test_the_first_rule_that_fits_decides() -> None:
    rules = [ToolRule(tools="delete_*", effect="read"), ToolRule(tools="create_*", settles_within=9)]
    assert classified(Tool(), policy(*rules, ToolRule(tools="*", effect="read"))).effect == "write"
    assert classified(Tool(), policy(*rules)).settles_within == 9.0


@pytest.mark.parametrize(
    ("tools", "fits"),
    [("github/create_*", True), ("github/*", True), ("*/create_issue", True), ("gitlab/*", False)],
)
def test_a_rule_with_a_slash_names_the_connector_too(tools: str, fits: bool) -> None:
    found = classified(Tool(), policy(ToolRule(tools=tools, effect="destructive")), connector="github")
    assert (found.effect == "destructive") == fits


@pytest.mark.parametrize("effect", [None, "", "harmless", 7, ["read"]])
def test_an_effect_that_nobody_declares_is_irreversible(effect: Any) -> None:
    assert classified(made(effect=effect), ToolPolicy()).effect == "irreversible"


@pytest.mark.parametrize("repeat", [None, "natural", True])
def test_a_repetition_that_nobody_declares_is_none(repeat: Any) -> None:
    assert classified(made(repeat=repeat), ToolPolicy()).repeat == NONE


def test_to_look_takes_a_tool_that_can_and_a_time_after_which_absence_counts() -> None:
    look = Repeat("read")
    assert classified(made(repeat=look), ToolPolicy()).repeat == NONE
    assert classified(made(Finding, repeat=look), ToolPolicy()).repeat == look
    assert classified(Tool(), policy(ToolRule(tools="*", repeat=look))).repeat == NONE
    for never in (None, -1, float("inf"), float("nan"), "soon", True):
        assert classified(made(Finding, repeat=look, settles_within=never), ToolPolicy()).repeat == NONE
