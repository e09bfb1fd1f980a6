"""Whatever is talked about, in however many turns: nothing leaves as it is, and all of it comes back."""

import random

import pytest

from sealed_conversations import MANGLINGS, Conversation


@pytest.mark.parametrize("seed", range(10))
def test_what_a_model_repeats_exactly_comes_back_exactly(seed: int) -> None:
    rnd = random.Random(seed)
    for _ in range(20):
        conversation = Conversation(rnd)
        for _ in range(5):
            conversation.turn()
        assert conversation.told == conversation.asked
        assert conversation.reported == 0
        assert len(set(conversation.tokens.values())) == len(conversation.tokens)


@pytest.mark.parametrize("mangling", MANGLINGS)
def test_what_a_model_mangles_comes_back_or_is_reported(mangling: str) -> None:
    rnd = random.Random(mangling)
    told = asked = 0
    for _ in range(20):
        conversation = Conversation(rnd, MANGLINGS[mangling])
        for _ in range(3):
            conversation.turn()
        told, asked = told + conversation.told, asked + conversation.asked
        assert conversation.told + conversation.reported >= conversation.asked
    assert told >= 0.95 * asked
