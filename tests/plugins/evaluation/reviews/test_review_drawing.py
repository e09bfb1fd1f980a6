"""Prompts are drawn by lot, and everybody's order, sides and second showings follow from the seed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock import RequestError
from interlock_evaluation.reviews.drawing import Drawn, digest_of, draw, items_for, pairs_of
from interlock_evaluation.reviews.review import Item, Review, Shown
from interlock_evaluation.runs import Kept, Key, Result, Run
from interlock_evaluation.suites import Sample

MODELS = ("a/one-1", "b/two-2", "c/three-3")


def kept(prompts: int, repeats: int = 1, lacking: frozenset[tuple[str, str]] = frozenset()) -> Kept:
    samples = [Sample(id=f"p{at}", messages=[{"role": "user", "content": "?"}]) for at in range(prompts)]
    results = {}
    for sample in samples:
        for model in MODELS:
            for repeat in range(repeats):
                key = Key(sample.id, model, repeat)
                failed = (sample.id, model) in lacking
                said = None if failed else f"{sample.id} {model} {repeat}"
                results[key] = Result(key=key, asked=1, outcome="error" if failed else "answer", answer=said)
    run = Run(id="r", suite="s", digest="d", configuration="c", models=MODELS)
    return Kept(run=run, samples=samples, tasks={}, results=results, marks={})


def review(**given: object) -> Review:
    facts = {"id": "r", "run": "r", "seed": 1, "pairs": pairs_of(MODELS), "share": 1.0} | given
    return Review(**facts)  # type: ignore[arg-type]


def pair_of(item: Item) -> tuple[str, frozenset[str]]:
    return item.prompt, frozenset((item.left.model, item.right.model))


def test_every_two_models_are_compared_unless_some_are_named() -> None:
    assert len(pairs_of(MODELS)) == 3
    assert pairs_of(MODELS, [["c/three-3", "a/one-1"]]) == (("c/three-3", "a/one-1"),)
    named = [["a/one-1", "b/two-2"], ["b/two-2", "a/one-1", "c/three-3"]]
    assert len(pairs_of(MODELS, named)) == 3


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ([["a/one-1", "b/two"]], "b/two-2"),
        ([["a/one-1"]], "two models or more"),
        ([["a/one-1"] * 2], "or more"),
    ],
    ids=["unknown", "one", "the same"],
)
def test_what_cannot_be_compared_is_refused(named: list[list[str]], message: str) -> None:
    with pytest.raises(RequestError, match="--pairs") as caught:
        pairs_of(MODELS, named)
    assert message in str(caught.value)


def test_a_share_of_the_prompts_is_drawn_and_none_that_cannot_be_compared() -> None:
    lacking = frozenset({("p0", "a/one-1"), ("p1", "b/two-2")})
    found = draw(kept(12, lacking=lacking), review(share=0.25, pairs=[("a/one-1", "b/two-2")]))
    assert (found.of, found.prompts) == (10, 3)
    assert not {"p0", "p1"} & {prompt for prompt, _ in found.pairs}
    with pytest.raises(RequestError, match="no prompt that two models of a pair have answered"):
        draw(kept(1, lacking=lacking), review(pairs=[("a/one-1", "b/two-2")]))


def test_each_prompt_is_drawn_as_often_as_any_other() -> None:
    of = kept(10)
    drawn = [draw(of, review(seed=seed, share=0.3)).pairs for seed in range(1000)]
    counts = [sum(any(prompt == f"p{at}" for prompt, _ in pairs) for pairs in drawn) for at in range(10)]
    assert sum(counts) == 3000
    assert all(240 < count < 360 for count in counts), counts


def test_of_many_pairs_of_a_prompt_some_are_drawn() -> None:
    found = draw(kept(300), review(each=1))
    assert len(found.pairs) == 300
    counts = [sum(pair == each for _, pair in found.pairs) for each in pairs_of(MODELS)]
    assert all(70 < count < 130 for count in counts), counts


def test_of_several_answers_of_a_model_one_is_drawn_and_stays() -> None:
    found = draw(kept(40, repeats=3), review())
    repeats = {shown.repeat for answers in found.answers.values() for shown in answers.values()}
    assert repeats == {0, 1, 2}
    assert found.answers == draw(kept(40, repeats=3), review()).answers


def test_the_same_seed_draws_the_same_and_another_another() -> None:
    def seen(seed: int, name: str) -> list[tuple[str, str, str, bool]]:
        these = review(seed=seed)
        items = items_for(name, these, draw(kept(20), these))
        return [(each.prompt, each.left.model, each.right.model, each.again) for each in items]

    assert seen(1, "anna") == seen(1, "anna")
    assert seen(1, "anna") != seen(2, "anna")
    assert seen(1, "anna") != seen(1, "ben")


def test_each_model_stands_left_as_often_as_right() -> None:
    these = review(pairs=[("a/one-1", "b/two-2")], again=0.0)
    items = items_for("anna", these, draw(kept(400), these))
    assert 160 < sum(each.left.model == "a/one-1" for each in items) < 240


@given(
    pairs=st.integers(1, 300), again=st.floats(0, 0.5), seed=st.integers(0, 2**31), name=st.text(max_size=20)
)
def test_what_is_shown_twice_is_swapped_and_far_apart(pairs: int, again: float, seed: int, name: str) -> None:
    shown = {model: Shown(model=model, repeat=0, digest=digest_of(model)) for model in MODELS[:2]}
    prompts = [f"p{at}" for at in range(pairs)]
    drawn = Drawn(
        of=pairs, pairs=[(each, MODELS[:2]) for each in prompts], answers=dict.fromkeys(prompts, shown)
    )
    items = items_for(name, review(seed=seed, again=again, pairs=[MODELS[:2]]), drawn)
    first = {pair_of(each): each for each in items if not each.again}
    second = [each for each in items if each.again]
    assert len(first) == pairs
    assert len(second) == len({pair_of(each) for each in second}) == round(again * pairs)
    for each in second:
        before = first[pair_of(each)]
        assert (each.left, each.right) == (before.right, before.left)
        assert each.number - before.number >= min(20, pairs // 2)
    assert [each.number for each in items] == list(range(len(items)))
    assert len({each.id for each in items}) == len(items)
    assert all(len(each.id) == 16 for each in items)


def test_an_item_is_known_by_nothing_that_could_be_guessed() -> None:
    these = review()
    drawn = draw(kept(5), these)
    ids = [{each.id for each in items_for("anna", these, drawn)} for _ in range(2)]
    assert not ids[0] & ids[1]
