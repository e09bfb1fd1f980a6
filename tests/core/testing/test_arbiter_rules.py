"""ArbiterConformance: an arbiter that breaks a rule fails that rule's test."""

import asyncio
import itertools
from dataclasses import replace
from typing import Any

import pytest

from interlock import Answer, Text
from interlock.protocols import ArbitrateCall
from interlock.testing import ArbiterConformance, rules_of

RULES = rules_of(ArbiterConformance)


class Longest:
    api = 1
    name = "longest"

    async def arbitrate(self, call: ArbitrateCall) -> Answer:
        return max(call.answers.values(), key=lambda answer: len(answer.text))


class Kit(ArbiterConformance):
    def __init__(self, arbiter: Any) -> None:
        self.arbiter = arbiter


@pytest.mark.parametrize("rule", RULES)
def test_an_arbiter_that_keeps_the_contract_passes(rule: str) -> None:
    getattr(Kit(Longest()), rule)()


class Blocking(Longest):
    def arbitrate(self, call: ArbitrateCall) -> Any:
        return next(iter(call.answers.values()))


class NeedsTwo(Longest):
    async def arbitrate(self, call: ArbitrateCall) -> Answer:
        return list(call.answers.values())[1]


class TextAlone(Longest):
    async def arbitrate(self, call: ArbitrateCall) -> Any:
        return (await super().arbitrate(call)).text


class Whitewashes(Longest):
    async def arbitrate(self, call: ArbitrateCall) -> Answer:
        return replace(await super().arbitrate(call), finish_reason="stop")


class Takes(Longest):
    async def arbitrate(self, call: ArbitrateCall) -> Answer:
        call.answers.pop("member-0")
        return Answer(parts=(Text("x"),), finish_reason="stop")


class Moody(Longest):
    turns = itertools.count()

    async def arbitrate(self, call: ArbitrateCall) -> Answer:
        return Answer(parts=(Text(f"opinion {next(self.turns)}"),), finish_reason="stop")


class Quotes(Longest):
    async def arbitrate(self, call: ArbitrateCall) -> Answer:
        for answer in call.answers.values():
            answer.text.encode()
        return await super().arbitrate(call)


class Deaf(Longest):
    async def arbitrate(self, call: ArbitrateCall) -> Answer:
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            return await super().arbitrate(call)
        return await super().arbitrate(call)


@pytest.mark.parametrize(
    ("arbiter", "rule", "sentence"),
    [
        (object(), "is_an_arbiter", "it needs api, name, arbitrate"),
        (Longest, "is_an_arbiter", "not the class"),
        (Blocking(), "is_an_arbiter", "must be a coroutine function"),
        (NeedsTwo(), "makes_one_answer_of_any_number", "IndexError left arbitrate"),
        (TextAlone(), "makes_one_answer_of_any_number", "not a str"),
        (Whitewashes(), "presents_no_broken_answer_as_a_whole_one", "ended in 'length' was given as 'stop'"),
        (Takes(), "leaves_the_answers_as_they_are", "were changed"),
        (Moody(), "gives_the_same_answer_again", r"""two ways; .* cannot = \{"same_again": "why"\}"""),
        (Quotes(), "survives_hostile_text", "UnicodeEncodeError left arbitrate"),
        (Deaf(), "lets_cancellation_pass", "the cancellation was swallowed"),
    ],
)
def test_a_breach_fails_its_rule(arbiter: Any, rule: str, sentence: str) -> None:
    with pytest.raises(AssertionError, match=sentence):
        getattr(Kit(arbiter), f"test_{rule}")()
