"""What a guardrail must keep to."""

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, ClassVar

from interlock.errors import Unavailable
from interlock.protocols import API, GUARDRAIL_TIMEOUT, Guardrail, RestoringGuardrail, StreamingGuardrail
from interlock.requests.passages import passages, rewritten
from interlock.testing.classifier_rules import HOSTILE, PROMPTS
from interlock.testing.guarded import Inspected, ModelDouble, inspected, let_go, restored
from interlock.testing.rules import Conformance, expect, fail, not_applicable, way_out
from interlock.types.messages import Image, Message, Reasoning, Refusal, Text, ToolCall, ToolResult
from interlock.types.passages import PHASES, Passage
from interlock.types.request import Request
from interlock.types.response import Answer

_OUT = ("request", "tool_result")
_STOPS = ("block", "ask")


class GuardrailConformance(Conformance):
    """The rules for guardrails. A subclass sets `guardrail`, to an instance.

    Attributes:
        guardrail: what is tested.
        examples: texts of the kind that it is meant for, and lets pass, in whatever form.
        hidden: words of the examples that must not leave.
        blocked: texts that it must stop, in every phase that it looks at, with the verdict block or ask.
        said: what the model says that it asks; or what makes that of the request, which it is given.
        cannot: `hide` of one that seals nothing in a request, but looks, stops, or rewrites answers alone.
            `restore` of one that seals and gives nothing back. `ask` of one that can do without a model that
            it asks.
    """

    guardrail: Guardrail
    examples: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    said: "str | Callable[[Request], str]" = "no"
    scenarios: ClassVar[frozenset[str]] = frozenset({"hide", "restore", "ask"})

    def test_is_a_guardrail(self) -> None:
        """An instance with `api`, a `name`, known `phases`, and `on_error` of block or pass."""
        guardrail = self.guardrail
        expect(
            isinstance(guardrail, Guardrail),
            f"{guardrail!r} is no Guardrail: it needs api, name, phases, inspect",
        )
        expect(not isinstance(guardrail, type), "give an instance, not the class")
        expect(guardrail.api == API, f"api is {guardrail.api!r}; this version speaks {API}")
        expect(isinstance(guardrail.name, str) and guardrail.name, "name must be text")
        phases = guardrail.phases
        known = isinstance(phases, frozenset) and phases and phases <= PHASES
        expect(known, f"phases is {phases!r}, and must be a frozenset of {', '.join(sorted(PHASES))}")
        budget = getattr(guardrail, "timeout", GUARDRAIL_TIMEOUT)
        expect(isinstance(budget, (int, float)) and budget > 0, f"timeout is {budget!r}: seconds")
        on_error = getattr(guardrail, "on_error", "block")
        expect(on_error in ("block", "pass"), f"on_error is {on_error!r}, and must be block or pass")
        for name in ("restore", "release"):
            waits = inspect.iscoroutinefunction(getattr(guardrail, name, None))
            expect(not waits, f"{name} must not be a coroutine function")

    def test_rewrites_only_what_it_was_shown(self) -> None:
        """It rewrites only where it says `rewrites`, and only what it was shown and may change."""
        rewrites = getattr(self.guardrail, "rewrites", False)
        for given in (_conversation(self._texts()), _answer(self._texts())):
            found = self._inspect(given)
            shown = {each.where: each for each in found.shown}
            texts = found.verdict.texts
            expect(rewrites or not texts, "it rewrites, and does not say so with rewrites = True")
            strange = [where for where in texts if where not in shown]
            expect(not strange, f"it gives texts for places that it was not shown: {strange}")
            fixed = [where for where, text in texts.items() if not _may(shown[where], text)]
            expect(not fixed, f"it rewrites what must stay as it is, at {fixed}")
            where = found.verdict.where
            expect(where is None or where in shown, f"its verdict is about {where!r}, which it was not shown")

    def test_changes_nothing_where_it_hides_nothing(self) -> None:
        """With `hide` in `cannot`, each of `examples` passes as it is."""
        if "hide" not in self.cannot:
            not_applicable("it may hide: `cannot` does not name 'hide'")
        expect(not self.hidden, "'hide' stands in cannot, and hidden names words that must not leave")
        for text in self.examples:
            found = self._inspect(_said(text))
            stopped = found.verdict.action in _STOPS
            expect(not stopped, f"{text[:80]!r} is an example of what it lets pass, and was stopped")
            expect(not found.verdict.texts, f"'hide' stands in cannot, and {text[:80]!r} was changed")

    def test_stops_what_must_not_pass(self) -> None:
        """Each of `blocked` is stopped, in every phase that it looks at."""
        if not self.blocked:
            not_applicable("`blocked` names no texts that it must stop")
        for text in self.blocked:
            for phase in sorted(self.guardrail.phases):
                action = self._inspect(_in_phase(phase, text)).verdict.action
                expect(
                    action in _STOPS, f"{text[:80]!r} must be stopped as {phase}, and the verdict is {action}"
                )

    def test_hides_what_must_not_leave(self) -> None:
        """None of `hidden` is left in what is sent of the `examples`."""
        self.unless_it_cannot("hide")
        if not self.hidden:
            not_applicable("`hidden` names no words that must not leave")
        for word in self.hidden:
            expect(any(word in text for text in self.examples), f"hidden: {word!r} is in no example")
        for phase in self.guardrail.phases.intersection(_OUT):
            for text in self.examples:
                given = _in_phase(phase, text)
                shown = _text_of(given, self._inspect(given).verdict.texts)
                for word in self.hidden:
                    expect(word not in shown, f"{word!r} must not leave, and was sent as {phase}")

    def test_gives_back_what_it_hid(self) -> None:
        """An answer that repeats what was sent is restored to the prompt as it was."""
        guardrail = self._restoring()
        for text in self._texts():
            sealed, kept = self._sealed(text)
            found = restored(guardrail, sealed, kept)
            expect(
                found == text,
                f"an answer that repeats the prompt came back as {found[:80]!r}; "
                f"one that gives nothing back says {way_out('restore')}",
            )

    def test_keeps_calls_apart(self) -> None:
        """Calls under way at once are each restored to their own prompt."""
        guardrail, texts = self._restoring(), self._texts()
        sealed = [self._sealed(text) for text in texts]
        for text, (sent, kept) in reversed(list(zip(texts, sealed, strict=True))):
            expect(restored(guardrail, sent, kept) == text, "calls under way at the same time were mixed up")

    def test_lets_go_of_the_whole_wherever_it_is_cut(self) -> None:
        """However a stream is cut, what leaves adds up to what the whole text gives."""
        guardrail = self._streaming()
        for text in self._texts():
            sealed, kept = self._sealed(text)
            due = self._whole(sealed, kept)
            cuts = [[sealed[:at], sealed[at:]] for at in range(len(sealed) + 1)]
            for pieces in (*cuts, list(sealed)):
                found = let_go(guardrail, pieces, kept)
                expect(
                    found is None or found == due,
                    f"cut in {len(pieces)}, what left was {found!r:.80}, and of the whole it is {due!r:.80}",
                )

    def test_holds_back_no_more_than_it_must(self) -> None:
        """Of a long harmless text, something leaves before its end."""
        guardrail = self._streaming()
        _, kept = self._sealed(PROMPTS[0])
        harmless = "It rained, and then it was dry again. " * 100
        left = let_go(guardrail, [harmless], kept, final=False)
        expect(left, "of nearly four thousand harmless characters none may leave before the text has ended")

    def test_answers_within_its_time(self) -> None:
        """An awaited `inspect` ends within its own `timeout`."""
        if not inspect.iscoroutinefunction(self.guardrail.inspect):
            not_applicable("its inspect is not awaited")
        for text in self._texts():
            self._inspect(_said(text))
        self._inspect(_answer(self._texts()))

    def test_does_not_pass_what_it_could_not_ask_about(self) -> None:
        """When the model that it asks is down, it stops the text or raises."""
        if not inspect.iscoroutinefunction(self.guardrail.inspect):
            not_applicable("its inspect is not awaited, and so asks nobody")
        self.unless_it_cannot("ask")
        for phase in sorted(self.guardrail.phases):
            asked = ModelDouble(Unavailable("down for repairs"))
            with suppress(Unavailable):  # to fail is as good: the call ends, or its record says so
                action = inspected(self.guardrail, _in_phase(phase, PROMPTS[0]), asked).verdict.action
                passed = asked.times and action not in _STOPS
                expect(not passed, f"the model that it asked was down, and the verdict is {action}")

    def test_survives_hostile_text(self) -> None:
        """Whatever the text, inspecting, restoring and releasing raise nothing."""
        for text in HOSTILE:
            try:
                for phase in self.guardrail.phases:
                    inspected(self.guardrail, _in_phase(phase, text), ModelDouble(self.said))
                if isinstance(self.guardrail, RestoringGuardrail):
                    restored(self.guardrail, text, self._sealed(text)[1])
                if isinstance(self.guardrail, StreamingGuardrail):
                    let_go(self.guardrail, [text], self._sealed(text)[1])
            except AssertionError:
                raise
            except Exception as error:  # noqa: BLE001 - whatever a guardrail raises is the finding
                fail(f"{text[:20]!r} made it raise {type(error).__name__}: {error}", error)

    def _texts(self) -> tuple[str, ...]:
        return (*PROMPTS, *self.examples)

    def _restoring(self) -> RestoringGuardrail:
        self.unless_it_cannot("hide")
        self.unless_it_cannot("restore")
        guardrail = self.guardrail
        if not isinstance(guardrail, RestoringGuardrail):
            fail(f"it has no restore; one that gives nothing back says {way_out('restore')}")
        return guardrail

    def _streaming(self) -> StreamingGuardrail:
        if not isinstance(self.guardrail, StreamingGuardrail):
            not_applicable("it has no release: where it sees answers, streams are held until their end")
        return self.guardrail

    def _sealed(self, text: str) -> tuple[str, Any]:
        """The text as it leaves, and what is kept of it."""
        if not self.guardrail.phases.intersection(_OUT):
            return text, None
        phase = "request" if "request" in self.guardrail.phases else "tool_result"
        found = self._inspect(given := _in_phase(phase, text))
        return _text_of(given, found.verdict.texts), found.verdict.kept

    def _whole(self, text: str, kept: Any) -> str:
        """What becomes of an answer's text that comes whole."""
        given = _answered(text)
        answer = rewritten(given, self._inspect(given).verdict.texts)
        if isinstance(self.guardrail, RestoringGuardrail):
            return restored(self.guardrail, answer.text, kept)
        return answer.text

    def _inspect(self, given: Request | Answer) -> Inspected:
        try:
            return inspected(self.guardrail, given, ModelDouble(self.said))
        except TimeoutError as error:
            budget = getattr(self.guardrail, "timeout", GUARDRAIL_TIMEOUT)
            fail(f"its inspect takes longer than its timeout of {budget:g} s", error)
        except AssertionError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a guardrail raises is the finding
            fail(f"a harmless text made it raise {type(error).__name__}: {error}", error)


def _may(passage: Passage, text: str) -> bool:
    return passage.rewritable or text == passage.text


def _said(text: str) -> Request:
    return Request((Message("user", text),))


def _answered(text: str) -> Answer:
    return Answer(parts=(Text(text),) if text else (), finish_reason="stop")


def _in_phase(phase: str, text: str) -> Request | Answer:
    """The text as what it is in a phase, and nothing else."""
    if phase == "answer":
        return _answered(text)
    call = ToolCall(id="call_1", name="search", arguments={"query": [text]})
    if phase == "tool_arguments":
        return Answer(parts=(call,), finish_reason="tool_calls")
    if phase == "tool_result":
        return Request((Message("tool", (ToolResult(id="call_1", content=text),)),))
    return _said(text)


def _text_of(subject: Request | Answer, texts: Mapping[str, str]) -> str:
    """The one text that `_in_phase` was given, rewritten."""
    found = passages(subject)
    return texts.get(found[0].where, found[0].text) if found else ""


_PICTURE = Image(data=b"\x89PNG", media_type="image/png")
_CALL = ToolCall(id="call_1", name="search", arguments={"query": "rain", "deep": [{"n": 1}]})
_THOUGHT = Reasoning("Rain?", signature="sig", vendor="acme")


def _conversation(texts: Iterable[str]) -> Request:
    """Every role and every kind of part, and the texts among them."""
    result = ToolResult(id="call_1", content=(Text("14 degrees"), _PICTURE), name="search")
    return Request(
        (
            Message("system", "Be brief."),
            Message("user", (Text("What is this?", cache=True), _PICTURE), name="Ada"),
            Message("assistant", (_THOUGHT, _CALL)),
            Message("tool", (result, ToolResult(id="call_2", content="no such city", error=True))),
            *(Message("user", text) for text in texts),
            Message("assistant", (Refusal("No."),)),
            Message("user", "And then?"),
        )
    )


def _answer(texts: Sequence[str]) -> Answer:
    calls = [replace(_CALL, id=f"call_{at}", arguments={"query": text}) for at, text in enumerate(texts)]
    return Answer(parts=(_THOUGHT, *map(Text, texts), *calls), finish_reason="tool_calls")
