"""The rules for conversations that go on: pictures, one's own turns, and those of another vendor."""

import base64
import json
from collections.abc import Iterator
from typing import Any

from interlock.testing.asking import WAYS, Asking, weather
from interlock.testing.rules import expect, fail
from interlock.testing.upstream import Reply
from interlock.types.messages import Image, Message, Part, Reasoning, Text, ToolCall, ToolResult
from interlock.types.request import Request

_PIXEL = b"\x89PNG\r\n\x1a\nconformance"
_OTHER = "some-other-vendor"
_THOUGHT, _SEAL, _HIDDEN, _MARK = "zzthoughtzz", "zzsealzz", "zzhiddenzz", "zzmarkzz"
_SAID, _RESULT = "It rains in Paris.", "14 degrees, zzresultzz"
# What one vendor takes for an id, another refuses: too long, and with characters of all kinds. The first two
# begin alike, so that cutting makes them one.
_IDS = ("call:a/1|" + "x" * 60 + "1", "call:a/1|" + "x" * 60 + "2", "tool:z/9|" + "z" * 60)
_REFUSED = Reply(status=400, pieces=(b"no",))


class HistoryRules(Asking):
    """What is sent is looked at; what comes back plays no part."""

    def test_sends_images_or_refuses_them(self) -> None:
        """An image is sent; without images, it is refused."""
        picture = Image(data=_PIXEL, media_type="image/png")
        request = Request((Message("user", (Text("What is this?"), picture)),))
        if not self.has_images:
            self.check_refused(request, "an image", "has_images")
            return
        self.over_http()
        expect(base64.b64encode(_PIXEL) in self._sent(request), "the image was not sent")

    def test_sends_no_reasoning_of_another_vendor(self) -> None:
        """Another vendor's reasoning and signatures stay behind; what it said is sent."""
        self.over_http()
        thoughts: tuple[Part, ...] = (
            Reasoning(_THOUGHT, signature=_SEAL, vendor=_OTHER),
            Reasoning("", signature=_HIDDEN, vendor=_OTHER, redacted=True),
        )
        turns = [Message("user", "Hello."), Message("assistant", (*thoughts, Text(_SAID)))]
        request = Request((*turns, Message("user", "And tomorrow?")))
        if self.has_tools:
            request = self._called(_IDS[0], _IDS[1], thoughts)
        for streamed, way in WAYS.items():
            sent = self._sent(request, streamed=streamed).decode("utf-8", "replace")
            for secret, what in (
                (_THOUGHT, "reasoning"),
                (_SEAL, "reasoning's signature"),
                (_HIDDEN, "redacted reasoning"),
                (_MARK, "tool call's signature"),
            ):
                expect(secret not in sent, f"{way}: another vendor's {what} was sent")
            expect(_SAID in sent, f"{way}: what the assistant said was not sent")

    def test_keeps_calls_and_results_of_another_vendor_together(self) -> None:
        """A call of another vendor's model and its result are sent under one id, their own."""
        self.over_http()
        if not self.has_tools:
            self.check_refused(self._called(_IDS[0], _IDS[1]), "a tool call of the past", "has_tools")
            return
        one, two = (self._sent(self._called(first, _IDS[1])) for first in (_IDS[0], _IDS[2]))
        for word in (self.called, _RESULT):
            expect(word in "".join(_strings(one)), f"{word!r} was not sent")
        changed = [left for left, right in zip(_strings(one), _strings(two), strict=True) if left != right]
        if not changed:
            return  # a dialect without ids: calls and results meet by their order
        # The call and its result are all that bears the id, which may be written in another way.
        expect(len(changed) > 1, f"a tool call and its result do not share an id: {changed}")
        expect(len(set(changed)) == 1, f"one id was written in several ways: {sorted(set(changed))}")
        others = [text for text in _strings(one) if text in _strings(two)]
        expect(changed[0] not in others, f"two tool calls share the id {changed[0]!r}")

    def test_continues_its_own_conversation(self) -> None:
        """The parts of its own answer are sent back as they came."""
        self.over_http()
        flags = {"text": True, "tool_call": self.has_tools, "reasoning": self.has_reasoning}
        for scenario in (name for name, has in flags.items() if has):
            tools = weather(self.called) if scenario == "tool_call" else None
            answer = self.answer(self.reply(scenario), streamed=False, request=tools)
            turns = [Message("user", "Hello."), Message("assistant", answer.parts)]
            results = tuple(ToolResult(id=call.id, content=_RESULT) for call in answer.tool_calls)
            if results:
                turns.append(Message("tool", results))
            request = Request((*turns, Message("user", "And then?")), tools=tools.tools if tools else ())
            sent = "".join(_strings(self._sent(request)))
            due = (self.called, _RESULT) if results else (self.text,)
            for words in due:
                expect(words in sent, f"{scenario}: {words!r} of its own answer was not sent back")

    def _called(self, first: str, second: str, thoughts: tuple[Part, ...] = ()) -> Request:
        """A conversation in which another vendor called a tool twice."""
        asked = weather(self.called)
        calls = [
            ToolCall(id=id_, name=self.called, arguments=self.arguments, signature=_MARK, vendor=_OTHER)
            for id_ in (first, second)
        ]
        results = [ToolResult(id=id_, content=_RESULT, name=self.called) for id_ in (first, second)]
        turns = (
            *asked.messages,
            Message("assistant", (*thoughts, Text(_SAID), *calls)),
            Message("tool", tuple(results)),
            Message("user", "And tomorrow?"),
        )
        return Request(turns, tools=asked.tools)

    def _sent(self, request: Request, *, streamed: bool = False) -> bytes:
        """The body that went out for a request."""
        outcome, upstream = self.ask(_REFUSED, streamed=streamed, request=request)
        if len(upstream.requests) != 1:
            fail(f"{WAYS[streamed]}: the request was not sent: {outcome!r}", _cause(outcome))
        return upstream.requests[0].body


def _cause(outcome: Any) -> BaseException | None:
    return outcome if isinstance(outcome, Exception) else None


def _strings(body: bytes) -> list[str]:
    """Every text in a JSON body, in its order; JSON inside a text, as arguments are, counts as text."""
    try:
        value = json.loads(body)
    except ValueError:
        return [body.decode("utf-8", "replace")]
    return list(_texts(value))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
