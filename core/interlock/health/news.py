"""What a reply means to the process that gets it: pure, so that it can be tested with values."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from interlock.types.health import HealthChange, HealthNews, HealthSync

# Successes, failures, hard failures, clearings.
_Counts = tuple[int, int, int, int]
_NONE: _Counts = (0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Seen:
    """Where the process stands: the last version that it has seen, and each page's counts as of then.

    Without an era nothing has been seen, or what was seen is not to be relied on.
    """

    era: str = ""
    version: int = 0
    counts: Mapping[str, _Counts] = field(default_factory=dict)


def page_name(deployment: str, task: str | None) -> str:
    """What a page is called where health is shared."""
    return json.dumps([deployment, task], separators=(",", ":"))


def news_of(
    reply: Mapping[str, Any], call: HealthSync, seen: Seen, *, era: str, version: int
) -> tuple[list[HealthNews], Seen]:
    """The news in a reply, without the process's own part in it; and where the process stands now.

    Where it cannot be known which of the counts are news, none are.
    """
    told = {page_name(change.deployment, change.task): change for change in call.changes}
    granted = set(reply["granted"])
    follows = era == seen.era
    counts = dict(seen.counts) if follows else {}
    news = []
    for page in reply["news"]:
        name = page["n"]
        total: _Counts = (page["s"], page["f"], page["h"], page["c"])
        own = _counts(told.get(name))
        if follows:
            others = _less(_less(total, counts.get(name, _NONE)), own)
        elif call.fresh:
            others = _less((round(page["rs"]), round(page["rf"]), 0, 0), own)
        else:
            others = _NONE
        counts[name] = total
        if any(others) or page["cause"] or name in granted:
            news.append(_item(name, others, page["cause"], page["seconds"], probe=name in granted))
            granted.discard(name)
    news.extend(_item(name, _NONE, "", 0.0, probe=True) for name in sorted(granted))
    return news, Seen(era, version, counts)


def _item(name: str, counts: _Counts, cause: str, seconds: float, *, probe: bool) -> HealthNews:
    deployment, task = json.loads(name)
    successes, failures, hard, clearings = counts
    return HealthNews(
        deployment=deployment,
        task=task,
        successes=successes,
        failures=failures,
        hard=hard,
        closed=clearings > 0,
        cause=cause,
        seconds=seconds,
        probe=probe,
    )


def _counts(change: HealthChange | None) -> _Counts:
    if change is None:
        return _NONE
    return change.successes, change.failures, change.hard, int(change.closed)


def _less(one: _Counts, other: _Counts) -> _Counts:
    """Never below nothing: a page that was forgotten begins anew."""
    return (
        max(0, one[0] - other[0]),
        max(0, one[1] - other[1]),
        max(0, one[2] - other[2]),
        max(0, one[3] - other[3]),
    )
