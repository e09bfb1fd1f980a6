"""What guardrails find in long texts, a piece at a time, is what they find in the whole."""

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
