"""Answers compared two by two."""

import importlib.util
from random import Random
from types import ModuleType
from typing import Any

import pytest
from judge_doubles import Asked, arbiter_calls, asked, judging, panel
from ruling import rule

from interlock_panels import Rank, RankOptions
from interlock_panels.ranking import Match, bradley_terry, copeland

SAID = ["Nine years.", "Two months, by section 5.", "Two or three months.", "It depends."]
RANKS = {SAID[0]: 0, SAID[1]: 3, SAID[2]: 2, SAID[3]: 1}
fair = judging(lambda text: RANKS[text])


@pytest.mark.parametrize("by", ["copeland", "bradley_terry"])
def test_all_pairs_are_compared_in_both_orders(by: str) -> None:
    response = asked(panel(SAID, fair, mode="rank", options={"by": by}))
    verdict = response.verdict
    assert verdict is not None
    assert (response.text, verdict.contested) == (SAID[1], False)
    assert sorted(verdict.scores, key=lambda label: -verdict.scores[label]) == ["B", "C", "D", "A"]
    assert arbiter_calls(response) == 4 * 3


def test_a_knockout_asks_less() -> None:
    response = asked(panel(SAID, fair, mode="rank", options={"pairs": "knockout"}))
    assert response.verdict is not None
    assert (response.text, response.verdict.contested) == (SAID[1], False)
    assert arbiter_calls(response) == 2 * 3


async def test_a_circle_is_contested() -> None:
    beats = {(SAID[0], SAID[1]), (SAID[1], SAID[2]), (SAID[2], SAID[0])}
    judge = judging(lambda _: 0, lambda texts: 0 if tuple(texts) in beats else 1)
    ruling = await rule(Rank(), SAID[:3], judge)
    assert (ruling.chosen, ruling.contested, ruling.flips) == (("A",), True, 0)
    assert set(ruling.scores.values()) == {0.0}


async def test_what_was_open_on_the_way_is_contested_in_a_knockout() -> None:
    judge = judging(lambda _: 0, lambda _: 0)
    ruling = await rule(Rank(RankOptions(pairs="knockout")), SAID, judge)
    assert (ruling.chosen, ruling.contested, ruling.flips) == (("A",), True, 3)


@pytest.mark.parametrize("by", ["copeland", "bradley_terry"])
async def test_a_winner_who_was_not_preferred_to_someone_is_contested(by: Any) -> None:
    """It leads by what it won elsewhere, and whether it is better than that one nobody has said."""
    unsure = {SAID[1], SAID[2]}
    judge = judging(lambda _: 0, lambda texts: 0 if set(texts) == unsure else texts.index(best(texts)))
    ruling = await rule(Rank(RankOptions(by=by)), SAID, judge)
    assert (ruling.contested, ruling.flips) == (True, 1)
    odd = judging(
        lambda _: 0, lambda texts: 0 if set(texts) == {SAID[1], SAID[0]} else texts.index(best(texts))
    )
    ruling = await rule(Rank(RankOptions(by=by)), SAID, odd)
    assert (ruling.contested, ruling.flips) == (True, 1)
    low = judging(
        lambda _: 0, lambda texts: 0 if set(texts) == {SAID[3], SAID[0]} else texts.index(best(texts))
    )
    ruling = await rule(Rank(RankOptions(by=by)), SAID, low)
    assert (ruling.chosen, ruling.contested, ruling.flips) == (("B",), False, 1)


def best(texts: list[str]) -> str:
    return max(texts, key=RANKS.__getitem__)


async def test_what_is_said_twice_is_compared_once() -> None:
    seen: list[Asked] = []
    judge = judging(lambda text: 3 if "Two" in text else 0)
    ruling = await rule(Rank(), ["Two months.", "Nine years.", "two months"], judge, seen=seen)
    assert (ruling.chosen, len(seen), ruling.scores) == (("A", "C"), 2, {"A": 1.0, "B": -1.0, "C": 1.0})
    assert (ruling.agreement, ruling.dissent) == (pytest.approx(2 / 3), ("B",))


async def test_without_a_verdict_the_first_is_contested() -> None:
    ruling = await rule(Rank(), SAID, lambda _: "no idea")
    assert (ruling.chosen, ruling.contested, ruling.flags) == (("A",), True, ("no_verdict",))


def witness() -> ModuleType:
    """Evalica's own code, of which the part that ranks needs numpy alone."""
    package = importlib.util.find_spec("evalica")
    assert package is not None
    assert package.submodule_search_locations is not None
    (folder,) = package.submodule_search_locations
    spec = importlib.util.spec_from_file_location("_brzo", f"{folder}/_brzo.abi3.so")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def played(seed: int, number: int) -> tuple[list[str], list[Match], tuple[Any, ...]]:
    """Comparisons of everyone with everyone, several times, and the same as evalica takes them."""
    random = Random(seed)
    labels = list("ABCDEFGH"[:number])
    matches, rows = [], []
    for one in range(number):
        for other in range(one + 1, number):
            for _ in range(random.randint(2, 5)):
                won = random.choice((0, 1, 1, 2, 2))  # 0: open, 1: the one, 2: the other
                winner = (None, labels[one], labels[other])[won]
                matches.append(Match(one=labels[one], other=labels[other], winner=winner))
                rows.append((one, other, won))
    columns = tuple(list(each) for each in zip(*rows, strict=True))
    return labels, matches, (*columns, [1.0] * len(rows), number)


@pytest.mark.parametrize("seed", range(20))
def test_strengths_are_those_of_evalica(seed: int) -> None:
    labels, matches, rows = played(seed, 3 + seed % 5)
    theirs, _ = witness().bradley_terry(*rows, 1.0, 0.5, 1e-12, 100_000)
    ours = bradley_terry(labels, matches, prior=0.0)
    whole = sum(theirs)
    assert [ours[label] for label in labels] == pytest.approx([each / whole for each in theirs], abs=1e-6)


@pytest.mark.parametrize("seed", range(20))
def test_wins_less_losses_order_as_evalica_counts(seed: int) -> None:
    """It counts wins and halves of what is open; twice that, less the comparisons, is ours."""
    labels, matches, rows = played(seed, 3 + seed % 5)
    theirs = witness().counting(*rows, 1.0, 0.5)
    ours = copeland(labels, matches)
    for label, counted in zip(labels, theirs, strict=True):
        games = sum(label in (match.one, match.other) for match in matches)
        assert ours[label] == pytest.approx(2 * counted - games)


def test_who_always_wins_is_strong_and_not_infinitely_so() -> None:
    matches = [Match(one="A", other="B", winner="A")] * 5
    strengths = bradley_terry(["A", "B", "C"], matches)
    assert strengths["A"] > strengths["C"] > strengths["B"] > 0
    assert sum(strengths.values()) == pytest.approx(1)
