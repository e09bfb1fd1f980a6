"""What an arbiter must keep to."""

import asyncio
import inspect
from collections.abc import Mapping
from typing import Any, ClassVar, get_args

from interlock.errors import InterlockError
from interlock.protocols import API, Arbiter, ArbitrateCall
from interlock.testing.classifier_rules import HOSTILE
from interlock.testing.rules import Conformance, expect, fail, way_out
from interlock.types.messages import Message, Reasoning, Text
from interlock.types.request import Request
from interlock.types.response import Answer, FinishReason, Usage

_PATIENCE = 10.0


class ArbiterConformance(Conformance):
    """The rules for arbiters. A subclass sets `arbiter`, to an instance.

    Attributes:
        arbiter: what is tested.
        modes: the modes that it is asked in.
    """

    arbiter: Arbiter
    modes: tuple[str, ...] = ("select_best",)
    scenarios: ClassVar[frozenset[str]] = frozenset({"same_again"})

    def test_is_an_arbiter(self) -> None:
        arbiter = self.arbiter
        expect(isinstance(arbiter, Arbiter), f"{arbiter!r} is no Arbiter: it needs api, name, arbitrate")
        expect(not isinstance(arbiter, type), "give an instance, not the class")
        expect(arbiter.api == API, f"api is {arbiter.api!r}; this version speaks {API}")
        expect(isinstance(arbiter.name, str) and arbiter.name, "name must be text")
        expect(inspect.iscoroutinefunction(arbiter.arbitrate), "arbitrate must be a coroutine function")

    def test_makes_one_answer_of_any_number(self) -> None:
        for mode in self.modes:
            for number in (1, 2, 3, 7):
                answer = self._arbitrate(_panel(number), mode)
                expect(answer.text.strip(), f"{mode}, {number} answers: the answer is empty")
                known = answer.finish_reason in get_args(FinishReason)
                expect(known, f"{mode}: finish_reason is {answer.finish_reason!r}")

    def test_presents_no_broken_answer_as_a_whole_one(self) -> None:
        for mode in self.modes:
            ends: tuple[FinishReason, ...] = ("length", "refusal")
            for end in ends:
                answers = {
                    name: Answer(parts=answer.parts, finish_reason=end) for name, answer in _panel(2).items()
                }
                try:
                    answer = self._arbitrate(answers, mode)
                except InterlockError:
                    continue  # it found nothing worth giving, and said so
                texts = [each.text for each in answers.values()]
                expect(
                    answer.text not in texts or answer.finish_reason == end,
                    f"{mode}: a member's answer that ended in {end!r} was given as {answer.finish_reason!r}",
                )

    def test_leaves_the_answers_as_they_are(self) -> None:
        for mode in self.modes:
            answers = _panel(3)
            self._arbitrate(answers, mode)
            expect(answers == _panel(3), f"{mode}: the panel's answers were changed")

    def test_gives_the_same_answer_again(self) -> None:
        self.unless_it_cannot("same_again")
        for mode in self.modes:
            first, again = (self._arbitrate(_panel(3), mode) for _ in range(2))
            expect(
                first.text == again.text,
                f"{mode}: the same panel was judged in two ways; one that asks a model says "
                f"{way_out('same_again')}",
            )

    def test_survives_hostile_text(self) -> None:
        for mode in self.modes:
            for text in HOSTILE:
                hostile = Answer(parts=(Reasoning(text), Text(text)), finish_reason="stop")
                self._arbitrate({**_panel(1), "hostile": hostile}, mode, text)

    def test_lets_cancellation_pass(self) -> None:
        async def main() -> None:
            call = ArbitrateCall(request=_request("Hello."), answers=_panel(2), mode=self.modes[0])
            task = asyncio.create_task(self.arbiter.arbitrate(call))
            await asyncio.sleep(0)
            ended = task.done()
            task.cancel()
            await asyncio.wait({task}, timeout=_PATIENCE)
            expect(ended or task.cancelled(), "the cancellation was swallowed")

        asyncio.run(main())

    def _arbitrate(self, answers: Mapping[str, Answer], mode: str, prompt: str = "Hello.") -> Answer:
        call = ArbitrateCall(request=_request(prompt), answers=answers, mode=mode)

        async def ask() -> Any:
            return await asyncio.wait_for(self.arbiter.arbitrate(call), _PATIENCE)

        try:
            answer: Any = asyncio.run(ask())
        except InterlockError:
            raise
        except TimeoutError as error:
            fail(f"{mode}: no end within {_PATIENCE:g} s", error)
        except Exception as error:  # noqa: BLE001 - whatever an arbiter raises is the finding
            fail(f"{mode}: {type(error).__name__} left arbitrate: {error}", error)
        expect(isinstance(answer, Answer), f"arbitrate returns an Answer, not a {type(answer).__name__}")
        return answer  # type: ignore[no-any-return]  # checked in the line above


def _request(text: str) -> Request:
    return Request((Message("user", text),))


def _panel(number: int) -> dict[str, Answer]:
    return {
        f"member-{n}": Answer(
            parts=(Text(f"The answer of member {n}{' and more' * n}."),),
            finish_reason="stop",
            usage=Usage(input_tokens=10, output_tokens=5 + n),
        )
        for n in range(number)
    }
