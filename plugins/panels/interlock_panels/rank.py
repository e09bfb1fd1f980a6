"""Answers compared two by two, and an order made of that."""

import asyncio
from itertools import combinations
from typing import Any

from interlock.protocols import ArbitrateCall, Ruling
from interlock_panels.agreement import MAJORITY_STANDS, voices
from interlock_panels.judging import Bench, Tally, compared, tallied
from interlock_panels.options import RankOptions
from interlock_panels.ranking import Match, bradley_terry, copeland
from interlock_panels.showing import Material, material_of

_SAME = 1e-6


class Rank:
    """Orders the answers, and hands over the first.

    Judges are asked twice for each two answers, once in each order: of n members n (n - 1) times, or at most
    2 (n - 1) times in a knockout. Who says the same as somebody else is not compared with them.
    """

    api = 1
    name = "rank"
    asks = True
    options = RankOptions

    def __init__(self, options: RankOptions | None = None) -> None:
        self._options = RankOptions() if options is None else options

    def configured(self, options: Any) -> "Rank":
        return Rank(options)

    async def arbitrate(self, call: ArbitrateCall) -> Ruling:
        options = self._options
        said, material, bench = voices(call), await material_of(call), Bench(call, options)
        labels = list(said.firsts)
        fights = Fights(bench, material, both_orders=options.both_orders)
        if options.pairs == "all":
            bench.begin()
            await asyncio.gather(*(fights.fight(*pair) for pair in combinations(labels, 2)))
            winner = None
        else:
            winner = await fights.knock_out(labels)
        flags = dict.fromkeys((*material.flags, *bench.flags))
        if labels[1:] and not fights.heard:
            flags[bench.without_verdict()] = None
        if not options.both_orders:
            flags["one_order"] = None
        make = copeland if options.by == "copeland" else bradley_terry
        scores = make(labels, fights.matches)
        best = max(scores.values())
        leaders = [label for label in labels if scores[label] >= best - _SAME]
        chosen = winner or leaders[0]
        contested = (len(leaders) > 1 and winner is None) or fights.is_open(chosen)
        if options.majority and (standing := said.overruled(chosen)):
            chosen, contested = standing, True
            if fights.heard:
                flags[MAJORITY_STANDS] = None
        return Ruling(
            chosen=said.beside(chosen),
            scores={label: scores[each[0]] for each in said.classes for label in each},
            agreement=said.agreement(chosen),
            contested=contested,
            dissent=said.dissent(chosen),
            reason=fights.reason(chosen, material.addressing),
            flags=tuple(flags),
            flips=fights.flips,
        )


class Fights:
    """The comparisons of one ruling.

    Attributes:
        matches: who was compared with whom, and who won.
        heard: whether anything was said that can be read.
        flips: how often a judge said otherwise in the other order.
    """

    def __init__(self, bench: Bench, material: Material, *, both_orders: bool) -> None:
        self._bench, self._material, self._both = bench, material, both_orders
        self.matches: list[Match] = []
        self.heard = False
        self.flips = 0
        self._reasons: dict[str, str] = {}

    async def fight(self, one: str, other: str) -> str | None:
        """Who wins; None where the judges do not say."""
        ballots = await compared(self._bench, self._material, (one, other), both_orders=self._both)
        tally: Tally = tallied(ballots)
        self.heard = self.heard or tally.heard > 0
        self.flips += tally.flips
        self.matches.append(Match(one=one, other=other, winner=tally.label))
        if tally.label is not None and tally.reason:
            self._reasons[tally.label] = tally.reason
        return tally.label

    async def knock_out(self, labels: list[str]) -> str:
        """Round after round, until one is left. Where nobody wins, the first of the ensemble goes on."""
        while len(labels) > 1:
            rounds = (len(labels) - 1).bit_length()
            self._bench.begin(1 / rounds)
            pairs = list(zip(labels[::2], labels[1::2], strict=False))
            won = await asyncio.gather(*(self.fight(*pair) for pair in pairs))
            on = [winner or pair[0] for winner, pair in zip(won, pairs, strict=True)]
            labels = on + labels[2 * len(pairs) :]
        return labels[0]

    def is_open(self, label: str) -> bool:
        """Whether nobody won one of its comparisons."""
        return any(match.winner is None for match in self.matches if label in (match.one, match.other))

    def reason(self, label: str, addressing: tuple[str, ...]) -> str:
        """A judge's words on why it won last, and who speaks to the judge; content."""
        speaks = f"Speaks to the judge: {', '.join(addressing)}." if addressing else ""
        return " ".join(words for words in (self._reasons.get(label, ""), speaks) if words)
