"""`interlock candidates`: for each use case what may serve it, and what that would change."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Final

import typer

from interlock.commands import note, session, tables, write_json
from interlock.errors import RequestError
from interlock_governance.commands.asking import Columns, Conditions, Files, inventory_of, tell_complaints
from interlock_governance.commands.reporting import ReportFile, check_report, save_report
from interlock_governance.commands.watching import bar

if TYPE_CHECKING:
    from interlock_governance.candidates import Candidate, CaseCandidates

Part = tuple[Sequence[str], Sequence[Sequence[str]]]
_ABOUT: Final = ("Use case", "")
_SHOWN: Final = 20
_IN_DETAIL: Final = 3


def candidates(
    context: typer.Context,
    files: Files,
    *,
    columns: Columns = None,
    conditions: Conditions = None,
    volume: Annotated[
        str | None,
        typer.Option(metavar="LOW-HIGH", help="Requests a month to assume where nobody knows: 1000-50000."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="List every use case.")] = False,
    report: ReportFile = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON list.")] = False,
) -> None:
    """Say for each use case which deployments may serve it, and what each would change.

    Its task is found from its name and purpose, what each deployment may have from the configuration's rules,
    prices from the catalog. Nothing is sent and no key is needed. The largest gain comes first; with at most
    three use cases, each deployment is shown.
    """
    from interlock_governance.candidates import candidates_of

    check_report(report)
    assumed = None if volume is None else _volume(volume)
    inventory = inventory_of(files, columns, conditions)
    router = session(context).router()
    with bar("Asking the rules", len(inventory.use_cases)) as advance:
        found = candidates_of(inventory.use_cases, router, volume=assumed, progress=advance)
    if report is not None:
        from interlock_governance.candidates.report import candidates_report

        save_report(report, lambda now: candidates_report(found, made_at=now, digest=router.digest))
    if as_json:
        from interlock_governance.candidates.plain import plain

        write_json([plain(each) for each in found])
        return
    if len(found) <= _IN_DETAIL:
        for at, each in enumerate(found):
            if at:
                typer.echo()
            _show(each)
    else:
        _list(found, everything=everything)
    tell_complaints(inventory.complaints)


def _volume(text: str) -> tuple[int, int]:
    low, dash, high = text.replace(",", "").replace("_", "").partition("-")
    ends = (low.strip(), (high if dash else low).strip())
    if not all(each.isascii() and each.isdecimal() for each in ends) or int(ends[0]) > int(ends[1]):
        raise RequestError(f"expected from and to, such as 1000-50000, not {text!r}.", key="--volume")
    return int(ends[0]), int(ends[1])


def _list(found: "Sequence[CaseCandidates]", *, everything: bool) -> None:
    from interlock_governance.candidates.finding import gaps_of

    asked = [each for each in found if not each.skipped]
    shown = asked if everything else asked[:_SHOWN]
    columns = ("Use case", "Task", "Now", "Candidate", "Saved", "Allowed")
    gaps = [(name, f"{count:,} of {len(asked):,}", so) for name, so, count in gaps_of(asked)]
    _tables([(columns, [_row(each) for each in shown]), (("Gap", "In", "So"), gaps)])
    if any(each.unchecked for each in shown):
        note("* No policy knows its sensitivity: nobody has checked what follows from it.")
    if len(asked) > len(shown):
        note(f"The first {len(shown)} of {len(asked):,} use cases; --all lists every one.")
    if len(found) > len(asked):
        left = len(found) - len(asked)
        note(f"{left:,} more are retired or no use of a language model, by their own rows; --json has them.")


def _row(found: "CaseCandidates") -> tuple[str, ...]:
    best, classified, current = found.best, found.classified, found.current
    now = "unknown" if current is None else current.words
    of = len(found.candidates) + len(found.denied.keys() - found.current_verdicts.keys())
    return (
        found.use_case.title,
        "" if classified is None else f"{classified.task} {classified.confidence:.0%}",
        f"{now}, denied" if found.unlawful else now,
        "none" if best is None else best.deployment,
        "" if best is None else _gain(best),
        f"{len(found.candidates)} of {of}{'*' if found.unchecked else ''}",
    )


def _gain(candidate: "Candidate") -> str:
    from interlock_governance.candidates.comparing import percent
    from interlock_governance.candidates.plain import dollars

    share, month = candidate.saving_share, candidate.saving_month
    if month is not None:
        return dollars(month) if share is None else f"{dollars(month)} ({percent(share)})"
    return "unknown" if share is None else percent(share)


def _show(found: "CaseCandidates") -> None:
    case = found.use_case
    if found.skipped:
        tables((_ABOUT, [("name", case.title), ("not asked", found.skipped)]))
        return
    columns = ("Candidate", "Model", "Allowed", "A month", "Saved", "For", "Against")
    denied = [
        (f"{name} (now)" if name in found.current_verdicts else name, why)
        for name, why in found.denied.items()
    ]
    parts: list[Part] = [
        (_ABOUT, [("name", case.title), *_facts(found)]),
        (columns, [_detail(each) for each in found.candidates]),
        (("Denied", "Rule"), denied),
        (("Gap", "So"), list(found.gaps.items())),
    ]
    _tables(parts)


def _tables(parts: Sequence[Part]) -> None:
    """One by one: where a wide one has to be stacked, the others need not be."""
    for at, part in enumerate(part for part in parts if part[1]):
        if at:
            typer.echo()
        tables(part)


def _facts(found: "CaseCandidates") -> list[tuple[str, str]]:
    from interlock_governance.candidates.plain import dollars

    facts = []
    if found.classified is not None:
        facts.append(("task", f"{found.classified.task} ({found.classified.confidence:.0%})"))
        if found.classified.evidence:
            facts.append(("evidence", ", ".join(found.classified.evidence)))
    current = found.current
    if current is not None:
        at = f" at {', '.join(current.deployments)}" if current.deployments else ""
        denied = ", which the rules deny" if found.unlawful else ""
        facts += [("now", f"{current.words}{at}{denied}"), ("now, a month", dollars(found.month))]
    return facts + [("assumed", each) for each in found.notes]


def _detail(each: "Candidate") -> tuple[str, ...]:
    from interlock_governance.candidates.plain import dollars

    route = "" if each.routed is None else f"{each.routed} in the task's route"
    return (
        each.deployment,
        each.model,
        "sealed" if each.verdict == "sealed" else "yes",
        "own hardware" if each.own_ground else dollars(each.month),
        _gain(each),
        "; ".join(part for part in (*each.gains, route) if part),
        "; ".join(part for part in (each.why, *each.losses, each.lacks) if part),
    )
