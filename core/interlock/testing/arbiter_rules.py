"""What an arbiter must keep to."""

import asyncio
import inspect
import json
from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any, ClassVar, get_args

from interlock.errors import InterlockError, Unavailable
from interlock.protocols import API, Arbiter, ArbitrateCall, AskJudge, Missing, Panelist, Ruling
from interlock.requests.checking import as_request
from interlock.requests.output import parse
from interlock.testing.classifier_rules import HOSTILE
from interlock.testing.rules import Conformance, expect, fail, way_out
from interlock.types.identifiers import identifier
from interlock.types.messages import Message, Reasoning, Text, ToolCall
from interlock.types.panels import MemberOutcome
from interlock.types.request import Output, Request, ToolSpec
from interlock.types.response import Answer, FinishReason, Usage

_PATIENCE = 10.0
_NUMBERS = (2, 3, 7)


class ArbiterConformance(Conformance):
    """The rules for arbiters. A subclass sets `arbiter`, to an instance.

    Attributes:
        arbiter: what is tested.
        judges: how many models it may ask in most tests, where it asks any.
    """

    arbiter: Arbiter
    judges: ClassVar[int] = 1
    scenarios: ClassVar[frozenset[str]] = frozenset({"same_again"})

    def said(self, request: Request) -> str:
        """What the model says that is asked: the least that fits the request's `output`, or a sentence.

        Override it where an arbiter needs to hear something in particular.
        """
        return json.dumps(_least(request.output.schema)) if request.output else "The first is the best."

    def test_is_an_arbiter(self) -> None:
        """An instance with `api`, a `name`, `asks` as a truth value and an awaited `arbitrate`."""
        arbiter = self.arbiter
        expect(
            isinstance(arbiter, Arbiter), f"{arbiter!r} is no Arbiter: it needs api, name, asks, arbitrate"
        )
        expect(not isinstance(arbiter, type), "give an instance, not the class")
        expect(arbiter.api == API, f"api is {arbiter.api!r}; this version speaks {API}")
        expect(isinstance(arbiter.name, str) and arbiter.name, "name must be text")
        expect(isinstance(arbiter.asks, bool), "asks must be True or False")
        expect(inspect.iscoroutinefunction(arbiter.arbitrate), "arbitrate must be a coroutine function")

    def test_rules_on_any_number_of_answers(self) -> None:
        """Of two, three or seven members comes a Ruling that names members by their labels."""
        for number in _NUMBERS:
            self._rule(_panel(number))

    def test_rules_where_members_are_missing(self) -> None:
        """Members that have no whole answer, and whatever a member's weight, leave a ruling possible."""
        kinds = [kind for kind in get_args(MemberOutcome) if kind != "answer"]
        missing = tuple(Missing(label=label, kind=kind) for label, kind in zip("CDEFGH", kinds, strict=False))
        panel = tuple(
            replace(each, weight=weight) for each, weight in zip(_panel(2), (0.2, 3.0), strict=True)
        )
        self._rule(panel, missing=missing)

    def test_asks_one_judge_or_several(self) -> None:
        """It asks judges by their numbers, from 0 to one less than `call.judges`, however many there are."""
        if self.arbiter.asks:
            for judges in (1, 3):
                self._rule(_panel(3), judges=judges)

    def test_rules_on_tool_calls_and_on_structured_output(self) -> None:
        """Tool calls in its answer are one member's as they came; answers in JSON are ruled on, too."""
        called = [
            ToolCall(id=f"call-{n}", name="find", arguments={"what": f"thing {n % 2}"}) for n in range(3)
        ]
        panel = tuple(
            Panelist(label=label, answer=Answer(parts=(call,), finish_reason="tool_calls"))
            for label, call in zip("ABC", called, strict=True)
        )
        ruling = self._rule(panel, Request("Find it.", tools=[ToolSpec(name="find")]))
        if ruling.answer is not None and ruling.answer.tool_calls:
            known = [each.answer.tool_calls for each in panel]
            expect(ruling.answer.tool_calls in known, "tool calls are one member's, not the arbiter's own")
        answers = [json.dumps({"city": city, "days": 2}) for city in ("Paris", "paris", "Rome")]
        schema = {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}}
        self._rule(_saying(*answers), Request("Where to?", output=schema))

    def test_presents_no_broken_answer_as_a_whole_one(self) -> None:
        """A member's text that was cut or refused keeps its `finish_reason`, or is not given."""
        ends: tuple[FinishReason, ...] = ("length", "refusal")
        for end in ends:
            panel = tuple(replace(each, answer=replace(each.answer, finish_reason=end)) for each in _panel(2))
            try:
                own = self._rule(panel).answer
            except InterlockError:
                continue  # it found nothing worth giving, and said so
            texts = [each.answer.text for each in panel]
            expect(
                own is None or own.text not in texts or own.finish_reason == end,
                f"a member's answer that ended in {end!r} was given as {own and own.finish_reason!r}",
            )

    def test_leaves_the_answers_as_they_are(self) -> None:
        """Ruling changes nothing of the answers that it is shown."""
        panel = _panel(3)
        self._rule(panel)
        expect(panel == _panel(3), "the panel's answers were changed")

    def test_gives_the_same_ruling_again(self) -> None:
        """The same panel is ruled on alike, unless `cannot` says why not."""
        self.unless_it_cannot("same_again")
        first, again = (self._rule(_panel(3)) for _ in range(2))
        expect(
            first == again,
            f"the same panel was judged in two ways; one that draws by lot says {way_out('same_again')}",
        )

    def test_survives_hostile_text(self) -> None:
        """Whatever text a member or the caller sends, a ruling comes, or an InterlockError."""
        for text in HOSTILE:
            hostile = Answer(parts=(Reasoning(text), Text(text)), finish_reason="stop")
            self._rule((*_panel(1), Panelist(label="B", answer=hostile)), Request(text or "Hello."))

    def test_stands_it_when_nobody_answers_it(self) -> None:
        """When the model that it asks is down, a ruling comes, or an InterlockError."""
        if not self.arbiter.asks:
            return
        try:
            self._rule(_panel(2), deaf=True)
        except InterlockError:
            return  # a call ends in it

    def test_lets_cancellation_pass(self) -> None:
        """Cancelled, `arbitrate` ends, and catches no CancelledError."""

        async def main() -> None:
            call = self._call(_panel(2), _request("Hello."))
            task = asyncio.create_task(self.arbiter.arbitrate(call))
            await asyncio.sleep(0)
            ended = task.done()
            task.cancel()
            await asyncio.wait({task}, timeout=_PATIENCE)
            expect(ended or task.cancelled(), "the cancellation was swallowed")

        asyncio.run(main())

    def _call(
        self,
        panel: tuple[Panelist, ...],
        request: Request,
        *,
        deaf: bool = False,
        judges: int | None = None,
        missing: tuple[Missing, ...] = (),
    ) -> ArbitrateCall:
        """To be made within a loop. The chance is the same each time."""
        number = self.judges if judges is None else judges

        async def ask(asked: Request, judge: int = 0) -> Answer:
            expect(judge in range(number), f"judge {judge!r} was asked; there are {number}, from 0")
            checked = as_request(asked, {})
            await asyncio.sleep(0)
            if deaf:
                raise Unavailable("the model that is asked is down")
            text = self.said(checked)
            if isinstance(checked.output, Output):
                parse(checked.output, text)
            return Answer(parts=(Text(text),), finish_reason="stop", usage=Usage(input_tokens=9))

        asks = self.arbiter.asks
        asker: AskJudge = ask
        if request.output is not None:
            panel = tuple(replace(each, parsed=json.loads(each.answer.text)) for each in panel)
        return ArbitrateCall(
            request=request,
            members=panel,
            missing=missing,
            judges=number if asks else 0,
            ask=asker if asks else None,
            random=Random(1).random,
            due=asyncio.get_running_loop().time() + _PATIENCE,
        )

    def _rule(self, panel: tuple[Panelist, ...], request: Request | None = None, **options: Any) -> Ruling:
        async def arbitrate() -> Any:
            call = self._call(panel, as_request(request or _request("Hello."), {}), **options)
            return await asyncio.wait_for(self.arbiter.arbitrate(call), _PATIENCE)

        try:
            ruling: Any = asyncio.run(arbitrate())
        except InterlockError:
            raise
        except TimeoutError as error:
            fail(f"no end within {_PATIENCE:g} s", error)
        except Exception as error:  # noqa: BLE001 - whatever an arbiter raises is the finding
            fail(f"{type(error).__name__} left arbitrate: {error}", error)
        _check(ruling, {each.label for each in panel})
        return ruling  # type: ignore[no-any-return]  # checked in the line above


def _check(ruling: Any, labels: set[str]) -> None:
    expect(isinstance(ruling, Ruling), f"arbitrate returns a Ruling, not a {type(ruling).__name__}")
    expect(ruling.chosen, "a ruling says whose answer was chosen, or went into its own")
    strangers = {*ruling.chosen, *ruling.dissent, *ruling.scores, *ruling.summaries} - labels
    expect(not strangers, f"a ruling names members by their labels alone, not {sorted(map(str, strangers))}")
    share = ruling.agreement
    expect(share is None or 0 <= share <= 1, f"agreement is a share from 0 to 1, not {share!r}")
    wordy = [flag for flag in ruling.flags if identifier(flag) is None]
    expect(not wordy, f"flags are words without blanks, for records hold no text: {wordy}")
    for what, text in (("reason", ruling.reason), *ruling.summaries.items()):
        expect(isinstance(text, str), f"{what}: expected text, not a {type(text).__name__}")
    flips = ruling.flips
    expect(isinstance(flips, int) and flips >= 0, f"flips are counted from 0 on, not {flips!r}")
    own = ruling.answer
    if own is not None:
        expect(isinstance(own, Answer), f"an answer of its own is an Answer, not a {type(own).__name__}")
        known = own.finish_reason in get_args(FinishReason)
        expect(known, f"the answer's finish_reason is {own.finish_reason!r}")
        expect(own.text.strip() or own.tool_calls, "the answer of its own is empty")


def _least(schema: Mapping[str, Any]) -> Any:
    """The least that fits a plain schema."""
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type")
    if kind == "object":
        wanted = schema.get("properties", {})
        return {name: _least(part) for name, part in wanted.items()}
    if kind == "array":
        return [_least(schema.get("items", {}))] * int(schema.get("minItems", 0))
    if kind in ("integer", "number"):
        return schema.get("minimum", 0)
    return {"boolean": False, "null": None}.get(str(kind), "nothing")


def _request(text: str) -> Request:
    return Request((Message("user", text),))


def _panel(number: int) -> tuple[Panelist, ...]:
    return _saying(*(f"The answer of member {n}{' and more' * n}." for n in range(number)))


def _saying(*texts: str) -> tuple[Panelist, ...]:
    return tuple(
        Panelist(
            label="ABCDEFGH"[n],
            answer=Answer(
                parts=(Text(text),),
                finish_reason="stop",
                usage=Usage(input_tokens=10, output_tokens=5 + n),
            ),
        )
        for n, text in enumerate(texts)
    )
