"""Right or not: each answer judged alone, by a yes or a no."""

import asyncio
from typing import Any

from interlock.protocols import ArbitrateCall, Ruling
from interlock_panels.agreement import MAJORITY_STANDS, voices
from interlock_panels.judging import Bench, Prompted, prompts, schemas
from interlock_panels.options import VerifyOptions
from interlock_panels.showing import Material, material_of


class Verify:
    """Says how sure one may be of an answer, and chooses the one that most judges think right.

    Judges are asked once for each answer, and never see two of them at once. A score is the share of the
    judges that have said so, of those who have said anything, from 0 to 1. A cascade shows it one answer.
    """

    api = 1
    name = "verify"
    asks = True
    verifies = True
    options = VerifyOptions

    def __init__(self, options: VerifyOptions | None = None) -> None:
        self._options = VerifyOptions() if options is None else options

    def configured(self, options: Any) -> "Verify":
        return Verify(options)

    async def arbitrate(self, call: ArbitrateCall) -> Ruling:
        said, material = voices(call), await material_of(call)
        labels = list(said.firsts)
        bench = Bench(call, self._options)
        bench.begin()
        shares = await asyncio.gather(*(self._share(bench, material, label) for label in labels))
        scores = {label: share for label, share in zip(labels, shares, strict=True) if share is not None}
        flags = dict.fromkeys((*material.flags, *bench.flags))
        if not scores:
            flags[bench.without_verdict()] = None
        elif len(scores) < len(labels):
            flags["unscored"] = None
        ranked = sorted(labels, key=lambda label: -scores.get(label, -1.0))
        chosen, rest = ranked[0], ranked[1:]
        best = scores.get(chosen, 0.0)
        contested = bool(rest) and (best <= 1 / 2 or any(scores.get(each, best) == best for each in rest))
        if self._options.majority and (standing := said.overruled(chosen)):
            chosen, contested = standing, True
            if scores:
                flags[MAJORITY_STANDS] = None
        return Ruling(
            chosen=said.beside(chosen),
            scores={label: score for first, score in scores.items() for label in said.beside(first)},
            agreement=said.agreement(chosen),
            contested=contested,
            dissent=said.dissent(chosen),
            flags=tuple(flags),
        )

    async def _share(self, bench: Bench, material: Material, label: str) -> float | None:
        """Of the judges that say whether it is right, how many say that it is."""
        options = self._options
        told = prompts.VERIFY.format(
            data=prompts.DATA,
            criteria=prompts.right_by(options.criteria),
            instructions=prompts.told_further(options.instructions),
        )

        def prompt(most: int) -> Prompted:
            return material.prompt(told, {"": label}, prompts.VERIFY_REMINDER, most)

        each = await asyncio.gather(*(bench.ask(judge, prompt, schemas.RIGHT) for judge in bench.seats))
        votes = [said["right"] for said in each if said is not None and isinstance(said.get("right"), bool)]
        return sum(votes) / len(votes) if votes else None
