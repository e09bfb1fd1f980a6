"""Goes through all entries once, chain by chain, and holds each against the one before it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from interlock_audit.bodies import fit
from interlock_audit.chaining import NOTHING, Heads, link
from interlock_audit.verifying.findings import ChainState, Finding, shown

_JSON = json.JSONDecoder()
_LATEST = 2**63  # what databases count to

RowTuple = tuple[Any, Any, Any, Any, Any]
"""chain, seq, id, hash and body, as the database gives them: of any kind, where somebody has changed them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """An entry of the log's own, which says something about the log."""

    chain: str
    seq: int
    kind: str
    logged: int
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """The first entry that is left of a chain whose beginning is not there."""

    chain: str
    seq: int
    hash: str
    body: str

    def follows(self, before: str) -> bool:
        return link(self.chain, self.seq, before, self.body) == self.hash


@dataclass(slots=True)
class Walk:
    """What one way through the entries has seen. `tolerance` is in microseconds."""

    tolerance: int
    findings: list[Finding] = field(default_factory=list)
    states: dict[str, ChainState] = field(default_factory=dict)
    openings: list[Opening] = field(default_factory=list)
    own: list[Own] = field(default_factory=list)
    gaps: set[str] = field(default_factory=set)  # chains with entries missing in the middle
    entries: int = 0
    _befores: tuple[str, ...] = ()  # what the next entry may follow; empty where nobody knows

    def through(self, rows: Iterable[RowTuple]) -> None:
        """The rows in the order of their chains, and of their numbers in each."""
        state: ChainState | None = None
        for chain, seq, id_, hash_, body in rows:
            self.entries += 1
            if type(chain) is not str or type(seq) is not int:
                self._find("unreadable", str(chain), None, "cannot be read")
                continue
            if state is None or state.chain != chain:
                state = self._open(chain, seq, hash_, body)
            elif seq != state.last + 1:
                self._jump(state, seq)
            if not (type(id_) is type(hash_) is type(body) is str):
                self._find("unreadable", chain, seq, "cannot be read")
                self._befores = (hash_,) if isinstance(hash_, str) else ()
                state.last, state.entries = seq, state.entries + 1
                continue
            self._step(state, seq, hash_, body)
            self._look_inside(state, seq, id_, body)

    def _open(self, chain: str, seq: int, hash_: str, body: str) -> ChainState:
        if chain in self.states:  # the database does not compare as we do: another collation, or a view
            self._find("duplicate", chain, seq, "stands apart from the rest of its chain")
        state = ChainState(chain=chain, first=seq, last=seq - 1, head=NOTHING)
        self.states[chain] = state
        self._befores = (NOTHING,) if seq == 0 else ()
        if seq < 0:
            self._find("misplaced", chain, seq, "has a number below 0")
        elif seq != 0:
            self.openings.append(Opening(chain=chain, seq=seq, hash=hash_, body=body))
        return state

    def _jump(self, state: ChainState, seq: int) -> None:
        last = state.last
        if seq <= last:
            self._find("duplicate", state.chain, seq, "is there twice")
            return
        self._befores = ()
        self.gaps.add(state.chain)
        gone = f"entry {last + 1}" if seq == last + 2 else f"entries {last + 1} to {seq - 1}"
        what = f"{gone} of chain {shown(state.chain)} {'is' if seq == last + 2 else 'are'} missing."
        self.findings.append(
            Finding(kind="missing", chain=state.chain, seq=last + 1, what=what[0].upper() + what[1:])
        )

    def _step(self, state: ChainState, seq: int, hash_: str, body: str) -> None:
        befores = self._befores
        self._befores = (hash_,)
        if befores:
            made = link(state.chain, seq, befores[0], body)
            if made != hash_ and not any(link(state.chain, seq, each, body) == hash_ for each in befores[1:]):
                self._find("altered", state.chain, seq, "was changed, or put in the place of another")
                self._befores = (hash_, made)
        state.last, state.head = seq, hash_
        state.entries += 1

    def _look_inside(self, state: ChainState, seq: int, id_: str, body: str) -> None:
        try:
            said, end = _JSON.raw_decode(body)
            if end != len(body):
                raise ValueError
            logged = said["logged"]
            if said["chain"] != state.chain or said["seq"] != seq or said["id"] != id_:
                self._find("misplaced", state.chain, seq, "says itself that it belongs elsewhere")
            if type(logged) is not int or not 0 <= logged < _LATEST:
                raise TypeError
        except (ValueError, TypeError, LookupError, RecursionError):
            self._find("unreadable", state.chain, seq, "cannot be read")
            return
        if seq == state.first:
            state.began = logged
        elif logged < state.ended - self.tolerance:
            back = (state.ended - logged) / 1e6
            self._find(
                "clock",
                state.chain,
                seq,
                f"was written {back:,.1f} s before the one before it: a clock was set back",
            )
        state.ended = logged
        state.closed = False
        if said.get("own") is True:
            self._remember(state, seq, said)

    def _remember(self, state: ChainState, seq: int, said: dict[str, Any]) -> None:
        kind, facts = said.get("kind"), said.get("facts")
        if not isinstance(kind, str) or not isinstance(facts, dict):
            self._find("unreadable", state.chain, seq, "cannot be read")
            return
        state.closed = kind == "audit.closed"
        if not state.closed:
            self.own.append(Own(chain=state.chain, seq=seq, kind=kind, logged=said["logged"], facts=facts))

    def _find(self, kind: str, chain: str, seq: int | None, what: str) -> None:
        number = "An entry" if seq is None else f"Entry {seq}"
        self.findings.append(
            Finding(kind=kind, chain=chain, seq=seq, what=f"{number} of chain {shown(chain)} {what}.")
        )


def heads_in(value: Any) -> Heads:
    """Heads as an entry names them; what is no such thing is left out."""
    if not isinstance(value, dict):
        return {}
    found: Heads = {}
    for chain, head in value.items():
        match head:
            case [int(seq), str(hash_)]:
                found[fit(chain)] = (seq, hash_)
    return found
