"""A reranker's order of a learned row: nothing is added or lost, and what is not well stays where it is."""

from hypothesis import given
from hypothesis import strategies as st

from interlock.engine.deciding.reordering import movable, reordered
from interlock.types.decisions import Candidate, Decision
from interlock.types.facts import Condition, Facts, Reordering

NAMES = ("a", "b", "c", "d")
DEPLOYMENTS = (*(f"{name}{at}" for name in NAMES for at in (1, 2)), "x", "y")
RANKS = {f"{name}{at}": rank for rank, name in enumerate(NAMES) for at in (1, 2)}


def decision(shortlist: list[str], ill: set[str]) -> Decision:
    conditions = {name: Condition(verdict="demoted") for name in ill}
    return Decision(
        task="mine",
        confidence=1.0,
        reason="primary_optimal",
        shortlist=tuple(Candidate(deployment=name, model=name[0], region="eu") for name in shortlist),
        facts=Facts(conditions=conditions),
    )


def order(found: Decision) -> list[str]:
    return [each.deployment for each in found.shortlist]


@given(
    st.permutations(DEPLOYMENTS).flatmap(lambda all_: st.integers(0, len(all_)).map(lambda n: all_[:n])),
    st.sets(st.sampled_from(DEPLOYMENTS)),
    st.lists(st.sampled_from([*NAMES, "x", "x1", "stranger"]), max_size=6),
)
def test_whatever_a_reranker_says_the_shortlist_holds_the_same_and_the_ill_stay(
    shortlist: list[str], ill: set[str], said: list[str]
) -> None:
    before = decision(shortlist, ill)
    change = Reordering(order=tuple(said), reason="because", digest="")
    after = reordered(before, RANKS, NAMES, change)
    assert sorted(order(after)) == sorted(shortlist)
    fixed = [at for at, name in enumerate(shortlist) if name in ill or name not in RANKS]
    assert all(after.shortlist[at] == before.shortlist[at] for at in fixed)
    assert (after.excluded, after.task, after.reason) == (before.excluded, before.task, before.reason)


@given(st.permutations(DEPLOYMENTS), st.sets(st.sampled_from(DEPLOYMENTS)), st.randoms())
def test_an_order_of_what_may_move_is_had(shortlist: list[str], ill: set[str], random: object) -> None:
    before = decision(shortlist, ill)
    names = [NAMES[rank] for rank in movable(before, RANKS)]
    random.shuffle(names)  # type: ignore[attr-defined] # hypothesis's own
    after = reordered(before, RANKS, NAMES, Reordering(order=tuple(names), reason="so", digest=""))
    moved = [name[0] for name in order(after) if name in RANKS and name not in ill]
    assert list(dict.fromkeys(moved)) == names


def test_the_first_says_why_it_leads_and_the_order_is_among_the_facts() -> None:
    before = decision(["a1", "x", "b1"], set())
    change = Reordering(order=("b", "a"), reason="refined by words", digest="sha256:0")
    after = reordered(before, RANKS, NAMES, change)
    assert order(after) == ["b1", "x", "a1"]
    assert after.shortlist[0].reasons[-1] == "refined by words"
    assert after.facts is not None
    assert after.facts.reordering == change
