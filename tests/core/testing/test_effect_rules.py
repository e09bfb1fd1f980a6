"""ToolConformance: a tool whose runs break a rule fails that rule's test."""

import asyncio
import itertools
from collections.abc import Mapping
from typing import Any, ClassVar
from unittest import SkipTest

import pytest

from interlock import Preview, Repeat, ToolOutcome, ToolSpec
from interlock.protocols import FindCall, PreviewCall, ToolRun, UndoCall
from interlock.testing import ToolConformance, rules_of
from interlock.testing.effect_rules import EffectRules
from interlock.testing.tool_rules import ToolRules

RULES = sorted(set(rules_of(EffectRules)) - set(rules_of(ToolRules)))
TEXT = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}


class Write:
    """Writes once for each key, finds it, shows it and takes it back."""

    api = 1
    spec = ToolSpec(name="write", description="Writes a text.", parameters=TEXT)
    effect: Any = "write"
    repeat: Any = Repeat("key")
    settles_within: Any = 0.0

    def __init__(self) -> None:
        self.world: list[tuple[str, str]] = []

    async def run(self, run: ToolRun) -> ToolOutcome:
        if run.key not in dict(self.world):
            self.world.append((run.key, run.call.arguments["text"]))
        return ToolOutcome(outcome="done", receipt={"at": run.key})

    async def find(self, call: FindCall) -> ToolOutcome | None:
        seen = sum(key == call.key for key, _ in self.world)
        return ToolOutcome(outcome="done", receipt={"at": call.key}, seen=seen) if seen else None

    async def preview(self, call: PreviewCall) -> Preview:
        return Preview(text="Writes.", changes={"added": [call.call.arguments["text"]]})

    async def undo(self, call: UndoCall) -> ToolOutcome:
        self.world = [each for each in self.world if each[0] != call.receipt["at"]]
        return ToolOutcome(outcome="done")


class Kit(ToolConformance):
    tool: Any
    arguments: ClassVar = {"write": {"text": "a"}}

    def __init__(self, tool: Any) -> None:
        self.tool = tool

    def effects(self, name: str, arguments: Mapping[str, Any]) -> int:
        return len(self.tool.world)


class Blind(Kit):
    def effects(self, name: str, arguments: Mapping[str, Any]) -> int:
        raise NotImplementedError


@pytest.mark.parametrize("kit", [Kit, Blind])
@pytest.mark.parametrize("rule", RULES)
def test_a_tool_that_keeps_the_contract_passes(rule: str, kit: type[Kit]) -> None:
    if rule == "test_a_natural_repetition_leaves_one_effect":
        with pytest.raises(SkipTest, match="no tool that changes something and repeats by natural"):
            getattr(kit(Write()), rule)()
    else:
        getattr(kit(Write()), rule)()


class Put(Write):
    repeat = Repeat("natural")

    async def run(self, run: ToolRun) -> ToolOutcome:
        self.world = [("the one", run.call.arguments["text"])]
        return ToolOutcome(outcome="done")


def test_what_is_natural_leaves_one_effect_whatever_the_key() -> None:
    Kit(Put()).test_a_natural_repetition_leaves_one_effect()


class Append(Write):
    async def run(self, run: ToolRun) -> ToolOutcome:
        self.world.append((run.key, run.call.arguments["text"]))
        return ToolOutcome(outcome="done", receipt={"at": run.key})


class NaturalAppend(Append):
    repeat = Repeat("natural")


class NewReceipt(Write):
    counted = itertools.count()

    async def run(self, run: ToolRun) -> ToolOutcome:
        return ToolOutcome(outcome="done", receipt={"at": next(self.counted)})


class Down(Write):
    async def run(self, run: ToolRun) -> ToolOutcome:
        return ToolOutcome(outcome="unknown", content="503")


class NoMark(Write):
    async def run(self, run: ToolRun) -> ToolOutcome:
        self.world.append(("", run.call.arguments["text"]))
        return ToolOutcome(outcome="done")


class SeesAnything(Write):
    async def find(self, call: FindCall) -> ToolOutcome | None:
        return ToolOutcome(outcome="done", receipt={"at": call.key})


class Doubts(Write):
    async def find(self, call: FindCall) -> ToolOutcome | None:
        return ToolOutcome(outcome="unknown")


class OtherReceipt(Write):
    async def find(self, call: FindCall) -> ToolOutcome | None:
        return ToolOutcome(outcome="done", receipt={"at": "elsewhere"})


class SaysYes(Write):
    async def find(self, call: FindCall) -> Any:
        return True


class Twice(Write):
    async def run(self, run: ToolRun) -> ToolOutcome:
        self.world += [(run.key, "a"), (run.key, "a")]
        return ToolOutcome(outcome="done")


class Timed(Write):
    counted = itertools.count()

    async def preview(self, call: PreviewCall) -> Preview:
        return Preview(text=f"Writes at {next(self.counted)}.", changes={})


class Eager(Write):
    async def preview(self, call: PreviewCall) -> Preview:
        self.world.append(("", ""))
        return Preview(text="Writes.", changes={})


class Words(Write):
    async def preview(self, call: PreviewCall) -> Any:
        return "Writes."


class Keeps(Write):
    async def undo(self, call: UndoCall) -> ToolOutcome:
        return ToolOutcome(outcome="done")


class CannotUndo(Write):
    async def undo(self, call: UndoCall) -> ToolOutcome:
        return ToolOutcome(outcome="refused", content="too late")


class NoReceipt(Write):
    async def run(self, run: ToolRun) -> ToolOutcome:
        return ToolOutcome(outcome="done")


@pytest.mark.parametrize(
    ("tool", "rule", "sentence"),
    [
        (
            Append(),
            "heeds_the_key",
            "run twice with one key, it left 2 effects: the service has not been told",
        ),
        (NewReceipt(), "heeds_the_key", "its receipt was {'at': 1}, not {'at': 0}"),
        (Down(), "heeds_the_key", "write was unknown with the arguments that work: 503"),
        (NaturalAppend(), "a_natural_repetition_leaves_one_effect", "it left 2 effects: it is not harmless"),
        (NoMark(), "finds_what_was_run", "settles_within is too short, or run leaves no mark of its key"),
        (Doubts(), "finds_what_was_run", "find says unknown of a run that is done"),
        (
            OtherReceipt(),
            "finds_what_was_run",
            "find gave the receipt {'at': 'elsewhere'}; that of the run was",
        ),
        (SaysYes(), "finds_what_was_run", "find returned a bool, not a ToolOutcome or None"),
        (Twice(), "finds_what_was_run", "find saw the effect of one run 2 times"),
        (SeesAnything(), "finds_nothing_under_a_key_that_was_never_used", "it compares the key"),
        (Timed(), "previews_the_same_twice_and_changes_nothing", "leave out times and new ids"),
        (Eager(), "previews_the_same_twice_and_changes_nothing", "its preview did what it shows"),
        (Words(), "previews_the_same_twice_and_changes_nothing", "returned a str, not a Preview"),
        (Keeps(), "undoes_what_was_run", "there were 0 effects, and 1 after the undoing"),
        (CannotUndo(), "undoes_what_was_run", "undo was refused: too late"),
        (NoReceipt(), "undoes_what_was_run", "needs a receipt of what it did"),
    ],
)
def test_a_breach_fails_its_rule(tool: Any, rule: str, sentence: str) -> None:
    with pytest.raises(AssertionError) as caught:
        getattr(Kit(tool), f"test_{rule}")()
    assert sentence in str(caught.value)


def test_a_find_that_lags_is_waited_for_as_long_as_the_tool_says() -> None:
    class Lags(Write):
        settles_within = 5.0
        asked = 0

        async def find(self, call: FindCall) -> ToolOutcome | None:
            self.asked += 1
            return await super().find(call) if self.asked > 2 else None

    tool = Lags()
    Kit(tool).test_finds_what_was_run()
    assert tool.asked == 3


def test_what_writes_is_not_run_unless_it_is_named() -> None:
    class Unnamed(Kit):
        arguments: ClassVar = {}

    tool = Write()
    for rule in rules_of(Unnamed):
        try:
            getattr(Unnamed(tool), rule)()
        except SkipTest:
            continue
    assert not tool.world


def test_each_run_has_a_key_of_its_own_and_a_deadline() -> None:
    runs = [Kit(Write()).run_of(Write(), {}) for _ in range(2)]
    assert runs[0].key != runs[1].key
    assert all(0 < run.left <= 10 for run in runs)
    assert all(run.permit is not None and run.http is None for run in runs)
    assert asyncio.run(Write().run(Kit(Write()).run_of(Write(), {"text": "b"}, "k"))).receipt == {"at": "k"}
