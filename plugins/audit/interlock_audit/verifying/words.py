"""A report in words, for whoever reads it without being an engineer."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from interlock_audit.verifying.anchors import when
from interlock_audit.verifying.findings import ChainState, Limit, Report, Used, shown

LIMITS = {
    Limit.TAIL: "that the last entries of a chain were removed",
    Limit.CHAIN: "that a whole chain was removed, which no other chain names",
    Limit.LOG: "that the whole log was removed",
    Limit.REWRITTEN: "that a chain was rewritten, from some entry on or whole, with hashes that fit",
    Limit.APPENDED: "that entries were added at the end of a chain by somebody else",
}
"""What may have been done, each as the end of a sentence."""

_SHOWN = 20


def verdict(report: Report) -> str:
    """The first line."""
    if report.findings:
        count = len(report.findings)
        return f"Something is wrong with this log: {_many(count, 'finding', 'findings')}."
    if not report.entries:
        return "The log is empty."
    if report.limits:
        return "The log is consistent, and nothing from outside the database vouches for it."
    if report.unanchored:
        return f"The log is whole as far as checkpoints from outside cover it; {_uncovered(report)}."
    whole = "The log is whole: every entry is covered by a checkpoint from outside the database"
    late = sum(state.found_later for state in report.chains)
    return f"{whole}, {late:,} of them as another process found them." if late else f"{whole}."


def seen(report: Report) -> Iterator[str]:
    """What was looked at."""
    chains = _many(len(report.chains), "chain", "chains")
    if report.entries:
        began = min(state.began for state in report.chains) if report.chains else 0
        ended = max(state.ended for state in report.chains) if report.chains else 0
        span = f", written from {when(began)} to {when(ended)}" if report.chains else ""
        yield f"{_many(report.entries, 'entry', 'entries')} in {chains}{span}."
    if report.keys:
        yield from map(_source, report.sources)
    else:
        yield "No key was given: no checkpoint could be checked. --key names the public one."
    if report.pruned:
        yield (
            f"The beginning of {_many(len(report.pruned), 'chain', 'chains')} was removed on purpose, as "
            "entries say that signed checkpoints cover."
        )
    for name in report.sinks_failed:
        yield f"The log says that checkpoints did not arrive at {name} at times."
    yield from report.notes


def proved(report: Report) -> Iterator[str]:
    """What follows from it, where nothing is wrong."""
    if report.findings or not report.entries:
        return
    yield (
        "Each entry covers the one before it with its hash: none was changed, removed from the middle, moved "
        "or inserted, unless all that comes after it was rewritten."
    )
    anchored = [state for state in report.chains if state.anchored >= 0]
    if not anchored:
        return
    last = max(state.anchored_at for state in anchored)
    yield (
        f"The log is complete up to the checkpoint of {when(last)}: nothing is missing or changed that a "
        "checkpoint has seen."
    )
    for state in _behind(report)[:_SHOWN]:
        name = shown(state.chain)
        if state.anchored < 0:
            yield f"Chain {name}: no checkpoint covers its {_many(state.entries, 'entry', 'entries')}."
        else:
            yield (
                f"Chain {name}: complete up to entry {state.anchored}, by the checkpoint of "
                f"{when(state.anchored_at)}; {_later(state.unanchored)}."
            )
    if (more := len(_behind(report)) - _SHOWN) > 0:
        yield f"The same holds of {_many(more, 'more chain', 'more chains')}; --json lists them."


def unknown(report: Report) -> Iterator[str]:
    """What nobody can tell from this."""
    if report.limits:
        yield (
            "No checkpoint from outside the database vouches for it. Without one nobody can exclude, of "
            "whoever can write the database:"
        )
        yield from (f"- {LIMITS[limit]};" for limit in Limit if limit in report.limits)
    else:
        last = max((used.last or 0 for used in report.sources if used.outside), default=0)
        yield (
            f"- What was written after the last checkpoint, of {when(last)}, may have been changed, added or "
            "removed by whoever can write the database."
        )
        if report.unanchored:
            yield (
                f"- The same holds of the {_many(report.unanchored, 'entry', 'entries')} that no checkpoint "
                "from outside covers, whatever time they name."
            )
        if late := sum(state.found_later for state in report.chains):
            chains = _many(sum(state.found_later > 0 for state in report.chains), "chain", "chains")
            yield (
                f"- {_many(late, 'entry', 'entries')} of {chains} were covered by a checkpoint of another "
                "process alone, as it found them, since their own ended without one: until then they may "
                "have been changed, added to or removed."
            )
        yield (
            "- A checkpoint is worth as much as its key and its place: who can write the database must have "
            "neither."
        )
    yield "- That what the entries say is true, and that what happened was logged, follows from no hash."


def told(report: Report) -> dict[str, Any]:
    """The same as plain values, for programs."""
    return {
        "verdict": verdict(report),
        "whole": report.whole,
        "entries": report.entries,
        "unanchored": report.unanchored,
        "findings": [asdict(finding) for finding in report.findings],
        "cannot_exclude": [limit.value for limit in Limit if limit in report.limits],
        "chains": [asdict(state) | {"unanchored": state.unanchored} for state in report.chains],
        "checkpoints": [asdict(used) for used in report.sources],
        "sinks_failed": list(report.sinks_failed),
        "pruned": {chain: seq for chain, (seq, _) in report.pruned.items()},
        "keys": list(report.keys),
        "notes": list(report.notes),
    }


def _behind(report: Report) -> Sequence[ChainState]:
    return [state for state in report.chains if state.unanchored]


def _source(used: Used) -> str:
    where = used.name if used.outside else "the database itself, where they may have been removed"
    last = f", the last of {when(used.last)}" if used.last is not None else ""
    broken = f"; {_many(used.unread, 'line', 'lines')} there could not be read" if used.unread else ""
    return f"{_many(used.signed, 'checkpoint', 'checkpoints')} from {where}{last}{broken}."


def _uncovered(report: Report) -> str:
    if report.unanchored == 1:
        return "1 entry is consistent but not anchored"
    return f"{report.unanchored:,} entries are consistent but not anchored"


def _later(count: int) -> str:
    if count == 1:
        return "1 entry since then is consistent but not anchored"
    return f"{count:,} entries since then are consistent but not anchored"


def _many(count: int, one: str, many: str) -> str:
    return f"1 {one}" if count == 1 else f"{count:,} {many}"
