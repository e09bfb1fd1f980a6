"""What somebody may do who can write an audit log's database, and holds no key."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from interlock_audit.chaining import NOTHING, link
from interlock_audit.verifying import Limit

Row = tuple[Any, ...]
Rows = list[Row]
CHAIN, SEQ, ID, HASH, BODY = range(5)


@dataclass(frozen=True)
class Tampering:
    """`limits` are what a report without checkpoints must own up to, if it does not find it."""

    name: str
    do: Callable[[Random, Rows], Rows]
    limits: frozenset[Limit] = frozenset()


def _changed(row: Row, column: int, value: Any) -> Row:
    return (*row[:column], value, *row[column + 1 :])


def _flip(random: Random, text: str) -> str:
    at = random.randrange(len(text))
    return text[:at] + random.choice([c for c in '0123456789abcdefxyz{}",' if c != text[at]]) + text[at + 1 :]


def _flips(column: int) -> Callable[[Random, Rows], Rows]:
    def do(random: Random, rows: Rows) -> Rows:
        at = random.randrange(len(rows))
        rows[at] = _changed(rows[at], column, _flip(random, rows[at][column]))
        return rows

    return do


def _seq(random: Random, rows: Rows) -> Rows:
    at = random.randrange(len(rows))
    rows[at] = _changed(rows[at], SEQ, rows[at][SEQ] + random.choice([-2, -1, 1, 2, 1000]))
    return rows


def _some_chain(random: Random, rows: Rows) -> tuple[str, list[int]]:
    """A chain, and where its rows are."""
    chain = random.choice(sorted({row[CHAIN] for row in rows}))
    return chain, [at for at, row in enumerate(rows) if row[CHAIN] == chain]


def _without(rows: Rows, gone: Sequence[int]) -> Rows:
    left = set(gone)
    return [row for at, row in enumerate(rows) if at not in left]


def _first(random: Random, rows: Rows) -> Rows:
    _, places = _some_chain(random, rows)
    return _without(rows, places[: random.randint(1, len(places) - 1)])


def _middle(random: Random, rows: Rows) -> Rows:
    _, places = _some_chain(random, rows)
    begin = random.randint(1, len(places) - 2)
    return _without(rows, places[begin : random.randint(begin + 1, len(places) - 1)])


def _tail(random: Random, rows: Rows) -> Rows:
    _, places = _some_chain(random, rows)
    return _without(rows, places[random.randint(1, len(places) - 1) :])


def _chain(random: Random, rows: Rows) -> Rows:
    return _without(rows, _some_chain(random, rows)[1])


def _log(random: Random, rows: Rows) -> Rows:
    return []


def _swap(random: Random, rows: Rows) -> Rows:
    _, places = _some_chain(random, rows)
    one, other = random.sample(places, 2)
    first, second = rows[one], rows[other]
    rows[one], rows[other] = (*first[:2], *second[2:]), (*second[:2], *first[2:])
    return rows


def _swap_hashes(random: Random, rows: Rows) -> Rows:
    one, other = random.sample(range(len(rows)), 2)
    first, second = rows[one], rows[other]
    rows[one], rows[other] = _changed(first, HASH, second[HASH]), _changed(second, HASH, first[HASH])
    return rows


def _duplicate(random: Random, rows: Rows) -> Rows:
    row = random.choice(rows)
    return [*rows, _changed(row, ID, row[ID] + "x") if random.random() < 0.5 else row]


def _copied_to_the_end(random: Random, rows: Rows) -> Rows:
    _, places = _some_chain(random, rows)
    row = rows[random.choice(places)]
    return [*rows, _changed(row, SEQ, rows[places[-1]][SEQ] + 1)]


def _insert(random: Random, rows: Rows) -> Rows:
    """One more entry in the middle; those behind it are numbered anew."""
    chain, places = _some_chain(random, rows)
    at = random.randint(1, len(places) - 1)
    later = [_changed(rows[place], SEQ, rows[place][SEQ] + 1) for place in places[at:]]
    before = rows[places[at - 1]]
    made = _made(chain, before[SEQ] + 1, before[HASH], {**json.loads(before[BODY]), "id": "new"})
    return [*_without(rows, places[at:]), made, *later]


def _made(chain: str, seq: int, before: str, said: dict[str, Any]) -> Row:
    said = {**said, "chain": chain, "seq": seq}
    body = json.dumps(said, sort_keys=True, separators=(",", ":"))
    return chain, seq, said["id"], link(chain, seq, before, body), body


def _linked(rows: Rows, chain: str, said: Sequence[dict[str, Any]], before: str, first: int) -> Rows:
    made = []
    for seq, each in enumerate(said, first):
        made.append(_made(chain, seq, before, each))
        before = made[-1][HASH]
    return [*(row for row in rows if row[CHAIN] != chain or row[SEQ] < first), *made]


def _rewritten(change: Callable[[Random, list[dict[str, Any]]], list[dict[str, Any]]]) -> Any:
    """From some entry on, with hashes that fit."""

    def do(random: Random, rows: Rows) -> Rows:
        chain, places = _some_chain(random, rows)
        at = random.randrange(len(places))
        said = change(random, [json.loads(rows[place][BODY]) for place in places[at:]])
        return _linked(rows, chain, said, rows[places[at - 1]][HASH] if at else NOTHING, at)

    return do


def _other_facts(random: Random, said: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**said[0], "facts": {**said[0]["facts"], "region": "elsewhere"}}, *said[1:]]


def _one_left_out(random: Random, said: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return said[1:]


def _back(random: Random, said: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**each, "logged": each["logged"] - 3_600_000_000} for each in said]


def _forged_end(random: Random, rows: Rows) -> Rows:
    """Entries that nobody wrote, behind the last one."""
    chain, places = _some_chain(random, rows)
    last = rows[places[-1]]
    said = {**json.loads(last[BODY]), "id": "forged", "kind": "x.y"}
    said.pop("own", None)
    return [*rows, _made(chain, last[SEQ] + 1, last[HASH], said)]


def _forged_pruning(random: Random, rows: Rows) -> Rows:
    """The front is gone, and an entry at the end says that this was on purpose."""
    chain, places = _some_chain(random, rows)
    root, last = rows[places[random.randint(0, len(places) - 2)]], rows[places[-1]]
    said = {**json.loads(last[BODY]), "id": "forged", "kind": "audit.pruned", "own": True}
    said["facts"] = {"roots": {chain: [root[SEQ], root[HASH]]}}
    gone = [place for place in places if rows[place][SEQ] <= root[SEQ]]
    return [*_without(rows, gone), _made(chain, last[SEQ] + 1, last[HASH], said)]


_REWRITTEN = frozenset({Limit.REWRITTEN})

ENTRIES = [
    Tampering("a byte of a body", _flips(BODY)),
    Tampering("a byte of a hash", _flips(HASH)),
    Tampering("a byte of an id", _flips(ID)),
    Tampering("another number", _seq),
    Tampering("the first entries removed", _first),
    Tampering("entries in the middle removed", _middle),
    Tampering("the last entries removed", _tail, frozenset({Limit.TAIL})),
    Tampering("a whole chain removed", _chain, frozenset({Limit.CHAIN})),
    Tampering("the whole log removed", _log, frozenset({Limit.LOG})),
    Tampering("two entries swapped", _swap),
    Tampering("two hashes swapped", _swap_hashes),
    Tampering("an entry twice", _duplicate),
    Tampering("an entry copied to the end", _copied_to_the_end),
    Tampering("an entry inserted", _insert),
    Tampering("an entry changed, the rest rewritten", _rewritten(_other_facts), _REWRITTEN),
    Tampering("an entry left out, the rest rewritten", _rewritten(_one_left_out), _REWRITTEN | {Limit.TAIL}),
    Tampering("a clock set back, the rest rewritten", _rewritten(_back), _REWRITTEN),
    Tampering("a pruning that nobody has signed", _forged_pruning),
]
"""What checkpoints find, each."""

FORGED_END = Tampering("entries added at the end", _forged_end, frozenset({Limit.APPENDED}))
"""What comes after the last checkpoint is not covered by it, and a report says how much that is."""


def tampered(random: Random, rows: Sequence[Row], tampering: Tampering) -> Rows:
    """In the order in which a database gives them."""
    done = tampering.do(random, list(rows))
    return sorted(done, key=lambda row: (row[CHAIN], row[SEQ]))


def finder(rows: Sequence[Row]) -> Callable[[str, int], str | None]:
    hashes = {(row[CHAIN], row[SEQ]): row[HASH] for row in rows}
    return lambda chain, seq: hashes.get((chain, seq))
