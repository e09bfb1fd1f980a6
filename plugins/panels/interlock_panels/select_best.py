"""A judge that chooses: each answer scored alone, then the two best beside each other, in both orders."""

import asyncio
from collections.abc import Collection, Mapping
from typing import Any, Final

from interlock.protocols import ArbitrateCall, Ruling
from interlock_panels.agreement import MAJORITY_STANDS, Voices, voices
from interlock_panels.judging import BEST, CONTROLS, Bench, Scored, Tally, compared, scored, tallied
from interlock_panels.options import SelectOptions
from interlock_panels.showing import Material, material_of

CLEAR: Final = 2.0
"""By how much two scores, of 0 to 10, have to differ to decide what a comparison leaves open."""
SCORING: Final = 0.6
"""The share of the time left in which answers are scored; the rest is for comparing."""
LIKED: Final = BEST / 2
"""The score from which on a judge likes an answer, which it cannot as an answer to another question."""
_TWO: Final = 2


class SelectBest:
    """Chooses one member's answer and hands it over as it is.

    Judges are asked once for each answer, and twice for the two best; what several say alike is one answer.
    Each question names answers by labels of its own, and no judge learns who wrote them.
    """

    api = 1
    name = "select_best"
    asks = True
    options = SelectOptions

    def __init__(self, options: SelectOptions | None = None) -> None:
        self._options = SelectOptions() if options is None else options

    def configured(self, options: Any) -> "SelectBest":
        return SelectBest(options)

    async def arbitrate(self, call: ArbitrateCall) -> Ruling:
        return await selected(call, self._options)


async def selected(call: ArbitrateCall, options: SelectOptions, *flags: str) -> Ruling:
    """The ruling of `select_best`, with further flags."""
    said = voices(call)
    material = await material_of(call)
    if len(said.classes) == 1:
        return Ruling(chosen=said.classes[0], agreement=1.0, flags=(*flags, *material.flags))
    bench = Bench(call, options)
    labels = said.firsts
    thought: dict[str, Scored] = {}
    finalists: tuple[str, ...] = labels
    if options.isolate:
        bench.begin(SCORING)
        each = await asyncio.gather(*(scored(bench, material, label) for label in labels))
        if not bench.heard:
            bench.without_verdict()
        thought = dict(zip(labels, each, strict=True))
        finalists = _two_best(labels, _scores(thought))
    tally, misled = await _compared(bench, material, finalists, thought, options)
    choice = Choosing(said, _scores(thought), finalists or labels, tally)
    choice.flags.update(dict.fromkeys((*flags, *material.flags)))
    if tally.heard == 0 and not choice.scores:
        choice.flag(bench.without_verdict())
    elif tally.heard == 0:
        choice.flag("no_verdict")
    if 0 < len(choice.scores) < len(thought):
        choice.flag("unscored")
    choice.choose(majority=options.majority, misled=misled)
    choice.flags.update(bench.flags)
    if not options.both_orders:
        choice.flag("one_order")
    return choice.ruling(thought, material.addressing)


async def _compared(
    bench: Bench,
    material: Material,
    finalists: tuple[str, ...],
    thought: Mapping[str, Scored],
    options: SelectOptions,
) -> tuple[Tally, set[str]]:
    """What comparing them comes to, and about whom judges are seen to be misled."""
    if not finalists:
        return Tally(label=None, flips=0, heard=0), set()
    bench.begin()
    suspects = set(finalists) if options.control == "always" else set(finalists) & set(material.addressing)
    controlled = finalists if suspects and thought and options.control != "never" else ()
    question = CONTROLS[int(bench.random() * len(CONTROLS)) % len(CONTROLS)]
    ballots, controls = await asyncio.gather(
        compared(bench, material, finalists, both_orders=options.both_orders),
        asyncio.gather(*(scored(bench, material, label, question) for label in controlled)),
    )
    liked = {label for label, each in zip(controlled, controls, strict=True) if _is_liked(each)}
    # Whether they go by the question at all shows in one that they like for the right one alone.
    sober = any(_is_liked(thought[label]) for label in controlled if label not in liked)
    return tallied(ballots), liked & suspects if sober else set()


def _is_liked(thought: Scored) -> bool:
    return thought.score is not None and thought.score >= LIKED


class Choosing:
    """Whom what was heard speaks for. Pure: it asks nobody.

    Attributes:
        scores: each label that was scored, and its score.
        chosen: the label of whose answer is handed over, once `choose` was called.
        contested: it was not agreed upon.
        flags: what was noticed, in order.
    """

    def __init__(
        self, said: Voices, scores: dict[str, float], finalists: tuple[str, ...], tally: Tally
    ) -> None:
        self.scores = scores
        self.chosen = finalists[0]
        self.contested = True
        self.flags: dict[str, None] = {}
        self._said, self._finalists, self._tally = said, finalists, tally

    def flag(self, word: str) -> None:
        self.flags[word] = None

    def choose(self, *, majority: bool, misled: Collection[str] = ()) -> None:
        """Whom the judges agree on; else by clear scores, else the first of the ensemble. What a majority
        says stands, where `majority` says so. Judges that are `misled` by some are not believed about them.
        """
        preferred = self._tally.label
        leader = self._leader()
        if preferred is None:
            self.chosen = leader or self._first(self._finalists)
        elif leader not in (None, preferred):
            # The judge thinks otherwise of the same answers when it sees them beside each other.
            self.chosen = leader or preferred
            self.flag("scores_disagree")
        else:
            self.chosen = preferred
            self.contested = self._passed_over(preferred)
        if misled:
            self.flag("judge_misled")
            if self.chosen in misled:
                rest = [label for label in self.scores if label not in misled]
                self.chosen, self.contested = max(rest, key=self.scores.__getitem__), True
        if majority and (standing := self._said.overruled(self.chosen)):
            if preferred is not None:
                self.flag(MAJORITY_STANDS)
            self.chosen, self.contested = standing, True

    def ruling(self, thought: dict[str, Scored], addressing: tuple[str, ...]) -> Ruling:
        """The same as the protocol has it."""
        words = []
        if self._tally.label == self.chosen and self._tally.reason:
            words.append(self._tally.reason)
        elif self.chosen in thought and thought[self.chosen].reason:
            words.append(thought[self.chosen].reason)
        if addressing:
            words.append(f"Speaks to the judge: {', '.join(addressing)}.")
        return Ruling(
            chosen=self._said.beside(self.chosen),
            scores={each: score for label, score in self.scores.items() for each in self._said.beside(label)},
            agreement=self._said.agreement(self.chosen),
            contested=self.contested,
            dissent=self._said.dissent(self.chosen),
            reason=" ".join(words),
            flags=tuple(self.flags),
            flips=self._tally.flips,
        )

    def _leader(self) -> str | None:
        """Of two finalists, the one whose score is clearly the higher."""
        if len(self._finalists) != _TWO or any(label not in self.scores for label in self._finalists):
            return None
        one, other = self._finalists
        ahead = self.scores[one] - self.scores[other]
        return None if abs(ahead) < CLEAR else one if ahead > 0 else other

    def _first(self, labels: tuple[str, ...]) -> str:
        return next(label for label in self._said.weights if label in labels)

    def _passed_over(self, preferred: str) -> bool:
        """Whether someone was not compared whose score is no lower."""
        least = self.scores.get(preferred)
        others = set(self.scores) - set(self._finalists)
        return least is not None and any(self.scores[label] >= least for label in others)


def _scores(thought: dict[str, Scored]) -> dict[str, float]:
    return {label: each.score for label, each in thought.items() if each.score is not None}


def _two_best(labels: tuple[str, ...], scores: dict[str, float]) -> tuple[str, ...]:
    """Two of them; none where more than two were not scored, for then nothing tells them apart."""
    if len(labels) <= _TWO:
        return labels
    ranked = sorted(scores, key=lambda label: -scores[label])
    return tuple(label for label in labels if label in ranked[:_TWO]) if len(ranked) >= _TWO else ()
