"""What a guardrail must keep to."""

import inspect
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from interlock.errors import GuardrailError
from interlock.protocols import API, CheckingGuardrail, GuardCall, Guardrail
from interlock.testing.classifier_rules import HOSTILE, PROMPTS
from interlock.testing.rules import Conformance, expect, fail, not_applicable, way_out
from interlock.types.messages import (
    Citation,
    Image,
    Message,
    Part,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    ToolResult,
)
from interlock.types.request import Request
from interlock.types.response import Answer, FinishReason, Usage


class GuardrailConformance(Conformance):
    """The rules for guardrails. A subclass sets `guardrail`, to an instance.

    Attributes:
        guardrail: what is tested.
        examples: texts of the kind that it is meant for, and lets pass, in whatever form.
        hidden: words of the examples that must not leave.
        blocked: texts that it must stop, as a prompt or as an answer, by raising GuardrailError or by what
            its `check` says.
        cannot: `hide` of one that only checks and stops: it changes nothing, and may stop the kit's own
            requests too, but never an example. `restore` of one that hides, and gives nothing back.
    """

    guardrail: Guardrail
    examples: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    scenarios: ClassVar[frozenset[str]] = frozenset({"hide", "restore"})

    def test_is_a_guardrail(self) -> None:
        guardrail = self.guardrail
        expect(
            isinstance(guardrail, Guardrail),
            f"{guardrail!r} is no Guardrail: it needs api, name, before, after",
        )
        expect(not isinstance(guardrail, type), "give an instance, not the class")
        expect(guardrail.api == API, f"api is {guardrail.api!r}; this version speaks {API}")
        expect(isinstance(guardrail.name, str) and guardrail.name, "name must be text")
        for name in ("before", "after", *(["check"] if isinstance(guardrail, CheckingGuardrail) else ())):
            waits = inspect.iscoroutinefunction(getattr(guardrail, name))
            expect(not waits, f"{name} must not be a coroutine function")

    def test_loses_no_message(self) -> None:
        given = _conversation(self._texts())
        sent, _ = self._before(given)
        expect(
            [message.role for message in sent] == [message.role for message in given],
            f"{len(given)} messages were given and {len(sent)} came out, or their order changed",
        )
        for before, after in zip(given, sent, strict=True):
            kinds = [[type(part).__name__ for part in each.parts] for each in (before, after)]
            expect(
                kinds[0] == kinds[1], f"a {before.role}'s message held {kinds[0]}, and now holds {kinds[1]}"
            )
            lost = [part for part in before.parts if _kept_whole(part) and part not in after.parts]
            expect(not lost, f"a {before.role}'s message lost {lost}")
        ids = [[part.id for part in _calls_and_results(messages)] for messages in (given, sent)]
        expect(ids[0] == ids[1], f"the ids of tool calls and results changed from {ids[0]} to {ids[1]}")

    def test_changes_nothing_where_it_hides_nothing(self) -> None:
        if "hide" not in self.cannot:
            not_applicable("it may hide: `cannot` does not name 'hide'")
        expect(not self.hidden, "'hide' stands in cannot, and hidden names words that must not leave")
        for text in self.examples:
            given = [Message("user", text)]
            try:
                sent, _ = self.guardrail.before(GuardCall(request=Request(tuple(given))))
            except GuardrailError as error:
                fail(f"{text[:80]!r} is an example of what it lets pass, and was stopped: {error}", error)
            expect(list(sent) == given, f"'hide' stands in cannot, and {text[:80]!r} was changed")
        given = _conversation(self.examples)
        sent, _ = self._before(given)
        expect(list(sent) == given, "'hide' stands in cannot, and a message was changed")

    def test_stops_what_must_not_pass(self) -> None:
        if not self.blocked:
            not_applicable("`blocked` names no texts that it must stop")
        for text in self.blocked:
            expect(self._stops(text), f"{text[:80]!r} must be stopped, and passed as prompt and as answer")

    def test_hides_what_must_not_leave(self) -> None:
        self.unless_it_cannot("hide")
        if not self.hidden:
            not_applicable("`hidden` names no words that must not leave")
        sent, _ = self._before(_conversation(self.examples))
        shown = repr(sent)
        for word in self.hidden:
            expect(any(word in text for text in self.examples), f"hidden: {word!r} is in no example")
            expect(word not in shown, f"{word!r} must not leave, and was sent")

    def test_gives_back_what_it_hid(self) -> None:
        self._unless_it_gives_nothing_back()
        for text in self._texts():
            sent, kept = self._before([Message("user", text)])
            answer = self._after(_answer(Text(sent[0].text)), kept, text)
            expect(
                answer.text == text,
                f"an answer that repeats the prompt came back as {answer.text[:80]!r}; "
                f"one that gives nothing back says {way_out('restore')}",
            )

    def test_gives_back_what_it_hid_in_a_tool_call(self) -> None:
        self._unless_it_gives_nothing_back()
        for text in self._texts():
            sent, kept = self._before([Message("user", text)])
            call = ToolCall(id="1", name="search", arguments={"query": [sent[0].text]})
            answer = self._after(_answer(call, end="tool_calls"), kept, text)
            arguments = [dict(each.arguments) for each in answer.tool_calls]
            expect(
                arguments == [{"query": [text]}],
                "a tool would be called with what stands for the prompt's words, and not with them; "
                f"one that gives nothing back says {way_out('restore')}",
            )

    def test_keeps_calls_apart(self) -> None:
        self._unless_it_gives_nothing_back()
        texts = self._texts()
        kept = [self._before([Message("user", text)]) for text in texts]
        for text, (sent, restore) in reversed(list(zip(texts, kept, strict=True))):
            answer = self._after(_answer(Text(sent[0].text)), restore, text)
            expect(answer.text == text, "calls under way at the same time were mixed up")

    def test_hands_over_whole_answers(self) -> None:
        ends: tuple[FinishReason, ...] = ("stop", "length", "tool_calls", "refusal")
        sent, kept = self._before([Message("user", PROMPTS[0])])
        del sent
        for end in ends:
            for parts in _PARTS:
                given = _answer(*parts, end=end)
                try:
                    answer = self._after(given, kept, PROMPTS[0])
                except GuardrailError:
                    continue  # one that only stops has stopped it, which is its right
                for name in ("finish_reason", "usage", "served_model", "id", "extra"):
                    found, due = getattr(answer, name), getattr(given, name)
                    expect(found == due, f"{name} was {due!r} and is {found!r}: use dataclasses.replace")
                expect(
                    answer.parts == given.parts,
                    f"an answer that holds nothing of its own was changed: {given.parts} to {answer.parts}",
                )

    def test_survives_hostile_text(self) -> None:
        for text in HOSTILE:
            request = Request((Message("user", text),))
            try:
                _, kept = self.guardrail.before(GuardCall(request=request))
                answer = _answer(Reasoning(text), Text(text), Refusal(text))
                self.guardrail.after(GuardCall(request=request, answer=answer, restore=kept))
            except GuardrailError:
                continue  # it stopped the call, which is its right
            except Exception as error:  # noqa: BLE001 - whatever a guardrail raises is the finding
                fail(f"{text[:20]!r} made it raise {type(error).__name__}: {error}", error)

    def _texts(self) -> tuple[str, ...]:
        return (*PROMPTS, *self.examples)

    def _unless_it_gives_nothing_back(self) -> None:
        self.unless_it_cannot("hide")
        self.unless_it_cannot("restore")

    def _stops(self, text: str) -> bool:
        request, harmless = Request((Message("user", text),)), Request((Message("user", PROMPTS[0]),))
        answer = _answer(Text(text))
        try:
            self.guardrail.before(GuardCall(request=request))
            _, kept = self.guardrail.before(GuardCall(request=harmless))
            self.guardrail.after(GuardCall(request=harmless, answer=answer, restore=kept))
        except GuardrailError:
            return True
        if not isinstance(self.guardrail, CheckingGuardrail):
            return False
        said: Any = self.guardrail.check(GuardCall(request=harmless, answer=answer))
        expect(said is None or isinstance(said, str), f"check gave {said!r}, and not None or a sentence")
        return bool(said)

    def _before(self, messages: Sequence[Message]) -> tuple[Sequence[Message], Any]:
        try:
            sent, kept = self.guardrail.before(GuardCall(request=Request(tuple(messages))))
        except Exception as error:  # noqa: BLE001 - whatever a guardrail raises is the finding
            if isinstance(error, GuardrailError) and "hide" in self.cannot:
                not_applicable(f"it stops the kit's own request: {error}")
            told = f"a harmless request was stopped by {type(error).__name__}: {error}"
            fail(told + self._hint(error), error)
        for message in sent:
            expect(isinstance(message, Message), f"before gave a {type(message).__name__}, not a Message")
        return sent, kept

    def _after(self, answer: Answer, restore: Any, prompt: str) -> Answer:
        call = GuardCall(request=Request((Message("user", prompt),)), answer=answer, restore=restore)
        try:
            guarded: Any = self.guardrail.after(call)
        except Exception as error:
            if isinstance(error, GuardrailError) and "hide" in self.cannot:
                raise
            told = f"a harmless answer was stopped by {type(error).__name__}: {error}"
            fail(told + self._hint(error), error)
        expect(isinstance(guarded, Answer), f"after returns an Answer, not a {type(guarded).__name__}")
        return guarded  # type: ignore[no-any-return]  # checked in the line above

    def _hint(self, error: Exception) -> str:
        stops = isinstance(error, GuardrailError)
        return f"; one that only checks and stops says {way_out('hide')}" if stops else ""


_CITED = Text("It rains.", citations=(Citation(url="https://example.org", start=0, end=9),), cache=True)
_CALL = ToolCall(id="call_1", name="search", arguments={"query": "rain", "deep": [{"n": 1}]})
_THOUGHT = Reasoning("Rain?", signature="sig", vendor="acme")
_SEALED = Reasoning("", signature="sealed", vendor="acme", redacted=True)
_PICTURE = Image(data=b"\x89PNG", media_type="image/png")
_PARTS: tuple[tuple[Part, ...], ...] = (
    (),
    (_CITED,),
    (_THOUGHT, _SEALED, _CITED, _CALL),
    (_CALL, replace(_CALL, id="call_2")),
    (Refusal("No."),),
    (Text("It"), Text(" rains."), _PICTURE),
)


def _answer(*parts: Part, end: FinishReason = "stop") -> Answer:
    usage = Usage(input_tokens=10, output_tokens=5)
    return Answer(
        parts=parts, finish_reason=end, usage=usage, served_model="m", id="a1", extra={"logprobs": []}
    )


def _conversation(texts: Iterable[str]) -> list[Message]:
    """Every role and every kind of part, and the texts among them."""
    result = ToolResult(id="call_1", content=(Text("14 degrees"), _PICTURE), name="search")
    return [
        Message("system", "Be brief."),
        Message("system", "Be kind."),
        Message("user", (Text("What is this?", cache=True), _PICTURE), name="Ada"),
        Message("assistant", (_THOUGHT, _SEALED, _CITED, _CALL)),
        Message("tool", (result, ToolResult(id="call_2", content="no such city", error=True))),
        *(Message("user", text) for text in texts),
        Message("assistant", (Refusal("No."),)),
        Message("user", "And then?"),
    ]


def _kept_whole(part: Part) -> bool:
    """What no guardrail needs to rewrite, and a vendor needs as it was."""
    return isinstance(part, Image) or (isinstance(part, Reasoning) and part.redacted)


def _calls_and_results(messages: Iterable[Message]) -> list[ToolCall | ToolResult]:
    return [part for message in messages for part in message.parts if isinstance(part, ToolCall | ToolResult)]
