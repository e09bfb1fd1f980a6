"""Verification: a pure function over entries and checkpoints."""

from collections.abc import Callable, Iterable, Sequence

from interlock_audit.chaining import Heads
from interlock_audit.keys import PublicKey
from interlock_audit.verifying.anchors import Anchors
from interlock_audit.verifying.findings import ChainState, Finding, Limit, Report, Source, shown
from interlock_audit.verifying.walk import Own, RowTuple, Walk, heads_in

Find = Callable[[str, int], str | None]
"""The hash of an entry, by chain and number; None where there is none."""

TOLERANCE = 5.0
"""Seconds by which clocks may differ."""


def verify(
    rows: Iterable[RowTuple],
    find: Find,
    *,
    sources: Sequence[Source] = (),
    keys: Sequence[PublicKey] = (),
    tolerance: float = TOLERANCE,
) -> Report:
    """What is wrong with a log, and what nobody can tell.

    `rows` are chain, number, id, hash and body of each entry, in the order of chains and numbers; `find`
    gives the hash of one of them. Both see the same state of the database, and checkpoints were read before.
    `tolerance` is in seconds. It raises nothing for what a log or a checkpoint may hold.
    """
    walk = Walk(int(tolerance * 1e6))
    walk.through(rows)
    anchors = Anchors(walk, find, sources, {key.id: key for key in keys})
    roots = _roots(walk.own, anchors.sworn)
    claimed = _roots(walk.own, {state.chain: state.last for state in walk.states.values()})
    findings = [
        *walk.findings,
        *_openings(walk, roots, claimed),
        *anchors.against(roots),
        *_named(walk, find, roots),
    ]
    outside = any(used.outside and used.signed for used in anchors.used)
    limits = frozenset() if outside else frozenset(Limit)
    return Report(
        entries=walk.entries,
        chains=[*walk.states.values()],
        findings=findings,
        limits=limits,
        sources=anchors.used,
        sinks_failed=sorted(
            {
                shown(sink)
                for each in walk.own
                if each.kind == "audit.sink_failed" and isinstance(sink := each.facts.get("sink"), str)
            }
        ),
        pruned=roots,
        erased={
            handle: (each.chain, each.seq)
            for each in walk.own
            if each.kind == "audit.erased" and isinstance(handle := each.facts.get("handle"), str)
        },
        keys=[key.id for key in keys],
    )


def _roots(own: Iterable[Own], upto: dict[str, int]) -> Heads:
    """Where chains begin after entries were removed on purpose, as entries say that lie within `upto`."""
    roots: Heads = {}
    for each in own:
        if each.kind == "audit.pruned" and each.seq <= upto.get(each.chain, -1):
            for chain, root in heads_in(each.facts.get("roots")).items():
                if chain not in roots or roots[chain][0] < root[0]:
                    roots[chain] = root
    return roots


def _openings(walk: Walk, roots: Heads, claimed: Heads) -> Iterable[Finding]:
    """Chains whose beginning is not there, and was not removed on purpose."""
    for opening in walk.openings:
        root = roots.get(opening.chain)
        if root is not None and root[0] == opening.seq - 1 and opening.follows(root[1]):
            continue
        gone = "entry 0" if opening.seq == 1 else f"entries 0 to {opening.seq - 1}"
        what = f"The beginning of chain {shown(opening.chain)} is missing: {gone}."
        if root is None and opening.chain in claimed:
            what += " An entry says that they were pruned, and no signed checkpoint covers that entry."
        yield Finding(kind="missing", chain=opening.chain, seq=0, what=what)


def _named(walk: Walk, find: Find, roots: Heads) -> Iterable[Finding]:
    """Chains that another one names as it begins, and that are not there as it names them."""
    told = set()
    for each in walk.own:
        if each.kind != "audit.began":
            continue
        for chain, (seq, head) in heads_in(each.facts.get("heads")).items():
            state = walk.states.get(chain)
            pruned = state is None and roots.get(chain, (-1, ""))[0] >= seq
            if chain in told or pruned or (state and seq < state.first):
                continue
            name, who = shown(chain), f"chain {shown(each.chain)}"
            if state is None:
                what = f"Chain {name} is missing: {who} has seen its entry {seq} when it began."
                yield Finding(kind="chain_missing", chain=chain, seq=None, what=what)
            elif seq > state.last:
                what = f"Chain {name} ends at entry {state.last}: {who} has seen its entry {seq}."
                yield Finding(kind="cut", chain=chain, seq=state.last + 1, what=what)
            elif chain not in walk.gaps and find(chain, seq) != head:
                what = f"Chain {name} was rewritten: {who} has seen another entry {seq} in it."
                yield Finding(kind="rewritten", chain=chain, seq=seq, what=what)
            elif each.logged < (seen := _seen(state, seq)) - walk.tolerance:
                back = (seen - each.logged) / 1e6
                what = (
                    f"C{who[1:]} began {back:,.1f} s before entries of chain {name} that it has "
                    "seen: a clock was set back, or two machines' clocks differ."
                )
                yield Finding(kind="clock", chain=each.chain, seq=each.seq, what=what)
                continue
            else:
                continue
            told.add(chain)
        yield from _estranged(walk, each, find, roots)


def _seen(state: ChainState, seq: int) -> int:
    """When a chain had that entry, at the earliest, in microseconds since the epoch."""
    return state.ended if seq == state.last else state.began


def _estranged(walk: Walk, began: Own, find: Find, roots: Heads) -> Iterable[Finding]:
    """What the writer of a chain had to leave, since it was no longer what he had written."""
    facts = began.facts.get("estranged")
    if not isinstance(facts, dict):
        return
    match facts.get("chain"), facts.get("seq"), facts.get("hash"):
        case str(chain), int(seq), str(head):
            state = walk.states.get(chain)
            if chain in roots and seq <= roots[chain][0]:
                return  # it was removed on purpose while its writer was idle
            if state is None or seq > state.last or find(chain, seq) != head:
                what = f"Chain {shown(chain)} is no longer as its writer wrote it, up to entry {seq}."
            else:
                what = f"Entries of chain {shown(chain)} after {seq} were not written by its writer."
            yield Finding(kind="foreign", chain=chain, seq=seq, what=what)
