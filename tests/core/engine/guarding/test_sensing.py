"""What guardrails find in long texts, a piece at a time, is what they find in the whole."""

import asyncio
import random
from collections.abc import Iterable

import pytest

from interlock import Message, Request, Text
from interlock.engine.guarding.sensing import Sensing
from interlock.types.passages import Passage
from senses import HIDDEN, Senses


class Counts(Senses):
    """Remembers how much it was shown at once."""

    def __init__(self) -> None:
        super().__init__()
        self.most = 0

    def kinds_of(self, passages: Iterable[Passage]) -> frozenset[str]:
        passages = tuple(passages)
        self.most = max(self.most, sum(len(each.text) for each in passages))
        return super().kinds_of(passages)


@pytest.mark.parametrize("filler", ["word ", "字", "line\n", "x"])
@pytest.mark.parametrize("seed", range(8))
async def test_a_value_is_found_wherever_it_stands(filler: str, seed: int) -> None:
    dice = random.Random(seed)
    before, after = (filler * dice.randint(0, 30_000 // len(filler)) for _ in range(2))
    guardrail = Counts()
    sensing = Sensing([guardrail])
    request = Request(f"{before} {HIDDEN} {after}")
    assert sensing.look(request).kinds == {"account"}
    assert await sensing.unhurried(request) == sensing.look(request)
    assert guardrail.most <= 4_000


async def test_many_short_texts_are_shown_some_at_a_time() -> None:
    guardrail = Counts()
    parts = tuple(Text("word " * 100) for _ in range(100))
    sensing = Sensing([guardrail])
    assert not (await sensing.unhurried(Request([Message("user", parts)]))).kinds
    assert 10 < len(guardrail.asked) < 30
    found = Request([Message("user", (*parts, Text(f"It is {HIDDEN}.")))])
    assert (await sensing.unhurried(found)).kinds == {"account"}


class Asks(Counts):
    """Has a detector beside it, and so is asked in threads."""

    detectors = ("names",)

    def detecting(self, detectors: object) -> "Asks":
        return self


@pytest.mark.parametrize("guardrail", [Counts(), Asks()])
async def test_nobody_looks_any_further_for_a_call_that_is_cancelled(
    guardrail: Counts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("interlock.http.turns._TURN", 0.0)
    looking = asyncio.create_task(Sensing([guardrail]).unhurried(Request("word " * 200_000)))
    while not guardrail.asked:  # noqa: ASYNC110 - what is waited for says nothing of itself
        await asyncio.sleep(0)
    looking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await looking
    await asyncio.get_running_loop().shutdown_default_executor()
    assert len(guardrail.asked) < 100


async def test_in_threads_the_same_is_found() -> None:
    guardrail = Asks()
    request = Request("word " * 5_000 + HIDDEN)
    assert (await Sensing([guardrail]).unhurried(request)).kinds == {"account"}
    assert guardrail.most <= 4_000
