"""ArbiterConformance: an arbiter that breaks a rule fails that rule's test."""

import asyncio
import itertools
from dataclasses import replace
from typing import Any

import pytest

from interlock import Answer, Request, Text, ToolCall
from interlock.arbiters.vote import Vote
from interlock.protocols import ArbitrateCall, Ruling
from interlock.testing import ArbiterConformance, rules_of

RULES = rules_of(ArbiterConformance)


class Longest:
    api = 1
    name = "longest"
    asks = False

    async def arbitrate(self, call: ArbitrateCall) -> Ruling:
        longest = max(call.members, key=lambda member: len(member.answer.text))
        return Ruling(chosen=(longest.label,))


class Asking(Longest):
    """Asks which it is, and in what words."""

    asks = True
    schema = {  # noqa: RUF012 - never changed
        "type": "object",
        "properties": {"best": {"enum": [0, 1]}, "why": {"type": "string"}, "sure": {"type": "boolean"}},
        "required": ["best", "why", "sure"],
    }

    async def arbitrate(self, call: ArbitrateCall) -> Ruling:
        assert call.ask is not None
        answer = await call.ask(Request("Which one?", output=self.schema))
        return Ruling(chosen=(call.members[answer.text.count("1")].label,))


class Kit(ArbiterConformance):
    def __init__(self, arbiter: Any) -> None:
        self.arbiter = arbiter


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("arbiter", [Longest(), Asking(), Vote()], ids=lambda each: each.__class__.__name__)
def test_an_arbiter_that_keeps_the_contract_passes(arbiter: Any, rule: str) -> None:
    getattr(Kit(arbiter), rule)()


class Blocking(Longest):
    def arbitrate(self, call: ArbitrateCall) -> Any:
        return Ruling(chosen=(call.members[0].label,))


class Undecided(Longest):
    asks: Any = None


class NeedsThree(Longest):
    async def arbitrate(self, call: ArbitrateCall) -> Ruling:
        return Ruling(chosen=(call.members[2].label,))


class TextAlone(Longest):
    async def arbitrate(self, call: ArbitrateCall) -> Any:
        return call.members[0].answer.text


class Nobody(Longest):
    async def arbitrate(self, call: ArbitrateCall) -> Ruling:
        return Ruling(chosen=())


class Stranger(Longest):
    async def arbitrate(self, call: ArbitrateCall) -> Ruling:
        return Ruling(chosen=("zhipu/glm-5.2",))


class Wordy(Longest):
    async def arbitrate(self, call: ArbitrateCall) -> Ruling:
        return replace(await super().arbitrate(call), flags=("the first one flatters the judge",))


class MoreThanAll(Longest):
    async def arbitrate(self, call: ArbitrateCall) -> Ruling:
        return replace(await super().arbitrate(call), agreement=3.0)


class Chatty(Longest):
    async def arbitrate(self, call: ArbitrateCall) -> Ruling:
        return replace(await super().arbitrate(call), summaries={"zhipu/glm-5.2": "says yes"})


class Speechless(Longest):
    async def arbitrate(self, call: ArbitrateCall) -> Ruling:
        return replace(await super().arbitrate(call), reason=None)  # type: ignore[arg-type]  # the breach


class Unflipped(Longest):
    async def arbitrate(self, call: ArbitrateCall) -> Ruling:
        return replace(await super().arbitrate(call), flips=-1)


class Alone(Longest):
    async def arbitrate(self, call: ArbitrateCall) -> Ruling:
        if call.missing:
            raise LookupError(call.missing[0].label)
        return await super().arbitrate(call)


class AsksThree(Asking):
    async def arbitrate(self, call: ArbitrateCall) -> Ruling:
        assert call.ask is not None
        for judge in range(3):
            await call.ask(Request("Which?"), judge)
        return Ruling(chosen=("A",))


class Whitewashes(Longest):
    async def arbitrate(self, call: ArbitrateCall) -> Ruling:
        answer = replace(call.members[0].answer, finish_reason="stop")
        return Ruling(chosen=(call.members[0].label,), answer=answer)


class Empty(Longest):
    async def arbitrate(self, call: ArbitrateCall) -> Ruling:
        return replace(await super().arbitrate(call), answer=Answer(parts=(), finish_reason="stop"))


class Merges(Longest):
    async def arbitrate(self, call: ArbitrateCall) -> Ruling:
        ruling = await super().arbitrate(call)
        if not call.members[0].answer.tool_calls:
            return ruling
        merged = ToolCall(id="call-9", name="find", arguments={"what": "thing 0 and thing 1"})
        return replace(ruling, answer=Answer(parts=(merged,), finish_reason="tool_calls"))


class Takes(Longest):
    async def arbitrate(self, call: ArbitrateCall) -> Ruling:
        object.__setattr__(call.members[0].answer, "parts", (Text("x"),))
        return Ruling(chosen=("A",))


class Moody(Longest):
    turns = itertools.count()

    async def arbitrate(self, call: ArbitrateCall) -> Ruling:
        return Ruling(chosen=(call.members[next(self.turns) % 2].label,))


class Quotes(Longest):
    async def arbitrate(self, call: ArbitrateCall) -> Ruling:
        for member in call.members:
            member.answer.text.encode()
        return await super().arbitrate(call)


class Deaf(Longest):
    async def arbitrate(self, call: ArbitrateCall) -> Ruling:
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            return await super().arbitrate(call)
        return await super().arbitrate(call)


class Fragile(Asking):
    async def arbitrate(self, call: ArbitrateCall) -> Ruling:
        try:
            return await super().arbitrate(call)
        except Exception as error:
            raise LookupError("nobody told me") from error


@pytest.mark.parametrize(
    ("arbiter", "rule", "sentence"),
    [
        (object(), "is_an_arbiter", "it needs api, name, asks, arbitrate"),
        (Longest, "is_an_arbiter", "not the class"),
        (Blocking(), "is_an_arbiter", "must be a coroutine function"),
        (Undecided(), "is_an_arbiter", "asks must be True or False"),
        (NeedsThree(), "rules_on_any_number_of_answers", "IndexError left arbitrate"),
        (TextAlone(), "rules_on_any_number_of_answers", "not a str"),
        (Nobody(), "rules_on_any_number_of_answers", "says whose answer was chosen"),
        (Stranger(), "rules_on_any_number_of_answers", "by their labels alone, not .*glm"),
        (Wordy(), "rules_on_any_number_of_answers", "flags are words without blanks"),
        (MoreThanAll(), "rules_on_any_number_of_answers", "a share from 0 to 1"),
        (Chatty(), "rules_on_any_number_of_answers", "by their labels alone, not .*glm"),
        (Speechless(), "rules_on_any_number_of_answers", "reason: expected text, not a NoneType"),
        (Unflipped(), "rules_on_any_number_of_answers", "counted from 0 on, not -1"),
        (Alone(), "rules_where_members_are_missing", "LookupError left arbitrate: C"),
        (AsksThree(), "asks_one_judge_or_several", "judge 1 was asked; there are 1, from 0"),
        (Empty(), "rules_on_any_number_of_answers", "answer of its own is empty"),
        (Merges(), "rules_on_tool_calls_and_on_structured_output", "tool calls are one member's"),
        (Whitewashes(), "presents_no_broken_answer_as_a_whole_one", "ended in 'length' was given as 'stop'"),
        (Takes(), "leaves_the_answers_as_they_are", "were changed"),
        (Moody(), "gives_the_same_ruling_again", r"""two ways; .* cannot = \{"same_again": "why"\}"""),
        (Quotes(), "survives_hostile_text", "UnicodeEncodeError left arbitrate"),
        (Fragile(), "stands_it_when_nobody_answers_it", "LookupError left arbitrate"),
        (Deaf(), "lets_cancellation_pass", "the cancellation was swallowed"),
    ],
)
def test_a_breach_fails_its_rule(arbiter: Any, rule: str, sentence: str) -> None:
    with pytest.raises(AssertionError, match=sentence):
        getattr(Kit(arbiter), f"test_{rule}")()
