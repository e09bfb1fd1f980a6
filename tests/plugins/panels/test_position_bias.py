"""Judges that go by the place: whatever they say, no verdict depends on it."""

from random import Random

import pytest
from judge_doubles import Asked, Thinks, first_with
from ruling import rule

from interlock_panels import Rank, RankOptions, SelectBest

SAID = ("Two months, by section 5 of the lease.", "Two months, as section five says.")
VERDICTS = 400


def recording(think: Thinks, choices: list[str]) -> Thinks:
    """What it prefers, by the text."""

    def said(asked: Asked) -> object:
        thought = think(asked)
        if "better" in asked.wanted:
            choices.append(asked.answers[thought["better"]])
        return thought

    return said


@pytest.mark.parametrize("bias", [0.0, 0.1, 0.3, 0.5])
@pytest.mark.parametrize("arbiter", [SelectBest(), Rank()], ids=["select_best", "rank"])
async def test_no_verdict_depends_on_the_order(bias: float, arbiter: SelectBest | Rank) -> None:
    random = Random(3)
    depending = contested = 0
    for number in range(VERDICTS):
        choices: list[str] = []
        judge = recording(first_with(0.5 + bias, random), choices)
        ruling = await rule(arbiter, SAID, judge, seed=number)
        agreed = len(set(choices)) == 1
        contested += ruling.contested
        depending += not ruling.contested and not agreed
        assert ruling.contested == (not agreed)
        assert ruling.flips == (not agreed)
        assert ruling.chosen == (("A",) if not agreed or choices[0] == SAID[0] else ("B",))
    assert depending == 0
    # Both orders agree with a chance of 2 (0.5 + b) (0.5 - b).
    assert contested / VERDICTS == pytest.approx(0.5 + 2 * bias**2, abs=0.1)


@pytest.mark.parametrize("bias", [0.1, 0.3, 0.5])
async def test_a_jury_of_such_judges_agrees_on_nothing_by_their_bias(bias: float) -> None:
    random = Random(4)
    chosen = [
        await rule(SelectBest(), SAID, *[first_with(0.5 + bias, random)] * 3, seed=number)
        for number in range(200)
    ]
    decided = [each for each in chosen if not each.contested]
    firsts = sum(each.chosen == ("A",) for each in decided)
    assert len(decided) < 100
    assert abs(firsts - (len(decided) - firsts)) <= 0.5 * len(decided) + 3


@pytest.mark.parametrize("bias", [0.0, 0.1, 0.3, 0.5])
@pytest.mark.parametrize(
    "arbiter",
    [SelectBest(), Rank(), Rank(RankOptions(pairs="knockout"))],
    ids=["select_best", "rank", "knockout"],
)
async def test_among_three_no_winner_left_a_comparison_open(bias: float, arbiter: SelectBest | Rank) -> None:
    random, said = Random(5), (*SAID, "Nine years.")
    for number in range(60):
        chosen: dict[frozenset[str], set[str]] = {}
        judge = first_with(0.5 + bias, random)

        def think(
            asked: Asked, judge: Thinks = judge, chosen: dict[frozenset[str], set[str]] = chosen
        ) -> object:
            thought = judge(asked)
            if "better" in asked.wanted:
                texts = asked.answers
                chosen.setdefault(frozenset(texts.values()), set()).add(texts[thought["better"]])
            return thought

        ruling = await rule(arbiter, said, think, seed=number)
        winner = said["ABC".index(ruling.chosen[0])]
        if not ruling.contested:
            assert all(len(each) == 1 for pair, each in chosen.items() if winner in pair)
