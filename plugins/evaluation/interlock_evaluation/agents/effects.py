"""Effects of an attempt: what the ledger knows, held against what the world has written down."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from interlock_evaluation.agents.attempt import EffectCounts

if TYPE_CHECKING:
    from interlock_agents import Effect


def counted(
    effects: Iterable["Effect"], applied: Sequence[Mapping[str, Any]] | None, own: Mapping[str, str]
) -> EffectCounts:
    """What became of the effects.

    Args:
        effects: the ledger's, of one run.
        applied: the world's lines; None where it writes none.
        own: the world's names of tools, by those that models call them by.
    """
    of = list(effects)
    states = Counter(each.state for each in of)
    counts = {
        "done": states["confirmed"],
        "failed": states["failed"],
        "open": len(of) - states["confirmed"] - states["failed"],
    }
    if applied is None:
        return EffectCounts(**counts)
    times = Counter(_name_of(each) for each in applied if each.get("changed", True) is not False)
    there = Counter(_name_of(each) for each in applied)
    # Effects without a key that ask for the same are the same to the world: as many may be applied.
    intended: Counter[str] = Counter()
    certain: Counter[str] = Counter()
    for effect in of:
        name = _named(effect, own, there)
        intended[name] += effect.state != "failed"
        certain[name] += effect.state == "confirmed"
    return EffectCounts(
        **counts,
        twice=sum(max(0, count - intended[name]) for name, count in times.items()),
        lost=sum(max(0, count - there[name]) for name, count in certain.items()),
    )


def is_applied(effect: "Effect", applied: Sequence[Mapping[str, Any]], own: Mapping[str, str]) -> bool:
    """Whether the world has written the effect down."""
    there = Counter(_name_of(each) for each in applied)
    return there[_named(effect, own, there)] > 0


def _named(effect: "Effect", own: Mapping[str, str], there: Mapping[str, int]) -> str:
    """By its key where the world knows that, else by what was asked for."""
    if f"key {effect.key}" in there:
        return f"key {effect.key}"
    return _asked(own.get(effect.tool, effect.tool), effect.arguments)


def _name_of(line: Mapping[str, Any]) -> str:
    if line.get("key"):
        return f"key {line['key']}"
    return _asked(str(line.get("tool")), line.get("arguments") or {})


def _asked(tool: str, arguments: Any) -> str:
    return f"{tool} {json.dumps(arguments, sort_keys=True, ensure_ascii=False, default=str)}"
