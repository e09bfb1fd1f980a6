"""What a tool's runs must keep to when they change something: repeated, looked for, shown, taken back."""

import time
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any
from uuid import uuid4

from interlock.protocols import (
    FindCall,
    FindingTool,
    PreviewCall,
    PreviewingTool,
    Tool,
    UndoCall,
    UndoingTool,
)
from interlock.testing.rules import expect, fail, not_applicable
from interlock.testing.tool_rules import PATIENCE, ToolRules, call_of, finished, outcome_in
from interlock.types.clocks import elapsed
from interlock.types.tools import Preview, ToolOutcome

_PAUSE = 0.05


class EffectRules(ToolRules):
    """Each rule runs the tools of its kind that `arguments` names. `effects`, where given, is the witness."""

    def test_a_natural_repetition_leaves_one_effect(self) -> None:
        """Run twice, a tool with `Repeat("natural")` has no more than one effect."""
        for tool, arguments in self._named("natural"):
            self._repeated(tool, arguments, 'it is not harmless by nature: repeat = Repeat("none"), or heed')

    def test_heeds_the_key(self) -> None:
        """Run twice with one key, a tool with `Repeat("key")` has one effect and gives one receipt."""
        for tool, arguments in self._named("key"):
            name = tool.spec.name
            first, again = self._repeated(tool, arguments, "the service has not been told, or does not heed")
            expect(
                first.receipt == again.receipt,
                f"{name}: run again with the same key, its receipt was {again.receipt}, not {first.receipt}: "
                "it gives back what the first run did",
            )

    def test_finds_what_was_run(self) -> None:
        """`find` sees a run once, `settles_within` after it, and gives its receipt."""
        for tool, arguments in self._every(FindingTool):
            name, key = tool.spec.name, _key()
            done = self._done(tool, arguments, key)
            found = self._found(tool, arguments, key)
            if found is None:
                fail(
                    f"{name}: find saw nothing of a run {tool.settles_within:g} s after it: settles_within "
                    "is too short, or run leaves no mark of its key"
                )
            expect(found.outcome == "done", f"{name}: find says {found.outcome} of a run that is done")
            expect(found.seen == 1, f"{name}: find saw the effect of one run {found.seen} times")
            expect(
                done.receipt is None or found.receipt == done.receipt,
                f"{name}: find gave the receipt {found.receipt}; that of the run was {done.receipt}",
            )

    def test_finds_nothing_under_a_key_that_was_never_used(self) -> None:
        """`find` is None under a key that was never used: it compares keys, not arguments."""
        for tool, arguments in self._every(FindingTool):
            found = self._find(tool, arguments, _key())
            expect(
                found is None,
                f"{tool.spec.name}: find found {found} under a key that was never used; it compares the key, "
                "not the arguments alone",
            )

    def test_previews_the_same_twice_and_changes_nothing(self) -> None:
        """Two previews of one run are equal, and have no effect."""
        for tool, arguments in self._every(PreviewingTool):
            name, before = tool.spec.name, self._witness(tool, arguments)
            shown = [self._preview(tool, arguments) for _ in range(2)]
            expect(
                shown[0].digest == shown[1].digest,
                f"{name}: two previews of one run differ: {shown[0]} and {shown[1]}; leave out times and new "
                "ids, or no approval will ever fit",
            )
            expect(self._witness(tool, arguments) == before, f"{name}: its preview did what it shows")

    def test_undoes_what_was_run(self) -> None:
        """`undo`, given the receipt of a run, leaves as many effects as there were before it."""
        for tool, arguments in self._every(UndoingTool):
            name, before = tool.spec.name, self._witness(tool, arguments)
            done = self._done(tool, arguments, _key())
            expect(
                done.receipt is not None,
                f"{name}: a tool that can undo needs a receipt of what it did: ToolOutcome(receipt={{…}})",
            )
            call = UndoCall(
                call=call_of(tool, arguments),
                key=_key(),
                receipt=done.receipt or {},
                deadline=elapsed() + PATIENCE,
                **self.access(),
            )
            undone = outcome_in(partial(tool.undo, call), f"{name}: undo")
            expect(undone.outcome == "done", f"{name}: undo was {undone.outcome}: {undone.content}")
            after = self._witness(tool, arguments)
            expect(after == before, f"{name}: there were {before} effects, and {after} after the undoing")

    def _named(self, way: str) -> Iterable[tuple[Tool, Mapping[str, Any]]]:
        found = [
            (tool, self.arguments[tool.spec.name])
            for tool in self.tools()
            if tool.spec.name in self.arguments and tool.effect != "read" and tool.repeat.way == way
        ]
        if not found:
            not_applicable(f"`arguments` names no tool that changes something and repeats by {way}")
        return found

    def _every(self, kind: type) -> Iterable[tuple[Any, Mapping[str, Any]]]:
        found = [
            (tool, self.arguments[tool.spec.name])
            for tool in self.tools()
            if tool.spec.name in self.arguments and isinstance(tool, kind)
        ]
        if not found:
            not_applicable(f"`arguments` names no {kind.__name__}")
        return found

    def _repeated(
        self, tool: Tool, arguments: Mapping[str, Any], otherwise: str
    ) -> tuple[ToolOutcome, ToolOutcome]:
        name, key, before = tool.spec.name, _key(), self._witness(tool, arguments)
        first, again = (self._done(tool, arguments, key) for _ in range(2))
        after = self._witness(tool, arguments)
        if before is not None and after is not None:
            left = after - before
            expect(left <= 1, f"{name}: run twice with one key, it left {left} effects: {otherwise} the key")
        return first, again

    def _done(self, tool: Tool, arguments: Mapping[str, Any], key: str) -> ToolOutcome:
        outcome = self._run(tool, arguments, key)
        expect(
            outcome.outcome == "done",
            f"{tool.spec.name} was {outcome.outcome} with the arguments that work: {outcome.content}",
        )
        return outcome

    def _witness(self, tool: Tool, arguments: Mapping[str, Any]) -> int | None:
        """What `effects` says; None where its author gave none."""
        try:
            return self.effects(tool.spec.name, arguments)
        except NotImplementedError:
            return None

    def _find(self, tool: FindingTool, arguments: Mapping[str, Any], key: str) -> ToolOutcome | None:
        call = FindCall(
            call=call_of(tool, arguments), key=key, deadline=elapsed() + PATIENCE, **self.access()
        )
        what = f"{tool.spec.name}: find"
        found = finished(lambda: tool.find(call), what)
        fits = found is None or isinstance(found, ToolOutcome)
        expect(fits, f"{what} returned a {type(found).__name__}, not a ToolOutcome or None")
        return found

    def _found(self, tool: FindingTool, arguments: Mapping[str, Any], key: str) -> ToolOutcome | None:
        """As soon as it is there, within `settles_within`."""
        until = time.monotonic() + min(tool.settles_within, PATIENCE)
        while (found := self._find(tool, arguments, key)) is None and time.monotonic() < until:
            time.sleep(_PAUSE)
        return found

    def _preview(self, tool: PreviewingTool, arguments: Mapping[str, Any]) -> Preview:
        call = PreviewCall(call=call_of(tool, arguments), **self.access())
        shown: Any = finished(lambda: tool.preview(call), f"{tool.spec.name}: preview")
        kind = type(shown).__name__
        expect(isinstance(shown, Preview), f"{tool.spec.name}: preview returned a {kind}, not a Preview")
        return shown  # type: ignore[no-any-return]  # checked just above


def _key() -> str:
    return f"conformance-{uuid4().hex}"


class ToolConformance(EffectRules):
    """The rules for one tool. A subclass sets `tool`, to an instance."""

    tool: Tool

    def tools(self) -> list[Tool]:
        """The one tool that the rules are for."""
        return [self.tool]
