"""Suites drawn by lot from recorded calls, each prompt under what its call was bound to."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import zip_longest
from random import Random
from typing import Any, Final

from interlock import Constraints
from interlock.types.facts import Facts
from interlock.types.jurisdictions import NOWHERE
from interlock.types.records import Record
from interlock_evaluation.suites.sample import Sample
from interlock_evaluation.suites.words import Words

NO_WORDS: Final = "their words are not in the file"
NO_FACTS: Final = "what they were bound to is not recorded"
MORE: Final = "they came with tools, pictures or sound"
TWICE: Final = "they are asked by another call, too"
_DEMANDING: Final = "eu_regulated"  # a task that itself demands a place
AGREED: Final = "they are asked by calls that contradict each other on where they may go"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What was drawn.

    Attributes:
        calls: how many were there to draw from, evaluations' own not counted.
        without: how many of those could not be drawn, by why.
        tasks: of the calls, how many there were of each.
    """

    samples: Sequence[Sample]
    calls: int
    without: Mapping[str, int]
    tasks: Mapping[str, int]


def draw(
    records: Iterable[Record], words: Words, *, count: int, seed: int = 0, by_task: bool = False
) -> Drawn:
    """So many prompts by lot, the same for the same seed and calls; with `by_task` no more of one task
    than of another as long as there are others.

    A prompt carries its call's constraints and the levels that its request had, never less; of calls with the
    same words, what each was bound to.
    """
    without: Counter[str] = Counter()
    tasks: Counter[str] = Counter()
    found: dict[str, Sample] = {}
    barred: set[str] = set()
    for record in sorted(records, key=lambda each: each.id):
        if not record.is_traffic:
            continue
        tasks[record.decision.task] += 1
        facts = record.decision.facts
        why = _lacking(record, facts, words)
        if why or facts is None:
            without[why] += 1
            continue
        sample = _sample(record, facts, words[record.id])
        asked = json.dumps(sample.messages, sort_keys=True)
        if asked not in found:
            found[asked] = sample
            continue
        without[TWICE] += 1
        if (both := _both(found[asked], sample)) is None:
            barred.add(asked)
        else:
            found[asked] = both
    without[AGREED] += len(barred)
    left = [sample for asked, sample in found.items() if asked not in barred]
    calls = sum(tasks.values())
    told = f"drawn by lot, seed {seed}, of {calls:,} calls"
    return Drawn(
        samples=[
            replace(each, tags=(*each.tags, told))
            for each in _lot(left, count, Random(seed), by_task=by_task)
        ],
        calls=calls,
        without={why: each for why, each in without.items() if each},
        tasks=dict(tasks.most_common()),
    )


def to_row(sample: Sample) -> dict[str, Any]:
    """The sample as a suite's row has it; what says nothing is left out."""
    messages = list(sample.messages)
    alone = len(messages) == 1 and messages[0]["role"] == "user"
    row: dict[str, Any] = {
        "id": sample.id,
        **({"prompt": messages[0]["content"]} if alone else {"messages": messages}),
        "task": sample.task,
        "constraints": {
            each.name: sorted(value) if isinstance(value, frozenset) else value
            for each in fields(Constraints)
            for value in (getattr(sample.constraints, each.name),)
            if value
        },
        "settings": dict(sample.settings),
        "tags": list(sample.tags),
    }
    return {key: value for key, value in row.items() if value}


def _lacking(record: Record, facts: Facts | None, words: Words) -> str:
    """Why a call's prompt cannot be drawn; empty where it can."""
    if record.id not in words:
        return NO_WORDS
    if facts is None:
        return NO_FACTS
    return MORE if facts.needs or not words[record.id] else ""


def _sample(record: Record, facts: Facts, messages: Sequence[Mapping[str, Any]]) -> Sample:
    decision = record.decision
    levels = facts.constraints.sensitivity | frozenset(decision.levels)
    return Sample(
        id=record.id,
        messages=tuple(messages),
        task=decision.task,
        constraints=replace(facts.constraints, sensitivity=levels),
        settings={} if facts.max_tokens is None else {"max_tokens": facts.max_tokens},
        tags=(f"answered by {record.deployment}",) if record.deployment else (),
    )


def _both(one: Sample, other: Sample) -> Sample | None:
    """The one under what either is bound to, by its task too; None where nothing can be both."""
    constraints = one.constraints.tightened(other.constraints)
    if NOWHERE in constraints.residency | constraints.storage:
        return None
    task = other.task if other.task == _DEMANDING else one.task
    return replace(one, constraints=constraints, task=task)


def _lot(samples: list[Sample], count: int, dice: Random, *, by_task: bool) -> Iterator[Sample]:
    dice.shuffle(samples)
    if not by_task:
        yield from samples[:count]
        return
    tasks: defaultdict[str, list[Sample]] = defaultdict(list)
    for each in samples:
        tasks[each.task].append(each)
    turns = [each for row in zip_longest(*tasks.values()) for each in row if each is not None]
    yield from turns[:count]
