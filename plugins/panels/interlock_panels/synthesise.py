"""One answer written out of several, and who of them it follows."""

from collections.abc import Mapping
from typing import Any

from interlock import Answer
from interlock.protocols import ArbitrateCall, Ruling
from interlock_panels.agreement import voices
from interlock_panels.judging import Bench, Prompted, prompts, schemas
from interlock_panels.judging.labels import drawn
from interlock_panels.options import SynthesiseOptions
from interlock_panels.select_best import selected
from interlock_panels.showing import Material, material_of

_WRITING = 0.6  # of the time left; the rest is for telling whom it follows, or for selecting instead
_NOBODY: Mapping[str, str] = {}


class Synthesise:
    """Writes an answer of its own out of the members'; a second question asks whom it follows, and what those
    say whom it does not follow.

    Tool calls are never merged: where a member calls tools, one answer is selected as `select_best` does it.
    So it is where the answer is cut or declined, for members have whole ones.
    """

    api = 1
    name = "synthesise"
    asks = True
    options = SynthesiseOptions

    def __init__(self, options: SynthesiseOptions | None = None) -> None:
        self._options = SynthesiseOptions() if options is None else options

    def configured(self, options: Any) -> "Synthesise":
        return Synthesise(options)

    async def arbitrate(self, call: ArbitrateCall) -> Ruling:
        options = self._options
        if any(each.answer.tool_calls for each in call.members):
            return await selected(call, options, "tool_calls_selected")
        said = voices(call)
        if len(said.classes) == 1:
            return await selected(call, options)
        bench, material = Bench(call, options), await material_of(call)
        labels = tuple(each.label for each in call.members)
        answer = await self._written(bench, material, labels, call)
        if answer is None:
            return await selected(call, options, "synthesis_unusable", *bench.flags)
        follows, summaries = labels, _NOBODY
        if options.attribute:
            follows, summaries = await _attributed(bench, material, labels, answer)
        flags = dict.fromkeys((*material.flags, *bench.flags))
        if not follows:
            flags["unattributed"] = None
        return Ruling(
            chosen=follows or labels,
            answer=answer,
            dissent=tuple(label for label in labels if label in summaries),
            summaries=summaries,
            reason=f"Speaks to the judge: {', '.join(material.addressing)}." if material.addressing else "",
            flags=tuple(flags),
        )

    async def _written(
        self, bench: Bench, material: Material, labels: tuple[str, ...], call: ArbitrateCall
    ) -> Answer | None:
        options = self._options
        names = _named(bench, material, labels)
        criteria = f"\n\n{prompts.judged_by(options.criteria)}" if options.criteria else ""
        told = prompts.WRITE.format(
            criteria=criteria, instructions=prompts.told_further(options.instructions)
        )

        def prompt(most: int) -> Prompted:
            return material.prompt(told, names, prompts.WRITE_REMINDER, most)

        for judge in bench.judges:
            bench.begin(_WRITING)
            answer = await bench.answer(judge, prompt, call.request.output)
            if answer is not None:
                return answer
        return None


async def _attributed(
    bench: Bench, material: Material, labels: tuple[str, ...], answer: Answer
) -> tuple[tuple[str, ...], Mapping[str, str]]:
    """Whom it follows, and what the others say; nobody where that was not said so that it can be read."""
    names = _named(bench, material, labels)
    reminder = prompts.ATTRIBUTE_REMINDER.format(labels=", ".join(names))
    more = {"the final answer": answer.text}
    told, schema = prompts.ATTRIBUTE.format(data=prompts.DATA), schemas.attribution(list(names))

    def prompt(most: int) -> Prompted:
        return material.prompt(told, names, reminder, most, more=more)

    bench.begin()
    said = None
    for judge in bench.judges:
        said = said or await bench.ask(judge, prompt, schema)
    if said is None:
        return (), {}
    summaries = {names[each["label"]]: each["says"] for each in _listed(said.get("dissents"), names)}
    named = said.get("follows")
    follows = [names[name] for name in named if name in names] if isinstance(named, list) else []
    if set(follows) <= set(summaries):  # followed by no one else, so not in dissent as a whole
        summaries = {label: says for label, says in summaries.items() if label not in follows}
    followed = tuple(label for label in labels if label in follows and label not in summaries)
    return followed, summaries


def _named(bench: Bench, material: Material, labels: tuple[str, ...]) -> dict[str, str]:
    """What each answer is called in one question, and its member's label."""
    return dict(zip(drawn(len(labels), bench.random, material.texts(*labels)), labels, strict=True))


def _listed(value: Any, names: Mapping[str, str]) -> list[Mapping[str, str]]:
    """Those of a list that are what was asked for."""
    return [
        each
        for each in (value if isinstance(value, list) else [])
        if isinstance(each, dict) and each.get("label") in names and isinstance(each.get("says"), str)
    ]
