"""A look in words: as tables, as JSON, as a page."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from math import isfinite
from typing import Any, Final

from interlock.commands import note, tables
from interlock_evaluation.commands.words import points
from interlock_evaluation.watching.changes import Change
from interlock_evaluation.watching.looking import Look, since_of
from interlock_reports import Cell, Column, Note, Paragraph, Report, Section, Table, Value

_SHARES: Final = ("mix", "errors", "refusals")
_CANNOT: Final = "cannot tell"


def show(found: Look) -> None:
    if found.verdict == "not due":
        note(f"The next look is due {_time(found.due)}; --now looks all the same.")
        return
    told = [each for each in found.changes if each.drifted]
    if told:
        rows = [
            (
                _what(each),
                _since(found, each),
                _value(each, each.before),
                _value(each, each.now),
                change(each),
                f"{each.n_before:,} / {each.n_now:,}",
            )
            for each in told
        ]
        tables((("Changed", "Since", "Before", "Now", "By", "Calls"), rows))
        for each in told:
            if each.series.measure == "errors" and each.told:
                note(f"{_what(each)}: {each.told}.")
    stale = [(each.task, each.model, each.measured, each.stale) for each in found.evidence if each.stale]
    if stale:
        tables((("Task", "Leads", "Measured", "Stale, because"), stale))
    _notes(found)


def _notes(found: Look) -> None:
    if found.watch is not None:
        calm = len(found.changes) - sum(each.drifted for each in found.changes)
        begun = sum(each.calls for each in found.watch.days)
        since = sum(each.traffic.calls for each in found.watch.after)
        note(f"Baseline: {begun:,} calls {found.watch.options['source']}. Since then {since:,}{_new(found)}.")
        note(f"Of {calm:,} series nobody can tell that they have changed.")
        days = (found.watch.until - found.watch.since) / 86_400
        if days < 7:  # noqa: PLR2004 - a week
            note("A baseline of less than a week does not know how days of the week differ.")
    if found.late:
        note(f"{found.late:,} of the calls were not there yet when the look before was.")
    if found.missed is not None:
        note(f"The look before was {found.missed / 86_400:.1f} days ago: looks were missed.")
    if found.again is not None:
        cost = "of unknown price" if found.again.cost is None else f"about ${found.again.cost:,.2f}"
        note(f"To measure again: `{found.again.command}`, {found.again.calls:,} calls, {cost}.")
    elif any(each.stale for each in found.evidence):
        note("No run that asked these models is kept; `interlock eval plan` says what one would cost.")
    if any(each.drifted for each in found.changes):
        note("`interlock eval watch --again` accepts what has changed, and begins with what came since.")
    note(f"{found.verdict.capitalize()}: {found.why}")


def _new(found: Look) -> str:
    """What this look has counted, where it is not the first."""
    return f", {found.calls:,} of them new" if found.watch is not None and found.watch.looks else ""


def data_of(found: Look) -> dict[str, Any]:
    """As JSON has it; times in ISO 8601."""
    watch = found.watch
    return {
        "verdict": found.verdict,
        "why": found.why,
        "due": _iso(found.due) if found.due else None,
        "calls": found.calls,
        "late": found.late,
        "missed_seconds": found.missed,
        "baseline": None
        if watch is None
        else {
            "watch": watch.number,
            "since": _iso(watch.since),
            "until": _iso(watch.until),
            "calls": sum(each.calls for each in watch.days),
            **watch.options,
        },
        "steps": 0 if watch is None else len(watch.after),
        "series": [
            {
                **asdict(each),
                "series": {**asdict(each.series)},
                "since": None if watch is None else _maybe(since_of(watch, each)),
                "told": _maybe(first),
                "about": each.told,
                "claim": change(each),
            }
            for each, first in zip(found.changes, found.first, strict=True)
        ],
        "evidence": [asdict(each) for each in found.evidence],
        "again": None if found.again is None else asdict(found.again),
    }


def page_of(found: Look) -> Report:
    """A page for people, of a look that has a watch. The same each time for the same look."""
    watch = found.watch
    assert watch is not None  # noqa: S101 - as the docstring has it
    columns = [
        Column(name="What"),
        Column(name="Since"),
        Column(name="Before"),
        Column(name="Now"),
        Column(name="By"),
        Column(name="Calls before", kind="number"),
        Column(name="Calls since", kind="number"),
    ]
    rows: list[Sequence[Value | Cell]] = [
        [
            _what(each),
            _since(found, each) if each.drifted else "",
            _value(each, each.before),
            _value(each, each.now),
            Cell(value=change(each), note=each.told if each.drifted else ""),
            each.n_before,
            each.n_now,
        ]
        for each in sorted(found.changes, key=lambda each: not each.drifted)
    ]
    evidence: list[Sequence[Value | Cell]] = [
        [each.task, each.model, each.measured, each.stale or "holds", each.calls] for each in found.evidence
    ]
    sections = [
        Section(
            title="What is watched",
            blocks=[
                Paragraph(
                    text=f"Each series is compared with the baseline at its part of "
                    f"{watch.options['level']:.0%}, which is the chance that a year of looks raises an alarm "
                    "though nothing changes. An interval of 95 % says how large a change is, if there is one."
                ),
                Table(caption="Series", columns=columns, rows=rows)
                if rows
                else Note(kind="gap", text="Nothing was asked often enough."),
            ],
        )
    ]
    if evidence:
        names = ("Task", "Leads", "Measured", "Stale, because")
        sections.append(
            Section(
                title="What learned routes stand on",
                blocks=[
                    Table(
                        caption="Evidence",
                        columns=[*(Column(name=name) for name in names), Column(name="Calls", kind="number")],
                        rows=evidence,
                    )
                ],
            )
        )
    facts = [
        ("Baseline", f"{sum(each.calls for each in watch.days):,} calls {watch.options['source']}"),
        ("Since then", f"{sum(each.traffic.calls for each in watch.after):,} calls"),
        ("Next look", _time(found.due)),
    ]
    if found.again is not None:
        facts.append(("To measure again", found.again.command))
    return Report(
        title="What has changed since the baseline",
        summary=found.why,
        facts=facts,
        sections=sections,
        made_at=datetime.fromtimestamp(watch.looks[-1].at if watch.looks else watch.began, UTC),
        made_by="interlock eval watch",
    )


def change(each: Change) -> str:
    """By how much, with the interval; "cannot tell" where that may be nothing."""
    if not each.drifted:
        return _CANNOT
    found = each.change
    if each.series.measure in _SHARES:
        return points(found)
    if not isfinite(found.high):
        return "unknown"
    value, low, high = (100 * (one - 1) for one in (found.value, found.low, found.high))
    return f"{value:+.1f} % [{low:+.1f}, {high:+.1f}]"


def _what(each: Change) -> str:
    series = each.series
    if series.measure == "mix":
        return f"mix of tasks, most of all {each.told}" if each.drifted else "mix of tasks"
    name = {"cost": "cost of 1,000 calls", "latency": "seconds"}.get(series.measure, series.measure)
    return f"{name} of {series.deployment}" + (f" for {series.task}" if series.task else "")


def _value(each: Change, value: float | None) -> str:
    if value is None:
        return "-"
    match each.series.measure:
        case "cost":
            return f"${1000 * value:,.2f}"
        case "latency":
            return f"{value:.2f} s"
    return f"{100 * value:.1f} %"


def _since(found: Look, each: Change) -> str:
    at = None if found.watch is None else since_of(found.watch, each)
    return "-" if at is None else datetime.fromtimestamp(at, UTC).date().isoformat()


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _maybe(seconds: float | None) -> str | None:
    return None if seconds is None else _iso(seconds)
