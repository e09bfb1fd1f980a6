"""A rubric: each answer graded alone by every criterion, and the weighted mean decides."""

import asyncio
from typing import Any

from interlock.protocols import ArbitrateCall, Ruling
from interlock_panels.agreement import MAJORITY_STANDS, voices
from interlock_panels.judging import Bench, Scored, Sheet, graded, prompts
from interlock_panels.options import ScoreOptions
from interlock_panels.showing import Material, material_of


class Score:
    """Chooses the answer with the best grades.

    Judges are asked once for each answer, and never see two of them at once: what an answer says can change
    what is thought of itself alone. What several say alike is one answer. A ruling's scores are weighted
    means on the options' scale.
    """

    api = 1
    name = "score"
    asks = True
    options = ScoreOptions

    def __init__(self, options: ScoreOptions | None = None) -> None:
        self._options = ScoreOptions() if options is None else options

    def configured(self, options: Any) -> "Score":
        return Score(options)

    async def arbitrate(self, call: ArbitrateCall) -> Ruling:
        options = self._options
        said, material = voices(call), await material_of(call)
        labels = list(said.firsts)
        if len(labels) == 1:
            return Ruling(chosen=said.classes[0], agreement=1.0, flags=material.flags)
        bench = Bench(call, options.judging)
        bench.begin()
        each = await asyncio.gather(*(self._graded(bench, material, label) for label in labels))
        thought = dict(zip(labels, each, strict=True))
        scores = {label: self._mean(each) for label, each in thought.items() if each.grades}
        flags = dict.fromkeys((*material.flags, *bench.flags))
        if not scores:
            flags[bench.without_verdict()] = None
        elif len(scores) < len(labels):
            flags["unscored"] = None
        ranked = sorted(labels, key=lambda label: -scores.get(label, -1.0))
        chosen = ranked[0]
        contested = len(scores) < len(labels) or scores[chosen] - scores[ranked[1]] <= options.margin
        if options.majority and (standing := said.overruled(chosen)):
            chosen, contested = standing, True
            if scores:
                flags[MAJORITY_STANDS] = None
        return Ruling(
            chosen=said.beside(chosen),
            scores={label: score for first, score in scores.items() for label in said.beside(first)},
            agreement=said.agreement(chosen),
            contested=contested,
            dissent=said.dissent(chosen),
            reason=_reason(thought[chosen], material.addressing),
            flags=tuple(flags),
        )

    async def _graded(self, bench: Bench, material: Material, label: str) -> Scored:
        options = self._options
        names = {f"c{number}": words for number, words in enumerate(options.criteria, 1)}
        told = prompts.GRADE.format(
            rubric=prompts.rubric(names),
            data=prompts.DATA,
            most=options.scale,
            instructions=prompts.told_further(options.instructions),
        )
        wanted = ", ".join(f"`{name}`" for name in names)
        reminder = prompts.GRADE_REMINDER.format(names=wanted, most=options.scale)
        sheet = Sheet(told=told, reminder=reminder, names=tuple(names), most=options.scale)
        return await graded(bench, material, label, sheet)

    def _mean(self, thought: Scored) -> float:
        weights = list(self._options.criteria.values())
        grades = list(thought.grades.values())
        return sum(map(float.__mul__, weights, grades)) / sum(weights)


def _reason(thought: Scored, addressing: tuple[str, ...]) -> str:
    speaks = f"Speaks to the judge: {', '.join(addressing)}." if addressing else ""
    return " ".join(words for words in (thought.reason, speaks) if words)
